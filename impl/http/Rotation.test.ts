/**
 * Keys that are rotated and withdrawn, at two providers of one ledger: each takes a new one at once, and the one before until its time is
 * over; and of one that is withdrawn nothing is taken any more, whatever is under way.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Time from "../../model/Time.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { type Database, Sqlite } from "../ledger/Ledger.ts"
import * as Postgres from "../ledger/postgres/Postgres.ts"
import * as Provider from "../provider/Provider.ts"
import * as Cluster from "../testing/Cluster.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as HttpHarness from "../testing/HttpHarness.ts"

const scope = Scope.makeUnsafe()
let folder: string
let cluster: Cluster.Cluster
let files = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "paycode-rotation-"))
  cluster = await Effect.runPromise(Effect.provideService(Cluster.make, Scope.Scope, scope))
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(folder, { recursive: true, force: true })
})

/** Where two providers can have one ledger. */
const places: ReadonlyArray<{
  readonly place: string
  readonly fresh: () => Promise<Layer.Layer<Database.Database, Database.Unavailable>>
}> = [
  { place: "a file", fresh: async () => Sqlite.layer({ file: join(folder, `${files++}.db`) }) },
  {
    place: "PostgreSQL",
    fresh: async () =>
      Postgres.layer({ url: await Effect.runPromise(cluster.database), patience: Duration.seconds(30) })
  }
]

type Body = Readonly<Record<string, unknown>>

const password = "a long password"

const written = (byte: number): string => Buffer.alloc(32, byte).toString("base64url")

/** A signer with another key. */
const holding = ({ caller }: HttpHarness.Signer, key: string): HttpHarness.Signer => ({
  caller,
  key: HttpHarness.keyOf(key)
})

/** Two providers of one ledger; what `wrap` puts around that of the second. */
const two = async (
  fresh: (typeof places)[number]["fresh"],
  wrap: (ledger: Ledger.Ledger) => Partial<Ledger.Ledger> = () => ({})
) => {
  const database = await fresh()
  const layer = () => Layer.orDie(Layer.provide(Ledger.layer, Layer.fresh(database)))
  const one = await HttpHarness.make(Fixtures.alipay, { ledger: layer() })
  const other = await HttpHarness.make(Fixtures.alipay, { ledger: Ledger.wrapped(layer(), wrap) })
  const enlisted = (await one.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })).body as Body
  const { account } = (await one.signed(HttpHarness.operator, "/v1/accounts", { balance: 10_000, password }))
    .body as Body
  const device = (await one.post("/v1/devices", { account, password })).body as Body
  const shop: HttpHarness.Signer = {
    caller: { _tag: "Merchant", merchant: "shop" },
    key: HttpHarness.keyOf(enlisted.key)
  }
  await one.enlist("shop", "t")
  const phone: HttpHarness.Signer = {
    caller: { _tag: "Phone", phone: Number(device.phone) },
    key: HttpHarness.keyOf(device.key)
  }
  const stop = async () => {
    await one.stop()
    await other.stop()
  }
  return { one, other, shop, phone, account, enlisted, stop }
}

/** A code of a phone that is enrolled at a provider. */
const codeOf = async (harness: HttpHarness.HttpHarness, phone: HttpHarness.Signer): Promise<string> => {
  const issued = (await harness.signed(phone, "/v1/credential", {})).body as Body
  await harness.signed(phone, "/v1/credential/confirm", { credential: issued.credential })
  const { seed } = issued.secret as { readonly seed: string }
  return TokenSource.make(Fixtures.alipay.code, {
    prefix: String(issued.prefix),
    alias: String(issued.alias),
    secret: { _tag: "Seed", seed: HttpHarness.keyOf(seed) }
  })(Time.stepAt(Fixtures.alipay, harness.now))
}

/** What a merchant is answered that asks after an order at a provider. */
const told = async (harness: HttpHarness.HttpHarness, shop: HttpHarness.Signer): Promise<unknown> => {
  const { body, status } = await harness.signed(shop, "/v1/query", { order: "o" })
  return status === 200 ? "heard" : (body as Body).error
}

describe.each(places)("the keys of a ledger in $place, at two providers", ({ fresh }) => {
  it("are a merchant's own to rotate: both are good for the time that is said, and then the new one alone", async () => {
    const { one, other, shop, stop } = await two(fresh)
    expect([await told(one, shop), await told(other, shop)]).toEqual(["heard", "heard"])
    const next = { key: written(1), noticeKey: written(2), overlap: 60 }
    expect((await one.signed(shop, "/v1/keys/rotate", next)).status).toBe(204)
    const young = holding(shop, next.key)
    for (const harness of [one, other])
      expect([await told(harness, young), await told(harness, shop)]).toEqual(["heard", "heard"])

    // The answer was lost: the same is taken again, by either key; another is not, by the one before.
    for (const signer of [shop, young]) {
      expect((await other.signed(signer, "/v1/keys/rotate", next)).status).toBe(204)
    }
    const another = { ...next, key: written(3), noticeKey: written(4) }
    expect(await other.signed(shop, "/v1/keys/rotate", another)).toMatchObject({
      status: 403,
      body: { error: "KEY_SUPERSEDED" }
    })
    for (const harness of [one, other]) harness.now += 60
    for (const harness of [one, other]) {
      expect([await told(harness, young), await told(harness, shop)]).toEqual(["heard", "KEY_WITHDRAWN"])
    }
    // A key that was is never again.
    const again = { ...another, key: Buffer.from(Redacted.value(shop.key)).toString("base64url") }
    expect(await one.signed(young, "/v1/keys/rotate", again)).toMatchObject({
      status: 403,
      body: { error: "KEY_REUSED" }
    })
    // At once.
    expect((await other.signed(young, "/v1/keys/rotate", { ...another, overlap: 0 })).status).toBe(204)
    for (const harness of [one, other]) expect(await told(harness, young)).toBe("KEY_WITHDRAWN")
    expect(await told(one, holding(shop, another.key))).toBe("heard")
    await stop()
  })

  it("are the operator's to withdraw: no provider takes them from then on, until the merchant has others", async () => {
    const { one, other, shop, stop } = await two(fresh)
    expect([await told(one, shop), await told(other, shop)]).toEqual(["heard", "heard"])
    expect(await one.signed(HttpHarness.operator, "/v1/keys/withdraw", { key: "merchant/nobody" })).toMatchObject({
      status: 404,
      body: { error: "MERCHANT_UNKNOWN" }
    })
    expect((await one.signed(HttpHarness.operator, "/v1/keys/withdraw", { key: "merchant/shop" })).status).toBe(204)
    expect([await told(one, shop), await told(other, shop)]).toEqual(["KEY_WITHDRAWN", "KEY_WITHDRAWN"])
    // To take it in again is not to give it keys.
    expect(await other.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })).toMatchObject({
      status: 403,
      body: { error: "KEY_WITHDRAWN" }
    })
    expect(await told(other, shop)).toBe("KEY_WITHDRAWN")
    const next = { merchant: "shop", key: written(1), noticeKey: written(2), overlap: 3600 }
    expect(await other.signed(HttpHarness.operator, "/v1/merchants/rotate", next)).toMatchObject({
      status: 200,
      body: { merchant: "shop", name: "shop", key: next.key, noticeKey: next.noticeKey }
    })
    // What was withdrawn stays so, whatever overlap is said.
    expect([await told(one, shop), await told(one, holding(shop, next.key))]).toEqual(["KEY_WITHDRAWN", "heard"])
    await stop()
  })

  it("do nothing more once they are withdrawn, not even what is under way at the other provider", async () => {
    const begun = Deferred.makeUnsafe<void>()
    const released = Deferred.makeUnsafe<void>()
    const { account, one, other, phone, shop, stop } = await two(fresh, ({ payments }) => ({
      payments: {
        ...payments,
        settle: (query, deciding) =>
          Deferred.succeed(begun, undefined).pipe(
            Effect.andThen(Deferred.await(released)),
            Effect.andThen(payments.settle(query, deciding))
          )
      }
    }))
    await one.post("/v1/agreement/sign", { account, password })
    const code = await codeOf(one, phone)
    const paying = other.signed(shop, "/v1/pay", { terminal: "t", order: "late", code, amount: 1 })
    await Effect.runPromise(Deferred.await(begun))
    expect((await one.signed(HttpHarness.operator, "/v1/keys/withdraw", { key: "merchant/shop" })).status).toBe(204)
    await Effect.runPromise(Deferred.succeed(released, undefined))
    expect(await paying).toMatchObject({ status: 403, body: { error: "KEY_WITHDRAWN" } })
    expect(await one.run(Ledger.use(({ orders }) => orders.order({ merchant: "shop", order: "late" })))).toBeUndefined()
    await stop()
  })

  it("of a phone are rotated by itself, and a phone whose keys are withdrawn is revoked", async () => {
    const { account, one, other, phone, stop } = await two(fresh)
    const asks = async (harness: HttpHarness.HttpHarness, signer: HttpHarness.Signer) =>
      (await harness.signed(signer, "/v1/prompts", {})).status
    expect([await asks(one, phone), await asks(other, phone)]).toEqual([200, 200])
    expect((await other.signed(phone, "/v1/phone/rotate", { key: written(5), overlap: 0 })).status).toBe(204)
    const young = holding(phone, written(5))
    for (const harness of [one, other])
      expect([await asks(harness, young), await asks(harness, phone)]).toEqual([200, 403])
    expect((await one.signed(HttpHarness.operator, "/v1/keys/withdraw", { key: "phone/0" })).status).toBe(204)
    expect(await other.signed(young, "/v1/prompts", {})).toMatchObject({
      status: 403,
      body: { error: "PHONE_REVOKED" }
    })
    expect(await other.signed(young, "/v1/phone/rotate", { key: written(6), overlap: 0 })).toMatchObject({
      status: 403,
      body: { error: "PHONE_REVOKED" }
    })
    // Its owner can have it revoked all the same.
    expect((await one.post("/v1/devices/revoke", { account, password, phone: 0 })).status).toBe(204)
    await stop()
  })

  it("of notices say who the provider is to a till with either, and wait where they are withdrawn", async () => {
    const { account, enlisted, one, phone, shop, stop } = await two(fresh)
    await one.post("/v1/agreement/sign", { account, password })
    const code = await codeOf(one, phone)
    expect((await one.signed(shop, "/v1/pay", { terminal: "t", order: "o", code, amount: 1 })).body).toMatchObject({
      answer: "PAID"
    })
    const said = { merchant: "shop", order: "o", amount: 1 }
    const tagOf = (key: unknown) => Provider.tagOf(HttpHarness.keyOf(key), said)
    const next = { key: written(1), noticeKey: written(2), overlap: 60 }
    await one.signed(shop, "/v1/keys/rotate", next)
    const young = holding(shop, next.key)
    expect((await one.signed(young, "/v1/notice", { order: "o" })).body).toEqual({
      ...said,
      tag: tagOf(next.noticeKey),
      before: tagOf(enlisted.noticeKey)
    })
    one.now += 60
    expect((await one.signed(young, "/v1/notice", { order: "o" })).body).toEqual({
      ...said,
      tag: tagOf(next.noticeKey)
    })
    await one.signed(HttpHarness.operator, "/v1/keys/withdraw", { key: "merchant/shop" })
    const notice = Provider.use(({ relay }) => relay.notice({ merchant: "shop", order: "o" }))
    expect(await one.run(Effect.flip(notice))).toBeInstanceOf(Provider.KeysWithdrawn)
    await stop()
  })

  it("of the operator are the ledger's: a rotation holds at every provider at once", async () => {
    const { one, other, stop } = await two(fresh)
    const young = holding(HttpHarness.operator, written(8))
    const asks = async (harness: HttpHarness.HttpHarness, signer: HttpHarness.Signer) =>
      (await harness.signed(signer, "/v1/accounts", { balance: 0, password: "p" })).status
    expect([await asks(other, HttpHarness.operator), await asks(other, young)]).toEqual([200, 401])
    const rotation = { keys: [["operator", young.key]], now: one.now, overlap: 0 } as const
    expect(await one.run(Ledger.use(({ keys }) => keys.rotate(rotation)))).toBe("Rotated")
    for (const harness of [one, other]) {
      expect([await asks(harness, young), await asks(harness, HttpHarness.operator)]).toEqual([200, 403])
    }
    await stop()
  })
})
