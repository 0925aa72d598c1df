/** Merchants: their registered names, where they have notices sent, and the notices that were not taken yet. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Names } from "../credentials/Credentials.ts"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import type { DueNotice, OrderNumber } from "./Records.ts"
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
    "INSERT INTO notice (merchant, number, amount, due, attempts) " +
      "SELECT merchant, ?, ?, ?, 0 FROM subscription WHERE merchant = ?",
    order,
    amount,
    now,
    merchant
  )

/** A notice that is due, as it is read. */
interface DueRow {
  readonly merchant: string
  readonly number: string
  readonly amount: number
  readonly attempts: number
  readonly url: string
}

const due = Effect.fnUntraced(function* ({ lock, query }: Connection, now: number, lease: number, most: number) {
  yield* lock(Subjects.notices)
  const rows = yield* query<DueRow>(
    "SELECT n.merchant, n.number, n.amount, n.attempts, s.url FROM notice n " +
      "JOIN subscription s ON s.merchant = n.merchant WHERE n.due <= ? ORDER BY n.due LIMIT ?",
    now,
    most
  )
  for (const { merchant, number } of rows) {
    yield* query(
      "UPDATE notice SET due = ?, attempts = attempts + 1 WHERE merchant = ? AND number = ?",
      now + lease,
      merchant,
      number
    )
  }
  return rows.map(({ amount, attempts, merchant, number, url }) => ({ merchant, order: number, amount, url, attempts }))
})

const noticed = ({ query }: Connection, { merchant, order }: OrderNumber): Kept<void> =>
  Effect.asVoid(query("DELETE FROM notice WHERE merchant = ? AND number = ?", merchant, order))

const postpone = ({ query }: Connection, { merchant, order }: OrderNumber, at: number): Kept<void> =>
  Effect.asVoid(query("UPDATE notice SET due = ? WHERE merchant = ? AND number = ?", at, merchant, order))

const pending = (reader: Reader): Kept<number> =>
  Effect.map(one<{ readonly count: number }>(reader, "SELECT COUNT(*) AS count FROM notice"), (row) => row?.count ?? 0)

const make = ({ read, transaction }: Database["Service"]): Merchants["Service"] => {
  const reader: Reader = { query: read }
  return {
    entitle: (merchant, name) => transaction((connection) => entitle(connection, merchant, name)),
    nameOf: (merchant) => nameOf(reader, merchant),
    subscribe: (merchant, url) => transaction((connection) => subscribe(connection, merchant, url)),
    due: (now, lease, most) => transaction((connection) => due(connection, now, lease, most)),
    noticed: (number) => transaction((connection) => noticed(connection, number)),
    postpone: (number, at) => transaction((connection) => postpone(connection, number, at)),
    pending: pending(reader)
  }
}
