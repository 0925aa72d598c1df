/** A thread that explores and walks: see {@link file://./Explorer.ts}. */
import { parentPort } from "node:worker_threads"
import { type Memory, searchTogether } from "../search/Search.ts"
import * as Exploration from "./Exploration.ts"
import type { ThreadMessage, ThreadOrder } from "./Explorer.ts"
import * as Walk from "./Walk.ts"

/** Milliseconds between two reports. */
const reportEvery = 200

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message)

/** The memory of the last search, to be used again. */
let memory: Memory | undefined

/** Tells how far a search is, now and then, and whether it may go on. */
const reporter = (until: number | undefined) => {
  let reported = 0
  return (count: number): boolean => {
    const now = Date.now()
    if (now - reported >= reportEvery) {
      reported = now
      tell({ _tag: "Progress", count })
    }
    return until === undefined || now < until
  }
}

type Exploring = Extract<ThreadOrder, { readonly _tag: "Explore" }>

const explore = ({ task, together, until }: Exploring): Exploration.Explored | undefined => {
  if (together === undefined) {
    memory ??= Exploration.reserve(task.size)
    return Exploration.explore(task, reporter(until), memory)
  }
  const subject = Exploration.subjectOf(task)
  const budget = { states: task.states, report: reporter(until) }
  const outcome = searchTogether({ subject: subject.quotient, properties: subject.properties, budget, ...together })
  return outcome && Exploration.exploredOf(task, subject, outcome)
}

const walk = ({ claims, rules, runs, seed }: Extract<ThreadOrder, { readonly _tag: "Walk" }>["outing"]): Walk.Sample =>
  Walk.sample(rules, claims, { runs, seed, report: reporter(undefined) })

parentPort?.on("message", (order: ThreadOrder) => {
  tell(
    order._tag === "Walk"
      ? { _tag: "Walked", sample: walk(order.outing) }
      : { _tag: "Explored", explored: explore(order) }
  )
})
