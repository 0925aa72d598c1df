/** The JSON Schemas in `spec/schemas`: they are those of the sources, and what they refuse is refused by who reads such files. */
import { readdirSync, readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import { Scheme } from "../../model/Scheme.ts"
import { Verification } from "../../model/steps/Steps.ts"
import { numbers, parameterPaths, partsOf } from "../../spec/Parameters.ts"
import { files, schemeNames } from "../../spec/Schemes.ts"
import * as Files from "./Files.ts"

type Json = { [key: string]: Json }

const schemaOf = (name: string) => JSON.parse(Object.fromEntries(Files.all())[name]!)

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(
  schemaOf("scheme.schema.json")
)

it("the files are those of the sources: `npm run schemas` writes them", () => {
  expect(readdirSync(Files.folder).sort()).toEqual(
    Files.all()
      .map(([name]) => name)
      .sort()
  )
  for (const [name, text] of Files.all()) expect(Files.held(name)).toBe(text)
})

it.each(schemeNames)("%s is a scheme file by the schema, with an address of it on top and without", (name) => {
  expect([validate(files[name]), validate.errors]).toEqual([true, null])
  expect(validate({ $schema: "./scheme.schema.json", ...files[name] })).toBe(true)
})

it("a scheme file that was kept is read, and is one by the schema", () => {
  const kept = JSON.parse(readFileSync(new URL("fixtures/scheme.json", import.meta.url), "utf8"))
  expect([validate(kept), validate.errors]).toEqual([true, null])
  expect(Result.getOrThrow(decode(Scheme, kept))).toEqual(kept)
})

it("a scheme file from before merchants were counted is read, and counts none by merchant", () => {
  const kept = JSON.parse(readFileSync(new URL("fixtures/scheme.json", import.meta.url), "utf8"))
  const read = Result.getOrThrow(decode(Scheme, kept))
  expect(read.throttle).toEqual({ perTerminalDay: 1000, perAliasDay: 20 })
  expect(Verification.perMerchantDay(Rules.strict(read))).toBe(Number.POSITIVE_INFINITY)
  // One that lets a merchant less than its terminal is refused, and told what is the least.
  const refused = decode(Scheme, { ...kept, throttle: { ...kept.throttle, perMerchantDay: 999 } })
  expect(JSON.stringify(Result.getFailure(refused))).toContain("at least throttle.perTerminalDay, 1000")
  const same = { ...kept, throttle: { ...kept.throttle, perMerchantDay: 1000 } }
  expect(Result.isSuccess(decode(Scheme, same))).toBe(true)
})

it("every parameter has a description, its range and examples", () => {
  const { properties } = schemaOf("scheme.schema.json") as { properties: Json }
  for (const path of parameterPaths) {
    const [group, key] = partsOf(path)
    const schema = key === undefined ? properties[group]! : properties[group]!.properties![key]!
    expect(schema).toMatchObject({ description: expect.stringMatching(/^[A-Z].*\.$/), examples: expect.any(Array) })
    if (path in numbers) {
      const { from, to } = numbers[path as keyof typeof numbers]
      expect(schema).toMatchObject({ type: "integer", minimum: from, maximum: to })
    }
  }
})

describe("the schema refuses no file that is read, and refuses what needs no look at two values", () => {
  const values = [
    null,
    true,
    false,
    -1,
    0,
    1,
    4.5,
    1e9,
    1e30,
    "",
    "a",
    "28",
    "password",
    "holds",
    "fails",
    [],
    ["28"],
    {}
  ]
  const groups = Object.keys(files.alipay)
  const change = fc.record({
    name: fc.constantFrom(...schemeNames),
    path: fc.oneof(
      fc.constantFrom(...parameterPaths.map((path) => [...partsOf(path)])),
      fc.constantFrom(...parameterPaths.map((path) => ["sources", path])),
      fc.constantFrom(...groups.map((group) => [group])),
      fc.constantFrom(["claims", "consent"], ["claims", "consent", "asserted"], ["claims", "consent", "because"]),
      fc.constantFrom(["claims", "guess-blind", "atMost"], ["claims", "guess-blind", "atMostADay"], ["claims", "a"])
    ),
    value: fc.option(fc.constantFrom(...values), { nil: undefined })
  })

  /** A built-in scheme's file with another value at a path, or without one. */
  const changed = ({
    name,
    path,
    value
  }: {
    name: (typeof schemeNames)[number]
    path: ReadonlyArray<string>
    value: unknown
  }) => {
    const file = structuredClone(files[name]) as unknown as Json
    const last = path.at(-1)!
    let part: Json = file
    for (const key of path.slice(0, -1)) part = part[key] ??= {}
    if (value === undefined) delete part[last]
    else part[last] = value as Json
    return file
  }

  it("on any change of a built-in file", () => {
    let refused = 0
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const [first, second] = changes
        const file = changed(first!)
        if (second !== undefined && file.scheme === (second.name as unknown as Json))
          Object.assign(file, changed(second))
        const isRead = Result.isSuccess(decode(Scheme, file))
        if (!isRead) refused++
        expect(isRead && !validate(file)).toBe(false)
      }),
      { seed: 1, numRuns: 3000 }
    )
    expect(refused).toBeGreaterThan(1000)
  })

  it.each([
    ["an unknown field", { ...files.alipay, colour: "blue" }],
    ["a missing group", { ...files.alipay, clock: undefined }],
    ["out of range", { ...files.alipay, display: 601 }],
    ["not whole", { ...files.alipay, display: 1.5 }],
    ["an unknown word", { ...files.alipay, interface: "alipai" }],
    ["a source of what is no parameter", { ...files.alipay, sources: { ...files.alipay.sources, "code.colour": "a" } }],
    ["a failure without a reason", { ...files.alipay, claims: { consent: { asserted: "fails" } } }],
    [
      "a bound that is exceeded without a reason",
      { ...files.alipay, claims: { collision: { atMost: 1, asserted: "fails" } } }
    ],
    ["a probability above one", { ...files.alipay, claims: { collision: { atMost: 1.1 } } }]
  ])("as %s", (_, file) => {
    expect(validate(JSON.parse(JSON.stringify(file)))).toBe(false)
  })
})
