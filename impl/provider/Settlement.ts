/** Settlement: what becomes of an order after its pay request: queries, reversals, refunds, and its timer. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Answer } from "../../model/Order.ts"
import { Change, Settlement as Model, Relay, StepUp } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Setup } from "./Setup.ts"

/** A refund of an order, by its own number: one that was made is not made again (SET-7). */
export interface RefundOf extends Ledger.OrderNumber {
  readonly refund: string
}

/** A merchant's request to give back some of what an order was paid with, in minor units. */
export interface Refund extends RefundOf {
  readonly amount: number
}

/** What a merchant is answered about an order, and the amounts of it in minor units: undefined where nothing is recorded. */
export interface Standing {
  readonly answer: Answer
  /** What was asked for. */
  readonly amount: number | undefined
  /** What its refunds have given back, all together. */
  readonly refunded: number | undefined
}

/** What a merchant is answered about a refund. */
export interface Refunded {
  readonly answer: Answer
  /** What was given back under the number, in minor units: undefined where nothing was, or where it was not recorded. */
  readonly amount: number | undefined
  /** What all refunds of the order have given back, this one with them; undefined where nothing is recorded of the order. */
  readonly refunded: number | undefined
}

/** What can be done with an order. */
export class Settlement extends Context.Service<
  Settlement,
  {
    /** What became of an order. */
    readonly query: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Database.Unavailable>
    /** The same, with its amounts. */
    readonly standing: (order: Ledger.OrderNumber) => Effect.Effect<Standing, Database.Unavailable>
    /** Reverses an order: what is open is released, and what is paid goes back (SET-1). */
    readonly reverse: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Database.Unavailable>
    /** Gives back some of what an order was paid with (SET-7, SET-8, SET-10). */
    readonly refund: (refund: Refund) => Effect.Effect<Refunded, Database.Unavailable>
    /** What became of a refund. */
    readonly queryRefund: (refund: RefundOf) => Effect.Effect<Refunded, Database.Unavailable>
    /** Pays out to a merchant what is held for it, once under a number, and answers what was (SET-12). */
    readonly payOut: (payout: Ledger.PayoutNumber) => Effect.Effect<Ledger.PaidOut, Database.Unavailable>
    /** The timer of an order: closes it where its deadline is past (SET-4). */
    readonly close: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Database.Unavailable>
    /** Closes the open orders whose deadline is past, and answers how many. */
    readonly closeOverdue: Effect.Effect<number, Database.Unavailable>
  }
>()("paycode/impl/provider/Settlement") {
  /** Settlement under a setup. */
  static readonly layer: Layer.Layer<Settlement, never, Setup> = Layer.effect(
    Settlement,
    Effect.map(Setup, (setup) => make(setup))
  )
}

/** What is recorded of an order and still counts, whether it may have been lost, and the clock that it is read by. */
const read = Effect.fnUntraced(function* (setup: Setup["Service"], order: Ledger.OrderNumber) {
  const { ledger, rules } = setup
  const now = yield* setup.now
  const record = Ledger.kept(rules, yield* ledger.orders.order(order), now)
  // What is recorded was not lost, whatever else was.
  const isLost = record === undefined && Ledger.mayBeLost(yield* ledger.epochs.current, record)
  return { record, isLost, now }
})

const standing = Effect.fnUntraced(function* (setup: Setup["Service"], order: Ledger.OrderNumber) {
  const { isLost, now, record } = yield* read(setup, order)
  const answer = Model.query(setup.rules, record, isLost, now)
  return { answer, amount: record?.amount, refunded: record?.refunded }
})

/**
 * What a step makes of an order, by what is recorded of it and still counts, at the clock of the provider. `predates`: nothing is
 * recorded, for it may have been lost to a restore (VER-31).
 */
export type Decide = (
  record: Ledger.Row | undefined,
  now: number,
  predates: boolean,
  refunding: Pick<Model.Refunding, "made" | "held">
) => Change.Change

/** The same as the ledger asks for it within its transaction; of a refund with its number. */
export const changing = (
  { now, rules }: Pick<Setup["Service"], "now" | "rules">,
  decide: Decide,
  refund?: Ledger.RefundNumber
): Effect.Effect<Ledger.Changing> => {
  const at = (now: number): Ledger.Changing => ({
    now,
    today: Time.dayAt(rules.scheme, now),
    refund,
    decide: (row, predates, made, held) => decide(Ledger.kept(rules, row, now), now, predates, { made, held })
  })
  return Effect.map(now, (first) => ({ ...at(first), renewed: Effect.map(now, at) }))
}

const change = (setup: Setup["Service"], order: Ledger.OrderNumber, decide: Decide) =>
  Effect.flatMap(changing(setup, decide), (given) =>
    Effect.map(setup.ledger.payments.change(order, given), ({ answer }) => answer)
  )

const reverse = (setup: Setup["Service"], order: Ledger.OrderNumber) =>
  change(setup, order, (record, now, predates) => Model.reverse(setup.rules, record, predates, now))

const numberOf = ({ rules }: Setup["Service"], { refund }: RefundOf): Ledger.RefundNumber => ({
  refund,
  within: Model.isWithin(rules)
})

const refund = Effect.fnUntraced(function* (setup: Setup["Service"], refunding: Refund) {
  const { ledger, rules } = setup
  const { amount } = refunding
  const admitted = Relay.admit(rules, amount)
  if (Result.isFailure(admitted)) return { answer: admitted.failure, amount: undefined, refunded: undefined }
  const decide: Decide = (record, now, predates, facts) =>
    Model.refund(rules, record, { amount, predates, ...facts }, now)
  const number = { ...numberOf(setup, refunding), takesHeld: Model.takesHeld(rules) }
  const given = yield* changing(setup, decide, number)
  const { change, made, row } = yield* ledger.payments.refund(refunding, given)
  const isMade = change.status !== undefined
  return {
    answer: change.answer,
    amount: isMade ? change.returns : change.answer === "REFUNDED" ? made?.amount : undefined,
    refunded: row && row.refunded + change.returns
  }
})

const queryRefund = Effect.fnUntraced(function* (setup: Setup["Service"], refund: RefundOf) {
  const { ledger, rules } = setup
  const decide: Decide = (record, _now, predates, { made }) =>
    Change.nothing(Model.queryRefund(rules, record, { made, predates }))
  const given = yield* changing(setup, decide, numberOf(setup, refund))
  // The refund and its order are read in one transaction, which writes nothing: what is told of both is of one moment.
  const { change, made, row } = yield* ledger.payments.refund(refund, given)
  return {
    answer: change.answer,
    amount: change.answer === "REFUNDED" ? made?.amount : undefined,
    refunded: row?.refunded
  }
})

const close = (setup: Setup["Service"], order: Ledger.OrderNumber) =>
  change(setup, order, (record, now) =>
    record === undefined ? Change.nothing("NO_SUCH_ORDER") : Model.close(setup.rules, record, now)
  )

/** How many overdue orders are closed in one go. */
const mostOverdue = 1000

const closeOverdue = Effect.fnUntraced(function* (setup: Setup["Service"]) {
  const openFor = StepUp.openFor(setup.rules)
  const overdue = yield* setup.ledger.orders.openSince((yield* setup.now) - openFor, mostOverdue)
  const answers = yield* Effect.forEach(overdue, (order) => close(setup, order))
  return answers.filter((answer) => answer === "CLOSED").length
})

const make = (setup: Setup["Service"]): Settlement["Service"] => ({
  query: (order) => Effect.map(standing(setup, order), ({ answer }) => answer),
  standing: (order) => standing(setup, order),
  reverse: (order) => reverse(setup, order),
  refund: (refunding) => refund(setup, refunding),
  queryRefund: (refund) => queryRefund(setup, refund),
  payOut: (payout) => Effect.flatMap(setup.now, (now) => setup.ledger.payments.payOut(payout, now)),
  close: (order) => close(setup, order),
  closeOverdue: closeOverdue(setup)
})
