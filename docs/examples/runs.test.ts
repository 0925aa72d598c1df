/** A property of one's own over runs of the model, in a vitest suite. Its seed is fixed, so that a failing run comes again. */
import fc from "fast-check"
import { BuiltIn, Rules } from "paycode/model"
import { Runs } from "paycode/runs"
import { expect, it } from "vitest"

const rules = Rules.strict(BuiltIn.named("wechat"))
const plans = Runs.plans({ rules, can: ["network", "capture", "merchant"] })

it("no order is debited twice", () => {
  let debits = 0
  const property = fc.property(plans, (plan) => {
    const debited = new Set<number>()
    Runs.make(plan, (_before, { events }) => {
      for (const event of events) {
        if (event._tag !== "Debited") continue
        expect(debited.has(event.order)).toBe(false)
        debited.add(event.order)
        debits++
      }
      return true
    })
  })
  fc.assert(property, { seed: 1, numRuns: 50 })
  // A property that met no case says nothing.
  expect(debits).toBeGreaterThan(10)
})
