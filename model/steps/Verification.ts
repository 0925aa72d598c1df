/**
 * Verification: the provider decides a pay request. One pure decision serves the model and every implementation; only
 * the way the facts are gathered differs.
 *
 * @see spec/Verification.md
 */

import type { Answer, OrderRecord, OrderStatus } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import * as Time from "../Time.ts"
import * as Binding from "./Binding.ts"
import * as Change from "./Change.ts"
import type { Agreement } from "./Enrollment.ts"
import * as Generation from "./Generation.ts"
import * as Settlement from "./Settlement.ts"
import * as StepUp from "./StepUp.ts"
import * as TokenSource from "./TokenSource.ts"

/** A position whose code was presented, and whether it is burned. */
export interface Match {
  readonly position: number
  readonly burned: boolean
}

/** Where an account stands when a request of it is decided, on the provider day of the decision. Amounts in minor units. */
export interface Standing {
  readonly agreement: Agreement
  /** What was accepted without step-up, net of reversals: the sum and the number of payments. */
  readonly free: { readonly sum: number; readonly count: number }
  /** What was accepted in all, open orders included. */
  readonly all: number
  /** The balance, less what open orders reserve. */
  readonly available: number
  /** The owner has authenticated for an earlier order; nothing looks at it while STP-1 is in force. */
  readonly authenticated: boolean
}

/** A credential that a presented code verifies under. */
export interface Candidate {
  /** The account. */
  readonly payer: number
  /** The positions of its window whose code was presented, earliest first. Without VER-5 there may be none. */
  readonly matches: ReadonlyArray<Match>
  /** The code is one that the phone reveals as digits. */
  readonly revealed: boolean
  /** The last position of the credential that was attempted; undefined where none was. */
  readonly last: number | undefined
  /** The provider day on which a payment with it counts. */
  readonly day: number
  /** Where its account stands on that day. */
  readonly standing: Standing
  /** The code carries the payer's authentication: it was made with the PIN. */
  readonly pinned: boolean
}

/** Whether a code can be one of a credential, by whether it is what the credential gives within its window (VER-5). */
export const verifies = (rules: Rules, isGiven: boolean): boolean => isGiven || !inForce(rules, "VER-5")

/**
 * How many wrong codes there were on the provider day of a decision: from the request's terminal, from all terminals of its
 * merchant, and under its alias.
 */
export interface WrongCodes {
  readonly fromTerminal: number
  readonly fromMerchant: number
  readonly underAlias: number
}

/** What the provider knows when it decides a request. */
export interface Facts {
  /** What is recorded under this merchant's order number; undefined where nothing is. */
  readonly record: OrderRecord | undefined
  /** The order number may have been used before a restore, by what the request says (VER-31). */
  readonly predates: boolean
  readonly wrongCodes: WrongCodes
  /**
   * The account that the code names, the recorded one where the code is the recorded one; undefined where it names none. An
   * alias that lasts and is nobody's names {@link nobody}, which is no account's number: it is told from none of the others.
   */
  readonly payer: number | undefined
  /** Every credential that the code verifies under: none, one, or by a coincidence of digits two. */
  readonly candidates: ReadonlyArray<Candidate>
  /** How what the code was made over compares with the request. A scheme that binds its codes to nothing does not look. */
  readonly madeOver: Binding.Comparison
}

/** Whom an alias names that can be read, and that nobody has. */
export const nobody = -1

/** The payer that such an alias names; undefined where it is taken for whoever is asked about (VER-3). */
export const nobodyOf = (rules: Rules): number | undefined =>
  mutantOf(rules, "VER-3") === "nobody is anybody" ? undefined : nobody

/** Whether wrong codes are counted under aliases that nobody has as under others, where any are (VER-29). */
export const countsNobodys = (rules: Rules): boolean =>
  rules.scheme.throttle.perAliasDay !== undefined && mutantOf(rules, "VER-29") !== "somebody's alone"

/** The part of a pay request that is decided on. `code` is compared with that of a known order, never read. */
export interface Requested {
  readonly amount: number
  readonly code: number | string
}

/**
 * What the provider does with a request: what it answers, and the writes that go with it. A refusal is a decision like
 * any other, for it burns codes and is recorded.
 */
export interface Decision extends Change.Change {
  /** The answer was decided now, not read from the order's record. Only then may it debit, or open an order. */
  readonly fresh: boolean
  /** The request was an attempt: under an unknown order number, with a code that verifies within the window. */
  readonly attempt: boolean
  /** The positions of the credential to burn. */
  readonly burns: ReadonlyArray<Match>
  /** The candidate that is charged or refused, by its place among the facts; undefined where there is none. */
  readonly candidate: number | undefined
  /** Whether the answer is written under (merchant, order number). */
  readonly recorded: boolean
  /** It was paid without step-up. */
  readonly free: boolean
  /** The code was wrong: it counts as such for its terminal, its merchant, and the alias that it names. */
  readonly wrong: boolean
  /** A code that is out of the window is taken for the last that was attempted: only without VER-27. */
  readonly moves: boolean
}

const none: ReadonlyArray<Match> = []

/** An answer that changes nothing. */
export const answered = (answer: Answer): Decision => ({
  answer,
  status: undefined,
  debits: 0,
  returns: 0,
  reserves: 0,
  allowance: "kept",
  fresh: false,
  attempt: false,
  burns: none,
  candidate: undefined,
  recorded: false,
  free: false,
  wrong: false,
  moves: false
})

/** A code that is refused as none of anybody's. What it burns, it burns without VER-33. */
const wrongCode = (rules: Rules, answer: Answer, recorded: boolean, burns: ReadonlyArray<Match>): Decision => ({
  answer,
  status: "refused",
  debits: 0,
  returns: 0,
  reserves: 0,
  allowance: "kept",
  fresh: true,
  attempt: false,
  burns,
  candidate: undefined,
  recorded,
  free: false,
  wrong: answer === "CODE_INVALID",
  moves: answer === "CODE_INVALID" && !inForce(rules, "VER-27")
})

/**
 * Whether a request is answered from what is recorded under its order number (VER-1). Then nothing else is looked at, and no
 * other fact has to be gathered.
 */
export const isAnsweredFrom = (rules: Rules, record: OrderRecord | undefined): record is OrderRecord =>
  record !== undefined && inForce(rules, "VER-1")

/** Whether there were too many wrong codes for one more request to be read (VER-29). */
export const isThrottled = (rules: Rules, { fromMerchant, fromTerminal, underAlias }: WrongCodes): boolean => {
  const { perAliasDay = Number.POSITIVE_INFINITY, perTerminalDay } = rules.scheme.throttle
  if (mutantOf(rules, "VER-29") === "none") return false
  return fromTerminal >= perTerminalDay || fromMerchant >= perMerchantDay(rules) || underAlias >= perAliasDay
}

/** The wrong codes that a merchant is let on a day, from all of its terminals; infinity where nothing counts them so (VER-29). */
export const perMerchantDay = (rules: Rules): number =>
  mutantOf(rules, "VER-29") === "none"
    ? Number.POSITIVE_INFINITY
    : (rules.scheme.throttle.perMerchantDay ?? Number.POSITIVE_INFINITY)

/**
 * How a request under a known order number conflicts with its record (VER-2 to VER-4); undefined where it repeats it. Where
 * orders are bound to codes, another one is told before whose it is: else who sends made-up digits under a number of its own
 * is told which are somebody's, and as nothing counts what a record answers, of as many as it can ask for.
 */
const conflict = (
  rules: Rules,
  record: OrderRecord,
  payer: number | undefined,
  requested: Requested
): Reason | undefined => {
  // A reversal that came first stands for whatever its order was to be.
  if (record.amount === undefined) return undefined
  if (inForce(rules, "VER-2") && record.amount !== requested.amount) return "AMOUNT_CHANGED"
  const isOther = rules.scheme.order.bindsCode && record.code !== requested.code
  if (inForce(rules, "VER-4") && isOther) return "CODE_CHANGED"
  const isKnown = record.payer !== undefined && payer !== undefined
  return mutantOf(rules, "VER-3") !== "not compared" && isKnown && record.payer !== payer ? "PAYER_CHANGED" : undefined
}

/** The positions that stand for a code. Without VER-9 the first free matching one alone does. */
const counted = (rules: Rules, matches: ReadonlyArray<Match>): ReadonlyArray<Match> => {
  if (inForce(rules, "VER-9") || matches.length < 2) return matches
  const free = matches.find((match) => !match.burned) ?? matches[0]
  return free === undefined ? none : [free]
}

/** Whether a code can be used up: one of its positions is burned (VER-8), or lies before what was attempted (VER-28). */
const isUsed = (rules: Rules, { last }: Candidate, positions: ReadonlyArray<Match>): boolean => {
  const isBehind = rules.scheme.verification.monotone && inForce(rules, "VER-28") && last !== undefined
  for (const { burned, position } of positions) {
    if (burned && inForce(rules, "VER-8")) return true
    if (isBehind && position <= last) return true
  }
  return false
}

/** Why a payment needs step-up (VER-12, VER-13, VER-23, GEN-6); undefined where it is free. */
const overLimits = (rules: Rules, { revealed, standing }: Candidate, amount: number): Reason | undefined => {
  const { scheme } = rules
  const { dayCount, daySum, payment } = scheme.limit
  const more = inForce(rules, "VER-12") ? 0 : mutantOf(rules, "VER-12") === "one more" ? 1 : Number.POSITIVE_INFINITY
  if (amount > payment + more) return "OVER_PAYMENT_LIMIT"
  if (!Generation.isPlain(rules, revealed)) return "OVER_PAYMENT_LIMIT"
  if (daySum !== undefined && mutantOf(rules, "VER-13") !== "no limit" && amount > daySum - standing.free.sum) {
    return "OVER_DAY_SUM"
  }
  if (dayCount !== undefined && mutantOf(rules, "VER-23") !== "no limit" && standing.free.count >= dayCount) {
    return "OVER_DAY_COUNT"
  }
  return undefined
}

/** What an attempt comes to: the ground on which it is refused, or that it is paid, or held open. */
const judge = (rules: Rules, candidate: Candidate, positions: ReadonlyArray<Match>, amount: number): Answer => {
  const { scheme } = rules
  const { standing } = candidate
  if (isUsed(rules, candidate, positions)) return "CODE_USED"
  if (inForce(rules, "VER-11") && standing.agreement !== "live") return "NO_AGREEMENT"
  if (inForce(rules, "VER-24") && amount > scheme.limit.accountDay - standing.all) return "OVER_ACCOUNT_DAY"
  if (inForce(rules, "VER-14") && amount > standing.available) return "BALANCE"
  if (mutantOf(rules, "VER-15") === "everything") return "DECLINED"
  if (mutantOf(rules, "VER-15") === "one less" && amount === scheme.limit.payment) return "DECLINED"
  const over = overLimits(rules, candidate, amount)
  return over === undefined || isAnswered(rules, candidate)
    ? "PAID"
    : StepUp.instead(rules, over, standing.authenticated)
}

/** Whether a code brings the payer's authentication with it. One that names no payment is none for it. */
const isAnswered = (rules: Rules, { pinned }: Candidate): boolean =>
  pinned && StepUp.isInCode(rules) && Binding.isBound(rules)

/** Where an attempt puts its order. */
const statusOf = (answer: Answer): OrderStatus => (answer === "PAID" ? "paid" : answer === "OPEN" ? "open" : "refused")

/** What a request comes to that is an attempt: its answer, its amount in minor units, and whether it is recorded. */
interface Judged {
  readonly answer: Answer
  readonly amount: number
  readonly recorded: boolean
}

/** The decision on an attempt: the code is used up, and what was accepted is debited or reserved, and counted. */
const attempted = (
  rules: Rules,
  candidate: Candidate,
  positions: ReadonlyArray<Match>,
  { amount, answer, recorded }: Judged
): Decision => {
  const status = statusOf(answer)
  const isAccepted = status !== "refused"
  return {
    answer,
    status,
    debits: status === "paid" ? amount : 0,
    returns: 0,
    reserves: Change.reserved(rules, status, amount),
    allowance: isAccepted ? "used" : "kept",
    fresh: true,
    attempt: true,
    burns: isAccepted || inForce(rules, "VER-10") ? positions : none,
    candidate: 0,
    recorded,
    free: status === "paid" && !isAnswered(rules, candidate),
    wrong: false,
    moves: false
  }
}

/**
 * Decides a pay request on the facts, when the deciding clock reads `now`. The amount is taken to be one (REL-2 is
 * checked where the request enters).
 */
export const decide = (rules: Rules, facts: Facts, requested: Requested, now: number): Decision => {
  const { candidates, record } = facts
  if (isAnsweredFrom(rules, record)) {
    return answered(conflict(rules, record, facts.payer, requested) ?? Settlement.state(rules, record, now))
  }
  if (facts.predates && inForce(rules, "VER-31")) return answered("UNKNOWN")
  if (isThrottled(rules, facts.wrongCodes)) return answered("THROTTLED")
  const isKept = (answer: Answer): boolean =>
    inForce(rules, "VER-16") ||
    (mutantOf(rules, "VER-16") === "refusals not recorded" && (answer === "PAID" || answer === "OPEN"))
  const candidate = candidates[0]
  const isAmbiguous = candidates.length > 1 && inForce(rules, "VER-22")
  if (candidate === undefined || isAmbiguous) {
    const answer = candidate === undefined ? "CODE_INVALID" : "AMBIGUOUS_CODE"
    return wrongCode(rules, answer, isKept(answer), none)
  }
  const positions = counted(rules, candidate.matches)
  if (!Binding.fits(rules, facts.madeOver)) {
    return wrongCode(rules, "CODE_INVALID", isKept("CODE_INVALID"), inForce(rules, "VER-33") ? none : positions)
  }
  const answer = judge(rules, candidate, positions, requested.amount)
  return attempted(rules, candidate, positions, { answer, amount: requested.amount, recorded: isKept(answer) })
}

/** What the day of a payment is found by. */
export interface Dated {
  /** The deciding clock, in seconds. */
  readonly now: number
  /** The provider day up to which the account's payments were stamped; -1 where none was. */
  readonly last: number
  /** The position of the code; undefined where it is none that its credential gives. */
  readonly position: number | undefined
}

/** The day on which a payment counts: that of the node's clock (VER-26), but none before the account's last (VER-25). */
export const dayOf = (rules: Rules, { last, now, position }: Dated): number => {
  const { scheme } = rules
  if (!inForce(rules, "VER-26") && position !== undefined) {
    // Without VER-26 it is the day that the code was made for. The codes of a list are for no day.
    return Time.dayAt(scheme, TokenSource.sourceOf(scheme).instantOf(scheme, position, now))
  }
  const day = Time.dayAt(scheme, now)
  return inForce(rules, "VER-25") ? Math.max(day, last) : day
}
