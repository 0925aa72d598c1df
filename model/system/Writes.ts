/** Writes: what the decisions of the provider change in the system, in its books and in the truth beside them. */
import { type Answer, isDefinite } from "../Order.ts"
import { inForce } from "../Rules.ts"
import { Change, Enrollment, type Verification } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Event, Request } from "./Action.ts"
import * as Facts from "./Facts.ts"
import {
  type Account,
  accountOf,
  indexOf,
  isSame,
  type Order,
  type Phone,
  replaced,
  type State,
  type World
} from "./State.ts"
import type { Step } from "./Step.ts"

/** The state with an account changed. */
export const withAccount = (state: State, account: number, change: Partial<Account>): State => ({
  ...state,
  accounts: replaced(state.accounts, account, { ...state.accounts[account]!, ...change })
})

/** The state with a phone changed. */
export const withPhone = (state: State, phone: number, change: Partial<Phone>): State => ({
  ...state,
  phones: replaced(state.phones, phone, { ...state.phones[phone]!, ...change })
})

/** The state with the credentials of a phone standing where a step of enrollment says. */
export const withStatuses = (
  state: State,
  phone: number,
  statuses: ReadonlyArray<Enrollment.CredentialStatus>
): State => {
  const { credentials } = state.phones[phone]!
  return withPhone(state, phone, {
    credentials: statuses.map((status, generation) => {
      const credential = credentials[generation]
      return credential === undefined
        ? { status, issuedAt: state.now, shown: 0, suspended: false, saved: "none", over: false }
        : credential.status === status
          ? credential
          : { ...credential, status }
    })
  })
}

/** The state with an order in the place of what it was before. */
const placed = (state: State, index: number, order: Order): State => ({
  ...state,
  orders: replaced(state.orders, index, order)
})

/** The state with an order changed. */
export const withOrder = (state: State, index: number, change: Partial<Order>): State =>
  placed(state, index, { ...state.orders[index]!, ...change })

// ---------------------------------------------------------------------------------------------------------------------
// A decision
// ---------------------------------------------------------------------------------------------------------------------

/** A decision on a request, and the credentials that were found for it. */
export interface Decided {
  readonly decision: Verification.Decision
  readonly found: ReadonlyArray<Facts.Found>
}

/** Writes what a decision does to the code: it is burned, and the truth is that it was attempted. */
const burn = (
  state: State,
  { order, request }: Facts.Submission,
  { attempt, burns }: Verification.Decision,
  credential: Facts.Found | undefined
): State => {
  if (!attempt && burns.length === 0) return state
  const { key } = request
  const twin = Facts.twinOf(state, request)
  let codes = state.codes
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!
    const isPresented = isSame(code, key)
    if (!isPresented && !(twin !== undefined && isSame(code, twin))) continue
    // Of two codes with the same digits those count that the credential has made.
    const isTheirs =
      twin === undefined || (code.phone === credential?.phone && code.generation === credential.generation)
    const burned = code.burned || (isTheirs && burns.some(({ position }) => position === code.position))
    const attempted = code.attempted || (attempt && (isPresented || burned))
    if (burned === code.burned && attempted === code.attempted) continue
    const spoilt = code.attempted ? code.spoilt : state.orders[order]!.view === "adversary"
    codes = replaced(codes, index, { ...code, attempted, burned, spoilt })
  }
  return codes === state.codes ? state : { ...state, codes }
}

/** Without VER-27 a code from outside the window moves the last position of its credential. */
const move = (state: State, { key }: Request, { moves }: Verification.Decision): State => {
  const index = moves ? indexOf(state.codes, key) : -1
  return index < 0 ? state : { ...state, codes: replaced(state.codes, index, { ...state.codes[index]!, burned: true }) }
}

/** A credential whose code was presented has reached its phone: a pending one is confirmed. */
const confirmedBy = ({ rules }: World, state: State, { generation, phone }: Facts.Found): State => {
  const { credentials } = state.phones[phone]!
  if (credentials[generation]!.status !== "pending") return state
  const statuses = credentials.map(({ status }) => status)
  return withStatuses(state, phone, Enrollment.confirmed(rules, statuses, generation))
}

/** What is seen of an answer to a pay request. Its fields stand in the order in which other questions are answered. */
const answerTo = (before: State, submission: Facts.Submission, decision: Verification.Decision): Event => ({
  _tag: "Answered",
  order: submission.order,
  question: "pay",
  answer: decision.answer,
  number: 0,
  amount: 0,
  own: true,
  node: submission.node,
  request: submission.request,
  fresh: decision.fresh,
  attempt: decision.attempt,
  used: Facts.wasAttempted(before, submission.request)
})

/** What an order's merchant has been told of it, after an answer. What decides nothing leaves what was told before. */
const toldOf = (order: Order, request: Request, answer: Answer): Order["told"] => {
  const isOwnRequest = order.amount === request.amount && order.phone === request.alias && isSame(order, request.key)
  return isOwnRequest && (answer === "OPEN" || isDefinite(answer)) ? answer : order.told
}

/** A decision, the credential that is charged, if there is one, and the phone whose order it is from now on. */
interface Charged {
  readonly decision: Verification.Decision
  readonly credential: Facts.Found | undefined
  readonly payer: number
}

/** An order once its request was decided, and what its record says where that is written; the payer is whose credential the code is of. */
const decidedOf = (
  world: World,
  before: State,
  { node, order: index, request }: Facts.Submission,
  { credential, decision, payer }: Charged
): Order => {
  const { answer, free, recorded, status = "refused" } = decision
  const { amount, key } = request
  const now = Facts.clockOf(world, before, node)
  const order = before.orders[index]!
  const accepted = status !== "refused"
  const account = accountOf(world, payer)
  const pin = before.codes[indexOf(before.codes, key)]?.pin
  return {
    ...order,
    phone: accepted ? payer : request.alias,
    generation: key.generation,
    position: key.position,
    revealed: key.revealed,
    amount,
    arrived: true,
    taken: true,
    free,
    confirmed: status === "paid" && !free && pin === "owner" ? "seen" : order.confirmed,
    day: credential === undefined || !accepted ? order.day : credential.candidate.day,
    date: accepted
      ? Math.max(Time.dayAt(world.rules.scheme, now), Facts.lastDateOf(world, before, account))
      : order.date,
    debits: status === "paid" ? Math.min(order.debits + 1, 2) : order.debits,
    told: toldOf(order, request, answer),
    status: recorded ? status : order.status,
    reason: !recorded ? order.reason : accepted ? "NONE" : answer,
    at: recorded ? now : order.at,
    volatile: recorded ? !inForce(world.rules, "VER-21") : order.volatile
  }
}

/** Without VER-21 the next write makes the last one durable. */
const synced = ({ rules }: World, state: State): State =>
  inForce(rules, "VER-21")
    ? state
    : { ...state, orders: state.orders.map((order) => (order.volatile ? { ...order, volatile: false } : order)) }

/** Writes a decision, of a request for an order. */
export const settle = (
  world: World,
  before: State,
  submission: Facts.Submission,
  { decision, found }: Decided
): Step => {
  const { order: index, request } = submission
  const order = before.orders[index]!
  const answered = answerTo(before, submission, decision)
  if (!decision.fresh) {
    const told = toldOf(order, request, decision.answer)
    if (order.arrived && order.told === told) return { state: before, events: [answered] }
    return { state: withOrder(before, index, { arrived: true, told }), events: [answered] }
  }
  if (!Change.moves(world.rules, { before: "none", amount: request.amount, isRefund: false }, decision)) {
    throw new Error(`decision on order ${index}: expected what ${decision.answer} comes to`)
  }
  const credential = decision.candidate === undefined ? undefined : found[decision.candidate]
  const burned = burn(move(before, request, decision), submission, decision, credential)
  const state = synced(world, credential === undefined ? burned : confirmedBy(world, burned, credential))
  const payer = credential?.phone ?? request.alias
  const settled = placed(state, index, decidedOf(world, state, submission, { decision, credential, payer }))
  if (decision.answer !== "PAID") return { state: settled, events: [answered] }
  const { free } = decision
  return {
    state:
      !free && !inForce(world.rules, "STP-1")
        ? withAccount(settled, accountOf(world, payer), { authenticated: true })
        : settled,
    events: [answered, { _tag: "Debited", order: index, by: free ? "provider" : "pin" }]
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What comes later
// ---------------------------------------------------------------------------------------------------------------------

/** An order that something is written of, by the clock that writes it; for a refund with its number. */
export interface Entry {
  readonly order: number
  readonly now: number
  readonly refund?: number
}

/** What is written under a refund number, from 1: what was made first under it stays. */
const underNumber = (order: Order, number: number, amount: number): Partial<Order> =>
  number === 1
    ? { firstRefund: order.firstRefund === 0 ? amount : order.firstRefund }
    : { secondRefund: order.secondRefund === 0 ? amount : order.secondRefund }

/** Writes what a step does to an order that was decided before: a reversal, a refund, a timer, or its owner's answer. */
export const change = (
  { rules }: World,
  before: State,
  { now, order: index, refund }: Entry,
  change: Change.Change
): State => {
  const { allowance, returns, status } = change
  if (status === undefined) return before
  const order = before.orders[index]!
  const isTombstone = order.status === "none"
  const was = { before: order.status, amount: order.taken ? order.amount : 0, isRefund: refund !== undefined }
  if (!Change.moves(rules, was, change)) throw new Error(`change of order ${index}: expected what its status comes to`)
  return placed(before, index, {
    ...order,
    status,
    reason: "NONE",
    at: isTombstone ? now : order.at,
    // A refund leaves an order paid; what else pays it debits it.
    debits: status === "paid" && refund === undefined ? Math.min(order.debits + 1, 2) : order.debits,
    returned: order.returned + returns,
    refunded: refund === undefined ? order.refunded : order.refunded + returns,
    ...(refund !== undefined && underNumber(order, refund, returns)),
    returnedDay: allowance === "returned today" ? Time.dayAt(rules.scheme, now) : order.returnedDay
  })
}
