/**
 * Step-up: what a payment over the limits asks for besides a code. The account's owner authenticates for it: online, by
 * short message, or with the PIN that the code is made with.
 *
 * @see spec/StepUp.md
 */
import { type StepUpMethod, stepUpMethod } from "../../spec/StepUpMethods.ts"
import type { Answer, OrderRecord } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import { inForce, type Rules } from "../Rules.ts"
import * as Change from "./Change.ts"

/** How the payers of a scheme authenticate. What differs between the ways stands in this record, and is asked of it. */
export const methodOf = ({ scheme }: Pick<Rules, "scheme">): StepUpMethod => stepUpMethod(scheme.stepUp.method)

/** Whether orders over the limits are held open for an answer. */
export const waits = ({ stepUp }: Rules): boolean => stepUp.waits

/** Whether prompts are asked for, and answered, over the phone's network. */
export const isOnline = ({ stepUp }: Rules): boolean => stepUp.waits && !stepUp.isByMessage

/** Whether the answer is in the code: the phone takes the PIN before it shows one. */
export const isInCode = ({ stepUp }: Rules): boolean => stepUp.isInCode

/** Whether prompts and answers are short messages. */
export const isByMessage = ({ stepUp }: Rules): boolean => stepUp.isByMessage

/** Whether the provider asks with a challenge, to which the phone computes a response: both are short messages. */
export const isChallenged = ({ stepUp }: Rules): boolean => stepUp.isChallenged

/** Whether the payment password itself comes in a short message. */
export const isPasswordMessaged = ({ stepUp }: Rules): boolean => stepUp.isPasswordMessaged

/** Whether the proof of a code is made with the PIN. */
export const isPinInProof = ({ stepUp }: Rules): boolean => stepUp.isPinInProof

/** Whether an answer is for one order, and can be told from one for another (STP-2). */
export const namesOrder = (rules: Rules): boolean => rules.stepUp.names && inForce(rules, "STP-2")

/**
 * What a payment over the limits comes to: it is held open for step-up, or refused where no order waits (STP-1). Without
 * STP-1 an owner who has authenticated before is not asked again.
 */
export const instead = (rules: Rules, over: Reason, authenticated: boolean): Answer => {
  if (authenticated && !inForce(rules, "STP-1")) return "PAID"
  if (isInCode(rules)) return "PIN_REQUIRED"
  return waits(rules) ? "OPEN" : over
}

/** How long an order stays open, in seconds (SET-4, STP-5). */
export const openFor = (rules: Rules): number => {
  const { stepUp } = rules.scheme
  return inForce(rules, "STP-5") ? (stepUp.openFor ?? 0) : (stepUp.deliveryAtMost ?? 0) + (stepUp.answerWithin ?? 0)
}

/**
 * The least that an order must stay open, in seconds, for an honest answer always to be in time: prompt and answer as slow
 * as they may be, the payer too, and a timer that fires at the node that is ahead.
 */
export const leastOpenFor = ({ scheme: { clock, stepUp } }: Rules): number =>
  2 * (stepUp.deliveryAtMost ?? 0) + (stepUp.answerWithin ?? 0) + clock.nodeSkew + 1

/** Whether the payer confirms a prompt: one that names a purchase of theirs (STP-3). */
export const isConfirmed = (rules: Rules, isTheirs: boolean): boolean => isTheirs || !inForce(rules, "STP-3")

/** An answer as it reaches the provider, for the order that it is taken for. */
export interface Given {
  /** It was made for this order, as far as that can be told. */
  readonly isForOrder: boolean
  /** How many wrong answers were given for the account before, on the provider day. */
  readonly wrong: number
}

/** Whether an account takes another answer, after so many wrong ones on the provider day (STP-7). */
export const takesAnswer = (rules: Rules, wrong: number): boolean =>
  !inForce(rules, "STP-7") || wrong < (rules.scheme.stepUp.attempts ?? Number.POSITIVE_INFINITY)

/**
 * Decides what the owner's answer does to an order that it comes for. It debits an open one, unless it was made for
 * another (STP-2) or too many were wrong before it (STP-7); one that is closed or reversed stays so (SET-5), and one that
 * is paid is not paid again.
 */
export const authenticate = (rules: Rules, record: OrderRecord | undefined, given: Given): Change.Change => {
  if (record === undefined) return Change.nothing("NO_SUCH_ORDER")
  if (!takesAnswer(rules, given.wrong)) return Change.nothing("TOO_MANY_ANSWERS")
  if (!given.isForOrder && namesOrder(rules)) return Change.nothing("ANSWER_WRONG")
  const { amount, status } = record
  if (status === "open") return paid(rules, record, "kept")
  const isLate = status === "closed" || status === "reversed"
  return isLate && amount !== undefined && !inForce(rules, "SET-5")
    ? paid(rules, record, "used")
    : Change.nothing("NOT_OPEN")
}

/** An order that its owner has approved: it is debited, and what it reserved is released. */
const paid = (rules: Rules, { amount = 0, status }: OrderRecord, allowance: Change.Allowance): Change.Change => ({
  answer: "PAID",
  status: "paid",
  debits: amount,
  returns: 0,
  reserves: -Change.reserved(rules, status, amount),
  allowance
})

// ---------------------------------------------------------------------------------------------------------------------
// What others can make of it
// ---------------------------------------------------------------------------------------------------------------------

/** What somebody else has of a payer's. */
export interface Has {
  /** What the phone makes its codes from. */
  readonly seed: boolean
  /** The short messages. */
  readonly messages: boolean
  /** The password or PIN. */
  readonly secret: boolean
}

/**
 * Whether an answer that is on its way tells the password or PIN. What is computed from a PIN and a seed gives the PIN
 * away to whoever has the seed and tries every PIN: there are few.
 */
export const answerTells = (rules: Rules, has: Has): boolean => {
  if (!inForce(rules, "STP-4")) return true
  if (!isByMessage(rules) || !has.messages) return false
  return isPasswordMessaged(rules) || (isChallenged(rules) && has.seed)
}

/** Whether a code that is seen tells it: one made from the PIN does, to whoever has the seed (STP-6). */
export const codeTells = (rules: Rules, isPinned: boolean, has: Has): boolean => {
  if (!has.seed) return false
  if (!inForce(rules, "STP-6")) return true
  return isPinned && isPinInProof(rules)
}

/** Whether somebody else can answer in the owner's place, in a short message with a forged sender. */
export const canImpersonate = (rules: Rules, { messages, secret, seed }: Has): boolean =>
  isByMessage(rules) && messages && secret && (isPasswordMessaged(rules) || seed)

/** Whether somebody else can make a code that carries the owner's authentication. */
export const canPin = (rules: Rules, { secret, seed }: Has): boolean => isPinInProof(rules) && secret && seed
