/** A thread that explores and walks: see {@link file://./Explorer.ts}. */
import { parentPort } from "node:worker_threads"
import { type Memory, searchTogether } from "../search/Search.ts"
import * as Certifying from "./Certifying.ts"
import * as Common from "./Common.ts"
import * as Exploration from "./Exploration.ts"
import { isHalted, type Limits, type ThreadMessage, type ThreadOrder } from "./Explorer.ts"
import * as Walk from "./Walk.ts"

/** Milliseconds between two reports. */
const reportEvery = 200

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message)

/** The memory of the last search, to be used again. */
let memory: Memory | undefined

/** Tells how far work is, now and then, and whether it may go on. */
const reporter = (limits: Limits) => {
  const { until } = limits
  let reported = 0
  return (count: number): boolean => {
    const now = Date.now()
    if (now - reported >= reportEvery) {
      reported = now
      tell({ _tag: "Progress", count })
    }
    return (until === undefined || now < until) && !isHalted(limits)
  }
}

type Of<Tag extends ThreadOrder["_tag"]> = Extract<ThreadOrder, { readonly _tag: Tag }>

const explore = ({ batch, limits }: Of<"Explore">): Common.Found => {
  memory ??= Exploration.reserve(batch[0].size)
  return Common.explore(batch, reporter(limits), memory)
}

const join = ({ limits, shared, task, thread }: Of<"Join">): Exploration.Explored | undefined => {
  const subject = Exploration.subjectOf(task)
  const budget = { states: task.states, report: reporter(limits) }
  const outcome = searchTogether({ subject: subject.quotient, properties: subject.properties, budget, shared, thread })
  return outcome && Certifying.kept(task, Exploration.exploredOf(task, subject, outcome), outcome)
}

const walk = ({ limits, outing: { claims, rules, runs, seed } }: Of<"Walk">): Walk.Sample | undefined =>
  Walk.sampleWhile(rules, claims, { runs, seed }, reporter(limits))

const follow = (order: ThreadOrder): ThreadMessage => {
  switch (order._tag) {
    case "Explore":
      return { _tag: "Explored", found: explore(order) }
    case "Join":
      return { _tag: "Joined", explored: join(order) }
    case "Walk":
      return { _tag: "Walked", sample: walk(order) }
  }
}

parentPort?.on("message", (order: ThreadOrder) => tell(follow(order)))
