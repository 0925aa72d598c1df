/** What this shop asks of its scheme besides the claims, over runs of the model drawn at random: the same ones each time. */
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { load } from "paycode/audit"
import { Rules, type System } from "paycode/model"
import { Runs } from "paycode/runs"
import { expect, it } from "vitest"

const scheme = await load(fileURLToPath(new URL("../corner.json", import.meta.url)))
const plans = Runs.plans({ rules: Rules.strict(scheme), can: ["network", "capture", "merchant", "crash"] })

type Debit = System.EventOf<"Debited">

/** Looks at every debit of many runs, and answers how many there were. */
const atEveryDebit = (look: (debit: Debit, order: System.Order) => void): number => {
  let debits = 0
  const property = fc.property(plans, (plan) => {
    Runs.make(plan, (_before, { events, state }) => {
      for (const event of events) {
        if (event._tag !== "Debited") continue
        look(event, state.orders[event.order]!)
        debits++
      }
      return true
    })
  })
  fc.assert(property, { seed: 1, numRuns: 100 })
  return debits
}

it("asks for the password for everything above 200.00", () => {
  const above: Array<Debit["by"]> = []
  const debits = atEveryDebit(({ by }, { amount }) => {
    if (amount > 20_000) above.push(by)
  })
  expect(debits).toBeGreaterThan(50)
  // Where nothing above the limit was paid the property says nothing.
  expect([...new Set(above)]).toEqual(["password"])
})

it("debits no more than was asked for", () => {
  const debits = atEveryDebit((_, { amount, status }) => {
    expect(amount).toBeGreaterThan(0)
    expect(status).toBe("paid")
  })
  expect(debits).toBeGreaterThan(50)
})
