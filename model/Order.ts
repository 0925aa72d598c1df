/** Orders as the provider keeps them: what it answered under a merchant's order number, and to which request. */
import type { Reason } from "./Refusal.ts"

/** What a merchant is told of a payment: that it was made, or why not. Both are definite and final. */
export type Outcome = "PAID" | Reason

/** A definite answer as it is written under (merchant, order number). `code` is compared, never read. */
export interface OrderRecord {
  readonly outcome: Outcome
  readonly amount: number
  /** The account that the code's alias names; undefined where it names none. */
  readonly payer: number | undefined
  readonly code: number | string
}
