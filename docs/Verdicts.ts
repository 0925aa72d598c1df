/**
 * Verdicts: what became of every claim of the built-in schemes when they were last audited, kept in a file so that pages
 * can be written without a search. The file says what it rests on, and no page is written from it once that has changed.
 */

import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../model/Decode.ts"
import type { Scheme } from "../model/Scheme.ts"
import type { Comparison as Comparing, Matrix as Mutated, Verdict } from "../properties/audit/Audit.ts"
import * as Audit from "../properties/audit/Audit.ts"
import * as Difference from "../properties/Difference.ts"
import { ReportSchemas } from "../properties/report/Reports.ts"
import * as Scenes from "../properties/scenes/Scenes.ts"
import * as Trace from "../properties/trace/Trace.ts"
import { claimIds } from "../spec/Claims.ts"
import { clauseIds, presentName } from "../spec/Clauses.ts"

/** Where the verdicts are kept, from the root of the repository. */
export const path = "docs/verdicts.json"

/** The scope that the verdicts are decided at, and the random runs beyond it: those of `paycode audit`. */
export const settings = { scope: "standard", runs: 1000, seed: 1 } as const

/** A run that breaks a claim or shows a case of it, checked again when it is read: every action must lead to the state beside it. */
const Run = Schema.Unknown.check(
  Schema.makeFilter((input: unknown) => (Result.isSuccess(Trace.read(input)) ? undefined : "a trace that replays"))
)

const ClaimReport = ReportSchemas.claimReport(Run, {})

const Fall = Schema.Struct({
  claim: Schema.Literals(claimIds),
  scheme: Schema.String,
  scene: Schema.NullOr(Schema.Literals(Scenes.sceneNames)),
  steps: Schema.NullOr(Schema.Natural),
  value: Schema.NullOr(Schema.Finite)
})
const mutant = { clause: Schema.Literals(clauseIds), mutant: Schema.String }
const found = { falls: Schema.Array(Fall), attack: Schema.NullOr(Run) }

const Matrix = Schema.Struct({
  scope: Schema.Literals(Scenes.sizes),
  states: Schema.Natural,
  statesToEnd: Schema.Natural,
  schemes: Schema.Array(Schema.String),
  rows: Schema.Array(
    Schema.Struct({ ...mutant, ...found, backedUp: Schema.NullOr(Schema.Struct({ ...mutant, ...found })) })
  )
})

/** The form that the file has, and the one before it that is still read. */
const version = 2

const Verdicts = Schema.Struct({
  version: Schema.Literal(version),
  scope: Schema.Literals(Scenes.sizes),
  sources: Schema.String,
  matrix: Matrix,
  schemes: Schema.Array(
    Schema.Struct({
      scheme: Schema.String,
      hash: Schema.String,
      claims: Schema.Array(ClaimReport),
      exempt: Schema.Array(ReportSchemas.Exempt),
      searches: Schema.Array(ReportSchemas.Search)
    })
  ),
  comparisons: Schema.Array(ReportSchemas.Comparison)
})

/** The claim reports of one scheme, and what they were decided on: see {@link Audit.SchemeReport}. */
export type SchemeVerdicts = Pick<Audit.SchemeReport, "scheme" | "hash" | "claims" | "exempt" | "searches">

export interface Verdicts {
  readonly version: typeof version
  readonly scope: Scenes.Size
  /** The fingerprint of the sources that decided: see {@link file://./Sources.ts}. */
  readonly sources: string
  readonly matrix: Mutated.Matrix
  readonly schemes: ReadonlyArray<SchemeVerdicts>
  /** Each further scheme compared with the first. */
  readonly comparisons: ReadonlyArray<Comparing.Comparison>
}

/** What an audit of the schemes decided. Nothing in it depends on the machine, or on how long it took. */
export const of = (report: Audit.Report, matrix: Mutated.Matrix, sources: string): Verdicts => ({
  version,
  scope: settings.scope,
  sources,
  matrix,
  schemes: report.schemes.map(({ claims, exempt, hash, scheme, searches }) => ({
    scheme,
    hash,
    // In the order in which they are read again.
    claims: claims.map(({ evidence, ...claim }) => ({ ...claim, evidence }) as SchemeVerdicts["claims"][number]),
    exempt,
    searches
  })),
  comparisons: report.comparisons
})

/** How deep a file is laid out with a line for each part. */
const levels = 5

/** JSON whose outer levels have a line for each part. */
const laidOut = (value: unknown, level: number, indent: string): string => {
  if (level === 0 || typeof value !== "object" || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((item) => laidOut(item, level - 1, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${laidOut(item, level - 1, inner)}`)
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"]
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`
}

/** The verdicts as the file has them: runs, which are long, on one line each. */
export const text = (verdicts: Verdicts): string => `${laidOut(verdicts, levels, "")}\n`

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A part of the form before this one: a mutant was called a lapse there, and traces were of the version before theirs. */
const upgradedPart = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(upgradedPart)
  if (!isRecord(part)) return part
  if ("#meta" in part) return Result.match(Trace.read(part), { onFailure: () => part, onSuccess: Trace.save })
  const { lapse, ...rest } = part
  const others = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, upgradedPart(value)]))
  return "lapse" in part ? { ...others, mutant: typeof lapse === "string" ? presentName(lapse) : lapse } : others
}

/** What was written in the form before this one, which did not say its version, in this form. */
const upgraded = (input: unknown): unknown =>
  isRecord(input) && !("version" in input) ? { version, ...(upgradedPart(input) as object) } : input

/** The fingerprint of the sources that verdicts say they are of, readable or not; undefined where they say none. */
export const sourcesOf = (input: unknown): unknown => (isRecord(input) ? input.sources : undefined)

/** Reads the verdicts, in this form or in the one before it. Every attack in them must replay. */
export const read = (input: unknown): Result.Result<Verdicts, ReadonlyArray<Problem>> =>
  Result.map(decode(Verdicts, upgraded(input)), (verdicts) => ({
    ...verdicts,
    matrix: verdicts.matrix as Mutated.Matrix,
    schemes: verdicts.schemes.map((scheme) => ({
      ...scheme,
      claims: scheme.claims.map((claim) => ({
        ...claim,
        // A trace that was read is one that was saved.
        counterexample: claim.counterexample as Trace.Saved | null,
        witness: claim.witness as Trace.Saved | null
      })),
      searches: scheme.searches as ReadonlyArray<Verdict.SearchReport>
    }))
  }))

/** Why the verdicts are not those of these schemes and sources: the first difference, or undefined where they are. */
export const stale = (
  verdicts: Verdicts,
  schemes: ReadonlyArray<Scheme>,
  sources: string,
  scope: Scenes.Size = settings.scope
): Problem | undefined =>
  Difference.first(
    { scope, sources, schemes: schemes.map((scheme) => ({ scheme: scheme.scheme, hash: Audit.hash(scheme) })) },
    {
      scope: verdicts.scope,
      sources: verdicts.sources,
      schemes: verdicts.schemes.map(({ hash, scheme }) => ({ scheme, hash }))
    }
  )
