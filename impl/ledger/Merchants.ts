/** Merchants: their registered names and their terminals, where they have notices sent, and the notices that were not taken yet. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Names } from "../credentials/Credentials.ts"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import type { DueNotice, OrderNumber, Waiting } from "./Records.ts"
import * as Subjects from "./Subjects.ts"

/** The merchants of a ledger. */
export class Merchants extends Context.Service<
  Merchants,
  {
    /**
     * Registers the name of a merchant, in the place of the one before. False where it is another's, or looks like it
     * (`Names.skeleton`): nothing changes.
     */
    readonly entitle: (merchant: string, name: string) => Kept<boolean>
    /** The registered name of a merchant; undefined where it has none. */
    readonly nameOf: (merchant: string) => Kept<string | undefined>
    /** Enlists a terminal of a merchant, once or again. False where the merchant has as many others as it may. */
    readonly enlistTerminal: (merchant: string, terminal: string, most: number) => Kept<boolean>
    /** Whether a merchant has enlisted a terminal. */
    readonly hasTerminal: (merchant: string, terminal: string) => Kept<boolean>
    /** A merchant has its notices sent to a URL from now on, or no more. */
    readonly subscribe: (merchant: string, url: string | undefined) => Kept<void>
    /** The merchants with notices that are due, and where these are sent. */
    readonly waiting: (now: number) => Kept<ReadonlyArray<Waiting>>
    /** Those of a merchant that are due, earliest first, so many at most. Nobody else gets them until `until`. */
    readonly lease: (merchant: string, now: number, until: number, most: number) => Kept<ReadonlyArray<DueNotice>>
    /** A notice was taken. */
    readonly noticed: (number: OrderNumber) => Kept<void>
    /** A notice was tried and not taken, and is due again at an instant. */
    readonly postpone: (number: OrderNumber, at: number) => Kept<void>
    /**
     * Gives up notices of what was paid before an instant, the oldest first, so many at most, and answers which. It stands in the
     * ledger that they were; they are never due again.
     */
    readonly expire: (before: number, now: number, most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** How many notices have not been taken, and are not given up. */
    readonly pending: Kept<number>
  }
>()("paycode/impl/ledger/Merchants") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Merchants, never, Database> = Layer.effect(
    Merchants,
    Effect.map(Database, (database) => make(database))
  )
}

const entitle = Effect.fnUntraced(function* ({ lock, query }: Connection, merchant: string, name: string) {
  yield* lock(Subjects.names)
  const skeleton = Names.skeleton(name)
  // A version before wrote none: what such a name looks like is seen now.
  const alike = (yield* query<{ readonly merchant: string; readonly name: string }>(
    "SELECT merchant, name FROM merchant WHERE merchant <> ? AND (skeleton = ? OR skeleton IS NULL)",
    merchant,
    skeleton
  )).filter((other) => Names.skeleton(other.name) === skeleton)
  if (alike.length > 0) return false
  yield* query(
    "INSERT INTO merchant (merchant, name, skeleton) VALUES (?, ?, ?) " +
      "ON CONFLICT (merchant) DO UPDATE SET name = excluded.name, skeleton = excluded.skeleton",
    merchant,
    name,
    skeleton
  )
  return true
})

const nameOf = (reader: Reader, merchant: string): Kept<string | undefined> =>
  Effect.map(
    one<{ readonly name: string }>(reader, "SELECT name FROM merchant WHERE merchant = ?", merchant),
    (row) => row?.name
  )

const hasTerminal = (reader: Reader, merchant: string, terminal: string): Kept<boolean> =>
  Effect.map(
    one(reader, "SELECT 1 AS found FROM terminal WHERE merchant = ? AND name = ?", merchant, terminal),
    (row) => row !== undefined
  )

const enlistTerminal = Effect.fnUntraced(function* (
  connection: Connection,
  merchant: string,
  terminal: string,
  most: number
) {
  yield* connection.lock(Subjects.terminals(merchant))
  if (yield* hasTerminal(connection, merchant, terminal)) return true
  const found = yield* one<{ readonly count: number }>(
    connection,
    "SELECT COUNT(*) AS count FROM terminal WHERE merchant = ?",
    merchant
  )
  if (Number(found?.count ?? 0) >= most) return false
  yield* connection.query("INSERT INTO terminal (merchant, name) VALUES (?, ?)", merchant, terminal)
  return true
})

const subscribe = ({ query }: Connection, merchant: string, url: string | undefined): Kept<void> =>
  Effect.asVoid(
    url === undefined
      ? query("DELETE FROM subscription WHERE merchant = ?", merchant)
      : query(
          "INSERT INTO subscription (merchant, url) VALUES (?, ?) ON CONFLICT (merchant) DO UPDATE SET url = excluded.url",
          merchant,
          url
        )
  )

// ---------------------------------------------------------------------------------------------------------------------
// Notices
// ---------------------------------------------------------------------------------------------------------------------

/** An order was debited: who subscribed to its merchant's notices is to be told. */
export const giveNotice = (
  { query }: Connection,
  { amount, merchant, order }: OrderNumber & { readonly amount: number },
  now: number
): Kept<unknown> =>
  query(
    "INSERT INTO notice (merchant, number, amount, due, attempts, given) " +
      "SELECT merchant, ?, ?, ?, 0, ? FROM subscription WHERE merchant = ?",
    order,
    amount,
    now,
    now,
    merchant
  )

/**
 * The merchants are gone through one by one, each found by the one before: what it takes grows with how many there are, and not
 * with how many notices wait for one of them.
 */
const waiting = (reader: Reader, now: number): Kept<ReadonlyArray<Waiting>> =>
  reader.query<Waiting>(
    "WITH RECURSIVE listed (merchant) AS (" +
      "SELECT MIN(merchant) FROM notice WHERE expired IS NULL " +
      "UNION ALL SELECT (SELECT MIN(n.merchant) FROM notice n WHERE n.expired IS NULL AND n.merchant > listed.merchant) " +
      "FROM listed WHERE listed.merchant IS NOT NULL) " +
      "SELECT s.merchant, s.url FROM listed JOIN subscription s ON s.merchant = listed.merchant WHERE EXISTS (" +
      "SELECT 1 FROM notice n WHERE n.expired IS NULL AND n.merchant = s.merchant AND n.due <= ?)",
    now
  )

/** A notice, as it is read. */
interface NoticeRow {
  readonly merchant: string
  readonly number: string
  readonly amount: number
  readonly attempts: number
}

const lease = Effect.fnUntraced(function* (
  { lock, query }: Connection,
  { merchant, most, now, until }: { readonly [K in "now" | "until" | "most"]: number } & { readonly merchant: string }
) {
  yield* lock(Subjects.notices(merchant))
  const rows = yield* query<NoticeRow>(
    "UPDATE notice SET due = ? WHERE merchant = ? AND number IN (" +
      "SELECT number FROM notice WHERE expired IS NULL AND merchant = ? AND due <= ? ORDER BY due LIMIT ?) " +
      "RETURNING merchant, number, amount, attempts",
    until,
    merchant,
    merchant,
    now,
    most
  )
  return rows.map(({ amount, attempts, merchant, number }) => ({ merchant, order: number, amount, attempts }))
})

const expire = ({ query }: Connection, before: number, now: number, most: number): Kept<ReadonlyArray<OrderNumber>> =>
  Effect.map(
    query<NoticeRow>(
      "UPDATE notice SET expired = ? WHERE expired IS NULL AND (merchant, number) IN (" +
        "SELECT merchant, number FROM notice WHERE expired IS NULL AND given < ? ORDER BY given LIMIT ?) " +
        "RETURNING merchant, number",
      now,
      before,
      most
    ),
    (rows) => rows.map(({ merchant, number }) => ({ merchant, order: number }))
  )

const noticed = ({ query }: Connection, { merchant, order }: OrderNumber): Kept<void> =>
  Effect.asVoid(query("DELETE FROM notice WHERE merchant = ? AND number = ?", merchant, order))

const postpone = ({ query }: Connection, { merchant, order }: OrderNumber, at: number): Kept<void> =>
  Effect.asVoid(
    query("UPDATE notice SET due = ?, attempts = attempts + 1 WHERE merchant = ? AND number = ?", at, merchant, order)
  )

const pending = (reader: Reader): Kept<number> =>
  Effect.map(
    one<{ readonly count: number }>(reader, "SELECT COUNT(*) AS count FROM notice WHERE expired IS NULL"),
    (row) => row?.count ?? 0
  )

const make = ({ read, transaction }: Database["Service"]): Merchants["Service"] => {
  const reader: Reader = { query: read }
  return {
    entitle: (merchant, name) => transaction((connection) => entitle(connection, merchant, name)),
    nameOf: (merchant) => nameOf(reader, merchant),
    enlistTerminal: (merchant, terminal, most) =>
      transaction((connection) => enlistTerminal(connection, merchant, terminal, most)),
    hasTerminal: (merchant, terminal) => hasTerminal(reader, merchant, terminal),
    subscribe: (merchant, url) => transaction((connection) => subscribe(connection, merchant, url)),
    waiting: (now) => waiting(reader, now),
    lease: (merchant, now, until, most) =>
      transaction((connection) => lease(connection, { merchant, now, until, most })),
    expire: (before, now, most) => transaction((connection) => expire(connection, before, now, most)),
    noticed: (number) => transaction((connection) => noticed(connection, number)),
    postpone: (number, at) => transaction((connection) => postpone(connection, number, at)),
    pending: pending(reader)
  }
}
