/** Vectors: the known answers of `spec/vectors`, decoded. What their fields mean is in the README beside them. */
import { readFileSync } from "node:fs"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { decode, say } from "../../model/Decode.ts"
import type { Mac } from "../credentials/Credentials.ts"
import * as VectorSchemas from "./VectorSchemas.ts"

export * as ScenarioSchemas from "./ScenarioSchemas.ts"
export * as VectorSchemas from "./VectorSchemas.ts"

const load = <S extends Schema.ConstraintDecoder<unknown>>(name: VectorSchemas.Name, schema: S): S["Type"] => {
  const input: unknown = JSON.parse(readFileSync(new URL(`../../spec/vectors/${name}.json`, import.meta.url), "utf8"))
  return Result.getOrThrowWith(
    decode(schema, input),
    (problems) => new Error(problems.map((problem) => `${name}.json: ${say(problem)}`).join("\n"))
  )
}

/** Proofs of seeds for steps. */
export const proof = load("proof", VectorSchemas.Proof)

/** Codes and their parts, and codes that are malformed. */
export const code = load("code", VectorSchemas.Code)

/** Codes of credentials, as phones show them. */
export const generation = load("generation", VectorSchemas.Generation)

/** Codes over the till's transaction, as phones show them. */
export const bound = load("bound", VectorSchemas.Bound)

/** Challenges in short messages, and their answers. */
export const challenge = load("challenge", VectorSchemas.Challenge)

/** Responses to challenges, and suites that are none. */
export const response = load("response", VectorSchemas.Response)

/** Steps of one window with the same proof, and what a provider answers. */
export const coincidence = load("coincidence", VectorSchemas.Coincidence)

/** What a provider answers, with every reason to refuse. */
export const verification = load("verification", VectorSchemas.Verification)

/** Attacks and faults, from their beginning to their end. */
export const attack = load("attack", VectorSchemas.Attack)

/** What a provider accepts and answers once it was restored from a backup. */
export const restore = load("restore", VectorSchemas.Restore)

/** Requests as they are signed. */
export const signature = load("signature", VectorSchemas.Signature)

/** A seed of the vectors. */
export const seed = (hexadecimal: string): Mac.Seed => Redacted.make(new Uint8Array(Buffer.from(hexadecimal, "hex")))
