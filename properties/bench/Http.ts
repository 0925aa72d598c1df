/**
 * Requests over HTTP, each next to a bare `node:http` server that reads a body of the same size and answers with one: the
 * framework alone, signed requests of which nothing is remembered, signed requests over a ledger in memory, and payments,
 * each durable in a file before it is answered. A server is a process of its own; what it costs is its own processor time,
 * which neighbours disturb less than the clock.
 */
import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { TokenSource } from "../../impl/credentials/Credentials.ts"
import { Api } from "../../impl/http/Http.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import { Sqlite } from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as HttpHarness from "../../impl/testing/HttpHarness.ts"
import * as Time from "../../model/Time.ts"
import * as Load from "./Load.ts"

const kinds = ["node:http", "framework", "signed", "remembered", "payments"] as const
type Kind = (typeof kinds)[number]

const path = "/v1/query"
const body = '{"order":"2024-05-17-000123"}'

const answer: typeof Api.Reply.Type = {
  answer: "NO_SUCH_ORDER",
  order: "2024-05-17-000123",
  settled: false,
  code: "ACQ.TRADE_NOT_EXIST",
  reply: { code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST" },
  message: "the provider knows no such order of this merchant",
  retry: "the request for it may be under way: ask again, or reverse it"
}

// ---------------------------------------------------------------------------------------------------------------------
// Servers
// ---------------------------------------------------------------------------------------------------------------------

/** What a server is asked: the bodies of some requests, and when they are to be signed, in seconds. */
interface Work {
  readonly path: string
  readonly bodies: ReadonlyArray<string>
  readonly created: number
}

/** Where a server is, the key that it knows the shop by, and the work for it. */
interface Listening {
  readonly port: number
  readonly key: string
  readonly work: (count: number) => Promise<Work>
}

const queries = async (count: number): Promise<Work> => ({
  path,
  bodies: Array.from({ length: count }, () => body),
  created: HttpHarness.start
})

const bare = (): Promise<Listening> => {
  const text = JSON.stringify(answer)
  const server = createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part) => parts.push(part))
    request.on("end", () => {
      JSON.parse(Buffer.concat(parts).toString())
      response.writeHead(200, { "content-type": "application/json", "content-length": text.length }).end(text)
    })
  })
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve({ port: (server.address() as AddressInfo).port, key: "", work: queries })
    )
  )
}

class Echo extends HttpApi.make("echo").add(
  HttpApiGroup.make("echo").add(
    HttpApiEndpoint.post("query", path, { payload: Schema.Struct({ order: Schema.String }), success: Api.Reply })
  )
) {}

const framework = async (): Promise<Listening> => {
  const handlers = HttpApiBuilder.group(Echo, "echo", (all) => all.handleAll({ query: () => Effect.succeed(answer) }))
  const serving = HttpRouter.serve(Layer.provide(HttpApiBuilder.layer(Echo), handlers), {
    disableLogger: true,
    disableListenLog: true
  })
  const listening = NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })
  const runtime = ManagedRuntime.make(Layer.provideMerge(serving, listening))
  const { address } = await runtime.runPromise(HttpServer.HttpServer)
  return { port: address._tag === "UnixPathAddress" ? 0 : address.port, key: "", work: queries }
}

/** What a ledger knows of its restores that had none. */
const unrestored: Ledger.Epoch = {
  ledger: "",
  beat: 0,
  beatAt: Time.never,
  restoredAt: Time.never,
  backupAt: Time.never,
  isReconciled: true
}

/** A ledger that has nothing to do for a query. */
const idle = Ledger.wrapped(Ledger.layerMemory, ({ epochs, keys, orders }) => ({
  epochs: { ...epochs, current: Effect.succeed(unrestored) },
  keys: { ...keys, once: () => Effect.succeed(true) },
  orders: { ...orders, order: () => Effect.succeed(undefined) }
}))

const harness = async (ledger: Layer.Layer<Ledger.Services>) => {
  const made = await HttpHarness.make(Fixtures.alipay, { ledger })
  // Lines are made, and go nowhere: how fast a disk takes them is another question.
  made.lines.push = () => 0
  const enlisted = await made.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })
  await made.enlist("shop", "till")
  return { made, key: String((enlisted.body as { readonly key: string }).key) }
}

const provider = async (ledger: Layer.Layer<Ledger.Services>): Promise<Listening> => {
  const { key, made } = await harness(ledger)
  return { port: made.port, key, work: queries }
}

/** Phones that pay once a step, each from an account of its own. */
const payments = async (): Promise<Listening> => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-bench-"))
  process.on("exit", () => rmSync(folder, { recursive: true }))
  const database = Layer.orDie(Sqlite.layer({ file: join(folder, "ledger.db") }))
  const { key, made } = await harness(Layer.provide(Ledger.layer, database))
  const codes: Array<TokenSource.TokenSource> = []
  const enrolled = Provider.use((provider) =>
    Effect.gen(function* () {
      const { phone } = yield* Fixtures.member(1_000_000)
      const issued = yield* provider.enrollment.enroll(phone)
      yield* provider.enrollment.confirm(phone, issued.number)
      codes.push(TokenSource.make(Fixtures.alipay.code, issued))
    })
  )
  let orders = 0
  const work = async (count: number): Promise<Work> => {
    const missing = Array.from({ length: Math.max(0, count - codes.length) })
    await made.run(Effect.forEach(missing, () => enrolled, { concurrency: 64, discard: true }))
    made.now += Fixtures.alipay.clock.step
    const step = Time.stepAt(Fixtures.alipay, made.now)
    const bodies = codes
      .slice(0, count)
      .map((codeOf) => JSON.stringify({ terminal: "till", order: `o${orders++}`, code: codeOf(step), amount: 100 }))
    return { path: "/v1/pay", bodies, created: made.now }
  }
  return { port: made.port, key, work }
}

const servers: Readonly<Record<Kind, () => Promise<Listening>>> = {
  "node:http": bare,
  framework,
  signed: () => provider(idle),
  remembered: () => provider(Ledger.layerMemory),
  payments
}

// ---------------------------------------------------------------------------------------------------------------------
// Load
// ---------------------------------------------------------------------------------------------------------------------

const connections = 32

/** Signed requests. The bare servers get the same bytes. */
const requests = ({ bodies, ...to }: Work, key: string): ReadonlyArray<Buffer> => {
  const signer: Load.Signer = {
    caller: { _tag: "Merchant", merchant: "shop" },
    key: key === "" ? HttpHarness.operatorKey : HttpHarness.keyOf(key)
  }
  return bodies.map((body) => Load.signed(to, body, signer))
}

const isGood = (heard: string): boolean =>
  heard.startsWith("HTTP/1.1 200") && /"answer":"(PAID|NO_SUCH_ORDER)"/.test(heard)

/** What a server came to. */
export interface Measured {
  readonly kind: Kind
  readonly perSecond: number
  /** Of a request, in microseconds. */
  readonly processor: number
  /** In milliseconds, from the request to the end of its answer, with as many clients as there are connections. */
  readonly p50: number
  readonly p99: number
}

const launch = async (kind: Kind) => {
  const child = fork(fileURLToPath(import.meta.url), [kind], { stdio: ["ignore", "ignore", "inherit", "ipc"] })
  const hear = <A>(): Promise<A> => new Promise((resolve) => child.once("message", (message) => resolve(message as A)))
  const { key, port } = await hear<Pick<Listening, "key" | "port">>()
  const ask = <A>(question: number): Promise<A> => {
    child.send(question)
    return hear<A>()
  }
  return {
    kind,
    key,
    port,
    work: (count: number) => ask<Work>(count),
    used: () => ask<number>(0),
    stop: () => child.disconnect()
  }
}

/** Measures every kind of server: the best of some rounds, taken in turn, after a first that warms them up. */
export const measureHttp = async (count: number, rounds: number): Promise<ReadonlyArray<Measured>> => {
  const running = await Promise.all(kinds.map(launch))
  const best = new Map<Kind, Measured>()
  for (let round = 0; round <= rounds; round++) {
    for (const { key, kind, port, used, work } of running) {
      const all = requests(await work(count), key)
      const before = await used()
      const began = performance.now()
      const took = await Load.send({ port, connections, isGood }, all)
      const measured: Measured = {
        kind,
        perSecond: count / ((performance.now() - began) / 1000),
        processor: ((await used()) - before) / count,
        p50: Load.percentile(took, 0.5) * 1000,
        p99: Load.percentile(took, 0.99) * 1000
      }
      if (round > 0 && measured.perSecond > (best.get(kind)?.perSecond ?? 0)) best.set(kind, measured)
    }
  }
  for (const { stop } of running) stop()
  return kinds.map((kind) => best.get(kind)!)
}

/** The measurements as lines, each with its ratio to the bare server. */
export const said = (measured: ReadonlyArray<Measured>): ReadonlyArray<string> => {
  const [bareOne] = measured
  return measured.map(
    ({ kind, p50, p99, perSecond, processor }) =>
      `${kind.padEnd(11)} ${Math.round(perSecond).toString().padStart(6)}/s, ${(perSecond / bareOne!.perSecond).toFixed(2)} of the bare server; ` +
      `${processor.toFixed(0)} µs each (${(bareOne!.processor / processor).toFixed(2)}); p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  )
}

const requested = kinds.find((kind) => kind === process.argv[2])
if (requested !== undefined && process.send !== undefined) {
  const { key, port, work } = await servers[requested]()
  // Nought asks for the processor time that was used, in microseconds, and another number for as much work.
  process.on("message", async (question: number) => {
    const { system, user } = process.cpuUsage()
    process.send?.(question === 0 ? system + user : await work(question))
  })
  process.on("disconnect", () => process.exit())
  process.send({ key, port })
} else if (import.meta.main) {
  for (const line of said(await measureHttp(5000, 3))) console.log(line)
}
