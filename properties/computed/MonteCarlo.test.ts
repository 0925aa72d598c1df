/**
 * The forms against trials of the implementation, those that are soon made: `Trials.test.ts` makes all of them. PAYCODE_SEED
 * chooses what is drawn, and 1.1 is the factor by which no form may be off unnoticed.
 */
import { describe, expect, it } from "vitest"
import { seed } from "../suites/Harness.ts"
import * as Dice from "./Dice.ts"
import { experiments, type Name } from "./Experiments.ts"
import * as MonteCarlo from "./MonteCarlo.ts"

const quick: ReadonlyArray<Name> = ["index targeted", "index collision", "password"]

describe(`trials have the form's share, and not one that is a tenth off, seed ${seed}`, () => {
  it.each(quick)("%s", async (name) => {
    const { expected } = experiments[name]
    const outcome = await MonteCarlo.run(name, seed)
    const { factor } = MonteCarlo
    expect([expected, expected * factor, expected / factor].map((p) => MonteCarlo.agrees(outcome, p))).toEqual([
      true,
      false,
      false
    ])
  })
})

describe("an outcome", () => {
  it("agrees with a probability as often as it should, and is told from a tenth more and a tenth less", () => {
    // What trials of a known probability come to, by the normal distribution: at either end of what is likely.
    for (const p of [0.005, 0.05, 0.2, 0.5]) {
      const trials = MonteCarlo.trialsFor(p)
      const error = Math.sqrt((p * (1 - p)) / trials)
      const at = (errors: number) => ({ trials, happened: trials * (p + errors * error) })
      expect(MonteCarlo.agrees(at(MonteCarlo.width - 0.01), p)).toBe(true)
      expect(MonteCarlo.agrees(at(MonteCarlo.width + 0.01), p)).toBe(false)
      // Three standard errors in the direction of the wrong form still tell it.
      expect(MonteCarlo.agrees(at(3), p * MonteCarlo.factor)).toBe(false)
      expect(MonteCarlo.agrees(at(-3), p / MonteCarlo.factor)).toBe(false)
    }
  })

  it("is wider than a single comparison would be, for there are many", () => {
    // 3.29 standard errors would be exceeded by one right form in a thousand.
    expect(MonteCarlo.width).toBeGreaterThan(3.29)
    expect(MonteCarlo.width).toBeLessThan(4.1)
  })
})

describe("dice", () => {
  it("fall alike for a seed, and otherwise differently", () => {
    const fall = (seed: number, stream: number) => Buffer.from(Dice.make(seed, stream).bytes(16)).toString("hex")
    expect(fall(1, 0)).toBe(fall(1, 0))
    expect(new Set([fall(1, 0), fall(1, 1), fall(2, 0), fall(2, 1)]).size).toBe(4)
  })

  it("have sides that are as likely as each other", () => {
    const dice = Dice.make(seed, 0)
    const throws = 60_000
    const faces = [0, 0, 0, 0, 0, 0]
    for (let thrown = 0; thrown < throws; thrown++) faces[dice.below(6)]!++
    const square = faces.reduce((sum, face) => sum + (face - throws / 6) ** 2 / (throws / 6), 0)
    // With five degrees of freedom one in ten thousand is above 25.7.
    expect(square).toBeLessThan(25.7)
  })
})
