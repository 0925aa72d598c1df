/**
 * Client: the provider from a distance, for each party that asks it. Whatever keeps an answer from coming back, on the way
 * there, in the server or on the way home, is no answer: whether the provider has decided only asking again can tell.
 */
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Answer } from "../../model/Order.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Till from "../till/Till.ts"
import { Online } from "../wallet/Wallet.ts"
import { Api, type Issued, type Reply, Signed } from "./Api.ts"
import * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"

/** Where the provider is. */
export interface ClientOptions {
  /** The address of the server, as `http://127.0.0.1:8080`, without a path. */
  readonly url: string
  /** How long to wait for an answer. Unless given, ten seconds. */
  readonly patience?: Duration.Duration
}

/** A problem that asking again does not mend by itself: the request is refused as it is. */
export type Denied = Exclude<Problem.Problem, Problem.InternalServerError | Problem.ServiceUnavailable>

/** What every client is given: a way to send, and chance for its nonces. */
export type Services = HttpClient.HttpClient | SecureRandom.SecureRandom

// ---------------------------------------------------------------------------------------------------------------------
// Signing
// ---------------------------------------------------------------------------------------------------------------------

/** Who signs. */
interface Signer {
  readonly caller: Signature.Caller
  readonly key: Signature.SigningKey
  /**
   * By how many seconds the clock may be corrected by the server's where a signature has expired; 0 for a clock that has to be
   * right. Nobody signs the date of an answer: whoever is between could have a request signed that is good at a time of theirs,
   * and has no more than this of it.
   */
  readonly correction: number
}

/** A phone's clock may be in another zone, or set by hand. */
const ofPhones = 86_400 + Signature.tolerance

/** A till is looked after, and still its clock drifts. */
const ofTills = 3600

const nonceBytes = 18

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Uint8Array =>
  body._tag === "Uint8Array" ? body.body : new Uint8Array()

/** How far the server's clock is ahead of a clock, in seconds, as an answer tells: as its date has no fractions, roughly. */
const aheadOf = (now: number, { headers }: HttpClientResponse.HttpClientResponse): number => {
  const theirs = Date.parse(headers.date ?? "") / 1000
  return Number.isFinite(theirs) ? Math.round(theirs - now) : 0
}

type Signing = HttpApiMiddleware.HttpApiMiddlewareClient<HttpApiMiddleware.Error<Signed>, never, never>

/** Signs every request freshly, also one that is sent again. */
const layerSigning = ({ caller, correction: most, key }: Signer) =>
  HttpApiMiddleware.layerClient(
    Signed,
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      let ahead = 0
      const sign: Signing = Effect.fnUntraced(function* ({ next, request }) {
        const send = Effect.fnUntraced(function* () {
          const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
          const nonce = Buffer.from(yield* random.randomBytes(nonceBytes)).toString("base64url")
          const { method, url } = request
          const body = bodyOf(request)
          const headers = Signature.headers({ method, path: url, body, key, caller, created: now + ahead, nonce })
          return yield* next(HttpClientRequest.setHeaders(request, headers))
        })
        const response = yield* send()
        if (most === 0 || response.status !== 401) return response
        const correction = aheadOf(Math.floor((yield* Clock.currentTimeMillis) / 1000), response)
        if (Math.abs(correction - ahead) <= Signature.tolerance / 2 || Math.abs(correction) > most) return response
        ahead = correction
        return yield* send()
      })
      return sign
    })
  )

/** Nobody signs what an owner asks. */
const layerUnsigned = HttpApiMiddleware.layerClient(Signed, ({ next, request }) => next(request))

const connect = ({ url }: ClientOptions, signer: Signer | undefined) =>
  HttpApiClient.make(Api, { baseUrl: url }).pipe(
    Effect.provide(signer === undefined ? layerUnsigned : layerSigning(signer), { local: true })
  )

// ---------------------------------------------------------------------------------------------------------------------
// No answer
// ---------------------------------------------------------------------------------------------------------------------

const usualPatience = Duration.seconds(10)

const isDenied = (error: unknown): error is Denied =>
  Problem.isProblem(error) &&
  !(error instanceof Problem.InternalServerError) &&
  !(error instanceof Problem.ServiceUnavailable)

/** The code that the system has for why a connection failed, as `ECONNREFUSED`. */
const systemCode = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : "no reason is known"

/** Why no request came through, as the system says. */
const unconnected = (url: string, code: string): string => {
  if (code === "ECONNREFUSED")
    return `nothing that listens at ${url}: start the provider there, or give the address that it has`
  return code === "ENOTFOUND" || code === "EAI_AGAIN"
    ? `no machine of the name in ${url} (${code}): give the address that the provider has`
    : `a connection to ${url} that failed (${code}): see that it is the provider's, and that this machine reaches it`
}

/** What was found in the place of an answer, where it was asked, and what can be done. */
const because = ({ patience = usualPatience, url }: ClientOptions, error: unknown): string => {
  if (Problem.isProblem(error)) return `${error.error} from ${url}: ${error.message}`
  if (Cause.isTimeoutError(error)) {
    return `none from ${url} within ${Duration.format(patience)}: see that the provider there is at work; what was asked may have been done`
  }
  if (!HttpClientError.isHttpClientError(error)) return `what no provider answers, from ${url}: see what listens there`
  const { reason } = error
  if (reason._tag === "TransportError") return unconnected(url, systemCode(reason.cause))
  const status = "response" in reason ? ` (status ${reason.response.status})` : ""
  return `what no provider answers, from ${url}${status}: see what listens there`
}

/** How much of an answer is read, in bytes: no list of codes is as long. Who is not the provider may say anything. */
const answerBytes = 4 * 1024 * 1024

/** An answer, or a problem of the request's, or none. */
const answered =
  <L>(options: ClientOptions, lost: (because: string) => L) =>
  <A, E, R>(requested: Effect.Effect<A, E, R>): Effect.Effect<A, Denied | L, R> =>
    requested.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(answerBytes)),
      Effect.timeout(options.patience ?? usualPatience),
      Effect.mapError((error) => (isDenied(error) ? error : lost(because(options, error))))
    )

const offline = (because: string): Online.Offline => new Online.Offline({ because })

const keyOf = (written: string): Signature.SigningKey =>
  Redacted.make(new Uint8Array(Buffer.from(written, "base64url")))

// ---------------------------------------------------------------------------------------------------------------------
// Merchants
// ---------------------------------------------------------------------------------------------------------------------

/** New keys of a merchant, and for how many seconds those before are good beside them. */
export interface MerchantKeys {
  readonly key: Signature.SigningKey
  readonly noticeKey: Signature.SigningKey
  readonly overlap: number
}

const writtenKey = (key: Signature.SigningKey): string => Buffer.from(Redacted.value(key)).toString("base64url")

const writtenKeys = ({ key, noticeKey, overlap }: MerchantKeys) => ({
  key: writtenKey(key),
  noticeKey: writtenKey(noticeKey),
  overlap
})

/** A merchant, as it asks. */
export interface Merchant {
  /** Enlists one of its terminals, once or again. It fails with `TERMINALS_TOO_MANY` where it has as many as it may. */
  readonly enlist: (terminal: string) => Effect.Effect<void, Denied | Online.Offline>
  /** Asks for a payment. A terminal that is not enlisted is enlisted first, and the same is asked again. */
  readonly pay: (request: Provider.Request) => Effect.Effect<Answer, Denied | Till.NoAnswer>
  readonly query: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Denied | Till.NoAnswer>
  readonly reverse: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Denied | Till.NoAnswer>
  readonly refund: (refund: Provider.Refund) => Effect.Effect<Provider.Refunded, Denied | Till.NoAnswer>
  readonly queryRefund: (refund: Provider.RefundOf) => Effect.Effect<Provider.Refunded, Denied | Till.NoAnswer>
  /** The notice that an order was paid; it fails with `NOTICE_UNKNOWN` where it never was. */
  readonly notice: (order: Ledger.OrderNumber) => Effect.Effect<Provider.Notice, Denied | Till.NoAnswer>
  /** Takes other keys. Where no answer comes back, the same is asked again, with the key of before or with the new one. */
  readonly rotate: (keys: MerchantKeys) => Effect.Effect<void, Denied | Online.Offline>
}

const refundedOf = ({ answer, refund, refunded }: typeof Reply.Type): Provider.Refunded => ({
  answer,
  amount: refund?.amount,
  refunded
})

/**
 * A merchant at the provider, by its key. What it asks for is its own, whatever merchant the request names. The clock of its till may
 * be off by an hour: it is corrected as a phone's is.
 */
export const merchant = Effect.fnUntraced(function* (
  options: ClientOptions & { readonly merchant: string; readonly key: Signature.SigningKey }
): Effect.fn.Return<Merchant, never, Services> {
  const signer = {
    caller: { _tag: "Merchant", merchant: options.merchant },
    key: options.key,
    correction: ofTills
  } as const
  const client = (yield* connect(options, signer)).merchant
  const about = (order: string) => answered(options, (because) => new Till.NoAnswer({ order, because }))
  const answerOf = ({ answer }: { readonly answer: Answer }): Answer => answer
  const enlisting = (terminal: string) => client.terminal({ payload: { terminal } })
  return {
    enlist: (terminal) => answered(options, offline)(enlisting(terminal)),
    pay: ({ amount, code, nonce, order, terminal }) => {
      const payload = { amount, code, order, terminal, ...(nonce !== undefined && { nonce }) }
      const asked = Effect.map(about(order)(client.pay({ payload })), answerOf)
      // A till from before terminals were enlisted, or whose provider was restored.
      return Effect.catch(asked, (error) =>
        isDenied(error) && error.error === "TERMINAL_UNKNOWN"
          ? Effect.andThen(about(order)(enlisting(terminal)), asked)
          : Effect.fail(error)
      )
    },
    query: ({ order }) => Effect.map(about(order)(client.query({ payload: { order } })), answerOf),
    reverse: ({ order }) => Effect.map(about(order)(client.reverse({ payload: { order } })), answerOf),
    refund: ({ amount, order, refund }) =>
      Effect.map(about(order)(client.refund({ payload: { amount, order, refund } })), refundedOf),
    queryRefund: ({ order, refund }) =>
      Effect.map(about(order)(client.queryRefund({ payload: { order, refund } })), refundedOf),
    notice: ({ order }) => about(order)(client.notice({ payload: { order } })),
    rotate: (keys) => answered(options, offline)(client.rotate({ payload: writtenKeys(keys) }))
  }
})

/**
 * Whether a message is denied for good. A request from a terminal that is not enlisted has used up its nonce, so that no copy of it is
 * taken; and none was, for a terminal that is enlisted stays so.
 */
const isFinal = ({ error }: Denied): boolean => error === "TERMINAL_UNKNOWN" || error === "TERMINALS_TOO_MANY"

/** The way of a till to the provider. Of what is denied only the haste may be asked again: to a till, that is no answer. */
export const way = ({ pay, query, reverse }: Merchant): Till.Way => {
  const unheard =
    (order: string) =>
    (requested: Effect.Effect<Answer, Denied | Till.NoAnswer>): Effect.Effect<Answer, Till.Unanswered> =>
      Effect.mapError(requested, (error): Till.Unanswered => {
        if (!isDenied(error)) return error
        return error instanceof Problem.TooManyRequests
          ? new Till.NoAnswer({ order, because: error.error })
          : new Till.Denied({ order, because: `${error.error}, ${error.message}`, isFinal: isFinal(error) })
      })
  return {
    pay: (request) => unheard(request.order)(pay(request)),
    query: (number) => unheard(number.order)(query(number)),
    reverse: (number) => unheard(number.order)(reverse(number))
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Phones
// ---------------------------------------------------------------------------------------------------------------------

const secretOf = ({ secret }: Extract<typeof Issued.Type, { readonly answer: "ISSUED" }>) =>
  "seed" in secret
    ? ({
        _tag: "Seed",
        seed: keyOf(secret.seed),
        ...(secret.second !== undefined && { second: keyOf(secret.second) })
      } as const)
    : ({ _tag: "Drawn", codes: Redacted.make(secret.codes) } as const)

/** What a phone is at its provider: its number, its key, and the form of the scheme that it is set up for (`SchemeForm`). */
export interface PhoneOptions extends ClientOptions {
  readonly phone: number
  readonly key: Signature.SigningKey
  /** Unless given, nobody compares it. */
  readonly form?: string | undefined
}

/** A phone at the provider, by its key, and what only its holder asks. */
export interface Phone {
  readonly online: Online.Online["Service"]
  /** The owner of the phone's account authenticates on it (ENR-4). */
  readonly signIn: (
    ownership: Ownership
  ) => Effect.Effect<void, Provider.WrongPassword | Refused.Refused | Online.Offline>
  /** Takes another key; the one before is good for so many seconds more. Asked again as {@link Merchant.rotate} is. */
  readonly rotate: (key: Signature.SigningKey, overlap: number) => Effect.Effect<void, Denied | Online.Offline>
}

/**
 * A phone at the provider. Its clock may be wrong, by a day at most: where the server does not believe a signature for its instant, the
 * difference is taken from the server's answer, and the request is signed again.
 */
export const phone = Effect.fnUntraced(function* (options: PhoneOptions): Effect.fn.Return<Phone, never, Services> {
  const signer = { caller: { _tag: "Phone", phone: options.phone }, key: options.key, correction: ofPhones } as const
  const client = (yield* connect(options, signer)).phone
  const ask = answered(options, offline)

  /**
   * One that is not its owner's, or no more (ENR-13), is refused. A phone whose requests are denied otherwise is as good as
   * offline, and its holder is told why.
   */
  const toldOf = (error: Denied | Online.Offline): Online.Offline | Refused.Refused => {
    if (error instanceof Online.Offline) return error
    const isRefused = error.error === "PHONE_REVOKED" || error.error === "NOT_SIGNED_IN"
    return isRefused ? new Refused.Refused({ reason: "NOT_OWNER" }) : offline(error.error)
  }

  const requested = <A, E, R>(question: Effect.Effect<A, E, R>) => Effect.mapError(ask(question), toldOf)

  const withPassword = <A, E, R>(account: number, question: Effect.Effect<A, E, R>) =>
    Effect.mapError(ask(question), (error) => {
      if (error instanceof Online.Offline) return error
      if (error.error === "PASSWORD_WRONG") return new Provider.WrongPassword({ account, exhausted: false })
      if (error.error === "PASSWORD_EXHAUSTED") return new Provider.WrongPassword({ account, exhausted: true })
      return toldOf(error)
    })

  return {
    online: {
      enroll: () =>
        Effect.flatMap(
          requested(client.credential({ payload: options.form === undefined ? {} : { form: options.form } })),
          (issued) =>
            issued.answer === "ISSUED"
              ? Effect.succeed({
                  number: issued.credential,
                  prefix: issued.prefix,
                  alias: issued.alias,
                  secret: secretOf(issued),
                  clock: issued.clock
                })
              : Effect.fail(new Refused.Refused({ reason: issued.answer }))
        ),
      confirm: (_, credential) => requested(client.confirm({ payload: { credential } })),
      standing: (_, credential) =>
        ask(client.standing({ payload: { credential } })).pipe(
          Effect.map(({ standing }) => standing ?? undefined),
          // Nothing else is told to a phone that was revoked, and that is what it asks.
          Effect.catch((error) =>
            !(error instanceof Online.Offline) && error.error === "PHONE_REVOKED"
              ? Effect.succeed("revoked" as const)
              : Effect.fail(error instanceof Online.Offline ? error : offline(error.error))
          )
        ),
      prompts: () => Effect.map(requested(client.prompts({ payload: {} })), ({ prompts }) => prompts),
      authenticate: ({ account, merchant, order, password }) =>
        Effect.map(
          withPassword(account, client.stepUp({ payload: { merchant, order, password: Redacted.value(password) } })),
          ({ answer }) => answer
        )
    },
    signIn: ({ account, password }) =>
      withPassword(account, client.signIn({ payload: { password: Redacted.value(password) } })),
    rotate: (key, overlap) => ask(client.rotate({ payload: { key: writtenKey(key), overlap } }))
  }
})

/** The provider as a phone's wallet reaches it over HTTP. */
export const layerOnline = (options: PhoneOptions): Layer.Layer<Online.Online, never, Services> =>
  Layer.effect(
    Online.Online,
    Effect.map(phone(options), ({ online }) => Online.Online.of(online))
  )

// ---------------------------------------------------------------------------------------------------------------------
// Owners and the operator
// ---------------------------------------------------------------------------------------------------------------------

/** A phone that was added to an account, and its key. */
export interface Device {
  readonly phone: number
  readonly key: Signature.SigningKey
}

const deviceOf = ({ key, phone }: { readonly key: string; readonly phone: number }): Device => ({
  phone,
  key: keyOf(key)
})

/** An account, and the password by which its owner is known. */
export interface Ownership {
  readonly account: number
  readonly password: Redacted.Redacted<string>
}

/** The owner of an account, from anywhere. A wrong password is the problem `PASSWORD_WRONG`. */
export const owner = Effect.fnUntraced(function* (options: ClientOptions) {
  const client = (yield* connect(options, undefined)).owner
  const ask = answered(options, offline)
  const written = ({ account, password }: Ownership) => ({ account, password: Redacted.value(password) })
  return {
    /** Adds a phone, and signs the owner in on it. */
    register: (ownership: Ownership, form?: string) =>
      Effect.map(
        ask(client.register({ payload: { ...written(ownership), ...(form !== undefined && { form }) } })),
        deviceOf
      ),
    /** Signs the agreement. */
    sign: (ownership: Ownership) => ask(client.sign({ payload: written(ownership) })),
    /** Withdraws from the agreement. */
    withdraw: (ownership: Ownership) => ask(client.withdraw({ payload: written(ownership) })),
    /** Has the credentials of a phone revoked. */
    revoke: (ownership: Ownership, phone: number) => ask(client.revoke({ payload: { ...written(ownership), phone } }))
  }
})

/** What a merchant is taken in with, besides what it is called by. */
export interface Enlisting {
  /** What it is registered under. */
  readonly name?: string
  /** Where its notices go; `null` where they are to go nowhere. Unless given, they go where they went. */
  readonly notify?: string | null
  /** The form of the scheme that its tills are set up for (`SchemeForm`). */
  readonly form?: string
}

/** What a provider says of the scheme that it follows. */
export const announced = Effect.fnUntraced(function* (options: ClientOptions) {
  const client = yield* connect(options, undefined)
  return yield* answered(options, offline)(client.scheme())
})

/** Whoever runs the provider. */
export const operator = Effect.fnUntraced(function* (options: ClientOptions & { readonly key: Signature.SigningKey }) {
  const client = (yield* connect(options, { caller: { _tag: "Operator" }, key: options.key, correction: 0 })).operator
  const ask = answered(options, offline)
  return {
    /** Opens an account, and answers its number. */
    open: ({ balance, password, pin, telephone }: Provider.Opening) =>
      Effect.map(
        ask(
          client.open({
            payload: {
              balance,
              password: Redacted.value(password),
              ...(telephone !== undefined && { telephone }),
              ...(pin !== undefined && { pin: Redacted.value(pin) })
            }
          })
        ),
        ({ account }) => account
      ),
    /** Adds a phone to an account; its holder has yet to sign in. */
    device: (account: number) => Effect.map(ask(client.device({ payload: { account } })), deviceOf),
    /** Takes in a merchant, and answers its registered name, the key of its requests and that of its notices. */
    enlist: (merchant: string, { form, name, notify }: Enlisting = {}) =>
      Effect.map(
        ask(
          client.enlist({
            payload: {
              merchant,
              ...(name !== undefined && { name }),
              ...(notify !== undefined && { notify }),
              ...(form !== undefined && { form })
            }
          })
        ),
        ({ key, name, noticeKey }) => ({ name, key: keyOf(key), noticeKey: keyOf(noticeKey) })
      ),
    /** Gives everybody their shares again of an account's wrong passwords of the day; answers how many more are looked at. */
    unlock: (account: number) => Effect.map(ask(client.unlock({ payload: { account } })), ({ left }) => left),
    /** Gives a merchant other keys, and answers the name that it is registered under. */
    rotate: (merchant: string, keys: MerchantKeys) =>
      Effect.map(ask(client.rotate({ payload: { merchant, ...writtenKeys(keys) } })), ({ name }) => name),
    /** Withdraws the keys of a merchant, or of a phone, which is revoked by it: `merchant/NAME`, `phone/NUMBER`. */
    withdraw: (key: string) => ask(client.withdraw({ payload: { key } })),
    /** Pays out to a merchant what is held for it, once under a number, and answers what was. */
    payOut: (number: Ledger.PayoutNumber) => ask(client.payOut({ payload: number })),
    /** Closes an order whose deadline is past. */
    close: (number: Ledger.OrderNumber) => Effect.map(ask(client.close({ payload: number })), ({ answer }) => answer)
  }
})

/** The telephone network of a server that has one, for whoever is near it. */
export const network = Effect.fnUntraced(function* (options: ClientOptions) {
  const client = (yield* connect(options, undefined)).messages
  const ask = answered(options, offline)
  return {
    /** Reads the messages to a number, oldest first. */
    inbox: (to: string) => Effect.map(ask(client.inbox({ payload: { to } })), ({ messages }) => messages),
    /** Sends the provider a message, from any number, and hears what became of it. */
    send: (from: string, text: string) =>
      Effect.map(ask(client.send({ payload: { from, text } })), ({ answer, order }): Provider.Received | undefined =>
        answer === null ? undefined : { answer, order: order ?? undefined }
      )
  }
})
