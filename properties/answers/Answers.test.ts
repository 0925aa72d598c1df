/** The implementation answers what the table of order states says, in every state that it can be brought to. */
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as ProviderHarness from "../../impl/testing/ProviderHarness.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Answers from "./Answers.ts"

/** Schemes that differ in what they answer: codes that orders are bound to, and reversals of unknown numbers. */
const schemes = [Fixtures.alipay, Fixtures.unionpay, Fixtures.wechat, Fixtures.keyed]

const order = "A1"

/** What an order is for, in minor units: above the limit where it is to wait for step-up. */
const amountIn = ({ limit }: Scheme, state: Answers.StateName): number =>
  state === "open" || state === "overdue" || state === "closed" ? limit.payment + 1 : Answers.amount

/** A provider, and a payment that it was asked for; the code that it came with, and what it was for. */
const setUp = (scheme: Scheme, state: Answers.StateName) => {
  const amount = amountIn(scheme, state)
  const shop = ProviderHarness.make(Rules.strict(scheme), {}, state === "refused" ? amount - 1 : undefined)
  const code = shop.fresh(shop.issued)
  return { amount, code, scheme, shop }
}
type SetUp = ReturnType<typeof setUp>

const later = ({ shop: { fixture } }: SetUp, seconds: number): void => {
  fixture.now += seconds
}

const paid = ({ amount, code, shop }: SetUp): Answer => shop.pay(order, code, amount)

/** Has the order paid, and so much of it refunded. */
const bringRefunded = (at: SetUp, refund: number): void => {
  expect([paid(at), at.shop.refund(order, "R1", refund)]).toEqual(["PAID", "REFUNDED"])
}

/** Brings an order into a state; undefined where these tests cannot. */
const bring: Readonly<Record<Answers.StateName, ((at: SetUp) => void) | undefined>> = {
  unknown: () => {},
  // A restored ledger is a matter of its own tests.
  predates: undefined,
  refused: (at) => expect(paid(at)).toBe("BALANCE"),
  open: (at) => {
    expect(paid(at)).toBe("OPEN")
    later(at, at.scheme.stepUp.openFor! - 1)
  },
  overdue: (at) => {
    expect(paid(at)).toBe("OPEN")
    later(at, at.scheme.stepUp.openFor!)
  },
  paid: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.reverse.within)
  },
  justLate: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.reverse.within + 1)
  },
  late: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.reverse.within + at.scheme.clock.nodeSkew)
  },
  tooLate: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.reverse.within + at.scheme.clock.nodeSkew + 1)
  },
  refundable: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.refund!.within)
  },
  justPastRefunds: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.refund!.within + 1)
  },
  pastRefunds: (at) => {
    expect(paid(at)).toBe("PAID")
    later(at, at.scheme.refund!.within + at.scheme.clock.nodeSkew + 1)
  },
  paidOut: (at) => {
    expect(paid(at)).toBe("PAID")
    expect(at.shop.ask(({ settlement }) => settlement.payOut({ merchant: "shop", payout: "p" }))).toMatchObject({
      held: 0
    })
    later(at, at.scheme.reverse.within)
  },
  refundedInPart: (at) => {
    bringRefunded(at, 1)
    later(at, at.scheme.reverse.within)
  },
  refundedInPartLate: (at) => {
    bringRefunded(at, 1)
    later(at, at.scheme.reverse.within + 1)
  },
  refundedInPartTooLate: (at) => {
    bringRefunded(at, 1)
    later(at, at.scheme.reverse.within + at.scheme.clock.nodeSkew + 1)
  },
  refunded: (at) => {
    bringRefunded(at, at.amount)
    later(at, at.scheme.reverse.within)
  },
  refundedLate: (at) => {
    bringRefunded(at, at.amount)
    later(at, at.scheme.reverse.within + 1)
  },
  refundedTooLate: (at) => {
    bringRefunded(at, at.amount)
    later(at, at.scheme.reverse.within + at.scheme.clock.nodeSkew + 1)
  },
  closed: (at) => {
    expect(paid(at)).toBe("OPEN")
    later(at, at.scheme.stepUp.openFor!)
    expect(at.shop.close(order)).toBe("CLOSED")
  },
  reversed: (at) => {
    expect([paid(at), at.shop.reverse(order)]).toEqual(["PAID", "REVERSED"])
  },
  reversedAfterRefund: (at) => {
    bringRefunded(at, 1)
    expect(at.shop.reverse(order)).toBe("REVERSED")
  },
  tombstone: ({ shop }) => {
    expect(shop.reverse(order)).toBe("REVERSED")
  }
}

/** What was refunded of the order, in minor units; 1 where nothing was. */
const refundedOf = ({ shop }: SetUp): number =>
  shop.ask((provider) => provider.settlement.standing({ merchant: "shop", order })).refunded || 1

/** A code that can be accepted now, of a phone's new credential. */
const another = ({ shop }: SetUp, phone: number, isSame: boolean): string => {
  const credential = isSame ? shop.issued : shop.enroll(phone)
  return shop.fresh(credential, isSame ? 1 : 0)
}

const asked: Readonly<Record<Answers.RequestName, (at: SetUp) => Answer>> = {
  again: paid,
  otherAmount: ({ amount, code, shop }) => shop.pay(order, code, amount + 1),
  otherPayer: (at) => {
    const other = at.shop.fixture.run(Fixtures.member(ProviderHarness.riches))
    return at.shop.pay(order, another(at, other.phone, false), at.amount)
  },
  // As long as its list, or its window, has another; afterwards of what the phone is issued then.
  otherCode: (at) =>
    at.shop.pay(order, another(at, at.shop.phone, at.shop.fixture.now === ProviderHarness.start), at.amount),
  query: ({ shop }) => shop.query(order),
  reversal: ({ shop }) => shop.reverse(order),
  refund: ({ shop }) => shop.refund(order, "R2", 1),
  wholeRefund: ({ amount, shop }) => shop.refund(order, "R2", amount),
  refundAgain: (at) => at.shop.refund(order, "R1", refundedOf(at)),
  otherRefund: (at) => at.shop.refund(order, "R1", refundedOf(at) + 1),
  refundQuery: ({ shop }) => shop.queryRefund(order, "R1"),
  noRefundQuery: ({ shop }) => shop.queryRefund(order, "R2"),
  approval: ({ shop }) => Result.getOrThrow(shop.approve(order)),
  deadline: ({ shop }) => shop.close(order)
}

describe.each(schemes)("in $scheme", (scheme) => {
  const rows = Answers.stateNames.flatMap((state) =>
    Answers.requestNames.flatMap((request) => {
      const expected = Answers.answer(scheme, state, request)
      const brought = bring[state]
      return expected === undefined || brought === undefined ? [] : [{ brought, expected, request, state }]
    })
  )

  it.each(rows)("$state: $request is answered $expected", ({ brought, expected, request, state }) => {
    const at = setUp(scheme, state)
    brought(at)
    expect(asked[request](at)).toBe(expected)
  })

  it("has most states, each with most requests", () => {
    expect(rows.length).toBeGreaterThan(80)
  })
})

it("whoever answers for a number that was reversed before it was asked for is told that there is no such order of theirs", () => {
  const at = setUp(Fixtures.alipay, "tombstone")
  bring.tombstone!(at)
  expect(Answers.answer(Fixtures.alipay, "tombstone", "approval")).toBeUndefined()
  expect(asked.approval(at)).toBe("NO_SUCH_ORDER")
})

it("a request about a number that was lost to a restore is answered UNKNOWN, whatever it asks", () => {
  for (const request of [
    "again",
    "otherAmount",
    "query",
    "reversal",
    "refund",
    "wholeRefund",
    "refundAgain",
    "otherRefund",
    "refundQuery",
    "noRefundQuery"
  ] as const) {
    expect(Answers.answer(Fixtures.alipay, "predates", request)).toBe("UNKNOWN")
  }
})
