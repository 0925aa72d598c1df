/** Provenance: where the report of an audit comes from, and what it was asked for. */
import * as Schema from "effect/Schema"
import * as Origin from "../Origin.ts"
import * as ReportSchemas from "./ReportSchemas.ts"

/** What an audit was asked for, and by which code it was made. */
export const Provenance = Schema.Struct({
  ...Origin.fields,
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

/** What a command line has besides the names of schemes and claims, and what is written where. */
export type Asked = Pick<Provenance, "scope" | "runs" | "seed" | "budget" | "compare" | "more">

const flags = ({ budget, compare, more, runs, scope, seed }: Asked): ReadonlyArray<string> => [
  ...["--scope", scope, "--runs", `${runs}`, "--seed", `${seed}`],
  ...(budget === null ? [] : ["--budget", budget]),
  ...(compare ? ["--compare"] : []),
  ...(more ? ["--more"] : [])
]

/** The words of the command that audits some schemes, or their files, again; all claims where none are named. */
const words = (schemes: ReadonlyArray<string>, claims: ReadonlyArray<string>, asked: Asked): ReadonlyArray<string> => [
  ...["paycode", "audit", ...schemes],
  ...claims.flatMap((id) => ["--claim", id]),
  ...flags(asked)
]

/** The command that decides one claim of a scheme, or of its file, again. What stopped the audit stops it no more. */
export const again = (scheme: string, claim: string, asked: Asked): string =>
  Origin.line(words([scheme], [claim], { ...asked, budget: null, compare: false }))

/** The modules from which every other that decides a verdict is reached, as they are written and as they are compiled. */
const entries = ["properties/audit/Audit.ts", "properties/audit/Audit.js"]

/** SHA-256 of the modules that decide a verdict. */
export const fingerprint = (): string => Origin.fingerprint(entries)

/** Where a report comes from that is made now. */
export const now = (schemes: ReadonlyArray<string>, claims: ReadonlyArray<string>, asked: Asked): Provenance => ({
  ...Origin.now(entries, words(schemes, claims, asked)),
  ...asked
})
