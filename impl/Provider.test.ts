/** The provider: coincidences of digits, the window, many requests at once, and what is never told. */
import { inspect } from "node:util"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Rules from "../model/Rules.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Time from "../model/Time.ts"
import type * as Verification from "../model/Verification.ts"
import type { ClauseId } from "../spec/Clauses.ts"
import * as Codec from "./Codec.ts"
import * as Ledger from "./Ledger.ts"
import * as Mac from "./Mac.ts"
import * as Provider from "./Provider.ts"
import { Refused } from "./Refused.ts"
import * as TokenSource from "./TokenSource.ts"
import * as Trial from "./Trial.ts"
import * as Vectors from "./Vectors.ts"
import * as Wallet from "./Wallet.ts"

const start = 1_000_000

const rulesOf = (scheme: Scheme, ...leftOut: ReadonlyArray<ClauseId>): Rules.Rules =>
  Rules.without(Rules.strict(scheme), ...leftOut)

/** A provider with one account that has signed and enrolled, and the source of its codes. */
const stage = (rules: Rules.Rules, options: Trial.Options = {}, balance = 10_000_000) => {
  const trial = Trial.make(rules, start, options)
  const { account, issued } = trial.run(
    Provider.Provider.use((provider) =>
      Effect.gen(function* () {
        const account = yield* provider.open({ balance })
        yield* provider.sign(account)
        return { account, issued: yield* provider.enroll(account) }
      })
    )
  )
  const codeOf = TokenSource.make(rules.scheme.code, issued)
  const pay = (order: string, code: string, amount = 1, merchant = "shop") =>
    trial.run(Trial.outcomeOf({ merchant, order, code, amount }))
  const books = () => trial.run(Ledger.Ledger.use((ledger) => ledger.account(account)))
  const debits = () => trial.run(Ledger.Ledger.use((ledger) => ledger.debits(account)))
  return { trial, account, issued, codeOf, pay, books, debits }
}

describe("coincidence (VER-9)", () => {
  const { groups, scheme: given } = Vectors.coincidence
  const seed = Vectors.seed(given.seed)
  const scheme: Scheme = {
    ...Trial.alipay,
    code: { ...Trial.alipay.code, mac: given.mac, otpDigits: given.digits },
    clock: { ...Trial.alipay.clock, step: given.step },
    window: { past: given.past, future: given.future }
  }
  const cases = groups.flatMap(({ proof, steps, tests }) => tests.map((test) => ({ ...test, proof, steps })))

  /** What a provider under some rules answers to each play. */
  const answers = (rules: Rules.Rules, { plays }: (typeof cases)[number]): ReadonlyArray<string> => {
    const { codeOf, pay, trial } = stage(rules, { random: Trial.drawing(Redacted.value(seed)) })
    return plays.map(({ at, made }, order) => {
      trial.now = at
      return pay(String(order), codeOf(made))
    })
  }

  it.each(groups)("steps $steps have the proof $proof", ({ proof, steps }) => {
    const key = Mac.key(given.mac, given.digits, seed)
    expect(steps.map((step) => key.proof(step))).toEqual(steps.map(() => Number(proof)))
  })

  it.each(cases)("$steps, $comment", (test) => {
    expect(answers(Rules.strict(scheme), test)).toEqual(test.plays.map(({ expect }) => expect))
  })

  it.each(cases)("$steps, $comment: without the clause it is paid twice", (test) => {
    const outcomes = answers(rulesOf(scheme, "VER-9"), test)
    expect(outcomes).not.toEqual(test.plays.map(({ expect }) => expect))
    expect(outcomes.filter((outcome) => outcome === "PAID").length).toBeGreaterThan(1)
  })
})

describe.each([Trial.alipay, Trial.tokens])("the window of $scheme", (scheme) => {
  const { future, past } = scheme.window
  const now = Time.stepAt(scheme, start)

  it("takes a code from its first step to its last, once, and none beyond", () => {
    const { codeOf, pay } = stage(Rules.strict(scheme))
    for (let step = now - past - 2; step <= now + future + 2; step++) {
      const inside = step >= now - past && step <= now + future
      const outcomes = [pay(`${step} a`, codeOf(step)), pay(`${step} b`, codeOf(step))]
      expect([step, ...outcomes]).toEqual([
        step,
        ...(inside ? ["PAID", "CODE_USED"] : ["CODE_INVALID", "CODE_INVALID"])
      ])
    }
  })

  it("tells nobody why a code is wrong, and burns nothing by it", () => {
    const { codeOf, debits, issued, pay } = stage(Rules.strict(scheme))
    const code = codeOf(now)
    const { alias, proof } = Result.getOrThrow(Codec.decode(scheme.code, code))
    const wrong = [
      "",
      code.slice(1),
      `${code}0`,
      code.replace(/.$/, "x"),
      `9${code.slice(1)}`,
      Codec.encode(scheme.code, { alias, proof: (proof + 1) % 10 ** scheme.code.otpDigits }),
      Codec.encode(scheme.code, { alias: alias.replace(/^./, (digit) => String((Number(digit) + 1) % 10)), proof }),
      codeOf(now - past - 1),
      codeOf(now + future + 1)
    ]
    expect(alias).toBe(issued.alias)
    expect(wrong.map((text, order) => pay(`wrong ${order}`, text))).toEqual(wrong.map(() => "CODE_INVALID"))
    expect(debits()).toEqual([])
    expect(pay("right", code)).toBe("PAID")
  })
})

describe("amounts (REL-2)", () => {
  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "%d is refused before anything else",
    (amount) => {
      const { codeOf, pay } = stage(Rules.strict(Trial.alipay))
      const code = codeOf(Time.stepAt(Trial.alipay, start))
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
      expect(pay("first", code, 1)).toBe("PAID")
      expect(pay("first", code, amount)).toBe("AMOUNT_INVALID")
    }
  )
})

describe("orders", () => {
  it("a refused request sent again is answered alike, though its alias has since been given out", () => {
    const rules = Rules.strict(Trial.tokens)
    const { pay, trial } = stage(rules)
    const unknown = "0".repeat(Trial.tokens.code.aliasDigits)
    const code = Codec.encode(Trial.tokens.code, { alias: unknown, proof: 0 })
    expect(pay("early", code)).toBe("CODE_INVALID")
    trial.run(
      Ledger.Ledger.use((ledger) =>
        Effect.flatMap(ledger.open({ balance: 0 }), (account) => ledger.claim(account, unknown))
      )
    )
    expect(pay("early", code)).toBe("CODE_INVALID")
  })

  it("an order number belongs to its merchant, however the two are spelt", () => {
    const { codeOf, debits, pay } = stage(Rules.strict(Trial.alipay))
    const now = Time.stepAt(Trial.alipay, start)
    expect(pay('b","c', codeOf(now), 1, "a")).toBe("PAID")
    expect(pay("c", codeOf(now - 1), 2, 'a","b')).toBe("PAID")
    expect(debits().map(({ amount }) => amount)).toEqual([1, 2])
  })
})

/** A ledger in which a credential is replaced whenever a code has just been read. */
const renewing = Layer.effect(
  Ledger.Ledger,
  Effect.map(Ledger.Ledger, (ledger) =>
    Ledger.Ledger.of({
      ...ledger,
      settle: Effect.fnUntraced(function* (
        query: Ledger.Query,
        decide: (facts: Verification.Facts) => Verification.Decision
      ) {
        const { account, credential } = query.named!
        const { alias } = credential!
        const seed = Redacted.make(new Uint8Array(20))
        yield* ledger.issue(account, { alias, seed }, (_, number) => Result.succeed(number))
        return yield* ledger.settle(query, decide)
      })
    })
  )
).pipe(Layer.provide(Ledger.Ledger.layerMemory))

describe.each([Trial.alipay, Trial.tokens])("enrolment in $scheme", (scheme) => {
  const enrollments = 200

  const enrolled = (rules: Rules.Rules) => {
    const program = Provider.Provider.use((provider) =>
      Effect.forEach(Array.from({ length: enrollments }), () =>
        Effect.gen(function* () {
          const account = yield* provider.open({ balance: 0 })
          yield* provider.sign(account)
          return yield* provider.enroll(account)
        })
      )
    )
    const real = Layer.provideMerge(Provider.Provider.layer(rules), Ledger.Ledger.layerMemory).pipe(
      Layer.provide(SecureRandom.layerWebCrypto)
    )
    const seeds = Effect.runSync(Effect.provide(program, real))
    return new Set(seeds.map(({ seed }) => Buffer.from(Redacted.value(seed)).toString("hex")))
  }

  it("gives every credential a seed of its own, as long as the hash (ENR-2)", () => {
    const seeds = enrolled(Rules.strict(scheme))
    expect(seeds.size).toBe(enrollments)
    const bytes = scheme.code.mac === "HMAC-SHA-1" ? 20 : 32
    for (const seed of seeds) expect(seed.length / 2).toBe(bytes)
    expect(enrolled(rulesOf(scheme, "ENR-2")).size).toBe(1)
  })

  it("needs a live agreement (ENR-1)", () => {
    const { account, trial } = stage(Rules.strict(scheme))
    const enroll = Provider.Provider.use((provider) => Effect.result(provider.enroll(account)))
    trial.run(Provider.Provider.use((provider) => provider.withdraw(account)))
    expect(trial.run(enroll)).toEqual(Result.fail(new Refused({ reason: "NO_AGREEMENT" })))
  })

  it("puts a new credential in the place of the old one, whose codes are worth nothing", () => {
    const { account, codeOf, issued, pay, trial } = stage(Rules.strict(scheme))
    const now = Time.stepAt(scheme, start)
    expect(pay("before", codeOf(now))).toBe("PAID")
    const renewed = trial.run(Provider.Provider.use((provider) => provider.enroll(account)))
    expect(renewed.alias === issued.alias).toBe(scheme.code.alias === "masked-index")
    expect(pay("old", codeOf(now - 1))).toBe("CODE_INVALID")
    const proof = Mac.key(scheme.code.mac, scheme.code.otpDigits, renewed.seed).proof(now - 2)
    const mixed = pay("mixed", Codec.encode(scheme.code, { alias: issued.alias, proof }))
    expect(mixed).toBe(scheme.code.alias === "masked-index" ? "PAID" : "CODE_INVALID")
    expect(pay("new", TokenSource.make(scheme.code, renewed)(now))).toBe("PAID")
    expect(pay("before", codeOf(now))).toBe("PAID")
  })

  it("ends the old one even for a request that is being decided meanwhile", () => {
    const { codeOf, pay } = stage(Rules.strict(scheme), { ledger: renewing })
    expect(pay("early", codeOf(Time.stepAt(scheme, start)))).toBe("CODE_INVALID")
  })

  it("gives an index to the account, and a token to the credential", () => {
    const { trial } = stage(Rules.strict(scheme))
    const opened = trial.run(Provider.Provider.use((provider) => provider.open({ balance: 0 })))
    const { alias } = trial.run(Ledger.Ledger.use((ledger) => ledger.account(opened)))
    expect(alias !== undefined).toBe(scheme.code.alias === "masked-index")
  })

  it("draws another alias where one is taken", () => {
    // Draws of seven bytes are aliases: the same one three times, and then others.
    const { intBetween, ...others } = Trial.randomness("aliases")
    let draws = 0
    const stuck = (min: number, max: number, options?: { readonly halfOpen?: boolean | undefined }) =>
      Effect.suspend(() => (draws++ < 3 ? Effect.succeed(4711) : intBetween(min, max, options)))
    const { issued, trial } = stage(Rules.strict(scheme), { random: { ...others, intBetween: stuck } })
    const second = trial.run(
      Provider.Provider.use((provider) =>
        Effect.gen(function* () {
          const account = yield* provider.open({ balance: 0 })
          yield* provider.sign(account)
          return yield* provider.enroll(account)
        })
      )
    )
    expect(issued.alias).toBe("4711".padStart(scheme.code.aliasDigits, "0"))
    expect(second.alias).not.toBe(issued.alias)
    expect(draws).toBe(4)
  })
})

describe("many at once", () => {
  const fibers = 100

  /** A ledger that decides on facts it gathered a moment before it writes. */
  const racing = Layer.effect(
    Ledger.Ledger,
    Effect.map(Ledger.Ledger, (ledger) =>
      Ledger.Ledger.of({
        ...ledger,
        settle: Effect.fnUntraced(function* (
          query: Ledger.Query,
          decide: (facts: Verification.Facts) => Verification.Decision
        ) {
          let stale: Verification.Facts | undefined
          yield* ledger.settle(query, (facts) => {
            stale = facts
            return { outcome: "DECLINED", fresh: false, attempt: false, burns: [], recorded: false }
          })
          yield* Effect.yieldNow
          return yield* ledger.settle(query, () => decide(stale!))
        })
      })
    )
  ).pipe(Layer.provide(Ledger.Ledger.layerMemory))

  /** What so many fibers are answered, each of which sends a request of its own; and the debits. */
  const race = async (
    request: (fiber: number, codeOf: TokenSource.TokenSource, now: number) => Omit<Provider.Request, "merchant">,
    ledger = Ledger.Ledger.layerMemory
  ) => {
    const { scheme } = Rules.strict(Trial.alipay)
    const random = Layer.succeed(SecureRandom.SecureRandom, Trial.randomness("race"))
    const program = Effect.gen(function* () {
      const provider = yield* Provider.Provider
      const books = yield* Ledger.Ledger
      const account = yield* provider.open({ balance: 10 * scheme.limit.daySum })
      yield* provider.sign(account)
      const codeOf = TokenSource.make(scheme.code, yield* provider.enroll(account))
      const send = (_: unknown, fiber: number) =>
        Effect.andThen(
          Effect.yieldNow,
          Trial.outcomeOf({ merchant: "shop", ...request(fiber, codeOf, Time.stepAt(scheme, 0)) })
        )
      const answers = yield* Effect.forEach(Array.from({ length: fibers }), send, { concurrency: "unbounded" })
      return { answers, debits: yield* books.debits(account), account: yield* books.account(account) }
    })
    const layer = Provider.Provider.layer(Rules.strict(scheme)).pipe(Layer.provideMerge(ledger), Layer.provide(random))
    const services = Layer.provideMerge(
      layer,
      Layer.succeed(
        Clock.Clock,
        Trial.clock(() => 0)
      )
    )
    return Effect.runPromise(Effect.provide(program, services))
  }

  it("the same code, under as many orders: one debit (VER-8)", async () => {
    const request = (fiber: number, codeOf: TokenSource.TokenSource, now: number) => ({
      order: String(fiber),
      code: codeOf(now),
      amount: 1
    })
    const { account, answers, debits } = await race(request)
    expect(answers.filter((answer) => answer === "PAID")).toHaveLength(1)
    expect(answers.filter((answer) => answer === "CODE_USED")).toHaveLength(fibers - 1)
    expect(debits).toHaveLength(1)
    expect(account.balance).toBe(10 * Trial.alipay.limit.daySum - 1)
    expect((await race(request, racing)).debits.length).toBeGreaterThan(1)
  })

  it("the same order: one debit, and everybody is told that it is paid (VER-1)", async () => {
    const request = (_: number, codeOf: TokenSource.TokenSource, now: number) => ({
      order: "one",
      code: codeOf(now),
      amount: 1
    })
    const { answers, debits } = await race(request)
    expect(new Set(answers)).toEqual(new Set(["PAID"]))
    expect(debits).toHaveLength(1)
    expect((await race(request, racing)).debits.length).toBeGreaterThan(1)
  })

  it("a code each, in the window: never more than the day's sum (VER-13)", async () => {
    const { daySum, payment } = Trial.alipay.limit
    const request = (fiber: number, codeOf: TokenSource.TokenSource, now: number) => ({
      order: String(fiber),
      code: codeOf(now - 3 + (fiber % 5)),
      amount: payment
    })
    const sum = (debits: ReadonlyArray<Ledger.Debit>): number => debits.reduce((total, { amount }) => total + amount, 0)
    expect(sum((await race(request)).debits)).toBe(daySum)
    expect(sum((await race(request, racing)).debits)).toBeGreaterThan(daySum)
  })
})

describe("what is never told", () => {
  const bytes = new TextEncoder().encode("a seed to be kept quiet")
  const secret = bytes.slice(0, 20)
  /** The ways in which bytes are printed, without the spaces. */
  const spellings = [
    "tobekept",
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("base64"),
    [...secret].join(","),
    [...secret].map((byte, at) => `"${at}":${byte}`).join(",")
  ]
  const printed = (value: unknown): ReadonlyArray<string> =>
    [inspect(value, { depth: 10, showHidden: true, getters: true }), JSON.stringify(value) ?? "", String(value)].map(
      (text) => text.replace(/\s/g, "")
    )
  const found = (value: unknown): ReadonlyArray<string> =>
    printed(value).filter((text) => spellings.some((spelling) => text.includes(spelling)))

  const { account, issued, trial } = stage(Rules.strict(Trial.alipay), { random: Trial.drawing(secret) })
  const wallet = Effect.runSync(Wallet.make(Rules.strict(Trial.alipay), account))
  trial.run(wallet.enroll)

  it.each([
    ["what the phone is issued", () => issued],
    ["the phone", () => wallet],
    ["what it shows", () => trial.run(wallet.show)],
    ["the source of its codes", () => TokenSource.make(Trial.alipay.code, issued)],
    ["the key of its proofs", () => Mac.key("HMAC-SHA-1", 6, issued.seed)],
    ["what the provider keeps", () => trial.run(Ledger.Ledger.use((ledger) => ledger.account(account)))],
    ["what the alias names", () => trial.run(Ledger.Ledger.use((ledger) => ledger.named(issued.alias)))],
    ["a refusal", () => new Refused({ reason: "CODE_INVALID" })],
    [
      "a failed payment",
      () => {
        const request = { merchant: "shop", order: "1", code: "280000000000000000", amount: 1 }
        return trial.run(Provider.Provider.use((provider) => Effect.exit(provider.pay(request))))
      }
    ]
  ])("%s does not print the seed", (_, value) => {
    expect(found(value())).toEqual([])
  })

  it("the seed would be found if it were there", () => {
    const seed = Redacted.value(issued.seed)
    expect(Buffer.from(seed).equals(secret)).toBe(true)
    expect(found({ seed })).toHaveLength(2)
    expect(found(Buffer.from(seed))).toHaveLength(3)
    expect(found([Buffer.from(seed).toString("base64")])).toHaveLength(3)
  })

  it("a refusal says what it means", () => {
    expect(new Refused({ reason: "CODE_USED" }).message).toBe("CODE_USED: the code was attempted before")
  })
})
