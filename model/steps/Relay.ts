/**
 * Relay: the till turns a scanned code into a pay request, and goes on until it knows what became of it.
 *
 * @see spec/Relay.md
 */
import * as Result from "effect/Result"
import * as Money from "../Money.ts"
import { type Answer, isDefinite } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import { inForce, type Rules } from "../Rules.ts"

/** Decides whether an amount may enter a request (REL-2). Tills check before they send, providers before they decide. */
export const admit = (rules: Rules, amount: number): Result.Result<number, Reason> =>
  Money.isAmount(amount) || !inForce(rules, "REL-2") ? Result.succeed(amount) : Result.fail("AMOUNT_INVALID")

/** Whether a till waits for the provider's answer before it counts a sale as paid (REL-1), or settles it alone. */
export const waitsForProvider = (rules: Rules): boolean => inForce(rules, "REL-1")

/**
 * What an honest merchant holds an order for: `asked`, the request is sent and no answer known; `open`, told to wait for
 * the payer; `reversing`, a reversal is sent and no answer known; `late`, too old to be reversed; or settled.
 */
export const views = ["asked", "open", "reversing", "late", "paid", "failed", "reversed"] as const
export type View = (typeof views)[number]

/** Whether a till takes an order for settled (REL-6). */
export const isSettled = (view: View): boolean => view === "paid" || view === "failed" || view === "reversed"

/** What a till makes of the answer to a pay request or to a query. Once it reverses, only the reversal's answer counts. */
export const heard = (view: View, answer: Answer): View => {
  if (isSettled(view) || view === "reversing") return view
  if (answer === "PAID") return "paid"
  if (answer === "OPEN") return view === "late" ? view : "open"
  return isDefinite(answer) ? "failed" : view
}

/** What a till makes of hearing nothing: it goes on (REL-6). Without the clause it takes the order for failed. */
export const unanswered = (rules: Rules, view: View): View =>
  view === "asked" && !inForce(rules, "REL-6") ? "failed" : view

/**
 * What a till makes of the answer to a reversal. That the provider knows no such order settles nothing: the request for it
 * may be under way. From an order that is too old to be reversed it takes the queried state.
 */
export const heardOfReversal = (view: View, answer: Answer): View => {
  if (view !== "reversing") return view
  if (answer === "REVERSED") return "reversed"
  if (answer === "REVERSE_EXPIRED") return "late"
  return isDefinite(answer) && answer !== "PAID" && answer !== "REFUNDED" ? "failed" : view
}

/** What a till makes of a notice that its order was paid (REL-5). `genuine`: the provider's, for the amount asked for. */
export const notified = (rules: Rules, view: View, genuine: boolean): View => {
  if (isSettled(view) || view === "reversing") return view
  return genuine || !inForce(rules, "REL-5") ? "paid" : view
}

/** Whether a till may reverse an order that it asked for `age` seconds ago and has no settled answer to. */
export const mayReverse = ({ scheme: { reverse } }: Rules, view: View, age: number): boolean =>
  (view === "asked" || view === "open") && age >= reverse.notBefore

/** Whether a till may query an order: it has no settled answer, and waits for none to a reversal. */
export const mayQuery = (view: View): boolean => view === "asked" || view === "open" || view === "late"
