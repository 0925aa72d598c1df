/**
 * The system: payers with phones, merchants with tills, a provider of one or more nodes, a network and an adversary,
 * composed of the pure steps. `init` gives the states that a run can start in, `actions` what can happen next, and `next`
 * what then has happened, with the events that claims watch.
 *
 * What an honest till has sent may arrive at any later time, again, or never, and its answer may be lost. The adversary
 * sends nothing before it likes: what its merchant asks for arrives at once.
 *
 * @see spec/README.md
 */
import * as Result from "effect/Result"
import { type Answer, isDefinite } from "../Order.ts"
import * as Binding from "../steps/Binding.ts"
import * as Enrollment from "../steps/Enrollment.ts"
import * as Generation from "../steps/Generation.ts"
import * as Relay from "../steps/Relay.ts"
import * as Settlement from "../steps/Settlement.ts"
import * as StepUp from "../steps/StepUp.ts"
import * as TokenSource from "../steps/TokenSource.ts"
import * as Verification from "../steps/Verification.ts"
import * as Time from "../Time.ts"
import type { Action, Event, Node, Of, Question, Racer, Request } from "./Action.ts"
import * as Books from "./Books.ts"
import { deeds } from "./Deeds.ts"
import * as Instants from "./Instants.ts"
import {
  type Account,
  accountOf,
  adversary,
  type Code,
  type Credential,
  indexOf,
  type Key,
  nowhere,
  type Order,
  type Phone,
  replaced,
  roguePhone,
  type State,
  type World
} from "./State.ts"

export type { Step } from "./Books.ts"

type Step = Books.Step

const silence: ReadonlyArray<Event> = []
const quietly = (state: State): Step => ({ state, events: silence })

// ---------------------------------------------------------------------------------------------------------------------
// How a run starts
// ---------------------------------------------------------------------------------------------------------------------

const blank = { screen: nowhere, revealed: false, since: Time.never, till: nowhere } as const

const first = (issuedAt: number): Credential => ({
  status: "live",
  issuedAt,
  shown: 0,
  suspended: false,
  saved: "none",
  over: false
})

const account = (isMember: boolean): Account => ({
  agreement: isMember ? "live" : "none",
  authenticated: false,
  throttled: false,
  exposed: false,
  leaked: 0,
  saved: "none"
})

/** The states that a run can start in: some owners have signed and enrolled their phones, and the others have not. */
export const init = (world: World): ReadonlyArray<State> => {
  const { scope } = world
  const rogue = roguePhone(world)
  const phone = (owner: number, index: number, now: number): Phone =>
    owner < scope.members && index !== rogue
      ? { ...blank, held: 0, credentials: [first(now)] }
      : { ...blank, held: -1, credentials: [] }
  return scope.starts.map((now) => ({
    now,
    accounts: Array.from({ length: scope.accounts }, (_, index) => account(index < scope.members)),
    phones: scope.phones.map((owner, index) => phone(owner, index, now)),
    merchants: Array.from({ length: scope.merchants }, () => ({ throttled: false })),
    codes: [],
    orders: [],
    used: { codes: 0, orders: 0 },
    backupAt: Time.never,
    restoredAt: Time.never,
    coincide: false
  }))
}

export { deeds }

/** Everything that can happen next. Time passes to the next moment at which it makes a difference. */
export const actions = (world: World, state: State): ReadonlyArray<Action> => {
  const out = deeds(world, state)
  for (const seconds of Instants.waits(world, state, Instants.everything)) out.push({ _tag: "Advance", seconds })
  return out
}

// ---------------------------------------------------------------------------------------------------------------------
// Owners and phones
// ---------------------------------------------------------------------------------------------------------------------

/** Closes the open orders that rest on what has ended (ENR-11). */
const closeOpen = (world: World, state: State, rests: (order: Order) => boolean): State => {
  if (world.rules.lapses["ENR-11"] !== undefined) return state
  if (!state.orders.some((order) => order.status === "open" && rests(order))) return state
  const orders = state.orders.map(
    (order): Order => (order.status === "open" && rests(order) ? { ...order, status: "closed" } : order)
  )
  return { ...state, orders }
}

const withdraw = (world: World, state: State, account: number): State =>
  closeOpen(
    world,
    Books.withAccount(state, account, { agreement: "ended" }),
    ({ phone }) => accountOf(world, phone) === account
  )

const enroll = (world: World, state: State, { heard, phone }: Of<"Enroll">): Step => {
  const { rules } = world
  const isRogue = phone === roguePhone(world)
  const { agreement } = state.accounts[accountOf(world, phone)]!
  const allowed = Enrollment.issue(rules, agreement, !isRogue)
  if (Result.isFailure(allowed)) return { state, events: [{ _tag: "Declined", phone, reason: allowed.failure }] }
  const statuses = Enrollment.issued(rules, Books.standing(world, state, phone))
  let after = Books.withStatuses(state, phone, statuses)
  if (rules.lapses["ENR-8"] !== undefined) {
    const codes = after.codes.map((code) => (code.phone === phone && code.burned ? { ...code, burned: false } : code))
    after = { ...after, codes }
  }
  if (heard) after = Books.withPhone(after, phone, { ...blank, held: statuses.length - 1 })
  return { state: after, events: [{ _tag: "Issued", phone }] }
}

const confirm = (world: World, state: State, phone: number): State => {
  const { credentials, held } = state.phones[phone]!
  const statuses = credentials.map(({ status }) => status)
  return Books.withStatuses(state, phone, Enrollment.confirmed(world.rules, statuses, held))
}

const revoke = (world: World, state: State, phone: number): Step => {
  const statuses = state.phones[phone]!.credentials.map(({ status }) => status)
  const revoked = Books.withStatuses(state, phone, Enrollment.revoked(statuses))
  return { state: closeOpen(world, revoked, (order) => order.phone === phone), events: [{ _tag: "Revoked", phone }] }
}

const learnt = ({ rules }: World, phone: number): Event => ({
  _tag: "Learnt",
  phone,
  what: Generation.identifies(rules)
})

/** The adversary learns the password or PIN of a phone's owner, where what it sees and has tells it. */
const expose = (world: World, state: State, phone: number, tells: boolean): Step => {
  if (!tells) return quietly(state)
  const account = accountOf(world, phone)
  const { exposed } = state.accounts[account]!
  return {
    state: exposed ? state : Books.withAccount(state, account, { exposed: true }),
    events: [{ _tag: "Learnt", phone, what: "secret" }]
  }
}

/** What the adversary sees when it sees a code. */
const see = (world: World, state: State, key: Key): Step => {
  const index = indexOf(state.codes, key)
  const code = state.codes[index]!
  const owner = accountOf(world, key.phone)
  const { leaked } = state.accounts[owner]!
  const known = { ...state, codes: replaced(state.codes, index, { ...code, known: true }) }
  const seen = code.known ? known : Books.withAccount(known, owner, { leaked: leaked + 1 })
  const tells = StepUp.codeTells(world.rules, code.pin !== "none", Books.robbed(world, state, key.phone))
  const exposed = expose(world, seen, key.phone, tells)
  return { state: exposed.state, events: [learnt(world, key.phone), ...exposed.events] }
}

/** A code just made, by a phone whose clock is off by some seconds. */
const make = (
  world: World,
  state: State,
  key: Key,
  { offset, terms = Binding.plain, till }: Pick<Of<"Show">, "offset" | "terms" | "till">
): State => {
  const { drift } = world.rules.scheme.clock
  const index = indexOf(state.codes, key)
  const known = state.codes[index]
  const code: Code = {
    ...key,
    ...terms,
    till,
    shownAt: state.now,
    onTime: Math.abs(offset) <= drift,
    made: true,
    // Digits that were guessed before are the code all the same, once the phone makes it.
    known: known?.known ?? false,
    burned: known?.burned ?? false,
    attempted: known?.attempted ?? false,
    spoilt: known?.spoilt ?? false,
    saved: known?.saved ?? false,
    watched: known?.watched ?? false
  }
  return known === undefined
    ? { ...state, codes: [...state.codes, code], used: { ...state.used, codes: state.used.codes + 1 } }
    : { ...state, codes: replaced(state.codes, index, code) }
}

/** What becomes of a phone's credential when it shows a code: a list has one less. */
const taken = (world: World, state: State, phone: number): ReadonlyArray<Credential> => {
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]!
  if (TokenSource.supply(world.rules) === Number.POSITIVE_INFINITY) return credentials
  return replaced(credentials, held, { ...credential, shown: credential.shown + 1 })
}

const show = (world: World, state: State, action: Of<"Show">): Step => {
  const { offset, phone, revealed, till } = action
  const { credentials, held } = state.phones[phone]!
  const showing = Generation.show(world.rules, credentials[held], state.now + offset)
  if (Result.isFailure(showing)) {
    const event: Event = held < 0 ? { _tag: "Declined", phone, reason: showing.failure } : { _tag: "Empty", phone }
    return { state, events: [event] }
  }
  if (showing.success._tag === "Asked") return { state, events: [{ _tag: "Messaged", phone }] }
  const key: Key = { phone, generation: held, position: showing.success.position, revealed }
  const shown = Books.withPhone(make(world, state, key, action), phone, {
    credentials: taken(world, state, phone),
    screen: key.position,
    revealed,
    since: state.now,
    till
  })
  const event: Event = { _tag: "Shown", key }
  if (till !== adversary(world)) return { state: shown, events: [event] }
  const seen = see(world, shown, key)
  return { state: seen.state, events: [event, ...seen.events] }
}

const runOff = (world: World, state: State, action: Of<"RunOff">): Step => {
  const { offset, phone, revealed } = action
  const { credentials, held } = state.phones[phone]!
  const showing = Generation.show(world.rules, credentials[held], state.now + offset)
  if (Result.isFailure(showing) || showing.success._tag === "Asked") return quietly(state)
  const key: Key = { phone, generation: held, position: showing.success.position, revealed }
  const made = make(world, state, key, { ...action, till: state.phones[phone]!.till })
  // Nobody shows it at a till, and it is none of the owner's making.
  const index = indexOf(made.codes, key)
  const off = { ...made, codes: replaced(made.codes, index, { ...made.codes[index]!, shownAt: Time.never }) }
  return see(world, Books.withPhone(off, phone, { credentials: taken(world, state, phone) }), key)
}

const runOut = (world: World, state: State, phone: number): State => {
  const { credentials, held } = state.phones[phone]!
  const credential = { ...credentials[held]!, shown: TokenSource.supply(world.rules) }
  return Books.withPhone(state, phone, { ...blank, credentials: replaced(credentials, held, credential) })
}

/** A code that the adversary has without its phone: hit upon, or made of what it has read. */
const forge = (state: State, key: Key, terms: Binding.Terms): State => {
  if (indexOf(state.codes, key) >= 0) return state
  const code: Code = {
    ...key,
    ...terms,
    till: nowhere,
    shownAt: Time.never,
    onTime: false,
    made: false,
    known: true,
    burned: false,
    attempted: false,
    spoilt: false,
    saved: false,
    watched: false
  }
  return { ...state, codes: [...state.codes, code], used: { ...state.used, codes: state.used.codes + 1 } }
}

/** What the adversary makes a code over that it has itself paid with, as far as it can make one. */
const ownTerms = (world: World, state: State, phone: number, sum: number): Binding.Terms => {
  const { rules } = world
  if (!Binding.isBound(rules)) return Binding.plain
  const own = adversary(world)
  const pin = StepUp.canPin(rules, Books.robbed(world, state, phone)) ? "stolen" : "none"
  return { payee: own < 0 ? 0 : own, sum, pin, copied: own < 0 }
}

const guess = (world: World, state: State, phone: number): State => {
  const { scheme } = world.rules
  const { credentials } = state.phones[phone]!
  const generation = credentials.length - 1
  const position = TokenSource.hasSteps(scheme) ? Time.stepAt(scheme, state.now) : credentials[generation]!.shown
  const key: Key = { phone, generation, position, revealed: false }
  const index = indexOf(state.codes, key)
  if (index < 0) return forge(state, key, ownTerms(world, state, phone, world.scope.amounts[0]!))
  return { ...state, codes: replaced(state.codes, index, { ...state.codes[index]!, known: true }) }
}

// ---------------------------------------------------------------------------------------------------------------------
// Orders
// ---------------------------------------------------------------------------------------------------------------------

const unused = {
  sentAt: Time.never,
  arrived: false,
  reversing: false,
  abandoned: false,
  status: "none",
  reason: "NONE",
  taken: false,
  at: Time.never,
  free: false,
  day: -1,
  returnedDay: -1,
  refunded: 0,
  refunds: 0,
  volatile: false,
  saved: "none",
  confirmed: "no",
  confirmedAt: Time.never,
  debits: 0,
  returned: 0,
  date: -1,
  undone: false,
  told: "NONE",
  watched: false
} as const

/** A new order number of a merchant, with the request for it. */
const ordered = (state: State, merchant: number, request: Request, view: Order["view"], presented = false): State => ({
  ...state,
  used: { ...state.used, orders: state.used.orders + 1 },
  orders: [
    ...state.orders,
    {
      ...unused,
      ...request.key,
      phone: request.alias,
      amount: request.amount,
      merchant,
      presented,
      view,
      sentAt: state.now
    }
  ]
})

/** Orders that a till leaves behind when it scans their payer again. */
const leaveBehind = (state: State, till: number, phone: number): State => {
  const isLeft = (order: Order): boolean =>
    order.merchant === till && order.phone === phone && order.view !== "paid" && !order.abandoned
  if (!state.orders.some(isLeft)) return state
  return { ...state, orders: state.orders.map((order) => (isLeft(order) ? { ...order, abandoned: true } : order)) }
}

/** An honest till reads a code and asks for an amount under a new order number; one that waits for nobody settles alone. */
const ask = (world: World, state: State, merchant: number, key: Key, amount: number, presented: boolean): Step => {
  const { rules } = world
  if (Result.isFailure(Relay.admit(rules, amount))) return quietly(state)
  const sent = ordered(state, merchant, { alias: key.phone, key, amount }, "asked", presented)
  if (Relay.waitsForProvider(rules)) return quietly(sent)
  const order = sent.orders.length - 1
  const settled = Books.withOrder(sent, order, {
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

const scan = (world: World, state: State, { amount, phone }: Of<"Scan">): Step => {
  const { held, revealed, screen, till } = state.phones[phone]!
  const key: Key = { phone, generation: held, position: screen, revealed }
  return ask(world, leaveBehind(state, till, phone), till, key, amount, false)
}

/** What a till makes of an answer. */
const viewed = (state: State, index: number, view: Relay.View): Step =>
  state.orders[index]!.view === view
    ? quietly(state)
    : { state: Books.withOrder(state, index, { view }), events: [{ _tag: "Viewed", order: index, view }] }

const followedBy = (step: Step, then: (state: State) => Step): Step => {
  const next = then(step.state)
  return { state: next.state, events: next.events.length === 0 ? step.events : [...step.events, ...next.events] }
}

/** The request of an order, as it was sent. */
const requestOf = ({ amount, generation, phone, position, revealed }: Order, codePhone: number): Request => ({
  alias: phone,
  key: { phone: codePhone, generation, position, revealed },
  amount
})

const decided = (
  world: World,
  facts: State,
  state: State,
  index: number,
  merchant: number,
  request: Request,
  node: Node
): Step => {
  const { facts: found, found: candidates } = Books.gather(world, facts, state.orders[index], merchant, request, node)
  const now = Books.clockOf(world, state, node)
  const decision = Verification.decide(world.rules, found, Books.askedOf(request), now)
  return Books.settle(world, state, index, request, node, decision, candidates)
}

const deliverPay = (world: World, state: State, { heard, node, order: index }: Of<"Deliver">, facts = state): Step => {
  const order = state.orders[index]!
  const request = requestOf(order, order.phone)
  const step = decided(world, facts, state, index, order.merchant, request, node)
  const answer = answerOf(step)
  if (!heard || order.view === "adversary") return step
  return followedBy(step, (after) => viewed(after, index, Relay.heard(order.view as Relay.View, answer)))
}

const answerOf = ({ events }: Step): Answer => {
  const answered = events.find((event) => event._tag === "Answered")
  return answered?._tag === "Answered" ? answered.answer : "UNKNOWN"
}

/** What the provider answers to a question about an order that is no payment. */
const answered = (
  order: number,
  question: Question,
  answer: Answer,
  own: boolean,
  node: Node
): ReadonlyArray<Event> => [
  {
    _tag: "Answered",
    order,
    question,
    answer,
    number: 0,
    own,
    node,
    request: undefined,
    fresh: false,
    attempt: false,
    used: false
  }
]

/** The state in which somebody has been told something of an order. */
const tell = (state: State, index: number, answer: Answer): State =>
  state.orders[index]!.told === answer || !isDefinite(answer) ? state : Books.withOrder(state, index, { told: answer })

/** What a reversal does to an order and, whatever the record says, to the truth about it. */
const reversed = (world: World, state: State, index: number, now: number, reversal: Settlement.Change): State => {
  // One that comes too late, or perhaps so, says nothing of where the order stands.
  if (reversal.answer === "REVERSE_EXPIRED" || reversal.answer === "UNKNOWN") return state
  const after = tell(Books.change(world, state, index, now, reversal), index, reversal.answer)
  return after.orders[index]!.undone ? after : Books.withOrder(after, index, { undone: true })
}

const deliverReversal = (world: World, state: State, { heard, node, order: index }: Of<"Deliver">): Step => {
  const order = state.orders[index]!
  const now = Books.clockOf(world, state, node)
  const reversal = Settlement.reverse(world.rules, Books.recordOf(world, order, now), now)
  const step: Step = {
    state: reversed(world, state, index, now, reversal),
    events: answered(index, "reversal", reversal.answer, true, node)
  }
  if (!heard || order.view === "adversary") return step
  return followedBy(step, (after) =>
    viewed(after, index, Relay.heardOfReversal(order.view as Relay.View, reversal.answer))
  )
}

const query = (world: World, state: State, { node, order: index }: Of<"Query">): Step => {
  const order = state.orders[index]!
  const now = Books.clockOf(world, state, node)
  const record = Books.recordOf(world, order, now)
  const answer = Settlement.query(world.rules, record, Books.predates(state, order), now)
  const step: Step = { state: tell(state, index, answer), events: answered(index, "query", answer, true, node) }
  return followedBy(step, (after) => viewed(after, index, Relay.heard(order.view as Relay.View, answer)))
}

const notice = (world: World, state: State, { forged, order: index }: Of<"Notice">): Step =>
  viewed(state, index, Relay.notified(world.rules, state.orders[index]!.view as Relay.View, !forged))

// ---------------------------------------------------------------------------------------------------------------------
// Step-up
// ---------------------------------------------------------------------------------------------------------------------

const approve = (world: World, state: State, index: number): Step => {
  const { rules } = world
  const { merchant, phone } = state.orders[index]!
  // An answer that names no order is given on the word of the till, and the adversary's lies.
  const isToldFalse = rules.scheme.stepUp.method === "sms-password" && merchant === adversary(world)
  const confirmed = rules.lapses["STP-3"] === undefined && !isToldFalse ? "seen" : "blind"
  const given = Books.withOrder(state, index, { confirmed, confirmedAt: state.now })
  return expose(world, given, phone, StepUp.answerTells(rules, Books.robbed(world, state, phone)))
}

/** An answer reaches the provider, and is taken for an order: the owner's for `from`, or somebody else's in its name. */
const answer = (world: World, state: State, to: number, from: number | undefined, node: Node): Step => {
  const order = state.orders[to]!
  const now = Books.clockOf(world, state, node)
  const record = Books.recordOf(world, order, now)
  // Guesses at the password are the affair of the computed claims: here nobody has given a wrong answer.
  const given = { isForOrder: from === undefined || from === to, wrong: 0 }
  const answer = StepUp.authenticate(world.rules, record, given)
  const events = answered(to, "password", answer, true, node)
  if (answer !== "PAID") return { state, events }
  const paid = Books.withOrder(state, to, { status: "paid", debits: Math.min(order.debits + 1, 2), told: "PAID" })
  const remembers = world.rules.lapses["STP-1"] !== undefined
  return {
    state: remembers ? Books.withAccount(paid, accountOf(world, order.phone), { authenticated: true }) : paid,
    events: [...events, { _tag: "Debited", order: to, by: "password" }]
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The adversary's merchant
// ---------------------------------------------------------------------------------------------------------------------

/** Earlier facts, to which an order of its own is new, and what others have done since is unknown. */
const onFacts = (facts: State, sent: State, own: number): State => ({
  ...facts,
  orders: sent.orders.map((order, index): Order => {
    if (index < facts.orders.length) return facts.orders[index]!
    return index === own ? order : { ...order, status: "none", taken: false, day: -1, date: -1, debits: 0 }
  })
})

const pay = (world: World, state: State, { node, order, request }: Of<"Pay">, facts = state): Step => {
  if (Result.isFailure(Relay.admit(world.rules, request.amount))) return quietly(state)
  const own = adversary(world)
  const { amount, key } = request
  const forged = key.position === nowhere ? state : forge(state, key, ownTerms(world, state, key.phone, amount))
  const sent = order < 0 ? ordered(forged, own, request, "adversary") : forged
  const index = order < 0 ? sent.orders.length - 1 : order
  return decided(world, facts === state ? sent : onFacts(facts, sent, index), sent, index, own, request, node)
}

/** Whose order the adversary's merchant finds under an order number (REL-4). */
const finds = ({ rules }: World, isOwn: boolean): boolean => isOwn || rules.lapses["REL-4"] !== undefined

const meddle = (world: World, state: State, { amount, node, number, order: index, what }: Of<"Meddle">): Step => {
  const order = state.orders[index]!
  const isOwn = order.view === "adversary"
  const now = Books.clockOf(world, state, node)
  const record = finds(world, isOwn) ? Books.recordOf(world, order, now) : undefined
  const ask = (question: Question, answer: Answer): ReadonlyArray<Event> =>
    answered(index, question, answer, isOwn, node)
  if (what === "query") {
    const answer = Settlement.query(world.rules, record, isOwn && Books.predates(state, order), now)
    return { state: isOwn ? tell(state, index, answer) : state, events: ask("query", answer) }
  }
  if (what === "refund") {
    const refund = Settlement.refund(world.rules, record, (order.refunds & number) !== 0, amount)
    const after = Books.change(world, state, index, now, refund, { number })
    return { state: after, events: ask("refund", refund.answer).map((event) => ({ ...event, number })) }
  }
  const reversal = Settlement.reverse(world.rules, record, now)
  // A reversal of a number that it has not used is its own affair.
  const touches = record !== undefined || isOwn
  return {
    state: touches ? reversed(world, state, index, now, reversal) : state,
    events: ask("reversal", record === undefined && !isOwn ? "NO_SUCH_ORDER" : reversal.answer)
  }
}

const flood = (world: World, state: State, { merchant, phone }: Of<"Flood">): State => {
  const { lapses, scheme } = world.rules
  const isOwn = merchant === adversary(world)
  const byAlias = isOwn && lapses["VER-29"] !== "none" && scheme.throttle.perAliasDay !== undefined
  const account = accountOf(world, phone)
  const named = byAlias || lapses["VER-29"] === "by account"
  const first =
    named && !state.accounts[account]!.throttled ? Books.withAccount(state, account, { throttled: true }) : state
  if (lapses["VER-29"] !== "by merchant" || first.merchants[merchant]!.throttled) return first
  return { ...first, merchants: replaced(first.merchants, merchant, { throttled: true }) }
}

// ---------------------------------------------------------------------------------------------------------------------
// Faults
// ---------------------------------------------------------------------------------------------------------------------

/** Two requests on the same facts, or on what is the same in them; each writes as if it were alone. */
const race = (world: World, state: State, first: Racer, second: Racer): Step => {
  const { lapses } = world.rules
  const one = racer(world, state, first, state)
  const stale: State =
    lapses["VER-20"] === undefined
      ? // Only the day's payments are read too early: those without the first request's.
        {
          ...one.state,
          orders: one.state.orders.map((order, index) =>
            index in state.orders ? state.orders[index]! : { ...order, day: -1 }
          )
        }
      : state
  const two = racer(world, one.state, second, stale)
  return { state: two.state, events: [...one.events, ...two.events] }
}

const racer = (world: World, state: State, action: Racer, facts: State): Step =>
  action._tag === "Pay" ? pay(world, state, action, facts) : deliverPay(world, state, action, facts)

const crash = (world: World, state: State): Step => {
  const { lapses } = world.rules
  let after = state
  if (lapses["VER-19"] !== undefined && state.codes.some(({ burned }) => burned)) {
    after = { ...after, codes: after.codes.map((code) => (code.burned ? { ...code, burned: false } : code)) }
  }
  if (lapses["VER-21"] !== undefined && state.orders.some((order) => order.volatile)) {
    const undone = (order: Order): Order =>
      order.volatile
        ? {
            ...order,
            volatile: false,
            status: "none",
            reason: "NONE",
            taken: false,
            at: Time.never,
            day: -1,
            debits: 0,
            free: false
          }
        : order
    after = { ...after, orders: after.orders.map(undone) }
  }
  return { state: after, events: [{ _tag: "Crashed" }] }
}

const backup = (state: State): State => ({
  ...state,
  backupAt: state.now,
  accounts: state.accounts.map((account) => ({ ...account, saved: account.agreement })),
  phones: state.phones.map((phone) => ({
    ...phone,
    credentials: phone.credentials.map((credential) => ({ ...credential, saved: credential.status }))
  })),
  codes: state.codes.map((code) => ({ ...code, saved: code.burned })),
  orders: state.orders.map((order) => ({ ...order, saved: order.status }))
})

/** The provider's books as the backup has them. What others know and hold stays, and so does the truth. */
const restore = (world: World, state: State): State => {
  const { lapses } = world.rules
  const suspends = lapses["VER-30"] === undefined
  // Of an order that was open nobody knows whether it was paid since (VER-31).
  const isLost = ({ saved }: Order): boolean => saved === "none" || (saved === "open" && lapses["VER-31"] === undefined)
  return {
    ...state,
    restoredAt: state.now,
    accounts: state.accounts.map((account) => ({ ...account, agreement: account.saved })),
    phones: state.phones.map((phone) => ({
      ...phone,
      credentials: phone.credentials.map((credential) => ({
        ...credential,
        status: credential.saved === "none" ? "ended" : credential.saved,
        suspended: suspends,
        over: credential.status === "ended" || credential.status === "revoked"
      }))
    })),
    codes: state.codes.map((code) => ({ ...code, burned: code.saved })),
    orders: state.orders.map(
      (order): Order =>
        isLost(order)
          ? { ...order, status: "none", reason: "NONE", taken: false, at: Time.never, day: -1, free: false, debits: 0 }
          : { ...order, status: order.saved }
    )
  }
}

/** Time passes. A new day forgets the wrong codes of the last. */
const advance = ({ rules: { scheme } }: World, state: State, seconds: number): State => {
  const now = state.now + seconds
  const isLaterDay = Time.dayAt(scheme, now) > Time.dayAt(scheme, state.now)
  if (!isLaterDay || !state.accounts.some(({ throttled }) => throttled)) return { ...state, now }
  return { ...state, now, accounts: state.accounts.map((account) => ({ ...account, throttled: false })) }
}

/** What an action leads to. The action must be one that can happen: one of {@link deeds}, or time passing. */
export const next = (world: World, state: State, action: Action): Step => {
  switch (action._tag) {
    case "Sign":
      return quietly(Books.withAccount(state, action.account, { agreement: "live" }))
    case "Withdraw":
      return quietly(withdraw(world, state, action.account))
    case "Enroll":
      return enroll(world, state, action)
    case "Confirm":
      return { state: confirm(world, state, action.phone), events: [{ _tag: "Confirmed", phone: action.phone }] }
    case "Revoke":
      return revoke(world, state, action.phone)
    case "Wipe":
      return quietly(Books.withPhone(state, action.phone, { ...blank, held: -1 }))
    case "Show":
      return show(world, state, action)
    case "RunOut":
      return quietly(runOut(world, state, action.phone))
    case "Approve":
      return approve(world, state, action.order)
    case "Authenticate":
      return answer(world, state, action.to, action.order, action.node)
    case "Impersonate":
      return answer(world, state, action.order, undefined, action.node)
    case "Scan":
      return scan(world, state, action)
    case "Deliver":
      return action.what === "pay" ? deliverPay(world, state, action) : deliverReversal(world, state, action)
    case "Query":
      return query(world, state, action)
    case "Reverse":
      return followedBy(quietly(Books.withOrder(state, action.order, { reversing: true })), (after) =>
        viewed(after, action.order, "reversing")
      )
    case "GiveUp":
      return viewed(state, action.order, "failed")
    case "Notice":
      return notice(world, state, action)
    case "Capture": {
      const { held, revealed, screen } = state.phones[action.phone]!
      return see(world, state, { phone: action.phone, generation: held, position: screen, revealed })
    }
    case "RunOff":
      return runOff(world, state, action)
    case "Guess":
      return quietly(guess(world, state, action.phone))
    case "Present":
      return ask(world, state, action.merchant, action.key, action.amount, Binding.isBound(world.rules))
    case "Pay":
      return pay(world, state, action)
    case "Meddle":
      return meddle(world, state, action)
    case "Flood":
      return quietly(flood(world, state, action))
    case "Close": {
      const now = Books.clockOf(world, state, action.node)
      const record = Books.recordOf(world, state.orders[action.order]!, now)
      if (record === undefined) return quietly(state)
      return quietly(Books.change(world, state, action.order, now, Settlement.close(world.rules, record, now)))
    }
    case "Race":
      return race(world, state, action.first, action.second)
    case "Crash":
      return crash(world, state)
    case "Backup":
      return quietly(backup(state))
    case "Restore":
      return quietly(restore(world, state))
    case "Coincide":
      // The two stay the newest: no code is made after them.
      return quietly({ ...state, coincide: true, used: { ...state.used, codes: world.scope.codes } })
    case "Advance":
      return quietly(advance(world, state, action.seconds))
  }
}
