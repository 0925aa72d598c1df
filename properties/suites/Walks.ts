/** Walks: claims put to random runs in many schemes, and in those of the spec, with a count of what was met. */
import fc from "fast-check"
import { expect } from "vitest"
import { asserted, exempt, type Scheme } from "../../model/Scheme.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import * as Walk from "../Walk.ts"
import { built, parameters, rulesOf, seed } from "./Stage.ts"

/** Expects that no run breaks any of some claims, and that runs of each scheme that asserts one meet cases of it. */
export const neverBroken = (schemes: fc.Arbitrary<Scheme>, claims: ReadonlyArray<ClaimId>, rare = 3): void => {
  const asserting = (scheme: Scheme) => claims.filter((id) => asserted(scheme, id) === "holds")
  fc.assert(
    fc.property(schemes, fc.integer(), (scheme, walk) => {
      expect(Walk.sample(rulesOf(scheme), asserting(scheme), { runs: 3, seed: walk }).counterexamples).toEqual({})
    }),
    parameters(40)
  )
  for (const scheme of built) {
    const { counterexamples, situations } = Walk.sample(rulesOf(scheme), asserting(scheme), { runs: 200, seed })
    expect(counterexamples).toEqual({})
    for (const claim of asserting(scheme)) {
      if (exempt(scheme, claim) === undefined) expect(situations[claim] ?? 0, claim).toBeGreaterThan(rare)
    }
  }
}
