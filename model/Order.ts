/** Orders as the provider keeps them: what became of a merchant's order number, and what it stands for. */
import { type Reason, reasons, refusals } from "./Refusal.ts"

/** What a merchant is told of an order: where it stands, or why not. */
export type Answer = "PAID" | "OPEN" | "REFUNDED" | "CLOSED" | "REVERSED" | Reason

/** Every answer. */
export const answers: ReadonlyArray<Answer> = ["PAID", "OPEN", "REFUNDED", "CLOSED", "REVERSED", ...reasons]

/** Whether an answer settles the question whether the merchant was paid. */
export const isDefinite = (answer: Answer): boolean =>
  answer !== "OPEN" && (!(answer in refusals) || refusals[answer as Reason].definite)

/** Where a recorded order stands: accepted, that is paid or held open for step-up, or ended without a debit that stands. */
export type OrderStatus = "paid" | "open" | "closed" | "reversed" | "refused"

/** An order as it is written under (merchant, order number). */
export interface OrderRecord {
  readonly status: OrderStatus
  /** Why a refused order was refused. */
  readonly reason: Reason | undefined
  /** In minor units; undefined where a reversal came before the payment. */
  readonly amount: number | undefined
  /** The account that the code names; undefined where it names none. */
  readonly payer: number | undefined
  /** Compared with the code of another request, never read. */
  readonly code: number | string
  /** When the order was written, on the clock of the node that wrote it, in seconds. */
  readonly at: number
  /** What refunds have returned, in minor units. */
  readonly refunded: number
}

/** What a merchant is told of a record. */
export const answerOf = ({ amount, reason, refunded, status }: OrderRecord): Answer => {
  switch (status) {
    case "paid":
      return refunded > 0 && refunded === amount ? "REFUNDED" : "PAID"
    case "open":
      return "OPEN"
    case "closed":
      return "CLOSED"
    case "reversed":
      return "REVERSED"
    case "refused":
      return reason ?? "DECLINED"
  }
}
