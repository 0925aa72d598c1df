/** The phone and the till: codes without a network, by a corrected clock; sales that survive a network that loses. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Rules from "../model/Rules.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Time from "../model/Time.ts"
import * as Ledger from "./Ledger.ts"
import * as Provider from "./Provider.ts"
import { Refused } from "./Refused.ts"
import * as Till from "./Till.ts"
import * as Trial from "./Trial.ts"
import * as Wallet from "./Wallet.ts"

const start = 1_000_000

/** A provider, and a phone of an account that has signed, with a clock of its own. */
const stage = (scheme: Scheme, rules = Rules.strict(scheme)) => {
  const trial = Trial.make(rules, start)
  const account = trial.run(
    Provider.Provider.use((provider) =>
      Effect.tap(provider.open({ balance: 10_000_000 }), (account) => provider.sign(account))
    )
  )
  const setting = { millisAhead: 0 }
  const clock = Trial.clock(() => trial.now * 1000 + setting.millisAhead)
  const wallet = Effect.runSync(Effect.provideService(Wallet.make(rules, account), Clock.Clock, clock))
  const pay = (order: string, code: string) => trial.run(Trial.outcomeOf({ merchant: "shop", order, code, amount: 1 }))
  return { trial, wallet, setting, pay, enroll: () => trial.run(wallet.enroll) }
}

describe.each([Trial.alipay, Trial.tokens])("a phone in $scheme", (scheme) => {
  it("shows codes by what it holds alone: the type of showing asks for nothing (GEN-1)", () => {
    const { enroll, wallet } = stage(scheme)
    const offline: Effect.Effect<Wallet.Screen, Refused, never> = wallet.show
    expect(Effect.runSync(Effect.result(offline))).toEqual(Result.fail(new Refused({ reason: "NO_CREDENTIAL" })))
    enroll()
    expect(Effect.runSync(offline).code).toHaveLength(scheme.code.digits)
  })

  it("has no way to ask for a code, even where the rules let it", () => {
    const { wallet } = stage(scheme, Rules.without(Rules.strict(scheme), "GEN-1"))
    expect(Effect.runSync(Effect.result(wallet.show))).toEqual(Result.fail(new Refused({ reason: "NO_CREDENTIAL" })))
  })

  it("is paid from at once, however wrong its clock was when it enrolled, to the millisecond (ENR-3)", () => {
    const clocks = fc.integer({ min: -1e12, max: 1e12 })
    fc.assert(
      fc.property(clocks, fc.nat({ max: 10_000_000 }), (millisAhead, later) => {
        const { enroll, pay, setting, trial, wallet } = stage(scheme)
        setting.millisAhead = millisAhead
        enroll()
        trial.now += later
        const { code, step } = Effect.runSync(wallet.show)
        expect(step).toBe(Time.stepAt(scheme, trial.now))
        expect(pay("order", code)).toBe("PAID")
      }),
      { seed: 1, numRuns: 100 }
    )
  })

  it("shows a code for as long as the scheme says, counted from its first showing (GEN-3)", () => {
    const { enroll, trial, wallet } = stage(scheme)
    trial.now = Time.startOfStep(scheme, Time.stepAt(scheme, start))
    enroll()
    expect(Effect.runSync(wallet.screen)).toBeUndefined()
    const first = Effect.runSync(wallet.show)
    const began = trial.now
    expect(first).toMatchObject({ shownAt: began, shownUntil: began + scheme.display })
    trial.now = began + scheme.clock.step - 1
    expect(Effect.runSync(wallet.show)).toEqual(first)
    trial.now = began + scheme.display
    expect(Effect.runSync(wallet.screen)).toEqual(first)
    trial.now = began + scheme.display + 1
    expect(Effect.runSync(wallet.screen)).toBeUndefined()
    expect(Effect.runSync(wallet.show).code).not.toBe(first.code)
  })
})

describe("a phone that enrols again", () => {
  it("shows nothing of the old credential, and is paid from by the new one", () => {
    const { enroll, pay, wallet } = stage(Trial.alipay)
    enroll()
    const old = Effect.runSync(wallet.show)
    enroll()
    expect(Effect.runSync(wallet.screen)).toBeUndefined()
    const renewed = Effect.runSync(wallet.show)
    expect(renewed.step).toBe(old.step)
    expect(pay("old", old.code)).toBe("CODE_INVALID")
    expect(pay("new", renewed.code)).toBe("PAID")
  })
})

describe("a till", () => {
  const { scheme } = Rules.strict(Trial.alipay)
  const patience = Schedule.upTo(Schedule.spaced("2 seconds"), { times: 9 })

  /** Sells once over a network that loses the requests and the answers that it is told to, and counts what arrives. */
  const sell = async (losses: ReadonlyArray<"request" | "answer">, rules = Rules.strict(scheme), amount = 500) => {
    const { trial, wallet, enroll } = stage(scheme)
    enroll()
    const arrived: Array<Provider.Request> = []
    let sent = 0
    const pay = Effect.fnUntraced(function* (request: Provider.Request) {
      const loss = losses[sent++]
      const lost = new Till.NoAnswer({ order: request.order })
      if (loss === "request") return yield* lost
      arrived.push(request)
      const answer = trial.run(Provider.Provider.use((provider) => Effect.result(provider.pay(request))))
      return loss === "answer" ? yield* lost : yield* Effect.fromResult(answer)
    })
    const till = Till.make({ rules, merchant: "shop", pay, resend: patience })
    const program = Effect.gen(function* () {
      const sale = yield* Effect.forkChild(
        Effect.result(till.sell({ order: "1", code: Effect.runSync(wallet.show).code, amount }))
      )
      yield* TestClock.adjust("1 minute")
      return yield* Fiber.join(sale)
    })
    const result = await Effect.runPromise(Effect.provide(program, TestClock.layer()))
    const debits = trial.run(Ledger.Ledger.use((ledger) => ledger.debits(0)))
    return { result, arrived, debits, sent }
  }
  const receipt = Result.succeed({ merchant: "shop", order: "1", amount: 500 })

  it("sends the same request until it is answered, and the payer pays once (REL-3)", async () => {
    const { arrived, debits, result } = await sell(["request", "answer", "answer", "request"])
    expect(result).toEqual(receipt)
    expect(arrived).toHaveLength(3)
    expect(new Set(arrived.map((request) => JSON.stringify(request))).size).toBe(1)
    expect(debits).toHaveLength(1)
  })

  it("says so where no answer ever comes, and sends no more", async () => {
    const { result, sent } = await sell(Array.from({ length: 20 }, () => "answer"))
    expect(result).toEqual(Result.fail(new Till.NoAnswer({ order: "1" })))
    expect(sent).toBe(10)
  })

  it("takes a refusal for an answer", async () => {
    const { result, sent } = await sell(["answer"], Rules.strict(scheme), scheme.limit.payment + 1)
    expect(result).toEqual(Result.fail(new Refused({ reason: "OVER_PAYMENT_LIMIT" })))
    expect(sent).toBe(2)
  })

  it("sends no amount that is none (REL-2)", async () => {
    const { result, sent } = await sell([], Rules.strict(scheme), 0.5)
    expect(result).toEqual(Result.fail(new Refused({ reason: "AMOUNT_INVALID" })))
    expect(sent).toBe(0)
  })

  it("would settle without the provider if the rules let it (REL-1)", async () => {
    const { debits, result, sent } = await sell([], Rules.without(Rules.strict(scheme), "REL-1"))
    expect(result).toEqual(receipt)
    expect(sent).toBe(0)
    expect(debits).toEqual([])
  })
})
