/**
 * Digits name whom the model says: a flood throttles the alias of an account, and a request is refused unread as long as its
 * digits name that account, and no longer.
 */
import { describe, expect, it } from "vitest"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Action } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { GivenRuns } from "../mutants/Mutants.ts"
import { alipay, asDifferent, keyed, reportOf, scenario, wechat } from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"

const throttling = (scheme: Scheme): Scheme => ({ ...scheme, throttle: { perTerminalDay: 1000, perAliasDay: 3 } })

const flood: Action = { _tag: "Flood", phone: 0, merchant: 1, terminal: 0 }
const revoke: Action = { _tag: "Revoke", phone: 0 }

/** What the last request of a run is answered, by both. */
const answered = async (scheme: Scheme, actions: ReadonlyArray<Action>): Promise<Answer | undefined> => {
  const rules = Rules.strict(scheme)
  const run = scenario(rules, { amounts: [7], can: ["wrong-guess"] }, actions)
  const ending = await Refinement.replay(run, { rules })
  expect(await reportOf(asDifferent(ending))).toBe("")
  expect([ending._tag, ending.run.actions.length]).toEqual(["Alike", actions.length])
  let last: Answer | undefined
  let state = System.init(run.world)[0]!
  for (const action of actions) {
    const step = System.next(run.world, state, action)
    for (const event of step.events) if (event._tag === "Answered") last = event.answer
    state = step.state
  }
  return last
}

describe("digits name an account", () => {
  const byKey = throttling(keyed)
  const paying = GivenRuns.payment(GivenRuns.positionOf(byKey, 0), 7)
  const outOfWindow = GivenRuns.advance((byKey.window!.past + 1) * byKey.clock.step)

  it("by an alias that is made with a key while its step is in the window and its credential in use", async () => {
    expect(await answered(byKey, [GivenRuns.show(), flood, paying])).toBe("THROTTLED")
    expect(await answered(byKey, [GivenRuns.show(), flood, outOfWindow, paying])).toBe("CODE_INVALID")
    expect(await answered(byKey, [GivenRuns.show(), flood, revoke, paying])).toBe("CODE_INVALID")
    expect(await answered(byKey, [GivenRuns.show(), revoke, flood, paying])).toBe("CODE_INVALID")
  })

  it("by an alias that can be read for good", async () => {
    const read = throttling(alipay)
    const first = GivenRuns.payment(GivenRuns.positionOf(read, 0), 7)
    expect(await answered(read, [GivenRuns.show(), revoke, flood, outOfWindow, first])).toBe("THROTTLED")
  })

  it("where there is none, for whom they were drawn: an adversary floods with what it has seen and is over", async () => {
    const drawn = throttling(wechat)
    const first = GivenRuns.payment(0, 7)
    // It has seen what is shown at its own till.
    expect(await answered(drawn, [GivenRuns.show(), flood, first])).toBe("PAID")
    const sale: ReadonlyArray<Action> = [
      { _tag: "Scan", phone: 0, amount: 7 },
      { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }
    ]
    expect(await answered(drawn, [{ ...GivenRuns.show(), till: 0 }, revoke, flood, ...sale])).toBe("CODE_INVALID")
    expect(await answered(drawn, [GivenRuns.show(), revoke, flood, first])).toBe("THROTTLED")
  })
})
