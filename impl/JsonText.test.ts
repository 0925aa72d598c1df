/** What is lost of a JSON text once it is parsed. */

import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { say } from "../model/Decode.ts"
import * as JsonText from "./JsonText.ts"

/** What is wrong with a text, as `line:column path: …`. */
const told = (text: string): ReadonlyArray<string> =>
  Result.match(JsonText.read(text), {
    onFailure: (problems) => problems.map((problem) => `${problem.place.line}:${problem.place.column} ${say(problem)}`),
    onSuccess: ({ value }) => {
      expect(value).toEqual(JSON.parse(text))
      return []
    }
  })

describe("a key that is given twice is told with its path", () => {
  it.each([
    ["at the top", '{"a": 1, "a": 2}', "1:10 a"],
    ["in an object", '{"a": {"b": 1, "c": {}, "b": []}}', "1:25 a.b"],
    ["in a list", '[0, [], [1, {"a": 1, "b": [2, 3], "a": 1}]]', "1:35 [2][1].a"],
    ["in another spelling", '{"a": 1, "\\u0061": 2}', "1:10 a"],
    ["after text that looks like JSON", '{"a": "}, {\\"a\\\\", "b": "[", "a": ","}', "1:30 a"]
  ])("%s", (_, text, path) => {
    expect(told(text)).toEqual([`${path}: expected the key once, found it several times`])
  })

  it("each time that it is", () => {
    expect(told('{"a": 1, "a": 2, "b": {"a": 1, "c": 1, "c": 2}, "a": 3}')).toHaveLength(3)
  })
})

describe("a number beyond what a double holds is told as it is written", () => {
  it.each([
    ["alone", "1e400", "1:1 expected a number that is not beyond 1.8e308, found 1e400"],
    ["below zero", "[0, -1E+999]", "1:5 [1]: expected a number that is not beyond 1.8e308, found -1E+999"],
    [
      "in an object",
      '{"a": {"b": 2, "c": 1e309}}',
      "1:21 a.c: expected a number that is not beyond 1.8e308, found 1e309"
    ]
  ])("%s", (_, text, says) => {
    expect(told(text)).toEqual([says])
  })
})

it.each([
  ['{"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": 1}]}'],
  ['{"a": "a", "b": "a", "c": ["a", "a"], "": 1}'],
  ['{"a": 1e308, "b": 1e-400, "c": "1e400", "d": null, "e": true}'],
  ['""'],
  ["{}"],
  ["[[], {}]"]
])("nothing is wrong with %s", (text) => {
  expect(told(text)).toEqual([])
})

it("nothing is wrong with any value, as it is written", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      expect(told(JSON.stringify(value, null, indent))).toEqual([])
    }),
    { seed: 1, numRuns: 500 }
  )
})

describe("of a text that is no JSON the place is told where it ceases to be", () => {
  it.each([
    ["", "1:1 expected JSON, and here a value, found the end of the file"],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 expected JSON, and here a comma or }, found "b"'],
    ['{"a": 1,}', "1:9 expected JSON, and here a key in quotes, found }"],
    ["{'a': 1}", "1:2 expected JSON, and here a key in quotes or }, found 'a'"],
    ['{"a" 1}', "1:6 expected JSON, and here a colon, found 1"],
    ["[1, 2", "1:6 expected JSON, and here a comma or ], found the end of the file"],
    ["[01]", "1:2 expected JSON, and here a value or ], found 01"],
    ['{"a": "b\u0000"}', '1:7 expected JSON, and here a value, found "b\\u0000"'],
    ["{}\u0000", "1:3 expected JSON, and here the end of the file, found a null byte"],
    ["{}\u001b[31m", "1:3 expected JSON, and here the end of the file, found \\u001b"],
    ["[\u202e1]", "1:2 expected JSON, and here a value or ], found \\u202e1"],
    ["[1] // a", "1:5 expected JSON, and here the end of the file, found //"]
  ])("%j", (text, says) => {
    expect(told(text)).toEqual([says])
  })

  it("and nothing but JSON is read, whatever is changed in a text", () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const changed = fc
      .record({
        value: fc.jsonValue(),
        at: fc.nat(),
        gone: fc.nat({ max: 2 }),
        put: fc.constantFrom(
          "",
          ",",
          "}",
          "]",
          '"',
          "0",
          "-",
          "e",
          ".",
          "\\",
          "\n",
          "\u0000",
          "\ud800",
          "tru",
          "\u00a0"
        )
      })
      .map(({ at, gone, put, value }) => {
        const text = JSON.stringify(value, null, 1)
        const from = at % (text.length + 1)
        return text.slice(0, from) + put + text.slice(from + gone)
      })
    fc.assert(
      fc.property(changed, (text) => {
        const problems = told(text)
        const isKnown = problems.every((problem) => /the key once|beyond 1\.8e308/.test(problem))
        expect(isKnown).toBe(isJson(text))
      }),
      { seed: 1, numRuns: 2000 }
    )
  })
})

it("what is nested deeper than any file is refused, however deep, and at once", () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"]
  ] as const) {
    const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`
    expect(told(nested(JsonText.deepest))).toEqual([])
    for (const depth of [JsonText.deepest + 1, 10_000]) {
      expect(told(nested(depth))).toEqual([
        expect.stringMatching(/^1:\d+ expected JSON that is nested at most 100 deep, found more here$/)
      ])
    }
  }
})

it("a place is that of the key, or of what stands in a list, and a problem quotes what is written there", () => {
  const text = Result.getOrThrow(JsonText.read('{\n  "a": { "b.c": 1E2,\n    "d": [ 1, {\n"e": "x" } ] }\n}'))
  const place = (path: string) => text.placeOf(path)
  expect([place(""), place("a"), place("a.b.c"), place("a.d"), place("a.d[0]"), place("a.d[1].e")]).toEqual([
    { line: 1, column: 1 },
    { line: 2, column: 3 },
    { line: 2, column: 10 },
    { line: 3, column: 5 },
    { line: 3, column: 12 },
    { line: 4, column: 1 }
  ])
  const problem = { path: "a.b.c", expected: "10", found: "100" }
  expect(JsonText.located(text, problem)).toEqual({ ...problem, found: "1E2", place: { line: 2, column: 10 } })
  const missing = { path: "a.d[1].f", expected: "a value", found: "nothing" }
  expect(JsonText.located(text, missing)).toEqual({ ...missing, place: { line: 3, column: 15 } })
})
