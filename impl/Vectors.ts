/** Vectors: the known answers of `spec/vectors`, decoded. What their fields mean is in the README beside them. */
import { readFileSync } from "node:fs"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, say } from "../model/Decode.ts"
import { reasons } from "../model/Refusal.ts"
import { clauseIds } from "../spec/Clauses.ts"
import type * as Mac from "./Mac.ts"

const mac = Schema.Literals(["HMAC-SHA-1", "HMAC-SHA-256"])
const notes = Schema.Array(Schema.String)

const file = <Group extends Schema.Constraint>(group: Group) =>
  Schema.Struct({
    vectors: Schema.String,
    header: Schema.Array(Schema.String),
    notes: Schema.Record(Schema.String, Schema.Struct({ clause: Schema.Literals(clauseIds), mistake: Schema.String })),
    groups: Schema.Array(group)
  })

const Proof = file(
  Schema.Struct({
    source: Schema.String,
    origin: Schema.Literals(["published", "computed"]),
    mac,
    digits: Schema.Int,
    seed: Schema.String,
    secondsPerStep: Schema.optionalKey(Schema.Int),
    tests: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        time: Schema.optionalKey(Schema.Int),
        step: Schema.Int,
        proof: Schema.String,
        notes
      })
    )
  })
)

const Code = file(
  Schema.Struct({
    format: Schema.Struct({
      prefixes: Schema.NonEmptyArray(Schema.String),
      digits: Schema.Int,
      aliasDigits: Schema.Int,
      otpDigits: Schema.Int,
      alias: Schema.Literals(["masked-index", "token", "keyed", "none"])
    }),
    tests: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        prefix: Schema.String,
        alias: Schema.String,
        proof: Schema.String,
        code: Schema.String,
        notes
      })
    ),
    malformed: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        code: Schema.String,
        problem: Schema.Literals(["length", "digits", "prefix"]),
        notes
      })
    )
  })
)

const Coincidence = Schema.Struct({
  ...file(
    Schema.Struct({
      steps: Schema.Array(Schema.Int),
      proof: Schema.String,
      tests: Schema.Array(
        Schema.Struct({
          id: Schema.Int,
          comment: Schema.String,
          plays: Schema.Array(
            Schema.Struct({ at: Schema.Int, made: Schema.Int, expect: Schema.Literals(["PAID", ...reasons]) })
          ),
          notes
        })
      )
    })
  ).fields,
  scheme: Schema.Struct({
    step: Schema.Int,
    past: Schema.Int,
    future: Schema.Int,
    mac,
    digits: Schema.Int,
    seed: Schema.String
  })
})

const load = <S extends Schema.ConstraintDecoder<unknown>>(name: string, schema: S): S["Type"] => {
  const input: unknown = JSON.parse(readFileSync(new URL(`../spec/vectors/${name}.json`, import.meta.url), "utf8"))
  return Result.getOrThrowWith(
    decode(schema, input),
    (problems) => new Error(problems.map((problem) => `${name}.json: ${say(problem)}`).join("\n"))
  )
}

/** Proofs of seeds for steps. */
export const proof = load("proof", Proof)

/** Codes and their parts, and codes that are malformed. */
export const code = load("code", Code)

/** Steps of one window with the same proof, and what a provider answers. */
export const coincidence = load("coincidence", Coincidence)

/** A seed of the vectors. */
export const seed = (hexadecimal: string): Mac.Seed => Redacted.make(new Uint8Array(Buffer.from(hexadecimal, "hex")))
