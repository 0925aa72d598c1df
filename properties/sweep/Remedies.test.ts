/** Remedies: what is said to make a claim hold makes it hold, and nothing is said that was not computed. PAYCODE_SEED chooses the runs. */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect, it } from "vitest"
import * as BuiltIn from "../../model/BuiltIn.ts"
import { decode } from "../../model/Decode.ts"
import { Scheme, withParameter } from "../../model/Scheme.ts"
import { boundIds, claimIds } from "../../spec/Claims.ts"
import { boundOf } from "../computed/Catalogue.ts"
import { anyScheme, parameters, seed, tally } from "../suites/Harness.ts"
import { Population } from "../usability/Usability.ts"
import * as Axis from "./Axis.ts"
import * as Remedies from "./Remedies.ts"
import * as Sweep from "./Sweep.ts"

const population = Result.getOrThrow(
  decode(
    Population.Population,
    JSON.parse(readFileSync(new URL("../../spec/populations/typical.json", import.meta.url), "utf8"))
  )
)

const { alipay, hardened, unionpay, wechat } = BuiltIn.byName()

/** A scheme with what a remedy changes, and nothing else; undefined where that is none. */
const mended = (scheme: Scheme, { follows, moves }: Pick<Remedies.Remedy, "moves" | "follows">): Scheme | undefined => {
  const changed = [...moves, ...follows].reduce((sofar, { path, to }) => withParameter(sofar, path, to), scheme)
  return Result.getOrUndefined(decode(Scheme, changed))
}

/** A scheme with a bound on a computed claim that it is beyond, and on every other just the number that it comes to. */
const tightened = fc
  .record({
    scheme: fc.oneof(fc.constantFrom(alipay, wechat, unionpay), anyScheme),
    id: fc.constantFrom(...boundIds),
    by: fc.integer({ min: 2, max: 2000 })
  })
  .map(({ by, id, scheme }) => {
    const values = Object.entries(Sweep.valuesOf(scheme))
    const claims = values.map(([one, { value }]) => [
      one,
      { atMost: one === id ? value / by : value, asserted: "holds" }
    ])
    return { scheme: { ...scheme, claims: Object.fromEntries(claims) } as Scheme, id }
  })

it(`makes the claim hold, whole, in a scheme that is one; before that it does not, seed ${seed}`, () => {
  const { met, rarerThan } = tally()
  fc.assert(
    fc.property(tightened, ({ id, scheme }) => {
      const before = Sweep.valuesOf(scheme)
      for (const remedy of Remedies.of(scheme, id)) {
        const { moves } = remedy
        expect(before[id]!.holds).toBe(false)
        const changed = mended(scheme, remedy)!
        const after = Sweep.valuesOf(changed)
        expect(after[id]!.holds).toBe(true)
        expect(boundIds.filter((one) => before[one]?.holds !== false && after[one]?.holds === false)).toEqual([])
        for (const { from, not, path, to } of moves) {
          if (not === null) continue
          expect(Math.abs(to - not)).toBe(1)
          expect(Math.abs(not - from)).toBeLessThan(Math.abs(to - from))
          const others = Object.fromEntries(moves.map((one) => [one.path, one.path === path ? not : one.to]))
          const axes = Object.entries(others).map(([at, value]) =>
            Result.getOrThrow(Axis.read(scheme, `${at}=${value}`))
          )
          const options = { version: "0", scheme, axes, further: [], measure: undefined }
          const { report } = Sweep.sweep({ ...options, population })
          expect(report.points.find((point) => Sweep.isAt(report, point, others))!.computed![id]!.holds).toBe(false)
        }
        met(`of ${moves.length}`)
      }
    }),
    parameters(120)
  )
  expect(rarerThan(3, "of 1", "of 2")).toEqual([])
})

it("is one number where one does it, and else two; the flags show the claim there, before, and at the scheme's own", () => {
  const told = (scheme: Scheme, id: (typeof claimIds)[number]) =>
    Remedies.of(scheme, id).map(({ flags, follows, moves }) => ({
      moves: moves.map(({ from, not, path, to }) => `${path} ${from} ${not} ${to}`),
      follows: follows.map(({ path, to }) => `${path} ${to}`),
      flags: flags.join(" ")
    }))
  expect(told(wechat, "guess-blind")).toEqual([
    {
      moves: ["code.otpDigits 16 16 17"],
      follows: ["code.digits 19"],
      flags: "--vary code.otpDigits=16,17 --security guess-blind"
    }
  ])
  expect(told(alipay, "guess-targeted")[0]).toEqual({
    moves: ["code.otpDigits 6 8 9", "throttle.perAliasDay 20 10 9"],
    follows: ["code.digits 21"],
    flags: "--vary code.otpDigits=6,8,9 --vary throttle.perAliasDay=9,10,20 --security guess-targeted-a-year"
  })
  expect(told(alipay, "guess-password")[0]!.flags).toMatch(/ --security guess-password-a-year$/)
})

it("is none of a claim that holds, that has no bound, that a search decides, or where nothing does it", () => {
  for (const id of claimIds) {
    const isBeyond = boundIds.some((bound) => bound === id && Sweep.valuesOf(alipay)[bound]?.holds === false)
    if (!isBeyond) expect([id, Remedies.of(alipay, id)]).toEqual([id, []])
  }
  const { "guess-targeted": _, ...claims } = alipay.claims
  expect(Remedies.of({ ...alipay, claims }, "guess-targeted")).toEqual([])
  expect(boundOf(hardened, "guess-targeted")).toBeDefined()
  expect(
    Remedies.of({ ...alipay, claims: { "guess-targeted": { atMost: 0, asserted: "holds" } } }, "guess-targeted")
  ).toEqual([])
})

it("moves nothing that a scheme states of the world or promises, but for the life of a code, by its formula, not searched", () => {
  const short = { ...alipay, leak: { seconds: 100 } }
  expect(Remedies.of(short, "leak-lifetime")).toEqual([
    {
      basis: "formula",
      moves: [{ path: "leak.seconds", from: 100, to: 142, not: null }],
      follows: [],
      flags: ["--vary", "leak.seconds=100,142", "--check", "leak.seconds=142"]
    }
  ])
  // A list has no window, and no formula.
  expect(Remedies.of({ ...wechat, leak: { seconds: 1 } }, "leak-lifetime")).toEqual([])
  const crowded = { ...alipay, claims: { "guess-blind": { atMost: 1e-12, asserted: "holds" as const } } }
  const moved = Remedies.of(crowded, "guess-blind").flatMap(({ moves }) => moves.map(({ path }) => path))
  expect(moved.filter((path) => /^(scale|adversary)\./.test(path))).toEqual([])
})
