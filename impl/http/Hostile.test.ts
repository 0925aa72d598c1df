/**
 * Hostile requests: whatever comes, the answer is a status from 400 to 499 with a problem that has a name; the server goes
 * on, remembers no more than before, and the ledger holds what it held. What a ledger is asked about may be any text, and is
 * decided. PAYCODE_SEED chooses what is drawn, PAYCODE_CAMPAIGN=1 sends two hundred thousand requests, and PAYCODE_DATABASE=postgres
 * has the ledger in PostgreSQL.
 */
import { connect } from "node:net"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Sqlite } from "../ledger/Ledger.ts"
import * as Postgres from "../ledger/postgres/Postgres.ts"
import * as Cluster from "../testing/Cluster.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as HttpHarness from "../testing/HttpHarness.ts"
import * as Api from "./Api.ts"
import * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)
const requests = process.env.PAYCODE_CAMPAIGN === undefined ? 4000 : 200_000
const isPostgres = process.env.PAYCODE_DATABASE === "postgres"

/** How long a request may take to arrive, in milliseconds: not so long as to wait for, and longer than a busy machine stands still. */
const arrival = process.env.PAYCODE_CAMPAIGN === undefined ? 3000 : 30_000

/** So many requests are under way at once. */
const atOnce = 16

/** How many requests each kind gets, of the whole. */
const share = (part: number): number => Math.ceil((requests * part) / atOnce)

const layer = isPostgres
  ? Layer.unwrap(
      Effect.gen(function* () {
        const cluster = yield* Cluster.make
        return Layer.orDie(Postgres.layer({ url: yield* cluster.database, patience: Duration.seconds(30) }))
      })
    )
  : Sqlite.layerMemory
const database = ManagedRuntime.make(layer)
let harness: HttpHarness.HttpHarness
let shop: HttpHarness.Signer
let phone: HttpHarness.Signer
let sent = 0

/** Every row of every table. */
const rows = (): Promise<string> =>
  database.runPromise(
    Database.Database.use(({ read }) =>
      Effect.gen(function* () {
        const tables = yield* read<{ readonly name: string }>(
          isPostgres
            ? "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name"
            : "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
        const all = yield* Effect.forEach(tables, ({ name }) => read(`SELECT * FROM ${name}`))
        return JSON.stringify(all.map((each) => each.map((row) => JSON.stringify(row)).toSorted()))
      })
    )
  )

beforeAll(async () => {
  const service = await database.runPromise(Database.Database)
  const ledger = Ledger.layer.pipe(Layer.provide(Layer.succeed(Database.Database, service)))
  harness = await HttpHarness.make(Fixtures.alipay, { ledger, arrival: { headers: arrival, request: arrival } })
  const merchant = (await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })).body
  const account = (await harness.signed(HttpHarness.operator, "/v1/accounts", { balance: 1000, password: "p" })).body
  const device = (await harness.post("/v1/devices", { ...(account as object), password: "p" })).body
  const keyOf = (body: unknown) => HttpHarness.keyOf((body as { readonly key: string }).key)
  shop = { caller: { _tag: "Merchant", merchant: "shop" }, key: keyOf(merchant) }
  await harness.enlist("shop", "t")
  phone = { caller: { _tag: "Phone", phone: 0 }, key: keyOf(device) }
})

afterAll(async () => {
  await harness.stop()
  await database.dispose()
})

// ---------------------------------------------------------------------------------------------------------------------
// Sending
// ---------------------------------------------------------------------------------------------------------------------

interface Request {
  readonly method?: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A request as its bytes. */
const bytesOf = ({ body, headers, method = "POST", path }: Request): Buffer => {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length
  const head = [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    `Content-Length: ${length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Connection: close"
  ]
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)])
}

/**
 * How long a line is silent before it is said that nothing more is sent, in milliseconds: then a request that is under way is given up, and
 * what waits for PostgreSQL is.
 */
const silence = isPostgres ? 300 : 0

/** The same, where a busy PostgreSQL has not answered by then, and it is sent again. */
const patience = 100 * silence

/** What comes back for bytes, after which nothing more is sent, unless somebody holds the line. */
const exchange = (bytes: Uint8Array, holds = false, silent = silence): Promise<string> =>
  new Promise((resolve) => {
    sent++
    let ending: NodeJS.Timeout | undefined
    let isGivenUp = false
    const giveUp = (): void => {
      isGivenUp = true
      socket.end()
    }
    const socket = connect({ port: harness.port, host: "127.0.0.1" }, () => {
      socket.write(bytes)
      if (!holds && silent === 0) socket.end()
      else if (!holds) ending = setTimeout(giveUp, silent)
    })
    let heard = ""
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1")
    })
    // A line that breaks while a large body is still being sent has been answered all the same, or has not.
    socket.on("error", () => undefined)
    socket.on("close", () => {
      clearTimeout(ending)
      const isToBeSentAgain = isGivenUp && heard === "" && silent < patience
      resolve(isToBeSentAgain ? exchange(bytes, holds, patience) : heard)
    })
  })

/** Bytes that are shown as text where they are a counterexample, and not all of them. */
const legible = (bytes: Uint8Array) => ({ bytes, toString: () => Buffer.from(bytes).toString("latin1").slice(0, 1500) })

/** The statuses of the answers, and the name in the first of them. */
const read = (heard: string): { readonly statuses: ReadonlyArray<number>; readonly error: Problem.Name } => {
  const statuses = [...heard.matchAll(/^HTTP\/1\.1 ([0-9]{3}) /gm)].map(([, status]) => Number(status))
  const [head = "", rest = ""] = heard.split("\r\n\r\n", 2)
  const length = Number(/content-length: ([0-9]+)/i.exec(head)?.[1])
  if (!(length > 0)) throw new Error(`expected a body in JSON, found ${heard.slice(0, 300)}`)
  const { error } = JSON.parse(rest.slice(0, length)) as { readonly error: Problem.Name }
  if (Problem.problems[error]?.status !== statuses[0])
    throw new Error(`expected a problem, found ${heard.slice(0, 500)}`)
  return { statuses, error }
}

/** Sends requests, and expects problems. The names of those that must be answered with one of some are checked. */
const refused = async (
  kind: fc.Arbitrary<Uint8Array>,
  runs: number,
  names: ReadonlyArray<Problem.Name> = Problem.names
): Promise<ReadonlySet<string>> => {
  const before = await rows()
  const met = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(kind.map(legible), { minLength: atOnce, maxLength: atOnce }), async (all) => {
      const heard = await Promise.all(all.map(({ bytes }) => exchange(bytes)))
      heard.forEach((one, at) => {
        const { error, statuses } = read(one)
        const isRefused = statuses.every((status) => status >= 400 && status < 500) && names.includes(error)
        if (!isRefused) throw new Error(`expected one of ${names}, found ${error} for ${all[at]}`)
        met.add(error)
      })
      // The log is not what is measured.
      harness.lines.length = 0
    }),
    { seed, numRuns: runs, endOnFailure: true }
  )
  expect(await rows()).toBe(before)
  expect((await harness.ask("/health")).status).toBe(200)
  return met
}

// ---------------------------------------------------------------------------------------------------------------------
// Bodies
// ---------------------------------------------------------------------------------------------------------------------

type Json = Readonly<Record<string, unknown>>

/** A good body for every endpoint that is signed, and who signs it. */
const good: ReadonlyArray<readonly [path: string, signer: () => HttpHarness.Signer, body: Json]> = [
  ["/v1/pay", () => shop, { terminal: "t", order: "o", code: "281234567890123456", amount: 1 }],
  ["/v1/terminal", () => shop, { terminal: "t" }],
  ["/v1/query", () => shop, { order: "o" }],
  ["/v1/reverse", () => shop, { order: "o" }],
  ["/v1/refund", () => shop, { order: "o", refund: "r", amount: 1 }],
  ["/v1/notice", () => shop, { order: "o" }],
  ["/v1/credential", () => phone, {}],
  ["/v1/credential/confirm", () => phone, { credential: 0 }],
  ["/v1/credential/standing", () => phone, { credential: 0 }],
  ["/v1/prompts", () => phone, {}],
  ["/v1/step-up", () => phone, { merchant: "shop", order: "o", password: "p" }],
  ["/v1/sign-in", () => phone, { password: "p" }],
  ["/v1/accounts", () => HttpHarness.operator, { balance: 0, password: "p" }],
  ["/v1/accounts/devices", () => HttpHarness.operator, { account: 0 }],
  ["/v1/merchants", () => HttpHarness.operator, { merchant: "m" }],
  ["/v1/orders/close", () => HttpHarness.operator, { merchant: "m", order: "o" }]
]

const endpoint = fc.constantFrom(...good)

const signed = (path: string, signer: HttpHarness.Signer, body: string | Uint8Array): Uint8Array =>
  bytesOf({ path, headers: harness.headers(signer, path, body), body })

/** What no field of any endpoint takes. */
const nonsense = fc.oneof(
  fc.constantFrom<unknown>(null, true, "", [], {}, "x".repeat(3000), "\u0000", [[]], { $ne: 1 }, { toString: "x" }),
  fc.array(fc.jsonValue(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })
)

const name = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "amount ", "Order", "", "amount", "password"),
  fc.string()
)

/** The text of a body that is wrong in its shape. */
const misshapen = (body: Json): fc.Arbitrary<string> => {
  const keys = Object.keys(body)
  const text = (fields: ReadonlyArray<readonly [string, unknown]>): string =>
    `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`
  // As a text, for an object of ours would not take every name.
  const added = fc
    .tuple(name, fc.jsonValue())
    .map(([key, value]) => text([...Object.entries(body), [key in body ? `${key}!` : key, value]]))
  const whole = fc
    .oneof(fc.constantFrom<unknown>(null, true, 0, "", []), fc.array(fc.jsonValue()))
    .map((value) => JSON.stringify(value))
  if (keys.length === 0) return fc.oneof(added, whole)
  const replaced = fc.tuple(fc.constantFrom(...keys), nonsense).map(([at, value]) =>
    // A code may be any text, and a password: that they are wrong is a decision.
    text(
      Object.entries(body).map(([key, was]) => [
        key,
        key !== at ? was : /^(code|password)$/.test(key) && typeof value === "string" ? null : value
      ])
    )
  )
  const missing = fc.constantFrom(...keys).map((at) => text(Object.entries(body).filter(([key]) => key !== at)))
  return fc.oneof(added, replaced, missing, whole)
}

describe("bodies", () => {
  it("that are wrong in their shape", async () => {
    const kind = endpoint.chain(([path, signer, body]) => misshapen(body).map((wrong) => signed(path, signer(), wrong)))
    expect([...(await refused(kind, share(0.3), ["BODY_INVALID"]))]).toEqual(["BODY_INVALID"])
  })

  it("that are no JSON, no UTF-8, or deep", async () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).filter((bytes) => !isJsonObject(bytes)),
      fc.nat({ max: 8000 }).map((depth) => Buffer.from("[".repeat(depth) + "]".repeat(depth))),
      fc.nat({ max: 2600 }).map((depth) => Buffer.from(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)),
      fc.nat({ max: 2600 }).map((depth) => Buffer.from('{"a":'.repeat(depth))),
      fc.constantFrom(...'{}[]:,"0'.split("")).map((character) => Buffer.from(character.repeat(1000))),
      fc.constant(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]))
    )
    const kind = fc
      .tuple(fc.constantFrom(...good.slice(0, 5)), text)
      .map(([[path, signer], body]) => signed(path, signer(), body))
    await refused(kind, share(0.1), ["BODY_MALFORMED", "BODY_INVALID"])
  })

  it("that are huge, or of another type", async () => {
    const kind = fc.oneof(
      fc
        .tuple(endpoint, fc.integer({ min: Api.bodyBytes + 1, max: 300_000 }))
        .map(([[path, signer], size]) => signed(path, signer(), " ".repeat(size))),
      fc.tuple(endpoint, fc.string({ unit: "grapheme-ascii" })).map(([[path, signer, body], type]) => {
        const text = JSON.stringify(body)
        return bytesOf({
          path,
          headers: { ...harness.headers(signer(), path, text), "content-type": `x${type}` },
          body: text
        })
      })
    )
    await refused(kind, share(0.05), ["BODY_TOO_LARGE", "TYPE_WRONG"])
  })

  it("without a signature, where none is asked for", async () => {
    const owned = { account: 1_000_000, password: "p" }
    const paths = ["/v1/devices", "/v1/agreement/sign", "/v1/agreement/withdraw", "/v1/devices/revoke"]
    const kind = fc
      .tuple(fc.constantFrom(...paths), misshapen(owned))
      .map(([path, body]) => bytesOf({ path, headers: { "content-type": "application/json" }, body }))
    await refused(kind, share(0.05), ["BODY_INVALID"])
  })
})

/** Texts as nobody means them: controls, NUL, halves of pairs, whole planes of Unicode, and what a statement or a pattern is made of. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 64 }),
  fc.string({
    unit: fc.constantFrom("\u0000", "\u0001", "\ud800", "\udfff", "\u202e", "'", '"', "\\", "%", ";--", "$1", "?"),
    maxLength: 20
  }),
  fc.constantFrom(
    "' OR 1=1 --",
    "\u0000",
    "\ufeff28",
    "28".repeat(2000),
    "２８１２３４",
    "-1",
    "1e3",
    "NaN",
    "\\u0000",
    "$$",
    "{}"
  )
)

const label = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 64 }).filter((one) => Api.label.test(one))

describe("what a ledger is asked about", () => {
  it("may be any text, and is decided: nothing that anybody sends is an outage", async () => {
    const amount = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1, 2 ** 31, Number.MAX_SAFE_INTEGER))
    const number = fc.oneof(fc.nat(), fc.constantFrom(2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER))
    const asked = fc.oneof(
      fc.record({ terminal: label, order: label, code: text, amount }).map((body) => ["/v1/pay", body] as const),
      fc.record({ order: label }).map((body) => ["/v1/query", body] as const),
      fc.record({ order: label }).map((body) => ["/v1/reverse", body] as const),
      fc.record({ order: label, refund: label, amount }).map((body) => ["/v1/refund", body] as const),
      fc.record({ password: text }).map((body) => ["/v1/sign-in", body] as const),
      fc.record({ merchant: label, order: label, password: text }).map((body) => ["/v1/step-up", body] as const),
      fc.record({ credential: number }).map((body) => ["/v1/credential/standing", body] as const),
      fc.record({ account: number, password: text }).map((body) => ["/v1/devices", body] as const),
      fc.record({ account: number }).map((body) => ["/v1/accounts/devices", body] as const),
      fc.record({ merchant: label, order: label }).map((body) => ["/v1/orders/close", body] as const)
    )
    const signers = new Map(good.map(([path, signer]) => [path, signer]))
    const decided = new Set<number>()
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: atOnce, maxLength: atOnce }), async (all) => {
        const heard = await Promise.all(
          all.map(([path, body]) => {
            const written = JSON.stringify(body)
            const signer = signers.get(path)?.()
            const headers = signer ? harness.headers(signer, path, written) : { "content-type": "application/json" }
            return exchange(bytesOf({ path, headers, body: written }), true)
          })
        )
        heard.forEach((one, at) => {
          const status = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(one)?.[1])
          if (!(status >= 200 && status < 500)) {
            throw new Error(`expected a decision, found ${one.slice(0, 300)} for ${JSON.stringify(all[at])}`)
          }
          decided.add(status)
        })
        harness.lines.length = 0
      }),
      { seed, numRuns: share(0.1), endOnFailure: true }
    )
    expect(decided).toContain(200)
    expect((await harness.ask("/health")).status).toBe(200)
  })
})

const isJsonObject = (bytes: Uint8Array): boolean => {
  try {
    return typeof JSON.parse(Buffer.from(bytes).toString()) === "object"
  } catch {
    return false
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Signatures
// ---------------------------------------------------------------------------------------------------------------------

describe("signatures", () => {
  it("that were seen before", async () => {
    // One good request of each endpoint that only looks, once: what an eavesdropper has.
    const seen: Array<Uint8Array> = []
    for (const [path, signer, body] of good.filter(([path]) => /query|standing|prompts|close/.test(path))) {
      const bytes = signed(path, signer(), JSON.stringify(body))
      expect(await exchange(bytes, false, patience)).toMatch(/^HTTP\/1.1 200 /)
      seen.push(bytes)
    }
    const kind = fc.constantFrom(...seen)
    expect([...(await refused(kind, share(0.1)))]).toEqual(["SIGNATURE_REPLAYED"])
  })

  it("of another time", async () => {
    const off = fc.oneof(fc.integer({ min: 61, max: 2 ** 31 }), fc.integer({ min: -harness.now, max: -61 }))
    const kind = fc.tuple(endpoint, off).map(([[path, signer, body], seconds]) => {
      const text = JSON.stringify(body)
      const headers = harness.headers(signer(), path, text, { created: harness.now + seconds })
      return bytesOf({ path, headers, body: text })
    })
    expect([...(await refused(kind, share(0.1)))]).toEqual(["SIGNATURE_EXPIRED"])
  })

  it("of another request, or of nobody", async () => {
    const header = fc.constantFrom("signature", "signature-input", "content-digest")
    const value = fc.oneof(
      fc.string({ unit: "grapheme-ascii", maxLength: 200 }),
      fc.constantFrom(
        "",
        "paycode=",
        "paycode=::",
        `${Signature.label}=("@method")`,
        'paycode=();created=1;keyid="operator"'
      )
    )
    const kind = fc.oneof(
      fc.tuple(endpoint, header, value).map(([[path, signer, body], name, changed]) => {
        const text = JSON.stringify(body)
        return bytesOf({ path, headers: { ...harness.headers(signer(), path, text), [name]: changed }, body: text })
      }),
      fc.tuple(endpoint, endpoint).map(([[path, , body], [, other]]) => {
        // Signed with the right key for another path, by another's key, or with a key of their own.
        const text = JSON.stringify(body)
        return bytesOf({ path, headers: harness.headers(other(), `${path}/x`, text), body: text })
      }),
      fc
        .tuple(endpoint, fc.nat())
        .map(([[path, , body], number]) =>
          signed(path, { caller: { _tag: "Phone", phone: number }, key: HttpHarness.operatorKey }, JSON.stringify(body))
        )
    )
    await refused(kind, share(0.1), ["SIGNATURE_MALFORMED", "SIGNATURE_WRONG", "DIGEST_WRONG", "REQUEST_MALFORMED"])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Bytes
// ---------------------------------------------------------------------------------------------------------------------

interface Mutation {
  readonly kind: "replace" | "insert" | "delete" | "truncate" | "repeat"
  readonly at: number
  readonly bytes: Uint8Array
}

const mutated = (bytes: Buffer, { at, bytes: put, kind }: Mutation): Buffer => {
  // There is always something left to answer.
  if (bytes.length < 6) return bytes
  const place = 1 + (at % (bytes.length - 1))
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  switch (kind) {
    case "replace":
      return Buffer.concat([before, put, after.subarray(put.length)])
    case "insert":
      return Buffer.concat([before, put, after])
    case "delete":
      return Buffer.concat([before, after.subarray(put.length)])
    case "truncate":
      return before
    case "repeat":
      return Buffer.concat([before, before.subarray(-8), after])
  }
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("replace", "insert", "delete", "truncate", "repeat"),
  at: fc.nat(),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 4 })
})

describe("bytes", () => {
  it("good requests with a few changes", async () => {
    // They are of somebody who may not ask this: where a change makes no difference, that is the answer.
    const kind = fc
      .tuple(endpoint, fc.array(mutation, { minLength: 1, maxLength: 3 }))
      .map(([[path, , body], changes]) => {
        const text = JSON.stringify(body)
        const others = path.startsWith("/v1/credential") || /prompts|step-up|sign-in/.test(path) ? shop : phone
        const bytes = bytesOf({ path, headers: harness.headers(others, path, text), body: text })
        return changes.reduce(mutated, bytes)
      })
    const met = await refused(kind, share(0.2))
    expect(met.size).toBeGreaterThan(5)
  })

  it("other paths and methods", async () => {
    const word = fc.string({ unit: fc.constantFrom(..."abv1/.%20?&=;:@-_~".split("")), maxLength: 40 })
    const method = fc.constantFrom("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE", "POST")
    const kind = fc
      .tuple(method, word)
      // The first path leads to the page, and is no problem.
      .filter(([method, path]) => method !== "GET" || !/^(\?|$)/.test(path))
      .map(([method, path]) =>
        bytesOf({ method, path: `/${path}`, headers: { "content-type": "application/json" }, body: "{}" })
      )
    await refused(kind, share(0.05))
  })

  it("floods of headers", async () => {
    const kind = fc
      .tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 20_000 }))
      .map(([count, length]) => {
        const flood = length % 2 === 0 ? "x: y\r\n".repeat(count) : `cookie: ${"c".repeat(length)}\r\n`
        return Buffer.from(
          `POST /v1/pay HTTP/1.1\r\nHost: localhost\r\n${flood}Content-Length: 0\r\nConnection: close\r\n\r\n`
        )
      })
    await refused(kind, share(0.05), ["HEADERS_TOO_LARGE", "TYPE_WRONG"])
  })

  it("that come slowly, or not at all", async () => {
    const before = await rows()
    const text = JSON.stringify({ order: "o" })
    const whole = bytesOf({ path: "/v1/query", headers: harness.headers(shop, "/v1/query", text), body: text })
    const parts = Array.from({ length: 64 }, (_, part) => 1 + Math.floor(((whole.length - 2) * part) / 63))
    const heard = await Promise.all(parts.map((length) => exchange(whole.subarray(0, length), true)))
    for (const one of heard) expect(read(one)).toEqual({ statuses: [408], error: "REQUEST_SLOW" })
    expect(await rows()).toBe(before)
  })
})

// ---------------------------------------------------------------------------------------------------------------------

describe("after all of them", () => {
  it("the server answers, and remembers no more than before", async () => {
    setFlagsFromString("--expose_gc")
    const collect = runInNewContext("gc") as () => void
    const used = (): number => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const kind = fc.constantFrom(
      signed("/v1/query", shop, '{"order":1}'),
      bytesOf({ path: "/v1/pay", headers: {}, body: "x".repeat(20_000) }),
      Buffer.from("hello\r\n\r\n")
    )
    await refused(kind, share(0.05))
    const before = used()
    await refused(kind, share(0.3))
    const growth = used() - before
    expect(sent).toBeGreaterThanOrEqual(requests)
    // What a request left behind would be some kilobytes of each.
    expect(growth).toBeLessThan(2_000_000)
  })
})
