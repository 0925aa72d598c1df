/** Codes: the known answers, the mistakes that these are there to catch, and the laws of reading and writing. */
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Codec from "./Codec.ts"
import * as Vectors from "./Vectors.ts"

type Format = Omit<Codec.Format, "mac">

const good = Vectors.code.groups.flatMap(({ format, tests }) => tests.map((test) => ({ format, ...test })))
const bad = Vectors.code.groups.flatMap(({ format, malformed }) => malformed.map((test) => ({ format, ...test })))

const complete = (format: Format): Codec.Format => ({ ...format, mac: "HMAC-SHA-1" })

const encoded = (format: Format, alias: string, proof: string): string =>
  Codec.encode(complete(format), { alias, proof: Number(proof) })

const otpText = (format: Format, proof: number): string => proof.toString().padStart(format.otpDigits, "0")

/** Turns every digit of an alias, which may leave no digit. */
const turned = (alias: string, turn: (digit: number, at: number) => number): string =>
  [...alias].map((digit, at) => turn(Number(digit), at)).join("")

/** What an implementation that makes a mistake writes. */
const writers: Readonly<Record<string, (format: Format, alias: string, otp: string) => string>> = {
  "factor-left-out": ({ prefix }, alias, otp) =>
    prefix + turned(alias, (digit, at) => (digit + Number(otp[at % otp.length])) % 10) + otp,
  "proof-not-repeated": ({ prefix }, alias, otp) =>
    prefix + turned(alias, (digit, at) => (107 * digit + Number(otp[at] ?? 0)) % 10) + otp,
  "token-masked": (format, alias, otp) => encoded({ ...format, alias: "masked-index" }, alias, otp),
  "leading-zeros-lost": (format, alias, otp) => {
    const [index, proof] = [String(Number(alias)), String(Number(otp))]
    return format.alias === "token"
      ? format.prefix + index + proof
      : format.prefix + turned(index, (digit, at) => (107 * digit + Number(proof[at % proof.length])) % 10) + proof
  }
}

/** What an implementation that makes a mistake reads as the alias of a masked code. */
const readers: Readonly<Record<string, (digit: number, shift: number) => number>> = {
  "unmasked-by-the-factor": (digit, shift) => (107 * (10 + digit - shift)) % 10,
  "negative-remainder": (digit, shift) => (3 * (digit - shift)) % 10
}

/** What an implementation that makes a mistake takes for well-formed. */
const lenient: Readonly<Record<string, (format: Format, code: string) => boolean>> = {
  "length-unchecked": ({ prefix }, code) => /^[0-9]*$/.test(code) && prefix.startsWith(code.slice(0, prefix.length)),
  "prefix-unchecked": ({ digits }, code) => /^[0-9]*$/.test(code) && code.length === digits,
  "other-characters": ({ digits }, code) => [code, code.replaceAll(" ", "")].some(({ length }) => length === digits)
}

describe("known answers", () => {
  it.each(good)("code $id: $code", ({ alias, code, format, proof }) => {
    expect(encoded(format, alias, proof)).toBe(code)
    expect(Codec.decode(complete(format), code)).toEqual(Result.succeed({ alias, proof: Number(proof) }))
  })

  it.each(bad)("code $id is malformed: $problem", ({ code, format, problem }) => {
    const decoded = Codec.decode(complete(format), code)
    expect(Result.isFailure(decoded) && decoded.failure.path).toBe(problem)
  })

  it.each(good)("code $id catches what it names", ({ alias, code, format, notes, proof }) => {
    expect(notes.length).toBeGreaterThan(0)
    const shown = code.slice(format.prefix.length, -format.otpDigits)
    for (const note of notes) {
      const written = writers[note]?.(format, alias, proof)
      if (written !== undefined) expect([note, written]).not.toEqual([note, code])
      else {
        const read = turned(shown, (digit, at) => readers[note]!(digit, Number(proof[at % proof.length])))
        expect([note, read]).not.toEqual([note, alias])
      }
    }
  })

  it.each(bad)("code $id catches what it names", ({ code, format, notes }) => {
    expect(notes.length).toBeGreaterThan(0)
    for (const note of notes) expect([note, lenient[note]!(format, code)]).toEqual([note, true])
  })

  it("every mistake is caught", () => {
    const caught = [...good, ...bad].flatMap(({ notes }) => notes)
    expect(new Set(caught)).toEqual(new Set(Object.keys(Vectors.code.notes)))
  })
})

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length })

const formats: fc.Arbitrary<Codec.Format> = fc
  .record({
    prefix: fc.integer({ min: 1, max: 4 }).chain(digits),
    aliasDigits: fc.integer({ min: 6, max: 15 }),
    otpDigits: fc.integer({ min: 4, max: 9 }),
    alias: fc.constantFrom("masked-index", "token"),
    mac: fc.constantFrom("HMAC-SHA-1", "HMAC-SHA-256")
  })
  .map((format) => ({ ...format, digits: format.prefix.length + format.aliasDigits + format.otpDigits }))

const withParts = formats.chain((format) =>
  fc.record({
    format: fc.constant(format),
    alias: digits(format.aliasDigits),
    proof: digits(format.otpDigits).map(Number)
  })
)

const runs = { seed: 1, numRuns: 500 }

describe("laws", () => {
  it("what is written is read, and has the length and the characters of the format", () => {
    fc.assert(
      fc.property(withParts, ({ alias, format, proof }) => {
        const code = Codec.encode(format, { alias, proof })
        expect(code).toMatch(new RegExp(`^${format.prefix}[0-9]{${format.digits - format.prefix.length}}$`))
        expect(code.endsWith(otpText(format, proof))).toBe(true)
        expect(Codec.decode(format, code)).toEqual(Result.succeed({ alias, proof }))
      }),
      runs
    )
  })

  it("what is read is written: every row of digits with the prefix is a code of somebody", () => {
    const codes = formats.chain((format) =>
      digits(format.digits - format.prefix.length).map((rest) => ({ format, code: format.prefix + rest }))
    )
    fc.assert(
      fc.property(codes, ({ code, format }) => {
        expect(Codec.encode(format, Result.getOrThrow(Codec.decode(format, code)))).toBe(code)
      }),
      runs
    )
  })

  it("a damaged code is refused, and the refusal repeats nothing of it but the prefix", () => {
    const damaged = withParts.chain(({ alias, format, proof }) => {
      const code = Codec.encode(format, { alias, proof })
      const place = fc.nat({ max: format.digits - 1 })
      return fc.oneof(
        place.map((at) => ({ format, code: code.slice(0, at) + code.slice(at + 1), path: "length" })),
        place.map((at) => ({ format, code: `${code.slice(0, at)}7${code.slice(at)}`, path: "length" })),
        place.map((at) => ({ format, code: `${code.slice(0, at)}x${code.slice(at + 1)}`, path: "digits" })),
        fc.nat({ max: format.prefix.length - 1 }).map((at) => {
          const other = (Number(code[at]) + 1) % 10
          return { format, code: code.slice(0, at) + other + code.slice(at + 1), path: "prefix" }
        })
      )
    })
    fc.assert(
      fc.property(damaged, ({ code, format, path }) => {
        const decoded = Codec.decode(format, code)
        if (Result.isSuccess(decoded)) return false
        const rest = code.slice(format.prefix.length)
        expect(decoded.failure.path).toBe(path)
        expect(JSON.stringify(decoded.failure)).not.toContain(rest.slice(0, 5))
        return true
      }),
      runs
    )
  })
})
