/**
 * Edge: what every request goes through before a handler sees it, and every answer before it is sent. A request whose
 * form is wrong, whose signature is not good or that comes too often ends here, having changed nothing.
 *
 * Until a signature is believed nothing is done for a request but to compute: plain functions, one after the other. What
 * a handler does is an effect.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { Database, Withdrawn } from "../ledger/Ledger.ts"
import * as Form from "./Form.ts"
import * as Log from "./Log.ts"
import type { Metrics } from "./Metrics.ts"
import type { Origin } from "./Origin.ts"
import * as Pages from "./Pages.ts"
import * as Problem from "./Problem.ts"
import type { Route } from "./Routes.ts"
import * as Signature from "./Signature.ts"
import * as Signers from "./Signers.ts"
import type { Answering, Turn } from "./Socket.ts"
import type { Throttle } from "./Throttle.ts"

/** What the edge of a server needs of it. */
export interface EdgeOptions {
  readonly routes: ReadonlyMap<string, Route>
  readonly keyring: Signers.Keyring
  /** Whether a nonce was never used with a key, and from now on it was. */
  readonly once: (key: string, nonce: string, until: number) => Effect.Effect<boolean, Database.Unavailable>
  /** Whether a phone was revoked: the ledger is asked each time, at every node. */
  readonly isRevoked: (phone: number) => Effect.Effect<boolean, Database.Unavailable>
  /** By which signatures are judged and lines are dated. */
  readonly clock: Clock.Clock
  /** By which it is measured how long an answer takes. */
  readonly stopwatch: Clock.Clock
  /** How often a key may ask, and how often an address without one. */
  readonly throttles: { readonly key: Throttle; readonly address: Throttle }
  readonly origin: Origin
  readonly metrics: Metrics
  readonly sink: Log.Sink
  /** What the requests of this server's life have in common in their numbers. */
  readonly life: string
  /** Whether connections are let go as their requests are answered. */
  readonly isStopping: () => boolean
  /** When a request is answered at the latest, in milliseconds from where it is read. */
  readonly deadline: number
  /** Runs what a request asks for, and says how it ended. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>, ended: (exit: Exit.Exit<A, E>) => void) => void
}

/** A request that is answered. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly turn: Turn
  readonly entry: Log.Entry
  readonly route: string
  readonly started: bigint
  isAnswered: boolean
}

// ---------------------------------------------------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------------------------------------------------

const challenge = `Signature ${Signature.label}=(${Signature.covered.map((name) => `"${name}"`).join(" ")})`

const json = "application/json"

/** What is sent: its body is of a type, or there is none. */
interface Sent {
  readonly status: number
  readonly type?: string
  readonly body?: string | Buffer
  /** Further headers, a name and a value in turn. */
  readonly headers?: ReadonlyArray<string>
}

/** Counts an answer, and writes its line. */
const finishing =
  ({ clock, metrics, sink, stopwatch }: EdgeOptions) =>
  ({ entry, request, route, started }: Exchange, status: number) => {
    const millis = Number(stopwatch.monotonicTimeNanosUnsafe() - started) / 1e6
    metrics.answered(route, status, millis / 1000, entry.answer)
    sink(
      Log.answered(clock.currentTimeMillisUnsafe(), { ...entry, method: request.method ?? "", route, status, millis })
    )
  }

const sending = (options: EdgeOptions) => {
  const { clock, isStopping } = options
  const finished = finishing(options)
  const send = (exchange: Exchange, { body, headers = [], status, type = json }: Sent) => {
    if (exchange.isAnswered) return
    exchange.isAnswered = true
    finished(exchange, status)
    const { entry, response } = exchange
    const head = ["request-id", entry.id, "cache-control", "no-store", ...headers]
    if (body !== undefined) head.push("content-type", type, "content-length", String(Buffer.byteLength(body)))
    else if (status !== 204) head.push("content-length", "0")
    if (isStopping() || response.hasHeader("connection")) head.push("connection", "close")
    // Who was not believed for a wrong clock corrects it by the date.
    if (status === 401) {
      head.push("www-authenticate", challenge, "date", new Date(clock.currentTimeMillisUnsafe()).toUTCString())
    }
    if (status === 429 || status === 503) head.push("retry-after", String(entry.retryAfter ?? 1))
    response.writeHead(status, head).end(body)
  }
  const refuse = (exchange: Exchange, name: Problem.Name, detail?: Problem.Detail, headers?: ReadonlyArray<string>) => {
    exchange.entry.answer = name
    const body = detail === undefined ? Problem.text(name) : JSON.stringify(Problem.body(name, detail))
    send(exchange, { status: Problem.problems[name].status, body, ...(headers && { headers }) })
  }
  return { finished, refuse, send }
}

/** What was decided, where an answer says so. */
const decidedBy = (answer: unknown): string | undefined => {
  const decided = (answer as { readonly answer?: unknown } | undefined)?.answer
  return typeof decided === "string" ? decided : undefined
}

// ---------------------------------------------------------------------------------------------------------------------
// Requests
// ---------------------------------------------------------------------------------------------------------------------

const pathOf = (url: string): string => {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

const replayed = Effect.fail(Problem.problem("SIGNATURE_REPLAYED"))

const revoked = Effect.fail(Problem.problem("PHONE_REVOKED"))

/** Sends a page as it is kept. */
const pages = ({ refuse, send }: ReturnType<typeof sending>) => {
  const toDocs: Sent = { status: 302, headers: ["location", "/docs"] }
  return (exchange: Exchange, path: string) => {
    if (path === "/") return send(exchange, toDocs)
    void Pages.page(path).then(
      ({ gzipped, plain, type }) => {
        const accepted = exchange.request.headers["accept-encoding"]
        if (plain !== undefined && (accepted === undefined || !Pages.takesGzip(accepted))) {
          return send(exchange, { status: 200, type, body: plain, headers: ["vary", "accept-encoding"] })
        }
        if (!Pages.takesGzip(accepted)) return refuse(exchange, "ENCODING_WRONG")
        const headers = ["content-encoding", "gzip", "vary", "accept-encoding"]
        return send(exchange, { status: 200, type, body: gzipped, headers })
      },
      () => refuse(exchange, "FAILED")
    )
  }
}

/** Answers that something failed: with its problem, or without a word where it is none that is known. */
const failing =
  ({ run }: EdgeOptions, { refuse }: ReturnType<typeof sending>) =>
  (exchange: Exchange, cause: Cause.Cause<unknown>) => {
    const [reason] = cause.reasons
    if (reason !== undefined && Cause.isDieReason(reason) && reason.defect instanceof Withdrawn) {
      return refuse(exchange, "KEY_WITHDRAWN")
    }
    const error = reason !== undefined && Cause.isFailReason(reason) ? reason.error : undefined
    if (error instanceof Database.Unavailable) return refuse(exchange, "UNAVAILABLE")
    if (Problem.isProblem(error)) {
      const { error: known, ...detail } = error
      return refuse(exchange, known, detail)
    }
    refuse(exchange, "FAILED")
    run(Effect.logError(`request ${exchange.entry.id} failed`, cause), () => undefined)
  }

/** Runs the handler of a route, and answers what it says. */
const handling = (options: EdgeOptions, answers: ReturnType<typeof sending>) => {
  const { send } = answers
  const failed = failing(options, answers)
  return (exchange: Exchange, { status, type, write }: Route, work: Effect.Effect<unknown, unknown>) =>
    options.run(work, (exit) => {
      if (Exit.isFailure(exit)) return failed(exchange, exit.cause)
      const decided = decidedBy(exit.value)
      if (decided !== undefined) exchange.entry.answer = decided
      if (write === undefined) return send(exchange, { status })
      return send(exchange, { status, type, body: write(exit.value) })
    })
}

/** Answers requests without a signature. */
const unsigned = (
  { clock, origin, throttles }: EdgeOptions,
  { refuse }: ReturnType<typeof sending>,
  handle: ReturnType<typeof handling>
) => {
  return (exchange: Exchange, route: Route, body: Buffer | undefined) => {
    const payload = route.read?.(body ?? Buffer.alloc(0)) ?? Result.succeed(undefined)
    if (Result.isFailure(payload)) return refuse(exchange, payload.failure.name, payload.failure.detail)
    const party = origin.partyOf(exchange.request)
    const wait = route.isCounted ? throttles.address(party, clock.currentTimeMillisUnsafe() / 1000) : 0
    if (wait > 0) {
      exchange.entry.retryAfter = Math.ceil(wait)
      return refuse(exchange, "TOO_MANY_REQUESTS")
    }
    return handle(exchange, route, Database.by(party, route.handle(payload.success, undefined)))
  }
}

/** Answers requests that are signed: the signature is believed before the body is read for what it says. */
const signed = (options: EdgeOptions, answers: ReturnType<typeof sending>, handle: ReturnType<typeof handling>) => {
  const { isRevoked, keyring, once, origin, run } = options
  const { refuse } = answers
  const failed = failing(options, answers)
  const judge = Signers.judging({ clock: options.clock, throttle: options.throttles.key })

  /** Nothing that a phone signs is taken once it was revoked (ENR-13): the ledger is asked each time, at every node. */
  const stands = <A, E, R>(caller: Signature.Caller, asked: Effect.Effect<A, E, R>) =>
    caller._tag === "Phone"
      ? Effect.flatMap(
          isRevoked(caller.phone),
          (is): Effect.Effect<A, E | Problem.Forbidden, R> => (is ? revoked : asked)
        )
      : asked

  const heard = (
    exchange: Exchange,
    route: Route,
    body: Buffer,
    { claim, judged }: { readonly claim: Signature.Claim; readonly judged: ReturnType<typeof judge> }
  ) => {
    if (Result.isFailure(judged)) {
      const { name, retryAfter } = judged.failure
      if (retryAfter !== undefined) Object.assign(exchange.entry, { retryAfter, key: claim.key })
      return refuse(exchange, name)
    }
    const { caller, key, nonce } = claim
    exchange.entry.key = key
    exchange.turn.isKnown = true
    const payload = route.read!(body)
    if (Result.isFailure(payload)) return refuse(exchange, payload.failure.name, payload.failure.detail)
    if (caller._tag !== route.signer) return refuse(exchange, "FORBIDDEN")
    // The nonce is used up here, where the body is known to be good.
    const asked = Effect.flatMap(once(key, nonce, Signers.until(claim)), (isNew) =>
      isNew ? route.handle(payload.success, caller) : replayed
    )
    return handle(exchange, route, Database.by(key, Database.signed(judged.success.by, stands(caller, asked))))
  }

  return (exchange: Exchange, route: Route, body: Buffer) => {
    const { headers, method = "", url: path = "" } = exchange.request
    const read = Signature.read({ method, path, headers: headers as Signature.Message["headers"] })
    if (Result.isFailure(read)) return refuse(exchange, read.failure)
    const claim = read.success
    const judged = judge(claim, keyring.known(claim.key), body)
    const isOther = Result.isFailure(judged) && judged.failure.name === "SIGNATURE_WRONG"
    if (!isOther) return heard(exchange, route, body, { claim, judged })
    // Whoever it is, it is not known yet that it is who it says: whose keys are not known may have some, and whose are may have others.
    return run(Database.by(origin.partyOf(exchange.request), keyring.find(claim.key)), (exit) =>
      Exit.isFailure(exit)
        ? failed(exchange, exit.cause)
        : heard(exchange, route, body, { claim, judged: judge(claim, exit.value, body) })
    )
  }
}

/** Answers whatever is asked, numbers and counts requests, and writes a line for each. */
export const make = (options: EdgeOptions): Answering => {
  const { life, origin, routes, stopwatch } = options
  const methods = new Map<string, string>(["/", ...Pages.paths].map((path) => [path, "GET"]))
  for (const { method, path } of routes.values()) methods.set(path, method)
  const answers = sending(options)
  const { finished, refuse } = answers
  const handle = handling(options, answers)
  const [bySigner, byAnybody, byReader] = [
    signed(options, answers, handle),
    unsigned(options, answers, handle),
    pages(answers)
  ]
  let requests = 0

  /** Answers at the deadline what is not answered then. What was begun goes on: it may stand or not. */
  const awaited = (exchange: Exchange) => {
    if (exchange.isAnswered) return
    const timer = setTimeout(() => refuse(exchange, "UNAVAILABLE"), options.deadline)
    exchange.response.once("close", () => clearTimeout(timer))
  }

  /** A request whose path and method are there. */
  const found = (exchange: Exchange, path: string) => {
    const route = routes.get(path)
    if (route === undefined) return byReader(exchange, path)
    if (route.read === undefined) {
      byAnybody(exchange, route, undefined)
      return awaited(exchange)
    }
    const wrong = Form.headProblem(exchange.request, path)
    if (wrong !== undefined) return refuse(exchange, wrong)
    return Form.readBody(exchange.request, (body) => {
      if (Result.isFailure(body)) return refuse(exchange, body.failure)
      if (route.signer === undefined) byAnybody(exchange, route, body.success)
      else bySigner(exchange, route, body.success)
      return awaited(exchange)
    })
  }

  return (request, response, turn) => {
    const path = pathOf(request.url ?? "")
    const allow = methods.get(path)
    const exchange: Exchange = {
      request,
      response,
      turn,
      entry: { id: `${life}-${(requests++).toString(36)}` },
      route: allow === undefined ? "other" : path,
      started: stopwatch.monotonicTimeNanosUnsafe(),
      isAnswered: false
    }
    response.once("close", () => {
      if (exchange.isAnswered) return
      // Who has asked is gone: 499, as it is commonly written.
      exchange.isAnswered = true
      finished(exchange, 499)
    })
    if (origin.isProxied(request)) turn.isKnown = true
    const host = Form.hostOf(request)
    if (host === undefined) return refuse(exchange, "HOST_MISSING")
    if (!origin.isMeant(host)) return refuse(exchange, "HOST_UNKNOWN")
    if (allow === undefined) return refuse(exchange, "PATH_UNKNOWN")
    const { method } = request
    if (method !== allow && !(method === "HEAD" && allow === "GET")) {
      return refuse(exchange, "METHOD_WRONG", undefined, ["allow", allow])
    }
    return found(exchange, path)
  }
}
