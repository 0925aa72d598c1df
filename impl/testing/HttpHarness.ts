/** HttpHarness: a provider on a socket of this machine, by a clock that is set by hand, and ways to ask it. */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Log, Server, Signature } from "../http/Http.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Messages } from "../provider/Provider.ts"
import * as Fixtures from "./Fixtures.ts"

/** The operator's key of every harness. */
export const operatorKey: Signature.SigningKey = Redacted.make(new Uint8Array(32).fill(9))

/** When every harness begins, in seconds. */
export const start = 1_700_000_000

/** What came back. */
export interface Returned {
  readonly status: number
  readonly headers: Headers
  /** The body as JSON, or as text where it is none; undefined where it is empty. */
  readonly body: unknown
}

/** Who signs, and with what. */
export interface Signer {
  readonly caller: Signature.Caller
  readonly key: Signature.SigningKey
}

/** The operator. */
export const operator: Signer = { caller: { _tag: "Operator" }, key: operatorKey }

/** A key as it is written in an answer. */
export const keyOf = (written: unknown): Signature.SigningKey =>
  Redacted.make(new Uint8Array(Buffer.from(String(written), "base64url")))

/** A server, and ways to ask it. */
export interface HttpHarness {
  /** The provider's clock, in seconds. */
  now: number
  /** Makes something happen behind the server's back. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, Provider.Services | Ledger.Services>) => Promise<A>
  readonly url: string
  readonly port: number
  /** The lines of its log. */
  readonly lines: Array<string>
  /** Asks as it is told to. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Returned>
  /** Posts a body without a signature. */
  readonly post: (path: string, body: unknown) => Promise<Returned>
  /** Posts a body that is signed. */
  readonly signed: (signer: Signer, path: string, body: unknown) => Promise<Returned>
  /** Enlists terminals of a merchant, behind the server's back. */
  readonly enlist: (merchant: string, ...terminals: ReadonlyArray<string>) => Promise<void>
  /** The headers of a signed request. */
  readonly headers: (
    signer: Signer,
    path: string,
    body: string | Uint8Array,
    changes?: Partial<Signature.Signing>
  ) => Record<string, string>
  readonly stop: () => Promise<void>
}

/** What the server can be given in place of what it has. */
export interface HttpHarnessOptions extends Partial<Server.ServerOptions> {
  readonly ledger?: Layer.Layer<Ledger.Services>
  /** What it costs to look at a password; unless given, next to nothing. */
  readonly passwordCost?: number
  /** The provider's clock, in milliseconds; unless given, it is set by `now`. */
  readonly millis?: () => number
}

/** What nobody in a test has to be throttled by. */
const plenty = { perSecond: 1e6, burst: 1e6 }

/** The server of a harness, and all that it stands on. Its log goes to `lines`. */
const layerOf = (
  scheme: Scheme,
  { ledger = Ledger.layerMemory, passwordCost = 2, ...options }: HttpHarnessOptions,
  { clock, lines }: { readonly clock: Clock.Clock; readonly lines: Array<string> }
) => {
  const rules = Rules.strict(scheme)
  const gateway = options.gateway?.gateway
  const provider = Provider.layer(rules, { passwordCost }).pipe(
    Layer.provide(gateway === undefined ? Layer.empty : Layer.succeed(Messages.Messages, gateway)),
    Layer.provide(Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness("stand"))),
    Layer.provide(Layer.succeed(Clock.Clock, clock)),
    // Whoever waits for a database does so by a clock that runs.
    Layer.provideMerge(ledger)
  )
  const server = Server.layer({
    rules,
    operatorKey,
    port: 0,
    timers: false,
    clock,
    limits: { key: plenty, address: plenty },
    // Whoever tests a deadline gives one: the others are not ended by a machine that has much else to do.
    deadline: 300_000,
    ...options
  }).pipe(Layer.provide(Layer.succeed(Log.Lines, (line) => lines.push(line))))
  return Layer.provideMerge(server, provider)
}

/** What a response says. */
const returned = async (response: Response): Promise<Returned> => {
  const text = await response.text()
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false
  const body: unknown = text === "" ? undefined : isJson ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

const json = { "content-type": "application/json" }

/** How many there have been: no two use a nonce of the other's, where they have one ledger. */
let harnesses = 0

/** Starts a server under a scheme. It does nothing by itself. */
export const make = async (
  scheme: Scheme = Fixtures.alipay,
  options: HttpHarnessOptions = {}
): Promise<HttpHarness> => {
  const clock = Fixtures.runningClock(options.millis ?? (() => harness.now * 1000))
  const lines: Array<string> = []
  const runtime = ManagedRuntime.make(layerOf(scheme, options, { clock, lines }))
  const number = harnesses++
  let nonces = 0
  const headers: HttpHarness["headers"] = (signer, path, body, changes) => ({
    ...json,
    ...Signature.headers({
      method: "POST",
      path,
      body,
      key: signer.key,
      caller: signer.caller,
      created: harness.now,
      nonce: `nonce-${number}-${(nonces++).toString().padStart(16, "0")}`,
      ...changes
    })
  })
  const ask: HttpHarness["ask"] = async (path, init) => returned(await fetch(harness.url + path, init))
  const harness: HttpHarness = {
    now: start,
    run: (effect) => runtime.runPromise(effect),
    url: "",
    port: 0,
    lines,
    ask,
    headers,
    post: (path, body) => ask(path, { method: "POST", headers: json, body: JSON.stringify(body) }),
    signed: (signer, path, body) => {
      const text = JSON.stringify(body)
      return ask(path, { method: "POST", headers: headers(signer, path, text), body: text })
    },
    enlist: (merchant, ...terminals) =>
      runtime.runPromise(
        Provider.use(({ relay }) =>
          Effect.forEach(terminals, (terminal) => relay.enlistTerminal(merchant, terminal), { discard: true })
        )
      ),
    stop: () => runtime.dispose()
  }
  const { port } = await runtime.runPromise(Server.Listening)
  return Object.assign(harness, { port, url: `http://127.0.0.1:${port}` })
}
