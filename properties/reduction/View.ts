/** Views: states as a search sees them, with a mark on the one code or order whose past it keeps for its claims. */
import type { Code, Order, State } from "../../model/system/System.ts"

/**
 * What a search keeps of the past for its claims:
 *
 * - `nothing`: the claims speak of single moments.
 * - `code`: of one code, when and at whose till it was shown, by what clock, and when the requests with it were sent.
 * - `order`: of one order, what it was answered, and when it was sent, opened and confirmed.
 */
export const watchables = ["nothing", "code", "order"] as const
export type Watched = (typeof watchables)[number]

/** A mark that only the reduction knows. The steps of the system keep it on what they change; what is new has none. */
export interface Mark {
  /** It is the code or order that is watched; not so where nothing is said. */
  readonly watched?: boolean
}

/** A code, and whether it is the watched one. */
export type MarkedCode = Code & Mark

/** An order, and whether it is the watched one. */
export type MarkedOrder = Order & Mark

/** A state, and which code or order of it is watched. */
export interface View extends State {
  readonly codes: ReadonlyArray<MarkedCode>
  readonly orders: ReadonlyArray<MarkedOrder>
  /** From 0: the next-but-so-many to come. Else it has come and is marked as watched, or it is over with it. */
  readonly focus: number
}

/** The focus of a view in which it is over with what was watched, or nothing is. */
export const over = -1

/** The focus of a view in which the watched code or order is there. */
export const here = -2
