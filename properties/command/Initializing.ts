/** Initializing: what the `init` command does: it asks what differs, and writes a file that `audit` reads. */
import { existsSync, writeFileSync } from "node:fs"
import { dirname, relative } from "node:path"
import * as ReadLine from "node:readline/promises"
import { fileURLToPath } from "node:url"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import { say } from "../../model/Decode.ts"
import { type ParameterPath, rowOf } from "../../spec/Parameters.ts"
import { isSchemeName, type SchemeName } from "../../spec/Schemes.ts"
import * as Draft from "./Draft.ts"
import * as Given from "./Given.ts"

/** What is given on the command line. */
export interface Requested {
  readonly file: Option.Option<string>
  readonly from: string
  readonly name: Option.Option<string>
  readonly title: Option.Option<string>
  readonly set: ReadonlyArray<string>
  readonly source: ReadonlyArray<string>
}

const shown = (value: unknown): string =>
  value === undefined ? "none" : Array.isArray(value) ? value.join(",") : `${value}`

/** The values of a flag that can be given again, read; fails with everything that is wrong with them. */
const readAll = <A>(flag: string, texts: ReadonlyArray<string>, read: (text: string) => Draft.Read<A>) => {
  const all = texts.map(read)
  const lines = all.flatMap((one) => (Result.isFailure(one) ? [`--${flag}: ${one.failure}`] : []))
  return lines.length > 0
    ? Effect.fail(new SchemeFile.BadInput({ lines }))
    : Effect.succeed(all.flatMap((one) => (Result.isSuccess(one) ? [one.success] : [])))
}

/** Refuses a parameter that a flag names twice. */
const refuseTwice = (flag: string, paths: ReadonlyArray<ParameterPath>) => {
  const twice = paths.find((path, at) => paths.indexOf(path) !== at)
  return twice === undefined
    ? Effect.void
    : Effect.fail(Given.bad(`--${flag}: ${twice}: expected once, found several times`))
}

/** The scheme as the flags have it, but for its name. */
const byFlags = Effect.fnUntraced(function* (given: Requested) {
  const { from } = given
  if (!isSchemeName(from)) {
    return yield* Given.bad(`--from: expected a built-in scheme (${SchemeFile.builtIn.join(", ")}), found ${from}`)
  }
  const edits = yield* readAll("set", given.set, Draft.edit)
  const sources = yield* readAll("source", given.source, Draft.source)
  yield* refuseTwice(
    "set",
    edits.map(({ path }) => path)
  )
  yield* refuseTwice(
    "source",
    sources.map(([path]) => path)
  )
  return { from, title: Option.getOrUndefined(given.title), edits, sources: new Map(sources) }
})

// ---------------------------------------------------------------------------------------------------------------------
// Questions
// ---------------------------------------------------------------------------------------------------------------------

/** Asks for a line; undefined once there is no more input. */
type Ask = (question: string) => Promise<string | undefined>

/** Asks where a value comes from, until something is said. */
const askSource = async (ask: Ask, { path, value }: Draft.Edit): Promise<string | undefined> => {
  for (;;) {
    const said = await ask(`  Where does ${shown(value)} come from (${rowOf(path).says})? `)
    if (said === undefined || said.trim() !== "") return said?.trim()
  }
}

/** Asks what differs until an empty line, and whether it fits together then. */
const askEdits = async (ask: Ask, wanted: Draft.Wanted, tell: (line: string) => void): Promise<Draft.Wanted> => {
  let sofar = wanted
  tell(`What differs from ${wanted.from}? As display=90; an empty line when that is all.`)
  for (;;) {
    const line = await ask("> ")
    if (line === undefined) return sofar
    if (line.trim() === "") {
      const made = Draft.make(sofar)
      if (Result.isSuccess(made)) return sofar
      for (const problem of made.failure) tell(`  ${say(problem)}`)
      continue
    }
    const edit = Draft.edit(line)
    if (Result.isFailure(edit)) {
      tell(`  ${edit.failure}`)
      continue
    }
    const { path, value } = edit.success
    const source = value === undefined ? undefined : await askSource(ask, edit.success)
    const edits = [...sofar.edits.filter((one) => one.path !== path), edit.success]
    const sources = new Map([...sofar.sources].filter(([one]) => one !== path))
    if (source !== undefined) sources.set(path, source)
    sofar = { ...sofar, edits, sources }
  }
}

/** The scheme as questions have it, on a terminal or in a file of answers. */
const byQuestions = (wanted: Omit<Draft.Wanted, "name">): Promise<Draft.Wanted> => {
  const lines = ReadLine.createInterface({ input: process.stdin, output: process.stderr })
  const answers = lines[Symbol.asyncIterator]()
  const ask: Ask = async (question) => {
    process.stderr.write(question)
    const answer = await answers.next()
    return answer.done === true ? undefined : answer.value
  }
  const tell = (line: string): void => {
    process.stderr.write(`${Text.line(line)}\n`)
  }
  const all = async (): Promise<Draft.Wanted> => {
    const name = (await ask("The scheme's name (small letters, digits and hyphens): "))?.trim() ?? ""
    const title = wanted.title ?? ((await ask("What it is, in a line: "))?.trim() || undefined)
    return askEdits(ask, { ...wanted, name, title }, tell)
  }
  return all().finally(() => lines.close())
}

// ---------------------------------------------------------------------------------------------------------------------
// The file
// ---------------------------------------------------------------------------------------------------------------------

const schemaFile = fileURLToPath(new URL("../../spec/schemas/scheme.schema.json", import.meta.url))

/** The address of the schema as a file names it: only where that is below the folder of the file. */
const schemaFor = (file: string): string | undefined => {
  const path = relative(dirname(file), schemaFile).replaceAll("\\", "/")
  return path.startsWith("..") || path.startsWith("/") || !existsSync(schemaFile) ? undefined : `./${path}`
}

/** Writes a new file; one that is there already is left as it is. */
const write = (file: string, text: string) =>
  Effect.try({
    try: () => writeFileSync(file, text, { flag: "wx" }),
    catch: (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      return Given.bad(
        code === "EEXIST"
          ? `${file}: expected a file that is not there yet, found one`
          : `${file}: expected a file that can be written, found ${message}`
      )
    }
  })

const differences = (from: SchemeName, { differences }: Draft.Draft): string => {
  const told = differences.map(({ is, path, was }) => `${path}: ${shown(was)} → ${shown(is)}`)
  return told.length === 0 ? `It is ${from} under another name.` : `It differs from ${from} in ${told.join(", ")}.`
}

/** Makes a scheme file, by flags or by questions. */
export const run = Effect.fn("Initializing.run")(function* (given: Requested) {
  const flags = yield* byFlags(given)
  const { name } = given
  if (Option.isNone(name) && !process.stdin.isTTY && given.set.length > 0) {
    return yield* Given.bad("--name: expected the scheme's name, found nothing")
  }
  const wanted: Draft.Wanted = Option.isSome(name)
    ? { ...flags, name: name.value }
    : yield* Effect.promise(() => byQuestions(flags))
  const draft = yield* Effect.fromResult(
    Result.mapError(
      Draft.make(wanted),
      (problems) => new SchemeFile.BadInput({ lines: problems.map((problem) => `init: ${say(problem)}`) })
    )
  )
  // What is told of it could not be told from what is told of the built-in one.
  if (isSchemeName(draft.scheme.scheme)) {
    return yield* Given.bad(`--name: expected a name that no built-in scheme has, found ${draft.scheme.scheme}`)
  }
  const file = Option.getOrElse(given.file, () => `${draft.scheme.scheme}.json`)
  yield* write(file, Draft.text(draft, schemaFor(file)))
  yield* Console.log(Text.line(`${file} was written. ${differences(wanted.from, draft)}`))
  yield* Console.log(`The reasons under \`claims\` are those of ${wanted.from}: they are to be read again.`)
  yield* Console.log(Text.line(`What holds of it: paycode audit ${file} --scope quick`))
})
