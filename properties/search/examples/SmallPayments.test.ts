/** Both forms of the small payments have the same states, in one thread and in two. */
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import { share } from "../Search.ts"
import type { PaymentsFound, PaymentsOrder } from "./SmallPayments.ts"
import { type Form, forms } from "./SmallPayments.ts"

const found = async (form: Form, codes: number, threads: number): Promise<PaymentsFound> => {
  const { properties, subject } = forms[form](codes)
  const { words } = subject.layout
  const states = 100_000
  const shared = share({ threads, words, properties: properties.length, states })
  const workers = Array.from({ length: threads }, (_, thread) => {
    const workerData: PaymentsOrder = { form, codes, states, shared, thread }
    return new Worker(new URL("./SmallPaymentsThread.ts", import.meta.url), { workerData })
  })
  try {
    return await new Promise((resolve, reject) => {
      workers[0]!.on("message", resolve)
      for (const worker of workers) worker.on("error", reject)
    })
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

describe.each(["flat", "nested"] as const)("small payments, %s", (form) => {
  it.each([1, 2])("have the same states in %i threads, and no code is charged twice", async (threads) => {
    expect(await found(form, 2, threads)).toEqual({
      states: 41_444,
      transitions: 395_943,
      depth: 15,
      ended: "exhausted",
      broken: []
    })
  })
})
