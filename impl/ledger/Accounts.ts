/** Accounts: who holds money at the provider, and what is known of them: agreement, password, PIN, telephone, aliases. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Enrollment } from "../../model/steps/Steps.ts"
import type { Password, TokenSource } from "../credentials/Credentials.ts"
import * as Balances from "./Balances.ts"
import * as Changes from "./Changes.ts"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import * as Numbers from "./Numbers.ts"
import type { Account, Changing, Opening } from "./Records.ts"
import * as Subjects from "./Subjects.ts"
import * as Wrong from "./Wrong.ts"

/** How many of an account's wrong passwords on a provider day may come from somebody, or from several together. */
export interface Share {
  readonly whom: string
  readonly most: number
}

/** The accounts of a ledger. */
export class Accounts extends Context.Service<
  Accounts,
  {
    /** Opens an account, and answers its number. It has no agreement. */
    readonly open: (opening: Opening) => Kept<number>
    /** An account by its number; one that was never opened is a defect. */
    readonly account: (account: number) => Kept<Account>
    /** What the password of an account is known by; undefined where none was opened under its number. */
    readonly passwordOf: (account: number) => Kept<Password.Verifier | undefined>
    /** What the PIN of the account of a phone is known by; undefined where it has none. */
    readonly pinOf: (phone: number) => Kept<TokenSource.PinHash | undefined>
    /** The telephone number of an account; undefined where it has none. */
    readonly telephoneOf: (account: number) => Kept<string | undefined>
    /** The account with a telephone number; undefined where none has it. */
    readonly accountAt: (telephone: string) => Kept<number | undefined>
    /** Records where the agreement of an account stands, and does to its open orders what a step decides (ENR-11). */
    readonly agree: (account: number, agreement: Enrollment.Agreement, open: Changing | undefined) => Kept<void>
    /** Gives an alias to an account, for ever; answers false, and does nothing, where the alias is taken. */
    readonly claim: (account: number, alias: string) => Kept<boolean>
    /** The alias that was last given to an account; undefined before it has one. */
    readonly aliasOf: (account: number) => Kept<string | undefined>
    /**
     * Counts an answer that is not known to be right as a wrong password of an account on a provider day, if another may
     * be given after so many wrong ones, and whoever gives it has some left of every share. Answers how many there were before;
     * undefined where it may not. It is counted before it is looked at: else any number of answers that come at once would find the
     * same count.
     */
    readonly countPassword: (
      account: number,
      day: number,
      mayAnswer: (wrong: number) => boolean,
      shares?: ReadonlyArray<Share>
    ) => Kept<number | undefined>
    /** The answer was right: it counts no more. */
    readonly forgivePassword: (account: number, day: number, shares?: ReadonlyArray<Share>) => Kept<void>
    /** Gives everybody their shares of a day again. Answers how many wrong passwords the account has of that day: those stay. */
    readonly unlock: (account: number, day: number) => Kept<number>
  }
>()("paycode/impl/ledger/Accounts") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Accounts, never, Database> = Layer.effect(
    Accounts,
    Effect.map(Database, (database) => make(database))
  )
}

const open = Effect.fnUntraced(function* (
  connection: Connection,
  { balance, numbers, password, pin, telephone }: Opening
) {
  const number =
    numbers === undefined
      ? yield* Numbers.next(connection, "account")
      : yield* Numbers.free(connection, "account", numbers)
  yield* connection.query(
    "INSERT INTO account (number, agreement, balance, reserved, password, last_day, telephone, pin) " +
      "VALUES (?, 'none', ?, 0, ?, -1, ?, ?)",
    number,
    balance,
    Redacted.value(password),
    telephone ?? null,
    pin === undefined ? null : Redacted.value(pin)
  )
  return number
})

const pinOf = (reader: Reader, phone: number): Kept<TokenSource.PinHash | undefined> =>
  Effect.map(
    one<{ readonly pin: Uint8Array | null }>(
      reader,
      "SELECT a.pin FROM phone p JOIN account a ON a.number = p.account WHERE p.number = ?",
      phone
    ),
    (row) => (row?.pin == null ? undefined : Redacted.make(new Uint8Array(row.pin)))
  )

const telephoneOf = (reader: Reader, account: number): Kept<string | undefined> =>
  Effect.map(
    one<{ readonly telephone: string | null }>(reader, "SELECT telephone FROM account WHERE number = ?", account),
    (row) => row?.telephone ?? undefined
  )

const accountAt = (reader: Reader, telephone: string): Kept<number | undefined> =>
  Effect.map(
    one<{ readonly number: number }>(reader, "SELECT number FROM account WHERE telephone = ?", telephone),
    (row) => row?.number
  )

const agree = Effect.fnUntraced(function* (
  connection: Connection,
  account: number,
  agreement: Enrollment.Agreement,
  open: Changing | undefined
) {
  yield* Balances.held(connection, account)
  yield* connection.query("UPDATE account SET agreement = ? WHERE number = ?", agreement, account)
  if (open !== undefined) yield* Changes.applyToOpen(connection, account, open)
})

const claim = Effect.fnUntraced(function* (connection: Connection, account: number, alias: string) {
  yield* Balances.held(connection, account)
  const claimed = yield* connection.query(
    "INSERT INTO alias (alias, account) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING alias",
    alias,
    account
  )
  if (claimed.length === 0) return false
  yield* connection.query("UPDATE account SET alias = ? WHERE number = ?", alias, account)
  return true
})

const aliasOf = (reader: Reader, account: number): Kept<string | undefined> =>
  Effect.map(
    one<{ readonly alias: string | null }>(reader, "SELECT alias FROM account WHERE number = ?", account),
    (row) => row?.alias ?? undefined
  )

/** Of whose wrong passwords it is, on which day, and from whom. */
interface Counting {
  readonly account: number
  readonly day: number
  readonly shares: ReadonlyArray<Share>
}

const countPassword = Effect.fnUntraced(function* (
  connection: Connection,
  { account, day, shares }: Counting,
  mayAnswer: (wrong: number) => boolean
) {
  const subject = Subjects.password(account)
  yield* connection.lock(subject)
  const own = shares.map(({ whom }) => Subjects.passwordFrom(account, whom))
  const [wrong = 0, ...given] = yield* Wrong.onEach(connection, day, [subject, ...own])
  if (!mayAnswer(wrong) || given.some((count, at) => count >= shares[at]!.most)) return undefined
  for (const each of [subject, ...own]) yield* Wrong.count(connection, day, each)
  return wrong
})

const forgivePassword = Effect.fnUntraced(function* (connection: Connection, { account, day, shares }: Counting) {
  yield* Wrong.forgive(connection, day, Subjects.password(account))
  for (const { whom } of shares) yield* Wrong.forgive(connection, day, Subjects.passwordFrom(account, whom))
})

const unlock = Effect.fnUntraced(function* (connection: Connection, account: number, day: number) {
  yield* connection.lock(Subjects.password(account))
  yield* Wrong.forgetAll(connection, day, Subjects.passwordFromAny(account))
  return yield* Wrong.on(connection, day, Subjects.password(account))
})

const make = ({ read, transaction }: Database["Service"]): Accounts["Service"] => {
  const reader: Reader = { query: read }
  return {
    open: (opening) => transaction((connection) => open(connection, opening)),
    account: (account) =>
      Effect.map(Balances.needed(reader, account), (row) => ({ ...row, password: Redacted.make(row.password) })),
    passwordOf: (account) => Effect.map(Balances.find(reader, account), (row) => row && Redacted.make(row.password)),
    pinOf: (phone) => pinOf(reader, phone),
    telephoneOf: (account) => telephoneOf(reader, account),
    accountAt: (telephone) => accountAt(reader, telephone),
    agree: (account, agreement, open) => transaction((connection) => agree(connection, account, agreement, open)),
    claim: (account, alias) => transaction((connection) => claim(connection, account, alias)),
    aliasOf: (account) => aliasOf(reader, account),
    countPassword: (account, day, mayAnswer, shares = []) =>
      transaction((connection) => countPassword(connection, { account, day, shares }, mayAnswer)),
    forgivePassword: (account, day, shares = []) =>
      transaction((connection) => forgivePassword(connection, { account, day, shares })),
    unlock: (account, day) => transaction((connection) => unlock(connection, account, day))
  }
}
