/**
 * Store: what searches and walks found, in a database of SQLite. An answer is found by the code that gave it, by what was given, and by
 * the values that it read; it has a sum of its own, so that what was damaged is passed over. Only data is read of it, never code.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import * as Schema from "effect/Schema"
import { Keeping } from "../audit/Audit.ts"
import * as Hash from "../Hash.ts"

/** The form of the tables, in `user_version`, and what says that the file is one of these, in `application_id`. */
export const version = 1
const application = 0x70_61_79_65

/** How long another who writes is waited for, in milliseconds. */
const patience = 1000

/** An answer as it is kept, but for what was found. */
export interface Row {
  readonly fingerprint: string
  readonly kind: Keeping.Kind
  readonly given: string
  readonly paths: ReadonlyArray<string>
  /** SHA-256 of the values at the paths. */
  readonly values: string
  readonly cost: number
  readonly made: string
  readonly by: string
  /** What makes it again, as JSON. */
  readonly order: string
  /** What was found, as JSON. */
  readonly found: string
}

/** The database cannot be used, and why: a sentence with its path. */
export class Unusable extends Error {
  override readonly name = "Unusable"
}

const tables = `
  CREATE TABLE reads (id TEXT PRIMARY KEY, paths TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE answers (
    fingerprint TEXT NOT NULL, given TEXT NOT NULL, reads TEXT NOT NULL REFERENCES reads (id), "values" TEXT NOT NULL,
    kind TEXT NOT NULL, cost INTEGER NOT NULL, made TEXT NOT NULL, "by" TEXT NOT NULL,
    "order" BLOB NOT NULL, found BLOB NOT NULL, sum TEXT NOT NULL,
    PRIMARY KEY (fingerprint, given, reads, "values")
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${application};
  PRAGMA user_version = ${version};
`

const Kept = Schema.Struct({
  fingerprint: Schema.String,
  given: Schema.String,
  reads: Schema.String,
  paths: Schema.String,
  values: Schema.String,
  kind: Schema.Literals(Keeping.kinds),
  cost: Schema.Natural,
  made: Schema.String,
  by: Schema.String,
  order: Schema.instanceOf(Uint8Array),
  found: Schema.instanceOf(Uint8Array),
  sum: Schema.String
})

const isKept = Schema.is(Kept)

const packed = (text: string): Uint8Array => deflateRawSync(text)

/** No answer is as large as this, unpacked: what claims to be is damaged. */
const mostBytes = 64 * 2 ** 20

const unpacked = (bytes: Uint8Array): string => inflateRawSync(bytes, { maxOutputLength: mostBytes }).toString("utf8")

const sumOf = ({ by, cost, fingerprint, found, given, kind, made, order, paths, values }: Row): string =>
  Hash.of([fingerprint, kind, given, paths, values, cost, made, by, order, found])

/** The row of what the database has; undefined where it is damaged. */
const rowOf = (kept: unknown): Row | undefined => {
  if (!isKept(kept)) return undefined
  try {
    const { paths, found, order, sum, ...others } = kept
    const row: Row = {
      ...others,
      paths: JSON.parse(paths) as ReadonlyArray<string>,
      order: unpacked(order),
      found: unpacked(found)
    }
    return sumOf(row) === sum ? row : undefined
  } catch {
    return undefined
  }
}

/** What some answers are of, without what they found. */
export interface Summary {
  readonly fingerprint: string
  readonly by: string
  readonly answers: number
  readonly searches: number
  readonly walks: number
  /** Microseconds of a processor that they took. */
  readonly cost: number
  readonly bytes: number
  readonly first: string
  readonly last: string
}

/** A database that is open. */
export interface Store {
  readonly path: string
  /** Why nothing can be written; undefined where it can. */
  readonly isReadOnly: boolean
  /** The lists of paths that answers to a question read. */
  readonly readsOf: (
    fingerprint: string,
    given: string
  ) => ReadonlyArray<{ readonly id: string; readonly paths: ReadonlyArray<string> }>
  /** An answer; undefined where there is none, or it is damaged. */
  readonly find: (fingerprint: string, given: string, reads: string, values: string) => Row | undefined
  readonly put: (row: Row) => void
  /** Every answer of a fingerprint, or of all; undefined for one that is damaged. */
  readonly all: (fingerprint: string | undefined) => Iterable<Row | undefined>
  readonly summaries: () => ReadonlyArray<Summary>
  /** Removes answers: all, or those of other code; answers how many. */
  readonly remove: (but: string | undefined) => number
  readonly close: () => void
}

/** Reads as JSON; undefined where it is none. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isPaths = Schema.is(Schema.Array(Schema.String))

/** A list of paths with its id; undefined where it is damaged. */
const listOf = (id: string, paths: string): ReadonlyArray<string> | undefined => {
  const list = jsonOf(paths)
  return isPaths(list) && Hash.of(list) === id ? list : undefined
}

const select = `SELECT fingerprint, given, reads, paths, "values", kind, cost, made, "by", "order", found, sum
  FROM answers JOIN reads ON reads.id = answers.reads`

/** Brings a database into being, or refuses one that is another's. */
const prepare = (database: DatabaseSync, path: string, isReadOnly: boolean): void => {
  const number = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0])
  const isEmpty = (): boolean => database.prepare("SELECT name FROM sqlite_schema LIMIT 1").get() === undefined
  if (!isReadOnly && isEmpty()) {
    database.exec("BEGIN IMMEDIATE")
    // Somebody else may have been first.
    if (isEmpty()) database.exec(tables)
    database.exec("COMMIT")
  }
  if (isEmpty()) throw new Unusable(`${path}: expected a store of evidence, found an empty database: an audit fills it`)
  if (number("application_id") !== application) {
    throw new Unusable(`${path}: expected a store of evidence, found another database: name another folder`)
  }
  const found = number("user_version")
  if (found !== version) {
    throw new Unusable(
      `${path}: expected a store of version ${version}, found version ${found}: remove it, or name another folder`
    )
  }
  if (!isReadOnly) database.exec("PRAGMA synchronous = NORMAL")
}

const sqlite = () => process.getBuiltinModule("node:sqlite")

const connect = (path: string, isReadOnly: boolean): DatabaseSync => {
  const database = new (sqlite().DatabaseSync)(path, { readOnly: isReadOnly, timeout: patience })
  try {
    prepare(database, path, isReadOnly)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens a database to be read. What a process began that was killed is undone first, which takes somebody who writes. */
const reading = (path: string): DatabaseSync => {
  try {
    return connect(path, true)
  } catch (error) {
    if (!/readonly/.test(String(error))) throw error
    connect(path, false).close()
    return connect(path, true)
  }
}

/** Tries whether something can be written, and takes it back. A transaction alone begins on what is only to be read as well. */
const isWritable = (database: DatabaseSync): boolean => {
  try {
    database.exec("BEGIN IMMEDIATE")
    database.exec(`PRAGMA user_version = ${version}`)
    return true
  } catch (error) {
    if (/readonly|unable to open/.test(String(error))) return false
    throw error
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK")
  }
}

/** What SQLite says, as a sentence about a path. */
export const said = (path: string, error: unknown): string => {
  if (error instanceof Unusable) return error.message
  const text = error instanceof Error ? error.message : String(error)
  const advice = /not a database|malformed|corrupt/.test(text)
    ? "it is damaged: remove it"
    : /locked|busy/.test(text)
      ? "another process holds it: wait for that to end"
      : "name another folder"
  return `${path}: expected a store of evidence that can be used, found: ${text}; ${advice}`
}

/** Opens the database at a path. Throws {@link Unusable} where it cannot be used. */
export const open = (path: string, mode: "read" | "write"): Store => {
  const guarded = <A>(body: () => A): A => {
    try {
      return body()
    } catch (error) {
      throw error instanceof Unusable ? error : new Unusable(said(path, error))
    }
  }
  return guarded(() => {
    let database = mode === "read" ? reading(path) : connect(path, false)
    const isReadOnly = mode === "read" || !isWritable(database)
    if (isReadOnly && mode === "write") {
      database.close()
      database = connect(path, true)
    }
    return storeOf(database, path, isReadOnly, guarded)
  })
}

type Guarded = <A>(body: () => A) => A

const storeOf = (database: DatabaseSync, path: string, isReadOnly: boolean, guarded: Guarded): Store => {
  const prepared = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const found = prepared.get(text) ?? database.prepare(text)
    prepared.set(text, found)
    return found
  }
  const lists = new Map<string, ReadonlyArray<string>>()
  const one = `${select} WHERE fingerprint = ? AND given = ? AND reads = ? AND "values" = ?`
  return {
    path,
    isReadOnly,
    readsOf: (fingerprint, given) =>
      guarded(() =>
        statement("SELECT DISTINCT id, paths FROM answers JOIN reads ON id = reads WHERE fingerprint = ? AND given = ?")
          .all(fingerprint, given)
          .flatMap(({ id, paths }) => {
            const list = lists.get(String(id)) ?? listOf(String(id), String(paths))
            if (list === undefined) return []
            lists.set(String(id), list)
            return [{ id: String(id), paths: list }]
          })
      ),
    find: (...at) => guarded(() => rowOf(statement(one).get(...at))),
    put: (row) =>
      guarded(() => {
        const reads = Hash.of(row.paths)
        const { by, cost, fingerprint, found, given, kind, made, order, values } = row
        const bytes = [packed(order), packed(found)] as const
        statement("BEGIN IMMEDIATE").run()
        try {
          statement("INSERT OR REPLACE INTO reads VALUES (?, ?)").run(reads, JSON.stringify(row.paths))
          statement("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
            ...[fingerprint, given, reads, values, kind, cost, made, by, ...bytes, sumOf(row)]
          )
          statement("COMMIT").run()
        } catch (error) {
          if (database.isTransaction) statement("ROLLBACK").run()
          throw error
        }
      }),
    all: function* (fingerprint) {
      const rows = guarded(() =>
        fingerprint === undefined
          ? statement(select).all()
          : statement(`${select} WHERE fingerprint = ?`).all(fingerprint)
      )
      for (const row of rows) yield rowOf(row)
    },
    summaries: () =>
      guarded(() => {
        const found =
          statement(`SELECT fingerprint, "by", count(*) AS answers, sum(kind = 'search') AS searches, sum(kind = 'walk') AS walks, sum(cost) AS cost,
          sum(length("order") + length(found)) AS bytes, min(made) AS first, max(made) AS last
          FROM answers GROUP BY fingerprint, "by" ORDER BY last DESC`).all()
        return found as unknown as ReadonlyArray<Summary>
      }),
    remove: (but) =>
      guarded(() => {
        const { changes } =
          but === undefined
            ? statement("DELETE FROM answers").run()
            : statement("DELETE FROM answers WHERE fingerprint <> ?").run(but)
        statement("DELETE FROM reads WHERE id NOT IN (SELECT reads FROM answers)").run()
        database.exec("VACUUM")
        return Number(changes)
      }),
    close: () => database.close()
  }
}
