/**
 * Facts: what the provider of the system finds in its books when it decides. The decisions themselves are those of the
 * steps; an implementation gathers the same facts from its database.
 */
import type { OrderRecord } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import { inForce } from "../Rules.ts"
import {
  Binding,
  Change,
  Enrollment,
  Restore,
  Settlement,
  type StepUp,
  TokenSource,
  Verification
} from "../steps/Steps.ts"
import * as Time from "../Time.ts"

import type { Node, Request } from "./Action.ts"
import {
  accountOf,
  adversary,
  type Code,
  type CodeKey,
  type Credential,
  indexOf,
  isCorrupt,
  isSame,
  nowhere,
  type Order,
  type State,
  type World
} from "./State.ts"

/** What the clock of a node reads. */
export const clockOf = ({ rules }: World, { now }: State, node: Node): number =>
  node === 0 ? now : now + rules.scheme.clock.nodeSkew

// ---------------------------------------------------------------------------------------------------------------------
// Orders
// ---------------------------------------------------------------------------------------------------------------------

/** What is recorded of an order; undefined where nothing is, or is kept no longer. */
export const recordOf = (world: World, order: Order, now: number): OrderRecord | undefined => {
  const { status } = order
  if (status === "none") return undefined
  const record: OrderRecord = {
    status,
    reason: order.reason === "NONE" ? undefined : (order.reason as Reason),
    amount: order.taken ? order.amount : undefined,
    payer: order.taken && hasPayer(order) ? accountOf(world, order.phone) : undefined,
    code: codeText(order.phone, order),
    at: order.at,
    refunded: order.refunded
  }
  return Settlement.isKept(world.rules, record, now) ? record : undefined
}

/** What was refunded of an order under a refund number, from 1, in minor units; 0 where nothing was. */
export const refundedUnder = ({ firstRefund, secondRefund }: Order, number: number): number =>
  number === 1 ? firstRefund : secondRefund

/** What was made under a refund number of an order's merchant, among what tells refunds apart (SET-10); undefined where nothing was. */
export const madeUnder = (
  { rules }: World,
  { orders }: State,
  index: number,
  number: number
): Settlement.Made | undefined => {
  const order = orders[index]!
  const own = refundedUnder(order, number)
  if (own > 0) return { amount: own, isOfOrder: true }
  if (Settlement.isWithin(rules) === "order") return undefined
  const other = orders.find(
    (it) => it.merchant === order.merchant && it.status !== "none" && refundedUnder(it, number) > 0
  )
  return other && { amount: refundedUnder(other, number), isOfOrder: false }
}

/** What the provider holds for a merchant, in minor units: less than nothing where a reversal gave back what was paid out (SET-12). */
export const heldFor = ({ merchants, orders }: State, merchant: number): number => {
  let held = 0 - merchants[merchant]!.paidOut
  for (const order of orders) {
    if (order.merchant === merchant && order.status === "paid") held += order.amount - order.refunded
  }
  return held
}

/**
 * Whether it is known whose an order is: that of what verified as somebody's code. Digits that did not may have been misread or made
 * up, with another's alias.
 */
const hasPayer = ({ reason }: Order): boolean => reason !== "CODE_INVALID"

/** Whether an alias can be read: it says for good whose it is. */
const isRead = (alias: World["rules"]["scheme"]["code"]["alias"]): boolean =>
  alias === "masked-index" || alias === "token"

/** A code as orders are bound to it: the digits of one phone's alias before a proof. */
const codeText = (alias: number, { generation, position, revealed }: CodeKey): number =>
  ((position + 1) * 256 + alias * 16 + generation) * 2 + (revealed ? 1 : 0)

/** Whether an order was asked for before a restore, so that its record may be lost (VER-31). */
export const predates = ({ restoredAt }: State, { sentAt }: Order): boolean => Restore.predates(sentAt, restoredAt)

/** A pay request as it is decided on. */
export const requestedOf = (request: Request, record: OrderRecord | undefined): Verification.Requested => ({
  amount: request.amount,
  code: presented(request, record)
})

/**
 * The code of a request, as it compares with that of its order. Digits with another's proof are no order's that verified, and
 * may be those that did not.
 */
const presented = ({ alias, key }: Request, record: OrderRecord | undefined): number =>
  alias === key.phone || record === undefined || record.reason === "CODE_INVALID" ? codeText(alias, key) : nowhere

// ---------------------------------------------------------------------------------------------------------------------
// Accounts
// ---------------------------------------------------------------------------------------------------------------------

/** The provider day up to which an account's payments were stamped; -1 where none was. */
export const lastDayOf = (world: World, state: State, account: number): number => {
  let last = -1
  for (const { day, phone } of state.orders) {
    if (day > last && accountOf(world, phone) === account) last = day
  }
  return last
}

/** The same in truth, whatever the records say. */
export const lastDateOf = (world: World, state: State, account: number): number => {
  let last = -1
  for (const { date, phone } of state.orders) if (date > last && accountOf(world, phone) === account) last = date
  return last
}

/** What an order counts towards a sum of a day. A reversal that is taken off another day leaves it counted on its own. */
const counts = ({ amount, day, returnedDay, status }: Order, today: number): number =>
  returnedDay < 0
    ? day === today && (status === "paid" || status === "open")
      ? amount
      : 0
    : (day === today ? amount : 0) - (returnedDay === today ? amount : 0)

/** What is left of an account's opening balance; open orders reserve their amounts (SET-6). */
export const availableOf = (world: World, state: State, account: number): number => {
  const { rules, scope } = world
  let left = scope.opening.balance
  for (const order of state.orders) {
    if (!order.taken || accountOf(world, order.phone) !== account) continue
    left += order.returned - order.debits * order.amount - Change.reserved(rules, order.status, order.amount)
  }
  return left
}

/** Where an account stands on a day. */
export const standingOf = (world: World, state: State, account: number, today: number): Verification.Standing => {
  const { rules, scope } = world
  let sum = scope.opening.freeSum
  let count = scope.opening.freeCount
  let all = scope.opening.all
  for (const order of state.orders) {
    if (order.day < 0 || accountOf(world, order.phone) !== account) continue
    const counted = counts(order, today)
    all += counted
    if (!order.free) continue
    sum += counted
    count += counted > 0 ? 1 : counted < 0 ? -1 : 0
  }
  if (Restore.isSpentUnknown(rules, state.restoredAt, today)) {
    sum = Number.POSITIVE_INFINITY
    count = Number.POSITIVE_INFINITY
  }
  const { agreement, authenticated } = state.accounts[account]!
  return { agreement, free: { sum, count }, all, available: availableOf(world, state, account), authenticated }
}

/** Where the credentials of a phone stand for whoever asks for another. */
export const standing = ({ rules }: World, state: State, phone: number): ReadonlyArray<Enrollment.CredentialStatus> =>
  state.phones[phone]!.credentials.map(({ status, suspended }) => Restore.statusOf(rules, status, suspended))

/** What the adversary has of a phone and its owner. */
export const robbed = (world: World, { accounts }: State, phone: number): StepUp.Has => ({
  seed: isCorrupt(world, phone),
  messages: world.can.sms,
  secret: accounts[accountOf(world, phone)]!.exposed
})

// ---------------------------------------------------------------------------------------------------------------------
// Codes
// ---------------------------------------------------------------------------------------------------------------------

/** How many codes a phone has made, of the credential that it holds, for the step that its clock is in. */
export const ofStep = (
  { rules: { scheme } }: World,
  { codes, phones }: State,
  phone: number,
  clock: number
): number => {
  const { held } = phones[phone]!
  const step = Time.stepAt(scheme, clock)
  let count = 0
  for (const { generation, made, phone: of, position } of codes) {
    if (made && of === phone && generation === held && TokenSource.stepOf(scheme, position) === step) count++
  }
  return count
}

/** The other code that has the digits of a code, by a coincidence. */
export const twinOf = (
  { codes, coincide }: State,
  { alias, key }: Pick<Request, "alias" | "key">
): Code | undefined => {
  // Under another alias they are other digits.
  if (!coincide || codes.length < 2 || alias !== key.phone) return undefined
  const [a, b] = [codes.at(-1)!, codes.at(-2)!]
  return isSame(a, key) ? b : isSame(b, key) ? a : undefined
}

/** Whether a request with a code, or with one of the same digits, was an attempt before. */
export const wasAttempted = (state: State, request: Request): boolean =>
  state.codes[indexOf(state.codes, request.key)]?.attempted === true || twinOf(state, request)?.attempted === true

/** A position that was presented, and whether the provider remembers it as burned. */
const matchOf = (world: World, state: State, issue: TokenSource.Issue, key: CodeKey): Verification.Match => ({
  position: key.position,
  burned:
    state.codes[indexOf(state.codes, key)]?.burned === true &&
    !TokenSource.isForgotten(world.rules, issue, key.position, clockOf(world, state, world.can.nodes ? 1 : 0))
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

/** How what a code was made over compares with the request of an order that it comes in. */
const madeOver = (world: World, state: State, order: Order, { amount, key }: Request): Binding.Comparison => {
  const code = state.codes[indexOf(state.codes, key)]
  if (code === undefined || !Binding.isBound(world.rules)) return "same"
  const { attempted, copied, payee, sum } = code
  if (payee < 0) return "nothing"
  // The adversary sends under the order number that it had read. A code that was tried is one for that order alone.
  const isOther =
    order.merchant === adversary(world) ? attempted && !(order.taken && isSame(order, key)) : copied !== order.presented
  if (sum !== amount) return "other"
  if (payee === order.merchant) return isOther ? "other order" : "same"
  return isOther ? "other" : "other payee"
}

// ---------------------------------------------------------------------------------------------------------------------
// A request
// ---------------------------------------------------------------------------------------------------------------------

/** A pay request that reaches a node for an order, by the order's place in the state. */
export interface Submission {
  readonly order: number
  readonly request: Request
  readonly node: Node
}

/** A credential that a code verifies under, and which of its phone's it is. */
export interface Found {
  readonly candidate: Verification.Candidate
  readonly phone: number
  readonly generation: number
}

/** A code that is looked for, with another that has its digits, by the clock of a node; and what is found so far. */
interface Lookup {
  readonly key: CodeKey
  readonly twin: CodeKey | undefined
  readonly now: number
  readonly found: Array<Found>
}

/** A name for the seed of a phone's credential. */
const seedOf = (world: World, phone: number, generation: number): number =>
  Enrollment.seedOf(world.rules, { account: accountOf(world, phone), phone, generation })

/** Adds the credentials of a phone under which a code verifies. Digits that coincide are looked for in one go. */
const look = (world: World, state: State, { found, key, now, twin }: Lookup, phone: number): void => {
  const { rules } = world
  const { credentials } = state.phones[phone]!
  for (let generation = 0; generation < credentials.length; generation++) {
    const { issuedAt, status, suspended } = credentials[generation]!
    if (!Enrollment.isAccepted(rules, status) || (suspended && Restore.suspends(rules))) continue
    const issue: TokenSource.Issue = { issuedAt, lostUntil: Restore.lostUntil(rules, state.backupAt, state.restoredAt) }
    const { from, to } = TokenSource.windowAt(rules, issue, now)
    const seed = seedOf(world, phone, generation)
    const isOwn =
      key.position !== nowhere &&
      seed === seedOf(world, key.phone, key.generation) &&
      ((key.position >= from && key.position <= to) || !inForce(rules, "VER-17"))
    if (!Verification.verifies(rules, isOwn)) continue
    const account = accountOf(world, phone)
    const matches: Array<Verification.Match> = isOwn ? [matchOf(world, state, issue, key)] : []
    const isDouble = twin !== undefined && twin.phone === phone && twin.generation === generation
    if (isDouble && twin.position >= from && twin.position <= to) matches.push(matchOf(world, state, issue, twin))
    const day = Verification.dayOf(rules, { now, last: lastDayOf(world, state, account), position: key.position })
    found.push({
      candidate: {
        payer: account,
        matches: matches.length < 2 ? matches : matches.sort((a, b) => a.position - b.position),
        revealed: key.revealed,
        last: lastOf(state, phone, generation),
        pinned: (state.codes[indexOf(state.codes, key)]?.pin ?? "none") !== "none",
        day,
        standing: standingOf(world, state, account, day)
      },
      phone,
      generation
    })
  }
}

/** What the provider finds for a request: the facts, and which credential each candidate is. */
export interface Gathered {
  readonly facts: Verification.Facts
  readonly found: ReadonlyArray<Found>
}

/** The credentials that a code verifies under. */
const foundFor = (world: World, state: State, { node, request }: Submission): ReadonlyArray<Found> => {
  const now = clockOf(world, state, node)
  const found: Array<Found> = []
  const twin = twinOf(state, request)
  look(world, state, { key: request.key, twin, now, found }, request.alias)
  if (twin !== undefined && twin.phone !== request.alias) {
    look(world, state, { key: twin, twin: undefined, now, found }, twin.phone)
  }
  return found
}
const nobody: ReadonlyArray<Found> = []

/** Whether the provider knows whose a credential's alias is that is made with a key: it tabulates those of the ones in use. */
const isTabulated = (credential: Credential | undefined): boolean =>
  credential?.status === "live" || credential?.status === "pending"

/** Whether an alias that is made with a key names its phone's account: its credential is in use, and its step in the window. */
const isNamedByKey = (world: World, state: State, { node, request: { alias, key } }: Submission): boolean => {
  const { credentials } = state.phones[alias]!
  if (!isTabulated(credentials[alias === key.phone ? key.generation : credentials.length - 1])) return false
  const now = clockOf(world, state, node)
  const { from, to } = TokenSource.windowAt(world.rules, { issuedAt: now, lostUntil: undefined }, now)
  return key.position >= from && key.position <= to
}

/** The account that the digits of a request name; undefined where they name none, as made-up ones without a readable alias. */
export const namedBy = (world: World, state: State, submission: Submission): number | undefined => {
  const { alias, key } = submission.request
  const kind = world.rules.scheme.code.alias
  const isNamed =
    isRead(kind) || (key.position !== nowhere && (kind === "none" || isNamedByKey(world, state, submission)))
  return isNamed ? accountOf(world, alias) : undefined
}

/**
 * Whether a flood of wrong codes can name the account of a phone: by an alias that can be read or that the phone shows now;
 * or where there is none, by a code of it that the adversary knows and that is accepted no more.
 */
export const canBeNamed = (world: World, state: State, phone: number): boolean => {
  const { rules } = world
  const { credentials } = state.phones[phone]!
  const kind = rules.scheme.code.alias
  if (kind !== "none") return isRead(kind) || isTabulated(credentials.at(-1))
  return state.codes.some((code) => code.phone === phone && code.known && isOver(world, state, code))
}

/** Whether a code of a list is accepted no more, because its credential has ended or is too old. */
export const isOver = ({ rules }: World, { now, phones }: State, { generation, phone, position }: CodeKey): boolean => {
  const { issuedAt, status } = phones[phone]!.credentials[generation]!
  const { from, to } = TokenSource.windowAt(rules, { issuedAt, lostUntil: undefined }, now)
  return position < TokenSource.supply(rules) && (!Enrollment.isAccepted(rules, status) || from > to)
}

/** The wrong codes of the day: a flood of them is as many as it takes, and whom it is counted against is throttled. */
const wrongCodesFor = (
  { accounts, merchants }: State,
  named: number | undefined,
  merchant: number
): Verification.WrongCodes =>
  named !== undefined && accounts[named]!.throttled
    ? underAlias
    : merchants[merchant]!.throttled
      ? fromTerminal
      : noWrongCodes
const noWrongCodes: Verification.WrongCodes = { fromTerminal: 0, fromMerchant: 0, underAlias: 0 }
const underAlias: Verification.WrongCodes = { ...noWrongCodes, underAlias: Number.POSITIVE_INFINITY }
// One bit of a merchant stands for its till and for itself: nobody honest asks from another terminal.
const fromTerminal: Verification.WrongCodes = { ...noWrongCodes, fromTerminal: Number.POSITIVE_INFINITY }

/**
 * What would be decided on, were the alias of made-up digits nobody's, for an order of a merchant: as many wrong codes came under it.
 * Undefined where no alias can be read.
 */
export const gatherForNobody = (
  world: World,
  state: State,
  order: Order,
  { node, request }: Submission
): Verification.Facts | undefined => {
  const { rules } = world
  if (!isRead(rules.scheme.code.alias)) return undefined
  const counted = Verification.countsNobodys(rules) ? accountOf(world, request.alias) : undefined
  return {
    record: recordOf(world, order, clockOf(world, state, node)),
    predates: predates(state, order),
    wrongCodes: wrongCodesFor(state, counted, order.merchant),
    payer: Verification.nobodyOf(rules),
    candidates: [],
    madeOver: "same"
  }
}

/** Gathers the facts for a request, and for the order that it is for: of a code only where the record does not answer. */
export const gather = (world: World, state: State, order: Order, submission: Submission): Gathered => {
  const { rules } = world
  const { node, request } = submission
  const record = recordOf(world, order, clockOf(world, state, node))
  const found = Verification.isAnsweredFrom(rules, record) ? nobody : foundFor(world, state, submission)
  const named = namedBy(world, state, submission)
  return {
    facts: {
      record,
      predates: predates(state, order),
      wrongCodes: wrongCodesFor(state, named, order.merchant),
      payer: record !== undefined && record.code === presented(request, record) ? record.payer : named,
      candidates: found.map(({ candidate }) => candidate),
      madeOver: madeOver(world, state, order, request)
    },
    found
  }
}
