/** Checker: checks certificates, each in a thread of its own, and as many at once as there are threads. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Certificate from "../certificate/Certificate.ts"
import * as Check from "./Check.ts"
import * as Opening from "./Opening.ts"

export { type Checked, check, type Extent, type Fault } from "./Check.ts"
export { Refused } from "./Opening.ts"
export * as Told from "./Told.ts"

/** What became of a file: it was checked, or it is none that can be, and why not. */
export type Outcome =
  | { readonly _tag: "Checked"; readonly checked: Check.Checked }
  | { readonly _tag: "Refused"; readonly file: string; readonly lines: ReadonlyArray<string> }

/** What a thread is told. */
export interface Order {
  readonly file: string
  readonly extent: Check.Extent
}

/** What a thread tells: how many states of how many it has passed, and at last what became of the file. */
export type Message =
  | { readonly _tag: "Progress"; readonly states: number; readonly of: number }
  | { readonly _tag: "Done"; readonly outcome: Outcome }

/** How far the work is: files of how many are done, and states of how many of one that is being checked. */
export interface Progress {
  readonly done: number
  readonly files: number
  readonly file: string
  readonly states: number
  readonly of: number
}

/** Reads and checks a file, in this thread. */
export const checkFile = ({ extent, file }: Order, report?: (states: number, of: number) => void): Outcome => {
  const refused = (lines: ReadonlyArray<string>): Outcome => ({ _tag: "Refused", file, lines })
  const read = Certificate.read(file)
  if (Result.isFailure(read)) return refused(read.failure)
  const { header } = read.success
  try {
    const checked = Check.check(file, read.success, extent, (states) => report?.(states, header.states))
    return { _tag: "Checked", checked }
  } catch (error) {
    if (error instanceof Opening.Refused) return refused(error.lines.map((line) => `${file}: ${line}`))
    const found = error instanceof Error ? error.message : String(error)
    return refused([`${file}: expected a search that this paycode can make, found one that it cannot (${found})`])
  }
}

/** More at once would take more memory, and not be done sooner on two cores. */
const threads = 2

const spawn = Effect.acquireRelease(
  Effect.sync(() => new Worker(new URL("./CheckerThread.ts", import.meta.url))),
  (worker) => Effect.promise(() => worker.terminate())
)

const run = (worker: Worker, order: Order, report: (states: number, of: number) => void) =>
  Effect.callback<Outcome>((resume) => {
    const listen = (message: Message): void => {
      if (message._tag === "Progress") report(message.states, message.of)
      else end(Effect.succeed(message.outcome))
    }
    const fail = (error: unknown): void => end(Effect.die(error))
    const end = (outcome: Effect.Effect<Outcome>): void => {
      worker.off("message", listen)
      worker.off("error", fail)
      resume(outcome)
    }
    worker.on("message", listen)
    worker.on("error", fail)
    worker.postMessage(order)
  })

/** Checks some files; what became of them is answered in their order. */
export const checkAll = Effect.fnUntraced(function* (
  files: ReadonlyArray<string>,
  extent: Check.Extent,
  report: (progress: Progress) => void
) {
  const outcomes: Array<Outcome> = []
  const left = [...files.entries()]
  let done = 0
  const work = Effect.fnUntraced(function* (worker: Worker) {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [at, file] = next
      const tell = (states: number, of: number): void => report({ done, files: files.length, file, states, of })
      outcomes[at] = yield* run(worker, { file, extent }, tell)
      done++
    }
  })
  const workers = yield* Effect.forEach(Array.from({ length: Math.min(threads, files.length) }), () => spawn)
  yield* Effect.forEach(workers, work, { concurrency: "unbounded", discard: true })
  return outcomes as ReadonlyArray<Outcome>
}, Effect.scoped)
