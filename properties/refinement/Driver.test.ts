/** The driver plays single actions: what is seen of each is what a phone, a till and the provider say. */
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Action } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import * as Driver from "./Driver.ts"
import { alipay, scenario } from "./Fixtures.ts"

const amount = 7
const rules = Rules.strict(alipay)
const { world } = scenario(rules, { amounts: [amount] }, [])

const show: Action = { _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false }
const scan: Action = { _tag: "Scan", phone: 0, amount }
const deliver: Action = { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }

/** What is seen of actions that are played one after the other, and what the parties remember in the end. */
const play = (...actions: ReadonlyArray<Action>) =>
  Effect.gen(function* () {
    const driver = yield* Driver.make(world, { rules })
    const seen = []
    let state = System.init(world)[0]!
    for (const action of actions) {
      seen.push(yield* driver.act(state, action))
      state = System.next(world, state, action).state
    }
    return { seen, books: yield* driver.books(state) }
  }).pipe(Effect.scoped, Effect.runPromise)

it("a sale is shown, scanned and paid, and the till and the ledger know it", async () => {
  const { books, seen } = await play(show, scan, deliver)
  expect(seen).toMatchObject([
    { _tag: "Made", digits: "right" },
    { _tag: "Nothing" },
    { _tag: "Answered", answer: "PAID" }
  ])
  expect(books.orders).toMatchObject([{ record: { status: "paid", amount }, view: "paid" }])
  expect(books.accounts[0]!.balance).toBe(world.scope.opening.balance - amount)
})

it("there is nothing to scan and nothing to read on a dark screen", async () => {
  const start = System.init(world)[0]!
  const seen = await Effect.gen(function* () {
    const driver = yield* Driver.make(world, { rules })
    return [yield* driver.act(start, scan), yield* driver.act(start, { _tag: "Capture", phone: 0 })]
  }).pipe(Effect.scoped, Effect.runPromise)
  expect(seen).toEqual([{ _tag: "Dark" }, { _tag: "Dark" }])
})

it("an action that no provider can be put to is a defect that names it", async () => {
  await expect(play({ _tag: "Coincide" })).rejects.toThrow("found Coincide")
})
