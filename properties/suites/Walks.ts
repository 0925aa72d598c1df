/** Walks: claims put to random runs in many schemes, and in those of the spec, with a count of what was met. */
import fc from "fast-check"
import { expect } from "vitest"
import { exempt, type Scheme } from "../../model/Scheme.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import { Walk } from "../audit/Audit.ts"
import * as Failure from "./Failure.ts"
import { assertHolds, asserting, built, parameters, rulesOf, seed } from "./Harness.ts"

/** Expects that runs broke nothing; where one did, it is told. */
const unbroken = ({ counterexamples }: Pick<Walk.Sample, "counterexamples">): void => {
  for (const trace of Object.values(counterexamples)) Failure.breach(trace, Object.values(asserting), seed)
}

/** Expects that no run in the schemes drawn breaks any of some claims, and that runs in the named ones meet cases of each. */
export const neverBroken = (
  drawn: fc.Arbitrary<Scheme>,
  claims: ReadonlyArray<CheckedClaimId>,
  named: ReadonlyArray<Scheme> = built
): void => {
  assertHolds(
    fc.property(drawn, fc.integer(), (scheme, walk) => {
      unbroken(Walk.sample(rulesOf(scheme), claims, { runs: 3, seed: walk }))
    }),
    // A breach is a run that has been shrunk already.
    { ...parameters(40), endOnFailure: true }
  )
  for (const scheme of named) {
    const { counterexamples, situations } = Walk.sample(rulesOf(scheme), claims, { runs: 200, seed })
    unbroken({ counterexamples })
    const rare = claims.filter((id) => exempt(scheme, id) === undefined && (situations[id] ?? 0) < 3)
    expect(rare, scheme.scheme).toEqual([])
  }
}
