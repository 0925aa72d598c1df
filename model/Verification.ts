/**
 * Verification: the provider decides a pay request. One pure decision serves the model and every implementation; only
 * the way the facts are gathered differs.
 *
 * @see spec/Verification.md
 */
import type { Agreement } from "./Enrollment.ts"
import type { OrderRecord, Outcome } from "./Order.ts"
import type { Rules } from "./Rules.ts"
import * as Time from "./Time.ts"

/** The steps that a provider compares a code's proof with, both ends included. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** The window at an instant of the deciding clock. A bound that is left out (VER-6, VER-7) lies a day further out. */
export const windowAt = (rules: Rules, now: number): Window => {
  const { inForce, scheme } = rules
  const step = Time.stepAt(scheme, now)
  const day = Math.ceil(Time.secondsPerDay / scheme.clock.step)
  return {
    from: step - scheme.window.past - (inForce["VER-6"] ? 0 : day),
    to: step + scheme.window.future + (inForce["VER-7"] ? 0 : day)
  }
}

/** A step of the window whose proof the code carries, and whether that step of the credential is burned. */
export interface Match {
  readonly step: number
  readonly burned: boolean
}

/** What the provider knows when it decides a request. `spentToday` counts the provider day of the deciding clock. */
export interface Facts {
  /** What was answered under this merchant's order number; undefined where nothing was. */
  readonly record: OrderRecord | undefined
  /** The account that the code's alias names; undefined where it names none. */
  readonly payer: number | undefined
  /** Every step of {@link windowAt} whose proof the code carries, earliest first. */
  readonly matches: ReadonlyArray<Match>
  readonly agreement: Agreement
  readonly spentToday: number
  readonly balance: number
}

/** The part of a pay request that is decided on. `code` is compared with that of a known order, never read. */
export interface Asked {
  readonly amount: number
  readonly code: number | string
}

/**
 * What the provider does with a request: the outcome it answers, and the writes that go with it. A refusal is a
 * decision like any other, for it burns codes and is recorded.
 */
export interface Decision {
  readonly outcome: Outcome
  /** The outcome was decided now, not read from the order's record. Only then may it debit. */
  readonly fresh: boolean
  /** The request was an attempt: under an unknown order number, with a code that verifies within the window. */
  readonly attempt: boolean
  /** The steps of the payer's credential to burn. */
  readonly burns: ReadonlyArray<Match>
  /** Whether the outcome is written under (merchant, order number). */
  readonly recorded: boolean
}

const none: ReadonlyArray<Match> = []

/** An answer that changes nothing. */
const answered = (outcome: Outcome): Decision => ({
  outcome,
  fresh: false,
  attempt: false,
  burns: none,
  recorded: false
})

/** The answer to a request under a known order number (VER-1): its record, or a conflict (VER-2 to VER-4). */
const answerKnown = (rules: Rules, record: OrderRecord, facts: Facts, asked: Asked): Decision => {
  const { inForce, scheme } = rules
  if (inForce["VER-2"] && record.amount !== asked.amount) return answered("AMOUNT_CHANGED")
  if (inForce["VER-3"] && record.payer !== facts.payer) return answered("PAYER_CHANGED")
  if (inForce["VER-4"] && scheme.order.bindsCode && record.code !== asked.code) return answered("CODE_CHANGED")
  return answered(record.outcome)
}

/** The steps that stand for a code. Without VER-9 the first free matching step alone does. */
const counted = (rules: Rules, matches: ReadonlyArray<Match>): ReadonlyArray<Match> => {
  if (rules.inForce["VER-9"] || matches.length < 2) return matches
  const free = matches.find((match) => !match.burned) ?? matches[0]
  return free === undefined ? none : [free]
}

/** The ground on which an attempt is refused, or that it is paid. */
const judge = (rules: Rules, facts: Facts, steps: ReadonlyArray<Match>, amount: number): Outcome => {
  const { inForce, scheme } = rules
  if (inForce["VER-8"] && steps.some((match) => match.burned)) return "CODE_USED"
  if (inForce["VER-11"] && facts.agreement !== "live") return "NO_AGREEMENT"
  if (inForce["VER-12"] && amount > scheme.limit.payment) return "OVER_PAYMENT_LIMIT"
  if (inForce["VER-13"] && amount > scheme.limit.daySum - facts.spentToday) return "OVER_DAY_SUM"
  if (inForce["VER-14"] && amount > facts.balance) return "BALANCE"
  return inForce["VER-15"] ? "PAID" : "DECLINED"
}

/**
 * Decides a pay request on the facts. The amount is taken to be one (REL-2 is checked where the request enters).
 */
export const decide = (rules: Rules, facts: Facts, asked: Asked): Decision => {
  const { inForce } = rules
  if (inForce["VER-1"] && facts.record !== undefined) return answerKnown(rules, facts.record, facts, asked)
  const recorded = inForce["VER-16"]
  const attempt = facts.matches.length > 0
  if (facts.payer === undefined || (inForce["VER-5"] && !attempt)) {
    return { outcome: "CODE_INVALID", fresh: true, attempt: false, burns: none, recorded }
  }
  const steps = counted(rules, facts.matches)
  const outcome = judge(rules, facts, steps, asked.amount)
  const burns = outcome === "PAID" || inForce["VER-10"] ? steps : none
  return { outcome, fresh: true, attempt, burns, recorded }
}
