/**
 * Settlement: what becomes of an order after it was decided. Merchants query, reverse and refund it; the provider
 * closes one that nobody completes.
 *
 * @see spec/Settlement.md
 */
import { type Answer, answerOf, type OrderRecord, type OrderStatus } from "../Order.ts"
import { inForce, type Rules } from "../Rules.ts"
import * as StepUp from "./StepUp.ts"

/** What the provider does with a reversal, a refund, or the end of a deadline: its answer, and what it writes. */
export interface Change {
  readonly answer: Answer
  /** Where the order stands from now on; undefined where nothing is written. */
  readonly status: OrderStatus | undefined
  /** What goes back to the payer, in minor units. */
  readonly returns: number
}

const nothing = (answer: Answer): Change => ({ answer, status: undefined, returns: 0 })

/** Whether an open order is past its deadline (SET-4). */
export const isOverdue = (rules: Rules, { at, status }: OrderRecord, now: number): boolean =>
  status === "open" && now - at >= StepUp.openFor(rules)

/** Where a recorded order stands, as merchants are told (SET-3). */
export const state = (rules: Rules, record: OrderRecord, now: number): Answer =>
  !inForce(rules, "SET-3") && isOverdue(rules, record, now) ? "CLOSED" : answerOf(record)

/** The answer to a query. `predates`: the order may have been lost to a restore (VER-31). */
export const query = (rules: Rules, record: OrderRecord | undefined, predates: boolean, now: number): Answer => {
  if (record !== undefined) return state(rules, record, now)
  return predates && inForce(rules, "VER-31") ? "UNKNOWN" : "NO_SUCH_ORDER"
}

/** How long the reversal of an unknown order is kept, in seconds: as long as any order is (SET-2). */
export const keepsTombstone = (rules: Rules): number =>
  inForce(rules, "SET-2") ? Number.POSITIVE_INFINITY : rules.scheme.clock.step

/** Whether a record still counts. */
export const isKept = (rules: Rules, { amount, at, status }: OrderRecord, now: number): boolean =>
  amount !== undefined || status !== "reversed" || now - at <= keepsTombstone(rules)

/**
 * Whether an order that was paid at an instant is too old to be reversed, on the clock of every node. For as long as nodes may be apart after
 * `reverse.within` none answers: another could still reverse what this one has called final.
 */
export const isTooLate = ({ scheme }: Rules, at: number, now: number): boolean =>
  now - at > scheme.reverse.within + scheme.clock.nodeSkew

/**
 * Decides a reversal. What is open is released, what is paid goes back, and under an order number that is reversed
 * nothing is paid any more (SET-1, SET-8).
 */
export const reverse = (rules: Rules, record: OrderRecord | undefined, now: number): Change => {
  const { scheme } = rules
  if (record === undefined) {
    if (scheme.reverse.unknownOrder === "notExist") return nothing("NO_SUCH_ORDER")
    return { answer: "REVERSED", status: inForce(rules, "SET-1") ? "reversed" : undefined, returns: 0 }
  }
  switch (record.status) {
    case "open":
      return { answer: "REVERSED", status: "reversed", returns: 0 }
    case "paid": {
      if (isTooLate(rules, record.at, now)) return nothing("REVERSE_EXPIRED")
      if (now - record.at > scheme.reverse.within) return nothing("UNKNOWN")
      const left = (record.amount ?? 0) - (inForce(rules, "SET-8") ? record.refunded : 0)
      return { answer: "REVERSED", status: "reversed", returns: left }
    }
    default:
      return nothing(answerOf(record))
  }
}

/** Decides a refund of some minor units, by what the order's record and the refund's number say (SET-7, SET-8). */
export const refund = (rules: Rules, record: OrderRecord | undefined, isRepeated: boolean, amount: number): Change => {
  if (record === undefined) return nothing("NO_SUCH_ORDER")
  if (isRepeated && inForce(rules, "SET-7")) return nothing(answerOf(record))
  if (record.status !== "paid") return nothing("NOT_PAID")
  const left = (record.amount ?? 0) - record.refunded
  return amount > left ? nothing("REFUND_EXCEEDS") : { answer: "REFUNDED", status: "paid", returns: amount }
}

/** Decides what the end of an order's deadline does to it (SET-4). */
export const close = (rules: Rules, record: OrderRecord, now: number): Change =>
  isOverdue(rules, record, now) && inForce(rules, "SET-4") && inForce(rules, "SET-3")
    ? { answer: "CLOSED", status: "closed", returns: 0 }
    : nothing(answerOf(record))
