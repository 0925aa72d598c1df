/** A text that came from elsewhere is kept as it is, and is nothing but text where it is written. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Text from "./Text.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** Any text at all: of every plane, with controls, halves of pairs, and what the module itself writes. */
const anything = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom("\0", "\u0001", "\ud800", "\udc00", '\u0001"', "\\u0000", "</script>", "\u202e", "\u2028")
    ),
    { maxLength: 8 }
  )
  .map((parts) => parts.join(""))

const check = (property: (text: string) => void): void =>
  fc.assert(fc.property(anything, property), { seed, numRuns: 5000 })

describe(`a text that is kept, seed ${seed}`, () => {
  it("is read as it was, and as a database can hold it", () => {
    check((text) => {
      const kept = Text.written(text)
      expect(Text.isKept(kept)).toBe(true)
      // A mark of the order of bytes is a character as any other.
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(kept))).toBe(kept)
      expect(Text.read(kept)).toBe(text)
    })
  })

  it("is kept as itself where it can be, whatever script it is in", () => {
    for (const text of ["281234", "付款码", "الدفع", "🐼", "a\u0301", "\u{10ffff}", ""])
      expect(Text.written(text)).toBe(text)
  })
})

describe(`a text that is shown, seed ${seed}`, () => {
  /** Controls, ends of lines and marks of direction, stated by their numbers and not as the module does. */
  const ranges = [
    [0, 0x1f],
    [0x7f, 0x9f],
    [0x61c, 0x61c],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2066, 0x2069]
  ] as const
  const unseen = (text: string): ReadonlyArray<string> =>
    Array.from(text).filter((one) =>
      ranges.some(([from, to]) => one.codePointAt(0)! >= from && one.codePointAt(0)! <= to)
    )

  it("moves nothing, turns nothing and is one line", () => {
    check((text) => {
      expect(unseen(Text.line(text))).toEqual([])
      expect(Text.line(text).isWellFormed()).toBe(true)
      expect(unseen(Text.lines(text).replaceAll("\n", ""))).toEqual([])
    })
    expect(Text.line("a\u001b[2J\u202eb\n")).toBe("a\\u001b[2J\\u202eb\\u000a")
    expect(Text.lines("a\n\u0007b")).toBe("a\n\\u0007b")
  })

  it("is the same value in JSON, and ends no script", () => {
    check((text) => {
      const value = { [text]: [text] }
      const written = Text.json(value, 2)
      expect(JSON.parse(written)).toEqual(value)
      expect(unseen(written.replaceAll("\n", ""))).toEqual([])
      expect(written).not.toMatch(/<\/|<!|<script/i)
    })
  })

  it("opens and closes nothing in XML", () => {
    check((text) => {
      expect(Text.xml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
      expect(unseen(Text.xml(text))).toEqual([])
    })
  })

  it("is one field of CSV, and no formula", () => {
    check((text) => {
      const field = Text.field(text)
      const inside = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', "") : field
      expect(inside).not.toContain('"')
      expect(field.startsWith('"') || !/[",]/.test(field)).toBe(true)
      expect(inside).not.toMatch(/^\s*[=+\-@|%]/)
    })
    expect(Text.field("=1+1")).toBe("'=1+1")
  })
})

describe(`what was typed, where it may be a code, seed ${seed}`, () => {
  const between = fc.stringMatching(/^[\s",']{0,2}$/)
  const digit = fc.tuple(
    between,
    fc.nat({ max: 9 }).map((one) => `${one}`)
  )
  /** So many digits, in groups or not, quoted or not. */
  const digits = (minLength: number, maxLength: number) =>
    fc
      .tuple(fc.array(digit, { minLength, maxLength, size: "max" }), between)
      .map(([all, end]) => `${all.map((one) => one.join("")).join("")}${end}`)

  it("is not repeated, however its digits are grouped", () => {
    const property = fc.property(digits(12, 80), (typed) => {
      expect(Text.withoutCode(typed)).toBe("(digits)")
    })
    fc.assert(property, { seed })
  })

  it("and is told as it is where it is none: too few digits, or more than digits", () => {
    const other = fc.string({ minLength: 1, maxLength: 1 }).filter((one) => !/[\s\d",']/.test(one))
    const property = fc.property(digits(0, 11), digits(0, 40), other, (few, any, letter) => {
      for (const typed of [few, `${letter}${any}`, `${any}${letter}`, `${few}${letter}${any}`]) {
        expect(Text.withoutCode(typed)).toBe(typed)
      }
    })
    fc.assert(property, { seed })
  })
})
