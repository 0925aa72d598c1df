/** Judge: what tells a mutant from the sources, whichever it is: verdicts of the audit, or tests. */
import { createHash } from "node:crypto"
import typescript from "typescript"
import * as Modules from "../Modules.ts"
import type { Fate } from "./Mutation.ts"
import type { Mutant } from "./Sampling.ts"

/** What became of a mutant. */
export interface Told {
  readonly fate: Exclude<Fate, "ill-typed">
  readonly by: string | null
  readonly how: string | null
}

/** What tries mutants of some modules. */
export interface Judge {
  /** Tries a mutant with its text; `first` told it before, and is asked first. */
  readonly judge: (mutant: Mutant, text: string, first: string | null) => Promise<Told>
  /** The fingerprint of what decided, by what told the mutant; null where nothing did. */
  readonly sources: (by: string | null) => string
  readonly end: () => void
}

/** In how many times the time that it takes unmutated something is late, and the least that is given, in milliseconds. */
const patience = 20
const least = 60_000

/** How long something may take, in milliseconds, that takes some seconds unmutated: more than five times as long. */
export const allowed = (seconds: number): number => least + patience * 1000 * seconds

const prints = new Map<string, string>()

/** A fingerprint of some modules and of all that they reach: of what their code says, and of the data that they read. */
export const fingerprint = (entries: ReadonlyArray<string>): string => {
  const name = entries.join(" ")
  const known = prints.get(name)
  if (known !== undefined) return known
  const hash = createHash("sha256")
  for (const [path, text] of [...Modules.closure(entries)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([path, path.endsWith(".ts") ? tokensOf(path, text) : text]))
  }
  const print = hash.digest("hex").slice(0, 16)
  prints.set(name, print)
  return print
}

const known = new Map<string, ReadonlyArray<string>>()

const tokensOf = (path: string, text: string): ReadonlyArray<string> => {
  const before = known.get(path)
  if (before !== undefined) return before
  const found = Modules.tokens(typescript, text)
  known.set(path, found)
  return found
}
