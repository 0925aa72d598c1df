/**
 * Replay: a code presented again, at the same till and at others, under the same order number and under others, after a
 * payment and after a refusal, at once and weeks later. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Outcome } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import { schemes } from "../arbitraries/Schemes.ts"
import * as Walk from "../Walk.ts"
import { alipay, midnight, open, parameters, rulesOf, seed } from "./Stage.ts"

/** How a code is presented once more: when, where, and under which order number. */
interface Again {
  readonly after: number
  readonly till: number
  /** Under the first order number, which only the adversary's own till can use again. */
  readonly sameOrder: boolean
}

/** Why the first attempt is refused, if it is. */
type First = "paid" | "over the limit" | "over the day's sum" | "over the balance" | "agreement ended"

interface Replay {
  readonly scheme: Scheme
  readonly start: number
  readonly first: First
  readonly again: ReadonlyArray<Again>
}

const firsts: ReadonlyArray<First> = [
  "paid",
  "over the limit",
  "over the day's sum",
  "over the balance",
  "agreement ended"
]

const replays: fc.Arbitrary<Replay> = schemes(alipay).chain((scheme) => {
  const { clock, window } = scheme
  const wait = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: clock.step }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: window.past * clock.step }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((days) => days * Time.secondsPerDay) }
  )
  return fc.record({
    scheme: fc.constant(scheme),
    start: fc.integer({ min: midnight(scheme) - Time.secondsPerDay, max: midnight(scheme) }),
    first: fc.constantFrom(...firsts),
    again: fc.array(fc.record({ after: wait, till: fc.constantFrom(0, 1, 2), sameOrder: fc.boolean() }), {
      minLength: 1,
      maxLength: 8
    })
  })
})

const refusalOf: Readonly<Record<First, Outcome>> = {
  paid: "PAID",
  "over the limit": "OVER_PAYMENT_LIMIT",
  "over the day's sum": "OVER_DAY_SUM",
  "over the balance": "BALANCE",
  "agreement ended": "NO_AGREEMENT"
}

/** Plays a replay; what was answered first, and then each time, with whether the code was still in the window. */
const play = ({ again, first, scheme, start }: Replay, leftOut: ReadonlyArray<ClauseId>) => {
  const { daySum, payment } = scheme.limit
  const stage = open({
    rules: rulesOf(scheme, leftOut),
    start,
    amounts: [payment, payment + 1],
    opening: {
      balance: first === "over the balance" ? 0 : Number.MAX_SAFE_INTEGER,
      spentToday: first === "over the day's sum" ? daySum : 0
    }
  })
  const code = stage.show(0, 2)
  if (first === "agreement ended") stage.withdraw(0)
  const amount = first === "over the limit" ? payment + 1 : payment
  const order = stage.submit(2, code, amount)
  const answer = stage.deliver(order)
  const answers = again.map(({ after, sameOrder, till }) => {
    stage.wait(after)
    const known = sameOrder && till === 2
    const outcome = known
      ? stage.deliver(order, stage.resubmit(order, code, amount))
      : stage.deliver(stage.submit(till, code, payment))
    const { codes, now } = stage.state()
    const inWindow = Time.stepAt(scheme, now) - codes[code]!.step <= scheme.window.past
    return { known, inWindow, outcome }
  })
  return { answer, answers, debits: stage.debits() }
}

/** Whether a replay came out as it must: one debit at most, resends answered as before, everything else refused. */
const isRight = (replay: Replay, leftOut: ReadonlyArray<ClauseId>): boolean => {
  const { answer, answers, debits } = play(replay, leftOut)
  return (
    answer === refusalOf[replay.first] &&
    debits.length === (answer === "PAID" ? 1 : 0) &&
    answers.every(({ inWindow, known, outcome }) =>
      known ? outcome === answer : outcome === (inWindow ? "CODE_USED" : "CODE_INVALID")
    )
  )
}

describe(`replay, seed ${seed}`, () => {
  it("a code that was attempted is never paid again, and a resent order is answered as before", () => {
    const met = new Map<string, number>()
    const count = (what: string) => met.set(what, (met.get(what) ?? 0) + 1)
    fc.assert(
      fc.property(replays, (replay) => {
        const { answer, answers, debits } = play(replay, [])
        expect(answer).toBe(refusalOf[replay.first])
        expect(debits).toHaveLength(answer === "PAID" ? 1 : 0)
        count(replay.first)
        for (const { inWindow, known, outcome } of answers) {
          expect(outcome).toBe(known ? answer : inWindow ? "CODE_USED" : "CODE_INVALID")
          count(known ? "resent" : inWindow ? "in the window" : "too late")
        }
      }),
      parameters(2000)
    )
    for (const what of [...firsts, "resent", "in the window", "too late"]) expect(met.get(what)).toBeGreaterThan(50)
  })

  it.each([["VER-8"], ["VER-10"], ["VER-1"], ["VER-16"]] as const)("which fails without %s", (clause) => {
    const found = fc.check(
      fc.property(replays, (replay) => isRight(replay, [clause])),
      parameters(500)
    )
    expect(found.failed).toBe(true)
    // Shrunk, it is a fault that one or two replays show.
    expect(found.counterexample![0].again.length).toBeLessThanOrEqual(2)
  })

  it("of a code sent by two tills at once, in any order of arrival, one payment comes", () => {
    fc.assert(
      fc.property(
        schemes(alipay),
        fc.array(fc.constantFrom(0, 1, 2), { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (scheme, tills, order) => {
          const { payment } = scheme.limit
          const stage = open({ rules: rulesOf(scheme), start: midnight(scheme), amounts: [payment] })
          const code = stage.show(0, 2)
          const waiting = tills.map((till) => stage.submit(till, code, payment))
          const outcomes: Array<Outcome> = []
          while (waiting.length > 0)
            outcomes.push(stage.deliver(waiting.splice(order.next().value % waiting.length, 1)[0]!))
          expect(outcomes[0]).toBe("PAID")
          expect(outcomes.slice(1).every((outcome) => outcome === "CODE_USED")).toBe(true)
        }
      ),
      parameters(500)
    )
  })

  it("random runs break neither single-use nor idempotent-pay nor order-conflict", () => {
    const claims = ["single-use", "idempotent-pay", "order-conflict"] as const
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
