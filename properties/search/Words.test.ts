/** Where bits go. */
import fc from "fast-check"
import { expect, it } from "vitest"
import * as Words from "./Words.ts"

it("reads back what it writes, whatever stands beside it", () => {
  const part = fc.integer({ min: 1, max: 31 }).chain((width) => fc.tuple(fc.constant(width), fc.nat(2 ** width - 1)))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
      const words = Words.empty("w", "o")
      const slots = parts.map(([width]) => Words.place(words, width))
      const locals = Words.locals(words)
      const code = [
        `let ${locals.map((local) => `${local}=0`).join()};`,
        ...slots.map(({ write }, index) => write(`x[${index}]`)),
        ...locals.map((local, word) => `k[o+${word}]=${local};`),
        `return [${slots.map(({ read }) => read).join()}]`
      ].join("")
      const keys = new Uint32Array(Words.count(words) + 1)
      const values = parts.map(([, value]) => value)
      expect(new Function("x", "k", "o", code)(values, keys, 1)).toEqual(values)
    }),
    { seed: 1, numRuns: 200 }
  )
})

it("cuts no part by a word, and takes no bit for what is known", () => {
  const words = Words.empty("w", "o")
  Words.place(words, 20)
  expect(Words.place(words, 0).read).toBe("0")
  expect(Words.place(words, 13).read).toContain("k[o+1]")
  expect(Words.count(words)).toBe(2)
  expect([0, 1, 2, 3, 4, 5].map(Words.bitsFor)).toEqual([0, 0, 1, 2, 2, 3])
})
