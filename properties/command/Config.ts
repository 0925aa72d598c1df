/** Config: `paycode.config.json` in the folder that paycode runs in: what is the same in every audit there. Flags outweigh it. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import { decode } from "../../model/Decode.ts"
import * as Scenes from "../scenes/Scenes.ts"
import type { Requested } from "./AuditFlags.ts"
import * as Given from "./Given.ts"

/** The name of the file. */
export const file = "paycode.config.json"

const text = (expected: string) =>
  Schema.String.check(Schema.makeFilter((value: string) => (value === "" ? expected : undefined)))

const whole = (from: number, to: number) => {
  const expected = `a whole number from ${from} to ${to}`
  const fits = (value: number): boolean => Number.isInteger(value) && value >= from && value <= to
  return Schema.Number.check(Schema.makeFilter((value: number) => (fits(value) ? undefined : expected)))
}

const span = Schema.String.check(
  Schema.makeFilter((value: string) => (Given.spanOf(value) > 0 ? undefined : "a span of time above zero such as 60s"))
)

const Config = Schema.Struct({
  audit: Schema.Struct({
    scope: Schema.optionalKey(Schema.Literals(Scenes.sizes)),
    runs: Schema.optionalKey(whole(0, Given.mostRuns)),
    seed: Schema.optionalKey(whole(-2_147_483_648, 2_147_483_647)),
    budget: Schema.optionalKey(span),
    baseline: Schema.optionalKey(text("a file")),
    out: Schema.optionalKey(text("a folder")),
    more: Schema.optionalKey(Schema.Boolean)
  })
})

/** What the file says of audits; nothing where there is none. */
const load = Effect.fnUntraced(function* () {
  const fs = yield* FileSystem.FileSystem
  if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) return {}
  const input = yield* SchemeFile.readJson(file, "what is the same in every audit")
  const config = yield* Effect.fromResult(
    Result.mapError(decode(Config, input), (problems) => SchemeFile.rejected(file, problems))
  )
  return config.audit
})

/** What was asked for, with what the file says where the command line says nothing. A matrix takes nothing from it. */
export const applied = Effect.fnUntraced(function* (requested: Requested) {
  if (requested.matrix) return requested
  const { baseline, budget, more, out, runs, scope, seed } = yield* load()
  const or = <A>(given: Option.Option<A>, usual: A | undefined): Option.Option<A> =>
    Option.isSome(given) || usual === undefined ? given : Option.some(usual)
  return {
    ...requested,
    scope: or(requested.scope, scope),
    runs: or(requested.runs, runs),
    seed: or(requested.seed, seed),
    budget: or(requested.budget, budget),
    baseline: or(requested.baseline, baseline),
    out: or(requested.out, out),
    more: requested.more || more === true
  }
})
