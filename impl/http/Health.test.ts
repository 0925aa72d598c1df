/** Health: what is told to everybody is asked for nobody. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type * as Ledger from "../ledger/Ledger.ts"
import { Database } from "../ledger/Ledger.ts"
import * as Health from "./Health.ts"

it("does not wait in the line of whoever asks first: all of a client's requests may wait there", async () => {
  const clients: Array<string> = []
  const noted = <A>(answer: A) =>
    Effect.map(Database.Client, (client) => {
      clients.push(client)
      return answer
    })
  const ledger = { keys: { once: () => noted(true) }, merchants: { pending: noted(0) } } as unknown as Ledger.Ledger
  await Effect.runPromise(
    Effect.gen(function* () {
      const able = yield* Health.make(ledger, yield* Clock.Clock)
      yield* Database.by("198.51.100.1", able)
    })
  )
  expect(clients).toEqual(["", ""])
})
