/** Given: what is given on a command line, checked. What cannot be used is told by its flag, with what was expected and found. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { near } from "../../impl/Nearest.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import { AuditFile } from "../report/Reports.ts"
import { count } from "../Terminal.ts"

/** Input that cannot be used, in a line. */
export const bad = (line: string): SchemeFile.BadInput => new SchemeFile.BadInput({ lines: [line] })

/** More names than this are not listed in a line. */
const listed = 12

/** One of the ids of some claims. What is none is told with the id that may be meant, or else with where they are listed. */
export const oneOf = <Name extends string>(
  flag: string,
  names: ReadonlyArray<Name>,
  found: string
): Effect.Effect<Name, SchemeFile.BadInput> => {
  const name = names.find((name) => name === found)
  if (name !== undefined) return Effect.succeed(name)
  const meant = near(found, names)
  const hint = meant === undefined ? "docs/protocol/Claims.md of a clone lists them" : `the nearest is ${meant}`
  return Effect.fail(
    bad(
      names.length > listed
        ? `--${flag}: expected the id of a claim, found ${found === "" ? "nothing" : found}; ${hint}`
        : `--${flag}: expected one of ${names.join(", ")}, found ${found}${meant === undefined ? "" : `; ${hint}`}`
    )
  )
}

/** A span of time as the command line takes it, in milliseconds; 0 for what is none. */
export const spanOf = (text: string): number => {
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text)
  const sizes = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  return match === null ? 0 : Number(match[1]) * sizes[match[2] as keyof typeof sizes]
}

/** The span of time of `--budget`, in milliseconds. */
export const budgetOf = (text: string): Effect.Effect<number, SchemeFile.BadInput> => {
  const span = spanOf(text)
  return span > 0
    ? Effect.succeed(span)
    : Effect.fail(bad(`--budget: expected a span of time above zero such as 60s or 10m, found ${text}`))
}

/** The most random runs that can be asked for. */
export const mostRuns = 10_000_000

/** A whole number within bounds. */
export const between = (flag: string, from: number, to: number, found: number) =>
  found >= from && found <= to
    ? Effect.succeed(found)
    : Effect.fail(bad(`--${flag}: expected a whole number from ${count(from)} to ${count(to)}, found ${found}`))

/** Reads the JSON of an audit; what is wrong with it is told with the flag or the name that it was given for. */
export const auditFile = Effect.fnUntraced(function* (flag: string, path: string) {
  const input = yield* SchemeFile.readJson(path, `the JSON of an audit, for ${flag}`, "audit")
  return yield* Effect.fromResult(
    Result.mapError(AuditFile.read(input), (problems) => SchemeFile.rejected(path, problems.slice(0, 1)))
  )
})

/** Where a folder cannot be written to. */
export const unwritable = (error: { readonly message: string }, flag = "--out"): SchemeFile.BadInput =>
  bad(`${flag}: expected a folder that can be written to, found ${error.message}`)
