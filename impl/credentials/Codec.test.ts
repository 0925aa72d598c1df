/** Codes: the known answers, and the laws of reading and writing. */
import { isDeepStrictEqual } from "node:util"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Vectors from "../vectors/Vectors.ts"
import * as Codec from "./Codec.ts"

type Format = Codec.Format

const good = Vectors.code.groups.flatMap(({ format, tests }) => tests.map((test) => ({ format, ...test })))
const bad = Vectors.code.groups.flatMap(({ format, malformed }) => malformed.map((test) => ({ format, ...test })))

describe("known answers", () => {
  it.each(good)("code $id: $code", ({ alias, code, format, prefix, proof }) => {
    expect(Codec.encode(format, { prefix, alias, proof })).toBe(code)
    expect(Codec.decode(format, code)).toEqual(Result.succeed({ prefix, alias, proof }))
  })

  it.each(bad)("code $id is malformed: $problem", ({ code, format, problem }) => {
    const decoded = Codec.decode(format, code)
    expect(Result.isFailure(decoded) && decoded.failure.path).toBe(problem)
  })

  it.each(Fixtures.schemes)("there are some of both kinds for the codes of $scheme", ({ code }) => {
    const { alias, aliasDigits, digits, otpDigits, prefixes } = code
    const format = { prefixes, digits, aliasDigits, otpDigits, alias }
    const groups = Vectors.code.groups.filter((group) => isDeepStrictEqual(group.format, format))
    const [written, malformed] = [groups.flatMap(({ tests }) => tests), groups.flatMap((group) => group.malformed)]
    expect(written.length).toBeGreaterThan(2)
    expect(new Set(malformed.map(({ problem }) => problem))).toEqual(new Set(["length", "digits", "prefix"]))
  })
})

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length })

/** Prefixes of one length, none twice. */
const prefixes = fc
  .integer({ min: 1, max: 4 })
  .chain((length) => fc.uniqueArray(digits(length), { minLength: 1, maxLength: 6 }))
  .map(([first, ...others]): Format["prefixes"] => [first!, ...others])

const layouts = fc.oneof(
  fc.record({
    aliasDigits: fc.integer({ min: 6, max: 15 }),
    otpDigits: fc.integer({ min: 4, max: 9 }),
    alias: fc.constantFrom("masked-index" as const, "token" as const, "keyed" as const)
  }),
  fc.record({
    aliasDigits: fc.constant(0),
    otpDigits: fc.integer({ min: 8, max: 28 }),
    alias: fc.constant("none" as const)
  })
)

const formats: fc.Arbitrary<Format> = fc.oneof(
  fc.constantFrom(...Fixtures.schemes.map(({ code }) => code)),
  fc.tuple(prefixes, layouts).map(([prefixes, layout]) => ({
    prefixes,
    ...layout,
    digits: prefixes[0].length + layout.aliasDigits + layout.otpDigits
  }))
)

const withParts = formats.chain((format) =>
  fc.record({
    format: fc.constant(format),
    prefix: fc.constantFrom(...format.prefixes),
    alias: digits(format.aliasDigits),
    proof: digits(format.otpDigits)
  })
)

const runs = { seed: 1, numRuns: 500 }

describe("laws", () => {
  it("what is written is read, and has the length and the characters of the format", () => {
    fc.assert(
      fc.property(withParts, ({ format, ...parts }) => {
        const code = Codec.encode(format, parts)
        expect(code).toMatch(new RegExp(`^${parts.prefix}[0-9]{${format.digits - parts.prefix.length}}$`))
        expect(code.endsWith(parts.proof)).toBe(true)
        expect(Codec.decode(format, code)).toEqual(Result.succeed(parts))
      }),
      runs
    )
  })

  it("what is read is written: every row of digits with a prefix is a code of somebody", () => {
    const codes = formats.chain((format) =>
      fc
        .tuple(fc.constantFrom(...format.prefixes), digits(format.digits - format.prefixes[0].length))
        .map((parts) => ({ format, code: parts.join("") }))
    )
    fc.assert(
      fc.property(codes, ({ code, format }) => {
        expect(Codec.encode(format, Result.getOrThrow(Codec.decode(format, code)))).toBe(code)
      }),
      runs
    )
  })

  it("a damaged code is refused, and the refusal repeats nothing of it but the prefix", () => {
    const damaged = withParts.chain(({ format, ...parts }) => {
      const code = Codec.encode(format, parts)
      const { length } = parts.prefix
      const place = fc.nat({ max: format.digits - 1 })
      const foreign = digits(length).filter((prefix) => !format.prefixes.includes(prefix))
      return fc.oneof(
        place.map((at) => ({ format, code: code.slice(0, at) + code.slice(at + 1), path: "length" })),
        place.map((at) => ({ format, code: `${code.slice(0, at)}7${code.slice(at)}`, path: "length" })),
        place.map((at) => ({ format, code: `${code.slice(0, at)}x${code.slice(at + 1)}`, path: "digits" })),
        foreign.map((prefix) => ({ format, code: prefix + code.slice(length), path: "prefix" }))
      )
    })
    fc.assert(
      fc.property(damaged, ({ code, format, path }) => {
        const decoded = Codec.decode(format, code)
        if (Result.isSuccess(decoded)) return false
        expect(decoded.failure.path).toBe(path)
        const told = `${decoded.failure.path} ${decoded.failure.found}`
        expect(told).not.toContain(code.slice(format.prefixes[0].length).slice(0, 5))
        return true
      }),
      runs
    )
  })
})
