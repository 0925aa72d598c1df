/**
 * The phone and the till: codes without a network, by a corrected clock, from a seed or a list; sales that survive a
 * network that loses. PAYCODE_SEED chooses what is drawn.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Answer, isDefinite } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Relay } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Till from "../till/Till.ts"
import * as Wallet from "./Wallet.ts"

const start = 1_000_000
const riches = 10_000_000_000

/** What is drawn is drawn from PAYCODE_SEED, or 1. */
const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** A provider, and a phone of an account that has signed, with a clock of its own. */
const harness = (scheme: Scheme, rules = Rules.strict(scheme)) => {
  const fixture = Fixtures.make(rules, start)
  const owner = fixture.run(Fixtures.member(riches))
  const setting = { millisAhead: 0 }
  const clock = Fixtures.clock(() => fixture.now * 1000 + setting.millisAhead)
  const wallet = Effect.runSync(Effect.provideService(Wallet.make(rules, owner), Clock.Clock, clock))
  const ask = <A, E>(question: (provider: Provider.Provider) => Effect.Effect<A, E>): A =>
    fixture.run(Provider.use(question))
  return {
    ...owner,
    fixture,
    wallet,
    setting,
    ask,
    enroll: () => fixture.run(Effect.andThen(wallet.enroll, wallet.confirm)),
    show: (showing?: Wallet.Showing) => Effect.runSync(wallet.show(showing)),
    refusal: () => Effect.runSync(Effect.flip(wallet.show())),
    screen: () => Effect.runSync(wallet.screen),
    left: () => Effect.runSync(wallet.left),
    pay: (order: string, code: string, amount = 1): Answer =>
      ask((provider) => provider.verification.pay({ merchant: "shop", terminal: "till", order, code, amount })),
    payments: () =>
      fixture
        .run(Ledger.use((ledger) => ledger.payments.movements(owner.account)))
        .filter(({ kind }) => kind === "payment")
  }
}

const nothingHeld = new Refused.Refused({ reason: "NO_CREDENTIAL" })

// ---------------------------------------------------------------------------------------------------------------------
// The phone
// ---------------------------------------------------------------------------------------------------------------------

describe.each(Fixtures.schemes)("a phone in $scheme", (scheme) => {
  it("shows codes by what it holds alone: the type of showing asks for nothing (GEN-1)", () => {
    const { enroll, refusal, wallet } = harness(scheme)
    const offline: Effect.Effect<Wallet.Screen, Wallet.Unmade, never> = wallet.show()
    expect(refusal()).toEqual(nothingHeld)
    enroll()
    expect(Effect.runSync(offline).code).toHaveLength(scheme.code.digits)
  })

  it("has no way to ask for a code, even where the rules let it", () => {
    const { refusal } = harness(scheme, Rules.without(Rules.strict(scheme), { clause: "GEN-1", mutant: "asks" }))
    expect(refusal()).toEqual(nothingHeld)
  })

  it(`is paid from at once, however wrong its clock was when it enrolled, to the millisecond (ENR-3), seed ${seed}`, () => {
    const clocks = fc.integer({ min: -1e12, max: 1e12 })
    fc.assert(
      fc.property(clocks, fc.nat({ max: scheme.token.validity ?? 10_000_000 }), (millisAhead, later) => {
        const { enroll, pay, setting, show, fixture } = harness(scheme)
        setting.millisAhead = millisAhead
        enroll()
        fixture.now += later
        const { code, position } = show()
        expect(position).toBe(scheme.token.source === "seed" ? Time.stepAt(scheme, fixture.now) : 0)
        expect(pay("order", code)).toBe("PAID")
      }),
      { seed, numRuns: 50 }
    )
  })

  it("shows a code for as long as the scheme says, counted from its first showing (GEN-3)", () => {
    const { enroll, screen, show, fixture } = harness(scheme)
    fixture.now = Time.startOfStep(scheme, Time.stepAt(scheme, start))
    enroll()
    expect(screen()).toBeUndefined()
    const first = show()
    const began = fixture.now
    expect(first).toMatchObject({ shownAt: began, shownUntil: began + scheme.display })
    fixture.now = began + scheme.display
    expect(screen()).toEqual(first)
    fixture.now = began + scheme.display + 1
    expect(screen()).toBeUndefined()
    expect(show().code).not.toBe(first.code)
  })

  it("makes a code for who holds it, and leaves its screen as it is", () => {
    const { enroll, pay, screen, wallet } = harness(scheme)
    enroll()
    const { code } = Effect.runSync(wallet.make())
    expect(screen()).toBeUndefined()
    expect(pay("1", code)).toBe("PAID")
  })

  it("goes on with the old credential where the reply to a renewal is lost, and renews without harm (ENR-6, ENR-9)", () => {
    const { ask, enroll, pay, phone, screen, show, fixture, wallet } = harness(scheme)
    enroll()
    const lost = ask((provider) => provider.enrollment.enroll(phone))
    const old = show()
    expect(pay("old", old.code)).toBe("PAID")
    fixture.now += scheme.clock.step
    fixture.run(wallet.enroll)
    expect(screen()).toBeUndefined()
    const renewed = show()
    // Confirmed or first used, the new one takes the place of the old one.
    expect(ask((provider) => provider.enrollment.standing(phone, lost.number))).toBe("pending")
    expect(pay("new", renewed.code)).toBe("PAID")
    expect(ask((provider) => provider.enrollment.standing(phone, lost.number))).toBe("live")
    fixture.run(wallet.confirm)
    expect(ask((provider) => provider.enrollment.standing(phone, lost.number))).toBe("live")
  })

  it("destroys what it holds as soon as it is told that it is revoked, and not before (ENR-12)", () => {
    const { ask, enroll, left, pay, phone, refusal, screen, show, fixture, wallet } = harness(scheme)
    expect(fixture.run(wallet.checkIn)).toBe(false)
    enroll()
    show()
    expect(fixture.run(wallet.checkIn)).toBe(false)
    ask((provider) => provider.enrollment.revoke(phone))
    fixture.now += scheme.clock.step
    // Nobody has told it yet: it shows codes, and they are worth nothing.
    expect(pay("1", show().code)).toBe("CODE_INVALID")
    expect(fixture.run(wallet.checkIn)).toBe(true)
    expect([screen(), left()]).toEqual([undefined, 0])
    expect(refusal()).toEqual(nothingHeld)
    expect(Effect.runSync(Effect.flip(wallet.make()))).toEqual(nothingHeld)
    // Nothing else is issued to it: its owner enrolls another (ENR-13).
    expect(fixture.run(Effect.flip(wallet.enroll))).toEqual(new Refused.Refused({ reason: "NOT_OWNER" }))
  })

  it("confirms nothing while it holds nothing, and is issued nothing where that is refused", () => {
    const { account, ask, refusal, fixture, wallet } = harness(scheme)
    expect(fixture.run(Effect.flip(wallet.confirm))).toEqual(nothingHeld)
    ask((provider) => provider.enrollment.withdraw(account))
    expect(fixture.run(Effect.flip(wallet.enroll))).toEqual(new Refused.Refused({ reason: "NO_AGREEMENT" }))
    expect(refusal()).toEqual(nothingHeld)
  })

  it("sends the password for a prompt that is the payer's, and nothing for another (STP-3)", () => {
    const { enroll, pay, payments, show, fixture, wallet } = harness(scheme)
    enroll()
    const amount = scheme.limit.payment + 1
    const prompt = { merchant: "shop", order: "1", amount }
    expect(pay("1", show().code, amount)).toBe("OPEN")
    expect(fixture.run(wallet.approve(prompt, false, Fixtures.password))).toBeUndefined()
    const wrong = fixture.run(Effect.flip(wallet.approve(prompt, true, Redacted.make("271828"))))
    expect(wrong).toEqual(new Provider.WrongPassword({ account: 0, exhausted: false }))
    expect(wrong.message).toBe("account 0: expected its password, found another")
    expect(payments()).toEqual([])
    expect(fixture.run(wallet.approve(prompt, true, Fixtures.password))).toBe("PAID")
    expect(payments()).toHaveLength(1)
  })
})

/** What is done with a phone, and how long after the last. */
const actions = fc.array(
  fc.record({
    later: fc.oneof(fc.constant(0), fc.nat({ max: 100 })),
    action: fc.oneof(
      fc.constantFrom("enroll" as const, "confirm" as const, "refill" as const, "revoke" as const, "checkIn" as const),
      // Mostly it shows codes.
      ...Array<fc.Arbitrary<"show" | "reveal" | "make">>(4).fill(fc.constantFrom("show", "reveal", "make"))
    )
  }),
  { minLength: 1, maxLength: 30 }
)

describe.each(Fixtures.schemes)("a phone with a store in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)

  /** A phone, and whatever it has in its store. It is made again from that before each action, where it is told to. */
  const phone = (startsAgain: boolean) => {
    const { account, phone, fixture } = harness(scheme)
    const clock = Fixtures.clock(() => fixture.now * 1000)
    let saved: Wallet.Saved | undefined
    let isFull = false
    const start = () => {
      const store: Wallet.Store<"full"> = {
        saved,
        save: (state) =>
          isFull
            ? Effect.fail("full")
            : Effect.sync(() => {
                saved = state
              })
      }
      return Effect.runSync(Effect.provideService(Wallet.make(rules, { account, phone }, store), Clock.Clock, clock))
    }
    let wallet = start()
    const act = (action: "enroll" | "confirm" | "refill" | "revoke" | "checkIn" | "show" | "reveal" | "make") => {
      if (startsAgain) wallet = start()
      switch (action) {
        case "revoke":
          return Provider.use((provider) => provider.enrollment.revoke(phone))
        case "show":
          return wallet.show()
        case "reveal":
          return wallet.show({ revealed: true })
        case "make":
          return wallet.make()
        default:
          return wallet[action]
      }
    }
    return {
      fixture,
      saved: () => saved,
      fill: (full: boolean) => {
        isFull = full
      },
      act: (action: Parameters<typeof act>[0]) =>
        fixture.run(Effect.result(act(action) as Effect.Effect<unknown, unknown, Provider.Services>)),
      seen: () => Effect.runSync(Effect.all([wallet.screen, wallet.left, wallet.state]))
    }
  }

  it(`starts again as if it had not stopped, seed ${seed}`, () => {
    fc.assert(
      fc.property(actions, (actions) => {
        const [steady, restless] = [phone(false), phone(true)]
        for (const { action, later } of actions) {
          for (const { fixture } of [steady, restless]) fixture.now += later
          const done = steady.act(action)
          expect(restless.act(action)).toEqual(done)
          expect(restless.seen()).toEqual(steady.seen())
          const [screen] = steady.seen()
          if (screen && Result.isSuccess(done) && (action === "show" || action === "reveal")) {
            expect(screen).toEqual(done.success)
          }
          expect(steady.seen()[2]).toEqual(steady.saved())
        }
      }),
      { seed, numRuns: 50 }
    )
  })

  it(`answers no code that its store does not have, and is what it was before, seed ${seed}`, () => {
    fc.assert(
      fc.property(actions, fc.constantFrom("show" as const, "reveal" as const, "make" as const), (actions, action) => {
        const tried = phone(false)
        for (const { action, later } of actions) {
          tried.fixture.now += later
          tried.act(action)
        }
        const before = tried.seen()
        tried.fill(true)
        const refused = tried.act(action)
        // A code of a seed that is shown already, or shown to nobody, changes nothing that would have to be kept.
        if (Result.isSuccess(refused)) expect(tried.saved()).toEqual(before[2])
        else expect(tried.seen()).toEqual(before)
        tried.fill(false)
        const next = tried.act(action)
        if (Result.isSuccess(next) && before[2]?.secret._tag === "Drawn") {
          expect(next.success).toMatchObject({ position: before[2].shown })
          expect(tried.saved()).toMatchObject({ shown: before[2].shown + 1 })
        }
      }),
      { seed, numRuns: 50 }
    )
  })
})

describe.each([Fixtures.alipay, Fixtures.wechat, Fixtures.unionpay])(
  "a phone whose app is opened in $scheme",
  (scheme) => {
    const [closed, asked, both] = [
      { asked: false, unlocked: false },
      { asked: true, unlocked: false },
      { asked: true, unlocked: true }
    ]

    it.each([
      ["opening", [closed, asked, both]],
      ["demand", [asked, both]],
      ["unlock", [both]]
    ] as const)("shows a code no sooner than on %s, and else makes none (GEN-10)", (showsOn, shown) => {
      const { enroll, left, screen, wallet } = harness({ ...scheme, phone: { showsOn } })
      enroll()
      const before = left()
      for (const asking of [closed, asked, both].filter((one) => !shown.includes(one))) {
        for (const make of [wallet.show, wallet.make]) {
          expect(Effect.runSync(Effect.flip(make({ asking })))).toEqual(new Wallet.Unasked(asking))
        }
      }
      expect([left(), screen()]).toEqual([before, undefined])
      for (const asking of shown) expect(Effect.runSync(wallet.show({ asking })).code).toHaveLength(scheme.code.digits)
      expect(screen()).toBeDefined()
    })

    it("shows one to whoever opens it, where the rules leave the clause out", () => {
      const locked = { ...scheme, phone: { showsOn: "unlock" as const } }
      const rules = Rules.without(Rules.strict(locked), { clause: "GEN-10", mutant: "at once" })
      const { enroll, show } = harness(locked, rules)
      enroll()
      expect(show({ asking: { asked: false, unlocked: false } }).code).toHaveLength(scheme.code.digits)
    })

    it("says what it waits for", () => {
      const says = (asked: boolean): string => new Wallet.Unasked({ asked, unlocked: false }).message
      expect(says(true)).toBe("code: expected the app to be unlocked by its owner, found it locked")
      expect(says(false)).toBe("code: expected to be asked for one, found nobody who did")
    })
  }
)

describe.each([Fixtures.alipay, Fixtures.keyed])("a phone with a seed in $scheme", (scheme) => {
  it("shows one code for a step, without a count (GEN-4)", () => {
    const { enroll, left, show, fixture } = harness(scheme)
    fixture.now = Time.startOfStep(scheme, Time.stepAt(scheme, start))
    enroll()
    const first = show()
    fixture.now += scheme.clock.step - 1
    expect(show()).toEqual(first)
    fixture.now++
    expect(show().position).toBe(first.position + 1)
    expect(left()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe.each([Fixtures.wechat, Fixtures.unionpay])("a phone with a list in $scheme", (scheme) => {
  const { batch = 0, refillAt = 0 } = scheme.token

  it("shows each code once, and then none", () => {
    const { enroll, left, pay, refusal, show } = harness(scheme)
    enroll()
    const codes = Array.from({ length: batch }, () => show().code)
    expect(new Set(codes).size).toBe(batch)
    expect(left()).toBe(0)
    expect(refusal()).toEqual(nothingHeld)
    expect([pay("last", codes.at(-1)!), pay("first", codes[0]!)]).toEqual(["PAID", "PAID"])
  })

  it("asks for another list when few codes are left, and no sooner (GEN-5)", () => {
    const { enroll, left, pay, show, fixture, wallet } = harness(scheme)
    const refill = () => fixture.run(wallet.refill)
    enroll()
    for (let shown = 0; shown < batch - refillAt; shown++) show()
    expect([left(), refill()]).toEqual([refillAt, false])
    const last = show()
    expect([left(), refill(), left()]).toEqual([refillAt - 1, true, batch])
    expect([pay("old", last.code), pay("new", show().code)]).toEqual(["CODE_INVALID", "PAID"])
  })

  it("is given the same list again while it has not confirmed it, less what it has shown (ENR-9)", () => {
    const { enroll, left, show, fixture, wallet } = harness(scheme)
    enroll()
    fixture.run(wallet.enroll)
    const first = show()
    fixture.run(wallet.enroll)
    expect(left()).toBe(batch - 1)
    expect(show().position).toBe(first.position + 1)
  })
})

describe.each([Fixtures.wechat, Fixtures.keyed])("a phone that reveals its code in $scheme", (scheme) => {
  it("shows another than the one that is scanned (GEN-6)", () => {
    const { enroll, pay, show, fixture } = harness(scheme)
    enroll()
    const revealed = show({ revealed: true })
    expect(revealed.revealed).toBe(true)
    const scanned = show()
    expect(scanned.code).not.toBe(revealed.code)
    expect(pay("1", revealed.code)).toBe("OPEN")
    // In one step there is one attempt where the scheme is monotone.
    if (scheme.verification.monotone) {
      expect(pay("same step", scanned.code)).toBe("CODE_USED")
      fixture.now += scheme.clock.step
    }
    expect(pay("2", show().code)).toBe("PAID")
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// The till
// ---------------------------------------------------------------------------------------------------------------------

/** What becomes of a message of a till: it gets through, or its request or its answer is lost. */
type Loss = "none" | "request" | "answer"

/** What a till sends. */
type Sent = "pay" | "query" | "reversal"

/** A sale that was over, or given up. */
interface Sold {
  readonly view: Result.Result<Relay.View, Refused.Refused | Till.Denied>
  /** What was sent, and lost or not. */
  readonly sent: ReadonlyArray<Sent>
  /** The pay requests that reached the provider. */
  readonly arrived: ReadonlyArray<Provider.Request>
  readonly payments: number
  /** Where the order stands at last, as its merchant is told. */
  readonly state: Answer
}

interface Sale {
  readonly scheme: Scheme
  readonly rules?: Rules.Rules
  readonly amount?: number
  /** What becomes of the nth message, by what it is and the second at which it is sent. */
  readonly loss?: (nth: number, what: Sent, second: number) => Loss
  /** When the payer gives the password, in seconds after the scan; never, where it is undefined. */
  readonly approvesAt?: number
}

/** Sells once, over a network that loses what it is told to. */
const sell = async ({ amount = 500, approvesAt, loss = () => "none", scheme, ...sale }: Sale): Promise<Sold> => {
  const rules = sale.rules ?? Rules.strict(scheme)
  const { account, ask, enroll, payments, show, fixture } = harness(scheme)
  enroll()
  const { code } = show()
  const arrived: Array<Provider.Request> = []
  const sent: Array<Sent> = []
  const number = { merchant: "shop", order: "1" }

  const over = (what: Sent, ask: () => Answer): Effect.Effect<Answer, Till.NoAnswer> =>
    Effect.flatMap(Clock.currentTimeMillis, (millis) => {
      fixture.now = start + Math.floor(millis / 1000)
      const lost = loss(sent.push(what) - 1, what, fixture.now - start)
      const none = Effect.fail(new Till.NoAnswer({ order: "1" }))
      if (lost === "request") return none
      const answer = ask()
      return lost === "answer" ? none : Effect.succeed(answer)
    })
  const way: Till.Way = {
    pay: (request) =>
      over("pay", () => {
        arrived.push(request)
        return ask((provider) => provider.verification.pay(request))
      }),
    query: (order) => over("query", () => ask((provider) => provider.settlement.query(order))),
    reverse: (order) => over("reversal", () => ask((provider) => provider.settlement.reverse(order)))
  }
  const approval = Effect.gen(function* () {
    if (approvesAt === undefined) return
    yield* Effect.sleep(`${approvesAt} seconds`)
    fixture.now = start + approvesAt
    ask((provider) => Effect.ignore(provider.stepUp.authenticate({ ...number, account, password: Fixtures.password })))
  })
  const program = Effect.gen(function* () {
    const noticeKey = ask((provider) => provider.relay.enlist("shop"))
    const till = yield* Till.make({ rules, merchant: "shop", terminal: "till", noticeKey, way })
    const payer = yield* Effect.forkChild(approval)
    const selling = yield* Effect.forkChild(Effect.result(till.sell({ order: "1", code, amount })))
    yield* TestClock.adjust("1 hour")
    yield* Fiber.join(payer)
    return yield* Fiber.join(selling)
  })
  const view = await Effect.runPromise(Effect.provide(program, TestClock.layer()))
  return {
    view,
    sent,
    arrived,
    payments: payments().length,
    state: ask((provider) => provider.settlement.query(number))
  }
}

describe.each(Fixtures.schemes)("a till in $scheme", (scheme) => {
  const { pollEvery, pollFor } = scheme.till
  const large = scheme.limit.payment + 1
  const isTombstone = scheme.reverse.unknownOrder === "tombstone"
  const rounds = (2 * Math.max(pollFor, scheme.reverse.notBefore)) / pollEvery

  it("sends the same request until it is answered, and the payer pays once (REL-3)", async () => {
    const losses: ReadonlyArray<Loss> = ["request", "answer", "answer", "request"]
    const { arrived, payments, sent, view } = await sell({ scheme, loss: (nth) => losses[nth] ?? "none" })
    expect(view).toEqual(Result.succeed("paid"))
    expect(sent).toEqual(["pay", "pay", "pay", "pay", "pay"])
    expect(arrived).toHaveLength(3)
    expect(new Set(arrived.map((request) => JSON.stringify(request))).size).toBe(1)
    expect(payments).toBe(1)
  })

  it("settles nothing where no answer ever comes, and reverses what it cannot know (REL-6)", async () => {
    const { payments, sent, state, view } = await sell({ scheme, loss: () => "answer" })
    expect(view).toEqual(Result.succeed("reversing"))
    expect(sent).toEqual([
      ...Array.from({ length: pollFor / pollEvery }, () => "pay"),
      ...Array.from({ length: rounds - pollFor / pollEvery }, () => "reversal")
    ])
    expect([payments, state]).toEqual([1, "REVERSED"])
  })

  it("takes a refusal for an answer", async () => {
    const { sent, view } = await sell({ scheme, amount: riches + 1, loss: (nth) => (nth === 0 ? "answer" : "none") })
    expect(view).toEqual(Result.succeed("failed"))
    expect(sent).toEqual(["pay", "pay"])
  })

  it("waits for the password, and asks what became of the order", async () => {
    const { payments, sent, view } = await sell({ scheme, amount: large, approvesAt: 12 })
    expect(view).toEqual(Result.succeed("paid"))
    expect(sent).toEqual(["pay", "query", "query", "query"])
    expect(payments).toBe(1)
  })

  it("reverses an order that nobody confirms, and a late password debits nothing", async () => {
    const { payments, sent, state, view } = await sell({ scheme, amount: large, approvesAt: pollFor + 1 })
    expect(view).toEqual(Result.succeed("reversed"))
    expect(sent.filter((what) => what === "reversal")).toHaveLength(1)
    expect([payments, state]).toEqual([0, "REVERSED"])
  })

  it("knows by a reversal alone what became of a request that was lost, where the provider keeps a tombstone", async () => {
    const loss = (_: number, what: Sent): Loss => (what === "pay" ? "request" : "none")
    const { sent, state, view } = await sell({ scheme, loss })
    const reversals = sent.filter((what) => what === "reversal").length
    expect([view, state]).toEqual(
      isTombstone ? [Result.succeed("reversed"), "REVERSED"] : [Result.succeed("reversing"), "NO_SUCH_ORDER"]
    )
    // Where nothing is kept the request may still arrive: it goes on.
    expect(reversals).toBe(isTombstone ? 1 : rounds - pollFor / pollEvery)
  })

  it("sends no amount that is none (REL-2)", async () => {
    const { sent, view } = await sell({ scheme, amount: 0.5 })
    expect(view).toEqual(Result.fail(new Refused.Refused({ reason: "AMOUNT_INVALID" })))
    expect(sent).toEqual([])
  })

  it("would settle without the provider if the rules let it (REL-1)", async () => {
    const rules = Rules.without(Rules.strict(scheme), { clause: "REL-1", mutant: "offline" })
    const { payments, sent, view } = await sell({ scheme, rules })
    expect(view).toEqual(Result.succeed("paid"))
    expect([sent, payments]).toEqual([[], 0])
  })

  it(`is never wrong about an order, whatever is lost, seed ${seed}`, async () => {
    const views = new Set<string>()
    const losses = fc.array(fc.constantFrom<Loss>("none", "request", "answer", "answer"), {
      minLength: 40,
      maxLength: 40
    })
    const sales = fc.record({
      losses,
      amount: fc.constantFrom(500, large, riches + 1),
      approvesAt: fc.option(fc.integer({ min: 1, max: 2 * pollFor }), { nil: undefined })
    })
    await fc.assert(
      fc.asyncProperty(sales, async ({ amount, approvesAt, losses }) => {
        const loss = (nth: number): Loss => losses[nth] ?? "none"
        const { payments, state, view } = await sell({ scheme, amount, loss, ...(approvesAt && { approvesAt }) })
        const known = Result.getOrThrow(view)
        views.add(known)
        if (known === "paid") expect([state, payments]).toEqual(["PAID", 1])
        if (known === "reversed") expect(state).toBe("REVERSED")
        if (known === "failed") expect([isDefinite(state), payments]).toEqual([true, 0])
        expect(payments).toBeLessThan(2)
      }),
      { seed, numRuns: 40 }
    )
    expect(["failed", "paid", "reversed"].filter((view) => !views.has(view))).toEqual([])
  })
})

describe("a till that may not reverse yet", () => {
  const scheme: Scheme = {
    ...Fixtures.alipay,
    till: { pollEvery: 5, pollFor: 10 },
    reverse: { ...Fixtures.alipay.reverse, notBefore: 42 }
  }

  it("goes on asking until it may", async () => {
    const reversedAt: Array<number> = []
    const loss = (_: number, what: Sent, second: number): Loss => {
      if (what === "reversal") reversedAt.push(second)
      return what === "reversal" ? "none" : "request"
    }
    const { sent, view } = await sell({ scheme, loss })
    expect(view).toEqual(Result.succeed("reversed"))
    expect(reversedAt).toEqual([45])
    expect(sent).toEqual([...Array.from({ length: 9 }, () => "pay"), "reversal"])
  })
})

describe("a till, message by message", () => {
  /** A till that is on the same clock as its provider, with an order that was scanned. */
  const scanned = (scheme: Scheme, answers?: Partial<Till.Way>) => {
    const staged = harness(scheme)
    const { ask, enroll, show, fixture } = staged
    enroll()
    const noticeKey = ask((provider) => provider.relay.enlist("shop"))
    const way: Till.Way = {
      pay: (request) => Effect.sync(() => ask((provider) => provider.verification.pay(request))),
      query: (order) => Effect.sync(() => ask((provider) => provider.settlement.query(order))),
      reverse: (order) => Effect.sync(() => ask((provider) => provider.settlement.reverse(order))),
      ...answers
    }
    const options = { rules: Rules.strict(scheme), merchant: "shop", terminal: "till", noticeKey, way }
    const clock = Fixtures.clock(() => fixture.now * 1000)
    const till = Effect.runSync(Effect.provideService(Till.make(options), Clock.Clock, clock))
    Effect.runSync(till.scan({ order: "1", code: show().code, amount: 500 }))
    const view = () => Effect.runSync(till.order("1"))?.view
    return { ...staged, till, noticeKey, view }
  }

  it.each(Fixtures.schemes)("goes on reversing in $scheme while no node can answer for all of them", (scheme) => {
    const { ask, till, fixture, view } = scanned(scheme)
    // The answer to the request is lost.
    ask((provider) => provider.verification.pay(Effect.runSync(till.order("1"))!.request))
    fixture.now = start + scheme.reverse.notBefore - 1
    expect(Effect.runSync(till.reverse("1"))).toBe(false)
    fixture.now++
    expect(Effect.runSync(till.reverse("1"))).toBe(true)
    for (let behind = 1; behind <= scheme.clock.nodeSkew; behind++) {
      fixture.now = start + scheme.reverse.within + behind
      expect([Effect.runSync(till.sendReversal("1")), view()]).toEqual(["UNKNOWN", "reversing"])
      // While it reverses, no other answer counts.
      expect([Effect.runSync(till.query("1")), view()]).toEqual(["PAID", "reversing"])
    }
    fixture.now++
    expect([Effect.runSync(till.sendReversal("1")), view()]).toEqual(["REVERSE_EXPIRED", "late"])
    expect([Effect.runSync(till.query("1")), view()]).toEqual(["PAID", "paid"])
  })

  it("takes the reversal's answer after one that said nothing", () => {
    const answers: Array<Answer> = ["UNKNOWN", "NO_SUCH_ORDER", "REVERSED"]
    const { till, fixture, view } = scanned(Fixtures.alipay, { reverse: () => Effect.sync(() => answers.shift()!) })
    fixture.now += Fixtures.alipay.till.pollFor
    Effect.runSync(till.reverse("1"))
    const views = [1, 2, 3].map(() => {
      Effect.runSync(till.sendReversal("1"))
      return view()
    })
    expect(views).toEqual(["reversing", "reversing", "reversed"])
  })

  it("believes a notice of the provider's, for its order and amount, and no other (REL-5)", () => {
    const { ask, noticeKey, pay, till, view } = scanned(Fixtures.alipay)
    const said = { merchant: "shop", order: "1", amount: 500 }
    const signed = (notice: typeof said, key = noticeKey): Provider.Notice => ({
      ...notice,
      tag: Provider.tagOf(key, notice)
    })
    const hear = (notice: Provider.Notice) => Effect.runSync(till.notified(notice))
    const theirs = ask((provider) => provider.relay.enlist("other shop"))
    expect(hear({ ...said, tag: "" })).toBe("asked")
    expect(hear(signed(said, theirs))).toBe("asked")
    expect(hear({ ...signed(said), amount: 501 })).toBe("asked")
    expect(hear(signed({ ...said, amount: 501 }))).toBe("asked")
    expect(hear(signed({ ...said, merchant: "other shop" }))).toBeUndefined()
    expect(hear(signed({ ...said, order: "2" }))).toBeUndefined()
    expect(view()).toBe("asked")
    expect(pay("1", Effect.runSync(till.order("1"))!.request.code, 500)).toBe("PAID")
    expect(hear(ask((provider) => provider.relay.notice(said))!)).toBe("paid")
  })

  it("knows of no order that it did not scan", () => {
    const { till } = scanned(Fixtures.alipay)
    expect(Effect.runSync(till.order("2"))).toBeUndefined()
    expect(() => Effect.runSync(till.pay("2"))).toThrow("order: expected one that was scanned, found 2")
    expect(new Till.NoAnswer({ order: "2" }).message).toBe("order 2: expected an answer of the provider, found none")
  })
})
