/**
 * ReportSchemas: what became of claims, as files have it. The file of an audit and the verdicts on file are made of these parts.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { boundIds, checkedIds, claimIds } from "../../spec/Claims.ts"
import { clauseIds } from "../../spec/Clauses.ts"
import { parameterPaths } from "../../spec/Parameters.ts"
import { capabilityIds } from "../../spec/Threats.ts"
import { Reductions } from "../reduction/Quotient.ts"
import * as Scenes from "../scenes/Scenes.ts"

const Strings = Schema.Array(Schema.String)
const Capabilities = Schema.Array(Schema.Literals(capabilityIds))

/** The size of what is searched. */
export const Scope = Schema.Literals(Scenes.sizes)

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
  covered: Schema.NullOr(Schema.Struct({ places: Schema.Natural, met: Schema.Natural })),
  // Only where something was taken from what was kept.
  taken: Schema.optionalKey(
    Schema.Struct({ searches: Schema.Natural, runs: Schema.Boolean, oldest: Schema.String, by: Strings })
  )
})

/** One search: a scene, against an adversary. */
export const Search = Schema.Struct({
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
  compared: Schema.NullOr(
    Schema.Struct({
      states: Schema.Natural,
      joined: Schema.Natural,
      excursions: Schema.Natural.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0)))
    })
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  reductions: Schema.Array(Schema.Literals(Reductions.names)).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
  taken: Schema.optionalKey(Schema.Struct({ made: Schema.String, by: Schema.String }))
})

/** What every claim has, however it was decided; `run` is what an attack or a case of it is read as. */
const reported = <Run extends Schema.Top>(run: Run) =>
  ({
    asserted: Schema.Literals(["holds", "fails"]),
    because: Schema.NullOr(Schema.String),
    verdict: Schema.Literals(["holds", "fails", "not-run"]),
    assurance: Schema.NullOr(Schema.Literals(["exhaustive", "sampled", "computed"])),
    reason: Schema.NullOr(Schema.String),
    under: Capabilities,
    notModelled: Capabilities,
    assumptions: Strings,
    fallsWith: Schema.NullOr(Schema.Struct({ capability: Schema.Literals(capabilityIds), steps: Schema.Natural })),
    counterexample: Schema.NullOr(run),
    witness: Schema.NullOr(run),
    loop: Schema.NullOr(Schema.Natural)
  }) as const

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

/** What became of a claim; `run` is what an attack or a case of it is read as, and `more` what else a file says of it. */
export const claimReport = <Run extends Schema.Top, More extends Schema.Struct.Fields>(run: Run, more: More) =>
  Schema.Union([
    Schema.Struct({
      id: Schema.Literals(checkedIds),
      kind: Schema.Literals(["always", "sometimes", "leads-to"]),
      ...reported(run),
      evidence: Evidence,
      ...more
    }),
    Schema.Struct({
      id: Schema.Literals(boundIds),
      kind: Schema.Literal("bound"),
      ...reported(run),
      evidence: Computation,
      ...more
    })
  ])

/** A claim that says nothing of a scheme, and why. */
export const Exempt = Schema.Struct({ id: Schema.Literals(claimIds), reason: Schema.String })

const Standing = Schema.Literals(["holds", "fails", "not-run", "exempt"])

/** Two schemes side by side. */
export const Comparison = Schema.Struct({
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
