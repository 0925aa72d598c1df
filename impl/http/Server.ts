/**
 * Server: the provider on a socket. It listens, answers, and does by itself what is due: it closes overdue orders, sends
 * notices, and forgets what is over. When it stops it finishes what it has begun.
 */
import "effect/schema/SchemaJITCompiler/enable"
import * as Http from "node:http"
import type { Socket } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type { Rules } from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import { requestLimits } from "../../spec/Throttles.ts"
import * as Ledger from "../ledger/Ledger.ts"
import type { Messages } from "../provider/Provider.ts"
import * as Provider from "../provider/Provider.ts"
import { Api } from "./Api.ts"
import * as Edge from "./Edge.ts"
import * as Handlers from "./Handlers.ts"
import * as Log from "./Log.ts"
import * as Metrics from "./Metrics.ts"
import * as Notices from "./Notices.ts"
import * as Problem from "./Problem.ts"
import type * as Signature from "./Signature.ts"
import * as Throttle from "./Throttle.ts"

/** What a server does by itself, and how often. */
export interface Timers {
  /** Overdue orders are closed. Unless given, every second. */
  readonly closing?: Duration.Input
  /** Notices are sent. Unless given, every second. */
  readonly notices?: Duration.Input
  /** Challenges that were not handed to the gateway are. Unless given, every second. */
  readonly challenges?: Duration.Input
  /** What is over is forgotten. Unless given, every minute. */
  readonly tidying?: Duration.Input
}

/** How often parties may ask. */
export interface Limits {
  /** A key. Unless given, 200 times a second, and 400 at once. */
  readonly key?: Throttle.Limit
  /** An address, without a signature. Unless given, once a second, and 20 times at once: it may be guessing passwords. */
  readonly address?: Throttle.Limit
}

/** What a server is set up with. */
export interface ServerOptions {
  readonly rules: Rules
  /** The key that signs the operator's requests. */
  readonly operatorKey: Signature.SigningKey
  /** Unless given, only this machine. */
  readonly host?: string
  /** 0 for any that is free. */
  readonly port: number
  /** How many connections are open at once. Unless given, 1024. */
  readonly connections?: number
  readonly limits?: Limits
  /** The telephone network of this machine, which anybody can then read and write; unless given, there is none. */
  readonly gateway?: Messages.Local | undefined
  /** What it does by itself; nothing, where this is false. */
  readonly timers?: Timers | false
  /** The clock by which signatures are judged; unless given, that of whoever starts the server. */
  readonly clock?: Clock.Clock
  /** How long it waits for what it has begun when it stops. Unless given, ten seconds. */
  readonly grace?: Duration.Input
  /** How long a request may take to arrive, in milliseconds. Unless given, ten seconds, and five for its headers. */
  readonly arrival?: { readonly headers: number; readonly request: number }
}

// ---------------------------------------------------------------------------------------------------------------------
// The socket
// ---------------------------------------------------------------------------------------------------------------------

/** The largest head of a request, in bytes. */
const headBytes = 8192

/** Writes the answer to what never became a request. */
const refuse = (socket: Socket, name: Problem.Name): void => {
  if (!socket.writable) return
  const { status } = Problem.problems[name]
  const text = JSON.stringify(Problem.body(name))
  socket.end(
    [
      `HTTP/1.1 ${status} ${Http.STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${text.length}`,
      "",
      text
    ].join("\r\n"),
    // Who goes on sending is not listened to.
    () => socket.destroySoon()
  )
}

const nameOf = (code: string | undefined): Problem.Name => {
  if (code === "HPE_HEADER_OVERFLOW") return "HEADERS_TOO_LARGE"
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return "BODY_TOO_LARGE"
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "REQUEST_SLOW" : "REQUEST_MALFORMED"
}

/** A socket that no client can hold for long, and that answers all of them in JSON. */
const listener = ({ arrival = { headers: 5000, request: 10_000 }, connections = 1024 }: ServerOptions) => {
  const server = Http.createServer({
    maxHeaderSize: headBytes,
    headersTimeout: Math.min(arrival.headers, arrival.request),
    requestTimeout: arrival.request,
    connectionsCheckingInterval: Math.min(1000, arrival.headers),
    keepAliveTimeout: 5000,
    noDelay: true,
    // The edge answers it, with a body.
    requireHostHeader: false,
    // No protocol is offered but this one: who asks for another is answered in it.
    shouldUpgradeCallback: () => false
  })
  server.maxConnections = connections
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") return socket.destroy()
    return refuse(socket as Socket, nameOf(error.code))
  })
  server.on("connect", (_, socket) => refuse(socket as Socket, "METHOD_WRONG"))
  server.on("checkExpectation", (_, response) => {
    const text = JSON.stringify(Problem.body("EXPECTATION_UNKNOWN"))
    response.writeHead(417, {
      connection: "close",
      "content-type": "application/json",
      "content-length": text.length
    })
    response.end(text)
  })
  return server
}

// ---------------------------------------------------------------------------------------------------------------------
// Timers
// ---------------------------------------------------------------------------------------------------------------------

/** Does something now and then, for as long as the server runs. That it failed is logged, and no reason to stop. */
const every = <E, R>(interval: Duration.Input, what: string, work: Effect.Effect<unknown, E, R>) =>
  work.pipe(
    Effect.catchCause((cause) => Effect.logError(`${what} failed`, cause)),
    Effect.andThen(Effect.sleep(interval)),
    Effect.forever,
    Effect.forkScoped
  )

const timers = Effect.fnUntraced(function* (
  { challenges = "1 second", closing = "1 second", notices = "1 second", tidying = "1 minute" }: Timers,
  rules: Rules,
  clock: Clock.Clock,
  metrics: Metrics.Metrics
) {
  const settlement = yield* Provider.Settlement
  const stepUp = yield* Provider.StepUp
  const keys = yield* Ledger.Keys
  yield* every(closing, "closing overdue orders", settlement.closeOverdue)
  yield* every(challenges, "sending challenges", stepUp.sendUnsent)
  yield* every(notices, "sending notices", Notices.deliver({ clock, metrics }))
  yield* every(
    tidying,
    "tidying",
    Effect.suspend(() => {
      const now = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
      return keys.tidy(now, Time.dayAt(rules.scheme, now))
    })
  )
})

// ---------------------------------------------------------------------------------------------------------------------
// The server
// ---------------------------------------------------------------------------------------------------------------------

const pages = ["/docs", "/openapi.json"]

/** A server, which runs for as long as the layer's scope. What it listens on is the address of the service. */
export const layer = (
  options: ServerOptions
): Layer.Layer<HttpServer.HttpServer, ServeError, Provider.Services | Ledger.Services> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { grace = "10 seconds", host = "127.0.0.1", limits = {}, operatorKey, port, rules } = options
      const stopwatch = yield* Clock.Clock
      const clock = options.clock ?? stopwatch
      const sink = yield* Log.Lines
      const metrics = Metrics.make()
      const life = (yield* Random.nextInt).toString(36).replace("-", "")
      const throttleOf = (kind: keyof Limits) => Throttle.make(limits[kind] ?? requestLimits[kind])
      const server = listener(options)
      const isStopping = () => !server.listening
      const edge = {
        isStopping,
        operatorKey,
        clock,
        stopwatch,
        throttle: throttleOf("key"),
        metrics,
        sink,
        life,
        pages
      }

      const api = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
        Layer.provide(
          Handlers.layer({ rules, metrics, clock, throttle: throttleOf("address"), gateway: options.gateway })
        ),
        Layer.provide([Edge.layerStrict, Edge.layerSigned(edge)])
      )
      const docs = HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } })
      const answering = HttpRouter.use((router) => router.addGlobalMiddleware(Edge.make(edge)))

      const listening = NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: grace })
      const serving = HttpRouter.serve(Layer.mergeAll(api, docs, answering), {
        disableLogger: true,
        disableListenLog: true,
        routerConfig: { ignoreDuplicateSlashes: false, ignoreTrailingSlash: false, caseSensitive: true }
      })
      const working =
        options.timers === false
          ? Layer.empty
          : Layer.effectDiscard(timers(options.timers ?? {}, rules, clock, metrics)).pipe(
              Layer.provide(NodeHttpClient.layerNodeHttp)
            )
      return Layer.mergeAll(serving, working).pipe(
        Layer.provideMerge(listening),
        Layer.provide([Log.layer(sink), Edge.layerBodySize])
      )
    })
  )
