/**
 * Leaked codes: seen by the adversary before, while or after the payer uses them, presented at its own till and at
 * honest ones. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { schemes } from "../arbitraries/Schemes.ts"
import * as Trace from "../Trace.ts"
import * as Walk from "../Walk.ts"
import { alipay, midnight, open, parameters, rulesOf, seed } from "./Stage.ts"

/** When the adversary presents the code: before the payer's till does, while that request is under way, or after. */
const moments = ["before", "while", "after"] as const

const leaks = schemes(alipay).chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: fc.integer({ min: midnight(scheme) - scheme.leak.seconds, max: midnight(scheme) + 1 }),
    moment: fc.constantFrom(...moments),
    till: fc.constantFrom(1, 2),
    arrivesFirst: fc.boolean()
  })
)

/** A leaked code is presented so many seconds after it was first shown. */
const ages = schemes(alipay).chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: fc.integer({ min: 0, max: Time.secondsPerDay }).map((second) => midnight(scheme) + second),
    offset: fc.oneof(fc.constantFrom(scheme.clock.drift, -scheme.clock.drift), fc.constant(0)),
    age: fc.oneof(
      fc.integer({ min: 0, max: scheme.leak.seconds + 2 }),
      fc.integer({ min: scheme.leak.seconds - 1, max: scheme.leak.seconds + 2 })
    )
  })
)

type Age = { readonly scheme: Scheme; readonly start: number; readonly offset: number; readonly age: number }

const presentAt = ({ age, offset, scheme, start }: Age, leftOut: ReadonlyArray<ClauseId>) => {
  const { payment } = scheme.limit
  const stage = open({ rules: rulesOf(scheme, leftOut), start, amounts: [payment], offsets: [offset] })
  const code = stage.show(0, 0, offset)
  stage.capture(code)
  stage.wait(age)
  return stage.deliver(stage.submit(2, code, payment))
}

/** A spree: codes of several days are captured and spent, as often and as high as the adversary likes. */
const sprees = schemes(alipay).chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    captured: fc.array(
      fc.record({
        wait: fc.oneof(
          fc.integer({ min: 0, max: 3 * scheme.clock.step }),
          fc.integer({ min: 0, max: Time.secondsPerDay })
        ),
        amounts: fc.array(
          fc.constantFrom(scheme.limit.payment, scheme.limit.payment + 1, Math.ceil(scheme.limit.payment / 2)),
          { minLength: 1, maxLength: 3 }
        )
      }),
      { minLength: 1, maxLength: 12 }
    )
  })
)

type Spree = typeof sprees extends fc.Arbitrary<infer A> ? A : never

/** What a spree costs the payer, and the bound on it: a payment for each code, and a day's sum for each day. */
const costOf = ({ captured, scheme }: Spree, leftOut: ReadonlyArray<ClauseId>) => {
  const { daySum, payment } = scheme.limit
  const stage = open({
    rules: rulesOf(scheme, leftOut),
    start: midnight(scheme),
    amounts: [...new Set([payment, payment + 1, Math.ceil(payment / 2)])]
  })
  for (const { amounts, wait } of captured) {
    stage.wait(wait)
    if (!stage.canShow(0, 2)) continue
    const code = stage.show(0, 2)
    for (const amount of amounts) stage.deliver(stage.submit(2, code, amount))
  }
  const { codes } = stage.state()
  const days = new Set(codes.map(({ shownAt }) => Time.dayAt(scheme, shownAt))).size
  const cost = stage.debits().reduce((sum, { amount }) => sum + amount, 0)
  return { cost, bound: Math.min(codes.length * payment, days * daySum), isReached: cost === days * daySum }
}

describe(`leaked codes, seed ${seed}`, () => {
  it("a leaked code pays once: whoever comes first", () => {
    const met = new Set<string>()
    fc.assert(
      fc.property(leaks, ({ arrivesFirst, moment, scheme, start, till }) => {
        const { payment } = scheme.limit
        const stage = open({ rules: rulesOf(scheme), start, amounts: [payment] })
        const code = stage.show(0, 0)
        stage.capture(code)
        const adversary = () => stage.submit(till, code, payment)
        const outcomes =
          moment === "before"
            ? [stage.deliver(adversary()), stage.deliver(stage.scan(0, payment))]
            : moment === "after"
              ? [stage.deliver(stage.scan(0, payment)), stage.deliver(adversary())]
              : (arrivesFirst ? [adversary(), stage.scan(0, payment)] : [stage.scan(0, payment), adversary()]).map(
                  (order) => stage.deliver(order)
                )
        expect(outcomes).toEqual(["PAID", "CODE_USED"])
        expect(stage.debits()).toHaveLength(1)
        met.add(`${moment} at ${till}`)
      }),
      parameters(500)
    )
    expect(met.size).toBe(6)
  })

  it("a code of a phone within the drift is worthless leak.seconds after it was first shown", () => {
    const met = { paidAtTheEnd: 0, refusedAfter: 0 }
    fc.assert(
      fc.property(ages, (age) => {
        const { leak, clock } = age.scheme
        const outcome = presentAt(age, [])
        if (age.age >= leak.seconds) {
          expect(outcome).toBe("CODE_INVALID")
          met.refusedAfter++
        }
        // The bound leaves room for another node's clock, and for nothing else.
        if (age.age >= leak.seconds - clock.nodeSkew - 1 && outcome === "PAID") met.paidAtTheEnd++
      }),
      parameters(2000)
    )
    expect(met.refusedAfter).toBeGreaterThan(100)
    expect(met.paidAtTheEnd).toBeGreaterThan(0)
  })

  it.each([["VER-5"], ["VER-6"]] as const)("which fails without %s", (clause) => {
    const found = fc.check(
      fc.property(ages, (age) => age.age < age.scheme.leak.seconds || presentAt(age, [clause]) !== "PAID"),
      parameters(500)
    )
    expect(found.failed).toBe(true)
  })

  it("n leaked codes cost at most n payments, and a day's sum for each day", () => {
    let reached = 0
    fc.assert(
      fc.property(sprees, (spree) => {
        const { bound, cost, isReached } = costOf(spree, [])
        expect(cost).toBeLessThanOrEqual(bound)
        if (isReached) reached++
      }),
      parameters(500)
    )
    expect(reached).toBeGreaterThan(0)
  })

  it.each([["VER-12"], ["VER-13"], ["VER-8"]] as const)("which fails without %s", (clause) => {
    const found = fc.check(
      fc.property(sprees, (spree) => {
        const { bound, cost } = costOf(spree, [clause])
        return cost <= bound
      }),
      parameters(500)
    )
    expect(found.failed).toBe(true)
  })

  it("sampling finds the attacks that alipay admits, and shrinks them to their shortest form", () => {
    const { counterexamples } = Walk.sample(rulesOf(alipay), ["opaque-code", "payee-agreement"], { runs: 500, seed })
    const least = Object.entries(counterexamples).map(([claim, trace]) => {
      const { isShortest, trace: attack } = Trace.shortest(trace, 50_000)
      return [claim, { steps: attack.actions.length, isShortest }]
    })
    expect(Object.fromEntries(least)).toEqual({
      "opaque-code": { steps: 2, isShortest: true },
      "payee-agreement": { steps: 3, isShortest: true }
    })
  })

  it("random runs break neither payer-agreement nor a leak's lifetime", () => {
    const claims = ["payer-agreement", "leak-lifetime"] as const
    fc.assert(
      fc.property(schemes(alipay), fc.integer(), (scheme, walk) => {
        expect(Walk.sample(rulesOf(scheme), claims, { runs: 10, seed: walk }).counterexamples).toEqual({})
      }),
      parameters(30)
    )
    const { situations } = Walk.sample(rulesOf(alipay), claims, { runs: 200, seed })
    for (const claim of claims) expect(situations[claim]).toBeGreaterThan(50)
  })
})
