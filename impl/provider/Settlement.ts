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

/** A merchant's request to give back some of what an order was paid with, in minor units. */
export interface Refund extends Ledger.OrderNumber {
  /** The refund's own number: one that was made is not made again (SET-7). */
  readonly refund: string
  readonly amount: number
}

/** What can be done with an order. */
export class Settlement extends Context.Service<
  Settlement,
  {
    /** What became of an order. */
    readonly query: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Database.Unavailable>
    /** Reverses an order: what is open is released, and what is paid goes back (SET-1). */
    readonly reverse: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Database.Unavailable>
    /** Gives back some of what an order was paid with (SET-7, SET-8). */
    readonly refund: (refund: Refund) => Effect.Effect<Answer, Database.Unavailable>
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

const query = Effect.fnUntraced(function* (setup: Setup["Service"], order: Ledger.OrderNumber) {
  const { ledger, rules } = setup
  const now = yield* setup.now
  const record = Ledger.kept(rules, yield* ledger.orders.order(order), now)
  // What is recorded was not lost, whatever else was.
  const isLost = record === undefined && Ledger.mayBeLost(yield* ledger.epochs.current, record)
  return Model.query(rules, record, isLost, now)
})

/**
 * What a step makes of an order, by what is recorded of it and still counts, at the clock of the provider. `predates`: nothing is
 * recorded, for it may have been lost to a restore (VER-31).
 */
export type Decide = (record: Ledger.Row | undefined, now: number, predates: boolean) => Change.Change

/** The same as the ledger asks for it within its transaction; of a refund with its number. */
export const changing = (
  { now, rules }: Pick<Setup["Service"], "now" | "rules">,
  decide: Decide,
  refund?: string
): Effect.Effect<Ledger.Changing> =>
  Effect.map(now, (now) => ({
    now,
    today: Time.dayAt(rules.scheme, now),
    refund,
    decide: (row, predates) => decide(Ledger.kept(rules, row, now), now, predates)
  }))

const change = (setup: Setup["Service"], order: Ledger.OrderNumber, decide: Decide, refund?: string) =>
  Effect.flatMap(changing(setup, decide, refund), (given) =>
    Effect.map(setup.ledger.payments.change(order, given), ({ answer }) => answer)
  )

const reverse = (setup: Setup["Service"], order: Ledger.OrderNumber) =>
  change(setup, order, (record, now, predates) => Model.reverse(setup.rules, record, predates, now))

const refund = Effect.fnUntraced(function* (setup: Setup["Service"], { amount, merchant, order, refund }: Refund) {
  const { rules } = setup
  const admitted = Relay.admit(rules, amount)
  if (Result.isFailure(admitted)) return admitted.failure
  const decide: Decide = (record, _now, predates) =>
    Model.refund(rules, record, { amount, isRepeated: record?.refunds.includes(refund) ?? false, predates })
  return yield* change(setup, { merchant, order }, decide, refund)
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
  query: (order) => query(setup, order),
  reverse: (order) => reverse(setup, order),
  refund: (refunded) => refund(setup, refunded),
  close: (order) => close(setup, order),
  closeOverdue: closeOverdue(setup)
})
