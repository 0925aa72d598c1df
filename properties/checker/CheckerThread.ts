/** A thread that checks certificates: see {@link file://./Checker.ts}. */
import { parentPort } from "node:worker_threads"
import { checkFile, type Message, type Order } from "./Checker.ts"

/** Milliseconds between two reports. */
const reportEvery = 200

const tell = (message: Message): void => parentPort?.postMessage(message)

parentPort?.on("message", (order: Order) => {
  let reported = Date.now()
  const outcome = checkFile(order, (states, of) => {
    if (Date.now() - reported < reportEvery) return
    reported = Date.now()
    tell({ _tag: "Progress", states, of })
  })
  tell({ _tag: "Done", outcome })
})
