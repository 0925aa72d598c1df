/** Trying: mutants are tried one after the other, and what became of each is written down at once. */
import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../Modules.ts"
import type { Judge } from "./Judge.ts"
import * as Mutation from "./Mutation.ts"
import * as Operators from "./Operators.ts"
import * as Sampling from "./Sampling.ts"
import * as Tests from "./Tests.ts"
import * as Typed from "./Typed.ts"
import * as Verdicts from "./Verdicts.ts"

/** What is to be tried. */
export interface Trial {
  readonly folder: Mutation.Folder
  readonly seed: number
  /** How many mutants that are programs. */
  readonly count: number
  /**
   * Where it is tried: a file, or a line of it as `FILE:LINE`. What is found of a chosen place is not written down, for it
   * says nothing of the others.
   */
  readonly at?: string | undefined
  /** Is told of each, and whether it was known already. */
  readonly tell: (line: Omit<Mutation.Line, "version">, isKnown: boolean) => void
}

const open = (typed: Typed.Typed, folder: Mutation.Folder): Promise<Judge> =>
  folder === "impl" ? Tests.open(typed) : Verdicts.open(typed, folder)

/** Tries mutants in their order, until as many as are asked for are known to be killed or not. What is known of the same sources stands. */
export const run = async ({ at, count, folder, seed, tell }: Trial): Promise<void> => {
  const typed = Typed.open(Sampling.filesOf(folder))
  const isThere = ({ file, line }: Sampling.Mutant): boolean =>
    at === undefined || at === file || at === `${file}:${line}`
  const mutants = Sampling.drawn(typed, folder, seed).filter(isThere)
  const known = new Map(Mutation.recorded().map((line) => [line.id, line]))
  const judge = await open(typed, folder)
  try {
    let tried = 0
    for (const mutant of mutants) {
      if (tried >= count) return
      const before = known.get(mutant.id)
      const isKnown = before !== undefined && before.sources === judge.sources(before.by)
      const line = isKnown ? before : await tryOne(typed, judge, { mutant, first: before?.by ?? null, seed })
      if (!isKnown && at === undefined) appendFileSync(join(root, Mutation.path), Mutation.text(line))
      if (line.fate === "ill-typed") continue
      tried++
      tell(line, isKnown)
    }
  } finally {
    judge.end()
  }
}

/** The version of paycode that mutants are made of. */
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }

interface Attempt {
  readonly mutant: Sampling.Mutant
  /** What told it before. */
  readonly first: string | null
  readonly seed: number
}

/** Tries one mutant: one that is no program is none. */
const tryOne = async (typed: Typed.Typed, judge: Judge, { first, mutant, seed }: Attempt) => {
  const { after, before, edit, file, folder, id, line } = mutant
  const text = Operators.apply(typed.sourceOf(file).text, edit)
  const told = typed.accepts(file, text)
    ? await judge.judge(mutant, text, first)
    : ({ fate: "ill-typed", by: null, how: null } as const)
  return {
    id,
    folder,
    file,
    line,
    operator: edit.operator,
    before: before.slice(0, 300),
    after: after.slice(0, 300),
    ...told,
    sources: judge.sources(told.by),
    seed,
    paycode: version,
    date: new Date().toISOString().slice(0, 10)
  }
}
