#!/usr/bin/env node
/**
 * The `paycode` command. Exit codes: 0 every claim is as asserted, 1 a verdict differs, 2 bad input or usage, 3 not
 * finished within the budget, 4 an internal error. On 2 and 4 nothing is printed on stdout.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Docs from "./docs/Command.ts"
import * as Impl from "./impl/command/Command.ts"
import { BadInput } from "./impl/SchemeFile.ts"
import manifest from "./package.json" with { type: "json" }
import * as Properties from "./properties/command/Command.ts"

/** What ends the command with a code of its own, and what it says on stderr. */
interface Ending {
  readonly [Runtime.errorExitCode]: number
  readonly lines: ReadonlyArray<string>
}

const isEnding = (error: unknown): error is Ending =>
  typeof error === "object" && error !== null && Runtime.errorExitCode in error && "lines" in error

const internalError = 4

// Bad usage is told on stderr; the default presenter would print the whole help on stdout.
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(CliOutput.defaultFormatter({ colors: false }).formatErrors(event.errors).trim())
      : CliOutput.defaultPresenter.present(event)
})

const complain = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const error = Cause.squash(cause)
  if (!isEnding(error)) {
    return Console.error(
      `internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
    )
  }
  return error.lines.length === 0 ? Effect.void : Console.error(error.lines.join("\n"))
}

const exitCode = (cause: Cause.Cause<unknown>): number => {
  const error = Cause.squash(cause)
  return isEnding(error) ? error[Runtime.errorExitCode] : internalError
}

Command.make("paycode", {}, () =>
  Effect.fail(
    new BadInput({
      lines: ["expected a command: audit, explain, sweep, docs, serve, operator, wallet or till; --help says more"]
    })
  )
).pipe(
  Command.withDescription(
    "The offline payment code, as a formal spec, a model, an implementation and the properties that attack them"
  ),
  Command.withSubcommands([
    Properties.audit(manifest.version),
    Properties.explain,
    Properties.sweep(manifest.version),
    Docs.docs(manifest.version),
    Impl.serve,
    Impl.operator,
    Impl.wallet,
    Impl.till
  ]),
  Command.run({ version: manifest.version }),
  // The presenter has said what was wrong with the usage.
  Effect.catchIf(
    (error) => CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0,
    () => Effect.fail(new BadInput({ lines: [] }))
  ),
  Effect.provide(Layer.mergeAll(NodeServices.layer, presenter)),
  Effect.tapCause(complain),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      Runtime.defaultTeardown(exit, (code) =>
        onExit(exit._tag === "Failure" && !Cause.hasInterruptsOnly(exit.cause) ? exitCode(exit.cause) : code)
      )
  })
)
