/** CertificateFlags: what can be given to the `certificate check` command. */
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

/** The arguments and flags. */
export const config = {
  files: Argument.String("FILE").pipe(
    Argument.withDescription("certificates that `paycode audit --certify` wrote"),
    Argument.variadic({ min: 1 })
  ),
  share: Flag.String("share").pipe(
    Flag.withDescription(
      "look at so many of the states, as 1%, drawn at random, and compare no counts; 100% unless given"
    ),
    Flag.withMetavar("PERCENT"),
    Flag.withDefault("100%")
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("seed of that draw; another each time unless given"), Flag.optional),
  json: Flag.Boolean("json").pipe(Flag.withDescription("print what was found as JSON"), Flag.withDefault(false))
}

/** What is given on the command line. */
export type Requested = Command.Command.Config.Infer<typeof config>
