/**
 * Books: what the provider of the system finds when it decides, and what its decisions change. The decisions themselves
 * are those of the steps; an implementation gathers the same facts from its database.
 */

import { type Answer, isDefinite, type OrderRecord, type Status } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import * as Binding from "../steps/Binding.ts"
import * as Enrollment from "../steps/Enrollment.ts"
import * as Settlement from "../steps/Settlement.ts"
import type * as StepUp from "../steps/StepUp.ts"
import * as TokenSource from "../steps/TokenSource.ts"
import * as Verification from "../steps/Verification.ts"
import * as Time from "../Time.ts"
import type { Event, Node, Request } from "./Action.ts"
import {
  type Account,
  accountOf,
  adversary,
  type Code,
  indexOf,
  isCorrupt,
  isSame,
  type Key,
  nowhere,
  type Order,
  type Phone,
  replaced,
  type State,
  type World
} from "./State.ts"

/** What the clock of a node reads. */
export const clockOf = ({ rules }: World, { now }: State, node: Node): number =>
  node === 0 ? now : now + rules.scheme.clock.nodeSkew

// ---------------------------------------------------------------------------------------------------------------------
// Facts
// ---------------------------------------------------------------------------------------------------------------------

/** What is recorded of an order; undefined where nothing is, or is kept no longer. */
export const recordOf = (world: World, order: Order, now: number): OrderRecord | undefined => {
  const { status } = order
  if (status === "none") return undefined
  const record: OrderRecord = {
    status,
    reason: order.reason === "NONE" ? undefined : (order.reason as Reason),
    amount: order.taken ? order.amount : undefined,
    payer: order.taken ? accountOf(world, order.phone) : undefined,
    code: codeText(order),
    at: order.at,
    refunded: order.refunded
  }
  return Settlement.isKept(world.rules, record, now) ? record : undefined
}

/** A code as orders are bound to it. */
const codeText = ({ generation, phone, position, revealed }: Key): number =>
  ((position + 1) * 256 + phone * 16 + generation) * 2 + (revealed ? 1 : 0)

/** The provider day up to which an account's payments were stamped; -1 where none was. */
const lastDayOf = (world: World, state: State, account: number): number => {
  let last = -1
  for (const { day, phone } of state.orders) {
    if (day > last && accountOf(world, phone) === account) last = day
  }
  return last
}

/** The same in truth, whatever the records say. */
const lastDateOf = (world: World, state: State, account: number): number => {
  let last = -1
  for (const { date, phone } of state.orders) if (date > last && accountOf(world, phone) === account) last = date
  return last
}

/** What an order counts towards a sum of a day. Without SET-9 its reversal counts on the day on which it was made. */
const counts = ({ lapses }: World["rules"], { amount, day, returnedDay, status }: Order, today: number): number => {
  if (lapses["SET-9"] === undefined || status !== "reversed") {
    return day === today && (status === "paid" || status === "open") ? amount : 0
  }
  return (day === today ? amount : 0) - (returnedDay === today ? amount : 0)
}

/** What is left of an account's opening balance; open orders reserve their amounts (SET-6). */
export const availableOf = (world: World, state: State, account: number): number => {
  let left = world.scope.opening.balance
  for (const order of state.orders) {
    if (!order.taken || accountOf(world, order.phone) !== account) continue
    left += order.returned - order.debits * order.amount
    if (order.status === "open" && world.rules.lapses["SET-6"] === undefined) left -= order.amount
  }
  return left
}

/** Where an account stands on a day. */
export const standingOf = (world: World, state: State, account: number, today: number): Verification.Standing => {
  const { rules, scope } = world
  const { scheme } = rules
  let sum = scope.opening.freeSum
  let count = scope.opening.freeCount
  let all = scope.opening.all
  for (const order of state.orders) {
    if (order.day < 0 || accountOf(world, order.phone) !== account) continue
    const counted = counts(rules, order, today)
    all += counted
    if (!order.free) continue
    sum += counted
    count += counted > 0 ? 1 : counted < 0 ? -1 : 0
  }
  // On the day of a restore nobody knows what was spent before it (VER-30).
  const isLost = state.restoredAt >= 0 && rules.lapses["VER-30"] === undefined
  if (isLost && Time.dayAt(scheme, state.restoredAt) === today) {
    sum = Number.POSITIVE_INFINITY
    count = Number.POSITIVE_INFINITY
  }
  const { agreement, authenticated } = state.accounts[account]!
  return { agreement, free: { sum, count }, all, available: availableOf(world, state, account), authenticated }
}

/** The instant up to which codes were lost to a restore, as the provider takes it (VER-30). */
const lostUntil = ({ rules }: World, { backupAt, restoredAt }: State): number | undefined => {
  if (restoredAt < 0 || rules.lapses["VER-30"] === "no epoch") return undefined
  return rules.lapses["VER-30"] === "from the snapshot" ? backupAt : restoredAt
}

/** A credential that a code verifies under, and which of its phone's it is. */
export interface Found {
  readonly candidate: Verification.Candidate
  readonly phone: number
  readonly generation: number
}

/** Whether the memory of a burned code has been thrown away by some node (without VER-18). */
const isForgotten = (world: World, state: State, issue: TokenSource.Issue, position: number): boolean => {
  const { can, rules } = world
  if (rules.lapses["VER-18"] === undefined) return false
  return position < TokenSource.windowAt(rules, issue, clockOf(world, state, can.nodes ? 1 : 0)).from
}

/** A position that was presented, and whether the provider remembers it as burned. */
const matchOf = (world: World, state: State, issue: TokenSource.Issue, key: Key): Verification.Match => ({
  position: key.position,
  burned: state.codes[indexOf(state.codes, key)]?.burned === true && !isForgotten(world, state, issue, key.position)
})

/** The last position of a credential that the provider takes for attempted; undefined where there is none. */
const lastOf = ({ codes }: State, phone: number, generation: number): number | undefined => {
  let last = nowhere
  for (const code of codes) {
    if (code.burned && code.phone === phone && code.generation === generation && code.position > last) {
      last = code.position
    }
  }
  return last === nowhere ? undefined : last
}

/** Adds the credentials of a phone under which a code verifies. Digits that coincide are looked for in one go. */
const look = (
  world: World,
  state: State,
  phone: number,
  key: Key,
  twin: Key | undefined,
  now: number,
  found: Array<Found>
): void => {
  const { rules } = world
  const { lapses } = rules
  const account = accountOf(world, phone)
  const { credentials } = state.phones[phone]!
  for (let generation = 0; generation < credentials.length; generation++) {
    const { issuedAt, status, suspended } = credentials[generation]!
    if (!Enrollment.isAccepted(rules, status) || (suspended && lapses["VER-30"] === undefined)) continue
    const issue: TokenSource.Issue = { issuedAt, lostUntil: lostUntil(world, state) }
    const { from, to } = TokenSource.windowAt(rules, issue, now)
    const seed = Enrollment.seedOf(rules, { account, phone, generation })
    const isOwn =
      key.position !== nowhere &&
      seed === Enrollment.seedOf(rules, { ...key, account: accountOf(world, key.phone) }) &&
      ((key.position >= from && key.position <= to) || lapses["VER-17"] !== undefined)
    if (!isOwn && lapses["VER-5"] === undefined) continue
    const matches: Array<Verification.Match> = isOwn ? [matchOf(world, state, issue, key)] : []
    const isDouble = twin !== undefined && twin.phone === phone && twin.generation === generation
    if (isDouble && twin.position >= from && twin.position <= to) matches.push(matchOf(world, state, issue, twin))
    found.push({
      candidate: {
        payer: account,
        matches: matches.sort((a, b) => a.position - b.position),
        revealed: key.revealed,
        last: lastOf(state, phone, generation),
        pinned: (state.codes[indexOf(state.codes, key)]?.pin ?? "none") !== "none",
        standing: standingOf(world, state, account, dayFor(world, state, account, key.position, now))
      },
      phone,
      generation
    })
  }
}

/** The day on which a payment with a code would count. */
const dayFor = (world: World, state: State, account: number, position: number, now: number): number => {
  const { scheme } = world.rules
  // The codes of a list are for no day.
  const stated = Time.dayAt(scheme, TokenSource.hasSteps(scheme) ? Time.startOfStep(scheme, position) : now)
  return Verification.dayOf(world.rules, now, lastDayOf(world, state, account), stated)
}

/** The other code that has the digits of a code, by a coincidence. */
const twinOf = ({ codes, coincide }: State, { alias, key }: Pick<Request, "alias" | "key">): Code | undefined => {
  // Under another alias they are other digits.
  if (!coincide || codes.length < 2 || alias !== key.phone) return undefined
  const [a, b] = [codes.at(-1)!, codes.at(-2)!]
  return isSame(a, key) ? b : isSame(b, key) ? a : undefined
}

/** How what a code was made over compares with the request that it comes in. */
const madeOver = (
  world: World,
  state: State,
  order: Order | undefined,
  merchant: number,
  { amount, key }: Request
): Binding.Comparison => {
  const code = state.codes[indexOf(state.codes, key)]
  if (code === undefined || !Binding.isBound(world.rules)) return "same"
  const { attempted, copied, payee, sum } = code
  if (payee < 0) return "nothing"
  // The adversary sends under the order number that it had read. A code that was tried is one for that order alone.
  const isOther =
    merchant === adversary(world)
      ? attempted && !(order?.taken === true && isSame(order, key))
      : order === undefined || copied !== order.presented
  if (isOther || sum !== amount) return "other"
  return payee === merchant ? "same" : "other payee"
}

/** What the provider finds for a request: the facts, and which credential each candidate is. */
export interface Gathered {
  readonly facts: Verification.Facts
  readonly found: ReadonlyArray<Found>
}

/** Gathers the facts for a request under an order number; `order` is undefined where it was never used. */
export const gather = (
  world: World,
  state: State,
  order: Order | undefined,
  merchant: number,
  request: Request,
  node: Node
): Gathered => {
  const now = clockOf(world, state, node)
  const { lapses, scheme } = world.rules
  const found: Array<Found> = []
  const twin = twinOf(state, request)
  look(world, state, request.alias, request.key, twin, now, found)
  if (twin !== undefined && twin.phone !== request.alias) look(world, state, twin.phone, twin, undefined, now, found)
  const account = accountOf(world, request.alias)
  const isCounted = scheme.throttle.perAliasDay !== undefined && lapses["VER-29"] !== "none"
  const byAlias = isCounted || lapses["VER-29"] === "by account"
  return {
    facts: {
      record: order && recordOf(world, order, now),
      predates: order !== undefined && predates(state, order),
      throttled:
        (byAlias && state.accounts[account]!.throttled) ||
        (lapses["VER-29"] === "by merchant" && state.merchants[merchant]!.throttled),
      payer: account,
      candidates: found.map(({ candidate }) => candidate),
      madeOver: madeOver(world, state, order, merchant, request)
    },
    found
  }
}

/** What the adversary has of a phone and its owner. */
export const robbed = (world: World, { accounts }: State, phone: number): StepUp.Has => ({
  seed: isCorrupt(world, phone),
  messages: world.can.sms,
  secret: accounts[accountOf(world, phone)]!.exposed
})

/** Whether an order was asked for before a restore, so that its record may be lost (VER-31). */
export const predates = ({ restoredAt }: State, { sentAt }: Order): boolean =>
  restoredAt !== Time.never && sentAt <= restoredAt

/** A pay request as it is decided on. */
export const askedOf = ({ amount, key }: Request): Verification.Asked => ({ amount, code: codeText(key) })

// ---------------------------------------------------------------------------------------------------------------------
// Writes
// ---------------------------------------------------------------------------------------------------------------------

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

/**
 * How the credentials of a phone stand. A pending one from before a restore has ended: it may have been used in what was
 * lost, so that another is issued in its place (VER-30).
 */
export const standing = ({ rules: { lapses } }: World, state: State, phone: number): ReadonlyArray<Enrollment.Status> =>
  state.phones[phone]!.credentials.map(({ status, suspended }) =>
    suspended && status === "pending" && lapses["VER-30"] === undefined ? "ended" : status
  )

/** The state with the credentials of a phone standing where a step of enrolment says. */
export const withStatuses = (state: State, phone: number, statuses: ReadonlyArray<Enrollment.Status>): State => {
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

/** The state with an order changed. */
export const withOrder = (state: State, index: number, change: Partial<Order>): State => ({
  ...state,
  orders: replaced(state.orders, index, { ...state.orders[index]!, ...change })
})

/** A step of the system: the state that it leads to, and what is seen of it. */
export interface Step {
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** Writes what a decision does to the code: it is burned, and the truth is that it was attempted. */
const burn = (
  state: State,
  request: Request,
  isAdversary: boolean,
  { attempt, burns }: Verification.Decision,
  credential: Found | undefined
): State => {
  if (!attempt && burns.length === 0) return state
  const { key } = request
  const twin = twinOf(state, request)
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
    codes = replaced(codes, index, { ...code, attempted, burned, spoilt: code.attempted ? code.spoilt : isAdversary })
  }
  return codes === state.codes ? state : { ...state, codes }
}

/** Whether a request with a code, or with one of the same digits, was an attempt before. */
const wasAttempted = (state: State, request: Request): boolean =>
  state.codes[indexOf(state.codes, request.key)]?.attempted === true || twinOf(state, request)?.attempted === true

/** Where an accepted or refused answer puts an order. */
const statusOf = (answer: Answer): Status => (answer === "PAID" ? "paid" : answer === "OPEN" ? "open" : "refused")

/** Without VER-27 a code from outside the window moves the last step of its credential. */
const move = (world: World, state: State, { key }: Request, { answer, fresh }: Verification.Decision): State => {
  if (world.rules.lapses["VER-27"] === undefined || !fresh || answer !== "CODE_INVALID") return state
  const index = indexOf(state.codes, key)
  return index < 0 ? state : { ...state, codes: replaced(state.codes, index, { ...state.codes[index]!, burned: true }) }
}

/** Writes a decision, of the request for the order at `index`. */
export const settle = (
  world: World,
  before: State,
  index: number,
  request: Request,
  node: Node,
  decision: Verification.Decision,
  found: ReadonlyArray<Found>
): Step => {
  const { rules } = world
  const now = clockOf(world, before, node)
  const { answer, attempt, candidate, fresh, recorded } = decision
  const order = before.orders[index]!
  const isOwnRequest = order.amount === request.amount && order.phone === request.alias && isSame(order, request.key)
  const answered: Event = {
    _tag: "Answered",
    order: index,
    question: "pay",
    answer,
    own: true,
    node,
    number: 0,
    request,
    fresh,
    attempt,
    used: wasAttempted(before, request)
  }
  // What decides nothing leaves what was told before.
  const told = isOwnRequest && (answer === "OPEN" || isDefinite(answer)) ? answer : order.told
  if (!fresh) {
    if (order.arrived && order.told === told) return { state: before, events: [answered] }
    return { state: withOrder(before, index, { arrived: true, told }), events: [answered] }
  }
  const credential = candidate === undefined ? undefined : found[candidate]
  const moved = move(world, before, request, decision)
  let state = burn(moved, request, order.view === "adversary", decision, credential)
  if (credential !== undefined) {
    const held = state.phones[credential.phone]!.credentials
    if (held[credential.generation]!.status === "pending") {
      const statuses = held.map(({ status }) => status)
      const confirmed = Enrollment.confirmed(rules, statuses, credential.generation)
      state = withStatuses(state, credential.phone, confirmed)
    }
  }
  const status = statusOf(answer)
  const pin = state.codes[indexOf(state.codes, request.key)]?.pin
  const accepted = status !== "refused"
  const account = accountOf(world, credential?.phone ?? request.alias)
  const change: Partial<Order> = {
    phone: accepted ? (credential?.phone ?? request.alias) : request.alias,
    generation: request.key.generation,
    position: request.key.position,
    revealed: request.key.revealed,
    amount: request.amount,
    arrived: true,
    taken: true,
    free: decision.free,
    confirmed: status === "paid" && !decision.free && pin === "owner" ? "seen" : order.confirmed,
    day: accepted ? dayFor(world, before, account, request.key.position, now) : order.day,
    date: accepted ? Math.max(Time.dayAt(rules.scheme, now), lastDateOf(world, before, account)) : order.date,
    debits: status === "paid" ? Math.min(order.debits + 1, 2) : order.debits,
    told
  }
  const written: Partial<Order> = recorded
    ? {
        status,
        reason: status === "refused" ? answer : "NONE",
        at: now,
        volatile: rules.lapses["VER-21"] !== undefined
      }
    : {}
  state = withOrder(synced(world, state), index, { ...change, ...written })
  if (status !== "paid") return { state, events: [answered] }
  if (!decision.free && rules.lapses["STP-1"] !== undefined)
    state = withAccount(state, account, { authenticated: true })
  return { state, events: [answered, { _tag: "Debited", order: index, by: decision.free ? "provider" : "pin" }] }
}

/** Without VER-21 the next write makes the last one durable. */
const synced = ({ rules }: World, state: State): State =>
  rules.lapses["VER-21"] === undefined
    ? state
    : { ...state, orders: state.orders.map((order) => (order.volatile ? { ...order, volatile: false } : order)) }

/** Writes what a reversal, a refund or a timer does to an order. */
export const change = (
  world: World,
  before: State,
  index: number,
  now: number,
  { returns, status }: Settlement.Change,
  refund?: { readonly number: number }
): State => {
  if (status === undefined) return before
  const order = before.orders[index]!
  const isTombstone = order.status === "none"
  return withOrder(before, index, {
    status,
    reason: "NONE",
    at: isTombstone ? now : order.at,
    returned: order.returned + returns,
    refunded: refund === undefined ? order.refunded : order.refunded + returns,
    refunds: refund === undefined ? order.refunds : order.refunds | refund.number,
    // Looked at only where SET-9 is left out.
    returnedDay:
      status === "reversed" && world.rules.lapses["SET-9"] !== undefined
        ? Time.dayAt(world.rules.scheme, now)
        : order.returnedDay
  })
}
