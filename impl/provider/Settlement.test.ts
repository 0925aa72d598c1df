/** Settlement: what an order reserves, its timer, its reversal and its refunds. */
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { refusals } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
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
  const large = scheme.limit.payment + 1

  it("is refunded once under a number, and never more than it was (SET-7, SET-8)", () => {
    const { books, fresh, issued, pay, query, refund, reverse } = make(rules)
    expect(refund("1", "a", 1)).toBe("NO_SUCH_ORDER")
    expect(pay("1", fresh(issued), 10)).toBe("PAID")
    expect([refund("1", "a", 4), refund("1", "a", 4), query("1")]).toEqual(["REFUNDED", "PAID", "PAID"])
    expect(books().balance).toBe(riches - 6)
    expect(refund("1", "b", 7)).toBe("REFUND_EXCEEDS")
    expect([refund("1", "b", 5), books().balance]).toEqual(["REFUNDED", riches - 1])
    // A reversal returns what is left.
    expect([reverse("1"), books().balance]).toEqual(["REVERSED", riches])
    expect(refund("1", "c", 1)).toBe("NOT_PAID")
    expect(pay("2", fresh(issued, 1), 3)).toBe("PAID")
    expect([refund("2", "a", 3), query("2")]).toEqual(["REFUNDED", "REFUNDED"])
    expect([refund("2", "b", 1), books().balance]).toEqual(["REFUND_EXCEEDS", riches])
    expect(pay("3", fresh(issued, 2), large)).toBe("OPEN")
    expect(refund("3", "a", 1)).toBe("NOT_PAID")
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
