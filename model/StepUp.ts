/**
 * Step-up: an order over the limits is held open until the account's owner has authenticated on the phone, online.
 *
 * @see spec/StepUp.md
 */
import type { Answer, OrderRecord } from "./Order.ts"
import type { Reason } from "./Refusal.ts"
import type { Rules } from "./Rules.ts"

/**
 * What a payment over the limits comes to: it is held open for step-up (STP-1), or refused where the scheme has none.
 * Without STP-1 an owner who has authenticated before is not asked again.
 */
export const instead = ({ lapses, scheme }: Rules, over: Reason, authenticated: boolean): Answer => {
  if (authenticated && lapses["STP-1"] !== undefined) return "PAID"
  return scheme.stepUp.method === "none" ? over : "OPEN"
}

/** How long an order stays open, in seconds (SET-4, STP-5). */
export const openFor = ({ lapses, scheme: { stepUp } }: Rules): number =>
  lapses["STP-5"] === undefined ? (stepUp.openFor ?? 0) : (stepUp.deliveryAtMost ?? 0) + (stepUp.answerWithin ?? 0)

/** Whether the payer confirms a prompt: one that names a purchase of theirs (STP-3). */
export const isConfirmed = ({ lapses }: Rules, isTheirs: boolean): boolean => isTheirs || lapses["STP-3"] !== undefined

/**
 * Decides what the owner's password does to an order that it was given for. It debits an open one; one that is closed or
 * reversed stays so (SET-5), and one that is paid is not paid again.
 */
export const authenticate = ({ lapses }: Rules, record: OrderRecord | undefined): Answer => {
  if (record === undefined) return "NO_SUCH_ORDER"
  if (record.status === "open") return "PAID"
  const isLate = record.status === "closed" || record.status === "reversed"
  return isLate && record.amount !== undefined && lapses["SET-5"] !== undefined ? "PAID" : "NOT_OPEN"
}
