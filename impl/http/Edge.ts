/**
 * Edge: what every request goes through before a handler sees it, and every answer before it is sent. A request whose
 * form is wrong, whose signature is not good or that comes too often ends here, having changed nothing.
 */
import { isUtf8 } from "node:buffer"
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Ledger from "../ledger/Ledger.ts"
import { Api, bodyBytes, Signed, Signer, Strict } from "./Api.ts"
import * as Log from "./Log.ts"
import type { Metrics } from "./Metrics.ts"
import * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"
import type { Throttle } from "./Throttle.ts"

/** What the edge of a server needs of it. */
export interface EdgeOptions {
  readonly operatorKey: Signature.SigningKey
  /** By which signatures are judged and lines are dated. */
  readonly clock: Clock.Clock
  /** By which it is measured how long an answer takes. */
  readonly stopwatch: Clock.Clock
  /** How often a key may ask. */
  readonly throttle: Throttle
  readonly metrics: Metrics
  readonly sink: Log.Sink
  /** What the requests of this server's life have in common in their numbers. */
  readonly life: string
  /** Whether connections are let go as their requests are answered. */
  readonly isStopping: () => boolean
  /** Paths beside those of the interface, which are asked with GET. */
  readonly pages: ReadonlyArray<string>
}

const request = HttpServerRequest.HttpServerRequest

/** Fails with a problem that it is of no use to ask about again before so many seconds are over. */
export const tooMany = (seconds: number): Effect.Effect<never, Problem.TooManyRequests> =>
  Effect.flatMap(Log.Current, (entry) => {
    entry.retryAfter = Math.ceil(seconds)
    return Effect.fail(Problem.problem("TOO_MANY_REQUESTS"))
  })

// ---------------------------------------------------------------------------------------------------------------------
// The form of a request
// ---------------------------------------------------------------------------------------------------------------------

const isJson = /^application\/json(?: *; *charset="?utf-8"?)?$/i

/** What is wrong with the head of a request, if anything is: where it is, that is seen without reading the body. */
const headProblem = (
  { headers, url }: HttpServerRequest.HttpServerRequest,
  path: string
): "TARGET_WRONG" | "TYPE_WRONG" | undefined => {
  // A query would be signed by nobody, and a path that is written in another way is another path to a signature.
  if (url !== path) return "TARGET_WRONG"
  const isPlain = isJson.test(headers["content-type"] ?? "") && headers["content-encoding"] === undefined
  return isPlain ? undefined : "TYPE_WRONG"
}

/** Bodies that are too large are not read to their end. */
export const layerBodySize: Layer.Layer<never> = Layer.succeed(
  HttpIncomingMessage.MaxBodySize,
  ByteSize.bytes(bodyBytes)
)

/** The body of a request, which is read once, to its end or to where it is too large. */
const bodyOf = ({ arrayBuffer }: HttpServerRequest.HttpServerRequest) =>
  Effect.mapBoth(arrayBuffer, {
    onSuccess: (bytes) => new Uint8Array(bytes),
    onFailure: ({ reason }) =>
      Problem.problem(
        reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? "BODY_TOO_LARGE" : "REQUEST_MALFORMED"
      )
  })

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const kindOf = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (Array.isArray(value)) return "an array"
  return { string: "a string", number: "a number", boolean: "a boolean" }[typeof value as string] ?? "an object"
}

/** A name as it may be repeated: who has put a code in the place of a name must not read it in a log. */
const tame = (name: PropertyKey): string => (/^[A-Za-z_-]{1,32}$/.test(String(name)) ? String(name) : "?")

/** What is wrong in a body that does not decode. */
const bodyProblem = (bytes: Uint8Array, { cause }: HttpApiSchemaError): Problem.BadRequest => {
  let input: unknown
  try {
    input = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return Problem.problem("BODY_MALFORMED")
  }
  const { message, path = [] } = issuesOf(cause.issue).issues[0]!
  const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment))
  const place = keys.map((key) => (typeof key === "number" ? `[${key}]` : tame(key))).join(".")
  const found = keys.reduce<unknown>(
    (value, key) => (Object(value) === value ? Reflect.get(Object(value), key) : undefined),
    input
  )
  const expected =
    place === ""
      ? "an object"
      : message === "Missing key"
        ? "a value"
        : /excess property/.test(message)
          ? "no such field"
          : message.replace(/^Expected /, "").replace(/, got .*$/s, "")
  return Problem.problem("BODY_INVALID", {
    message: `${place === "" ? "the body" : place}: expected ${expected}, found ${kindOf(found)}`,
    path: place,
    expected,
    found: kindOf(found)
  })
}

/** A request with a body whose form is right, and the answer to it. */
const formed = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  path: string
): Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  E | Problem.BadRequest | Problem.ContentTooLarge | Problem.UnsupportedMediaType,
  R | HttpServerRequest.HttpServerRequest
> =>
  Effect.flatMap(request, (requested): ReturnType<typeof formed<E, R>> => {
    const wrong = headProblem(requested, path)
    if (wrong !== undefined) return Effect.fail(Problem.problem(wrong))
    return Effect.flatMap(bodyOf(requested), (bytes): ReturnType<typeof formed<E, R>> => {
      // What is not UTF-8 would be read as something that nobody has written.
      if (!isUtf8(bytes)) return Effect.fail(Problem.problem("BODY_MALFORMED"))
      return Effect.mapError(app, (error) =>
        HttpApiSchemaError.is(error) && error.kind === "Payload" ? bodyProblem(bytes, error) : error
      )
    })
  })

/** The form of every request, and the names of problems where they are logged and counted. */
export const layerStrict: Layer.Layer<Strict> = Layer.succeed(
  Strict,
  Strict.of((app, { endpoint }) =>
    Effect.tapError(endpoint.method === "POST" ? formed(app, endpoint.path) : app, (error: unknown) =>
      Effect.map(Log.Current, (entry) => {
        if (Problem.isProblem(error)) entry.answer = error.error
      })
    )
  )
)

// ---------------------------------------------------------------------------------------------------------------------
// Who signs
// ---------------------------------------------------------------------------------------------------------------------

/** More keys than this are not remembered: the one that was looked up first is looked up again. */
const mostKeys = 10_000

/** Looks keys up by their names. A key that was found once stays what it is. */
const keyring = ({ keyOf }: Ledger.Keys["Service"], operatorKey: Signature.SigningKey) => {
  const known = new Map<string, Signature.SigningKey>()
  return (name: string) => {
    if (name === "operator") return Effect.succeed(operatorKey)
    const key = known.get(name)
    if (key !== undefined) return Effect.succeed(key)
    return Effect.tap(keyOf(name), (found) =>
      Effect.sync(() => {
        if (found === undefined) return
        if (known.size >= mostKeys) known.delete(known.keys().next().value!)
        known.set(name, found)
      })
    )
  }
}

const unavailable = Effect.mapError(() => Problem.problem("UNAVAILABLE"))

/** The signatures of requests: each is verified, counted, and good once. */
export const layerSigned = ({
  clock,
  operatorKey,
  throttle
}: EdgeOptions): Layer.Layer<Signed, never, Ledger.Keys | Ledger.Credentials> =>
  Layer.effect(
    Signed,
    Effect.map(Effect.all([Ledger.Keys, Ledger.Credentials]), ([keys, credentials]) => {
      const keyOf = keyring(keys, operatorKey)

      /** Nothing that a phone signs is taken once it was revoked (ENR-13): the ledger is asked each time, at every node. */
      const stands = ({
        caller
      }: Signature.Claim): Effect.Effect<void, Problem.Forbidden | Problem.ServiceUnavailable> =>
        caller._tag !== "Phone"
          ? Effect.void
          : Effect.flatMap(unavailable(credentials.isRevoked(caller.phone)), (isRevoked) =>
              isRevoked ? Effect.fail(Problem.problem("PHONE_REVOKED")) : Effect.void
            )

      /** A claim that is true, and not made too often: what the handler is told of it, and what it does with the nonce. */
      const believed = (
        claim: Signature.Claim,
        key: Signature.SigningKey | undefined,
        bytes: Uint8Array,
        entry: Log.Entry
      ): Effect.Effect<Signer["Service"], Problem.Unauthorized | Problem.TooManyRequests> => {
        const now = clock.currentTimeMillisUnsafe() / 1000
        const verified = Signature.verify(claim, key, bytes, now)
        if (Result.isFailure(verified)) return Effect.fail(Problem.problem(verified.failure))
        entry.key = claim.key
        const wait = throttle(claim.key, now)
        if (wait > 0) return tooMany(wait)
        // A nonce is remembered until its signature has expired on the clock of every node.
        const until = claim.created + 2 * Signature.tolerance
        const admit = Effect.flatMap(unavailable(keys.once(claim.key, claim.nonce, until)), (isNew) =>
          isNew ? Effect.void : Effect.fail(Problem.problem("SIGNATURE_REPLAYED"))
        )
        return Effect.succeed({ caller: claim.caller, admit })
      }

      return Signed.of((app) =>
        Effect.flatMap(request, (requested) => {
          const { headers, method, url: path } = requested
          const claim = Signature.read({ method, path, headers })
          if (Result.isFailure(claim)) return Effect.fail(Problem.problem(claim.failure))
          const known = unavailable(keyOf(claim.success.key))
          // The body has been read: its form is right.
          const read = Effect.all([known, Effect.orDie(bodyOf(requested)), Log.Current])
          return read.pipe(
            Effect.flatMap(([key, bytes, entry]) => believed(claim.success, key, bytes, entry)),
            Effect.tap(() => stands(claim.success)),
            Effect.flatMap((signer) => Effect.provideService(app, Signer, signer))
          )
        })
      )
    })
  )

/** A key as it is written in an answer. */
export const written = (key: Signature.SigningKey): string => Buffer.from(Redacted.value(key)).toString("base64url")

// ---------------------------------------------------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------------------------------------------------

/** Every path, and the methods that it is asked with. */
const methodsByPath = (pages: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const methods = new Map<string, string>(pages.map((path) => [path, "GET"]))
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => methods.set(endpoint.path, endpoint.method)
  })
  return methods
}

const challenge = `Signature ${Signature.label}=(${Signature.covered.map((name) => `"${name}"`).join(" ")})`

const pathOf = (url: string): string => url.replace(/[?#].*$/s, "")

/** Answers whatever was not answered, numbers and counts requests, and writes a line for each. */
export const make = ({ clock, isStopping, life, metrics, pages, sink, stopwatch }: EdgeOptions) => {
  const methods = methodsByPath(pages)
  let requests = 0

  /** The name of what failed where no endpoint has answered, and the method that the path is asked with. */
  const whatFailed = (
    cause: Cause.Cause<unknown>,
    { method, url }: HttpServerRequest.HttpServerRequest
  ): { readonly name: Problem.Name; readonly allow?: string } => {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    if (!HttpServerError.isHttpServerError(error) || error.reason._tag !== "RouteNotFound") return { name: "FAILED" }
    const allow = methods.get(pathOf(url))
    return allow === undefined || allow === method ? { name: "PATH_UNKNOWN" } : { name: "METHOD_WRONG", allow }
  }

  return <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.flatMap(request, (requested) => {
      const started = stopwatch.monotonicTimeNanosUnsafe()
      const entry: Log.Entry = { id: `${life}-${(requests++).toString(36)}` }
      const path = pathOf(requested.url)
      const route = methods.has(path) ? path : "other"

      const finished = (status: number): void => {
        const millis = Number(stopwatch.monotonicTimeNanosUnsafe() - started) / 1e6
        metrics.answered(route, status, millis / 1000, entry.answer)
        sink(
          Log.answered(clock.currentTimeMillisUnsafe(), { ...entry, method: requested.method, route, status, millis })
        )
      }

      const sent = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
        finished(response.status)
        const headers: Record<string, string> = { "request-id": entry.id, "cache-control": "no-store" }
        if (isStopping()) headers.connection = "close"
        if (response.status === 401) {
          headers["www-authenticate"] = challenge
          // Who was not believed for a wrong clock corrects it by this.
          headers.date = new Date(clock.currentTimeMillisUnsafe()).toUTCString()
        }
        if (response.status === 429 || response.status === 503) headers["retry-after"] = String(entry.retryAfter ?? 1)
        return HttpServerResponse.setHeaders(response, headers)
      }

      const refused = (name: Problem.Name, headers?: Readonly<Record<string, string>>) => {
        entry.answer = name
        return sent(
          HttpServerResponse.jsonUnsafe(Problem.body(name), { status: Problem.problems[name].status, headers })
        )
      }

      if (requested.headers.host === undefined) return Effect.succeed(refused("HOST_MISSING"))
      return Effect.provideService(app, Log.Current, entry).pipe(
        Effect.matchCauseEffect({
          onSuccess: (response) => Effect.succeed(sent(response)),
          onFailure: (cause) => {
            if (Cause.hasInterruptsOnly(cause)) {
              // Who has asked is gone: 499, as it is commonly written.
              finished(499)
              return Effect.failCause(cause)
            }
            const { allow, name } = whatFailed(cause, requested)
            const response = refused(name, allow === undefined ? {} : { allow })
            return name === "FAILED"
              ? Effect.as(Effect.logError(`request ${entry.id} failed`, cause), response)
              : Effect.succeed(response)
          }
        })
      )
    })
}

/** Where whoever asks is, for those who ask without a key. */
export const remoteAddress = Effect.map(request, (requested) =>
  Option.getOrElse(requested.remoteAddress, () => "unknown")
)
