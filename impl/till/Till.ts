/**
 * Till: an honest merchant's. It asks for what it has scanned until it knows what became of it, under one order number,
 * and takes an order for settled only by a definite answer (REL-6). What it makes of an answer is the model's decision. The model has
 * every terminal enlisted: that nothing was ever taken of an order, as its first request was denied for its terminal, is decided here.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Answer } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import { Relay } from "../../model/steps/Steps.ts"
import { Transaction } from "../credentials/Credentials.ts"
import type { OrderNumber } from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"

/** Nothing came back: the message may or may not have reached the provider. Only sending it again can tell. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  readonly order: string
  /** What was found in its place, where that is known. */
  readonly because?: string | undefined
}> {
  override get message(): string {
    return `order ${this.order}: expected an answer of the provider, found ${this.because ?? "none"}`
  }
}

/** The provider did not take the message, and decided nothing. To send it again as it is would be of no use. */
export class Denied extends Data.TaggedError("Denied")<{
  readonly order: string
  readonly because: string
  /** No copy of the message was taken before, or can be: where it was the first for its order, nothing was ever asked. */
  readonly isFinal?: boolean | undefined
}> {
  override get message(): string {
    return `order ${this.order}: expected a provider that takes the request, found one that does not: ${this.because}`
  }
}

/** What can come back to a till in the place of an answer. */
export type Unanswered = NoAnswer | Denied

/** The way to the provider, which may lose a request or its answer. */
export interface Way {
  readonly pay: (request: Provider.Request) => Effect.Effect<Answer, Unanswered>
  readonly query: (order: OrderNumber) => Effect.Effect<Answer, Unanswered>
  readonly reverse: (order: OrderNumber) => Effect.Effect<Answer, Unanswered>
}

/** What a till scans for: an amount, in minor units, under an order number that was never used. */
export interface Sale {
  readonly order: string
  readonly code: string
  readonly amount: number
  /** The nonce of the transaction that it has shown for this sale, where the scheme binds codes to it. */
  readonly nonce?: string | undefined
}

/** What a till is about to sell: an amount, in minor units, under an order number that was never used. */
export type Offer = Pick<Sale, "amount" | "order">

/** An order as the till holds it. */
export interface Order {
  readonly request: Provider.Request
  readonly view: Relay.View
  /** When it was scanned, on the till's clock, in whole seconds. */
  readonly sentAt: number
  /** What the provider last answered; undefined where it has not answered since the till was set up. */
  readonly answer?: Answer
}

/** A till of a merchant. Where it hears nothing, what it holds an order for stays as it is. */
export interface Till {
  /**
   * Opens the transaction of a sale, for the payer's phone to read: under a nonce that is drawn for it, which its code
   * then comes in with (GEN-8). A sale that is offered again has another nonce.
   */
  readonly offer: (offer: Offer) => Effect.Effect<Transaction.Transaction, Refused.Refused, SecureRandom.SecureRandom>
  /** Scans a code. The request is kept, and sent by {@link Till.pay}; without REL-1 the sale is taken for paid. */
  readonly scan: (sale: Sale) => Effect.Effect<Order, Refused.Refused>
  /**
   * Sends the request for an order, for the first time or again, always the same (REL-3). Where the first is denied for good, the
   * order is settled: it was never asked for.
   */
  readonly pay: (order: string) => Effect.Effect<Answer, Unanswered>
  /** Asks what became of an order. */
  readonly query: (order: string) => Effect.Effect<Answer, Unanswered>
  /** Decides to reverse an order, where that is allowed yet; from then on only the reversal's answer counts. */
  readonly reverse: (order: string) => Effect.Effect<boolean>
  /** Sends the reversal of an order. */
  readonly sendReversal: (order: string) => Effect.Effect<Answer, Unanswered>
  /** Hears a notice, and believes it where it is the provider's, for its order and amount (REL-5). */
  readonly notified: (notice: Provider.Notice) => Effect.Effect<Relay.View | undefined>
  /** What it holds an order for; undefined where it knows none of that number. */
  readonly order: (order: string) => Effect.Effect<Order | undefined>
  /**
   * Goes on for an order: asks, asks again every `till.pollEvery` seconds, and reverses after `till.pollFor`, or as soon
   * after it as it may, until it knows. It ends when the order is settled, or when it still does not know after twice
   * that long: the till must not scan again for it (REL-7). It fails where the provider does not take what it asks.
   */
  readonly finish: (order: string) => Effect.Effect<Relay.View, Denied>
  /** Sells: scans, and goes on for the order until it knows. */
  readonly sell: (sale: Sale) => Effect.Effect<Relay.View, Refused.Refused | Denied>
}

/** What a till is set up with. */
export interface TillOptions {
  readonly rules: Rules
  readonly merchant: string
  /** The name under which the merchant is registered; unless given, what it is called by. */
  readonly name?: string | undefined
  readonly terminal: string
  /** The key by which it knows the provider's notices. */
  readonly noticeKey: Provider.NoticeKey
  readonly way: Way
  /** The orders that it sent before it was switched off, and what it held them for. */
  readonly known?: ReadonlyArray<Order>
}

/** A till that is set up: with what, by which clock, and the orders that it has sent. */
interface Desk {
  readonly options: TillOptions
  readonly clock: Clock.Clock
  readonly orders: Map<string, Order>
  /** The orders that were scanned here, and for which nothing was sent. Of one that a till before knew, that is not known. */
  readonly unsent: Set<string>
}

const seconds = ({ clock }: Desk): Effect.Effect<number> =>
  Effect.map(clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

const known = ({ orders }: Desk, number: string): Order => {
  const order = orders.get(number)
  if (order === undefined) throw new Error(`order: expected one that was scanned, found ${number}`)
  return order
}

/** Changes what an order is held for, and answers it. */
const view = (desk: Desk, number: string, change: (view: Relay.View) => Relay.View, answer?: Answer): Relay.View => {
  const order = known(desk, number)
  const next = change(order.view)
  desk.orders.set(number, { ...order, view: next, ...(answer !== undefined && { answer }) })
  return next
}

const offer = Effect.fnUntraced(function* ({ options: { merchant, name = merchant, rules } }: Desk, offer: Offer) {
  const { amount, order } = offer
  yield* Refused.orRefused(Relay.admit(rules, amount))
  const random = yield* SecureRandom.SecureRandom
  const nonce = Transaction.nonceOf(yield* random.randomBytes(Transaction.nonceBytes))
  return { payee: name, amount, order, nonce }
})

const scan = Effect.fnUntraced(function* (desk: Desk, { amount, code, nonce, order }: Sale) {
  const { merchant, rules, terminal } = desk.options
  yield* Refused.orRefused(Relay.admit(rules, amount))
  const scanned: Order = {
    request: { merchant, terminal, order, code, amount, ...(nonce !== undefined && { nonce }) },
    view: Relay.waitsForProvider(rules) ? "asked" : "paid",
    sentAt: yield* seconds(desk)
  }
  desk.orders.set(order, scanned)
  desk.unsent.add(order)
  return scanned
})

/** Hears what a message about an order is answered, or that nothing came: `heard` says what the order is held for then. */
const hearing = (
  desk: Desk,
  number: string,
  message: Effect.Effect<Answer, Unanswered>,
  heard: (before: Relay.View, answer: Answer) => Relay.View
): Effect.Effect<Answer, Unanswered> =>
  message.pipe(
    Effect.tap((answer) => Effect.sync(() => view(desk, number, (before) => heard(before, answer), answer))),
    Effect.tapErrorTag("NoAnswer", () =>
      Effect.sync(() => view(desk, number, (before) => Relay.unanswered(desk.options.rules, before)))
    )
  )

const pay = (desk: Desk, number: string) =>
  Effect.suspend(() => {
    // From here on it may be under way, also where whoever sends it is interrupted.
    const isFirst = desk.unsent.delete(number)
    const sent = hearing(desk, number, desk.options.way.pay(known(desk, number).request), Relay.heard)
    return Effect.tapErrorTag(sent, "Denied", ({ isFinal = false }) =>
      Effect.sync(() => view(desk, number, (before) => (isFirst && isFinal && before === "asked" ? "failed" : before)))
    )
  })

const query = (desk: Desk, number: string) => {
  const { merchant, way } = desk.options
  return hearing(desk, number, way.query({ merchant, order: number }), Relay.heard)
}

const reverse = (desk: Desk, number: string) =>
  Effect.map(seconds(desk), (now) => {
    const { sentAt, view: before } = known(desk, number)
    if (!Relay.mayReverse(desk.options.rules, before, now - sentAt)) return false
    view(desk, number, () => "reversing")
    return true
  })

const sendReversal = (desk: Desk, number: string) => {
  const { merchant, way } = desk.options
  return hearing(desk, number, way.reverse({ merchant, order: number }), Relay.heardOfReversal)
}

const notified = (desk: Desk, notice: Provider.Notice) =>
  Effect.sync(() => {
    const { merchant, noticeKey, rules } = desk.options
    const order = desk.orders.get(notice.order)
    if (order === undefined || notice.merchant !== merchant) return undefined
    // A till that was not given the new key yet knows a notice by the one before.
    const tag = Provider.tagOf(noticeKey, notice)
    const isTheirs = [notice.tag, notice.before ?? ""].some((theirs) => Provider.isSame(theirs, tag))
    const genuine = isTheirs && notice.amount === order.request.amount
    return view(desk, notice.order, (before) => Relay.notified(rules, before, genuine))
  })

/** For how many seconds a till asks before it reverses. */
const patience = ({ options: { rules } }: Desk): number =>
  Math.max(rules.scheme.till.pollFor, rules.scheme.reverse.notBefore)

/** What a till asks next for an order that is not settled: what became of it, or its reversal. */
const next = Effect.fnUntraced(function* (desk: Desk, number: string) {
  const { sentAt, view: before } = known(desk, number)
  if (before === "reversing") return yield* sendReversal(desk, number)
  const isOver = (yield* seconds(desk)) - sentAt >= patience(desk)
  if (isOver && (yield* reverse(desk, number))) return yield* sendReversal(desk, number)
  // A request that was never answered is sent again; one that waits for the payer, or is too old, is asked about.
  return yield* before === "asked" ? pay(desk, number) : query(desk, number)
})

const finish = Effect.fnUntraced(function* (desk: Desk, number: string) {
  const { pollEvery } = desk.options.rules.scheme.till
  const rounds = Math.ceil((2 * patience(desk)) / pollEvery)
  for (let round = 0; round < rounds && !Relay.isSettled(known(desk, number).view); round++) {
    if (round > 0) yield* Effect.sleep(Duration.seconds(pollEvery))
    // Where nothing came back it is asked again.
    yield* Effect.catchTag(Effect.asVoid(next(desk, number)), "NoAnswer", () => Effect.void)
  }
  return known(desk, number).view
})

/** Sets up a till, with the clock of whoever sets it up. */
export const make = Effect.fnUntraced(function* (options: TillOptions): Effect.fn.Return<Till> {
  const { known: before = [] } = options
  const desk: Desk = {
    options,
    clock: yield* Clock.Clock,
    orders: new Map(before.map((order) => [order.request.order, order])),
    unsent: new Set()
  }
  return {
    offer: (sale) => offer(desk, sale),
    scan: (sale) => scan(desk, sale),
    pay: (number) => pay(desk, number),
    query: (number) => query(desk, number),
    reverse: (number) => reverse(desk, number),
    sendReversal: (number) => sendReversal(desk, number),
    notified: (notice) => notified(desk, notice),
    order: (number) => Effect.sync(() => desk.orders.get(number)),
    finish: (number) => finish(desk, number),
    sell: (sale) => Effect.andThen(scan(desk, sale), finish(desk, sale.order))
  }
})
