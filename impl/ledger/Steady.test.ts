/** A ledger of a provider whose clock steps: it is asked nothing by that clock, so that nothing is forgotten or accepted by it. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import * as Fixtures from "../testing/Fixtures.ts"
import { Database, Unavailable } from "./Database.ts"
import * as Ledger from "./Ledger.ts"
import * as Sqlite from "./Sqlite.ts"
import * as Steady from "./Steady.ts"

/** 2023-11-15 04:00 UTC. */
const noon = 1_700_020_800

const skew = 5

/** A clock that is set apart from how long it has run. */
const settable = () => {
  const time = { run: 0, set: 0 }
  const millis = (): number => (noon + time.run + time.set) * 1000
  const clock: Clock.Clock = {
    ...Fixtures.clock(millis),
    monotonicTimeNanosUnsafe: () => BigInt(Math.round(time.run * 1e9))
  }
  return { time, watch: Steady.watch(clock, skew) }
}

describe("a clock", () => {
  it("that runs, and is corrected little by little, can be gone by", () => {
    const { time, watch } = settable()
    for (let day = 0; day < 100; day++) {
      time.run += 86_400
      time.set += day % 2 === 0 ? skew : -skew
      expect(watch.look()).toBeUndefined()
    }
  })

  it.each([
    ["a day ahead", 86_400, "ahead, to 2023-11-16T04:00:01.000Z where it was to be 2023-11-15T04:00:01.000Z"],
    ["just more than the skew ahead", skew + 1, "ahead, to "],
    ["50 minutes back", -3000, "back, to 2023-11-15T03:10:01.000Z where it was to be 2023-11-15T04:00:01.000Z"],
    ["just more than the skew back", -skew - 1, "back, to "]
  ])("that is set %s cannot, and says so until it is accepted", (_, by, says) => {
    const { time, watch } = settable()
    time.run = 1
    time.set = by
    expect(watch.look()).toContain(`a clock that was set ${says}`)
    time.run = 60
    expect(watch.look()).toContain("a clock that was set")
    // It is compared with another's time: it does not agree, or it does, and then it is gone by.
    expect(watch.compare("the database", noon + 60)).toContain("where the database has 2023-11-15T04:01:00.000Z")
    expect(watch.compare("the ledger", noon + 60 + by)).toBeUndefined()
    expect(watch.look()).toBeUndefined()
  })
})

describe("a ledger", () => {
  it("forgets and writes nothing by a clock that is a day ahead for a minute, and answers when it is right again", async () => {
    const { time, watch } = settable()
    const program = Effect.gen(function* () {
      const database = Steady.steady(yield* Database, watch)
      const context = yield* Layer.build(Layer.provide(Ledger.layer, Layer.succeed(Database, database)))
      const { accounts, keys } = yield* Effect.provideContext(Ledger.ledger, context)
      const day = 1
      const wrong = accounts.countPassword(0, day, () => true)
      yield* wrong
      time.set = 86_400 * 30
      const refused = yield* Effect.flip(keys.tidy(noon + time.set, day + 30))
      expect(refused).toBeInstanceOf(Unavailable)
      expect(refused.because).toMatch(/^a clock that was set ahead/)
      expect(yield* Effect.flip(accounts.accountAt("anybody"))).toBeInstanceOf(Unavailable)
      time.set = 0
      time.run = 60
      watch.compare("the ledger", noon + 60)
      expect(yield* wrong).toBe(1)
    })
    await Effect.runPromise(Effect.scoped(Effect.provide(program, Sqlite.layerMemory)))
  })
})
