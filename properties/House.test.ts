/** The house: which folder may import from which, and that the model keeps its hands off the world. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

/** What each folder may import from, itself included. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  spec: ["spec"],
  model: ["spec", "model"],
  impl: ["spec", "model", "impl"],
  properties: ["spec", "model", "impl", "properties"],
  docs: ["spec", "model", "impl", "properties", "docs"]
}

/** What a module of the spec or the model may use that is not of this project: nothing of the world. */
const pure = /^effect\/(Result|Schema|SchemaIssue)$/

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))

const imported = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*"([^"\n]+)"/g)].map((match) => match[1]!)

/** Every import that goes against the direction of the house, as `file -> module`. */
const strays = (folder: string, file: string, text: string): ReadonlyArray<string> =>
  imported(text).flatMap((module) => {
    const shown = `${relative(root, file)} -> ${module}`
    if (!module.startsWith(".")) {
      const isPure = folder === "model" || folder === "spec"
      return isPure && !file.endsWith(".test.ts") && !pure.test(module) ? [shown] : []
    }
    const target = relative(root, join(dirname(file), module)).split("/")[0]!
    return allowed[folder]!.includes(target) ? [] : [shown]
  })

it.each(Object.keys(allowed))("%s imports only what it may", (folder) => {
  const files = sources(folder)
  expect(files.length).toBeGreaterThan(0)
  expect(files.flatMap((file) => strays(folder, file, readFileSync(file, "utf8")))).toEqual([])
})

it("tells an import that goes the wrong way", () => {
  const file = join(root, "model/Time.ts")
  expect(strays("model", file, 'import { audit } from "../properties/audit/Audit.ts"')).toHaveLength(1)
  expect(strays("model", file, 'import { readFileSync } from "node:fs"')).toHaveLength(1)
  expect(strays("model", file, 'import type { Scheme } from "./Scheme.ts"')).toEqual([])
})

it("keeps clocks, chance and the process out of the model", () => {
  const world = /\b(Date\.now|new Date|Math\.random|performance\.|process\.|globalThis|console\.)/
  const found = ["spec", "model"]
    .flatMap(sources)
    .filter((file) => !file.endsWith(".test.ts") && world.test(readFileSync(file, "utf8")))
  expect(found).toEqual([])
})
