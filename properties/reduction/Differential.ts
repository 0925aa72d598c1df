/**
 * Differential: a reduced search against random runs of the world that nothing is left out of: every action, every second,
 * every node. What breaks in such a run must break in the search. Where it does not, a reduction has lost a future, and the
 * search would say of a claim that it holds.
 */
import fc from "fast-check"
import type { Mutant } from "../../model/Rules.ts"
import type { Action, Event, State, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
import { catalogue } from "../claims/Catalogue.ts"
import * as Trace from "../trace/Trace.ts"
import * as Unreduced from "./Unreduced.ts"

/** How many random runs are made of a world, and their seed. */
export interface Drawing {
  readonly seed: number
  readonly runs: number
}

/** What random runs came across: of each claim that is broken, or of each that something can happen, the first run. */
export type Met = ReadonlyMap<CheckedClaimId, Trace.Run>

/** How many intents a run has at most: the scopes of searches are used up sooner. */
const longest = 40

/** The intents of runs: those of the last drawing are drawn once, and every world is put to the same. */
const intentsOf = (() => {
  let last: { readonly key: string; readonly lists: ReadonlyArray<ReadonlyArray<Runs.Intent>> } | undefined
  return ({ runs, seed }: Drawing) => {
    const key = `${seed} ${runs}`
    if (last?.key !== key) {
      const lists = fc.sample(Runs.lists, { seed, numRuns: runs }).map((list) => list.slice(0, longest))
      last = { key, lists }
    }
    return last.lists
  }
})()

/** Makes random runs of a world as it is, and judges every event of them by every claim, and by its end what should come of it. */
export const met = (world: World, claims: ReadonlyArray<CheckedClaimId>, drawing: Drawing): Met => {
  const found = new Map<CheckedClaimId, Trace.Run>()
  const firsts = System.init(world)
  const next = (from: State, action: Action): State => System.next(world, from, action).state
  const last = Exploration.propertiesOf<State>(world, claims, Unreduced.actions(world), () => true)
  for (const [number, intents] of intentsOf(drawing).entries()) {
    let state = firsts[number % firsts.length]!
    const start = state.now
    const actions: Array<Action> = []
    const end = Unreduced.endOf(world)
    for (const intent of intents) {
      if (state.now >= end) break
      const before = state
      const action = number % 3 === 0 ? Runs.actionOf(world, before, intent) : Unreduced.anyOf(world, before, intent)
      const { events, state: after } = System.next(world, before, action)
      actions.push(action)
      const shows = (id: CheckedClaimId, event: Event): boolean => {
        const claim = catalogue[id]
        if (claim.kind === "leads-to" || !claim.on.includes(event._tag)) return false
        return claim.judge(world, before, event, after) === (claim.kind === "always" ? "broken" : "kept")
      }
      for (const id of claims) {
        if (!found.has(id) && events.some((event) => shows(id, event))) {
          found.set(id, { world, start, actions: [...actions] })
        }
      }
      state = after
    }
    for (const property of last) {
      const id = claims.find((claim) => claim === property.name)
      if (property.kind !== "leads-to" || id === undefined || found.has(id) || intents.length === 0) continue
      const way = Unreduced.endless(property, { from: state, next, intents })
      if (way !== undefined) found.set(id, { world, start, actions: [...actions, ...way] })
    }
  }
  return found
}

/** A world that is the same, and notes which clauses are asked for in it. */
export const listening = (world: World): { readonly world: World; readonly asked: ReadonlySet<ClauseId> } => {
  const asked = new Set<ClauseId>()
  const mutants = new Proxy(world.rules.mutants, {
    get: (all, clause: ClauseId) => {
      asked.add(clause)
      return all[clause]
    }
  })
  return { world: { ...world, rules: { ...world.rules, mutants, isStrict: false } }, asked }
}

/** What is compared: the searches of a plan, with every clause and without each that their runs ask for. */
export interface Compared {
  /** Searches, each with one set of clauses. */
  tasks: number
  /** What was met in raw runs that the search had to find. */
  met: number
  /** Of these, those for which the search was stopped before it was through: they are not compared. */
  tooLarge: number
  /** What the search has not found, with the shortest raw run that shows it. */
  readonly missed: Array<string>
}

export const none = (): Compared => ({ tasks: 0, met: 0, tooLarge: 0, missed: [] })

const told = (task: Exploration.Task, id: CheckedClaimId, run: Trace.Run): string => {
  const shows = catalogue[id].kind === "sometimes" ? "witness" : "attack"
  const trace: Trace.Trace = { ...run, claim: id, shows, loop: undefined }
  // A way without end that is only long does not show by itself that it is one.
  const { actions, start } = Trace.stands(trace) ? Trace.minimal(trace) : trace
  const { mutants, scene, scheme } = task
  const without = mutants.map(({ clause, mutant }) => ` without ${clause} (${mutant})`).join()
  const steps = actions.map((action) => JSON.stringify(action)).join(" ")
  return `${id} of ${scheme.scheme} in ${scene}${without}: no search finds, from ${start}: ${steps}`
}

/** Searches for what random runs met, claim by claim only where they met it, and notes what is not found. */
const search = (task: Exploration.Task, runs: Met, compared: Compared): void => {
  compared.tasks++
  if (runs.size === 0) return
  compared.met += runs.size
  const { ended, findings } = Exploration.explore({ ...task, claims: [...runs.keys()] }, () => true)
  for (const { counterexample, id, witness } of findings) {
    if ((catalogue[id].kind === "sometimes" ? witness : counterexample) !== undefined) continue
    if (ended === "exhausted") compared.missed.push(told(task, id, runs.get(id)!))
    else compared.tooLarge++
  }
}

/**
 * Compares a search with random runs, with every clause in force and without each that `chosen` names among those that the runs
 * ask for: without another they would be the same. What falls with every clause is looked for once.
 */
export const compare = (
  task: Exploration.Task,
  drawing: Drawing,
  chosen: (asked: ReadonlySet<ClauseId>) => ReadonlyArray<Mutant>,
  compared: Compared
): void => {
  const { asked, world } = listening(Exploration.worldOf(task))
  const strict = met(world, task.claims, drawing)
  search(task, strict, compared)
  for (const mutant of chosen(asked)) {
    const mutated = { ...task, mutants: [mutant] }
    const claims = task.claims.filter((id) => !strict.has(id))
    search(mutated, met(Exploration.worldOf(mutated), claims, drawing), compared)
  }
}
