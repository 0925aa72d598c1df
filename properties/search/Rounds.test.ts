/** States that more others follow than any table begins with room for, on one thread and on two. */
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import * as Wide from "./fixtures/Wide.ts"
import type { WideOrder } from "./fixtures/WideThread.ts"
import type { Outcome } from "./Outcome.ts"
import { search, share } from "./Search.ts"

type Found = Omit<Outcome<number, number>, "bytes" | "find" | "get" | "packed">

const alone = async (name: Wide.Name, states: number): Promise<Found> => {
  const budget = { states, report: () => true }
  const {
    bytes: _bytes,
    find: _find,
    get: _get,
    packed: _packed,
    ...found
  } = search(Wide.subjects[name], Wide.properties, budget)
  return found
}

/** Searches in two threads; what the first of them throws is thrown. */
const inTwo = async (name: Wide.Name, states: number): Promise<Found> => {
  const { words } = Wide.subjects[name].layout
  const shared = share({ threads: 2, words, states, properties: Wide.properties.length })
  const workers = [0, 1].map(() => new Worker(new URL("./fixtures/WideThread.ts", import.meta.url)))
  try {
    return await new Promise<Found>((resolve, reject) => {
      for (const [thread, worker] of workers.entries()) {
        worker.on("message", resolve)
        worker.on("error", reject)
        worker.postMessage({ name, states, shared, thread } satisfies WideOrder)
      }
    })
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

const million = 1_000_000

describe.each([
  ["one thread", alone],
  ["two threads", inTwo]
])("a search on %s", (_threads, search) => {
  it("visits 300 states after each", async () => {
    const found = await search("broad", million)
    expect(found).toMatchObject({ ended: "exhausted", states: 200_000, transitions: 199_999, depth: 3 })
    // 77,777 is the 76th after 259, and that the 259th after 0.
    expect(found.findings[1]!.witness).toEqual({ first: 0, actions: [258, 76], loop: undefined })
  })

  it("visits 100,000 states after one", async () => {
    const found = await search("star", million)
    expect(found).toMatchObject({ ended: "exhausted", states: 100_001, transitions: 100_000, depth: 1 })
    expect(found.findings[1]!.witness!.actions).toEqual([77_776])
  })

  it("visits 100,000 first states", async () => {
    const found = await search("forest", million)
    expect(found).toMatchObject({ ended: "exhausted", states: 200_000, transitions: 100_000, depth: 1 })
  })

  it("says that more states follow one than the memory has room for, and what to do", async () => {
    await expect(search("vast", 10)).rejects.toThrow(
      /^expected at most 104858\d enabled actions of one state, .*, got 1200000: search with a budget of at least 1200001 states$/
    )
    expect(await search("vast", 1_200_001)).toMatchObject({ ended: "exhausted", states: 1_200_001 })
  })
})
