/** Every computed claim with its form, and what it comes to against what a scheme asserts. */
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { BoundId } from "../../spec/Claims.ts"
import * as Collision from "./Collision.ts"
import type { Computed, Form } from "./Computed.ts"
import * as Guessing from "./Guessing.ts"
import * as Loss from "./Loss.ts"
import * as Showing from "./Showing.ts"

export type { Computed } from "./Computed.ts"
export * from "./Computed.ts"

/** Every claim of the spec that is computed. One that has no form does not compile. */
export const computed: { readonly [Id in BoundId]: Form } = {
  "guess-targeted": Guessing.targeted,
  "guess-blind": Guessing.blind,
  "guess-password": Guessing.password,
  collision: Collision.collision,
  "expected-loss": Loss.perCode,
  "unasked-loss": Showing.aYear
}

/** What a scheme asserts of a computed claim; undefined where it asserts nothing. */
export interface Bound {
  readonly atMost: number
  readonly atMostADay: number | undefined
  readonly atMostAYear: number | undefined
}

/** What a file says of a bound. */
interface Stated {
  readonly atMost: number
  readonly atMostADay?: number
  readonly atMostAYear?: number
}

export const boundOf = ({ claims }: Scheme, id: BoundId): Bound | undefined => {
  const bound: Stated | undefined = claims[id]
  return bound && { atMost: bound.atMost, atMostADay: bound.atMostADay, atMostAYear: bound.atMostAYear }
}

const isAtMost = (value: number | undefined, bound: number | undefined): boolean =>
  bound === undefined || (value ?? 0) <= bound

/** Whether a number is within its bounds; for a day, and for a year and an account, where those are asserted, too. */
export const isWithin = ({ aDay, hits, value }: Computed, { atMost, atMostADay, atMostAYear }: Bound): boolean =>
  value <= atMost && isAtMost(aDay, atMostADay) && isAtMost(hits?.account.aYear, atMostAYear)

/** Of numbers that are not within their bounds the first that is not: that of one, of a day, or of a year at an account. */
export const beyond = ({ aDay, hits, value }: Computed, { atMost, atMostADay }: Bound): number => {
  if (value > atMost || hits === undefined) return value
  return isAtMost(aDay, atMostADay) ? hits.account.aYear : (aDay ?? value)
}

/** Whether a scheme keeps the bounds of a computed claim, once some clauses are left out; undefined where it has none. */
export const holds = (rules: Rules, id: BoundId): boolean | undefined => {
  const bound = boundOf(rules.scheme, id)
  return bound && isWithin(computed[id](rules), bound)
}
