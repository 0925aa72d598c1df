/**
 * The adversary: what it sees and makes, what its merchant asks for and meddles with, and what then has happened. It sends
 * nothing before it likes: what its merchant asks for arrives at once.
 */
import * as Result from "effect/Result"
import type { Answer } from "../Order.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import { Generation, Relay, Settlement, TokenSource, Verification } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Event, Of, Question, Request } from "./Action.ts"
import { canMake, canOrder, type Turn } from "./Choices.ts"
import * as Codes from "./Codes.ts"
import * as Facts from "./Facts.ts"
import * as Orders from "./Orders.ts"
import {
  accountOf,
  adversary,
  type CodeKey,
  indexOf,
  isCorrupt,
  nowhere,
  type Order,
  replaced,
  type State,
  type World
} from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What the adversary can do
// ---------------------------------------------------------------------------------------------------------------------

/** Adds what the adversary can do, but for what it shows at honest tills. */
export const attempts = (turn: Turn): void => {
  const { out, state, world } = turn
  const { can, scope } = world
  if (can.capture) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      const key = Codes.screenOf(world, state, phone)
      if (key !== undefined && !state.codes[indexOf(state.codes, key)]?.known) out.push({ _tag: "Capture", phone })
    }
  }
  if (can["lucky-guess"] && canMake(world, state)) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      if (state.phones[phone]!.credentials.length > 0) out.push({ _tag: "Guess", phone })
    }
  }
  if (can["wrong-guess"]) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      for (let merchant = 0; merchant < scope.merchants; merchant++) floods(turn, phone, merchant)
    }
  }
  payments(turn)
  meddlings(turn)
}

/**
 * Adds the floods under a phone's alias at a merchant's. The adversary has terminals of its own as many as it likes, and does
 * not have its own merchant refused. A whole merchant is flooded in one way: under whose alias makes no difference to it.
 */
const floods = ({ out, state, world }: Turn, phone: number, merchant: number): void => {
  out.push({ _tag: "Flood", phone, merchant, terminal: 0 })
  if (merchant === adversary(world)) return
  out.push({ _tag: "Flood", phone, merchant, terminal: 1 })
  const isOpen = phone === 0 && !state.merchants[merchant]!.flooded
  if (isOpen && world.rules.scheme.throttle.perMerchantDay !== undefined) {
    out.push({ _tag: "Flood", phone, merchant, terminal: 2 })
  }
}

/** The codes that the adversary has: what it has seen, and what it can make of what it has read. */
const loot = (turn: Turn): ReadonlyArray<CodeKey> => {
  const { state, world } = turn
  const keys: Array<CodeKey> = []
  for (const { generation, known, phone, position, revealed } of state.codes) {
    if (known) keys.push({ phone, generation, position, revealed })
  }
  if (!world.can["corrupt-device"] || !canMake(world, state)) return keys
  for (let phone = 0; phone < state.phones.length; phone++) if (isCorrupt(world, phone)) forgeable(turn, phone, keys)
  return keys
}

/** Adds the codes that can be made of what a phone holds, and that nobody has made: those that the node that is behind may accept. */
const forgeable = ({ choices, state, world }: Turn, phone: number, keys: Array<CodeKey>): void => {
  const { rules } = world
  const { credentials } = state.phones[phone]!
  for (let generation = 0; generation < credentials.length; generation++) {
    const { issuedAt, shown } = credentials[generation]!
    const { from, to } = TokenSource.windowAt(rules, { issuedAt, lostUntil: undefined }, state.now)
    const isNew = (position: number): boolean =>
      indexOf(state.codes, { phone, generation, position, revealed: false }) < 0
    const add = (position: number): void => {
      if (position >= from && position <= to && isNew(position))
        keys.push({ phone, generation, position, revealed: false })
    }
    if (TokenSource.hasSteps(rules.scheme)) for (const position of choices.forged(from, to, isNew)) add(position)
    else {
      // Any code of a list is as good as the next that nobody has made, and the last is one that the phone will not show soon.
      let next = shown
      while (next < to && !isNew(next)) next++
      add(next)
      if (to !== next) add(to)
    }
  }
}

/** The orders under which the adversary's merchant can ask for money: a new one, and those that it has used. */
const ownOrders = (world: World, state: State): ReadonlyArray<number> => {
  const own = adversary(world)
  const orders = state.orders.flatMap(({ merchant }, index) => (merchant === own ? [index] : []))
  return canOrder(world, state) ? [-1, ...orders] : orders
}

/** The requests that the adversary can make of the codes that it has. */
const requestsOf = (turn: Turn): ReadonlyArray<Request> => {
  const { choices, state, world } = turn
  const { rules, scope } = world
  // Where the whole code was drawn there is no alias to exchange.
  const isExchangeable = rules.scheme.code.alias !== "none"
  const requests: Array<Request> = []
  for (const key of loot(turn)) {
    for (const alias of isExchangeable ? choices.aliases(world, state, key) : [key.phone]) {
      for (const amount of scope.amounts) requests.push({ alias, key, amount })
    }
  }
  return requests
}

/** Adds what the adversary's merchant can ask for. */
const payments = (turn: Turn): void => {
  const { nodes, out, state, world } = turn
  const { can, scope } = world
  if (adversary(world) < 0) return
  const requests = requestsOf(turn)
  for (const order of ownOrders(world, state)) {
    for (const request of requests) {
      for (const node of nodes) out.push({ _tag: "Pay", order, request, node })
    }
    if (!can["wrong-guess"]) continue
    for (let alias = 0; alias < state.phones.length; alias++) {
      out.push({ _tag: "Pay", order, request: { alias, key: Codes.madeUp(alias), amount: scope.amounts[0]! }, node: 0 })
    }
  }
}

/** Whether a refund is one of many under one number: where each is made (without SET-7), two show all that can go wrong. */
const isEndless = (rules: Rules, order: Order, number: number, amount: number): boolean =>
  mutantOf(rules, "SET-7") === "ignored" && Facts.refundedUnder(order, number) > 0 && order.refunded !== amount

/** Adds what the adversary's merchant can query, reverse and refund. */
const meddlings = ({ nodes, out, state, world }: Turn): void => {
  const { rules, scope } = world
  const { queries, settlement } = scope.plays
  if ((!queries && !settlement) || adversary(world) < 0) return
  for (let order = 0; order < state.orders.length; order++) {
    for (const node of nodes) {
      if (queries) out.push({ _tag: "Meddle", order, what: "query", number: 0, amount: 0, node })
      if (!settlement) continue
      out.push({ _tag: "Meddle", order, what: "reversal", number: 0, amount: 0, node })
      for (let number = 1; number <= 2; number++) {
        if (queries) out.push({ _tag: "Meddle", order, what: "refund query", number, amount: 0, node })
        for (const amount of scope.refunds) {
          if (isEndless(rules, state.orders[order]!, number, amount)) continue
          out.push({ _tag: "Meddle", order, what: "refund", number, amount, node })
        }
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

/** The adversary reads the code on a phone's screen. */
export const capture = (world: World, state: State, { phone }: Of<"Capture">): Step => {
  const { held, revealed, screen } = state.phones[phone]!
  return Codes.see(world, state, { phone, generation: held, position: screen, revealed })
}

/** The adversary holds a phone, sets its clock, and makes it show a code. */
export const runOff = (world: World, state: State, action: Of<"RunOff">): Step => {
  const { offset, phone, revealed } = action
  const { credentials, held } = state.phones[phone]!
  const clock = state.now + offset
  const showing = Generation.show(world.rules, credentials[held], clock, Facts.ofStep(world, state, phone, clock))
  if (Result.isFailure(showing) || showing.success._tag !== "Made") return quietly(state)
  const key: CodeKey = { phone, generation: held, position: showing.success.position, revealed }
  const made = Codes.make(world, state, key, { ...action, till: nowhere })
  // Nobody shows it at a till, and it is none of the owner's making.
  const index = indexOf(made.codes, key)
  const off = { ...made, codes: replaced(made.codes, index, { ...made.codes[index]!, shownAt: Time.never }) }
  return Codes.see(world, Writes.withPhone(off, phone, { credentials: Codes.taken(world, state, phone) }), key)
}

/** The adversary hits on the proof of the present step. */
export const guess = (world: World, state: State, { phone }: Of<"Guess">): Step => {
  const { scheme } = world.rules
  const { credentials } = state.phones[phone]!
  const generation = credentials.length - 1
  const position = TokenSource.sourceOf(scheme).positionAt(scheme, state.now, credentials[generation]!.shown, 0)
  const key: CodeKey = { phone, generation, position, revealed: false }
  const index = indexOf(state.codes, key)
  if (index < 0) {
    return quietly(Codes.forge(state, key, Codes.ownTerms(world, state, phone, world.scope.amounts[0]!)))
  }
  return quietly({ ...state, codes: replaced(state.codes, index, { ...state.codes[index]!, known: true }) })
}

/** Earlier facts, to which an order of its own is new, and what others have done since is unknown. */
const onFacts = (facts: State, sent: State, own: number): State => ({
  ...facts,
  orders: sent.orders.map((order, index): Order => {
    if (index < facts.orders.length) return facts.orders[index]!
    return index === own ? order : { ...order, status: "none", taken: false, day: -1, date: -1, debits: 0 }
  })
})

/** The adversary's merchant asks for money. The facts may be those of an earlier state. */
export const pay = (world: World, state: State, { node, order, request }: Of<"Pay">, facts = state): Step => {
  if (Result.isFailure(Relay.admit(world.rules, request.amount))) return quietly(state)
  const { amount, key } = request
  const forged =
    key.position === nowhere ? state : Codes.forge(state, key, Codes.ownTerms(world, state, key.phone, amount))
  const own = { merchant: adversary(world), view: "adversary", presented: false } as const
  const sent = order < 0 ? Orders.ordered(forged, request, own) : forged
  const index = order < 0 ? sent.orders.length - 1 : order
  const known = facts === state ? sent : onFacts(facts, sent, index)
  return Orders.decided(world, sent, { order: index, request, node }, known)
}

/** Whose order the adversary's merchant finds under an order number (REL-4). */
const finds = ({ rules }: World, isOwn: boolean): boolean => isOwn || !inForce(rules, "REL-4")

/** The adversary's merchant queries, reverses or refunds an order number, its own or another's, or asks about a refund of it. */
export const meddle = (world: World, state: State, action: Of<"Meddle">): Step => {
  const { amount, node, number, order: index, what } = action
  const order = state.orders[index]!
  const isOwn = order.view === "adversary"
  const now = Facts.clockOf(world, state, node)
  const record = finds(world, isOwn) ? Facts.recordOf(world, order, now) : undefined
  const predates = isOwn && Facts.predates(state, order)
  const answered = (question: Question, answer: Answer, told = amount): ReadonlyArray<Event> =>
    Orders.answered({ order: index, question, answer, own: isOwn, node, number, amount: told })
  if (what === "query") {
    const answer = Settlement.query(world.rules, record, predates, now)
    return { state: isOwn ? Orders.tell(state, index, answer) : state, events: answered("query", answer) }
  }
  if (what === "refund") {
    const made = Facts.madeUnder(world, state, index, number)
    const held = Facts.heldFor(state, order.merchant)
    const refund = Settlement.refund(world.rules, record, { amount, made, predates, held }, now)
    const after = Writes.change(world, state, { order: index, now, refund: number }, refund)
    return { state: after, events: answered("refund", refund.answer) }
  }
  if (what === "refund query") {
    const made = Facts.madeUnder(world, state, index, number)
    const answer = Settlement.queryRefund(world.rules, record, { made, predates })
    const told = isOwn && made?.isOfOrder === true ? made.amount : 0
    return { state, events: answered("refund query", answer, told) }
  }
  const reversal = Settlement.reverse(world.rules, record, predates, now)
  // To the provider that is an order number of the adversary's merchant which it has not used. What a reversal leaves under
  // it is its own affair.
  const touches = record !== undefined || isOwn
  return {
    state: touches ? Orders.reversed(world, state, { order: index, now }, reversal) : state,
    events: answered("reversal", reversal.answer)
  }
}

/** Whether wrong codes under a phone's alias, at a terminal of a merchant's, come to too many under that alias. */
const countsUnderAlias = (world: World, state: State, { merchant, phone, terminal }: Of<"Flood">): boolean => {
  const { rules } = world
  const { perAliasDay, perTerminalDay } = rules.scheme.throttle
  if (perAliasDay === undefined || mutantOf(rules, "VER-29") === "none") return false
  // The adversary has as many terminals as it takes, up to what its merchant is let; an honest one takes no more codes than it
  // is let.
  const isWhole = merchant === adversary(world) || terminal === 2
  const most = isWhole ? Verification.perMerchantDay(rules) : perTerminalDay
  return perAliasDay <= most && Facts.canBeNamed(world, state, phone)
}

/** Whether a flood at another terminal than its till comes to as many wrong codes as an honest merchant is let. */
const isOfMerchant = ({ rules: { scheme } }: World, { terminal }: Of<"Flood">): boolean => {
  const { perMerchantDay, perTerminalDay } = scheme.throttle
  return terminal === 2 || (terminal === 1 && perMerchantDay !== undefined && perMerchantDay <= perTerminalDay)
}

/**
 * Wrong codes under a phone's alias, at a terminal of a merchant's, or at many, as many as it is let. They count against the
 * alias, where the scheme counts so, and against the terminal and the merchant: an honest merchant's till takes no code any
 * more that day where either has had too many. The adversary's own merchant asks under fresh terminals, and stops before it is
 * refused itself: it can flood an alias and ask for money on the same day.
 */
export const flood = (world: World, state: State, action: Of<"Flood">): Step => {
  const { merchant, phone, terminal } = action
  const mutant = mutantOf(world.rules, "VER-29")
  const isOwn = merchant === adversary(world)
  const { flooded, throttled } = state.merchants[merchant]!
  const isHere = !isOwn && (terminal === 0 || isOfMerchant(world, action))
  // What a throttled till sends is not read, nor what any terminal of a throttled merchant does.
  if (isHere && throttled && mutant !== "none") return quietly(state)
  const account = accountOf(world, phone)
  const isNamed = mutant === "by account" || countsUnderAlias(world, state, action)
  const first =
    isNamed && !state.accounts[account]!.throttled ? Writes.withAccount(state, account, { throttled: true }) : state
  const after = {
    ...state.merchants[merchant]!,
    throttled: throttled || mutant === "by merchant" || (isHere && mutant !== "none"),
    flooded: flooded || isHere
  }
  if (isOwn || (after.throttled === throttled && after.flooded === flooded)) return quietly(first)
  return quietly({ ...first, merchants: replaced(first.merchants, merchant, after) })
}
