/** Folder: where results are written. It is made, and tried, before there are any. */
import { dirname, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Given from "./Given.ts"

/** A folder with those that it lies in, the outermost first. */
const lineageOf = (folder: string): ReadonlyArray<string> => {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [...lineageOf(parent), folder]
}

/** Makes a folder, unless it is there: somebody else may have made it meanwhile. */
const make = Effect.fnUntraced(function* (fs: FileSystem.FileSystem, path: string) {
  if (yield* fs.exists(path)) return
  yield* Effect.catch(fs.makeDirectory(path), (error) =>
    Effect.flatMap(fs.exists(path), (isThere) => (isThere ? Effect.void : Effect.fail(error)))
  )
})

/** Makes a folder, and tries whether it can be written to. */
const tried = Effect.fnUntraced(function* (folder: string) {
  // It would be the folder that paycode runs in.
  if (folder === "") return yield* Effect.fail({ message: "no name" })
  const fs = yield* FileSystem.FileSystem
  // One after the other: where none can be made, as in /proc, Node's recursive way does not end.
  for (const path of lineageOf(resolve(folder))) yield* make(fs, path)
  const trial = yield* fs.makeTempFileScoped({ directory: folder })
  yield* fs.writeFileString(trial, "tried")
}, Effect.scoped)

/** Makes the folder of a flag, and tries whether it can be written to; fails as bad input where it cannot. */
export const prepare = (folder: string, flag?: "--out" | "--certify") =>
  Effect.mapError(tried(folder), (error) => Given.unwritable(error, flag))
