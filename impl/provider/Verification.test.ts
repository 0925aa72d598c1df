/** Verification: what the provider takes for a code, and how it answers a pay request, also one that comes again. PAYCODE_SEED chooses what is drawn. */
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { reasons } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import { Codec, Mac, TokenSource } from "../credentials/Credentials.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { damaged, make, riches, seed, start, windowOf, withoutClause } from "../testing/ProviderHarness.ts"
import * as Vectors from "../vectors/Vectors.ts"

const seeds = [Fixtures.alipay, Fixtures.keyed]
const lists = [Fixtures.wechat, Fixtures.unionpay]

describe("coincidence (VER-9)", () => {
  const { groups, scheme: given } = Vectors.coincidence
  const bytes = Redacted.value(Vectors.seed(given.seed))
  const scheme: Scheme = {
    ...Fixtures.alipay,
    code: { ...Fixtures.alipay.code, mac: given.mac, otpDigits: given.digits },
    clock: { ...Fixtures.alipay.clock, step: given.step },
    window: { past: given.past, future: given.future }
  }
  const cases = groups.flatMap(({ proof, steps, tests }) => tests.map((test) => ({ ...test, proof, steps })))

  /** What a provider under some rules answers to each play. */
  const answers = (rules: Rules.Rules, { plays }: (typeof cases)[number]): ReadonlyArray<string> => {
    const { codeOf, pay, fixture } = make(rules, { random: Fixtures.drawing(bytes) })
    return plays.map(({ at, made }, order) => {
      fixture.now = at
      return pay(String(order), codeOf(made))
    })
  }

  it.each(groups)("steps $steps have the proof $proof", ({ proof, steps }) => {
    const key = Mac.key(given.mac, given.digits, Redacted.make(bytes))
    expect(steps.map((step) => key.proof(step))).toEqual(steps.map(() => Number(proof)))
  })

  it.each(cases)("$steps, $comment", (test) => {
    expect(answers(Rules.strict(scheme), test)).toEqual(test.plays.map(({ expect }) => expect))
  })

  it.each(cases)("$steps, $comment: without the clause it is paid twice", (test) => {
    const outcomes = answers(withoutClause(scheme, "VER-9", "first free"), test)
    expect(outcomes).not.toEqual(test.plays.map(({ expect }) => expect))
    expect(outcomes.filter((outcome) => outcome === "PAID").length).toBeGreaterThan(1)
  })
})

describe.each(seeds)("the window of $scheme", (scheme) => {
  it("takes a code from its first step to its last, once, and none beyond", () => {
    const rules = Rules.strict(scheme)
    const { codeOf, pay } = make(rules)
    const { from, to } = windowOf(rules, start)
    for (let step = from - 2; step <= to + 2; step++) {
      const outcomes = [pay(`${step} a`, codeOf(step)), pay(`${step} b`, codeOf(step))]
      const inside = step >= from && step <= to
      expect([step, ...outcomes]).toEqual([
        step,
        ...(inside ? ["PAID", "CODE_USED"] : ["CODE_INVALID", "CODE_INVALID"])
      ])
    }
  })

  it("passes over a code that was not used when a later one was, where it says so (VER-28)", () => {
    const { codeOf, pay } = make(Rules.strict(scheme))
    const now = Time.stepAt(scheme, start)
    expect(pay("later", codeOf(now))).toBe("PAID")
    expect(pay("earlier", codeOf(now - 1))).toBe(scheme.verification.monotone ? "CODE_USED" : "PAID")
  })
})

describe.each(lists)("a list of $scheme", (scheme) => {
  const { batch = 0, validity = 0 } = scheme.token

  it("pays with each of its codes once, to the end of its validity, in any order", () => {
    const { codeOf, pay, fixture } = make(Rules.strict(scheme))
    fixture.now = start + validity
    // The last goes first: the codes of a list are for no step.
    const positions = [batch - 1, 0, 1]
    expect(positions.map((position) => pay(`${position} a`, codeOf(position)))).toEqual(positions.map(() => "PAID"))
    expect(positions.map((position) => pay(`${position} b`, codeOf(position)))).toEqual(
      positions.map(() => "CODE_USED")
    )
    fixture.now++
    expect([pay("late", codeOf(2)), pay("used", codeOf(0))]).toEqual(["CODE_INVALID", "CODE_INVALID"])
  })

  it("has no code beyond its end, nor twice the same", () => {
    const { codeOf, pay } = make(Rules.strict(scheme))
    const codes = Array.from({ length: batch }, (_, position) => codeOf(position))
    expect(new Set(codes).size).toBe(batch)
    if (scheme.code.mac === "none") expect(() => codeOf(batch)).toThrow("position: expected one of the list, found 50")
    else expect(pay("beyond", codeOf(batch))).toBe("CODE_INVALID")
  })
})

describe.each(Fixtures.schemes)("a wrong code in $scheme", (scheme) => {
  it("is refused without a reason, and burns nothing", () => {
    const rules = Rules.strict(scheme)
    const { codeOf, fresh, issued, payments, pay } = make(rules)
    const { from, to } = windowOf(rules, start)
    const code = fresh(issued)
    const parts = Result.getOrThrow(Codec.decode(scheme.code, code))
    const { alias, prefix } = parts
    const wrong = [
      "",
      code.slice(1),
      `${code}0`,
      code.replace(/.$/, "x"),
      `9${code.slice(1)}`,
      Codec.encode(scheme.code, { ...parts, proof: damaged(parts.proof) }),
      ...scheme.code.prefixes.filter((other) => other !== prefix).map((other) => other + code.slice(prefix.length)),
      ...(alias === "" ? [] : [Codec.encode(scheme.code, { ...parts, alias: damaged(alias) })]),
      ...(scheme.token.source === "seed" ? [codeOf(from - 1), codeOf(to + 1)] : [])
    ]
    expect(wrong.map((text, order) => pay(`wrong ${order}`, text))).toEqual(wrong.map(() => "CODE_INVALID"))
    expect(payments()).toEqual([])
    expect(pay("right", code)).toBe("PAID")
  })

  it("whatever the bytes of a request are, it is answered, and moves nothing", () => {
    const { ask, books, pay } = make(Rules.strict(scheme))
    const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", ""))
    const amounts = fc.oneof(fc.double(), fc.integer({ min: 1 }))
    const requests = fc.record({ merchant: text, order: text, terminal: text, code: text, amount: amounts })
    fc.assert(
      fc.property(requests, ({ amount, code, merchant, order, terminal }) => {
        const answers = [
          pay(order, code, amount, { merchant, terminal }),
          ask((provider) => provider.settlement.query({ merchant, order })),
          ask((provider) => provider.settlement.refund({ merchant, order, refund: order, amount })).answer
        ]
        expect(["CODE_INVALID", "AMOUNT_INVALID", "AMOUNT_CHANGED"]).toContain(answers[0])
        for (const answer of answers) expect(reasons).toContain(answer)
        expect(books()).toMatchObject({ balance: riches, reserved: 0 })
      }),
      { seed, numRuns: 100 }
    )
  })

  it("is counted against its terminal, and its alias, where the scheme says so (VER-29)", () => {
    const few = { perTerminalDay: 4, ...(scheme.throttle.perAliasDay === undefined ? {} : { perAliasDay: 2 }) }
    const { fresh, issued, pay, fixture } = make(Rules.strict({ ...scheme, throttle: few }))
    const code = fresh(issued)
    const parts = Result.getOrThrow(Codec.decode(scheme.code, code))
    const wrong = Codec.encode(scheme.code, { ...parts, proof: damaged(parts.proof) })
    const named = scheme.throttle.perAliasDay !== undefined
    const at = (terminal: string, text: string) => pay(`${terminal} ${text}`, text, 1, { terminal })
    expect(pay("1", wrong, 1, { terminal: "a" })).toBe("CODE_INVALID")
    expect(pay("2", wrong, 1, { terminal: "a" })).toBe("CODE_INVALID")
    // Whose alias was named twice has to wait wherever the code comes from.
    expect(pay("3", wrong, 1, { terminal: "a" })).toBe(named ? "THROTTLED" : "CODE_INVALID")
    expect(pay("right", code, 1, { terminal: "b" })).toBe(named ? "THROTTLED" : "PAID")
    for (const order of ["4", "5", "6"]) pay(order, "", 1, { terminal: "a" })
    expect(at("a", "nobody's")).toBe("THROTTLED")
    expect(at("b", "nobody's")).toBe("CODE_INVALID")
    expect(pay("1", "nobody's", 1, { merchant: "other shop", terminal: "a" })).toBe("CODE_INVALID")
    // It is no answer to the order: the same requests are decided on the next day.
    fixture.now += Time.secondsPerDay
    expect(at("a", "nobody's")).toBe("CODE_INVALID")
    expect(pay("right", code, 1, { terminal: "b" })).toBe(named ? "CODE_INVALID" : "PAID")
  })

  it("is counted against its merchant, whatever its terminals are called, where the scheme says so (VER-29)", () => {
    const few = { ...scheme, throttle: { perTerminalDay: 2, perMerchantDay: 3 } }
    const { fresh, issued, pay, fixture } = make(Rules.strict(few))
    const code = fresh(issued)
    for (const order of ["1", "2", "3"]) expect(pay(order, "", 1, { terminal: order })).toBe("CODE_INVALID")
    expect(pay("4", "", 1, { terminal: "4" })).toBe("THROTTLED")
    expect(pay("right", code, 1, { terminal: "5" })).toBe("THROTTLED")
    // What is recorded is answered, and another merchant is none the wiser.
    expect(pay("1", "", 1, { terminal: "4" })).toBe("CODE_INVALID")
    expect(pay("1", "", 1, { merchant: "other shop", terminal: "1" })).toBe("CODE_INVALID")
    fixture.now += Time.secondsPerDay
    expect(pay("4", "", 1, { terminal: "4" })).toBe("CODE_INVALID")
    const free = make(Rules.strict({ ...scheme, throttle: { perTerminalDay: 2 } }))
    for (let order = 0; order < 20; order++) {
      expect(free.pay(`${order}`, "", 1, { terminal: `${order}` })).toBe("CODE_INVALID")
    }
  })
})

describe.each([Fixtures.wechat, Fixtures.keyed])("a revealed code of $scheme (GEN-6)", (scheme) => {
  it("is another than the one that is scanned, and is paid with the password only", () => {
    const rules = Rules.strict(scheme)
    const { approve, codeOf, pay } = make(rules)
    const { from } = windowOf(rules, start)
    expect(codeOf(from, true)).not.toBe(codeOf(from))
    expect(pay("revealed", codeOf(from, true))).toBe("OPEN")
    expect(approve("revealed")).toEqual(Result.succeed("PAID"))
    expect(pay("again", codeOf(from, true))).toBe("CODE_USED")
    expect(pay("scanned", codeOf(from + 1))).toBe("PAID")
  })
})

describe.each([Fixtures.alipay, Fixtures.unionpay])("a revealed code of $scheme", (scheme) => {
  it("is the one that is scanned", () => {
    const { codeOf } = make(Rules.strict(scheme))
    expect(codeOf(3, true)).toBe(codeOf(3))
  })
})

describe("two credentials with the same digits (VER-22)", () => {
  /** Randomness that draws every list alike, and the first prefix. */
  const alike = (): SecureRandom.SecureRandom["Service"] => {
    const others = Fixtures.randomness("alike")
    const list = Effect.runSync(others.randomBytes(4096))
    const randomBytes = (size: number) => (size > 1000 ? Effect.succeed(list.slice(0, size)) : others.randomBytes(size))
    return { ...others, randomBytes, intBetween: () => Effect.succeed(0) }
  }

  /** Two accounts whose lists are alike. */
  const doubled = (rules: Rules.Rules) => {
    const first = make(rules, { random: alike() })
    const second = first.fixture.run(Fixtures.member(riches))
    first.enroll(second.phone)
    return first
  }

  it("are refused, and burn nothing", () => {
    const { codeOf, pay, payments } = doubled(Rules.strict(Fixtures.wechat))
    expect([pay("1", codeOf(0)), pay("2", codeOf(0)), pay("1", codeOf(0))]).toEqual([
      "AMBIGUOUS_CODE",
      "AMBIGUOUS_CODE",
      "AMBIGUOUS_CODE"
    ])
    expect(payments()).toEqual([])
  })

  it("would make one pay for the other without the clause", () => {
    const { codeOf, pay, payments } = doubled(withoutClause(Fixtures.wechat, "VER-22", "first match"))
    expect(pay("1", codeOf(0))).toBe("PAID")
    expect(payments()).toHaveLength(1)
  })
})

describe("a token", () => {
  it("stands before the proofs of its own credential only", () => {
    const { enroll, issued, pay, phone } = make(Rules.strict(Fixtures.unionpay))
    const { code: format } = Fixtures.unionpay
    const renewed = enroll(phone)
    const [old, young] = [issued, renewed].map((credential) =>
      Result.getOrThrow(Codec.decode(format, TokenSource.make(format, credential)(0)))
    )
    expect(pay("old before young", Codec.encode(format, { ...old!, proof: young!.proof }))).toBe("CODE_INVALID")
    expect(pay("young before old", Codec.encode(format, { ...young!, proof: old!.proof }))).toBe("CODE_INVALID")
    expect([pay("old", Codec.encode(format, old!)), pay("young", Codec.encode(format, young!))]).toEqual([
      "PAID",
      "PAID"
    ])
  })
})

describe.each(Fixtures.schemes)("what is paid with the password in $scheme", (scheme) => {
  it("counts towards all payments of the day, and uses up none of those without it (VER-13, VER-23, VER-24)", () => {
    const { account, approve, fresh, issued, pay, read, reverse, fixture } = make(Rules.strict(scheme))
    const above = scheme.limit.payment + 1
    const spent = () => read((ledger) => ledger.payments.spent(account, Time.dayAt(scheme, fixture.now)))
    const free = { sum: 0, count: 0 }
    expect(pay("1", fresh(issued, 0), above)).toBe("OPEN")
    expect(spent()).toEqual({ free, all: above })
    expect(approve("1")).toEqual(Result.succeed("PAID"))
    expect(spent()).toEqual({ free, all: above })
    expect(pay("2", fresh(issued, 1), 7)).toBe("PAID")
    expect(spent()).toEqual({ free: { sum: 7, count: 1 }, all: above + 7 })
    expect([reverse("1"), spent()]).toEqual(["REVERSED", { free: { sum: 7, count: 1 }, all: 7 }])
  })
})

describe("amounts (REL-2)", () => {
  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "%d is refused before anything else",
    (amount) => {
      const { fresh, issued, pay, refund } = make(Rules.strict(Fixtures.alipay))
      const code = fresh(issued)
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
      expect(pay("first", code, 1)).toBe("PAID")
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
      expect(refund("first", "1", amount)).toBe("AMOUNT_INVALID")
      expect(refund("first", "1", 1)).toBe("REFUNDED")
    }
  )
})

describe.each(Fixtures.schemes)("a pay request in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)

  it("is answered alike however often it is sent (VER-1), and conflicts change nothing (VER-2 to VER-4)", () => {
    const { enroll, fresh, issued, pay, payments, fixture } = make(rules)
    const stranger = enroll(fixture.run(Fixtures.member(riches)).phone)
    const code = fresh(issued)
    expect([pay("1", code, 5), pay("1", code, 5)]).toEqual(["PAID", "PAID"])
    expect(pay("1", code, 6)).toBe("AMOUNT_CHANGED")
    expect(pay("1", fresh(stranger), 5)).toBe(scheme.order.bindsCode ? "CODE_CHANGED" : "PAYER_CHANGED")
    const another = pay("1", fresh(issued, 1), 5)
    // Keyed aliases and drawn codes of the account's phones name their account like any other.
    expect(another).toBe(scheme.order.bindsCode ? "CODE_CHANGED" : "PAID")
    expect(payments()).toHaveLength(1)
    // None of them burned what it came with.
    expect(pay("2", fresh(issued, 1))).toBe("PAID")
    expect(pay("3", fresh(stranger))).toBe("PAID")
    // A refusal is an answer like any other.
    expect([pay("4", code), pay("4", code)]).toEqual(["CODE_USED", "CODE_USED"])
  })

  it.each([true, false])(
    "with digits that name nobody is no other payer's (VER-3): bound to codes: %s",
    (bindsCode) => {
      const { fresh, issued, pay, payments } = make(Rules.strict({ ...scheme, order: { bindsCode } }))
      const nobodys = "0"
      expect([pay("1", nobodys), pay("1", fresh(issued))]).toEqual([
        "CODE_INVALID",
        bindsCode ? "CODE_CHANGED" : "CODE_INVALID"
      ])
      expect([pay("2", fresh(issued)), pay("2", nobodys)]).toEqual(["PAID", bindsCode ? "CODE_CHANGED" : "PAID"])
      expect(payments()).toHaveLength(1)
    }
  )

  it.each([true, false])(
    "first sent with digits that do not verify is nobody's, whosever alias they have (VER-3): bound to codes: %s",
    (bindsCode) => {
      const { enroll, fresh, issued, pay, payments, fixture } = make(Rules.strict({ ...scheme, order: { bindsCode } }))
      const stranger = fresh(enroll(fixture.run(Fixtures.member(riches)).phone))
      const spoilt = stranger.slice(0, -1) + String((Number(stranger.at(-1)) + 1) % 10)
      expect([pay("1", spoilt), pay("1", spoilt)]).toEqual(["CODE_INVALID", "CODE_INVALID"])
      expect(pay("1", fresh(issued))).toBe(bindsCode ? "CODE_CHANGED" : "CODE_INVALID")
      // It burned nothing: under a number of its own the code is paid.
      expect(pay("2", fresh(issued))).toBe("PAID")
      expect(payments()).toHaveLength(1)
    }
  )

  it("belongs to its merchant (REL-4), however the two are spelt", () => {
    const { fresh, issued, pay, payments, query, refund, reverse } = make(rules)
    expect(pay('b","c', fresh(issued), 1, { merchant: "a" })).toBe("PAID")
    expect(pay("c", fresh(issued, 1), 2, { merchant: 'a","b' })).toBe("PAID")
    expect(payments().map(({ amount }) => amount)).toEqual([1, 2])
    expect(query("c", "a")).toBe("NO_SUCH_ORDER")
    expect(refund("c", "1", 1, "a")).toBe("NO_SUCH_ORDER")
    expect(reverse("c", "a")).toBe(scheme.reverse.unknownOrder === "tombstone" ? "REVERSED" : "NO_SUCH_ORDER")
    expect([query("c", 'a","b'), query('b","c', "a")]).toEqual(["PAID", "PAID"])
  })
})

describe.each(Fixtures.schemes)("a payment in $scheme", (scheme) => {
  it("counts on no earlier day than the last one of its account, though the deciding clock is behind (VER-25)", () => {
    const { account, fixture, fresh, issued, pay, read } = make(Rules.strict(scheme))
    const day = Time.dayAt(scheme, fixture.now) + 1
    fixture.now = Time.startOfDay(scheme, day)
    expect(pay("1", fresh(issued))).toBe("PAID")
    fixture.now -= 1
    expect(pay("2", fresh(issued, 2))).toBe("PAID")
    expect(read((ledger) => ledger.payments.spent(account, day)).free.count).toBe(2)
    expect(read((ledger) => ledger.payments.spent(account, day - 1)).free.count).toBe(0)
  })
})

describe("what was answered stays answered", () => {
  it("though an alias that named nobody has since been given out", () => {
    const { pay, read } = make(Rules.strict(Fixtures.unionpay))
    const unknown = "0".repeat(Fixtures.unionpay.code.aliasDigits)
    const code = Codec.encode(Fixtures.unionpay.code, { prefix: "62", alias: unknown, proof: "000000" })
    expect(pay("early", code)).toBe("CODE_INVALID")
    const other = read((ledger) => ledger.accounts.open({ balance: 0, password: Fixtures.password }))
    expect(read((ledger) => ledger.accounts.claim(other, unknown))).toBe(true)
    expect(pay("early", code)).toBe("CODE_INVALID")
  })
})
