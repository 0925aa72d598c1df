/** Codes over the till's transaction, and step-up by short message, asked for over HTTP. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterEach, describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Challenge } from "../credentials/Credentials.ts"
import { Messages } from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as HttpHarness from "../testing/HttpHarness.ts"
import * as Wallet from "../wallet/Wallet.ts"
import { type Online, SecureHardware } from "../wallet/Wallet.ts"
import * as Client from "./Client.ts"

const network = Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)
const stops: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A server, an account whose phone has enrolled over HTTP, and a shop under a registered name. */
const fixture = async (scheme: Scheme, hasNetwork = true) => {
  let harness: HttpHarness.HttpHarness | undefined
  const clock = Fixtures.runningClock(() => (harness?.now ?? HttpHarness.start) * 1000)
  const gateway = hasNetwork
    ? await Effect.runPromise(Effect.provideService(Messages.local, Clock.Clock, clock))
    : undefined
  harness = await HttpHarness.make(scheme, { gateway })
  stops.push(harness.stop)
  const run = <A, E>(requested: Effect.Effect<A, E, Client.Services>): Promise<A> =>
    Effect.runPromise(requested.pipe(Effect.provide(network), Effect.provideService(Clock.Clock, clock)))
  const url = harness.url
  const operator = await run(Client.operator({ url, key: HttpHarness.operatorKey }))
  const telephone = Fixtures.telephone(1)
  const { password, pin } = Fixtures
  const account = await run(operator.open({ balance: 10_000_000, password, pin, telephone }))
  const owner = await run(Client.owner({ url }))
  await run(owner.sign({ account, password }))
  const { key, phone } = await run(owner.register({ account, password }))
  const enlisted = await run(operator.enlist("shop", { name: "Corner Shop" }))
  const merchant = await run(Client.merchant({ url, merchant: "shop", key: enlisted.key }))
  const hardware = await run(
    SecureHardware.simulated({
      algorithm: "HMAC-SHA-256",
      attempts: 1,
      choosePin: Effect.succeed(pin),
      store: SecureHardware.forgetful,
      cost: 2
    })
  )
  const wallet = await run(Wallet.make(Rules.strict(scheme), { account, phone }, Wallet.forgetful, hardware))
  const online = Client.layerOnline({ url, phone, key })
  await run(
    Effect.provide(Effect.andThen(wallet.enroll, wallet.confirm) as Effect.Effect<void, never, Online.Online>, online)
  )
  return { account, enlisted, merchant, operator, run, harness, telephone, url, wallet }
}

const hidden = (harness: HttpHarness.HttpHarness, ...secrets: ReadonlyArray<string>) => {
  const log = harness.lines.join("\n")
  expect(harness.lines.length).toBeGreaterThan(0)
  for (const secret of secrets) expect(log).not.toContain(secret)
}

describe.each([Fixtures.tillQr, Fixtures.hardened])("codes of $scheme over HTTP", (scheme) => {
  it("pay the sale that they were made over, with the PIN also above the limit", async () => {
    const { enlisted, merchant, run, harness, wallet } = await fixture(scheme)
    expect(enlisted.name).toBe("Corner Shop")
    const sale = { payee: enlisted.name, amount: scheme.limit.payment + 1, order: "A", nonce: "AAECAwQFBgcICQoL" }
    const { code } = await run(wallet.show({ over: sale, pin: Fixtures.pin }))
    const request = { merchant: "shop", terminal: "till", code, amount: sale.amount }
    expect(await run(merchant.pay({ ...request, order: "B", nonce: sale.nonce }))).toBe("CODE_INVALID")
    expect(await run(merchant.pay({ ...request, order: "A", nonce: sale.nonce }))).toBe("PAID")
    hidden(harness, Redacted.value(Fixtures.pin), code)
  })
})

describe("a merchant's name over HTTP", () => {
  it("is another merchant's, and then refused, and so is a telephone number of another account", async () => {
    const { operator, run, telephone } = await fixture(Fixtures.tillQr)
    const name = await run(Effect.flip(operator.enlist("thief", { name: "Corner Shop" })))
    expect(name).toMatchObject({ error: "NAME_TAKEN" })
    const opened = operator.open({ balance: 0, password: Fixtures.password, telephone })
    expect(await run(Effect.flip(opened))).toMatchObject({ error: "TELEPHONE_TAKEN" })
  })
})

describe("short messages over HTTP", () => {
  it("carry a challenge and its answer, and neither stands in the log", async () => {
    const { merchant, run, harness, telephone, url, wallet } = await fixture(Fixtures.smsOcra)
    const { code } = await run(wallet.show())
    const amount = Fixtures.smsOcra.limit.payment + 1
    expect(await run(merchant.pay({ merchant: "shop", terminal: "till", order: "A", code, amount }))).toBe("OPEN")
    const phones = await run(Client.network({ url }))
    const [challenge] = await run(phones.inbox(telephone))
    expect(await run(phones.inbox(Fixtures.telephone(2)))).toEqual([])
    const answer = (await run(wallet.answer(challenge!.text, ({ payee }) => payee === "Corner Shop", Fixtures.pin)))!
    expect(await run(phones.send(Fixtures.telephone(2), answer))).toBeUndefined()
    expect(await run(phones.send(telephone, answer))).toEqual({
      answer: "PAID",
      order: { merchant: "shop", order: "A" }
    })
    hidden(harness, Redacted.value(Fixtures.pin), answer, challenge!.text)
  })

  it("carry the password, which does not stand in the log", async () => {
    const { merchant, run, harness, telephone, url, wallet } = await fixture(Fixtures.smsPassword)
    const { code } = await run(wallet.show())
    const amount = Fixtures.smsPassword.limit.payment + 1
    await run(merchant.pay({ merchant: "shop", terminal: "till", order: "A", code, amount }))
    const phones = await run(Client.network({ url }))
    expect(await run(phones.send(telephone, Challenge.password(Fixtures.password)))).toMatchObject({ answer: "PAID" })
    hidden(harness, Redacted.value(Fixtures.password))
  })

  it("are none where the server has no network of its own", async () => {
    const { run, telephone, url } = await fixture(Fixtures.alipay, false)
    const phones = await run(Client.network({ url }))
    for (const requested of [phones.inbox(telephone), phones.send(telephone, "x")]) {
      expect(await run(Effect.flip(requested as Effect.Effect<unknown, unknown>))).toMatchObject({
        error: "GATEWAY_UNKNOWN"
      })
    }
  })
})
