/**
 * Walk: claims put to random runs in worlds wider than any search. What it finds is a counterexample like any other;
 * what it does not find is no proof, and is reported as the number of cases that were tried.
 */
import fc from "fast-check"
import type { Rules } from "../../model/Rules.ts"
import { exempt } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { type Action, Enabled, type Event, Instants, type State, type World } from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { type Claim, catalogue } from "../claims/Catalogue.ts"

import * as Trace from "../trace/Trace.ts"
import type { Drawing } from "./Coverage.ts"
import { modelled } from "./Exploration.ts"

/** What random runs found. A claim is tried in as many runs as there are, under the capabilities that it names. */
export interface Sample extends Drawing {
  /** Actions taken in all. */
  readonly steps: number
  /** The runs that a claim was put to, up to the one that broke it, and the actions in them. */
  readonly put: Readonly<Partial<Record<CheckedClaimId, Put>>>
  /** How many events were cases of a claim; of one that leads to something, how many runs. */
  readonly situations: Readonly<Partial<Record<CheckedClaimId, number>>>
  /** A run that breaks the claim, from which no action can be left out. */
  readonly counterexamples: Readonly<Partial<Record<CheckedClaimId, Trace.Trace>>>
  /** When, and by which version, they were made, where they were not made now. */
  readonly taken?: { readonly made: string; readonly by: string }
}

/** How many runs a claim was put to, and how many actions they had. */
export interface Put {
  readonly runs: number
  readonly steps: number
}

/** Claims that are tried in the same runs. */
export interface Group {
  readonly under: ReadonlyArray<CapabilityId>
  readonly coincidence: boolean
  readonly claims: Array<CheckedClaimId>
}

/** Claims that can be put to random runs: one that something can happen is a matter of searching everything. */
export const canWalk = (id: CheckedClaimId): boolean => catalogue[id].kind !== "sometimes"

/** Some claims by the runs that they are tried in. */
export const groups = ({ scheme }: Rules, claims: ReadonlyArray<CheckedClaimId>): ReadonlyArray<Group> => {
  const found = new Map<string, Group>()
  for (const id of checkedIds) {
    if (!claims.includes(id) || !canWalk(id) || exempt(scheme, id) !== undefined) continue
    const under = modelled(id)
    const coincidence = catalogue[id].scenes.includes("coincidence")
    const key = `${under.join(" ")} ${coincidence}`
    const group = found.get(key) ?? { under, coincidence, claims: [] }
    group.claims.push(id)
    found.set(key, group)
  }
  return [...found.values()]
}

interface Tally {
  steps: number
  readonly situations: Partial<Record<CheckedClaimId, number>>
}

/** What must come to pass in so many steps of a run in which nothing goes wrong any more. */
const patience = 3000

/** Goes on with a run as a claim has it that leads to something; answers how, where it does not come to that. */
const endless = (world: World, from: State, claim: Claim.LeadsToClaim): ReadonlyArray<Action> | undefined => {
  const actions: Array<Action> = []
  let state = from
  for (let step = 0; step < patience && claim.isPending(world, state); step++) {
    const here = state
    const must = Enabled.enabled(world, here).find((action) => claim.must(world, here, action))
    const [seconds] = Instants.waits(world, here, Instants.everything)
    const action: Action | undefined = must ?? (seconds === undefined ? undefined : { _tag: "Advance", seconds })
    if (action === undefined) return actions
    actions.push(action)
    state = System.next(world, here, action).state
  }
  return claim.isPending(world, state) ? actions : undefined
}

/** Makes a run, and judges every event by every claim: the first breach ends it, and is returned as a trace. */
const walk = (
  plan: Runs.Plan,
  claims: ReadonlyArray<CheckedClaimId>,
  tally: Tally | undefined
): Trace.Trace | undefined => {
  const { world } = plan
  const count = (id: CheckedClaimId): void => {
    if (tally !== undefined) tally.situations[id] = (tally.situations[id] ?? 0) + 1
  }
  let broken: CheckedClaimId | undefined
  let last: State | undefined
  const run = Runs.make(plan, (before, { events, state }) => {
    if (tally !== undefined) tally.steps++
    last = state
    const judged = (event: Event): void => {
      for (const id of claims) {
        const claim = catalogue[id]
        if (claim.kind === "leads-to" || !claim.on.includes(event._tag)) continue
        const judgement = claim.judge(world, before, event, state)
        if (judgement === "elsewhere") continue
        count(id)
        if (judgement === "broken") broken ??= id
      }
    }
    events.forEach(judged)
    return broken === undefined
  })
  const trace = (claim: CheckedClaimId, then: ReadonlyArray<Action>): Trace.Trace => ({
    claim,
    shows: "attack",
    loop: undefined,
    ...run,
    actions: [...run.actions, ...then]
  })
  if (broken !== undefined) return trace(broken, [])
  for (const id of claims) {
    const claim = catalogue[id]
    if (claim.kind !== "leads-to" || last === undefined || !claim.isPending(world, last)) continue
    count(id)
    const on = endless(world, last, claim)
    if (on !== undefined) return trace(id, on)
  }
  return undefined
}

/**
 * Puts claims to random runs under some rules. The same seed gives the same runs. Where a run breaks a claim, the run is
 * shrunk, and the others are tried on. `mayGoOn` is asked now and then with the number of runs made; where it says no, nothing
 * is answered: what was made until then says less than it seems to.
 */
export const sampleWhile = (
  rules: Rules,
  claims: ReadonlyArray<CheckedClaimId>,
  { runs, seed }: Drawing,
  mayGoOn: (runs: number) => boolean
): Sample | undefined => {
  const tally: Tally = { steps: 0, situations: {} }
  const counterexamples: Partial<Record<CheckedClaimId, Trace.Trace>> = {}
  const put: Partial<Record<CheckedClaimId, Put>> = {}
  let made = 0
  const all = groups(rules, claims)
  for (const { claims, coincidence, under } of all) {
    let left: ReadonlyArray<CheckedClaimId> = claims
    const drawn = Runs.plans({ rules, can: under, coincidence })
    for (let index = 0; index < runs; index++) {
      if (left.length === 0) break
      // Every run has a seed of its own, so that a breach in one leaves the others as they are.
      const parameters = { seed: seed + index * 0x9e3779b1, numRuns: 1, endOnFailure: false }
      const [plan] = fc.sample(drawn, parameters)
      const before = tally.steps
      const breach = walk(plan!, left, tally)
      for (const id of left) {
        const { runs, steps } = put[id] ?? { runs: 0, steps: 0 }
        put[id] = { runs: runs + 1, steps: steps + tally.steps - before }
      }
      if ((++made & 63) === 0 && !mayGoOn(Math.floor(made / all.length))) return undefined
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
  return { runs, seed, steps: tally.steps, put, situations: tally.situations, counterexamples }
}

/** The same, with nobody to stop it. */
export const sample = (rules: Rules, claims: ReadonlyArray<CheckedClaimId>, drawing: Drawing): Sample =>
  sampleWhile(rules, claims, drawing, () => true)!
