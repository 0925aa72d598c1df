/**
 * Sources: the modules that decide a verdict, and the fingerprint that says whether they still say the same. Comments and
 * formatting decide nothing, and are no part of it.
 */
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type TypeScript from "typescript"
import * as Audit from "../properties/audit/Audit.ts"

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url))

/** The modules from which every other that decides a verdict is reached. */
const entries = ["properties/audit/Audit.ts", "properties/audit/Matrix.ts"]

// Modules name each other by relative paths that end in `.ts`, threads included: nothing else looks like that.
const named = /"(\.{1,2}\/[^"\n]+\.ts)"/g

/** The modules that a module names, as paths from the root. */
export const reached = (path: string, text: string): ReadonlyArray<string> =>
  [...text.matchAll(named)].map(([, module]) => posix.join(posix.dirname(path), module!))

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

/** The tokens of a module in their order: what its code says, however it is laid out and commented. */
export const tokens = (
  { createSourceFile, ScriptTarget, SyntaxKind }: typeof TypeScript,
  text: string
): ReadonlyArray<string> => {
  const source = createSourceFile("module.ts", text, ScriptTarget.Latest, false)
  const out: Array<string> = []
  const visit = (node: TypeScript.Node): void => {
    if (node.kind >= SyntaxKind.FirstJSDocNode && node.kind <= SyntaxKind.LastJSDocNode) return
    const children = node.getChildren(source)
    if (children.length === 0) out.push(node.getText(source))
    else for (const child of children) visit(child)
  }
  visit(source)
  return out
}

/** SHA-256 over the paths and tokens of {@link modules}, in hexadecimal. */
export const hash = Effect.gen(function* () {
  // The compiler takes long to load, and nothing else here needs it.
  const { default: typescript } = yield* Effect.promise(() => import("typescript"))
  const texts = Object.entries(yield* modules)
  return Audit.hash(Object.fromEntries(texts.map(([path, text]) => [path, tokens(typescript, text)])))
})
