/**
 * Explorer: runs explorations and walks on every core. They run side by side, each in a thread; deep explorations one after
 * the other, each in all threads together. What they find is the same either way.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Rules from "../../model/Rules.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import { overhead, type Shared, share } from "../search/Search.ts"
import * as Common from "./Common.ts"
import type { Drawing } from "./Coverage.ts"
import * as Effort from "./Effort.ts"
import { type Explored, subjectOf, type Task, unexplored } from "./Exploration.ts"
import * as Keeping from "./Keeping.ts"
import type { Sample } from "./Walk.ts"

/** What is to be put to random runs. */
export interface Outing extends Drawing {
  readonly rules: Rules.Rules
  readonly claims: ReadonlyArray<CheckedClaimId>
}

/** When work has to stop. */
export interface Limits {
  /** In milliseconds of the epoch; undefined where it may take its time. */
  readonly until: number | undefined
  /** A word that is not 0 once all is to stop; undefined where nobody asks for that. */
  readonly stop: SharedArrayBuffer | undefined
}

/** What may take as long as it does. */
export const unlimited: Limits = { until: undefined, stop: undefined }

/** A word that says that nothing is to stop yet. */
export const running = (): SharedArrayBuffer => new SharedArrayBuffer(4)

/** Has all stop that looks at a word. */
export const halt = (stop: SharedArrayBuffer): void => {
  Atomics.store(new Int32Array(stop), 0, 1)
}

/** Whether all is to stop. */
export const isHalted = ({ stop }: Limits): boolean => stop !== undefined && Atomics.load(new Int32Array(stop), 0) !== 0

/** Whether there is no time left, or all is to stop. */
export const isOver = (limits: Limits): boolean =>
  isHalted(limits) || (limits.until !== undefined && Date.now() >= limits.until)

/** What a thread is told: to explore for some tasks, to explore one together with others, or to walk. */
export type ThreadOrder = {
  readonly limits: Limits
  /** Whether it is listened to what is read, for whoever keeps what is found. */
  readonly isHeard: boolean
} & (
  | { readonly _tag: "Explore"; readonly batch: Common.Batch }
  | {
      readonly _tag: "Join"
      readonly task: Task
      /** What the threads share, and which of them it is. */
      readonly shared: Shared
      readonly thread: number
    }
  | { readonly _tag: "Walk"; readonly outing: Outing }
)

/** What it took to find something, in microseconds of a processor. */
interface Cost {
  readonly cost: number
}

/** What a thread tells: how many states or runs there are so far, and at last what it found. */
export type ThreadMessage =
  | { readonly _tag: "Progress"; readonly count: number }
  | ({ readonly _tag: "Explored"; readonly found: Common.Found } & Cost)
  /** A thread that is not the first of several that explore together finds nothing. */
  | ({ readonly _tag: "Joined"; readonly explored: Explored | undefined; readonly paths: ReadonlyArray<string> } & Cost)
  /** Nothing where the walk was stopped. */
  | ({ readonly _tag: "Walked"; readonly sample: Sample | undefined; readonly paths: ReadonlyArray<string> } & Cost)

type ThreadResult = Exclude<ThreadMessage, { readonly _tag: "Progress" }>

/** What the states of one search in all threads may take, in bytes: with the rest, less than 8 GiB. */
const memoryAtMost = 7.5 * 2 ** 30

/** How many threads there are. */
export const threads = availableParallelism()

const start = (): Worker => new Worker(new URL("./ExplorerThread.ts", import.meta.url))

const spawn = Effect.acquireRelease(Effect.sync(start), (worker) => Effect.promise(() => worker.terminate()))

/** Has a thread do what it is told, and waits for what it finds. */
const run = (worker: Worker, order: ThreadOrder, report: (count: number) => void) =>
  Effect.callback<ThreadResult>((resume) => {
    const listen = (message: ThreadMessage): void => {
      if (message._tag === "Progress") report(message.count)
      else done(Effect.succeed(message))
    }
    const fail = (error: unknown): void => done(Effect.die(error))
    const done = (outcome: Effect.Effect<ThreadResult>): void => {
      worker.off("message", listen)
      worker.off("error", fail)
      resume(outcome)
    }
    worker.on("message", listen)
    worker.on("error", fail)
    worker.postMessage(order)
  })

/** Is told the number of a task, and how many states there are so far. */
export type Reporter = (task: number, count: number) => void

const astray = Effect.die(new Error("a thread ended without a finding"))

const explored = (found: ThreadResult): Effect.Effect<Extract<ThreadResult, { readonly _tag: "Explored" }>> =>
  found._tag === "Explored" ? Effect.succeed(found) : astray

// ---------------------------------------------------------------------------------------------------------------------
// What is known from before
// ---------------------------------------------------------------------------------------------------------------------

/** Keeps what a search found, unless somebody stopped it; or holds it against what it found before. */
const keep = (
  keeper: Keeping.Keeper | undefined,
  task: Task,
  known: Keeping.Kept | undefined,
  { explored, ...answer }: Omit<Keeping.Answer, "found"> & { readonly explored: Explored }
) =>
  Effect.sync(() => {
    if (keeper === undefined || !Keeping.isWhole(task, explored)) return
    const name = `a search of the scene ${task.scene} of ${task.scheme.scheme}`
    Keeping.settle(keeper, Keeping.ofTask(task), known, { ...answer, found: Keeping.saved(explored), name })
  })

/** The same of a walk. */
const keepSample = (
  keeper: Keeping.Keeper | undefined,
  outing: Outing,
  known: Keeping.Kept | undefined,
  { sample, ...answer }: Omit<Keeping.Answer, "found"> & { readonly sample: Sample }
) =>
  Effect.sync(() => {
    if (keeper === undefined) return
    const name = `random runs of ${outing.rules.scheme.scheme}`
    Keeping.settle(keeper, Keeping.ofOuting(outing), known, { ...answer, found: Keeping.savedSample(sample), name })
  })

// ---------------------------------------------------------------------------------------------------------------------
// Rounds of few searches
// ---------------------------------------------------------------------------------------------------------------------

/** Threads that wait for orders. */
const crew = Effect.gen(function* () {
  const idle = yield* Queue.unbounded<Worker>()
  for (let thread = 0; thread < threads; thread++) yield* Queue.offer(idle, yield* spawn)
  return idle
})

/** What explores small tasks with threads that stay, for as long as its scope does: for many rounds of few searches. */
export const standing = Effect.map(crew, (idle) =>
  Effect.fnUntraced(function* (tasks: ReadonlyArray<Task>, limits: Limits, report: Reporter) {
    const keeper = yield* Keeping.Current
    const { again, taken } = Keeping.before(keeper, keeper === undefined ? [] : tasks.map(Keeping.ofTask))
    const explore = Effect.fnUntraced(function* (task: Task, number: number) {
      const known = taken.get(number)
      if (known !== undefined) return Keeping.restored(known.found, known)
      if (isOver(limits)) return unexplored(task)
      const worker = yield* Queue.take(idle)
      const order = { _tag: "Explore", batch: [task], limits, isHeard: keeper !== undefined } as const
      const result = yield* run(worker, order, (count) => report(number, count))
      yield* Queue.offer(idle, worker)
      const { cost, found } = yield* explored(result)
      if (found._tag !== "Explored" || found.explored[0] === undefined) return yield* astray
      yield* keep(keeper, task, again.get(number), { explored: found.explored[0], paths: found.paths[0]!, cost })
      return found.explored[0]
    })
    return yield* Effect.forEach(tasks, explore, { concurrency: threads })
  })
)

// ---------------------------------------------------------------------------------------------------------------------
// Large searches
// ---------------------------------------------------------------------------------------------------------------------

/** Explores one task after the other, each in all threads together; `found` is told of each as it is through. */
export const together = Effect.fnUntraced(function* (
  tasks: ReadonlyArray<Task>,
  limits: Limits,
  report: Reporter,
  found: (task: number, explored: Explored) => void = () => {}
) {
  const keeper = yield* Keeping.Current
  const { again, taken } = Keeping.before(keeper, keeper === undefined ? [] : tasks.map(Keeping.ofTask))
  const workers = taken.size === tasks.length ? [] : yield* Effect.forEach(Array.from({ length: threads }), () => spawn)
  const explore = Effect.fnUntraced(function* (task: Task, number: number) {
    const known = taken.get(number)
    if (known !== undefined) return Keeping.restored(known.found, known)
    if (isOver(limits)) return unexplored(task)
    const { properties, quotient } = subjectOf(task)
    const { words } = quotient.layout
    const states = Math.min(task.states, Math.floor(memoryAtMost / (4 * words + overhead)))
    const shared = share({ threads, words, properties: properties.length, states })
    const isHeard = keeper !== undefined
    const all = yield* Effect.forEach(
      workers,
      (worker, thread) =>
        run(worker, { _tag: "Join", task: { ...task, states }, limits, isHeard, shared, thread }, (count) =>
          report(number, count)
        ),
      { concurrency: "unbounded" }
    )
    const parts = all.flatMap((one) => (one._tag === "Joined" ? [one] : []))
    const found = parts[0]?.explored ?? (yield* astray)
    const paths = [...new Set(parts.flatMap((part) => part.paths))].sort()
    const cost = parts.reduce((sum, part) => sum + part.cost, 0)
    yield* keep(keeper, task, again.get(number), { explored: found, paths, cost })
    return found
  })
  return yield* Effect.forEach(tasks, (task, number) =>
    Effect.tap(explore(task, number), (explored) => Effect.sync(() => found(number, explored)))
  )
}, Effect.scoped)

// ---------------------------------------------------------------------------------------------------------------------
// Side by side
// ---------------------------------------------------------------------------------------------------------------------

/** What is to be found out, and who is told of it as it is. */
export interface Work {
  readonly tasks: ReadonlyArray<Task>
  readonly limits: Limits
  readonly report: Reporter
  /** What is walked besides, whatever is found. */
  readonly outings?: ReadonlyArray<Outing>
  /** Is told what was found of a task by its number, and answers what is to be walked now. */
  readonly found: (task: number, explored: Explored) => ReadonlyArray<Outing>
  /** Is told what a walk came across; nothing where it was stopped. */
  readonly walked: (outing: Outing, sample: Sample | undefined) => void
}

/** The work that is left, and how much of it is being done. */
interface Left {
  readonly keeper: Keeping.Keeper | undefined
  /** What is made again, by the number of its task, or by the walk. */
  readonly again: Map<number | Outing, Keeping.Kept>
  readonly batches: Array<ReadonlyArray<number>>
  readonly outings: Array<Outing>
  atWork: number
  /** One thread does it all. */
  isLittle: boolean
  /** Is opened when there may be something to do again. */
  readonly changed: Latch.Latch
}

/**
 * The threads of a lane, of which one is at work at a time: one searches, and one walks, from when there is something to walk.
 * Much done for others makes a thread slow, so that it counts how much was searched.
 */
interface Lane {
  searcher: Worker
  transitions: number
  walker: Worker | undefined
}

/** After so many transitions a thread makes no large search any more, and what searches count as large. */
const wornBy = 2_000_000
const large = 1_000_000

/** The scheme of the first task goes first, and of each scheme the searches that are expected to be cheap; those that are taken are none. */
const inOrder = (tasks: ReadonlyArray<Task>, taken: ReadonlyMap<number, unknown>): Array<ReadonlyArray<number>> => {
  const schemes = [...new Set(tasks.map(({ scheme }) => scheme))]
  const rank = ([first]: ReadonlyArray<number>): number => schemes.indexOf(tasks[first!]!.scheme)
  const effort = (batch: ReadonlyArray<number>): number => Math.max(...batch.map((number) => Effort.of(tasks[number]!)))
  const open = [...tasks.keys()].filter((number) => !taken.has(number))
  return Common.batched(open.map((number) => tasks[number]!))
    .map((batch) => batch.map((at) => open[at]!))
    .toSorted((a, b) => rank(a) - rank(b) || effort(a) - effort(b))
}

/** Has everything walked that comes up, but for what was walked before. */
const putForward = (work: Work, left: Left, outings: ReadonlyArray<Outing>): void => {
  const { again, taken } = Keeping.before(left.keeper, left.keeper === undefined ? [] : outings.map(Keeping.ofOuting))
  for (const [number, outing] of outings.entries()) {
    const known = taken.get(number)
    if (known === undefined) {
      left.outings.push(outing)
      if (again.has(number)) left.again.set(outing, again.get(number)!)
    } else work.walked(outing, Keeping.restoredSample(known.found, outing.rules, known))
  }
}

/** Has a new thread take the place of one that has searched much, before a large search. */
const renew = Effect.fnUntraced(function* (lane: Lane, task: Task) {
  if (lane.transitions < wornBy || Effort.of(task) < large) return
  yield* Effect.promise(() => lane.searcher.terminate())
  lane.searcher = start()
  lane.transitions = 0
})

const exploreBatch = Effect.fnUntraced(function* (work: Work, left: Left, lane: Lane, batch: ReadonlyArray<number>) {
  const { found, limits, report, tasks } = work
  const { batches, keeper } = left
  const [first, ...others] = batch.map((number) => tasks[number]!)
  if (isOver(limits)) {
    for (const number of batch) found(number, unexplored(tasks[number]!))
    return
  }
  yield* renew(lane, first!)
  const order = { _tag: "Explore", batch: [first!, ...others], limits, isHeard: keeper !== undefined } as const
  const result = yield* run(lane.searcher, order, (count) => report(batch[0]!, count))
  const { cost, found: came } = yield* explored(result)
  if (came._tag === "Parted") {
    batches.unshift(...came.parts.map((part) => part.map((at) => batch[at]!)))
    return
  }
  lane.transitions += came.explored.find((one) => one !== undefined)?.transitions ?? 0
  for (const [at, one] of came.explored.entries()) {
    const number = batch[at]!
    if (one === undefined) {
      batches.unshift([number])
      continue
    }
    yield* keep(keeper, tasks[number]!, left.again.get(number), { explored: one, paths: came.paths[at]!, cost })
    putForward(work, left, found(number, one))
  }
})

const walkOuting = Effect.fnUntraced(function* (
  { limits, walked }: Work,
  { again, isLittle, keeper }: Left,
  lane: Lane,
  outing: Outing
) {
  if (isOver(limits)) return walked(outing, undefined)
  if (!isLittle) lane.walker ??= start()
  const result = yield* run(
    lane.walker ?? lane.searcher,
    { _tag: "Walk", outing, limits, isHeard: keeper !== undefined },
    () => {}
  )
  if (result._tag !== "Walked") return yield* astray
  const { cost, paths, sample } = result
  if (sample !== undefined) yield* keepSample(keeper, outing, again.get(outing), { sample, paths, cost })
  walked(outing, sample)
})

/** Does what is left, until nothing is, and nobody else is at work that more could come of. */
const drain = Effect.fnUntraced(function* (work: Work, left: Left, lane: Lane) {
  for (;;) {
    const outing = left.outings.shift()
    const batch = outing === undefined ? left.batches.shift() : undefined
    if (outing === undefined && batch === undefined) {
      if (left.atWork === 0) return
      left.changed.closeUnsafe()
      yield* left.changed.await
      continue
    }
    left.atWork++
    if (outing !== undefined) yield* walkOuting(work, left, lane, outing)
    else yield* exploreBatch(work, left, lane, batch!)
    left.atWork--
    left.changed.openUnsafe()
  }
})

/** Explores tasks at `deep` one after the other, the cheap ones first, each in all threads. */
const exploreDeep = (work: Work, left: Left) => {
  const { found, limits, report, tasks } = work
  const order = tasks.map((_, number) => number).toSorted((a, b) => Effort.of(tasks[a]!) - Effort.of(tasks[b]!))
  return together(
    order.map((number) => tasks[number]!),
    limits,
    (at, count) => report(order[at]!, count),
    (at, explored) => putForward(work, left, found(order[at]!, explored))
  )
}

/**
 * Explores every task, the cheap ones first, and walks what comes up. A search that is not through in time stops, and says so
 * in what it found, and what is not begun stays unexplored. Tasks that are the same search are searched once, but for those at
 * `deep`, each of which takes all threads. What somebody keeps from before is taken; dies with {@link Keeping.Disagrees} where
 * what is made again of it comes to something else.
 */
export const carryOut = Effect.fnUntraced(function* (work: Work) {
  const { found, tasks } = work
  const isDeep = tasks.some(({ size }) => size === "deep")
  const keeper = yield* Keeping.Current
  const { again, taken } = Keeping.before(keeper, keeper === undefined || isDeep ? [] : tasks.map(Keeping.ofTask))
  const left: Left = {
    keeper,
    again: new Map(again),
    batches: isDeep ? [] : inOrder(tasks, taken),
    outings: [],
    atWork: 0,
    isLittle: false,
    changed: yield* Latch.make(false)
  }
  putForward(work, left, work.outings ?? [])
  const came = [...taken].flatMap(([number, kept]) => found(number, Keeping.restored(kept.found, kept)))
  putForward(work, left, came)
  if (isDeep) yield* exploreDeep(work, left)
  if (left.batches.length === 0 && left.outings.length === 0) return
  const lane = Effect.acquireUseRelease(
    Effect.sync((): Lane => ({ searcher: start(), transitions: 0, walker: undefined })),
    (lane) => drain(work, left, lane),
    ({ searcher, walker }) => Effect.promise(() => Promise.all([searcher.terminate(), walker?.terminate()]))
  )
  // What is made again is little: to begin a thread would be more work than it does.
  left.isLittle =
    left.batches.flat().every((number) => again.has(number)) && left.outings.every((outing) => left.again.has(outing))
  const lanes = left.isLittle ? 1 : threads
  yield* Effect.forEach(Array.from({ length: lanes }), () => lane, { concurrency: "unbounded", discard: true })
})

/** Explores every task, as {@link carryOut} does, and answers what was found of each. */
export const exploreAll = Effect.fnUntraced(function* (tasks: ReadonlyArray<Task>, limits: Limits, report: Reporter) {
  const all: Array<Explored> = []
  const found = (number: number, one: Explored): ReadonlyArray<Outing> => {
    all[number] = one
    return []
  }
  yield* carryOut({ tasks, limits, report, found, walked: () => {} })
  return all as ReadonlyArray<Explored>
})
