/** SweepFlags: what can be given to the `sweep` command. */
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

/** The most points that are tried unless another number is given. */
export const usualBudget = 100_000

/** The arguments and flags. */
export const config = {
  scheme: Argument.String("SCHEME").pipe(Argument.withDescription("a built-in scheme's name or a scheme file")),
  vary: Flag.String("vary").pipe(
    Flag.withDescription(
      "a numeric parameter and its values, as window.past=0..10, clock.step=10..60/10 or code.otpDigits=4,6,8; several are combined"
    ),
    Flag.withMetavar("PATH=VALUES"),
    Flag.atLeast(0)
  ),
  population: Flag.String("population").pipe(
    Flag.withDescription(
      "how honest payers behave: a built-in population's name or a population file; typical unless given"
    ),
    Flag.withMetavar("FILE"),
    Flag.optional
  ),
  security: Flag.String("security").pipe(
    Flag.withDescription(
      "the computed claim that is held against usability; the first that is not the same everywhere unless given"
    ),
    Flag.withMetavar("CLAIM"),
    Flag.optional
  ),
  check: Flag.String("check").pipe(
    Flag.withDescription("put this point before the checker, at quick; parameters not named have the scheme's value"),
    Flag.withMetavar("PATH=VALUE,…"),
    Flag.atLeast(0)
  ),
  budget: Flag.Int("budget-points").pipe(
    Flag.withDescription(`the most points that are tried; ${usualBudget} unless given`),
    Flag.withDefault(usualBudget)
  ),
  store: Flag.String("store").pipe(
    Flag.withDescription(
      "with --check: the folder that evidence is kept in, and taken from; a cache folder unless it or PAYCODE_STORE is given; `none` keeps and takes nothing"
    ),
    Flag.withMetavar("DIR"),
    Flag.optional
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("print the sweep as JSON"), Flag.withDefault(false)),
  out: Flag.String("out").pipe(
    Flag.withDescription("write the sweep as JSON and CSV, and its plots, into this folder"),
    Flag.withMetavar("DIR"),
    Flag.withDefault("out/sweep")
  )
}

/** What is given on the command line. */
export type Requested = Command.Command.Config.Infer<typeof config>
