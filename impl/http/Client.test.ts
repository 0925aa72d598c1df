/** The clients: every party from a distance, and what they make of answers that do not come. */
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterEach, describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as HttpHarness from "../testing/HttpHarness.ts"
import * as Till from "../till/Till.ts"
import * as Wallet from "../wallet/Wallet.ts"
import { Online } from "../wallet/Wallet.ts"
import * as Client from "./Client.ts"
import * as Problem from "./Problem.ts"

const password = Redacted.make("a long password")

const stops: Array<() => unknown> = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const transport = Layer.mergeAll(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)

/** Asks with a clock that is so many seconds ahead of a stand's. */
const asking =
  (now: () => number, ahead = 0) =>
  <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient | SecureRandom.SecureRandom>): Promise<A> => {
    const time = Fixtures.clock(() => (now() + ahead) * 1000)
    // It says what it is told, and sleeps by the clock of the machine.
    const clock = {
      ...time,
      sleep: (duration: Duration.Duration) => Effect.provideService(Effect.sleep(duration), Clock.Clock, machine)
    }
    return Effect.runPromise(Effect.provide(Effect.provideService(effect, Clock.Clock, clock), transport))
  }

const machine = Effect.runSync(Clock.Clock)

const world = async (scheme: Scheme = Fixtures.alipay, options: HttpHarness.HttpHarnessOptions = {}, ahead = 0) => {
  const harness = await HttpHarness.make(scheme, options)
  stops.push(harness.stop)
  const at = { url: harness.url }
  const ask = asking(() => harness.now, ahead)
  const operator = await ask(Client.operator({ ...at, key: HttpHarness.operatorKey }))
  const owner = await ask(Client.owner(at))
  return { harness, at, ask, operator, owner }
}

const codeOf = (scheme: Scheme, issued: Provider.Issued, now: number): string =>
  TokenSource.make(scheme.code, issued)(scheme.token.source === "seed" ? Time.stepAt(scheme, now) : 0)

/** What a phone is answered that is not its owner's. */
const nobodys = new Refused.Refused({ reason: "NOT_OWNER" })

describe("every party", () => {
  it.each(Fixtures.schemes.map((scheme) => [scheme.code.alias, scheme] as const))(
    "%s: from the account to the refund",
    async (_, scheme) => {
      const { ask, at, operator, owner, harness } = await world(scheme)
      const account = await ask(operator.open({ balance: 1_000_000, password }))
      const { key, noticeKey } = await ask(operator.enlist("shop"))
      await ask(owner.sign({ account, password }))
      const device = await ask(owner.register({ account, password }))
      const phone = await ask(Client.phone({ ...at, ...device }))
      const { online } = phone
      const issued = await ask(online.enroll(device.phone))
      expect(issued.clock).toBe(harness.now * 1000)
      expect(await ask(online.standing(device.phone, issued.number))).toBe("pending")
      await ask(online.confirm(device.phone, issued.number))
      expect(await ask(online.standing(device.phone, issued.number))).toBe("live")
      expect(await ask(online.standing(device.phone, issued.number + 1))).toBe(undefined)

      const merchant = await ask(Client.merchant({ ...at, merchant: "shop", key }))
      const number = { merchant: "shop", order: "o" }
      const request = { ...number, terminal: "t", code: codeOf(scheme, issued, harness.now), amount: 700 }
      expect(await ask(merchant.query(number))).toBe("NO_SUCH_ORDER")
      expect(await ask(merchant.pay(request))).toBe("PAID")
      expect(await ask(merchant.pay(request))).toBe("PAID")
      const notice = await ask(merchant.notice(number))
      expect(notice).toEqual({ ...number, amount: 700, tag: Provider.tagOf(noticeKey, notice) })
      const refund = { ...number, refund: "r" }
      expect(await ask(merchant.queryRefund(refund))).toMatchObject({ answer: "NO_SUCH_REFUND", refunded: 0 })
      const made = { answer: "REFUNDED", amount: 700, refunded: 700 }
      expect(await ask(merchant.refund({ ...refund, amount: 700 }))).toEqual(made)
      expect(await ask(merchant.queryRefund(refund))).toEqual(made)
      expect(await ask(merchant.reverse({ ...number, order: "p" }))).toMatch(/REVERSED|NO_SUCH_ORDER/)
      expect(await ask(operator.close(number))).toBe("REFUNDED")

      await ask(owner.revoke({ account, password }, device.phone))
      // Its key is taken no more (ENR-13), which is what it is told (ENR-12).
      expect(await ask(online.standing(device.phone, issued.number))).toBe("revoked")
      const approval = { account, ...number, password }
      for (const refused of [
        online.enroll(device.phone),
        online.confirm(device.phone, issued.number),
        online.prompts(device.phone),
        online.authenticate(approval),
        phone.signIn({ account, password })
      ]) {
        expect(await ask(Effect.flip(refused as Effect.Effect<unknown, unknown>))).toEqual(nobodys)
      }
      const another = await ask(owner.register({ account, password }))
      await ask(owner.withdraw({ account, password }))
      const renewed = await ask(Client.phone({ ...at, ...another }))
      expect(await ask(Effect.flip(renewed.online.enroll(another.phone)))).toEqual(
        new Refused.Refused({ reason: "NO_AGREEMENT" })
      )
    }
  )

  it("a password over the limit", async () => {
    const { ask, at, operator, owner, harness } = await world()
    const account = await ask(operator.open({ balance: 1_000_000, password }))
    const { key } = await ask(operator.enlist("shop"))
    await ask(owner.sign({ account, password }))
    const device = await ask(operator.device(account))
    const phone = await ask(Client.phone({ ...at, ...device }))
    expect(await ask(Effect.flip(phone.online.enroll(device.phone)))).toEqual(nobodys)
    expect(await ask(Effect.flip(phone.online.prompts(device.phone)))).toEqual(nobodys)
    const wrong = Redacted.make("no")
    expect(await ask(Effect.flip(phone.signIn({ account, password: wrong })))).toEqual(
      new Provider.WrongPassword({ account, exhausted: false })
    )
    await ask(phone.signIn({ account, password }))
    const issued = await ask(phone.online.enroll(device.phone))
    const merchant = await ask(Client.merchant({ ...at, merchant: "shop", key }))
    const number = { merchant: "shop", order: "o" }
    const code = codeOf(Fixtures.alipay, issued, harness.now)
    expect(await ask(merchant.pay({ ...number, terminal: "t", code, amount: 300_000 }))).toBe("OPEN")
    expect(await ask(phone.online.prompts(device.phone))).toEqual([{ ...number, amount: 300_000 }])
    const approval = { account, ...number, password }
    expect(await ask(Effect.flip(phone.online.authenticate({ ...approval, password: wrong })))).toEqual(
      new Provider.WrongPassword({ account, exhausted: false })
    )
    expect(await ask(phone.online.authenticate(approval))).toBe("PAID")
    for (let guess = 0; guess < 10; guess++)
      await ask(Effect.flip(phone.online.authenticate({ ...approval, password: wrong })))
    expect(await ask(Effect.flip(phone.online.authenticate(approval)))).toEqual(
      new Provider.WrongPassword({ account, exhausted: true })
    )
  })

  it("a till sells over HTTP", async () => {
    const { ask, at, operator, owner, harness } = await world()
    const account = await ask(operator.open({ balance: 1_000_000, password }))
    const { key, noticeKey } = await ask(operator.enlist("shop"))
    await ask(owner.sign({ account, password }))
    const device = await ask(owner.register({ account, password }))
    const issued = await ask(
      Effect.flatMap(Client.phone({ ...at, ...device }), ({ online }) => online.enroll(device.phone))
    )
    const merchant = await ask(Client.merchant({ ...at, merchant: "shop", key }))
    const till = await ask(
      Till.make({
        rules: Rules.strict(Fixtures.alipay),
        merchant: "shop",
        terminal: "t",
        noticeKey,
        way: Client.way(merchant)
      })
    )
    const code = codeOf(Fixtures.alipay, issued, harness.now)
    expect(await ask(till.sell({ order: "o", code, amount: 100 }))).toBe("paid")
    expect(await ask(till.sell({ order: "p", code, amount: 100 }))).toBe("failed")
    const notice = await ask(merchant.notice({ merchant: "shop", order: "o" }))
    expect(await ask(till.notified(notice))).toBe("paid")
  })
})

describe("a wallet", () => {
  it.each(Fixtures.schemes.map((scheme) => [scheme.code.alias, scheme] as const))(
    "%s: enrolls, pays, steps up, and is revoked",
    async (_, scheme) => {
      const { ask, at, operator, owner } = await world(scheme)
      const account = await ask(operator.open({ balance: 1_000_000, password }))
      const { key } = await ask(operator.enlist("shop"))
      await ask(owner.sign({ account, password }))
      const device = await ask(owner.register({ account, password }))
      const merchant = await ask(Client.merchant({ ...at, merchant: "shop", key }))
      const wallet = await ask(Wallet.make(Rules.strict(scheme), { account, phone: device.phone }))
      const online = Client.layerOnline({ ...at, ...device })
      const connected = <A, E>(effect: Effect.Effect<A, E, Online.Online>) => ask(Effect.provide(effect, online))
      await connected(Effect.andThen(wallet.enroll, wallet.confirm))
      const { code } = await ask(wallet.show())
      const amount = scheme.stepUp === undefined ? 100 : 300_000
      const prompt = { merchant: "shop", order: "o", amount }
      const answer = await ask(merchant.pay({ ...prompt, terminal: "t", code }))
      if (answer === "OPEN") expect(await connected(wallet.approve(prompt, true, password))).toBe("PAID")
      expect(await ask(merchant.query(prompt))).toBe("PAID")
      expect(await connected(wallet.checkIn)).toBe(false)
      await ask(owner.revoke({ account, password }, device.phone))
      expect(await connected(wallet.checkIn)).toBe(true)
    }
  )

  it("without a network it shows codes, and cannot get any", async () => {
    const ask = asking(() => HttpHarness.start)
    const wallet = await ask(Wallet.make(Rules.strict(Fixtures.alipay), { account: 0, phone: 0 }))
    const online = Client.layerOnline({ url: "http://127.0.0.1:1", phone: 0, key: HttpHarness.operatorKey })
    expect(await ask(Effect.flip(Effect.provide(wallet.enroll, online)))).toBeInstanceOf(Online.Offline)
  })
})

/** A server that is none of ours. */
const impostor = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  stops.push(
    () => server.closeAllConnections(),
    () => server.close()
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const body = (problem: Problem.Name) => JSON.stringify(Problem.body(problem))
const json = { "content-type": "application/json" }

describe("clocks", () => {
  it.each([-86_400, -61, 61, 86_400])("a phone that is %i seconds ahead asks all the same", async (ahead) => {
    const { ask, at, operator, owner, harness } = await world()
    const account = await ask(operator.open({ balance: 1, password }))
    await ask(owner.sign({ account, password }))
    const device = await ask(owner.register({ account, password }))
    const askLate = asking(() => harness.now, ahead)
    const { online } = await askLate(Client.phone({ ...at, ...device }))
    expect(await askLate(online.prompts(device.phone))).toEqual([])
    const before = harness.lines.length
    expect(await askLate(online.prompts(device.phone))).toEqual([])
    // Once corrected it stays so: one request, one line.
    expect(harness.lines.length - before).toBe(1)
  })

  it.each([-3600, -300, 300, 3600])("a till that is %i seconds ahead sells all the same", async (ahead) => {
    const { ask, at, operator, harness } = await world()
    const { key } = await ask(operator.enlist("shop"))
    const askLate = asking(() => harness.now, ahead)
    const merchant = await askLate(Client.merchant({ ...at, merchant: "shop", key }))
    const request = { merchant: "shop", terminal: "t", order: "o", code: "1", amount: 1 }
    expect(await askLate(merchant.pay(request))).toBe("CODE_INVALID")
    const before = harness.lines.length
    expect(await askLate(merchant.query(request))).toBe("CODE_INVALID")
    expect(harness.lines.length - before).toBe(1)
  })

  /** What a server is asked that says what it likes of the time, and how often. */
  const dated = async (date: number) => {
    const signed: Array<number> = []
    const url = await impostor((incoming, response) => {
      const [, created] = /created=(\d+)/.exec(String(incoming.headers["signature-input"])) ?? []
      signed.push(Number(created))
      response
        .writeHead(401, { ...json, date: new Date(date * 1000).toUTCString() })
        .end(JSON.stringify(Problem.body("SIGNATURE_EXPIRED")))
    })
    return { url, signed }
  }

  it.each([
    ["phone", 86_400],
    ["till", 3600]
  ] as const)(
    "a %s signs for no time that is further than its clock may be wrong, whatever it is told",
    async (who, most) => {
      const start = HttpHarness.start
      const ask = asking(() => start)
      for (const off of [most, -most, most + 120, -most - 120, 2_145_916_800 - start]) {
        const { signed, url } = await dated(start + off)
        const options = { url, key: HttpHarness.operatorKey }
        if (who === "phone") {
          const { online } = await ask(Client.phone({ ...options, phone: 0 }))
          await ask(Effect.flip(online.prompts(0)))
        } else {
          const merchant = await ask(Client.merchant({ ...options, merchant: "shop" }))
          await ask(Effect.flip(merchant.query({ merchant: "shop", order: "o" })))
        }
        expect(signed).toEqual(Math.abs(off) <= most ? [start, start + off] : [start])
      }
    }
  )

  it("a till that is further off is told so", async () => {
    const { ask, at, operator, harness } = await world()
    const { key } = await ask(operator.enlist("shop"))
    const askLate = asking(() => harness.now, 3700)
    const merchant = await askLate(Client.merchant({ ...at, merchant: "shop", key }))
    const number = { merchant: "shop", order: "o" }
    const denied = await askLate(Effect.flip(merchant.query(number)))
    expect(denied).toBeInstanceOf(Problem.Unauthorized)
    expect(denied).toMatchObject({ error: "SIGNATURE_EXPIRED" })
    const told = await askLate(Effect.flip(Client.way(merchant).query(number)))
    expect(told).toMatchObject({ _tag: "Denied", because: expect.stringMatching(/^SIGNATURE_EXPIRED, /) })
  })
})

describe("no answer", () => {
  const number = { merchant: "shop", order: "o" }
  const key = HttpHarness.operatorKey
  const now = () => HttpHarness.start

  it.each([
    ["nobody listens", /^nothing that listens at .*: start the provider there/, undefined],
    [
      "the connection breaks",
      /^a connection to .* that failed \(ECONNRESET\): see /,
      (_, response) => response.destroy()
    ],
    [
      "it breaks in the middle",
      /^(a connection to .* that failed \(ECONNRESET\)|what no provider answers, from .* \(status 200\)): see /,
      (_, response) => response.writeHead(200, { "content-length": 99 }).write("{", () => response.destroy())
    ],
    [
      "it is a page",
      /^what no provider answers, from .*: see what listens there$/,
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Welcome")
    ],
    [
      "it is another JSON",
      /^what no provider answers, from .*: see what listens there$/,
      (_, response) => response.writeHead(200, json).end('{"answer":"YES"}')
    ],
    [
      "it is a gateway's",
      /^what no provider answers, from .* \(status 502\): see what listens there$/,
      (_, response) => response.writeHead(502).end("bad gateway")
    ],
    [
      "it leads elsewhere",
      /^what no provider answers, from .* \(status 302\): see what listens there$/,
      (_, response) => response.writeHead(302, { location: "/" }).end()
    ],
    ["the server has failed", /^FAILED from /, (_, response) => response.writeHead(500, json).end(body("FAILED"))],
    [
      "the ledger is gone",
      /^UNAVAILABLE from /,
      (_, response) => response.writeHead(503, json).end(body("UNAVAILABLE"))
    ],
    [
      "it does not come in time",
      /^none from .* within 300ms: see that the provider there is at work; what was asked may have been done$/,
      () => undefined,
      Duration.millis(300)
    ]
  ] satisfies ReadonlyArray<readonly [string, RegExp, RequestListener | undefined, Duration.Duration?]>)(
    "%s",
    async (_, says, listener, patience = Duration.minutes(5)) => {
      const url = listener === undefined ? "http://127.0.0.1:1" : await impostor(listener)
      const ask = asking(now)
      const options = { url, key, patience }
      const merchant = await ask(Client.merchant({ ...options, merchant: "shop" }))
      const lost = { _tag: "NoAnswer", order: "o", because: expect.stringMatching(says) }
      expect(await ask(Effect.flip(merchant.pay({ ...number, terminal: "t", code: "1", amount: 1 })))).toMatchObject(
        lost
      )
      expect(await ask(Effect.flip(Client.way(merchant).reverse(number)))).toMatchObject(lost)
      const { online } = await ask(Client.phone({ ...options, phone: 0 }))
      const offline = await ask(Effect.flip(online.enroll(0)))
      expect(offline).toBeInstanceOf(Online.Offline)
      expect(offline).toMatchObject({ because: expect.stringMatching(says) })
      // Who reads it is told where it was asked.
      expect(offline.message).toContain(url)
    }
  )

  it("one without an end is not read to its end, nor until the patience is over", async () => {
    let sent = 0
    const part = Buffer.alloc(65_536, " ")
    const url = await impostor((_, response) => {
      response.writeHead(200, json)
      const more = (): void => {
        while (!response.destroyed && response.write(part)) sent += part.length
        sent += part.length
      }
      response.on("drain", more)
      more()
    })
    const ask = asking(now)
    const merchant = await ask(Client.merchant({ url, key, merchant: "shop", patience: Duration.minutes(2) }))
    expect(await ask(Effect.flip(merchant.query(number)))).toMatchObject({
      _tag: "NoAnswer",
      order: "o",
      because: expect.stringContaining(`what no provider answers, from ${url}`)
    })
    // What is on its way is more than what is read.
    expect(sent).toBeLessThan(100_000_000)
  })

  it("what is denied ends a sale at once: nobody was asked, and to ask again is of no use", async () => {
    let requested = 0
    const url = await impostor((_, response) => {
      requested++
      response.writeHead(401, json).end(body("SIGNATURE_WRONG"))
    })
    const ask = asking(now)
    const way = Client.way(await ask(Client.merchant({ url, key, merchant: "shop" })))
    const settings = { rules: Rules.strict(Fixtures.alipay), merchant: "shop", terminal: "t", noticeKey: key, way }
    const till = await ask(Till.make(settings))
    const denied = await ask(Effect.flip(till.sell({ order: "o", code: "1", amount: 1 })))
    expect(denied).toMatchObject({ _tag: "Denied", order: "o", because: expect.stringMatching(/^SIGNATURE_WRONG, /) })
    // Nothing was decided, and nothing is held for decided.
    expect([requested, (await ask(till.order("o")))?.view]).toEqual([1, "asked"])
  })

  it("a server that asks to wait is no answer to a till, and denies a merchant", async () => {
    const url = await impostor((_, response) => response.writeHead(429, json).end(body("TOO_MANY_REQUESTS")))
    const ask = asking(now)
    const merchant = await ask(Client.merchant({ url, key, merchant: "shop" }))
    expect(await ask(Effect.flip(merchant.query(number)))).toBeInstanceOf(Problem.TooManyRequests)
    expect(await ask(Effect.flip(Client.way(merchant).query(number)))).toMatchObject({ _tag: "NoAnswer", order: "o" })
  })
})
