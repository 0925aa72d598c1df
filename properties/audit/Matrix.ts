/**
 * Matrix: which claims rest on which clauses. Every clause that forbids something is left out, in each of its ways, and
 * every claim that holds with all clauses in force is put to the test again. A claim that falls does so by an attack; one
 * that is not seen to fall may yet fall further from the start than was searched.
 */
import * as Effect from "effect/Effect"
import * as Rules from "../../model/Rules.ts"
import { asserted, exempt, type Scheme } from "../../model/Scheme.ts"
import { boundIds, type CheckedClaimId, type ClaimId, checkedIds, claims } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import * as Computing from "../computed/Catalogue.ts"
import { pairs } from "../mutants/Mutants.ts"
import type * as Scenes from "../scenes/Scenes.ts"
import type { Memory } from "../search/Search.ts"
import * as Trace from "../trace/Trace.ts"
import * as Exploration from "./Exploration.ts"
import * as Explorer from "./Explorer.ts"
import * as Keeping from "./Keeping.ts"

type Mutant = Rules.Mutant

/** A claim of a scheme that falls. */
export interface Fall {
  readonly claim: ClaimId
  readonly scheme: string
  /** In which scene; null for one that is computed. */
  readonly scene: Scenes.Scene | null
  /** In how many actions, see `Exploration.actionsIn`; null for one that is computed, and for what can happen no more, however many are taken. */
  readonly steps: number | null
  /** What is computed of it without the clause; null for one that is searched. */
  readonly value: number | null
}

/** What is seen of one clause left out in one way. */
export interface Row extends Mutant {
  readonly falls: ReadonlyArray<Fall>
  /** The shortest of the attacks; null where no claim falls. */
  readonly attack: Trace.Saved | null
  /** The clause that backs this one up, left out as well: what falls by both that does not fall by that one alone. */
  readonly backedUp: (Mutant & Pick<Row, "falls" | "attack">) | null
}

/** How far a matrix was searched. */
export interface Reach {
  readonly scope: Scenes.Size
  /** The most states of each search. */
  readonly states: number
  /** The most states of a search for what never comes to pass: that decides only once it is through. */
  readonly statesToEnd: number
}

export interface Matrix extends Reach {
  readonly schemes: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** As far as a matrix is searched unless it is told otherwise. */
export const reach: Reach = { scope: "quick", states: 15_000, statesToEnd: 100_000 }

/** The claims that a scheme asserts to hold. */
const held = (scheme: Scheme): ReadonlyArray<CheckedClaimId> =>
  checkedIds.filter((id) => exempt(scheme, id) === undefined && asserted(scheme, id) === "holds")

/** The computed claims of some schemes that hold with every clause, and not without some. */
export const exceeded = (schemes: ReadonlyArray<Scheme>, ...mutants: ReadonlyArray<Mutant>): ReadonlyArray<Fall> =>
  schemes.flatMap((scheme) =>
    boundIds.flatMap((claim): ReadonlyArray<Fall> => {
      const strict = Rules.strict(scheme)
      const mutated = Rules.without(strict, ...mutants)
      if (Computing.holds(strict, claim) !== true || Computing.holds(mutated, claim) !== false) return []
      const value = Computing.beyond(Computing.computed[claim](mutated), Computing.boundOf(scheme, claim)!)
      return [{ claim, scheme: scheme.scheme, scene: null, steps: null, value }]
    })
  )

/** A fall that a search found, and the run that shows it. */
interface FoundFall {
  readonly claim: CheckedClaimId
  readonly scheme: string
  readonly scene: Scenes.Scene
  readonly steps: number
  readonly task: Exploration.Task
  readonly run: Exploration.FoundRun
}

const foundOf = (task: Exploration.Task, { findings }: Exploration.Explored): ReadonlyArray<FoundFall> =>
  findings.flatMap(({ counterexample: run, id: claim }) =>
    run === undefined
      ? []
      : [{ claim, scheme: task.scheme.scheme, scene: task.scene, steps: Exploration.actionsIn(run), task, run }]
  )

const keyOf = ({ claim, scheme }: Pick<FoundFall, "claim" | "scheme">): string => `${scheme} ${claim}`

/** Of several falls of one claim of one scheme the one that takes the fewest actions. */
const leastOf = (found: ReadonlyArray<FoundFall>): ReadonlyArray<FoundFall> => {
  const least = new Map<string, FoundFall>()
  for (const fall of found) {
    if (fall.steps < (least.get(keyOf(fall))?.steps ?? Number.POSITIVE_INFINITY)) least.set(keyOf(fall), fall)
  }
  return [...least.values()]
}

/** What some searches, each of one scheme and with the same clauses left out, show to be possible no more. */
const lostOf = (
  searches: ReadonlyArray<{ readonly task: Exploration.Task; readonly explored: Exploration.Explored }>
): ReadonlyArray<Fall> => {
  const ofClaim = Map.groupBy(
    searches.flatMap(({ explored, task }) =>
      task.claims.flatMap((claim) => (claims[claim].kind === "sometimes" ? [{ claim, explored, task }] : []))
    ),
    ({ claim, task }) => keyOf({ claim, scheme: task.scheme.scheme })
  )
  return [...ofClaim.values()].flatMap((found): ReadonlyArray<Fall> => {
    const [{ claim, task }] = found as [(typeof found)[number]]
    const { verdict } = Exploration.conclude(claim, found)
    if (verdict !== "fails") return []
    return [{ claim, scheme: task.scheme.scheme, scene: task.scene, steps: null, value: null }]
  })
}

/** The falls of some claims, those that are computed after the others, and the shortest attack of them. */
const fallsOf = (found: ReadonlyArray<FoundFall>, computed: ReadonlyArray<Fall>): Pick<Row, "falls" | "attack"> => {
  const least = leastOf(found)
  const [shortest] = least.toSorted((a, b) => a.steps - b.steps)
  return {
    falls: [
      ...least.map(({ claim, scene, scheme, steps }) => ({ claim, scheme, scene, steps, value: null })),
      ...computed
    ],
    attack:
      shortest === undefined
        ? null
        : Trace.save(
            Trace.minimal({
              claim: shortest.claim,
              shows: "attack",
              world: Exploration.worldOf(shortest.task),
              ...shortest.run
            })
          )
  }
}

const isAlike = (a: Mutant, b: Mutant): boolean => a.clause === b.clause && a.mutant === b.mutant

/** The clauses that each of some searches consults, as they are known from before or are found now. */
export const consultedBy = Effect.fnUntraced(function* (tasks: ReadonlyArray<Exploration.Task>) {
  const keeper = yield* Keeping.Current
  let memory: Memory | undefined
  const questions = keeper === undefined ? [] : tasks.map(Keeping.ofConsulted)
  const { again, taken } = Keeping.before(keeper, questions)
  return tasks.map((task, number): ReadonlyArray<ClauseId> => {
    const known = taken.get(number)
    if (known !== undefined) return known.found as ReadonlyArray<ClauseId>
    memory ??= Exploration.reserve(task.size)
    const began = process.threadCpuUsage()
    const { clauses, paths } = Exploration.consulted(task, memory)
    const { system, user } = process.threadCpuUsage(began)
    const answer = { paths, cost: system + user, found: clauses }
    Keeping.settle(keeper, questions[number], again.get(number), {
      ...answer,
      name: "the clauses that a search consults"
    })
    return clauses
  })
})

/** Leaves out every clause of some schemes in turn. `report` is told which search of how many is at work. */
export const make = Effect.fn("Matrix.make")(function* (
  schemes: ReadonlyArray<Scheme>,
  { scope, states, statesToEnd }: Reach,
  report: (done: number, of: number) => void
) {
  // A search that never consults a clause is the same without it.
  const strict = schemes
    .flatMap((scheme) => Exploration.plan(scheme, scope, held(scheme), { states }))
    .map((task) => (task.claims.some((id) => claims[id].kind === "leads-to") ? { ...task, states: statesToEnd } : task))
  const consulted = yield* consultedBy(strict)
  const plans = strict.map((task, index) => ({ task, clauses: new Set<ClauseId>(consulted[index]) }))
  const without = (...mutants: ReadonlyArray<Mutant>): ReadonlyArray<Exploration.Task> =>
    plans.flatMap(({ clauses, task }) =>
      mutants.every(({ clause }) => clauses.has(clause)) ? [{ ...task, mutants }] : []
    )
  const tasks = [
    ...Rules.allMutants.flatMap((mutant) => without(mutant)),
    ...pairs.flatMap(({ mutant, with: partner }) => without(mutant, partner))
  ]
  const explored = yield* Explorer.exploreAll(tasks, Explorer.unlimited, (number) => report(number, tasks.length))
  const searched = (...mutants: ReadonlyArray<Mutant>) =>
    tasks.flatMap((task, index) =>
      task.mutants.length === mutants.length && mutants.every((mutant, at) => isAlike(mutant, task.mutants[at]!))
        ? [{ task, explored: explored[index]! }]
        : []
    )
  const found = (...mutants: ReadonlyArray<Mutant>): ReadonlyArray<FoundFall> =>
    searched(...mutants).flatMap(({ explored, task }) => foundOf(task, explored))
  const rows = Rules.allMutants.map((mutant): Row => {
    const pair = pairs.find((one) => isAlike(one.mutant, mutant))
    const alike = [...lostOf(searched(mutant)), ...exceeded(schemes, mutant)]
    if (pair === undefined) return { ...mutant, ...fallsOf(found(mutant), alike), backedUp: null }
    const alone = new Set([...found(mutant), ...found(pair.with)].map(keyOf))
    const together = found(mutant, pair.with).filter((fall) => !alone.has(keyOf(fall)))
    return { ...mutant, ...fallsOf(found(mutant), alike), backedUp: { ...pair.with, ...fallsOf(together, []) } }
  })
  const matrix: Matrix = { scope, states, statesToEnd, schemes: schemes.map(({ scheme }) => scheme), rows }
  return matrix
})
