/**
 * The house: which folder may import from which, that nothing outside a room imports past its public module, that no
 * imports go round, and that the model keeps its hands off the world.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import typescript from "typescript"
import { describe, expect, it } from "vitest"
import { partsOf, paths } from "../spec/Parameters.ts"
import { capabilities, capabilityIds } from "../spec/Threats.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** What each floor may import from, itself included. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  spec: ["spec"],
  model: ["spec", "model"],
  impl: ["spec", "model", "impl"],
  properties: ["spec", "model", "impl", "properties"],
  library: ["spec", "model", "impl", "properties", "library"],
  docs: ["spec", "model", "impl", "properties", "library", "docs"]
}

/** The rooms, each with its public module. What lies on a floor itself is public. */
const rooms: Readonly<Record<string, string>> = {
  "model/steps": "Steps.ts",
  "model/system": "System.ts",
  "impl/command": "Command.ts",
  "impl/credentials": "Credentials.ts",
  "impl/http": "Http.ts",
  "impl/ledger": "Ledger.ts",
  "impl/ledger/postgres": "Postgres.ts",
  "impl/pictures": "Barcode.ts",
  "impl/provider": "Provider.ts",
  "impl/till": "Till.ts",
  "impl/vectors": "Vectors.ts",
  "impl/wallet": "Wallet.ts",
  "properties/agreement": "Agreement.ts",
  "properties/answers": "Answers.ts",
  "properties/arbitraries": "Arbitraries.ts",
  "properties/audit": "Audit.ts",
  "properties/bench": "main.ts",
  "properties/certificate": "Certificate.ts",
  "properties/checker": "Checker.ts",
  "properties/claims": "Catalogue.ts",
  "properties/command": "Command.ts",
  "properties/computed": "Catalogue.ts",
  "properties/correspondence": "Correspondence.ts",
  "properties/evidence": "Evidence.ts",
  "properties/mutants": "Mutants.ts",
  "properties/mutation": "Mutation.ts",
  "properties/pages": "Readings.ts",
  "properties/planted": "Planted.ts",
  "properties/plots": "Plot.ts",
  "properties/reduction": "Quotient.ts",
  "properties/refinement": "Refinement.ts",
  "properties/report": "Reports.ts",
  "properties/scenes": "Scenes.ts",
  "properties/schemas": "main.ts",
  "properties/search": "Search.ts",
  "properties/search/examples": "SmallPayments.ts",
  "properties/sensitivity": "Sensitivity.ts",
  "properties/suites": "Harness.ts",
  "properties/sweep": "Sweeps.ts",
  "properties/trace": "Trace.ts",
  "properties/usability": "Usability.ts",
  "properties/vectors": "main.ts",
  "library/packing": "Packing.ts",
  "docs/pages": "Pages.ts",
  "docs/recipes": "Recipes.ts"
}

/** Test support, which is no room: each module of it stands by itself, for tests and for the evidence that runs them. */
const support = "impl/testing"

/** Examples, which are no rooms either: each is a program by itself, and imports what a user of the package does. */
const examples = ["docs/examples", "docs/example-repository/properties"]

/** What lies beside the floors: the commands, and how they begin. They reach into every room. */
const beside = readdirSync(root).filter((file) => file.endsWith(".ts") && file !== "vitest.config.ts")

/** What plain JavaScript there is, for a Node that runs nothing else: what asks for its version, and imports nothing of ours. */
const plain = readdirSync(root).filter((file) => file.endsWith(".cjs"))

/** What a module of the spec or the model may use that is not of this project: nothing of the world. */
const pure = /^effect\/(Result|Schema|SchemaIssue)$/

/** What `library` and tests may import that lies on no floor: which Node is new enough, and the version. */
const atRoot = [...plain, "package.json"]

const isTest = (file: string): boolean => file.endsWith(".test.ts")

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

/** Every module of the house, with its text: but for this one, whose imports are examples. */
const texts: ReadonlyMap<string, string> = new Map(
  [...Object.keys(allowed).flatMap(sources), ...beside]
    .filter((file) => file !== "properties/House.test.ts")
    .map((file) => [file, readFileSync(join(root, file), "utf8")])
)

const imported = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*"([^"\n]+)"/g)].map((match) => match[1]!)

/** The modules of the house that a module imports, types and threads of its own apart, as paths from the root. */
const targets = (file: string, text: string): ReadonlyArray<string> =>
  imported(text)
    .filter((module) => module.startsWith("."))
    .map((module) => join(dirname(file), module))

/** Every import that goes against the direction of the house, as `file -> module`. */
const strays = (file: string, text: string): ReadonlyArray<string> => {
  const floor = file.split("/")[0]!
  const isPure = (floor === "model" || floor === "spec") && !isTest(file)
  const foreign = imported(text).filter((module) => isPure && !module.startsWith(".") && !pure.test(module))
  const upwards = targets(file, text).filter(
    (target) =>
      !allowed[floor]!.includes(target.split("/")[0]!) &&
      !((floor === "library" || isTest(file)) && atRoot.includes(target))
  )
  return [...foreign, ...upwards].map((module) => `${file} -> ${module}`)
}

/** The room that a file stands in: its folder, or the folder around that; undefined where it stands on its floor. */
const roomOf = (file: string): string | undefined =>
  Object.keys(rooms)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0]

/** Every import from outside a room that names anything but its public module. */
const trespasses = (file: string, text: string): ReadonlyArray<string> =>
  targets(file, text)
    .filter((target) => {
      const room = roomOf(target)
      return room !== undefined && !file.startsWith(`${room}/`) && target !== `${room}/${rooms[room]}`
    })
    .map((target) => `${file} -> ${target}`)

/** The modules from which an import leads back to the one that it came from, each circle once. */
const circles = (imports: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const done = new Set<string>()
  const visit = (file: string, way: ReadonlyArray<string>): void => {
    const at = way.indexOf(file)
    if (at >= 0) found.push([...way.slice(at), file].join(" -> "))
    if (at >= 0 || done.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return found
}

/** Everything that is reached from a module by imports. */
const reached = (from: string): ReadonlySet<string> => {
  const found = new Set<string>()
  const pending = [from]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue
    found.add(file)
    pending.push(...targets(file, texts.get(file) ?? ""))
  }
  return found
}

describe("imports", () => {
  it.each(Object.keys(allowed))("of %s go where they may", (floor) => {
    const files = [...texts].filter(([file]) => file.startsWith(`${floor}/`))
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap(([file, text]) => strays(file, text))).toEqual([])
  })

  it("go round nowhere", () => {
    expect(circles(new Map([...texts].map(([file, text]) => [file, targets(file, text)])))).toEqual([])
  })

  it("into a room name its public module", () => {
    expect([...texts].flatMap(([file, text]) => trespasses(file, text))).toEqual([])
  })

  it("of what runs for a user lead to no test support", () => {
    const found = ["main.ts", "installed.ts", ...sources("library")].filter((file) => !isTest(file))
    expect(
      found.flatMap((from) => [...reached(from)]).filter((file) => file.startsWith(`${support}/`) || isTest(file))
    ).toEqual([])
  })
})

/** What reads parameters to tell of them, or to vary them: that a parameter is named there says of no step that it is. */
const describing = /^(spec|docs)\/|\.test\.ts$|^model\/Scheme\.ts$|^properties\/(arbitraries|sweep)\//

it("every parameter of a scheme is read by what it is for", () => {
  const readers = [...texts].filter(([file]) => !describing.test(file)).map(([, text]) => text)
  const isRead = (path: string): boolean => {
    const name = new RegExp(`\\b${partsOf(path).at(-1)}\\b`)
    return readers.some((text) => name.test(text))
  }
  expect(paths.filter((path) => !isRead(path))).toEqual([])
  expect(isRead("code.colourOfItsPage")).toBe(false)
})

it("every capability that is modelled is asked for where the model says what can happen", () => {
  const model = [...texts].flatMap(([file, text]) => (file.startsWith("model/system/") ? [text] : []))
  const isAsked = (id: string): boolean =>
    model.some((text) => new RegExp(`\\bcan(\\.${id}\\b|\\["${id}"\\])`).test(text))
  expect(capabilityIds.filter((id) => capabilities[id].modelled && !isAsked(id))).toEqual([])
})

it("every folder of a floor is a room, and has its public module", () => {
  const folders = new Set([...texts.keys()].filter((file) => !file.startsWith("spec/")).map((file) => dirname(file)))
  const floors = [...Object.keys(allowed), support, ...examples, "."]
  expect([...folders].filter((folder) => !floors.includes(folder) && roomOf(`${folder}/`) === undefined)).toEqual([])
  expect(Object.entries(rooms).filter(([room, face]) => !existsSync(join(root, room, face)))).toEqual([])
})

describe("is told", () => {
  it("an import that goes the wrong way", () => {
    expect(strays("model/Time.ts", 'import { audit } from "../properties/audit/Audit.ts"')).toHaveLength(1)
    expect(strays("model/Time.ts", 'import { readFileSync } from "node:fs"')).toHaveLength(1)
    expect(strays("model/Time.ts", 'import type { Scheme } from "./Scheme.ts"')).toEqual([])
  })

  it("an import past a public module", () => {
    expect(trespasses("docs/Page.ts", 'import * as Store from "../properties/search/Store.ts"')).toHaveLength(1)
    expect(trespasses("docs/Page.ts", 'import * as Search from "../properties/search/Search.ts"')).toEqual([])
    expect(trespasses("properties/search/Search.ts", 'import * as Store from "./Store.ts"')).toEqual([])
  })

  it("a circle", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a", "d"]],
      ["d", []]
    ])
    expect(circles(imports)).toEqual(["a -> b -> c -> a"])
  })
})

/** Functions that are longer than a screen, or have more parameters than one remembers, as `file:line lines, parameters`. */
const large = (file: string, text: string): ReadonlyArray<string> => {
  const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true)
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const found: Array<string> = []
  const visit = (node: typescript.Node): void => {
    if (typescript.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const from = lineAt(node.getStart(source))
      const lines = lineAt(node.end) - from + 1
      const { length } = node.parameters
      if (lines > 70 || length > 4) found.push(`${file}:${from + 1} ${lines} lines, ${length} parameters`)
    }
    typescript.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe("a function is one that fits a screen", () => {
  it("outside of tests", () => {
    expect([...texts].flatMap(([file, text]) => (isTest(file) ? [] : large(file, text)))).toEqual([])
  })

  it("and one that does not is told", () => {
    expect(large("a.ts", `const a = () => {${"\n".repeat(70)}}`)).toEqual(["a.ts:1 71 lines, 0 parameters"])
    expect(large("a.ts", "const a = (b, c, d, e, f) => b")).toEqual(["a.ts:1 1 lines, 5 parameters"])
  })
})

it("keeps clocks, chance and the process out of the model", () => {
  const world = /\b(Date\.now|new Date|Math\.random|performance\.|process\.|globalThis|console\.)/
  const found = [...texts].filter(([file, text]) => /^(spec|model)\//.test(file) && !isTest(file) && world.test(text))
  expect(found.map(([file]) => file)).toEqual([])
})
