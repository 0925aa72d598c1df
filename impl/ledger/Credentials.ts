/** Credentials: the phones of accounts, the credentials that they were issued, and whose a code is by what it says. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Reason } from "../../model/Refusal.ts"
import type { Enrollment } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import * as Changes from "./Changes.ts"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import * as Numbers from "./Numbers.ts"
import type { Changing, Credential, Draft, Named, Owned, Phone } from "./Records.ts"
import { type CredentialRow, credentialColumns, credentialOf, writtenSecret } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"

/** Decides what comes of a phone's asking for a credential, or that it is refused. */
export interface Issuing {
  readonly issue: (asking: Enrollment.Asking) => Result.Result<Enrollment.Issuance, Reason>
  /** Where a credential stands for whoever asks for another: one that was pending before a restore may have been used since (VER-30). */
  readonly standing: (status: Enrollment.CredentialStatus, suspended: boolean) => Enrollment.CredentialStatus
}

/** Where the credentials of a phone stand from now on, oldest first, and whether its owner has it revoked. */
export interface Restated {
  readonly statuses: ReadonlyArray<Enrollment.CredentialStatus>
  readonly revoked: boolean
}

/** Decides that, by where they stand. */
export type Restating = (statuses: ReadonlyArray<Enrollment.CredentialStatus>) => Restated

/** The phones and credentials of a ledger. */
export class Credentials extends Context.Service<
  Credentials,
  {
    /** Adds a phone to an account, and answers its number. */
    readonly register: (account: number) => Kept<number>
    /** The account's owner has authenticated on a phone. Answers whether it may be: one that was revoked stays so (ENR-13). */
    readonly authenticated: (phone: number) => Kept<boolean>
    /** Whether a phone was revoked: nothing that it signs is taken then (ENR-13). One that was never registered was not. */
    readonly isRevoked: (phone: number) => Kept<boolean>
    /** A phone by its number; one that was never registered is a defect. */
    readonly phone: (phone: number) => Kept<Phone>
    /**
     * Issues a credential to a phone if the decision allows: where it makes the phone's credentials one more, the draft,
     * and otherwise the last again.
     */
    readonly issue: (phone: number, draft: Draft, decide: Issuing) => Kept<Result.Result<Credential, Reason>>
    /**
     * Changes where a phone's credentials stand, ends its identity where its owner has it revoked (ENR-13), and does to its open
     * orders what a step decides (ENR-11).
     */
    readonly restate: (phone: number, decide: Restating, open: Changing | undefined) => Kept<void>
    /** The account that an alias was given to, and the credentials that it names. */
    readonly named: (alias: string) => Kept<Named>
    /** The credentials that digits were drawn for, none, one, or by a coincidence two, and the account of the first. */
    readonly drawnFor: (code: string) => Kept<Named>
    /** Every credential from a number on that has neither ended nor been revoked, in the order in which they were issued. */
    readonly liveFrom: (number: number) => Kept<ReadonlyArray<Credential>>
    /** Those of some credentials, by their numbers, that are live, and the account of the first. */
    readonly stillLive: (numbers: ReadonlyArray<number>) => Kept<Named>
  }
>()("paycode/impl/ledger/Credentials") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Credentials, never, Database> = Layer.effect(
    Credentials,
    Effect.map(Database, (database) => make(database))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// Phones
// ---------------------------------------------------------------------------------------------------------------------

/** A phone with its credentials; one that was never registered is a defect. */
export const phone = Effect.fnUntraced(function* (reader: Reader, number: number) {
  const found = yield* one<{ readonly account: number; readonly authenticated: number; readonly revoked: number }>(
    reader,
    "SELECT account, authenticated, revoked FROM phone WHERE number = ?",
    number
  )
  if (found === undefined) {
    return yield* Effect.die(new Error(`phone: expected one that was registered, found ${number}`))
  }
  const credentials = yield* reader.query<CredentialRow>(
    `SELECT ${credentialColumns} FROM credential c WHERE c.phone = ? ORDER BY c.number`,
    number
  )
  return {
    account: found.account,
    authenticated: found.authenticated === 1,
    revoked: found.revoked === 1,
    credentials: credentials.map(credentialOf)
  }
})

/** A phone, whose account the transaction holds. */
const heldPhone = Effect.fnUntraced(function* (connection: Connection, number: number) {
  const { account } = yield* phone(connection, number)
  yield* connection.lock(Subjects.account(account))
  return yield* phone(connection, number)
})

const register = Effect.fnUntraced(function* (connection: Connection, account: number) {
  yield* Balances.held(connection, account)
  const number = yield* Numbers.next(connection, "phone")
  yield* connection.query(
    "INSERT INTO phone (number, account, authenticated, revoked) VALUES (?, ?, 0, 0)",
    number,
    account
  )
  return number
})

const authenticated = Effect.fnUntraced(function* (connection: Connection, number: number) {
  const { revoked } = yield* heldPhone(connection, number)
  if (!revoked) yield* connection.query("UPDATE phone SET authenticated = 1 WHERE number = ?", number)
  return !revoked
})

const isRevoked = (reader: Reader, number: number): Kept<boolean> =>
  Effect.map(
    one<{ readonly revoked: number }>(reader, "SELECT revoked FROM phone WHERE number = ?", number),
    (row) => row?.revoked === 1
  )

// ---------------------------------------------------------------------------------------------------------------------
// Credentials
// ---------------------------------------------------------------------------------------------------------------------

/** Puts the credentials of a phone where a decision says that they stand. */
export const restate = Effect.fnUntraced(function* (
  { query }: Connection,
  held: ReadonlyArray<Pick<Credential, "number" | "status">>,
  statuses: ReadonlyArray<Enrollment.CredentialStatus>
) {
  for (const [generation, { number, status }] of held.entries()) {
    const next = statuses[generation]!
    if (next !== status) yield* query("UPDATE credential SET status = ? WHERE number = ?", next, number)
  }
})

const restatePhone = Effect.fnUntraced(function* (
  connection: Connection,
  number: number,
  decide: Restating,
  open: Changing | undefined
) {
  const { account, credentials } = yield* heldPhone(connection, number)
  const { revoked, statuses } = decide(credentials.map(({ status }) => status))
  yield* restate(connection, credentials, statuses)
  if (revoked) yield* connection.query("UPDATE phone SET revoked = 1 WHERE number = ?", number)
  if (open !== undefined) yield* Changes.applyToOpen(connection, account, open, number)
})

/** The digits that were drawn for a credential, none twice. */
const digitsOf = ({ secret }: Draft): ReadonlySet<string> =>
  new Set(
    secret._tag === "Drawn" ? Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed]) : []
  )

const add = Effect.fnUntraced(function* ({ query }: Connection, credential: Credential) {
  const { alias, issuedAt, number, phone, prefix, secret, status } = credential
  yield* query(
    "INSERT INTO credential (number, phone, status, prefix, alias, secret, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    number,
    phone,
    status,
    prefix,
    alias,
    writtenSecret(secret),
    issuedAt
  )
  for (const code of digitsOf(credential)) {
    yield* query("INSERT INTO drawn (code, credential) VALUES (?, ?)", code, number)
  }
})

const issue = Effect.fnUntraced(function* (connection: Connection, number: number, draft: Draft, decide: Issuing) {
  const held = yield* heldPhone(connection, number)
  const { agreement } = yield* Balances.held(connection, held.account)
  const decided = decide.issue({
    agreement,
    authenticated: held.authenticated,
    revoked: held.revoked,
    held: held.credentials.map(({ status, suspended }) => decide.standing(status, suspended))
  })
  if (Result.isFailure(decided)) return Result.fail(decided.failure)
  const { clears, statuses } = decided.success
  yield* restate(connection, held.credentials, statuses)
  if (clears) {
    yield* connection.query(
      "DELETE FROM burned WHERE credential IN (SELECT number FROM credential WHERE phone = ?)",
      number
    )
  }
  const status = statuses.at(-1)!
  const last = held.credentials.at(-1)
  if (last !== undefined && statuses.length === held.credentials.length) {
    return Result.succeed<Credential>({ ...last, status })
  }
  const next = yield* Numbers.next(connection, "credential")
  const credential: Credential = { ...draft, number: next, phone: number, status, suspended: false }
  yield* add(connection, credential)
  return Result.succeed(credential)
})

// ---------------------------------------------------------------------------------------------------------------------
// Whose a code is
// ---------------------------------------------------------------------------------------------------------------------

const isLive = "c.status IN ('pending', 'live')"

/** A statement's place for each of some values. */
const placesFor = (values: ReadonlyArray<unknown>): string => values.map(() => "?").join(", ")

const ownedBy = (row: CredentialRow, account: number): Owned => ({ ...credentialOf(row), account })

const namedBy = (rows: ReadonlyArray<CredentialRow & { readonly account: number }>): Named => ({
  account: rows[0]?.account,
  credentials: rows.map((row) => ownedBy(row, row.account))
})

const named = Effect.fnUntraced(function* (reader: Reader, alias: string) {
  const found = yield* one<{ readonly account: number }>(reader, "SELECT account FROM alias WHERE alias = ?", alias)
  if (found === undefined) return { account: undefined, credentials: [] }
  const rows = yield* reader.query<CredentialRow>(
    `SELECT ${credentialColumns} FROM phone p JOIN credential c ON c.phone = p.number ` +
      "WHERE p.account = ? AND c.alias = ? ORDER BY c.number",
    found.account,
    alias
  )
  return { account: found.account, credentials: rows.map((row) => ownedBy(row, found.account)) }
})

const drawnFor = ({ query }: Reader, code: string): Kept<Named> =>
  Effect.map(
    query<CredentialRow & { readonly account: number }>(
      `SELECT ${credentialColumns}, p.account FROM drawn d JOIN credential c ON c.number = d.credential ` +
        "JOIN phone p ON p.number = c.phone WHERE d.code = ? ORDER BY c.number",
      code
    ),
    namedBy
  )

const liveFrom = ({ query }: Reader, number: number): Kept<ReadonlyArray<Credential>> =>
  Effect.map(
    query<CredentialRow>(
      `SELECT ${credentialColumns} FROM credential c WHERE c.number >= ? AND ${isLive} ORDER BY c.number`,
      number
    ),
    (rows) => rows.map(credentialOf)
  )

const stillLive = ({ query }: Reader, numbers: ReadonlyArray<number>): Kept<Named> =>
  numbers.length === 0
    ? Effect.succeed(namedBy([]))
    : Effect.map(
        query<CredentialRow & { readonly account: number }>(
          `SELECT ${credentialColumns}, p.account FROM credential c JOIN phone p ON p.number = c.phone ` +
            `WHERE c.number IN (${placesFor(numbers)}) AND ${isLive} ORDER BY c.number`,
          ...numbers
        ),
        namedBy
      )

const make = ({ read, transaction }: Database["Service"]): Credentials["Service"] => {
  const reader: Reader = { query: read }
  return {
    register: (account) => transaction((connection) => register(connection, account)),
    authenticated: (number) => transaction((connection) => authenticated(connection, number)),
    isRevoked: (number) => isRevoked(reader, number),
    phone: (number) => phone(reader, number),
    issue: (number, draft, decide) => transaction((connection) => issue(connection, number, draft, decide)),
    restate: (number, decide, open) => transaction((connection) => restatePhone(connection, number, decide, open)),
    named: (alias) => named(reader, alias),
    drawnFor: (code) => drawnFor(reader, code),
    liveFrom: (number) => liveFrom(reader, number),
    stillLive: (numbers) => stillLive(reader, numbers)
  }
}
