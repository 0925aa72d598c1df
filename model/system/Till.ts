/**
 * Tills: what the honest ones scan, send, ask and believe, over the network between them and the provider; and what then
 * has happened. What a till has sent may arrive at any later time, again, or never, and its answer may be lost.
 */
import * as Result from "effect/Result"
import type { Answer } from "../Order.ts"
import { inForce } from "../Rules.ts"
import { Binding, Relay, Settlement } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Of, Request } from "./Action.ts"
import { canOrder, loses, type Turn } from "./Choices.ts"
import * as Codes from "./Codes.ts"
import * as Facts from "./Facts.ts"
import * as Orders from "./Orders.ts"
import { adversary, type CodeKey, indexOf, type Order, type State, type World } from "./State.ts"
import { followedBy, quietly, type Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What tills can do
// ---------------------------------------------------------------------------------------------------------------------

/** Whether one more request of an honest till may be under way. */
const canSend = ({ scope }: World, state: State): boolean => {
  let underWay = 0
  for (const { arrived, view } of state.orders) if (!arrived && view !== "adversary") underWay++
  return underWay < scope.inFlight
}

/** Whether a till has an order of the same phone that is not settled (REL-7). */
const isWaiting = (state: State, till: number, phone: number): boolean =>
  state.orders.some(
    ({ merchant, phone: of, view }) =>
      merchant === till && of === phone && view !== "adversary" && !Relay.isSettled(view)
  )

/** Whether a till asks for an amount when it scans a code: for that of its transaction, which the phone has read. */
const isAskedFor = ({ codes }: State, key: CodeKey, amount: number): boolean => {
  const code = codes[indexOf(codes, key)]
  return code === undefined || code.payee < 0 || code.copied || code.sum === amount
}

/** Adds what honest tills can scan: the phones of their payers, and what the adversary shows them. */
export const scans = (turn: Turn): void => {
  const { out, state, world } = turn
  const { rules, scope } = world
  if (!scope.plays.tills || !canOrder(world, state) || !canSend(world, state)) return
  const own = adversary(world)
  for (let phone = 0; phone < state.phones.length; phone++) {
    const { till } = state.phones[phone]!
    const screen = Codes.screenOf(world, state, phone)
    if (screen === undefined || till === own || till < 0) continue
    if (inForce(rules, "REL-7") && isWaiting(state, till, phone)) continue
    for (const amount of scope.amounts) {
      if (isAskedFor(state, screen, amount)) out.push({ _tag: "Scan", phone, amount })
    }
  }
  for (let merchant = 0; merchant < scope.merchants; merchant++) if (merchant !== own) presentings(turn, merchant)
}

/** Adds what the adversary can show at an honest till. */
const presentings = ({ out, state, world }: Turn, merchant: number): void => {
  const { can, scope } = world
  for (const code of state.codes) {
    const isShown = can.relay && Codes.isOnScreen(world, state, code)
    if (!(can.capture && code.known) && !isShown) continue
    const { generation, phone, position, revealed } = code
    const key = { phone, generation, position, revealed }
    for (const amount of scope.amounts) out.push({ _tag: "Present", merchant, key, amount })
  }
  if (can["wrong-guess"]) {
    for (let alias = 0; alias < state.phones.length; alias++) {
      out.push({ _tag: "Present", merchant, key: Codes.madeUp(alias), amount: scope.amounts[0]! })
    }
  }
}

/** Adds the ways in which what a till has sent for an order can arrive: for the first time, or again. */
const deliveries = ({ nodes, out, state, world }: Turn, index: number, what: "pay" | "reversal"): void => {
  const { arrived, view } = state.orders[index]!
  const isFirst = what === "reversal" ? view === "reversing" : !arrived
  // Without the network each message arrives once, and is heard.
  if (!isFirst && !world.can.network) return
  const { queries, settlement } = world.scope.plays
  const isWaiting = what === "reversal" ? view === "reversing" : Relay.mayQuery(view as Relay.View)
  // Where nobody asks again, an answer that is lost is as good as a request that is.
  const matters = isWaiting && (queries || settlement)
  for (const node of nodes) {
    out.push({ _tag: "Deliver", order: index, what, node, heard: true })
    if (matters && loses(world)) out.push({ _tag: "Deliver", order: index, what, node, heard: false })
  }
}

/** Adds what can come of an order of an honest till: its messages arrive, and it asks, reverses or is notified. */
export const ofOrder = (turn: Turn, index: number): void => {
  const { nodes, out, state, world } = turn
  const { can, rules, scope } = world
  const order = state.orders[index]!
  const { view } = order
  if (view === "adversary") return
  deliveries(turn, index, "pay")
  if (scope.plays.queries && Relay.mayQuery(view)) {
    for (const node of nodes) out.push({ _tag: "Query", order: index, node })
  }
  if (!scope.plays.settlement) return
  if (order.reversing) deliveries(turn, index, "reversal")
  if (Relay.mayReverse(rules, view, state.now - order.sentAt)) out.push({ _tag: "Reverse", order: index })
  if (Relay.unanswered(rules, view) !== view) out.push({ _tag: "GiveUp", order: index })
  if (!Relay.isSettled(view)) {
    if (order.debits > 0) out.push({ _tag: "Notice", order: index, forged: false })
    if (can.merchant) out.push({ _tag: "Notice", order: index, forged: true })
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

/** Orders that a till leaves behind when it scans their payer again. */
const leaveBehind = (state: State, till: number, phone: number): State => {
  const isLeft = (order: Order): boolean =>
    order.merchant === till && order.phone === phone && order.view !== "paid" && !order.abandoned
  if (!state.orders.some(isLeft)) return state
  return { ...state, orders: state.orders.map((order) => (isLeft(order) ? { ...order, abandoned: true } : order)) }
}

/** What a till reads off a screen, and asks money for. */
interface Sale {
  readonly merchant: number
  readonly key: CodeKey
  readonly amount: number
  readonly presented: boolean
}

/** An honest till reads a code and asks for an amount under a new order number; one that waits for nobody settles alone. */
const ask = (world: World, state: State, { amount, key, merchant, presented }: Sale): Step => {
  const { rules } = world
  if (Result.isFailure(Relay.admit(rules, amount))) return quietly(state)
  const request: Request = { alias: key.phone, key, amount }
  const sent = Orders.ordered(state, request, { merchant, view: "asked", presented })
  if (Relay.waitsForProvider(rules)) return quietly(sent)
  const order = sent.orders.length - 1
  const settled = Writes.withOrder(sent, order, {
    view: "paid",
    taken: true,
    debits: 1,
    day: Time.dayAt(rules.scheme, state.now)
  })
  return {
    state: settled,
    events: [
      { _tag: "Debited", order, by: "till" },
      { _tag: "Viewed", order, view: "paid" }
    ]
  }
}

/** The till that a payer stands at scans the phone. */
export const scan = (world: World, state: State, { amount, phone }: Of<"Scan">): Step => {
  const { held, revealed, screen, till } = state.phones[phone]!
  const key: CodeKey = { phone, generation: held, position: screen, revealed }
  return ask(world, leaveBehind(state, till, phone), { merchant: till, key, amount, presented: false })
}

/** An honest till scans what the adversary shows: its own transaction, where codes are made over one. */
export const present = (world: World, state: State, { amount, key, merchant }: Of<"Present">): Step =>
  ask(world, state, { merchant, key, amount, presented: Binding.isBound(world.rules) })

/** What a till makes of what it hears. */
const viewed = (state: State, index: number, view: Relay.View): Step =>
  state.orders[index]!.view === view
    ? quietly(state)
    : { state: Writes.withOrder(state, index, { view }), events: [{ _tag: "Viewed", order: index, view }] }

/** The request of an order, as it was sent. */
const requestOf = ({ amount, generation, phone, position, revealed }: Order): Request => ({
  alias: phone,
  key: { phone, generation, position, revealed },
  amount
})

const answerOf = ({ events }: Step): Answer => {
  const answered = events.find((event) => event._tag === "Answered")
  return answered?._tag === "Answered" ? answered.answer : "UNKNOWN"
}

/** A pay request reaches the provider. The facts may be those of an earlier state, in which the order is known. */
export const deliverPay = (world: World, state: State, action: Of<"Deliver">, facts = state): Step => {
  const { heard, node, order: index } = action
  const order = state.orders[index]!
  const step = Orders.decided(world, state, { order: index, request: requestOf(order), node }, facts)
  const answer = answerOf(step)
  if (!heard || order.view === "adversary") return step
  return followedBy(step, (after) => viewed(after, index, Relay.heard(order.view as Relay.View, answer)))
}

const deliverReversal = (world: World, state: State, { heard, node, order: index }: Of<"Deliver">): Step => {
  const order = state.orders[index]!
  const now = Facts.clockOf(world, state, node)
  const reversal = Settlement.reverse(world.rules, Facts.recordOf(world, order, now), Facts.predates(state, order), now)
  const { answer } = reversal
  const step: Step = {
    state: Orders.reversed(world, state, { order: index, now }, reversal),
    events: Orders.answered({ order: index, question: "reversal", answer, own: true, node })
  }
  if (!heard || order.view === "adversary") return step
  return followedBy(step, (after) => viewed(after, index, Relay.heardOfReversal(order.view as Relay.View, answer)))
}

/** What a till has sent for an order reaches the provider, for the first time or again. */
export const deliver = (world: World, state: State, action: Of<"Deliver">): Step =>
  action.what === "pay" ? deliverPay(world, state, action) : deliverReversal(world, state, action)

/** A till asks what became of its order. */
export const query = (world: World, state: State, { node, order: index }: Of<"Query">): Step => {
  const order = state.orders[index]!
  const now = Facts.clockOf(world, state, node)
  const record = Facts.recordOf(world, order, now)
  const answer = Settlement.query(world.rules, record, Facts.predates(state, order), now)
  const step: Step = {
    state: Orders.tell(state, index, answer),
    events: Orders.answered({ order: index, question: "query", answer, own: true, node })
  }
  return followedBy(step, (after) => viewed(after, index, Relay.heard(order.view as Relay.View, answer)))
}

/** A till sends a reversal. */
export const reverse = (_world: World, state: State, { order }: Of<"Reverse">): Step =>
  followedBy(quietly(Writes.withOrder(state, order, { reversing: true })), (after) => viewed(after, order, "reversing"))

/** A till takes an order that it knows nothing of for failed (without REL-6). */
export const giveUp = ({ rules }: World, state: State, { order }: Of<"GiveUp">): Step =>
  viewed(state, order, Relay.unanswered(rules, state.orders[order]!.view as Relay.View))

/** A notice that an order was paid reaches its till. */
export const notice = ({ rules }: World, state: State, { forged, order }: Of<"Notice">): Step =>
  viewed(state, order, Relay.notified(rules, state.orders[order]!.view as Relay.View, !forged))
