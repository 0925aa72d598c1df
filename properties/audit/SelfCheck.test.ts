/** A search that is through compares a sample of its states with what stood for them, and ends where they are not alike. */
import { describe, expect, it } from "vitest"
import { checkedIds } from "../../spec/Claims.ts"
import type { Quotient } from "../reduction/Quotient.ts"
import * as Search from "../search/Search.ts"
import { wechat } from "../suites/Harness.ts"
import * as Exploration from "./Exploration.ts"
import * as SelfCheck from "./SelfCheck.ts"

const tasks = Exploration.plan(wechat, "quick", checkedIds, { drawing: { runs: 0, seed: 1 } })
const [payment] = tasks.filter(({ scene }) => scene === "payment") as [Exploration.Task]

/** What the check says of the states of a search, if other normal forms stood for them. */
const checking = (changed: (quotient: Quotient) => Quotient) => {
  const subject = Exploration.subjectOf(payment)
  const outcome = Search.search(subject.quotient, subject.properties, { states: 100_000, report: () => true })
  return SelfCheck.check({ ...subject, lookback: payment.options, quotient: changed(subject.quotient) }, outcome, 1)
}

describe("a search that is through", () => {
  it("says how many of its states it compared, and how many of them others stood for", () => {
    const { compared, ended, states } = Exploration.explore(payment, () => true)
    expect(ended).toBe("exhausted")
    expect(compared!.states).toBeGreaterThan(32)
    expect(compared!.joined).toBeGreaterThan(8)
    expect(compared!.joined).toBeLessThan(compared!.states)
    expect(states).toBeGreaterThan(compared!.states)
  })

  it("compares nothing where an audit did not ask for it", () => {
    expect(Exploration.explore({ ...payment, drawing: undefined }, () => true).compared).toBeUndefined()
  })

  it("draws the same states for the same seed", () => {
    expect(checking((quotient) => quotient)).toEqual(checking((quotient) => quotient))
  })
})

describe("a reduction that forgets what matters", () => {
  it("is found: which orders are paid", () => {
    const forgetting = (quotient: Quotient): Quotient => ({
      ...quotient,
      normal: (view) => {
        const normal = quotient.normal(view)
        const orders = normal.orders.map((order) =>
          order.status === "paid" ? { ...order, status: "closed" as const } : order
        )
        return { ...normal, orders }
      }
    })
    expect(() => checking(forgetting)).toThrow(SelfCheck.Unlike)
    expect(() => checking(forgetting)).toThrow(/not the same futures.*State: \{.*Normal form: \{/s)
  })

  it("is found: which codes are burned", () => {
    const forgetting = (quotient: Quotient): Quotient => ({
      ...quotient,
      normal: (view) => {
        const normal = quotient.normal(view)
        return { ...normal, codes: normal.codes.map((code) => ({ ...code, burned: false, attempted: false })) }
      }
    })
    expect(() => checking(forgetting)).toThrow(SelfCheck.Unlike)
  })
})
