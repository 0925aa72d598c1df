/**
 * Matrix: which claims rest on which clauses. Every clause that forbids something is left out, in each of its ways, and
 * every claim that holds with all clauses in force is put to the test again. A claim that falls does so by an attack; one
 * that is not seen to fall may yet fall further from the start than was searched.
 */
import * as Effect from "effect/Effect"
import { allLapses, type Lapse } from "../../model/Rules.ts"
import { asserted, exempt, type Scheme } from "../../model/Scheme.ts"
import { type ClaimId, claimIds } from "../../spec/Claims.ts"
import * as Exploration from "../Exploration.ts"
import * as Explorer from "../Explorer.ts"
import type * as Scenes from "../Scenes.ts"
import * as Trace from "../Trace.ts"

/** A claim of a scheme that falls, in which scene, and in how many actions. */
export interface Fall {
  readonly claim: ClaimId
  readonly scheme: string
  readonly scene: Scenes.Scene
  readonly steps: number
}

/** What is seen of one clause left out in one way. */
export interface Row extends Lapse {
  readonly falls: ReadonlyArray<Fall>
  /** The shortest of the attacks; null where no claim falls. */
  readonly attack: Trace.Saved | null
}

/** How far a matrix was searched. */
export interface Reach {
  readonly scope: Scenes.Size
  /** The most states of each search. */
  readonly states: number
}

export interface Matrix extends Reach {
  readonly schemes: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** As far as a matrix is searched unless it is told otherwise. */
export const reach: Reach = { scope: "quick", states: 30_000 }

/** The claims that a scheme asserts to hold. */
const held = (scheme: Scheme): ReadonlyArray<ClaimId> =>
  claimIds.filter((id) => exempt(scheme, id) === undefined && asserted(scheme, id) === "holds")

interface Found extends Fall {
  readonly task: Exploration.Task
  readonly run: Exploration.Run
}

const foundOf = (task: Exploration.Task, { findings }: Exploration.Explored): ReadonlyArray<Found> =>
  findings.flatMap(({ counterexample: run, id: claim }) =>
    run === undefined
      ? []
      : [{ claim, scheme: task.scheme.scheme, scene: task.scene, steps: run.actions.length, task, run }]
  )

/** Of several falls of one claim of one scheme the one that takes the fewest actions. */
const leastOf = (found: ReadonlyArray<Found>): ReadonlyArray<Found> => {
  const least = new Map<string, Found>()
  for (const fall of found) {
    const key = `${fall.scheme} ${fall.claim}`
    if (fall.steps < (least.get(key)?.steps ?? Number.POSITIVE_INFINITY)) least.set(key, fall)
  }
  return [...least.values()]
}

const rowOf = (lapse: Lapse, found: ReadonlyArray<Found>): Row => {
  const falls = leastOf(found)
  const [shortest] = falls.toSorted((a, b) => a.steps - b.steps)
  return {
    ...lapse,
    falls: falls.map(({ claim, scene, scheme, steps }) => ({ claim, scheme, scene, steps })),
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

/** Leaves out every clause of some schemes in turn. `report` is told how many searches of how many are done. */
export const make = Effect.fn("Matrix.make")(function* (
  schemes: ReadonlyArray<Scheme>,
  { scope, states }: Reach,
  report: (done: number, of: number) => void
) {
  const tasks = allLapses.flatMap((lapse) =>
    schemes.flatMap((scheme) => Exploration.plan(scheme, scope, held(scheme), { lapses: [lapse], states }))
  )
  const explored = yield* Explorer.exploreAll(tasks, undefined, (number) => report(number, tasks.length))
  const rows = allLapses.map((lapse) =>
    rowOf(
      lapse,
      tasks.flatMap((task, index) => {
        const [left] = task.lapses
        return left?.clause === lapse.clause && left.lapse === lapse.lapse ? foundOf(task, explored[index]!) : []
      })
    )
  )
  const matrix: Matrix = { scope, states, schemes: schemes.map(({ scheme }) => scheme), rows }
  return matrix
})
