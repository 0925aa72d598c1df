/**
 * Agreement: that the Quint spec and the model are one protocol. Runs of the spec are replayed by the model and runs of
 * the model by the spec, and after every step every variable of the spec is compared.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as System from "../../model/System.ts"
import { claimIds } from "../../spec/Claims.ts"
import * as Difference from "../Difference.ts"
import type { Trace } from "../Trace.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"

/** Where a file of the spec is. */
export const fileOf = (name: "paycode" | "alipay"): string =>
  fileURLToPath(new URL(`../../spec/quint/${name}.qnt`, import.meta.url))

/** The text of the protocol, without any parameters. */
export const protocol = (): string => readFileSync(fileOf("paycode"), "utf8")

/** The text of the instances that the spec itself has, to stand after the protocol. */
export const instances = (): string => readFileSync(fileOf("alipay"), "utf8").replaceAll(' from "./paycode"', "")

/** The part of a trace that is a run. */
export type Actions = Pick<Trace, "world" | "start" | "actions">

/** The first step at which spec and model part. */
export class Disagreement extends Error {
  override readonly name = "Disagreement"
}

const parting = (where: string, spec: string, model: string): Disagreement =>
  new Disagreement(`${where}: the spec has ${spec}, the model has ${model}`)

const compare = (where: string, spec: Quint.State, run: Projection.Run): void => {
  const model = Projection.variables(run)
  // In the model's order, in which the answers come first: they tell more than what follows from them.
  const difference = Difference.first(Quint.readable({ ...model, ...spec }), Quint.readable(model))
  if (difference === undefined) return
  throw parting(`${where}: ${difference.path}`, difference.expected, difference.found)
}

/** How often something was met while runs were compared: steps in all, and actions, answers and broken claims by name. */
export interface Tally {
  steps: number
  readonly met: Map<string, number>
}

/** Nothing met. */
export const tally = (): Tally => ({ steps: 0, met: new Map() })

const meet = ({ met }: Tally, name: string): void => {
  met.set(name, (met.get(name) ?? 0) + 1)
}

const count = (tally: Tally, { state }: Projection.Run, action: System.Action, name: string): void => {
  tally.steps++
  meet(tally, name)
  if (action._tag === "Deliver") meet(tally, state.orders[action.order]!.requests[action.request]!.answer)
}

const isPossible = (world: System.World, state: System.State, action: System.Action): boolean =>
  action._tag === "Advance" || System.deeds(world, state).some((deed) => Difference.none(deed, action))

/** Replays a run of the spec in the model, in the world that the spec is an instance for. */
export const replay = (world: System.World, trace: ReadonlyArray<Quint.Step>, tally: Tally): void => {
  const [first, ...steps] = trace
  const start = System.init(world).find(({ now }) => now === first!.state.clock)
  if (start === undefined) throw parting("start", `a run from ${first!.state.clock}`, "none")
  let run = Projection.begin(world, start)
  compare("start", first!.state, run)
  for (const [index, step] of steps.entries()) {
    const action = Projection.actionOf(run.state, step)
    const where = `step ${index + 1}, ${step.action} of ${Quint.text(step.picks)}`
    if (!isPossible(world, run.state, action)) throw parting(where, "this step", "none like it")
    run = Projection.take(run, action)
    compare(where, step.state, run)
    count(tally, run, action, step.action)
  }
}

/** The name of a claim in the spec. */
export const invariantOf = (claim: string): string =>
  claim.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** The claims that can be told from a state. Showing a code sends no message in the spec, by what a state of it is. */
export const invariants = claimIds.filter((id) => id !== "offline-generation")

/** Compares the claims that a run broke with the invariants of the spec that do not hold at its end. */
const compareClaims = (spec: Quint.Run, { broken }: Projection.Run, tally: Tally): void => {
  for (const id of invariants) {
    const holds = spec.holds(invariantOf(id))
    const say = (kept: boolean): string => (kept ? `${id} kept` : `${id} broken`)
    if (holds === broken.has(id)) throw parting("end", say(holds), say(!broken.has(id)))
    if (!holds) meet(tally, id)
  }
}

/** Takes a run of the model through the spec. */
export const follow = (spec: Quint.Module, { actions, start, world }: Actions, tally: Tally): void => {
  const told = spec.begin()
  const state = System.init(world).find(({ now }) => now === start)!
  const first = told.take(`startAt(${start})`)
  let run = Projection.begin(world, state)
  compare("start", first ?? {}, run)
  for (const [index, action] of actions.entries()) {
    const call = Projection.callOf(run.state, action)
    const where = `step ${index + 1}, ${call}`
    const reached = told.take(call)
    if (reached === undefined) throw parting(where, "no such step", "one")
    run = Projection.take(run, action)
    compare(where, reached, run)
    count(tally, run, action, call.slice(0, call.indexOf("(")))
  }
  // A code that was guessed may be shown later. The model judges a payment when it is made, an invariant looks back.
  const isGuessed = actions.some((action) => action._tag === "Guess" && action.lucky)
  if (!isGuessed) compareClaims(told, run, tally)
}

/** The simulator of the tool, in process, on the spec's alipay: it takes about so many steps, and gives how many. */
export const simulator = (): ((steps: number) => number) => {
  const alipay = Quint.load(protocol() + instances())("alipay")
  return (steps) => alipay.simulate({ runs: Math.ceil(steps / 20), steps: 20, seed: 1 })
}
