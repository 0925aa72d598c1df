/**
 * SweepFile: a sweep as `--json` prints it and the folder of the results keeps it, with its version and where it comes from. The JSON
 * Schema in `spec/schemas` is made of what stands here.
 */
import * as Schema from "effect/Schema"
import { boundIds, claimIds } from "../../spec/Claims.ts"
import { type NumberPath, numbers } from "../../spec/Parameters.ts"
import * as Origin from "../Origin.ts"
import * as Scenes from "../scenes/Scenes.ts"
import * as Measure from "./Measure.ts"
import type * as Sweep from "./Sweep.ts"

/** The form that is written. The one before it did not say its version, nor where it came from. */
export const version = 2

const Path = Schema.Literals(Object.keys(numbers) as ReadonlyArray<NumberPath>)

const Setting = Schema.Record(Schema.String, Schema.Int)

const Value = Schema.Struct({
  value: Schema.Finite,
  aDay: Schema.NullOr(Schema.Finite),
  aYear: Schema.NullOr(Schema.Finite),
  holds: Schema.NullOr(Schema.Boolean)
})

const Point = Schema.Struct({
  values: Setting,
  follows: Setting,
  status: Schema.Literals(["payable", "no honest payment", "contradictory"]),
  because: Schema.Array(Schema.String),
  computed: Schema.NullOr(
    Schema.Struct(
      Object.fromEntries(boundIds.map((id) => [id, Schema.optionalKey(Value)])) as {
        readonly [Id in (typeof boundIds)[number]]: Schema.optionalKey<typeof Value>
      }
    )
  ),
  refused: Schema.NullOr(Schema.Struct({ code: Schema.Finite, stepUp: Schema.Finite, payment: Schema.Finite })),
  safe: Schema.Boolean.annotate({
    description: "An honest payment is possible, and every bound holds that the scheme asserts to hold."
  }),
  front: Schema.Boolean,
  own: Schema.Boolean,
  differs: Schema.NullOr(
    Schema.Array(
      Schema.Struct({
        claim: Schema.Literals(claimIds),
        asserted: Schema.Literals(["holds", "fails"]),
        verdict: Schema.Literals(["holds", "fails", "not-run"])
      })
    )
  )
})

/** By which code a sweep was made, when, by which command, and how its points were searched that were put before the checker. */
export const Provenance = Schema.Struct({
  ...Origin.fields,
  /** The size of those searches, the random runs beyond them and their seed; null where nothing was searched. */
  checked: Schema.NullOr(
    Schema.Struct({ scope: Schema.Literals(Scenes.sizes), runs: Schema.Natural, seed: Schema.Int })
  )
})
export type Provenance = typeof Provenance.Type

/** The schema of the file. */
export const SweepFile = Schema.Struct({
  version: Schema.Literal(version),
  /** The version of paycode. */
  paycode: Schema.String,
  provenance: Provenance,
  scheme: Schema.String,
  /** The file that the scheme was read from, as {@link file://../Origin.ts} tells it; null for a built-in one. */
  file: Schema.NullOr(Schema.String),
  /** SHA-256 of the decoded scheme, and of the decoded population, in hexadecimal. */
  hash: Schema.String,
  population: Schema.String,
  populationHash: Schema.String,
  vary: Schema.Array(Schema.Struct({ path: Path, unit: Schema.String, values: Schema.Array(Schema.Int) })),
  follow: Schema.Array(Schema.Struct({ path: Path, formula: Schema.String })),
  security: Schema.Struct({
    measure: Schema.Literals(Measure.measures.map(({ name }) => name)),
    unit: Schema.Literals(["probability", "minor units", "guesses a year"]),
    atMost: Schema.NullOr(Schema.Finite)
  }),
  points: Schema.Array(Point)
})

/** A sweep with its version, and where it comes from. */
export interface SweepFile extends Sweep.Report {
  readonly version: typeof version
  readonly provenance: Provenance
  readonly file: string | null
  readonly populationHash: string
}

/** What a file says of a sweep besides what it came to. */
export type Beside = Pick<SweepFile, "provenance" | "file" | "populationHash">

/** A sweep as it is written. */
export const of = (
  { follow, hash, paycode, points, population, scheme, security, vary }: Sweep.Report,
  { file, populationHash, provenance }: Beside
): SweepFile => ({
  ...{ version, paycode, provenance, scheme, file, hash, population, populationHash },
  ...{ vary, follow, security, points }
})

/** The modules that every number and verdict of a sweep comes from, as they are written and as they are compiled. */
const entries = ["properties/sweep/Sweeps.ts", "properties/sweep/Sweeps.js"]

/** Where a sweep comes from that is made now, by the words of a command line. */
export const provenance = (words: ReadonlyArray<string>, checked: Provenance["checked"]): Provenance => ({
  ...Origin.now(entries, words),
  checked
})
