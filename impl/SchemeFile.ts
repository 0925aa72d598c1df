/** Scheme files: the built-in schemes by name, and any other by its path. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { decode, type Problem, say } from "../model/Decode.ts"
import { Scheme } from "../model/Scheme.ts"
import { files, isSchemeName, type SchemeName, schemeNames } from "../spec/Schemes.ts"

/** An input that cannot be used: a line for each thing wrong with it. Nothing was done with it. */
export class BadInput extends Data.TaggedError("BadInput")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** The names of the built-in schemes, in alphabetical order. */
export const builtIn: ReadonlyArray<SchemeName> = [...schemeNames].sort()

/** Reads a file as JSON. */
export const readJson = Effect.fn("SchemeFile.readJson")(function* (path: string, expected: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(
    Effect.mapError((error) => {
      const found =
        error.reason._tag === "NotFound" ? "no such file" : `a file that cannot be read (${error.reason._tag})`
      return new BadInput({ lines: [`${path}: expected ${expected}, found ${found}`] })
    })
  )
  return yield* Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: (error) =>
      new BadInput({
        lines: [`${path}: expected JSON, found text that is none: ${(error as Error).message.split("\n")[0]}`]
      })
  })
})

/** The problems of a file as an error. */
export const rejected = (path: string, problems: ReadonlyArray<Problem>): BadInput =>
  new BadInput({ lines: problems.map((problem) => `${path}: ${say(problem)}`) })

/** Loads a scheme: a built-in one by its name, any other by the path of its file. */
export const load = Effect.fn("SchemeFile.load")(function* (nameOrPath: string) {
  const expected = `a scheme file, or the name of a built-in scheme (${builtIn.join(", ")})`
  const input = isSchemeName(nameOrPath) ? files[nameOrPath] : yield* readJson(nameOrPath, expected)
  return yield* Effect.fromResult(Result.mapError(decode(Scheme, input), (problems) => rejected(nameOrPath, problems)))
})
