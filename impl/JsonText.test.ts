/** What is lost of a JSON text once it is parsed. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { say } from "../model/Decode.ts"
import * as JsonText from "./JsonText.ts"

const told = (text: string): ReadonlyArray<string> => {
  expect(() => JSON.parse(text)).not.toThrow()
  return JsonText.problems(text).map(say)
}

describe("a key that is given twice is told with its path", () => {
  it.each([
    ["at the top", '{"a": 1, "a": 2}', "a"],
    ["in an object", '{"a": {"b": 1, "c": {}, "b": []}}', "a.b"],
    ["in a list", '[0, [], [1, {"a": 1, "b": [2, 3], "a": 1}]]', "[2][1].a"],
    ["in another spelling", '{"a": 1, "\\u0061": 2}', "a"],
    ["after text that looks like JSON", '{"a": "}, {\\"a\\\\", "b": "[", "a": ","}', "a"]
  ])("%s", (_, text, path) => {
    expect(told(text)).toEqual([`${path}: expected the key once, found it several times`])
  })

  it("each time that it is", () => {
    expect(told('{"a": 1, "a": 2, "b": {"a": 1, "c": 1, "c": 2}, "a": 3}')).toHaveLength(3)
  })
})

describe("a number beyond what a double holds is told as it is written", () => {
  it.each([
    ["alone", "1e400", "expected a number that is not beyond 1.8e308, found 1e400"],
    ["below zero", "[0, -1E+999]", "[1]: expected a number that is not beyond 1.8e308, found -1E+999"],
    ["in an object", '{"a": {"b": 2, "c": 1e309}}', "a.c: expected a number that is not beyond 1.8e308, found 1e309"]
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
