/**
 * The counts of alipay's searches, pinned: a change of the model, of the quotient or of a scope shows here. The counts of
 * all searches at `standard` stand in `docs/verdicts.json`, which the continuous integration computes anew.
 */
import { expect, it } from "vitest"
import { claimIds } from "../spec/Claims.ts"
import * as Exploration from "./Exploration.ts"
import { alipay } from "./suites/Stage.ts"

/** The claims of a search, its distinct states, its transitions, and its depth. */
const counts = (task: Exploration.Task) => {
  const { depth, ended, states, transitions } = Exploration.explore(task, () => true)
  return [task.claims.join(" "), ended, states, transitions, depth]
}

it("at quick, every search", () => {
  expect(Exploration.plan(alipay, "quick", claimIds).map(counts)).toEqual([
    [
      "consent offline-generation online-mediation single-use freshness payer-agreement payment-limit daily-sum",
      "exhausted",
      19_048,
      371_033,
      28
    ],
    ["opaque-code", "all-broken", 8, 17, 0],
    ["idempotent-pay order-conflict", "exhausted", 103_835, 955_779, 16],
    ["payee-agreement", "all-broken", 33, 57, 1],
    ["honest-payment", "exhausted", 158_269, 756_674, 45],
    ["leak-lifetime", "exhausted", 73_347, 897_417, 47]
  ])
})

it("at standard, the search that decides most claims", () => {
  const [task] = Exploration.plan(alipay, "standard", claimIds)
  expect(counts(task!).slice(1)).toEqual(["exhausted", 190_643, 4_903_613, 34])
})

it("at standard, the scope that the claims are promised for", () => {
  const [task] = Exploration.plan(alipay, "standard", claimIds)
  const { accounts, codes, merchants, midnights, orders, requests } = Exploration.bounds(task!)
  expect({ accounts, codes, merchants, midnights, orders, requests }).toEqual({
    accounts: 2,
    merchants: 2,
    codes: 3,
    orders: 3,
    requests: 2,
    midnights: 1
  })
})
