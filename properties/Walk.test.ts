/** Walks: the same seed gives the same sample, no claim that holds is broken, and every weakening is found out. */
import { describe, expect, it } from "vitest"
import type { ClaimId } from "../spec/Claims.ts"
import { claimIds } from "../spec/Claims.ts"
import type { ClauseId } from "../spec/Clauses.ts"
import { alipay, rulesOf, seed } from "./suites/Stage.ts"
import * as Trace from "./Trace.ts"
import * as Walk from "./Walk.ts"
import { weakenings } from "./weakenings/Weakenings.ts"

const options = { runs: 300, seed }

describe(`walks, seed ${seed}`, () => {
  it("are the same for the same seed, and others for another", () => {
    expect(Walk.sample(rulesOf(alipay), claimIds, options)).toEqual(Walk.sample(rulesOf(alipay), claimIds, options))
    const other = Walk.sample(rulesOf(alipay), claimIds, { ...options, seed: seed + 1 })
    expect(other.steps).not.toBe(Walk.sample(rulesOf(alipay), claimIds, options).steps)
  })

  it("break what alipay does not hold, and nothing else, and meet every claim", () => {
    const { counterexamples, situations } = Walk.sample(rulesOf(alipay), claimIds, options)
    expect(Object.keys(counterexamples).sort()).toEqual(["opaque-code", "payee-agreement"])
    for (const id of claimIds) expect(situations[id]).toBeGreaterThan(0)
  })

  it.each(Object.entries(weakenings) as ReadonlyArray<[ClauseId, ReadonlyArray<ClaimId>]>)(
    "find out that %s is left out, by a run from which no step can be left out",
    (clause, claims) => {
      const { counterexamples } = Walk.sample(rulesOf(alipay, [clause]), claims, options)
      expect(Object.keys(counterexamples).sort()).toEqual([...claims].sort())
      for (const trace of Object.values(counterexamples)) expect(Trace.minimal(trace)).toEqual(trace)
    }
  )
})
