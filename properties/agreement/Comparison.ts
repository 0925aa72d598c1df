/** Comparison: random runs of spec and model, each taken through the other, in the worlds of the spec's instances. */
import fc from "fast-check"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { World } from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { asserting, seed } from "../suites/Harness.ts"
import type * as Trace from "../trace/Trace.ts"
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
  { name: Agreement.nameOf(scheme.scheme), scheme, world: Worlds.everydayOf(scheme) },
  { name: `${Agreement.nameOf(scheme.scheme)}Worst`, scheme, world: Worlds.worstOf(scheme) }
])

/** The instances for some schemes. */
export const instancesOf = (names: ReadonlyArray<Agreement.Instance>): ReadonlyArray<Instance> =>
  instances.filter(({ scheme }) => (names as ReadonlyArray<string>).includes(scheme.scheme))

/** The text of the spec: the protocol, perhaps changed, and its instances, all or those for some schemes. */
export const textWith = (protocol: string, names: ReadonlyArray<Agreement.Instance> = Agreement.instances): string =>
  protocol + names.map(Agreement.textOf).join("")

/** How many steps a run has. */
export const steps = 20

/** The kinds of action that a run has. */
const kinds = ({ actions }: Trace.Run): ReadonlySet<string> =>
  new Set(
    actions.map((action) => {
      if (action._tag === "Authenticate" && action.to !== action.order) return "Authenticate for another"
      return "what" in action ? `${action._tag} ${action.what}` : action._tag
    })
  )

const intents = fc.noBias(fc.array(Runs.intents, { minLength: steps, maxLength: steps }))

/**
 * A random run of the model in a world: of some, the one with the most kinds of action, those counting most that were `met`
 * in few runs before it.
 */
const modelled = (world: World, turn: number, from: number, met: Map<string, number>): Trace.Run => {
  const { starts } = world.scope
  const begun = { ...world, scope: { ...world.scope, starts: [starts[turn % starts.length]!] } }
  const worth = (run: Trace.Run): number =>
    [...kinds(run)].reduce((sum, kind) => sum + 1 / (1 + (met.get(kind) ?? 0)), 0)
  const chosen = fc
    .sample(intents, { seed: from, numRuns: 16 })
    .map((intents) => Runs.make({ world: begun, intents }, () => true))
    .reduce((best, run) => (worth(run) > worth(best) ? run : best))
  for (const kind of kinds(chosen)) met.set(kind, (met.get(kind) ?? 0) + 1)
  return chosen
}

/** What every step of a run of the spec is one of, by turns: anything, or what leads to payments with step-up. */
const walks = ["step", "stepUps"] as const

/** Where the random choices of a world start: alike worlds have different runs. */
const seedIn = (instance: Instance): number => seed + 7_919 * instances.indexOf(instance)

/** In which worlds runs are compared: in all unless they are given. */
export interface Where {
  readonly within?: ReadonlyArray<Instance>
}

/** Takes so many runs of the spec in each world through the model. `other`: not those that were taken before. */
export const replayed = (
  spec: Quint.Spec,
  runs: number,
  tally: Agreement.Tally,
  { other = 0, within = instances }: Where & { readonly other?: number } = {}
): void => {
  for (const instance of within) {
    const sample = { runs, steps, seed: seedIn(instance) + 1_000_003 * other, by: walks }
    spec(instance.name).simulate(sample, () => Agreement.replay(instance.world, tally))
  }
}

/** Takes so many runs of the model in each world, by turns, through the spec: of the model with some clauses left out. */
export const followed = (
  spec: Quint.Spec,
  runs: number,
  tally: Agreement.Tally,
  { mutants = [], within = instances }: Where & { readonly mutants?: ReadonlyArray<Rules.Mutant> } = {}
): void => {
  const met = new Map<string, number>()
  for (let turn = 0; turn < runs; turn++) {
    for (const instance of within) {
      const { name, world } = instance
      const weak = { ...world, rules: Rules.without(world.rules, ...mutants) }
      Agreement.follow(spec(name), modelled(weak, turn, seedIn(instance) * 1_000_003 + turn, met), tally)
    }
  }
}
