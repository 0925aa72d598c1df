/**
 * Ledger: what the provider remembers, in the tables of a database. It decides nothing: it hands the facts to a decision,
 * and writes what the decision says, both in one transaction.
 *
 * A decision is a pure function, so a transaction that has lost a race runs it again, on the new facts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import type { Answer, OrderRecord } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Agreement, Status } from "../../model/steps/Enrollment.ts"
import type { Change } from "../../model/steps/Settlement.ts"
import type { Asked, Decision, Facts, Standing } from "../../model/steps/Verification.ts"
import type * as Password from "../credentials/Password.ts"
import type * as TokenSource from "../credentials/TokenSource.ts"
import { passwordSubject, within } from "./Bookkeeping.ts"
import { Database, type Unavailable } from "./Database.ts"
import { type CredentialRow, credentialColumns, credentialOf, type OrderRow, orderColumns, rowOf } from "./Rows.ts"
import * as Sqlite from "./Sqlite.ts"

/** An account as it is brought in: its balance in minor units, and what its owner's payment password is known by. */
export interface Opening {
  readonly balance: number
  readonly password: Password.Verifier
  /** The number that it is sent short messages at, and is known by in them; no two accounts have one. */
  readonly telephone?: string | undefined
  /** What its PIN is known by, where proofs are computed from it. */
  readonly pin?: TokenSource.PinHash | undefined
}

/** Where an account stands. Amounts in minor units. */
export interface Account {
  readonly agreement: Agreement
  /** The balance, of which `reserved` is held for open orders. */
  readonly balance: number
  readonly reserved: number
  readonly password: Password.Verifier
}

/** A phone: whose money it pays with, and whether the account's owner has authenticated on it (ENR-4). */
export interface Phone {
  readonly account: number
  readonly authenticated: boolean
  /** Its credentials, oldest first. */
  readonly credentials: ReadonlyArray<Credential>
}

/** A credential as the provider keeps it. Credentials are numbered from 0, in the order in which they were issued. */
export interface Credential extends TokenSource.Credential {
  readonly number: number
  readonly phone: number
  readonly status: Status
  /** On the provider's clock, in seconds. */
  readonly issuedAt: number
}

/** Whose a code is, by what it says. */
export interface Named {
  /** The account; undefined where it is nobody's. */
  readonly account: number | undefined
  /** The credentials that the code may be of. */
  readonly credentials: ReadonlyArray<Credential>
}

/** A secret that messages are signed with. It prints as `<redacted>`. */
export type Key = Redacted.Redacted<Uint8Array>

/** A credential before it is issued. */
export type Draft = Omit<Credential, "number" | "phone" | "status">

/** What moves money: a payment takes it from the account, a refund or a reversal gives it back. */
export type Kind = "payment" | "refund" | "reversal"

/** Money that left an account or came back: how much, in minor units, and for which order. */
export interface Movement {
  readonly kind: Kind
  readonly account: number
  readonly merchant: string
  readonly order: string
  readonly amount: number
}

/** An order as it is recorded, with what the provider needs beside what decisions look at. */
export interface Row extends OrderRecord {
  readonly merchant: string
  readonly order: string
  /** The phone that it was accepted from; undefined where it was not. */
  readonly phone: number | undefined
  /** Accepted without step-up. */
  readonly free: boolean
  /** The provider day on which it counts; undefined where it was not accepted. */
  readonly day: number | undefined
  /** The numbers of the refunds that were made of it. */
  readonly refunds: ReadonlyArray<string>
  /** It was debited, whatever became of it since. */
  readonly debited: boolean
}

/** A credential under which a presented code verifies, with the readings of the code. */
export interface Reading extends TokenSource.Reading {
  readonly credential: number
}

/** A pay request as it reaches the ledger: what it asks for, and what the provider has read in its code. */
export interface Query extends Asked {
  readonly merchant: string
  readonly terminal: string
  readonly order: string
  readonly code: string
  /** The account that the code names; undefined where it names none. */
  readonly named: number | undefined
  readonly readings: ReadonlyArray<Reading>
  /** The nonce of the challenge that is written where the order is held open; undefined where none is sent. */
  readonly challenge?: string | undefined
  /** The deciding clock, in seconds, and its provider day: the one on which wrong codes count. */
  readonly now: number
  readonly today: number
}

/** What is decided in the transaction that settles a request. */
export interface Deciding {
  /** Whether codes of a credential can be accepted at all. */
  readonly accepts: (status: Status) => boolean
  /** The day on which a payment counts, by the last day of the account, -1 for none, and the position of the code. */
  readonly dayOf: (last: number, position: number) => number
  /** Whether a request is refused by how many wrong codes there were today: from its terminal, and under its alias. */
  readonly throttles: (fromTerminal: number, underAlias: number) => boolean
  readonly decide: (facts: Facts) => Decision
  /** The credentials of a phone once one of them has been used. */
  readonly confirmed: (statuses: ReadonlyArray<Status>, generation: number) => ReadonlyArray<Status>
}

/** An order by its merchant and number. */
export interface OrderNumber {
  readonly merchant: string
  readonly order: string
}

/** The challenge of an order that is, or was, open: one for each order. */
export interface Challenge extends OrderNumber {
  readonly nonce: string
  /** The credential that the order's code was made under: its phone answers with this one, or with a later one. */
  readonly credential: number
  /** It was handed to the gateway. */
  readonly isSent: boolean
}

/** A notice that is due: that an order was debited, told to whoever its merchant has named. */
export interface DueNotice extends OrderNumber {
  readonly amount: number
  readonly url: string
  /** How often it was tried. */
  readonly attempts: number
}

/** What the ledger does with its database: answer, or say that it cannot. */
export type Kept<A> = Effect.Effect<A, Unavailable>

/** The provider's storage. */
export class Ledger extends Context.Service<
  Ledger,
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
    /** Records where the agreement of an account stands. One that ends closes the account's open orders (ENR-11). */
    readonly agree: (account: number, agreement: Agreement) => Kept<void>
    /** Gives an alias to an account, for ever; answers false, and does nothing, where the alias is taken. */
    readonly claim: (account: number, alias: string) => Kept<boolean>
    /** The account that an alias was given to, and the credentials that it names. */
    readonly named: (alias: string) => Kept<Named>
    /** The alias that was last given to an account; undefined before it has one. */
    readonly aliasOf: (account: number) => Kept<string | undefined>

    /** Adds a phone to an account, and answers its number. */
    readonly register: (account: number) => Kept<number>
    /** The account's owner has authenticated on a phone. */
    readonly authenticated: (phone: number) => Kept<void>
    /** A phone by its number; one that was never registered is a defect. */
    readonly phone: (phone: number) => Kept<Phone>
    /**
     * Issues a credential to a phone if the decision allows: where it makes the phone's credentials one more, the draft,
     * and otherwise the last again.
     */
    readonly issue: (
      phone: number,
      draft: Draft,
      decide: (phone: Phone, agreement: Agreement) => Result.Result<ReadonlyArray<Status>, Reason>
    ) => Kept<Result.Result<Credential, Reason>>
    /** Changes where a phone's credentials stand. `closes`: the phone's open orders rested on them (ENR-11). */
    readonly restate: (
      phone: number,
      decide: (statuses: ReadonlyArray<Status>) => ReadonlyArray<Status>,
      closes: boolean
    ) => Kept<void>
    /** The credentials that digits were drawn for, none, one, or by a coincidence two, and the account of the first. */
    readonly drawnFor: (code: string) => Kept<Named>
    /** Every credential from a number on that has neither ended nor been revoked, in the order in which they were issued. */
    readonly liveFrom: (number: number) => Kept<ReadonlyArray<Credential>>
    /** Those of some credentials, by their numbers, that are live, and the account of the first. */
    readonly stillLive: (numbers: ReadonlyArray<number>) => Kept<Named>

    /** Settles a pay request: gathers the facts, decides, burns, debits or reserves, and records, all or nothing. */
    readonly settle: (query: Query, deciding: Deciding) => Kept<Decision>
    /** Does to an order what a reversal, a refund, by its number, or the end of a deadline comes to. */
    readonly change: (
      number: OrderNumber,
      now: number,
      decide: (row: Row | undefined) => Change,
      refund?: string
    ) => Kept<Change>
    /** Debits an open order if the decision says so (STP-1). */
    readonly authenticate: (number: OrderNumber, now: number, decide: (row: Row | undefined) => Answer) => Kept<Answer>
    /** What is recorded under a merchant's order number; undefined where nothing is. */
    readonly order: (number: OrderNumber) => Kept<Row | undefined>
    /** The challenge of an order; undefined where it has none. */
    readonly challengeOf: (number: OrderNumber) => Kept<Challenge | undefined>
    /** The challenge with a nonce; undefined where none has it. */
    readonly challengeWith: (nonce: string) => Kept<Challenge | undefined>
    /** Challenges of open orders that were not handed to the gateway, so many at most. */
    readonly unsent: (most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** A challenge was handed to the gateway. */
    readonly sent: (number: OrderNumber) => Kept<void>
    /** The orders of an account that are open, the oldest first. */
    readonly openOrdersOf: (account: number) => Kept<ReadonlyArray<Row>>
    /** The orders that are open since an instant or before, in seconds, earliest first: so many of them at most. */
    readonly openSince: (at: number, most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** What moved on an account, earliest first. */
    readonly movements: (account: number) => Kept<ReadonlyArray<Movement>>
    /** What was accepted of an account on a provider day, as the limits count it. */
    readonly spent: (account: number, day: number) => Kept<Pick<Standing, "free" | "all">>

    /**
     * Counts an answer that is not known to be right as a wrong password of an account on a provider day, if another may
     * be given after so many wrong ones. Answers how many there were before; undefined where it may not. It is counted
     * before it is looked at: else any number of answers that come at once would find the same count.
     */
    readonly countPassword: (
      account: number,
      day: number,
      mayAnswer: (wrong: number) => boolean
    ) => Kept<number | undefined>
    /** The answer was right: it counts no more. */
    readonly forgivePassword: (account: number, day: number) => Kept<void>

    /** Keeps a key under a name; the first that it is given stays. Answers the one kept. */
    readonly keep: (name: string, key: Key) => Kept<Key>
    /** The key that is kept under a name; undefined where none is. */
    readonly keyOf: (name: string) => Kept<Key | undefined>
    /**
     * Whether a nonce is new among those used with a key, and from now on it is not. It is remembered until an instant,
     * in seconds.
     */
    readonly once: (name: string, nonce: string, until: number) => Kept<boolean>

    /** Registers the name of a merchant, in the place of the one before. False where it is another's: nothing changes. */
    readonly entitle: (merchant: string, name: string) => Kept<boolean>
    /** The registered name of a merchant; undefined where it has none. */
    readonly nameOf: (merchant: string) => Kept<string | undefined>
    /** A merchant has its notices sent to a URL from now on, or no more. */
    readonly subscribe: (merchant: string, url: string | undefined) => Kept<void>
    /** The notices that are due, earliest first, so many at most. Nobody else gets them until `lease` seconds later. */
    readonly due: (now: number, lease: number, most: number) => Kept<ReadonlyArray<DueNotice>>
    /** A notice was taken. */
    readonly noticed: (number: OrderNumber) => Kept<void>
    /** A notice was not taken, and is due again at an instant. */
    readonly postpone: (number: OrderNumber, at: number) => Kept<void>
    /** How many notices have not been taken. */
    readonly pending: Kept<number>

    /** Forgets nonces that may be forgotten at an instant, and what was counted before a day. */
    readonly tidy: (now: number, today: number) => Kept<void>
  }
>()("paycode/impl/Ledger") {
  /** The ledger in a database. */
  static readonly layer: Layer.Layer<Ledger, never, Database> = Layer.effect(
    Ledger,
    Effect.map(Database, (database) => Ledger.of(make(database)))
  )

  /** A ledger in memory, gone with the process. What it is asked it does at once. */
  static readonly layerMemory: Layer.Layer<Ledger> = Layer.provide(Ledger.layer, Sqlite.layerMemory)
}

interface ChallengeRow {
  readonly merchant: string
  readonly number: string
  readonly nonce: string
  readonly credential: number
  readonly sent: number
}

const challengeColumns = "merchant, number, nonce, credential, sent"

const challengeOf = ({ credential, merchant, nonce, number, sent }: ChallengeRow): Challenge => ({
  merchant,
  order: number,
  nonce,
  credential,
  isSent: sent === 1
})

/** A statement's place for each of some values. */
const placesFor = (values: ReadonlyArray<unknown>): string => values.map(() => "?").join(", ")

const make = ({ read, transaction }: Database["Service"]): Ledger["Service"] => {
  // What only reads needs no transaction where one statement says it all.
  const reading = within({ query: read, lock: () => Effect.void })

  const namedBy = (rows: ReadonlyArray<CredentialRow & { readonly account: number }>): Named => ({
    account: rows[0]?.account,
    credentials: rows.map(credentialOf)
  })

  const isLive = "c.status IN ('pending', 'live')"

  return {
    open: ({ balance, password, pin, telephone }) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const number = yield* within(connection).nextNumber("account")
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
      ),
    account: (number) =>
      Effect.map(reading.neededAccount(number), (row) => ({ ...row, password: Redacted.make(row.password) })),
    passwordOf: (number) => Effect.map(reading.account(number), (row) => row && Redacted.make(row.password)),
    pinOf: (phone) =>
      Effect.map(
        reading.one<{ readonly pin: Uint8Array | null }>(
          "SELECT a.pin FROM phone p JOIN account a ON a.number = p.account WHERE p.number = ?",
          phone
        ),
        (row) => (row?.pin == null ? undefined : Redacted.make(new Uint8Array(row.pin)))
      ),
    telephoneOf: (number) =>
      Effect.map(
        reading.one<{ readonly telephone: string | null }>("SELECT telephone FROM account WHERE number = ?", number),
        (row) => row?.telephone ?? undefined
      ),
    accountAt: (telephone) =>
      Effect.map(
        reading.one<{ readonly number: number }>("SELECT number FROM account WHERE telephone = ?", telephone),
        (row) => row?.number
      ),
    agree: (account, agreement) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const { closeOpen, heldAccount } = within(connection)
          yield* heldAccount(account)
          yield* connection.query("UPDATE account SET agreement = ? WHERE number = ?", agreement, account)
          if (agreement === "ended") yield* closeOpen(account)
        })
      ),
    claim: (account, alias) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const { query } = connection
          yield* within(connection).heldAccount(account)
          const claimed = yield* query(
            "INSERT INTO alias (alias, account) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING alias",
            alias,
            account
          )
          if (claimed.length === 0) return false
          yield* query("UPDATE account SET alias = ? WHERE number = ?", alias, account)
          return true
        })
      ),
    named: (alias) =>
      Effect.gen(function* () {
        const found = yield* reading.one<{ readonly account: number }>(
          "SELECT account FROM alias WHERE alias = ?",
          alias
        )
        if (found === undefined) return { account: undefined, credentials: [] }
        const rows = yield* read<CredentialRow>(
          `SELECT ${credentialColumns} FROM phone p JOIN credential c ON c.phone = p.number ` +
            "WHERE p.account = ? AND c.alias = ? ORDER BY c.number",
          found.account,
          alias
        )
        return { account: found.account, credentials: rows.map(credentialOf) }
      }),
    aliasOf: (number) =>
      Effect.map(
        reading.one<{ readonly alias: string | null }>("SELECT alias FROM account WHERE number = ?", number),
        (row) => row?.alias ?? undefined
      ),

    register: (account) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const { heldAccount, nextNumber } = within(connection)
          yield* heldAccount(account)
          const number = yield* nextNumber("phone")
          yield* connection.query(
            "INSERT INTO phone (number, account, authenticated) VALUES (?, ?, 0)",
            number,
            account
          )
          return number
        })
      ),
    authenticated: (number) =>
      transaction((connection) =>
        Effect.gen(function* () {
          yield* within(connection).heldPhone(number)
          yield* connection.query("UPDATE phone SET authenticated = 1 WHERE number = ?", number)
        })
      ),
    phone: (number) => reading.phone(number),
    issue: (phone, draft, decide) => transaction((connection) => within(connection).issue(phone, draft, decide)),
    restate: (number, decide, closes) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const { closeOpen, heldPhone, restate } = within(connection)
          const { account, credentials } = yield* heldPhone(number)
          yield* restate(credentials, decide(credentials.map(({ status }) => status)))
          if (closes) yield* closeOpen(account, number)
        })
      ),
    drawnFor: (code) =>
      Effect.map(
        read<CredentialRow & { readonly account: number }>(
          `SELECT ${credentialColumns}, p.account FROM drawn d JOIN credential c ON c.number = d.credential ` +
            "JOIN phone p ON p.number = c.phone WHERE d.code = ? ORDER BY c.number",
          code
        ),
        namedBy
      ),
    liveFrom: (number) =>
      Effect.map(
        read<CredentialRow>(
          `SELECT ${credentialColumns} FROM credential c WHERE c.number >= ? AND ${isLive} ORDER BY c.number`,
          number
        ),
        (rows) => rows.map(credentialOf)
      ),
    stillLive: (numbers) =>
      numbers.length === 0
        ? Effect.succeed(namedBy([]))
        : Effect.map(
            read<CredentialRow & { readonly account: number }>(
              `SELECT ${credentialColumns}, p.account FROM credential c JOIN phone p ON p.number = c.phone ` +
                `WHERE c.number IN (${placesFor(numbers)}) AND ${isLive} ORDER BY c.number`,
              ...numbers
            ),
            namedBy
          ),

    settle: (asked, deciding) => transaction((connection) => within(connection).settle(asked, deciding)),
    change: (number, now, decide, refund) =>
      transaction((connection) => within(connection).change(number, now, decide, refund)),
    authenticate: (number, now, decide) =>
      transaction((connection) => within(connection).authenticate(number, now, decide)),
    order: (number) => reading.order(number),
    challengeOf: ({ merchant, order }) =>
      Effect.map(
        reading.one<ChallengeRow>(
          `SELECT ${challengeColumns} FROM challenge WHERE merchant = ? AND number = ?`,
          merchant,
          order
        ),
        (row) => row && challengeOf(row)
      ),
    challengeWith: (nonce) =>
      Effect.map(
        reading.one<ChallengeRow>(`SELECT ${challengeColumns} FROM challenge WHERE nonce = ?`, nonce),
        (row) => row && challengeOf(row)
      ),
    unsent: (most) =>
      Effect.map(
        read<Pick<ChallengeRow, "merchant" | "number">>(
          "SELECT c.merchant, c.number FROM challenge c JOIN orders o ON o.merchant = c.merchant AND o.number = c.number " +
            "WHERE c.sent = 0 AND o.status = 'open' ORDER BY o.at LIMIT ?",
          most
        ),
        (rows) => rows.map(({ merchant, number }) => ({ merchant, order: number }))
      ),
    sent: ({ merchant, order }) =>
      transaction(({ query }) =>
        Effect.asVoid(query("UPDATE challenge SET sent = 1 WHERE merchant = ? AND number = ?", merchant, order))
      ),
    openOrdersOf: (account) =>
      Effect.map(
        read<OrderRow>(
          `SELECT ${orderColumns} FROM orders WHERE status = 'open' AND payer = ? ORDER BY at, merchant, number`,
          account
        ),
        (rows) => rows.map((row) => rowOf(row, []))
      ),
    openSince: (at, most) =>
      Effect.map(
        read<Pick<OrderRow, "merchant" | "number">>(
          "SELECT merchant, number FROM orders WHERE status = 'open' AND at <= ? ORDER BY at LIMIT ?",
          at,
          most
        ),
        (rows) => rows.map(({ merchant, number }) => ({ merchant, order: number }))
      ),
    movements: (account) =>
      Effect.map(
        read<{
          readonly kind: Kind
          readonly merchant: string
          readonly number: string
          readonly amount: number
        }>("SELECT kind, merchant, number, amount FROM movement WHERE account = ? ORDER BY id", account),
        (rows) => rows.map(({ amount, kind, merchant, number }) => ({ kind, account, merchant, order: number, amount }))
      ),
    spent: reading.spentOn,

    countPassword: (account, day, mayAnswer) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const { countWrong, wrongOn } = within(connection)
          const subject = passwordSubject(account)
          yield* connection.lock(subject)
          const wrong = yield* wrongOn(day, subject)
          if (!mayAnswer(wrong)) return undefined
          yield* countWrong(day, subject)
          return wrong
        })
      ),
    forgivePassword: (account, day) =>
      transaction((connection) => Effect.asVoid(within(connection).forgiveWrong(day, passwordSubject(account)))),

    keep: (name, key) =>
      transaction(({ query }) =>
        Effect.gen(function* () {
          yield* query(
            "INSERT INTO secret_key (name, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
            name,
            Redacted.value(key)
          )
          const kept = yield* query<{ readonly bytes: Uint8Array }>("SELECT bytes FROM secret_key WHERE name = ?", name)
          return Redacted.make(new Uint8Array(kept[0]!.bytes))
        })
      ),
    keyOf: (name) =>
      Effect.map(
        reading.one<{ readonly bytes: Uint8Array }>("SELECT bytes FROM secret_key WHERE name = ?", name),
        (row) => row && Redacted.make(new Uint8Array(row.bytes))
      ),
    once: (name, nonce, until) =>
      transaction(({ query }) =>
        Effect.map(
          query(
            "INSERT INTO nonce (name, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING nonce",
            name,
            nonce,
            until
          ),
          (added) => added.length === 1
        )
      ),

    entitle: (merchant, name) =>
      transaction(({ lock, query }) =>
        Effect.gen(function* () {
          yield* lock("names of merchants")
          const owners = yield* query<{ readonly merchant: string }>(
            "SELECT merchant FROM merchant WHERE name = ?",
            name
          )
          if (owners.some((owner) => owner.merchant !== merchant)) return false
          yield* query(
            "INSERT INTO merchant (merchant, name) VALUES (?, ?) ON CONFLICT (merchant) DO UPDATE SET name = excluded.name",
            merchant,
            name
          )
          return true
        })
      ),
    nameOf: (merchant) =>
      Effect.map(
        reading.one<{ readonly name: string }>("SELECT name FROM merchant WHERE merchant = ?", merchant),
        (row) => row?.name
      ),
    subscribe: (merchant, url) =>
      transaction(({ query }) =>
        Effect.asVoid(
          url === undefined
            ? query("DELETE FROM subscription WHERE merchant = ?", merchant)
            : query(
                "INSERT INTO subscription (merchant, url) VALUES (?, ?) ON CONFLICT (merchant) DO UPDATE SET url = excluded.url",
                merchant,
                url
              )
        )
      ),
    due: (now, lease, most) =>
      transaction(({ lock, query }) =>
        Effect.gen(function* () {
          yield* lock("notices")
          const due = yield* query<{
            readonly merchant: string
            readonly number: string
            readonly amount: number
            readonly attempts: number
            readonly url: string
          }>(
            "SELECT n.merchant, n.number, n.amount, n.attempts, s.url FROM notice n " +
              "JOIN subscription s ON s.merchant = n.merchant WHERE n.due <= ? ORDER BY n.due LIMIT ?",
            now,
            most
          )
          for (const { merchant, number } of due) {
            yield* query(
              "UPDATE notice SET due = ?, attempts = attempts + 1 WHERE merchant = ? AND number = ?",
              now + lease,
              merchant,
              number
            )
          }
          return due.map(({ amount, attempts, merchant, number, url }) => ({
            merchant,
            order: number,
            amount,
            url,
            attempts
          }))
        })
      ),
    noticed: ({ merchant, order }) =>
      transaction(({ query }) =>
        Effect.asVoid(query("DELETE FROM notice WHERE merchant = ? AND number = ?", merchant, order))
      ),
    postpone: ({ merchant, order }, at) =>
      transaction(({ query }) =>
        Effect.asVoid(query("UPDATE notice SET due = ? WHERE merchant = ? AND number = ?", at, merchant, order))
      ),
    pending: Effect.map(
      reading.one<{ readonly count: number }>("SELECT COUNT(*) AS count FROM notice"),
      (row) => row?.count ?? 0
    ),

    tidy: (now, today) =>
      transaction(({ query }) =>
        Effect.gen(function* () {
          yield* query("DELETE FROM nonce WHERE until < ?", now)
          yield* query("DELETE FROM wrong WHERE day < ?", today)
        })
      )
  }
}
