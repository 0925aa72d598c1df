/** Settlement: what an order reserves, its timer, its reversal and its refunds. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { refusals } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { make, riches, start } from "../testing/ProviderHarness.ts"

describe.each(Fixtures.schemes)("an open order in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { payment } = scheme.limit
  const { openFor = 0 } = scheme.stepUp
  const large = payment + 1

  it("reserves its amount while it is open (SET-6)", () => {
    const { fresh, issued, pay, reverse } = make(rules, {}, large + 1)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(pay("2", fresh(issued, 1), 2)).toBe("BALANCE")
    expect(reverse("1")).toBe("REVERSED")
    expect(pay("3", fresh(issued, 2), 2)).toBe("PAID")
  })

  it("is closed by the timer at its deadline and not before (SET-3, SET-4), and no password opens it (SET-5)", () => {
    const { approve, ask, books, close, fresh, issued, pay, payments, query, fixture } = make(rules)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    fixture.now = start + openFor - 1
    expect([close("1"), ask((provider) => provider.settlement.closeOverdue)]).toEqual(["OPEN", 0])
    fixture.now = start + openFor
    // Until somebody writes that it is closed, it is not.
    expect(query("1")).toBe("OPEN")
    expect(ask((provider) => provider.settlement.closeOverdue)).toBe(1)
    expect([query("1"), close("1"), ask((provider) => provider.settlement.closeOverdue)]).toEqual([
      "CLOSED",
      "CLOSED",
      0
    ])
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect(payments()).toEqual([])
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
    expect(close("unknown")).toBe("NO_SUCH_ORDER")
  })

  it("that is open is reversed, and no password debits it", () => {
    const { approve, books, fresh, issued, pay, reverse } = make(rules)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(reverse("1")).toBe("REVERSED")
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect(pay("1", fresh(issued), large)).toBe("REVERSED")
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
  })
})

describe.each(Fixtures.schemes)("an order in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { nodeSkew } = scheme.clock

  it("is reversed, paid or open, for as long as every node would (SET-1)", () => {
    const { books, fresh, issued, pay, payments, query, reverse, fixture } = make(rules)
    const { within } = scheme.reverse
    for (const order of ["at the end", "unknown", "late"]) {
      expect(pay(order, fresh(issued, ["at the end", "unknown", "late"].indexOf(order)), 7)).toBe("PAID")
    }
    expect(payments()).toHaveLength(3)
    fixture.now = start + within
    expect([reverse("at the end"), reverse("at the end")]).toEqual(["REVERSED", "REVERSED"])
    // From here on another node, whose clock is behind, could answer otherwise.
    for (let behind = 1; behind <= nodeSkew; behind++) {
      fixture.now = start + within + behind
      expect([reverse("unknown"), query("unknown")]).toEqual(["UNKNOWN", "PAID"])
    }
    expect(refusals.UNKNOWN.definite).toBe(false)
    fixture.now = start + within + nodeSkew + 1
    expect([reverse("unknown"), reverse("late"), query("late")]).toEqual(["REVERSE_EXPIRED", "REVERSE_EXPIRED", "PAID"])
    expect(reverse("at the end")).toBe("REVERSED")
    expect(books()).toMatchObject({ balance: riches - 14, reserved: 0 })
  })

  it("that is unknown is reversed for ever by a tombstone (SET-1, SET-2), or not at all", () => {
    const { fresh, enroll, payments, pay, phone, query, reverse, fixture } = make(rules)
    const isTombstone = scheme.reverse.unknownOrder === "tombstone"
    expect(reverse("1")).toBe(isTombstone ? "REVERSED" : "NO_SUCH_ORDER")
    fixture.restart()
    fixture.now += 400 * Time.secondsPerDay
    const renewed = enroll(phone)
    expect(query("1")).toBe(isTombstone ? "REVERSED" : "NO_SUCH_ORDER")
    expect(pay("1", fresh(renewed))).toBe(isTombstone ? "REVERSED" : "PAID")
    expect(payments()).toHaveLength(isTombstone ? 0 : 1)
    // The tombstone burned nothing.
    expect(pay("2", fresh(renewed))).toBe(isTombstone ? "PAID" : "CODE_USED")
  })
})

describe.each(Fixtures.schemes)("what was paid in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { nodeSkew } = scheme.clock
  const large = scheme.limit.payment + 1

  it("is refunded once under a number, which is answered as it was, and never more than it was (SET-7, SET-8)", () => {
    const { books, fresh, issued, pay, query, refund, reverse } = make(rules)
    expect(refund("1", "a", 1)).toBe("NO_SUCH_ORDER")
    expect(pay("1", fresh(issued), 10)).toBe("PAID")
    expect([refund("1", "a", 4), refund("1", "a", 4), query("1")]).toEqual(["REFUNDED", "REFUNDED", "PAID"])
    expect(books().balance).toBe(riches - 6)
    expect(refund("1", "b", 7)).toBe("REFUND_EXCEEDS")
    expect([refund("1", "b", 5), books().balance]).toEqual(["REFUNDED", riches - 1])
    // A reversal returns what is left.
    expect([reverse("1"), books().balance]).toEqual(["REVERSED", riches])
    expect(refund("1", "c", 1)).toBe("NOT_PAID")
    // What was made is answered as it was, whatever became of the order since.
    expect([refund("1", "a", 4), books().balance]).toEqual(["REFUNDED", riches])
    expect(pay("2", fresh(issued, 1), 3)).toBe("PAID")
    expect([refund("2", "d", 3), query("2")]).toEqual(["REFUNDED", "REFUNDED"])
    expect([refund("2", "e", 1), books().balance]).toEqual(["REFUND_EXCEEDS", riches])
    expect(pay("3", fresh(issued, 2), large)).toBe("OPEN")
    expect(refund("3", "f", 1)).toBe("NOT_PAID")
  })

  it("is refunded for what its number was used for first, and for nothing else (SET-10)", () => {
    const { books, fresh, issued, pay, refund } = make(rules)
    expect([pay("1", fresh(issued), 10), pay("2", fresh(issued, 1), 10)]).toEqual(["PAID", "PAID"])
    // What was refused has not used its number.
    expect([refund("1", "a", 11), refund("1", "a", 4)]).toEqual(["REFUND_EXCEEDS", "REFUNDED"])
    expect([refund("1", "a", 3), refund("1", "a", 5)]).toEqual(["REFUND_CHANGED", "REFUND_CHANGED"])
    expect([refund("1", "a", 0), refund("1", "a", 4)]).toEqual(["AMOUNT_INVALID", "REFUNDED"])
    const isByOrder = scheme.interface === "alipay"
    expect(refund("2", "a", 4)).toBe(isByOrder ? "REFUNDED" : "REFUND_CHANGED")
    expect(books().balance).toBe(riches - (isByOrder ? 12 : 16))
    // Another merchant's numbers are its own.
    expect(pay("1", fresh(issued, 2), 10, { merchant: "other shop" })).toBe("PAID")
    expect(refund("1", "a", 4, "other shop")).toBe("REFUNDED")
  })

  it("is refunded for as long as any node would, and then by none (SET-11)", () => {
    const { books, fixture, fresh, issued, pay, refund } = make(rules)
    const { within } = scheme.refund!
    expect(pay("1", fresh(issued), 10)).toBe("PAID")
    fixture.now = start + within
    expect(refund("1", "a", 4)).toBe("REFUNDED")
    for (let behind = 1; behind <= nodeSkew; behind++) {
      fixture.now = start + within + behind
      expect([refund("1", "b", 1), refund("1", "a", 4)]).toEqual(["UNKNOWN", "REFUNDED"])
    }
    fixture.now = start + within + nodeSkew + 1
    expect([refund("1", "b", 1), refund("1", "a", 4)]).toEqual(["REFUND_EXPIRED", "REFUNDED"])
    expect(refusals.REFUND_EXPIRED.definite).toBe(true)
    expect(books().balance).toBe(riches - 6)
  })

  it("is reversed or refunded by the clock at its turn, however long it waited for that (SET-11)", () => {
    let wait = 0
    const waiting = Ledger.wrapped(Ledger.layerMemory, ({ payments }) => ({
      payments: {
        ...payments,
        change: (number, changing) =>
          Effect.suspend(() => {
            fixture.now += wait
            return payments.change(number, changing)
          }),
        refund: (number, changing) =>
          Effect.suspend(() => {
            fixture.now += wait
            return payments.refund(number, changing)
          })
      }
    }))
    const { books, fixture, fresh, issued, pay, refund, reverse } = make(rules, { ledger: waiting })
    expect([pay("1", fresh(issued), 10), pay("2", fresh(issued, 1), 10)]).toEqual(["PAID", "PAID"])
    wait = nodeSkew + 1
    fixture.now = start + scheme.reverse.within
    expect(reverse("1")).toBe("REVERSE_EXPIRED")
    fixture.now = start + scheme.refund!.within
    expect(refund("2", "a", 1)).toBe("REFUND_EXPIRED")
    expect(books().balance).toBe(riches - 20)
  })

  it("is refunded from what is held for its merchant, and not from what was paid out to it (SET-12)", () => {
    const { ask, books, fresh, issued, pay, refund, reverse } = make(rules)
    const payOut = (payout: string, merchant = "shop") =>
      ask(({ settlement }) => settlement.payOut({ merchant, payout }))
    expect([pay("1", fresh(issued), 10), pay("2", fresh(issued, 1), 5)]).toEqual(["PAID", "PAID"])
    expect(refund("1", "a", 4)).toBe("REFUNDED")
    expect(payOut("p", "other shop")).toEqual({ paid: 0, held: 0 })
    // Once under its number, whatever came since.
    expect([payOut("p"), payOut("p"), payOut("q")]).toEqual([
      { paid: 11, held: 0 },
      { paid: 11, held: 0 },
      { paid: 0, held: 0 }
    ])
    expect([refund("1", "b", 1), refund("1", "a", 4)]).toEqual(["MERCHANT_FUNDS", "REFUNDED"])
    expect(pay("3", fresh(issued, 2), 3)).toBe("PAID")
    expect([refund("1", "b", 4), refund("1", "b", 3), refund("1", "c", 1)]).toEqual([
      "MERCHANT_FUNDS",
      "REFUNDED",
      "MERCHANT_FUNDS"
    ])
    expect([reverse("2"), payOut("r")]).toEqual(["REVERSED", { paid: 0, held: -5 }])
    expect(books().balance).toBe(riches - 6)
  })

  it("tells what a refund came to, and what all of them have given back", () => {
    const { ask, fresh, issued, pay, queryRefund, reverse } = make(rules)
    const number = { merchant: "shop", order: "1" }
    const refunded = (refund: string, amount: number) =>
      ask(({ settlement }) => settlement.refund({ ...number, refund, amount }))
    const told = (refund: string) => ask(({ settlement }) => settlement.queryRefund({ ...number, refund }))
    expect(told("a")).toEqual({ answer: "NO_SUCH_ORDER", amount: undefined, refunded: undefined })
    pay("1", fresh(issued), 10)
    expect(told("a")).toEqual({ answer: "NO_SUCH_REFUND", amount: undefined, refunded: 0 })
    expect(refunded("a", 4)).toEqual({ answer: "REFUNDED", amount: 4, refunded: 4 })
    expect(refunded("b", 7)).toEqual({ answer: "REFUND_EXCEEDS", amount: undefined, refunded: 4 })
    expect(refunded("b", 5)).toEqual({ answer: "REFUNDED", amount: 5, refunded: 9 })
    expect(refunded("a", 4)).toEqual({ answer: "REFUNDED", amount: 4, refunded: 9 })
    expect(refunded("a", 5)).toEqual({ answer: "REFUND_CHANGED", amount: undefined, refunded: 9 })
    expect([told("a"), told("c")]).toEqual([
      { answer: "REFUNDED", amount: 4, refunded: 9 },
      { answer: "NO_SUCH_REFUND", amount: undefined, refunded: 9 }
    ])
    expect(ask(({ settlement }) => settlement.standing(number))).toEqual({ answer: "PAID", amount: 10, refunded: 9 })
    expect(reverse("1")).toBe("REVERSED")
    expect(told("a")).toEqual({ answer: "REFUNDED", amount: 4, refunded: 9 })
    // A stranger's questions find nothing of it (REL-4).
    expect(queryRefund("1", "a", "other shop")).toBe("NO_SUCH_ORDER")
  })

  it("gives its allowance back to the day on which it counted (SET-9)", () => {
    const { account, fresh, issued, pay, read, reverse, fixture } = make(rules)
    const day = Time.dayAt(scheme, start)
    fixture.now = Time.startOfDay(scheme, day + 1) - 1
    expect(pay("1", fresh(issued, 2), 9)).toBe("PAID")
    const spent = (on: number) => read((ledger) => ledger.payments.spent(account, on))
    expect(spent(day)).toEqual({ free: { sum: 9, count: 1 }, all: 9 })
    fixture.now++
    expect(reverse("1")).toBe("REVERSED")
    expect([spent(day), spent(day + 1)]).toEqual([1, 2].map(() => ({ free: { sum: 0, count: 0 }, all: 0 })))
  })
})
