/** Program: the tree of the commands of `paycode`, and how each ends. A command is loaded when it is asked for, and what it runs when it runs. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type { HelpDoc } from "effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Completions from "./impl/Completions.ts"
import * as Impl from "./impl/command/Command.ts"
import * as ExitCodes from "./impl/ExitCodes.ts"
import { BadInput } from "./impl/SchemeFile.ts"
import * as Text from "./impl/Text.ts"
import * as Properties from "./properties/command/Command.ts"
import { fitted, type Ink, ink } from "./properties/Terminal.ts"

/** Usage errors repeat what was typed; what may be a code, twelve digits or more, is money, and is not repeated. */
const withoutCodes = (text: string): string => text.replace(/(?<![0-9+])[0-9](?:[\s",']*[0-9]){11,}/g, "(digits)")

/** What ends the command with a code of its own, and what it says on stderr. */
interface Ending {
  readonly [Runtime.errorExitCode]: number
  readonly lines: ReadonlyArray<string>
}

const isEnding = (error: unknown): error is Ending =>
  typeof error === "object" && error !== null && Runtime.errorExitCode in error && "lines" in error

const plain = CliOutput.defaultFormatter({ colors: false })

/** The help of a command, with what its exit codes mean. */
const help = (doc: HelpDoc, text: string, { bold }: Ink): string => {
  const lines = ExitCodes.lines((doc.commandPath ?? []).slice(1))
  return lines.length === 0 ? text : [text.trimEnd(), "", bold("EXIT CODES"), ...lines].join("\n")
}

// Bad usage is told on stderr, and so is the help that nobody asked for; the default presenter would print it on stdout.
const presenter = CliOutput.layerPresenter({
  present: (event) => {
    if (event._tag === "InvalidInvocation")
      return Console.error(Text.lines(withoutCodes(plain.formatErrors(event.errors).trim())))
    if (event._tag !== "Help") return CliOutput.defaultPresenter.present(event)
    if (event.reason === "Implicit")
      return Console.error(help(event.helpDoc, plain.formatHelpDoc(event.helpDoc), ink({})))
    return Effect.flatMap(CliOutput.Formatter, (formatter) =>
      Console.log(
        fitted(help(event.helpDoc, formatter.formatHelpDoc(event.helpDoc), ink(process.stdout)), process.stdout)
      )
    )
  }
})

const complain = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const error = Cause.squash(cause)
  if (!isEnding(error)) {
    return Console.error(
      Text.line(`internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`)
    )
  }
  return error.lines.length === 0 ? Effect.void : Console.error(error.lines.map(Text.line).join("\n"))
}

const exitCode = (cause: Cause.Cause<unknown>): number => {
  const error = Cause.squash(cause)
  return isEnding(error) ? error[Runtime.errorExitCode] : ExitCodes.codes.internal
}

/** Does something once all that was printed is with whoever reads it: the end of the process would cut off what a slow reader has not taken. What could not be written is known by then. */
const whenWritten = (then: () => void): void => {
  process.stdout.write("", () => process.stderr.write("", () => setImmediate(then)))
}

/** How printing went: `lost` once something could not be written. */
interface Printed {
  lost: boolean
}

/**
 * Watches what is printed: whoever reads it may end before, as `head` does, and a disk may be full. That is no verdict, and a command
 * goes on to its end, as it may be paying; but an audit has nothing to do but to print, and ends at once.
 */
const printed = ([first]: ReadonlyArray<string>): Printed => {
  const printed: Printed = { lost: false }
  process.stderr.on("error", () => {})
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that ends has read what it wanted, and is not complained to.
    if (!printed.lost && error.code !== "EPIPE") {
      process.stderr.write(`standard output: expected to be written to, found ${error.code ?? error.message}\n`)
    }
    printed.lost = true
    if (first === "audit") process.exit(ExitCodes.codes.internal)
  })
  return printed
}

/** The command that writes the documents. */
type Docs = Command.Command<"docs", never, unknown, unknown, NodeServices.NodeServices>

/** The commands that only a clone has, each of a version of `paycode`. */
export interface OfClone {
  readonly docs?: (version: string) => Promise<Docs>
}

/** All commands by their names, in the order in which they are told. */
const commandsWith = (ofClone: OfClone) => ({ ...Properties.commands, ...ofClone, ...Impl.commands })

/** The commands that some words are for, of a version: the one that they name, and all where they name none. */
const loadedFor = (version: string, [first]: ReadonlyArray<string>, commands: ReturnType<typeof commandsWith>) => {
  const isNamed = first !== undefined && Object.hasOwn(commands, first)
  return Promise.all(
    Object.entries(commands).flatMap(([name, load]) => (isNamed && name !== first ? [] : [load(version)]))
  )
}

/** The words of a command line, where `help` and the name of a command ask for its help. There is none for what is no command. */
const withHelp = (
  commands: ReadonlyArray<string>,
  [first, ...others]: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (first !== "help") return first === undefined ? [] : [first, ...others]
  const [name] = others
  const isKnown = name === undefined || commands.includes(name) || name.startsWith("-")
  return isKnown ? [...others, "--help"] : others
}

/** The words with a flag and a value below zero as one word: apart, the value would be taken for a flag. */
const withNegatives = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const isFlagOfNegative = (at: number): boolean =>
    /^--[a-z-]+$/.test(words[at] ?? "") && /^-\d/.test(words[at + 1] ?? "")
  return words.flatMap((word, at) =>
    isFlagOfNegative(at - 1) ? [] : isFlagOfNegative(at) ? [`${word}=${words[at + 1]}`] : [word]
  )
}

const paycode = (names: ReadonlyArray<string>, commands: Awaited<ReturnType<typeof loadedFor>>) =>
  Command.make("paycode", {}, () =>
    Effect.fail(
      new BadInput({
        lines: [`expected a command: ${names.slice(0, -1).join(", ")} or ${names.at(-1)}; --help says more`]
      })
    )
  ).pipe(
    Command.withDescription(
      "The offline payment code, as a formal spec, a model, an implementation and the properties that attack them"
    ),
    Command.withSubcommands(commands)
  )

// Shells are told of files and names too, which the command line's own script does not know of.
const completions = Completions.flag(async () => {
  const [{ Measure }, { PopulationFile }] = await Promise.all([
    import("./properties/sweep/Sweeps.ts"),
    import("./properties/usability/Usability.ts")
  ])
  return { measures: Measure.measures.map(({ name }) => name), populations: [PopulationFile.usual] }
})

const flags = CliConfig.layer({
  builtIns: GlobalFlag.BuiltIns.map((flag) => (flag === GlobalFlag.Completions ? completions : flag))
})

/** What a version of `paycode` does with the words of a command line; it says on stderr what is wrong. */
export const program = (version: string, given: ReadonlyArray<string>, ofClone: OfClone) => {
  const all = commandsWith(ofClone)
  const names = Object.keys(all)
  const words = withNegatives(withHelp(names, given))
  return Effect.promise(() => loadedFor(version, words, all)).pipe(
    Effect.flatMap((commands) => Command.runWith(paycode(names, commands), { version })(words)),
    // The presenter has said what was wrong with the usage.
    Effect.catchIf(
      (error) => CliError.isCliError(error) && error._tag === "ShowHelp",
      () => Effect.fail(new BadInput({ lines: [] }))
    ),
    Effect.provide(Layer.mergeAll(NodeServices.layer, presenter, flags)),
    Effect.tapCause(complain)
  )
}

/** Runs a version of `paycode` on the words of a command line, and ends the process. */
export const run = (version: string, words: ReadonlyArray<string>, ofClone: OfClone): void => {
  const output = printed(words)
  program(version, words, ofClone).pipe(
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) =>
        Runtime.defaultTeardown(exit, (code) =>
          whenWritten(() => {
            if (exit._tag === "Success") return onExit(output.lost ? ExitCodes.codes.internal : code)
            // What went otherwise is said on stderr too, and by its code.
            onExit(Cause.hasInterruptsOnly(exit.cause) ? code : exitCode(exit.cause))
          })
        )
    })
  )
}
