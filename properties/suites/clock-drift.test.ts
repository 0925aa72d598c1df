/**
 * Clock drift: phones whose clocks are off either way, by little and by days, set back and set ahead, at the edges of
 * the window and of the day. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { schemes } from "../arbitraries/Schemes.ts"
import * as Walk from "../Walk.ts"
import { alipay, midnight, open, parameters, rulesOf, seed } from "./Stage.ts"

/** A scheme, and a start near its midnight or anywhere in its day. */
const settings = schemes(alipay).chain((scheme) => {
  const end = midnight(scheme)
  const spread = (scheme.window.past + scheme.window.future + 2) * scheme.clock.step
  return fc.record({
    scheme: fc.constant(scheme),
    start: fc.oneof(
      fc.integer({ min: end - spread, max: end + spread }),
      fc.integer({ min: end - Time.secondsPerDay, max: end })
    )
  })
})

/** An honest payment: how far off the clock is, how long the code is shown, how long the request is under way. */
const honest = settings.chain(({ scheme, start }) => {
  const upTo = (most: number) => fc.oneof(fc.constant(most), fc.integer({ min: 0, max: most }))
  return fc.record({
    scheme: fc.constant(scheme),
    start: fc.constant(start),
    offset: fc.tuple(fc.constantFrom(1, -1), upTo(scheme.clock.drift)).map(([sign, size]) => sign * size || 0),
    shown: upTo(scheme.display),
    underWay: upTo(scheme.relay.deliveryAtMost)
  })
})

/** A code made in the step that is `behind` steps before that of the provider's clock when it is presented. */
const presented = settings.chain(({ scheme, start }) => {
  const { future, past } = scheme.window
  return fc.record({
    scheme: fc.constant(scheme),
    start: fc.constant(start),
    behind: fc.oneof(
      fc.constantFrom(past, past + 1, -future, -future - 1),
      fc.integer({ min: -2 * future - 2, max: 2 * past + 2 })
    ),
    waited: fc.integer({ min: 0, max: 3 * scheme.clock.step })
  })
})

/** What comes of presenting a code of such a step, and whether the window holds it. */
const present = (
  leftOut: ReadonlyArray<ClauseId>,
  {
    behind,
    scheme,
    start,
    waited
  }: { readonly scheme: Scheme; readonly start: number; readonly behind: number; readonly waited: number }
) => {
  const { step } = scheme.clock
  const wanted = Time.stepAt(scheme, start + waited) - behind
  // The clock is off by so much that the code, made now, is of the step that is wanted.
  const offset = Time.startOfStep(scheme, wanted) + (start % step) - start
  const stage = open({ rules: rulesOf(scheme, leftOut), start, amounts: [scheme.limit.payment], offsets: [offset] })
  const code = stage.show(0, 2, offset)
  stage.wait(waited)
  const outcome = stage.deliver(stage.submit(2, code, scheme.limit.payment))
  const isWithin = behind <= scheme.window.past && behind >= -scheme.window.future
  return { outcome, isWithin }
}

describe(`clock drift, seed ${seed}`, () => {
  it("an honest payer within the stated drift is always paid", () => {
    const edges = new Set<string>()
    fc.assert(
      fc.property(honest, ({ offset, scheme, shown, start, underWay }) => {
        const { payment } = scheme.limit
        const stage = open({ rules: rulesOf(scheme), start, amounts: [payment], offsets: [offset] })
        stage.show(0, 0, offset)
        stage.wait(shown)
        const order = stage.scan(0, payment)
        stage.wait(underWay)
        expect(stage.deliver(order)).toBe("PAID")
        if (offset === scheme.clock.drift) edges.add("ahead")
        if (-offset === scheme.clock.drift) edges.add("behind")
        if (-offset === scheme.clock.drift && shown === scheme.display && underWay === scheme.relay.deliveryAtMost)
          edges.add("everything at its edge")
        if (Time.dayAt(scheme, start) !== Time.dayAt(scheme, stage.state().now)) edges.add("over midnight")
      }),
      parameters(2000)
    )
    expect([...edges].sort()).toEqual(["ahead", "behind", "everything at its edge", "over midnight"])
  })

  it("a code is paid if and only if its step lies in the window, to the step", () => {
    const edges = new Set<number>()
    fc.assert(
      fc.property(presented, (setting) => {
        const { isWithin, outcome } = present([], setting)
        expect(outcome).toBe(isWithin ? "PAID" : "CODE_INVALID")
        const { future, past } = setting.scheme.window
        if (setting.behind === past) edges.add(1)
        if (setting.behind === past + 1) edges.add(2)
        if (setting.behind === -future) edges.add(3)
        if (setting.behind === -future - 1) edges.add(4)
      }),
      parameters(2000)
    )
    expect(edges.size).toBe(4)
  })

  it.each([["VER-6"], ["VER-7"], ["VER-5"]] as const)("which fails without %s", (clause) => {
    const found = fc.check(
      fc.property(presented, (setting) => {
        const { isWithin, outcome } = present([clause], setting)
        return (outcome === "PAID") === isWithin
      }),
      parameters(500)
    )
    expect(found.failed).toBe(true)
  })

  it("a clock set back makes no used code good again", () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 5 }), ({ scheme, start }, steps) => {
        const back = -steps * scheme.clock.step
        const { payment } = scheme.limit
        const rules = rulesOf(scheme)
        const stage = open({ rules, start, amounts: [payment], offsets: [0, back] })
        const code = stage.show(0, 0)
        stage.capture(code)
        expect(stage.deliver(stage.scan(0, payment))).toBe("PAID")
        stage.wait(steps * scheme.clock.step)
        // The clock is set back by as much as has passed: the phone is in the same step again, and has no other code.
        expect(stage.canShow(0, 0, back)).toBe(false)
        expect(stage.deliver(stage.submit(2, code, payment))).not.toBe("PAID")
      }),
      parameters(500)
    )
  })

  it("a code of a clock far ahead is refused now, burns nothing, and is paid once its time has come", () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 100 }), ({ scheme, start }, steps) => {
        const { clock, limit, window } = scheme
        const ahead = (window.future + steps) * clock.step
        const stage = open({ rules: rulesOf(scheme), start, amounts: [limit.payment], offsets: [ahead] })
        const code = stage.show(0, 2, ahead)
        expect(stage.deliver(stage.submit(2, code, limit.payment))).toBe("CODE_INVALID")
        stage.wait(ahead)
        expect(stage.deliver(stage.submit(2, code, limit.payment))).toBe("PAID")
      }),
      parameters(500)
    )
  })

  it("a code made before midnight and paid after it counts to the new day", () => {
    fc.assert(
      fc.property(schemes(alipay), (scheme) => {
        const { payment } = scheme.limit
        const stage = open({
          rules: rulesOf(scheme),
          start: midnight(scheme) - 1,
          amounts: [payment],
          opening: { balance: Number.MAX_SAFE_INTEGER, spentToday: scheme.limit.daySum }
        })
        const code = stage.show(0, 2)
        const early = stage.submit(2, code, payment)
        stage.wait(1)
        expect(stage.deliver(early)).toBe("PAID")
        expect(stage.debits().map(({ day }) => day)).toEqual([20])
      }),
      parameters(300)
    )
  })

  it("random runs with clocks off by anything break neither freshness nor honest payment nor a leak's lifetime", () => {
    const claims = ["freshness", "honest-payment", "leak-lifetime"] as const
    fc.assert(
      fc.property(schemes(alipay), fc.integer(), (scheme, walk) => {
        const { counterexamples } = Walk.sample(rulesOf(scheme), claims, { runs: 10, seed: walk })
        expect(counterexamples).toEqual({})
      }),
      parameters(30)
    )
    const { situations } = Walk.sample(rulesOf(alipay), claims, { runs: 200, seed })
    for (const claim of claims) expect(situations[claim]).toBeGreaterThan(50)
  })
})
