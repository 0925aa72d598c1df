/** Token sources: what is made is read, as what it was made for, and parts of two codes are no code. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Scheme } from "../../model/Scheme.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import { Aliases } from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Codec from "./Codec.ts"
import * as Mac from "./Mac.ts"
import * as TokenSource from "./TokenSource.ts"

const runs = { seed: 1, numRuns: 200 }

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length })

/** Credentials of a scheme's format, with lists of ten codes. */
const credentials = ({ code: format }: Scheme): fc.Arbitrary<TokenSource.Credential> => {
  const { mac } = format
  const drawn = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...format.prefixes), digits(format.otpDigits)), {
      minLength: 20,
      maxLength: 20,
      selector: (parts) => parts.join("")
    })
    .map((codes) => codes.map((parts) => parts.join("")))
    .map((codes) => Array.from({ length: 10 }, (_, at) => ({ scanned: codes[2 * at]!, revealed: codes[2 * at + 1]! })))
    .map((codes): TokenSource.Secret => ({ _tag: "Drawn", codes: Redacted.make(codes) }))
  const made =
    mac === "none"
      ? drawn
      : fc
          .uint8Array({ minLength: Mac.seedBytes(mac), maxLength: Mac.seedBytes(mac) })
          .map((seed): TokenSource.Secret => ({ _tag: "Seed", seed: Redacted.make(seed) }))
  return fc.record({
    prefix: fc.constantFrom(...format.prefixes),
    alias: digits(format.alias === "keyed" ? 0 : format.aliasDigits),
    secret: made
  })
}

/** The schemes of the spec, with the prefixes of one and the revealed codes of another in turn. */
const schemes = fc
  .record({
    scheme: fc.constantFrom(...Fixtures.schemes),
    prefixes: fc.constantFrom(...Fixtures.schemes.map(({ code }) => code.prefixes)),
    marksRevealed: fc.boolean()
  })
  .map(({ marksRevealed, prefixes, scheme }): Scheme => {
    const digits = scheme.code.digits - scheme.code.prefixes[0].length + prefixes[0].length
    return { ...scheme, code: { ...scheme.code, prefixes, digits, marksRevealed } }
  })

const everyCredential = schemes.chain((scheme) =>
  credentials(scheme).map((credential) => ({ format: scheme.code, credential }))
)

const places = fc.nat({ max: 9 })
const everything = { from: 0, to: 9 }

describe("a source", () => {
  it("makes codes that are read as what they were made for, inside the window and nowhere else", () => {
    fc.assert(
      fc.property(
        everyCredential,
        places,
        places,
        places,
        fc.boolean(),
        ({ credential, format }, at, a, b, revealed) => {
          const code = TokenSource.make(format, credential)(at, revealed)
          const parts = Result.getOrThrow(Codec.decode(format, code))
          const isIt = (reading: TokenSource.Reading): boolean =>
            reading.revealed === (revealed && format.marksRevealed) && reading.positions.includes(at)
          const window = { from: Math.min(a, b), to: Math.max(a, b) }
          const isInside = at >= window.from && at <= window.to
          expect(TokenSource.read(format, credential, { window: everything, presented: parts }).some(isIt)).toBe(true)
          expect(TokenSource.read(format, credential, { window, presented: parts }).some(isIt)).toBe(isInside)
        }
      ),
      runs
    )
  })

  it("has the same code scanned and revealed where the scheme does not mark it, and otherwise another", () => {
    const marks = new Set<boolean>()
    fc.assert(
      fc.property(everyCredential, places, ({ credential, format }, at) => {
        const codeOf = TokenSource.make(format, credential)
        // Short proofs can be the same by chance, ten in a row cannot.
        const same = Array.from({ length: 10 }, (_, more) => more).every(
          (more) => codeOf((at + more) % 10) === codeOf((at + more) % 10, true)
        )
        marks.add(format.marksRevealed)
        expect(same).toBe(!format.marksRevealed)
      }),
      runs
    )
    expect(marks.size).toBe(2)
  })

  it("reads nothing in a code with another of the scheme's prefixes", () => {
    let met = 0
    fc.assert(
      fc.property(everyCredential, places, ({ credential, format }, at) => {
        const code = TokenSource.make(format, credential)(at)
        const parts = Result.getOrThrow(Codec.decode(format, code))
        const drawn = credential.secret._tag === "Drawn" ? Redacted.value(credential.secret.codes) : []
        for (const prefix of format.prefixes) {
          const other = prefix + code.slice(prefix.length)
          if (prefix === parts.prefix || drawn.some((pair) => pair.scanned === other || pair.revealed === other))
            continue
          met++
          expect(TokenSource.read(format, credential, { window: everything, presented: { ...parts, prefix } })).toEqual(
            []
          )
        }
      }),
      runs
    )
    expect(met).toBeGreaterThan(50)
  })
})

describe("an alias that is made with a key", () => {
  it("stands before the proof of its own step only", () => {
    let met = 0
    fc.assert(
      fc.property(credentials(Fixtures.keyed), places, places, (credential, one, other) => {
        const { code: format } = Fixtures.keyed
        const partsOf = (step: number): Codec.Parts =>
          Result.getOrThrow(Codec.decode(format, TokenSource.make(format, credential)(step)))
        const mixed = { ...partsOf(one), proof: partsOf(other).proof }
        const positions = TokenSource.read(format, credential, { window: everything, presented: mixed }).flatMap(
          (reading) => reading.positions
        )
        if (one !== other) met++
        expect(positions).toEqual(one === other ? [one] : [])
      }),
      runs
    )
    expect(met).toBeGreaterThan(50)
  })
})

describe("the table of aliases", () => {
  it("names whom a search of every credential and step finds, as windows move on and credentials come and go", () => {
    // Two digits, so that aliases coincide.
    const format = { ...Fixtures.keyed.code, aliasDigits: 2 }
    const seeds = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 12 })
    const looks = fc.array(
      fc.record({ later: fc.nat({ max: 2 }), more: fc.nat({ max: 3 }), fewer: fc.nat({ max: 9 }), alias: digits(2) }),
      { minLength: 5, maxLength: 20, size: "max" }
    )
    let [found, several] = [0, 0]
    fc.assert(
      fc.property(seeds, looks, (seeds, looks) => {
        const all = seeds.map(
          (seed, number): Ledger.Owned => ({
            number,
            account: number,
            phone: number,
            status: "live",
            suspended: false,
            issuedAt: 0,
            prefix: "26",
            alias: "",
            secret: { _tag: "Seed", seed: Redacted.make(seed) }
          })
        )
        const gone = new Set<number>()
        let [from, issued] = [0, 0]
        const liveNow = (): ReadonlyArray<Ledger.Owned> =>
          all.slice(0, issued).filter(({ number }) => !gone.has(number))
        const table = Aliases.make(format, {
          liveFrom: (first) => Effect.sync(() => liveNow().filter(({ number }) => number >= first)),
          stillLive: (numbers) =>
            Effect.sync(() => ({
              account: undefined,
              credentials: liveNow().filter(({ number }) => numbers.includes(number))
            }))
        })
        for (const { alias, fewer, later, more } of looks) {
          from += later
          issued += more
          gone.add(fewer)
          const window = { from, to: from + 4 }
          const steps = [0, 1, 2, 3, 4].map((step) => from + step)
          const named = liveNow().filter((credential) => {
            const aliasAt = TokenSource.aliases(format, credential)
            return steps.some((step) => aliasAt(step) === alias)
          })
          if (named.length > 0) found++
          if (named.length > 1) several++
          expect(Effect.runSync(table.named(window, alias)).credentials).toEqual(named)
        }
      }),
      runs
    )
    expect([found > 100, several > 10]).toEqual([true, true])
  })
})
