/** Keys: the secrets that messages are signed with, and the nonces that were used with them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import type { PartyKey } from "./Records.ts"
import * as Wrong from "./Wrong.ts"

/** The keys of a ledger. */
export class Keys extends Context.Service<
  Keys,
  {
    /** Keeps a key under a name; the first that it is given stays. Answers the one kept. */
    readonly keep: (name: string, key: PartyKey) => Kept<PartyKey>
    /** The key that is kept under a name; undefined where none is. */
    readonly keyOf: (name: string) => Kept<PartyKey | undefined>
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
  readonly bytes: Uint8Array
}

const keyOf = (reader: Reader, name: string): Kept<PartyKey | undefined> =>
  Effect.map(
    one<KeyRow>(reader, "SELECT bytes FROM secret_key WHERE name = ?", name),
    (row) => row && Redacted.make(new Uint8Array(row.bytes))
  )

const keep = Effect.fnUntraced(function* (connection: Connection, name: string, key: PartyKey) {
  yield* connection.query(
    "INSERT INTO secret_key (name, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
    name,
    Redacted.value(key)
  )
  return (yield* keyOf(connection, name))!
})

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

const make = ({ read, transaction }: Database["Service"]): Keys["Service"] => ({
  keep: (name, key) => transaction((connection) => keep(connection, name, key)),
  keyOf: (name) => keyOf({ query: read }, name),
  once: (name, nonce, until) => transaction((connection) => once(connection, name, nonce, until)),
  tidy: (now, today) => transaction((connection) => tidy(connection, now, today))
})
