/** Codes over the till's transaction: what they are made over, what the provider compares, and the PIN. */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import { Transaction } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Till from "../till/Till.ts"
import * as Wallet from "../wallet/Wallet.ts"
import { Online, SecureHardware } from "../wallet/Wallet.ts"
import * as Provider from "./Provider.ts"

const bound = [Fixtures.tillQr, Fixtures.hardened] as const

const start = 1_700_000_000

/** A provider, a phone that has enrolled there, and two merchants with registered names. */
const harness = (scheme: Scheme) => {
  const rules = Rules.strict(scheme)
  const fixture = Fixtures.make(rules, start)
  const random = Fixtures.randomness("phone")
  const { account, phone } = fixture.run(Fixtures.member(10_000_000, { pin: Fixtures.pin }))
  const hardware = Effect.runSync(
    Effect.provideService(
      SecureHardware.simulated({
        algorithm: scheme.code.mac === "none" ? "HMAC-SHA-1" : scheme.code.mac,
        attempts: 3,
        choosePin: Effect.succeed(Fixtures.pin),
        store: SecureHardware.forgetful,
        cost: 2
      }),
      SecureRandom.SecureRandom,
      random
    )
  )
  const make = Wallet.make(rules, { account, phone }, Wallet.forgetful, hardware)
  const clock = Fixtures.clock(() => fixture.now * 1000)
  const wallet = Effect.runSync(Effect.provideService(make, Clock.Clock, clock))
  fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
  fixture.run(
    Provider.use((provider) =>
      Effect.andThen(
        provider.relay.enlist("corner-shop", "Corner Shop"),
        provider.relay.enlist("thief", "Corner Shops")
      )
    )
  )
  let orders = 0
  const offer = (amount: number, changes: Partial<Transaction.Transaction> = {}): Transaction.Transaction => ({
    payee: "Corner Shop",
    amount,
    order: `order-${orders++}`,
    nonce: Transaction.nonceOf(Effect.runSync(random.randomBytes(Transaction.nonceBytes))),
    ...changes
  })
  const show = (over: Transaction.Transaction, showing: Omit<Wallet.Showing, "over"> = {}) =>
    Effect.runSync(wallet.show({ ...showing, over }))
  const pay = (
    { amount, nonce, order }: Transaction.Transaction,
    code: string,
    changes: Partial<Provider.Request> = {}
  ) =>
    fixture.run(
      Provider.use((provider) =>
        provider.verification.pay({
          merchant: "corner-shop",
          terminal: "till-1",
          order,
          code,
          amount,
          nonce,
          ...changes
        })
      )
    )
  const next = () => {
    fixture.now += scheme.clock.step
  }
  return { account, next, offer, pay, phone, rules, show, fixture, wallet }
}

const failure = (effect: Effect.Effect<unknown, unknown>): unknown => Effect.runSync(Effect.flip(effect))

describe.each(bound)("a code of $scheme", (scheme) => {
  it("pays the transaction that it was made over, once (VER-32)", () => {
    const { offer, pay, show } = harness(scheme)
    const sale = offer(1200)
    const { code } = show(sale)
    expect(pay(sale, code)).toBe("PAID")
    expect(pay(offer(1200, { nonce: sale.nonce }), code)).toBe("CODE_INVALID")
  })

  it.each<
    [string, (harness: { readonly offer: (amount: number) => Transaction.Transaction }) => Partial<Provider.Request>]
  >([
    ["merchant, whatever the order is called there", () => ({ merchant: "thief" })],
    ["amount", () => ({ amount: 1201 })],
    ["order number", () => ({ order: "another" })],
    ["nonce", ({ offer }) => ({ nonce: offer(1).nonce })],
    ["way to ask, without a nonce", () => ({ nonce: undefined })]
  ])("is invalid for another %s, counts as a wrong code, and burns nothing (VER-33)", (_, changed) => {
    const { offer, pay, show, fixture } = harness(scheme)
    const sale = offer(1200)
    const { code } = show(sale)
    expect(pay({ ...sale, order: "another" }, code, { order: sale.order, ...changed({ offer }) })).toBe("CODE_INVALID")
    const order = { merchant: "corner-shop", order: sale.order, ...changed({ offer }) }
    const row = fixture.run(Ledger.use((ledger) => ledger.orders.order(order)))
    expect(row).toMatchObject({ status: "refused", reason: "CODE_INVALID" })
    // The code is good still, where the order's number was not used up with the rest.
    const isFree = changed({ offer }).order !== undefined || changed({ offer }).merchant !== undefined
    expect(pay(sale, code)).toBe(isFree ? "PAID" : row!.amount === sale.amount ? "CODE_INVALID" : "AMOUNT_CHANGED")
  })

  it("is for the name that the merchant is registered under, not for one that is nearly it", () => {
    const { next, offer, pay, show } = harness(scheme)
    const sale = offer(1200, { payee: "Corner Shops" })
    expect(pay(sale, show(sale).code)).toBe("CODE_INVALID")
    next()
    const theirs = offer(1200, { payee: "Corner Shops" })
    expect(pay(theirs, show(theirs).code, { merchant: "thief" })).toBe("PAID")
  })

  it("pays above the limit with the PIN, and says that it needs one without (STP-1)", () => {
    const { account, next, offer, pay, show, fixture } = harness(scheme)
    const amount = scheme.limit.payment + 1
    const [without, wrong] = [offer(amount), offer(amount)]
    expect(pay(without, show(without).code)).toBe("PIN_REQUIRED")
    next()
    if (scheme.stepUp.method === "pin") {
      expect(pay(wrong, show(wrong, { pin: Redacted.make("000000") }).code)).toBe("CODE_INVALID")
      next()
    }
    const sale = offer(amount)
    expect(pay(sale, show(sale, { pin: Fixtures.pin }).code)).toBe("PAID")
    const row = fixture.run(Ledger.use((ledger) => ledger.orders.order({ merchant: "corner-shop", order: sale.order })))
    expect(row).toMatchObject({ free: false, debited: true })
    const day = Time.dayAt(scheme, fixture.now)
    expect(fixture.run(Ledger.use((ledger) => ledger.payments.spent(account, day)))).toEqual({
      free: { sum: 0, count: 0 },
      all: amount
    })
  })
})

describe.each(bound)("a phone that shows codes of $scheme", (scheme) => {
  it("is made over a transaction, and over nothing under no rules that bind it (GEN-8)", () => {
    const { offer, wallet } = harness(scheme)
    expect(failure(wallet.show())).toEqual(
      new Wallet.Unfit({ expected: "the till's transaction to make it over", found: "none" })
    )
    expect(failure(wallet.make())).toBeInstanceOf(Wallet.Unfit)
    const { wallet: plain } = harness(Fixtures.alipay)
    expect(failure(plain.show({ over: offer(1) }))).toEqual(
      new Wallet.Unfit({ expected: "nothing to make it over", found: "a transaction" })
    )
    expect(failure(plain.show({ pin: Fixtures.pin }))).toBeInstanceOf(Wallet.Unfit)
  })

  it("stays on the screen as long as any, with the digits that were shown (GEN-3)", () => {
    const { next, offer, show, fixture, wallet } = harness(scheme)
    const sale = offer(1200)
    const shown = show(sale, { pin: Fixtures.pin })
    next()
    expect(Effect.runSync(wallet.screen)).toEqual(shown)
    fixture.now += scheme.display
    expect(Effect.runSync(wallet.screen)).toBeUndefined()
  })

  it("makes as many codes of a step as the scheme has, each of which pays, and then has its owner wait (GEN-9)", () => {
    const { offer, pay, show, fixture, wallet } = harness(scheme)
    const { perStep = 1 } = scheme.code
    const { step } = scheme.clock
    fixture.now = Time.startOfStep(scheme, Time.stepAt(scheme, start)) + 7
    const aliases = new Set<string>()
    for (let nth = 0; nth < perStep; nth++) {
      const sale = offer(100 + nth)
      const shown = show(sale)
      // The same transaction again is the same code.
      expect(show(sale)).toEqual(shown)
      aliases.add(shown.code.slice(0, 2 + scheme.code.aliasDigits))
      expect(pay(sale, shown.code)).toBe("PAID")
    }
    expect(aliases.size).toBe(perStep)
    const waits = new Wallet.Spent({ codes: perStep, seconds: step - 7 })
    for (const revealed of [false, true]) {
      expect(failure(wallet.show({ over: offer(1), revealed }))).toEqual(waits)
      expect(failure(wallet.make({ over: offer(1), revealed }))).toEqual(waits)
    }
    expect(waits.message).toMatch(/wait 23 seconds$/)
    fixture.now += step - 7
    const sale = offer(100)
    expect(pay(sale, show(sale).code)).toBe("PAID")
  })

  it("uses no position twice, where it starts again or its clock goes back (GEN-9)", () => {
    const { account, offer, phone, rules, fixture, wallet } = harness(scheme)
    const { perStep = 1 } = scheme.code
    let saved = Effect.runSync(wallet.state)
    const clock = Fixtures.clock(() => fixture.now * 1000)
    // Only the seed is asked, which any phone has.
    const again = () => {
      const store: Wallet.Store<never> = {
        saved,
        save: (state) =>
          Effect.sync(() => {
            saved = state
          })
      }
      return Effect.runSync(Effect.provideService(Wallet.make(rules, { account, phone }, store), Clock.Clock, clock))
    }
    const positions: Array<number> = []
    for (const ahead of [0, 86_400, 0, scheme.clock.step, 0]) {
      fixture.now = start + ahead
      for (let nth = 0; nth <= perStep; nth++) {
        const made = Effect.runSync(Effect.result(again().show({ over: offer(1) })))
        if (made._tag === "Success") positions.push(made.success.position)
        else expect(made.failure).toBeInstanceOf(Wallet.Spent)
      }
    }
    expect(new Set(positions).size).toBe(positions.length)
    expect(positions).toHaveLength(3 * perStep)
  })

  it("holds no PIN and no second seed in what the phone keeps", () => {
    const { offer, show, wallet } = harness(scheme)
    show(offer(1200), { pin: Fixtures.pin })
    const kept = JSON.stringify(Effect.runSync(wallet.state), (_, value: unknown) =>
      Redacted.isRedacted(value) ? Redacted.value(value) : value
    )
    expect(kept).not.toContain(Redacted.value(Fixtures.pin))
    expect(kept).not.toContain("second")
  })
})

describe("hardware", () => {
  it("counts wrong PINs, destroys its key after the third, and has another once the phone renews", () => {
    const { offer, pay, show, fixture, wallet } = harness(Fixtures.hardened)
    const sale = offer(60_000)
    const wrong = () => failure(wallet.show({ over: sale, pin: Redacted.make("0000") }))
    const locked = (reason: SecureHardware.Locked["reason"], left: number) =>
      new SecureHardware.Locked({ reason, left })
    expect([wrong(), wrong()]).toEqual([locked("wrong PIN", 2), locked("wrong PIN", 1)])
    show(sale, { pin: Fixtures.pin })
    expect([wrong(), wrong(), wrong()]).toEqual([locked("wrong PIN", 2), locked("wrong PIN", 1), locked("blocked", 0)])
    expect(failure(wallet.show({ over: sale, pin: Fixtures.pin }))).toEqual(locked("blocked", 0))
    fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
    expect(pay(sale, show(sale, { pin: Fixtures.pin }).code)).toBe("PAID")
  })

  it("is given its key, and nobody else: without hardware no code carries the PIN", () => {
    const { account, offer, phone, rules, fixture } = harness(Fixtures.hardened)
    const wallet = Effect.runSync(
      Effect.provideService(
        Wallet.make(rules, { account, phone }),
        Clock.Clock,
        Fixtures.clock(() => fixture.now * 1000)
      )
    )
    fixture.run(Online.Online.use(() => wallet.enroll))
    expect(failure(wallet.show({ over: offer(1), pin: Fixtures.pin }))).toEqual(
      new Wallet.Unfit({ expected: "secure hardware", found: "none" })
    )
  })
})

describe("a till", () => {
  it("opens a transaction under its registered name, another at each time", () => {
    const { rules, fixture } = harness(Fixtures.tillQr)
    const way: Till.Way = {
      pay: () => Effect.succeed("PAID"),
      query: () => Effect.succeed("PAID"),
      reverse: () => Effect.succeed("REVERSED")
    }
    const till = Effect.runSync(
      Effect.provideService(
        Till.make({
          rules,
          merchant: "corner-shop",
          name: "Corner Shop",
          terminal: "t",
          noticeKey: Redacted.make(new Uint8Array(32)),
          way
        }),
        Clock.Clock,
        Fixtures.clock(() => fixture.now * 1000)
      )
    )
    const random = Fixtures.randomness("till")
    const offered = () =>
      Effect.runSync(Effect.provideService(till.offer({ order: "A", amount: 5 }), SecureRandom.SecureRandom, random))
    const [first, second] = [offered(), offered()]
    expect(first).toMatchObject({ payee: "Corner Shop", amount: 5, order: "A" })
    expect(first.nonce).not.toBe(second.nonce)
  })
})
