/** Text for people: it fits where it is shown, and breaks no word. */
import { stripVTControlCharacters } from "node:util"
import fc from "fast-check"
import { expect, it } from "vitest"
import { fitted, ink, took, widthOf } from "./Terminal.ts"

const terminal = (columns: number) => ({ isTTY: true, columns })

it("no line on a terminal is longer than it is wide, unless one word is, and no word is lost or broken", () => {
  const word = fc.stringMatching(/^[a-z0-9,.]{1,12}$/)
  const line = fc.array(fc.tuple(fc.stringMatching(/^ {1,6}$/), word), { maxLength: 40 })
  fc.assert(
    fc.property(line, fc.integer({ min: 40, max: 160 }), fc.boolean(), (parts, columns, isInked) => {
      const { bold } = ink(isInked ? { isTTY: true } : {})
      const text = parts.map(([space, word], at) => space + (at % 3 === 0 ? bold(word) : word)).join("")
      const shown = stripVTControlCharacters(fitted(text, terminal(columns)))
      for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(columns)
      const words = (text: string): ReadonlyArray<string> => stripVTControlCharacters(text).split(/\s+/).filter(Boolean)
      expect(words(shown)).toEqual(words(text))
    }),
    { seed: 1, numRuns: 1000 }
  )
})

it("what is no terminal gets its rows whole, and paragraphs of 80 columns", () => {
  const row = "a ".repeat(100)
  expect(fitted(row, {})).toBe(row)
  expect([widthOf({}), widthOf(terminal(60)), widthOf(terminal(300)), widthOf({ isTTY: true })]).toEqual([
    80, 60, 120, 80
  ])
})

it.each([
  [0.4, "0.4 s"],
  [99.9, "99.9 s"],
  [100, "1 min 40 s"],
  [205.2, "3 min 25 s"],
  [3599.7, "1 h 0 min"],
  [7320, "2 h 2 min"]
])("%d seconds are said as people say them", (seconds, said) => {
  expect(took(seconds)).toBe(said)
})
