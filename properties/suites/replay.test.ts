/**
 * Replay: a code presented again, at the same till and at others, under the same order number and under others, after a
 * payment and after a refusal, at once and weeks later, over crashes and renewals. PAYCODE_SEED chooses the runs,
 * PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Answer } from "../../model/Order.ts"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { CodeKey, Node } from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { anyScheme, assertHolds, fails, fresh, open, parameters, rogue, rulesOf, seed, tally } from "./Harness.ts"
import { ahead, day, isAlive, lifeOf, nodeOf, nodes, starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// One code, again and again
// ---------------------------------------------------------------------------------------------------------------------

/** What comes between an attempt and the next. */
const between = ["nothing", "a crash", "a renewal whose reply is lost", "a renewal"] as const

/** How a code is presented once more: when, where, and under which order number. */
interface Again {
  readonly after: number
  readonly between: (typeof between)[number]
  /** At an honest till, or by the adversary's merchant, which alone can use its first order number again. */
  readonly at: "an honest till" | "a new number" | "the first number"
  readonly node: Node
}

/** What the first attempt meets. */
const firsts = ["nothing", "the payment limit", "the account's day", "the balance", "an ended agreement"] as const
type First = (typeof firsts)[number]

interface Replay {
  readonly scheme: Scheme
  readonly start: number
  readonly first: First
  readonly again: ReadonlyArray<Again>
}

const replays: fc.Arbitrary<Replay> = anyScheme.chain((scheme) => {
  const life = scheme.token.validity ?? scheme.window!.past * scheme.clock.step
  const wait = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: scheme.clock.step }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: life }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((days) => days * day) }
  )
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    first: fc.constantFrom(...firsts),
    again: fc.array(
      fc.record({
        after: wait,
        between: fc.oneof({ weight: 3, arbitrary: fc.constant("nothing" as const) }, fc.constantFrom(...between)),
        at: fc.constantFrom("an honest till", "a new number", "the first number"),
        node: nodes
      }),
      { minLength: 1, maxLength: 6 }
    )
  })
})

/** What the first attempt is answered. */
const answerTo = (first: First, { limit, stepUp }: Scheme): Answer => {
  switch (first) {
    case "nothing":
      return "PAID"
    case "the payment limit":
      if (limit.payment === limit.accountDay) return "OVER_ACCOUNT_DAY"
      return stepUp.method === "none" ? "OVER_PAYMENT_LIMIT" : "OPEN"
    case "the account's day":
      return "OVER_ACCOUNT_DAY"
    case "the balance":
      return "BALANCE"
    case "an ended agreement":
      return "NO_AGREEMENT"
  }
}

/** Plays a replay: what was answered each time, and what must have been. */
const play = ({ again, first, scheme, start }: Replay, mutants: ReadonlyArray<Mutant>) => {
  const { accountDay, payment } = scheme.limit
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start,
    amounts: [payment, payment + 1],
    opening: {
      ...fresh,
      balance: first === "the balance" ? 0 : fresh.balance,
      all: first === "the account's day" ? accountDay : 0
    }
  })
  const key = harness.show(0, rogue)
  const life = lifeOf(scheme, start, start)
  if (first === "an ended agreement") harness.act({ _tag: "Withdraw", account: 0 })
  const amount = first === "the payment limit" ? payment + 1 : payment
  const expected = answerTo(first, scheme)
  const answers: Array<{ readonly what: string; readonly found: string; readonly expected: string }> = [
    { what: first, found: harness.pay(key, amount), expected }
  ]
  let isSuperseded = false
  for (const { after, at, ...next } of again) {
    const node = nodeOf(scheme, next.node)
    harness.wait(after)
    if (next.between === "a crash") harness.act({ _tag: "Crash" })
    const heard = next.between === "a renewal"
    if (heard || next.between === "a renewal whose reply is lost") {
      const renewal = { _tag: "Enroll", phone: 0, heard } as const
      // Only so many credentials are played, and none is issued without an agreement.
      if (harness.isPossible(renewal)) harness.act(renewal)
      if (heard && harness.isPossible({ _tag: "Confirm", phone: 0 })) {
        harness.act({ _tag: "Confirm", phone: 0 })
        isSuperseded = true
      }
    }
    const isIn = !isSuperseded && isAlive(life, harness.state().now + ahead(scheme, node))
    const what = at === "the first number" ? `${expected} again` : isIn ? "alive" : isSuperseded ? "superseded" : "over"
    const found =
      at === "the first number"
        ? harness.pay(key, amount, { order: 0, node })
        : at === "a new number"
          ? harness.pay(key, payment, { node })
          : harness.deliver(harness.present(0, key, payment), { node })
    answers.push({
      what: next.between === "nothing" ? what : `${what}, after ${next.between}`,
      found,
      expected: at === "the first number" ? expected : isIn ? "CODE_USED" : "CODE_INVALID"
    })
  }
  return { answers, debits: harness.debits.length, isPaid: expected === "PAID" }
}

const isRight = (replay: Replay, mutants: ReadonlyArray<Mutant>): boolean => {
  const { answers, debits, isPaid } = play(replay, mutants)
  return debits === (isPaid ? 1 : 0) && answers.every(({ expected, found }) => found === expected)
}

// ---------------------------------------------------------------------------------------------------------------------
// One code at several tills at once
// ---------------------------------------------------------------------------------------------------------------------

/** A code that several tills have sent before the provider has seen it: where, and the order and nodes of arrival. */
const rushes = anyScheme.chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    tills: fc.array(fc.constantFrom(0, 1), { minLength: 2, maxLength: 6 }),
    arrivals: fc.array(fc.record({ pick: fc.nat({ max: 100 }), node: nodes, resent: fc.boolean() }), {
      minLength: 6,
      maxLength: 6
    })
  })
)

type Rush = typeof rushes extends fc.Arbitrary<infer A> ? A : never

const rush = ({ arrivals, scheme, start, tills }: Rush, mutants: ReadonlyArray<Mutant>) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start })
  const key = harness.show(0, rogue)
  const waiting = tills.map((till) => harness.present(till, key, scheme.limit.payment))
  const answers: Array<Answer> = []
  const [one, two] = waiting
  const delivery = (order: number) => ({ _tag: "Deliver", order, what: "pay", node: 0, heard: true }) as const
  const both = { _tag: "Race", first: delivery(one!), second: delivery(two!) } as const
  // Two that are decided at once: only where nothing keeps them apart (VER-20).
  if (harness.isPossible(both)) {
    harness.act(both)
    waiting.splice(0, 2)
  }
  for (const { node, pick, resent } of arrivals.slice(0, waiting.length)) {
    const order = waiting.splice(pick % waiting.length, 1)[0]!
    const at = nodeOf(scheme, node)
    const answer = harness.deliver(order, { node: at, heard: !resent })
    answers.push(answer)
    if (resent && harness.deliver(order, { node: at }) !== answer) answers.push("DECLINED")
  }
  return { answers, debits: harness.debits.length }
}

// ---------------------------------------------------------------------------------------------------------------------
// One order number for several things
// ---------------------------------------------------------------------------------------------------------------------

const others = ["amount", "payer", "code", "phone", "nothing"] as const

const reuses = anyScheme.chain((scheme) =>
  fc.record({ scheme: fc.constant(scheme), start: starts(scheme), other: fc.constantFrom(...others), node: nodes })
)

type Reuse = typeof reuses extends fc.Arbitrary<infer A> ? A : never

const reuse = ({ node, other, scheme, start }: Reuse, mutants: ReadonlyArray<Mutant>) => {
  const {
    clock,
    limit,
    order: { bindsCode }
  } = scheme
  const { payment } = limit
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [payment, payment + 1] })
  const first = harness.show(0, rogue)
  const answer = harness.pay(first, payment)
  // Another code of the same phone is one of another step.
  if (other === "code") harness.wait(clock.step)
  const phone = other === "payer" ? 2 : other === "phone" ? 1 : 0
  const key: CodeKey = other === "amount" || other === "nothing" ? first : harness.show(phone, rogue)
  const before = harness.state()
  const amount = other === "amount" ? payment + 1 : payment
  const again = harness.pay(key, amount, { order: 0, node: nodeOf(scheme, node) })
  const bound = bindsCode ? "CODE_CHANGED" : "PAID"
  const expected: Answer =
    other === "amount"
      ? "AMOUNT_CHANGED"
      : other === "payer" && !bindsCode
        ? "PAYER_CHANGED"
        : other === "nothing"
          ? "PAID"
          : bound
  const [was, is] = [before, harness.state()]
  const isUnchanged = was.orders.length === is.orders.length && was.orders[0]!.status === is.orders[0]!.status
  return {
    answer,
    again,
    expected,
    isRight: again === expected && isUnchanged && was.codes === is.codes && harness.debits.length === 1
  }
}

describe(`replay, seed ${seed}`, () => {
  it("a code that was attempted is never accepted again, and an order sent again is answered as before", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(replays, (replay) => {
        const { answers, debits, isPaid } = play(replay, [])
        for (const { expected, found, what } of answers) {
          expect(found, what).toBe(expected)
          met(what)
        }
        expect(debits).toBe(isPaid ? 1 : 0)
      }),
      parameters(1500)
    )
    const kept = ["PAID", "OPEN", "OVER_PAYMENT_LIMIT", "OVER_ACCOUNT_DAY", "BALANCE", "NO_AGREEMENT"]
    const after = ["alive", "over", "superseded"].flatMap((what) => [what, `${what}, after a crash`])
    const renewed = ["alive, after a renewal whose reply is lost", "superseded, after a renewal"]
    expect(rarerThan(10, ...firsts, ...kept.map((answer) => `${answer} again`), ...after, ...renewed)).toEqual([])
  })

  it.each([
    ["VER-1", "code first"],
    ["VER-8", "not kept"],
    ["VER-10", "only success"],
    ["VER-16", "not recorded"],
    ["VER-16", "refusals not recorded"],
    ["VER-19", "in memory"],
    ["VER-21", "answered first"],
    ["ENR-7", "kept"],
    ["ENR-8", "cleared"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(replays, (replay) => isRight(replay, [{ clause, mutant }]))).toBe(true)
  })

  it("of a code that several tills send at once, in any order and to any node, one payment comes", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(rushes, (run) => {
        const { answers, debits } = rush(run, [])
        expect(answers).toEqual(answers.map((_, index) => (index === 0 ? "PAID" : "CODE_USED")))
        expect(debits).toBe(1)
        if (new Set(run.tills).size === 2) met("two merchants")
        if (run.arrivals.some(({ resent }) => resent)) met("resent")
      }),
      parameters(400)
    )
    expect(rarerThan(50, "two merchants", "resent")).toEqual([])
  })

  it.each([
    ["VER-8", "not kept"],
    ["VER-20", "two at once"],
    ["VER-16", "not recorded"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isOnce = (run: Rush): boolean => {
      const { answers, debits } = rush(run, [{ clause, mutant }])
      return debits === 1 && answers.every((answer, index) => answer === (index === 0 ? "PAID" : "CODE_USED"))
    }
    expect(fails(rushes, isOnce)).toBe(true)
  })

  it("an order number that comes with something else is refused, and changes and burns nothing", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(reuses, (run) => {
        const { again, answer, expected, isRight } = reuse(run, [])
        expect([answer, again]).toEqual(["PAID", expected])
        expect(isRight).toBe(true)
        met(`${run.other}: ${again}`)
      }),
      parameters(600)
    )
    const cases = [
      "amount: AMOUNT_CHANGED",
      "payer: PAYER_CHANGED",
      "payer: CODE_CHANGED",
      "code: CODE_CHANGED",
      "phone: CODE_CHANGED"
    ]
    expect(rarerThan(10, ...cases, "code: PAID", "phone: PAID", "nothing: PAID")).toEqual([])
  })

  it.each([
    ["VER-1", "code first"],
    ["VER-2", "not compared"],
    ["VER-3", "not compared"],
    ["VER-4", "not compared"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(reuses, (run) => reuse(run, [{ clause, mutant }]).isRight)).toBe(true)
  })

  /** Whether no code of a run was accepted after the provider had said anything of it but that it is none. */
  const isSingle = (plan: Runs.Plan, met: (what: string) => void): boolean => {
    const seen = new Set<string>()
    let isRight = true
    Runs.make(plan, (_before, { events }) => {
      for (const event of events) {
        if (event._tag !== "Answered" || event.request === undefined || !event.fresh) continue
        const { generation, phone, position, revealed } = event.request.key
        const code = `${phone} ${generation} ${position} ${revealed}`
        const isAccepted = event.answer === "PAID" || event.answer === "OPEN"
        if (seen.has(code)) met(isAccepted ? "accepted again" : "refused again")
        if (seen.has(code) && isAccepted) isRight = false
        if (event.answer !== "CODE_INVALID") seen.add(code)
      }
      return isRight
    })
    return isRight
  }

  const can = ["network", "capture", "merchant", "hold-phone", "crash", "nodes"] as const
  const runs = (mutants: ReadonlyArray<Mutant>) =>
    anyScheme.chain((scheme) => Runs.plans({ rules: rulesOf(scheme, mutants), can }))

  it("in random runs no code is accepted that was attempted before", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(runs([]), (plan) => {
        expect(isSingle(plan, met)).toBe(true)
      }),
      parameters(400)
    )
    expect(rarerThan(50, "refused again")).toEqual([])
    const mutated = runs([{ clause: "VER-8", mutant: "not kept" }])
    expect(fails(mutated, (plan) => isSingle(plan, () => undefined))).toBe(true)
  })

  it("random runs break neither idempotent-pay nor order-conflict nor durable", () => {
    neverBroken(anyScheme, ["idempotent-pay", "order-conflict", "durable"])
  })
})
