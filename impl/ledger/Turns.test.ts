/** Turns: what one client may take up, how long anybody waits, and that whoever has waited has their turn. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Database from "./Database.ts"
import * as Turns from "./Turns.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

const limits: Turns.TurnLimits = { atOnce: 4, share: 2, waiting: 100, line: 50, patience: 60_000 }

/** Work that says when it begins, and ends when it is told to. */
const stage = (given: Partial<Turns.TurnLimits> = {}) => {
  const inTurn = Turns.make({ ...limits, ...given })
  const begun: Array<string> = []
  const inside: Array<{ readonly name: string; readonly end: () => void }> = []
  const ask = (name: string) =>
    Effect.runFork(
      Database.by(
        name,
        inTurn(
          Effect.gen(function* () {
            const ended = yield* Deferred.make<void>()
            begun.push(name)
            inside.push({ name, end: () => Effect.runSync(Deferred.succeed(ended, undefined)) })
            yield* Deferred.await(ended)
          })
        )
      )
    )
  /** Ends the first that is inside, of a client or of any. */
  const end = async (name?: string): Promise<void> => {
    const at = name === undefined ? 0 : inside.findIndex((each) => each.name === name)
    inside.splice(at, 1)[0]!.end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { ask, begun, inside, end, inTurn }
}

const because = (fiber: Fiber.Fiber<unknown, Database.Unavailable>): Promise<string> =>
  Effect.runPromise(Effect.map(Effect.flip(Fiber.join(fiber)), (error) => error.because))

describe("a client", () => {
  it("takes up its share, and others the rest", async () => {
    const { ask, begun } = stage()
    for (let asked = 0; asked < 10; asked++) ask("flood")
    expect(begun).toEqual(["flood", "flood"])
    for (const name of ["a", "b", "c"]) ask(name)
    expect(begun).toEqual(["flood", "flood", "a", "b"])
  })

  it("has a line of its own: of those that wait, each client has one let in before any has another", async () => {
    const { ask, begun, end } = stage({ atOnce: 1, share: 1 })
    ask("first")
    for (const name of ["flood", "flood", "flood", "a", "a", "b"]) ask(name)
    while (begun.length < 7) await end()
    expect(begun).toEqual(["first", "flood", "a", "b", "flood", "a", "flood"])
  })

  it("that has no name is the server itself, and has no share", () => {
    const { ask, begun } = stage()
    for (let asked = 0; asked < 10; asked++) ask("")
    expect(begun.length).toBe(4)
  })
})

describe("whoever waits", () => {
  it("is told when it is too long, and is not let in then", async () => {
    const { ask, begun, end } = stage({ atOnce: 1, share: 1, patience: 20 })
    ask("a")
    expect(await because(ask("b"))).toMatch(/busy/)
    await end()
    expect(begun).toEqual(["a"])
    ask("c")
    expect(begun).toEqual(["a", "c"])
  })

  it("is told at once when too many do, of the client or at all", async () => {
    const { ask } = stage({ atOnce: 1, share: 1, waiting: 5, line: 3 })
    ask("a")
    for (let asked = 0; asked < 3; asked++) ask("flood")
    expect(await because(ask("flood"))).toMatch(/more that wait/)
    for (const name of ["b", "c"]) ask(name)
    expect(await because(ask("d"))).toMatch(/more that wait/)
  })

  it("has its turn in the end, whatever is asked and ended in whatever order", async () => {
    const name = fc.constantFrom("", "a", "b", "c")
    const step = fc.oneof(
      name.map((asks) => ({ asks })),
      fc.nat().map((ends) => ({ ends }))
    )
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, atOnce, share) => {
        const { ask, begun, end, inside } = stage({ atOnce, share })
        let asked = 0
        for (const each of steps) {
          if ("asks" in each) {
            ask(each.asks)
            asked++
          } else if (inside.length > 0) await end(inside[each.ends % inside.length]!.name)
          expect(inside.length).toBeLessThanOrEqual(atOnce)
          for (const client of ["a", "b", "c"]) {
            expect(inside.filter(({ name }) => name === client).length).toBeLessThanOrEqual(share)
          }
        }
        while (inside.length > 0) await end()
        expect(begun.length).toBe(asked)
      }
    )
    await fc.assert(property, { seed, numRuns: 100 })
  })
})

describe("work that fails, dies or is interrupted", () => {
  it("makes room like any other", async () => {
    const { inTurn } = stage({ atOnce: 1, share: 1 })
    const failing = inTurn(Effect.fail(new Database.Unavailable({ because: "nobody there" })))
    for (const work of [failing, inTurn(Effect.die("defect")), inTurn(Effect.interrupt)]) {
      await Effect.runPromiseExit(work)
      expect(await Effect.runPromise(inTurn(Effect.succeed(1)))).toBe(1)
    }
  })
})

describe("what takes too long", () => {
  it("is answered in time, and keeps its place until it has ended", async () => {
    const inTurn = Turns.make({ ...limits, atOnce: 1, share: 1, patience: 20 })
    const ended = await Effect.runPromise(Deferred.make<void>())
    const stuck = Effect.uninterruptible(Deferred.await(ended))
    expect(await because(Effect.runFork(Turns.within(20)(inTurn(stuck))))).toBe("no answer in 20 milliseconds")
    expect(await because(Effect.runFork(inTurn(Effect.void)))).toMatch(/busy/)
    await Effect.runPromise(Deferred.succeed(ended, undefined))
    await new Promise((resolve) => setImmediate(resolve))
    expect(await Effect.runPromise(inTurn(Effect.succeed(1)))).toBe(1)
  })
})
