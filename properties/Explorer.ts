/**
 * Explorer: runs explorations on every core. Small ones run side by side, each in a thread of its own; large ones one
 * after the other, each in all threads together. What they find is the same either way.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { type Shared, share } from "./checker/Search.ts"
import { type Explored, subjectOf, type Task } from "./Exploration.ts"

/** What a thread is told: to explore something by itself, or as one of several. */
export interface Order {
  readonly task: Task
  /** When the search has to stop, in milliseconds of the epoch; undefined where it may take its time. */
  readonly until: number | undefined
  /** What the threads share that explore together, and which of them it is; undefined where it is alone. */
  readonly together: { readonly shared: Shared; readonly thread: number } | undefined
}

/** How far an exploration is. */
export interface Progress {
  readonly states: number
  readonly transitions: number
}

/** What a thread tells: how far it is, and at last what it found; a thread that is not the first of several finds nothing. */
export type Message =
  | { readonly _tag: "Progress"; readonly progress: Progress }
  | { readonly _tag: "Explored"; readonly explored: Explored | undefined }

/** How many threads there are. */
export const threads = availableParallelism()

const spawn = Effect.acquireRelease(
  Effect.sync(() => new Worker(new URL("./ExplorerThread.ts", import.meta.url))),
  (worker) => Effect.promise(() => worker.terminate())
)

/** Has a thread do what it is told, and waits for what it finds. */
const run = (worker: Worker, order: Order, report: (progress: Progress) => void) =>
  Effect.callback<Explored | undefined>((resume) => {
    const listen = (message: Message): void => {
      if (message._tag === "Progress") report(message.progress)
      else done(Effect.succeed(message.explored))
    }
    const fail = (error: unknown): void => done(Effect.die(error))
    const done = (outcome: Effect.Effect<Explored | undefined>): void => {
      worker.off("message", listen)
      worker.off("error", fail)
      resume(outcome)
    }
    worker.on("message", listen)
    worker.on("error", fail)
    worker.postMessage(order)
  })

type Report = (task: number, progress: Progress) => void

const found = (explored: Explored | undefined): Effect.Effect<Explored> =>
  explored === undefined ? Effect.die(new Error("an exploration ended without a finding")) : Effect.succeed(explored)

/** Explores every task, each in a thread of its own, as many at once as there are threads. */
const sideBySide = Effect.fnUntraced(function* (tasks: ReadonlyArray<Task>, until: number | undefined, report: Report) {
  const idle = yield* Queue.unbounded<Worker>()
  for (let thread = 0; thread < Math.min(threads, tasks.length); thread++) yield* Queue.offer(idle, yield* spawn)
  return yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function* (task, number) {
      const worker = yield* Queue.take(idle)
      const order = { task, until, together: undefined }
      const explored = yield* run(worker, order, (progress) => report(number, progress))
      yield* Queue.offer(idle, worker)
      return yield* found(explored)
    }),
    { concurrency: threads }
  )
})

/** Explores one task after the other, each in all threads together. */
const together = Effect.fnUntraced(function* (tasks: ReadonlyArray<Task>, until: number | undefined, report: Report) {
  const workers = yield* Effect.forEach(Array.from({ length: threads }), () => spawn)
  return yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function* (task, number) {
      const { properties, quotient } = subjectOf(task)
      const shared = share(threads, quotient.layout.words, properties.length, task.states)
      const [explored] = yield* Effect.forEach(
        workers,
        (worker, thread) =>
          run(worker, { task, until, together: { shared, thread } }, (progress) => report(number, progress)),
        { concurrency: "unbounded" }
      )
      return yield* found(explored)
    })
  )
})

/**
 * Explores every task, in their order as far as the cores allow. A search that is not through `until` stops there, and
 * says so in what it found.
 */
export const exploreAll = (
  tasks: ReadonlyArray<Task>,
  until: number | undefined,
  report: Report
): Effect.Effect<ReadonlyArray<Explored>> => {
  const large = tasks.filter(({ size }) => size === "deep").length
  return Effect.scoped(large > 0 ? together(tasks, until, report) : sideBySide(tasks, until, report))
}
