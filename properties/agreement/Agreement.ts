/**
 * Agreement: that the Quint spec and the model are one protocol. Runs of the spec are replayed by the model and runs of
 * the model by the spec, and after every step every variable of the spec is compared, and every claim that it states.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Reason } from "../../model/Refusal.ts"
import type { World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import { type SchemeName, schemeNames } from "../../spec/Schemes.ts"
import { catalogue } from "../claims/Catalogue.ts"
import * as Difference from "../Difference.ts"
import * as Trace from "../trace/Trace.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"
import * as Translation from "./Translation.ts"

export type Instance = SchemeName
export type File = "paycode" | Instance

/** Where a file of the spec is. */
export const fileOf = (name: File): string => fileURLToPath(new URL(`../../spec/quint/${name}.qnt`, import.meta.url))

/** The files of the spec beside the protocol: an instance of it for each scheme that has one. */
export const instances: ReadonlyArray<Instance> = schemeNames.filter((name) => existsSync(fileOf(name)))

/** The text of a file, to stand with those of the others. */
export const textOf = (name: File): string => readFileSync(fileOf(name), "utf8").replaceAll(' from "./paycode"', "")

/** The first step at which spec and model part. */
export class Disagreement extends Error {
  override readonly name = "Disagreement"
}

const parting = (where: string, spec: string, model: string): Disagreement =>
  new Disagreement(`${where}: the spec has ${spec}, the model has ${model}`)

const compare = (where: string, spec: Quint.State, run: Projection.ProjectedRun): void => {
  const stray = Projection.stray(run.state)
  if (stray.length > 0) throw parting(where, "no such part", stray.join(", "))
  const model = Projection.variables(run)
  // In the model's order of variables, whatever the spec's.
  const difference = Difference.first({ ...model, ...spec }, model)
  if (difference === undefined) return
  throw parting(`${where}: ${difference.path}`, difference.expected, difference.found)
}

// ---------------------------------------------------------------------------------------------------------------------
// What was met
// ---------------------------------------------------------------------------------------------------------------------

/**
 * How often something was met while runs were compared: runs and steps in all, and by name actions, answers, codes by what
 * they were made over, debits by what made them, and claims.
 */
export interface Tally {
  runs: number
  steps: number
  readonly actions: Map<string, number>
  readonly answers: Map<string, number>
  readonly codes: Map<string, number>
  readonly debits: Map<string, number>
  /** How many events were cases of a claim, and how many broke it. */
  readonly kept: Map<string, number>
  readonly broken: Map<string, number>
}

/** Nothing met. */
export const tally = (): Tally => ({
  runs: 0,
  steps: 0,
  actions: new Map(),
  answers: new Map(),
  codes: new Map(),
  debits: new Map(),
  kept: new Map(),
  broken: new Map()
})

const meet = (met: Map<string, number>, name: string): void => {
  met.set(name, (met.get(name) ?? 0) + 1)
}

const count = (tally: Tally, { before, events, state }: Projection.ProjectedRun, action: string): void => {
  tally.steps++
  meet(tally.actions, action)
  for (const event of events) {
    if (event._tag === "Answered") meet(tally.answers, event.answer)
    if (event._tag === "Debited") meet(tally.debits, event.by)
  }
  for (const { copied, payee, pin } of state.codes.slice(before.codes.length)) {
    meet(tally.codes, payee < 0 ? "nothing" : copied ? "another's sale" : `PIN ${pin}`)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Claims
// ---------------------------------------------------------------------------------------------------------------------

/** The claims that the spec does not state, and why. */
export const unstated = {
  "offline-generation": "showing a code sends no message in the spec, by what its actions are",
  agreement: "it speaks of what comes to pass, which no state shows",
  "order-ends": "it speaks of what comes to pass, which no state shows",
  "hidden-aliases": "it holds one answer against another that nobody gives: every alias of the spec is some phone's",
  "one-account-per-code": "no two codes of the spec have the same digits",
  "offline-step-up": "it says that something happens, and stands among the witnesses"
} as const satisfies Partial<Record<CheckedClaimId, string>>

/** The refusals that nobody is answered in the spec, and why. */
export const unanswered: Partial<Record<Reason, string>> = {
  AMOUNT_INVALID: "every amount of the spec is one",
  AMBIGUOUS_CODE: "no two codes of the spec have the same digits",
  TOO_MANY_ANSWERS: "nobody guesses at a password in the spec",
  DECLINED: "no clause refuses so"
}

/** The claims that are invariants of the spec. */
export const invariants: ReadonlyArray<CheckedClaimId> = checkedIds.filter((id) => !(id in unstated))

/** The name of a claim or a scheme in the spec. */
export const nameOf = (id: string): string => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** What the catalogue of claims says of the last step of a run. */
const judged = (
  { before, events, state, world }: Projection.ProjectedRun,
  id: CheckedClaimId
): "elsewhere" | "kept" | "broken" => {
  const claim = catalogue[id]
  if (claim.kind === "leads-to") return "elsewhere"
  const judgements = events
    .filter(({ _tag }) => claim.on.includes(_tag))
    .map((event) => claim.judge(world, before, event, state))
  return judgements.find((judgement) => judgement === "broken") ?? judgements.find((j) => j === "kept") ?? "elsewhere"
}

/** Compares the claims that the last step of a run broke with those that the spec says are broken. */
const compareClaims = (where: string, holds: Quint.Holds, run: Projection.ProjectedRun, tally: Tally): void => {
  if (run.events.length === 0) return
  const broken = invariants.filter((id) => {
    const judgement = judged(run, id)
    if (judgement !== "elsewhere") meet(tally[judgement], id)
    return judgement === "broken"
  })
  const names: Quint.Value = { set: broken.map(nameOf) }
  if (holds(`broken == ${Quint.text(names)}`)) return
  const parted = invariants.filter((id) => holds(nameOf(id)) === broken.includes(id))
  const say = (isBroken: (id: CheckedClaimId) => boolean): string =>
    parted.map((id) => `${id} ${isBroken(id) ? "broken" : "kept"}`).join(", ")
  throw parting(
    where,
    say((id) => !broken.includes(id)),
    say((id) => broken.includes(id))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// Runs
// ---------------------------------------------------------------------------------------------------------------------

const begun = (world: World, start: number): Projection.ProjectedRun => {
  const state = System.init(world).find(({ now }) => now === start)
  if (state === undefined) throw parting("start", `a run from ${start}`, "none")
  return Projection.begin(world, state)
}

/** Replays a random run of the spec in the model, in the world that the spec is an instance for. */
export const replay = (world: World, tally: Tally): Quint.Watch => {
  let run: Projection.ProjectedRun | undefined
  let steps = 0
  return (step, holds) => {
    if (run === undefined) {
      const { clock } = step.state.system as { readonly clock: number }
      run = begun(world, clock)
      compare("start", step.state, run)
      tally.runs++
      return
    }
    const action = Translation.actionOf(step)
    const where = `step ${++steps}, ${step.action} of ${Quint.text(step.picks)}`
    if (!Trace.isPossible(world, run.state, action)) throw parting(where, "this step", "none like it")
    run = Projection.take(run, action)
    compare(where, step.state, run)
    compareClaims(where, holds, run, tally)
    count(tally, run, step.action)
  }
}

/** Takes a run of the model through the spec. */
export const follow = (spec: Quint.Module, { actions, start, world }: Trace.Run, tally: Tally): void => {
  const told = spec.begin()
  let run = begun(world, start)
  compare("start", told.take(`startAt(${start})`) ?? {}, run)
  tally.runs++
  for (const [index, action] of actions.entries()) {
    const call = Translation.callOf(world, run.state, action)
    const where = `step ${index + 1}, ${call}`
    const reached = told.take(call)
    if (reached === undefined) throw parting(where, "no such step", "one")
    run = Projection.take(run, action)
    compare(where, reached, run)
    compareClaims(where, told.holds, run, tally)
    count(tally, run, call.replace(/\(.*/, ""))
  }
}

/** The simulator of the tool, in process, on the spec's alipay: it takes about so many steps, and gives how many. */
export const simulator = (): ((steps: number) => number) => {
  const alipay = Quint.load(textOf("paycode") + textOf("alipay"))("alipay")
  return (steps) => alipay.simulate({ runs: Math.ceil(steps / 20), steps: 20, seed: 1 })
}
