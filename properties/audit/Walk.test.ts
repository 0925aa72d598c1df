/**
 * Walks: the same seed gives the same sample, random runs break what a search breaks and nothing else, and they come
 * across enough of what a search knows. PAYCODE_CAMPAIGN=1 measures that in the larger scenes.
 */
import { describe, expect, it } from "vitest"
import { asserted } from "../../model/Scheme.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import {
  alipay,
  asserting,
  hardened,
  rulesOf,
  seed,
  smsOcra,
  smsPassword,
  tillQr,
  unionpay,
  wechat
} from "../suites/Harness.ts"
import * as Trace from "../trace/Trace.ts"
import * as Coverage from "./Coverage.ts"
import * as Exploration from "./Exploration.ts"
import * as Walk from "./Walk.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** What no step-up in these schemes can do without a network: a case would be news. */
const never: ReadonlyArray<CheckedClaimId> = ["offline-step-up"]

describe(`walks, seed ${seed}`, () => {
  it("are the same for the same seed, and others for another", () => {
    const few = { runs: 10, seed }
    const sample = Walk.sample(rulesOf(wechat), checkedIds, few)
    expect(Walk.sample(rulesOf(wechat), checkedIds, few)).toEqual(sample)
    expect(Walk.sample(rulesOf(wechat), checkedIds, { ...few, seed: seed + 1 }).steps).not.toBe(sample.steps)
  })

  it("say of each claim in how many runs it was tried, and how many actions those had: its own, and up to the run that broke it", () => {
    const drawing = { runs: 40, seed }
    const rules = rulesOf(wechat)
    const { counterexamples, put } = Walk.sample(rules, checkedIds, drawing)
    const found = Object.keys(counterexamples) as ReadonlyArray<CheckedClaimId>
    expect(found.length).toBeGreaterThan(2)
    for (const { claims } of Walk.groups(rules, checkedIds)) {
      const alone = Walk.sample(rules, claims, drawing)
      const most = Math.max(...claims.map((id) => put[id]!.steps))
      expect(most).toBe(alone.steps)
      for (const id of claims) {
        expect(put[id]).toEqual(alone.put[id])
        const isTriedInAll = put[id]!.runs === drawing.runs
        if (!found.includes(id)) expect(put[id]).toEqual({ runs: drawing.runs, steps: alone.steps })
        else expect(isTriedInAll || put[id]!.steps < most || claims.every((other) => found.includes(other))).toBe(true)
      }
    }
    // What one run shows is not said of all of them.
    expect(found.some((id) => put[id]!.runs < drawing.runs)).toBe(true)
  })

  it("break what a search breaks and nothing else, by runs from which no action can be left out, and meet every claim", () => {
    const met = new Set<CheckedClaimId>()
    const everywhere = [alipay, wechat, unionpay, hardened, smsPassword, smsOcra, tillQr]
    for (const scheme of isCampaign ? everywhere : [alipay, wechat, hardened]) {
      const { counterexamples, situations } = Walk.sample(rulesOf(scheme), checkedIds, {
        runs: isCampaign ? 1000 : 40,
        seed
      })
      // An audit has searched for what the schemes say of themselves.
      const failing = checkedIds.filter(
        (id) => asserted(asserting[scheme.scheme as keyof typeof asserting], id) === "fails"
      )
      expect(failing).toEqual(expect.arrayContaining(Object.keys(counterexamples)))
      if (failing.length > 2) expect(Object.keys(counterexamples).length).toBeGreaterThan(2)
      for (const trace of Object.values(counterexamples)) expect(Trace.minimal(trace)).toEqual(trace)
      for (const id of checkedIds) if ((situations[id] ?? 0) > 0) met.add(id)
    }
    expect(checkedIds.filter((id) => !met.has(id))).toEqual(never)
  })
})

describe(`random runs in the bounds of a search, seed ${seed}`, () => {
  const schemes = isCampaign ? [alipay, wechat, unionpay, hardened] : [wechat]
  it.each(schemes)(
    "of $scheme come across their share of its states, and of the situations of every claim",
    (scheme) => {
      const size = isCampaign ? "standard" : "quick"
      const drawing = { runs: isCampaign ? 1000 : 200, seed }
      const missed: Array<string> = []
      let searches = 0
      for (const task of Exploration.plan(scheme, size, checkedIds, { drawing })) {
        const { covered, findings, states } = Exploration.explore(task, () => true)
        // A search that stops at a breach does not know how much there is.
        if (covered === undefined) continue
        searches++
        if (covered.states < Coverage.threshold * states) missed.push(`${task.scene}: ${covered.states} of ${states}`)
        for (const { covered, id, places } of findings) {
          if (covered! < Coverage.threshold * places) missed.push(`${task.scene}, ${id}: ${covered} of ${places}`)
        }
      }
      expect(missed).toEqual([])
      expect(searches).toBeGreaterThan(20)
    }
  )
})
