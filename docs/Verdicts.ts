/**
 * Verdicts: what became of every claim of the built-in schemes when they were last audited, kept in a file so that pages
 * can be written without a search. The file says what it rests on, and is of no use once that has changed.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../model/Decode.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Scope from "../model/Scope.ts"
import * as Audit from "../properties/Audit.ts"
import * as Difference from "../properties/Difference.ts"
import * as Trace from "../properties/Trace.ts"
import { claimIds } from "../spec/Claims.ts"
import { capabilityIds } from "../spec/Threats.ts"

/** Where the verdicts are kept, from the root of the repository. */
export const path = "docs/verdicts.json"

/** The scope that the verdicts are decided at, and the random runs beyond it: those of `paycode audit`. */
export const settings = { scope: "standard", runs: 1000, seed: 1 } as const

const Strings = Schema.Array(Schema.String)
const Numbers = Schema.Array(Schema.Finite)

const Bounds = Schema.Struct({
  accounts: Schema.Natural,
  merchants: Schema.Natural,
  codes: Schema.Natural,
  orders: Schema.Natural,
  requests: Schema.Natural,
  inFlight: Schema.Natural,
  amounts: Numbers,
  offsets: Numbers,
  skewed: Schema.Literals(["every", "one", "none"]),
  midnights: Schema.Natural
})

const Evidence = Schema.Struct({
  states: Schema.Natural,
  transitions: Schema.Natural,
  depth: Schema.Natural,
  situations: Schema.Natural,
  edges: Schema.Record(Schema.String, Schema.Natural),
  complete: Schema.Boolean,
  bounds: Bounds,
  shortest: Schema.NullOr(Schema.Boolean),
  sampled: Schema.NullOr(
    Schema.Struct({
      runs: Schema.Natural,
      seed: Schema.Int,
      steps: Schema.Natural,
      situations: Schema.Natural
    })
  )
})

/** A run that breaks the claim, checked again when it is read: every action must lead to the state beside it. */
const Attack = Schema.Unknown.check(
  Schema.makeFilter((input: unknown) => (Result.isSuccess(Trace.read(input)) ? undefined : "a trace that replays"))
)

const ClaimReport = Schema.Struct({
  id: Schema.Literals(claimIds),
  asserted: Schema.Literals(["holds", "fails"]),
  because: Schema.NullOr(Schema.String),
  verdict: Schema.Literals(["holds", "fails", "not-run"]),
  assurance: Schema.NullOr(Schema.Literals(["exhaustive", "sampled"])),
  reason: Schema.NullOr(Schema.String),
  under: Schema.Array(Schema.Literals(capabilityIds)),
  notModelled: Schema.Array(Schema.Literals(capabilityIds)),
  assumptions: Strings,
  evidence: Evidence,
  fallsWith: Schema.NullOr(Schema.Struct({ capability: Schema.Literals(capabilityIds), steps: Schema.Natural })),
  counterexample: Schema.NullOr(Attack),
  witness: Schema.Null,
  loop: Schema.Null
})

const Verdicts = Schema.Struct({
  scope: Schema.Literals(Scope.names),
  sources: Schema.String,
  schemes: Schema.Array(
    Schema.Struct({
      scheme: Schema.String,
      hash: Schema.String,
      scope: Schema.Unknown,
      claims: Schema.Array(ClaimReport)
    })
  )
})

/** The claim reports of one scheme, and what they were decided on. */
export interface SchemeVerdicts {
  readonly scheme: string
  /** See {@link Audit.SchemeReport}. */
  readonly hash: string
  /** What the scope's name stands for with this scheme. */
  readonly scope: unknown
  readonly claims: ReadonlyArray<Audit.ClaimReport>
}

export interface Verdicts {
  readonly scope: Scope.Name
  /** The hash of the sources that decided: see {@link file://./Sources.ts}. */
  readonly sources: string
  readonly schemes: ReadonlyArray<SchemeVerdicts>
}

/** What an audit of the schemes decided. Nothing in it depends on the machine, or on how long it took. */
export const of = (report: Audit.Report, schemes: ReadonlyArray<Scheme>, sources: string): Verdicts => ({
  scope: settings.scope,
  sources,
  schemes: report.schemes.map(({ claims, hash, scheme, scope }, index) => ({
    scheme,
    hash,
    scope: Scope.of(scope, schemes[index]!),
    claims
  }))
})

/** The verdicts as the file has them. */
export const text = (verdicts: Verdicts): string => `${JSON.stringify(verdicts, null, 2)}\n`

/** Reads the verdicts. Every attack in them must replay. */
export const read = (input: unknown): Result.Result<Verdicts, ReadonlyArray<Problem>> =>
  Result.map(decode(Verdicts, input), (verdicts) => ({
    ...verdicts,
    schemes: verdicts.schemes.map((scheme) => ({
      ...scheme,
      claims: scheme.claims.map((claim) => ({
        ...claim,
        // A trace that was read is one that was saved.
        counterexample: claim.counterexample as Trace.Saved | null
      }))
    }))
  }))

const wanted = (schemes: ReadonlyArray<Scheme>, scope: Scope.Name) =>
  schemes.map((scheme) => ({
    scheme: scheme.scheme,
    hash: Audit.hash(scheme),
    scope: Scope.of(scope, scheme) as unknown
  }))

/** Why the verdicts are not those of these schemes and sources: the first difference, or undefined where they are. */
export const stale = (
  verdicts: Verdicts,
  schemes: ReadonlyArray<Scheme>,
  sources: string,
  scope: Scope.Name = settings.scope
): Problem | undefined =>
  Difference.first(
    { scope, sources, schemes: wanted(schemes, scope) },
    {
      scope: verdicts.scope,
      sources: verdicts.sources,
      schemes: verdicts.schemes.map(({ hash, scheme, scope }) => ({ scheme, hash, scope }))
    }
  )
