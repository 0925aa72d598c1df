/**
 * AuditFile: the report of an audit as `--json` prints it and `audit.json` keeps it, with its version. The JSON Schema in
 * `spec/schemas` is made of what stands here.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../../model/Decode.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import type * as Audit from "../audit/Audit.ts"
import type { Verdict } from "../audit/Audit.ts"
import * as Origin from "../Origin.ts"
import { Remedies } from "../sweep/Sweeps.ts"
import * as Provenance from "./Provenance.ts"
import * as ReportSchemas from "./ReportSchemas.ts"

/** The form that is written. The one before it did not say its version, and is still read. */
export const version = 2

/** An attack or a case: it is checked where it is explained, and not where a report is read. */
const Run = Schema.Record(Schema.String, Schema.Unknown)

/** What is said of a claim besides what was decided. */
const More = {
  /** The command that decides the claim again; null in a report of before. */
  again: Schema.NullOr(Schema.String),
  /** With which other values the claim would hold, where it fails and that is known. Reports from before there were remedies have none. */
  remedies: Schema.Array(Remedies.Remedy).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
}

const some = Schema.Struct({
  number: Schema.Natural,
  /** What they cost when they were made first, in seconds of a processor. */
  seconds: Schema.Finite
})

const Store = Schema.Struct({
  /** SHA-256 of the code, and of what it is built on, that what was taken was found by. */
  fingerprint: Schema.String,
  /** Searches, random runs and runs made shorter that were taken as they were found before. */
  taken: some,
  /** Those that were there, and were made again and came to the same. */
  again: some,
  /** Those that were not there, and were made, whether they could be kept or not. */
  made: Schema.Natural,
  /** The seed by which it was drawn what is made again. */
  seed: Schema.Natural,
  /** What was in the way of taking or keeping something; null where nothing was. */
  problem: Schema.NullOr(Schema.String)
})

const Extent = Schema.Literals(["made", "stopped", "not-asked"])

/** The schema of the file. */
export const AuditFile = Schema.Struct({
  version: Schema.Literal(version),
  /** The version of paycode. */
  paycode: Schema.String,
  /** Where the report comes from; null in one of before, which did not say. */
  provenance: Schema.NullOr(Provenance.Provenance),
  /** Whether every claim that was asked for is as its scheme asserts. */
  ok: Schema.Boolean,
  seconds: Schema.Finite,
  schemes: Schema.Array(
    Schema.Struct({
      scheme: Schema.String,
      title: Schema.String,
      /** The file that the scheme was read from, as {@link file://../Origin.ts} has it; null for a built-in one. */
      file: Schema.NullOr(Schema.String),
      hash: Schema.String,
      scope: ReportSchemas.Scope,
      ok: Schema.Boolean,
      claims: Schema.Array(ReportSchemas.claimReport(Run, More)),
      exempt: Schema.Array(ReportSchemas.Exempt),
      searches: Schema.Array(ReportSchemas.Search)
    })
  ),
  extent: Schema.Struct({ comparisons: Extent, capabilities: Extent, runs: Extent }),
  comparisons: Schema.Array(ReportSchemas.Comparison),
  /** What was taken from the evidence of before; null where nothing was to be. Reports from before there was a store have none. */
  store: Schema.NullOr(Store).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
})

/** A claim in a report, how to decide it again, and what would make it hold. */
export type ClaimEntry = Verdict.ClaimReport & {
  readonly again: string | null
  readonly remedies: ReadonlyArray<Remedies.Remedy>
}

/** A scheme in a report, and what it was read from. */
export interface SchemeEntry extends Audit.SchemeReport {
  readonly file: string | null
  readonly claims: ReadonlyArray<ClaimEntry>
}

/** The report of an audit with its version, and where it comes from. */
export interface AuditFile extends Audit.Report {
  readonly version: typeof version
  readonly store: typeof Store.Type | null
  readonly provenance: Provenance.Provenance | null
  readonly schemes: ReadonlyArray<SchemeEntry>
}

/** What a report says of its schemes besides what was decided. */
export interface Sources {
  /** What was taken from the evidence of before; nothing where nothing was to be. */
  readonly store?: typeof Store.Type | undefined
  /** The file of a scheme as it is told; null for a built-in one. */
  readonly fileOf: (scheme: string) => string | null
  /** What is known to make a claim of a scheme hold that fails. */
  readonly remediesOf: (scheme: string, claim: Verdict.ClaimReport) => ReadonlyArray<Remedies.Remedy>
}

/** A report as it is written. */
export const of = (
  { comparisons, extent, ok, paycode, schemes, seconds }: Audit.Report,
  provenance: Provenance.Provenance,
  { fileOf, remediesOf, store = undefined }: Sources
): AuditFile => ({
  version,
  paycode,
  provenance,
  ok,
  seconds,
  schemes: schemes.map(({ claims, exempt, hash, ok, scheme, scope, searches, title }) => {
    const file = fileOf(scheme)
    const again = (id: string): string => Provenance.again(file ?? scheme, id, provenance)
    return {
      ...{ scheme, title, file, hash, scope, ok },
      claims: claims.map((claim) => ({ ...claim, again: again(claim.id), remedies: remediesOf(scheme, claim) })),
      exempt,
      searches
    }
  }),
  extent,
  comparisons,
  store: store ?? null
})

/** Finds what makes claims of some schemes hold that fail: each once, however often it is asked for. */
export const remedies = (schemes: ReadonlyArray<Scheme>, fileOf: Sources["fileOf"]): Sources["remediesOf"] => {
  const known = new Map<string, ReadonlyArray<Remedies.Remedy>>()
  const find = (name: string, id: ClaimId): ReadonlyArray<Remedies.Remedy> =>
    Remedies.of(schemes.find(({ scheme }) => scheme === name)!, id).map(({ flags, ...remedy }) => ({
      ...remedy,
      command: Origin.line(["paycode", "sweep", fileOf(name) ?? name, ...flags])
    }))
  return (name, { id, verdict }) => {
    if (verdict !== "fails") return []
    const key = `${name} ${id}`
    const found = known.get(key) ?? find(name, id)
    known.set(key, found)
    return found
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A list of records, each with what the form before this one did not say. */
const withEach = (list: unknown, more: Readonly<Record<string, unknown>>, part?: string): unknown =>
  Array.isArray(list)
    ? list.map((item: unknown) =>
        isRecord(item)
          ? { ...more, ...item, ...(part !== undefined && { [part]: withEach(item[part], { again: null }) }) }
          : item
      )
    : list

/** Whether something is a report of the form before, which said its version nowhere. */
const isFirst = (input: Readonly<Record<string, unknown>>): boolean =>
  !("version" in input) && typeof input.paycode === "string" && "schemes" in input && "extent" in input

const upgraded = (input: Readonly<Record<string, unknown>>): unknown => {
  const { schemes, ...others } = input
  return { version, provenance: null, ...others, schemes: withEach(schemes, { file: null }, "claims") }
}

const problem = (path: string, expected: string, found: string): ReadonlyArray<Problem> => [{ path, expected, found }]

/** Reads a report: of this version, or of the form before. Of another it says so, and nothing else. */
export const read = (input: unknown): Result.Result<AuditFile, ReadonlyArray<Problem>> => {
  if (!isRecord(input)) return Result.fail(problem("", "the JSON of an audit", "JSON that is none"))
  const found = isFirst(input) ? upgraded(input) : input
  if (!("version" in (found as object)) || !("paycode" in (found as object))) {
    return Result.fail(problem("", "the JSON of an audit, as `paycode audit --json` prints it", "JSON that is none"))
  }
  const given = (found as { readonly version: unknown }).version
  if (given !== version) {
    const expected = `${version}, or none as there was before: \`paycode audit --json\` makes a report of this version`
    return Result.fail(problem("version", expected, JSON.stringify(given) ?? "nothing"))
  }
  // What was decoded is what was written: the types of reports are those of this schema, with more said of runs and scopes.
  return Result.map(decode(AuditFile, found), (file) => file as unknown as AuditFile)
}
