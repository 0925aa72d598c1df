/** A provider in one's own program, over a database of one's own: here tables that a connection of Node's SQLite has in memory. */
import { DatabaseSync } from "node:sqlite"
import { Effect, Layer, Redacted } from "effect"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { BuiltIn, Rules } from "paycode/model"
import { Ledger, layer, use } from "paycode/provider"

const { Database, Unavailable } = Ledger.Database
const sqlite = new DatabaseSync(":memory:")

/** A database answers rows, or that it cannot; it repeats no values in what it says. */
const query: Ledger.Database.Connection["query"] = <A extends object>(
  statement: string,
  ...values: ReadonlyArray<Ledger.Database.Value>
) =>
  Effect.try({
    try: () => sqlite.prepare(statement).all(...values) as unknown as ReadonlyArray<A>,
    catch: (error) => new Unavailable({ because: error instanceof Error ? error.message : "an error" })
  })

const mine = Database.of({
  dialect: { name: "sqlite", integer: "INTEGER", bytes: "BLOB", serial: "INTEGER PRIMARY KEY", options: " STRICT" },
  read: query,
  // Nothing else runs in between, so that nobody has to wait for a lock.
  transaction: (body) =>
    Effect.sync(() => sqlite.exec("BEGIN")).pipe(
      Effect.andThen(body({ query, lock: () => Effect.void })),
      Effect.tap(() => Effect.sync(() => sqlite.exec("COMMIT"))),
      Effect.tapCause(() => Effect.sync(() => sqlite.exec("ROLLBACK"))),
      Effect.uninterruptible
    )
})

// Nobody else has a database in memory open.
const alone = Effect.succeed(true)

const program = use(({ enrollment }) => enrollment.open({ balance: 500_000, password: Redacted.make("314159") }))
const database = Layer.effect(Database, Effect.as(Ledger.migrate(mine, alone), mine))
const provider = layer(Rules.strict(BuiltIn.named("wechat"))).pipe(
  Layer.provide(Layer.provide(Ledger.layer, database)),
  Layer.provide(SecureRandom.layerWebCrypto)
)
console.log(`account ${await Effect.runPromise(Effect.provide(program, provider))}`)
