/** A thread that explores: see {@link file://./Explorer.ts}. */
import { parentPort } from "node:worker_threads"
import { searchTogether } from "./checker/Search.ts"
import type { Memory } from "./checker/Store.ts"
import * as Exploration from "./Exploration.ts"
import type { Message, Order } from "./Explorer.ts"

/** Milliseconds between two reports. */
const reportEvery = 200

const tell = (message: Message): void => parentPort?.postMessage(message)

/** The memory of the last search, to be used again. */
let memory: Memory | undefined

/** Tells how far a search is, now and then, and whether it may go on. */
const reporter = (until: number | undefined) => {
  let reported = 0
  return (states: number, transitions: number): boolean => {
    const now = Date.now()
    if (now - reported >= reportEvery) {
      reported = now
      tell({ _tag: "Progress", progress: { states, transitions } })
    }
    return until === undefined || now < until
  }
}

const alone = (task: Exploration.Task, until: number | undefined): Exploration.Explored => {
  memory ??= Exploration.reserve(task.size)
  return Exploration.explore(task, reporter(until), memory)
}

const together = (
  task: Exploration.Task,
  until: number | undefined,
  { shared, thread }: NonNullable<Order["together"]>
): Exploration.Explored | undefined => {
  const subject = Exploration.subjectOf(task)
  const budget = { states: task.states, report: reporter(until) }
  const outcome = searchTogether(subject.quotient, subject.properties, budget, shared, thread)
  return outcome && Exploration.exploredOf(task, subject, outcome)
}

parentPort?.on("message", ({ task, together: shared, until }: Order) => {
  tell({ _tag: "Explored", explored: shared === undefined ? alone(task, until) : together(task, until, shared) })
})
