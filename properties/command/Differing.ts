/** Differing: what the `diff` command does. */
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as Text from "../../impl/Text.ts"
import { Changes } from "../report/Reports.ts"
import { fitted, ink } from "../Terminal.ts"
import * as Given from "./Given.ts"

/** A claim is otherwise in the second report. */
class Otherwise extends Data.TaggedError("Otherwise")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

/** Compares two reports, and prints what is otherwise. */
export const run = Effect.fn("Differing.run")(function* (given: {
  readonly before: string
  readonly after: string
  readonly json: boolean
}) {
  const before = yield* Given.auditFile("OLD", given.before)
  const after = yield* Given.auditFile("NEW", given.after)
  const changes = Changes.between(before, after)
  yield* Console.log(
    given.json ? Text.json(changes) : fitted(Changes.text(changes, ink(process.stdout)), process.stdout)
  )
  if (changes.claims.length > 0) return yield* new Otherwise({ lines: [] })
})
