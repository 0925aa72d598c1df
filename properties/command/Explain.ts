/** The command that tells a saved run again. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import { Report } from "../report/Reports.ts"
import { ink } from "../Terminal.ts"
import * as Trace from "../trace/Trace.ts"
import * as Given from "./Given.ts"

/** Whether an input is meant as a scheme: it names one, and has not what a trace says of itself. */
const isScheme = (input: unknown): boolean =>
  typeof input === "object" && input !== null && "scheme" in input && !("#meta" in input)

/** The `explain` command. */
export const explain = Command.make(
  "explain",
  {
    trace: Argument.String("TRACE").pipe(
      Argument.withDescription("a trace that an audit has saved, an .itf.json file")
    ),
    replay: Flag.Boolean("replay").pipe(
      Flag.withDescription("run it again, and print the state after every step"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("explain")(function* ({ replay, trace: file }) {
    const input = yield* SchemeFile.readJson(file, "a trace that an audit has saved")
    if (isScheme(input)) {
      const instead = `this is a scheme, not a trace; \`paycode audit ${file}\` decides its claims`
      return yield* Given.bad(`${file}: expected a trace that an audit has saved: ${instead}`)
    }
    const trace = yield* Effect.fromResult(
      Result.mapError(Trace.read(input), (problems) => SchemeFile.rejected(file, problems))
    )
    const { bold } = ink(process.stdout)
    const title = bold(
      `${trace.world.rules.scheme.scheme}: ${trace.shows === "attack" ? "an attack on" : "a case of"} ${trace.claim}`
    )
    yield* Console.log([title, "", ...Report.attack(trace)].join("\n"))
    if (replay) yield* Console.log(["", ...Report.replayed(trace)].join("\n"))
  })
).pipe(Command.withDescription("Explain a saved counterexample in sentences and as a diagram"))
