/**
 * Epochs: how far a ledger has come, by which it is told from a backup of itself, and what is begun where it turns out to be one:
 * an epoch, in which nothing from before it is believed that may have been used up since (VER-30, VER-31).
 *
 * A ledger counts its beats, about one a second while a provider serves. Whoever keeps the last of them outside of the ledger, as
 * a mark, notices that it has gone back.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Changes from "./Changes.ts"
import { type Connection, Database, type Kept, type Reader } from "./Database.ts"
import { type Epoch, find, type Mark } from "./Epoch.ts"
import * as Orders from "./Orders.ts"
import type { Changing, Row } from "./Records.ts"
import { type OrderRow, orderColumns, rowOf } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"

/** What is done where a ledger is restored. */
export interface Restoring {
  readonly now: number
  /** What becomes of an order that the backup has open: it is released, and forgotten, as one that may have been paid since (VER-31). */
  readonly open: Changing
}

/** What a beat came to. */
export type Beaten =
  | { readonly _tag: "Counted"; readonly mark: Mark }
  /** The ledger was older than the mark, and is restored now. */
  | { readonly _tag: "Restored"; readonly mark: Mark; readonly open: ReadonlyArray<Row> }
  /** The mark is of another ledger. Nothing was changed. */
  | { readonly _tag: "Other"; readonly found: string }

/** The epochs of a ledger. */
export class Epochs extends Context.Service<
  Epochs,
  {
    readonly current: Kept<Epoch>
    /** Counts a beat, and restores the ledger where it is older than the mark. A ledger without a name takes the one given. */
    readonly beat: (mark: Mark | undefined, name: string, restoring: Restoring) => Kept<Beaten>
    /** Restores the ledger, whatever it has counted. Answers the orders that were open, and are forgotten. */
    readonly restore: (mark: Mark | undefined, restoring: Restoring) => Kept<ReadonlyArray<Row>>
    /** What was lost is known again. */
    readonly reconcile: Kept<void>
    /** The clock of whoever says so is right: what was written by a later one was written by a wrong one. */
    readonly accept: (now: number) => Kept<void>
  }
>()("paycode/impl/ledger/Epochs") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Epochs, never, Database> = Layer.effect(
    Epochs,
    Effect.map(Database, (database) => make(database))
  )
}

/** By how much a restored ledger comes out ahead of the mark: further than other nodes' marks can be, so that they do not restore it again. */
const ahead = 1000

const openOrders = ({ query }: Reader): Kept<ReadonlyArray<Row>> =>
  Effect.map(
    query<OrderRow>(`SELECT ${orderColumns} FROM orders WHERE status = 'open' ORDER BY at, merchant, number`),
    (rows) => rows.map((row) => rowOf(row))
  )

/** Begins an epoch: what was issued waits to be renewed, and open orders are forgotten. */
const begin = Effect.fnUntraced(function* (connection: Connection, beatAt: number, { now, open }: Restoring) {
  const { query } = connection
  yield* query("UPDATE credential SET suspended = 1 WHERE status IN ('pending', 'live')")
  const forgotten = yield* openOrders(connection)
  for (const { merchant, order } of forgotten) {
    const { change } = yield* Changes.apply(connection, { merchant, order }, open)
    if (change.status !== undefined) yield* Orders.forget(connection, { merchant, order })
  }
  yield* query("UPDATE epoch SET restored_at = ?, backup_at = ?, reconciled = 0", now, beatAt)
  return forgotten
})

const counted = ({ query }: Connection, { beat, ledger }: Mark, now: number): Kept<unknown> =>
  query("UPDATE epoch SET ledger = ?, beat = ?, beat_at = ?", ledger, beat, now)

const beat = Effect.fnUntraced(function* (
  connection: Connection,
  mark: Mark | undefined,
  name: string,
  restoring: Restoring
) {
  yield* connection.lock(Subjects.epoch)
  const known = yield* find(connection)
  if (mark !== undefined && known.ledger !== mark.ledger) {
    return { _tag: "Other", found: known.ledger } satisfies Beaten
  }
  const isOlder = mark !== undefined && known.beat < mark.beat
  const open = isOlder ? yield* begin(connection, known.beatAt, restoring) : []
  const next: Mark = { ledger: known.ledger || name, beat: isOlder ? mark.beat + ahead : known.beat + 1 }
  yield* counted(connection, next, restoring.now)
  return isOlder
    ? ({ _tag: "Restored", mark: next, open } satisfies Beaten)
    : ({ _tag: "Counted", mark: next } satisfies Beaten)
})

const restore = Effect.fnUntraced(function* (connection: Connection, mark: Mark | undefined, restoring: Restoring) {
  yield* connection.lock(Subjects.epoch)
  const known = yield* find(connection)
  const open = yield* begin(connection, known.beatAt, restoring)
  // What a mark says, the ledger has come as far as now: it is not restored for it once more.
  const isOwn = mark?.ledger === known.ledger || known.ledger === ""
  const next = {
    ledger: known.ledger || (mark?.ledger ?? ""),
    beat: Math.max(known.beat, isOwn ? (mark?.beat ?? 0) : 0)
  }
  yield* counted(connection, next, restoring.now)
  return open
})

const make = ({ read, transaction }: Database["Service"]): Epochs["Service"] => ({
  current: find({ query: read }),
  beat: (mark, name, restoring) => transaction((connection) => beat(connection, mark, name, restoring)),
  restore: (mark, restoring) => transaction((connection) => restore(connection, mark, restoring)),
  accept: (now) => transaction((connection) => Effect.asVoid(connection.query("UPDATE epoch SET beat_at = ?", now))),
  reconcile: transaction((connection) => Effect.asVoid(connection.query("UPDATE epoch SET reconciled = 1")))
})
