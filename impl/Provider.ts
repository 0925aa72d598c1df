/**
 * Provider: opens accounts, keeps agreements, issues credentials, and decides pay requests. What it answers is the
 * model's decision on the facts of its ledger; here is only how digits become facts.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Enrollment from "../model/Enrollment.ts"
import * as Relay from "../model/Relay.ts"
import type { Rules } from "../model/Rules.ts"
import * as Time from "../model/Time.ts"
import * as Verification from "../model/Verification.ts"
import * as Codec from "./Codec.ts"
import * as Ledger from "./Ledger.ts"
import * as Mac from "./Mac.ts"
import { orRefused, Refused } from "./Refused.ts"

/** A merchant's request for money, under an order number of its own. The amount is in minor units. */
export interface Request {
  readonly merchant: string
  readonly order: string
  readonly code: string
  readonly amount: number
}

/** The answer to a request that was paid, now or before. */
export interface Receipt {
  readonly merchant: string
  readonly order: string
  readonly amount: number
}

/** What a phone takes away from its enrolment (ENR-3). */
export interface Issued {
  readonly alias: string
  readonly seed: Mac.Seed
  /** The provider's clock, in milliseconds since the epoch. */
  readonly clock: number
}

/** The party that holds the accounts and decides. */
export class Provider extends Context.Service<
  Provider,
  {
    /** Opens an account, and answers its number. Its owner has yet to sign. */
    readonly open: (opening: Ledger.Opening) => Effect.Effect<number>
    /** The owner of an account signs the password-free agreement. */
    readonly sign: (account: number) => Effect.Effect<void>
    /** The owner of an account withdraws from the agreement. */
    readonly withdraw: (account: number) => Effect.Effect<void>
    /** Issues a credential to an account, online; it takes the place of the account's last. */
    readonly enroll: (account: number) => Effect.Effect<Issued, Refused>
    /** Decides a pay request. Requests are answered alike however often they are sent. */
    readonly pay: (request: Request) => Effect.Effect<Receipt, Refused>
  }
>()("paycode/impl/Provider") {
  /** The provider under some rules, over the ledger and the randomness that it is given. */
  static readonly layer = (rules: Rules): Layer.Layer<Provider, never, Ledger.Ledger | SecureRandom.SecureRandom> =>
    Layer.effect(Provider, make(rules))
}

const make = Effect.fnUntraced(function* (rules: Rules) {
  const ledger = yield* Ledger.Ledger
  const random = yield* SecureRandom.SecureRandom
  // Its own clock, whoever calls: a phone in the same process may have another.
  const clock = yield* Clock.Clock
  const { code: format } = rules.scheme

  // Drawn, not counted: who makes up an alias should seldom meet one that is somebody's.
  const drawAlias = Effect.map(random.intBetween(0, 10 ** format.aliasDigits, { halfOpen: true }), (drawn) =>
    drawn.toString().padStart(format.aliasDigits, "0")
  )

  /** Gives an account an alias that nobody else has, drawing until one is free. */
  const claimAlias = (account: number): Effect.Effect<string> =>
    Effect.flatMap(drawAlias, (alias) =>
      Effect.flatMap(ledger.claim(account, alias), (free) => (free ? Effect.succeed(alias) : claimAlias(account)))
    )

  const open = Effect.fnUntraced(function* (opening: Ledger.Opening) {
    const account = yield* ledger.open(opening)
    if (format.alias === "masked-index") yield* claimAlias(account)
    return account
  })

  /** An index belongs to its account; a token is new with each credential. */
  const aliasFor = Effect.fnUntraced(function* (account: number) {
    const { alias } = yield* ledger.account(account)
    return format.alias === "masked-index" && alias !== undefined ? alias : yield* claimAlias(account)
  })

  const enroll = Effect.fnUntraced(function* (account: number) {
    const alias = yield* aliasFor(account)
    const seed = Redacted.make(yield* random.randomBytes(Mac.seedBytes(format.mac)))
    const issued = yield* ledger.issue(account, { alias, seed }, (agreement, number) =>
      Result.map(Enrollment.issue(rules, agreement), () => Enrollment.seedOf(rules, number))
    )
    const credential = yield* orRefused(issued)
    return { alias, seed: credential.seed, clock: yield* clock.currentTimeMillis }
  })

  /** What the provider reads in a code at an instant. A malformed one says nothing, and is refused like a wrong one. */
  const read = Effect.fnUntraced(function* (code: string, now: number) {
    const decoded = Codec.decode(format, code)
    if (Result.isFailure(decoded)) return { named: undefined, steps: [] }
    const { alias, proof } = decoded.success
    const named = yield* ledger.named(alias)
    if (named?.credential === undefined) return { named, steps: [] }
    const key = Mac.key(format.mac, format.otpDigits, named.credential.seed)
    return { named, steps: Mac.matching(key, Verification.windowAt(rules, now), proof) }
  })

  const pay = Effect.fnUntraced(function* (request: Request) {
    const { amount, code, merchant, order } = request
    yield* orRefused(Relay.admit(rules, amount))
    const now = Math.floor((yield* clock.currentTimeMillis) / 1000)
    const query = { merchant, order, code, amount, ...(yield* read(code, now)), day: Time.dayAt(rules.scheme, now) }
    const { outcome } = yield* ledger.settle(query, (facts) => Verification.decide(rules, facts, query))
    if (outcome !== "PAID") return yield* new Refused({ reason: outcome })
    return { merchant, order, amount }
  })

  return Provider.of({
    open,
    sign: (account) => ledger.agree(account, "live"),
    withdraw: (account) => ledger.agree(account, "ended"),
    enroll,
    pay
  })
})
