/** The command that makes a scheme file from a built-in one. What it does is loaded when it runs. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { loaded } from "../../impl/Loaded.ts"

const config = {
  file: Argument.String("FILE").pipe(
    Argument.withDescription("the file to write; the scheme's name with .json unless given"),
    Argument.optional
  ),
  from: Flag.String("from").pipe(
    Flag.withDescription("the built-in scheme that it is made from; alipay unless given"),
    Flag.withMetavar("SCHEME"),
    Flag.withDefault("alipay")
  ),
  name: Flag.String("name").pipe(
    Flag.withDescription("the scheme's name: small letters, digits and hyphens; asked for unless given"),
    Flag.withMetavar("NAME"),
    Flag.optional
  ),
  title: Flag.String("title").pipe(Flag.withDescription("what the scheme is, in a line"), Flag.optional),
  set: Flag.String("set").pipe(
    Flag.withDescription("a parameter and its value, as display=90, or limit.daySum=none to do without it"),
    Flag.withMetavar("PATH=VALUE"),
    Flag.atLeast(0)
  ),
  source: Flag.String("source").pipe(
    Flag.withDescription('where a value comes from, as "display=Chosen: people need longer"'),
    Flag.withMetavar("PATH=TEXT"),
    Flag.atLeast(0)
  )
}

/** The `init` command. */
export const init = Command.make("init", config, (given) =>
  loaded(
    () => import("./Initializing.ts"),
    (Initializing) => Initializing.run(given)
  )
).pipe(
  Command.withDescription(
    "Make a scheme file from a built-in one: by flags, or by questions where no name is given on a terminal"
  )
)
