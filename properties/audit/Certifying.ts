/**
 * Certifying: a search that was through leaves a certificate, where that is asked for. The thread that searched writes it, as it has
 * the states. A search that was made once for several tasks leaves one for each, of the claims of that task.
 */
import type { Action, Event } from "../../model/system/System.ts"
import { claims as statements } from "../../spec/Claims.ts"
import * as Certificate from "../certificate/Certificate.ts"
import * as Hash from "../Hash.ts"
import { type Quotient, Reductions, type View } from "../reduction/Quotient.ts"
import type { LeadsTo, Outcome, Property } from "../search/Search.ts"
import * as Exploration from "./Exploration.ts"

type Searched = Outcome<View, Action>

/** What a search found of a claim, as its certificate says it. */
const certified = ({
  counterexample,
  edges,
  id,
  parts,
  situations,
  witness
}: Exploration.ClaimFinding): Certificate.Certified => {
  const found =
    statements[id].kind === "sometimes"
      ? witness === undefined
        ? "never"
        : "met"
      : counterexample === undefined
        ? "kept"
        : "broken"
  return { id, found, cases: situations, parts, edges }
}

/** The state that a way leads to, if something is pending in it. */
const pendingAfter = ({ next, urgent }: Quotient, { isPending }: LeadsTo<View, Action>, from: View, way: Action) => {
  let { state } = next(from, way)
  for (let forced = urgent(state); forced !== undefined; forced = urgent(state)) state = next(state, forced).state
  return isPending(state) ? state : undefined
}

/** The most ways that lead from each state, one after the other, until nothing is pending any more: its rank, by its number. */
const ranksOf = (
  quotient: Quotient,
  property: LeadsTo<View, Action>,
  { find, get, packed }: Searched
): ReadonlyMap<number, number> => {
  const ranks = new Map<number, number>()
  const path: Array<{
    readonly id: number
    readonly state: View
    readonly ways: ReadonlyArray<Action>
    at: number
    rank: number
  }> = []
  const enter = (id: number): void => {
    const state = get(id)
    const { may, must } = property.ways(state)
    // A search that says that every way ends has gone all of them.
    if (path.some((one) => one.id === id)) throw new Error(`${property.name}: a way that was to end goes round`)
    path.push({ id, state, ways: [...must, ...may], at: 0, rank: 1 })
  }
  for (const root of packed().numbers) {
    if (!ranks.has(root) && property.isPending(get(root))) enter(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      if (top.at === top.ways.length) {
        ranks.set(top.id, top.rank)
        path.pop()
        continue
      }
      const after = pendingAfter(quotient, property, top.state, top.ways[top.at]!)
      const id = after && find(after)!
      const rank = id === undefined ? 0 : ranks.get(id)
      if (rank === undefined) enter(id!)
      else {
        top.rank = Math.max(top.rank, rank + 1)
        top.at++
      }
    }
  }
  return ranks
}

const leadsTo = (properties: ReadonlyArray<Property<View, Action, Event>>, id: string): LeadsTo<View, Action> =>
  properties.find((one): one is LeadsTo<View, Action> => one.kind === "leads-to" && one.name === id)!

/** Writes the certificate of a search that was through for a task. */
const write = (
  asked: Certificate.Asked,
  task: Exploration.Task,
  { findings, transitions }: Exploration.Explored,
  outcome: Searched
): Certificate.Written => {
  const { mutants, options, scene, scheme, size, under } = task
  const { properties, quotient, world } = Exploration.subjectOf(task)
  const claims = findings.map(certified)
  const statement: Certificate.Statement = {
    paycode: asked.paycode,
    fingerprint: asked.fingerprint,
    scheme,
    hash: Hash.of(scheme),
    scene,
    size,
    under,
    mutants,
    lookback: options,
    reductions: Reductions.madeIn(world, options),
    claims,
    bits: quotient.layout.bits,
    transitions
  }
  const ranks = Certificate.ranked(claims).map(({ id }) => ranksOf(quotient, leadsTo(properties, id), outcome))
  return Certificate.write(asked.folder, statement, outcome.packed(), ranks)
}

/** What was found of a task, with the certificate that was written of it, if one was asked for and the search was through. */
export const kept = (
  task: Exploration.Task,
  explored: Exploration.Explored,
  outcome: Searched
): Exploration.Explored =>
  task.certify === undefined || explored.ended !== "exhausted"
    ? explored
    : { ...explored, certificate: write(task.certify, task, explored, outcome) }
