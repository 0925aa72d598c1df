/** Histories that are known to be linearizable, or not to be; and random ones, against trying every order. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parameters, seed } from "../suites/Harness.ts"
import * as Linearizable from "./Linearizable.ts"

// ---------------------------------------------------------------------------------------------------------------------
// A register
// ---------------------------------------------------------------------------------------------------------------------

type Input = "read" | number
type Output = number | "written"
type Operation = Linearizable.Operation<Input, Output>

/** A register: a number that is written and read. */
const register: Linearizable.Specification<number, Input, Output> = {
  next: (state, input) => (input === "read" ? { state, output: state } : { state: input, output: "written" }),
  key: String,
  agrees: Object.is,
  isRead: (input) => input === "read"
}

const write = (value: number, invoked: number, at: number): Operation => ({
  input: value,
  invoked,
  end: { _tag: "Answered", at, output: "written" }
})
const read = (value: number, invoked: number, at: number): Operation => ({
  input: "read",
  invoked,
  end: { _tag: "Answered", at, output: value }
})
const lost = (input: Input, invoked: number, over = Number.POSITIVE_INFINITY): Operation => ({
  input,
  invoked,
  end: { _tag: "Lost", over }
})

/** The values that a register which starts with 0 can have in the end. */
const ends = (...history: ReadonlyArray<Operation>): ReadonlyArray<number> =>
  Linearizable.explain(register, [0], history)
    .linearizations.map(({ state }) => state)
    .toSorted()

describe("a register", () => {
  it("is as it was where nothing happened", () => {
    expect(ends()).toEqual([0])
  })

  it("reads what was written before, and nothing else", () => {
    expect(ends(write(1, 0, 1), read(1, 2, 3))).toEqual([1])
    expect(ends(write(1, 0, 1), read(0, 2, 3))).toEqual([])
    expect(ends(read(1, 0, 1), write(1, 2, 3))).toEqual([])
  })

  it("reads either value while one is written", () => {
    expect(ends(write(1, 0, 3), read(0, 1, 2))).toEqual([1])
    expect(ends(write(1, 0, 3), read(1, 1, 2))).toEqual([1])
  })

  it("never reads the old value after somebody has read the new one", () => {
    expect(ends(write(1, 0, 9), read(1, 1, 2), read(0, 3, 4))).toEqual([])
    expect(ends(write(1, 0, 9), read(0, 1, 2), read(1, 3, 4))).toEqual([1])
  })

  it("can have either of two values that were written at once, until one is read", () => {
    expect(ends(write(1, 0, 3), write(2, 1, 2))).toEqual([1, 2])
    expect(ends(write(1, 0, 3), write(2, 1, 2), read(1, 4, 5))).toEqual([1])
    expect(ends(write(1, 0, 3), write(2, 1, 2), read(1, 4, 5), read(2, 6, 7))).toEqual([])
  })

  it("is read alike by all: two readers do not see two writes in different orders", () => {
    const writes = [write(1, 0, 20), write(2, 0, 20)]
    const first = [read(1, 1, 2), read(2, 3, 4)]
    expect(ends(...writes, ...first)).toEqual([2])
    expect(ends(...writes, ...first, read(1, 5, 6))).toEqual([])
    expect(ends(...writes, ...first, read(2, 1, 2), read(1, 3, 4))).toEqual([])
  })

  it("may have been written, at any time, by whoever was never answered", () => {
    expect(ends(lost(1, 0))).toEqual([0, 1])
    expect(ends(lost(1, 0), read(0, 1, 2))).toEqual([0, 1])
    expect(ends(lost(1, 0), read(0, 1, 2), read(1, 3, 4))).toEqual([1])
    expect(ends(lost(1, 0), read(1, 1, 2), read(0, 3, 4))).toEqual([])
    expect(ends(read(1, 0, 1), lost(1, 2))).toEqual([])
  })

  it("was not written after the end of whoever wrote it", () => {
    expect(ends(lost(1, 0, 2), read(0, 3, 4))).toEqual([0])
    expect(ends(lost(1, 0, 2), read(1, 3, 4))).toEqual([1])
    expect(ends(lost(1, 0, 2), read(0, 3, 4), read(1, 5, 6))).toEqual([])
  })

  it("was written before that end, though what is read after it may be as it was before", () => {
    expect(ends(lost(1, 0, 2), read(0, 3, 9), read(1, 3, 9), write(0, 3, 9))).toEqual([0])
  })

  it("is explained from any of the values that it may start with", () => {
    const { linearizations } = Linearizable.explain(register, [0, 1, 2], [read(1, 0, 3), write(5, 1, 2)])
    expect(linearizations).toEqual([{ order: [0, 1], state: 5 }])
  })

  it("is searched no further than for a value that suffices", () => {
    const writes = [write(1, 0, 9), write(2, 0, 9), write(3, 0, 9)]
    const { linearizations } = Linearizable.explain(register, [0], writes, (value) => value === 2)
    expect(linearizations.at(-1)?.state).toBe(2)
    expect(Linearizable.explain(register, [0], writes, (value) => value === 4).linearizations).toHaveLength(3)
  })

  it("of which something is not explained says what should have been answered", () => {
    const { linearizations, longest } = Linearizable.explain(register, [0], [write(1, 0, 1), read(2, 2, 3)])
    expect(linearizations).toEqual([])
    expect(longest).toEqual({ order: [0], state: 1, expected: new Map([[1, 1]]) })
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Every order
// ---------------------------------------------------------------------------------------------------------------------

/** Every order of every subset of some numbers. */
const orders = (left: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => [
  [],
  ...left.flatMap((one) => orders(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
]

/** The same by trying every order: by the definition. */
const byDefinition = (history: ReadonlyArray<Operation>): ReadonlyArray<number> => {
  const isOrder = (order: ReadonlyArray<number>): boolean =>
    history.every(({ end }, at) => end._tag === "Lost" || order.includes(at)) &&
    order.every((one, place) =>
      order.slice(place + 1).every((later) => {
        const { end } = history[later]!
        const over = end._tag === "Answered" ? end.at : end.over
        return over >= history[one]!.invoked
      })
    )
  const found = new Set<number>()
  for (const order of orders(history.map((_, at) => at))) {
    if (!isOrder(order)) continue
    let state = 0
    const agrees = order.every((at) => {
      const { end, input } = history[at]!
      const step = register.next(state, input)
      state = step.state
      return end._tag === "Lost" || end.output === step.output
    })
    if (agrees) found.add(state)
  }
  return [...found].toSorted()
}

const values = fc.nat({ max: 2 })
const spans = fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 5 }))
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(values, spans).map(([value, [from, long]]) => write(value, from, from + long + 0.5)),
  fc.tuple(values, spans).map(([value, [from, long]]) => read(value, from, from + long + 0.5)),
  fc.tuple(values, spans).map(([value, [from]]) => lost(value, from)),
  fc.tuple(values, spans).map(([value, [from, long]]) => lost(value, from, from + long + 0.5))
)

it(`what is found is what trying every order finds, seed ${seed}`, () => {
  const kinds = { explained: 0, unexplained: 0, several: 0 }
  const histories = fc.array(operations, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(histories, (history) => {
      const expected = byDefinition(history)
      kinds[expected.length === 0 ? "unexplained" : expected.length === 1 ? "explained" : "several"]++
      expect(ends(...history)).toEqual(expected)
    }),
    parameters(600)
  )
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(30)
})

it("twelve operations at once are searched in little time, however many orders they have", () => {
  const writes = Array.from({ length: 10 }, (_, value) => write(value % 3, 0, 100))
  const { met } = Linearizable.explain(register, [0], [...writes, read(2, 0, 100), read(7, 0, 100)])
  // Of 479 million orders.
  expect(met).toBeLessThan(10_000)
})
