/** The forms against trials of the implementation, all of them: some pass through a provider and its ledger. PAYCODE_SEED chooses what is drawn. */
import { describe, expect, it } from "vitest"
import { seed } from "../suites/Harness.ts"
import { experiments, names } from "./Experiments.ts"
import * as MonteCarlo from "./MonteCarlo.ts"

describe(`trials have the form's share, and not one that is a tenth off, seed ${seed}`, () => {
  it.each(names)("%s", async (name) => {
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
