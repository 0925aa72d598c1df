/**
 * Handlers: what an endpoint asks of the provider, and how its answer is written. They decide nothing: who may ask is
 * the edge's, and what becomes of an order is the provider's.
 */
import { availableParallelism } from "node:os"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Answer } from "../../model/Order.ts"
import * as Order from "../../model/Order.ts"
import { type Reason, refusals } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as ErrorCodes from "../../spec/ErrorCodes.ts"
import type { TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Turns } from "../ledger/Ledger.ts"
import type { Messages } from "../provider/Provider.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as SchemeForm from "../SchemeForm.ts"
import type { Announced, Issued, Outcome, Reply } from "./Api.ts"
import * as Health from "./Health.ts"
import type { Metrics } from "./Metrics.ts"
import * as Problem from "./Problem.ts"
import type { Handlers, Table } from "./Routes.ts"
import * as Signature from "./Signature.ts"
import * as Signers from "./Signers.ts"

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
  { answer, refunded: told }: { readonly answer: Answer; readonly refunded?: number | undefined }
): typeof Reply.Type => {
  const refunded = told ?? 0
  const isInPart = question === "query" && answer === "PAID" && refunded > 0
  const found = isInPart
    ? ErrorCodes.refundedInPart[face]
    : (ErrorCodes.replies[face][question][answer] ?? ErrorCodes.replies[face].pay[answer])
  const { fields, nearest } = found ?? { fields: { answer }, nearest: undefined }
  return {
    answer,
    order,
    settled: Order.isDefinite(answer),
    // The fields go from the general to the particular.
    code: Object.values(fields).at(-1) ?? answer,
    reply: fields,
    ...(nearest !== undefined && { nearest }),
    ...(question === "query" && told !== undefined && { refunded: told }),
    ...said(answer),
    ...(isInPart && { message: "the order is paid, and a part of it was refunded" }),
    ...(isOfRefund(question) && answer === "REFUNDED" && { message: "the refund was made" })
  }
}

const isOfRefund = (question: ErrorCodes.Question): boolean => question === "refund" || question === "refund query"

/** The amounts of an order that was paid, for its merchant. */
const amountsOf = ({ amount, answer }: Provider.Standing): Pick<typeof Reply.Type, "amounts"> =>
  amount !== undefined && (answer === "PAID" || answer === "REFUNDED")
    ? { amounts: { asked: amount, paid: amount, received: amount } }
    : {}

/** The refund that was made under a number, and what all of its order's have given back. */
const refundOf = (number: string, { amount, answer, refunded }: Provider.Refunded) => ({
  ...(answer === "REFUNDED" && { refund: { number, ...(amount !== undefined && { amount }) } }),
  ...(refunded !== undefined && { refunded })
})

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
// Problems
// ---------------------------------------------------------------------------------------------------------------------

/** What the provider could not do, as a problem. */
type Told<E> = E extends Database.Unavailable
  ? Problem.ServiceUnavailable
  : E extends Provider.WrongPassword
    ? Problem.Unauthorized | Problem.Forbidden
    : E extends Provider.Taken | Provider.KeysWithdrawn | Refused.Refused
      ? Problem.Forbidden
      : E

const told = <A, E, R>(requested: Effect.Effect<A, E, R>): Effect.Effect<A, Told<E>, R> =>
  Effect.mapError(requested, (error) => {
    if (error instanceof Database.Unavailable) return Problem.problem("UNAVAILABLE") as Told<E>
    // A phone is refused, whatever it asks but for a credential, where it is not the owner's (STP-8).
    if (error instanceof Refused.Refused) return Problem.problem("NOT_SIGNED_IN") as Told<E>
    if (error instanceof Provider.KeysWithdrawn) return Problem.problem("KEY_WITHDRAWN") as Told<E>
    if (error instanceof Provider.Taken) {
      return Problem.problem(error.what === "name" ? "NAME_TAKEN" : "TELEPHONE_TAKEN") as Told<E>
    }
    if (!(error instanceof Provider.WrongPassword)) return error as Told<E>
    return Problem.problem(error.exhausted ? "PASSWORD_EXHAUSTED" : "PASSWORD_WRONG") as Told<E>
  })

/** Fails where something is asked for under another form of codes than the provider's scheme has. */
const formed = ({ scheme }: Rules, form: string | undefined): Effect.Effect<void, Problem.Forbidden> =>
  form === undefined || form === SchemeForm.form(scheme) ? Effect.void : Effect.fail(Problem.problem("SCHEME_DIFFERS"))

/** A key as it is written in a request. */
const keyIn = (written: string): Ledger.Key => Redacted.make(new Uint8Array(Buffer.from(written, "base64url")))

const unrotated = {
  Reused: Problem.problem("KEY_REUSED"),
  Superseded: Problem.problem("KEY_SUPERSEDED"),
  Withdrawn: Problem.problem("KEY_WITHDRAWN")
} as const

/** Puts new keys in the place of those before. Where they are whoever's who asks, the key that they sign with is looked at. */
const rotated = (
  { clock }: Given,
  { keys }: Ledger.Ledger,
  given: { readonly keys: Ledger.Rotation["keys"]; readonly overlap: number; readonly isOwn: boolean }
): Effect.Effect<void, Problem.Forbidden | Database.Unavailable> =>
  Effect.flatMap(Database.Signed, (by) =>
    Effect.flatMap(
      Effect.suspend(() =>
        keys.rotate({
          keys: given.keys,
          overlap: given.overlap,
          now: Math.floor(clock.currentTimeMillisUnsafe() / 1000),
          by: given.isOwn ? by?.number : undefined
        })
      ),
      (came) => (came === "Rotated" ? Effect.void : Effect.fail(unrotated[came]))
    )
  )

/** The keys of a merchant, by their names: the one that it signs with first. */
const ofMerchant = (
  merchant: string,
  { key, noticeKey }: { readonly key: string; readonly noticeKey: string }
): Ledger.Rotation["keys"] => [
  [Provider.keyNames.merchant(merchant), keyIn(key)],
  [Provider.keyNames.notices(merchant), keyIn(noticeKey)]
]

/**
 * How many passwords are looked at at once, each for some fifty milliseconds of a processor: on half of those that there are, one of a
 * client, for payments need the others.
 */
const looking = { share: 1, waiting: 200, line: 20, patience: 2000 }

/** What the handlers of a server need of it. */
export interface HandlerOptions {
  readonly rules: Rules
  readonly metrics: Metrics
  readonly clock: Clock.Clock
  /** The telephone network, where there is one on this machine. */
  readonly gateway?: Messages.Local | undefined
}

/** What every group is given. */
interface Given extends HandlerOptions {
  /** Looks at passwords in turn. */
  readonly looked: Turns.Turns
}

// ---------------------------------------------------------------------------------------------------------------------
// Groups
// ---------------------------------------------------------------------------------------------------------------------

const merchants = (
  given: Given,
  { relay, settlement, verification }: Provider.Provider,
  ledger: Ledger.Ledger
): Handlers<"merchant"> => {
  const { rules } = given
  const face = rules.scheme.interface

  /** What is answered to the merchant of an order. */
  const answered = (
    question: ErrorCodes.Question,
    order: string,
    asked: Effect.Effect<Answer, Database.Unavailable>
  ): Effect.Effect<typeof Reply.Type, Problem.ServiceUnavailable> =>
    told(Effect.map(asked, (answer) => reply(face, question, order, { answer })))

  /** What is answered about a refund. */
  const ofRefund = (
    question: ErrorCodes.Question,
    { order, refund }: Omit<Provider.RefundOf, "merchant">,
    asked: Effect.Effect<Provider.Refunded, Database.Unavailable>
  ): Effect.Effect<typeof Reply.Type, Problem.ServiceUnavailable> =>
    told(Effect.map(asked, (found) => ({ ...reply(face, question, order, found), ...refundOf(refund, found) })))

  return {
    pay: Effect.fnUntraced(function* (payload, { merchant }) {
      // Before anything is looked at: what comes from a terminal that is not enlisted leaves nothing but its nonce behind.
      const isEnlisted = yield* told(relay.hasTerminal(merchant, payload.terminal))
      if (!isEnlisted) return yield* Effect.fail(Problem.problem("TERMINAL_UNKNOWN"))
      return yield* answered("pay", payload.order, verification.pay({ merchant, ...payload }))
    }),
    terminal: ({ terminal }, { merchant }) =>
      Effect.flatMap(told(relay.enlistTerminal(merchant, terminal)), (isEnlisted) =>
        isEnlisted ? Effect.void : Effect.fail(Problem.problem("TERMINALS_TOO_MANY"))
      ),
    query: ({ order }, { merchant }) =>
      told(
        Effect.map(settlement.standing({ merchant, order }), (found) => ({
          ...reply(face, "query", order, found),
          ...amountsOf(found)
        }))
      ),
    reverse: ({ order }, { merchant }) => answered("reversal", order, settlement.reverse({ merchant, order })),
    refund: (payload, { merchant }) => ofRefund("refund", payload, settlement.refund({ merchant, ...payload })),
    queryRefund: (payload, { merchant }) =>
      ofRefund("refund query", payload, settlement.queryRefund({ merchant, ...payload })),
    notice: ({ order }, { merchant }) =>
      Effect.flatMap(told(relay.notice({ merchant, order })), (notice) =>
        notice === undefined ? Effect.fail(Problem.problem("NOTICE_UNKNOWN")) : Effect.succeed(notice)
      ),
    rotate: ({ overlap, ...keys }, { merchant }) =>
      told(rotated(given, ledger, { keys: ofMerchant(merchant, keys), overlap, isOwn: true }))
  }
}

/** Who gives a password on a phone. */
const onPhone = (phone: number): Provider.Giver => ({ from: "a phone", party: Provider.keyNames.phone(phone) })

/** Who gives one by short message: of the owner's number, or of whoever writes that as its sender. */
const byMessage: Provider.Giver = { from: "a phone", party: "short messages" }

const phones = (given: Given, { enrollment, stepUp }: Provider.Provider, ledger: Ledger.Ledger): Handlers<"phone"> => {
  const { looked, rules } = given
  const { credentials } = ledger
  const accountOf = (phone: number) => Effect.map(credentials.phone(phone), ({ account }) => account)

  return {
    credential: ({ form }, { phone }) =>
      Effect.andThen(formed(rules, form), enrollment.enroll(phone)).pipe(
        Effect.map(issued),
        Effect.catchTag("Refused", ({ reason }) =>
          Effect.succeed<typeof Issued.Type>({ answer: reason, ...said(reason) })
        ),
        told
      ),
    confirm: ({ credential }, { phone }) => told(enrollment.confirm(phone, credential)),
    standing: ({ credential }, { phone }) =>
      told(Effect.map(enrollment.standing(phone, credential), (standing) => ({ standing: standing ?? null }))),
    prompts: (_, { phone }) =>
      told(Effect.map(Effect.flatMap(stepUp.askedOn(phone), stepUp.prompts), (prompts) => ({ prompts }))),
    stepUp: ({ password, ...number }, { phone }) =>
      Effect.flatMap(stepUp.askedOn(phone), (account) =>
        looked(stepUp.authenticate({ account, ...number, password: Redacted.make(password), giver: onPhone(phone) }))
      ).pipe(
        Effect.map((answer) => outcome(number, answer)),
        told
      ),
    signIn: ({ password }, { phone }) =>
      // Nobody has signed in on it as yet: it may be anybody's.
      Effect.flatMap(accountOf(phone), (account) =>
        looked(stepUp.owns(account, Redacted.make(password), { ...onPhone(phone), from: "anywhere" }))
      ).pipe(Effect.andThen(enrollment.signIn(phone)), told),
    rotate: ({ key, overlap }, { phone }) =>
      told(rotated(given, ledger, { keys: [[Provider.keyNames.phone(phone), keyIn(key)]], overlap, isOwn: true }))
  }
}

/** Adds a phone to an account, and answers its key. */
const registered = Effect.fnUntraced(function* (
  { enrollment, relay }: Pick<Provider.Provider, "enrollment" | "relay">,
  account: number,
  isSignedIn: boolean
) {
  const phone = yield* enrollment.register(account)
  if (isSignedIn) yield* enrollment.signIn(phone)
  return { phone, key: Signers.written(yield* relay.key(Provider.keyNames.phone(phone))) }
})

const owners = (
  { looked, rules }: Given,
  { enrollment, relay, stepUp }: Provider.Provider,
  { credentials, keys }: Ledger.Ledger
): Handlers<"owner"> => {
  /** Asked by whoever gives the password of an account. */
  const byOwner = <A, E>(
    { account, password }: { readonly account: number; readonly password: string },
    asked: Effect.Effect<A, E>
  ) =>
    told(
      Effect.flatMap(Database.Client, (party) =>
        Effect.andThen(looked(stepUp.owns(account, Redacted.make(password), { from: "anywhere", party })), asked)
      )
    )

  /** Revokes a phone of an account. */
  const revoke = Effect.fnUntraced(function* (account: number, phone: number) {
    // Who has a key was registered: of another's phone, or of none, nothing more is said.
    const isKnown = yield* keys.isNamed(Provider.keyNames.phone(phone))
    if (!isKnown || (yield* credentials.phone(phone)).account !== account) {
      return yield* Effect.fail(Problem.problem("PHONE_UNKNOWN"))
    }
    return yield* enrollment.revoke(phone)
  })

  return {
    register: (payload) =>
      byOwner(
        payload,
        Effect.andThen(formed(rules, payload.form), registered({ enrollment, relay }, payload.account, true))
      ),
    sign: (payload) => byOwner(payload, enrollment.sign(payload.account)),
    withdraw: (payload) => byOwner(payload, enrollment.withdraw(payload.account)),
    revoke: (payload) => byOwner(payload, revoke(payload.account, payload.phone))
  }
}

/** What the operator does with the keys of others. */
const keysOf = (
  given: Given,
  { enrollment, relay }: Provider.Provider,
  ledger: Ledger.Ledger
): Pick<Handlers<"operator">, "rotate" | "withdraw"> => {
  const { keys } = ledger
  const rotate: Handlers<"operator">["rotate"] = ({ merchant, overlap, ...written }) =>
    Effect.gen(function* () {
      const names = ofMerchant(merchant, written)
      if (!(yield* keys.isNamed(names[0]![0]))) return yield* Effect.fail(Problem.problem("MERCHANT_UNKNOWN"))
      yield* rotated(given, ledger, { keys: names, overlap, isOwn: false })
      return { merchant, name: yield* relay.nameOf(merchant), ...written }
    }).pipe(told)

  const withdraw: Handlers<"operator">["withdraw"] = ({ key }) =>
    Effect.gen(function* () {
      const whose = Signature.callerOf(key)
      const isPhone = whose?._tag === "Phone"
      if (!(yield* keys.isNamed(key))) {
        return yield* Effect.fail(Problem.problem(isPhone ? "PHONE_UNKNOWN" : "MERCHANT_UNKNOWN"))
      }
      if (isPhone) return yield* enrollment.revoke(whose.phone)
      if (whose?._tag === "Merchant") yield* keys.withdraw(key, Provider.keyNames.notices(whose.merchant))
    }).pipe(told)

  return { rotate, withdraw }
}

const operators = (given: Given, provider: Provider.Provider, ledger: Ledger.Ledger): Handlers<"operator"> => {
  const { rules } = given
  const { enrollment, relay, settlement, stepUp } = provider
  const { accounts, merchants } = ledger
  const known = (account: number) =>
    Effect.flatMap(accounts.passwordOf(account), (found) =>
      found === undefined ? Effect.fail(Problem.problem("ACCOUNT_UNKNOWN")) : Effect.void
    )

  const device = Effect.fnUntraced(function* (account: number) {
    yield* known(account)
    return yield* registered({ enrollment, relay }, account, false)
  })

  const enlist: Handlers<"operator">["enlist"] = ({ form, merchant, name, notify }) =>
    told(Effect.andThen(formed(rules, form), enlisted(merchant, name, notify)))

  const enlisted = Effect.fnUntraced(function* (merchant: string, name?: string, notify?: string | null) {
    const noticeKey = yield* relay.enlist(merchant, name)
    const key = yield* relay.key(Provider.keyNames.merchant(merchant))
    // Who asks again, for the keys of another till, says nothing of the notices.
    if (notify !== undefined) yield* merchants.subscribe(merchant, notify ?? undefined)
    const registered = yield* relay.nameOf(merchant)
    return { merchant, name: registered, key: Signers.written(key), noticeKey: Signers.written(noticeKey) }
  })

  return {
    ...keysOf(given, provider, ledger),
    unlock: ({ account }) =>
      told(
        Effect.andThen(
          known(account),
          Effect.map(stepUp.unlock(account), (left) => ({ left }))
        )
      ),
    open: ({ balance, password, pin, telephone }) =>
      told(
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
    device: ({ account }) => told(device(account)),
    enlist,
    payOut: (number) =>
      told(
        Effect.flatMap(
          ledger.keys.isNamed(Provider.keyNames.merchant(number.merchant)),
          (isKnown): Effect.Effect<Ledger.PaidOut, Ledger.Database.Unavailable | Problem.NotFound> =>
            isKnown ? settlement.payOut(number) : Effect.fail(Problem.problem("MERCHANT_UNKNOWN"))
        )
      ),
    close: (number) => told(Effect.map(settlement.close(number), (answer) => outcome(number, answer)))
  }
}

const networks = ({ clock, gateway }: Given, { stepUp }: Provider.Provider): Handlers<"messages"> => {
  const unknown = Effect.fail(Problem.problem("GATEWAY_UNKNOWN"))
  if (gateway === undefined) return { inbox: () => unknown, send: () => unknown }
  return {
    inbox: ({ to }) =>
      Effect.map(gateway.inbox(to), (messages) => ({
        messages: messages.map(({ at, number, text }) => ({ number, at, text }))
      })),
    send: ({ from, text }) =>
      told(
        Effect.map(
          Effect.suspend(() =>
            stepUp.receive({ from, text, at: Math.floor(clock.currentTimeMillisUnsafe() / 1000) }, byMessage)
          ),
          (received) => ({ answer: received?.answer ?? null, order: received?.order ?? null })
        )
      )
  }
}

/** What the provider says of its scheme. */
const announced = (scheme: Scheme): typeof Announced.Type => ({
  scheme: scheme.scheme,
  form: SchemeForm.form(scheme),
  terms: SchemeForm.terms(scheme),
  parameters: SchemeForm.formOf(SchemeForm.parametersOf(scheme))
})

/** How many open orders are counted: more are as many. And how long what was counted is told. */
const mostCounted = 10_000
const countedFor = "1 second"

const services = Effect.fnUntraced(function* (
  { clock, metrics, rules }: Given,
  ledger: Ledger.Ledger
): Effect.fn.Return<Handlers<"service">> {
  const { merchants, orders } = ledger
  const ok = Effect.succeed({ status: "ok" as const })
  const scheme = Effect.succeed(announced(rules.scheme))
  const able = yield* Health.make(ledger, clock)
  // Whoever scrapes is a stranger: what is counted anew costs more than to say it.
  const counted = yield* Effect.cachedWithTTL(
    told(Database.by("", Effect.all([merchants.pending, orders.openSince(Number.MAX_SAFE_INTEGER, mostCounted)]))),
    countedFor
  )
  return {
    scheme: () => scheme,
    live: () => ok,
    health: () => Effect.andThen(able, ok),
    metrics: () => Effect.map(counted, ([noticesDue, open]) => metrics.text({ noticesDue, openOrders: open.length }))
  }
})

/** Every handler of the interface. */
export const make = (options: HandlerOptions): Effect.Effect<Table, never, Provider.Services | Ledger.Services> =>
  Effect.gen(function* () {
    const [provider, ledger] = yield* Effect.all([Provider.provider, Ledger.ledger])
    const given = { ...options, looked: Turns.make({ atOnce: Math.ceil(availableParallelism() / 2), ...looking }) }
    return {
      merchant: merchants(given, provider, ledger),
      phone: phones(given, provider, ledger),
      owner: owners(given, provider, ledger),
      operator: operators(given, provider, ledger),
      messages: networks(given, provider),
      service: yield* services(given, ledger)
    }
  })
