/** The thread of one exploration: see {@link file://./Explorer.ts}. */
import { parentPort, workerData } from "node:worker_threads"
import { explore } from "./Exploration.ts"
import type { Message, Order } from "./Explorer.ts"

/** Milliseconds between two reports. */
const reportEvery = 200

const tell = (message: Message): void => parentPort?.postMessage(message)

const { task, until } = workerData as Order
let reported = 0
const explored = explore(task, (states, transitions) => {
  const now = Date.now()
  if (now - reported >= reportEvery) {
    reported = now
    tell({ _tag: "Progress", progress: { states, transitions } })
  }
  return until === undefined || now < until
})
tell({ _tag: "Explored", explored })
