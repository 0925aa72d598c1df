/**
 * Explorer: runs explorations side by side, one thread each and as many at once as there are cores.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type { Explored, Task } from "./Exploration.ts"

/** What a thread is told. */
export interface Order {
  readonly task: Task
  /** When the search has to stop, in milliseconds of the epoch; undefined where it may take its time. */
  readonly until: number | undefined
}

/** How far an exploration is. */
export interface Progress {
  readonly states: number
  readonly transitions: number
}

/** What a thread tells: how far it is, and at last what it found. */
export type Message =
  | { readonly _tag: "Progress"; readonly progress: Progress }
  | { readonly _tag: "Explored"; readonly explored: Explored }

const run = (order: Order, report: (progress: Progress) => void): Effect.Effect<Explored> =>
  Effect.acquireUseRelease(
    Effect.sync(() => new Worker(new URL("./ExplorerThread.ts", import.meta.url), { workerData: order })),
    (worker) =>
      Effect.callback<Explored>((resume) => {
        worker.on("message", (message: Message) => {
          if (message._tag === "Progress") report(message.progress)
          else resume(Effect.succeed(message.explored))
        })
        worker.on("error", (error) => resume(Effect.die(error)))
      }),
    (worker) => Effect.promise(() => worker.terminate())
  )

/**
 * Explores every task, in their order as far as the cores allow. A search that is not through `until` stops there, and
 * says so in what it found.
 */
export const exploreAll = (
  tasks: ReadonlyArray<Task>,
  until: number | undefined,
  report: (task: number, progress: Progress) => void
): Effect.Effect<ReadonlyArray<Explored>> =>
  Effect.forEach(tasks, (task, number) => run({ task, until }, (progress) => report(number, progress)), {
    concurrency: availableParallelism()
  })
