/** Step-up by short message: what is sent, what answers it, and what the network's adversaries can make of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Challenge, Pin, type Transaction } from "../credentials/Credentials.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Wallet from "../wallet/Wallet.ts"
import * as Messages from "./Messages.ts"
import * as Provider from "./Provider.ts"

const start = 1_700_000_000
const [ours, theirs] = [Fixtures.telephone(1), Fixtures.telephone(2)]

/** A provider with a gateway, an account with a phone, and a merchant; another account, and its number. */
const harness = (scheme: Scheme) => {
  const rules = Rules.strict(scheme)
  let now = start
  const gateway = Effect.runSync(
    Effect.provideService(
      Messages.local,
      Clock.Clock,
      Fixtures.clock(() => now * 1000)
    )
  )
  const fixture = Fixtures.make(rules, start, { gateway: gateway.gateway })
  const wait = (seconds: number) => {
    now += seconds
    fixture.now = now
  }
  const { account, phone } = fixture.run(Fixtures.member(10_000_000, { telephone: ours, pin: Fixtures.pin }))
  fixture.run(Fixtures.member(10_000_000, { telephone: theirs, pin: Fixtures.pin }))
  const clock = Fixtures.clock(() => fixture.now * 1000)
  const wallet = Effect.runSync(Effect.provideService(Wallet.make(rules, { account, phone }), Clock.Clock, clock))
  fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
  const provider = <A, E>(ask: (provider: Provider.Provider) => Effect.Effect<A, E>) => fixture.run(Provider.use(ask))
  provider(({ relay }) => relay.enlist("shop", "Corner Shop"))
  const amount = scheme.limit.payment + 1
  let orders = 0
  /** An order over the limit, held open. */
  const open = () => {
    const order = `order-${orders++}`
    const { code } = Effect.runSync(wallet.show())
    expect(
      provider(({ verification }) => verification.pay({ merchant: "shop", terminal: "till", order, code, amount }))
    ).toBe("OPEN")
    wait(scheme.clock.step)
    return order
  }
  const send = (text: string, from = ours) => provider(({ stepUp }) => stepUp.receive({ from, text, at: now }))
  const inbox = (to = ours) => Effect.runSync(gateway.inbox(to)).map(({ text }) => text)
  const answer = (
    text: string,
    pin = Fixtures.pin,
    isTheirs: (transaction: Transaction.Transaction) => boolean = () => true
  ) => Effect.runSync(wallet.answer(text, isTheirs, pin))
  const state = (order: string) => provider(({ settlement }) => settlement.query({ merchant: "shop", order }))
  const paid = (order: string) => ({ answer: "PAID", order: { merchant: "shop", order } })
  return { account, amount, answer, gateway, inbox, open, paid, provider, send, state, fixture, wait, wallet }
}

describe("a challenge in a short message", () => {
  it("names payee, amount and order, goes to the number of the account, and its answer pays (STP-2)", () => {
    const { amount, answer, inbox, open, paid, send, state } = harness(Fixtures.smsOcra)
    const order = open()
    const [challenge = ""] = inbox()
    expect(Result.getOrThrow(Challenge.read(challenge))).toMatchObject({ payee: "Corner Shop", amount, order })
    expect(inbox(theirs)).toEqual([])
    expect(send(answer(challenge)!)).toEqual(paid(order))
    expect(state(order)).toBe("PAID")
    expect(send(answer(challenge)!)).toMatchObject({ answer: "NOT_OPEN" })
  })

  it("is one for its order alone: the answer to another, or with another PIN, is wrong and debits nothing", () => {
    const { answer, inbox, open, paid, send, state } = harness(Fixtures.smsOcra)
    const [first, second] = [open(), open()]
    const [one = "", other = ""] = inbox()
    const [, , , , , nonce] = other.split(":")
    const strayed = answer(one)!.replace(/[^:]{16}/, nonce!)
    expect(send(strayed)).toEqual({ answer: "ANSWER_WRONG", order: { merchant: "shop", order: second } })
    expect(send(answer(one, Redacted.make("0000"))!)).toMatchObject({ answer: "ANSWER_WRONG" })
    expect([state(first), state(second)]).toEqual(["OPEN", "OPEN"])
    expect(send(answer(other)!)).toEqual(paid(second))
    expect(send(answer(one)!)).toEqual(paid(first))
  })

  it("takes so many wrong answers a day, and then not even the right one (STP-7)", () => {
    const { answer, inbox, open, send, state } = harness(Fixtures.smsOcra)
    const order = open()
    const [challenge = ""] = inbox()
    const wrong = answer(challenge, Redacted.make("0000"))!
    for (let nth = 0; nth < Fixtures.smsOcra.stepUp.attempts!; nth++) {
      expect(send(wrong)).toMatchObject({ answer: "ANSWER_WRONG" })
    }
    // The right one takes none of them back: else whoever has it in the end could go on guessing until then.
    const right = answer(challenge)!
    expect([wrong, right, right, wrong].map((text) => send(text)?.answer)).toEqual(Array(4).fill("TOO_MANY_ANSWERS"))
    expect(state(order)).toBe("OPEN")
  })
})

describe("the answer to a challenge", () => {
  it("is answered in time, or not at all: a late answer finds the order closed (SET-5)", () => {
    const { answer, inbox, open, provider, send, state, wait } = harness(Fixtures.smsOcra)
    const order = open()
    wait(Fixtures.smsOcra.stepUp.openFor!)
    expect(provider(({ settlement }) => settlement.closeOverdue)).toBe(1)
    expect(send(answer(inbox()[0]!)!)).toMatchObject({ answer: "NOT_OPEN" })
    expect(state(order)).toBe("CLOSED")
  })

  it("is not answered by a payer who does not find their purchase in it (STP-3)", () => {
    const { amount, answer, inbox, open } = harness(Fixtures.smsOcra)
    open()
    expect(answer(inbox()[0]!, Fixtures.pin, (shown) => shown.amount === amount + 1)).toBeUndefined()
  })

  it("is answered from the number of the account, and from no other", () => {
    const { answer, inbox, open, send, state } = harness(Fixtures.smsOcra)
    const order = open()
    const text = answer(inbox()[0]!)!
    expect([send(text, theirs), send(text, Fixtures.telephone(3))]).toEqual([undefined, undefined])
    expect(state(order)).toBe("OPEN")
  })

  it("is answered by what the phone holds, also after a renewal, and not with a seed of before its order", () => {
    const { answer, inbox, open, paid, send, fixture, wallet } = harness(Fixtures.smsOcra)
    const before = Effect.runSync(wallet.state)!
    fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
    const order = open()
    const challenge = inbox()[0]!
    const old = before.secret
    if (old._tag === "Seed") {
      const stale = Challenge.answer(Result.getOrThrow(Challenge.read(challenge)), old.seed, Pin.hash(Fixtures.pin))
      expect(send(stale)).toMatchObject({ answer: "ANSWER_WRONG" })
    }
    const early = answer(challenge)!
    fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
    expect(answer(challenge)).not.toBe(early)
    expect(send(early)).toEqual(paid(order))
  })

  it("is read with its place where it is none", () => {
    const { wallet } = harness(Fixtures.smsOcra)
    const failure = Effect.runSync(
      Effect.flip(wallet.answer("paycode:1:till:1:A:AAECAwQFBgcICQoL:S", () => true, Fixtures.pin))
    )
    expect(failure).toEqual(new Wallet.Unfit({ expected: "a challenge with purpose as sms", found: '"till"' }))
  })
})

describe("the sending of a challenge", () => {
  it("is sent once, also where the request for its order comes again", () => {
    const { amount, inbox, open, provider, fixture, wallet } = harness(Fixtures.smsOcra)
    const order = open()
    const { code } = Effect.runSync(wallet.show())
    const again = provider(({ verification }) =>
      verification.pay({ merchant: "shop", terminal: "till", order, code, amount })
    )
    expect([again, inbox().length]).toEqual(["OPEN", 1])
    fixture.restart()
    expect([provider(({ stepUp }) => stepUp.sendUnsent), inbox().length]).toEqual([0, 1])
  })

  it("is sent after a crash that kept it from the gateway", () => {
    const sent: Array<Messages.Outbound> = []
    let isDown = true
    const gateway: Messages.Gateway = {
      send: (message) => (isDown ? Effect.die("a crash") : Effect.sync(() => void sent.push(message)))
    }
    const rules = Rules.strict(Fixtures.smsOcra)
    const fixture = Fixtures.make(rules, start, { gateway })
    const { account, phone } = fixture.run(Fixtures.member(10_000_000, { telephone: ours, pin: Fixtures.pin }))
    const clock = Fixtures.clock(() => fixture.now * 1000)
    const wallet = Effect.runSync(Effect.provideService(Wallet.make(rules, { account, phone }), Clock.Clock, clock))
    fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
    const { code } = Effect.runSync(wallet.show())
    const request = { merchant: "shop", terminal: "till", order: "A", code, amount: Fixtures.smsOcra.limit.payment + 1 }
    expect(() => fixture.run(Provider.use(({ verification }) => verification.pay(request)))).toThrow("a crash")
    isDown = false
    fixture.restart()
    const resend = fixture.run(Provider.use(({ stepUp }) => stepUp.sendUnsent))
    expect([resend, sent.map(({ to }) => to)]).toEqual([1, [ours]])
  })

  it("can be delayed and dropped by the network, and read by it", () => {
    const { gateway, inbox, open, wait } = harness(Fixtures.smsOcra)
    open()
    open()
    Effect.runSync(Effect.andThen(gateway.delay(0, start + 100), gateway.drop(1)))
    expect([inbox(), Effect.runSync(gateway.all)].map(({ length }) => length)).toEqual([0, 2])
    wait(100)
    expect(inbox()).toHaveLength(1)
  })
})

describe("a password in a short message", () => {
  it("is taken for the oldest order that is open, for it names none", () => {
    const { inbox, open, paid, send } = harness(Fixtures.smsPassword)
    const [first, second] = [open(), open()]
    expect(inbox()).toEqual([])
    expect(send(Challenge.password(Fixtures.password))).toEqual(paid(first))
    expect(send(Challenge.password(Fixtures.password))).toEqual(paid(second))
    expect(send(Challenge.password(Fixtures.password))).toEqual({ answer: "NOT_OPEN", order: undefined })
  })

  it("is told nobody to be wrong, and so many wrong ones a day that the right one is refused as well", () => {
    const { open, send, state } = harness(Fixtures.smsPassword)
    const order = open()
    for (let wrong = 0; wrong < 10; wrong++) expect(send(Challenge.password(Redacted.make("0")))).toBeUndefined()
    expect(send(Challenge.password(Fixtures.password))).toBeUndefined()
    expect(state(order)).toBe("OPEN")
  })

  it("pays whoever writes the owner's number as the sender: such is the scheme (secret-kept, step-up-agreement)", () => {
    const { open, paid, send } = harness(Fixtures.smsPassword)
    const order = open()
    expect(send(Challenge.password(Fixtures.password), ours)).toEqual(paid(order))
  })

  it("is nothing in a scheme of another step-up, nor is what is no message of the protocol", () => {
    for (const scheme of [Fixtures.alipay, Fixtures.smsOcra]) {
      const { open, send, state } = harness(scheme)
      const order = open()
      for (const text of [Challenge.password(Fixtures.password), "", "hello", "paycode:1:answer:x:1"]) {
        expect(send(text)).toBeUndefined()
      }
      expect(state(order)).toBe("OPEN")
    }
  })

  it("is none over the network, where the scheme has it sent by message", () => {
    const { account, open, provider } = harness(Fixtures.smsPassword)
    const order = open()
    const approval = { account, merchant: "shop", order, password: Fixtures.password }
    expect(provider(({ stepUp }) => stepUp.authenticate(approval))).toBe("NO_SUCH_ORDER")
  })
})
