/**
 * Certificate: every state that a search visited, in a file that suffices by itself, so that whoever has it can check without
 * searching that nothing follows them but them, and that none of what follows breaks a claim.
 *
 * A file is a line with its form, a line with the SHA-256 of the next, a header as a line of JSON, and the states, compressed in
 * {@link file://./Blocks.ts}. The header has the SHA-256 of each block: its own stands for all of the file.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { threadId } from "node:worker_threads"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, say } from "../../model/Decode.ts"
import { Scheme } from "../../model/Scheme.ts"
import { checkedIds, claims as statements } from "../../spec/Claims.ts"
import { clauseIds, mutantsOf } from "../../spec/Clauses.ts"
import { capabilityIds } from "../../spec/Threats.ts"
import * as Hash from "../Hash.ts"
import { watchables } from "../reduction/Quotient.ts"
import * as Scenes from "../scenes/Scenes.ts"
import type { Packed } from "../search/Search.ts"
import * as Blocks from "./Blocks.ts"

export type { States } from "./Blocks.ts"

/** The form that is written, and the only one that is read. */
export const form = 1

const opening = "paycode certificate "

/** What the names of the files end in. */
export const ending = ".certificate"

const Counts = Schema.Record(Schema.String, Schema.Natural)

const Claim = Schema.Struct({
  id: Schema.Literals(checkedIds),
  /**
   * What the search found: no case breaks it, or one does; of a claim that something can happen, that it was met, or never. Of a
   * claim that is broken nothing is certified.
   */
  found: Schema.Literals(["kept", "broken", "met", "never"]),
  /** How many transitions were cases of it; of a claim that something comes to pass, in how many states it was pending. */
  cases: Schema.Natural,
  /** How many were cases of each of its parts, and lay at each of its edges. */
  parts: Counts,
  edges: Counts
}).check(
  Schema.makeFilter(({ found, id }: { readonly found: string; readonly id: (typeof checkedIds)[number] }) =>
    (statements[id].kind === "sometimes") === ["met", "never"].includes(found)
      ? undefined
      : "kept or broken; met or never where the claim is that something can happen"
  )
)

const Mutant = Schema.Struct({ clause: Schema.Literals(clauseIds), mutant: Schema.String }).check(
  Schema.makeFilter(({ clause, mutant }: { readonly clause: (typeof clauseIds)[number]; readonly mutant: string }) =>
    mutantsOf(clause).includes(mutant) ? undefined : `a mutant of ${clause}`
  )
)

/** What is said of a search before its states. */
const said = {
  /** The version of paycode that wrote it, and the SHA-256 of its modules. */
  paycode: Schema.String,
  fingerprint: Schema.String,
  /** The whole scheme, and its hash. */
  scheme: Scheme,
  hash: Schema.String,
  scene: Schema.Literals(Scenes.sceneNames),
  size: Schema.Literals(Scenes.sizes),
  /** The capabilities of the adversary. */
  under: Schema.Array(Schema.Literals(capabilityIds)),
  /** The clauses that were left out, and how. */
  mutants: Schema.Array(Mutant),
  /** What the search looked back at. */
  lookback: Schema.Struct({
    watched: Schema.Literals(watchables),
    seconds: Schema.Boolean,
    counts: Schema.Boolean,
    learns: Schema.Boolean
  }),
  /** The reductions that it was made with, by their names. */
  reductions: Schema.Array(Schema.String),
  claims: Schema.Array(Claim),
  /** The bits of a packed state. */
  bits: Schema.Natural,
  /** How many actions were taken from the states, those included that lead nowhere new. */
  transitions: Schema.Natural
}

const Statement = Schema.Struct(said)

/** What a certificate says of its search. */
export type Statement = typeof Statement.Type

const Block = Schema.Struct({ states: Schema.Natural, bytes: Schema.Natural, sha256: Schema.String }).check(
  Schema.makeFilter(({ states }: Blocks.Block) =>
    states <= Blocks.blockStates ? undefined : `at most ${Blocks.blockStates} states`
  )
)

const Header = Schema.Struct({
  ...said,
  /** How many states there are, and the words of each. */
  states: Schema.Natural,
  words: Schema.Natural,
  blocks: Schema.Array(Block)
})

/** What stands before the states of a certificate. */
export type Header = typeof Header.Type

/** A certificate that was read. */
export interface Certificate {
  readonly header: Header
  readonly states: Blocks.States
  /** The bytes of the file. */
  readonly bytes: number
}

/** A claim of which a certificate says something, as it says it. */
export type Certified = Header["claims"][number]

/** The claims of which each state has a rank: those that something comes to pass, as far as it does. */
export const ranked = (claims: ReadonlyArray<Certified>): ReadonlyArray<Certified> =>
  claims.filter(({ found, id }) => found === "kept" && statements[id].kind === "leads-to")

// ---------------------------------------------------------------------------------------------------------------------
// Writing
// ---------------------------------------------------------------------------------------------------------------------

/** What certificates are asked for, as plain data: the folder, and what makes them. */
export interface Asked {
  readonly folder: string
  readonly paycode: string
  readonly fingerprint: string
}

/** A certificate that was written, or could not be. */
export interface Written {
  readonly file: string
  readonly bytes: number
  readonly states: number
  /** Why it could not be. */
  readonly problem: string | undefined
}

/** The name of the file of a search: no two searches have the same. */
const nameOf = ({ claims, hash, lookback, mutants, scene, scheme, size, under }: Statement): string => {
  const unique = Hash.of({ hash, size, under, mutants, lookback, claims: claims.map(({ id }) => id) }).slice(0, 12)
  return `${scheme.scheme}-${scene}-${unique}${ending}`
}

/** The bytes of a certificate of some states. */
export const bytesOf = (statement: Statement, states: Blocks.Unwritten): Uint8Array => {
  const blocks = Blocks.written(states)
  const counted = { states: states.count, words: states.words, blocks: blocks.map(({ block }) => block) }
  const header = JSON.stringify({ ...statement, ...counted } satisfies Header)
  const text = `${opening}${form}\n${Blocks.sha256(header)}\n${header}\n`
  return Buffer.concat([Buffer.from(text), ...blocks.map(({ bytes }) => bytes)])
}

/**
 * Writes a certificate of the states of a search, of which `ranks` has for each claim that something comes to pass what is not 0. It is
 * written under another name first: under its own there is all of it, or what was there before.
 */
export const write = (
  folder: string,
  statement: Statement,
  packed: Packed,
  ranks: ReadonlyArray<ReadonlyMap<number, number>>
): Written => {
  const file = join(folder, nameOf(statement))
  const draft = `${file}.${process.pid}-${threadId}`
  try {
    const states = Blocks.sorted(packed, ranks)
    const bytes = bytesOf(statement, states)
    writeFileSync(draft, bytes)
    renameSync(draft, file)
    return { file, bytes: bytes.length, states: states.count, problem: undefined }
  } catch (error) {
    rmSync(draft, { force: true })
    return { file, bytes: 0, states: 0, problem: error instanceof Error ? error.message : String(error) }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading
// ---------------------------------------------------------------------------------------------------------------------

/** What to do with a file that is not what was written. */
const again = "copy it again, or have `paycode audit --certify` write it again"

/** A line about something that is not as it has to be. */
const refusal = (expected: string, found: string, todo: string): string =>
  `expected ${expected}, found ${found}; ${todo}`

/** The JSON of a text; undefined where it is none. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The first lines of a file, and where what follows them begins. */
const linesOf = (bytes: Buffer, count: number): { readonly lines: ReadonlyArray<string>; readonly end: number } => {
  const lines: Array<string> = []
  let from = 0
  for (let to = bytes.indexOf(10); to >= 0 && lines.length < count; to = bytes.indexOf(10, from)) {
    lines.push(bytes.toString("utf8", from, to))
    from = to + 1
  }
  return { lines, end: from }
}

/** Reads the header of a certificate by its lines. */
const headerOf = ([first, hash, text]: ReadonlyArray<string>): Result.Result<Header, ReadonlyArray<string>> => {
  const own = `a certificate of form ${form}`
  if (first === undefined || !first.startsWith(opening))
    return Result.fail([refusal(own, "another kind of file", "`paycode audit --certify` writes certificates")])
  if (first !== `${opening}${form}`) {
    const found = `form ${first.slice(opening.length, opening.length + 20)}`
    return Result.fail([
      refusal(own, found, "check it with the paycode that wrote it, or write it again with this one")
    ])
  }
  if (hash === undefined || text === undefined) return Result.fail([refusal("a header", "the end of the file", again)])
  const found = Blocks.sha256(text)
  if (found !== hash) return Result.fail([refusal(`a header with the SHA-256 ${hash.slice(0, 64)}`, found, again)])
  const input = parsed(text)
  const header = Result.mapError(decode(Header, input), (problems) =>
    problems
      .slice(0, 5)
      .map((problem) => `${say(problem)}; it was written by another paycode: write it again with this one`)
  )
  return Result.flatMap(header, (decoded) => {
    const own = Hash.of(decoded.scheme)
    return own === decoded.hash
      ? Result.succeed(decoded)
      : Result.fail([refusal(`the scheme with the hash ${decoded.hash}`, `one with ${own}`, again)])
  })
}

/** Reads the bytes of a certificate. What is wrong with them is told in lines that say what was expected, what was found, and what to do. */
export const parse = (bytes: Buffer): Result.Result<Certificate, ReadonlyArray<string>> => {
  const { end, lines } = linesOf(bytes, 3)
  return Result.flatMap(headerOf(lines), (header) => {
    const { blocks, claims, words } = header
    const read = Blocks.read(blocks, bytes.subarray(end), { words, ranks: ranked(claims).length })
    return Result.flatMap(
      Result.mapError(read, ({ expected, found }) => [refusal(expected, found, again)]),
      (states) =>
        states.count === header.states
          ? Result.succeed({ header, states, bytes: bytes.length })
          : Result.fail([refusal(`${header.states} states`, `${states.count}`, again)])
    )
  })
}

/** Reads the file of a certificate, as {@link parse} does. */
export const read = (path: string): Result.Result<Certificate, ReadonlyArray<string>> => {
  const told = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `${path}: ${line}`)
  try {
    return Result.mapError(parse(readFileSync(path)), told)
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return Result.fail(
      told([refusal("a certificate", `a file that cannot be read (${found})`, "name one that is there")])
    )
  }
}
