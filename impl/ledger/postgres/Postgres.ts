/**
 * Postgres: a database of several providers at once, by PostgreSQL.
 *
 * Transactions are kept apart by advisory locks on the subjects that they name. What is read after a lock was written
 * before it: every statement sees what was committed when it began (read committed).
 */
import { randomUUID } from "node:crypto"
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Schedule from "effect/Schedule"
import type { Connection as SqlConnection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import {
  type Body,
  type Connection,
  checked,
  Database,
  type Dialect,
  type Row,
  Unavailable,
  type Value
} from "../Database.ts"
import * as Tables from "../Tables.ts"
import * as Turns from "../Turns.ts"

/** How the database is reached. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: Redacted.Redacted<string>
  /** How many connections there are at most; unless given, 10. A client has two fifths of them, one at the least. */
  readonly connections?: number
  /** How long whoever asks waits for a connection, and then for a transaction; unless given, 1.4 seconds for each. */
  readonly patience?: Duration.Duration
}

/** What the server must have besides: what is kept in another encoding does not have every script. */
const encoding = "UTF8"

/** What stands between an answer and a loss of power. The server must have all of these. */
export const durability = {
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on"
} as const

const dialect: Dialect = {
  name: "postgres",
  integer: "BIGINT",
  bytes: "BYTEA",
  serial: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  options: ""
}

/** A mistake of a statement's is a defect; everything else is the database's. */
const unavailable = (error: SqlError): Effect.Effect<never, Unavailable> => {
  const { _tag } = error.reason
  if (_tag === "SqlSyntaxError" || _tag === "UniqueViolation" || _tag === "ConstraintError") return Effect.die(error)
  const collided = _tag === "DeadlockError" || _tag === "SerializationError"
  return Effect.fail(new Unavailable({ because: `${_tag}: ${error.message}`, collided }))
}

const numbered = new Map<string, string>()

/** PostgreSQL numbers its parameters. No statement of ours has a question mark in a text. */
export const withNumbers = (statement: string): string => {
  const known = numbered.get(statement)
  if (known !== undefined) return known
  let count = 0
  const text = statement.replaceAll("?", () => `$${++count}`)
  numbered.set(statement, text)
  return text
}

/** Whole numbers come as `bigint`s. */
const plain = (row: Readonly<Record<string, unknown>>): Row => {
  const values: Record<string, Value> = {}
  for (const name in row) {
    const value = row[name]
    values[name] = typeof value === "bigint" ? Number(value) : (value as Value)
  }
  return values
}

const asking = (connection: SqlConnection): Connection["query"] => {
  return <A extends object>(statement: string, ...values: ReadonlyArray<Value>) =>
    Effect.catch(
      Effect.map(
        Effect.suspend(() => connection.execute(withNumbers(statement), checked(values), undefined)),
        (rows) => rows.map(plain) as ReadonlyArray<unknown> as ReadonlyArray<A>
      ),
      unavailable
    )
}

/** How a transaction waits for its subjects, by a statement. */
export const locking =
  (query: Connection["query"]): Connection["lock"] =>
  (...subjects) => {
    const listed = subjects.map(() => "?::text").join(", ")
    const statement = `SELECT pg_advisory_xact_lock(hashtextextended(subject, 0)) FROM unnest(ARRAY[${listed}]) AS subject`
    return Effect.asVoid(query(statement, ...[...subjects].sort()))
  }

/** How a transaction holds a subject together with others. */
const sharing = (query: Connection["query"]) => (subject: string) =>
  Effect.asVoid(query("SELECT pg_advisory_xact_lock_shared(hashtextextended(?::text, 0))", subject))

/** How many wait for a connection, and how many of them for one client. */
const queue = { waiting: 2000, line: 400 }

/** How long a connection may take to be made. */
const connecting = Duration.seconds(5)

/** How long a statement may take that brings the tables up to date: nobody is served before. */
const migrating = Duration.minutes(10)

/** Fails where the server would lose what was answered, or lacks scripts. */
const durable = Effect.fnUntraced(function* (read: Connection["query"]) {
  const found = yield* read<{ readonly name: string; readonly setting: string }>(
    "SELECT name, setting FROM pg_settings " +
      "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')"
  )
  for (const { name, setting } of found) {
    if (name === "server_encoding" && setting !== encoding) {
      return yield* new Unavailable({
        because: `a database in ${setting}, which lacks scripts: it must be in ${encoding}`
      })
    }
    const expected = durability[name as keyof typeof durability]
    if (expected !== undefined && setting !== expected) {
      return yield* new Unavailable({
        because: `${name} = ${setting}, which loses what was answered: it must be ${expected}`
      })
    }
  }
})

const commit = (
  control: (statement: string) => Effect.Effect<unknown, Unavailable>
): Effect.Effect<void, Unavailable> =>
  Effect.flatMap(control("COMMIT"), (answer) => {
    // What the server could not keep it rolls back, and says so as if nothing were wrong.
    const isKept = (answer as { readonly command?: string }).command === "COMMIT"
    return isKept ? Effect.void : Effect.fail(new Unavailable({ because: "a transaction that was rolled back" }))
  })

/** A server tells of a connection for a moment after it was closed: so often it is asked again, and how long after. */
const closing = { times: 20, every: Duration.millis(100) }

/** Whether nobody else of this program, whatever its version, is connected. */
const isAlone = (read: Connection["query"], applicationName: string): Tables.IsAlone =>
  Effect.map(
    read(
      "SELECT 1 AS found FROM pg_stat_activity " +
        "WHERE datname = current_database() AND application_name LIKE 'paycode%' AND application_name <> ? LIMIT 1",
      applicationName
    ),
    (others) => others.length === 0
  ).pipe(
    Effect.repeat({
      until: (alone) => alone,
      times: closing.times,
      schedule: Schedule.spaced(closing.every)
    })
  )

const make = Effect.fnUntraced(function* ({
  connections = 10,
  patience = Duration.millis(1400),
  url
}: PostgresOptions) {
  // Each has a name of its own among those who are connected; those of earlier versions have the first part alone.
  const applicationName = `paycode ${randomUUID()}`
  const sql = yield* PgClient.make({
    url: url as Redacted.Redacted,
    maxConnections: connections,
    connectTimeout: Duration.min(patience, connecting),
    applicationName,
    startupParameters: {
      synchronous_commit: durability.synchronous_commit,
      statement_timeout: String(Duration.toMillis(patience))
    }
  })
  const connected = <A>(use: (connection: SqlConnection) => Effect.Effect<A, Unavailable>) =>
    Effect.scoped(Effect.flatMap(Effect.catch(sql.reserve, unavailable), use))

  const once = <A>(body: Body<A>): Effect.Effect<A, Unavailable> =>
    connected((connection) => {
      const control = (statement: string) => Effect.catch(connection.executeRaw(statement, []), unavailable)
      const query = asking(connection)
      // Where a transaction was left, whoever has the connection next must not be in it.
      const undone = (cause: Cause.Cause<Unavailable>) =>
        Effect.andThen(Effect.ignore(control("ROLLBACK")), Effect.failCause(cause))
      return Effect.uninterruptibleMask((restore) =>
        Effect.matchCauseEffect(
          restore(Effect.andThen(control("BEGIN"), body({ query, lock: locking(query), share: sharing(query) }))),
          {
            onFailure: undone,
            onSuccess: (answer) =>
              Effect.matchCauseEffect(restore(commit(control)), {
                onFailure: undone,
                onSuccess: () => Effect.succeed(answer)
              })
          }
        )
      )
    })

  const share = Math.max(1, Math.floor((connections * 2) / 5))
  const inTurn = Turns.make({ atOnce: connections, share, patience: Duration.toMillis(patience), ...queue })
  // Whoever asks is answered in time whatever the server does. The connection is free when that has ended.
  const bounded = Turns.within(2 * Duration.toMillis(patience))

  const transaction = <A>(body: Body<A>): Effect.Effect<A, Unavailable> =>
    bounded(
      inTurn(
        Effect.retry(once(body), {
          while: ({ collided }) => collided === true,
          schedule: Schedule.jittered(Schedule.exponential("5 millis")),
          times: 8
        })
      )
    )

  const read: Connection["query"] = (statement, ...values) =>
    bounded(inTurn(connected((connection) => asking(connection)(statement, ...values))))

  yield* durable(read)
  return { service: { dialect, transaction, read }, isAlone: isAlone(read, applicationName) }
})

/** A database of a server that is running. */
export const layer = (options: PostgresOptions): Layer.Layer<Database, Unavailable> =>
  Layer.effect(
    Database,
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.flatMap(make({ ...options, connections: 1, patience: migrating }), ({ isAlone, service }) =>
          Tables.migrate(service, isAlone)
        )
      )
      return (yield* make(options)).service
    }).pipe(Effect.catchTag("SqlError", unavailable))
  ).pipe(Layer.provide(Reactivity.layer))
