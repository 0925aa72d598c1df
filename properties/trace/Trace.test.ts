/** Saved traces: what was saved is read again, that of the version before and that of other tools included. */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Hash from "../Hash.ts"
import * as Trace from "./Trace.ts"

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.itf.json`, import.meta.url), "utf8"))

/** An attack as version 2 saved it, with a clause left out, and codes and orders that have a mark. */
const before = fixture("version-2")

/** An attack as version 3 saved it: wrong codes at an honest merchant's, whose tills are counted as one. */
const third = fixture("version-3")

const parsed = (value: unknown): { [key: string]: never } => JSON.parse(JSON.stringify(value))

const problems = (input: unknown): ReadonlyArray<string> =>
  Result.match(Trace.read(input), {
    onFailure: (all) => all.map(({ path }) => path),
    onSuccess: () => []
  })

describe("a trace of version 2", () => {
  it("is read, and saved as the present version it is the same run", () => {
    const trace = Result.getOrThrow(Trace.read(before))
    expect(trace.world.rules.isStrict).toBe(false)
    const saved = Trace.save(trace)
    expect(saved["#meta"].paycode.version).toBe(8)
    expect(JSON.stringify(saved)).not.toMatch(/"lapse"|"watched"/)
    expect(Result.getOrThrow(Trace.read(parsed(saved)))).toEqual(trace)
  })

  it("is refused where a code has a mark that no run sets", () => {
    const marked = JSON.parse(JSON.stringify(before).replace('"watched":false', '"watched":true'))
    expect(problems(marked)).toEqual([expect.stringMatching(/^states\[\d+\]\.(codes|orders)\[0\]\.watched$/)])
  })

  it("is refused where its mutant is none of its clause", () => {
    const unknown = JSON.parse(JSON.stringify(before).replace(/"lapse":"[^"]*"/, '"lapse":"another"'))
    expect(problems(unknown)).toEqual(["#meta.paycode.leftOut[0].mutant"])
  })
})

it("a trace of version 3 is read: its wrong codes came to another terminal of the merchant", () => {
  const trace = Result.getOrThrow(Trace.read(third))
  expect(trace.actions.filter(({ _tag }) => _tag === "Flood")).toEqual([
    { _tag: "Flood", phone: 0, merchant: 0, terminal: 1 }
  ])
  expect(Result.getOrThrow(Trace.read(parsed(Trace.save(trace))))).toEqual(trace)
})

it.each([1, 9, "3"])("a trace of version %j is refused, with the versions that are read and nothing else", (other) => {
  const input = JSON.parse(JSON.stringify(before).replace('"version":2', `"version":${JSON.stringify(other)}`))
  const path = "#meta.paycode.version"
  expect(Trace.read(input)).toEqual(
    Result.fail([
      { path, expected: "8, or one of 2, 3, 4, 5, 6, 7, which are still read", found: JSON.stringify(other) }
    ])
  )
})

it("a trace of version 4, which does not say what its scheme was, is of the scheme that stands in it", () => {
  const trace = Result.getOrThrow(Trace.read(fixture("version-4")))
  const saved = Trace.save(trace)
  expect(saved["#meta"].paycode).toMatchObject({ version: 8, hash: Hash.of(trace.world.rules.scheme) })
  expect(Result.getOrThrow(Trace.read(parsed(saved)))).toEqual(trace)
})

it.each(["version-5", "version-5-made-up"])("a trace of version 5 is read, and is the same run: %s", (name) => {
  const trace = Result.getOrThrow(Trace.read(fixture(name)))
  expect(Result.getOrThrow(Trace.read(parsed(Trace.save(trace))))).toEqual(trace)
})

it("of version 5, what was made up stands under the alias of its request, and a phone that was held was at no till", () => {
  const trace = Result.getOrThrow(Trace.read(fixture("version-5-made-up")))
  const made = trace.actions.flatMap((action) => (action._tag === "Pay" ? [action.request] : []))
  expect(made.map(({ alias, key }) => [alias, key.phone])).toEqual([
    [1, 1],
    [1, 1]
  ])
  const [shown, held] = Result.getOrThrow(Trace.replay(trace)).at(-1)!.after.codes
  expect([shown!.till, held!.till]).toEqual([0, -1])
})

it.each(["version-6", "version-6-refunds"])("a trace of version 6 is read, and is the same run: %s", (name) => {
  const trace = Result.getOrThrow(Trace.read(fixture(name)))
  expect(Result.getOrThrow(Trace.read(parsed(Trace.save(trace))))).toEqual(trace)
})

it("of version 6, what was refunded came under the number that came with it", () => {
  const trace = Result.getOrThrow(Trace.read(fixture("version-6-refunds")))
  const orders = Result.getOrThrow(Trace.replay(trace)).map(({ after }) => after.orders[0])
  expect(orders.map((order) => [order?.firstRefund, order?.secondRefund])).toEqual([
    [undefined, undefined],
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 1]
  ])
})

it("of version 6, numbers that are not those of the run are refused", () => {
  const input = JSON.stringify(fixture("version-6-refunds")).replace('"refunds":2', '"refunds":1')
  expect(problems(JSON.parse(input))).toContain("states[3].orders[0].firstRefund")
})

it("a trace of the present version, as it was kept, is read, and saved as it was", () => {
  const eighth = fixture("version-8")
  expect(parsed(Trace.save(Result.getOrThrow(Trace.read(eighth))))).toEqual(eighth)
})

it("a trace of version 7 is read, and is the same run: nothing was paid out in it, and nobody waited until an order was too old", () => {
  const trace = Result.getOrThrow(Trace.read(fixture("version-7")))
  expect(trace.world.scope.plays).toMatchObject({ ages: false, payouts: false })
  const merchants = Result.getOrThrow(Trace.replay(trace)).flatMap(({ after }) => after.merchants)
  expect(new Set(merchants.map(({ paidOut }) => paidOut))).toEqual(new Set([0]))
  expect(Result.getOrThrow(Trace.read(parsed(Trace.save(trace))))).toEqual(trace)
})

it("a trace of version 6 is read: its scheme does not say when a phone shows a code, and every code of a phone was asked for", () => {
  const trace = Result.getOrThrow(Trace.read(fixture("version-6")))
  expect(trace.world.rules.scheme).not.toHaveProperty("phone")
  expect(trace.world.scope.plays.opens).toBe(false)
  expect(
    Result.getOrThrow(Trace.replay(trace))
      .at(-1)!
      .after.codes.map(({ asked }) => asked)
  ).toEqual([true, true])
  expect(Result.getOrThrow(Trace.read(parsed(Trace.save(trace))))).toEqual(trace)
})

describe("of a trace that was saved", () => {
  const saved = Trace.save(Result.getOrThrow(Trace.read(before)))

  it("another scheme is refused, even where everything that happened could have happened in it", () => {
    const scheme = { ...saved["#meta"].paycode.scheme, title: "Another" }
    const input = { ...saved, "#meta": { ...saved["#meta"], paycode: { ...saved["#meta"].paycode, scheme } } }
    expect(problems(input)).toEqual(["#meta.paycode.hash"])
  })

  it("notes of other tools are passed over, wherever ITF has room for them", () => {
    const noted = {
      ...saved,
      "#meta": { ...saved["#meta"], description: "annotated by a viewer", timestamp: 1, varTypes: {} },
      params: [],
      "#note": "kept"
    }
    expect(Trace.read(noted)).toEqual(Trace.read(saved))
    const { "format-description": _, ...bare } = saved["#meta"]
    expect(Trace.read({ ...saved, "#meta": bare })).toEqual(Trace.read(saved))
  })

  it.each([
    [
      "a trace of another tool",
      {
        "#meta": { format: "ITF", source: "spec/a.qnt", status: "ok" },
        vars: ["x"],
        states: [{ x: { "#bigint": "1" } }]
      }
    ],
    ["JSON that is no trace", { "#meta": { format: "ITF" } }],
    ["JSON that is no trace", [1]],
    ["JSON that is no trace", null]
  ])("what is none of ours is told in one sentence: %s", (found, input) => {
    const told = Result.getFailure(Trace.read(input))
    expect(told).toMatchObject({ value: [{ path: "", expected: "a trace that an audit has saved" }] })
    expect(JSON.stringify(told)).toContain(found)
  })
})

it("a trace whose whole numbers another tool has written as #bigint is the same", () => {
  const plain = Trace.save(Result.getOrThrow(Trace.read(before)))
  const written = JSON.parse(JSON.stringify(plain), (_, value: unknown) =>
    Number.isInteger(value) ? { "#bigint": String(value) } : value
  )
  expect(written.states[0].now).toEqual({ "#bigint": expect.any(String) })
  expect(Trace.read(written)).toEqual(Trace.read(plain))
})

it("a number that is too large to be one is refused where it stands", () => {
  const plain = parsed(Trace.save(Result.getOrThrow(Trace.read(before)))) as unknown as { states: [{ now: unknown }] }
  plain.states[0].now = { "#bigint": "9007199254740993" }
  expect(problems(plain)).toEqual(["states[0].now"])
})
