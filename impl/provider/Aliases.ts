/**
 * Aliases: whose an alias is that was made with a key. Nobody can read it, so the provider tabulates the aliases that its
 * phones can be showing: those of every live credential for every position of the window (GEN-9). `npm run bench` says what
 * that costs.
 */
import * as Effect from "effect/Effect"
import type { TokenSource as Positions } from "../../model/steps/Steps.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import type { Credentials, Database, Named } from "../ledger/Ledger.ts"

/** Finds the credentials that an alias names. */
export interface Aliases {
  /** The live credentials whose alias it is for some position of a window, and the account of the first. */
  readonly named: (window: Positions.Window, alias: string) => Effect.Effect<Named, Database.Unavailable>
}

/** The credential that an alias names, by its number, or all of them: aliases meet by chance. */
type Names = number | ReadonlyArray<number>

/** By alias, as a number, whom it names for one position. Nothing else of an alias is kept, for there are many. */
type Table = Map<number, Names>

const listed = (names: Names | undefined): ReadonlyArray<number> =>
  names === undefined ? [] : typeof names === "number" ? [names] : names

/** Makes an empty table, which fills as it is asked, and forgets what the window has passed. */
export const make = (
  format: TokenSource.Format,
  { liveFrom, stillLive }: Pick<Credentials["Service"], "liveFrom" | "stillLive">
): Aliases => {
  /** By its number, how each credential that was live when it was met makes its aliases. */
  const sources = new Map<number, (position: number) => string>()
  /** Whom aliases name, by position. */
  const tables = new Map<number, Table>()
  /** Credentials are numbered in the order in which they are issued: those from this number on are new. */
  let met = 0

  const add = (table: Table, position: number, number: number): void => {
    const alias = Number(sources.get(number)!(position))
    const names = table.get(alias)
    table.set(alias, names === undefined ? number : [...listed(names), number])
  }

  /** Meets the credentials that were issued since the last time. */
  const meet = Effect.map(
    Effect.suspend(() => liveFrom(met)),
    (issued) => {
      for (const credential of issued) {
        if (sources.has(credential.number)) continue
        sources.set(credential.number, TokenSource.aliases(format, credential))
        for (const [position, table] of tables) add(table, position, credential.number)
      }
      met = Math.max(met, (issued.at(-1)?.number ?? -1) + 1)
    }
  )

  const tableOf = (position: number): Table => {
    const known = tables.get(position)
    if (known !== undefined) return known
    const table: Table = new Map()
    for (const number of sources.keys()) add(table, position, number)
    tables.set(position, table)
    return table
  }

  const named = Effect.fnUntraced(function* ({ from, to }: Positions.Window, alias: string) {
    yield* meet
    for (const position of tables.keys()) if (position < from) tables.delete(position)
    const numbers = new Set<number>()
    const written = Number(alias)
    for (let position = from; position <= to; position++) {
      for (const number of listed(tableOf(position).get(written))) numbers.add(number)
    }
    return yield* stillLive([...numbers])
  })

  return { named }
}
