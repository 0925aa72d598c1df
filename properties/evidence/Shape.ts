/** Shape: what is found has to look like. What a sum fits and this does not is passed over as if it were damaged. */
import * as Schema from "effect/Schema"
import type { Keeping } from "../audit/Audit.ts"

const Run = Schema.Struct({ start: Schema.Int, actions: Schema.Array(Schema.Struct({ _tag: Schema.String })) })

const Counts = Schema.Record(Schema.String, Schema.Natural)

const Search = Schema.Struct({
  states: Schema.Natural,
  transitions: Schema.Natural,
  depth: Schema.Natural,
  key: Schema.Natural,
  bytes: Schema.Natural,
  ended: Schema.Literals(["exhausted", "all-broken", "budget"]),
  findings: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      situations: Schema.Natural,
      places: Schema.Natural,
      parts: Counts,
      edges: Counts,
      counterexample: Schema.optionalKey(Run),
      witness: Schema.optionalKey(Run)
    })
  )
})

const Walk = Schema.Struct({
  runs: Schema.Natural,
  seed: Schema.Int,
  steps: Schema.Natural,
  situations: Counts,
  put: Schema.Record(Schema.String, Schema.Struct({ runs: Schema.Natural, steps: Schema.Natural })),
  counterexamples: Schema.Array(Run)
})

const shapes: Readonly<Record<Keeping.Kind, (found: unknown) => boolean>> = {
  search: Schema.is(Search),
  walk: Schema.is(Walk),
  clauses: Schema.is(Schema.Array(Schema.String)),
  run: Schema.is(Schema.Struct({ ...Run.fields, isShortest: Schema.Boolean }))
}

/** Whether something may be what was found, by the kind of what was asked. */
export const isOf = (kind: Keeping.Kind, found: unknown): boolean => shapes[kind](found)
