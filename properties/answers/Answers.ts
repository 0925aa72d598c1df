/**
 * Answers: what every request about an order is answered, in every state that an order can be in. It is what the steps of the
 * model decide, asked one by one. The page of order states is made of it, and the implementation is compared with it.
 */
import type { Answer, OrderRecord } from "../../model/Order.ts"
import { type Rules, strict } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Settlement, StepUp, Verification } from "../../model/steps/Steps.ts"

/** The order that is asked about: a payment of two minor units, by account 0. */
export const amount = 2

/** A state of an order, when something is asked about it. */
export interface Situation {
  /** What is recorded under the order number; undefined where nothing is. */
  readonly record: OrderRecord | undefined
  /** The order was asked for before a restore. */
  readonly predates: boolean
  /** How long ago it was written, in seconds. */
  readonly age: number
  /** What is held for its merchant, in minor units; its amount and more, unless given. */
  readonly held?: number
}

interface StateRow {
  /** The state, as a noun. */
  readonly says: string
  /** Undefined where orders of the scheme are never in it. */
  readonly of: (rules: Rules) => Situation | undefined
}

const recorded = (record: Partial<OrderRecord>, age = 0): Situation => ({
  record: { status: "paid", reason: undefined, amount, payer: 0, code: 0, at: 0, refunded: 0, ...record },
  predates: false,
  age
})

const always = (situation: Situation) => (): Situation => situation

/** A state that orders have only where they wait for step-up. */
const waiting = (of: (rules: Rules) => Situation) => (rules: Rules) => (StepUp.waits(rules) ? of(rules) : undefined)

const within = ({ scheme }: Rules): number => scheme.reverse.within
const skewOf = ({ scheme }: Rules): number => scheme.clock.nodeSkew

/** What there is only where a scheme has an age up to which orders are refunded. */
const limited =
  (of: (rules: Rules, within: number) => Situation) =>
  (rules: Rules): Situation | undefined =>
    rules.scheme.refund === undefined ? undefined : of(rules, rules.scheme.refund.within)

/** Every state that an order can be in, edges of times included. */
export const states = {
  unknown: {
    says: "nothing is recorded under the number",
    of: always({ record: undefined, predates: false, age: 0 })
  },
  predates: {
    says: "nothing is recorded, and the order was asked for before a restore",
    of: always({ record: undefined, predates: true, age: 0 })
  },
  refused: {
    says: "refused, for want of balance",
    of: always(recorded({ status: "refused", reason: "BALANCE" }))
  },
  open: {
    says: "open, for one second less than `stepUp.openFor`",
    of: waiting((rules) => recorded({ status: "open" }, StepUp.openFor(rules) - 1))
  },
  overdue: {
    says: "open for `stepUp.openFor`, and not yet closed",
    of: waiting((rules) => recorded({ status: "open" }, StepUp.openFor(rules)))
  },
  paid: { says: "paid, and `reverse.within` old or less", of: (rules) => recorded({}, within(rules)) },
  justLate: {
    says: "paid, and a second older than that",
    of: (rules) => recorded({}, within(rules) + 1)
  },
  late: {
    says: "paid, and `clock.nodeSkew` seconds older than that",
    of: (rules) => recorded({}, within(rules) + skewOf(rules))
  },
  tooLate: {
    says: "paid, and a second older than `reverse.within` and `clock.nodeSkew` together",
    of: (rules) => recorded({}, within(rules) + skewOf(rules) + 1)
  },
  refundable: {
    says: "paid, too old to be reversed, and `refund.within` old or less",
    of: limited((_rules, within) => recorded({}, within))
  },
  justPastRefunds: {
    says: "paid, and a second older than that, or up to `clock.nodeSkew` seconds",
    of: limited((_rules, within) => recorded({}, within + 1))
  },
  pastRefunds: {
    says: "paid, and a second older than `refund.within` and `clock.nodeSkew` together",
    of: limited((rules, within) => recorded({}, within + skewOf(rules) + 1))
  },
  paidOut: {
    says: "paid, `reverse.within` old or less, and paid out to its merchant",
    of: limited((rules) => ({ ...recorded({}, within(rules)), held: 0 }))
  },
  refundedInPart: {
    says: "paid, refunded in part, and `reverse.within` old or less",
    of: (rules) => recorded({ refunded: 1 }, within(rules))
  },
  refundedInPartLate: {
    says: "paid, refunded in part, and a second older than that, or up to `clock.nodeSkew` seconds",
    of: (rules) => recorded({ refunded: 1 }, within(rules) + 1)
  },
  refundedInPartTooLate: {
    says: "paid, refunded in part, and a second older than `reverse.within` and `clock.nodeSkew` together",
    of: (rules) => recorded({ refunded: 1 }, within(rules) + skewOf(rules) + 1)
  },
  refunded: {
    says: "paid, refunded wholly, and `reverse.within` old or less",
    of: (rules) => recorded({ refunded: amount }, within(rules))
  },
  refundedLate: {
    says: "paid, refunded wholly, and a second older than that, or up to `clock.nodeSkew` seconds",
    of: (rules) => recorded({ refunded: amount }, within(rules) + 1)
  },
  refundedTooLate: {
    says: "paid, refunded wholly, and a second older than `reverse.within` and `clock.nodeSkew` together",
    of: (rules) => recorded({ refunded: amount }, within(rules) + skewOf(rules) + 1)
  },
  closed: { says: "closed", of: waiting(() => recorded({ status: "closed" })) },
  reversed: { says: "reversed after it was accepted", of: always(recorded({ status: "reversed" })) },
  reversedAfterRefund: {
    says: "reversed after a part of it was refunded",
    of: always(recorded({ status: "reversed", refunded: 1 }))
  },
  tombstone: {
    says: "reversed before anything was asked under the number",
    of: ({ scheme }) =>
      scheme.reverse.unknownOrder === "tombstone"
        ? recorded({ status: "reversed", amount: undefined, payer: undefined })
        : undefined
  }
} as const satisfies Readonly<Record<string, StateRow>>
export type StateName = keyof typeof states

/** Every state's name. */
export const stateNames = Object.keys(states) as ReadonlyArray<StateName>

interface RequestRow {
  readonly says: string
  /** Undefined where nobody asks it in such a scheme, or where a new attempt is decided. */
  readonly answer: (rules: Rules, situation: Situation) => Answer | undefined
}

/** What a pay request under a known number is answered; a new attempt is decided where there is none. */
const paying =
  (requested: { readonly amount?: number; readonly code?: number; readonly payer?: number }) =>
  (rules: Rules, { age, predates, record }: Situation): Answer | undefined => {
    if (record === undefined && !predates) return undefined
    const facts: Verification.Facts = {
      record,
      predates,
      wrongCodes: { fromTerminal: 0, fromMerchant: 0, underAlias: 0 },
      payer: requested.payer ?? 0,
      candidates: [],
      madeOver: "same"
    }
    return Verification.decide(rules, facts, { amount: requested.amount ?? amount, code: requested.code ?? 0 }, age)
      .answer
  }

const refunding =
  (of: number, made?: Settlement.Made) =>
  (rules: Rules, { age, held = Number.POSITIVE_INFINITY, predates, record }: Situation) =>
    Settlement.refund(rules, record, { amount: of, made, predates, held }, age).answer

/** What was made of an order before under a number; undefined where nothing was refunded of it. */
const madeOf = ({ record }: Situation): Settlement.Made | undefined =>
  record === undefined || record.refunded === 0 ? undefined : { amount: record.refunded, isOfOrder: true }

/** What is answered to what is asked of a refund that was made, or may have been before a restore. */
const ofMade =
  (answer: (rules: Rules, situation: Situation, made: Settlement.Made | undefined) => Answer) =>
  (rules: Rules, situation: Situation): Answer | undefined => {
    const made = madeOf(situation)
    return made !== undefined || situation.predates ? answer(rules, situation, made) : undefined
  }

/** Every request about an order. */
export const requests = {
  again: { says: "the same payment again", answer: paying({}) },
  otherAmount: { says: "a payment of another amount", answer: paying({ amount: amount + 1 }) },
  otherPayer: { says: "a payment with another account's code", answer: paying({ payer: 1, code: 1 }) },
  otherCode: { says: "a payment with another code of the payer", answer: paying({ code: 1 }) },
  query: {
    says: "a query",
    answer: (rules, { age, predates, record }) => Settlement.query(rules, record, predates, age)
  },
  reversal: {
    says: "a reversal",
    answer: (rules, { age, predates, record }) => Settlement.reverse(rules, record, predates, age).answer
  },
  refund: { says: "a refund of one minor unit", answer: refunding(1) },
  wholeRefund: { says: "a refund of the whole amount", answer: refunding(amount) },
  refundAgain: {
    says: "the refund that was made, again",
    answer: ofMade((rules, situation, made) => refunding(made?.amount ?? 1, made)(rules, situation))
  },
  otherRefund: {
    says: "a refund of another amount under its number",
    answer: ofMade((rules, situation, made) => refunding((made?.amount ?? 1) + 1, made)(rules, situation))
  },
  refundQuery: {
    says: "a query of the refund that was made",
    answer: ofMade((rules, { predates, record }, made) => Settlement.queryRefund(rules, record, { made, predates }))
  },
  noRefundQuery: {
    says: "a query of a refund that was not made",
    answer: (rules, { predates, record }) => Settlement.queryRefund(rules, record, { made: undefined, predates })
  },
  approval: {
    says: "the owner's right answer to its prompt",
    // What was reversed before it was asked for is nobody's: there is no owner to ask.
    answer: (rules, { record }) =>
      StepUp.waits(rules) && (record === undefined || record.amount !== undefined)
        ? StepUp.authenticate(rules, record, { isForOrder: true, wrong: 0 }).answer
        : undefined
  },
  deadline: {
    says: "the provider's own look at its deadline",
    answer: (rules, { age, record }) =>
      StepUp.waits(rules) && record !== undefined ? Settlement.close(rules, record, age).answer : undefined
  }
} as const satisfies Readonly<Record<string, RequestRow>>
export type RequestName = keyof typeof requests

/** Every request's name. */
export const requestNames = Object.keys(requests) as ReadonlyArray<RequestName>

/**
 * What a request is answered in a state, in a scheme, with every clause in force; undefined where orders are never in that state, or where
 * nobody asks, or where it is a new attempt, of which more has to be known.
 */
export const answer = (scheme: Scheme, state: StateName, request: RequestName): Answer | undefined => {
  const rules = strict(scheme)
  const situation = states[state].of(rules)
  return situation && requests[request].answer(rules, situation)
}
