/**
 * Aliases: whose an alias is that was made with a key. Nobody can read it, so the provider tabulates the aliases that its
 * phones can be showing: those of every live credential for every step of the window.
 */
import type { Window } from "../model/TokenSource.ts"
import type { Credential } from "./Ledger.ts"
import * as TokenSource from "./TokenSource.ts"

/** Finds the credentials that an alias names, for the steps of a window. */
export type Aliases = (live: ReadonlyArray<Credential>, window: Window, alias: string) => ReadonlyArray<Credential>

/** Makes an empty table, which fills as it is asked, and forgets what the window has passed. */
export const make = (format: TokenSource.Format): Aliases => {
  const sources = new Map<number, (position: number) => string>()
  /** By step and alias, the numbers of the credentials that it names then. */
  const steps = new Map<number, Map<string, ReadonlyArray<number>>>()
  /** By step, the credentials that are tabulated: the numbers below this one. */
  const tabulated = new Map<number, number>()

  const sourceOf = (credential: Credential): ((position: number) => string) => {
    const known = sources.get(credential.number)
    if (known !== undefined) return known
    const source = TokenSource.aliases(format, credential)
    sources.set(credential.number, source)
    return source
  }

  const fill = (live: ReadonlyArray<Credential>, step: number): Map<string, ReadonlyArray<number>> => {
    const table = steps.get(step) ?? new Map<string, ReadonlyArray<number>>()
    const from = tabulated.get(step) ?? 0
    // Credentials come in the order of their numbers: the new ones are the last.
    for (let at = live.length - 1; at >= 0 && live[at]!.number >= from; at--) {
      const alias = sourceOf(live[at]!)(step)
      table.set(alias, [...(table.get(alias) ?? []), live[at]!.number])
    }
    steps.set(step, table)
    tabulated.set(step, Math.max(from, (live.at(-1)?.number ?? -1) + 1))
    return table
  }

  return (live, { from, to }, alias) => {
    for (const step of steps.keys()) {
      if (step >= from) continue
      steps.delete(step)
      tabulated.delete(step)
    }
    const named = new Set<number>()
    for (let step = from; step <= to; step++) for (const number of fill(live, step).get(alias) ?? []) named.add(number)
    return named.size === 0 ? [] : live.filter(({ number }) => named.has(number))
  }
}
