/**
 * Explorer: runs explorations and walks on every core. Small explorations run side by side, each in a thread of its own;
 * large ones one after the other, each in all threads together. What they find is the same either way.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Rules from "../../model/Rules.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import { overhead, type Shared, share } from "../search/Search.ts"
import type { Drawing } from "./Coverage.ts"
import { type Explored, subjectOf, type Task } from "./Exploration.ts"
import type { Sample } from "./Walk.ts"

/** What is to be put to random runs. */
export interface Outing extends Drawing {
  readonly rules: Rules.Rules
  readonly claims: ReadonlyArray<CheckedClaimId>
}

/** What a thread is told: to explore something by itself, or as one of several, or to walk. */
export type ThreadOrder =
  | {
      readonly _tag: "Explore"
      readonly task: Task
      /** When the search has to stop, in milliseconds of the epoch; undefined where it may take its time. */
      readonly until: number | undefined
      /** What the threads share that explore together, and which of them it is; undefined where it is alone. */
      readonly together: { readonly shared: Shared; readonly thread: number } | undefined
    }
  | { readonly _tag: "Walk"; readonly outing: Outing }

/** What a thread tells: how many states or runs there are so far, and at last what it found. */
export type ThreadMessage =
  | { readonly _tag: "Progress"; readonly count: number }
  /** A thread that is not the first of several that explore together finds nothing. */
  | { readonly _tag: "Explored"; readonly explored: Explored | undefined }
  | { readonly _tag: "Walked"; readonly sample: Sample }

type ThreadResult = Exclude<ThreadMessage, { readonly _tag: "Progress" }>

/** What the states of one search in all threads may take, in bytes: with the rest, less than 8 GiB. */
const memoryAtMost = 7.5 * 2 ** 30

/** How many threads there are. */
export const threads = availableParallelism()

const spawn = Effect.acquireRelease(
  Effect.sync(() => new Worker(new URL("./ExplorerThread.ts", import.meta.url))),
  (worker) => Effect.promise(() => worker.terminate())
)

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

/** Is told the number of an order, and how many states or runs there are so far. */
export type Reporter = (order: number, count: number) => void

const astray = Effect.die(new Error("a thread ended without a finding"))

const explored = (found: ThreadResult): Effect.Effect<Explored> =>
  found._tag === "Explored" && found.explored !== undefined ? Effect.succeed(found.explored) : astray

const walked = (found: ThreadResult): Effect.Effect<Sample> =>
  found._tag === "Walked" ? Effect.succeed(found.sample) : astray

/** Threads that wait for orders, as many as it makes sense to have. */
const crew = Effect.fnUntraced(function* (size: number) {
  const idle = yield* Queue.unbounded<Worker>()
  for (let thread = 0; thread < size; thread++) yield* Queue.offer(idle, yield* spawn)
  return idle
})

/** Follows every order, each in a thread of its own, as many at once as there are threads. */
const follow = (idle: Queue.Queue<Worker>, orders: ReadonlyArray<ThreadOrder>, report: Reporter) =>
  Effect.forEach(
    orders,
    Effect.fnUntraced(function* (order, number) {
      const worker = yield* Queue.take(idle)
      const found = yield* run(worker, order, (count) => report(number, count))
      yield* Queue.offer(idle, worker)
      return found
    }),
    { concurrency: threads }
  )

const sideBySide = Effect.fnUntraced(function* (orders: ReadonlyArray<ThreadOrder>, report: Reporter) {
  return yield* follow(yield* crew(Math.min(threads, orders.length)), orders, report)
}, Effect.scoped)

const exploring = (tasks: ReadonlyArray<Task>, until: number | undefined): ReadonlyArray<ThreadOrder> =>
  tasks.map((task) => ({ _tag: "Explore", task, until, together: undefined }))

/** What explores small tasks with threads that stay, for as long as its scope does: for many rounds of few searches. */
export const standing = Effect.map(
  crew(threads),
  (idle) =>
    (tasks: ReadonlyArray<Task>, until: number | undefined, report: Reporter): Effect.Effect<ReadonlyArray<Explored>> =>
      Effect.flatMap(follow(idle, exploring(tasks, until), report), (found) => Effect.forEach(found, explored))
)

/** Explores one task after the other, each in all threads together. */
export const together = Effect.fnUntraced(function* (
  tasks: ReadonlyArray<Task>,
  until: number | undefined,
  report: Reporter
) {
  const workers = yield* Effect.forEach(Array.from({ length: threads }), () => spawn)
  return yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function* (task, number) {
      const { properties, quotient } = subjectOf(task)
      const { words } = quotient.layout
      const states = Math.min(task.states, Math.floor(memoryAtMost / (4 * words + overhead)))
      const shared = share({ threads, words, properties: properties.length, states })
      const [first] = yield* Effect.forEach(
        workers,
        (worker, thread) =>
          run(worker, { _tag: "Explore", task: { ...task, states }, until, together: { shared, thread } }, (count) =>
            report(number, count)
          ),
        { concurrency: "unbounded" }
      )
      return yield* explored(first!)
    })
  )
}, Effect.scoped)

/**
 * Explores every task, in their order as far as the cores allow. A search that is not through `until` stops there, and
 * says so in what it found.
 */
export const exploreAll = (
  tasks: ReadonlyArray<Task>,
  until: number | undefined,
  report: Reporter
): Effect.Effect<ReadonlyArray<Explored>> => {
  if (tasks.some(({ size }) => size === "deep")) return together(tasks, until, report)
  return Effect.flatMap(sideBySide(exploring(tasks, until), report), (found) => Effect.forEach(found, explored))
}

/** Walks every outing, in their order as far as the cores allow. */
export const walkAll = (outings: ReadonlyArray<Outing>, report: Reporter): Effect.Effect<ReadonlyArray<Sample>> =>
  Effect.flatMap(
    sideBySide(
      outings.map((outing): ThreadOrder => ({ _tag: "Walk", outing })),
      report
    ),
    (found) => Effect.forEach(found, walked)
  )
