/** The laws of the generators: what they draw is what they say, and not too little of it. */

import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import * as Money from "../../model/Money.ts"
import type { Outcome } from "../../model/Order.ts"
import { Scheme } from "../../model/Scheme.ts"
import type * as System from "../../model/System.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import { alipay, parameters, rulesOf, seed } from "../suites/Stage.ts"
import * as Trace from "../Trace.ts"
import * as Runs from "./Runs.ts"
import { schemes } from "./Schemes.ts"

const rules = rulesOf(alipay)
const everything = capabilityIds.filter((id) => capabilities[id].modelled)

describe(`generators, seed ${seed}`, () => {
  it("a scheme is one that a file could hold", () => {
    fc.assert(
      fc.property(schemes(alipay), (scheme) => {
        expect(decode(Scheme, JSON.parse(JSON.stringify(scheme)))).toEqual(Result.succeed(scheme))
      }),
      parameters(1000)
    )
  })

  it("an amount is an amount", () => {
    fc.assert(
      fc.property(Runs.amounts(rules), (amount) => {
        expect(Money.isAmount(amount)).toBe(true)
      }),
      parameters(1000)
    )
  })

  it("every action of a run can happen when it does, and so does every sublist of its intents", () => {
    fc.assert(
      fc.property(Runs.plans(rules, everything), fc.infiniteStream(fc.boolean()), ({ intents, world }, kept) => {
        for (const list of [intents, intents.filter(() => kept.next().value)]) {
          const run = Runs.make({ world, intents: list }, () => true)
          expect(Result.isSuccess(Trace.replay(run))).toBe(true)
        }
      }),
      parameters(100)
    )
  })

  it("every kind of action and nearly every answer occurs", () => {
    const actions = new Set<System.Action["_tag"]>()
    const answers = new Set<Outcome>()
    const drawn = fc.sample(Runs.plans(rules, everything), { seed, numRuns: 500 })
    for (const plan of drawn) {
      Runs.make(plan, (_before, { events }, action) => {
        actions.add(action._tag)
        for (const event of events) if (event._tag === "Answered") answers.add(event.decision.outcome)
        return true
      })
    }
    expect([...actions].sort()).toEqual(
      [
        "Advance",
        "Capture",
        "Deliver",
        "Enroll",
        "Guess",
        "Resubmit",
        "Scan",
        "Show",
        "Sign",
        "Submit",
        "Withdraw"
      ].sort()
    )
    expect([...answers].sort()).toEqual(
      [
        "AMOUNT_CHANGED",
        "BALANCE",
        "CODE_INVALID",
        "CODE_USED",
        "NO_AGREEMENT",
        "OVER_DAY_SUM",
        "OVER_PAYMENT_LIMIT",
        "PAID",
        "PAYER_CHANGED"
      ].sort()
    )
  })
})
