/** Comparison: the worlds in which spec and model are compared, and random runs of either, taken through the other. */
import fc from "fast-check"
import * as Rules from "../../model/Rules.ts"
import type { World } from "../../model/State.ts"
import * as Runs from "../arbitraries/Runs.ts"
import { built, seed } from "../suites/Stage.ts"
import type * as Trace from "../Trace.ts"
import * as Agreement from "./Agreement.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"
import * as Worlds from "./Worlds.ts"

/** How many steps a run has. */
export const steps = 20

/** What is compared: three worlds of each scheme, by the names of their instances. */
export const worlds: Readonly<Record<string, World>> = Object.fromEntries(
  built.flatMap((scheme) => [
    [`${scheme.scheme}Everyday`, Worlds.everydayOf(scheme)],
    [`${scheme.scheme}Worst`, Worlds.worstOf(scheme)],
    [`${scheme.scheme}Scarce`, Worlds.scarceOf(scheme)]
  ])
)
export const names = Object.keys(worlds)

type Modules = (name: string) => Quint.Module

/** Instances of a protocol for some of the worlds. */
export const load = (protocol: string, of: ReadonlyArray<string> = names, looks = false): Modules =>
  Quint.load(protocol + of.map((name) => Projection.instance(name, worlds[name]!)).join(""), looks)

/** How many kinds of action a run has. */
const kinds = ({ actions }: Trace.Run): number =>
  new Set(actions.map((action) => ("what" in action ? `${action._tag} ${action.what}` : action._tag))).size

/** Random runs of the model in a world: of some times as many, those that have the most kinds of action. */
const modelled = (world: World, numRuns: number): ReadonlyArray<Trace.Run> =>
  fc
    .sample(fc.noBias(fc.array(Runs.intents, { minLength: steps, maxLength: steps })), { seed, numRuns: 4 * numRuns })
    .map((intents, index) => {
      const { starts } = world.scope
      const scope = { ...world.scope, starts: [starts[index % starts.length]!] }
      return Runs.make({ world: { ...world, scope }, intents }, () => true)
    })
    .sort((a, b) => kinds(b) - kinds(a))
    .slice(0, numRuns)

/** Some runs of a spec in each of some worlds, replayed by the model. */
export const replayed = (spec: Modules, runs: number, of: ReadonlyArray<string> = names): Agreement.Tally => {
  const tally = Agreement.tally()
  for (const name of of) {
    spec(name).simulate({ runs, steps, seed }, (trace) => Agreement.replay(worlds[name]!, trace, tally))
  }
  return tally
}

/** Some runs of the model in each of some worlds, perhaps with a clause left out, followed by a spec: by turns. */
export const followed = (
  spec: Modules,
  runs: number,
  of: ReadonlyArray<string> = names,
  lapses: ReadonlyArray<Rules.Lapse> = []
): Agreement.Tally => {
  const tally = Agreement.tally()
  const made = of.map((name) => {
    const world = worlds[name]!
    return modelled({ ...world, rules: Rules.without(world.rules, ...lapses) }, runs)
  })
  for (let turn = 0; turn < runs; turn++) {
    for (const [index, name] of of.entries()) Agreement.follow(spec(name), made[index]![turn]!, tally)
  }
  return tally
}
