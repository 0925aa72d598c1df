/**
 * Server: the provider on a socket. It listens, answers, and does by itself what is due: it closes overdue orders, sends
 * notices, and forgets what is over. When it stops it finishes what it has begun.
 */
import "effect/schema/SchemaJITCompiler/enable"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Rules } from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import { requestLimits } from "../../spec/Throttles.ts"
import * as Ledger from "../ledger/Ledger.ts"
import type { Messages } from "../provider/Provider.ts"
import * as Provider from "../provider/Provider.ts"
import * as Edge from "./Edge.ts"
import * as Handlers from "./Handlers.ts"
import * as Log from "./Log.ts"
import * as Metrics from "./Metrics.ts"
import * as Notices from "./Notices.ts"
import * as Origin from "./Origin.ts"
import * as Pages from "./Pages.ts"
import * as Routes from "./Routes.ts"
import type * as Signature from "./Signature.ts"
import * as Signers from "./Signers.ts"
import * as Socket from "./Socket.ts"
import * as Throttle from "./Throttle.ts"

export { isHost, isRange } from "./Origin.ts"

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
export interface ServerOptions extends Socket.SocketLimits {
  readonly rules: Rules
  /**
   * The key that signs the operator's requests, as far as the ledger has none: it is written down when it is first used. A ledger that
   * has some goes by those.
   */
  readonly operatorKey: Signature.SigningKey
  /** Unless given, only this machine. */
  readonly host?: string
  /** 0 for any that is free. */
  readonly port: number
  /** What the server is called from outside, where a proxy passes that on. */
  readonly names?: ReadonlyArray<string>
  /** The proxies that are believed where a request comes from. Unless given, none is. */
  readonly proxies?: ReadonlyArray<string>
  readonly limits?: Limits
  /** The telephone network of this machine, which anybody can then read and write; unless given, there is none. */
  readonly gateway?: Messages.Local | undefined
  /** What it does by itself; nothing, where this is false. */
  readonly timers?: Timers | false
  /** The clock by which signatures are judged; unless given, that of whoever starts the server. */
  readonly clock?: Clock.Clock
  /** When a request is answered at the latest, in milliseconds from where it is read. Unless given, 2,900. */
  readonly deadline?: number
  /** How long it waits for what it has begun when it stops. Unless given, ten seconds. */
  readonly grace?: Duration.Input
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
  yield* every(notices, "sending notices", yield* Notices.make({ clock, metrics }))
  yield* every(tidying, "giving up notices", Notices.expire({ clock, metrics }))
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

/** What a server listens on. */
export class Listening extends Context.Service<Listening, { readonly port: number }>()("paycode/impl/http/Listening") {}

/** Has a server listen for as long as the scope, and then finish what it has begun. */
const listening = (
  server: Http.Server,
  { grace = "10 seconds", host = "127.0.0.1", port }: ServerOptions
): Effect.Effect<Listening["Service"], ServeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Listening["Service"], ServeError>((resume) => {
      const failed = (cause: Error): void => resume(Effect.fail(new ServeError({ cause })))
      server.once("error", failed)
      server.listen({ host, port }, () => {
        server.off("error", failed)
        resume(Effect.succeed({ port: (server.address() as AddressInfo).port }))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeIdleConnections()
      }).pipe(Effect.timeoutOption(grace), Effect.andThen(Effect.sync(() => server.closeAllConnections())))
  )

/** The edge of a server, over its ledger and its provider. */
const edge = Effect.fnUntraced(function* (
  options: ServerOptions,
  metrics: Metrics.Metrics,
  { isStopping, origin }: Pick<Edge.EdgeOptions, "isStopping" | "origin">
) {
  const { deadline = 2900, gateway, limits = {}, operatorKey, rules } = options
  const stopwatch = yield* Clock.Clock
  const clock = options.clock ?? stopwatch
  const keys = yield* Ledger.Keys
  const { isRevoked } = yield* Ledger.Credentials
  const throttleOf = (kind: keyof Limits) => Throttle.make(limits[kind] ?? requestLimits[kind])
  const runFork = Effect.runForkWith(yield* Effect.context())
  return Edge.make({
    routes: Routes.make(yield* Handlers.make({ rules, metrics, clock, gateway })),
    keyring: Signers.keyring(keys, operatorKey),
    once: keys.once,
    isRevoked,
    clock,
    stopwatch,
    throttles: { key: throttleOf("key"), address: throttleOf("address") },
    origin,
    metrics,
    sink: yield* Log.Lines,
    life: (yield* Random.nextInt).toString(36).replace("-", ""),
    isStopping,
    deadline,
    run: (effect, ended) => void runFork(effect).addObserver(ended)
  })
})

/** A server, which runs for as long as the layer's scope. What it listens on is the address of the service. */
export const layer = (
  options: ServerOptions
): Layer.Layer<Listening, ServeError, Provider.Services | Ledger.Services> =>
  Layer.effect(
    Listening,
    Effect.gen(function* () {
      const metrics = Metrics.make()
      const clock = options.clock ?? (yield* Clock.Clock)
      const { host = "127.0.0.1", names, proxies } = options
      const listensOn = () => (server.address() as AddressInfo | null)?.address
      const origin = Origin.make({ host, listensOn, names, proxies })
      const answering = yield* edge(options, metrics, { isStopping: () => !server.listening, origin })
      const server: Http.Server = Socket.make(answering, options, origin.holderOf)
      if (options.timers !== false) {
        yield* Effect.provide(timers(options.timers ?? {}, options.rules, clock, metrics), NodeHttpClient.layerNodeHttp)
      }
      const found = yield* listening(server, options)
      // They are made before anybody asks for them.
      for (const path of Pages.paths) void Pages.page(path)
      return found
    })
  ).pipe(Layer.provide(Layer.unwrap(Effect.map(Log.Lines, Log.layer))))
