/** The command that tells a saved run again. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Hash from "../Hash.ts"
import { Report } from "../report/Reports.ts"
import { fitted, ink } from "../Terminal.ts"
import * as Trace from "../trace/Trace.ts"
import * as Given from "./Given.ts"

/** Refuses a trace of another scheme, or of another state of it. */
const refuseOther = (file: string, trace: Trace.Trace, wanted: Scheme) => {
  const { scheme } = trace.world.rules
  const told = (one: Scheme): string => `${one.scheme} (${Hash.of(one).slice(0, 12)})`
  return Hash.of(scheme) === Hash.of(wanted)
    ? Effect.void
    : Effect.fail(Given.bad(`${file}: expected a trace of ${told(wanted)}, found one of ${told(scheme)}`))
}

/** The `explain` command. */
export const explain = Command.make(
  "explain",
  {
    trace: Argument.String("TRACE").pipe(
      Argument.withDescription("a trace that an audit has saved, an .itf.json file")
    ),
    scheme: Flag.String("scheme").pipe(
      Flag.withDescription(
        "refuse a trace that is not of this scheme as it is now: a built-in scheme's name or a file"
      ),
      Flag.optional
    ),
    replay: Flag.Boolean("replay").pipe(
      Flag.withDescription("run it again, and print the state after every step"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("explain")(function* ({ replay, scheme, trace: file }) {
    const input = yield* SchemeFile.readJson(file, "a trace that an audit has saved", "trace")
    const trace = yield* Effect.fromResult(
      Result.mapError(Trace.read(input), (problems) => SchemeFile.rejected(file, problems))
    )
    if (Option.isSome(scheme)) yield* refuseOther(file, trace, yield* SchemeFile.load(scheme.value))
    const { bold } = ink(process.stdout)
    const title = bold(
      `${trace.world.rules.scheme.scheme}: ${trace.shows === "attack" ? "an attack on" : "a case of"} ${trace.claim}`
    )
    yield* Console.log(fitted([title, "", ...Report.attack(trace)].join("\n"), process.stdout))
    if (replay) yield* Console.log(["", ...Report.replayed(trace)].join("\n"))
  })
).pipe(Command.withDescription("Explain a saved counterexample in sentences and as a diagram"))
