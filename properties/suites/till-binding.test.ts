/**
 * Codes bound to the till's transaction: what was seen is worth nothing elsewhere and is not spoilt there, the PIN is for
 * what the phone showed, and what binding does not cure. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type Binding, TokenSource } from "../../model/steps/Steps.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import { assertHolds, fails, hardened, open, parameters, rogue, rulesOf, seed, tally, tillQr } from "./Harness.ts"
import { starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

const named = fc.constantFrom(tillQr, hardened)

/** Schemes with bound codes: those of the spec, and variants of them. */
const anyBound: fc.Arbitrary<Scheme> = fc.oneof(named, named.chain(Schemes.schemes))

/** Amounts on both sides of the limit, within what a day allows. */
const amountsOf = ({ limit }: Scheme): fc.Arbitrary<number> =>
  fc
    .oneof(fc.constantFrom(1, limit.payment, limit.payment + 1), fc.integer({ min: 1, max: limit.accountDay }))
    .map((amount) => Math.min(amount, limit.accountDay))

const pinFor = ({ limit }: Scheme, sum: number): Binding.Pin => (sum > limit.payment ? "owner" : "none")

// ---------------------------------------------------------------------------------------------------------------------
// What a captured code is worth
// ---------------------------------------------------------------------------------------------------------------------

/** Where the adversary tries a code that it has seen: at its own till, or with a purchase of its own at an honest one. */
const places = [rogue, 0, 1] as const

const captured = anyBound.chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    amount: amountsOf(scheme),
    other: amountsOf(scheme),
    tries: fc.array(fc.record({ place: fc.constantFrom(...places), isSame: fc.boolean() }), {
      minLength: 1,
      maxLength: 4
    })
  })
)
type Captured = typeof captured extends fc.Arbitrary<infer A> ? A : never

/** The answers to the adversary's tries, then the one to the payer's own till, and what was debited. */
const capture = ({ amount, other, scheme, start, tries }: Captured, mutants: ReadonlyArray<Mutant>) => {
  const rules = rulesOf(scheme, mutants)
  const harness = open({ rules, start, amounts: [amount, other] })
  const terms = { payee: 0, sum: amount, pin: pinFor(scheme, amount), copied: false }
  const key = harness.show(0, 0, mutants.some(({ mutant }) => mutant === "left out") ? {} : { terms })
  harness.act({ _tag: "Capture", phone: 0 })
  const answers = tries.map(({ isSame, place }) => {
    const requested = isSame ? amount : other
    return place === rogue ? harness.pay(key, requested) : harness.deliver(harness.present(place, key, requested))
  })
  const own = harness.deliver(harness.scan(0, amount))
  return { answers, own, debits: harness.debits }
}

// ---------------------------------------------------------------------------------------------------------------------
// What the PIN is for
// ---------------------------------------------------------------------------------------------------------------------

const pinned = anyBound.chain((scheme) =>
  fc.record({ scheme: fc.constant(scheme), start: starts(scheme), isRead: fc.boolean(), isSeen: fc.boolean() })
)

/** Whether an adversary who has perhaps read the phone, and perhaps seen a code with the PIN, pays itself above the limit. */
const pays = ({ isRead, isSeen, scheme, start }: typeof pinned extends fc.Arbitrary<infer A> ? A : never) => {
  const { accountDay, payment } = scheme.limit
  const above = payment + 1
  const harness = open({
    rules: rulesOf({ ...scheme, limit: { ...scheme.limit, accountDay: accountDay + 2 * above } }),
    start,
    amounts: [above],
    can: isRead ? ["corrupt-device", "hold-phone"] : ["hold-phone"]
  })
  if (isSeen) {
    harness.show(0, 0, { terms: { payee: 0, sum: above, pin: "owner", copied: false } })
    harness.act({ _tag: "Capture", phone: 0 })
    harness.deliver(harness.scan(0, above))
    harness.wait(scheme.clock.step)
  }
  const { held } = harness.state().phones[0]!
  const terms = { payee: rogue, sum: above, pin: "none", copied: false } as const
  const before = harness.state().codes.length
  const position = TokenSource.firstOf(scheme, Math.floor(harness.state().now / scheme.clock.step))
  const key = { phone: 0, generation: held, position, revealed: false }
  // What was read makes its own code; what was only held runs one off.
  if (!isRead) harness.act({ _tag: "RunOff", phone: 0, offset: 0, revealed: false, terms })
  const answer = harness.pay(isRead ? key : { ...key, ...pick(harness.state().codes[before]!) }, above)
  return { answer, by: harness.debits.at(-1)?.by, debits: harness.debits.length - (isSeen ? 1 : 0) }
}

const pick = ({ generation, position }: { readonly generation: number; readonly position: number }) => ({
  generation,
  position
})

describe(`codes bound to the till's transaction, seed ${seed}`, () => {
  it("pay their own till and nobody else, and are not spoilt by who presents them elsewhere", () => {
    const cases = tally()
    assertHolds(
      fc.property(captured, (drawn) => {
        const { answers, debits, own } = capture(drawn, [])
        expect(answers.filter((answer) => answer !== "CODE_INVALID")).toEqual([])
        expect(own).toBe("PAID")
        expect(debits.map(({ amount, by }) => [amount, by])).toEqual([
          [drawn.amount, drawn.amount > drawn.scheme.limit.payment ? "pin" : "provider"]
        ])
        for (const { isSame, place } of drawn.tries) cases.met(`${place} ${isSame}`)
      }),
      parameters(400)
    )
    const all = places.flatMap((place) => [`${place} true`, `${place} false`])
    expect(cases.rarerThan(10, ...all)).toEqual([])
  })

  it.each([
    ["VER-32", "left out"],
    ["VER-33", "burned"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isWithinLimit = captured.filter(({ amount, scheme }) => amount <= scheme.limit.payment)
    const isSafe = (drawn: Captured): boolean => {
      const { answers, own } = capture(drawn, [{ clause, mutant }])
      return own === "PAID" && answers.every((answer) => answer === "CODE_INVALID")
    }
    expect(fails(isWithinLimit, isSafe)).toBe(true)
  })

  it("give away no PIN where hardware keeps it, and where it enters the proof give it to who has read the phone", () => {
    const cases = tally()
    assertHolds(
      fc.property(pinned, (drawn) => {
        const { answer, debits } = pays(drawn)
        const { method } = drawn.scheme.stepUp
        const isFound = drawn.isRead && drawn.isSeen && method === "pin"
        expect([answer, debits]).toEqual(isFound ? ["PAID", 1] : ["PIN_REQUIRED", 0])
        cases.met(`${method} ${drawn.isRead} ${drawn.isSeen}`)
      }),
      parameters(300)
    )
    const all = ["pin", "hardware-pin"].flatMap((method) =>
      [true, false].flatMap((isRead) => [true, false].map((isSeen) => `${method} ${isRead} ${isSeen}`))
    )
    expect(cases.rarerThan(10, ...all)).toEqual([])
  })

  it("do not cure a relay within one shop: the payer pays the adversary's purchase there, of the amount that they confirmed", () => {
    assertHolds(
      fc.property(
        anyBound.chain((scheme) => fc.record({ scheme: fc.constant(scheme), start: starts(scheme) })),
        ({ scheme, start }) => {
          const { payment } = scheme.limit
          const harness = open({ rules: rulesOf(scheme), start, can: ["relay"] })
          const key = harness.show(0, 0, { terms: { payee: 0, sum: payment, pin: "none", copied: true } })
          const own = harness.scan(0, payment)
          expect(harness.deliver(own)).toBe("CODE_INVALID")
          expect(harness.deliver(harness.present(1, key, payment))).toBe("CODE_INVALID")
          expect(harness.deliver(harness.present(0, key, payment))).toBe("PAID")
        }
      ),
      parameters(200)
    )
  })

  it("break no claim that hangs on what they are made over, in runs of any kind", () => {
    neverBroken(
      named,
      ["payee-agreement", "amount-agreement", "burn-denial", "step-up-agreement", "payment-limit"],
      [tillQr, hardened]
    )
  })
})
