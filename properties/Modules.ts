/** Modules: the sources as text. Which modules one reaches, and what its code says, whatever its comments and layout. */
import { readFileSync } from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import type TypeScript from "typescript"

/** The folder of the repository, with a slash at its end. */
export const root: string = fileURLToPath(new URL("..", import.meta.url))

// Modules name each other by relative paths that end in `.ts`, or in `.js` once compiled, threads included: nothing else looks like that.
const named = /"(\.{1,2}\/[^"\n]+\.[jt]s)"/g

/** What a module reads besides: data beside the sources, by a relative path. */
const data = /"(\.{1,2}\/[^"\n]+\.json)"/g

const namedBy = (pattern: RegExp, path: string, text: string): ReadonlyArray<string> =>
  [...text.matchAll(pattern)].map(([, module]) => posix.join(posix.dirname(path), module!))

/** The modules that a module names, as paths from the root. */
export const reached = (path: string, text: string): ReadonlyArray<string> => namedBy(named, path, text)

/** The text of a file of the repository; undefined where there is none, as where a test names what it is about to write. */
const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(`${root}${path}`, "utf8")
  } catch {
    return undefined
  }
}

/** The texts of some modules, of all that they reach, and of the data that these name, by their paths. */
export const closure = (entries: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const pending = [...entries]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const text = found.has(path) ? undefined : textOf(path)
    if (text === undefined) continue
    found.set(path, text)
    if (/\.[jt]s$/.test(path)) pending.push(...reached(path, text), ...namedBy(data, path, text))
  }
  return found
}

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
