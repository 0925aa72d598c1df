/**
 * Exploration: which searches decide which claims. Claims that withstand the same adversary and need the same of the
 * past are decided by one search.
 */
import * as Rules from "../model/Rules.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Scope from "../model/Scope.ts"
import type { Action, Event, State, World } from "../model/System.ts"
import { type ClaimId, claims as statements } from "../spec/Claims.ts"
import type { ClauseId } from "../spec/Clauses.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../spec/Threats.ts"
import { type Property, type Run as SearchRun, search } from "./checker/Search.ts"
import { catalogue } from "./claims/Catalogue.ts"
import * as Quotient from "./Quotient.ts"

/** What one search is to decide, as plain data, so that another thread can be told. */
export interface Task {
  readonly scheme: Scheme
  readonly leftOut: ReadonlyArray<ClauseId>
  readonly scope: Scope.Name
  /** The capabilities that the adversary has in it. */
  readonly under: ReadonlyArray<CapabilityId>
  readonly watched: Quotient.Watched
  readonly claims: ReadonlyArray<ClaimId>
}

/** A run that a search found, as the actions taken from the first state of the scope that lies at an instant. */
export interface Run {
  readonly start: number
  readonly actions: ReadonlyArray<Action>
}

/** What a search found out about one claim. */
export interface Finding {
  readonly id: ClaimId
  /** How many transitions were cases of the claim. */
  readonly situations: number
  /** How many of them lay at each named edge of it. */
  readonly edges: Readonly<Record<string, number>>
  /** A shortest run that ends in a case that breaks the claim. */
  readonly counterexample: Run | undefined
}

/** What a search found out. `ended` says whether every state of the scope was visited, or why not. */
export interface Explored {
  readonly states: number
  readonly transitions: number
  /** The most actions that lead from a first state to another by a shortest way. */
  readonly depth: number
  /** The size of a packed state, in bytes. */
  readonly bytes: number
  readonly ended: "exhausted" | "all-broken" | "budget"
  readonly findings: ReadonlyArray<Finding>
}

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

/** The searches that decide some claims of a scheme. */
export const plan = (
  scheme: Scheme,
  scope: Scope.Name,
  claims: ReadonlyArray<ClaimId>,
  leftOut: ReadonlyArray<ClauseId> = []
): ReadonlyArray<Task> => {
  const tasks = new Map<string, Task>()
  for (const id of claims) {
    const under = modelled(id)
    const watched = catalogue[id].watches
    const key = [watched, ...under].join(" ")
    const sofar = tasks.get(key)
    tasks.set(key, { scheme, leftOut, scope, under, watched, claims: [...(sofar?.claims ?? []), id] })
  }
  return [...tasks.values()]
}

/**
 * The world of a search. Where instants or answers are kept, something else is not varied, so that the search stays
 * within reach; {@link bounds} says what.
 */
export const worldOf = ({ leftOut, scheme, scope, under, watched }: Task): World => {
  const full = Scope.of(scope, scheme)
  const keepsInstants = watched === "till" || watched === "age" || watched === "delivery"
  const keepsAnswers = watched === "till" || watched === "answers"
  return {
    rules: Rules.without(Rules.strict(scheme), ...leftOut),
    scope: {
      ...full,
      amounts: keepsInstants ? [scheme.limit.payment] : full.amounts,
      offsets: keepsAnswers ? [0] : full.offsets
    },
    can: Scope.having(under)
  }
}

/** The bounds of a search, as evidence states them. */
export interface Bounds {
  readonly accounts: number
  readonly merchants: number
  readonly codes: number
  readonly orders: number
  readonly requests: number
  readonly inFlight: number
  /** In minor units. */
  readonly amounts: ReadonlyArray<number>
  /** What a phone's corrected clock may be off by when it makes a code, in seconds. */
  readonly offsets: ReadonlyArray<number>
  /** Which codes may come from a phone whose clock is off: every one, or one at a time, whichever it is. */
  readonly skewed: "every" | "one" | "none"
  readonly midnights: number
}

export const bounds = (task: Task): Bounds => {
  const { accounts, amounts, codes, inFlight, merchants, offsets, orders, requests } = worldOf(task).scope
  const skewed = offsets.length === 1 ? "none" : task.watched === "nothing" ? "every" : "one"
  return { accounts, merchants, codes, orders, requests, inFlight, amounts, offsets, skewed, midnights: 1 }
}

/** The most states that a search holds. At some 40 bytes each it stays within the memory of a small machine. */
const statesAtMost = 30_000_000

/** The properties that a search judges for some claims: that each holds, and whether each of its edges is met. */
export const propertiesOf = <S extends State>(
  world: World,
  claims: ReadonlyArray<ClaimId>,
  isWatched: (event: Event, after: S) => boolean
): ReadonlyArray<Property<S, Event>> =>
  claims.flatMap((id): ReadonlyArray<Property<S, Event>> => {
    const { edges, judge, on } = catalogue[id]
    const isAbout = (event: Event): boolean => on.includes(event._tag)
    return [
      {
        name: id,
        kind: "always",
        on: isAbout,
        judge: (before, event, after) => (isWatched(event, after) ? judge(world, before, event, after) : "elsewhere")
      },
      ...Object.entries(edges).map(
        ([name, isEdge]): Property<S, Event> => ({
          name: `${id} ${name}`,
          kind: "sometimes",
          on: isAbout,
          judge: (before, event, after) =>
            isWatched(event, after) && isEdge(world, before, event, after) ? "kept" : "elsewhere"
        })
      )
    ]
  })

const runOf = (run: SearchRun<Quotient.View, Action> | undefined): Run | undefined =>
  run && { start: run.first.now, actions: run.actions }

/** Runs one search. `report` is called now and then, and stops the search by answering false. */
export const explore = (task: Task, report: (states: number, transitions: number) => boolean): Explored => {
  const world = worldOf(task)
  const quotient = Quotient.make(world, task.watched)
  const properties = propertiesOf(world, task.claims, quotient.isWatched)
  const { depth, ended, findings, states, transitions } = search(quotient, properties, { states: statesAtMost, report })
  const found = new Map(findings.map((finding) => [finding.name, finding]))
  return {
    states,
    transitions,
    depth,
    bytes: quotient.layout.words * 4,
    ended,
    findings: task.claims.map((id) => ({
      id,
      situations: found.get(id)?.situations ?? 0,
      edges: Object.fromEntries(
        Object.keys(catalogue[id].edges).map((name) => [name, found.get(`${id} ${name}`)?.situations ?? 0])
      ),
      counterexample: runOf(found.get(id)?.counterexample)
    }))
  }
}
