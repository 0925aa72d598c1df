/**
 * Sqlite: a database in one file, or in memory, by the SQLite that is part of Node.
 *
 * There is one connection, so that transactions come one after the other. Those that arrive while one is written to the
 * disk share the next commit: each is answered when it is on the disk, and many cost as much as one.
 */
import { closeSync, openSync, statSync } from "node:fs"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Permissions from "../Permissions.ts"
import { type Body, type Connection, checked, Database, type Dialect, Unavailable, type Value } from "./Database.ts"
import * as Tables from "./Tables.ts"
import * as Turns from "./Turns.ts"

/** How the database is kept. */
export interface SqliteOptions {
  /** The path of its file. */
  readonly file: string
  /** How many transactions may share a commit; unless given, 64. */
  readonly most?: number
}

/** What stands between an answer and a loss of power: the log is written ahead, and flushed at every commit. */
export const durability = {
  journal_mode: "wal",
  synchronous: 2
} as const

/** The SQLite of Node, when it is needed: an old Node has none, and says so of itself where it is named in an import. */
export const sqlite = () => process.getBuiltinModule("node:sqlite")

const dialect: Dialect = {
  name: "sqlite",
  integer: "INTEGER",
  bytes: "BLOB",
  serial: "INTEGER PRIMARY KEY",
  options: " STRICT"
}

/** How long a transaction waits for another process that writes, in milliseconds. Nothing else happens meanwhile. */
const patience = 2000

/** How many wait for their turn, how many of them for one client, and how long, in milliseconds. */
const queue = { waiting: 2000, line: 400, patience: 1000 }

/** What SQLite says of a failure: of the disk or of another process, and so no mistake of a statement's. */
const environmental =
  /readonly|disk|full|locked|busy|i\/o|unable to open|not a database|malformed|no such table|ENOENT|EACCES|EISDIR|EROFS/i

const unavailable = (error: unknown): Unavailable => {
  const because = error instanceof Error ? error.message : String(error)
  // A mistake of a statement's is a defect: asking again would not help.
  if (!environmental.test(because)) throw error
  return new Unavailable({ because })
}

const attempt = <A>(evaluate: () => A): Effect.Effect<A, Unavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(evaluate())
    } catch (error) {
      return Effect.fail(unavailable(error))
    }
  })

/** Seeds are in it: it is its owner's alone, and so are the files that SQLite puts beside it. */
const wideness = (file: string): string | undefined => {
  closeSync(openSync(file, "a", Permissions.own))
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode
    const wide = mode === undefined ? undefined : Permissions.tooWide(path, mode)
    if (wide !== undefined) return `permissions ${wide}`
  }
  return undefined
}

const connect = (file: string): Effect.Effect<DatabaseSync, Unavailable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(
      attempt(() => wideness(file)),
      (because): Effect.Effect<DatabaseSync, Unavailable> =>
        because === undefined ? attempt(() => openedAt(file)) : Effect.fail(new Unavailable({ because }))
    ),
    (database) => Effect.sync(() => database.close())
  )

const openedAt = (file: string): DatabaseSync => {
  const database = new (sqlite().DatabaseSync)(file, { timeout: patience })
  database.exec(`PRAGMA journal_mode = ${durability.journal_mode}`)
  database.exec(`PRAGMA synchronous = ${durability.synchronous}`)
  return database
}

/** The statements of a database, each prepared once. No other transaction runs while one does. */
const connection = (database: DatabaseSync): Connection => {
  const prepared = new Map<string, StatementSync>()
  return {
    query: <A extends object>(statement: string, ...values: ReadonlyArray<Value>) =>
      attempt(() => {
        let known = prepared.get(statement)
        if (known === undefined) {
          known = database.prepare(statement)
          prepared.set(statement, known)
        }
        return known.all(...checked(values)) as unknown as ReadonlyArray<A>
      }),
    lock: () => Effect.void
  }
}

/** A transaction that waits for its turn. */
interface Job {
  readonly body: Body<unknown>
  readonly resume: (exit: Exit.Exit<unknown, Unavailable>) => void
}

/** Runs transactions in one commit, and answers how each of them ended. */
const together = (
  database: DatabaseSync,
  bodies: ReadonlyArray<Body<unknown>>,
  to: Connection
): ReadonlyArray<Exit.Exit<unknown, Unavailable>> => {
  try {
    // What waits to write must not have read before: another process may have written since.
    database.exec("BEGIN IMMEDIATE")
    const exits = bodies.map((body) => Effect.runSyncExit(body(to)))
    if (exits.every(Exit.isSuccess)) {
      database.exec("COMMIT")
      return exits
    }
    rollBack(database)
    // One that failed undoes nobody else's: each has a commit of its own.
    return bodies.length === 1 ? exits : bodies.flatMap((body) => together(database, [body], to))
  } catch (error) {
    rollBack(database)
    const exit = Exit.fail(unavailable(error))
    return bodies.map(() => exit)
  }
}

/** SQLite has rolled back by itself where the disk was full. */
const rollBack = (database: DatabaseSync): void => {
  if (database.isTransaction) database.exec("ROLLBACK")
}

const make = Effect.fnUntraced(function* ({ file, most = 64 }: SqliteOptions) {
  const database = yield* connect(file)
  const to = connection(database)
  const waiting: Array<Job> = []
  let isScheduled = false
  const number = statSync(file).ino
  /** What is written to a file that was taken away is written for nobody. */
  const isThere = (): boolean => statSync(file, { throwIfNoEntry: false })?.ino === number
  const gone = Exit.fail(new Unavailable({ because: "no file any more where its file was" }))
  const flush = (): void => {
    isScheduled = false
    const jobs = waiting.splice(0, most)
    const bodies = jobs.map(({ body }) => body)
    const exits = isThere() ? together(database, bodies, to) : bodies.map(() => gone)
    for (const [at, { resume }] of jobs.entries()) resume(exits[at]!)
    schedule()
  }
  const schedule = (): void => {
    if (isScheduled || waiting.length === 0) return
    isScheduled = true
    // Whatever else has arrived by now is to share the commit.
    setImmediate(flush)
  }
  const transaction = <A>(body: Body<A>): Effect.Effect<A, Unavailable> =>
    Effect.callback<A, Unavailable>((resume) => {
      const job: Job = { body, resume: (exit) => resume(exit as Exit.Exit<A, Unavailable>) }
      waiting.push(job)
      schedule()
      return Effect.sync(() => {
        const at = waiting.indexOf(job)
        if (at >= 0) waiting.splice(at, 1)
      })
    })
  // A client has half of a commit at most.
  const inTurn = Turns.make({ atOnce: most, share: Math.max(1, Math.floor(most / 2)), ...queue })
  return {
    service: { dialect, transaction: <A>(body: Body<A>) => inTurn(transaction(body)), read: to.query },
    isAlone: isAlone(database)
  }
})

/** A log that is written ahead is given up only where nobody else has the file open; then it is taken up again. */
const isAlone = (database: DatabaseSync): Tables.IsAlone =>
  Effect.sync(() => {
    try {
      database.exec("PRAGMA journal_mode = delete")
      database.exec(`PRAGMA journal_mode = ${durability.journal_mode}`)
      return true
    } catch {
      return false
    }
  })

/**
 * A database whose transactions happen at once, in the call: for whoever has nobody to wait for. It is gone when nobody
 * holds it any more.
 */
const makeMemory = Effect.sync(() => {
  const database = new (sqlite().DatabaseSync)(":memory:")
  const to = connection(database)
  const transaction = <A>(body: Body<A>): Effect.Effect<A, Unavailable> =>
    Effect.suspend(() => together(database, [body], to)[0] as Exit.Exit<A, Unavailable>)
  return { service: { dialect, transaction, read: to.query }, isAlone: Effect.succeed(true) }
})

const migrated = (
  made: Effect.Effect<
    { readonly service: Database["Service"]; readonly isAlone: Tables.IsAlone },
    Unavailable,
    Scope.Scope
  >
): Layer.Layer<Database, Unavailable> =>
  Layer.effect(
    Database,
    Effect.flatMap(made, ({ isAlone, service }) => Effect.as(Tables.migrate(service, isAlone), service))
  )

/** A database in a file, which is made where there is none. Its folder has to be there. */
export const layer = (options: SqliteOptions): Layer.Layer<Database, Unavailable> => migrated(make(options))

/** A database in memory, gone with whoever holds it. */
export const layerMemory: Layer.Layer<Database> = Layer.orDie(migrated(makeMemory))
