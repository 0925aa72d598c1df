/**
 * Mutation: what becomes of the sources when one small thing in them is otherwise. A mutant of the model, or of a judge, is
 * killed by a verdict of the audit; one of the implementation by a test. This is all of the folder that others need: what
 * a mutant is, and what became of those that were tried.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem, say } from "../../model/Decode.ts"
import { root } from "../Modules.ts"

export * as Equivalents from "./Equivalents.ts"

/** The parts of the sources that are mutated. */
export const folders = ["model", "claims", "impl"] as const

export type Folder = (typeof folders)[number]

/** Where what became of mutants is kept, from the root of the repository: a line of JSON for each. */
export const path = "docs/mutation.jsonl"

/** The form of a line. */
const version = 1

/**
 * What became of a mutant. `killed`: a verdict or a test is otherwise. `late`: what told it did not end in five times the time that it
 * takes unmutated. `alive`: nothing is otherwise. `unreached`: nothing that judges it ever comes to its line. `equal`: nothing is, and in the
 * model every count of every search and every random run is as before. `ill-typed`: it is no program, and counts as none.
 */
const fates = ["killed", "late", "alive", "unreached", "equal", "ill-typed"] as const

export type Fate = (typeof fates)[number]

const Line = Schema.Struct({
  version: Schema.Literal(version),
  /** Which mutant: see {@link file://./Sampling.ts}. */
  id: Schema.String,
  folder: Schema.Literals(folders),
  file: Schema.String,
  /** Where it stood when it was tried, from 1. */
  line: Schema.Natural,
  operator: Schema.String,
  before: Schema.String,
  after: Schema.String,
  fate: Schema.Literals(fates),
  /** The part of the audit, or the file of tests, that told it; null where none did. */
  by: Schema.NullOr(Schema.String),
  /** What it told: a verdict, or the name of a test. */
  how: Schema.NullOr(Schema.String),
  /** The fingerprint of what it was tried on: with another, it is tried again. */
  sources: Schema.String,
  seed: Schema.Int,
  paycode: Schema.String,
  date: Schema.String
})

/** What became of one mutant. */
export type Line = typeof Line.Type

/** A line as the file has it. */
export const text = (line: Omit<Line, "version">): string => `${JSON.stringify({ version, ...line })}\n`

/** Reads what became of mutants: of each the last that was said. */
export const read = (file: string): Result.Result<ReadonlyArray<Line>, ReadonlyArray<Problem>> => {
  const lines = new Map<string, Line>()
  for (const [at, one] of file.split("\n").entries()) {
    if (one === "") continue
    const found = decode(Line, parsed(one))
    if (Result.isFailure(found)) {
      return Result.fail(found.failure.map((problem) => ({ ...problem, path: `line ${at + 1}, ${problem.path}` })))
    }
    lines.set(found.success.id, found.success)
  }
  return Result.succeed([...lines.values()])
}

/** What became of the mutants of the repository that were tried. Throws where the file is not of its form. */
export const recorded = (): ReadonlyArray<Line> => {
  const file = join(root, path)
  const found = read(existsSync(file) ? readFileSync(file, "utf8") : "")
  if (Result.isFailure(found)) throw new Error(`${path}: ${found.failure.map(say).join("; ")}`)
  return found.success
}

/** A line that an interrupt has cut is no JSON, and is told like anything else that is not of the form. */
const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** How many mutants of a folder came to what. */
export interface Rate {
  readonly folder: Folder
  /** Those that are programs. */
  readonly tried: number
  readonly killed: number
  /** Of these, those that a judge noticed, so that no verdict was asked for. */
  readonly noticed: number
  readonly equivalent: number
  readonly alive: ReadonlyArray<Line>
  readonly seeds: ReadonlyArray<number>
  readonly versions: ReadonlyArray<string>
  /** The first day and the last on which one was tried. */
  readonly from: string
  readonly to: string
}

/** What counts as killed, and what as equivalent by what was run. */
export const isKilled = ({ fate }: Line): boolean => fate === "killed" || fate === "late"

/** The rates of the folders of which mutants were tried. */
export const rates = (
  lines: ReadonlyArray<Line>,
  proven: ReadonlyArray<{ readonly id: string }>
): ReadonlyArray<Rate> =>
  folders.flatMap((folder) => {
    const tried = lines.filter((line) => line.folder === folder && line.fate !== "ill-typed")
    if (tried.length === 0) return []
    const isEquivalent = ({ fate, id }: Line): boolean => fate === "equal" || proven.some((one) => one.id === id)
    const survivors = tried.filter((line) => !isKilled(line))
    const dates = tried.map(({ date }) => date).sort()
    return [
      {
        folder,
        tried: tried.length,
        killed: tried.length - survivors.length,
        noticed: tried.filter((line) => isKilled(line) && line.by?.endsWith(" Notice")).length,
        equivalent: survivors.filter(isEquivalent).length,
        alive: survivors.filter((line) => !isEquivalent(line)),
        seeds: [...new Set(tried.map(({ seed }) => seed))],
        versions: [...new Set(tried.map(({ paycode }) => paycode))],
        from: dates[0]!,
        to: dates.at(-1)!
      }
    ]
  })
