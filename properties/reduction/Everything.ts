/**
 * Everything: a search that leaves nothing out, and what a reduced search is held against it for. Every second, every number and
 * every action is by itself, in a scheme whose times are a few seconds, up to the last second that can be searched through.
 *
 * Time never goes back, so that the seconds are searched one after the other, and within each by the number of actions. Where
 * there is too much, the search is whole up to a second before, and that second is told.
 */
import { hash } from "node:crypto"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { type Action, Enabled, type Event, type Scope, type State, type World } from "../../model/system/System.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { Exploration } from "../audit/Audit.ts"
import { catalogue } from "../claims/Catalogue.ts"
import type * as Search from "../search/Search.ts"
import * as Differential from "./Differential.ts"

/** A scheme whose steps are two seconds: everything happens as in the scheme, nodes apart and deadlines included, within a few. */
export const brief = (scheme: Scheme): Scheme => ({
  ...scheme,
  clock: { ...scheme.clock, step: 2, drift: 1, nodeSkew: 1 },
  ...(scheme.window === undefined ? {} : { window: { past: 2, future: 1 } }),
  display: 1,
  relay: { deliveryAtMost: 1 },
  leak: { seconds: 8 },
  stepUp:
    scheme.stepUp.method === "none"
      ? scheme.stepUp
      : { ...scheme.stepUp, openFor: 3, deliveryAtMost: 1, answerWithin: 1 },
  till: { pollEvery: 1, pollFor: 2 },
  reverse: { ...scheme.reverse, notBefore: 1, within: 4 },
  refund: { within: 5, from: "merchant" }
})

/** The same, where an order is open for longer than a payment can be reversed. */
export const lingering = (scheme: Scheme): Scheme => {
  const { reverse, stepUp, till, ...others } = brief(scheme)
  return {
    ...others,
    stepUp: stepUp.method === "none" ? stepUp : { ...stepUp, openFor: 6, deliveryAtMost: 4, answerWithin: 4 },
    till: { ...till, pollFor: 1 },
    reverse: { ...reverse, within: 2 },
    refund: { within: 3, from: "merchant" }
  }
}

/** How many codes and orders a run has at most. */
export type Size = Pick<Scope.Scope, "codes" | "orders">

/** How a scene is cut, so that every second and every renaming can be kept apart. */
export const cut = (scope: Scope.Scope, { codes, orders }: Size): Scope.Scope => ({
  ...scope,
  codes,
  orders,
  inFlight: 1,
  accounts: Math.min(scope.accounts, 2),
  offsets: scope.offsets.slice(0, 2),
  amounts: scope.amounts.slice(0, 2),
  refunds: scope.refunds.slice(0, 1),
  starts: scope.starts.slice(0, 1)
})

/** What there is of a claim, and after how few actions: a broken case, or one that is as it should be. */
export interface Found {
  readonly broken: number | undefined
  readonly kept: number | undefined
}

/** What a search of everything found. */
export interface Everything {
  /** Seconds after the start that are searched through: all that can happen in them was tried. */
  readonly seconds: number
  readonly states: number
  readonly found: ReadonlyMap<CheckedClaimId, Found>
}

type Judged = Search.OfEvents<State, Event>

/** Properties of events, one for each claim that is about them. */
const judgedOf = (world: World, claims: ReadonlyArray<CheckedClaimId>): ReadonlyArray<Judged> => {
  const named = new Set<string>(claims)
  return Exploration.propertiesOf<State>(
    world,
    claims,
    () => [],
    () => true
  ).flatMap((property) => (property.kind === "leads-to" || !named.has(property.name) ? [] : [property]))
}

/** How far a search of everything goes: seconds after the start, and states in all. */
export interface Bounds {
  readonly seconds: number
  readonly states: number
}

/** A state, and how few actions lead to it; time that passes is none. */
interface Reached {
  readonly state: State
  readonly actions: number
}

/** How few actions lead to a judgement, by the claim and the judgement. */
type Least = Map<string, number>

const note = (least: Least, what: string, actions: number): void => {
  if ((least.get(what) ?? Number.POSITIVE_INFINITY) > actions) least.set(what, actions)
}

/** Notes what is judged of the events of a step. */
const judging =
  (properties: ReadonlyArray<Judged>, least: Least) =>
  (before: State, { events, state }: System.Step, actions: number): void => {
    for (const event of events) {
      for (const { judge, name, on } of properties) {
        const judgement = on(event) ? judge(before, event, state) : "elsewhere"
        if (judgement === "elsewhere") continue
        note(least, `${name} ${judgement}`, actions)
      }
    }
  }

/** Seconds after which nothing that is pending is waited for any more: every deadline of a brief scheme is long over. */
const patience = 40

/**
 * Notes of each state in which something is pending whether every way ends it: a way is what must happen or may, and time passes
 * where nothing must.
 */
const following = (world: World, claims: ReadonlyArray<CheckedClaimId>) => {
  const actionsOf = (state: State): ReadonlyArray<Action> => [
    ...Enabled.enabled(world, state),
    { _tag: "Advance", seconds: 1 }
  ]
  const last = Math.max(...world.scope.starts) + patience
  const properties = Exploration.propertiesOf<State>(world, claims, actionsOf, () => true)
  const followed = properties.flatMap((property) => (property.kind === "leads-to" ? [property] : []))
  const known = new Map<string, boolean>()
  const ends = (property: Search.LeadsTo<State, Action>, state: State): boolean => {
    const { isPending, name, ways } = property
    if (!isPending(state)) return true
    if (state.now > last) return false
    const key = `${name} ${JSON.stringify(state)}`
    const before = known.get(key)
    if (before !== undefined) return before
    // A way that comes back here does not end it.
    known.set(key, false)
    const { may, must } = ways(state)
    const isEnding =
      must.length > 0 && [...must, ...may].every((action) => ends(property, System.next(world, state, action).state))
    known.set(key, isEnding)
    return isEnding
  }
  return (least: Least) =>
    (states: ReadonlyArray<Reached>): void => {
      for (const { actions, state } of states) {
        for (const property of followed) {
          if (!property.isPending(state)) continue
          note(least, `${property.name} ${ends(property, state) ? "kept" : "broken"}`, actions)
        }
      }
    }
}

/** Adds what leads to a state, if it is shorter than what is known. */
const put = (all: Map<string, Reached>, found: Reached): boolean => {
  const key = hash("sha1", JSON.stringify(found.state), "base64")
  const known = all.get(key)
  if (known !== undefined && known.actions <= found.actions) return false
  all.set(key, found)
  return true
}

/** Everything that can happen within the second of some states; undefined where that is more than `room` states. */
const within = (
  world: World,
  begun: ReadonlyArray<Reached>,
  judge: ReturnType<typeof judging>,
  room: number
): ReadonlyArray<Reached> | undefined => {
  const all = new Map<string, Reached>()
  const levels: Array<Array<Reached>> = []
  const add = (found: Reached): void => {
    if (!put(all, found)) return
    while (levels.length <= found.actions) levels.push([])
    levels[found.actions]!.push(found)
  }
  begun.forEach(add)
  for (let actions = 0; actions < levels.length; actions++) {
    for (const { state: before } of levels[actions]!) {
      if (all.size > room) return undefined
      for (const action of Enabled.enabled(world, before)) {
        const step = System.next(world, before, action)
        judge(before, step, actions + 1)
        if (step.state !== before) add({ state: step.state, actions: actions + 1 })
      }
    }
  }
  return [...all.values()]
}

/** The same states a second later. */
const later = (
  world: World,
  states: ReadonlyArray<Reached>,
  judge: ReturnType<typeof judging>
): ReadonlyArray<Reached> => {
  const all = new Map<string, Reached>()
  for (const { actions, state } of states) {
    const step = System.next(world, state, { _tag: "Advance", seconds: 1 })
    judge(state, step, actions)
    put(all, { state: step.state, actions })
  }
  return [...all.values()]
}

/** Searches everything, state by state as it is, second by second, as far as the bounds allow. */
export const everything = (world: World, claims: ReadonlyArray<CheckedClaimId>, bounds: Bounds): Everything => {
  const properties = judgedOf(world, claims)
  const follow = following(world, claims)
  let begun: ReadonlyArray<Reached> = System.init(world).map((state) => ({ state, actions: 0 }))
  let least: Least = new Map()
  let states = 0
  let seconds = -1
  while (seconds < bounds.seconds) {
    const tried: Least = new Map(least)
    const judge = judging(properties, tried)
    const all = within(world, begun, judge, bounds.states - states)
    if (all === undefined) break
    seconds++
    states += all.length
    follow(tried)(all)
    least = tried
    begun = seconds === bounds.seconds ? [] : later(world, all, judge)
  }
  const found = claims.map((id) => [id, { broken: least.get(`${id} broken`), kept: least.get(`${id} kept`) }] as const)
  return { seconds, states, found: new Map(found) }
}

/** What came of comparisons. */
export interface Compared {
  /** Searches that were held against one of everything, by the seconds that this got through. */
  readonly seconds: Map<number, number>
  /** Those of which not even the first second could be searched through, or not the reduced world. */
  tooLarge: number
  /** States of the searches of everything, and of the reduced ones. */
  all: number
  reduced: number
  /** What the one of everything broke, or met of what can happen: every one has to be found. */
  met: number
  /** Of these, those that the reduced search shows by more actions than are needed. */
  longer: number
  /** What is otherwise, in words. */
  readonly differences: Array<string>
}

export const none = (): Compared => ({
  seconds: new Map(),
  tooLarge: 0,
  all: 0,
  reduced: 0,
  met: 0,
  longer: 0,
  differences: []
})

/** Actions of a run that take no time, and the seconds that pass in it. */
const lengthOf = ({ actions }: Exploration.FoundRun) => ({
  actions: actions.filter(({ _tag }) => _tag !== "Advance").length,
  seconds: actions.reduce((sum, action) => sum + (action._tag === "Advance" ? action.seconds : 0), 0)
})

/** What is otherwise of a claim; nothing where both found the same. */
const difference = (
  { seconds }: Everything,
  { broken, kept }: Found,
  { counterexample, id, situations, witness }: Exploration.ClaimFinding
): string | undefined => {
  const isSometimes = catalogue[id].kind === "sometimes"
  const shown = isSometimes ? witness : counterexample
  const wanted = isSometimes ? kept : broken
  if (wanted !== undefined && shown === undefined) return `${id}: not found, though ${wanted} actions show it`
  if (shown === undefined) {
    const isMet = broken !== undefined || kept !== undefined
    return isMet && situations === 0 ? `${id}: no case is met, though there is one` : undefined
  }
  const length = lengthOf(shown)
  if (length.seconds > seconds) return undefined
  if (wanted === undefined) return `${id}: found by ${length.actions} actions, though nothing shows it`
  // What goes on without end has no length.
  return catalogue[id].kind !== "leads-to" && length.actions < wanted
    ? `${id}: found by ${length.actions} actions, though ${wanted} are needed`
    : undefined
}

const told = ({ mutants, scene, scheme }: Exploration.Task, { codes, orders }: Size): string => {
  const without = mutants.map(({ clause, mutant }) => `, without ${clause} (${mutant})`).join("")
  return `${scheme.scheme}, ${scene}, ${codes} codes, ${orders} orders${without}`
}

/** Holds what both searches found of a claim against each other. */
const compareClaim = (all: Everything, finding: Exploration.ClaimFinding, compared: Compared): string | undefined => {
  const found = all.found.get(finding.id)
  if (found === undefined) return undefined
  const isSometimes = catalogue[finding.id].kind === "sometimes"
  const wanted = isSometimes ? found.kept : found.broken
  const shown = isSometimes ? finding.witness : finding.counterexample
  if (wanted !== undefined) {
    compared.met++
    if (shown !== undefined && catalogue[finding.id].kind !== "leads-to" && lengthOf(shown).actions > wanted)
      compared.longer++
  }
  return difference(all, found, finding)
}

/** What is compared: a task, cut to a size, within bounds. */
export interface Comparison {
  readonly task: Exploration.Task
  readonly size: Size
  readonly bounds: Bounds
  /** Memory for the reduced search. */
  readonly memory: Search.Memory
}

/** The world of a task, cut to a size. */
export const worldOf = (task: Exploration.Task, size: Size): World => {
  const world = Exploration.worldOf(task)
  return { ...world, scope: cut(world.scope, size) }
}

/** The clauses that a search of everything asks for: without another it would be the same. */
export const asked = (task: Exploration.Task, size: Size, bounds: Bounds): ReadonlySet<ClauseId> => {
  const { asked, world } = Differential.listening(worldOf(task, size))
  everything(world, [], bounds)
  return asked
}

/** Holds the reduced search of a task against one of everything. */
export const compare = ({ bounds, memory, size, task }: Comparison, compared: Compared): void => {
  const world = worldOf(task, size)
  const all = everything(world, task.claims, bounds)
  const { ended, findings, states } = Exploration.explore(task, () => true, memory, world)
  if (all.seconds < 0 || ended === "budget") {
    compared.tooLarge++
    return
  }
  compared.seconds.set(all.seconds, (compared.seconds.get(all.seconds) ?? 0) + 1)
  compared.all += all.states
  compared.reduced += states
  for (const finding of findings) {
    const other = compareClaim(all, finding, compared)
    if (other !== undefined) compared.differences.push(`${told(task, size)}: ${other}`)
  }
}

/** What came of comparisons, as a line. */
export const said = ({ all, longer, met, reduced, seconds, tooLarge }: Compared): string => {
  const through = [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([last, searches]) => `${searches} up to second ${last}`)
    .join(", ")
  const sum = [...seconds.values()].reduce((one, other) => one + other, 0)
  return (
    `${sum} searches compared with one of everything (${through}), ${tooLarge} too large for it; ${all} states and ${reduced}; ` +
    `${met} claims broken or met, ${longer} of them by more actions than are needed`
  )
}
