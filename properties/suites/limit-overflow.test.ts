/**
 * Limit overflow: payments at the limit and one beyond, sums that add up to the day's sum and one beyond, many requests
 * under way at once, resends, the change of day, and amounts that are none. PAYCODE_SEED chooses the runs, PAYCODE_RUNS
 * multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Money from "../../model/Money.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { schemes } from "../arbitraries/Schemes.ts"
import * as Walk from "../Walk.ts"
import { alipay, midnight, open, parameters, rulesOf, seed } from "./Stage.ts"

/** Numbers that are no amounts: zero, negative, fractional, beyond what arithmetic keeps exact, and no numbers at all. */
const noAmounts = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    0.5,
    1.5,
    2 ** 53,
    2 ** 53 + 2,
    1e300,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN
  ),
  fc.integer({ max: 0 }),
  fc.double({ noNaN: true }).filter((value) => !Number.isInteger(value)),
  fc.double({ min: 2 ** 53, noNaN: true })
)

/** A shopping spree: amounts around the limits, sent at once or one by one, over several days. */
const sprees = schemes(alipay).chain((scheme) => {
  const { daySum, payment } = scheme.limit
  const amount = fc.oneof(
    fc.constantFrom(payment, payment + 1, 1, daySum, daySum + 1, Number.MAX_SAFE_INTEGER),
    fc.integer({ min: 1, max: payment }),
    fc.integer({ min: 1, max: Math.max(1, daySum % payment) })
  )
  return fc.record({
    scheme: fc.constant(scheme),
    beforeMidnight: fc.integer({ min: 0, max: 2 * scheme.clock.step }),
    spentToday: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: daySum })),
    purchases: fc.array(
      fc.record({
        wait: fc.oneof(
          fc.integer({ min: 0, max: 2 * scheme.clock.step }),
          fc.constantFrom(Time.secondsPerDay - 1, Time.secondsPerDay)
        ),
        amount,
        resends: fc.nat({ max: 2 }),
        /** Left under way until later ones have been sent. */
        isLate: fc.boolean()
      }),
      { minLength: 1, maxLength: 12 }
    ),
    order: fc.array(fc.nat({ max: 100 }), { minLength: 12, maxLength: 12 })
  })
})

type Spree = typeof sprees extends fc.Arbitrary<infer A> ? A : never

/** What was paid on each provider day, the opening's included, and the largest payment. */
const shop = ({ beforeMidnight, order, purchases, scheme, spentToday }: Spree, leftOut: ReadonlyArray<ClauseId>) => {
  const start = midnight(scheme) - beforeMidnight
  const stage = open({
    rules: rulesOf(scheme, leftOut),
    start,
    amounts: [...new Set(purchases.map(({ amount }) => amount))],
    opening: { balance: Number.MAX_SAFE_INTEGER, spentToday }
  })
  const late: Array<number> = []
  const arrive = (number: number, resends: number): void => {
    for (let i = 0; i <= resends; i++) stage.deliver(number)
  }
  for (const { amount, isLate, resends, wait } of purchases) {
    stage.wait(wait)
    if (!stage.canShow(0, 2)) continue
    const number = stage.submit(2, stage.show(0, 2), amount)
    if (isLate) late.push(number)
    else arrive(number, resends)
  }
  for (let i = 0; late.length > 0; i++) arrive(late.splice(order[i]! % late.length, 1)[0]!, 1)
  const days = new Map([[Time.dayAt(scheme, start), spentToday]])
  const debits = stage.debits()
  for (const { amount, day } of debits) days.set(day, (days.get(day) ?? 0) + amount)
  return { days: [...days.values()], largest: Math.max(0, ...debits.map(({ amount }) => amount)), debits }
}

const isWithin = (scheme: Scheme, { days, largest }: ReturnType<typeof shop>): boolean =>
  largest <= scheme.limit.payment && days.every((sum) => sum <= scheme.limit.daySum)

/** A refund dressed up as a payment, then payments: what counts are the payments. */
const dressedUp = (scheme: Scheme, amount: number, leftOut: ReadonlyArray<ClauseId>) => {
  const { clock, limit } = scheme
  const { payment } = limit
  const stage = open({
    rules: rulesOf(scheme, leftOut),
    start: midnight(scheme),
    amounts: [payment, amount],
    opening: { balance: Number.MAX_SAFE_INTEGER, spentToday: limit.daySum }
  })
  const before = stage.state()
  const number = stage.submit(2, stage.show(0, 2), amount)
  const answer = number < 0 ? "refused at once" : stage.deliver(number)
  stage.wait(clock.step)
  const second = stage.deliver(stage.submit(2, stage.show(0, 2), payment))
  return { answer, second, orders: before.orders.length, debits: stage.debits() }
}

describe(`limit overflow, seed ${seed}`, () => {
  it.each([
    [0, "PAID"],
    [1, "OVER_PAYMENT_LIMIT"],
    [-1, "PAID"]
  ] as const)("the limit of a payment and %i is answered %s", (beyond, answer) => {
    fc.assert(
      fc.property(schemes(alipay), (scheme) => {
        const amount = scheme.limit.payment + beyond
        fc.pre(amount > 0)
        const stage = open({ rules: rulesOf(scheme), start: midnight(scheme), amounts: [amount] })
        stage.show(0, 0)
        expect(stage.deliver(stage.scan(0, amount))).toBe(answer)
      }),
      parameters(200)
    )
  })

  it.each([
    [0, "PAID"],
    [1, "OVER_DAY_SUM"]
  ] as const)("payments that add up to the day's sum and %i: the last is answered %s", (beyond, answer) => {
    fc.assert(
      fc.property(schemes(alipay), fc.integer({ min: 0, max: 1_000_000 }), (scheme, drawn) => {
        const { daySum, payment } = scheme.limit
        const last = 1 + (drawn % payment)
        const stage = open({
          rules: rulesOf(scheme),
          start: midnight(scheme),
          amounts: [last],
          opening: { balance: Number.MAX_SAFE_INTEGER, spentToday: daySum - last + beyond }
        })
        // The opening counts on the day of the start.
        stage.show(0, 0)
        expect(stage.deliver(stage.scan(0, last))).toBe(answer)
      }),
      parameters(200)
    )
  })

  it("whatever is bought, in whatever order requests arrive, no payment and no day is above its limit", () => {
    const met = { used: 0, nextDay: 0, refused: 0 }
    fc.assert(
      fc.property(sprees, (spree) => {
        const { daySum, payment } = spree.scheme.limit
        const result = shop(spree, [])
        expect(result.largest).toBeLessThanOrEqual(payment)
        for (const sum of result.days) expect(sum).toBeLessThanOrEqual(daySum)
        if (result.days.includes(daySum)) met.used++
        if (result.days.length > 1) met.nextDay++
        if (result.debits.length < spree.purchases.length) met.refused++
      }),
      parameters(500)
    )
    expect(met.used).toBeGreaterThan(2)
    expect(met.nextDay).toBeGreaterThan(50)
    expect(met.refused).toBeGreaterThan(50)
  })

  it.each([["VER-12"], ["VER-13"]] as const)("which fails without %s", (clause) => {
    const found = fc.check(
      fc.property(sprees, (spree) => isWithin(spree.scheme, shop(spree, [clause]))),
      parameters(500)
    )
    expect(found.failed).toBe(true)
  })

  it("a number that is no amount is refused before it changes anything", () => {
    fc.assert(
      fc.property(schemes(alipay), noAmounts, (scheme, amount) => {
        expect(Money.isAmount(amount)).toBe(false)
        const { answer, debits, second } = dressedUp(scheme, amount, [])
        expect(answer).toBe("refused at once")
        expect(second).toBe("OVER_DAY_SUM")
        expect(debits).toEqual([])
      }),
      parameters(500)
    )
  })

  it("without REL-2 a negative amount makes room for payments above the day's sum", () => {
    const { answer, debits, second } = dressedUp(alipay, -alipay.limit.payment, ["REL-2"])
    expect([answer, second]).toEqual(["PAID", "PAID"])
    expect(debits.map(({ amount }) => amount)).toEqual([-alipay.limit.payment, alipay.limit.payment])
  })

  it("an order known with another number that is no amount stays as it is", () => {
    fc.assert(
      fc.property(schemes(alipay), noAmounts, (scheme, amount) => {
        const { payment } = scheme.limit
        const stage = open({ rules: rulesOf(scheme), start: midnight(scheme), amounts: [payment, amount] })
        const code = stage.show(0, 2)
        const order = stage.submit(2, code, payment)
        expect(stage.deliver(order)).toBe("PAID")
        const before = stage.state()
        expect(stage.resubmit(order, code, amount)).toBe(-1)
        expect(stage.state()).toEqual(before)
      }),
      parameters(200)
    )
  })

  it("the largest amount there is neither overflows nor passes", () => {
    const greatest = Number.MAX_SAFE_INTEGER
    const stage = open({ rules: rulesOf(alipay), start: midnight(alipay), amounts: [greatest] })
    stage.show(0, 0)
    expect(stage.deliver(stage.scan(0, greatest))).toBe("OVER_PAYMENT_LIMIT")
  })

  it("random runs break neither payment-limit nor daily-sum", () => {
    const claims = ["payment-limit", "daily-sum"] as const
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
