/**
 * Provenance: where a report comes from, so that who reads it can make it again. It names no person, machine, password or absolute
 * path: what is not in the folder that paycode ran in is named by its last part alone.
 */
import { basename, isAbsolute, relative } from "node:path"
import * as Schema from "effect/Schema"
import * as Text from "../../impl/Text.ts"
import * as Hash from "../Hash.ts"
import { closure } from "../Modules.ts"
import * as ReportSchemas from "./ReportSchemas.ts"

/** What an audit was asked for, and by which code it was made. */
export const Provenance = Schema.Struct({
  /** SHA-256 of the modules that decided, as they ran, in hexadecimal. */
  fingerprint: Schema.String,
  /** The version of Node, as `v24.1.0`. */
  node: Schema.String,
  /** When the audit began: a date and time of UTC as in ISO 8601. */
  date: Schema.String,
  /** The command that makes the report again, in the folder that it was made in. */
  command: Schema.String,
  scope: ReportSchemas.Scope,
  /** The random runs beyond the scope, for each adversary, and their seed. */
  runs: Schema.Natural,
  seed: Schema.Int,
  /** The span of time that was given, as it was written; null where there was none. */
  budget: Schema.NullOr(Schema.String),
  /** Whether schemes were to be compared, and further capabilities to be looked for. */
  compare: Schema.Boolean,
  more: Schema.Boolean
})
export type Provenance = typeof Provenance.Type

/** The path of a file as a report may tell it: from the folder that paycode runs in, or its last part where it is not in there. */
export const told = (path: string, folder: string = process.cwd()): string => {
  const from = relative(folder, path)
  const isInside = from !== "" && !from.startsWith("..") && !isAbsolute(from)
  return isInside ? from : basename(path)
}

/** A word of a command line, quoted for a POSIX shell where it needs to be. What is unseen in it is shown, and means nothing to one. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${Text.line(text).replace(/'/g, "'\\''")}'`

/** A command line of some words. */
export const line = (words: ReadonlyArray<string>): string => words.map(word).join(" ")

/** What a command line has besides the names of schemes and claims, and what is written where. */
export type Asked = Pick<Provenance, "scope" | "runs" | "seed" | "budget" | "compare" | "more">

const flags = ({ budget, compare, more, runs, scope, seed }: Asked): ReadonlyArray<string> => [
  ...["--scope", scope, "--runs", `${runs}`, "--seed", `${seed}`],
  ...(budget === null ? [] : ["--budget", budget]),
  ...(compare ? ["--compare"] : []),
  ...(more ? ["--more"] : [])
]

/** The command that audits some schemes, or their files, again; all claims where none are named. */
export const command = (schemes: ReadonlyArray<string>, claims: ReadonlyArray<string>, asked: Asked): string =>
  line(["paycode", "audit", ...schemes, ...claims.flatMap((id) => ["--claim", id]), ...flags(asked)])

/** The command that decides one claim of a scheme, or of its file, again. What stopped the audit stops it no more. */
export const again = (scheme: string, claim: string, asked: Asked): string =>
  command([scheme], [claim], { ...asked, budget: null, compare: false })

/** The modules from which every other that decides a verdict is reached, as they are written and as they are compiled. */
const entries = ["properties/audit/Audit.ts", "properties/audit/Audit.js"]

/** SHA-256 of the modules that decide a verdict, as they are on the disk that they run from. */
export const fingerprint = (): string => Hash.of([...closure(entries)].sort(([a], [b]) => (a < b ? -1 : 1)))

/** Where a report comes from that is made now. */
export const now = (schemes: ReadonlyArray<string>, claims: ReadonlyArray<string>, asked: Asked): Provenance => ({
  fingerprint: fingerprint(),
  node: process.version,
  date: new Date().toISOString(),
  command: command(schemes, claims, asked),
  ...asked
})
