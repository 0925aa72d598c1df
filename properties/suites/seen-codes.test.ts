/**
 * Codes as bytes: whether digits tell that two codes are of one phone, of one account, or over one amount. What is found in
 * real codes must be what the schemes say of `unlinkable` and `opaque-code`, and what a search finds in the model.
 * PAYCODE_SEED chooses what is drawn.
 */
import { describe, expect, it } from "vitest"
import * as Scheme from "../../model/Scheme.ts"
import { Exploration } from "../audit/Audit.ts"
import * as Distinguisher from "./Distinguisher.ts"
import { asserting, hardened, rulesOf, seed, tillQr, unbound, wordless } from "./Harness.ts"
import * as Seen from "./Seen.ts"

/** Pairs of either kind: enough to find a digit that agrees in every third pair, where one in ten is chance. */
const pairs = 400

/** The chance, at most, that anything is found by accident in all that is looked at here. */
const alarm = 1e-6

/** More samples than are looked at. */
const samples = 100

const best = (sample: Distinguisher.Sample): Distinguisher.Found | undefined =>
  Distinguisher.best(sample, alarm / samples)

/** What is looked at of a scheme for what codes may have in common, by the name of the look. */
const sampled = (
  scheme: Scheme.Scheme,
  common: Seen.Common
): ReadonlyArray<readonly [string, Distinguisher.Sample]> => {
  const rules = rulesOf(scheme)
  return Seen.looks.flatMap((look) => {
    if (look.common !== common || !look.isOf(rules)) return []
    const sample = Seen.sample(rules, look, { label: `seed ${seed}`, pairs })
    return sample === undefined ? [] : [[look.name, sample] as const]
  })
}

/** The looks that tell, each with the function that does, by the name of the look. */
const told = (scheme: Scheme.Scheme, common: Seen.Common): Readonly<Record<string, string>> =>
  Object.fromEntries(
    sampled(scheme, common).flatMap(([name, sample]) => {
      const found = best(sample)
      return found === undefined ? [] : [[name, `${found.what}: ${found.related} to ${found.unrelated} of ${pairs}`]]
    })
  )

describe.each(Object.values(wordless))("the codes of $scheme", (scheme) => {
  const asserted = (claim: "unlinkable" | "opaque-code") => Scheme.asserted(asserting[scheme.scheme as "alipay"], claim)

  it("are told to be of one phone just where the scheme says that they are not unlinkable", () => {
    const found = told(scheme, "phone")
    if (asserted("unlinkable") === "holds") expect(found).toEqual({})
    else expect(found).not.toEqual({})
  })

  it("are told to be of one account, by another credential, just where the scheme says that they are not opaque", () => {
    const found = told(scheme, "account")
    if (asserted("opaque-code") === "holds") expect(found).toEqual({})
    else expect(found).not.toEqual({})
  })
})

describe.each([hardened, tillQr])("the codes of $scheme, which are made over transactions", (scheme) => {
  it("tell no amount", () => {
    expect(told(scheme, "amount")).toEqual({})
  })

  it("are looked at two of a step just where a phone makes several for it (GEN-9)", () => {
    const rules = rulesOf(scheme)
    const names = Seen.looks.flatMap((look) => {
      const isSampled = look.isOf(rules) && Seen.sample(rules, look, { label: "a pair", pairs: 1 }) !== undefined
      return isSampled ? [look.name] : []
    })
    const ofStep = [
      "two codes of a step",
      "a code that is scanned and one that is read out, of a step",
      "a code without the PIN and one with it, of a step"
    ]
    expect(names.filter((name) => ofStep.includes(name))).toEqual(scheme.code.perStep === undefined ? [] : ofStep)
    expect(names.filter((name) => !ofStep.includes(name))).toHaveLength(3)
  })
})

describe("the codes of a scheme whose alias is by step, scanned and read out", () => {
  const byStep = { ...unbound, scheme: "keyed" }

  it("are told to be of one phone, as a search finds in the model", () => {
    expect(Object.keys(told(byStep, "phone"))).toEqual(["a code that is scanned and one that is read out, of a step"])
    const tasks = Exploration.plan(byStep, "quick", ["unlinkable"]).filter(({ scene }) => scene === "codes")
    const run = Exploration.explore(tasks[0]!, () => true).findings[0]!.counterexample
    expect(run?.actions.map(({ _tag }) => _tag)).toEqual(["Show", "Capture", "Show", "Capture"])
  })
})

describe("a distinguisher", () => {
  const [, sound] = sampled(hardened, "phone").find(([name]) => name === "codes of two steps")!

  /** The same sample, with codes of one phone that have something in common. */
  const broken = (change: (pair: Distinguisher.Pair, nth: number) => string): Distinguisher.Sample => ({
    ...sound,
    related: sound.related.map((pair, nth) => [pair[0], change(pair, nth)])
  })

  it("finds nothing in codes that have nothing in common", () => {
    expect(best(sound)).toBeUndefined()
  })

  it("finds an alias that two codes of one phone share", () => {
    const found = best(broken(([first, second]) => first.slice(0, 12) + second.slice(12)))
    expect(found).toMatchObject({ what: expect.stringContaining("are the same"), related: pairs, unrelated: 0 })
  })

  it("finds one digit that agrees in every third pair", () => {
    const weak = broken(([first, second], nth) =>
      nth % 3 === 0 ? second.slice(0, 7) + first[7] + second.slice(8) : second
    )
    expect(best(weak)?.what).toBe("digit 8 of the one is digit 8 of the other")
  })

  it("finds a digit that is counted up from code to code", () => {
    const counted = broken(([first, second]) => second.slice(0, 19) + ((Number(first[19]) + 1) % 10))
    expect(best(counted)?.what).toBe("digit 20 is 1 more, modulo 10")
  })

  it("finds a digit that is what another one was", () => {
    expect(best(broken(([first, second]) => second.slice(0, 12) + first[3] + second.slice(13)))?.what).toBe(
      "digit 4 of the one is digit 13 of the other"
    )
  })

  it("finds a digit of one code that is not as the others are distributed", () => {
    const biased = broken(([, second], nth) => (nth % 3 === 0 ? `${second.slice(0, 19)}0` : second))
    expect(best(biased)?.what).toBe("digit 20 is 0")
  })

  it.each([
    [4, 3, 1, Math.log(34 / 70)],
    [3, 3, 0, Math.log(2 / 20)]
  ])("computes Fisher's chance of %i pairs each, %i and %i of which agree", (n, a, b, expected) => {
    expect(Distinguisher.logChanceOf(n, a, b)).toBeCloseTo(expected, 10)
  })
})
