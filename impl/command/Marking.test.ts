/** A mark that cannot be kept is told: a ledger that comes back from a backup would not be known. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { expect, it } from "vitest"
import { Database } from "../ledger/Ledger.ts"
import { failed } from "./Failed.ts"
import * as Marking from "./Marking.ts"

it("is told once, and that it is kept again; a ledger that does not answer is told elsewhere", async () => {
  const full = failed("paycode.db.mark: expected a file that can be written, found ENOSPC")
  const gone = new Database.Unavailable({ because: "gone" })
  const beats = [undefined, full, full, gone, full, undefined, undefined, full]
  const told: Array<string> = []
  const beating = Effect.suspend(() => {
    const error = beats.shift()
    return error === undefined ? Effect.void : Effect.fail(error)
  })
  const tell = (line: string) => Effect.sync(() => void told.push(line))
  await Effect.runPromise(
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Marking.marking(beating, tell))
      yield* TestClock.adjust("8 seconds")
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(TestClock.layer()))
  )
  const isNot = expect.stringMatching(/^the mark is not kept, .*: paycode\.db\.mark: expected .* ENOSPC$/)
  expect(told).toEqual([isNot, "the mark is kept again", isNot])
})
