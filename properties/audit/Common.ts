/**
 * Common: what the worlds of several tasks have in common, and one search for all of them. Where every task has the same
 * value, the search may read it. Where they differ, to read it ends the search, and the tasks part: those with one value go on
 * together. So a search that ends by itself has read nothing that any two of its tasks have differently, and is the search of
 * each of them. Steps ask for parameters by their names; which names there are is nothing that they ask.
 */
import type { World } from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds, claims as statements } from "../../spec/Claims.ts"
import type * as Search from "../search/Search.ts"
import * as Certifying from "./Certifying.ts"
import * as Exploration from "./Exploration.ts"
import * as Reading from "./Reading.ts"

/** Ends a computation that reads what some worlds have differently. */
export class Parting extends Error {
  override readonly name = "Parting"
  /** The numbers of the worlds, those together that have the same. */
  readonly parts: ReadonlyArray<ReadonlyArray<number>>

  constructor(path: string, parts: ReadonlyArray<ReadonlyArray<number>>) {
    super(`${path} is not the same in all`)
    this.parts = parts
  }
}

type Fields = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Which of some values are the same. What is not there is undefined. */
const partsOf = (values: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<number>> => [
  ...Map.groupBy(values.keys(), (index) => JSON.stringify(values[index]) ?? "undefined").values()
]

/** What some values have in common. Reading anything else throws {@link Parting}. */
const commonOf = (path: string, values: ReadonlyArray<unknown>): unknown => {
  const parts = partsOf(values)
  if (parts.length === 1) return values[0]
  if (!values.every(isRecord)) throw new Parting(path, parts)
  const common = {}
  for (const key of new Set(values.flatMap((value) => Object.keys(value)))) {
    const own = values.map((value) => value[key])
    Object.defineProperty(common, key, {
      enumerable: true,
      ...(partsOf(own).length === 1 || own.every(isRecord)
        ? { value: commonOf(`${path}.${key}`, own) }
        : { get: () => commonOf(`${path}.${key}`, own) })
    })
  }
  return common
}

/** A world without what comes to nothing: where no messages are sent, nobody reads them. */
const bare = (world: World): World =>
  world.can.sms && !world.rules.stepUp.isByMessage ? { ...world, can: { ...world.can, sms: false } } : world

/** One world for several: what their schemes and capabilities have in common. The rest of them must be the same. */
export const worldOf = ([first, ...others]: readonly [World, ...ReadonlyArray<World>]): World => {
  const all = [first, ...others].map(bare)
  const common = <Part>(name: string, of: (world: World) => Part): Part => commonOf(name, all.map(of)) as Part
  return others.length === 0
    ? first
    : {
        ...first,
        rules: {
          ...first.rules,
          scheme: common("scheme", ({ rules }) => rules.scheme),
          stepUp: common("stepUp", ({ rules }) => rules.stepUp)
        },
        can: common("can", ({ can }) => can)
      }
}

/** Tasks that may be one search, as long as it does not read what they have differently; at least one. */
export type Batch = readonly [Exploration.Task, ...ReadonlyArray<Exploration.Task>]

/** What must be the same for tasks to be one search, whatever it reads. */
const keyOf = (task: Exploration.Task): string => {
  const { drawing, mutants, options, scene, size, states } = task
  return JSON.stringify([scene, size, mutants, options, states, drawing, Exploration.worldOf(task).scope])
}

/** The numbers of tasks, those together that may be one search; in their order. */
export const batched = (tasks: ReadonlyArray<Exploration.Task>): ReadonlyArray<ReadonlyArray<number>> => [
  ...Map.groupBy(tasks.keys(), (index) => keyOf(tasks[index]!)).values()
]

/** A task for the claims of all. */
const unionOf = (batch: Batch): Exploration.Task => ({
  ...batch[0],
  claims: checkedIds.filter((id) => batch.some(({ claims }) => claims.includes(id)))
})

/** Whether a search of these claims alone would have gone on as long as there is something to visit. */
const goesOn = (claims: ReadonlyArray<CheckedClaimId>, { findings }: Exploration.Explored): boolean => {
  const bound = claims.filter((id) => statements[id].kind !== "sometimes")
  const isSound = (id: CheckedClaimId): boolean =>
    statements[id].kind === "leads-to" || findings.find((one) => one.id === id)?.counterexample === undefined
  return bound.length === 0 || bound.some(isSound)
}

/**
 * What a search for all says of one task; undefined where it does not: a search of its claims alone would have ended before,
 * when all of them were broken.
 */
const shareOf = (
  { claims }: Exploration.Task,
  union: Exploration.Task,
  explored: Exploration.Explored
): Exploration.Explored | undefined =>
  claims.length === union.claims.length || (explored.ended !== "all-broken" && goesOn(claims, explored))
    ? { ...explored, findings: explored.findings.filter(({ id }) => claims.includes(id)) }
    : undefined

/** What a search for several tasks came to: findings for each and what it read for it, where that was listened to; or how they part. */
export type Found =
  | {
      readonly _tag: "Explored"
      readonly explored: ReadonlyArray<Exploration.Explored | undefined>
      readonly paths: ReadonlyArray<ReadonlyArray<string>>
    }
  | { readonly _tag: "Parted"; readonly parts: ReadonlyArray<ReadonlyArray<number>> }

/** How a search is made: `report` and `before` are as {@link Exploration.explore} has them. */
export interface Making {
  readonly report: (states: number, transitions: number) => boolean
  readonly before?: Search.Memory | undefined
  /** Whether it is listened to what is read: that makes it a little slower. */
  readonly isHeard?: boolean
}

const heard = (world: World, isHeard: boolean): Reading.Listened =>
  isHeard ? Reading.listen(world) : { world, paths: () => [] }

/** Runs one search for several tasks. */
export const explore = (batch: Batch, { before, isHeard = false, report }: Making): Found => {
  const [first, ...others] = batch
  const union = unionOf(batch)
  try {
    const common = heard(worldOf([Exploration.worldOf(first), ...others.map(Exploration.worldOf)]), isHeard)
    const { explored, outcome } = Exploration.search(union, report, before, Exploration.subjectOf(union, common.world))
    const shares = batch.map((task) => {
      const share = shareOf(task, union, explored)
      // What leaves the search is in the task's own world, and may read more of it.
      const own = heard(Exploration.worldOf(task), isHeard)
      const left = share && Exploration.leaving(task, share, outcome, Exploration.subjectOf(task, own.world))
      const made = left && Certifying.kept(task, left, outcome)
      return { made, paths: [...new Set([...common.paths(), ...own.paths()])].sort() }
    })
    return { _tag: "Explored", explored: shares.map(({ made }) => made), paths: shares.map(({ paths }) => paths) }
  } catch (error) {
    if (error instanceof Parting) return { _tag: "Parted", parts: error.parts }
    throw error
  }
}
