/** StepUp: the password over the network: what waits for it, and how many wrong ones are looked at. */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { make, riches } from "../testing/ProviderHarness.ts"
import * as Provider from "./Provider.ts"

describe.each(Fixtures.schemes.filter(({ stepUp }) => stepUp.openFor !== undefined))(
  "an account takes so many wrong answers and no more, not even the right one, until the next day (STP-7), in $scheme",
  (scheme) => {
    const large = scheme.limit.payment + 1
    const few = { ...scheme, stepUp: { ...scheme.stepUp, attempts: 3 } }
    const guess = (number: number) => Redacted.make(`guess ${number}`)
    const wrong = (account: number, exhausted: boolean) =>
      Result.fail(new Provider.WrongPassword({ account, exhausted }))

    it("one after the other, whatever orders they are for", () => {
      const { account, approve, fresh, issued, pay, fixture } = make(Rules.strict(few))
      const orders = [1, 2].map(String)
      expect(orders.map((order, nth) => pay(order, fresh(issued, nth), large))).toEqual(["OPEN", "OPEN"])
      const guesses = [0, 1, 2].map((number) => approve(orders[number % 2]!, guess(number)))
      expect(guesses).toEqual(guesses.map(() => wrong(account, false)))
      expect([approve("1"), approve("2", guess(3))]).toEqual([wrong(account, true), wrong(account, true)])
      fixture.now += Time.secondsPerDay
      expect(approve("unknown")).toEqual(Result.succeed("NO_SUCH_ORDER"))
    })

    it("all at once: each is counted before it is looked at", async () => {
      // A check of this cost is made beside others: the answers wait for each other.
      const provider = Provider.layer(Rules.strict(few), { passwordCost: 128 }).pipe(
        Layer.provide(Ledger.layerMemory),
        Layer.provide(Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness("at once")))
      )
      const heard = Provider.use((provider) =>
        Effect.gen(function* () {
          const account = yield* provider.enrollment.open({ balance: riches, password: Fixtures.password })
          const answers = yield* Effect.forEach(
            Array.from({ length: 40 }, (_, number) => provider.stepUp.owns(account, guess(number))),
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
      const { account, approve, ask, fresh, issued, pay } = make(Rules.strict(few))
      for (let time = 0; time < 10; time++) ask((provider) => provider.stepUp.owns(account, Fixtures.password))
      expect(pay("1", fresh(issued), large)).toBe("OPEN")
      expect(approve("1")).toEqual(Result.succeed("PAID"))
    })

    it("without the clause any number of them", () => {
      const mutated = Rules.without(Rules.strict(few), { clause: "STP-7", mutant: "not counted" })
      const { account, approve, fresh, issued, pay } = make(mutated)
      expect(pay("1", fresh(issued), large)).toBe("OPEN")
      const guesses = Array.from({ length: 20 }, (_, number) => approve("1", guess(number)))
      expect(guesses).toEqual(guesses.map(() => wrong(account, false)))
      expect(approve("1")).toEqual(Result.succeed("PAID"))
    })
  }
)

describe("an account whose scheme says nothing of wrong passwords", () => {
  it.each([
    { what: "without step-up", scheme: { ...Fixtures.alipay, stepUp: { method: "none" as const } } },
    { what: "with the PIN in the code", scheme: Fixtures.tillQr }
  ])("is not signed in to by the right one after ten that were wrong on that day: $what", ({ scheme }) => {
    const { account, ask, fixture } = make(Rules.strict(scheme))
    const owns = (password: string) =>
      ask((provider) => Effect.result(provider.stepUp.owns(account, Redacted.make(password))))
    for (let wrong = 0; wrong < 10; wrong++) expect(owns("0")).toMatchObject({ failure: { exhausted: false } })
    expect(owns(Redacted.value(Fixtures.password))).toMatchObject({ failure: { exhausted: true } })
    fixture.now += Time.secondsPerDay
    expect(owns(Redacted.value(Fixtures.password))).toEqual(Result.succeed(undefined))
  })
})

describe.each(Fixtures.schemes)("an order that waits in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { payment } = scheme.limit
  const large = payment + 1

  it("over the limit waits for the password of its payer (STP-1, STP-2)", () => {
    const { account, approve, ask, books, fresh, issued, pay, payments, query, fixture } = make(rules)
    const stranger = fixture.run(Fixtures.member(riches))
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(books()).toMatchObject({ balance: riches, reserved: large })
    expect(ask((provider) => provider.stepUp.prompts(account))).toEqual([
      { merchant: "shop", order: "1", amount: large }
    ])
    expect(ask((provider) => provider.stepUp.prompts(stranger.account))).toEqual([])
    expect(approve("1", Redacted.make("271828"))).toEqual(
      Result.fail(new Provider.WrongPassword({ account, exhausted: false }))
    )
    expect(approve("1", Fixtures.password, stranger.account)).toEqual(Result.succeed("NO_SUCH_ORDER"))
    expect(approve("unknown")).toEqual(Result.succeed("NO_SUCH_ORDER"))
    expect([query("1"), payments().length]).toEqual(["OPEN", 0])
    expect(approve("1")).toEqual(Result.succeed("PAID"))
    expect(approve("1")).toEqual(Result.succeed("NOT_OPEN"))
    expect([query("1"), pay("1", fresh(issued), large), payments().length]).toEqual(["PAID", "PAID", 1])
    expect(books()).toMatchObject({ balance: riches - large, reserved: 0 })
    expect(ask((provider) => provider.stepUp.prompts(account))).toEqual([])
  })
})
