/**
 * Aliases: whose an alias is that was made with a key. Nobody can read it, so the provider tabulates the aliases that its
 * phones can be showing: those of every live credential for every step of the window.
 */
import * as Effect from "effect/Effect"
import type { TokenSource as Positions } from "../../model/steps/Steps.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import type { Credentials, Database, Named } from "../ledger/Ledger.ts"

/** Finds the credentials that an alias names. */
export interface Aliases {
  /** The live credentials whose alias it is in some step of a window, and the account of the first. */
  readonly named: (window: Positions.Window, alias: string) => Effect.Effect<Named, Database.Unavailable>
}

/** Makes an empty table, which fills as it is asked, and forgets what the window has passed. */
export const make = (
  format: TokenSource.Format,
  { liveFrom, stillLive }: Pick<Credentials["Service"], "liveFrom" | "stillLive">
): Aliases => {
  /** By its number, how each credential that was live when it was met makes its aliases. */
  const sources = new Map<number, (position: number) => string>()
  /** By step and alias, the numbers of the credentials that it names then. */
  const steps = new Map<number, Map<string, ReadonlyArray<number>>>()
  /** Credentials are numbered in the order in which they are issued: those from this number on are new. */
  let met = 0

  const add = (table: Map<string, ReadonlyArray<number>>, step: number, number: number): void => {
    const alias = sources.get(number)!(step)
    table.set(alias, [...(table.get(alias) ?? []), number])
  }

  /** Meets the credentials that were issued since the last time. */
  const meet = Effect.map(
    Effect.suspend(() => liveFrom(met)),
    (issued) => {
      for (const credential of issued) {
        if (sources.has(credential.number)) continue
        sources.set(credential.number, TokenSource.aliases(format, credential))
        for (const [step, table] of steps) add(table, step, credential.number)
      }
      met = Math.max(met, (issued.at(-1)?.number ?? -1) + 1)
    }
  )

  const tableOf = (step: number): Map<string, ReadonlyArray<number>> => {
    const known = steps.get(step)
    if (known !== undefined) return known
    const table = new Map<string, ReadonlyArray<number>>()
    for (const number of sources.keys()) add(table, step, number)
    steps.set(step, table)
    return table
  }

  const named = Effect.fnUntraced(function* ({ from, to }: Positions.Window, alias: string) {
    yield* meet
    for (const step of steps.keys()) if (step < from) steps.delete(step)
    const numbers = new Set<number>()
    for (let step = from; step <= to; step++) for (const number of tableOf(step).get(alias) ?? []) numbers.add(number)
    return yield* stillLive([...numbers])
  })

  return { named }
}
