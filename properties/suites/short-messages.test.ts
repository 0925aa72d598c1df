/**
 * Step-up by short message: what an answer is for, what whoever reads messages can do with it, and what comes of a message
 * that is slow or never arrives. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
import {
  assertHolds,
  fails,
  type Harness,
  open,
  parameters,
  rogue,
  rulesOf,
  seed,
  smsOcra,
  smsPassword,
  tally
} from "./Harness.ts"
import { starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

const named = fc.constantFrom(smsOcra, smsPassword)

/** Schemes with step-up by short message: those of the spec, and variants whose accounts can pay twice above the limit. */
const anyByMessage: fc.Arbitrary<Scheme> = fc.oneof(named, named.chain(Schemes.schemes)).map((scheme) => ({
  ...scheme,
  limit: { ...scheme.limit, accountDay: scheme.limit.accountDay + 2 * (scheme.limit.payment + 1) }
}))

const above = ({ limit }: Scheme): number => limit.payment + 1

/** The payer's order at an honest till, above the limit and open. */
const opened = (harness: Harness, scheme: Scheme): number => {
  harness.show(0, 0)
  const order = harness.scan(0, above(scheme))
  expect(harness.deliver(order)).toBe("OPEN")
  return order
}

/** An order of the adversary's on the same account, above the limit and open: with a code that it has seen. */
const robbed = (harness: Harness, scheme: Scheme): number => {
  harness.wait(scheme.clock.step)
  const key = harness.show(0, rogue)
  expect(harness.pay(key, above(scheme))).toBe("OPEN")
  return harness.state().orders.length - 1
}

// ---------------------------------------------------------------------------------------------------------------------
// What an answer is for
// ---------------------------------------------------------------------------------------------------------------------

const strays = anyByMessage
  .filter(({ stepUp, clock }) => stepUp.openFor! > clock.step)
  .chain((scheme) => fc.record({ scheme: fc.constant(scheme), start: starts(scheme) }))
type Stray = typeof strays extends fc.Arbitrary<infer A> ? A : never

/** The payer's answer, made to arrive for the adversary's order: what it comes to there. */
const stray = ({ scheme, start }: Stray, mutants: ReadonlyArray<Mutant> = []) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [above(scheme)], can: ["sms"] })
  const own = opened(harness, scheme)
  harness.act({ _tag: "Approve", order: own })
  return { answer: harness.authenticate(own, { to: robbed(harness, scheme) }), debits: harness.debits.length }
}

// ---------------------------------------------------------------------------------------------------------------------
// Whoever reads messages
// ---------------------------------------------------------------------------------------------------------------------

const readers = anyByMessage
  .filter(({ stepUp, clock }) => stepUp.openFor! > clock.step)
  .chain((scheme) =>
    fc.record({
      scheme: fc.constant(scheme),
      start: starts(scheme),
      reads: fc.boolean(),
      isRead: fc.boolean(),
      hasAnswered: fc.boolean()
    })
  )
type Reader = typeof readers extends fc.Arbitrary<infer A> ? A : never

/** Whether the adversary can answer for the owner, who has perhaps answered once: and that it is then paid. */
const canAnswer = ({ hasAnswered, isRead, reads, scheme, start }: Reader): boolean => {
  const harness = open({
    rules: rulesOf(scheme),
    start,
    amounts: [above(scheme)],
    can: [...(reads ? (["sms"] as const) : []), ...(isRead ? (["corrupt-device"] as const) : [])]
  })
  if (hasAnswered) {
    const own = opened(harness, scheme)
    harness.act({ _tag: "Approve", order: own })
    expect(harness.authenticate(own)).toBe("PAID")
  }
  const order = robbed(harness, scheme)
  const answer = { _tag: "Impersonate", order, node: 0 } as const
  if (!harness.isPossible(answer)) return false
  harness.act(answer)
  expect(harness.order(order).status).toBe("paid")
  return true
}

// ---------------------------------------------------------------------------------------------------------------------
// Slow messages
// ---------------------------------------------------------------------------------------------------------------------

/** How long prompt, payer and answer take in all, or that the answer never arrives. */
const slow = anyByMessage.chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    taken: fc.oneof(
      fc.constantFrom(scheme.stepUp.openFor!, scheme.stepUp.openFor! + 1, undefined),
      fc.integer({ min: 0, max: 2 * scheme.stepUp.openFor! })
    )
  })
)

describe(`step-up by short message, seed ${seed}`, () => {
  it("a response is for its order and no other; a password is for whatever order waits", () => {
    const cases = tally()
    assertHolds(
      fc.property(strays, (drawn) => {
        const isNamed = drawn.scheme.stepUp.method === "sms-ocra"
        expect(stray(drawn)).toEqual(isNamed ? { answer: "ANSWER_WRONG", debits: 0 } : { answer: "PAID", debits: 1 })
        cases.met(drawn.scheme.stepUp.method)
      }),
      parameters(200)
    )
    expect(cases.rarerThan(40, "sms-ocra", "sms-password")).toEqual([])
  })

  it("which fails without STP-2, any order", () => {
    const responses = strays.filter(({ scheme }) => scheme.stepUp.method === "sms-ocra")
    const isRefused = (drawn: Stray): boolean =>
      stray(drawn, [{ clause: "STP-2", mutant: "any order" }]).answer === "ANSWER_WRONG"
    expect(fails(responses, isRefused)).toBe(true)
  })

  it("who has read one password answers for the owner; who has read one response must have read the phone as well", () => {
    const cases = tally()
    assertHolds(
      fc.property(readers, (drawn) => {
        const { hasAnswered, isRead, reads, scheme } = drawn
        const { method } = scheme.stepUp
        expect(canAnswer(drawn)).toBe(reads && hasAnswered && (method === "sms-password" || isRead))
        cases.met(`${method} ${reads} ${isRead} ${hasAnswered}`)
      }),
      parameters(400)
    )
    const both = [true, false]
    const all = ["sms-ocra", "sms-password"].flatMap((method) =>
      both.flatMap((reads) => both.flatMap((isRead) => both.map((has) => `${method} ${reads} ${isRead} ${has}`)))
    )
    expect(cases.rarerThan(5, ...all)).toEqual([])
  })

  it("an answer that is slower than the deadline debits nothing, and what was reserved is free again", () => {
    const cases = tally()
    assertHolds(
      fc.property(slow, ({ scheme, start, taken }) => {
        const { openFor } = scheme.stepUp
        const harness = open({ rules: rulesOf(scheme), start, amounts: [above(scheme)], can: ["sms"] })
        const order = opened(harness, scheme)
        harness.act({ _tag: "Approve", order })
        harness.wait(taken ?? openFor! + 1)
        const close = { _tag: "Close", order, node: 0 } as const
        const isOver = harness.isPossible(close)
        if (isOver) harness.act(close)
        const isLate = taken === undefined || taken >= openFor!
        expect(isOver).toBe(isLate)
        if (taken !== undefined) expect(harness.authenticate(order)).toBe(isLate ? "NOT_OPEN" : "PAID")
        expect(harness.order(order).status).toBe(isLate ? "closed" : "paid")
        expect(harness.debits.length).toBe(isLate ? 0 : 1)
        cases.met(taken === undefined ? "lost" : isLate ? "late" : "in time")
      }),
      parameters(300)
    )
    expect(cases.rarerThan(20, "lost", "late", "in time")).toEqual([])
  })

  it.each([smsOcra, smsPassword])(
    "a deadline that leaves room for both messages is kept in $scheme, and no shorter one",
    (scheme) => {
      const least = StepUp.leastOpenFor(rulesOf(scheme))
      const isKept = (openFor: number): boolean => {
        const waiting = { ...scheme, stepUp: { ...scheme.stepUp, openFor } }
        const [task] = Exploration.plan(waiting, "quick", ["timely-step-up"])
        const { ended, findings } = Exploration.explore(task!, () => true)
        const [{ counterexample, situations }] = findings as readonly [Exploration.ClaimFinding]
        expect(counterexample !== undefined || (ended === "exhausted" && situations > 0)).toBe(true)
        return counterexample === undefined
      }
      expect([isKept(least), isKept(least - 1)]).toEqual([true, false])
    }
  )

  it("a response breaks no claim that a password breaks, in runs of any kind", () => {
    neverBroken(fc.constant(smsOcra), ["payment-limit", "leak-bound", "step-up-agreement", "secret-kept"], [smsOcra])
  })
})
