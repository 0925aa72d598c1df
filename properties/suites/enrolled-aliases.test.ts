/**
 * Answers as bytes: whether what a provider answers to wrong codes tells an alias that somebody has from one that nobody has. One
 * who guesses asks twice over, each time at a provider of its own that has come to the same: under the aliases of an account,
 * and under as many that are nobody's. Every answer must be the same. The claim `hidden-aliases` says it of single
 * answers of the model; here are the digits, and what counts while wrong codes go on. What is drawn is drawn from PAYCODE_SEED.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Codec, TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { make, riches, seed, windowOf } from "../../impl/testing/ProviderHarness.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"

/** What one who guesses does: waits, or asks with wrong digits under one of two aliases. */
interface Ask {
  readonly alias: 0 | 1
  readonly merchant: number
  readonly terminal: number
  /** Under which order number: one that is paid with a code of the adversary's own, one of a wrong code, or a new one. */
  readonly order: "paid" | "wrong" | "new"
  /** How long it waits before, in seconds. */
  readonly wait: number
  readonly proof: number
}

const asks: fc.Arbitrary<ReadonlyArray<Ask>> = fc.array(
  fc.record({
    alias: fc.constantFrom(0, 0, 1),
    merchant: fc.nat({ max: 1 }),
    terminal: fc.nat({ max: 3 }),
    order: fc.constantFrom("new", "new", "new", "new", "paid", "wrong"),
    wait: fc.nat({ max: 40 }).map((drawn) => (drawn === 0 ? 86_400 : drawn < 4 ? 30 : 0)),
    proof: fc.nat({ max: 9999 })
  }),
  { minLength: 30, maxLength: 60 }
)

/** A scheme that throttles soon. What codes are made over is no matter of aliases, and here they are made over nothing. */
const soon = (scheme: Scheme): Scheme => {
  const { perStep: _, ...code } = scheme.code
  const isBound = code.boundTo === "till"
  return {
    ...scheme,
    ...(isBound ? { code: { ...code, boundTo: "payer" }, stepUp: Fixtures.alipay.stepUp } : {}),
    throttle: {
      perTerminalDay: 4,
      perMerchantDay: 9,
      ...(scheme.throttle.perAliasDay === undefined ? {} : { perAliasDay: 3 })
    }
  }
}

/** A ledger that counts wrong codes under aliases that somebody has alone, and knows no payer that is nobody. */
const enrolledOnly: Layer.Layer<Ledger.Services> = Layer.effect(
  Ledger.Payments,
  Effect.map(Ledger.Payments, (payments) => ({
    ...payments,
    settle: (query: Ledger.Query, deciding: Ledger.Deciding) =>
      payments.settle({ ...query, alias: undefined }, deciding)
  }))
).pipe(Layer.provideMerge(Ledger.layerMemory))

/** Digits that are as many others, one for one. */
const others = (digits: string): string => [...digits].map((digit) => 9 - Number(digit)).join("")

/** Digits under the alias of a phone whose codes are given, or under one that nobody has, with a proof that is none of theirs. */
const wrongUnder = (scheme: Scheme, codes: ReadonlyArray<string>, proof: number, isNobodys: boolean): string => {
  const parts = codes.map((code) => Result.getOrThrow(Codec.decode(scheme.code, code)))
  const [{ alias, prefix, proof: right }] = parts as [Codec.Parts, ...ReadonlyArray<Codec.Parts>]
  const taken = new Set(parts.map((part) => part.proof))
  let wrong = others(right)
  for (let next = proof; taken.has(wrong) || wrong === others(right); next++) {
    wrong = `${next}`.padStart(scheme.code.otpDigits, right[0])
  }
  return Codec.encode(scheme.code, { prefix, alias: isNobodys ? others(alias) : alias, proof: wrong })
}

/** What is answered, one after the other, under the aliases of an account with two phones, or under as many that nobody has. */
const answered = (
  scheme: Scheme,
  script: ReadonlyArray<Ask>,
  isNobodys: boolean,
  ledger?: Layer.Layer<Ledger.Services>
): ReadonlyArray<Answer> => {
  const rules = Rules.strict(scheme)
  const random = Fixtures.randomness("enrolled aliases")
  const { account, ask, enroll, fixture, fresh, issued, pay } = make(rules, {
    random,
    ...(ledger === undefined ? {} : { ledger })
  })
  const another = ask((provider) => provider.enrollment.register(account))
  ask((provider) => Effect.orDie(provider.enrollment.signIn(another)))
  const held = [issued, enroll(another)]
  // The adversary has an account, and has paid itself.
  const own = enroll(fixture.run(Fixtures.member(riches)).phone)
  const paid = fresh(own)
  for (const merchant of ["0", "1"]) pay("wrong", "no code", 1, { merchant, terminal: "first" })
  for (const [nth, merchant] of ["0", "1"].entries()) {
    pay("paid", nth === 0 ? paid : fresh(own, 1), 1, { merchant, terminal: "first" })
  }
  return script.map(({ alias, merchant, order, proof, terminal, wait }, nth) => {
    fixture.now += wait
    const codeOf = TokenSource.make(scheme.code, held[alias]!)
    const { from, to } = windowOf(rules, fixture.now)
    const codes = Array.from({ length: to - from + 1 }, (_, position) => codeOf(from + position))
    const code = wrongUnder(scheme, codes, proof, isNobodys)
    const number = order === "new" ? `${nth}` : order
    return pay(number, code, 1, { merchant: `${merchant}`, terminal: `${terminal}` })
  })
}

const scripts = fc.sample(asks, { seed, numRuns: 8 })

/** Whether the answers to a script tell somebody's aliases from nobody's. */
const tells = (scheme: Scheme, script: ReadonlyArray<Ask>, ledger?: Layer.Layer<Ledger.Services>): boolean =>
  `${answered(scheme, script, false, ledger)}` !== `${answered(scheme, script, true, ledger)}`

const ofOneAlias = (script: ReadonlyArray<Ask>): ReadonlyArray<Ask> => script.map((ask) => ({ ...ask, alias: 0 }))

describe.each(Fixtures.builtIn)("the answers of a provider of $scheme", (given) => {
  const scheme = soon(given)
  const { perAliasDay } = scheme.throttle

  it("do not tell an enrolled alias from others", () => {
    expect(scripts.filter((script) => tells(scheme, ofOneAlias(script)))).toEqual([])
    const met = new Set(scripts.flatMap((script) => answered(scheme, ofOneAlias(script), true)))
    const conflict = scheme.order.bindsCode ? "CODE_CHANGED" : "PAYER_CHANGED"
    expect([...met].sort()).toEqual([conflict, "CODE_INVALID", "THROTTLED"].sort())
  })

  it("do so of two aliases of one account just where they are two, and wrong codes count against the account", () => {
    const isTold = given.code.alias === "token" && perAliasDay !== undefined
    expect(scripts.some((script) => tells(scheme, script))).toBe(isTold)
  })

  it("tell them where nothing is counted or compared that nobody has, if an alias can be read", () => {
    const told = scripts.filter((script) => tells(scheme, ofOneAlias(script), enrolledOnly))
    expect(told.length > 0).toBe(perAliasDay !== undefined)
  })
})
