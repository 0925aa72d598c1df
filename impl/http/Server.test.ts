/** The server: what every endpoint answers, to whom, and what is never told. */
import { createServer, type IncomingMessage, type Server as NodeServer } from "node:http"
import type { AddressInfo } from "node:net"
import { connect } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Time from "../../model/Time.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Sqlite, Steady } from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as HttpHarness from "../testing/HttpHarness.ts"
import * as Api from "./Api.ts"
import * as Metrics from "./Metrics.ts"
import * as Notices from "./Notices.ts"
import * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"

type Body = Readonly<Record<string, unknown>>

const password = "a long password"

/** A stand with a merchant, and a phone of an account that has signed. */
const populated = async (scheme = Fixtures.alipay, options: HttpHarness.HttpHarnessOptions = {}) => {
  const harness = await HttpHarness.make(scheme, options)
  const merchant = (await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })).body as Body
  const { account } = (await harness.signed(HttpHarness.operator, "/v1/accounts", { balance: 10_000_000, password }))
    .body as Body
  await harness.post("/v1/agreement/sign", { account, password })
  const device = (await harness.post("/v1/devices", { account, password })).body as Body
  const shop: HttpHarness.Signer = {
    caller: { _tag: "Merchant", merchant: "shop" },
    key: HttpHarness.keyOf(merchant.key)
  }
  await harness.enlist("shop", "t", "till")
  const phone: HttpHarness.Signer = {
    caller: { _tag: "Phone", phone: Number(device.phone) },
    key: HttpHarness.keyOf(device.key)
  }
  return { harness, account: Number(account), shop, phone, keys: [merchant.key, merchant.noticeKey, device.key] }
}

/** A credential as the phone makes its codes of it. */
const sourceOf = (scheme: typeof Fixtures.alipay, issued: Body): TokenSource.TokenSource => {
  const secret = issued.secret as { readonly seed?: string; readonly codes?: ReadonlyArray<TokenSource.Drawn> }
  return TokenSource.make(scheme.code, {
    prefix: String(issued.prefix),
    alias: String(issued.alias),
    secret:
      secret.seed === undefined
        ? { _tag: "Drawn", codes: Redacted.make(secret.codes ?? []) }
        : { _tag: "Seed", seed: Redacted.make(new Uint8Array(Buffer.from(secret.seed, "base64url"))) }
  })
}

// ---------------------------------------------------------------------------------------------------------------------

/** Every signed path, by the kind of party that asks there. */
const paths = {
  Merchant: [
    "/v1/pay",
    "/v1/terminal",
    "/v1/query",
    "/v1/reverse",
    "/v1/refund",
    "/v1/refund/query",
    "/v1/notice",
    "/v1/keys/rotate"
  ],
  Phone: [
    "/v1/credential",
    "/v1/credential/confirm",
    "/v1/credential/standing",
    "/v1/prompts",
    "/v1/step-up",
    "/v1/sign-in",
    "/v1/phone/rotate"
  ],
  Operator: [
    "/v1/accounts",
    "/v1/accounts/devices",
    "/v1/accounts/unlock",
    "/v1/merchants",
    "/v1/merchants/rotate",
    "/v1/keys/withdraw",
    "/v1/orders/close"
  ]
} as const
/** A key as it is written in a request. */
const newKey = "A".repeat(43)

/** A body that every signed endpoint takes. */
const bodies: Readonly<Record<string, Body>> = {
  "/v1/pay": { terminal: "t", order: "o", code: "1", amount: 1 },
  "/v1/terminal": { terminal: "t" },
  "/v1/refund": { order: "o", refund: "r", amount: 1 },
  "/v1/refund/query": { order: "o", refund: "r" },
  "/v1/credential": {},
  "/v1/credential/confirm": { credential: 0 },
  "/v1/credential/standing": { credential: 0 },
  "/v1/prompts": {},
  "/v1/step-up": { merchant: "m", order: "o", password: "p" },
  "/v1/sign-in": { password: "p" },
  "/v1/accounts": { balance: 0, password: "p" },
  "/v1/accounts/devices": { account: 0 },
  "/v1/accounts/unlock": { account: 0 },
  "/v1/merchants": { merchant: "m" },
  "/v1/keys/rotate": { key: newKey, noticeKey: newKey, overlap: 2_592_000 },
  "/v1/phone/rotate": { key: newKey, overlap: 2_592_000 },
  "/v1/merchants/rotate": { merchant: "m", key: newKey, noticeKey: newKey, overlap: 2_592_000 },
  "/v1/keys/withdraw": { key: "merchant/m" },
  "/v1/orders/close": { merchant: "m", order: "o" }
}
const bodyOf = (path: string): Body => bodies[path] ?? { order: "o" }

describe("the terminals of a merchant (VER-29)", () => {
  it("are those that it has enlisted: what comes from another decides, counts and writes nothing", async () => {
    const { harness, shop } = await populated({
      ...Fixtures.alipay,
      throttle: { perTerminalDay: 1, perMerchantDay: 2 }
    })
    const ask = (terminal: string, order: string) =>
      harness.signed(shop, "/v1/pay", { terminal, order, code: "1", amount: 1 })
    for (const order of ["a", "b", "c"]) {
      expect(await ask("fresh", order)).toMatchObject({
        status: 403,
        body: { error: "TERMINAL_UNKNOWN", message: expect.stringContaining("POST /v1/terminal") }
      })
    }
    expect((await harness.signed(shop, "/v1/query", { order: "a" })).body).toMatchObject({ answer: "NO_SUCH_ORDER" })
    // None of them has counted against the merchant, which is let two.
    expect((await ask("t", "d")).body).toMatchObject({ answer: "CODE_INVALID" })
    for (let again = 0; again < 2; again++) {
      expect((await harness.signed(shop, "/v1/terminal", { terminal: "fresh" })).status).toBe(204)
    }
    expect((await ask("fresh", "a")).body).toMatchObject({ answer: "CODE_INVALID" })
    expect((await ask("till", "e")).body).toMatchObject({ answer: "THROTTLED" })
    await harness.stop()
  })

  it("are its own, and no other merchant's", async () => {
    const { harness, shop } = await populated()
    const enlisted = await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "other" })
    const other: HttpHarness.Signer = {
      caller: { _tag: "Merchant", merchant: "other" },
      key: HttpHarness.keyOf((enlisted.body as Body).key)
    }
    const pay = { terminal: "till", order: "o", code: "1", amount: 1 }
    expect((await harness.signed(other, "/v1/pay", pay)).body).toMatchObject({ error: "TERMINAL_UNKNOWN" })
    expect((await harness.signed(shop, "/v1/pay", pay)).body).toMatchObject({ answer: "CODE_INVALID" })
    // Nobody enlists one for another: the key says whose it is.
    expect(await harness.signed({ ...other, caller: shop.caller }, "/v1/terminal", { terminal: "till" })).toMatchObject(
      { status: 401 }
    )
    expect((await harness.signed(HttpHarness.operator, "/v1/terminal", { terminal: "till" })).status).toBe(403)
    await harness.stop()
  })

  it("are so many and no more; one that is enlisted stays so", async () => {
    const asked: Array<number> = []
    const ledger = Ledger.wrapped(Ledger.layerMemory, ({ merchants }) => ({
      merchants: {
        ...merchants,
        enlistTerminal: (merchant, terminal, most) => {
          asked.push(most)
          return merchants.enlistTerminal(merchant, terminal, 2)
        }
      }
    }))
    const { harness, shop } = await populated(Fixtures.alipay, { ledger })
    expect(await harness.signed(shop, "/v1/terminal", { terminal: "another" })).toMatchObject({
      status: 403,
      body: { error: "TERMINALS_TOO_MANY" }
    })
    expect((await harness.signed(shop, "/v1/terminal", { terminal: "till" })).status).toBe(204)
    expect(new Set(asked)).toEqual(new Set([Provider.mostTerminals]))
    expect(Problem.problems.TERMINALS_TOO_MANY.says).toContain(Provider.mostTerminals.toLocaleString("en"))
    await harness.stop()
  })
})

describe("the whole scenario", () => {
  it.each(Fixtures.schemes.map((scheme) => [scheme.code.alias, scheme] as const))(
    "%s: enroll, pay, ask, refund",
    async (_, scheme) => {
      const { account, phone, shop, harness } = await populated(scheme)
      const issued = (await harness.signed(phone, "/v1/credential", {})).body as Body
      expect(issued).toMatchObject({ answer: "ISSUED", credential: 0, clock: HttpHarness.start * 1000 })
      expect((await harness.signed(phone, "/v1/credential/confirm", { credential: 0 })).status).toBe(204)
      expect((await harness.signed(phone, "/v1/credential/standing", { credential: 0 })).body).toEqual({
        standing: "live"
      })
      expect((await harness.signed(phone, "/v1/credential/standing", { credential: 9 })).body).toEqual({
        standing: null
      })

      const codeOf = sourceOf(scheme, issued)
      let shown = 0
      const code = (): string => codeOf(scheme.token.source === "seed" ? Time.stepAt(scheme, harness.now) : shown++)
      const pay = { terminal: "till", order: "o1", code: code(), amount: 1000 }
      const paid = await harness.signed(shop, "/v1/pay", pay)
      expect(paid.status).toBe(200)
      expect(paid.body).toMatchObject({ answer: "PAID", order: "o1", settled: true, message: "the order is paid" })
      expect((await harness.signed(shop, "/v1/pay", pay)).body).toEqual(paid.body)
      expect((await harness.signed(shop, "/v1/query", { order: "o1" })).body).toMatchObject({ answer: "PAID" })
      expect((await harness.signed(shop, "/v1/notice", { order: "o1" })).body).toMatchObject({
        merchant: "shop",
        amount: 1000
      })
      const refund = { order: "o1", refund: "r1", amount: 400 }
      const made = {
        answer: "REFUNDED",
        refund: { number: "r1", amount: 400 },
        refunded: 400,
        message: "the refund was made"
      }
      expect((await harness.signed(shop, "/v1/refund", refund)).body).toMatchObject(made)
      expect((await harness.signed(shop, "/v1/refund", refund)).body).toMatchObject(made)
      expect((await harness.signed(shop, "/v1/refund", { ...refund, amount: 300 })).body).toMatchObject({
        answer: "REFUND_CHANGED",
        refunded: 400
      })
      expect((await harness.signed(shop, "/v1/refund/query", { order: "o1", refund: "r1" })).body).toMatchObject(made)
      expect((await harness.signed(shop, "/v1/refund/query", { order: "o1", refund: "r0" })).body).toMatchObject({
        answer: "NO_SUCH_REFUND",
        settled: false
      })
      const partly = (await harness.signed(shop, "/v1/query", { order: "o1" })).body as Body
      expect(partly).toMatchObject({
        answer: "PAID",
        refunded: 400,
        amounts: { asked: 1000, paid: 1000, received: 1000 },
        message: "the order is paid, and a part of it was refunded"
      })
      // WeChat Pay has one state for orders that were refunded in part or in full.
      const { code: stands } = partly
      expect(stands).toBe({ alipay: "TRADE_SUCCESS", wechat: "REFUND", paycode: "PAID" }[scheme.interface])
      expect((await harness.signed(shop, "/v1/refund", { ...refund, refund: "r2", amount: 700 })).body).toMatchObject({
        answer: "REFUND_EXCEEDS"
      })
      expect((await harness.signed(shop, "/v1/reverse", { order: "o1" })).body).toMatchObject({ answer: "REVERSED" })
      const { balance } = await harness.run(Ledger.use((ledger) => ledger.accounts.account(account)))
      expect(balance).toBe(10_000_000)
      await harness.stop()
    }
  )
})

describe("the endpoints", () => {
  let world: Awaited<ReturnType<typeof populated>>
  let issued: Body
  let codeOf: TokenSource.TokenSource
  let orders = 0

  beforeAll(async () => {
    world = await populated()
    issued = (await world.harness.signed(world.phone, "/v1/credential", {})).body as Body
    codeOf = sourceOf(Fixtures.alipay, issued)
  })
  afterAll(() => world.harness.stop())

  const pay = (amount: number, order = `o${orders++}`) => {
    // Each code is used once: every payment is a step later.
    world.harness.now += Fixtures.alipay.clock.step
    const code = codeOf(Time.stepAt(Fixtures.alipay, world.harness.now))
    return world.harness.signed(world.shop, "/v1/pay", { terminal: "till", order, code, amount })
  }

  it("a refusal is an answer, in the codes of the scheme's interface", async () => {
    const { shop, harness } = world
    expect(
      await harness.signed(shop, "/v1/pay", { terminal: "t", order: "wrong", code: "1", amount: 1 })
    ).toMatchObject({
      status: 200,
      body: {
        answer: "CODE_INVALID",
        order: "wrong",
        settled: true,
        code: "ACQ.PAYMENT_AUTH_CODE_INVALID",
        reply: { code: "40004", sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" },
        retry: expect.stringContaining("refreshes the code")
      }
    })
    expect((await harness.signed(shop, "/v1/query", { order: "none" })).body).toMatchObject({
      answer: "NO_SUCH_ORDER",
      settled: false,
      code: "ACQ.TRADE_NOT_EXIST"
    })
    for (const amount of [0, -1, 1.5, 2 ** 53]) {
      expect(
        (await harness.signed(shop, "/v1/pay", { terminal: "t", order: "a", code: "1", amount })).body
      ).toMatchObject({
        answer: "AMOUNT_INVALID",
        code: "ACQ.INVALID_PARAMETER"
      })
      expect((await harness.signed(shop, "/v1/refund", { order: "a", refund: "r", amount })).body).toMatchObject({
        answer: "AMOUNT_INVALID",
        code: "ACQ.INVALID_PARAMETER"
      })
    }
  })

  it("what is open waits for the password of its payer", async () => {
    const { phone, shop, harness } = world
    expect((await pay(500_000, "large")).body).toMatchObject({ answer: "OPEN", settled: false, code: "10003" })
    const prompt = { merchant: "shop", order: "large", amount: 500_000 }
    expect((await harness.signed(phone, "/v1/prompts", {})).body).toEqual({ prompts: [prompt] })
    const stepUp = { merchant: "shop", order: "large" }
    expect(await harness.signed(phone, "/v1/step-up", { ...stepUp, password: "no" })).toMatchObject({
      status: 401,
      body: { error: "PASSWORD_WRONG" }
    })
    expect((await harness.signed(shop, "/v1/notice", { order: "large" })).body).toMatchObject({
      error: "NOTICE_UNKNOWN"
    })
    expect((await harness.signed(phone, "/v1/step-up", { ...stepUp, password })).body).toMatchObject({
      answer: "PAID",
      merchant: "shop",
      order: "large"
    })
    expect((await harness.signed(phone, "/v1/step-up", { ...stepUp, order: "none", password })).body).toMatchObject({
      answer: "NO_SUCH_ORDER"
    })
    expect((await harness.signed(phone, "/v1/prompts", {})).body).toEqual({ prompts: [] })
  })

  it("the operator closes what is overdue", async () => {
    const { harness } = world
    harness.now += 86_400
    await pay(500_000, "late")
    const late = { merchant: "shop", order: "late" }
    expect((await harness.signed(HttpHarness.operator, "/v1/orders/close", late)).body).toMatchObject({
      answer: "OPEN"
    })
    harness.now += 86_400
    expect((await harness.signed(HttpHarness.operator, "/v1/orders/close", late)).body).toMatchObject({
      answer: "CLOSED"
    })
  })

  it("a phone without a sign-in signs in", async () => {
    const { account, harness } = world
    const device = (await harness.signed(HttpHarness.operator, "/v1/accounts/devices", { account })).body as Body
    const phone: HttpHarness.Signer = {
      caller: { _tag: "Phone", phone: Number(device.phone) },
      key: HttpHarness.keyOf(device.key)
    }
    expect(await harness.signed(phone, "/v1/credential", {})).toMatchObject({
      status: 200,
      body: { answer: "NOT_OWNER", retry: expect.any(String) }
    })
    expect((await harness.signed(phone, "/v1/sign-in", { password: "no" })).body).toMatchObject({
      error: "PASSWORD_WRONG"
    })
    // Before that nobody is asked for anything on it, nor answers (STP-8).
    const stepUp = { merchant: "shop", order: "any" }
    for (const [path, body] of [
      ["/v1/prompts", {}],
      ["/v1/step-up", { ...stepUp, password: "no" }]
    ] as const)
      expect(await harness.signed(phone, path, body)).toMatchObject({ status: 403, body: { error: "NOT_SIGNED_IN" } })
    expect((await harness.signed(phone, "/v1/sign-in", { password })).status).toBe(204)
    expect((await harness.signed(phone, "/v1/prompts", {})).status).toBe(200)
    expect((await harness.signed(phone, "/v1/credential", {})).body).toMatchObject({ answer: "ISSUED" })
    expect((await harness.post("/v1/devices/revoke", { account, password, phone: device.phone })).status).toBe(204)
    // From then on nothing that it signs is taken (ENR-13), and nothing is said of what it asks.
    for (const path of paths.Phone)
      expect(await harness.signed(phone, path, bodyOf(path))).toMatchObject({
        status: 403,
        body: { error: "PHONE_REVOKED" }
      })
    // Who has no such key is told nothing of it.
    const forged = { ...phone, key: HttpHarness.operator.key }
    expect((await harness.signed(forged, "/v1/prompts", {})).body).toMatchObject({ error: "SIGNATURE_WRONG" })
    expect((await harness.post("/v1/devices/revoke", { account, password, phone: 99 })).body).toMatchObject({
      error: "PHONE_UNKNOWN"
    })
    const other = (await harness.signed(HttpHarness.operator, "/v1/accounts", { balance: 0, password })).body as Body
    const foreign = { account: other.account, password, phone: device.phone }
    expect(await harness.post("/v1/devices/revoke", foreign)).toMatchObject({
      status: 404,
      body: { error: "PHONE_UNKNOWN" }
    })
  })

  it("an account that is not there has no phones, and no password", async () => {
    const { harness } = world
    expect(await harness.signed(HttpHarness.operator, "/v1/accounts/devices", { account: 999 })).toMatchObject({
      status: 404,
      body: { error: "ACCOUNT_UNKNOWN" }
    })
    for (const path of ["/v1/devices", "/v1/agreement/sign", "/v1/agreement/withdraw"]) {
      expect((await harness.post(path, { account: 999, password })).body).toMatchObject({ error: "PASSWORD_WRONG" })
      expect((await harness.post(path, { account: world.account, password: "no" })).body).toMatchObject({
        error: expect.stringMatching(/^PASSWORD_/)
      })
    }
  })

  it("who withdraws pays no more", async () => {
    const { account, phone, harness } = world
    harness.now += 86_400
    expect((await pay(1)).body).toMatchObject({ answer: "PAID" })
    expect((await harness.post("/v1/agreement/withdraw", { account, password })).status).toBe(204)
    expect((await pay(1)).body).toMatchObject({ answer: "NO_AGREEMENT" })
    expect((await harness.signed(phone, "/v1/credential", {})).body).toMatchObject({ answer: "NO_AGREEMENT" })
    expect((await harness.post("/v1/agreement/sign", { account, password })).status).toBe(204)
    expect((await pay(1)).body).toMatchObject({ answer: "PAID" })
  })

  it("a merchant that is taken in twice has the same keys", async () => {
    const { keys, harness } = world
    const again = (await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })).body
    expect(again).toEqual({ merchant: "shop", name: "shop", key: keys[0], noticeKey: keys[1] })
  })

  it("who guesses passwords is stopped", async () => {
    const { harness } = world
    const { account } = (await harness.signed(HttpHarness.operator, "/v1/accounts", { balance: 0, password }))
      .body as Body
    for (let guess = 0; guess < 10; guess++) await harness.post("/v1/agreement/sign", { account, password: "no" })
    expect(await harness.post("/v1/agreement/sign", { account, password })).toMatchObject({
      status: 403,
      body: { error: "PASSWORD_EXHAUSTED" }
    })
  })

  it("who guesses passwords shuts out nobody who asks from elsewhere, and nobody on a phone, with ten wrong ones a day in all", async () => {
    const { account, harness, phone } = await populated(Fixtures.alipay, { proxies: ["127.0.0.1"] })
    const from = async (address: string, path: string, body: Body) => {
      const init = { method: "POST", body: JSON.stringify({ account, ...body }) }
      const headers = { "content-type": "application/json", "x-forwarded-for": address }
      const { body: said, status } = await harness.ask(path, { ...init, headers })
      return status === 204 ? "done" : (said as Body).error
    }
    const guessed = async (address: string) => {
      const said: Array<unknown> = []
      for (let guess = 0; guess < 10; guess++)
        said.push(await from(address, "/v1/devices/revoke", { phone: 0, password: `${guess}` }))
      return said.filter((each) => each === "PASSWORD_WRONG").length
    }
    const onPhone = async (given: string) =>
      (await harness.signed(phone, "/v1/step-up", { merchant: "shop", order: "o", password: given })).body as Body
    const sign = { password }
    expect(await guessed("203.0.113.1")).toBe(3)
    expect(await from("203.0.113.1", "/v1/agreement/sign", sign)).toBe("PASSWORD_EXHAUSTED")
    // From elsewhere the owner withdraws, which uses up nothing.
    for (let time = 0; time < 5; time++) expect(await from("203.0.113.2", "/v1/agreement/withdraw", sign)).toBe("done")
    // Several together use up what comes from anywhere, and nothing of the phone's.
    expect(await guessed("203.0.113.2")).toBe(2)
    expect(await from("203.0.113.3", "/v1/agreement/withdraw", sign)).toBe("PASSWORD_EXHAUSTED")
    expect((await onPhone(password)).answer).toBe("NO_SUCH_ORDER")
    // The operator lets them try again, and has given nobody more guesses in all.
    const unlock = () => harness.signed(HttpHarness.operator, "/v1/accounts/unlock", { account })
    expect((await unlock()).body).toEqual({ left: 5 })
    expect(await from("203.0.113.3", "/v1/agreement/withdraw", sign)).toBe("done")
    expect([await guessed("203.0.113.4"), await guessed("203.0.113.5")]).toEqual([3, 2])
    expect((await unlock()).body).toEqual({ left: 0 })
    expect([await guessed("203.0.113.6"), (await onPhone(password)).error]).toEqual([0, "PASSWORD_EXHAUSTED"])
    expect(await harness.signed(HttpHarness.operator, "/v1/accounts/unlock", { account: 99 })).toMatchObject({
      status: 404,
      body: { error: "ACCOUNT_UNKNOWN" }
    })
    // The next day is another.
    harness.now += 86_400
    expect(await from("203.0.113.6", "/v1/devices/revoke", { phone: 0, password })).toBe("done")
    await harness.stop()
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("who may ask what", () => {
  let world: Awaited<ReturnType<typeof populated>>
  beforeAll(async () => {
    world = await populated()
  })
  afterAll(() => world.harness.stop())

  const all = Object.values(paths).flat()

  it.each(Object.entries(paths))("only a %s asks what is theirs", async (kind, own) => {
    const { phone, shop, harness } = world
    const signers = { Merchant: shop, Phone: phone, Operator: HttpHarness.operator }
    for (const [other, signer] of Object.entries(signers)) {
      if (other === kind) continue
      for (const path of own)
        expect(await harness.signed(signer, path, bodyOf(path))).toMatchObject({
          status: 403,
          body: { error: "FORBIDDEN" }
        })
    }
  })

  it.each(all)("%s: nobody, somebody else, too late, twice", async (path) => {
    const { phone, shop, harness } = world
    const signer = (paths.Merchant as ReadonlyArray<string>).includes(path)
      ? shop
      : (paths.Phone as ReadonlyArray<string>).includes(path)
        ? phone
        : HttpHarness.operator
    const body = JSON.stringify(bodyOf(path))
    const ask = (headers: Record<string, string>, sent = body) =>
      harness.ask(path, { method: "POST", headers, body: sent })
    const refused = async (returned: Promise<HttpHarness.Returned>, error: string) => {
      const { body, headers, status } = await returned
      expect([status, (body as Body).error]).toEqual([401, error])
      expect(headers.get("www-authenticate")).toContain("content-digest")
    }
    await refused(harness.post(path, bodyOf(path)), "SIGNATURE_MISSING")
    const headers = harness.headers(signer, path, body)
    await refused(ask({ ...headers, signature: "paycode=:AAAA:" }), "SIGNATURE_MALFORMED")
    await refused(ask(harness.headers({ ...signer, key: HttpHarness.keyOf("AAAA") }, path, body)), "SIGNATURE_WRONG")
    await refused(ask(harness.headers(signer, "/v1/other", body)), "SIGNATURE_WRONG")
    await refused(ask(harness.headers(signer, path, body, { created: harness.now - 61 })), "SIGNATURE_EXPIRED")
    await refused(ask(harness.headers(signer, path, body, { created: harness.now + 61 })), "SIGNATURE_EXPIRED")
    await refused(ask(headers, `${body} `), "DIGEST_WRONG")
    expect((await ask(headers)).status).not.toBe(403)
    await refused(ask(headers), "SIGNATURE_REPLAYED")
  })

  it("a merchant that nobody knows, and a phone", async () => {
    const { shop, harness } = world
    for (const caller of [
      { _tag: "Merchant", merchant: "nobody" },
      { _tag: "Phone", phone: 77 }
    ] as const)
      expect((await harness.signed({ ...shop, caller }, "/v1/query", { order: "o" })).body).toMatchObject({
        error: "SIGNATURE_WRONG"
      })
  })

  it("a nonce is good until its body is, and after its signature has expired it is forgotten", async () => {
    const { shop, harness } = world
    const nonce = "once-and-no-more-than-once"
    const sent = (body: Body) => {
      const text = JSON.stringify(body)
      return harness.ask("/v1/query", {
        method: "POST",
        headers: harness.headers(shop, "/v1/query", text, { nonce }),
        body: text
      })
    }
    expect((await sent({ order: 1 })).status).toBe(400)
    expect((await sent({ order: "o" })).status).toBe(200)
    expect((await sent({ order: "p" })).body).toMatchObject({ error: "SIGNATURE_REPLAYED" })
    const tidied = (seconds: number) => {
      harness.now += seconds
      return harness.run(Ledger.use((ledger) => ledger.keys.tidy(harness.now, 0)))
    }
    // A node whose clock is ahead tidies first, and one that is behind takes the signature for good as long again.
    await tidied(2 * Signature.tolerance)
    expect((await sent({ order: "o" })).body).toMatchObject({ error: "SIGNATURE_REPLAYED" })
    await tidied(1)
    expect((await sent({ order: "o" })).status).toBe(200)
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("the form", () => {
  let world: Awaited<ReturnType<typeof populated>>
  beforeAll(async () => {
    world = await populated()
  })
  afterAll(() => world.harness.stop())

  const json = { "content-type": "application/json" }

  it.each([
    ["a field that is not described", { order: "o", code: "281234567890123456" }, "code", "no such field"],
    ["a field that is missing", {}, "order", "a value"],
    ["a field of another type", { order: 281234567890 }, "order", "string"],
    ["a field that is too long", { order: "x".repeat(65) }, "order", "1 to 64 visible characters of ASCII"],
    ["a field that is empty", { order: "" }, "order", "1 to 64 visible characters of ASCII"],
    ["a field with a line break", { order: "a\nb" }, "order", "1 to 64 visible characters of ASCII"],
    ["an array", [], "", "an object"],
    ["null", null, "", "an object"],
    ["a name that could be a code", { order: "o", "281234567890123456": 1 }, "?", "no such field"]
  ])("%s is a 400 that says where", async (_, body, path, expected) => {
    const { shop, harness } = world
    const returned = await harness.signed(shop, "/v1/query", body)
    expect(returned).toMatchObject({ status: 400, body: { error: "BODY_INVALID", path, expected } })
    expect(JSON.stringify(returned.body)).not.toMatch(/[0-9]{6}/)
  })

  it.each([
    ["what is no JSON", '{"order":'],
    ["nothing", ""],
    ["what is no UTF-8", new Uint8Array([...Buffer.from('{"order":"'), 0xff, ...Buffer.from('"}')])],
    ["too many brackets", "[".repeat(8000)]
  ])("%s is a 400", async (_, body) => {
    const { shop, harness } = world
    const headers = harness.headers(shop, "/v1/query", body)
    const returned = await harness.ask("/v1/query", { method: "POST", headers, body })
    expect(returned).toMatchObject({ status: 400, body: { error: "BODY_MALFORMED" } })
  })

  it.each([[[]], [true], [""], [{ phone: 0 }]])("%j is not nothing", async (body) => {
    const returned = await world.harness.signed(world.phone, "/v1/prompts", body)
    expect(returned).toMatchObject({ status: 400, body: { error: "BODY_INVALID" } })
  })

  it("a body that is too large is a 413, with its length or without", async () => {
    const { shop, harness } = world
    const body = JSON.stringify({ order: "o".repeat(Api.bodyBytes) })
    const headers = harness.headers(shop, "/v1/query", body)
    const told = await harness.ask("/v1/query", { method: "POST", headers, body })
    expect(told).toMatchObject({ status: 413, body: { error: "BODY_TOO_LARGE" } })
    const streamed = await harness.ask("/v1/query", {
      method: "POST",
      headers,
      body: new Blob([body]).stream(),
      duplex: "half"
    } as RequestInit)
    expect(streamed).toMatchObject({ status: 413, body: { error: "BODY_TOO_LARGE" } })
    const exact = `{"order":"o"${" ".repeat(Api.bodyBytes - 13)}}`
    const taken = { method: "POST", headers: harness.headers(shop, "/v1/query", exact), body: exact }
    expect((await harness.ask("/v1/query", taken)).status).toBe(200)
  })

  it.each([
    ["no type", {}],
    ["another type", { "content-type": "text/plain" }],
    ["another charset", { "content-type": "application/json; charset=latin1" }],
    ["an encoding", { ...json, "content-encoding": "gzip" }]
  ])("%s is a 415", async (_, headers) => {
    const returned = await world.harness.ask("/v1/query", {
      method: "POST",
      headers,
      body: new TextEncoder().encode("{}")
    })
    expect(returned).toMatchObject({ status: 415, body: { error: "TYPE_WRONG" } })
  })

  it("the charset that JSON has may be named", async () => {
    const { shop, harness } = world
    const body = '{"order":"o"}'
    const headers = { ...harness.headers(shop, "/v1/query", body), "content-type": "application/json; charset=UTF-8" }
    expect((await harness.ask("/v1/query", { method: "POST", headers, body })).status).toBe(200)
  })

  it.each(["/v1/query?order=o", "/v1/query?"])("%s is not the path that is signed", async (path) => {
    const { shop, harness } = world
    const body = '{"order":"o"}'
    const returned = await harness.ask(path, { method: "POST", headers: harness.headers(shop, path, body), body })
    expect(returned).toMatchObject({ status: 400, body: { error: "TARGET_WRONG" } })
  })

  it.each(["/v1", "/v1/qu%65ry", "/v1/pay/", "//v1/pay", "/V1/PAY", "/v1/pay/x", "/v1/%00"])(
    "%s is a 404",
    async (path) => {
      const returned = await world.harness.post(path, {})
      expect(returned).toMatchObject({ status: 404, body: { error: "PATH_UNKNOWN" } })
    }
  )

  it.each([
    ["GET", "/v1/pay", "POST"],
    ["PUT", "/v1/pay", "POST"],
    ["DELETE", "/v1/pay", "POST"],
    ["OPTIONS", "/v1/pay", "POST"],
    ["PATCH", "/v1/pay", "POST"],
    ["POST", "/", "GET"],
    ["POST", "/health", "GET"],
    ["POST", "/openapi.json", "GET"]
  ])("%s %s is a 405", async (method, path, allow) => {
    const returned = await world.harness.ask(path, { method })
    expect(returned).toMatchObject({ status: 405, body: { error: "METHOD_WRONG" } })
    expect(returned.headers.get("allow")).toBe(allow)
  })

  it("every answer is numbered, and kept by nobody on the way", async () => {
    const { harness } = world
    const ids = await Promise.all(
      ["/health", "/nothing", "/v1/pay"].map(async (path) => {
        const { headers } = await harness.ask(path)
        expect(headers.get("cache-control")).toBe("no-store")
        return headers.get("request-id")
      })
    )
    expect(new Set(ids).size).toBe(3)
  })

  /** What comes back for bytes that no client of ours would send. */
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(world.harness.port, "127.0.0.1", () => socket.write(bytes))
      let text = ""
      socket.on("data", (chunk) => {
        text += chunk.toString()
      })
      socket.on("close", () => resolve(text))
      socket.on("error", reject)
    })

  it.each([
    ["no request", "hello\r\n\r\n", 400, "REQUEST_MALFORMED"],
    ["no host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "HOST_MISSING"],
    [
      "two hosts",
      "GET /health HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\nConnection: close\r\n\r\n",
      400,
      "HOST_MISSING"
    ],
    [
      "two lengths",
      "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
      "REQUEST_MALFORMED"
    ],
    [
      "a length and chunks",
      "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
      "REQUEST_MALFORMED"
    ],
    [
      "a flood of headers",
      `GET /health HTTP/1.1\r\nHost: localhost\r\n${"X: y\r\n".repeat(3000)}\r\n`,
      431,
      "HEADERS_TOO_LARGE"
    ],
    ["a long target", `GET /${"a".repeat(10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    [
      "another expectation",
      "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\nExpect: more\r\nContent-Length: 0\r\n\r\n",
      417,
      "EXPECTATION_UNKNOWN"
    ],
    ["a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "METHOD_WRONG"],
    [
      "another protocol",
      "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
      415,
      "TYPE_WRONG"
    ]
  ])("%s is answered with %i", async (_, bytes, status, error) => {
    const text = await raw(bytes)
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4))).toMatchObject({ error })
  })

  it.each(["websocket", "h2c"])("who asks for %s is answered in HTTP/1.1", async (protocol) => {
    const { shop, harness } = world
    const body = '{"order":"o"}'
    const head = Object.entries({
      host: "localhost",
      connection: "Upgrade, close",
      upgrade: protocol,
      "content-length": String(body.length),
      ...harness.headers(shop, "/v1/query", body)
    })
    const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    expect(await raw(`POST /v1/query HTTP/1.1\r\n${lines}\r\n${body}`)).toMatch(/^HTTP\/1.1 200 .*NO_SUCH_ORDER/s)
  })
})

describe("slow clients", () => {
  it.each([
    ["headers", "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\n"],
    [
      "body",
      "POST /v1/pay HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    ]
  ])("who does not send the %s is answered, and let go", async (_, bytes) => {
    const harness = await HttpHarness.make(Fixtures.alipay, { arrival: { headers: 200, request: 300 } })
    const text = await new Promise<string>((resolve) => {
      const socket = connect(harness.port, "127.0.0.1", () => socket.write(bytes))
      let heard = ""
      socket.on("data", (chunk) => {
        heard += chunk.toString()
      })
      socket.on("close", () => resolve(heard))
    })
    expect(text).toMatch(/^HTTP\/1.1 408 /)
    expect(text).toContain('"REQUEST_SLOW"')
    expect((await harness.ask("/health")).status).toBe(200)
    await harness.stop()
  })
})

describe("throttles", () => {
  it("a key that asks too often is told when to ask again, and others go on", async () => {
    const limit = { perSecond: 0.5, burst: 3 }
    const { phone, shop, harness } = await populated(Fixtures.alipay, { limits: { key: limit } })
    const ask = () => harness.signed(shop, "/v1/query", { order: "o" })
    for (let requested = 0; requested < 3; requested++) expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect(refused).toMatchObject({ status: 429, body: { error: "TOO_MANY_REQUESTS" } })
    expect(refused.headers.get("retry-after")).toBe("2")
    expect((await harness.signed(phone, "/v1/prompts", {})).status).toBe(200)
    harness.now += 2
    expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(429)
    await harness.stop()
  })

  it("an address that asks without a key, too", async () => {
    const harness = await HttpHarness.make(Fixtures.alipay, { limits: { address: { perSecond: 1, burst: 2 } } })
    const ask = async () => (await harness.post("/v1/agreement/sign", { account: 0, password: "p" })).status
    expect([await ask(), await ask(), await ask()]).toEqual([401, 401, 429])
    await harness.stop()
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("a ledger that does not answer", () => {
  const gone = Effect.fail(new Database.Unavailable({ because: "nobody there" }))
  const broken = (change: (ledger: Ledger.Ledger) => Partial<Ledger.Ledger>) =>
    Ledger.wrapped(Ledger.layerMemory, change)

  it("is a 503 that says when to ask again", async () => {
    const { shop, harness } = await populated(Fixtures.alipay, {
      ledger: broken(({ merchants, payments }) => ({
        merchants: { ...merchants, pending: gone },
        payments: { ...payments, settle: () => gone }
      }))
    })
    for (const returned of [
      await harness.ask("/health"),
      await harness.ask("/metrics"),
      await harness.signed(shop, "/v1/pay", { terminal: "t", order: "o", code: "1", amount: 1 })
    ]) {
      expect(returned).toMatchObject({ status: 503, body: { error: "UNAVAILABLE" } })
      expect(returned.headers.get("retry-after")).toBe("1")
    }
    await harness.stop()
  })

  it("so does one that has no key, and one that remembers no nonce", async () => {
    for (const method of ["keysOf", "once"] as const) {
      const harness = await HttpHarness.make(Fixtures.alipay, {
        ledger: broken(({ keys }) => ({ keys: { ...keys, [method]: () => gone } }))
      })
      const shop: HttpHarness.Signer = { ...HttpHarness.operator, caller: { _tag: "Merchant", merchant: "shop" } }
      const requested =
        method === "keysOf"
          ? harness.signed(shop, "/v1/query", { order: "o" })
          : harness.signed(HttpHarness.operator, "/v1/accounts/devices", { account: 0 })
      expect(await requested).toMatchObject({ status: 503, body: { error: "UNAVAILABLE" } })
      await harness.stop()
    }
  })

  it.each([
    ["the disk is full", "database or disk is full"],
    ["the database may only be read", "attempt to write a readonly database"],
    ["the database does not answer", "no answer in 2800 milliseconds"],
    ["the database fails, and the log says how", "something else at 10.0.0.5"]
  ])("says what cannot be done where it is read and not written, and why: %s", async (because, said) => {
    const full = Effect.fail(new Database.Unavailable({ because: said }))
    const harness = await HttpHarness.make(Fixtures.alipay, {
      ledger: broken(({ keys }) => ({ keys: { ...keys, once: () => full } }))
    })
    const { body, status } = await harness.ask("/health")
    expect(status).toBe(503)
    expect((body as Body).cannot).toEqual([{ what: expect.stringContaining("payments"), because }])
    // Strangers are not told what the database is, and the log is.
    expect(JSON.stringify(body)).not.toContain("10.0.0.5")
    expect(harness.lines.join()).toContain(said)
    expect((await harness.ask("/health/live")).status).toBe(200)
    await harness.stop()
  })

  it("of a provider whose clock was set says so, until it is right again", async () => {
    const time = { set: 0 }
    const millis = (): number => (HttpHarness.start + time.set) * 1000
    const watch = Steady.watch({ ...Fixtures.clock(millis), monotonicTimeNanosUnsafe: () => 0n }, 5)
    const steady = Layer.effect(
      Database.Database,
      Effect.map(Database.Database, (database) => Steady.steady(database, watch))
    )
    const harness = await HttpHarness.make(Fixtures.alipay, {
      ledger: Layer.provide(Ledger.layer, Layer.provide(steady, Sqlite.layerMemory))
    })
    time.set = 86_400
    const because =
      "the provider has a clock that was set ahead, to 2023-11-15T22:13:20.000Z where it was to be 2023-11-14T22:13:20.000Z"
    expect(await harness.ask("/health")).toMatchObject({
      status: 503,
      body: { error: "UNAVAILABLE", cannot: [{ what: "anything", because }] }
    })
    time.set = 0
    watch.compare("the database", HttpHarness.start)
    // What was found is told for a second.
    await expect.poll(async () => (await harness.ask("/health")).status).toBe(200)
    await harness.stop()
  })

  it("and does not say so, is a 503 all the same, and what was asked meanwhile is answered", async () => {
    const { shop, harness } = await populated(Fixtures.alipay, {
      deadline: 2000,
      ledger: broken(({ payments }) => ({ payments: { ...payments, settle: () => Effect.never } }))
    })
    const pay = { terminal: "t", order: "o", code: "1", amount: 1 }
    const hanging = harness.signed(shop, "/v1/pay", pay)
    expect((await harness.signed(shop, "/v1/query", { order: "o" })).status).toBe(200)
    expect(await hanging).toMatchObject({ status: 503, body: { error: "UNAVAILABLE" } })
    await harness.stop()
  })

  it("a defect is a 500 without a word of it, and a line in the log", async () => {
    const defect = Effect.die(new Error("the secret of the cellar"))
    const { shop, harness } = await populated(Fixtures.alipay, {
      ledger: broken(({ payments }) => ({ payments: { ...payments, settle: () => defect } }))
    })
    const returned = await harness.signed(shop, "/v1/pay", { terminal: "t", order: "o", code: "1", amount: 1 })
    expect(returned.status).toBe(500)
    expect(returned.body).toEqual(Problem.body("FAILED"))
    const lines = harness.lines.map((line) => JSON.parse(line) as Body)
    expect(lines.filter(({ level }) => level === "ERROR")).toEqual([
      expect.objectContaining({
        message: `request ${returned.headers.get("request-id")} failed`,
        cause: expect.stringContaining("cellar")
      })
    ])
    await harness.stop()
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("notices", () => {
  /** A merchant's ear: what it hears, and what it says to that. */
  const ear = async (say: (request: IncomingMessage) => number) => {
    const heard: Array<unknown> = []
    const server: NodeServer = createServer((request, response) => {
      let text = ""
      request.on("data", (chunk) => {
        text += String(chunk)
      })
      request.on("end", () => {
        heard.push(JSON.parse(text))
        response.writeHead(say(request), { location: "/elsewhere" }).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`
    return { heard, url, close: () => server.close() }
  }

  /** A shop that has its notices sent to a URL, a phone that pays at any merchant, and what delivers by itself no more than it is told. */
  const sending = async (url: string) => {
    const world = await populated()
    const { phone, harness } = world
    const enlist = async (merchant: string, notify: string): Promise<HttpHarness.Signer> => {
      const enlisted = await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant, notify })
      const key = HttpHarness.keyOf((enlisted.body as Body).key)
      const signer: HttpHarness.Signer = { caller: { _tag: "Merchant", merchant }, key }
      await harness.enlist(merchant, "t")
      return signer
    }
    await enlist("shop", url)
    const codeOf = sourceOf(Fixtures.alipay, (await harness.signed(phone, "/v1/credential", {})).body as Body)
    const pay = async (merchant: HttpHarness.Signer, order: string, amount: number) => {
      harness.now += Fixtures.alipay.clock.step
      const body = { terminal: "t", order, code: codeOf(Time.stepAt(Fixtures.alipay, harness.now)), amount }
      expect((await harness.signed(merchant, "/v1/pay", body)).body).toMatchObject({ answer: "PAID" })
    }
    const metrics = Metrics.make()
    const options = { clock: Fixtures.clock(() => harness.now * 1000), metrics }
    const scope = Scope.makeUnsafe()
    const begin = await harness.run(
      Notices.make(options).pipe(
        Effect.provide(NodeHttpClient.layerNodeHttp),
        Effect.provideService(Scope.Scope, scope)
      )
    )
    /** Sends what is due, and answers how many were taken when all of it was sent. */
    const deliver = () =>
      harness.run(Effect.map(Effect.flatMap(begin, Fiber.joinAll), (taken) => taken.reduce((sum, one) => sum + one, 0)))
    const text = () => metrics.text({ openOrders: 0, noticesDue: 0 })
    return { ...world, begin, deliver, enlist, options, pay, text }
  }

  const paid = async (url: string) => {
    const world = await sending(url)
    await world.pay(world.shop, "o", 700)
    return world
  }

  it("go where they went when the merchant is asked for again without a word of them, and nowhere when that is said", async () => {
    const { close, heard, url } = await ear(() => 204)
    const { deliver, harness, pay, shop } = await sending(url)
    const again = (body: object) => harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop", ...body })
    expect((await again({})).status).toBe(200)
    await pay(shop, "o1", 700)
    expect([await deliver(), heard.length]).toEqual([1, 1])
    expect((await again({ notify: null })).status).toBe(200)
    await pay(shop, "o2", 700)
    expect([await deliver(), heard.length]).toEqual([0, 1])
    close()
    await harness.stop()
  })

  it("are posted with their tag until they are taken", async () => {
    let status = 500
    const { close, heard, url } = await ear(() => status)
    const { deliver, keys, shop, harness, text } = await paid(url)
    expect(await deliver()).toBe(0)
    expect(await deliver()).toBe(0)
    expect(heard).toHaveLength(1)
    status = 302
    harness.now += 5
    expect(await deliver()).toBe(0)
    expect(heard).toHaveLength(2)
    status = 204
    harness.now += 10
    expect(await deliver()).toBe(1)
    harness.now += 100_000
    expect(await deliver()).toBe(0)
    const notice = (await harness.signed(shop, "/v1/notice", { order: "o" })).body as Provider.Notice
    expect(heard).toEqual([notice, notice, notice])
    expect(notice.tag).toBe(Provider.tagOf(HttpHarness.keyOf(keys[1]), notice))
    expect(text()).toContain('paycode_notices_total{outcome="delivered"} 1')
    expect(text()).toContain('paycode_notices_total{outcome="postponed"} 2')
    close()
    await harness.stop()
  })

  it("are taken whatever else is said", async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(200).end("thank you ".repeat(100_000))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
    const { deliver, harness } = await paid(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await deliver()).toBe(1)
    server.close()
    await harness.stop()
  })

  it("to nobody are postponed", async () => {
    const { deliver, harness, text } = await paid("http://127.0.0.1:1/")
    expect(await deliver()).toBe(0)
    expect(text()).toContain('paycode_notices_total{outcome="postponed"} 1')
    await harness.stop()
  })

  it("of ten who take theirs arrive as if they were alone, beside one who never answers and one who is not there", async () => {
    const asked: Array<string> = []
    const slow = createServer((request) => asked.push(String(request.url)))
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", () => resolve()))
    const slowUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`
    const { begin, enlist, harness, pay, shop } = await sending(slowUrl)
    const dead = await enlist("dead", "http://127.0.0.1:1/")
    const ears = await Promise.all(Array.from({ length: 10 }, () => ear(() => 200)))
    const good = await Promise.all(ears.map(({ url }, nth) => enlist(`good${nth}`, url)))
    for (let nth = 0; nth < 12; nth++) for (const merchant of [shop, dead]) await pay(merchant, `o${nth}`, 1)
    const round = async (order: string) => {
      for (const merchant of good) await pay(merchant, order, 1)
      return harness.run(begin)
    }
    // Nothing of this waits for the slow one, which has answered nobody in the end.
    const first = await round("first")
    expect(first).toHaveLength(12)
    await expect.poll(() => ears.map(({ heard }) => heard.length)).toEqual(ears.map(() => 1))
    await expect.poll(() => asked).toHaveLength(8)
    const second = await round("second")
    const taken = await harness.run(Fiber.joinAll(second))
    expect(taken.reduce((sum, one) => sum + one, 0)).toBe(10)
    expect(ears.map(({ heard }) => heard.length)).toEqual(ears.map(() => 2))
    // The slow one is sent no more while it has not answered.
    expect(asked).toHaveLength(8)
    slow.closeAllConnections()
    slow.close()
    for (const { close } of ears) close()
    await harness.stop()
  })

  it("to a destination that takes nothing rest, all of them, and go on together once it takes one", async () => {
    let status = 503
    const { close, heard, url } = await ear(() => status)
    const { begin, deliver, harness, pay, shop } = await sending(url)
    for (let nth = 0; nth < 30; nth++) await pay(shop, `o${nth}`, 1)
    expect(await deliver()).toBe(0)
    expect(heard).toHaveLength(8)
    expect(await harness.run(begin)).toEqual([])
    // It is left alone for longer each time.
    for (const seconds of [5, 10]) {
      harness.now += seconds
      expect(await deliver()).toBe(0)
    }
    expect(heard).toHaveLength(24)
    harness.now += 9
    expect(await harness.run(begin)).toEqual([])
    status = 200
    harness.now += 100
    expect(await deliver()).toBe(30)
    expect(new Set(heard.slice(24).map((notice) => (notice as Provider.Notice).order)).size).toBe(30)
    close()
    await harness.stop()
  })

  it("of which one is never taken hold up no other, and those of merchants who share a destination are all sent", async () => {
    const refused: Array<string> = []
    const { close, heard, url } = await ear(() =>
      (heard.at(-1) as Provider.Notice).order === "bad" ? refused.push("bad") && 500 : 200
    )
    const { deliver, enlist, harness, pay, shop, text } = await sending(url)
    const other = await enlist("other", url)
    await pay(shop, "bad", 1)
    for (let nth = 0; nth < 9; nth++) for (const merchant of [shop, other]) await pay(merchant, `o${nth}`, 1)
    expect(await deliver()).toBe(18)
    expect(refused).toEqual(["bad"])
    expect(text()).toContain('paycode_notices_total{outcome="postponed"} 1')
    close()
    await harness.stop()
  })

  it("that nobody takes for a week are given up: it is counted, logged and kept, and the till is answered all the same", async () => {
    const timers = { closing: "1 hour", challenges: "1 hour", notices: "20 millis", tidying: "20 millis" } as const
    const { phone, shop, harness } = await populated(Fixtures.alipay, { timers })
    await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop", notify: "http://127.0.0.1:1/" })
    const codeOf = sourceOf(Fixtures.alipay, (await harness.signed(phone, "/v1/credential", {})).body as Body)
    const code = codeOf(Time.stepAt(Fixtures.alipay, harness.now))
    await harness.signed(shop, "/v1/pay", { terminal: "t", order: "o", code, amount: 1 })
    const said = () => harness.lines.map((line) => JSON.parse(line) as Body).filter(({ level }) => level === "WARN")
    harness.now += 7 * 86_400
    await expect.poll(async () => String((await harness.ask("/metrics")).body)).toContain("paycode_notices_due 1")
    expect(said()).toEqual([])
    harness.now += 1
    await expect.poll(said).toEqual([
      expect.objectContaining({
        message: "gave up notices that nobody took in 7 days, 1 to merchant shop: the ledger has them as expired"
      })
    ])
    const metrics = async () => String((await harness.ask("/metrics")).body)
    expect(await metrics()).toContain('paycode_notices_total{outcome="expired"} 1')
    await expect.poll(metrics).toContain("paycode_notices_due 0")
    expect((await harness.signed(shop, "/v1/notice", { order: "o" })).body).toMatchObject({ order: "o", amount: 1 })
    await harness.stop()
  })

  it("come at growing distances, up to a day", () => {
    const delays = Array.from({ length: 40 }, (_, attempts) => Notices.delay(attempts, 0))
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40])
    expect(delays.at(-1)).toBe(86_400)
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
    expect(Notices.delay(3, 1)).toBe(20)
  })

  it("and overdue orders are the server's own work", async () => {
    const { close, heard, url } = await ear(() => 200)
    const timers = { closing: "20 millis", notices: "20 millis", tidying: "20 millis" } as const
    const { phone, shop, harness } = await populated(Fixtures.alipay, { timers })
    await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop", notify: url })
    const codeOf = sourceOf(Fixtures.alipay, (await harness.signed(phone, "/v1/credential", {})).body as Body)
    const pay = (order: string, amount: number) => {
      harness.now += Fixtures.alipay.clock.step
      const code = codeOf(Time.stepAt(Fixtures.alipay, harness.now))
      return harness.signed(shop, "/v1/pay", { terminal: "t", order, code, amount })
    }
    await pay("paid", 1)
    await pay("open", 300_000)
    const open = () => harness.run(Ledger.use((ledger) => ledger.orders.openSince(harness.now, 10)))
    expect(await open()).toHaveLength(1)
    harness.now += 86_400
    await expect.poll(open).toEqual([])
    await expect.poll(() => heard).toEqual([expect.objectContaining({ order: "paid" })])
    close()
    await harness.stop()
  })
})

describe("what was counted on a day (VER-29, STP-7)", () => {
  it("is thrown away a week after it has ended: a node that is behind, or a clock that is set back, may still count on it", async () => {
    const { account, harness } = await populated(Fixtures.alipay, { timers: { tidying: "20 millis" } })
    const day = Time.dayAt(Fixtures.alipay, harness.now)
    /** How many wrong passwords the ledger has of the day; none is added where `more` is false. */
    const counted = async (more = false) => {
      let found = 0
      const look = (wrong: number): boolean => {
        found = wrong
        return more
      }
      await harness.run(Ledger.use((ledger) => ledger.accounts.countPassword(account, day, look)))
      return found
    }
    await counted(true)
    harness.now = Time.startOfDay(Fixtures.alipay, day + 8) - 1
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await counted()).toBe(1)
    harness.now += 1
    await expect.poll(() => counted()).toBe(0)
    await harness.stop()
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("what is told", () => {
  it("metrics", async () => {
    const { shop, harness } = await populated()
    await harness.signed(shop, "/v1/query", { order: "o" })
    await harness.post("/v1/pay", {})
    await harness.ask("/a/path/nobody/knows")
    const { body, headers } = await harness.ask("/metrics")
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    const lines = String(body).split("\n")
    for (const line of [
      'paycode_http_requests_total{route="/v1/query",status="200"} 1',
      'paycode_http_requests_total{route="other",status="404"} 1',
      'paycode_answers_total{route="/v1/query",answer="NO_SUCH_ORDER"} 1',
      'paycode_answers_total{route="/v1/pay",answer="SIGNATURE_MISSING"} 1',
      'paycode_http_request_seconds_count{route="/v1/query"} 1',
      'paycode_http_request_seconds_bucket{route="/v1/query",le="+Inf"} 1',
      "paycode_open_orders 0",
      "paycode_notices_due 0"
    ])
      expect(lines).toContain(line)
    expect(String(body)).toMatch(/process_resident_memory_bytes [1-9]/)
    await harness.stop()
  })

  it("the document, and its page, which asks nobody else for anything", async () => {
    const harness = await HttpHarness.make()
    expect((await harness.ask("/openapi.json")).body).toEqual(JSON.parse(JSON.stringify(Api.document())))
    const { body } = await harness.ask("/docs")
    expect(String(body).replace(/<script>.*?<\/script>/gs, "")).not.toMatch(/(src|href)=/)
    const root = await harness.ask("/", { redirect: "manual" })
    expect([root.status, root.headers.get("location")]).toEqual([302, "/docs"])
    await harness.stop()
  })

  it("every operation says what it is, and which problems it has", () => {
    const { paths } = Api.document()
    for (const [path, item] of Object.entries(paths)) {
      const operation = item.post ?? item.get
      expect(operation?.summary, path).toBeTruthy()
      expect(operation?.description, path).toBeTruthy()
      const statuses = Object.keys(operation?.responses ?? {})
      expect(statuses, path).toEqual(expect.arrayContaining(["400", "413", "415", "500", "503"]))
      const isSigned = (operation?.security?.length ?? 0) > 0
      if (isSigned) expect(statuses, path).toEqual(expect.arrayContaining(["401", "403", "429"]))
      expect(isSigned, path).toBe(!/^\/(health|metrics|v1\/scheme|v1\/messages|v1\/devices|v1\/agreement)/.test(path))
    }
  })

  it("a request is one line of the log, without what it carried", async () => {
    const { keys, phone, shop, harness } = await populated()
    const issued = (await harness.signed(phone, "/v1/credential", {})).body as Body
    const code = sourceOf(Fixtures.alipay, issued)(Time.stepAt(Fixtures.alipay, harness.now))
    const pay = { terminal: "t", order: "o", code, amount: 1 }
    await harness.signed(shop, "/v1/pay", pay)
    await harness.signed(shop, "/v1/pay", { ...pay, extra: code })
    await harness.signed(shop, "/v1/pay", { ...pay, [code]: code })
    await harness.post("/v1/pay", pay)
    await harness.ask(`/v1/pay/${code}`, { method: "POST", body: code })
    await harness.ask(`/v1/pay?code=${code}`, { method: "POST", body: code })
    await harness.signed(phone, "/v1/step-up", { merchant: "shop", order: "o", password })
    await harness.signed(phone, "/v1/step-up", { merchant: "shop", order: "o", password: `${password}!` })
    const log = harness.lines.join("\n")
    const seed = String((issued.secret as Body).seed)
    for (const secret of [code, password, seed, ...keys.map(String)]) {
      expect(log).not.toContain(secret)
      expect(log).not.toContain(Buffer.from(secret, "base64url").toString("hex"))
      expect(log).not.toContain(Buffer.from(secret, "base64url").toString("base64"))
    }
    const lines = harness.lines.map((line) => JSON.parse(line) as Body)
    expect(lines.find(({ answer }) => answer === "PAID")).toEqual({
      at: new Date(harness.now * 1000).toISOString(),
      level: "INFO",
      message: "request",
      id: expect.any(String),
      method: "POST",
      route: "/v1/pay",
      key: "merchant/shop",
      status: 200,
      answer: "PAID",
      millis: expect.any(Number)
    })
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length)
    await harness.stop()
  })
})

describe("the end", () => {
  it("what was begun is finished", async () => {
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = Ledger.wrapped(Ledger.layerMemory, ({ orders }) => ({
      orders: {
        ...orders,
        order: (number) => {
          begin()
          return Effect.andThen(
            Effect.promise(() => held),
            orders.order(number)
          )
        }
      }
    }))
    const { shop, harness } = await populated(Fixtures.alipay, { ledger: slow })
    const requested = harness.signed(shop, "/v1/query", { order: "o" })
    await begun
    const stopped = harness.stop()
    const isRefused = (): Promise<boolean> =>
      harness.ask("/health").then(
        () => false,
        () => true
      )
    await expect.poll(isRefused).toBe(true)
    // This connection is idle first, and its server closes it after five seconds. A server that waits for its own ends later than that.
    const other = await populated(Fixtures.alipay)
    let isKept = true
    const socket = connect(other.harness.port, "127.0.0.1", () =>
      socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    )
    socket.on("close", () => {
      isKept = false
    })
    await new Promise((resolve) => socket.once("data", resolve))
    release()
    expect((await requested).body).toMatchObject({ answer: "NO_SUCH_ORDER" })
    await stopped
    expect(isKept).toBe(true)
    socket.destroy()
    await other.harness.stop()
  })
})
