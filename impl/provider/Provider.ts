/**
 * Provider: opens accounts, keeps agreements, issues credentials, and decides what becomes of orders. What it answers is
 * the model's decision on the facts of its ledger; here is only how digits become facts.
 */
import { timingSafeEqual } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Answer, OrderRecord } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import * as Binding from "../../model/steps/Binding.ts"
import * as Enrollment from "../../model/steps/Enrollment.ts"
import * as Relay from "../../model/steps/Relay.ts"
import * as Settlement from "../../model/steps/Settlement.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import * as Verification from "../../model/steps/Verification.ts"
import * as Time from "../../model/Time.ts"
import * as Challenge from "../credentials/Challenge.ts"
import * as Codec from "../credentials/Codec.ts"
import * as Draws from "../credentials/Draws.ts"
import * as Password from "../credentials/Password.ts"
import * as Pin from "../credentials/Pin.ts"
import * as TokenSource from "../credentials/TokenSource.ts"
import * as Transaction from "../credentials/Transaction.ts"
import type { Unavailable } from "../ledger/Database.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Aliases from "./Aliases.ts"
import * as Messages from "./Messages.ts"
import { orRefused, type Refused } from "./Refused.ts"

/** A merchant's request for money, under an order number of its own. The amount is in minor units. */
export interface Request extends Ledger.OrderNumber {
  /** The merchant's terminal that scanned the code. */
  readonly terminal: string
  readonly code: string
  readonly amount: number
  /** The nonce of the transaction that the till has shown, where the scheme binds codes to it (VER-32). */
  readonly nonce?: string | undefined
}

/** A merchant's request to give back some of what an order was paid with, in minor units. */
export interface Refund extends Ledger.OrderNumber {
  /** The refund's own number: one that was made is not made again (SET-7). */
  readonly refund: string
  readonly amount: number
}

/** What a phone takes away from its enrolment (ENR-3). */
export interface Issued extends TokenSource.Credential {
  /** The credential's number: what the phone calls it by when it confirms it. */
  readonly number: number
  /** The provider's clock, in milliseconds since the epoch. */
  readonly clock: number
}

/** An order that waits for the password of its payer: what the prompt names (STP-3). */
export interface Prompt extends Ledger.OrderNumber {
  readonly amount: number
}

/** An owner's answer to a prompt: for one order (STP-2), with the password of the account. */
export interface Approval extends Ledger.OrderNumber {
  readonly account: number
  readonly password: Redacted.Redacted<string>
}

/** An account as its owner opens it. */
export interface Opening {
  /** In minor units. */
  readonly balance: number
  readonly password: Redacted.Redacted<string>
  /** The number that short messages of it go to and come from. */
  readonly telephone?: string | undefined
  /** The PIN that proofs are computed from. Where secure hardware has it, the provider has none. */
  readonly pin?: Redacted.Redacted<string> | undefined
}

/** What a short message came to: the answer, and the order that it was taken for, if any. */
export interface Received {
  readonly answer: Answer
  readonly order: Ledger.OrderNumber | undefined
}

/** The name is another merchant's, or the telephone number another account's. Nothing was changed. */
export class Taken extends Data.TaggedError("Taken")<{
  readonly what: "name" | "telephone"
  readonly found: string
}> {
  override get message(): string {
    return `${this.what}: expected one that is nobody else's, found ${JSON.stringify(this.found)}`
  }
}

/** The password is not that of the account, or no more of them are looked at today. Nothing was decided. */
export class WrongPassword extends Data.TaggedError("WrongPassword")<{
  readonly account: number
  /** So many wrong ones were given on this provider day that the right one is refused as well. */
  readonly exhausted: boolean
}> {
  override get message(): string {
    return this.exhausted
      ? `account ${this.account}: expected no more passwords today, for too many were wrong`
      : `account ${this.account}: expected its password, found another`
  }
}

/** The key that notices to a merchant are signed with. It prints as `<redacted>`. */
export type NoticeKey = Ledger.Key

/** The names of the keys that the provider gives out: who signs with them, and in what. */
export const keyNames = {
  /** Signs what a merchant asks for. */
  merchant: (merchant: string): string => `merchant/${merchant}`,
  /** Signs the notices to a merchant. */
  notices: (merchant: string): string => `notices/${merchant}`,
  /** Signs what a phone asks for. */
  phone: (phone: number): string => `phone/${phone}`
} as const

/** What a provider is set up with beside the rules. */
export interface Options {
  /** What the check of a password costs; unless given, {@link Password.standardCost}. */
  readonly passwordCost?: Password.Cost
}

/** What the provider tells a till: that its order was paid. */
export interface Notice extends Ledger.OrderNumber {
  readonly amount: number
  /** In hexadecimal: by it the till knows that the notice is the provider's (REL-5). */
  readonly tag: string
}

/** The tag of a notice: the HMAC of what it says. */
export const tagOf = (key: NoticeKey, { amount, merchant, order }: Omit<Notice, "tag">): string =>
  Buffer.from(
    hmac(sha256, Redacted.value(key), new TextEncoder().encode(JSON.stringify([merchant, order, amount])))
  ).toString("hex")

/** Whether two texts are the same, in a time that does not tell where they differ. */
export const isSame = (a: string, b: string): boolean => {
  const digest = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
  return timingSafeEqual(digest(a), digest(b))
}

/** The party that holds the accounts and decides. */
export class Provider extends Context.Service<
  Provider,
  {
    /** Opens an account, and answers its number. Its owner has yet to sign. */
    readonly open: (opening: Opening) => Effect.Effect<number, Taken | Unavailable>
    /** The owner of an account signs the password-free agreement. */
    readonly sign: (account: number) => Effect.Effect<void, Unavailable>
    /** The owner of an account withdraws from the agreement. What is open is closed (ENR-11). */
    readonly withdraw: (account: number) => Effect.Effect<void, Unavailable>
    /** Adds a phone to an account, and answers its number. Its holder has yet to authenticate. */
    readonly register: (account: number) => Effect.Effect<number, Unavailable>
    /** The owner of its account authenticates on a phone (ENR-4). */
    readonly signIn: (phone: number) => Effect.Effect<void, Unavailable>
    /** Issues a credential to a phone, online: its first or another, pending until it is confirmed or first used. */
    readonly enroll: (phone: number) => Effect.Effect<Issued, Refused | Unavailable>
    /** A phone confirms that it holds a credential, which takes the place of its last (ENR-6, ENR-7). */
    readonly confirm: (phone: number, credential: number) => Effect.Effect<void, Unavailable>
    /** The owner has the credentials of a phone revoked (ENR-10, ENR-11). */
    readonly revoke: (phone: number) => Effect.Effect<void, Unavailable>
    /** Where a credential of a phone stands; undefined where it is none of the phone's. */
    readonly standing: (phone: number, credential: number) => Effect.Effect<Enrollment.Status | undefined, Unavailable>

    /** Decides a pay request. Requests are answered alike however often they are sent. */
    readonly pay: (request: Request) => Effect.Effect<Answer, Unavailable>
    /** What became of an order. */
    readonly query: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Unavailable>
    /** Reverses an order: what is open is released, and what is paid goes back (SET-1). */
    readonly reverse: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Unavailable>
    /** Gives back some of what an order was paid with (SET-7, SET-8). */
    readonly refund: (refund: Refund) => Effect.Effect<Answer, Unavailable>
    /** The timer of an order: closes it where its deadline is past (SET-4). */
    readonly close: (order: Ledger.OrderNumber) => Effect.Effect<Answer, Unavailable>
    /** Closes the open orders whose deadline is past, and answers how many. */
    readonly closeOverdue: Effect.Effect<number, Unavailable>

    /** The orders of an account that wait for its owner's password. */
    readonly prompts: (account: number) => Effect.Effect<ReadonlyArray<Prompt>, Unavailable>
    /** Debits an open order of an account whose owner gives the password for it (STP-1, STP-2). */
    readonly authenticate: (approval: Approval) => Effect.Effect<Answer, WrongPassword | Unavailable>

    /**
     * Takes a short message, and does what it says (see {@link Challenge}): debits the order whose challenge it answers;
     * or, where the scheme has the password sent, the oldest order of the account that is open, for the message names
     * none. Undefined where it says nothing, its sender is nobody's number, or the password is wrong: nobody is told.
     */
    readonly receive: (message: Messages.Inbound) => Effect.Effect<Received | undefined, Unavailable>
    /** Hands the challenges to the gateway that a crash kept from it, and answers how many. */
    readonly sendUnsent: Effect.Effect<number, Unavailable>

    /** Whether a password is that of an account; an account that was never opened has none. */
    readonly owns: (
      account: number,
      password: Redacted.Redacted<string>
    ) => Effect.Effect<void, WrongPassword | Unavailable>

    /** The key under a name, which is drawn when it is first asked for. */
    readonly key: (name: string) => Effect.Effect<Ledger.Key, Unavailable>
    /**
     * Takes in a merchant, and answers the key by which its tills know the provider's notices. Its registered name is the
     * one given, or the one that it has; a merchant that never had one is registered as what it is called by.
     */
    readonly enlist: (merchant: string, name?: string) => Effect.Effect<NoticeKey, Taken | Unavailable>
    /** The registered name of a merchant: what phones display (VER-32). */
    readonly nameOf: (merchant: string) => Effect.Effect<string, Unavailable>
    /** The notice that an order was paid; undefined where it never was. */
    readonly notice: (order: Ledger.OrderNumber) => Effect.Effect<Notice | undefined, Unavailable>
  }
>()("paycode/impl/Provider") {
  /** The provider under some rules, over the ledger and the randomness that it is given. */
  static readonly layer = (
    rules: Rules,
    options: Options = {}
  ): Layer.Layer<Provider, never, Ledger.Services | SecureRandom.SecureRandom> =>
    Layer.effect(Provider, make(rules, options))
}

/** So many draws miss the last of ten free aliases with a chance below 1 in 10^45. */
const mostDraws = 1000

/** Length of a key, in bytes: that of the output of HMAC-SHA-256. */
const keyBytes = 32

/** How many wrong passwords a day are looked at where a scheme has no step-up, and so says nothing of them. */
const wrongPasswords = 10

/** How many overdue orders are closed in one go. */
const mostOverdue = 1000

const make = Effect.fnUntraced(function* (rules: Rules, options: Options) {
  const { passwordCost = Password.standardCost } = options
  const ledger = yield* Ledger.ledger
  const random = yield* SecureRandom.SecureRandom
  // Its own clock, whoever calls: a phone in the same process may have another.
  const clock = yield* Clock.Clock
  const messages = yield* Messages.Messages
  const {
    code: format,
    stepUp: { method },
    throttle
  } = rules.scheme
  const aliases = Aliases.make(format, ledger.credentials)
  const draws = Draws.make(random, rules.scheme)

  /** The verifier of no password. */
  const nobody = yield* Password.verifier(Redacted.make(""), new Uint8Array(Password.saltBytes), passwordCost)

  const seconds = Effect.map(clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

  // -------------------------------------------------------------------------------------------------------------------
  // Enrolment
  // -------------------------------------------------------------------------------------------------------------------

  /** Gives an account an alias that nobody else has, drawing until one is free; that none is left is a defect. */
  const claimAlias = (account: number, tried = 1): Effect.Effect<string, Unavailable> =>
    // Drawn, not counted: who makes up an alias should seldom meet one that is somebody's.
    Effect.flatMap(draws.digits(format.aliasDigits), (alias) =>
      Effect.flatMap(ledger.accounts.claim(account, alias), (free) => {
        if (free) return Effect.succeed(alias)
        if (tried < mostDraws) return claimAlias(account, tried + 1)
        return Effect.die(new Error(`alias: expected one that is free, found none in ${tried} draws`))
      })
    )

  const open = Effect.fnUntraced(function* ({ balance, password, pin, telephone }: Opening) {
    if (telephone !== undefined && (yield* ledger.accounts.accountAt(telephone)) !== undefined) {
      return yield* new Taken({ what: "telephone", found: telephone })
    }
    const salt = yield* random.randomBytes(Password.saltBytes)
    const account = yield* ledger.accounts.open({
      balance,
      password: yield* Password.verifier(password, salt, passwordCost),
      telephone,
      pin: pin && Pin.hash(pin)
    })
    if (format.alias === "masked-index") yield* claimAlias(account)
    return account
  })

  /** An index belongs to its account; a token is new with each credential; the others name no credential by themselves. */
  const aliasFor = Effect.fnUntraced(function* (account: number) {
    if (format.alias === "masked-index")
      return (yield* ledger.accounts.aliasOf(account)) ?? (yield* claimAlias(account))
    return format.alias === "token" ? yield* claimAlias(account) : ""
  })

  const enroll = Effect.fnUntraced(function* (phone: number) {
    const { account } = yield* ledger.credentials.phone(phone)
    const draft: Ledger.Draft = {
      prefix: format.mac === "none" ? "" : yield* draws.prefix,
      alias: yield* aliasFor(account),
      secret: yield* draws.secret,
      issuedAt: yield* seconds
    }
    const issued = yield* ledger.credentials.issue(phone, draft, ({ authenticated, credentials }, agreement) =>
      Result.map(Enrollment.issue(rules, agreement, authenticated), () =>
        Enrollment.issued(
          rules,
          credentials.map(({ status }) => status)
        )
      )
    )
    const { alias, number, prefix, secret } = yield* orRefused(issued)
    return { number, prefix, alias, secret, clock: yield* clock.currentTimeMillis }
  })

  const generationOf = ({ credentials }: Ledger.Phone, credential: number): number =>
    credentials.findIndex(({ number }) => number === credential)

  const confirm = Effect.fnUntraced(function* (phone: number, credential: number) {
    const generation = generationOf(yield* ledger.credentials.phone(phone), credential)
    // Credentials are only ever added, so that a place among them stays what it is.
    yield* ledger.credentials.restate(phone, (statuses) => Enrollment.confirmed(rules, statuses, generation), false)
  })

  const standing = Effect.fnUntraced(function* (phone: number, credential: number) {
    const held = yield* ledger.credentials.phone(phone)
    return held.credentials[generationOf(held, credential)]?.status
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Pay requests
  // -------------------------------------------------------------------------------------------------------------------

  const windowOf = ({ issuedAt }: Pick<Ledger.Credential, "issuedAt">, now: number): Positions.Window =>
    Positions.windowAt(rules, { issuedAt, lostUntil: undefined }, now)

  /** The credentials that a code may be of, and their account. An index names every phone of its account. */
  const namedBy = (code: string, alias: string, now: number): Effect.Effect<Ledger.Named, Unavailable> => {
    switch (format.alias) {
      case "masked-index":
      case "token":
        return ledger.credentials.named(alias)
      case "none":
        return ledger.credentials.drawnFor(code)
      case "keyed":
        return aliases.named(windowOf({ issuedAt: now }, now), alias)
    }
  }

  const nameOf = (merchant: string): Effect.Effect<string, Unavailable> =>
    Effect.map(ledger.merchants.nameOf(merchant), (name) => name ?? merchant)

  /**
   * The transaction that the code of a request must have been made over (VER-32): the name is the one that the merchant is
   * registered under, whatever its till has displayed.
   */
  const transactionOf = Effect.fnUntraced(function* ({ amount, merchant, nonce, order }: Request) {
    if (nonce === undefined || !Binding.isBound(rules)) return undefined
    return { payee: yield* nameOf(merchant), amount, order, nonce }
  })

  /** What the provider reads in a code at an instant. A malformed one says nothing, and is refused like a wrong one. */
  const read = Effect.fnUntraced(function* (request: Request, now: number) {
    const decoded = Codec.decode(format, request.code)
    if (Result.isFailure(decoded)) return { named: undefined, readings: [] }
    const { account, credentials } = yield* namedBy(request.code, decoded.success.alias, now)
    const transaction = yield* transactionOf(request)
    // A code that is made over a transaction verifies in a request that names none under no key.
    if (transaction === undefined && Binding.isBound(rules)) return { named: account, readings: [] }
    const readings: Array<Ledger.Reading> = []
    for (const credential of credentials) {
      const over = transaction && {
        transaction,
        pin: method === "pin" ? yield* ledger.accounts.pinOf(credential.phone) : undefined
      }
      const found = TokenSource.read(format, credential, {
        window: windowOf(credential, now),
        presented: decoded.success,
        over
      })
      for (const reading of found) readings.push({ ...reading, credential: credential.number })
    }
    return { named: account, readings }
  })

  /** A record that still counts (SET-2). */
  const kept = <Row extends OrderRecord>(row: Row | undefined, now: number): Row | undefined =>
    row !== undefined && Settlement.isKept(rules, row, now) ? row : undefined

  const deciding = (asked: Verification.Asked, now: number): Ledger.Deciding => ({
    accepts: (status) => Enrollment.isAccepted(rules, status),
    dayOf: (last, position) => {
      // The codes of a list are for no day.
      const stated = Positions.hasSteps(rules.scheme) ? Time.startOfStep(rules.scheme, position) : now
      return Verification.dayOf(rules, now, last, Time.dayAt(rules.scheme, stated))
    },
    throttles: (fromTerminal, underAlias) =>
      rules.lapses["VER-29"] !== "none" &&
      (fromTerminal >= throttle.perTerminalDay || underAlias >= (throttle.perAliasDay ?? Number.POSITIVE_INFINITY)),
    decide: (facts) => Verification.decide(rules, { ...facts, record: kept(facts.record, now) }, asked, now),
    confirmed: (statuses, generation) => Enrollment.confirmed(rules, statuses, generation)
  })

  const drawNonce = Effect.map(random.randomBytes(Transaction.nonceBytes), Transaction.nonceOf)

  const pay = Effect.fnUntraced(function* (request: Request) {
    const { amount, code, merchant, order, terminal } = request
    const admitted = Relay.admit(rules, amount)
    if (Result.isFailure(admitted)) return admitted.failure
    const now = yield* seconds
    const today = Time.dayAt(rules.scheme, now)
    const challenge = method === "sms-ocra" ? yield* drawNonce : undefined
    const query = { merchant, terminal, order, code, amount, ...(yield* read(request, now)), challenge, now, today }
    const { answer } = yield* ledger.payments.settle(query, deciding({ amount, code }, now))
    if (answer === "OPEN" && method === "sms-ocra") yield* send({ merchant, order })
    return answer
  })

  // -------------------------------------------------------------------------------------------------------------------
  // The order's life
  // -------------------------------------------------------------------------------------------------------------------

  const query = Effect.fnUntraced(function* (order: Ledger.OrderNumber) {
    const now = yield* seconds
    return Settlement.query(rules, kept(yield* ledger.orders.order(order), now), false, now)
  })

  const reverse = Effect.fnUntraced(function* (order: Ledger.OrderNumber) {
    const now = yield* seconds
    return (yield* ledger.payments.change(order, now, (row) => Settlement.reverse(rules, kept(row, now), now))).answer
  })

  const refund = Effect.fnUntraced(function* ({ amount, merchant, order, refund }: Refund) {
    const admitted = Relay.admit(rules, amount)
    if (Result.isFailure(admitted)) return admitted.failure
    const now = yield* seconds
    const decide = (row: Ledger.Row | undefined): Settlement.Change => {
      const record = kept(row, now)
      return Settlement.refund(rules, record, record?.refunds.includes(refund) ?? false, amount)
    }
    return (yield* ledger.payments.change({ merchant, order }, now, decide, refund)).answer
  })

  const close = Effect.fnUntraced(function* ({ merchant, order }: Ledger.OrderNumber) {
    const now = yield* seconds
    const unknown: Settlement.Change = { answer: "NO_SUCH_ORDER", status: undefined, returns: 0 }
    const decide = (row: Ledger.Row | undefined): Settlement.Change =>
      row === undefined ? unknown : Settlement.close(rules, row, now)
    return (yield* ledger.payments.change({ merchant, order }, now, decide)).answer
  })

  const closeOverdue = Effect.gen(function* () {
    const openFor = StepUp.openFor(rules)
    const answers = yield* Effect.forEach(
      yield* ledger.orders.openSince((yield* seconds) - openFor, mostOverdue),
      close
    )
    return answers.filter((answer) => answer === "CLOSED").length
  })

  const prompts = Effect.fnUntraced(function* (account: number) {
    const open = yield* ledger.orders.openOrdersOf(account)
    return open.flatMap(
      ({ amount, merchant, order }): ReadonlyArray<Prompt> =>
        amount === undefined ? [] : [{ merchant, order, amount }]
    )
  })

  const mayAnswer = (wrong: number): boolean =>
    StepUp.takesAnswer(rules, wrong) && (rules.scheme.stepUp.method !== "none" || wrong < wrongPasswords)

  /** Looks at a password, and answers how many wrong ones were given before it on this provider day (STP-7). */
  const lookAt = Effect.fnUntraced(function* (account: number, password: Redacted.Redacted<string>) {
    const today = Time.dayAt(rules.scheme, yield* seconds)
    const known = yield* ledger.accounts.passwordOf(account)
    const before = known === undefined ? 0 : yield* ledger.accounts.countPassword(account, today, mayAnswer)
    if (before === undefined) return yield* new WrongPassword({ account, exhausted: true })
    // Who asks for an account that is none is kept waiting as long.
    const isRight = yield* Password.isRight(known ?? nobody, password)
    if (!isRight || known === undefined) return yield* new WrongPassword({ account, exhausted: false })
    yield* ledger.accounts.forgivePassword(account, today)
    return before
  })

  const owns = (account: number, password: Redacted.Redacted<string>) => Effect.asVoid(lookAt(account, password))

  const authenticate = Effect.fnUntraced(function* ({ account, merchant, order, password }: Approval) {
    const wrong = yield* lookAt(account, password)
    // No order waits for a password over the network.
    if (method !== "password") return "NO_SUCH_ORDER" as const
    const now = yield* seconds
    return yield* ledger.payments.authenticate({ merchant, order }, now, (row) => {
      const record = kept(row, now)
      // Another account's order is none that this password is for.
      const given = { isForOrder: true, wrong }
      return StepUp.authenticate(rules, record?.payer === account ? record : undefined, given)
    })
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Short messages
  // -------------------------------------------------------------------------------------------------------------------

  /** What the challenge of an order is over. */
  const challenged = Effect.fnUntraced(function* ({ merchant, order }: Ledger.OrderNumber, nonce: string) {
    const row = yield* ledger.orders.order({ merchant, order })
    if (row?.amount === undefined || row.payer === undefined) return undefined
    return { row, payer: row.payer, transaction: { payee: yield* nameOf(merchant), amount: row.amount, order, nonce } }
  })

  /** Sends the challenge of an order that is open, unless it was sent. A crash in between sends it twice. */
  const send = Effect.fnUntraced(function* (number: Ledger.OrderNumber) {
    const challenge = yield* ledger.orders.challengeOf(number)
    if (challenge === undefined || challenge.isSent) return
    const found = yield* challenged(number, challenge.nonce)
    if (found?.row.status !== "open") return
    const to = yield* ledger.accounts.telephoneOf(found.payer)
    if (to !== undefined) yield* messages.send({ to, text: Challenge.write(found.transaction) })
    yield* ledger.orders.sent(number)
  })

  const sendUnsent = Effect.gen(function* () {
    const unsent = yield* ledger.orders.unsent(mostOverdue)
    yield* Effect.forEach(unsent, send, { discard: true })
    return unsent.length
  })

  /**
   * Whether a response is one to a challenge: by the PIN of the account, and the seed that the phone held when the order
   * was opened or one that it was issued since. Where they stand is not looked at: an order is closed with its credential
   * (ENR-11).
   */
  const responds = Effect.fnUntraced(function* (
    { credential: first, nonce, ...number }: Ledger.Challenge,
    phone: number,
    presented: string
  ) {
    const found = yield* challenged(number, nonce)
    const pin = yield* ledger.accounts.pinOf(phone)
    if (found === undefined || pin === undefined) return false
    const { credentials } = yield* ledger.credentials.phone(phone)
    return credentials.some(
      ({ number, secret }) =>
        number >= first && secret._tag === "Seed" && Challenge.isRight(found.transaction, secret.seed, pin, presented)
    )
  })

  const answerTo = Effect.fnUntraced(function* (account: number, nonce: string, presented: string, now: number) {
    const challenge = yield* ledger.orders.challengeWith(nonce)
    if (challenge === undefined) return undefined
    const order = { merchant: challenge.merchant, order: challenge.order }
    const row = yield* ledger.orders.order(order)
    // Another account's challenge is none that this number is asked.
    if (row?.payer !== account || row.phone === undefined) return undefined
    const today = Time.dayAt(rules.scheme, now)
    const wrong = yield* ledger.accounts.countPassword(account, today, mayAnswer)
    if (wrong === undefined) return { answer: "TOO_MANY_ANSWERS", order } as const
    const isForOrder = yield* responds(challenge, row.phone, presented)
    if (isForOrder) yield* ledger.accounts.forgivePassword(account, today)
    const answer = yield* ledger.payments.authenticate(order, now, (known) =>
      StepUp.authenticate(rules, kept(known, now), { isForOrder, wrong })
    )
    return { answer, order }
  })

  /** A password names no order: it is taken for the one that has been open for longest. */
  const takePassword = Effect.fnUntraced(function* (account: number, wrong: number, now: number) {
    const [oldest] = yield* ledger.orders.openOrdersOf(account)
    if (oldest === undefined) return { answer: "NOT_OPEN", order: undefined } as const
    const order = { merchant: oldest.merchant, order: oldest.order }
    const answer = yield* ledger.payments.authenticate(order, now, (row) =>
      StepUp.authenticate(rules, kept(row, now), { isForOrder: true, wrong })
    )
    return { answer, order }
  })

  const receive = Effect.fnUntraced(function* ({
    from,
    text
  }: Messages.Inbound): Effect.fn.Return<Received | undefined, Unavailable> {
    const said = Challenge.heard(text)
    const account = yield* ledger.accounts.accountAt(from)
    if (said === undefined || account === undefined) return undefined
    const now = yield* seconds
    if (said._tag === "Answer") {
      return method === "sms-ocra" ? yield* answerTo(account, said.nonce, said.response, now) : undefined
    }
    if (method !== "sms-password") return undefined
    const wrong = yield* lookAt(account, said.password).pipe(Effect.catchTag("WrongPassword", () => Effect.undefined))
    return wrong === undefined ? undefined : yield* takePassword(account, wrong, now)
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Notices
  // -------------------------------------------------------------------------------------------------------------------

  const key = Effect.fnUntraced(function* (name: string) {
    return (
      (yield* ledger.keys.keyOf(name)) ??
      (yield* ledger.keys.keep(name, Redacted.make(yield* random.randomBytes(keyBytes))))
    )
  })

  const noticeKey = (merchant: string) => key(keyNames.notices(merchant))

  const enlist = Effect.fnUntraced(function* (merchant: string, name?: string) {
    const chosen = name ?? (yield* ledger.merchants.nameOf(merchant)) ?? merchant
    if (!(yield* ledger.merchants.entitle(merchant, chosen))) return yield* new Taken({ what: "name", found: chosen })
    return yield* noticeKey(merchant)
  })

  const notice = Effect.fnUntraced(function* ({ merchant, order }: Ledger.OrderNumber) {
    const row = yield* ledger.orders.order({ merchant, order })
    if (row?.amount === undefined || !row.debited) return undefined
    const said = { merchant, order, amount: row.amount }
    return { ...said, tag: tagOf(yield* noticeKey(merchant), said) }
  })

  return Provider.of({
    open,
    sign: (account) => ledger.accounts.agree(account, "live"),
    withdraw: (account) => ledger.accounts.agree(account, "ended"),
    register: ledger.credentials.register,
    signIn: ledger.credentials.authenticated,
    enroll,
    confirm,
    revoke: (phone) => ledger.credentials.restate(phone, Enrollment.revoked, true),
    standing,
    pay,
    query,
    reverse,
    refund,
    close,
    closeOverdue,
    prompts,
    authenticate,
    receive,
    sendUnsent,
    owns,
    key,
    enlist,
    nameOf,
    notice
  })
})
