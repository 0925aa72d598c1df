/** A search that is through compares a sample of its states with what stood for them, and ends where they are not alike. */
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Action } from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import type { Quotient } from "../reduction/Quotient.ts"
import type { Scene } from "../scenes/Scenes.ts"
import * as Search from "../search/Search.ts"
import { unionpay, wechat } from "../suites/Harness.ts"
import * as Exploration from "./Exploration.ts"
import * as SelfCheck from "./SelfCheck.ts"

const tasks = Exploration.plan(wechat, "quick", checkedIds, { drawing: { runs: 0, seed: 1 } })
const [payment] = tasks.filter(({ scene }) => scene === "payment") as [Exploration.Task]

/** What the check says of the states of a search, if other normal forms stood for them. */
const checking = (changed: (quotient: Quotient) => Quotient) => {
  const subject = Exploration.subjectOf(payment)
  const outcome = Search.search(subject.quotient, subject.properties, { states: 100_000, report: () => true })
  return SelfCheck.compare(
    { ...Exploration.checkedOf(payment, subject), quotient: changed(subject.quotient) },
    outcome,
    1
  )
}

describe("a search that is through", () => {
  it("says how many of its states it compared, and how many of them others stood for", () => {
    const { compared, ended, states } = Exploration.explore(payment, () => true)
    expect(ended).toBe("exhausted")
    expect(compared!.states).toBeGreaterThan(32)
    expect(compared!.joined).toBeGreaterThan(8)
    expect(compared!.joined).toBeLessThan(compared!.states)
    expect(states).toBeGreaterThan(compared!.states)
    expect(compared!.excursions).toBeGreaterThan(64)
  })

  it("compares nothing where an audit did not ask for it", () => {
    expect(Exploration.explore({ ...payment, drawing: undefined }, () => true).compared).toBeUndefined()
  })

  it("draws the same states for the same seed", () => {
    expect(checking((quotient) => quotient)).toEqual(checking((quotient) => quotient))
  })
})

/** The searches that decide a claim in a scene where the adversary has a capability more, as far as they go in few states. */
const having = (scheme: Scheme, extra: CapabilityId, scene: Scene, claim: CheckedClaimId) =>
  Exploration.plan(scheme, "quick", [claim], { extra, states: 5000 }).filter((task) => task.scene === scene)

describe("a search with a capability that its scene was not made for", () => {
  it("compares its states too, though few of them where it is not through", () => {
    const [task] = having(wechat, "restore", "payment", "single-use") as [Exploration.Task]
    const { compared, ended } = Exploration.explore({ ...task, drawing: { runs: 0, seed: 1 } }, () => true)
    expect([ended, compared!.excursions]).toEqual(["budget", 0])
    expect(compared!.joined).toBeGreaterThan(8)
    expect(compared!.states).toBeLessThanOrEqual(32)
  })

  it("compares nothing where it was stopped", () => {
    const [task] = having(wechat, "restore", "payment", "single-use") as [Exploration.Task]
    const { compared, ended } = Exploration.explore(
      { ...task, states: 1_000_000, drawing: { runs: 0, seed: 1 } },
      (states) => states < 2000
    )
    expect([ended, compared]).toEqual(["budget", undefined])
  })

  it.each([
    ["digits made up under either alias, at the adversary's", "wrong-guess", "conflict", "order-conflict"],
    ["digits made up under either alias, at an honest till", "wrong-guess", "credential", "lost-reply"],
    ["where the owner of a phone that is held stands", "hold-phone", "clock", "leak-lifetime"],
    ["what a till waits for while a restore is told", "restore", "order", "offline-step-up"],
    ["what is asked for once more after a restore", "restore", "clock", "honest-payment"],
    ["how old a restore is", "restore", "prompt", "timely-step-up"]
  ] as const)("finds each of its states alike: %s", (_what, extra, scene, claim) => {
    for (const task of having(unionpay, extra, scene, claim)) {
      const subject = Exploration.subjectOf(task)
      const { outcome } = Exploration.search(task, () => true, undefined, subject)
      const { joined } = SelfCheck.compare(Exploration.checkedOf(task, subject), outcome, 1, 160)
      expect(joined).toBeGreaterThan(0)
    }
  })

  it("shows codes of a phone that was read to a claim about what is read off codes", () => {
    const [task] = having(unionpay, "corrupt-device", "codes", "unlinkable") as [Exploration.Task]
    const [finding] = Exploration.explore(task, () => true).findings
    expect(finding!.counterexample?.actions.map(({ _tag }) => _tag)).toEqual(["Show", "Capture"])
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

/** A search of wechat in a scene, without a clause, that passes over some kind of action; and the check of it. */
const passing = (scene: Scene, claim: CheckedClaimId, mutant: Mutant, kind: Action["_tag"]) => {
  const planned = Exploration.plan(wechat, "quick", checkedIds, { mutants: [mutant], drawing: { runs: 0, seed: 1 } })
  const task = planned.find((one) => one.scene === scene && one.claims.includes(claim))!
  const { quotient, world } = Exploration.subjectOf(task)
  const actions: Quotient["actions"] = (view) => quotient.actions(view).filter(({ _tag }) => _tag !== kind)
  const less: Quotient = { ...quotient, actions, likeNormal: (view) => actions(view) }
  const properties = Exploration.propertiesOf(world, task.claims, actions, quotient.isWatched)
  const outcome = Search.search(less, properties, { states: 100_000, report: () => true })
  const check = () => SelfCheck.leave(Exploration.leftOf(task, { world, quotient: less, properties }), outcome, 1)
  return { finding: outcome.findings.find(({ name }) => name === claim)!, ended: outcome.ended, check }
}

/** A scheme of lists that do not live much longer than a code is looked at: `validity`, for codes that are shown for `display` seconds. */
const brieflyListed = (step: number, display: number, validity: number, leak: number): Scheme => ({
  ...wechat,
  display,
  clock: { ...wechat.clock, step, drift: 67, nodeSkew: 57 },
  relay: { deliveryAtMost: 5 },
  token: { ...wechat.token, source: "list", validity },
  leak: { seconds: leak }
})

describe("a way of a search is found again in the system", () => {
  it.each([
    ["of a list that ends while a code of it is still good to who has seen it", 3, 3, 65, 71, "clock", "leak-lifetime"],
    ["of a list that ends while a run is near its midnight", 292, 25, 150, 4, "clock", "honest-payment"],
    [
      "of a list that ends while a code of it is shown, in a scene in which lists have no end",
      3,
      596,
      82,
      16,
      "till",
      "honest-payment"
    ]
  ] as const)("%s", (_what, step, display, validity, leak, scene, claim) => {
    const tasks = Exploration.plan(brieflyListed(step, display, validity, leak), "quick", [claim], { states: 40_000 })
    const found = tasks.filter((task) => task.scene === scene).map((task) => Exploration.explore(task, () => true))
    expect(found.flatMap(({ findings }) => findings).some(({ situations }) => situations > 0)).toBe(true)
  })
})

describe("a search that passes over what matters", () => {
  it.each([
    ["a claim that is always so", "stepUp", "step-up-agreement", { clause: "STP-3", mutant: "not shown" }, "Approve"],
    ["what comes to pass", "sale", "order-ends", { clause: "SET-4", mutant: "no timer" }, "Deliver"]
  ] as const)("is found: %s", (_what, scene, claim, mutant, kind) => {
    const { check, ended, finding } = passing(scene, claim, mutant, kind)
    expect([ended, finding.counterexample]).toEqual(["exhausted", undefined])
    expect(check).toThrow(SelfCheck.Unlike)
    expect(check).toThrow(new RegExp(`shows of ${claim} what the search has not found. From the state \\{.*"${kind}"`))
  })

  it("is not found where it matters to no claim of the search", () => {
    const { check, ended } = passing("stepUp", "step-up-agreement", { clause: "SET-4", mutant: "no timer" }, "Approve")
    expect(ended).toBe("exhausted")
    expect(check()).toBeGreaterThan(0)
  })
})
