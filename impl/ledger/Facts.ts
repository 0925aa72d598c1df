/**
 * Facts: what a pay request is decided on. What a transaction looks at it holds: first the order number, then the
 * terminal, then the accounts and the alias, and last a merchant that is near what it is let.
 */
import * as Effect from "effect/Effect"
import type { Rules } from "../../model/Rules.ts"
import { Enrollment, Restore, Settlement, TokenSource, Verification } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import { type Connection, one } from "./Database.ts"
import * as Epoch from "./Epoch.ts"
import * as Orders from "./Orders.ts"
import type { Query, Reading, Row } from "./Records.ts"
import { flag } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"
import * as Wrong from "./Wrong.ts"

/** A candidate, with what is written when it pays. */
export interface FoundCandidate extends Verification.Candidate {
  readonly reading: Reading
  readonly phone: number
  readonly status: Enrollment.CredentialStatus
}

/** A credential, its phone and its account, as a candidate is found. */
interface FoundRow {
  readonly payer: number
  readonly agreement: Enrollment.Agreement
  readonly balance: number
  readonly reserved: number
  readonly last_day: number
  readonly phone: number
  readonly status: Enrollment.CredentialStatus
  readonly issued_at: number
  readonly suspended: number
  readonly last: number | null
}

/** The positions among those of a reading that are burned. */
const burnedAmong = Effect.fnUntraced(function* (connection: Connection, { credential, positions, revealed }: Reading) {
  if (positions.length === 0) return new Set<number>()
  const rows = yield* connection.query<{ readonly position: number }>(
    "SELECT position FROM burned WHERE credential = ? AND revealed = ? AND position BETWEEN ? AND ?",
    credential,
    flag(revealed),
    positions[0]!,
    positions.at(-1)!
  )
  return new Set(rows.map(({ position }) => position))
})

/** By what a request is looked at: the rules, the deciding clock, and what the ledger knows of its restores. */
interface Looked {
  readonly rules: Rules
  readonly now: number
  readonly epoch: Epoch.Epoch
}

/** What an account has spent on a day, as far as that is known after a restore (VER-30). */
const spentOn = (connection: Connection, account: number, day: number, { epoch, rules }: Looked) =>
  Effect.map(Balances.spentOn(connection, account, day), (spent) =>
    Restore.isSpentUnknown(rules, epoch.restoredAt, day) ? { ...spent, free: unknown } : spent
  )
const unknown = { sum: Number.POSITIVE_INFINITY, count: Number.POSITIVE_INFINITY } as const

/** A candidate; undefined where its credential has ended since the code was read, or waits to be renewed. */
const candidateOf = Effect.fnUntraced(function* (connection: Connection, reading: Reading, looked: Looked) {
  const { now, rules } = looked
  const { credential, pinned, positions, revealed } = reading
  const found = (yield* one<FoundRow>(
    connection,
    "SELECT a.number AS payer, a.agreement, a.balance, a.reserved, a.last_day, c.phone, c.status, c.issued_at, c.suspended, " +
      "(SELECT MAX(b.position) FROM burned b WHERE b.credential = c.number) AS last " +
      "FROM credential c JOIN phone p ON p.number = c.phone JOIN account a ON a.number = p.account WHERE c.number = ?",
    credential
  ))!
  if (!Enrollment.isAccepted(rules, found.status)) return undefined
  if (found.suspended === 1 && Restore.suspends(rules)) return undefined
  const ahead = now + rules.scheme.clock.nodeSkew
  const burned = yield* burnedAmong(connection, reading)
  const { agreement, balance, issued_at: issuedAt, last, last_day: lastDay, payer, phone, reserved, status } = found
  const day = Verification.dayOf(rules, { now, last: lastDay, position: positions[0] })
  const spent = yield* spentOn(connection, payer, day, looked)
  const candidate: FoundCandidate = {
    payer,
    matches: positions.map((position) => ({
      position,
      burned:
        burned.has(position) && !TokenSource.isForgotten(rules, { issuedAt, lostUntil: undefined }, position, ahead)
    })),
    revealed,
    pinned,
    last: last ?? undefined,
    standing: { agreement, ...spent, available: balance - reserved, authenticated: false },
    reading,
    phone,
    status,
    day
  }
  return candidate
})

/** A record, where it still counts (SET-2). */
export const kept = (rules: Rules, row: Row | undefined, now: number): Row | undefined =>
  row !== undefined && Settlement.isKept(rules, row, now) ? row : undefined

/** More than the transactions that decide requests of one merchant at once, at all nodes. */
const atOnce = 1000

/**
 * The wrong codes of the day that a request is decided on. A merchant is held where it is so near what it is let that as many
 * requests as are decided at once could be more: before, its terminals do not wait for each other.
 */
const wrongCodesFor = Effect.fnUntraced(function* (connection: Connection, request: Query, rules: Rules) {
  const { merchant, today } = request
  const counted = Wrong.countedUnder(rules, request)
  const found = yield* Wrong.codesOn(connection, today, counted)
  if (found.fromMerchant + atOnce < Verification.perMerchantDay(rules)) return found
  yield* connection.lock(Subjects.merchant(merchant))
  return yield* Wrong.codesOn(connection, today, counted)
})

/** Holds what a pay request touches, and gathers what it is decided on. */
export const gather = Effect.fnUntraced(function* (connection: Connection, request: Query, rules: Rules) {
  const { alias, code, named, now, readings } = request
  const payers = new Set(readings.map(({ payer }) => payer))
  if (named !== undefined) payers.add(named)
  yield* connection.lock(Subjects.order(request))
  yield* connection.lock(Subjects.terminal(request))
  const held = [...payers].map(Subjects.account).concat(Wrong.countedUnder(rules, request).aliases)
  if (held.length > 0) yield* connection.lock(...held)
  const looked: Looked = { rules, now, epoch: yield* Epoch.find(connection) }
  const record = kept(rules, yield* Orders.find(connection, request), now)
  const wrongCodes = yield* wrongCodesFor(connection, request, rules)
  const candidates: Array<FoundCandidate> = []
  for (const reading of readings) {
    const candidate = yield* candidateOf(connection, reading, looked)
    if (candidate !== undefined) candidates.push(candidate)
  }
  // A code that is accepted now was made since the restore, and so was its request. One who guesses is not told by it.
  const isSince = candidates.length > 0 || Verification.isThrottled(rules, wrongCodes)
  return {
    record,
    predates: !isSince && Epoch.mayBeLost(looked.epoch, record),
    wrongCodes,
    // The same digits are the same payer's for ever: a request sent again is answered as it was, whatever its alias has
    // come to name since.
    payer:
      record?.code === code
        ? record.payer
        : (named ?? (alias === undefined ? undefined : Verification.nobodyOf(rules))),
    candidates,
    // A code that was made over something else has other digits, and is read as nobody's.
    madeOver: "same"
  } satisfies Verification.Facts
})
