/** Given runs: the words for runs under direction that show a mutant, or a fault, by their last action. */
import type { Scheme } from "../../model/Scheme.ts"
import { type Binding, TokenSource as Positions } from "../../model/steps/Steps.ts"
import type { Action, Node, Of } from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import type { CapabilityId } from "../../spec/Threats.ts"

/** What happens, from noon on, and in which world. */
export interface Directed {
  readonly amounts: ReadonlyArray<number>
  readonly offsets?: ReadonlyArray<number>
  /** What the adversary can do besides. */
  readonly can?: ReadonlyArray<CapabilityId>
  readonly actions: ReadonlyArray<Action>
}

/** The position of the code that a phone shows `later` steps after noon, or as the code of its list that comes then. */
export const positionOf = (scheme: Scheme, later: number): number =>
  Positions.hasSteps(scheme)
    ? Positions.firstOf(scheme, Time.stepAt(scheme, Time.startOfDay(scheme, 40) + Time.secondsPerDay / 2) + later)
    : later

/** What a phone makes a code over for a sale at a till, where the scheme binds codes to its transaction. */
export const madeOver = (
  { code }: Scheme,
  payee: number,
  sum: number,
  terms: Partial<Binding.Terms> = {}
): { readonly terms?: Binding.Terms } =>
  code.boundTo === "till" ? { terms: { payee, sum, pin: "none", copied: false, ...terms } } : {}

/** The phone shows a code at the adversary's till. */
export const show = (offset = 0, revealed = false): Of<"Show"> => ({
  _tag: "Show",
  phone: 0,
  till: 1,
  offset,
  revealed
})

/** Time passes, in seconds. */
export const advance = (seconds: number): Action => ({ _tag: "Advance", seconds })

/** The adversary's merchant asks for an amount, in minor units, with the code of a position. */
export const payment = (position: number, amount: number, revealed = false, node: Node = 0): Action => ({
  _tag: "Pay",
  order: -1,
  request: { alias: 0, key: { phone: 0, generation: 0, position, revealed }, amount },
  node
})

/** The first order is reversed. */
export const reversal: Action = { _tag: "Meddle", order: 0, what: "reversal", number: 0, amount: 0, node: 0 }

/** The provider pays out to the adversary's merchant what it holds for it. */
export const payOut: Action = { _tag: "PayOut", merchant: 1 }

/** One minor unit of the first order is refunded, always under the same number. */
export const refund: Action = { _tag: "Meddle", order: 0, what: "refund", number: 1, amount: 1, node: 0 }

/** Another amount of the first order is refunded under the same number, or as much of the second. */
export const otherRefund: Action = { ...refund, amount: 2 }
export const refundElsewhere: Action = { ...refund, order: 1 }

/** It is asked about another refund of the first order, which was not made. */
export const refundQuery: Action = { ...refund, what: "refund query", number: 2, amount: 0 }

/** A code shown and paid with at once. */
export const paid = (scheme: Scheme, amount: number): ReadonlyArray<Action> => [
  { ...show(), ...madeOver(scheme, 1, amount) },
  payment(positionOf(scheme, 0), amount)
]

/** Two codes of consecutive steps, or of a list one after the other, each paid with at once. */
export const twoPaid = (scheme: Scheme, amount: number): ReadonlyArray<Action> => [
  ...paid(scheme, amount),
  advance(scheme.clock.step),
  { ...show(), ...madeOver(scheme, 1, amount) },
  payment(positionOf(scheme, 1), amount)
]

/** Of two days: a payment on the first, and on the second its reversal and three payments of the same amount. */
export const twoDays = (scheme: Scheme, amount: number): ReadonlyArray<Action> => {
  const day = Time.secondsPerDay / scheme.clock.step
  const more = [0, 1, 2].flatMap((later) => [show(), payment(positionOf(scheme, day + later), amount), advance(30)])
  return [...paid(scheme, amount), advance(Time.secondsPerDay), reversal, ...more.slice(0, -1)]
}

/** Noon until the last second of the day: the node that is ahead has begun the next. */
export const toMidnight = advance(Time.secondsPerDay / 2 - 1)

/** The amounts on both sides of the limit above which a code is not enough: the least payment, and one over the limit. */
export const atLimit = ({ limit }: Scheme): ReadonlyArray<number> => [7, limit.payment + 1]
