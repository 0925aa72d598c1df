/** The policy: every bound is what its rule's own sentence says, and none is a number of a scheme. */
import { describe, expect, it } from "vitest"
import { boundIds } from "./Claims.ts"
import * as Policy from "./Policy.ts"

const unlinked = Policy.allowances({ code: { boundTo: "payer" } })
const linked = Policy.allowances({ code: { boundTo: "till" } })

/** Every bound with its rule. */
const all = [unlinked, linked].flatMap((allowances) =>
  boundIds.flatMap((id) => [
    allowances[id].number,
    ...(allowances[id].aYear === undefined ? [] : [allowances[id].aYear])
  ])
)

describe("the bounds of the policy", () => {
  it("are what the sentences of their rules say", () => {
    // Read off the sentences, not off the code.
    const stated: { readonly [Name in Policy.RuleName]: number } = {
      "one guess": 1 / 1_000_000,
      "one account": 100 / 1_000_000,
      anybody: 1 / 1_000_000,
      coincidence: 2.7e-5,
      "one code": 100_000,
      "unasked codes": 1000,
      "linked code": 0
    }
    for (const { atMost, rule } of all) expect(atMost, rule).toBe(stated[rule])
  })

  it("use every rule, and each rule says where it comes from", () => {
    expect(new Set(all.map(({ rule }) => rule))).toEqual(new Set(Object.keys(Policy.rules)))
    for (const { source } of Object.values(Policy.rules)) expect(source).toMatch(/^Chosen: |NIST|Yinfa|Delegated/)
  })

  it("differ by nothing of a scheme but whether its codes are made over the till's transaction", () => {
    const same = boundIds.filter((id) => JSON.stringify(unlinked[id]) === JSON.stringify(linked[id]))
    expect(same).toEqual(boundIds.filter((id) => id !== "expected-loss"))
  })

  it("the rarest coincidence that is still allowed is one of 36,500 payments, rounded down", () => {
    const { atMost } = unlinked.collision.number
    expect(atMost).toBeLessThanOrEqual(1 / 36_500)
    expect(atMost).toBeGreaterThan(1 / 36_500 - 1e-6)
  })
})
