/**
 * Walk: claims put to random runs in worlds wider than any search. What it finds is a counterexample like any other;
 * what it does not find is no proof, and is reported as the number of cases that were tried.
 */
import fc from "fast-check"
import type { Rules } from "../model/Rules.ts"
import type { Event } from "../model/System.ts"
import { type ClaimId, claimIds } from "../spec/Claims.ts"
import type { CapabilityId } from "../spec/Threats.ts"
import { make, type Plan, plans } from "./arbitraries/Runs.ts"
import { catalogue } from "./claims/Catalogue.ts"
import { modelled } from "./Exploration.ts"
import * as Trace from "./Trace.ts"

/** What random runs found. A claim is tried in as many runs as there are, under the capabilities that it names. */
export interface Sample {
  readonly runs: number
  readonly seed: number
  /** Actions taken in all. */
  readonly steps: number
  /** How many events were cases of a claim. */
  readonly situations: Readonly<Partial<Record<ClaimId, number>>>
  /** A run that breaks the claim, from which no action can be left out. */
  readonly counterexamples: Readonly<Partial<Record<ClaimId, Trace.Trace>>>
}

export interface Options {
  readonly runs: number
  readonly seed: number
  /** A capability that the adversary has besides those that a claim names. */
  readonly extra?: CapabilityId
  /** Called now and then with the number of runs made. */
  readonly report?: (runs: number) => void
}

/** The claims that are tried in the same runs. */
const groups = (
  claims: ReadonlyArray<ClaimId>,
  extra: CapabilityId | undefined
): ReadonlyArray<{ readonly under: ReadonlyArray<CapabilityId>; readonly claims: ReadonlyArray<ClaimId> }> => {
  const found = new Map<string, { readonly under: ReadonlyArray<CapabilityId>; readonly claims: Array<ClaimId> }>()
  for (const id of claimIds.filter((claim) => claims.includes(claim))) {
    const named = modelled(id)
    const under = extra === undefined || named.includes(extra) ? named : [...named, extra]
    const key = under.join(" ")
    const group = found.get(key) ?? { under, claims: [] }
    group.claims.push(id)
    found.set(key, group)
  }
  return [...found.values()]
}

interface Tally {
  steps: number
  readonly situations: Partial<Record<ClaimId, number>>
}

/** Makes a run, and judges every event by every claim: the first breach ends it, and is returned as a trace. */
const walk = (plan: Plan, claims: ReadonlyArray<ClaimId>, tally: Tally | undefined): Trace.Trace | undefined => {
  let broken: ClaimId | undefined
  const run = make(plan, (before, { events, state }) => {
    if (tally !== undefined) tally.steps++
    const judged = (event: Event): void => {
      for (const id of claims) {
        const { judge, on } = catalogue[id]
        if (!on.includes(event._tag)) continue
        const judgement = judge(plan.world, before, event, state)
        if (judgement === "elsewhere") continue
        if (tally !== undefined) tally.situations[id] = (tally.situations[id] ?? 0) + 1
        if (judgement === "broken") broken ??= id
      }
    }
    events.forEach(judged)
    return broken === undefined
  })
  return broken === undefined ? undefined : { claim: broken, ...run }
}

/**
 * Puts claims to random runs under some rules. The same seed gives the same runs. Where a run breaks a claim, the run is
 * shrunk, and the others are tried on.
 */
export const sample = (
  rules: Rules,
  claims: ReadonlyArray<ClaimId>,
  { extra, report, runs, seed }: Options
): Sample => {
  const tally: Tally = { steps: 0, situations: {} }
  const counterexamples: Partial<Record<ClaimId, Trace.Trace>> = {}
  let made = 0
  const all = groups(claims, extra)
  for (const group of all) {
    let left = group.claims
    const drawn = plans(rules, group.under)
    for (let index = 0; index < runs; index++) {
      if (left.length === 0) break
      // Every run has a seed of its own, so that a breach in one leaves the others as they are.
      const parameters = { seed: seed + index * 0x9e3779b1, numRuns: 1, endOnFailure: false }
      const [plan] = fc.sample(drawn, parameters)
      const breach = walk(plan!, left, tally)
      if ((++made & 63) === 0) report?.(Math.floor(made / all.length))
      if (breach === undefined) continue
      const { claim } = breach
      const shrunk = fc.check(
        fc.property(drawn, (smaller) => walk(smaller, [claim], undefined) === undefined),
        parameters
      )
      const least = shrunk.counterexample?.[0]
      counterexamples[claim] = Trace.minimal((least && walk(least, [claim], undefined)) ?? breach)
      left = left.filter((id) => id !== claim)
    }
  }
  return { runs, seed, steps: tally.steps, situations: tally.situations, counterexamples }
}
