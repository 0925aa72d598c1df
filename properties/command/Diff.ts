/** The command that says what is otherwise in one audit than in another. What it does is loaded when it runs. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { loaded } from "../../impl/Loaded.ts"

const file = (name: string, which: string) =>
  Argument.String(name).pipe(Argument.withDescription(`the JSON of the ${which} audit, as --json prints it`))

/** The `diff` command. */
export const diff = Command.make(
  "diff",
  {
    before: file("OLD", "old"),
    after: file("NEW", "new"),
    json: Flag.Boolean("json").pipe(Flag.withDescription("print what is otherwise as JSON"), Flag.withDefault(false))
  },
  (given) =>
    loaded(
      () => import("./Differing.ts"),
      (Differing) => Differing.run(given)
    )
).pipe(Command.withDescription("Say what is otherwise in one audit than in another"))
