/** Till driver: plays what the tills of honest merchants do: they scan, ask, reverse, and hear of payments. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import type * as Till from "../../impl/till/Till.ts"
import type { Answer as Told } from "../../model/Order.ts"
import { type CodeKey, Facts, type Of, type State } from "../../model/system/System.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import * as Bonds from "./Bonds.ts"
import { type Cast, numberOf, obstacleOfDay, terminal } from "./Cast.ts"
import * as Digits from "./Digits.ts"
import * as Message from "./Message.ts"
import * as Names from "./Names.ts"
import { answered, coincidence, dark, declined, nothing, type Observation } from "./Observation.ts"
import * as OrderNumbers from "./OrderNumbers.ts"
import * as WrongCodes from "./WrongCodes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Scans
// ---------------------------------------------------------------------------------------------------------------------

/** A till scans some digits, under a new order number. */
const scanDigits = Effect.fnUntraced(function* (
  cast: Cast,
  state: State,
  sale: Bonds.Sale,
  code: string
): Effect.fn.Return<Observation> {
  const { amount, key, merchant } = sale
  const index = state.orders.length
  const fit = yield* Bonds.fitOf(cast.bonds, state, sale)
  Bonds.assign(cast, state, { key, merchant, index }, fit)
  const { order } = OrderNumbers.numberOf(cast.numbers, merchant, index)
  const nonce = OrderNumbers.nonceOf(cast.numbers, index)
  const scanned = yield* Effect.result(cast.tills[merchant]!.scan({ order, code, amount, ...nonce }))
  return Result.isSuccess(scanned) ? nothing : declined(scanned.failure)
})

/** The till that a payer stands at scans the phone. */
export const scan = Effect.fnUntraced(function* (
  cast: Cast,
  { amount, phone }: Of<"Scan">,
  state: State
): Effect.fn.Return<Observation> {
  const screen = yield* cast.phones[phone]!.wallet.screen
  if (screen === undefined) return dark
  const { held, till } = state.phones[phone]!
  const { code, position, revealed } = screen
  const key: CodeKey = { phone, generation: held, position, revealed }
  return yield* scanDigits(cast, state, { merchant: till, key, amount, presented: false }, code)
})

/** The adversary shows a code at a till, which scans it. */
export const present = Effect.fnUntraced(function* (
  cast: Cast,
  { amount, key, merchant }: Of<"Present">,
  state: State
): Effect.fn.Return<Observation> {
  yield* Bonds.bondOf(cast.bonds, state, { key, amount })
  const code = yield* Digits.requested(cast, { alias: key.phone, key })
  return yield* scanDigits(cast, state, { merchant, key, amount, presented: cast.bonds.isBound }, code)
})

/** Why a till cannot scan for an order. */
const obstacleOfSale = (cast: Cast, state: State, sale: Bonds.Sale): Effect.Effect<Obstacle | undefined> =>
  Effect.map(Bonds.fitOf(cast.bonds, state, sale), (fit) =>
    Bonds.obstacleOf(cast.numbers, sale.merchant, state.orders.length, fit)
  )

/** Why a till cannot scan a phone. */
export const obstacleOfScan = (
  cast: Cast,
  { amount, phone }: Of<"Scan">,
  state: State
): Effect.Effect<Obstacle | undefined> => {
  const { held, revealed, screen, till } = state.phones[phone]!
  const key: CodeKey = { phone, generation: held, position: screen, revealed }
  return obstacleOfSale(cast, state, { merchant: till, key, amount, presented: false })
}

/** Why the adversary cannot show a code at a till. */
export const obstacleOfPresent = (
  cast: Cast,
  { amount, key, merchant }: Of<"Present">,
  state: State
): Effect.Effect<Obstacle | undefined> =>
  Effect.flatMap(Digits.obstacleOf(cast, { alias: key.phone, key }), (found) =>
    found === undefined
      ? obstacleOfSale(cast, state, { merchant, key, amount, presented: cast.bonds.isBound })
      : Effect.succeed(found)
  )

// ---------------------------------------------------------------------------------------------------------------------
// Questions
// ---------------------------------------------------------------------------------------------------------------------

/** A till sends something, and hears the answer or not. */
const send = Effect.fnUntraced(function* (
  cast: Cast,
  state: State,
  { heard, node, order }: Pick<Of<"Deliver">, "heard" | "node" | "order">,
  what: (till: Till.Till, order: string) => Effect.Effect<Told, Till.Unanswered>
): Effect.fn.Return<Observation> {
  const { line, tills } = cast
  line.node = node
  line.isHeard = heard
  const { merchant } = state.orders[order]!
  yield* Effect.ignore(what(tills[merchant]!, numberOf(cast, state, order).order))
  return answered(line.answer!)
})

/** The pay request of a till for an order, as it was scanned; undefined where its digits stand for two terms. */
const scanned = Effect.fnUntraced(function* (cast: Cast, state: State, { node, order: index }: Of<"Deliver">) {
  const order = state.orders[index]!
  const { request } = (yield* cast.tills[order.merchant]!.order(numberOf(cast, state, index).order))!
  const { amount, code } = request
  const transaction = OrderNumbers.transactionOf(cast.numbers, order.merchant, index, amount)
  if (!order.taken && (yield* Digits.coincides(cast, { code, key: order, node, transaction }))) return undefined
  return request
})

/** The request of a till for an order, by what a wrong code in it is counted under. */
const askedBy = (cast: Cast, { node, order: index }: Of<"Deliver">, state: State): WrongCodes.Asked => {
  const order = state.orders[index]!
  const { amount, merchant, phone } = order
  const account = Facts.namedBy(cast.world, state, {
    order: index,
    request: { alias: phone, key: order, amount },
    node
  })
  return { merchant, terminal, order: numberOf(cast, state, index).order, account, node }
}

/** What a till has sent for an order reaches the provider, and the till may hear the answer. */
export const deliver = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Deliver">,
  state: State
): Effect.fn.Return<Observation> {
  if (action.what === "reversal") return yield* send(cast, state, action, (till, order) => till.sendReversal(order))
  if ((yield* scanned(cast, state, action)) === undefined) return coincidence
  const sent = send(cast, state, action, (till, order) => till.pay(order))
  return yield* WrongCodes.counting(cast, askedBy(cast, action, state), sent)
})

/** The message with which the same reaches the provider; undefined where its digits stand for two terms. */
export const delivery = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Deliver">,
  state: State
): Effect.fn.Return<Message.Message | undefined> {
  const { node, order, what } = action
  if (what === "reversal") {
    const number = numberOf(cast, state, order)
    return Message.to(cast.deployment, node, (provider) => provider.settlement.reverse(number), answered)
  }
  const request = yield* scanned(cast, state, action)
  if (request === undefined) return undefined
  const sent = Message.to(cast.deployment, node, (provider) => provider.verification.pay(request), answered)
  return WrongCodes.counting(cast, askedBy(cast, action, state), sent)
})

/** Why a request cannot be delivered. */
export const obstacleOfDelivery = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Deliver">,
  state: State
): Effect.fn.Return<Obstacle | undefined> {
  const { node, order: index } = action
  const early = obstacleOfDay(cast, state, node)
  if (early !== undefined || action.what === "reversal") return early
  const throttled = WrongCodes.obstacleOf(cast, state, index, askedBy(cast, action, state))
  const order = state.orders[index]!
  if (throttled !== undefined || order.taken) return throttled
  const { request } = (yield* cast.tills[order.merchant]!.order(numberOf(cast, state, index).order))!
  const presented: Names.Presented = { alias: order.phone, key: order, node, code: request.code }
  return (yield* Names.strays(cast, presented)) ? "shared alias" : undefined
})

/** A till asks for the status of an order. */
export const query = (cast: Cast, { node, order }: Of<"Query">, state: State): Effect.Effect<Observation> =>
  send(cast, state, { node, order, heard: true }, (till, number) => till.query(number))

/** The message of the same question. */
export const question = (cast: Cast, { node, order }: Of<"Query">, state: State): Message.Message => {
  const number = numberOf(cast, state, order)
  return Message.to(cast.deployment, node, (provider) => provider.settlement.query(number), answered)
}

/** A till begins to reverse an order. */
export const reverse = (cast: Cast, { order }: Of<"Reverse">, state: State): Effect.Effect<Observation> => {
  const { merchant } = state.orders[order]!
  const isReversing = cast.tills[merchant]!.reverse(numberOf(cast, state, order).order)
  return Effect.map(isReversing, (is) => (is ? nothing : dark))
}

/** What says that an order is paid, with a tag that nobody has the key of. */
const forgery = (said: Ledger.OrderNumber & { readonly amount: number }): Provider.Notice => ({
  ...said,
  tag: Provider.tagOf(Redacted.make(new Uint8Array(32)), said)
})

/** A notice that an order was paid reaches its till. */
export const notice = Effect.fnUntraced(function* (
  cast: Cast,
  { forged, order }: Of<"Notice">,
  state: State
): Effect.fn.Return<Observation> {
  const { amount, merchant } = state.orders[order]!
  const number = numberOf(cast, state, order)
  const given = forged
    ? forgery({ ...number, amount })
    : yield* Message.needed(cast.deployment.provider(0).relay.notice(number))
  if (given === undefined) return dark
  yield* cast.tills[merchant]!.notified(given)
  return nothing
})
