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

import type { Node, Request } from "./Action.ts"
import {
  accountOf,
  adversary,
  type Code,
  type CodeKey,
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
    payer: order.taken ? accountOf(world, order.phone) : undefined,
    code: codeText(order),
    at: order.at,
    refunded: order.refunded
  }
  return Settlement.isKept(world.rules, record, now) ? record : undefined
}

/** A code as orders are bound to it. */
const codeText = ({ generation, phone, position, revealed }: CodeKey): number =>
  ((position + 1) * 256 + phone * 16 + generation) * 2 + (revealed ? 1 : 0)

/** Whether an order was asked for before a restore, so that its record may be lost (VER-31). */
export const predates = ({ restoredAt }: State, { sentAt }: Order): boolean => Restore.predates(sentAt, restoredAt)

/** A pay request as it is decided on. */
export const requestedOf = ({ amount, key }: Request): Verification.Requested => ({ amount, code: codeText(key) })

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
  if (isOther || sum !== amount) return "other"
  return payee === order.merchant ? "same" : "other payee"
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

/** The wrong codes of the day: a flood of them is as many as it takes, and whom it is counted against is throttled. */
const wrongCodesFor = ({ accounts, merchants }: State, account: number, merchant: number): Verification.WrongCodes =>
  accounts[account]!.throttled ? underAlias : merchants[merchant]!.throttled ? fromTerminal : noWrongCodes
const noWrongCodes: Verification.WrongCodes = { fromTerminal: 0, underAlias: 0 }
const underAlias: Verification.WrongCodes = { fromTerminal: 0, underAlias: Number.POSITIVE_INFINITY }
const fromTerminal: Verification.WrongCodes = { fromTerminal: Number.POSITIVE_INFINITY, underAlias: 0 }

/** Gathers the facts for a request, and for the order that it is for: of a code only where the record does not answer. */
export const gather = (world: World, state: State, order: Order, submission: Submission): Gathered => {
  const { rules } = world
  const { node, request } = submission
  const record = recordOf(world, order, clockOf(world, state, node))
  const found = Verification.isAnsweredFrom(rules, record) ? nobody : foundFor(world, state, submission)
  const account = accountOf(world, request.alias)
  return {
    facts: {
      record,
      predates: predates(state, order),
      wrongCodes: wrongCodesFor(state, account, order.merchant),
      payer: account,
      candidates: found.map(({ candidate }) => candidate),
      madeOver: madeOver(world, state, order, request)
    },
    found
  }
}
