/**
 * Exploration: which searches decide which claims. Claims that withstand the same adversary, in the same scene, and need
 * the same of the past are decided by one search.
 */

import * as Rules from "../../model/Rules.ts"
import { exempt, type Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { type Action, type Event, Scope, type State, type World } from "../../model/system/System.ts"
import { type CheckedClaimId, type ClaimId, claims as statements } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import type * as Certificate from "../certificate/Certificate.ts"
import { type Claim, catalogue } from "../claims/Catalogue.ts"

import * as Quotient from "../reduction/Quotient.ts"
import * as Scenes from "../scenes/Scenes.ts"
import * as Search from "../search/Search.ts"
import * as Coverage from "./Coverage.ts"
import * as Reading from "./Reading.ts"
import * as SelfCheck from "./SelfCheck.ts"

/** What one search is to decide, as plain data, so that another thread can be told. */
export interface Task {
  readonly scheme: Scheme
  readonly mutants: ReadonlyArray<Rules.Mutant>
  readonly size: Scenes.Size
  readonly scene: Scenes.Scene
  /** The capabilities that the adversary has in it. */
  readonly under: ReadonlyArray<CapabilityId>
  readonly options: Quotient.Lookback
  readonly claims: ReadonlyArray<CheckedClaimId>
  /** After how many states the search gives up. */
  readonly states: number
  /** The random runs that its coverage is measured by; undefined where it is not. */
  readonly drawing: Coverage.Drawing | undefined
  /** Where a certificate is written, if the search is through, and what the certificate says of who wrote it. */
  readonly certify?: Certificate.Asked | undefined
}

/** A run that a search found, as the actions taken from the first state of the scope that lies at an instant. */
export interface FoundRun {
  readonly start: number
  readonly actions: ReadonlyArray<Action>
  /** Where a way that does not lead to its goal begins to repeat: the number of actions before. */
  readonly loop: number | undefined
}

/** What a search found out about one claim. */
export interface ClaimFinding {
  readonly id: CheckedClaimId
  /** How many transitions were cases of the claim; for one that leads to something, how many states. */
  readonly situations: number
  /** How many states they lie in, and how many of those random runs came across; undefined where none were made. */
  readonly places: number
  readonly covered: number | undefined
  /** How many of them were cases of each part of it, where it has parts. */
  readonly parts: Readonly<Record<string, number>>
  /** How many of them lay at each named edge of it. */
  readonly edges: Readonly<Record<string, number>>
  /** A shortest run that ends in a case that breaks the claim. */
  readonly counterexample: FoundRun | undefined
  /** A shortest run that ends in a case of the claim. */
  readonly witness: FoundRun | undefined
}

/** How many actions a run has: time that passes is one, however many moments of it a search looks at one after the other. */
export const actionsIn = ({ actions }: Pick<FoundRun, "actions">): number =>
  actions.filter(({ _tag }, index) => _tag !== "Advance" || actions[index - 1]?._tag !== "Advance").length

/** `not-run`: a search was stopped before it was through, or none met a case of the claim, or could play what it is about. */
export type Verdict = "holds" | "fails" | "not-run"

/** What a search found out. `ended` says whether every state of the scope was visited, or why not. */
export interface Explored {
  readonly states: number
  readonly transitions: number
  /** The most actions that lead from a first state to another by a shortest way. */
  readonly depth: number
  /** The size of a packed state, in bytes, and what all of them took. */
  readonly key: number
  readonly bytes: number
  readonly ended: "exhausted" | "all-broken" | "budget"
  /** What random runs came across; undefined where none were made, or the search was not through. */
  readonly covered: { readonly runs: number; readonly steps: number; readonly states: number } | undefined
  /** What it compared of its own states with what stood for them; undefined where it was not asked to, or was stopped. */
  readonly compared: SelfCheck.Compared | undefined
  readonly findings: ReadonlyArray<ClaimFinding>
  /** When, and by which version, it was made, where it was not made now. */
  readonly taken?: { readonly made: string; readonly by: string }
  /** The certificate that was written of it, where one was asked for and it was through. */
  readonly certificate?: Certificate.Written
}

/** What is known of a search that was not begun. */
export const unexplored = ({ claims }: Task): Explored => ({
  states: 0,
  transitions: 0,
  depth: 0,
  key: 0,
  bytes: 0,
  ended: "budget",
  covered: undefined,
  compared: undefined,
  findings: claims.map((id) => ({
    id,
    situations: 0,
    places: 0,
    covered: undefined,
    parts: {},
    edges: {},
    counterexample: undefined,
    witness: undefined
  }))
})

/** The capabilities of a claim's `under` cell that the model can play. */
export const modelled = (claim: ClaimId): ReadonlyArray<CapabilityId> => {
  const under: ReadonlyArray<CapabilityId> = statements[claim].under
  return capabilityIds.filter((id) => under.includes(id) && capabilities[id].modelled)
}

/** The capabilities of a claim's `under` cell that the model cannot play yet. */
export const notModelled = (claim: ClaimId): ReadonlyArray<CapabilityId> => {
  const under: ReadonlyArray<CapabilityId> = statements[claim].under
  return capabilityIds.filter((id) => under.includes(id) && !capabilities[id].modelled)
}

/** What is asked for beside the claims. */
export interface Planned {
  readonly mutants?: ReadonlyArray<Rules.Mutant>
  /** A capability that the adversary has besides those that a claim names. */
  readonly extra?: CapabilityId
  /** After how many states each search gives up. */
  readonly states?: number
  readonly drawing?: Coverage.Drawing
  readonly certify?: Certificate.Asked | undefined
}

/** The searches that decide some claims of a scheme; claims that say nothing of it are passed over. */
export const plan = (
  scheme: Scheme,
  size: Scenes.Size,
  claims: ReadonlyArray<CheckedClaimId>,
  { certify, drawing, extra, mutants = [], states = statesAtMost(size) }: Planned = {}
): ReadonlyArray<Task> => {
  const tasks = new Map<string, Task>()
  for (const id of claims) {
    if (exempt(scheme, id) !== undefined) continue
    const named = modelled(id)
    const under = extra === undefined || named.includes(extra) ? named : [...named, extra]
    const { needs: options, scenes } = catalogue[id]
    for (const scene of scenes) {
      const key = JSON.stringify([scene, options, under])
      const claims = [...(tasks.get(key)?.claims ?? []), id]
      tasks.set(key, { scheme, mutants, size, scene, under, options, claims, states, drawing, certify })
    }
  }
  return [...tasks.values()]
}

/** The world of a search. */
export const worldOf = ({ mutants, scene, scheme, size, under }: Task): World =>
  System.worldOf({
    rules: Rules.without(Rules.strict(scheme), ...mutants),
    scope: Scenes.scopeOf(scene, size, scheme, under),
    can: Scope.having(under)
  })

/** The most states that a search of some size holds, so that its memory is bounded. */
export const statesAtMost = (size: Scenes.Size): number =>
  ({ quick: 4_000_000, standard: 20_000_000, deep: 120_000_000 })[size]

/** The widest that a packed state is, in words. */
const wordsAtMost = 24

/** Memory for searches of some size on one thread, to be used for one after the other. */
export const reserve = (size: Scenes.Size): Search.Memory =>
  Search.reserve({ threads: 1, words: wordsAtMost, states: statesAtMost(size) })

/** What a search judges: properties of the events of a world, and of what comes of its states. */
export type Properties<S extends State> = ReadonlyArray<Search.Property<S, Action, Event>>

/** The properties that a search judges for some claims: each claim, and whether each of its edges is met. */
export const propertiesOf = <S extends State>(
  world: World,
  claims: ReadonlyArray<CheckedClaimId>,
  actionsOf: (state: S) => ReadonlyArray<Action>,
  isWatched: (event: Event, after: S) => boolean
): Properties<S> =>
  claims.flatMap((id): Properties<S> => {
    const claim = catalogue[id]
    if (claim.kind === "leads-to") {
      const ways = (state: S) => {
        const all = actionsOf(state)
        const must = all.filter((action) => claim.must(world, state, action))
        const waits = must.length > 0 ? [] : all.filter(({ _tag }) => _tag === "Advance").slice(0, 1)
        return { must: [...must, ...waits], may: all.filter((action) => claim.may(world, state, action)) }
      }
      return [{ name: id, kind: "leads-to", isPending: (state) => claim.isPending(world, state), ways }]
    }
    const isAbout = (event: Event): boolean => claim.on.includes(event._tag)
    const counting = (name: string, isCase: Claim.Judge<Event, boolean>): Search.Property<S, Action, Event> => ({
      name: `${id} ${name}`,
      kind: "sometimes",
      on: isAbout,
      kinds: claim.on,
      judge: (before, event, after) =>
        isWatched(event, after) && isCase(world, before, event, after) ? "kept" : "elsewhere"
    })
    return [
      {
        name: id,
        kind: claim.kind,
        on: isAbout,
        kinds: claim.on,
        judge: (before, event, after) =>
          isWatched(event, after) ? claim.judge(world, before, event, after) : "elsewhere"
      },
      ...Object.entries(claim.parts).map(([name, { judge }]) =>
        counting(name, (...at) => judge(...at) !== "elsewhere")
      ),
      ...Object.entries(claim.edges).map(([name, isEdge]) => counting(name, isEdge))
    ]
  })

const runOf = (run: Search.Run<Quotient.View, Action> | undefined): FoundRun | undefined =>
  run && { start: run.first.now, actions: run.actions, loop: run.loop }

/** What a search is made of: the quotient, and the properties of its claims. */
export const subjectOf = (task: Task, world: World = worldOf(task)) => {
  const quotient = Quotient.make(world, task.options)
  return { world, quotient, properties: propertiesOf(world, task.claims, quotient.actions, quotient.isWatched) }
}

/** What a search of a task is made of, with its claims alone, without their edges and parts: as far as it checks itself. */
export const checkedOf = (
  { claims, options }: Task,
  { properties, quotient, world }: ReturnType<typeof subjectOf>
): SelfCheck.Subject => {
  const named = new Set<string>(claims)
  return { world, quotient, lookback: options, properties: properties.filter(({ name }) => named.has(name)) }
}

/** The same, where what follows a state is everything that can be done in it. */
export const leftOf = (task: Task, subject: ReturnType<typeof subjectOf>): Quotient.Unreduced.Excursions => {
  const { quotient, world } = subject
  const properties = propertiesOf(world, task.claims, Quotient.Unreduced.actions(world), quotient.isWatched)
  return checkedOf(task, { ...subject, properties })
}

/**
 * What is found of a task by a search that was made for it, maybe with others: with the runs that leave it. They read what no search reads, and
 * so are made of each task by itself, in its own world.
 */
export const leaving = (
  task: Task,
  explored: Explored,
  outcome: Search.Outcome<Quotient.View, Action>,
  subject?: ReturnType<typeof subjectOf>
): Explored => {
  const { compared, ended } = explored
  if (ended !== "exhausted" || compared === undefined || task.drawing === undefined) return explored
  const excursions = SelfCheck.leave(leftOf(task, subject ?? subjectOf(task)), outcome, task.drawing.seed)
  return { ...explored, compared: { ...compared, excursions } }
}

/** What an outcome says of the claims of a task, as far as the search goes. */
const foundOf = (
  task: Task,
  subject: ReturnType<typeof subjectOf>,
  outcome: Search.Outcome<Quotient.View, Action>
): Explored => {
  const { claims, drawing } = task
  const { properties, quotient } = subject
  const { bytes, depth, ended, findings, states, transitions } = outcome
  const found = new Map(findings.map((finding) => [finding.name, finding]))
  const covered =
    drawing === undefined || drawing.runs === 0 || ended !== "exhausted"
      ? undefined
      : Coverage.cover(quotient, properties, outcome, drawing)
  // Who stopped a search does not wait for more.
  const isStopped = ended === "budget" && states < task.states
  const compared =
    drawing === undefined || isStopped
      ? undefined
      : { ...SelfCheck.compare(checkedOf(task, subject), outcome, drawing.seed), excursions: 0 }
  return {
    states,
    transitions,
    depth,
    key: quotient.layout.words * 4,
    bytes,
    ended,
    covered: covered && { runs: drawing!.runs, steps: covered.steps, states: covered.states },
    compared,
    findings: claims.map((id) => {
      const claim = catalogue[id]
      const finding = found.get(id)
      const { edges, parts } = claim.kind === "leads-to" ? { edges: {}, parts: {} } : claim
      const counted = (names: object): Readonly<Record<string, number>> =>
        Object.fromEntries(Object.keys(names).map((name) => [name, found.get(`${id} ${name}`)?.situations ?? 0]))
      return {
        id,
        situations: finding?.situations ?? 0,
        places: finding?.places ?? 0,
        covered: covered?.places[id],
        parts: counted(parts),
        edges: counted(edges),
        counterexample: runOf(finding?.counterexample),
        witness: runOf(finding?.witness)
      }
    })
  }
}

/** What an outcome says of the claims of a task. */
export const exploredOf = (
  task: Task,
  subject: ReturnType<typeof subjectOf>,
  outcome: Search.Outcome<Quotient.View, Action>
): Explored => leaving(task, foundOf(task, subject, outcome), outcome, subject)

/** A verdict, and why there is none; null where there is one. */
export interface Concluded {
  readonly verdict: Verdict
  readonly reason: string | null
}

/** A search, and what it found out. */
export interface TaskSearch {
  readonly task: Task
  readonly explored: Explored
}

/** A part of a claim that says something of the scheme, and of which no search met a case; undefined where there is none. */
const idlePart = (id: CheckedClaimId, found: ReadonlyArray<TaskSearch>): string | undefined => {
  const claim = catalogue[id]
  if (claim.kind === "leads-to") return undefined
  const cases = (name: string): number =>
    found.reduce(
      (sum, { explored }) => sum + (explored.findings.find((finding) => finding.id === id)?.parts[name] ?? 0),
      0
    )
  return Object.entries(claim.parts).find(
    ([name, { applies }]) =>
      found.some(({ task }) => applies === undefined || applies(worldOf(task).rules)) && cases(name) === 0
  )?.[0]
}

/**
 * What searches have decided of a claim: all those of one plan that are for it. Where none of them plays a value that the claim
 * is about, that nothing broke it says nothing.
 */
export const conclude = (id: CheckedClaimId, found: ReadonlyArray<TaskSearch>): Concluded => {
  const searches = found.map(({ explored }) => explored)
  const decided = (verdict: Verdict, reason: string | null = null): Concluded => ({ verdict, reason })
  const findings = searches.flatMap(({ findings }) => findings.filter((finding) => finding.id === id))
  const isPossibility = statements[id].kind === "sometimes"
  if (findings.some(({ counterexample, witness }) => (isPossibility ? witness : counterexample) !== undefined)) {
    return decided(isPossibility ? "holds" : "fails")
  }
  if (searches.some(({ ended }) => ended !== "exhausted")) {
    return decided("not-run", "the search was stopped before it had visited every state")
  }
  if (isPossibility) return decided("fails")
  if (findings.every(({ situations }) => situations === 0)) {
    return decided("not-run", "no case of the claim arises within the scope")
  }
  const idle = idlePart(id, found)
  if (idle !== undefined) return decided("not-run", `no case of one part of the claim arises within the scope: ${idle}`)
  const worlds = found.map(({ task }) => worldOf(task))
  const missing = Scenes.Ranges.unplayed(catalogue[id].ranges, worlds)
  return missing === undefined ? decided("holds") : decided("not-run", `no scene of the claim plays ${missing}`)
}

/** A search, what it says of the claims of its task as far as it goes, and its states, for as long as its memory is. */
export interface Searched {
  readonly explored: Explored
  readonly outcome: Search.Outcome<Quotient.View, Action>
}

/**
 * Runs one search, on this thread, without the runs that leave it. `report` is called now and then, and stops the search by answering
 * false. `subject` is that of the task, or of what it has in common with others.
 */
export const search = (
  task: Task,
  report: (states: number, transitions: number) => boolean,
  before: Search.Memory | undefined,
  subject: ReturnType<typeof subjectOf>
): Searched => {
  const outcome = Search.search(subject.quotient, subject.properties, { states: task.states, report }, before)
  return { explored: foundOf(task, subject, outcome), outcome }
}

/** Runs one search, on this thread, and what leaves it. `world` is that of the task, unless given. */
export const explore = (
  task: Task,
  report: (states: number, transitions: number) => boolean,
  before?: Search.Memory,
  world: World = worldOf(task)
): Explored => {
  const subject = subjectOf(task, world)
  const { explored, outcome } = search(task, report, before, subject)
  return leaving(task, explored, outcome, subject)
}

/** The clauses that a search consults, and all that it reads of its world: see {@link file://./Reading.ts}. */
export interface Consulted {
  readonly clauses: ReadonlyArray<ClauseId>
  readonly paths: ReadonlyArray<string>
}

/**
 * The clauses that are consulted in the states that a search visits. To leave out another changes nothing there: up to
 * its number of states the search would be the same.
 */
export const consulted = (task: Task, before?: Search.Memory): Consulted => {
  const met = new Set<ClauseId>()
  const { rules, ...others } = worldOf(task)
  const { paths, world } = Reading.listen({ ...others, rules: { ...rules, isStrict: false } })
  const mutants = new Proxy(world.rules.mutants, {
    get: (all, clause: ClauseId) => {
      met.add(clause)
      return all[clause]
    }
  })
  const { properties, quotient } = subjectOf(task, { ...world, rules: { ...world.rules, mutants } })
  // What classes states are joined in is the quotient's affair.
  met.clear()
  Search.search(quotient, properties, { states: task.states, report: () => true }, before)
  return { clauses: [...met], paths: paths() }
}
