/**
 * Verdicts: what became of every claim of the built-in schemes when they were last audited, kept in a file so that pages
 * can be written without a search. The file says what it rests on, and no page is written from it once that has changed.
 */

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../model/Decode.ts"
import type { Scheme } from "../model/Scheme.ts"
import type { Comparison as Comparing, Matrix as Mutated, Verdict } from "../properties/audit/Audit.ts"
import * as Audit from "../properties/audit/Audit.ts"
import * as Difference from "../properties/Difference.ts"
import { Reductions } from "../properties/reduction/Quotient.ts"
import * as Scenes from "../properties/scenes/Scenes.ts"
import * as Trace from "../properties/trace/Trace.ts"
import { boundIds, checkedIds, claimIds } from "../spec/Claims.ts"
import { clauseIds, presentName } from "../spec/Clauses.ts"
import { parameterPaths } from "../spec/Parameters.ts"
import { capabilityIds } from "../spec/Threats.ts"

/** Where the verdicts are kept, from the root of the repository. */
export const path = "docs/verdicts.json"

/** The scope that the verdicts are decided at, and the random runs beyond it: those of `paycode audit`. */
export const settings = { scope: "standard", runs: 1000, seed: 1 } as const

const Strings = Schema.Array(Schema.String)
const Capabilities = Schema.Array(Schema.Literals(capabilityIds))

const Evidence = Schema.Struct({
  states: Schema.Natural,
  transitions: Schema.Natural,
  depth: Schema.Natural,
  situations: Schema.Natural,
  // Files from before claims had parts have none.
  parts: Schema.Record(Schema.String, Schema.Natural).pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  edges: Schema.Record(Schema.String, Schema.Natural),
  complete: Schema.Boolean,
  searches: Schema.Array(Schema.Natural),
  shortest: Schema.NullOr(Schema.Boolean),
  sampled: Schema.NullOr(
    Schema.Struct({
      runs: Schema.Natural,
      seed: Schema.Int,
      steps: Schema.Natural,
      situations: Schema.Natural
    })
  ),
  covered: Schema.NullOr(Schema.Struct({ places: Schema.Natural, met: Schema.Natural }))
})

const Search = Schema.Struct({
  scene: Schema.Literals(Scenes.sceneNames),
  under: Capabilities,
  scope: Schema.Unknown,
  states: Schema.Natural,
  transitions: Schema.Natural,
  depth: Schema.Natural,
  key: Schema.Natural,
  complete: Schema.Boolean,
  covered: Schema.NullOr(Schema.Struct({ runs: Schema.Natural, steps: Schema.Natural, states: Schema.Natural })),
  // Verdicts from before searches checked their reductions have neither.
  compared: Schema.NullOr(Schema.Struct({ states: Schema.Natural, joined: Schema.Natural })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  ),
  reductions: Schema.Array(Schema.Literals(Reductions.names)).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
})

/** A run that breaks a claim or shows a case of it, checked again when it is read: every action must lead to the state beside it. */
const Run = Schema.Unknown.check(
  Schema.makeFilter((input: unknown) => (Result.isSuccess(Trace.read(input)) ? undefined : "a trace that replays"))
)

const reported = {
  asserted: Schema.Literals(["holds", "fails"]),
  because: Schema.NullOr(Schema.String),
  verdict: Schema.Literals(["holds", "fails", "not-run"]),
  assurance: Schema.NullOr(Schema.Literals(["exhaustive", "sampled", "computed"])),
  reason: Schema.NullOr(Schema.String),
  under: Capabilities,
  notModelled: Capabilities,
  assumptions: Strings,
  fallsWith: Schema.NullOr(Schema.Struct({ capability: Schema.Literals(capabilityIds), steps: Schema.Natural })),
  counterexample: Schema.NullOr(Run),
  witness: Schema.NullOr(Run),
  loop: Schema.NullOr(Schema.Natural)
} as const

const measured = { value: Schema.Finite, bound: Schema.NullOr(Schema.Finite), margin: Schema.NullOr(Schema.Finite) }

const span = Schema.Struct({ aDay: Schema.Finite, aYear: Schema.Finite })

const Computation = Schema.Struct({
  ...measured,
  unit: Schema.Literals(["probability", "minor units"]),
  formula: Schema.String,
  aDay: Schema.NullOr(Schema.Struct(measured)),
  // Verdicts from before there were years have none.
  aYear: Schema.NullOr(Schema.Struct(measured)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  hits: Schema.NullOr(Schema.Struct({ account: span, scale: span })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  ),
  parts: Schema.Record(Schema.String, Schema.Finite)
})

const ClaimReport = Schema.Union([
  Schema.Struct({
    id: Schema.Literals(checkedIds),
    kind: Schema.Literals(["always", "sometimes", "leads-to"]),
    ...reported,
    evidence: Evidence
  }),
  Schema.Struct({ id: Schema.Literals(boundIds), kind: Schema.Literal("bound"), ...reported, evidence: Computation })
])

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
  schemes: Strings,
  rows: Schema.Array(
    Schema.Struct({ ...mutant, ...found, backedUp: Schema.NullOr(Schema.Struct({ ...mutant, ...found })) })
  )
})

const Standing = Schema.Literals(["holds", "fails", "not-run", "exempt"])

const Comparison = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  changes: Schema.Array(
    Schema.Struct({
      id: Schema.Literals(claimIds),
      from: Standing,
      to: Standing,
      causes: Schema.Array(
        Schema.Struct({
          parameters: Schema.Array(
            Schema.Struct({ path: Schema.Literals(parameterPaths), from: Schema.Unknown, to: Schema.Unknown })
          ),
          clauses: Schema.Array(Schema.Struct({ id: Schema.Literals(clauseIds), mutant: Schema.NullOr(Schema.String) }))
        })
      ),
      reason: Schema.NullOr(Schema.String)
    })
  ),
  undecided: Schema.Array(Schema.Literals(claimIds))
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
      exempt: Schema.Array(Schema.Struct({ id: Schema.Literals(claimIds), reason: Schema.String })),
      searches: Schema.Array(Search)
    })
  ),
  comparisons: Schema.Array(Comparison)
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
