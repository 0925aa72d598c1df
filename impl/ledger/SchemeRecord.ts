/**
 * SchemeRecord: under which scheme a ledger is kept. The first provider of an empty one writes it down; every later one has to
 * have the same. What changes is written beside what was before, so that one can see under which parameters an order was
 * decided.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scheme } from "../../model/Scheme.ts"
import { stepUpMethod } from "../../spec/StepUpMethods.ts"
import { Mac } from "../credentials/Credentials.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { type Connection, type Database, type Kept, one, type Reader } from "./Database.ts"
import { writtenSecret } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"

/** The scheme that a ledger is kept under. */
export interface Recorded {
  /** The first is 0. */
  readonly number: number
  /** Since when, in seconds. */
  readonly at: number
  /** Its name. */
  readonly scheme: string
  readonly parameters: SchemeForm.Parameters
}

/** How a scheme stands to the one that a ledger is kept under. */
export type Standing =
  /** It is the same, from now on if not before. */
  | { readonly _tag: "Same"; readonly recorded: Recorded }
  /** The ledger is from before schemes were written down, and holds something. */
  | { readonly _tag: "Unrecorded" }
  /** What stored credentials and orders depend on is otherwise, and there are some. */
  | { readonly _tag: "OtherForm"; readonly recorded: Recorded; readonly differences: Differences }
  /** Something else is, the name perhaps: the operator can change it. */
  | { readonly _tag: "OtherTerms"; readonly recorded: Recorded; readonly differences: Differences }
  /** The ledger is from before, and what is stored is not of the scheme: each kind of it. */
  | { readonly _tag: "Unfit"; readonly found: ReadonlyArray<string> }

type Differences = ReadonlyArray<SchemeForm.Difference>

interface SchemeRow {
  readonly number: number
  readonly at: number
  readonly name: string
  readonly parameters: string
}

const columns = "number, at, name, parameters"

const recordedOf = ({ at, name, number, parameters }: SchemeRow): Recorded => ({
  number,
  at,
  scheme: name,
  // A program that did not know a parameter wrote none down: that is no other scheme.
  parameters: SchemeForm.completed(JSON.parse(parameters) as SchemeForm.Parameters)
})

/** The scheme that a ledger is kept under; undefined where nobody has written one down. */
export const recorded = (reader: Reader): Kept<Recorded | undefined> =>
  Effect.map(
    one<SchemeRow>(reader, `SELECT ${columns} FROM scheme ORDER BY number DESC LIMIT 1`),
    (row) => row && recordedOf(row)
  )

/** Every scheme that a ledger was kept under, earliest first. */
export const history = ({ query }: Reader): Kept<ReadonlyArray<Recorded>> =>
  Effect.map(query<SchemeRow>(`SELECT ${columns} FROM scheme ORDER BY number`), (rows) => rows.map(recordedOf))

/** Whether one of some tables holds anything. */
const holds = Effect.fnUntraced(function* (reader: Reader, tables: ReadonlyArray<string>) {
  for (const table of tables) {
    if ((yield* one(reader, `SELECT 1 AS found FROM ${table} LIMIT 1`)) !== undefined) return true
  }
  return false
})

const write = Effect.fnUntraced(function* (connection: Connection, scheme: Scheme, number: number, at: number) {
  const parameters = SchemeForm.parametersOf(scheme)
  const [name, written] = [scheme.scheme, JSON.stringify(parameters)]
  yield* connection.query(
    "INSERT INTO scheme (number, at, name, parameters) VALUES (?, ?, ?, ?)",
    number,
    at,
    name,
    written
  )
  return { _tag: "Same", recorded: { number, at, scheme: name, parameters } } as const
})

const named = (scheme: string, parameters: SchemeForm.Parameters): SchemeForm.Parameters => ({ scheme, ...parameters })

/** How a scheme stands to one that was written down. */
export const compare = (recorded: Recorded, scheme: Scheme): Standing => {
  const has = SchemeForm.parametersOf(scheme)
  const ofForm = SchemeForm.differences(SchemeForm.formOf(recorded.parameters), SchemeForm.formOf(has))
  if (ofForm.length > 0) return { _tag: "OtherForm", recorded, differences: ofForm }
  const differences = SchemeForm.differences(named(recorded.scheme, recorded.parameters), named(scheme.scheme, has))
  return differences.length > 0 ? { _tag: "OtherTerms", recorded, differences } : { _tag: "Same", recorded }
}

/** Everything that a scheme gives a meaning to. */
const meant = ["account", "credential", "orders", "signing_key"]

/**
 * How the scheme of a provider that starts stands to a ledger. One that holds nothing is its from now on; `now` in seconds.
 */
export const standing = ({ transaction }: Database["Service"], scheme: Scheme, now: number): Kept<Standing> =>
  transaction((connection) =>
    Effect.gen(function* () {
      yield* connection.lock(Subjects.scheme)
      const known = yield* recorded(connection)
      if (known !== undefined) return yield* free(connection, compare(known, scheme), scheme)
      if (yield* holds(connection, meant)) return { _tag: "Unrecorded" }
      return yield* write(connection, scheme, 0, now)
    })
  )

/** What a credential looks like that was issued under a scheme, its prefix apart. */
const shapeOf = ({ code, stepUp }: Scheme): string => {
  const alias = code.alias === "masked-index" || code.alias === "token" ? code.aliasDigits : 0
  if (code.mac === "none") return shape(alias, 0)
  const seed = Redacted.make(new Uint8Array(Mac.seedBytes(code.mac)))
  const second = stepUpMethod(stepUp.method).secret === "kept" ? { second: seed } : {}
  return shape(alias, writtenSecret({ _tag: "Seed", seed, ...second }).length)
}

/** The shape of a credential, by the digits of its alias and by how long its seed is as it is written. */
const shape = (alias: number, seed: number): string =>
  `${alias} digits of alias, ${seed === 0 ? "a list of codes" : `a seed written in ${seed} characters`}`

/** The accounts that no provider of a scheme has opened, each kind of them in words: an index is an account's from then on. */
const unfitAccounts = Effect.fnUntraced(function* (reader: Reader, { code }: Scheme) {
  const kinds = yield* reader.query<{ readonly alias: number }>(
    "SELECT DISTINCT COALESCE(LENGTH(alias), 0) AS alias FROM account"
  )
  const expected: Readonly<Record<typeof code.alias, ReadonlyArray<number>>> = {
    "masked-index": [code.aliasDigits],
    token: [0, code.aliasDigits],
    keyed: [0],
    none: [0]
  }
  return kinds.flatMap(({ alias }) =>
    expected[code.alias].includes(alias) ? [] : [`accounts with ${alias} digits of alias`]
  )
})

/** What is stored that no provider of a scheme has issued, each kind of it in words. */
const unfit = Effect.fnUntraced(function* (reader: Reader, scheme: Scheme) {
  const kinds = yield* reader.query<{ readonly prefix: string; readonly alias: number; readonly seed: number }>(
    "SELECT DISTINCT prefix, LENGTH(alias) AS alias, " +
      "CASE WHEN secret LIKE '{\"codes\"%' THEN 0 ELSE LENGTH(secret) END AS seed FROM credential"
  )
  const prefixes: ReadonlyArray<string> = scheme.code.mac === "none" ? [""] : scheme.code.prefixes
  const expected = shapeOf(scheme)
  const credentials = kinds.flatMap(({ alias, prefix, seed }) =>
    prefixes.includes(prefix) && shape(alias, seed) === expected
      ? []
      : [`credentials with ${prefix === "" ? "no prefix" : `prefix ${prefix}`}, ${shape(alias, seed)}`]
  )
  return [...credentials, ...(yield* unfitAccounts(reader, scheme))]
})

/**
 * How a scheme stands to a ledger in which perhaps nothing depends on the form that was written down: nothing was issued or
 * decided since, and what is stored is of the other form as well. Then it can be changed too.
 */
const free = Effect.fnUntraced(function* (reader: Reader, stands: Standing, scheme: Scheme) {
  if (stands._tag !== "OtherForm") return stands
  const [first = stands.recorded] = yield* history(reader)
  const since =
    "SELECT 1 AS found FROM credential WHERE issued_at >= ? UNION ALL SELECT 1 FROM orders WHERE at >= ? LIMIT 1"
  if ((yield* one(reader, since, first.at, first.at)) !== undefined) return stands
  return (yield* unfit(reader, scheme)).length > 0 ? stands : ({ ...stands, _tag: "OtherTerms" } as const)
})

/**
 * Has a ledger kept under a scheme from an instant on, in seconds, as its operator says. The form of stored credentials and
 * orders stays: it can only change where nothing was issued or decided since it was written down, and what there is fits. A ledger
 * from before takes any form that its accounts and credentials have.
 */
export const change = ({ transaction }: Database["Service"], scheme: Scheme, now: number): Kept<Standing> =>
  transaction((connection) =>
    Effect.gen(function* () {
      yield* connection.lock(Subjects.scheme)
      const known = yield* recorded(connection)
      if (known === undefined) {
        const found = yield* unfit(connection, scheme)
        return found.length > 0 ? { _tag: "Unfit", found } : yield* write(connection, scheme, 0, now)
      }
      const stands = yield* free(connection, compare(known, scheme), scheme)
      return stands._tag === "OtherTerms" ? yield* write(connection, scheme, known.number + 1, now) : stands
    })
  )
