/** Comparison: random runs of spec and model, each taken through the other, in the worlds of the spec's instances. */
import fc from "fast-check"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { World } from "../../model/State.ts"
import * as Runs from "../arbitraries/Runs.ts"
import { asserting, seed } from "../suites/Stage.ts"
import type * as Trace from "../Trace.ts"
import * as Agreement from "./Agreement.ts"
import type * as Quint from "./Quint.ts"
import * as Worlds from "./Worlds.ts"

/** The schemes of the spec. */
export const schemes: ReadonlyArray<Scheme> = Agreement.instances.map((name) => asserting[name])

/** An instance of the spec: its module, its scheme, and the world that it is for. */
export interface Instance {
  readonly name: string
  readonly scheme: Scheme
  readonly world: World
}

/** The instances that the files of the spec have: against the everyday adversary, and against the worst. */
export const instances: ReadonlyArray<Instance> = schemes.flatMap((scheme) => [
  { name: scheme.scheme, scheme, world: Worlds.everydayOf(scheme) },
  { name: `${scheme.scheme}Worst`, scheme, world: Worlds.worstOf(scheme) }
])

/** The whole text of the spec: the protocol, perhaps changed, and its instances. */
export const textWith = (protocol: string): string => protocol + Agreement.instances.map(Agreement.textOf).join("")

/** How many steps a run has. */
export const steps = 20

/** How many kinds of action a run has. */
const kinds = ({ actions }: Trace.Run): number =>
  new Set(actions.map((action) => ("what" in action ? `${action._tag} ${action.what}` : action._tag))).size

const intents = fc.noBias(fc.array(Runs.intents, { minLength: steps, maxLength: steps }))

/** A random run of the model in a world: of some, the one with the most kinds of action, so that what is rare is met. */
const modelled = (world: World, turn: number): Trace.Run => {
  const { starts } = world.scope
  const begun = { ...world, scope: { ...world.scope, starts: [starts[turn % starts.length]!] } }
  return fc
    .sample(intents, { seed: seed * 1_000_003 + turn, numRuns: 4 })
    .map((intents) => Runs.make({ world: begun, intents }, () => true))
    .reduce((most, run) => (kinds(run) > kinds(most) ? run : most))
}

/** Takes so many runs of the spec in each world through the model. `other`: not those that were taken before. */
export const replayed = (spec: Quint.Spec, runs: number, tally: Agreement.Tally, other = 0): void => {
  const sample = { runs, steps, seed: seed + 1_000_003 * other }
  for (const { name, world } of instances) spec(name).simulate(sample, () => Agreement.replay(world, tally))
}

/** Takes so many runs of the model in each world, by turns, through the spec: of the model with some clauses left out. */
export const followed = (
  spec: Quint.Spec,
  runs: number,
  tally: Agreement.Tally,
  ...lapses: ReadonlyArray<Rules.Lapse>
): void => {
  for (let turn = 0; turn < runs; turn++) {
    for (const { name, world } of instances) {
      const weak = { ...world, rules: Rules.without(world.rules, ...lapses) }
      Agreement.follow(spec(name), modelled(weak, turn), tally)
    }
  }
}
