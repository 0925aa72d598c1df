/**
 * Sources: the modules that decide a verdict, and the fingerprint that says whether they still say the same. Comments and
 * formatting decide nothing, and are no part of it.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Audit from "../properties/audit/Audit.ts"
import { reached, root, tokens } from "../properties/Modules.ts"

export { reached, root, tokens } from "../properties/Modules.ts"

/** The modules from which every other that decides a verdict is reached. */
const entries = ["properties/audit/Audit.ts", "properties/audit/Matrix.ts"]

/**
 * The text of every module that an audit or a matrix reaches, by its path from the root. No list of them is kept: what an audit comes
 * to use is found here by itself.
 */
export const modules = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const found: Record<string, string> = {}
  const pending = [...entries]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (path in found) continue
    const text = yield* Effect.orDie(fs.readFileString(`${root}${path}`))
    found[path] = text
    pending.push(...reached(path, text))
  }
  return found
})

/** SHA-256 over the paths and tokens of {@link modules}, in hexadecimal. */
export const hash = Effect.gen(function* () {
  // The compiler takes long to load, and nothing else here needs it.
  const { default: typescript } = yield* Effect.promise(() => import("typescript"))
  const texts = Object.entries(yield* modules)
  return Audit.hash(Object.fromEntries(texts.map(([path, text]) => [path, tokens(typescript, text)])))
})
