/**
 * Ledger: what the provider remembers, in the tables of a database. It decides nothing: it hands the facts to a decision,
 * and writes what the decision says, both in one transaction.
 *
 * A decision is a pure function, so a transaction that has lost a race runs it again, on the new facts. A transaction
 * holds what it looks at: first the order number, then the terminal, then the accounts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Agreement, Status } from "../model/Enrollment.ts"
import type { Answer, OrderRecord, Status as OrderStatus } from "../model/Order.ts"
import type { Reason } from "../model/Refusal.ts"
import type { Change } from "../model/Settlement.ts"
import type { Asked, Candidate, Decision, Facts, Standing } from "../model/Verification.ts"
import { type Connection, Database, type Unavailable } from "./Database.ts"
import type * as Password from "./Password.ts"
import * as Sqlite from "./Sqlite.ts"
import type * as TokenSource from "./TokenSource.ts"

/** An account as it is brought in: its balance in minor units, and what its owner's payment password is known by. */
export interface Opening {
  readonly balance: number
  readonly password: Password.Verifier
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

/** A notice that is due: that an order was debited, told to whoever its merchant has named. */
export interface DueNotice extends OrderNumber {
  readonly amount: number
  readonly url: string
  /** How often it was tried. */
  readonly attempts: number
}

/** What the ledger does with its database: answer, or say that it cannot. */
type Kept<A> = Effect.Effect<A, Unavailable>

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
    /** The orders of an account that are open. */
    readonly openOrdersOf: (account: number) => Kept<ReadonlyArray<Row>>
    /** The orders that are open since an instant or before, in seconds, earliest first: so many of them at most. */
    readonly openSince: (at: number, most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** What moved on an account, earliest first. */
    readonly movements: (account: number) => Kept<ReadonlyArray<Movement>>
    /** What was accepted of an account on a provider day, as the limits count it. */
    readonly spent: (account: number, day: number) => Kept<Pick<Standing, "free" | "all">>

    /** How many wrong passwords were given for an account on a provider day. */
    readonly wrongPasswords: (account: number, day: number) => Kept<number>
    /** Counts a wrong password. */
    readonly wrongPassword: (account: number, day: number) => Kept<void>

    /** Keeps a key under a name; the first that it is given stays. Answers the one kept. */
    readonly keep: (name: string, key: Key) => Kept<Key>
    /** The key that is kept under a name; undefined where none is. */
    readonly keyOf: (name: string) => Kept<Key | undefined>
    /**
     * Whether a nonce is new among those used with a key, and from now on it is not. It is remembered until an instant,
     * in seconds.
     */
    readonly once: (name: string, nonce: string, until: number) => Kept<boolean>

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

// ---------------------------------------------------------------------------------------------------------------------
// Rows
// ---------------------------------------------------------------------------------------------------------------------

interface AccountRow {
  readonly agreement: Agreement
  readonly balance: number
  readonly reserved: number
  readonly password: string
}

interface CredentialRow {
  readonly number: number
  readonly phone: number
  readonly status: Status
  readonly prefix: string
  readonly alias: string
  readonly secret: string
  readonly issued_at: number
}

interface OrderRow {
  readonly merchant: string
  readonly number: string
  readonly status: OrderStatus
  readonly reason: Reason | null
  readonly amount: number | null
  readonly payer: number | null
  readonly code: string
  readonly at: number
  readonly refunded: number
  readonly phone: number | null
  readonly free: number
  readonly day: number | null
  readonly debited: number
}

const credentialColumns = "c.number, c.phone, c.status, c.prefix, c.alias, c.secret, c.issued_at"

const orderColumns = "merchant, number, status, reason, amount, payer, code, at, refunded, phone, free, day, debited"

const writtenSecret = (secret: TokenSource.Secret): string =>
  secret._tag === "Seed"
    ? JSON.stringify({ seed: Buffer.from(Redacted.value(secret.seed)).toString("base64") })
    : JSON.stringify({ codes: Redacted.value(secret.codes).map(({ revealed, scanned }) => [scanned, revealed]) })

const readSecret = (written: string): TokenSource.Secret => {
  const secret = JSON.parse(written) as
    | { readonly seed: string }
    | { readonly codes: ReadonlyArray<readonly [scanned: string, revealed: string]> }
  return "seed" in secret
    ? { _tag: "Seed", seed: Redacted.make(new Uint8Array(Buffer.from(secret.seed, "base64"))) }
    : {
        _tag: "Drawn",
        codes: Redacted.make(secret.codes.map(([scanned, revealed]) => ({ scanned, revealed })))
      }
}

const credentialOf = ({ alias, issued_at, number, phone, prefix, secret, status }: CredentialRow): Credential => ({
  number,
  phone,
  status,
  prefix,
  alias,
  secret: readSecret(secret),
  issuedAt: issued_at
})

const rowOf = (row: OrderRow, refunds: ReadonlyArray<string>): Row => ({
  merchant: row.merchant,
  order: row.number,
  status: row.status,
  reason: row.reason ?? undefined,
  amount: row.amount ?? undefined,
  payer: row.payer ?? undefined,
  code: row.code,
  at: row.at,
  refunded: row.refunded,
  phone: row.phone ?? undefined,
  free: row.free === 1,
  day: row.day ?? undefined,
  refunds,
  debited: row.debited === 1
})

const flag = (is: boolean): 0 | 1 => (is ? 1 : 0)

const tombstone = { reason: undefined, amount: undefined, payer: undefined, code: "", refunded: 0 } as const
const untaken = { phone: undefined, free: false, day: undefined, refunds: [], debited: false } as const

/** The digits that were drawn for a credential, none twice. */
const digitsOf = ({ secret }: Draft): ReadonlySet<string> =>
  new Set(
    secret._tag === "Drawn" ? Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed]) : []
  )

// ---------------------------------------------------------------------------------------------------------------------
// What a transaction holds
// ---------------------------------------------------------------------------------------------------------------------

// A merchant chooses its order numbers freely: no two pairs may come to the same subject.
const orderSubject = ({ merchant, order }: OrderNumber): string => JSON.stringify(["order", merchant, order])
const terminalSubject = ({ merchant, terminal }: Query): string => JSON.stringify(["terminal", merchant, terminal])
const accountSubject = (account: number): string => JSON.stringify(["account", account])

/** What is numbered from 0 on is numbered by one transaction at a time. */
const numbering = JSON.stringify(["numbers"])

/** What wrong codes and wrong passwords are counted under. */
const aliasSubject = (account: number): string => JSON.stringify(["alias", account])
const passwordSubject = (account: number): string => JSON.stringify(["password", account])

// ---------------------------------------------------------------------------------------------------------------------
// Transactions
// ---------------------------------------------------------------------------------------------------------------------

/** What an account has accepted on a day. */
type Spent = Pick<Standing, "free" | "all">

const unspent: Spent = { free: { sum: 0, count: 0 }, all: 0 }

/** A candidate, with what is written when it pays. */
interface Found extends Candidate {
  readonly reading: Reading
  readonly phone: number
  readonly status: Status
  readonly lastDay: number
}

/** What can happen within a transaction, over the connection that it has. */
const steps = ({ lock, query }: Connection) => {
  const one = <A extends object>(...asked: Parameters<typeof query>): Kept<A | undefined> =>
    Effect.map(query<A>(...asked), ([row]) => row)

  const phone = Effect.fnUntraced(function* (number: number) {
    const found = yield* one<{ readonly account: number; readonly authenticated: number }>(
      "SELECT account, authenticated FROM phone WHERE number = ?",
      number
    )
    if (found === undefined) {
      return yield* Effect.die(new Error(`phone: expected one that was registered, found ${number}`))
    }
    const credentials = yield* query<CredentialRow>(
      `SELECT ${credentialColumns} FROM credential c WHERE c.phone = ? ORDER BY c.number`,
      number
    )
    return {
      account: found.account,
      authenticated: found.authenticated === 1,
      credentials: credentials.map(credentialOf)
    }
  })

  /** A phone, whose account the transaction holds. */
  const heldPhone = Effect.fnUntraced(function* (number: number) {
    const { account } = yield* phone(number)
    yield* lock(accountSubject(account))
    return yield* phone(number)
  })

  const account = (number: number): Kept<AccountRow | undefined> =>
    one<AccountRow>("SELECT agreement, balance, reserved, password FROM account WHERE number = ?", number)

  const neededAccount = Effect.fnUntraced(function* (number: number) {
    const found = yield* account(number)
    return found ?? (yield* Effect.die(new Error(`account: expected one that was opened, found ${number}`)))
  })

  /** Holds an account that is there. */
  const heldAccount = (number: number): Kept<AccountRow> =>
    Effect.andThen(lock(accountSubject(number)), neededAccount(number))

  /** Puts the credentials of a phone where a decision says that they stand. */
  const restate = Effect.fnUntraced(function* (
    held: ReadonlyArray<Pick<Credential, "number" | "status">>,
    statuses: ReadonlyArray<Status>
  ) {
    for (const [generation, { number, status }] of held.entries()) {
      const next = statuses[generation]!
      if (next !== status) yield* query("UPDATE credential SET status = ? WHERE number = ?", next, number)
    }
  })

  // -- what counts --

  const spentOn = (account: number, day: number): Kept<Spent> =>
    Effect.map(
      one<{ readonly free_sum: number; readonly free_count: number; readonly total: number }>(
        "SELECT free_sum, free_count, total FROM spent WHERE account = ? AND day = ?",
        account,
        day
      ),
      (row) => (row === undefined ? unspent : { free: { sum: row.free_sum, count: row.free_count }, all: row.total })
    )

  /** Counts an accepted order towards its day, or takes it from there again. */
  const count = ({ amount = 0, day, free, payer }: Row, times: 1 | -1): Kept<unknown> =>
    day === undefined || payer === undefined
      ? Effect.void
      : query(
          "INSERT INTO spent (account, day, free_sum, free_count, total) VALUES (?, ?, ?, ?, ?) " +
            "ON CONFLICT (account, day) DO UPDATE SET free_sum = spent.free_sum + excluded.free_sum, " +
            "free_count = spent.free_count + excluded.free_count, total = spent.total + excluded.total",
          payer,
          day,
          free ? times * amount : 0,
          free ? times : 0,
          times * amount
        )

  /** What a payment, a refund or a reversal does to an account: to its balance, to what it reserves, and to its last day. */
  const changeAccount = (account: number, balance: number, reserved: number, day: number): Kept<unknown> =>
    query(
      "UPDATE account SET balance = balance + ?, reserved = reserved + ?, " +
        "last_day = CASE WHEN last_day < ? THEN ? ELSE last_day END WHERE number = ?",
      balance,
      reserved,
      day,
      day,
      account
    )

  const noDay = -1

  const recordMovement = (
    kind: Kind,
    account: number,
    { merchant, order }: OrderNumber,
    amount: number
  ): Kept<unknown> =>
    query(
      "INSERT INTO movement (kind, account, merchant, number, amount) VALUES (?, ?, ?, ?, ?)",
      kind,
      account,
      merchant,
      order,
      amount
    )

  /** The order was debited: who subscribed to its merchant's notices is to be told. */
  const giveNotice = ({ merchant, order }: OrderNumber, amount: number, now: number): Kept<unknown> =>
    query(
      "INSERT INTO notice (merchant, number, amount, due, attempts) " +
        "SELECT merchant, ?, ?, ?, 0 FROM subscription WHERE merchant = ?",
      order,
      amount,
      now,
      merchant
    )

  // -- orders --

  const order = Effect.fnUntraced(function* ({ merchant, order: number }: OrderNumber) {
    const row = yield* one<OrderRow>(
      `SELECT ${orderColumns} FROM orders WHERE merchant = ? AND number = ?`,
      merchant,
      number
    )
    if (row === undefined) return undefined
    const refunds =
      row.refunded === 0
        ? []
        : yield* query<{ readonly refund: string }>(
            "SELECT refund FROM refund WHERE merchant = ? AND number = ?",
            merchant,
            number
          )
    return rowOf(
      row,
      refunds.map(({ refund }) => refund)
    )
  })

  /** An order that the transaction holds, and the account of its payer: which stays, whoever else waits for it. */
  const heldOrder = Effect.fnUntraced(function* (number: OrderNumber) {
    yield* lock(orderSubject(number))
    const before = yield* order(number)
    if (before?.payer === undefined) return before
    yield* lock(accountSubject(before.payer))
    return yield* order(number)
  })

  const write = (row: Row): Kept<unknown> =>
    query(
      `INSERT INTO orders (${orderColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ` +
        "ON CONFLICT (merchant, number) DO UPDATE SET status = excluded.status, reason = excluded.reason, " +
        "amount = excluded.amount, payer = excluded.payer, code = excluded.code, at = excluded.at, " +
        "refunded = excluded.refunded, phone = excluded.phone, free = excluded.free, day = excluded.day, " +
        "debited = excluded.debited",
      row.merchant,
      row.order,
      row.status,
      row.reason ?? null,
      row.amount ?? null,
      row.payer ?? null,
      row.code as string,
      row.at,
      row.refunded,
      row.phone ?? null,
      flag(row.free),
      row.day ?? null,
      flag(row.debited)
    )

  /** Takes back an order that was accepted: what is open is released, and it counts no more. */
  const release = Effect.fnUntraced(function* (row: Row) {
    if (row.status === "open" && row.payer !== undefined) {
      yield* changeAccount(row.payer, 0, -(row.amount ?? 0), noDay)
    }
    if (row.status === "open" || row.status === "paid") yield* count(row, -1)
  })

  /** Closes the open orders of an account that rest on what has ended: all, or those of a phone. The account is held. */
  const closeOpen = Effect.fnUntraced(function* (account: number, phone?: number) {
    const open = yield* query<OrderRow>(
      `SELECT ${orderColumns} FROM orders WHERE status = 'open' AND payer = ?`,
      account
    )
    for (const each of open) {
      if (phone !== undefined && each.phone !== phone) continue
      const row = rowOf(each, [])
      yield* release(row)
      yield* write({ ...row, status: "closed" })
    }
  })

  // -- pay requests --

  /** The account of a credential, which never changes. */
  const payerOf = (credential: number): Kept<number> =>
    Effect.map(
      one<{ readonly account: number }>(
        "SELECT p.account FROM credential c JOIN phone p ON p.number = c.phone WHERE c.number = ?",
        credential
      ),
      (row) => row!.account
    )

  /** A candidate; undefined where its credential has ended since the code was read. */
  const candidateOf = Effect.fnUntraced(function* (reading: Reading, { accepts, dayOf }: Deciding) {
    const { credential, positions, revealed } = reading
    const found = (yield* one<{
      readonly payer: number
      readonly agreement: Agreement
      readonly balance: number
      readonly reserved: number
      readonly last_day: number
      readonly phone: number
      readonly status: Status
      readonly last: number | null
    }>(
      "SELECT a.number AS payer, a.agreement, a.balance, a.reserved, a.last_day, c.phone, c.status, " +
        "(SELECT MAX(b.position) FROM burned b WHERE b.credential = c.number) AS last " +
        "FROM credential c JOIN phone p ON p.number = c.phone JOIN account a ON a.number = p.account WHERE c.number = ?",
      credential
    ))!
    if (!accepts(found.status)) return undefined
    const burned = yield* query<{ readonly position: number }>(
      "SELECT position FROM burned WHERE credential = ? AND revealed = ? AND position BETWEEN ? AND ?",
      credential,
      flag(revealed),
      positions[0]!,
      positions.at(-1)!
    )
    const { agreement, balance, last, last_day: lastDay, payer, phone, reserved, status } = found
    const spent = yield* spentOn(payer, dayOf(lastDay, positions[0]!))
    const candidate: Found = {
      payer,
      matches: positions.map((position) => ({
        position,
        burned: burned.some((match) => match.position === position)
      })),
      revealed,
      last: last ?? undefined,
      standing: { agreement, ...spent, available: balance - reserved, authenticated: false },
      reading,
      phone,
      status,
      lastDay
    }
    return candidate
  })

  const wrongOn = (day: number, subject: string): Kept<number> =>
    Effect.map(
      one<{ readonly count: number }>("SELECT count FROM wrong WHERE day = ? AND subject = ?", day, subject),
      (row) => row?.count ?? 0
    )

  const countWrong = (day: number, subject: string): Kept<unknown> =>
    query(
      "INSERT INTO wrong (day, subject, count) VALUES (?, ?, 1) " +
        "ON CONFLICT (day, subject) DO UPDATE SET count = wrong.count + 1",
      day,
      subject
    )

  const gather = Effect.fnUntraced(function* (asked: Query, deciding: Deciding) {
    const payers: Array<number> = asked.named === undefined ? [] : [asked.named]
    for (const { credential } of asked.readings) payers.push(yield* payerOf(credential))
    yield* lock(orderSubject(asked))
    yield* lock(terminalSubject(asked))
    if (payers.length > 0) yield* lock(...new Set(payers.map(accountSubject)))
    const record = yield* order(asked)
    const fromTerminal = yield* wrongOn(asked.today, terminalSubject(asked))
    const underAlias = asked.named === undefined ? 0 : yield* wrongOn(asked.today, aliasSubject(asked.named))
    const candidates: Array<Found> = []
    for (const reading of asked.readings) {
      const candidate = yield* candidateOf(reading, deciding)
      if (candidate !== undefined) candidates.push(candidate)
    }
    return {
      record,
      predates: false,
      throttled: deciding.throttles(fromTerminal, underAlias),
      // The same digits are the same payer's for ever: a request sent again is answered as it was, whatever its alias has
      // come to name since.
      payer: record?.code === asked.code ? record.payer : asked.named,
      candidates
    } satisfies Facts
  })

  /** Writes what an attempt does to its credential, whatever it comes to. */
  const attempted = Effect.fnUntraced(function* (
    { phone: number, reading: { credential, revealed }, status }: Found,
    { burns }: Decision,
    { confirmed }: Deciding
  ) {
    for (const { position } of burns) {
      yield* query(
        "INSERT INTO burned (credential, revealed, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        credential,
        flag(revealed),
        position
      )
    }
    if (status !== "pending") return
    const { credentials } = yield* phone(number)
    const generation = credentials.findIndex((held) => held.number === credential)
    yield* restate(
      credentials,
      confirmed(
        credentials.map((held) => held.status),
        generation
      )
    )
  })

  const settle = Effect.fnUntraced(function* (asked: Query, deciding: Deciding) {
    const { amount, code, merchant, named, now, order: number, today } = asked
    const facts = yield* gather(asked, deciding)
    const decision = deciding.decide(facts)
    const { answer, candidate, fresh, recorded } = decision
    if (!fresh) return decision
    const found = candidate === undefined ? undefined : facts.candidates[candidate]
    if (answer === "CODE_INVALID") {
      yield* countWrong(today, terminalSubject(asked))
      if (named !== undefined) yield* countWrong(today, aliasSubject(named))
    }
    if (found !== undefined) yield* attempted(found, decision, deciding)
    const accepted = answer === "PAID" || answer === "OPEN" ? found : undefined
    const isPaid = answer === "PAID"
    const row: Row = {
      merchant,
      order: number,
      status: isPaid ? "paid" : answer === "OPEN" ? "open" : "refused",
      reason: accepted === undefined ? (answer as Reason) : undefined,
      amount,
      payer: accepted === undefined ? named : accepted.payer,
      code,
      at: now,
      refunded: 0,
      phone: accepted?.phone,
      free: isPaid,
      day: accepted && deciding.dayOf(accepted.lastDay, accepted.reading.positions[0]!),
      refunds: [],
      debited: isPaid
    }
    if (accepted !== undefined) {
      yield* count(row, 1)
      yield* changeAccount(accepted.payer, isPaid ? -amount : 0, isPaid ? 0 : amount, row.day ?? noDay)
      if (isPaid) {
        yield* recordMovement("payment", accepted.payer, row, amount)
        yield* giveNotice(row, amount, now)
      }
    }
    if (recorded) yield* write(row)
    return decision
  })

  const change = Effect.fnUntraced(function* (
    number: OrderNumber,
    now: number,
    decide: (row: Row | undefined) => Change,
    refund?: string
  ) {
    const row = yield* heldOrder(number)
    const decided = decide(row)
    const { returns, status } = decided
    if (status === undefined) return decided
    // An order number that stands for no payment is that of a reversal which came first.
    if (row?.amount === undefined) {
      yield* write({ ...number, ...tombstone, ...untaken, status, at: row?.at ?? now })
      return decided
    }
    if (row.payer !== undefined && returns !== 0) {
      yield* changeAccount(row.payer, returns, 0, noDay)
      yield* recordMovement(refund === undefined ? "reversal" : "refund", row.payer, row, returns)
    }
    if (refund !== undefined) {
      // Without its clause a refund can be made again under its number.
      yield* query(
        "INSERT INTO refund (merchant, number, refund) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        number.merchant,
        number.order,
        refund
      )
      yield* write({ ...row, status, refunded: row.refunded + returns })
      return decided
    }
    yield* release(row)
    yield* write({ ...row, status })
    return decided
  })

  const authenticate = Effect.fnUntraced(function* (
    number: OrderNumber,
    now: number,
    decide: (row: Row | undefined) => Answer
  ) {
    const row = yield* heldOrder(number)
    const answer = decide(row)
    if (answer !== "PAID" || row?.payer === undefined) return answer
    const amount = row.amount ?? 0
    yield* changeAccount(row.payer, -amount, row.status === "open" ? -amount : 0, noDay)
    yield* recordMovement("payment", row.payer, row, amount)
    yield* giveNotice(row, amount, now)
    yield* write({ ...row, status: "paid", debited: true })
    return answer
  })

  /** The next number of accounts, phones or credentials. */
  const nextNumber = Effect.fnUntraced(function* (table: "account" | "phone" | "credential") {
    yield* lock(numbering)
    return (yield* one<{ readonly next: number }>(`SELECT COALESCE(MAX(number) + 1, 0) AS next FROM ${table}`))!.next
  })

  const issue = Effect.fnUntraced(function* (
    number: number,
    draft: Draft,
    decide: (phone: Phone, agreement: Agreement) => Result.Result<ReadonlyArray<Status>, Reason>
  ) {
    const held = yield* heldPhone(number)
    const { agreement } = yield* heldAccount(held.account)
    const decided = decide(held, agreement)
    if (Result.isFailure(decided)) return Result.fail(decided.failure)
    const statuses = decided.success
    yield* restate(held.credentials, statuses)
    const last = held.credentials.at(-1)
    if (last !== undefined && statuses.length === held.credentials.length) {
      return Result.succeed<Credential>({ ...last, status: statuses.at(-1)! })
    }
    const credential: Credential = {
      ...draft,
      number: yield* nextNumber("credential"),
      phone: number,
      status: statuses.at(-1)!
    }
    yield* query(
      "INSERT INTO credential (number, phone, status, prefix, alias, secret, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      credential.number,
      number,
      credential.status,
      draft.prefix,
      draft.alias,
      writtenSecret(draft.secret),
      draft.issuedAt
    )
    for (const code of digitsOf(draft)) {
      yield* query("INSERT INTO drawn (code, credential) VALUES (?, ?)", code, credential.number)
    }
    return Result.succeed(credential)
  })

  return {
    one,
    phone,
    account,
    neededAccount,
    heldAccount,
    heldPhone,
    restate,
    spentOn,
    order,
    closeOpen,
    wrongOn,
    countWrong,
    settle,
    change,
    authenticate,
    nextNumber,
    issue
  }
}

/** The steps of each connection, made once: SQLite has the same connection for every transaction. */
const known = new WeakMap<Connection, ReturnType<typeof steps>>()

const within = (connection: Connection): ReturnType<typeof steps> => {
  const before = known.get(connection)
  if (before !== undefined) return before
  const made = steps(connection)
  known.set(connection, made)
  return made
}

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
    open: ({ balance, password }) =>
      transaction((connection) =>
        Effect.gen(function* () {
          const number = yield* within(connection).nextNumber("account")
          yield* connection.query(
            "INSERT INTO account (number, agreement, balance, reserved, password, last_day) VALUES (?, 'none', ?, 0, ?, -1)",
            number,
            balance,
            Redacted.value(password)
          )
          return number
        })
      ),
    account: (number) =>
      Effect.map(reading.neededAccount(number), (row) => ({ ...row, password: Redacted.make(row.password) })),
    passwordOf: (number) => Effect.map(reading.account(number), (row) => row && Redacted.make(row.password)),
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
    openOrdersOf: (account) =>
      Effect.map(
        read<OrderRow>(`SELECT ${orderColumns} FROM orders WHERE status = 'open' AND payer = ? ORDER BY at`, account),
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

    wrongPasswords: (account, day) => reading.wrongOn(day, passwordSubject(account)),
    wrongPassword: (account, day) =>
      transaction((connection) => Effect.asVoid(within(connection).countWrong(day, passwordSubject(account)))),

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
