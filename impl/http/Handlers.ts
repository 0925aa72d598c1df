/**
 * Handlers: what an endpoint asks of the provider, and how its answer is written. They decide nothing: who may ask is
 * the edge's, and what becomes of an order is the provider's.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Answer } from "../../model/Order.ts"
import * as Order from "../../model/Order.ts"
import { type Reason, refusals } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as ErrorCodes from "../../spec/ErrorCodes.ts"
import type { TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Database } from "../ledger/Ledger.ts"
import type { Messages } from "../provider/Provider.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { type Announced, Api, type Issued, type Outcome, type Reply, Signer } from "./Api.ts"
import * as Edge from "./Edge.ts"
import * as Log from "./Log.ts"
import type { Metrics } from "./Metrics.ts"
import * as Problem from "./Problem.ts"
import type * as Signature from "./Signature.ts"
import type { Throttle } from "./Throttle.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------------------------------------------------

const states: Readonly<Record<Exclude<Answer, Reason>, string>> = {
  PAID: "the order is paid",
  OPEN: "the order waits for the payer's password",
  REFUNDED: "the order is refunded",
  CLOSED: "the order is closed, and was not paid",
  REVERSED: "the order is reversed"
}

/** What is said of an answer, and what can be done about it. */
const said = (answer: Answer): { readonly message: string; readonly retry?: string } => {
  if (answer in refusals) {
    const { advice, says } = refusals[answer as Reason]
    return { message: says, retry: advice }
  }
  const message = states[answer as Exclude<Answer, Reason>]
  return answer === "OPEN" ? { message, retry: "query the order until it is settled" } : { message }
}

const outcome = (number: Ledger.OrderNumber, answer: Answer): typeof Outcome.Type => ({
  answer,
  merchant: number.merchant,
  order: number.order,
  settled: Order.isDefinite(answer),
  ...said(answer)
})

/** How an answer reads in a scheme's interface. Some answers are listed for the pay request alone, and mean the same. */
const reply = (
  face: ErrorCodes.Interface,
  question: ErrorCodes.Question,
  order: string,
  answer: Answer
): typeof Reply.Type => {
  const found = ErrorCodes.replies[face][question][answer] ?? ErrorCodes.replies[face].pay[answer]
  const { fields, nearest } = found ?? { fields: { answer }, nearest: undefined }
  return {
    answer,
    order,
    settled: Order.isDefinite(answer),
    // The fields go from the general to the particular.
    code: Object.values(fields).at(-1) ?? answer,
    reply: fields,
    ...(nearest !== undefined && { nearest }),
    ...said(answer)
  }
}

const secretOf = (secret: TokenSource.Secret) =>
  secret._tag === "Seed"
    ? {
        seed: Buffer.from(Redacted.value(secret.seed)).toString("base64url"),
        ...(secret.second !== undefined && {
          second: Buffer.from(Redacted.value(secret.second)).toString("base64url")
        })
      }
    : { codes: Redacted.value(secret.codes) }

const issued = ({ alias, clock, number, prefix, secret }: Provider.Issued): typeof Issued.Type => ({
  answer: "ISSUED",
  credential: number,
  prefix,
  alias,
  secret: secretOf(secret),
  clock
})

// ---------------------------------------------------------------------------------------------------------------------
// Who asks
// ---------------------------------------------------------------------------------------------------------------------

/** Remembers what was decided, for the log and the counters. */
const noted = <A extends { readonly answer: string }>(answer: A): Effect.Effect<A> =>
  Effect.map(Log.Current, (entry) => {
    entry.answer = answer.answer
    return answer
  })

/** What an endpoint is asked with. */
interface Requested<P> {
  readonly payload: P
  readonly request: HttpServerRequest.HttpServerRequest
}

/** What the provider could not do, as a problem. */
type Told<E> = E extends Database.Unavailable
  ? Problem.ServiceUnavailable
  : E extends Provider.WrongPassword
    ? Problem.Unauthorized | Problem.Forbidden
    : E extends Provider.Taken | Refused.Refused
      ? Problem.Forbidden
      : E

const told = <A, E, R>(requested: Effect.Effect<A, E, R>): Effect.Effect<A, Told<E>, R> =>
  Effect.mapError(requested, (error) => {
    if (error instanceof Database.Unavailable) return Problem.problem("UNAVAILABLE") as Told<E>
    // A phone is refused, whatever it asks but for a credential, where it is not the owner's (STP-8).
    if (error instanceof Refused.Refused) return Problem.problem("NOT_SIGNED_IN") as Told<E>
    if (error instanceof Provider.Taken) {
      return Problem.problem(error.what === "name" ? "NAME_TAKEN" : "TELEPHONE_TAKEN") as Told<E>
    }
    if (!(error instanceof Provider.WrongPassword)) return error as Told<E>
    return Problem.problem(error.exhausted ? "PASSWORD_EXHAUSTED" : "PASSWORD_WRONG") as Told<E>
  })

/** Fails where something is asked for under another form of codes than the provider's scheme has. */
const formed = ({ scheme }: Rules, form: string | undefined): Effect.Effect<void, Problem.Forbidden> =>
  form === undefined || form === SchemeForm.form(scheme) ? Effect.void : Effect.fail(Problem.problem("SCHEME_DIFFERS"))

type Caller<Tag extends Signature.Caller["_tag"]> = Extract<Signature.Caller, { readonly _tag: Tag }>

type Unheard = Problem.Forbidden | Problem.Unauthorized | Problem.ServiceUnavailable

/** Asked by a party of one kind, that has signed. The nonce is used up here, when the body is known to be good. */
const signedBy =
  <Tag extends Signature.Caller["_tag"]>(tag: Tag) =>
  <P, A, E, R>(handle: (caller: Caller<Tag>, payload: P) => Effect.Effect<A, E, R>) =>
  ({ payload }: Requested<P>): Effect.Effect<A, Told<E> | Unheard, R | Signer> =>
    Effect.flatMap(Signer, ({ admit, caller }): Effect.Effect<A, Told<E> | Unheard, R> => {
      if (caller._tag !== tag) return Effect.fail(Problem.problem("FORBIDDEN"))
      return Effect.flatMap(admit, () => told(handle(caller as Caller<Tag>, payload)))
    })

/** What the handlers of a server need of it. */
export interface HandlerOptions {
  readonly rules: Rules
  readonly metrics: Metrics
  readonly clock: Clock.Clock
  /** How often an address may ask without a signature. */
  readonly throttle: Throttle
  /** The telephone network, where there is one on this machine. */
  readonly gateway?: Messages.Local | undefined
}

// ---------------------------------------------------------------------------------------------------------------------
// Groups
// ---------------------------------------------------------------------------------------------------------------------

const merchants = ({ rules }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "merchant",
    Effect.fnUntraced(function* (handlers) {
      const verification = yield* Provider.Verification
      const settlement = yield* Provider.Settlement
      const relay = yield* Provider.Relay
      const face = rules.scheme.interface
      const byMerchant = signedBy("Merchant")

      /** Asks the provider about an order of the merchant that has signed. */
      const about = <P extends { readonly order: string }>(
        question: ErrorCodes.Question,
        ask: (number: Ledger.OrderNumber, payload: P) => Effect.Effect<Answer, Database.Unavailable>
      ) =>
        byMerchant(({ merchant }, payload: P) =>
          Effect.flatMap(ask({ merchant, order: payload.order }, payload), (answer) =>
            noted(reply(face, question, payload.order, answer))
          )
        )

      return handlers.handleAll({
        pay: about("pay", ({ merchant }, payload: Omit<Provider.Request, "merchant">) =>
          verification.pay({ merchant, ...payload })
        ),
        query: about("query", (number) => settlement.query(number)),
        reverse: about("reversal", (number) => settlement.reverse(number)),
        refund: about("refund", ({ merchant }, payload: Omit<Provider.Refund, "merchant">) =>
          settlement.refund({ merchant, ...payload })
        ),
        notice: byMerchant(({ merchant }, { order }: { readonly order: string }) =>
          Effect.flatMap(relay.notice({ merchant, order }), (notice) =>
            notice === undefined ? Effect.fail(Problem.problem("NOTICE_UNKNOWN")) : Effect.succeed(notice)
          )
        )
      })
    })
  )

const phones = ({ rules }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "phone",
    Effect.fnUntraced(function* (handlers) {
      const enrollment = yield* Provider.Enrollment
      const stepUp = yield* Provider.StepUp
      const credentials = yield* Ledger.Credentials
      const byPhone = signedBy("Phone")
      const accountOf = (phone: number) => Effect.map(credentials.phone(phone), ({ account }) => account)

      return handlers.handleAll({
        credential: byPhone(({ phone }, { form }: { readonly form?: string | undefined }) =>
          Effect.andThen(formed(rules, form), enrollment.enroll(phone)).pipe(
            Effect.map(issued),
            Effect.catchTag("Refused", ({ reason }) =>
              Effect.succeed<typeof Issued.Type>({ answer: reason, ...said(reason) })
            ),
            Effect.flatMap(noted)
          )
        ),
        confirm: byPhone(({ phone }, { credential }: { readonly credential: number }) =>
          enrollment.confirm(phone, credential)
        ),
        standing: byPhone(({ phone }, { credential }: { readonly credential: number }) =>
          Effect.map(enrollment.standing(phone, credential), (standing) => ({ standing: standing ?? null }))
        ),
        prompts: byPhone(({ phone }) =>
          Effect.map(Effect.flatMap(stepUp.askedOn(phone), stepUp.prompts), (prompts) => ({ prompts }))
        ),
        stepUp: byPhone(({ phone }, { password, ...number }: Ledger.OrderNumber & { readonly password: string }) =>
          Effect.flatMap(stepUp.askedOn(phone), (account) =>
            stepUp.authenticate({ account, ...number, password: Redacted.make(password) })
          ).pipe(Effect.flatMap((answer) => noted(outcome(number, answer))))
        ),
        signIn: byPhone(({ phone }, { password }: { readonly password: string }) =>
          Effect.flatMap(accountOf(phone), (account) => stepUp.owns(account, Redacted.make(password))).pipe(
            Effect.andThen(enrollment.signIn(phone))
          )
        )
      })
    })
  )

/** Adds a phone to an account, and answers its key. */
const registered = Effect.fnUntraced(function* (
  { enrollment, relay }: Pick<Provider.Provider, "enrollment" | "relay">,
  account: number,
  isSignedIn: boolean
) {
  const phone = yield* enrollment.register(account)
  if (isSignedIn) yield* enrollment.signIn(phone)
  return { phone, key: Edge.written(yield* relay.key(Provider.keyNames.phone(phone))) }
})

const owners = ({ clock, rules, throttle }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "owner",
    Effect.fnUntraced(function* (handlers) {
      const enrollment = yield* Provider.Enrollment
      const relay = yield* Provider.Relay
      const stepUp = yield* Provider.StepUp
      const keys = yield* Ledger.Keys
      const credentials = yield* Ledger.Credentials

      /** Asked by whoever gives the password of an account, and not too often from one address. */
      const byOwner =
        <P extends { readonly account: number; readonly password: string }, A, E, R>(
          handle: (payload: P) => Effect.Effect<A, E, R>
        ) =>
        ({ payload }: Requested<P>) =>
          told(
            Effect.gen(function* () {
              const wait = throttle(yield* Edge.remoteAddress, clock.currentTimeMillisUnsafe() / 1000)
              if (wait > 0) return yield* Edge.tooMany(wait)
              yield* stepUp.owns(payload.account, Redacted.make(payload.password))
              return yield* handle(payload)
            })
          )

      return handlers.handleAll({
        register: byOwner(({ account, form }: Owning & { readonly form?: string | undefined }) =>
          Effect.andThen(formed(rules, form), registered({ enrollment, relay }, account, true))
        ),
        sign: byOwner(({ account }) => enrollment.sign(account)),
        withdraw: byOwner(({ account }) => enrollment.withdraw(account)),
        revoke: byOwner(
          Effect.fnUntraced(function* ({ account, phone }: Owning & { readonly phone: number }) {
            // Who has a key was registered: of another's phone, or of none, nothing more is said.
            const isKnown = (yield* keys.keyOf(Provider.keyNames.phone(phone))) !== undefined
            if (!isKnown || (yield* credentials.phone(phone)).account !== account) {
              return yield* Effect.fail(Problem.problem("PHONE_UNKNOWN"))
            }
            return yield* enrollment.revoke(phone)
          })
        )
      })
    })
  )

interface Owning {
  readonly account: number
  readonly password: string
}

/** An account, as the operator has it opened. */
interface OpeningAsked {
  readonly balance: number
  readonly password: string
  readonly telephone?: string | undefined
  readonly pin?: string | undefined
}

/** A merchant, as the operator takes it in. */
interface EnlistingAsked {
  readonly form?: string | undefined
  readonly merchant: string
  readonly name?: string | undefined
  readonly notify?: string | undefined
}

const operators = ({ rules }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "operator",
    Effect.fnUntraced(function* (handlers) {
      const enrollment = yield* Provider.Enrollment
      const relay = yield* Provider.Relay
      const settlement = yield* Provider.Settlement
      const accounts = yield* Ledger.Accounts
      const merchants = yield* Ledger.Merchants
      const byOperator = signedBy("Operator")

      return handlers.handleAll({
        open: byOperator((_, { balance, password, pin, telephone }: OpeningAsked) =>
          Effect.map(
            enrollment.open({
              balance,
              password: Redacted.make(password),
              telephone,
              pin: pin === undefined ? undefined : Redacted.make(pin)
            }),
            (account) => ({ account })
          )
        ),
        device: byOperator(
          Effect.fnUntraced(function* (_, { account }: { readonly account: number }) {
            if ((yield* accounts.passwordOf(account)) === undefined) {
              return yield* Effect.fail(Problem.problem("ACCOUNT_UNKNOWN"))
            }
            return yield* registered({ enrollment, relay }, account, false)
          })
        ),
        enlist: byOperator(
          Effect.fnUntraced(function* (_, { form, merchant, name, notify }: EnlistingAsked) {
            yield* formed(rules, form)
            const noticeKey = yield* relay.enlist(merchant, name)
            const key = yield* relay.key(Provider.keyNames.merchant(merchant))
            yield* merchants.subscribe(merchant, notify)
            const registered = yield* relay.nameOf(merchant)
            return { merchant, name: registered, key: Edge.written(key), noticeKey: Edge.written(noticeKey) }
          })
        ),
        close: byOperator((_, number: Ledger.OrderNumber) =>
          Effect.flatMap(settlement.close(number), (answer) => noted(outcome(number, answer)))
        )
      })
    })
  )

const networks = ({ clock, gateway, throttle }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "messages",
    Effect.fnUntraced(function* (handlers) {
      const stepUp = yield* Provider.StepUp

      /** Asked by anybody, and not too often from one address, where there is a network. */
      const byAnybody =
        <P, A, E, R>(handle: (gateway: Messages.Local, payload: P) => Effect.Effect<A, E, R>) =>
        ({ payload }: Requested<P>) =>
          told(
            Effect.gen(function* () {
              if (gateway === undefined) return yield* Effect.fail(Problem.problem("GATEWAY_UNKNOWN"))
              const wait = throttle(yield* Edge.remoteAddress, clock.currentTimeMillisUnsafe() / 1000)
              if (wait > 0) return yield* Edge.tooMany(wait)
              return yield* handle(gateway, payload)
            })
          )

      return handlers.handleAll({
        inbox: byAnybody(({ inbox }, { to }: { readonly to: string }) =>
          Effect.map(inbox(to), (messages) => ({
            messages: messages.map(({ at, number, text }) => ({ number, at, text }))
          }))
        ),
        send: byAnybody((_, { from, text }: { readonly from: string; readonly text: string }) =>
          Effect.gen(function* () {
            const at = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
            const received = yield* stepUp.receive({ from, text, at })
            if (received !== undefined) yield* noted(received)
            return { answer: received?.answer ?? null, order: received?.order ?? null }
          })
        )
      })
    })
  )

/** How many open orders are counted: more are as many. */
const mostCounted = 100_000

/** What the provider says of its scheme. */
const announced = (scheme: Scheme): typeof Announced.Type => ({
  scheme: scheme.scheme,
  form: SchemeForm.form(scheme),
  terms: SchemeForm.terms(scheme),
  parameters: SchemeForm.formOf(SchemeForm.parametersOf(scheme))
})

const services = ({ metrics, rules }: HandlerOptions) =>
  HttpApiBuilder.group(
    Api,
    "service",
    Effect.fnUntraced(function* (handlers) {
      const orders = yield* Ledger.Orders
      const answers = (yield* Ledger.Merchants).pending.pipe(
        Effect.timeout("2 seconds"),
        Effect.mapError(() => Problem.problem("UNAVAILABLE"))
      )
      const scheme = announced(rules.scheme)
      return handlers.handleAll({
        scheme: () => Effect.succeed(scheme),
        health: () => Effect.as(answers, { status: "ok" as const }),
        metrics: () =>
          Effect.gen(function* () {
            const noticesDue = yield* answers
            const open = yield* told(orders.openSince(Number.MAX_SAFE_INTEGER, mostCounted))
            return metrics.text({ noticesDue, openOrders: open.length })
          })
      })
    })
  )

/** Every handler of the interface. */
export const layer = (options: HandlerOptions) =>
  Layer.mergeAll(
    merchants(options),
    phones(options),
    owners(options),
    operators(options),
    networks(options),
    services(options)
  )
