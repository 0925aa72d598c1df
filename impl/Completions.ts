/**
 * Completions: what `--completions` prints for a shell to complete commands by. The flags and arguments of the commands are
 * texts; here stands which of them are files, folders or names of what is built in, and which flags may be given again.
 */
import * as Console from "effect/Console"
import * as Completions from "effect/cli/Completions"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { claimIds } from "../spec/Claims.ts"
import { schemeNames } from "../spec/Schemes.ts"

type Described = Completions.CommandDescriptor
type Type = Described["flags"][number]["type"] & Described["arguments"][number]["type"]

/** The word among names that says that a file may stand there as well; no script has it in the end. */
const orFile = "or-a-file"

const file: Type = { _tag: "Path", pathType: "file" }
const folder: Type = { _tag: "Path", pathType: "directory" }
const named = (values: ReadonlyArray<string>): Type => ({ _tag: "Choice", values: [...values] })
const scheme = named([...schemeNames, orFile])

/** The names that are known only where sweeps are: of what `--security` takes, and of the built-in populations. */
export interface OfSweeps {
  readonly measures: ReadonlyArray<string>
  readonly populations: ReadonlyArray<string>
}

/** What flags take, by their names. */
const ofFlags: Readonly<Record<string, Type>> = {
  ...Object.fromEntries(
    [
      ...["baseline", "file", "key-file", "ledger", "mark", "operator-key", "over"],
      ...["password-file", "pin-file", "png", "svg", "till"]
    ].map((name) => [name, file])
  ),
  out: folder,
  store: folder,
  certify: folder,
  claim: named(claimIds),
  from: named(schemeNames),
  scheme
}

/** What arguments take, by their names. */
const ofArguments: Readonly<Record<string, Type>> = {
  SCHEME: scheme,
  TRACE: file,
  FILE: file,
  OLD: file,
  NEW: file,
  code: file
}

/** The flags that may be given again; shells would offer them once. */
const repeated = ["claim", "vary", "check", "set", "source", "trust-proxy"]

/** What completes a command and those under it, with what flags and arguments take. */
const typed = (command: Described, types: Readonly<Record<string, Type>>): Described => ({
  ...command,
  flags: command.flags.map((flag) => ({ ...flag, type: types[flag.name] ?? flag.type })),
  arguments: command.arguments.map((argument) => ({ ...argument, type: ofArguments[argument.name] ?? argument.type })),
  subcommands: command.subcommands.map((under) => typed(under, types))
})

/** A change of a script, of all that it finds. */
type Change = readonly [find: RegExp, put: string]

/** What makes a shell's script complete names and files in one place, and offer flags again. */
const changes: Readonly<Record<Completions.Shell, ReadonlyArray<Change>>> = {
  bash: [
    [
      new RegExp(`(_paycode--choices ("\\$cur" "\\$_comp_word") [^\\n]*) '${orFile}'$`, "gm"),
      `_paycode--paths -f $2; local _files=("\${COMPREPLY[@]}"); $1; COMPREPLY+=("\${_files[@]}")`
    ],
    ...repeated.map(
      (name): Change => [
        new RegExp(`\\[\\[ -n "\\$_used_\\d+" \\]\\] \\|\\| (_filtered_flags\\+=" --${name}")`, "g"),
        "$1"
      ]
    )
  ],
  zsh: [
    [
      new RegExp(`\\(([^()\\n]*) ${orFile}\\)'$`, "gm"),
      `{_alternative "names\\:name\\:($1)" "files\\:file\\:_files"}'`
    ],
    ...repeated.map((name): Change => [new RegExp(`'\\(--${name}\\)--${name}\\[`, "g"), `'*--${name}[`])
  ],
  fish: [
    [new RegExp(`-r -f -a '([^'\\n]*) ${orFile}'`, "g"), "-r -F -a '$1'"],
    ...repeated.flatMap(
      (name): ReadonlyArray<Change> => [
        [new RegExp(`begin; not __fish_contains_opt ${name}; or [^;]*; end`, "g"), "true"],
        [new RegExp(`; and not __fish_contains_opt ${name}'`, "g"), "'"]
      ]
    )
  ],
  powershell: [[new RegExp(`, '${orFile}'`, "g"), ""]]
}

/** The script by which a shell completes a command. */
const script = (shell: Completions.Shell, command: Described, { measures, populations }: OfSweeps): string => {
  const types = { ...ofFlags, security: named(measures), population: named([...populations, orFile]) }
  return changes[shell].reduce(
    (text, [find, put]) => text.replace(find, put),
    Completions.generate(command.name, shell, typed(command, types))
  )
}

/** The flag `--completions`. What sweeps know is loaded when it is given. */
export const flag = (load: () => Promise<OfSweeps>) =>
  GlobalFlag.Action({
    flag: GlobalFlag.Completions.flag,
    run: (shell, { command }) =>
      Option.isNone(shell)
        ? Effect.void
        : Effect.flatMap(Effect.promise(load), (ofSweeps) =>
            Console.log(script(shell.value, Completions.fromCommand(command), ofSweeps))
          )
  })
