/** The laws of layouts: what is packed is unpacked alike, unlike values are packed unlike, and nothing else is packed. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Layout from "./Layout.ts"
import * as Shape from "./Shape.ts"

interface Sample {
  readonly count: number
  readonly kind: "red" | "green" | "blue"
  readonly amount: number
  readonly flag: boolean
  readonly items: ReadonlyArray<{ readonly at: number; readonly tags: ReadonlyArray<boolean> }>
}

const shape = Shape.struct<Sample>({
  count: Shape.int(-5, 1_000_000),
  kind: Shape.literals(["red", "green", "blue"]),
  amount: Shape.values([50_000, 50_001]),
  flag: Shape.boolean,
  items: Shape.list(Shape.struct({ at: Shape.int(0, 9), tags: Shape.list(Shape.boolean, 2) }), 3)
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
    ["a number below its bounds", { count: -6 }, "value.count expected -5 to 1000000, got -6"],
    ["a number above its bounds", { count: 1_000_001 }, "value.count"],
    ["a fraction", { count: Number.NaN }, "value.count"],
    ["a word that is none of its own", { kind: "grey" }, "value.kind expected red, green, blue, got grey"],
    [
      "a list that is too long",
      { items: Array.from({ length: 4 }, () => ({ at: 0, tags: [] })) },
      "value.items expected at most 3 items, got 4"
    ],
    ["an item out of bounds", { items: [{ at: 10, tags: [] }] }, "value.items[0].at expected 0 to 9, got 10"]
  ])("refuses %s", (_what, change, message) => {
    const value = { count: 0, kind: "red", amount: 50_000, flag: false, items: [], ...change } as unknown as Sample
    expect(() => packed(value)).toThrow(message)
  })
})

describe("a layout of something with a clock", () => {
  interface Note {
    readonly at: number
    readonly step: number
    readonly day: number
    readonly by: number
    readonly isOld: boolean
  }
  interface Clocked {
    readonly now: number
    readonly people: ReadonlyArray<{ readonly age: number }>
    readonly notes: ReadonlyArray<Note>
  }
  const calendar = { step: 30, utcOffset: 0, midnight: 864_000, near: 31, over: 0, far: 70_000 }
  const note = Shape.struct<Note>({
    at: Shape.instant(100),
    step: Shape.step(2, 1, 2880),
    day: Shape.day,
    by: Shape.ref("phone", 2),
    isOld: Shape.forgotten<boolean>(false)
  })
  const layout = Layout.compileTimed<Clocked>({
    calendar,
    renumberings: [
      { account: [], phone: [0, 1], merchant: [] },
      { account: [], phone: [1, 0], merchant: [] }
    ],
    shape: Shape.struct<Omit<Clocked, "now">>({
      people: Shape.each("phone", Shape.struct({ age: Shape.int(0, 7) }), 2),
      notes: Shape.bagOf(note, 3, ({ at }: Note, { now }: Clocked) => now - at < 100)
    })
  })
  const words = (value: Clocked): string => {
    const keys = new Uint32Array(layout.words)
    layout.encode(value, keys, 0)
    return keys.join()
  }

  // Hours before midnight, where only the place within a step tells one moment from another.
  const noon = 864_000 - 40_000
  const clocked: fc.Arbitrary<Clocked> = fc.integer({ min: noon, max: noon + 10_000 }).chain((now) =>
    fc.record({
      now: fc.constant(now),
      people: fc.tuple(fc.record({ age: fc.nat({ max: 7 }) }), fc.record({ age: fc.nat({ max: 7 }) })),
      notes: fc.array(
        fc.record({
          at: fc.integer({ min: now - 200, max: now }),
          step: fc.integer({ min: Math.floor(now / 30) - 2, max: Math.floor(now / 30) + 1 }),
          day: fc.constantFrom(-1, 9),
          by: fc.integer({ min: -1, max: 1 }),
          isOld: fc.boolean()
        }),
        { maxLength: 3 }
      )
    })
  )

  /** What a layout takes for the same: a later moment, another order, other numbers. */
  const later = (value: Clocked, seconds: number): Clocked => ({
    now: value.now + seconds,
    people: value.people,
    notes: value.notes.map((one) => ({ ...one, at: one.at + seconds, step: one.step + seconds / 30 }))
  })
  const swapped = (value: Clocked): Clocked => ({
    ...value,
    people: value.people.toReversed(),
    notes: value.notes.map((one) => ({ ...one, by: one.by < 0 ? one.by : 1 - one.by }))
  })

  it("gives what stands for a value, which is packed as it was", () => {
    fc.assert(
      fc.property(clocked, (value) => {
        const keys = new Uint32Array(layout.words)
        layout.encode(value, keys, 0)
        expect(words(layout.decode(keys, 0))).toBe(keys.join())
      }),
      parameters
    )
  })

  it("packs alike what differs in the hour, the order of a bag, the numbers of a kind, and what does not matter", () => {
    fc.assert(
      fc.property(clocked, fc.integer({ min: 0, max: 300 }), (value, steps) => {
        const expected = words(value)
        expect(words(later(value, 30 * steps))).toBe(expected)
        expect(words(swapped(value))).toBe(expected)
        expect(words({ ...value, notes: value.notes.toReversed() })).toBe(expected)
        expect(words({ ...value, notes: value.notes.map((one) => ({ ...one, isOld: !one.isOld })) })).toBe(expected)
        expect(words({ ...value, notes: value.notes.filter(({ at }) => value.now - at < 100) })).toBe(expected)
      }),
      parameters
    )
  })

  it("packs unlike what differs in an age, a step, a day or a number that matters", () => {
    const young = clocked.filter(({ notes, now }) => notes.length > 0 && now - notes[0]!.at < 99)
    fc.assert(
      fc.property(young, fc.constantFrom("at", "step", "day", "by"), (value, part) => {
        const [one] = value.notes
        const step = Math.floor(value.now / 30)
        const changed = {
          at: one!.at === value.now ? one!.at - 1 : one!.at + 1,
          step: one!.step === step ? step - 1 : step,
          day: one!.day === 9 ? -1 : 9,
          by: one!.by === -1 ? 0 : -1
        }
        // Of two who are alike either may have written it.
        const people = [{ age: 1 }, { age: 2 }]
        const before = { ...value, people, notes: [one!] }
        expect(words({ ...before, notes: [{ ...one!, [part]: changed[part] }] })).not.toBe(words(before))
      }),
      parameters
    )
  })

  it.each([
    // Ages up to 5, and from 18 to 20.
    [5, 20, 2, (age: number) => (age < 5 ? age : age < 18 ? 5 : Math.min(age, 20))],
    // What is far back begins where the others end, or before.
    [5, 6, 4, (age: number) => Math.min(age, 6)],
    [5, 9, 40, (age: number) => Math.min(age, 9)]
  ])("tells ages up to %d, and far back, up to %d, the last %d before it", (until, age, span, told) => {
    const { decode, encode } = Layout.compileTimed<{ readonly now: number; readonly at: number }>({
      calendar,
      renumberings: [],
      shape: Shape.struct<{ readonly at: number }>({ at: Shape.instant(until, 1, { age, span }) })
    })
    const keys = new Uint32Array(1)
    for (let old = -1; old <= 50; old++) {
      encode({ now: noon, at: noon - old }, keys, 0)
      const { at, now } = decode(keys, 0)
      expect([old, now - at]).toEqual([old, told(old)])
    }
    encode({ now: noon, at: -1 }, keys, 0)
    expect(decode(keys, 0).at).toBe(-1)
  })

  it("tells times apart shortly before midnight, and the days on either side of it", () => {
    const at = (now: number): string => words({ now, people: [{ age: 0 }, { age: 0 }], notes: [] })
    expect(new Set([864_000 - 61, 864_000 - 31, 864_000 - 1, 864_000 + 29].map(at)).size).toBe(4)
    expect(at(864_000 - 61)).toBe(at(864_000 - 91))
  })
})

describe("a layout of interchangeable parts", () => {
  interface Pair {
    readonly lamps: ReadonlyArray<boolean>
    readonly last: number
  }
  const lamps = Shape.struct<Pair>({ lamps: Shape.each("lamp", Shape.boolean, 3), last: Shape.ref("lamp", 3) })
  const wordOf = (layout: Layout.Layout<Pair>, value: Pair): number => {
    const keys = new Uint32Array(layout.words)
    layout.encode(value, keys, 0)
    return keys[0]!
  }

  it("has one value for each class, with all that refers to the parts", () => {
    const layout = Layout.compile(lamps, Shape.renumberings({ lamp: 3 }))
    const lit = [0, 1, 2].map((last) => wordOf(layout, { lamps: [0, 1, 2].map((lamp) => lamp === last), last }))
    const other = wordOf(layout, { lamps: [true, false, false], last: 1 })
    expect(new Set(lit).size).toBe(1)
    expect(lit).not.toContain(other)
    expect(Shape.renumberings({ lamp: 3, switch: 2 })).toHaveLength(12)
  })

  it("leaves parts as they are that no renumbering names", () => {
    const one = { lamps: [true, false, false], last: 0 }
    const other = { lamps: [false, true, false], last: 1 }
    const layout = Layout.compile(lamps)
    expect(wordOf(layout, one)).not.toBe(wordOf(layout, other))
  })

  it("tells apart as many values as a word does, and refuses one more", () => {
    const most = 2 ** 32 - 1
    const { decode, encode } = Layout.compile(Shape.struct<{ readonly a: number }>({ a: Shape.int(0, most) }))
    const keys = new Uint32Array(1)
    for (const a of [0, 1, 2 ** 31 - 1, 2 ** 31, most]) {
      encode({ a }, keys, 0)
      expect(decode(keys, 0)).toEqual({ a })
    }
    expect(() => Layout.compile(Shape.int(0, most + 1))).toThrow(
      "a part expected at most 4294967296 values, got 4294967297"
    )
  })

  it.each([0.5, 1.5, Number.NaN, -1, 11])("refuses %d as a whole number from 0 to 10", (value) => {
    const { encode } = Layout.compile(Shape.int(0, 10))
    expect(() => encode(value, new Uint32Array(1), 0)).toThrow(`expected 0 to 10, got ${value}`)
  })

  it("refuses a renumbering that is none, and a kind of two sizes", () => {
    expect(() => Layout.compile(lamps, [{ lamp: [0, 0, 2] }])).toThrow(
      'a renumbering of "lamp" expected 0,1,2 in some order, got 0,0,2'
    )
    const uneven = Shape.struct<Pair>({ lamps: Shape.each("lamp", Shape.boolean, 3), last: Shape.ref("lamp", 2) })
    expect(() => Layout.compile(uneven)).toThrow('the parts of the kind "lamp" expected 3, got 2 elsewhere')
  })
})
