/** Population files: the built-in populations by name, and any other by its path. */
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import { decode } from "../../model/Decode.ts"
import { Population } from "./Population.ts"

const folder = fileURLToPath(new URL("../../spec/populations/", import.meta.url))

/** The name of the population that is meant where none is named. */
export const usual = "typical"

/** Loads a population: a built-in one by its name, any other by the path of its file. */
export const load = Effect.fn("PopulationFile.load")(function* (nameOrPath: string) {
  const fs = yield* FileSystem.FileSystem
  const files = yield* Effect.orDie(fs.readDirectory(folder))
  const names = files.map((file) => file.replace(/\.json$/, "")).sort()
  const path = names.includes(nameOrPath) ? `${folder}${nameOrPath}.json` : nameOrPath
  const expected = `a population file, or the name of a built-in population (${names.join(", ")})`
  const input = yield* SchemeFile.readJson(path, expected, "population")
  return yield* Effect.fromResult(
    Result.mapError(decode(Population, input), (problems) => SchemeFile.rejected(nameOrPath, problems))
  )
})
