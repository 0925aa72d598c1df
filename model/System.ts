/**
 * The system: payers with phones, merchants with tills, one provider, a network and an adversary, composed of the pure
 * steps. `init` gives the states that a run can start in, `actions` what can happen next, and `next` what then has
 * happened, with the events that claims watch.
 *
 * The network is the set of the requests ever sent: delivering one leaves it there (duplication, resending), never
 * delivering it is loss, and delivering it late or out of turn is delay and reordering.
 *
 * @see spec/README.md
 */
import * as Result from "effect/Result"
import * as Enrollment from "./Enrollment.ts"
import * as Generation from "./Generation.ts"
import * as Instants from "./Instants.ts"
import type { Outcome } from "./Order.ts"
import type { Reason } from "./Refusal.ts"
import * as Relay from "./Relay.ts"
import type { Rules } from "./Rules.ts"
import type { Capabilities, Scope } from "./Scope.ts"
import * as Time from "./Time.ts"
import * as Verification from "./Verification.ts"

// ---------------------------------------------------------------------------------------------------------------------
// The state
// ---------------------------------------------------------------------------------------------------------------------

/** An account with its owner's phone. Payers are numbered from 0; a payer's number is its account, alias and credential. */
export interface Payer {
  readonly agreement: Enrollment.Agreement
  /** The provider has issued a credential, and the phone holds it. */
  readonly enrolled: boolean
  /** The code that the phone shows: its number, or -1 for none. */
  readonly screen: number
}

/** A code: the alias and the proof for one step of a payer's credential, and what has become of it. */
export interface Code {
  readonly payer: number
  readonly step: number
  /** The merchant at whose till the payer showed it. */
  readonly till: number
  readonly shownAt: number
  /** The corrected clock of the phone that made it was within `clock.drift`. */
  readonly onTime: boolean
  /** Made by the payer's phone; otherwise guessed by the adversary. */
  readonly made: boolean
  /** The adversary knows it. */
  readonly captured: boolean
  /** The provider's memory: its step is burned. */
  readonly burned: boolean
  /** The truth, whatever the provider remembers: a request with it was an attempt. */
  readonly attempted: boolean
}

/** A pay request that was sent, and the last answer to it. */
export interface Request {
  /** The code whose proof it carries; -1 for digits that nobody was given. */
  readonly code: number
  /** The payer that its alias names. */
  readonly payer: number
  readonly amount: number
  readonly sentAt: number
  readonly answer: Outcome | "NONE"
  /** How often it was debited, 2 standing for more, and the provider day of the last time. */
  readonly debits: number
  readonly day: number
}

/** An order number of a merchant: the requests sent under it, and what the provider recorded. */
export interface Order {
  readonly merchant: number
  readonly requests: ReadonlyArray<Request>
  readonly outcome: Outcome | "NONE"
  /** The request that the recorded outcome answers. */
  readonly decided: number
}

export interface State {
  /** The provider's clock. */
  readonly now: number
  readonly payers: ReadonlyArray<Payer>
  readonly codes: ReadonlyArray<Code>
  readonly orders: ReadonlyArray<Order>
}

// ---------------------------------------------------------------------------------------------------------------------
// What can happen, and what is seen of it
// ---------------------------------------------------------------------------------------------------------------------

export type Action =
  /** The account's owner signs the password-free agreement. */
  | { readonly _tag: "Sign"; readonly payer: number }
  | { readonly _tag: "Withdraw"; readonly payer: number }
  | { readonly _tag: "Enroll"; readonly payer: number }
  | { readonly _tag: "Advance"; readonly seconds: number }
  /** The payer shows a code at a merchant's till, while the phone's corrected clock is off by `offset` seconds. */
  | { readonly _tag: "Show"; readonly payer: number; readonly till: number; readonly offset: number }
  /** The adversary sees a code on a phone. */
  | { readonly _tag: "Capture"; readonly code: number }
  /** The till that a payer stands at scans the phone, and sends a request under a new order number. */
  | { readonly _tag: "Scan"; readonly payer: number; readonly amount: number }
  /** The adversary has a captured proof sent under a new order number: from its own till or, shown there, from another. */
  | {
      readonly _tag: "Submit"
      readonly merchant: number
      readonly code: number
      readonly payer: number
      readonly amount: number
    }
  /** The adversary's merchant sends another request under an order number it has used. */
  | {
      readonly _tag: "Resubmit"
      readonly order: number
      readonly code: number
      readonly payer: number
      readonly amount: number
    }
  /** The adversary makes up a proof for a payer's alias, and it is wrong, or right for the present step. */
  | {
      readonly _tag: "Guess"
      readonly merchant: number
      readonly payer: number
      readonly amount: number
      readonly lucky: boolean
    }
  /** A request that was sent reaches the provider, for the first time or again. */
  | { readonly _tag: "Deliver"; readonly order: number; readonly request: number }

/** What somebody does, as data: the messages, answers and debits that claims are about. */
export type Event =
  | { readonly _tag: "Issued"; readonly payer: number }
  | { readonly _tag: "Declined"; readonly payer: number; readonly reason: Reason }
  | { readonly _tag: "Shown"; readonly payer: number; readonly code: number }
  /** A phone and the provider exchange messages so that a code can be shown. */
  | { readonly _tag: "Messaged"; readonly payer: number }
  /** The adversary reads an identifier off a code, and how long that identifies the payer. */
  | { readonly _tag: "Learnt"; readonly code: number; readonly identifies: "account" | "credential" }
  | {
      readonly _tag: "Answered"
      readonly order: number
      readonly request: number
      readonly decision: Verification.Decision
    }
  | { readonly _tag: "Debited"; readonly order: number; readonly request: number; readonly by: "provider" | "till" }

/** What an action leads to. */
export interface Step {
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** A system to explore: the rules in force, the scope of the runs, and what the adversary can do. */
export interface World {
  readonly rules: Rules
  readonly scope: Scope
  readonly can: Capabilities
}

const silence: ReadonlyArray<Event> = []
const quietly = (state: State): Step => ({ state, events: silence })

const replaced = <A>(items: ReadonlyArray<A>, index: number, item: A): ReadonlyArray<A> => {
  const copy = items.slice()
  copy[index] = item
  return copy
}

const enrolled: Payer = { agreement: "live", enrolled: true, screen: -1 }
const stranger: Payer = { agreement: "none", enrolled: false, screen: -1 }

/** The states that a run can start in: one payer has signed and enrolled, and the others have not. */
export const init = ({ scope }: World): ReadonlyArray<State> =>
  scope.starts.map((now) => ({
    now,
    payers: Array.from({ length: scope.accounts }, (_, payer) => (payer === 0 ? enrolled : stranger)),
    codes: [],
    orders: []
  }))

/** The merchant that the adversary runs, or -1 where it runs none. */
export const adversary = ({ can, scope }: World): number => (can.merchant ? scope.merchants - 1 : -1)

// ---------------------------------------------------------------------------------------------------------------------
// What can happen next
// ---------------------------------------------------------------------------------------------------------------------

const codeOfStep = (state: State, payer: number, step: number): number => {
  for (let code = 0; code < state.codes.length; code++) {
    const { payer: owner, step: of } = state.codes[code]!
    if (owner === payer && of === step) return code
  }
  return -1
}

/** Whether one more request may be under way. */
const canSend = ({ scope }: World, state: State): boolean => {
  if (state.orders.length >= scope.orders) return false
  let underWay = 0
  for (const { requests } of state.orders) {
    for (const { answer } of requests) if (answer === "NONE") underWay++
  }
  return underWay < scope.inFlight
}

const payerActions = (world: World, state: State, payer: number, sending: boolean, out: Array<Action>): void => {
  const { can, rules, scope } = world
  const { agreement, enrolled, screen } = state.payers[payer]!
  if (agreement === "none") out.push({ _tag: "Sign", payer })
  if (agreement === "live") out.push({ _tag: "Withdraw", payer })
  if (!enrolled) out.push({ _tag: "Enroll", payer })
  if (!enrolled) out.push({ _tag: "Show", payer, till: 0, offset: 0 })
  else if (state.codes.length < scope.codes) {
    for (const offset of scope.offsets) {
      // A step has one code: what is on the screen stays there, and what was shown before is old.
      if (state.codes[codeOfStep(state, payer, Time.stepAt(rules.scheme, state.now + offset))]?.made) continue
      for (let till = 0; till < scope.merchants; till++) out.push({ _tag: "Show", payer, till, offset })
    }
  }
  if (screen < 0) return
  const code = state.codes[screen]!
  if (!Generation.isDisplayed(rules, state.now - code.shownAt)) return
  if (can.capture && !code.captured) out.push({ _tag: "Capture", code: screen })
  if (sending && code.till !== adversary(world)) {
    for (const amount of scope.amounts) out.push({ _tag: "Scan", payer, amount })
  }
}

const adversaryActions = (world: World, state: State, sending: boolean, out: Array<Action>): void => {
  const { can, scope } = world
  const own = adversary(world)
  const { codes, orders, payers } = state
  if (sending) {
    for (let code = 0; code < codes.length; code++) {
      if (!codes[code]!.captured) continue
      for (let merchant = 0; merchant < scope.merchants; merchant++) {
        if (merchant !== own && !can.capture) continue
        for (const amount of scope.amounts) {
          // Any alias can be put before a proof that is known; at an honest till that is no more than a wrong code.
          for (let payer = 0; payer < payers.length; payer++) {
            if (merchant === own || payer === codes[code]!.payer)
              out.push({ _tag: "Submit", merchant, code, payer, amount })
          }
        }
      }
    }
    const merchant = own < 0 ? scope.merchants - 1 : own
    const amount = scope.amounts[0]!
    for (let payer = 0; payer < payers.length; payer++) {
      if (can["wrong-guess"]) out.push({ _tag: "Guess", merchant, payer, amount, lucky: false })
      if (can["lucky-guess"] && payers[payer]!.enrolled && codes.length < scope.codes) {
        out.push({ _tag: "Guess", merchant, payer, amount, lucky: true })
      }
    }
  }
  for (let order = 0; order < orders.length; order++) {
    const { merchant, requests } = orders[order]!
    if (merchant !== own || requests.length >= scope.requests) continue
    for (let code = 0; code < codes.length; code++) {
      if (!codes[code]!.captured) continue
      const { payer } = codes[code]!
      for (const amount of scope.amounts) out.push({ _tag: "Resubmit", order, code, payer, amount })
    }
  }
}

/** Everything that somebody can do next: all that can happen, but for the passing of time. */
export const deeds = (world: World, state: State): Array<Action> => {
  const out: Array<Action> = []
  const sending = canSend(world, state)
  for (let payer = 0; payer < state.payers.length; payer++) payerActions(world, state, payer, sending, out)
  adversaryActions(world, state, sending, out)
  for (let order = 0; order < state.orders.length; order++) {
    const { requests } = state.orders[order]!
    for (let request = 0; request < requests.length; request++) {
      if (world.can.network || requests[request]!.answer === "NONE") out.push({ _tag: "Deliver", order, request })
    }
  }
  return out
}

/** Everything that can happen next. Time passes to the next moment at which it makes a difference. */
export const actions = (world: World, state: State): ReadonlyArray<Action> => {
  const out = deeds(world, state)
  const stop = Instants.next(world, state, Instants.everything)
  if (stop < Number.POSITIVE_INFINITY) out.push({ _tag: "Advance", seconds: stop - state.now })
  return out
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

const withPayer = (state: State, payer: number, change: Partial<Payer>): State => ({
  ...state,
  payers: replaced(state.payers, payer, { ...state.payers[payer]!, ...change })
})

const sent = (state: State, code: number, payer: number, amount: number): Request => ({
  code,
  payer,
  amount,
  sentAt: state.now,
  answer: "NONE",
  debits: 0,
  day: 0
})

const ordered = (state: State, merchant: number, request: Request): State => ({
  ...state,
  orders: [...state.orders, { merchant, requests: [request], outcome: "NONE", decided: 0 }]
})

const enroll = (world: World, state: State, payer: number): Step => {
  const issued = Enrollment.issue(world.rules, state.payers[payer]!.agreement)
  return Result.isFailure(issued)
    ? { state, events: [{ _tag: "Declined", payer, reason: issued.failure }] }
    : { state: withPayer(state, payer, { enrolled: true }), events: [{ _tag: "Issued", payer }] }
}

/** What anybody reads off a code without a key: the masked index undoes itself, a token is all there is. */
const learnt = ({ rules }: World, code: number): Event => ({
  _tag: "Learnt",
  code,
  identifies: rules.scheme.code.alias === "masked-index" ? "account" : "credential"
})

const show = (world: World, state: State, payer: number, till: number, offset: number): Step => {
  const { enrolled } = state.payers[payer]!
  const showing = Generation.show(world.rules, enrolled, state.now + offset)
  if (Result.isFailure(showing)) return { state, events: [{ _tag: "Declined", payer, reason: showing.failure }] }
  if (showing.success._tag === "Asked") return { state, events: [{ _tag: "Messaged", payer }] }
  const { step } = showing.success
  const known = codeOfStep(state, payer, step)
  // Digits that were guessed before are the code all the same, once the phone makes it.
  const guessed = state.codes[known]
  const number = guessed === undefined ? state.codes.length : known
  const code: Code = {
    payer,
    step,
    till,
    shownAt: state.now,
    onTime: Math.abs(offset) <= world.rules.scheme.clock.drift,
    made: true,
    captured: guessed !== undefined || till === adversary(world),
    burned: guessed?.burned ?? false,
    attempted: guessed?.attempted ?? false
  }
  const shown: Event = { _tag: "Shown", payer, code: number }
  return {
    state: {
      ...withPayer(state, payer, { screen: number }),
      codes: replaced(state.codes, number, code)
    },
    events: till === adversary(world) ? [shown, learnt(world, number)] : [shown]
  }
}

/** A till reads a code and asks for an amount under a new order number; only one that waits for nobody debits by itself. */
const ask = (world: World, state: State, merchant: number, code: number, payer: number, amount: number): Step => {
  if (Result.isFailure(Relay.admit(world.rules, amount))) return quietly(state)
  const request = sent(state, code, payer, amount)
  if (merchant === adversary(world) || Relay.waitsForProvider(world.rules))
    return quietly(ordered(state, merchant, request))
  const settled = { ...request, debits: 1, day: Time.dayAt(world.rules.scheme, state.now) }
  return {
    state: ordered(state, merchant, settled),
    events: [{ _tag: "Debited", order: state.orders.length, request: 0, by: "till" }]
  }
}

const scan = (world: World, state: State, payer: number, amount: number): Step => {
  const { screen } = state.payers[payer]!
  return ask(world, state, state.codes[screen]!.till, screen, payer, amount)
}

const guess = (world: World, state: State, action: Action & { readonly _tag: "Guess" }): Step => {
  const { amount, merchant, payer } = action
  if (!action.lucky) return quietly(ordered(state, merchant, sent(state, -1, payer, amount)))
  const step = Time.stepAt(world.rules.scheme, state.now)
  const known = codeOfStep(state, payer, step)
  if (known >= 0) {
    const codes = replaced(state.codes, known, { ...state.codes[known]!, captured: true })
    return quietly(ordered({ ...state, codes }, merchant, sent(state, known, payer, amount)))
  }
  const code: Code = {
    payer,
    step,
    till: merchant,
    shownAt: state.now,
    onTime: false,
    made: false,
    captured: true,
    burned: false,
    attempted: false
  }
  const guessed = { ...state, codes: [...state.codes, code] }
  return quietly(ordered(guessed, merchant, sent(state, state.codes.length, payer, amount)))
}

/** What the provider finds in its books for a request: the facts of its decision. */
const gather = (world: World, state: State, order: Order, request: Request): Verification.Facts => {
  const { rules, scope } = world
  const { payer } = request
  const { agreement, enrolled } = state.payers[payer]!
  const { opening } = scope
  const today = Time.dayAt(rules.scheme, state.now)
  let spentToday = Time.dayAt(rules.scheme, scope.starts[0]!) === today ? opening.spentToday : 0
  let spent = 0
  for (const { requests } of state.orders) {
    for (const other of requests) {
      if (other.debits === 0 || other.payer !== payer) continue
      spent += other.debits * other.amount
      if (other.day === today) spentToday += other.debits * other.amount
    }
  }
  const window = Verification.windowAt(rules, state.now)
  const code = state.codes[request.code]
  const verifies =
    code !== undefined &&
    enrolled &&
    code.step >= window.from &&
    code.step <= window.to &&
    Enrollment.seedOf(rules, code.payer) === Enrollment.seedOf(rules, payer)
  const decided = order.requests[order.decided]
  return {
    record: order.outcome === "NONE" || decided === undefined ? undefined : { ...decided, outcome: order.outcome },
    payer,
    matches: verifies ? [{ step: code.step, burned: code.burned }] : [],
    agreement,
    spentToday,
    balance: opening.balance - spent
  }
}

const attempted = (
  codes: ReadonlyArray<Code>,
  number: number,
  { burns }: Verification.Decision
): ReadonlyArray<Code> => {
  const code = codes[number]!
  return replaced(codes, number, { ...code, burned: code.burned || burns.length > 0, attempted: true })
}

const deliver = (world: World, state: State, number: number, index: number): Step => {
  const order = state.orders[number]!
  const request = order.requests[index]!
  const decision = Verification.decide(world.rules, gather(world, state, order, request), request)
  const answered: Event = { _tag: "Answered", order: number, request: index, decision }
  const { outcome } = decision
  if (!decision.fresh && request.answer === outcome) return { state, events: [answered] }
  const paid = decision.fresh && outcome === "PAID"
  const answeredRequest: Request = {
    ...request,
    answer: outcome,
    debits: paid ? Math.min(request.debits + 1, 2) : request.debits,
    day: paid ? Time.dayAt(world.rules.scheme, state.now) : request.day
  }
  const orders = replaced(state.orders, number, {
    ...order,
    requests: replaced(order.requests, index, answeredRequest),
    outcome: decision.recorded ? outcome : order.outcome,
    decided: decision.recorded ? index : order.decided
  })
  return {
    state: { ...state, codes: decision.attempt ? attempted(state.codes, request.code, decision) : state.codes, orders },
    events: paid ? [answered, { _tag: "Debited", order: number, request: index, by: "provider" }] : [answered]
  }
}

/** What an action leads to. The action must be one that can happen: one of {@link deeds}, or time passing. */
export const next = (world: World, state: State, action: Action): Step => {
  switch (action._tag) {
    case "Sign":
      return quietly(withPayer(state, action.payer, { agreement: "live" }))
    case "Withdraw":
      return quietly(withPayer(state, action.payer, { agreement: "ended" }))
    case "Enroll":
      return enroll(world, state, action.payer)
    case "Advance":
      return quietly({ ...state, now: state.now + action.seconds })
    case "Show":
      return show(world, state, action.payer, action.till, action.offset)
    case "Capture": {
      const code = { ...state.codes[action.code]!, captured: true }
      return {
        state: { ...state, codes: replaced(state.codes, action.code, code) },
        events: [learnt(world, action.code)]
      }
    }
    case "Scan":
      return scan(world, state, action.payer, action.amount)
    case "Submit":
      return ask(world, state, action.merchant, action.code, action.payer, action.amount)
    case "Resubmit": {
      if (Result.isFailure(Relay.admit(world.rules, action.amount))) return quietly(state)
      const order = state.orders[action.order]!
      const requests = [...order.requests, sent(state, action.code, action.payer, action.amount)]
      return quietly({ ...state, orders: replaced(state.orders, action.order, { ...order, requests }) })
    }
    case "Guess":
      return guess(world, state, action)
    case "Deliver":
      return deliver(world, state, action.order, action.request)
  }
}
