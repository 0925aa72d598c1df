/** The ledger in memory: whose an order is, what counts on a day, and what is kept. */
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Change } from "../model/Settlement.ts"
import type { Unavailable } from "./Database.ts"
import * as Ledger from "./Ledger.ts"

/** Asks a new ledger. */
const on = <A>(program: (ledger: Ledger.Ledger["Service"]) => Effect.Effect<A, Unavailable>): A =>
  Effect.runSync(Effect.provide(Ledger.Ledger.use(program), Ledger.Ledger.layerMemory))

const reversal: Change = { answer: "REVERSED", status: "reversed", returns: 0 }

describe("an order", () => {
  it("is its merchant's, however merchant and number are spelt", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(" ", ",", '"', "[", "\\", "a"), maxLength: 4 })
    )
    const numbers = fc.uniqueArray(fc.record({ merchant: texts, order: texts }), {
      minLength: 2,
      maxLength: 30,
      selector: ({ merchant, order }) => `${merchant.length} ${merchant}${order}`
    })
    fc.assert(
      fc.property(numbers, ([last, ...others]) => {
        const rows = on((ledger) =>
          Effect.gen(function* () {
            for (const number of others) yield* ledger.change(number, 1, () => reversal)
            return yield* Effect.forEach([last!, ...others], (number) => ledger.order(number))
          })
        )
        expect(rows[0]).toBeUndefined()
        for (const [at, number] of others.entries())
          expect(rows[at + 1]).toMatchObject({ ...number, status: "reversed" })
      }),
      { seed: 1, numRuns: 300 }
    )
  })

  it("that a reversal came before is kept as of the first reversal", () => {
    const number = { merchant: "shop", order: "1" }
    const row = on((ledger) =>
      Effect.gen(function* () {
        yield* ledger.change(number, 5, () => reversal)
        yield* ledger.change(number, 9, () => reversal)
        return yield* ledger.order(number)
      })
    )
    expect(row).toMatchObject({ status: "reversed", amount: undefined, at: 5 })
  })
})
