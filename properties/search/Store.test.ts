/** The set of states, by itself. */
import { describe, expect, it } from "vitest"
import * as Layout from "./Layout.ts"
import * as Shape from "./Shape.ts"
import * as Store from "./Store.ts"

const layout = Layout.compile(Shape.int(0, 1_000_000))
const opened = (threads: number): ReadonlyArray<Store.Store<number>> => {
  const memory = Store.reserve(threads, layout.words, 100_000)
  return Array.from({ length: threads }, (_, thread) => Store.open(memory, layout, thread))
}

describe("a store", () => {
  it("holds a state once, whichever thread adds it, and finds it", () => {
    const [one, two] = opened(2)
    expect(Store.add(one!, 7, -1)).toBe(true)
    expect(Store.add(two!, 7, -1)).toBe(false)
    expect(Store.add(two!, 8, -1)).toBe(true)
    expect([Store.size(one!), Store.sizeOf(one!, 1)]).toEqual([2, 1])
    const id = Store.find(one!, 8)!
    expect([Store.get(one!, id), Store.ownerOf(one!, id), Store.find(one!, 9)]).toEqual([8, 1, undefined])
  })

  it("takes for the parent of a state the first of those on the level before, and none of a later level", () => {
    const [store] = opened(1)
    for (const state of [10, 20]) Store.add(store!, state, -1)
    Store.endLevel(store!)
    const [ten, twenty] = [Store.find(store!, 10)!, Store.find(store!, 20)!]
    Store.add(store!, 30, twenty)
    Store.add(store!, 30, ten)
    const thirty = Store.find(store!, 30)!
    expect([Store.parentOf(store!, thirty), Store.depthOf(store!, thirty)]).toEqual([ten, 1])
    Store.endLevel(store!)
    Store.add(store!, 20, thirty)
    expect(Store.depthOf(store!, twenty)).toBe(0)
  })

  it("holds the same in a table that grew", () => {
    const stores = opened(2)
    for (let state = 0; state < 40_000; state++) Store.add(stores[state % 2]!, state, -1)
    const room = Store.room(stores[0]!)
    Store.enlarge(stores[0]!)
    stores.forEach(Store.clearShare)
    stores.forEach(Store.fillShare)
    expect(Store.room(stores[0]!)).toBeGreaterThan(room)
    expect(stores.map((store) => [0, 39_999].map((state) => Store.get(store, Store.find(store, state)!)))).toEqual([
      [0, 39_999],
      [0, 39_999]
    ])
    expect(Store.add(stores[0]!, 39_999, -1)).toBe(false)
  })

  it("grows no further than to hold all that fits into its parts", () => {
    const [store] = opened(1)
    Store.makeRoom(store!, Number.POSITIVE_INFINITY)
    expect(Store.isLargest(store!)).toBe(true)
    expect(Store.room(store!)).toBeGreaterThanOrEqual(Store.spareOf(store!, 0))
  })
})
