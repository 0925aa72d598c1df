/**
 * The provider: what it takes for a code, enrolment in two phases, the life of an order, many requests at once, restarts,
 * and what is never told. PAYCODE_SEED chooses what is drawn.
 */
import { inspect } from "node:util"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Answer } from "../../model/Order.ts"
import { reasons, refusals } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import * as Time from "../../model/Time.ts"
import * as Codec from "../credentials/Codec.ts"
import * as Mac from "../credentials/Mac.ts"
import * as TokenSource from "../credentials/TokenSource.ts"
import type { Unavailable } from "../ledger/Database.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Trial from "../testing/Fixtures.ts"
import * as Vectors from "../vectors/Vectors.ts"
import * as Wallet from "../wallet/Wallet.ts"
import * as Provider from "./Provider.ts"
import { Refused } from "./Refused.ts"

const start = 1_000_000

/** What is drawn is drawn from PAYCODE_SEED, or 1. */
const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** More than anybody spends in a test. */
const riches = 10_000_000_000

const withoutClause = (scheme: Scheme, clause: Rules.Lapse["clause"], lapse: string): Rules.Rules =>
  Rules.without(Rules.strict(scheme), { clause, lapse })

/** A provider with one account that has signed, and a phone of it with a confirmed credential. */
const stage = (rules: Rules.Rules, options: Trial.ProviderFixtureOptions = {}, balance = riches) => {
  const trial = Trial.make(rules, start, options)
  const ask = <A, E>(question: (provider: Provider.Provider["Service"]) => Effect.Effect<A, E>): A =>
    trial.run(Provider.Provider.use(question))
  const read = <A>(question: (ledger: Ledger.Ledger) => Effect.Effect<A, Unavailable>): A =>
    trial.run(Ledger.use(question))
  const enroll = (phone: number) => ask((provider) => provider.enroll(phone))
  const { account, phone } = trial.run(Trial.member(balance))
  const issued = enroll(phone)
  ask((provider) => provider.confirm(phone, issued.number))
  return {
    trial,
    account,
    phone,
    issued,
    ask,
    read,
    enroll,
    codeOf: TokenSource.make(rules.scheme.code, issued),
    /** The nth code of a credential that is issued now and can be accepted now. */
    fresh: (credential: TokenSource.Credential, nth = 0): string =>
      TokenSource.make(rules.scheme.code, credential)(windowOf(rules, trial.now).from + nth),
    pay: (order: string, code: string, amount = 1, merchant = "shop", terminal = "till"): Answer =>
      ask((provider) => provider.pay({ merchant, terminal, order, code, amount })),
    query: (order: string, merchant = "shop"): Answer => ask((provider) => provider.query({ merchant, order })),
    reverse: (order: string, merchant = "shop"): Answer => ask((provider) => provider.reverse({ merchant, order })),
    refund: (order: string, refund: string, amount: number, merchant = "shop"): Answer =>
      ask((provider) => provider.refund({ merchant, order, refund, amount })),
    close: (order: string, merchant = "shop"): Answer => ask((provider) => provider.close({ merchant, order })),
    approve: (order: string, password = Trial.password, of = account) =>
      ask((provider) => Effect.result(provider.authenticate({ account: of, merchant: "shop", order, password }))),
    books: () => read((ledger) => ledger.accounts.account(account)),
    payments: () => read((ledger) => ledger.payments.movements(account)).filter(({ kind }) => kind === "payment")
  }
}

/** The positions of a credential, issued now, that can be accepted now. */
const windowOf = (rules: Rules.Rules, now: number): Positions.Window =>
  Positions.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now)

/** Another digit in the place of the last. */
const damaged = (code: string): string => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)

const seeds = [Trial.alipay, Trial.keyed]
const lists = [Trial.wechat, Trial.unionpay]

// ---------------------------------------------------------------------------------------------------------------------
// Codes
// ---------------------------------------------------------------------------------------------------------------------

describe("coincidence (VER-9)", () => {
  const { groups, scheme: given } = Vectors.coincidence
  const bytes = Redacted.value(Vectors.seed(given.seed))
  const scheme: Scheme = {
    ...Trial.alipay,
    code: { ...Trial.alipay.code, mac: given.mac, otpDigits: given.digits },
    clock: { ...Trial.alipay.clock, step: given.step },
    window: { past: given.past, future: given.future }
  }
  const cases = groups.flatMap(({ proof, steps, tests }) => tests.map((test) => ({ ...test, proof, steps })))

  /** What a provider under some rules answers to each play. */
  const answers = (rules: Rules.Rules, { plays }: (typeof cases)[number]): ReadonlyArray<string> => {
    const { codeOf, pay, trial } = stage(rules, { random: Trial.drawing(bytes) })
    return plays.map(({ at, made }, order) => {
      trial.now = at
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
    const { codeOf, pay } = stage(rules)
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
    const { codeOf, pay } = stage(Rules.strict(scheme))
    const now = Time.stepAt(scheme, start)
    expect(pay("later", codeOf(now))).toBe("PAID")
    expect(pay("earlier", codeOf(now - 1))).toBe(scheme.verification.monotone ? "CODE_USED" : "PAID")
  })
})

describe.each(lists)("a list of $scheme", (scheme) => {
  const { batch = 0, validity = 0 } = scheme.token

  it("pays with each of its codes once, to the end of its validity, in any order", () => {
    const { codeOf, pay, trial } = stage(Rules.strict(scheme))
    trial.now = start + validity
    // The last goes first: the codes of a list are for no step.
    const positions = [batch - 1, 0, 1]
    expect(positions.map((position) => pay(`${position} a`, codeOf(position)))).toEqual(positions.map(() => "PAID"))
    expect(positions.map((position) => pay(`${position} b`, codeOf(position)))).toEqual(
      positions.map(() => "CODE_USED")
    )
    trial.now++
    expect([pay("late", codeOf(2)), pay("used", codeOf(0))]).toEqual(["CODE_INVALID", "CODE_INVALID"])
  })

  it("has no code beyond its end, nor twice the same", () => {
    const { codeOf, pay } = stage(Rules.strict(scheme))
    const codes = Array.from({ length: batch }, (_, position) => codeOf(position))
    expect(new Set(codes).size).toBe(batch)
    if (scheme.code.mac === "none") expect(() => codeOf(batch)).toThrow("position: expected one of the list, found 50")
    else expect(pay("beyond", codeOf(batch))).toBe("CODE_INVALID")
  })
})

describe.each(Trial.schemes)("a wrong code in $scheme", (scheme) => {
  it("is refused without a reason, and burns nothing", () => {
    const rules = Rules.strict(scheme)
    const { codeOf, fresh, issued, payments, pay } = stage(rules)
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
    const { ask, books, pay } = stage(Rules.strict(scheme))
    const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", ""))
    const amounts = fc.oneof(fc.double(), fc.integer({ min: 1 }))
    fc.assert(
      fc.property(text, text, text, text, amounts, (merchant, order, terminal, code, amount) => {
        const answers = [
          pay(order, code, amount, merchant, terminal),
          ask((provider) => provider.query({ merchant, order })),
          ask((provider) => provider.refund({ merchant, order, refund: order, amount }))
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
    const { fresh, issued, pay, trial } = stage(Rules.strict({ ...scheme, throttle: few }))
    const code = fresh(issued)
    const parts = Result.getOrThrow(Codec.decode(scheme.code, code))
    const wrong = Codec.encode(scheme.code, { ...parts, proof: damaged(parts.proof) })
    const named = scheme.throttle.perAliasDay !== undefined
    const at = (terminal: string, text: string) => pay(`${terminal} ${text}`, text, 1, "shop", terminal)
    expect(pay("1", wrong, 1, "shop", "a")).toBe("CODE_INVALID")
    expect(pay("2", wrong, 1, "shop", "a")).toBe("CODE_INVALID")
    // Whose alias was named twice has to wait wherever the code comes from.
    expect(pay("3", wrong, 1, "shop", "a")).toBe(named ? "THROTTLED" : "CODE_INVALID")
    expect(pay("right", code, 1, "shop", "b")).toBe(named ? "THROTTLED" : "PAID")
    for (const order of ["4", "5", "6"]) pay(order, "", 1, "shop", "a")
    expect(at("a", "nobody's")).toBe("THROTTLED")
    expect(at("b", "nobody's")).toBe("CODE_INVALID")
    expect(pay("1", "nobody's", 1, "other shop", "a")).toBe("CODE_INVALID")
    // It is no answer to the order: the same requests are decided on the next day.
    trial.now += Time.secondsPerDay
    expect(at("a", "nobody's")).toBe("CODE_INVALID")
    expect(pay("right", code, 1, "shop", "b")).toBe(named ? "CODE_INVALID" : "PAID")
  })
})

describe.each([Trial.wechat, Trial.keyed])("a revealed code of $scheme (GEN-6)", (scheme) => {
  it("is another than the one that is scanned, and is paid with the password only", () => {
    const rules = Rules.strict(scheme)
    const { approve, codeOf, pay } = stage(rules)
    const { from } = windowOf(rules, start)
    expect(codeOf(from, true)).not.toBe(codeOf(from))
    expect(pay("revealed", codeOf(from, true))).toBe("OPEN")
    expect(approve("revealed")).toEqual(Result.succeed("PAID"))
    expect(pay("again", codeOf(from, true))).toBe("CODE_USED")
    expect(pay("scanned", codeOf(from + 1))).toBe("PAID")
  })
})

describe.each([Trial.alipay, Trial.unionpay])("a revealed code of $scheme", (scheme) => {
  it("is the one that is scanned", () => {
    const { codeOf } = stage(Rules.strict(scheme))
    expect(codeOf(3, true)).toBe(codeOf(3))
  })
})

describe("two credentials with the same digits (VER-22)", () => {
  /** Randomness that draws every list alike, and the first prefix. */
  const alike = (): SecureRandom.SecureRandom["Service"] => {
    const others = Trial.randomness("alike")
    const list = Effect.runSync(others.randomBytes(4096))
    const randomBytes = (size: number) => (size > 1000 ? Effect.succeed(list.slice(0, size)) : others.randomBytes(size))
    return { ...others, randomBytes, intBetween: () => Effect.succeed(0) }
  }

  /** Two accounts whose lists are alike. */
  const doubled = (rules: Rules.Rules) => {
    const first = stage(rules, { random: alike() })
    const second = first.trial.run(Trial.member(riches))
    first.enroll(second.phone)
    return first
  }

  it("are refused, and burn nothing", () => {
    const { codeOf, pay, payments } = doubled(Rules.strict(Trial.wechat))
    expect([pay("1", codeOf(0)), pay("2", codeOf(0)), pay("1", codeOf(0))]).toEqual([
      "AMBIGUOUS_CODE",
      "AMBIGUOUS_CODE",
      "AMBIGUOUS_CODE"
    ])
    expect(payments()).toEqual([])
  })

  it("would make one pay for the other without the clause", () => {
    const { codeOf, pay, payments } = doubled(withoutClause(Trial.wechat, "VER-22", "first match"))
    expect(pay("1", codeOf(0))).toBe("PAID")
    expect(payments()).toHaveLength(1)
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Enrolment
// ---------------------------------------------------------------------------------------------------------------------

/** A ledger in which the credentials of a phone end whenever a code has just been read. */
const ending = Ledger.wrapped(Ledger.layerMemory, ({ credentials, payments }) => ({
  payments: {
    ...payments,
    settle: (query, deciding) =>
      Effect.andThen(
        credentials.restate(0, (statuses) => statuses.map(() => "ended"), false),
        payments.settle(query, deciding)
      )
  }
}))

describe.each(Trial.schemes)("enrolment in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const refused = (reason: Refused["reason"]) => Result.fail(new Refused({ reason }))

  it("gives every credential a secret of its own (ENR-2, ENR-5)", () => {
    const enrollments = 50
    const program = Provider.Provider.use((provider) =>
      Effect.forEach(Array.from({ length: enrollments }), () =>
        Effect.flatMap(Trial.member(0), ({ phone }) => provider.enroll(phone))
      )
    )
    const real = Layer.provideMerge(Provider.Provider.layer(rules, { passwordCost: 2 }), Ledger.layerMemory).pipe(
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
    const { account, ask, phone } = stage(rules)
    const stolen = ask((provider) => provider.register(account))
    const enroll = (of: number) => ask((provider) => Effect.result(Effect.asVoid(provider.enroll(of))))
    expect(enroll(stolen)).toEqual(refused("NOT_OWNER"))
    ask((provider) => provider.signIn(stolen))
    expect(enroll(stolen)).toEqual(Result.void)
    ask((provider) => provider.withdraw(account))
    expect(enroll(phone)).toEqual(refused("NO_AGREEMENT"))
  })

  it("leaves the old credential until the new one is confirmed (ENR-6, ENR-7), and a lost reply does no harm (ENR-9)", () => {
    const { ask, enroll, fresh, issued, pay, phone, trial } = stage(rules)
    // The reply is lost: the phone goes on with what it has.
    const lost = enroll(phone)
    expect(pay("old", fresh(issued))).toBe("PAID")
    const again = enroll(phone)
    expect(again.number).toBe(lost.number)
    expect(fresh(again)).toBe(fresh(lost))
    trial.restart()
    expect(pay("old, still", fresh(issued, 1))).toBe("PAID")
    ask((provider) => provider.confirm(phone, again.number))
    expect(pay("old, too late", fresh(issued, 2))).toBe("CODE_INVALID")
    expect(pay("new", fresh(again))).toBe("PAID")
    // What was burned stays burned, and what was answered stays answered (ENR-8).
    expect(pay("burned", fresh(issued))).toBe("CODE_INVALID")
    expect(pay("old", fresh(issued))).toBe("PAID")
    expect(ask((provider) => provider.standing(phone, issued.number))).toBe("ended")
    expect(ask((provider) => provider.standing(phone, again.number))).toBe("live")
    expect(ask((provider) => provider.standing(phone, 99))).toBeUndefined()
  })

  it("the first use of the new credential confirms it, whatever its outcome", () => {
    const { enroll, fresh, issued, pay, phone } = stage(rules, {}, 100)
    const renewed = enroll(phone)
    expect(pay("new", fresh(renewed), 101)).toBe("BALANCE")
    expect(pay("old", fresh(issued))).toBe("CODE_INVALID")
    expect(pay("new again", fresh(renewed, 1))).toBe("PAID")
  })

  it("ends a credential even for a request that is being decided meanwhile", () => {
    const { fresh, issued, pay, payments } = stage(rules, { ledger: ending })
    expect(pay("early", fresh(issued))).toBe("CODE_INVALID")
    expect(payments()).toEqual([])
  })

  it("a revoked phone pays no more, not even with codes made ahead (ENR-10); its account's other phone does", () => {
    const { account, ask, enroll, fresh, issued, pay, phone, query } = stage(rules)
    const second = ask((provider) => provider.register(account))
    ask((provider) => provider.signIn(second))
    const other = enroll(second)
    const { payment } = scheme.limit
    expect(pay("open", fresh(issued), payment + 1)).toBe("OPEN")
    expect(pay("open elsewhere", fresh(other), payment + 1)).toBe("OPEN")
    ask((provider) => provider.revoke(phone))
    expect(pay("ahead", fresh(issued, 1))).toBe("CODE_INVALID")
    // What rested on it is closed (ENR-11), and nothing else.
    expect([query("open"), query("open elsewhere")]).toEqual(["CLOSED", "OPEN"])
    expect(pay("other", fresh(other, 1))).toBe("PAID")
    expect(ask((provider) => provider.standing(phone, issued.number))).toBe("revoked")
    const renewed = enroll(phone)
    expect(pay("renewed", fresh(renewed, 2))).toBe("PAID")
  })

  it("an agreement that ends closes what is open, and codes pay no more (VER-11)", () => {
    const { account, ask, books, fresh, issued, pay, query } = stage(rules)
    expect(pay("open", fresh(issued), scheme.limit.payment + 1)).toBe("OPEN")
    expect(books().reserved).toBe(scheme.limit.payment + 1)
    ask((provider) => provider.withdraw(account))
    expect([query("open"), pay("late", fresh(issued, 1))]).toEqual(["CLOSED", "NO_AGREEMENT"])
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
    ask((provider) => provider.sign(account))
    expect(pay("new", fresh(issued, 2))).toBe("PAID")
  })

  it("an alias is an index of the account, a token of the credential, or nobody's", () => {
    const { account, enroll, issued, phone, read } = stage(rules)
    const kept = read((ledger) => ledger.accounts.aliasOf(account))
    const renewed = enroll(phone)
    const { alias } = scheme.code
    if (alias === "masked-index") expect([issued.alias, renewed.alias]).toEqual([kept, kept])
    else if (alias === "token") expect([issued.alias === kept, renewed.alias === kept]).toEqual([true, false])
    else expect([kept, issued.alias, renewed.alias]).toEqual([undefined, "", ""])
  })
})

describe.each([Trial.alipay, Trial.unionpay])("the aliases of $scheme", (scheme) => {
  it("are drawn again where one is taken", () => {
    const others = Trial.randomness("aliases")
    const size = Math.ceil(scheme.code.aliasDigits * 1.1) + 8
    let draws = 0
    const randomBytes = (bytes: number) =>
      Effect.suspend(() =>
        bytes === size && draws++ < 3 ? Effect.succeed(new Uint8Array(bytes).fill(7)) : others.randomBytes(bytes)
      )
    const { enroll, issued, trial } = stage(Rules.strict(scheme), { random: { ...others, randomBytes } })
    const second = enroll(trial.run(Trial.member(0)).phone)
    expect(issued.alias).toBe("7".repeat(scheme.code.aliasDigits))
    expect(second.alias).not.toBe(issued.alias)
    expect(draws).toBe(4)
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Orders
// ---------------------------------------------------------------------------------------------------------------------

describe("aliases that run out", () => {
  it("are a defect that says so, and no draw without end", () => {
    const code = { ...Trial.unionpay.code, digits: 9, aliasDigits: 1 }
    const { ask, enroll, phone } = stage(Rules.strict({ ...Trial.unionpay, code }))
    const renew = (): string => {
      const { alias, number } = enroll(phone)
      ask((provider) => provider.confirm(phone, number))
      return alias
    }
    const aliases = Array.from({ length: 9 }, renew)
    expect(new Set(aliases).size).toBe(9)
    expect(renew).toThrow("alias: expected one that is free, found none in 1000 draws")
  })
})

describe("what is drawn", () => {
  /** Randomness whose first draws of one length are given. */
  const begins = (length: number, ...given: ReadonlyArray<(at: number) => number>): Trial.ProviderFixtureOptions => {
    const { randomBytes, ...others } = Trial.randomness("other draws")
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
    const { aliasDigits } = Trial.unionpay.code
    const length = Math.ceil(aliasDigits * 1.1) + 8
    const { issued } = stage(
      Rules.strict(Trial.unionpay),
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
    const { batch } = Trial.wechat.token
    const length = Math.ceil(2 * batch! * Trial.wechat.code.otpDigits * 1.1) + 8
    let draws = 0
    const zero = (): number => {
      draws++
      return 0
    }
    const { issued } = stage(Rules.strict(Trial.wechat), begins(length, zero))
    const codes = issued.secret._tag === "Drawn" ? Redacted.value(issued.secret.codes) : []
    expect(draws).toBe(length)
    expect(new Set(codes.flatMap(({ revealed, scanned }) => [revealed, scanned])).size).toBe(2 * batch!)
  })
})

describe("a token", () => {
  it("stands before the proofs of its own credential only", () => {
    const { enroll, issued, pay, phone } = stage(Rules.strict(Trial.unionpay))
    const { code: format } = Trial.unionpay
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

describe.each(Trial.schemes)("what is paid with the password in $scheme", (scheme) => {
  it("counts towards all payments of the day, and uses up none of those without it (VER-13, VER-23, VER-24)", () => {
    const { account, approve, fresh, issued, pay, read, reverse, trial } = stage(Rules.strict(scheme))
    const above = scheme.limit.payment + 1
    const spent = () => read((ledger) => ledger.payments.spent(account, Time.dayAt(scheme, trial.now)))
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
      const { fresh, issued, pay, refund } = stage(Rules.strict(Trial.alipay))
      const code = fresh(issued)
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
      expect(pay("first", code, 1)).toBe("PAID")
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
      expect(refund("first", "1", amount)).toBe("AMOUNT_INVALID")
      expect(refund("first", "1", 1)).toBe("REFUNDED")
    }
  )
})

describe.each(Trial.schemes.filter(({ stepUp }) => stepUp.openFor !== undefined))(
  "an account takes so many wrong answers and no more, not even the right one, until the next day (STP-7), in $scheme",
  (scheme) => {
    const large = scheme.limit.payment + 1
    const few = { ...scheme, stepUp: { ...scheme.stepUp, attempts: 3 } }
    const guess = (number: number) => Redacted.make(`guess ${number}`)
    const wrong = (account: number, exhausted: boolean) =>
      Result.fail(new Provider.WrongPassword({ account, exhausted }))

    it("one after the other, whatever orders they are for", () => {
      const { account, approve, fresh, issued, pay, trial } = stage(Rules.strict(few))
      const orders = [1, 2].map(String)
      expect(orders.map((order, nth) => pay(order, fresh(issued, nth), large))).toEqual(["OPEN", "OPEN"])
      const guesses = [0, 1, 2].map((number) => approve(orders[number % 2]!, guess(number)))
      expect(guesses).toEqual(guesses.map(() => wrong(account, false)))
      expect([approve("1"), approve("2", guess(3))]).toEqual([wrong(account, true), wrong(account, true)])
      trial.now += Time.secondsPerDay
      expect(approve("unknown")).toEqual(Result.succeed("NO_SUCH_ORDER"))
    })

    it("all at once: each is counted before it is looked at", async () => {
      // A check of this cost is made beside others: the answers wait for each other.
      const provider = Provider.Provider.layer(Rules.strict(few), { passwordCost: 128 }).pipe(
        Layer.provide(Ledger.layerMemory),
        Layer.provide(Layer.succeed(SecureRandom.SecureRandom, Trial.randomness("at once")))
      )
      const heard = Provider.Provider.use((provider) =>
        Effect.gen(function* () {
          const account = yield* provider.open({ balance: riches, password: Trial.password })
          const answers = yield* Effect.forEach(
            Array.from({ length: 40 }, (_, number) => provider.owns(account, guess(number))),
            Effect.result,
            { concurrency: "unbounded" }
          )
          return answers.filter(
            (one) => Result.isFailure(one) && one.failure._tag === "WrongPassword" && !one.failure.exhausted
          )
        })
      )
      expect(await Effect.runPromise(Effect.provide(heard, provider))).toHaveLength(3)
    })

    it("a right one is not counted", () => {
      const { account, approve, ask, fresh, issued, pay } = stage(Rules.strict(few))
      for (let time = 0; time < 10; time++) ask((provider) => provider.owns(account, Trial.password))
      expect(pay("1", fresh(issued), large)).toBe("OPEN")
      expect(approve("1")).toEqual(Result.succeed("PAID"))
    })

    it("without the clause any number of them", () => {
      const lapsed = Rules.without(Rules.strict(few), { clause: "STP-7", lapse: "not counted" })
      const { account, approve, fresh, issued, pay } = stage(lapsed)
      expect(pay("1", fresh(issued), large)).toBe("OPEN")
      const guesses = Array.from({ length: 20 }, (_, number) => approve("1", guess(number)))
      expect(guesses).toEqual(guesses.map(() => wrong(account, false)))
      expect(approve("1")).toEqual(Result.succeed("PAID"))
    })
  }
)

describe.each(Trial.schemes)("an order in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { payment } = scheme.limit
  const { openFor = 0 } = scheme.stepUp
  const { nodeSkew } = scheme.clock
  const large = payment + 1

  it("is answered alike however often it is sent (VER-1), and conflicts change nothing (VER-2 to VER-4)", () => {
    const { enroll, fresh, issued, pay, payments, trial } = stage(rules)
    const stranger = enroll(trial.run(Trial.member(riches)).phone)
    const code = fresh(issued)
    expect([pay("1", code, 5), pay("1", code, 5)]).toEqual(["PAID", "PAID"])
    expect(pay("1", code, 6)).toBe("AMOUNT_CHANGED")
    expect(pay("1", fresh(stranger), 5)).toBe("PAYER_CHANGED")
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

  it("belongs to its merchant (REL-4), however the two are spelt", () => {
    const { fresh, issued, pay, payments, query, refund, reverse } = stage(rules)
    expect(pay('b","c', fresh(issued), 1, "a")).toBe("PAID")
    expect(pay("c", fresh(issued, 1), 2, 'a","b')).toBe("PAID")
    expect(payments().map(({ amount }) => amount)).toEqual([1, 2])
    expect(query("c", "a")).toBe("NO_SUCH_ORDER")
    expect(refund("c", "1", 1, "a")).toBe("NO_SUCH_ORDER")
    expect(reverse("c", "a")).toBe(scheme.reverse.unknownOrder === "tombstone" ? "REVERSED" : "NO_SUCH_ORDER")
    expect([query("c", 'a","b'), query('b","c', "a")]).toEqual(["PAID", "PAID"])
  })

  it("over the limit waits for the password of its payer (STP-1, STP-2)", () => {
    const { account, approve, ask, books, fresh, issued, pay, payments, query, trial } = stage(rules)
    const stranger = trial.run(Trial.member(riches))
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(books()).toMatchObject({ balance: riches, reserved: large })
    expect(ask((provider) => provider.prompts(account))).toEqual([{ merchant: "shop", order: "1", amount: large }])
    expect(ask((provider) => provider.prompts(stranger.account))).toEqual([])
    expect(approve("1", Redacted.make("271828"))).toEqual(
      Result.fail(new Provider.WrongPassword({ account, exhausted: false }))
    )
    expect(approve("1", Trial.password, stranger.account)).toEqual(Result.succeed("NO_SUCH_ORDER"))
    expect(approve("unknown")).toEqual(Result.succeed("NO_SUCH_ORDER"))
    expect([query("1"), payments().length]).toEqual(["OPEN", 0])
    expect(approve("1")).toEqual(Result.succeed("PAID"))
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect([query("1"), pay("1", fresh(issued), large), payments().length]).toEqual(["PAID", "PAID", 1])
    expect(books()).toMatchObject({ balance: riches - large, reserved: 0 })
    expect(ask((provider) => provider.prompts(account))).toEqual([])
  })

  it("reserves its amount while it is open (SET-6)", () => {
    const { fresh, issued, pay, reverse } = stage(rules, {}, large + 1)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(pay("2", fresh(issued, 1), 2)).toBe("BALANCE")
    expect(reverse("1")).toBe("REVERSED")
    expect(pay("3", fresh(issued, 2), 2)).toBe("PAID")
  })

  it("is closed by the timer at its deadline and not before (SET-3, SET-4), and no password opens it (SET-5)", () => {
    const { approve, ask, books, close, fresh, issued, pay, payments, query, trial } = stage(rules)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    trial.now = start + openFor - 1
    expect([close("1"), ask((provider) => provider.closeOverdue)]).toEqual(["OPEN", 0])
    trial.now = start + openFor
    // Until somebody writes that it is closed, it is not.
    expect(query("1")).toBe("OPEN")
    expect(ask((provider) => provider.closeOverdue)).toBe(1)
    expect([query("1"), close("1"), ask((provider) => provider.closeOverdue)]).toEqual(["CLOSED", "CLOSED", 0])
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect(payments()).toEqual([])
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
    expect(close("unknown")).toBe("NO_SUCH_ORDER")
  })

  it("is reversed, paid or open, for as long as every node would (SET-1)", () => {
    const { books, fresh, issued, pay, payments, query, reverse, trial } = stage(rules)
    const { within } = scheme.reverse
    for (const order of ["at the end", "unknown", "late"]) {
      expect(pay(order, fresh(issued, ["at the end", "unknown", "late"].indexOf(order)), 7)).toBe("PAID")
    }
    expect(payments()).toHaveLength(3)
    trial.now = start + within
    expect([reverse("at the end"), reverse("at the end")]).toEqual(["REVERSED", "REVERSED"])
    // From here on another node, whose clock is behind, could answer otherwise.
    for (let behind = 1; behind <= nodeSkew; behind++) {
      trial.now = start + within + behind
      expect([reverse("unknown"), query("unknown")]).toEqual(["UNKNOWN", "PAID"])
    }
    expect(refusals.UNKNOWN.definite).toBe(false)
    trial.now = start + within + nodeSkew + 1
    expect([reverse("unknown"), reverse("late"), query("late")]).toEqual(["REVERSE_EXPIRED", "REVERSE_EXPIRED", "PAID"])
    expect(reverse("at the end")).toBe("REVERSED")
    expect(books()).toMatchObject({ balance: riches - 14, reserved: 0 })
  })

  it("that is open is reversed, and no password debits it", () => {
    const { approve, books, fresh, issued, pay, reverse } = stage(rules)
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(reverse("1")).toBe("REVERSED")
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect(pay("1", fresh(issued), large)).toBe("REVERSED")
    expect(books()).toMatchObject({ balance: riches, reserved: 0 })
  })

  it("that is unknown is reversed for ever by a tombstone (SET-1, SET-2), or not at all", () => {
    const { fresh, enroll, payments, pay, phone, query, reverse, trial } = stage(rules)
    const isTombstone = scheme.reverse.unknownOrder === "tombstone"
    expect(reverse("1")).toBe(isTombstone ? "REVERSED" : "NO_SUCH_ORDER")
    trial.restart()
    trial.now += 400 * Time.secondsPerDay
    const renewed = enroll(phone)
    expect(query("1")).toBe(isTombstone ? "REVERSED" : "NO_SUCH_ORDER")
    expect(pay("1", fresh(renewed))).toBe(isTombstone ? "REVERSED" : "PAID")
    expect(payments()).toHaveLength(isTombstone ? 0 : 1)
    // The tombstone burned nothing.
    expect(pay("2", fresh(renewed))).toBe(isTombstone ? "PAID" : "CODE_USED")
  })

  it("is refunded once under a number, and never more than it was (SET-7, SET-8)", () => {
    const { books, fresh, issued, pay, query, refund, reverse } = stage(rules)
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
    const { account, fresh, issued, pay, read, reverse, trial } = stage(rules)
    const day = Time.dayAt(scheme, start)
    trial.now = Time.startOfDay(scheme, day + 1) - 1
    expect(pay("1", fresh(issued, 2), 9)).toBe("PAID")
    const spent = (on: number) => read((ledger) => ledger.payments.spent(account, on))
    expect(spent(day)).toEqual({ free: { sum: 9, count: 1 }, all: 9 })
    trial.now++
    expect(reverse("1")).toBe("REVERSED")
    expect([spent(day), spent(day + 1)]).toEqual([1, 2].map(() => ({ free: { sum: 0, count: 0 }, all: 0 })))
  })

  it("is told by a notice that no other is (REL-5)", () => {
    const { approve, ask, fresh, issued, pay } = stage(rules)
    const notice = (order: string) => ask((provider) => provider.notice({ merchant: "shop", order }))
    const key = ask((provider) => provider.enlist("shop"))
    expect(notice("1")).toBeUndefined()
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(notice("1")).toBeUndefined()
    approve("1")
    const told = notice("1")!
    expect(told).toMatchObject({ merchant: "shop", order: "1", amount: large })
    expect(told.tag).toBe(Provider.tagOf(key, told))
    for (const other of [{ merchant: "shop 2" }, { order: "2" }, { amount: large + 1 }]) {
      expect(Provider.tagOf(key, { ...told, ...other })).not.toBe(told.tag)
    }
    expect(
      Provider.tagOf(
        ask((provider) => provider.enlist("shop 2")),
        told
      )
    ).not.toBe(told.tag)
    expect(Redacted.value(ask((provider) => provider.enlist("shop")))).toEqual(Redacted.value(key))
  })
})

describe("what was answered stays answered", () => {
  it("though an alias that named nobody has since been given out", () => {
    const { pay, read } = stage(Rules.strict(Trial.unionpay))
    const unknown = "0".repeat(Trial.unionpay.code.aliasDigits)
    const code = Codec.encode(Trial.unionpay.code, { prefix: "62", alias: unknown, proof: "000000" })
    expect(pay("early", code)).toBe("CODE_INVALID")
    const other = read((ledger) => ledger.accounts.open({ balance: 0, password: Trial.password }))
    expect(read((ledger) => ledger.accounts.claim(other, unknown))).toBe(true)
    expect(pay("early", code)).toBe("CODE_INVALID")
  })
})

describe("numbers that the provider has not given out", () => {
  it("are defects, and say what was expected", () => {
    const { ask } = stage(Rules.strict(Trial.alipay))
    expect(() => ask((provider) => provider.enroll(9))).toThrow("phone: expected one that was registered, found 9")
    expect(() => ask((provider) => provider.register(9))).toThrow("account: expected one that was opened, found 9")
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Whatever happens
// ---------------------------------------------------------------------------------------------------------------------

/** What is asked of a provider, with small numbers for everything. */
type Question =
  | { readonly what: "pay"; readonly order: number; readonly nth: number; readonly amount: number }
  | { readonly what: "refund"; readonly order: number; readonly number: number; readonly amount: number }
  | { readonly what: "query" | "reverse" | "close" | "approve"; readonly order: number }
  | { readonly what: "renew" | "revoke" | "withdraw" | "sign" }
  | { readonly what: "wait"; readonly seconds: number }

describe.each(Trial.schemes)(`whatever is asked of a provider of $scheme, seed ${seed}`, (scheme) => {
  const rules = Rules.strict(scheme)
  const { payment } = scheme.limit
  const order = fc.nat({ max: 3 })
  const amount = fc.constantFrom(1, payment, payment + 1)
  const seconds = fc.constantFrom(1, scheme.clock.step, scheme.stepUp.openFor ?? 1, scheme.reverse.within)
  const pays = fc.record({ what: fc.constant("pay" as const), order, nth: fc.nat({ max: 4 }), amount })
  const asks = fc.record({ what: fc.constantFrom("query", "reverse", "close", "approve"), order })
  const refunds = fc.record({ what: fc.constant("refund" as const), order, number: fc.nat({ max: 1 }), amount })
  const others = fc.record({ what: fc.constantFrom("renew", "revoke", "withdraw", "sign") })
  const waits = fc.record({ what: fc.constant("wait" as const), seconds })
  const questions: fc.Arbitrary<ReadonlyArray<Question>> = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: pays },
      { weight: 6, arbitrary: asks },
      { weight: 3, arbitrary: refunds },
      { weight: 1, arbitrary: others },
      { weight: 2, arbitrary: waits }
    ),
    { minLength: 10, maxLength: 30, size: "max" }
  )

  /** The answers to some questions, and after each the books; `restarts`: the provider is restarted before each. */
  const play = (asked: ReadonlyArray<Question>, restarts: boolean) => {
    const { account, approve, ask, books, close, fresh, issued, pay, phone, query, read, refund, reverse, trial } =
      stage(rules, {}, 4 * payment)
    let held: TokenSource.Credential = issued
    const answerTo = (question: Question): Answer | undefined => {
      switch (question.what) {
        case "pay":
          return pay(String(question.order), fresh(held, question.nth), question.amount)
        case "refund":
          return refund(String(question.order), String(question.number), question.amount)
        case "query":
          return query(String(question.order))
        case "reverse":
          return reverse(String(question.order))
        case "close":
          return close(String(question.order))
        case "approve":
          return Result.getOrThrow(approve(String(question.order)))
        case "renew": {
          const renewed = ask((provider) => Effect.result(provider.enroll(phone)))
          if (Result.isSuccess(renewed)) held = renewed.success
          return undefined
        }
        case "revoke":
          ask((provider) => provider.revoke(phone))
          return undefined
        case "withdraw":
          ask((provider) => provider.withdraw(account))
          return undefined
        case "sign":
          ask((provider) => provider.sign(account))
          return undefined
        case "wait":
          trial.now += question.seconds
          return undefined
      }
    }
    return asked.map((question) => {
      if (restarts) trial.restart()
      const answer = answerTo(question)
      const orders = [0, 1, 2, 3].flatMap((number) => {
        const row = read((ledger) => ledger.orders.order({ merchant: "shop", order: String(number) }))
        return row === undefined ? [] : [row]
      })
      return { answer, books: books(), orders, movements: read((ledger) => ledger.payments.movements(account)) }
    })
  }

  it("a restart between any two questions changes no answer and no book (VER-19, VER-21)", () => {
    fc.assert(
      fc.property(questions, (asked) => {
        expect(play(asked, true)).toEqual(play(asked, false))
      }),
      { seed, numRuns: 30 }
    )
  })

  it("the books add up after every answer, and every answer of an order's life is given", () => {
    const given = new Set<Answer | undefined>()
    fc.assert(
      fc.property(questions, (asked) => {
        for (const { answer, books, movements, orders } of play(asked, false)) {
          given.add(answer)
          const moved = movements.reduce((sum, { amount, kind }) => sum + (kind === "payment" ? -amount : amount), 0)
          expect(books.balance).toBe(4 * payment + moved)
          const open = orders.filter(({ status }) => status === "open").reduce((sum, row) => sum + (row.amount ?? 0), 0)
          expect(books.reserved).toBe(open)
          expect(books.balance - books.reserved).toBeGreaterThanOrEqual(0)
          for (const { amount = 0, order: number, status } of orders) {
            const of = movements.filter((movement) => movement.order === number)
            const sumOf = (kind: Ledger.Kind) =>
              of.filter((movement) => movement.kind === kind).reduce((sum, movement) => sum + movement.amount, 0)
            expect(of.filter(({ kind }) => kind === "payment").length).toBeLessThanOrEqual(1)
            expect(sumOf("refund") + sumOf("reversal")).toBeLessThanOrEqual(sumOf("payment"))
            if (status === "paid") expect(sumOf("payment")).toBe(amount)
            if (status === "reversed") expect(sumOf("refund") + sumOf("reversal")).toBe(sumOf("payment"))
            if (status === "refused" || status === "closed") expect(of).toEqual([])
          }
        }
      }),
      { seed, numRuns: 60 }
    )
    const life = ["PAID", "OPEN", "REFUNDED", "CLOSED", "REVERSED", "NOT_OPEN", "NOT_PAID", "REFUND_EXCEEDS"] as const
    const conflicts = ["AMOUNT_CHANGED", "CODE_USED", "CODE_INVALID", "NO_AGREEMENT", "NO_SUCH_ORDER"] as const
    expect([...life, ...conflicts].filter((answer) => !given.has(answer))).toEqual([])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// What is never told
// ---------------------------------------------------------------------------------------------------------------------

/** The ways in which a value is printed, without their spaces. */
const printed = (value: unknown): ReadonlyArray<string> =>
  [inspect(value, { depth: 12, showHidden: true, getters: true }), JSON.stringify(value) ?? "", String(value)].map(
    (text) => text.replace(/\s/g, "")
  )

/** How bytes look when they are printed. */
const spellings = (bytes: Uint8Array): ReadonlyArray<string> => [
  Buffer.from(bytes).toString("hex"),
  Buffer.from(bytes).toString("base64"),
  [...bytes].join(","),
  [...bytes].map((byte, at) => `"${at}":${byte}`).join(",")
]

describe.each(Trial.schemes)("what is never told in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { account, approve, ask, fresh, issued, pay, phone, read, trial } = stage(rules)
  const wallet = Effect.runSync(Wallet.make(rules, { account, phone }))
  trial.run(Effect.andThen(wallet.enroll, wallet.confirm))
  const noticeKey = ask((provider) => provider.enlist("shop"))
  pay("open", fresh(issued), scheme.limit.payment + 1)

  const credentials = read((ledger) => ledger.credentials.phone(phone)).credentials
  const secrets = [
    ...credentials.flatMap(({ secret }) =>
      secret._tag === "Seed"
        ? spellings(Redacted.value(secret.seed))
        : Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed])
    ),
    ...spellings(Redacted.value(noticeKey)),
    Redacted.value(Trial.password)
  ]
  const found = (value: unknown): ReadonlyArray<string> =>
    printed(value).filter((text) => secrets.some((secret) => text.includes(secret)))

  const values: ReadonlyArray<readonly [string, () => unknown]> = [
    ["what the phone is issued", () => issued],
    ["the phone", () => wallet],
    ["the source of its codes", () => TokenSource.make(scheme.code, issued)],
    ["the account", () => read((ledger) => ledger.accounts.account(account))],
    ["the phone as the provider keeps it", () => read((ledger) => ledger.credentials.phone(phone))],
    ["every live credential", () => read((ledger) => ledger.credentials.liveFrom(0))],
    ["the key of notices", () => noticeKey],
    ["the provider and its ledger", () => [ask((provider) => Effect.succeed(provider)), read(Effect.succeed)]],
    ["a refusal", () => new Refused({ reason: "CODE_INVALID" })],
    ["a wrong password", () => approve("open", Redacted.make("271828"))],
    [
      "an enrolment that is refused",
      () => ask((provider) => Effect.exit(Effect.flatMap(provider.register(account), provider.enroll)))
    ],
    ["an approval", () => ({ account, merchant: "shop", order: "open", password: Trial.password })],
    ["a defect", () => trial.run(Effect.exit(Provider.Provider.use((provider) => provider.enroll(99))))]
  ]

  it.each(values)("%s prints no secret", (_, value) => {
    expect(found(value())).toEqual([])
  })

  it("a secret would be found if it were there", () => {
    const [credential] = credentials
    const { secret } = credential!
    const bare = secret._tag === "Seed" ? Redacted.value(secret.seed) : Redacted.value(secret.codes)
    expect(found({ bare }).length).toBeGreaterThan(0)
    expect(found(Exit.die(new Error(Redacted.value(Trial.password)))).length).toBeGreaterThan(0)
    expect(found(Buffer.from(Redacted.value(noticeKey)).toString("hex"))).toHaveLength(3)
  })
})

it("a refusal says what it means", () => {
  expect(new Refused({ reason: "CODE_USED" }).message).toBe("CODE_USED: the code, or a later one, was attempted before")
})
