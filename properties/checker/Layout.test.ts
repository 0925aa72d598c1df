/** The laws of layouts: what is packed is unpacked alike, unlike values are packed unlike, and nothing else is packed. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Layout from "./Layout.ts"

interface Sample {
  readonly count: number
  readonly kind: "red" | "green" | "blue"
  readonly amount: number
  readonly flag: boolean
  readonly items: ReadonlyArray<{ readonly at: number; readonly tags: ReadonlyArray<boolean> }>
}

const shape = Layout.struct<Sample>({
  count: Layout.int(-5, 1_000_000),
  kind: Layout.literals(["red", "green", "blue"]),
  amount: Layout.values([50_000, 50_001]),
  flag: Layout.boolean,
  items: Layout.list(Layout.struct({ at: Layout.int(0, 9), tags: Layout.list(Layout.boolean, 2) }), 3)
})

const samples: fc.Arbitrary<Sample> = fc.record({
  count: fc.integer({ min: -5, max: 1_000_000 }),
  kind: fc.constantFrom("red", "green", "blue"),
  amount: fc.constantFrom(50_000, 50_001),
  flag: fc.boolean(),
  items: fc.array(fc.record({ at: fc.nat({ max: 9 }), tags: fc.array(fc.boolean(), { maxLength: 2 }) }), {
    maxLength: 3
  })
})

const parameters = { seed: 1, numRuns: 2000 }

describe("a layout", () => {
  const layout = Layout.compile(shape)
  const packed = (value: Sample): Uint32Array => {
    // Stale words show whether every one is written.
    const keys = new Uint32Array(layout.words + 2).fill(0xdeadbeef)
    layout.encode(value, keys, 1)
    return keys
  }

  it("gives back what was packed, and touches no other word", () => {
    fc.assert(
      fc.property(samples, (value) => {
        const keys = packed(value)
        expect(layout.decode(keys, 1)).toEqual(value)
        expect([keys[0], keys[layout.words + 1]]).toEqual([0xdeadbeef, 0xdeadbeef])
      }),
      parameters
    )
  })

  it("packs two values alike if and only if they are alike", () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        expect(packed(a).join() === packed(b).join()).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      parameters
    )
  })

  it("takes no more bits than its bounds need", () => {
    // 20 for the count, 2, 1 and 1; 2 for the length, and for each item 4, 2 and 2 times 1. No part is cut by a word.
    expect(layout.bits).toBeLessThanOrEqual(20 + 2 + 1 + 1 + 2 + 3 * 8 + 31)
    expect(layout.words).toBe(2)
  })

  it.each([
    ["a number below its bounds", { count: -6 }, "state.count expected -5 to 1000000, got -6"],
    ["a number above its bounds", { count: 1_000_001 }, "state.count"],
    ["a fraction", { count: Number.NaN }, "state.count"],
    ["a word that is none of its own", { kind: "grey" }, "state.kind expected red, green, blue, got grey"],
    [
      "a list that is too long",
      { items: Array.from({ length: 4 }, () => ({ at: 0, tags: [] })) },
      "state.items expected at most 3 items, got 4"
    ],
    ["an item out of bounds", { items: [{ at: 10, tags: [] }] }, "state.items[0].at expected 0 to 9, got 10"]
  ])("refuses %s", (_what, change, message) => {
    const value = { count: 0, kind: "red", amount: 50_000, flag: false, items: [], ...change } as unknown as Sample
    expect(() => packed(value)).toThrow(message)
  })
})
