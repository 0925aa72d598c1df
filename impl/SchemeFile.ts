/** Scheme files: the built-in schemes by name, and any other by its path. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { decode, type Problem, say } from "../model/Decode.ts"
import { Scheme } from "../model/Scheme.ts"
import { files, isSchemeName, type SchemeName, schemeNames } from "../spec/Schemes.ts"
import * as JsonText from "./JsonText.ts"

/** An input that cannot be used: a line for each thing wrong with it. Nothing was done with it. */
export class BadInput extends Data.TaggedError("BadInput")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** The names of the built-in schemes, in alphabetical order. */
export const builtIn: ReadonlyArray<SchemeName> = [...schemeNames].sort()

/** The problems of a file as an error. */
export const rejected = (path: string, problems: ReadonlyArray<Problem>): BadInput =>
  new BadInput({ lines: problems.map((problem) => `${path}: ${say(problem)}`) })

const isDirectory = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.stat(path), { onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })
})

/** Reads a file as JSON, in which no object has a key twice and every number is finite. */
export const readJson = Effect.fn("SchemeFile.readJson")(function* (path: string, expected: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(
    Effect.catch((error) =>
      Effect.flatMap(isDirectory(path), (isOne) => {
        const unread =
          error.reason._tag === "NotFound" ? "no such file" : `a file that cannot be read (${error.reason._tag})`
        return new BadInput({ lines: [`${path}: expected ${expected}, found ${isOne ? "a directory" : unread}`] })
      })
    )
  )
  const input = yield* Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: (error) =>
      new BadInput({
        lines: [`${path}: expected JSON, found text that is none: ${(error as Error).message.split("\n")[0]}`]
      })
  })
  const problems = JsonText.problems(text)
  return problems.length === 0 ? input : yield* rejected(path, problems)
})

/** What a file holds without the address of its schema, which editors read and which is no part of a scheme. */
const withoutSchema = (input: unknown): unknown => {
  if (typeof input !== "object" || input === null || !("$schema" in input)) return input
  const { $schema, ...others } = input
  return typeof $schema === "string" ? others : input
}

/** Loads a scheme: a built-in one by its name, any other by the path of its file. */
export const load = Effect.fn("SchemeFile.load")(function* (nameOrPath: string) {
  const expected = `a scheme file, or the name of a built-in scheme (${builtIn.join(", ")})`
  const input = isSchemeName(nameOrPath) ? files[nameOrPath] : withoutSchema(yield* readJson(nameOrPath, expected))
  return yield* Effect.fromResult(Result.mapError(decode(Scheme, input), (problems) => rejected(nameOrPath, problems)))
})
