/** The answers of the model in the words of merchant interfaces: all of them, in published words, and none the wrong way. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type Interfaced,
  interfaces,
  notForMerchants,
  published,
  type Question,
  questions,
  type Reply,
  replies,
  struck,
  tells
} from "../spec/ErrorCodes.ts"
import { choices } from "../spec/Parameters.ts"
import * as BuiltIn from "./BuiltIn.ts"
import { type Answer, answers, isDefinite, type OrderRecord, type OrderStatus } from "./Order.ts"
import { type Reason, reasons } from "./Refusal.ts"
import * as Rules from "./Rules.ts"
import type { Scheme } from "./Scheme.ts"
import { Settlement, Verification } from "./steps/Steps.ts"

const schemes = BuiltIn.all()

const faces = ["alipay", "wechat"] as const

/** Every reply of an interface, with the question and the answer that it is to. */
const rows = (face: (typeof interfaces)[number]) =>
  questions.flatMap((question) =>
    Object.entries(replies[face][question]).map(([answer, reply]) => ({ question, answer: answer as Answer, reply }))
  )

/** What is published of a field's value; undefined where nothing is. */
const found = (face: (typeof faces)[number], field: string, value: string) =>
  (published[face] as Interfaced).fields[field]?.[value]

it("a scheme file chooses among these interfaces", () => {
  expect(choices.interface.values).toEqual(interfaces)
})

it.each(faces)(
  "every published value of %s is answered to something, or struck with a reason, and none is both",
  (face) => {
    const given = new Set(rows(face).flatMap(({ reply }) => Object.values(reply.fields)))
    const values = Object.values((published[face] as Interfaced).fields).flatMap(Object.keys)
    expect(values.filter((value) => given.has(value) === value in struck[face])).toEqual([])
    expect(Object.keys(struck[face]).filter((value) => !values.includes(value))).toEqual([])
  }
)

describe("what the model can answer has a reply in every interface", () => {
  // Few, so that a record and a request often agree.
  const amount = fc.constantFrom(1, 1000, 300_000)

  const record = (status: fc.Arbitrary<OrderStatus>): fc.Arbitrary<OrderRecord> =>
    fc.record({
      status,
      // A request that was refused is recorded with what a decision answers.
      reason: fc.constantFrom<Reason>("CODE_INVALID", "CODE_USED", "AMBIGUOUS_CODE", "BALANCE", "OVER_ACCOUNT_DAY"),
      amount: fc.oneof(fc.constant(undefined), amount),
      payer: fc.constantFrom(0, 0, 1, undefined),
      code: fc.constantFrom(1, 2),
      at: fc.integer({ min: 0, max: 1000 }),
      refunded: fc.constantFrom(0, 1, 1000)
    })

  const any = record(fc.constantFrom("paid", "open", "closed", "reversed", "refused"))
  const maybe = fc.oneof(fc.constant(undefined), any)

  const candidate = fc.record({
    payer: fc.constantFrom(0, 1),
    matches: fc.array(fc.record({ position: fc.integer({ min: 1, max: 3 }), burned: fc.boolean() }), { maxLength: 2 }),
    revealed: fc.boolean(),
    pinned: fc.boolean(),
    last: fc.constantFrom(undefined, 0, 2),
    day: fc.constant(0),
    standing: fc.record({
      agreement: fc.constantFrom("none" as const, "live" as const, "live" as const, "live" as const, "ended" as const),
      free: fc.record({ sum: fc.constantFrom(0, 100_000), count: fc.constantFrom(0, 10) }),
      all: fc.constantFrom(0, 0, 0, 1_000_000),
      available: fc.constantFrom(0, 1_000_000, 1_000_000, 1_000_000),
      authenticated: fc.boolean()
    })
  })

  const facts: fc.Arbitrary<Verification.Facts> = fc.record({
    record: maybe,
    predates: fc.boolean(),
    wrongCodes: fc.constantFrom(
      { fromTerminal: 0, fromMerchant: 0, underAlias: 0 },
      { fromTerminal: 1e9, fromMerchant: 0, underAlias: 0 }
    ),
    payer: fc.constantFrom(0, 1, undefined),
    candidates: fc.array(candidate, { maxLength: 2 }),
    madeOver: fc.constantFrom("same" as const, "same" as const, "other" as const, "nothing" as const)
  })

  /** The scheme as it is, and one like it that has no step-up. */
  const variants: ReadonlyArray<Scheme> = schemes.flatMap((scheme) => [
    scheme,
    { ...scheme, stepUp: { method: "none" as const } },
    { ...scheme, code: { ...scheme.code, boundTo: "till" as const }, stepUp: { method: "pin" as const } },
    ...[10, 10, 10].map((dayCount) => ({
      ...scheme,
      limit: { ...scheme.limit, daySum: 100_000, dayCount },
      stepUp: { method: "none" as const }
    }))
  ])
  const rules = fc.constantFrom(...variants.map(Rules.strict))
  const declining = fc.constantFrom(
    ...schemes.map((scheme) => Rules.without(Rules.strict(scheme), { clause: "VER-15", mutant: "everything" }))
  )

  /** Checks that an answer has its replies, and notes that it was given. */
  const check = (given: Set<Answer>, question: Question, answer: Answer): void => {
    given.add(answer)
    for (const face of interfaces) expect(replies[face][question]).toHaveProperty(answer)
  }

  const holds = <Ts>(numRuns: number, property: fc.IProperty<Ts>): void => fc.assert(property, { seed: 1, numRuns })

  it("to a pay request", () => {
    const given = new Set<Answer>(["AMOUNT_INVALID"])
    holds(
      20_000,
      fc.property(
        fc.oneof({ arbitrary: rules, weight: 12 }, { arbitrary: declining, weight: 1 }),
        facts,
        amount,
        fc.constantFrom(1, 2),
        (rules, facts, amount, code) => {
          check(given, "pay", Verification.decide(rules, facts, { amount, code }, 1000).answer)
        }
      )
    )
    expect([...given].sort()).toEqual(Object.keys(replies.paycode.pay).sort())
  })

  it("to a query", () => {
    const given = new Set<Answer>()
    holds(
      2000,
      fc.property(rules, maybe, fc.boolean(), (rules, record, predates) => {
        check(given, "query", Settlement.query(rules, record, predates, 1000))
      })
    )
    expect(given).toContain("NO_SUCH_ORDER")
    expect(given).toContain("UNKNOWN")
  })

  it("to a reversal", () => {
    const given = new Set<Answer>()
    holds(
      2000,
      fc.property(rules, maybe, fc.boolean(), fc.constantFrom(1000, 100_000_000), (rules, record, predates, now) => {
        check(given, "reversal", Settlement.reverse(rules, record, predates, now).answer)
      })
    )
    expect(given).toContain("NO_SUCH_ORDER")
    expect(given).toContain("REVERSE_EXPIRED")
  })

  it("to a refund", () => {
    const given = new Set<Answer>(["AMOUNT_INVALID"])
    // Only what was paid was ever refunded, so that a refund is sent again of nothing else.
    const made = fc.record({ amount: fc.oneof(amount, fc.constant(undefined)), isOfOrder: fc.boolean() })
    const repeated = fc.tuple(record(fc.constantFrom("paid", "reversed")), made)
    const first = fc.tuple(maybe, fc.constant(undefined))
    holds(
      2000,
      fc.property(
        rules,
        fc.oneof(repeated, first),
        amount,
        fc.boolean(),
        fc.constantFrom(1000, 100_000_000),
        (rules, [record, made], amount, predates, now) => {
          check(
            given,
            "refund",
            Settlement.refund(rules, record, { amount, made, predates, held: predates ? 0 : 1000 }, now).answer
          )
        }
      )
    )
    expect([...given].sort()).toEqual(Object.keys(replies.paycode.refund).sort())
  })

  it("to a query of a refund", () => {
    const given = new Set<Answer>()
    const made = fc.record({ amount: fc.oneof(amount, fc.constant(undefined)), isOfOrder: fc.boolean() })
    holds(
      500,
      fc.property(
        rules,
        maybe,
        fc.oneof(made, fc.constant(undefined)),
        fc.boolean(),
        (rules, record, made, predates) => {
          check(given, "refund query", Settlement.queryRefund(rules, record, { made, predates }))
        }
      )
    )
    expect([...given].sort()).toEqual(Object.keys(replies.paycode["refund query"]).sort())
  })
})

it("every answer is a merchant's or said to be nobody's", () => {
  const merchants = questions.flatMap((question) => Object.keys(replies.paycode[question]))
  expect([...new Set([...merchants, ...Object.keys(notForMerchants)])].sort()).toEqual([...answers].sort())
  expect(merchants.filter((answer) => answer in notForMerchants)).toEqual([])
  expect(Object.keys(notForMerchants).filter((answer) => !reasons.includes(answer as Reason))).toEqual([])
})

it.each(interfaces)("%s replies to the same answers as the others", (face) => {
  for (const question of questions) {
    expect(Object.keys(replies[face][question]).sort()).toEqual(Object.keys(replies.paycode[question]).sort())
  }
})

describe.each(faces)("%s", (face) => {
  it("says only what is published", () => {
    const strangers = rows(face).flatMap(({ reply }) =>
      Object.entries(reply.fields).filter(([field, value]) => found(face, field, value) === undefined)
    )
    expect(strangers).toEqual([])
  })

  it("uses a code of another call only where it says so", () => {
    const borrowed = rows(face).filter(({ question, reply }) =>
      Object.entries(reply.fields).some(([field, value]) => found(face, field, value)!.tells[question] === undefined)
    )
    expect(borrowed.filter(({ reply }) => reply.nearest === undefined)).toEqual([])
  })

  it("tells what settles an order as settled, and what does not as not", () => {
    const wrong = rows(face).filter(({ answer, question, reply }) => !isRight(face, question, answer, reply))
    expect(wrong).toEqual([])
  })

  it.each([
    ["OPEN", "open"],
    ["NO_SUCH_ORDER", "absent"],
    ["UNKNOWN", "unknown"],
    ["THROTTLED", "unknown"]
  ])("tells %s as %s", (only, told) => {
    const own = rows(face).filter(({ answer }) => answer === only)
    expect(own.length).toBeGreaterThan(0)
    for (const { question, reply } of own) expect(tells(face, question, reply)).toEqual([told])
  })
})

/** Whether a reply settles the order just where the answer does. */
const isRight = (face: (typeof faces)[number], question: Question, answer: Answer, reply: Reply): boolean => {
  const told = tells(face, question, reply)
  return told.length > 0 && told.every((tell) => (tell === "settled") === isDefinite(answer))
}

it("tells a refusal that is passed off as a system error, and the other way round", () => {
  const vague: Reply = { fields: { code: "40004", sub_code: "ACQ.SYSTEM_ERROR" }, nearest: undefined }
  const firm: Reply = { fields: { result_code: "FAIL", err_code: "TRADE_ERROR" }, nearest: undefined }
  expect(isRight("alipay", "pay", "BALANCE", vague)).toBe(false)
  expect(isRight("wechat", "pay", "THROTTLED", firm)).toBe(false)
})

it("paycode answers in the protocol's own words", () => {
  for (const { answer, reply } of rows("paycode")) expect(reply).toEqual({ fields: { answer }, nearest: undefined })
})
