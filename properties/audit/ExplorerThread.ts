/** A thread that explores and walks: see {@link file://./Explorer.ts}. */
import { parentPort } from "node:worker_threads"
import type { World } from "../../model/system/System.ts"
import { type Memory, searchTogether } from "../search/Search.ts"
import * as Certifying from "./Certifying.ts"
import * as Common from "./Common.ts"
import * as Exploration from "./Exploration.ts"
import { isHalted, type Limits, type ThreadMessage, type ThreadOrder } from "./Explorer.ts"
import * as Reading from "./Reading.ts"
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

const explore = ({ batch, isHeard, limits }: Of<"Explore">): Common.Found => {
  memory ??= Exploration.reserve(batch[0].size)
  return Common.explore(batch, { report: reporter(limits), before: memory, isHeard })
}

type Result<Tag extends ThreadMessage["_tag"]> = Omit<Extract<ThreadMessage, { readonly _tag: Tag }>, "_tag" | "cost">

const join = ({ isHeard, limits, shared, task, thread }: Of<"Join">): Result<"Joined"> => {
  const world = Exploration.worldOf(task)
  const heard = isHeard ? Reading.listen(world) : undefined
  const subject = Exploration.subjectOf(task, heard?.world ?? world)
  const budget = { states: task.states, report: reporter(limits) }
  const outcome = searchTogether({ subject: subject.quotient, properties: subject.properties, budget, shared, thread })
  const explored = outcome && Certifying.kept(task, Exploration.exploredOf(task, subject, outcome), outcome)
  return { explored, paths: heard?.paths() ?? [] }
}

/** Nobody has a capability in a walk but by the claims that it is for. */
const nothing = {} as World["can"]

const walk = ({ isHeard, limits, outing: { claims, rules, runs, seed } }: Of<"Walk">): Result<"Walked"> => {
  const heard = isHeard ? Reading.listen({ rules, can: nothing }) : undefined
  const sample = Walk.sampleWhile(heard?.world.rules ?? rules, claims, { runs, seed }, reporter(limits))
  // Before the sample is told: it has worlds in it, that are read as a whole then.
  return { paths: heard?.paths() ?? [], sample }
}

const follow = (order: ThreadOrder): ThreadMessage => {
  const before = process.threadCpuUsage()
  const cost = (): number => {
    const { system, user } = process.threadCpuUsage(before)
    return system + user
  }
  switch (order._tag) {
    case "Explore": {
      const found = explore(order)
      return { _tag: "Explored", found, cost: cost() }
    }
    case "Join": {
      const joined = join(order)
      return { _tag: "Joined", ...joined, cost: cost() }
    }
    case "Walk": {
      const walked = walk(order)
      return { _tag: "Walked", ...walked, cost: cost() }
    }
  }
}

parentPort?.on("message", (order: ThreadOrder) => tell(follow(order)))
