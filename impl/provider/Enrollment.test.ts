/** Enrollment: credentials in two phases, their aliases and what is drawn for them, and how they end. */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import { Mac, TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { make, riches } from "../testing/ProviderHarness.ts"
import * as Provider from "./Provider.ts"
import { Refused } from "./Refused.ts"

/** A ledger in which the credentials of a phone end whenever a code has just been read. */
const ending = Ledger.wrapped(Ledger.layerMemory, ({ credentials, payments }) => ({
  payments: {
    ...payments,
    settle: (query, deciding) =>
      Effect.andThen(
        credentials.restate(0, (held) => ({ statuses: held.map(() => "ended"), revoked: false }), undefined),
        payments.settle(query, deciding)
      )
  }
}))

describe.each(Fixtures.schemes)("enrollment in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const refused = (reason: Refused["reason"]) => Result.fail(new Refused({ reason }))

  it("gives every credential a secret of its own (ENR-2, ENR-5)", () => {
    const enrollments = 50
    const program = Provider.use((provider) =>
      Effect.forEach(Array.from({ length: enrollments }), () =>
        Effect.flatMap(Fixtures.member(0), ({ phone }) => provider.enrollment.enroll(phone))
      )
    )
    const real = Layer.provideMerge(Provider.layer(rules, { passwordCost: 2 }), Ledger.layerMemory).pipe(
      Layer.provide(SecureRandom.layerWebCrypto)
    )
    const issued = Effect.runSync(Effect.provide(program, real))
    const secrets = issued.map(({ secret }) =>
      secret._tag === "Seed"
        ? Buffer.from(Redacted.value(secret.seed)).toString("hex")
        : JSON.stringify(Redacted.value(secret.codes))
    )
    expect(new Set(secrets).size).toBe(enrollments)
    if (scheme.code.mac !== "none") {
      for (const text of secrets) expect(text.length / 2).toBe(Mac.seedBytes(scheme.code.mac))
    }
    const codes = issued.map((credential) => TokenSource.make(scheme.code, credential)(0))
    expect(new Set(codes).size).toBe(enrollments)
  })

  it("needs a live agreement (ENR-1), and a phone on which the owner has authenticated (ENR-4)", () => {
    const { account, ask, phone } = make(rules)
    const stolen = ask((provider) => provider.enrollment.register(account))
    const enroll = (of: number) => ask((provider) => Effect.result(Effect.asVoid(provider.enrollment.enroll(of))))
    expect(enroll(stolen)).toEqual(refused("NOT_OWNER"))
    ask((provider) => provider.enrollment.signIn(stolen))
    expect(enroll(stolen)).toEqual(Result.void)
    ask((provider) => provider.enrollment.withdraw(account))
    expect(enroll(phone)).toEqual(refused("NO_AGREEMENT"))
  })

  it("an alias is an index of the account, a token of the credential, or nobody's", () => {
    const { account, enroll, issued, phone, read } = make(rules)
    const kept = read((ledger) => ledger.accounts.aliasOf(account))
    const renewed = enroll(phone)
    const { alias } = scheme.code
    if (alias === "masked-index") expect([issued.alias, renewed.alias]).toEqual([kept, kept])
    else if (alias === "token") expect([issued.alias === kept, renewed.alias === kept]).toEqual([true, false])
    else expect([kept, issued.alias, renewed.alias]).toEqual([undefined, "", ""])
  })
})

describe.each(Fixtures.schemes)("a renewal in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)

  it("leaves the old credential until the new one is confirmed (ENR-6, ENR-7), and a lost reply does no harm (ENR-9)", () => {
    const { ask, enroll, fresh, issued, pay, phone, fixture } = make(rules)
    // The reply is lost: the phone goes on with what it has.
    const lost = enroll(phone)
    expect(pay("old", fresh(issued))).toBe("PAID")
    const again = enroll(phone)
    expect(again.number).toBe(lost.number)
    expect(fresh(again)).toBe(fresh(lost))
    fixture.restart()
    expect(pay("old, still", fresh(issued, 1))).toBe("PAID")
    ask((provider) => provider.enrollment.confirm(phone, again.number))
    expect(pay("old, too late", fresh(issued, 2))).toBe("CODE_INVALID")
    expect(pay("new", fresh(again))).toBe("PAID")
    // What was burned stays burned, and what was answered stays answered (ENR-8).
    expect(pay("burned", fresh(issued))).toBe("CODE_INVALID")
    expect(pay("old", fresh(issued))).toBe("PAID")
    expect(ask((provider) => provider.enrollment.standing(phone, issued.number))).toBe("ended")
    expect(ask((provider) => provider.enrollment.standing(phone, again.number))).toBe("live")
    expect(ask((provider) => provider.enrollment.standing(phone, 99))).toBeUndefined()
  })

  it("the first use of the new credential confirms it, whatever its outcome", () => {
    const { enroll, fresh, issued, pay, phone } = make(rules, {}, 100)
    const renewed = enroll(phone)
    expect(pay("new", fresh(renewed), 101)).toBe("BALANCE")
    expect(pay("old", fresh(issued))).toBe("CODE_INVALID")
    expect(pay("new again", fresh(renewed, 1))).toBe("PAID")
  })
})

/** What a phone is answered that is not its owner's. */
const nobodys = new Refused({ reason: "NOT_OWNER" })

describe.each(Fixtures.schemes)("the end of a credential in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)

  it("ends a credential even for a request that is being decided meanwhile", () => {
    const { fresh, issued, pay, payments } = make(rules, { ledger: ending })
    expect(pay("early", fresh(issued))).toBe("CODE_INVALID")
    expect(payments()).toEqual([])
  })

  it("a revoked phone pays no more, not even with codes made ahead (ENR-10); its account's other phone does", () => {
    const { account, ask, enroll, fresh, issued, pay, phone, query } = make(rules)
    const second = ask((provider) => provider.enrollment.register(account))
    ask((provider) => provider.enrollment.signIn(second))
    const other = enroll(second)
    const { payment } = scheme.limit
    expect(pay("open", fresh(issued), payment + 1)).toBe("OPEN")
    expect(pay("open elsewhere", fresh(other), payment + 1)).toBe("OPEN")
    ask((provider) => provider.enrollment.revoke(phone))
    expect(pay("ahead", fresh(issued, 1))).toBe("CODE_INVALID")
    // What rested on it is closed (ENR-11), and nothing else.
    expect([query("open"), query("open elsewhere")]).toEqual(["CLOSED", "OPEN"])
    expect(pay("other", fresh(other, 1))).toBe("PAID")
    expect(ask((provider) => provider.enrollment.standing(phone, issued.number))).toBe("revoked")
  })

  it("a revoked phone is nobody's: it is issued nothing, asked nothing, and nobody signs in on it (ENR-13)", () => {
    const { account, ask, enroll, fresh, pay, phone } = make(rules)
    const result = <A>(
      question: (provider: Provider.Provider) => Effect.Effect<A, Refused | Ledger.Database.Unavailable>
    ) => ask((provider) => Effect.result(Effect.asVoid(question(provider))))
    const asked = (of: number) => result((provider) => provider.stepUp.askedOn(of))
    // One on which nobody has signed in is asked nothing either (STP-8).
    const second = ask((provider) => provider.enrollment.register(account))
    expect([asked(phone), asked(second)]).toEqual([Result.void, Result.fail(nobodys)])
    ask((provider) => provider.enrollment.revoke(phone))
    expect(result((provider) => provider.enrollment.signIn(phone))).toEqual(Result.fail(nobodys))
    expect(result((provider) => provider.enrollment.enroll(phone))).toEqual(Result.fail(nobodys))
    expect(asked(phone)).toEqual(Result.fail(nobodys))
    // To revoke it again changes nothing, and its owner enrolls another.
    ask((provider) => provider.enrollment.revoke(phone))
    ask((provider) => provider.enrollment.signIn(second))
    expect(asked(second)).toEqual(Result.void)
    expect(pay("another", fresh(enroll(second)))).toBe("PAID")
  })

  it("a phone that never held anything is revoked as well (ENR-13)", () => {
    const { account, ask } = make(rules)
    const second = ask((provider) => provider.enrollment.register(account))
    ask((provider) => provider.enrollment.revoke(second))
    expect(ask((provider) => Effect.flip(provider.enrollment.signIn(second)))).toEqual(nobodys)
  })

  it("an agreement that ends closes what is open, and codes pay no more (VER-11)", () => {
    const { account, ask, books, fresh, issued, pay, query } = make(rules)
    expect(pay("open", fresh(issued), scheme.limit.payment + 1)).toBe("OPEN")
    expect(books().reserved).toBe(scheme.limit.payment + 1)
    ask((provider) => provider.enrollment.withdraw(account))
    expect([query("open"), pay("late", fresh(issued, 1))]).toEqual(["CLOSED", "NO_AGREEMENT"])
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
    ask((provider) => provider.enrollment.sign(account))
    expect(pay("new", fresh(issued, 2))).toBe("PAID")
  })
})

describe.each([Fixtures.alipay, Fixtures.unionpay])("the aliases of $scheme", (scheme) => {
  it("are drawn again where one is taken", () => {
    const others = Fixtures.randomness("aliases")
    const size = Math.ceil(scheme.code.aliasDigits * 1.1) + 8
    let draws = 0
    const randomBytes = (bytes: number) =>
      Effect.suspend(() =>
        bytes === size && draws++ < 3 ? Effect.succeed(new Uint8Array(bytes).fill(7)) : others.randomBytes(bytes)
      )
    const { enroll, issued, fixture } = make(Rules.strict(scheme), { random: { ...others, randomBytes } })
    const second = enroll(fixture.run(Fixtures.member(0)).phone)
    expect(issued.alias).toBe("7".repeat(scheme.code.aliasDigits))
    expect(second.alias).not.toBe(issued.alias)
    expect(draws).toBe(4)
  })
})

describe("aliases that run out", () => {
  it("are a defect that says so, and no draw without end", () => {
    const code = { ...Fixtures.unionpay.code, digits: 9, aliasDigits: 1 }
    const { ask, enroll, phone } = make(Rules.strict({ ...Fixtures.unionpay, code }))
    const renew = (): string => {
      const { alias, number } = enroll(phone)
      ask((provider) => provider.enrollment.confirm(phone, number))
      return alias
    }
    const aliases = Array.from({ length: 9 }, renew)
    expect(new Set(aliases).size).toBe(9)
    expect(renew).toThrow("alias: expected one that is free, found none in 1000 draws")
  })
})

describe("what is drawn", () => {
  /** Randomness whose first draws of one length are given. */
  const begins = (length: number, ...given: ReadonlyArray<(at: number) => number>): Fixtures.ProviderFixtureOptions => {
    const { randomBytes, ...others } = Fixtures.randomness("other draws")
    const rest = given.values()
    const first = (size: number) => {
      const byte = size === length ? rest.next().value : undefined
      return byte === undefined
        ? randomBytes(size)
        : Effect.succeed(Uint8Array.from({ length: size }, (_, at) => byte(at)))
    }
    return { random: { ...others, randomBytes: (size) => Effect.suspend(() => first(size)) } }
  }

  it("has every digit as likely as any other: of 256 values of a byte the last six are none", () => {
    const { aliasDigits } = Fixtures.unionpay.code
    const length = Math.ceil(aliasDigits * 1.1) + 8
    const { issued } = make(
      Rules.strict(Fixtures.unionpay),
      // No digit, and then just enough of them.
      begins(
        length,
        () => 255,
        (at) => (at < length - aliasDigits ? 250 + (at % 6) : at % 10)
      )
    )
    const wanted = Array.from({ length: aliasDigits }, (_, at) => (at + length - aliasDigits) % 10)
    expect(issued.alias).toBe(wanted.join(""))
  })

  it("is another list where two codes of one were the same", () => {
    const { batch } = Fixtures.wechat.token
    const length = Math.ceil(2 * batch! * Fixtures.wechat.code.otpDigits * 1.1) + 8
    let draws = 0
    const zero = (): number => {
      draws++
      return 0
    }
    const { issued } = make(Rules.strict(Fixtures.wechat), begins(length, zero))
    const codes = issued.secret._tag === "Drawn" ? Redacted.value(issued.secret.codes) : []
    expect(draws).toBe(length)
    expect(new Set(codes.flatMap(({ revealed, scanned }) => [revealed, scanned])).size).toBe(2 * batch!)
  })
})

describe("numbers that the provider has not given out", () => {
  it("are defects, and say what was expected", () => {
    const { ask } = make(Rules.strict(Fixtures.alipay))
    expect(() => ask((provider) => provider.enrollment.enroll(9))).toThrow(
      "phone: expected one that was registered, found 9"
    )
    expect(() => ask((provider) => provider.enrollment.register(9))).toThrow(
      "account: expected one that was opened, found 9"
    )
  })
})
