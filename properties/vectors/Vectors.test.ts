/** The vectors are what is generated, fit their schemas, and name mistakes each of which is caught. */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { VectorSchemas } from "../../impl/vectors/Vectors.ts"
import { decode, say } from "../../model/Decode.ts"
import { type Reason, reasons } from "../../model/Refusal.ts"
import { print } from "../Printing.ts"
import * as Files from "./Files.ts"

// What fails a scenario takes a minute to find out; that it does is tested beside the implementation.
const files = Files.all(true)
const vectors = files.flatMap(([path, text]) =>
  path.includes("/") ? [] : [[path.replace(".json", ""), JSON.parse(text)] as const]
)

interface Numbered {
  readonly id: number
  readonly notes: ReadonlyArray<string>
}

/** Every test of a file, wherever it stands. */
const testsOf = (value: unknown): ReadonlyArray<Numbered> => {
  if (typeof value !== "object" || value === null) return []
  return ["id" in value ? [value as Numbered] : [], ...Object.values(value).map(testsOf)].flat()
}

describe("the files", () => {
  it.each(files)("%s is the one that is generated", (path, text) => {
    expect(Files.held(path)).toBe(text)
  })

  it("are the same when they are generated again", () => {
    expect(Files.all(true)).toEqual(files)
  })

  it("are all of their folder", () => {
    expect(Files.listed().toSorted()).toEqual(files.map(([path]) => path).toSorted())
  })

  it("of the first version are still read: what was kept of them fits the schema of its kind", () => {
    const kept = JSON.parse(readFileSync(new URL("fixtures/proof.version-1.json", import.meta.url), "utf8"))
    expect(kept.schema).toBe(VectorSchemas.pathOf("proof"))
    expect(Result.getOrThrow(decode(VectorSchemas.Proof, kept))).toEqual(kept)
    expect(Result.isSuccess(decode(VectorSchemas.Proof, { ...kept, more: 1 }))).toBe(false)
  })

  it("are printed so that nothing is lost", () => {
    const value = { a: [1, "\u0000", null, true, { b: "x".repeat(300) }], c: {}, d: [] }
    expect(JSON.parse(print(value))).toEqual(value)
  })
})

/** The refusals that no known answer has, and why. */
const ungiven: Partial<Record<Reason, string>> = {
  NO_CREDENTIAL: "a phone tells its holder, and asks no provider",
  DECLINED: "a provider that follows the protocol never answers it",
  TOO_MANY_ANSWERS: "no scenario has a password guessed at"
}

/** Everything that is said in a file, wherever it stands. */
const wordsOf = (value: unknown): ReadonlyArray<unknown> =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsOf) : [value]

it("every refusal is a known answer, or said to be none", () => {
  const words = new Set(vectors.flatMap(([, file]) => wordsOf(file)))
  expect(reasons.filter((reason) => !words.has(reason))).toEqual(reasons.filter((reason) => reason in ungiven))
})

describe.each(vectors)("%s.json", (name, file) => {
  const tests = testsOf(file)

  it("fits its schema, and a field more does not", () => {
    const schema = VectorSchemas.schemas[name as VectorSchemas.Name]
    const decoded = decode(schema, file)
    expect(Result.isSuccess(decoded) ? [] : decoded.failure.map(say)).toEqual([])
    const stray = { ...file, groups: [{ ...file.groups[0], stray: 1 }] }
    const refused = decode(schema, stray)
    expect(Result.isFailure(refused) && refused.failure.map(({ path }) => path)).toEqual(["groups[0].stray"])
  })

  it("numbers its tests from 1, and counts them", () => {
    expect(tests.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(tests.map((_, index) => index + 1))
    expect(file.count).toBe(tests.length)
  })

  it("names a mistake with every test, and every mistake with a test", () => {
    expect(tests.filter(({ notes }) => notes.length === 0)).toEqual([])
    expect(new Set(tests.flatMap(({ notes }) => notes))).toEqual(new Set(Object.keys(file.notes)))
  })
})

/** Every schema of objects below, with where it stands. */
const objectsOf = (schema: unknown, path = ""): ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> => {
  if (typeof schema !== "object" || schema === null) return []
  const below = Object.entries(schema).flatMap(([key, part]) => objectsOf(part, `${path}/${key}`))
  return "type" in schema && schema.type === "object" ? [[path, { ...schema }], ...below] : below
}

const schemaFiles = files.filter(([path]) => path.includes("/"))

/** Everything that a schema refers to, as it is written there. */
const referencesOf = (schema: unknown): ReadonlyArray<string> => {
  if (typeof schema !== "object" || schema === null) return []
  const below = Object.values(schema).flatMap(referencesOf)
  return "$ref" in schema ? [String(schema.$ref), ...below] : below
}

describe("what the schemas have in common", () => {
  const file = "definitions.schema.json"
  const named = Object.keys(
    (JSON.parse(schemaFiles.find(([path]) => path.endsWith(file))?.[1] ?? "{}") as { readonly $defs: object }).$defs
  )
  const references = schemaFiles.flatMap(([path, text]) =>
    referencesOf(JSON.parse(text)).map((reference) => (path.endsWith(file) ? file + reference : reference))
  )

  it("is defined once, and each definition is referred to", () => {
    expect([...new Set(references)].toSorted()).toEqual(named.map((name) => `${file}#/$defs/${name}`).toSorted())
  })

  it("is the version of their form", () => {
    const versions = schemaFiles.map(([, text]) => (JSON.parse(text) as { readonly $comment: string }).$comment)
    expect([...new Set(versions)]).toEqual([`Version ${VectorSchemas.version} of the form of paycode's known answers`])
  })
})

describe.each(schemaFiles)("%s", (_, text) => {
  it("says of every object which fields it has, and lets in no other", () => {
    const objects = objectsOf(JSON.parse(text))
    expect(objects.length).toBeGreaterThan(0)
    for (const [path, { additionalProperties, properties }] of objects) {
      // An object whose fields are named by whoever writes it says what is in each.
      const closed =
        properties === undefined ? typeof additionalProperties === "object" : additionalProperties === false
      expect([path, closed]).toEqual([path, true])
    }
  })

  it("describes its fields", () => {
    const plain = ["notes", "tests", "malformed", "windows", "orders", "do"]
    const silent = objectsOf(JSON.parse(text)).flatMap(([path, { properties = {} }]) =>
      Object.entries(properties as Record<string, object>).flatMap(([name, field]) =>
        "description" in field || "$ref" in field || plain.includes(name) || path.endsWith("format")
          ? []
          : [`${path}/${name}`]
      )
    )
    expect(silent).toEqual([])
  })
})
