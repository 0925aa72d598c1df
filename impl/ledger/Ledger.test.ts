/**
 * What every ledger keeps to, whatever database it is in: whose an order is, all or nothing, one after the other however
 * many ask at once, and still there after its process has gone.
 */
import { mkdtempSync, renameSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Change, TokenSource as Positions, StepUp, Verification } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Challenge, Pin, TokenSource } from "../credentials/Credentials.ts"
import * as Provider from "../provider/Provider.ts"
import { Messages } from "../provider/Provider.ts"
import * as Cluster from "../testing/Cluster.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Hanging from "../testing/Hanging.ts"
import { type Body, type Connection, Database, Unavailable } from "./Database.ts"
import * as Ledger from "./Ledger.ts"
import * as Postgres from "./postgres/Postgres.ts"
import * as Sqlite from "./Sqlite.ts"
import * as Tables from "./Tables.ts"

const scope = Scope.makeUnsafe()
let folder: string
let cluster: Cluster.Cluster
let files = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "paycode-ledger-"))
  cluster = await Effect.runPromise(Effect.provideService(Cluster.make, Scope.Scope, scope))
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true, force: true })
})

/** Where a ledger can be: `fresh` makes a new, empty place, and a layer that opens it, as often as it is built. */
const places = [
  { place: "memory", fresh: async () => Sqlite.layerMemory },
  { place: "a file", fresh: async () => Sqlite.layer({ file: join(folder, `${files++}.db`) }) },
  {
    place: "PostgreSQL",
    fresh: async () => patient(await Effect.runPromise(cluster.database))
  }
] as const

/** A ledger of PostgreSQL that waits for as long as a machine takes that has much else to do. */
const patient = (url: Redacted.Redacted<string>) => Postgres.layer({ url, patience: Duration.seconds(30) })

const lasting = places.filter(({ place }) => place !== "memory")

type Requested<A> = (ledger: Ledger.Ledger) => Effect.Effect<A, Unavailable>

/** Opens a ledger, asks it, and closes it. */
const on = <A>(database: Layer.Layer<Database, Unavailable>, requested: Requested<A>): Promise<A> =>
  Effect.runPromise(Effect.provide(Ledger.use(requested), Layer.provide(Ledger.layer, database)))

const reversal: Change.Change = { ...Change.nothing("REVERSED"), status: "reversed" }
/** What a reversal at an instant does, whatever is recorded. */
const reversing = (now: number): Ledger.Changing => ({ now, today: 0, decide: () => reversal })
const verifier = Redacted.make("scrypt 2 00 00")
const key = (byte: number) => Redacted.make(new Uint8Array(32).fill(byte))
const everyone = { concurrency: "unbounded" } as const

const fibers = 100
const start = 1_700_000_000
const riches = 100_000_000

/** Runs something with a provider on a ledger, whose clock stands still. */
const provided = <A, E>(
  scheme: Scheme,
  ledger: Layer.Layer<Ledger.Services, Unavailable>,
  program: Effect.Effect<A, E, Provider.Services | Ledger.Services>
): Promise<A> => {
  const random = Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness("race"))
  const clock = Layer.succeed(
    Clock.Clock,
    Fixtures.clock(() => start * 1000)
  )
  // It stands still for the provider alone: whoever waits for a database does so by a clock that runs.
  const provider = Layer.provide(Provider.layer(Rules.strict(scheme), { passwordCost: 2 }), clock)
  return Effect.runPromise(Effect.provide(program, provider.pipe(Layer.provideMerge(ledger), Layer.provide(random))))
}

/** A ledger that decides on facts it gathered a moment before it writes. */
const racing = (ledger: Layer.Layer<Ledger.Services, Unavailable>) =>
  Ledger.wrapped(ledger, ({ payments }) => ({
    payments: {
      ...payments,
      settle: Effect.fnUntraced(function* (query: Ledger.Query, deciding: Ledger.Deciding) {
        let stale: Verification.Facts | undefined
        const undecided = Verification.answered("DECLINED")
        yield* payments.settle(query, {
          ...deciding,
          decide: (facts) => {
            stale = facts
            return undecided
          }
        })
        yield* Effect.yieldNow
        return yield* payments.settle(query, { ...deciding, decide: () => deciding.decide(stale!) })
      })
    }
  }))

/** What so many fibers are answered, each of which sends a request of its own; and what moved. */
const race = async (
  scheme: Scheme,
  request: (
    fiber: number,
    code: (place: number) => string
  ) => Omit<Provider.Request, "merchant" | "terminal"> & {
    readonly terminal?: string
  },
  ledger: Layer.Layer<Ledger.Services, Unavailable>
) => {
  const program = Effect.gen(function* () {
    const provider = yield* Provider.provider
    const books = yield* Ledger.ledger
    const { account, phone } = yield* Fixtures.member(riches)
    const codeOf = TokenSource.make(scheme.code, yield* provider.enrollment.enroll(phone))
    const code = (place: number): string =>
      codeOf(Positions.hasSteps(scheme) ? Time.stepAt(scheme, start) - scheme.window!.past + place : place)
    const send = (_: unknown, fiber: number) =>
      Effect.andThen(
        Effect.yieldNow,
        provider.verification.pay({ merchant: "shop", terminal: "till", ...request(fiber, code) })
      )
    const answers = yield* Effect.forEach(Array.from({ length: fibers }), send, { concurrency: "unbounded" })
    const movements = yield* books.payments.movements(account)
    const { balance } = yield* books.accounts.account(account)
    return { answers, movements, taken: riches - balance }
  })
  return provided(scheme, ledger, program)
}

describe.each(places)("the orders of a ledger in $place", ({ fresh }) => {
  it("keeps an order as its merchant's, however merchant and number are spelt", async () => {
    // PostgreSQL keeps every text but one with a zero in it or with half a letter, which nobody can send either.
    const printable = fc.string({ unit: "grapheme", maxLength: 20 })
    const texts = fc.oneof(
      printable,
      fc.string({ unit: fc.constantFrom(" ", ",", '"', "'", "?", "$1", "[", "\\", "a"), maxLength: 4 })
    )
    const numbers = fc.uniqueArray(fc.record({ merchant: texts, order: texts }), {
      minLength: 2,
      maxLength: 30,
      selector: ({ merchant, order }) => `${merchant.length} ${merchant}${order}`
    })
    const database = await fresh()
    const rounds = fc.sample(numbers, { seed: 1, numRuns: 30 })
    await on(database, (ledger) =>
      Effect.forEach(rounds, ([last, ...others], round) =>
        Effect.gen(function* () {
          const own = ({ merchant, order }: Ledger.OrderNumber) => ({ merchant: `${round}${merchant}`, order })
          for (const number of others) yield* ledger.payments.change(own(number), reversing(1))
          expect(yield* ledger.orders.order(own(last!))).toBeUndefined()
          for (const number of others) {
            expect(yield* ledger.orders.order(own(number))).toMatchObject({ ...own(number), status: "reversed" })
          }
        })
      )
    )
  })

  it("keeps an order that a reversal came before as of the first reversal", async () => {
    const number = { merchant: "shop", order: "1" }
    const row = await on(await fresh(), (ledger) =>
      Effect.gen(function* () {
        yield* ledger.payments.change(number, reversing(5))
        yield* ledger.payments.change(number, reversing(9))
        return yield* ledger.orders.order(number)
      })
    )
    expect(row).toMatchObject({ status: "reversed", amount: undefined, at: 5 })
  })
})

describe.each(places)("a transaction of a ledger in $place", ({ fresh }) => {
  it("keeps whole numbers whole, and secrets to the byte", async () => {
    const most = Number.MAX_SAFE_INTEGER
    const bytes = Redacted.make(Uint8Array.from({ length: 256 }, (_, byte) => byte))
    const found = await on(await fresh(), (ledger) =>
      Effect.gen(function* () {
        const account = yield* ledger.accounts.open({ balance: most, password: verifier })
        yield* ledger.keys.keep("a", bytes)
        const kept = yield* ledger.keys.keyOf("a")
        return {
          balance: (yield* ledger.accounts.account(account)).balance,
          kept: kept && [...Redacted.value(kept)],
          another: yield* ledger.keys.keyOf("b"),
          password: Redacted.value((yield* ledger.accounts.passwordOf(account))!),
          nobody: yield* ledger.accounts.passwordOf(account + 1)
        }
      })
    )
    expect(found).toEqual({
      balance: most,
      kept: [...Redacted.value(bytes)],
      another: undefined,
      password: Redacted.value(verifier),
      nobody: undefined
    })
  })

  it("does all or nothing: a decision that comes to no end leaves no trace, and undoes nobody else's", async () => {
    const found = await on(await fresh(), (ledger) =>
      Effect.gen(function* () {
        const numbers = Array.from({ length: 20 }, (_, index) => ({ merchant: "shop", order: String(index) }))
        const exits = yield* Effect.forEach(
          numbers,
          (number, index) =>
            Effect.exit(
              ledger.payments.change(number, {
                ...reversing(index),
                decide: () => {
                  if (index % 3 === 0) throw new Error("a decision that fails")
                  return reversal
                }
              })
            ),
          everyone
        )
        const rows = yield* Effect.forEach(numbers, ledger.orders.order)
        return exits.map((exit, index) => [Exit.isSuccess(exit), rows[index] !== undefined])
      })
    )
    expect(found).toEqual(found.map((_, index) => (index % 3 === 0 ? [false, false] : [true, true])))
  })
})

describe.each(places)("what a ledger in $place gives out", ({ fresh }) => {
  it("numbers accounts and phones from 0 on, however many are opened at once", async () => {
    const [accounts, phones] = await on(await fresh(), (ledger) =>
      Effect.gen(function* () {
        const opened = yield* Effect.forEach(
          Array.from({ length: 24 }),
          () => ledger.accounts.open({ balance: 0, password: verifier }),
          everyone
        )
        const registered = yield* Effect.forEach(opened, ledger.credentials.register, everyone)
        return [opened, registered] as const
      })
    )
    const counted = Array.from({ length: 24 }, (_, index) => index)
    expect([...accounts].sort((a, b) => a - b)).toEqual(counted)
    expect([...phones].sort((a, b) => a - b)).toEqual(counted)
  })

  it("gives an alias, a nonce and a key once, however many ask at once", async () => {
    const found = await on(await fresh(), (ledger) =>
      Effect.gen(function* () {
        const many = Array.from({ length: 24 }, (_, index) => index)
        const accounts = yield* Effect.forEach(many, () => ledger.accounts.open({ balance: 0, password: verifier }))
        const claims = yield* Effect.forEach(
          accounts,
          (account) => ledger.accounts.claim(account, "1234567890"),
          everyone
        )
        const nonces = yield* Effect.forEach(many, () => ledger.keys.once("shop", "nonce", 10), everyone)
        const elsewhere = yield* ledger.keys.once("another", "nonce", 10)
        const keys = yield* Effect.forEach(many, (byte) => ledger.keys.keep("shop", key(byte)), everyone)
        yield* ledger.keys.tidy(11, 0)
        return {
          claims: claims.filter(Boolean).length,
          owner: (yield* ledger.credentials.named("1234567890")).account === claims.indexOf(true),
          nonces: nonces.filter(Boolean).length,
          elsewhere,
          keys: new Set(keys.map((kept) => kept && Redacted.value(kept)[0])).size,
          forgotten: yield* ledger.keys.once("shop", "nonce", 20)
        }
      })
    )
    expect(found).toEqual({ claims: 1, owner: true, nonces: 1, elsewhere: true, keys: 1, forgotten: true })
  })

  it("remembers the wrong answers of a day for a week, whatever day a node may be on (STP-7)", async () => {
    const found = await on(await fresh(), ({ accounts, keys }) =>
      Effect.gen(function* () {
        const account = yield* accounts.open({ balance: 0, password: verifier })
        const before = accounts.countPassword(account, 5, () => true)
        yield* before
        // The node that is ahead is seven days on.
        yield* keys.tidy(0, 12)
        const remembered = yield* before
        yield* keys.tidy(0, 13)
        return [remembered, yield* before]
      })
    )
    expect(found).toEqual([1, 0])
  })

  it("what was never opened or registered is a defect that says so", async () => {
    const found = await on(await fresh(), (ledger) =>
      Effect.forEach(
        [
          ledger.accounts.account(7),
          ledger.credentials.register(7),
          ledger.accounts.agree(7, "live", undefined),
          ledger.accounts.claim(7, "1"),
          ledger.credentials.phone(7)
        ] as const,
        (requested: Effect.Effect<unknown, Unavailable>) => Effect.exit(Effect.asVoid(requested))
      )
    )
    for (const exit of found) expect(String(exit)).toMatch(/expected one that was (opened|registered), found 7/)
  })
})

describe.each(places)("many at once on a ledger in $place", ({ fresh }) => {
  const ledger = async () => Layer.provide(Ledger.layer, await fresh())

  it.each(Fixtures.schemes)("the same code, under as many orders, in $scheme: one payment (VER-8)", async (scheme) => {
    const request = (fiber: number, code: (place: number) => string) => ({
      order: String(fiber),
      code: code(3),
      amount: 1
    })
    const { answers, movements, taken } = await race(scheme, request, await ledger())
    expect(answers.filter((answer) => answer === "PAID")).toHaveLength(1)
    expect(answers.filter((answer) => answer === "CODE_USED")).toHaveLength(fibers - 1)
    expect([movements.length, taken]).toEqual([1, 1])
    expect((await race(scheme, request, racing(await ledger()))).movements.length).toBeGreaterThan(1)
  })

  it.each(Fixtures.schemes)("the same order, in $scheme: one payment, and all are told so (VER-1)", async (scheme) => {
    const request = (_: number, code: (place: number) => string) => ({ order: "one", code: code(3), amount: 1 })
    const { answers, movements } = await race(scheme, request, await ledger())
    expect(new Set(answers)).toEqual(new Set(["PAID"]))
    expect(movements).toHaveLength(1)
    expect((await race(scheme, request, racing(await ledger()))).movements.length).toBeGreaterThan(1)
  })

  it("a code each: never more without the password than the day's sum (VER-13)", async () => {
    const { daySum, payment } = Fixtures.alipay.limit
    const request = (fiber: number, code: (place: number) => string) => ({
      order: String(fiber),
      code: code(fiber % 5),
      amount: payment
    })
    const { answers, taken } = await race(Fixtures.alipay, request, await ledger())
    expect(taken).toBe(daySum)
    expect(answers.filter((answer) => answer === "OPEN")).toHaveLength(3)
    expect((await race(Fixtures.alipay, request, racing(await ledger()))).taken).toBeGreaterThan(daySum!)
  })

  it("a code each: never more of them without the password than the day's count (VER-23)", async () => {
    const request = (fiber: number, code: (place: number) => string) => ({
      order: String(fiber),
      code: code(fiber % 50),
      amount: 1
    })
    const { movements } = await race(Fixtures.wechat, request, await ledger())
    expect(movements).toHaveLength(Fixtures.wechat.limit.dayCount!)
    expect((await race(Fixtures.wechat, request, racing(await ledger()))).movements.length).toBeGreaterThan(
      Fixtures.wechat.limit.dayCount!
    )
  })
})

describe.each(places)("wrong codes at once from one terminal of a ledger in $place", ({ fresh }) => {
  it("are decided so many a day and no more, however many come together (VER-29)", async () => {
    const perTerminalDay = 5
    const scheme = { ...Fixtures.alipay, throttle: { ...Fixtures.alipay.throttle, perTerminalDay } }
    const request = (fiber: number) => ({ order: String(fiber), code: "nobody's", amount: 1 })
    const { answers } = await race(scheme, request, Layer.provide(Ledger.layer, await fresh()))
    expect(answers.filter((answer) => answer === "CODE_INVALID")).toHaveLength(perTerminalDay)
    expect(answers.filter((answer) => answer === "THROTTLED")).toHaveLength(fibers - perTerminalDay)
  })
})

describe.each(places)("wrong codes at once from many terminals of one merchant of a ledger in $place", ({ fresh }) => {
  it("are decided so many a day and no more, however many come together (VER-29)", async () => {
    const scheme = { ...Fixtures.alipay, throttle: { perTerminalDay: 5, perMerchantDay: 5 } }
    const request = (fiber: number) => ({ order: `${fiber}`, terminal: `${fiber}`, code: "nobody's", amount: 1 })
    const { answers } = await race(scheme, request, Layer.provide(Ledger.layer, await fresh()))
    expect(answers.filter((answer) => answer === "CODE_INVALID")).toHaveLength(5)
    expect(answers.filter((answer) => answer === "THROTTLED")).toHaveLength(fibers - 5)
  })

  it("so are those under one alias, which nobody has", async () => {
    const scheme = { ...Fixtures.alipay, throttle: { perTerminalDay: 1000, perAliasDay: 5 } }
    const code = `28${"0".repeat(16)}`
    const request = (fiber: number) => ({ order: `${fiber}`, terminal: `${fiber}`, code, amount: 1 })
    const { answers } = await race(scheme, request, Layer.provide(Ledger.layer, await fresh()))
    expect(answers.filter((answer) => answer === "CODE_INVALID")).toHaveLength(5)
  })
})

describe.each(places)("the notices of a ledger in $place", ({ fresh }) => {
  it("hands each notice to one of many who deliver, and again when it was not taken", async () => {
    const database = await fresh()
    const scheme = Fixtures.alipay
    const program = Effect.gen(function* () {
      const ledger = yield* Ledger.ledger
      const provider = yield* Provider.provider
      const { phone } = yield* Fixtures.member(riches)
      const codeOf = TokenSource.make(scheme.code, yield* provider.enrollment.enroll(phone))
      yield* ledger.merchants.subscribe("shop", "https://shop.example/notices")
      const code = codeOf(Time.stepAt(scheme, start))
      expect(
        yield* provider.verification.pay({ merchant: "shop", terminal: "till", order: "1", code, amount: 5 })
      ).toBe("PAID")
      const later = codeOf(Time.stepAt(scheme, start) - 1)
      const silent = { merchant: "silent", terminal: "till", order: "1", code: later, amount: 5 }
      expect(yield* provider.verification.pay(silent)).toBe("PAID")
      const lease = (at: number) => ledger.merchants.lease("shop", at, at + 30, 10)
      expect(yield* ledger.merchants.waiting(start - 1)).toEqual([])
      expect(yield* ledger.merchants.waiting(start)).toEqual([
        { merchant: "shop", url: "https://shop.example/notices" }
      ])
      expect(yield* lease(start - 1)).toEqual([])
      const handed = yield* Effect.forEach(Array.from({ length: 8 }), () => lease(start), everyone)
      const number = { merchant: "shop", order: "1" }
      expect(handed.flat()).toEqual([{ ...number, amount: 5, attempts: 0 }])
      expect(yield* ledger.merchants.waiting(start + 29)).toEqual([])
      expect(yield* lease(start + 29)).toEqual([])
      yield* ledger.merchants.postpone(number, start + 100)
      expect(yield* lease(start + 99)).toEqual([])
      expect(yield* lease(start + 100)).toMatchObject([{ ...number, attempts: 1 }])
      expect(yield* ledger.merchants.pending).toBe(1)
      yield* ledger.merchants.noticed(number)
      expect(yield* ledger.merchants.pending).toBe(0)
    })
    await provided(scheme, Layer.provide(Ledger.layer, database), program)
  })
})

describe.each(places)("the terminals of a merchant in a ledger in $place", ({ fresh }) => {
  it("are as many as it may have, however many are enlisted at once, and each is the merchant's own", async () => {
    const database = await fresh()
    const program = Effect.gen(function* () {
      const { merchants } = yield* Ledger.ledger
      const names = Array.from({ length: 8 }, (_, nth) => `till ${nth}`)
      const enlist = (terminal: string) => merchants.enlistTerminal("shop", terminal, 5)
      expect((yield* Effect.forEach(names, enlist, everyone)).filter((came) => came)).toHaveLength(5)
      const has = yield* Effect.forEach(names, (terminal) => merchants.hasTerminal("shop", terminal))
      expect(has.filter((found) => found)).toHaveLength(5)
      // One that is there stays, and another merchant has none of them.
      expect(yield* enlist(names[has.indexOf(true)]!)).toBe(true)
      expect(yield* merchants.hasTerminal("other", names[has.indexOf(true)]!)).toBe(false)
      expect(yield* merchants.enlistTerminal("other", "till", 5)).toBe(true)
    })
    await Effect.runPromise(Effect.provide(program, Layer.provide(Ledger.layer, database)))
  })
})

describe.each(places)("notices that wait in a ledger in $place", ({ fresh }) => {
  /** Merchants whose notices wait: of each so many orders, the first of them given at an instant and each a second later. */
  const having = (merchants: ReadonlyArray<readonly [merchant: string, url: string | undefined, orders: number]>) =>
    Effect.flatMap(Database, ({ transaction }) =>
      transaction(({ query }) =>
        Effect.gen(function* () {
          for (const [merchant, url, orders] of merchants) {
            if (url !== undefined) yield* query("INSERT INTO subscription (merchant, url) VALUES (?, ?)", merchant, url)
            for (let nth = 0; nth < orders; nth++) {
              yield* query(
                "INSERT INTO notice (merchant, number, amount, due, attempts, given) VALUES (?, ?, 1, ?, 0, ?)",
                merchant,
                `o${nth}`,
                start + nth,
                start + nth
              )
            }
          }
        })
      )
    )

  const within = async <A>(
    work: (merchants: Ledger.Ledger["merchants"]) => Effect.Effect<A, Unavailable, Database>
  ): Promise<A> => {
    const database = await fresh()
    const program = Effect.flatMap(Ledger.ledger, ({ merchants }) => work(merchants))
    return Effect.runPromise(Effect.provide(program, Layer.provideMerge(Ledger.layer, database)))
  }

  it("are found by their merchants, whoever else waits, and earliest first", () =>
    within((merchants) =>
      Effect.gen(function* () {
        yield* having([
          ["b", "http://b", 40],
          ["a", "http://a", 1],
          ["nowhere", undefined, 3],
          ["c", "http://a", 2],
          ["none", "http://none", 0]
        ])
        const all = yield* merchants.waiting(start + 60)
        expect(all.toSorted((one, other) => (one.merchant < other.merchant ? -1 : 1))).toEqual([
          { merchant: "a", url: "http://a" },
          { merchant: "b", url: "http://b" },
          { merchant: "c", url: "http://a" }
        ])
        const orders = (due: ReadonlyArray<Ledger.DueNotice>) => due.map(({ order }) => order).toSorted()
        expect(orders(yield* merchants.lease("b", start + 60, start + 90, 3))).toEqual(["o0", "o1", "o2"])
        expect(orders(yield* merchants.lease("b", start + 60, start + 90, 2))).toEqual(["o3", "o4"])
        expect(yield* merchants.lease("b", start + 4, start + 90, 2)).toEqual([])
        yield* merchants.lease("a", start + 60, start + 90, 9)
        expect((yield* merchants.waiting(start + 60)).map(({ merchant }) => merchant).toSorted()).toEqual(["b", "c"])
      })
    ))

  it("are given up once, stay in the ledger, and are not due again", () =>
    within((merchants) =>
      Effect.gen(function* () {
        yield* having([
          ["b", "http://b", 4],
          ["nowhere", undefined, 1]
        ])
        const expire = (most: number) => merchants.expire(start + 2, start + 50, most)
        const given = [...(yield* expire(2)), ...(yield* expire(2)), ...(yield* expire(2))]
        expect(given.map(({ merchant, order }) => `${merchant} ${order}`).toSorted()).toEqual([
          "b o0",
          "b o1",
          "nowhere o0"
        ])
        expect(yield* merchants.pending).toBe(2)
        const due = yield* merchants.lease("b", start + 1e6, start + 2e6, 9)
        expect(due.map(({ order }) => order).toSorted()).toEqual(["o2", "o3"])
        const { read } = yield* Database
        expect(yield* read("SELECT number, expired FROM notice WHERE merchant = 'b' ORDER BY number")).toEqual([
          { number: "o0", expired: start + 50 },
          { number: "o1", expired: start + 50 },
          { number: "o2", expired: null },
          { number: "o3", expired: null }
        ])
      })
    ))
})

describe.each(places)("the notice of an order that waited, on a ledger in $place", ({ fresh }) => {
  it("says what was debited, and is due from when its owner approved it", async () => {
    const scheme = Fixtures.alipay
    const rules = Rules.strict(scheme)
    const amount = scheme.limit.payment + 1
    const number = { merchant: "shop", order: "1" }
    const program = Effect.gen(function* () {
      const ledger = yield* Ledger.ledger
      const provider = yield* Provider.provider
      const { phone } = yield* Fixtures.member(riches)
      const codeOf = TokenSource.make(scheme.code, yield* provider.enrollment.enroll(phone))
      yield* ledger.merchants.subscribe("shop", "https://shop.example/notices")
      const code = codeOf(Time.stepAt(scheme, start))
      expect(yield* provider.verification.pay({ ...number, terminal: "till", code, amount })).toBe("OPEN")
      expect(yield* ledger.merchants.pending).toBe(0)
      const now = start + 7
      const approval: Ledger.Changing = {
        now,
        today: Time.dayAt(scheme, now),
        decide: (record) => StepUp.authenticate(rules, record, { isForOrder: true, wrong: 0 })
      }
      expect((yield* ledger.payments.change(number, approval)).answer).toBe("PAID")
      expect(yield* ledger.merchants.lease("shop", now - 1, now + 30, 10)).toEqual([])
      expect(yield* ledger.merchants.lease("shop", now, now + 30, 10)).toMatchObject([{ ...number, amount }])
    })
    await provided(scheme, Layer.provide(Ledger.layer, await fresh()), program)
  })
})

describe.each(lasting)("a ledger in $place", ({ fresh }) => {
  it("is there again for whoever opens it next", async () => {
    const database = await fresh()
    await on(database, (ledger) => ledger.payments.change({ merchant: "shop", order: "1" }, reversing(5)))
    expect(await on(database, (ledger) => ledger.orders.order({ merchant: "shop", order: "1" }))).toMatchObject({
      at: 5
    })
  })

  it("keeps names of merchants, telephones and PINs of accounts, and which challenges were sent", async () => {
    const database = await fresh()
    const rules = Rules.strict(Fixtures.smsOcra)
    const sent: Array<string> = []
    const gateway: Messages.Gateway = { send: ({ text }) => Effect.sync(() => sent.push(text)) }
    const layer = Layer.provideMerge(
      Provider.layer(rules, { passwordCost: 2 }),
      Layer.provide(Ledger.layer, database)
    ).pipe(
      Layer.provide(Layer.succeed(Messages.Messages, gateway)),
      Layer.provide(Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness("kept")))
    )
    const opened = Effect.gen(function* () {
      const provider = yield* Provider.provider
      const { account, phone } = yield* Fixtures.member(10_000_000, {
        telephone: Fixtures.telephone(1),
        pin: Fixtures.pin
      })
      yield* provider.relay.enlist("shop", "Corner Shop")
      const issued = yield* provider.enrollment.enroll(phone)
      yield* provider.enrollment.confirm(phone, issued.number)
      const step = Time.stepAt(Fixtures.smsOcra, Math.floor(Date.now() / 1000))
      const code = TokenSource.make(Fixtures.smsOcra.code, issued)(step)
      const order = { merchant: "shop", order: "1" }
      const amount = Fixtures.smsOcra.limit.payment + 1
      expect(yield* provider.verification.pay({ ...order, terminal: "till", code, amount })).toBe("OPEN")
      return { account, phone, order }
    })
    const { account, order, phone } = await Effect.runPromise(Effect.provide(opened, layer))
    expect(sent).toHaveLength(1)
    const nonce = Result.getOrThrow(Challenge.read(sent[0]!)).nonce
    await on(database, (ledger) =>
      Effect.gen(function* () {
        expect(yield* ledger.merchants.nameOf("shop")).toBe("Corner Shop")
        expect(yield* ledger.merchants.entitle("other", "Corner Shop")).toBe(false)
        expect(yield* ledger.accounts.accountAt(Fixtures.telephone(1))).toBe(account)
        expect(yield* ledger.accounts.telephoneOf(account)).toBe(Fixtures.telephone(1))
        expect(Redacted.value((yield* ledger.accounts.pinOf(phone))!)).toEqual(Redacted.value(Pin.hash(Fixtures.pin)))
        const challenge = yield* ledger.orders.challengeWith(nonce)
        expect(challenge).toEqual({ ...order, nonce, credential: 0, isSent: true })
        expect(yield* ledger.orders.challengeOf(order)).toEqual(challenge)
        expect(yield* ledger.orders.unsent(10)).toEqual([])
      })
    )
  })
})

describe.each(places)("what is presented as a code in $place", ({ fresh }) => {
  const presented = [
    "\0",
    "28\u00001234567890123456",
    "\ud800",
    "\udc00\ud800",
    "\u0001",
    '\u0001"a"',
    "\u202e281234",
    "٢٨١٢٣٤",
    "付款码",
    "\u{10ffff}",
    "\u001b[2J",
    "9".repeat(64),
    "\0".repeat(64),
    ""
  ]

  it("is refused whatever text it is, every time alike, and told from any other", async () => {
    const request = (code: string, order: number) => ({
      merchant: "shop",
      terminal: "t",
      order: `${order}`,
      code,
      amount: 1
    })
    const program = Provider.use(({ verification }) =>
      Effect.gen(function* () {
        for (const [order, code] of presented.entries()) {
          const again = [code, code, presented[(order + 1) % presented.length]!]
          const answers = yield* Effect.forEach(again, (each) => verification.pay(request(each, order)))
          expect(answers, JSON.stringify(code)).toEqual(["CODE_INVALID", "CODE_INVALID", "CODE_CHANGED"])
          expect((yield* Ledger.use(({ orders }) => orders.order({ merchant: "shop", order: `${order}` })))?.code).toBe(
            code
          )
        }
      })
    )
    await provided(Fixtures.wechat, Layer.provide(Ledger.layer, await fresh()), program)
  })

  it("is the only text that may hold anything: another is a defect in every database, and not an outage", async () => {
    const exit = await Effect.runPromiseExit(
      Effect.provide(
        Ledger.use(({ merchants }) => merchants.nameOf("a\0b")),
        Layer.provide(Ledger.layer, await fresh())
      )
    )
    expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({
      message: "text: expected Unicode without NUL, as every database keeps it, found another"
    })
  })
})

/** What takes each version of the tables back to the one before, from the last on. */
const undoing: Readonly<Record<number, ReadonlyArray<string>>> = {
  10: ["DROP TABLE payout"],
  9: ["DROP TABLE terminal", "DROP INDEX refund_number", "ALTER TABLE refund DROP COLUMN amount"],
  8: [
    "DROP INDEX notice_given",
    "DROP INDEX notice_due",
    "CREATE INDEX notice_due ON notice (due)",
    "ALTER TABLE notice DROP COLUMN expired",
    "ALTER TABLE notice DROP COLUMN given"
  ],
  7: ["CREATE TABLE secret_key AS SELECT name, bytes FROM signing_key WHERE number = 0", "DROP TABLE signing_key"],
  6: ["ALTER TABLE credential DROP COLUMN suspended", "DROP TABLE epoch"],
  5: ["DROP INDEX merchant_skeleton", "ALTER TABLE merchant DROP COLUMN skeleton"],
  4: ["ALTER TABLE phone DROP COLUMN revoked"],
  3: ["DROP TABLE scheme"]
}

/** Takes the tables of a ledger back to an earlier version. */
const undone = Effect.fnUntraced(function* (query: Connection["query"], to: number) {
  for (let version = Tables.version; version > to; version--) {
    for (const statement of undoing[version]!) yield* query(statement)
  }
  yield* query("DELETE FROM migration WHERE version > ?", to)
})

describe.each(lasting)("the tables of a ledger in $place", ({ fresh, place }) => {
  it("are not brought up to date while somebody else has them open, and are as soon as nobody has", async () => {
    const database = await fresh()
    // A provider of an earlier version: it goes on while another starts.
    const scope = Scope.makeUnsafe()
    const earlier = await Effect.runPromise(Layer.buildWithScope(Layer.fresh(database), scope))
    const { read, transaction } = Context.get(earlier, Database)
    await Effect.runPromise(transaction(({ query }) => undone(query, 2)))
    const columns = () => Effect.runPromise(Effect.exit(read("SELECT number FROM scheme")))
    const refused = await Effect.runPromise(
      Effect.flip(Effect.provide(Database.use(Effect.succeed), Layer.fresh(database)))
    )
    expect(refused.because).toMatch(
      /^tables of version 2 that somebody else has open, .* start one of version \d+ first$/
    )
    expect(Exit.isFailure(await columns())).toBe(true)
    await Effect.runPromise(transaction(({ query }) => query("INSERT INTO alias (alias, account) VALUES ('1', 0)")))
    await Effect.runPromise(Scope.close(scope, Exit.void))
    const versions = await Effect.runPromise(
      Effect.provide(
        Database.use((opened) => opened.read("SELECT MAX(version) AS version FROM migration")),
        Layer.fresh(database)
      )
    )
    expect(versions).toEqual([{ version: Tables.version }])
  })

  it("are opened by several at once where they are up to date", async () => {
    const database = await fresh()
    const both = Effect.all([Layer.build(Layer.fresh(database)), Layer.build(Layer.fresh(database))])
    expect(await Effect.runPromise(Effect.scoped(both))).toHaveLength(2)
  })

  it("refuses tables that a later program wrote, and leaves them as they are", async () => {
    const database = await fresh()
    await on(database, (ledger) => ledger.payments.change({ merchant: "shop", order: "1" }, reversing(5)))
    const rewrite = (from: number, to: number) =>
      Effect.provide(
        Database.use(({ transaction }) =>
          transaction(({ query }) => query("UPDATE migration SET version = ? WHERE version = ?", to, from))
        ),
        database
      )
    await Effect.runPromise(rewrite(Tables.version, Tables.version + 1))
    const refused = await Effect.runPromise(
      Effect.flip(Effect.provide(Ledger.use(Effect.succeed), Layer.provide(Ledger.layer, database)))
    )
    expect(refused.message).toBe(
      `database: expected one that answers, found tables of version ${Tables.version + 1}, which a later program wrote: ` +
        `this one knows up to ${Tables.version}`
    )
    expect(place).not.toBe("memory")
  })

  it("brings those of an earlier version up to date: phones of which all that was not replaced was revoked are (ENR-13)", async () => {
    const database = await fresh()
    const asked = <A>(body: Body<A>) =>
      Effect.runPromise(
        Effect.provide(
          Database.use(({ transaction }) => transaction(body)),
          database
        )
      )
    const standings = [["ended", "live"], ["ended", "revoked"], ["revoked", "live"], []]
    await asked(({ query }) =>
      Effect.gen(function* () {
        yield* undone(query, 3)
        for (const [phone, statuses] of standings.entries()) {
          yield* query("INSERT INTO phone (number, account, authenticated) VALUES (?, 0, 1)", phone)
          for (const [nth, status] of statuses.entries()) {
            yield* query(
              "INSERT INTO credential (number, phone, status, prefix, alias, secret, issued_at) VALUES (?, ?, ?, '', '', '', 0)",
              phone * 10 + nth,
              phone,
              status
            )
          }
        }
      })
    )
    expect(
      await on(database, ({ credentials }) =>
        Effect.forEach([...standings.keys(), 99], (phone) => credentials.isRevoked(phone))
      )
    ).toEqual([false, true, false, false, false])
  })

  it("brings those of version 8 up to date: no terminal is enlisted, and each can be", async () => {
    const database = await fresh()
    const program = Effect.gen(function* () {
      const { transaction } = yield* Database
      yield* transaction(({ query }) => undone(query, 8))
      yield* Tables.migrate(yield* Database, Effect.succeed(true))
      const { merchants } = yield* Ledger.ledger
      expect(yield* merchants.hasTerminal("shop", "till")).toBe(false)
      expect(yield* merchants.enlistTerminal("shop", "till", 1)).toBe(true)
      expect(yield* merchants.hasTerminal("shop", "till")).toBe(true)
    })
    await Effect.runPromise(Effect.provide(program, Layer.provideMerge(Ledger.layer, database)))
  })

  it("brings those of an earlier version up to date: a notice is as old as its order", async () => {
    const database = await fresh()
    await on(database, (ledger) => ledger.payments.change({ merchant: "shop", order: "1" }, reversing(5)))
    const asked = <A>(body: Body<A>) =>
      Effect.runPromise(
        Effect.provide(
          Database.use(({ transaction }) => transaction(body)),
          database
        )
      )
    const insert = "INSERT INTO notice (merchant, number, amount, due, attempts) VALUES ('shop', ?, 1, 90, 2)"
    await asked(({ query }) =>
      Effect.andThen(undone(query, 6), Effect.andThen(query(insert, "1"), query(insert, "without one")))
    )
    const expired = await on(database, ({ merchants }) => merchants.expire(90, 100, 9))
    expect(expired).toEqual([{ merchant: "shop", order: "1" }])
    expect(await on(database, ({ merchants }) => merchants.expire(91, 100, 9))).toEqual([
      { merchant: "shop", order: "without one" }
    ])
  })
})

describe.each(lasting)("refunds of a ledger in $place", ({ fresh }) => {
  it("of an earlier version have the amount that was recorded, where an order had but one", async () => {
    const database = await fresh()
    const asked = <A>(body: Body<A>) =>
      Effect.runPromise(
        Effect.provide(
          Database.use(({ transaction }) => transaction(body)),
          database
        )
      )
    const insert =
      "INSERT INTO orders (merchant, number, status, amount, payer, code, at, refunded, free, debited) " +
      "VALUES ('shop', ?, 'paid', 10, 0, '', 5, ?, 1, 1)"
    await on(database, () => Effect.void)
    await asked(({ query }) =>
      Effect.gen(function* () {
        yield* undone(query, 8)
        for (const [order, refunded] of [
          ["one", 4],
          ["two", 7]
        ] as const)
          yield* query(insert, order, refunded)
        for (const [order, refund] of [
          ["one", "a"],
          ["two", "b"],
          ["two", "c"]
        ] as const) {
          yield* query("INSERT INTO refund (merchant, number, refund) VALUES ('shop', ?, ?)", order, refund)
        }
      })
    )
    const made = await on(database, ({ orders }) =>
      Effect.forEach(["a", "b", "c", "d"], (refund) =>
        Effect.all([
          orders.made({ merchant: "shop", order: "one" }, { refund, within: "merchant" }),
          orders.made({ merchant: "shop", order: "two" }, { refund, within: "order" })
        ])
      )
    )
    const unknown = { amount: undefined }
    expect(made).toEqual([
      [{ amount: 4, isOfOrder: true }, undefined],
      [
        { ...unknown, isOfOrder: false },
        { ...unknown, isOfOrder: true }
      ],
      [
        { ...unknown, isOfOrder: false },
        { ...unknown, isOfOrder: true }
      ],
      [undefined, undefined]
    ])
  })
})

describe.each(places)("refunds at once on a ledger in $place", ({ fresh }) => {
  it("under one number at once, of one order and of another, come to one where it names one of its merchant (SET-10)", async () => {
    const program = Effect.gen(function* () {
      const provider = yield* Provider.provider
      const books = yield* Ledger.ledger
      const { account, phone } = yield* Fixtures.member(riches)
      const codeOf = TokenSource.make(Fixtures.wechat.code, yield* provider.enrollment.enroll(phone))
      const merchant = "shop"
      for (const [place, order] of ["1", "2"].entries()) {
        const code = codeOf(place)
        expect(yield* provider.verification.pay({ merchant, terminal: "t", order, code, amount: 100 })).toBe("PAID")
      }
      const answers = yield* Effect.forEach(
        Array.from({ length: 16 }, (_, fiber) => ({ order: String(1 + (fiber % 2)), amount: 7 + (fiber % 3) })),
        (asked) => Effect.andThen(Effect.yieldNow, provider.settlement.refund({ merchant, refund: "r", ...asked })),
        everyone
      )
      return { answers, balance: (yield* books.accounts.account(account)).balance }
    })
    const { answers, balance } = await provided(Fixtures.wechat, Layer.provide(Ledger.layer, await fresh()), program)
    const made = answers.filter(({ answer }) => answer === "REFUNDED")
    expect(made.length).toBeGreaterThan(0)
    expect(new Set(made.map(({ amount }) => amount)).size).toBe(1)
    expect(answers.filter(({ answer }) => answer !== "REFUNDED").map(({ answer }) => answer)).toEqual(
      Array.from({ length: 16 - made.length }, () => "REFUND_CHANGED")
    )
    expect(balance).toBe(riches - 200 + made[0]!.amount!)
  })
})

describe.each(places)("refunds and payouts at once on a ledger in $place", ({ fresh }) => {
  it("come to no more than is held, of two orders and under as many numbers (SET-12)", async () => {
    const program = Effect.gen(function* () {
      const provider = yield* Provider.provider
      const books = yield* Ledger.ledger
      const { account, phone } = yield* Fixtures.member(riches)
      const codeOf = TokenSource.make(Fixtures.wechat.code, yield* provider.enrollment.enroll(phone))
      const merchant = "shop"
      for (const [place, order] of ["1", "2"].entries()) {
        const code = codeOf(place)
        expect(yield* provider.verification.pay({ merchant, terminal: "t", order, code, amount: 100 })).toBe("PAID")
      }
      expect(yield* provider.settlement.refund({ merchant, order: "1", refund: "before", amount: 80 })).toMatchObject({
        answer: "REFUNDED"
      })
      const given = yield* Effect.forEach(
        Array.from({ length: 16 }, (_, fiber) => fiber),
        (fiber) =>
          Effect.andThen(
            Effect.yieldNow,
            fiber === 8
              ? Effect.map(provider.settlement.payOut({ merchant, payout: "p" }), ({ paid }) => paid)
              : Effect.map(
                  provider.settlement.refund({
                    merchant,
                    order: String(1 + (fiber % 2)),
                    refund: `r${fiber}`,
                    amount: 13
                  }),
                  ({ amount = 0, answer }) => (answer === "REFUNDED" ? amount : 0)
                )
          ),
        everyone
      )
      const held = yield* books.orders.heldFor(merchant)
      return { given, held, balance: (yield* books.accounts.account(account)).balance }
    })
    const { balance, given, held } = await provided(
      Fixtures.wechat,
      Layer.provide(Ledger.layer, await fresh()),
      program
    )
    const sum = given.reduce((all, one) => all + one, 0)
    expect(held).toBe(120 - sum)
    expect(held).toBeGreaterThanOrEqual(0)
    expect(balance).toBe(riches - 120 + sum - given[8]!)
  })
})

it("a connection to PostgreSQL that is about to close does not keep its tables from being brought up to date", async () => {
  const url = await Effect.runPromise(cluster.database)
  const opened = <A>(body: Body<A>) =>
    Effect.runPromise(
      Effect.provide(
        Database.use(({ transaction }) => transaction(body)),
        patient(url)
      )
    )
  await opened(({ query }) => undone(query, 6))
  // What a provider that has just ended leaves for a moment.
  const other = new pg.Client({ connectionString: Redacted.value(url), application_name: "paycode that ends" })
  await other.connect()
  const ended = new Promise<void>((done) => setTimeout(() => void other.end().then(done), 300))
  const versions = await opened(({ query }) => query("SELECT MAX(version) AS version FROM migration"))
  await ended
  expect(versions).toEqual([{ version: Tables.version }])
})

describe("a database of PostgreSQL that came back from a backup", () => {
  /** What is put to a ledger there. */
  const beaten = (url: Redacted.Redacted<string>, mark: Ledger.Mark | undefined) =>
    on(patient(url), ({ epochs }) =>
      epochs.beat(mark, "the ledger", {
        now: 1000,
        open: { now: 1000, today: 0, decide: () => Change.nothing("NOT_OPEN") }
      })
    )

  it("is older than the mark that was kept of it, and begins an epoch (VER-30)", async () => {
    const url = await Effect.runPromise(cluster.database)
    const first = await beaten(url, undefined)
    expect(first).toEqual({ _tag: "Counted", mark: { ledger: "the ledger", beat: 1 } })
    await on(patient(url), (ledger) => ledger.payments.change({ merchant: "shop", order: "1" }, reversing(5)))
    // A copy of its files, as a backup of the whole server has them.
    const backup = new URL(Redacted.value(await Effect.runPromise(cluster.database)))
    const admin = new pg.Client(Redacted.value(url).replace(/[^/]+$/, "postgres"))
    await admin.connect()
    const named = (at: string): string => new URL(at).pathname.slice(1)
    await admin.query(`DROP DATABASE ${named(backup.href)}`)
    await admin.query(`CREATE DATABASE ${named(backup.href)} TEMPLATE ${named(Redacted.value(url))}`)
    await admin.end()
    const last = await beaten(url, { ledger: "the ledger", beat: 1 })
    expect(last).toEqual({ _tag: "Counted", mark: { ledger: "the ledger", beat: 2 } })
    const copy = Redacted.make(backup.href)
    expect(await beaten(copy, { ledger: "the ledger", beat: 2 })).toEqual({
      _tag: "Restored",
      mark: { ledger: "the ledger", beat: 1002 },
      open: []
    })
    expect(await on(patient(copy), ({ epochs }) => epochs.current)).toMatchObject({
      restoredAt: 1000,
      isReconciled: false
    })
    // Another node that comes with a mark of its own, a little later than that, finds it restored already.
    expect((await beaten(copy, { ledger: "the ledger", beat: 9 }))._tag).toBe("Counted")
  })
})

describe("what a loss of power could take", () => {
  it("is nothing that was answered, by the settings of SQLite", async () => {
    const file = join(folder, "settings.db")
    await Effect.runPromise(
      Effect.provide(
        Database.use(({ read }) =>
          Effect.gen(function* () {
            expect(yield* read("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }])
            // FULL: the log is flushed at every commit.
            expect(yield* read("PRAGMA synchronous")).toEqual([{ synchronous: 2 }])
          })
        ),
        Sqlite.layer({ file })
      )
    )
    const other = new DatabaseSync(file)
    expect(other.prepare("PRAGMA integrity_check").all()).toMatchObject([{ integrity_check: "ok" }])
    other.close()
  })

  it("is nothing that was answered, by the settings of PostgreSQL, which are asked for", async () => {
    const url = await Effect.runPromise(cluster.database)
    const admin = new pg.Client(Redacted.value(url))
    await admin.connect()
    const set = async (statement: string): Promise<void> => {
      await admin.query(statement)
      await admin.query("SELECT pg_reload_conf()")
      // A setting is there when the server says so.
      await expect
        .poll(async () => (await admin.query("SHOW fsync")).rows[0].fsync)
        .toBe(statement.includes("off") ? "off" : "on")
    }
    const open = Effect.provide(Database.use(Effect.succeed), patient(url))
    await Effect.runPromise(open)
    await set("ALTER SYSTEM SET fsync = off")
    const refused = await Effect.runPromise(Effect.flip(open))
    await set("ALTER SYSTEM RESET fsync")
    await admin.end()
    expect(refused.because).toBe("fsync = off, which loses what was answered: it must be on")
    await Effect.runPromise(open)
  })
})

const number = { merchant: "shop", order: "1" }

describe("a file that is gone", () => {
  it("is said to be unavailable, and asked again when it is back: a full disk", async () => {
    const file = join(folder, "full.db")
    const layer = Layer.provideMerge(Ledger.layer, Sqlite.layer({ file }))
    await Effect.runPromise(
      Effect.gen(function* () {
        const ledger = yield* Ledger.ledger
        const { read } = yield* Database
        yield* ledger.payments.change(number, reversing(1))
        // A database may be told that its disk is smaller than it is.
        const [{ page_count: pages }] = (yield* read<{ readonly page_count: number }>("PRAGMA page_count")) as [
          { readonly page_count: number }
        ]
        yield* read(`PRAGMA max_page_count = ${pages}`)
        const many = Array.from({ length: 400 }, (_, index) => ({ merchant: "x".repeat(200), order: String(index) }))
        const exits = yield* Effect.forEach(
          many,
          (each) => Effect.result(ledger.payments.change(each, reversing(2))),
          everyone
        )
        const failed = exits.filter((exit) => exit._tag === "Failure")
        expect(failed.length).toBeGreaterThan(0)
        for (const { failure } of failed) expect(failure).toBeInstanceOf(Unavailable)
        yield* read("PRAGMA max_page_count = 1000000")
        const rows = yield* Effect.forEach(many, ledger.orders.order)
        // What was answered is there, and what was refused is not.
        expect(rows.map((row) => row !== undefined)).toEqual(exits.map((exit) => exit._tag === "Success"))
        yield* ledger.payments.change(many.at(-1)!, reversing(3))
        expect(yield* ledger.orders.order(many.at(-1)!)).toMatchObject({ status: "reversed" })
      }).pipe(Effect.provide(layer))
    )
  })

  it("is said to be unavailable, and asked again when it is back: a file that was taken away", async () => {
    const file = join(folder, "away.db")
    await on(Sqlite.layer({ file }), (ledger) =>
      Effect.gen(function* () {
        yield* ledger.payments.change(number, reversing(1))
        expect(statSync(file).mode & 0o777).toBe(0o600)
        renameSync(file, `${file}.away`)
        const refused = yield* Effect.result(ledger.payments.change({ ...number, order: "2" }, reversing(2)))
        expect(refused._tag === "Failure" && refused.failure.message).toBe(
          "database: expected one that answers, found no file any more where its file was"
        )
        renameSync(`${file}.away`, file)
        yield* ledger.payments.change({ ...number, order: "3" }, reversing(3))
        const rows = yield* Effect.forEach(["1", "2", "3"], (order) => ledger.orders.order({ ...number, order }))
        expect(rows.map((row) => row?.at)).toEqual([1, undefined, 3])
      })
    )
    const nowhere = Sqlite.layer({ file: join(folder, "no", "folder.db") })
    const unopened = await Effect.runPromise(Effect.flip(Effect.provide(Database.use(Effect.succeed), nowhere)))
    expect(unopened.because).toMatch(/ENOENT/)
  })
})

describe("a server that is gone", () => {
  /** Asks again where a machine that has much else to do has kept the ledger waiting for longer than it waits here. */
  const surely = <A, E, R>(asked: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => Effect.retry(asked, { times: 60 })

  it("is said to be unavailable, and asked again when it is back: a server on which others hold what is needed", async () => {
    const url = await Effect.runPromise(cluster.database)
    const other = new pg.Client(Redacted.value(url))
    const database = Postgres.layer({ url, patience: Duration.millis(300) })
    await on(database, (ledger) =>
      Effect.gen(function* () {
        yield* surely(ledger.payments.change(number, reversing(1)))
        yield* Effect.promise(async () => {
          await other.connect()
          await other.query("BEGIN")
          await other.query("LOCK TABLE orders")
        })
        const refused = yield* Effect.result(ledger.payments.change({ ...number, order: "2" }, reversing(2)))
        expect(refused._tag === "Failure" && refused.failure).toBeInstanceOf(Unavailable)
        yield* Effect.promise(() => other.end())
        yield* surely(ledger.payments.change({ ...number, order: "3" }, reversing(3)))
        const rows = yield* Effect.forEach(["1", "2", "3"], (order) =>
          surely(ledger.orders.order({ ...number, order }))
        )
        expect(rows.map((row) => row?.at)).toEqual([1, undefined, 3])
      })
    )
  })

  it("is said to be unavailable, and asked again when it is back: a server that hangs", async () => {
    const { close, freeze, thaw, url } = await Hanging.make(Redacted.value(await Effect.runPromise(cluster.database)))
    const database = Postgres.layer({ url: Redacted.make(url), patience: Duration.millis(300), connections: 3 })
    await on(database, (ledger) =>
      Effect.gen(function* () {
        yield* surely(ledger.payments.change(number, reversing(1)))
        freeze()
        // More than there are connections, and twice: nobody waits for those that hang.
        for (const order of ["2", "3"]) {
          const many = Array.from({ length: 10 }, (_, at) => ({ ...number, order: `${order}-${at}` }))
          const refused = yield* Effect.forEach(
            many,
            (each) => Effect.result(ledger.payments.change(each, reversing(2))),
            everyone
          )
          for (const { _tag } of refused) expect(_tag).toBe("Failure")
        }
        thaw()
        yield* surely(ledger.payments.change({ ...number, order: "4" }, reversing(4)))
        expect(yield* surely(ledger.orders.order({ ...number, order: "4" }))).toMatchObject({ at: 4 })
        // No connection was given on in the middle of another's transaction.
        expect(yield* surely(ledger.orders.order(number))).toMatchObject({ at: 1 })
      })
    )
    close()
  })

  it("is said to be unavailable, and asked again when it is back: a server that was killed", async () => {
    const database = patient(await Effect.runPromise(cluster.database))
    await on(database, (ledger) =>
      Effect.gen(function* () {
        yield* ledger.payments.change(number, reversing(1))
        yield* cluster.kill
        const refused = yield* Effect.result(ledger.payments.change({ ...number, order: "2" }, reversing(2)))
        expect(refused._tag === "Failure" && refused.failure).toBeInstanceOf(Unavailable)
        yield* cluster.start
        expect(yield* ledger.orders.order(number)).toMatchObject({ at: 1 })
        yield* ledger.payments.change({ ...number, order: "3" }, reversing(3))
        expect(yield* ledger.orders.order({ ...number, order: "3" })).toMatchObject({ at: 3 })
      })
    )
  })
})
