/** Distributions: sums are sums over all pairs, draws follow the probabilities, and a population that is none is refused. */
import { readdirSync, readFileSync } from "node:fs"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decode, say } from "../../model/Decode.ts"
import { parameters } from "../suites/Harness.ts"
import * as Distribution from "./Distribution.ts"
import { aspects, Population } from "./Population.ts"

const range = fc
  .tuple(fc.integer({ min: -40, max: 40 }), fc.nat({ max: 30 }))
  .map(([from, more]) => ({ from, to: from + more }))

const simple: fc.Arbitrary<Exclude<Distribution.Stated, { readonly kind: "mixture" }>> = fc.oneof(
  range.map((ends) => ({ kind: "uniform", ...ends }) as const),
  fc
    .record({ ends: range, within: fc.nat({ max: 30 }), deviation: fc.constantFrom(5, 7.5, 40) })
    .map(
      ({ deviation, ends, within }) => ({ kind: "normal", mean: ends.from + within / 2, deviation, ...ends }) as const
    ),
  fc
    .dictionary(fc.integer({ min: -40, max: 40 }).map(String), fc.integer({ min: 1, max: 9 }), { minKeys: 1 })
    .map((weights) => ({ kind: "table", weights }) as const)
)

const stated: fc.Arbitrary<Distribution.Stated> = fc.oneof(
  simple,
  fc
    .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), of: simple }), { minLength: 1, maxLength: 3 })
    .map(([first, ...others]) => ({ kind: "mixture", parts: [first!, ...others] }) as const)
)

const at = ({ from, masses }: Distribution.Distribution, second: number): number => masses[second - from] ?? 0
const sum = ({ masses }: Distribution.Distribution): number => masses.reduce((total, mass) => total + mass, 0)
const seconds = Array.from({ length: 401 }, (_, index) => index - 200)

describe("a distribution", () => {
  it("is a probability for every second between its ends", () => {
    fc.assert(
      fc.property(stated, (file) => {
        const found = Distribution.of(file)
        const [from, to] = Distribution.ends(file)
        expect(Result.isSuccess(decode(Distribution.Stated, file))).toBe(true)
        expect([found.from, found.from + found.masses.length - 1]).toEqual([from, to])
        expect(sum(found)).toBeCloseTo(1, 12)
        expect(found.masses.every((mass) => mass >= 0)).toBe(true)
      }),
      parameters(500)
    )
  })

  it("adds up with another, pair by pair", () => {
    fc.assert(
      fc.property(stated, stated, (one, other) => {
        const [a, b] = [Distribution.of(one), Distribution.of(other)]
        const found = Distribution.plus(a, Distribution.negated(b))
        for (const second of seconds) {
          const pairs = seconds.reduce((total, i) => total + at(a, i) * at(b, i - second), 0)
          expect(at(found, second)).toBeCloseTo(pairs, 12)
        }
      }),
      parameters(30)
    )
  })

  it("has tails, parts and remainders", () => {
    fc.assert(
      fc.property(stated, fc.integer({ min: -50, max: 90 }), fc.integer({ min: 1, max: 20 }), (file, end, divisor) => {
        const found = Distribution.of(file)
        const over = seconds.reduce((total, second) => total + (second > end ? at(found, second) : 0), 0)
        expect(Distribution.tail(found)(end)).toBeCloseTo(over, 12)
        expect(sum(Distribution.below(found, end + 1))).toBeCloseTo(1 - over, 12)
        const later = Distribution.plus(found, Distribution.certainly(60))
        const folded = Distribution.modulo(later, divisor)
        expect(Distribution.expected(folded, (second) => second)).toBeCloseTo(
          Distribution.expected(later, (second) => second % divisor),
          12
        )
      }),
      parameters(300)
    )
  })

  it("that is normal has the probabilities of one", () => {
    const { from, masses } = Distribution.of({ kind: "normal", mean: 0, deviation: 1, from: -8, to: 8 })
    const mass = (second: number): number => masses[second - from]!
    // From tables of the normal distribution, to their last digit.
    expect(mass(0)).toBeCloseTo(0.382_924_922_548, 12)
    expect(mass(1)).toBeCloseTo(0.241_730_337_457, 12)
    expect(mass(4) / 2.292_314_12e-4).toBeCloseTo(1, 6)
    expect(mass(-6) / mass(6)).toBeCloseTo(1, 12)
  })

  it("is drawn from in proportion", () => {
    fc.assert(
      fc.property(stated, (file) => {
        const found = Distribution.of(file)
        const draw = Distribution.drawer(found)
        const counts = new Map<number, number>()
        const draws = 20_000
        for (let i = 0; i < draws; i++) {
          const second = draw((i + 0.5) / draws)
          counts.set(second, (counts.get(second) ?? 0) + 1 / draws)
        }
        for (const second of seconds) expect(Math.abs((counts.get(second) ?? 0) - at(found, second))).toBeLessThan(1e-4)
      }),
      parameters(30)
    )
  })
})

describe("a population", () => {
  const folder = new URL("../../spec/populations/", import.meta.url)
  const read = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>

  it.each(readdirSync(folder))("%s is one, named like its file, with a source for each of its numbers", (name) => {
    const population = Result.getOrThrow(decode(Population, read(name)))
    expect(`${population.population}.json`).toBe(name)
    expect(Object.keys(population.sources).sort()).toEqual([...aspects].sort())
  })

  it.each([
    [
      "a delay below nothing",
      { delivery: { kind: "uniform", from: -1, to: 3 } },
      /^delivery: expected how long requests/
    ],
    ["a range the wrong way round", { scan: { kind: "uniform", from: 3, to: 1 } }, /scan.*at least from, 3/],
    ["no deviation", { clock: { kind: "normal", mean: 0, deviation: 0, from: -1, to: 1 } }, /clock.*above 0/],
    ["half a second", { prompt: { kind: "table", weights: { "1.5": 1 } } }, /prompt.*whole number of seconds/],
    ["an empty table", { prompt: { kind: "table", weights: {} } }, /prompt.*at least one second/],
    ["a weight of nothing", { prompt: { kind: "table", weights: { "1": 0 } } }, /prompt.*a weight above 0/],
    ["far from its mean", { scan: { kind: "normal", mean: 0, deviation: 1, from: 20, to: 30 } }, /scan.*8 deviations/],
    ["another kind", { reply: { kind: "gamma" } }, /reply/],
    ["a share above one", { overLimits: 2 }, /^overLimits: expected the share.*found 2/],
    ["a field that it has not", { colour: "blue" }, /^colour: expected no such field/]
  ])("with %s is refused", (_, change, says) => {
    const found = decode(Population, { ...read("typical.json"), ...change })
    expect(Result.isFailure(found) && found.failure.map(say).join("\n")).toMatch(says)
  })
})
