/**
 * The forms against trials of the implementation: some pass through a provider and its ledger. PAYCODE_SEED chooses what is drawn, and a
 * eighth of the forms; PAYCODE_CAMPAIGN=1 tries all of them. `MonteCarlo.test.ts` tries three in every run of the suites.
 */
import { describe, expect, it } from "vitest"
import { seed } from "../suites/Harness.ts"
import { experiments, names } from "./Experiments.ts"
import * as MonteCarlo from "./MonteCarlo.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

const chosen = names.filter((_, index) => isCampaign || (index + seed) % 8 === 0)

describe(`trials have the form's share, and not one that is a tenth off, seed ${seed}`, () => {
  it.each(chosen)("%s", async (name) => {
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
