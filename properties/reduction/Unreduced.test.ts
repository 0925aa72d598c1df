/** A run that leaves a search begins with something that the search passes over, wherever there is such. */
import { expect, it } from "vitest"
import { Enabled } from "../../model/system/System.ts"
import { checkedIds } from "../../spec/Claims.ts"
import { Exploration } from "../audit/Audit.ts"
import * as Search from "../search/Search.ts"
import { alipay } from "../suites/Harness.ts"
import * as Unreduced from "./Unreduced.ts"

it("a run begins with what its search does not go on with, where there is such", () => {
  const [task] = Exploration.plan(alipay, "quick", checkedIds).filter(({ scene }) => scene === "payment")
  const { properties, quotient, world } = Exploration.subjectOf(task!)
  const outcome = Search.search(quotient, properties, { states: 2000, report: () => true })
  const seen: Array<string> = []
  // The run is over with its first action.
  const next: typeof quotient.next = (view, action) => {
    seen.push(JSON.stringify(action))
    return quotient.next(view, action)
  }
  let begun = 0
  for (let id = 0; id < outcome.states; id += 20) {
    const view = outcome.get(id)
    const offered = quotient.actions(view).map((action) => JSON.stringify(action))
    const others = Enabled.enabled(world, view).filter((action) => !offered.includes(JSON.stringify(action)))
    Unreduced.excursion({ world, properties: [], quotient: { ...quotient, next } }, view, [{ kind: id, pick: 3 * id }])
    const first = seen.pop()!
    if (others.length === 0) continue
    begun++
    expect(offered).not.toContain(first)
  }
  expect(begun).toBeGreaterThan(20)
})
