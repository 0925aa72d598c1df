/** Scheme files: the built-in schemes by name, and any other by its path. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { decode, type Problem, say } from "../model/Decode.ts"
import { Scheme } from "../model/Scheme.ts"
import { files, isSchemeName, type SchemeName, schemeNames } from "../spec/Schemes.ts"
import { codes } from "./ExitCodes.ts"
import * as FileKinds from "./FileKinds.ts"
import * as JsonText from "./JsonText.ts"
import * as SchemeHints from "./SchemeHints.ts"

/** An input that cannot be used: a line for each thing wrong with it. Nothing was done with it. */
export class BadInput extends Data.TaggedError("BadInput")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.unusable
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** The names of the built-in schemes, in alphabetical order. */
export const builtIn: ReadonlyArray<SchemeName> = [...schemeNames].sort()

/** A line for a problem of a file: with the line and the column, where they are known. */
const lineOf = (path: string, problem: Problem | JsonText.Located): string =>
  "place" in problem
    ? `${path}:${problem.place.line}:${problem.place.column}: ${say(problem)}`
    : `${path}: ${say(problem)}`

/** The problems of a file as an error. */
export const rejected = (path: string, problems: ReadonlyArray<Problem | JsonText.Located>): BadInput =>
  new BadInput({ lines: problems.map((problem) => lineOf(path, problem)) })

/** How large a scheme file, and how large any other file may be, in bytes. Those that come to be are far below. */
const sizes = { scheme: 2 ** 20, other: 2 ** 28 }

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(bytes < 2 ** 30 ? 3 : 4)} MiB`

/** Why something cannot be read as a file, before it is: it is another thing, or too large. */
const unfit = Effect.fnUntraced(function* (path: string, atMost: number) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.stat(path), {
    // That there is none is told by who reads it.
    onFailure: () => undefined,
    onSuccess: ({ size, type }) => {
      if (type === "Directory") return "a directory"
      if (type === "BlockDevice" || type === "CharacterDevice") return "a device"
      return Number(size) > atMost ? `${mebibytes(Number(size))}, and at most ${mebibytes(atMost)} are read` : undefined
    }
  })
})

/** Reads a file as text. Fails as bad input where it cannot, or where it is too large to be what is expected. */
export const readText = Effect.fn("SchemeFile.readText")(function* (
  path: string,
  expected: string,
  atMost = sizes.other
) {
  const fs = yield* FileSystem.FileSystem
  const bad = (found: string): BadInput =>
    new BadInput({ lines: [`${path || '""'}: expected ${expected}, found ${found}`] })
  if (path === "") return yield* bad("no name")
  const other = yield* unfit(path, atMost)
  if (other !== undefined) return yield* bad(other)
  return yield* Effect.mapError(fs.readFileString(path), ({ reason }) =>
    bad(reason._tag === "NotFound" ? "no such file" : `a file that cannot be read (${reason._tag})`)
  )
})

/** Reads a file as JSON with its places, in which no object has a key twice and every number is finite. */
const readPlaced = Effect.fnUntraced(function* (path: string, expected: string, atMost?: number) {
  const text = yield* readText(path, expected, atMost)
  return yield* Effect.fromResult(Result.mapError(JsonText.read(text), (problems) => rejected(path, problems)))
})

/** Refuses what a file holds where it is another kind of file than is expected, in one sentence. */
const refuseOther = (path: string, input: unknown, kind: FileKinds.Kind, expected: string) => {
  const found = FileKinds.instead(path, input, kind)
  return found === undefined
    ? Effect.void
    : Effect.fail(new BadInput({ lines: [`${path}: expected ${expected}, found ${found}`] }))
}

/** Reads a file of some kind as JSON, in which no object has a key twice and every number is finite. */
export const readJson = Effect.fnUntraced(function* (path: string, expected: string, kind?: FileKinds.Kind) {
  const { value } = yield* readPlaced(path, expected)
  if (kind !== undefined) yield* refuseOther(path, value, kind, expected)
  return value
})

/** What a file holds without the address of its schema, which editors read and which is no part of a scheme. */
const withoutSchema = (input: unknown): unknown => {
  if (typeof input !== "object" || input === null || !("$schema" in input)) return input
  const { $schema, ...others } = input
  return typeof $schema === "string" ? others : input
}

/** A scheme, with what it was read from. */
export interface Loaded {
  readonly scheme: Scheme
  /** The path of its file as it was given; undefined for a built-in one. */
  readonly path: string | undefined
  /** Where something stands in the file; undefined for what is not there, and for a built-in scheme. */
  readonly placeOf: (path: string) => JsonText.Place | undefined
}

/** Loads a scheme: a built-in one by its name, any other by the path of its file. */
export const loadPlaced = Effect.fn("SchemeFile.loadPlaced")(function* (nameOrPath: string) {
  if (isSchemeName(nameOrPath)) {
    const scheme = yield* Effect.fromResult(
      Result.mapError(decode(Scheme, files[nameOrPath]), (problems) => rejected(nameOrPath, problems))
    )
    return { scheme, path: undefined, placeOf: () => undefined } satisfies Loaded
  }
  const expected = `a scheme file, or the name of a built-in scheme (${builtIn.join(", ")})`
  const text = yield* readPlaced(nameOrPath, expected, sizes.scheme)
  yield* refuseOther(nameOrPath, text.value, "scheme", expected)
  const at = (problems: ReadonlyArray<Problem>): BadInput =>
    rejected(
      nameOrPath,
      problems.map((problem) => JsonText.located(text, problem))
    )
  const scheme = yield* Effect.fromResult(
    Result.mapError(decode(Scheme, withoutSchema(text.value)), (problems) => at(problems.map(SchemeHints.hinted)))
  )
  const unsourced = SchemeHints.unsourced(scheme)
  if (unsourced.length > 0) return yield* at(unsourced)
  return { scheme, path: nameOrPath, placeOf: text.placeOf } satisfies Loaded
})

/** Loads a scheme: a built-in one by its name, any other by the path of its file. */
export const load = (nameOrPath: string) => Effect.map(loadPlaced(nameOrPath), ({ scheme }) => scheme)
