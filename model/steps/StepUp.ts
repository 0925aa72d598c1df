/**
 * Step-up: what a payment over the limits asks for besides a code. The account's owner authenticates for it: online, by
 * short message, or with the PIN that the code is made with.
 *
 * @see spec/StepUp.md
 */
import type { Answer, OrderRecord } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import type { Rules } from "../Rules.ts"
import type { Scheme } from "../Scheme.ts"

/** A way of authenticating. */
interface Method {
  /** How the answer comes: over the phone's network; as a short message; or in the code itself, before there is a prompt. */
  readonly by: "network" | "message" | "code"
  /** The answer is made over payee, amount and order, and is one for nothing else. */
  readonly names: boolean
  /**
   * What becomes of the password or PIN: it is `sent`; the answer is `computed` from it and from the phone's seed; or it
   * is `kept`, and unlocks a key in hardware.
   */
  readonly secret: "sent" | "computed" | "kept"
}

const methods: { readonly [Name in Scheme["stepUp"]["method"]]: Method | undefined } = {
  password: { by: "network", names: true, secret: "sent" },
  "sms-password": { by: "message", names: false, secret: "sent" },
  "sms-ocra": { by: "message", names: true, secret: "computed" },
  pin: { by: "code", names: true, secret: "computed" },
  "hardware-pin": { by: "code", names: true, secret: "kept" },
  none: undefined
}

const methodOf = ({ scheme }: Rules): Method | undefined => methods[scheme.stepUp.method]

/** Whether orders over the limits are held open for an answer. */
export const waits = (rules: Rules): boolean => {
  const by = methodOf(rules)?.by
  return by === "network" || by === "message"
}

/** Whether the answer is in the code: the phone takes the PIN before it shows one. */
export const isInCode = (rules: Rules): boolean => methodOf(rules)?.by === "code"

/** Whether prompts and answers are short messages. */
export const isByMessage = (rules: Rules): boolean => methodOf(rules)?.by === "message"

/** Whether an answer is for one order, and can be told from one for another (STP-2). */
export const namesOrder = (rules: Rules): boolean =>
  methodOf(rules)?.names === true && rules.lapses["STP-2"] === undefined

/**
 * What a payment over the limits comes to: it is held open for step-up, or refused where no order waits (STP-1). Without
 * STP-1 an owner who has authenticated before is not asked again.
 */
export const instead = (rules: Rules, over: Reason, authenticated: boolean): Answer => {
  if (authenticated && rules.lapses["STP-1"] !== undefined) return "PAID"
  if (isInCode(rules)) return "PIN_REQUIRED"
  return waits(rules) ? "OPEN" : over
}

/** How long an order stays open, in seconds (SET-4, STP-5). */
export const openFor = ({ lapses, scheme: { stepUp } }: Rules): number =>
  lapses["STP-5"] === undefined ? (stepUp.openFor ?? 0) : (stepUp.deliveryAtMost ?? 0) + (stepUp.answerWithin ?? 0)

/**
 * The least that an order must stay open, in seconds, for an honest answer always to be in time: prompt and answer as slow
 * as they may be, the payer too, and a timer that fires at the node that is ahead.
 */
export const leastOpenFor = ({ scheme: { clock, stepUp } }: Rules): number =>
  2 * (stepUp.deliveryAtMost ?? 0) + (stepUp.answerWithin ?? 0) + clock.nodeSkew + 1

/** Whether the payer confirms a prompt: one that names a purchase of theirs (STP-3). */
export const isConfirmed = ({ lapses }: Rules, isTheirs: boolean): boolean => isTheirs || lapses["STP-3"] !== undefined

/** An answer as it reaches the provider, for the order that it is taken for. */
export interface Given {
  /** It was made for this order, as far as that can be told. */
  readonly isForOrder: boolean
  /** How many wrong answers were given for the account before, on the provider day. */
  readonly wrong: number
}

/** Whether an account takes another answer, after so many wrong ones on the provider day (STP-7). */
export const takesAnswer = ({ lapses, scheme }: Rules, wrong: number): boolean =>
  lapses["STP-7"] !== undefined || wrong < (scheme.stepUp.attempts ?? Number.POSITIVE_INFINITY)

/**
 * Decides what the owner's answer does to an order that it comes for. It debits an open one, unless it was made for
 * another (STP-2) or too many were wrong before it (STP-7); one that is closed or reversed stays so (SET-5), and one that
 * is paid is not paid again.
 */
export const authenticate = (rules: Rules, record: OrderRecord | undefined, given: Given): Answer => {
  if (record === undefined) return "NO_SUCH_ORDER"
  if (!takesAnswer(rules, given.wrong)) return "TOO_MANY_ANSWERS"
  if (!given.isForOrder && namesOrder(rules)) return "ANSWER_WRONG"
  if (record.status === "open") return "PAID"
  const isLate = record.status === "closed" || record.status === "reversed"
  return isLate && record.amount !== undefined && rules.lapses["SET-5"] !== undefined ? "PAID" : "NOT_OPEN"
}

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
  if (rules.lapses["STP-4"] !== undefined) return true
  const method = methodOf(rules)
  if (method?.by !== "message" || !has.messages) return false
  return method.secret === "sent" || (method.secret === "computed" && has.seed)
}

/** Whether a code that is seen tells it: one made from the PIN does, to whoever has the seed (STP-6). */
export const codeTells = (rules: Rules, isPinned: boolean, has: Has): boolean => {
  if (!has.seed) return false
  if (rules.lapses["STP-6"] !== undefined) return true
  const method = methodOf(rules)
  return isPinned && method?.by === "code" && method.secret === "computed"
}

/** Whether somebody else can answer in the owner's place, in a short message with a forged sender. */
export const canImpersonate = (rules: Rules, { messages, secret, seed }: Has): boolean => {
  const method = methodOf(rules)
  return method?.by === "message" && messages && secret && (method.secret === "sent" || seed)
}

/** Whether somebody else can make a code that carries the owner's authentication. */
export const canPin = (rules: Rules, { secret, seed }: Has): boolean =>
  isInCode(rules) && methodOf(rules)?.secret === "computed" && secret && seed
