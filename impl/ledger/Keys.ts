/**
 * Keys: the secrets that messages are signed with, and the nonces that were used with them. A party has one key after the other: a
 * new one takes the place of the one before, which is good for a while longer, and all of them can be withdrawn.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Connection, Database, type Kept, type Reader, type SignedBy, signed } from "./Database.ts"
import type { NumberedKey, PartyKey } from "./Records.ts"
import * as Subjects from "./Subjects.ts"
import * as Wrong from "./Wrong.ts"

/** A new key of a party, or several of its names at once, and for how many seconds those before are good from an instant on. */
export interface Rotation {
  readonly keys: ReadonlyArray<readonly [name: string, key: PartyKey]>
  readonly now: number
  readonly overlap: number
  /** The number of the key that asks for it, under the first name; undefined where somebody else does. */
  readonly by?: number | undefined
}

/**
 * What a rotation came to. `Rotated`: the keys are those from now on, or were already. By the others nothing was changed. `Reused`: one
 * of them was the party's before. `Withdrawn`: the key that asked for it is good no more; `Superseded`: there is a later one, which
 * alone may ask for others.
 */
export type Rotated = "Rotated" | "Reused" | "Superseded" | "Withdrawn"

/** The keys of a ledger. */
export class Keys extends Context.Service<
  Keys,
  {
    /** Keeps a key under a name that never had one. Answers the one that is kept last; undefined where all were withdrawn. */
    readonly keep: (name: string, key: PartyKey) => Kept<PartyKey | undefined>
    /** The key that is kept last under a name; undefined where none is, or all were withdrawn. */
    readonly keyOf: (name: string) => Kept<PartyKey | undefined>
    /** The keys under a name, the last first, and of many the last eight: those that are good no more as well. */
    readonly keysOf: (name: string) => Kept<ReadonlyArray<NumberedKey>>
    /** Whether there was ever a key under a name. */
    readonly isNamed: (name: string) => Kept<boolean>
    /** Puts new keys in the place of those under their names, which are good for a while longer. */
    readonly rotate: (rotation: Rotation) => Kept<Rotated>
    /** Withdraws all keys under some names: when it is answered, nothing is written any more that they have signed. */
    readonly withdraw: (...names: ReadonlyArray<string>) => Kept<void>
    /**
     * Whether a nonce is new among those used with a key, and from now on it is not. It is remembered until an instant,
     * in seconds.
     */
    readonly once: (name: string, nonce: string, until: number) => Kept<boolean>
    /** Forgets nonces that may be forgotten at an instant, and what wrong attempts were counted more than a week ago. */
    readonly tidy: (now: number, today: number) => Kept<void>
  }
>()("paycode/impl/ledger/Keys") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Keys, never, Database> = Layer.effect(
    Keys,
    Effect.map(Database, (database) => make(database))
  )
}

interface KeyRow {
  readonly number: number
  readonly bytes: Uint8Array
  readonly until: number | null
}

/** How many keys of a party are answered. */
const mostAnswered = 8

/** That a key was withdrawn, in the place of the instant until which it is good. */
const withdrawn = 0

const keptUnder = ({ query }: Reader, name: string): Kept<ReadonlyArray<KeyRow>> =>
  query<KeyRow>("SELECT number, bytes, until FROM signing_key WHERE name = ? ORDER BY number DESC", name)

const redacted = ({ bytes }: KeyRow): PartyKey => Redacted.make(new Uint8Array(bytes))

const keyOf = (reader: Reader, name: string): Kept<PartyKey | undefined> =>
  Effect.map(keptUnder(reader, name), ([last]) => (last?.until === null ? redacted(last) : undefined))

const keysOf = (reader: Reader, name: string): Kept<ReadonlyArray<NumberedKey>> =>
  Effect.map(keptUnder(reader, name), (rows) =>
    rows
      .slice(0, mostAnswered)
      .map((row) => ({ number: row.number, key: redacted(row), until: row.until ?? undefined }))
  )

const add = ({ query }: Connection, name: string, number: number, key: PartyKey): Kept<unknown> =>
  query(
    "INSERT INTO signing_key (name, number, bytes, until) VALUES (?, ?, ?, NULL) ON CONFLICT DO NOTHING",
    name,
    number,
    Redacted.value(key)
  )

const keep = Effect.fnUntraced(function* (connection: Connection, name: string, key: PartyKey) {
  yield* add(connection, name, 0, key)
  return yield* keyOf(connection, name)
})

// ---------------------------------------------------------------------------------------------------------------------
// Rotation
// ---------------------------------------------------------------------------------------------------------------------

/** How many keys of a party are good at once: a party that rotates more often within the overlap has the oldest withdrawn. */
const mostGood = 4

/** What stands under a name, by the key that is to be the last. */
const standing = (rows: ReadonlyArray<KeyRow>, key: PartyKey): "new" | "last" | "before" => {
  const at = rows.findIndex(({ bytes }) => Buffer.from(bytes).equals(Redacted.value(key)))
  if (at < 0) return "new"
  return at === 0 && rows[0]!.until === null ? "last" : "before"
}

const rotateOne = Effect.fnUntraced(function* (
  connection: Connection,
  [name, key]: Rotation["keys"][number],
  { now, overlap }: Rotation
) {
  const { query } = connection
  const rows = yield* keptUnder(connection, name)
  if (standing(rows, key) === "last") return
  const until = overlap === 0 ? withdrawn : now + overlap
  yield* query("UPDATE signing_key SET until = ? WHERE name = ? AND (until IS NULL OR until > ?)", until, name, until)
  const good = rows.filter((row) => row.until !== withdrawn)
  for (const { number } of good.slice(mostGood - 1)) {
    yield* query("UPDATE signing_key SET until = ? WHERE name = ? AND number = ?", withdrawn, name, number)
  }
  yield* add(connection, name, (rows[0]?.number ?? -1) + 1, key)
})

/** Why a rotation is none; undefined where it is one. */
const hindrance = (
  { by, keys, now }: Rotation,
  held: ReadonlyArray<ReadonlyArray<KeyRow>>
): Exclude<Rotated, "Rotated"> | undefined => {
  const own = held[0] ?? []
  if (by !== undefined && !isGood(own, by, now)) return "Withdrawn"
  const stand = keys.map(([, key], at) => standing(held[at]!, key))
  // The answer to the same was lost.
  if (stand.every((each) => each === "last")) return undefined
  if (by !== undefined && by !== own[0]?.number) return "Superseded"
  return stand.includes("before") ? "Reused" : undefined
}

const rotate = Effect.fnUntraced(function* (connection: Connection, rotation: Rotation) {
  const { keys } = rotation
  yield* connection.lock(...keys.map(([name]) => Subjects.keys(name)))
  const held = yield* Effect.forEach(keys, ([name]) => keptUnder(connection, name))
  const hindered = hindrance(rotation, held)
  if (hindered !== undefined) return hindered
  yield* Effect.forEach(keys, (each) => rotateOne(connection, each, rotation), { discard: true })
  return "Rotated" as const
})

/** Whether the key of a number is good at an instant. */
const isGood = (rows: ReadonlyArray<Pick<KeyRow, "number" | "until">>, number: number, now: number): boolean =>
  rows.some((row) => row.number === number && (row.until === null || row.until > now))

const withdraw = Effect.fnUntraced(function* (connection: Connection, names: ReadonlyArray<string>) {
  // Whoever is in the middle of something that such a key has signed ends it first; whoever comes later finds it withdrawn.
  yield* connection.lock(...names.map(Subjects.keys))
  for (const name of names) {
    yield* connection.query("UPDATE signing_key SET until = ? WHERE name = ?", withdrawn, name)
  }
})

/** Whether a key that has signed something is good. Nobody withdraws it until the transaction is over that asks. */
export const stands = Effect.fnUntraced(function* (connection: Connection, { at, name, number }: SignedBy) {
  yield* (connection.share ?? connection.lock)(Subjects.keys(name))
  const rows = yield* connection.query<Pick<KeyRow, "number" | "until">>(
    "SELECT number, until FROM signing_key WHERE name = ? AND number = ?",
    name,
    number
  )
  return isGood(rows, number, at)
})

// ---------------------------------------------------------------------------------------------------------------------
// Nonces
// ---------------------------------------------------------------------------------------------------------------------

const once = ({ query }: Connection, name: string, nonce: string, until: number): Kept<boolean> =>
  Effect.map(
    query(
      "INSERT INTO nonce (name, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING nonce",
      name,
      nonce,
      until
    ),
    (added) => added.length === 1
  )

/** For how many days after theirs wrong attempts are remembered. */
const daysKept = 7

const tidy = Effect.fnUntraced(function* (connection: Connection, now: number, today: number) {
  yield* connection.query("DELETE FROM nonce WHERE until < ?", now)
  // A node may be on another day, and a clock be set to another: what is counted then must be there.
  yield* Wrong.forget(connection, today - daysKept)
})

const make = ({ read, transaction }: Database["Service"]): Keys["Service"] => {
  const reader: Reader = { query: read }
  return {
    keep: (name, key) => transaction((connection) => keep(connection, name, key)),
    keyOf: (name) => keyOf(reader, name),
    keysOf: (name) => keysOf(reader, name),
    isNamed: (name) => Effect.map(keptUnder(reader, name), (rows) => rows.length > 0),
    rotate: (rotation) => {
      const rotated = transaction((connection) => rotate(connection, rotation))
      // Who rotates their own locks what who signs holds, and the key that asks is looked at under that lock.
      return rotation.by === undefined ? rotated : signed(undefined, rotated)
    },
    withdraw: (...names) => transaction((connection) => withdraw(connection, names)),
    once: (name, nonce, until) => transaction((connection) => once(connection, name, nonce, until)),
    tidy: (now, today) => transaction((connection) => tidy(connection, now, today))
  }
}
