/**
 * Twin: the implementation, made to do what the actions of the model say. Phones show codes of real digits, by clocks
 * of their own that were never right; tills scan what is on the screens; the network delivers when it is told to.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Challenge from "../../impl/credentials/Challenge.ts"
import * as Codec from "../../impl/credentials/Codec.ts"
import * as Mac from "../../impl/credentials/Mac.ts"
import * as Pin from "../../impl/credentials/Pin.ts"
import * as TokenSource from "../../impl/credentials/TokenSource.ts"
import * as Transaction from "../../impl/credentials/Transaction.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import { Refused } from "../../impl/provider/Refused.ts"
import * as Trial from "../../impl/testing/Fixtures.ts"
import * as Till from "../../impl/till/Till.ts"
import * as Online from "../../impl/wallet/Online.ts"
import * as SecureHardware from "../../impl/wallet/SecureHardware.ts"
import * as Wallet from "../../impl/wallet/Wallet.ts"
import type { Status as OrderStatus, Answer as Told } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import * as Binding from "../../model/steps/Binding.ts"
import type { Agreement, Status } from "../../model/steps/Enrollment.ts"
import type { View } from "../../model/steps/Relay.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import type { Action, Node, Of, Request } from "../../model/system/Action.ts"
import {
  accountOf,
  adversary,
  indexOf,
  isCorrupt,
  type Key,
  nowhere,
  roguePhone,
  type State,
  type World
} from "../../model/system/State.ts"
import * as Time from "../../model/Time.ts"
import * as Deployment from "./Deployment.ts"

/** What somebody saw an action come to. */
export type Answer =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Issued" }
  | { readonly _tag: "Declined"; readonly reason: Reason }
  /** A code was made, shown, or read off a screen; `digits` are those that its credential gives for its position. */
  | { readonly _tag: "Made"; readonly position: number; readonly revealed: boolean; readonly digits: "right" | "wrong" }
  | { readonly _tag: "Dark" }
  /** The owner was asked for the password: the order is among those that the provider prompts for, or the prompt is late. */
  | { readonly _tag: "Prompted"; readonly waits: boolean }
  | { readonly _tag: "Answered"; readonly answer: Told }
  /**
   * Digits that stand for two terms, of which the model knows one: two codes look alike, or a proof is right by chance.
   * The run proves nothing from here on.
   */
  | { readonly _tag: "Coincidence" }

/** What the parties remember, in the words of the model: everything by its number there. */
export interface Books {
  readonly accounts: ReadonlyArray<{
    readonly agreement: Agreement
    readonly balance: number
    readonly available: number
  }>
  readonly phones: ReadonlyArray<{
    readonly statuses: ReadonlyArray<Status>
    /** How many codes the phone can still show. */
    readonly left: number
  }>
  readonly orders: ReadonlyArray<{
    readonly record:
      | {
          readonly status: OrderStatus
          readonly reason: Reason | undefined
          readonly amount: number | undefined
          readonly at: number
          readonly day: number | undefined
          readonly free: boolean
          readonly refunded: number
        }
      | undefined
    /** What an honest till holds it for; undefined where the merchant is the adversary's. */
    readonly view: View | undefined
  }>
}

/** Why there is nothing in the implementation that an action stands for. */
export const obstacles = {
  "no digits": "the phone was never given an alias, and nobody can put one before a proof",
  "one index": "a masked index names the account: before the proof of one of its phones it is that phone's own code",
  "no alias": "codes without an alias have none to exchange: wrong digits are wrong whomever they are meant for",
  "beyond the list": "the model's adversary can hit on a code after the last of a list, and nobody drew one",
  "foreign alias":
    "the model takes the code of a request with another's alias for another code when the same request comes again",
  "one transaction":
    "a code that is made over a transaction is one for its order number, which has been used; the model has the merchant ask again for the same under another",
  "one number":
    "the model tells an order number of the adversary's from that of the order whose transaction it has copied; they are one",
  "no answer":
    "there is no challenge, for its order was closed before it could be sent; or the phone holds no seed that answers it",
  "oldest first":
    "the model takes a password that names no order for any that is open; the implementation for the one that has been for longest",
  "a new day":
    "a node that is ahead counts wrong codes from none when its day begins; the model forgets them when every node's has"
} as const
export type Obstacle = keyof typeof obstacles

/** What somebody asks of the provider, and what a message can be: everything else happens on phones and at tills. */
export type Asking = Of<
  | "Sign"
  | "Withdraw"
  | "Enroll"
  | "Confirm"
  | "Revoke"
  | "Approve"
  | "Authenticate"
  | "Impersonate"
  | "Deliver"
  | "Query"
  | "Pay"
  | "Meddle"
  | "Close"
>

/** No answer came back: what was asked for may have been done or not. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly because: unknown }> {
  override get message(): string {
    return `request: expected an answer, found ${this.because}`
  }
}

/** A message to the provider, ready to be sent, and what it is answered. It can be sent again. */
export type Message = Effect.Effect<Answer, Unanswered>

/** The implementation, set up in the first state of a run. One that does not answer is a defect, but for messages. */
export interface Twin {
  /** Why the twin cannot do what an action says in a state; undefined where it can. */
  readonly obstacle: (state: State, action: Action) => Effect.Effect<Obstacle | undefined>
  /** Does what an action says, in the state that the model was in before it. */
  readonly act: (state: State, action: Action) => Effect.Effect<Answer>
  /**
   * Makes the message of an action ready, in the state that the model is in. No till and no phone hears the answer.
   * Undefined where its digits stand for two terms.
   */
  readonly message: (state: State, action: Asking) => Effect.Effect<Message | undefined>
  /** What the parties remember of what there is in a state. */
  readonly books: (state: State) => Effect.Effect<Books>
  /** Ends a node, in the middle of whatever it does, and starts it again. */
  readonly restart: (node: Node) => Effect.Effect<void>
}

const nothing: Answer = { _tag: "Nothing" }
const dark: Answer = { _tag: "Dark" }
const issued: Answer = { _tag: "Issued" }
const coincidence: Answer = { _tag: "Coincidence" }

/** Phones are wrong by odd amounts, each by its own. */
const millisAhead = (phone: number): number => (phone % 2 === 0 ? 1 : -1) * (phone + 1) * 123_456_789

/** What the implementation is built with. */
export interface Options {
  /** The rules that it follows: other ones than the model's, where a difference is to be found. */
  readonly rules: Rules
  /** Where the provider is; in this process, unless given. */
  readonly site?: Deployment.Site
  /** What tills draw for a transaction, where it is to be something else than a fresh nonce. */
  readonly nonce?: string
}

/** What a call of the provider comes to: an answer, a refusal, or neither. */
const answerOf = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<Result.Result<A, Refused>, Unanswered> =>
  Effect.catchCause(Effect.map(call, Result.succeed) as Effect.Effect<Result.Result<A, Refused>, E>, (cause) => {
    const because = Cause.squash(cause)
    if (because instanceof Refused) return Effect.succeed(Result.fail(because))
    const isLost = Cause.hasFails(cause) || because instanceof Deployment.Gone
    return isLost ? Effect.fail(new Unanswered({ because })) : Effect.die(because)
  })

/** What a call of the provider that refuses nothing is answered. */
const told = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, Unanswered> =>
  Effect.flatMap(answerOf(call), (answer) =>
    Result.isSuccess(answer) ? Effect.succeed(answer.success) : Effect.die(answer.failure)
  )

/** What must be answered. */
const needed = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A> => Effect.orDie(told(call))

const answered = (answer: Told): Answer => ({ _tag: "Answered", answer })

const declined = ({ reason }: { readonly reason: Reason }): Answer => ({ _tag: "Declined", reason })

/** Sets up the implementation in the first state of a run. */
export const make = Effect.fnUntraced(function* (
  world: World,
  { nonce: always, rules, site = Deployment.local }: Options
): Effect.fn.Return<Twin, never, Scope.Scope> {
  const { scope } = world
  const { scheme } = rules
  const { code: format } = scheme
  const own = adversary(world)
  const deployment = yield* site.deploy({ world, rules })
  let now = scope.starts[0]!
  yield* deployment.setClock(now)

  const clockOf = (node: Node): number => now + node * world.rules.scheme.clock.nodeSkew
  const first = (): Provider.Provider["Service"] => deployment.provider(0)
  /** Something that a phone does online, at the first node. */
  const online = <A, E>(does: Effect.Effect<A, E, Online.Online>): Effect.Effect<A, E> =>
    Effect.suspend(() => Effect.provideService(does, Online.Online, Online.over(first())))

  /** The order numbers that are not their place: those of transactions that phones have read. */
  const chosen = new Map<number, string>()
  /** The nonces of the transactions that requests come with. */
  const nonces = new Map<number, string>()
  const numberOf = (merchant: number, order: number): Ledger.OrderNumber => ({
    merchant: `merchant-${merchant}`,
    order: chosen.get(order) ?? `order-${order}`
  })
  const terminal = "till"
  const isBound = Binding.isBound(world.rules)
  const random = Trial.randomness("twin")
  const telephoneOf = (account: number): string => Trial.telephone(account)

  // -------------------------------------------------------------------------------------------------------------------
  // Phones
  // -------------------------------------------------------------------------------------------------------------------

  const accounts = yield* Effect.forEach(
    Array.from({ length: scope.accounts }, (_, account) => account),
    Effect.fnUntraced(function* (account) {
      const number = yield* needed(
        first().open({
          balance: scope.opening.balance,
          password: Trial.password,
          telephone: telephoneOf(account),
          pin: Trial.pin
        })
      )
      if (account < scope.members) yield* needed(first().sign(number))
      return number
    })
  )
  /** By how many seconds each phone's corrected clock is off. */
  const offsets = scope.phones.map(() => 0)
  const wallets = yield* Effect.forEach(
    scope.phones,
    Effect.fnUntraced(function* (owner, index) {
      const account = accounts[owner]!
      const phone = yield* needed(first().register(account))
      const clock = Trial.clock(() => (now + offsets[index]!) * 1000 + millisAhead(index))
      const hardware = yield* Effect.provideService(
        SecureHardware.simulated({
          algorithm: format.mac === "none" ? "HMAC-SHA-256" : format.mac,
          attempts: 1,
          choosePin: Effect.succeed(Trial.pin),
          store: SecureHardware.forgetful,
          cost: 2
        }),
        SecureRandom.SecureRandom,
        random
      )
      const made = Wallet.make(rules, { account, phone }, Wallet.forgetful, hardware)
      const wallet = yield* Effect.provideService(made, Clock.Clock, clock)
      if (index !== roguePhone(world)) {
        yield* needed(first().signIn(phone))
        if (owner < scope.members) yield* needed(online(Effect.andThen(wallet.enroll, wallet.confirm)))
      }
      return { account, phone, ...wallet }
    })
  )

  /** What was read of the credentials of each phone last. Their secrets stay, and how they stand is read for the books. */
  const known = new Map<number, ReadonlyArray<Ledger.Credential>>()

  const readCredentials = (phone: number): Effect.Effect<ReadonlyArray<Ledger.Credential>> =>
    Effect.map(needed(deployment.ledger.phone(wallets[phone]!.phone)), ({ credentials }) => {
      known.set(phone, credentials)
      return credentials
    })

  const credentialsOf = (phone: number): Effect.Effect<ReadonlyArray<Ledger.Credential>> =>
    Effect.suspend(() => {
      const credentials = known.get(phone)
      return credentials === undefined ? readCredentials(phone) : Effect.succeed(credentials)
    })

  // -------------------------------------------------------------------------------------------------------------------
  // What codes are made over
  // -------------------------------------------------------------------------------------------------------------------

  /** A transaction that a code was made over, and whether the PIN entered. */
  interface Bond {
    readonly transaction: Transaction.Transaction
    readonly isPinned: boolean
  }

  const keyText = ({ generation, phone, position, revealed }: Key): string =>
    `${phone}/${generation}/${position}/${revealed}`

  /** What each code was made over, as far as anybody has made it. */
  const bonds = new Map<string, Bond>()
  let transactions = 0

  const nameOf = (merchant: number): string => `Shop ${merchant}`
  const drawNonce = Effect.map(
    random.randomBytes(Transaction.nonceBytes),
    (bytes) => always ?? Transaction.nonceOf(bytes)
  )

  const bondOf = Effect.fnUntraced(function* ({ payee, pin, sum }: Binding.Terms): Effect.fn.Return<Bond> {
    const transaction = {
      payee: nameOf(payee),
      amount: sum,
      order: `sale-${transactions++}`,
      nonce: yield* drawNonce
    }
    return { transaction, isPinned: pin !== "none" }
  })

  /** The code of a state, or as the adversary would make it for an amount: see `ownTerms` in the model. */
  const termsOf = (state: State, key: Key, amount: number): Binding.Terms => {
    const code = state.codes[indexOf(state.codes, key)]
    if (code !== undefined) return code
    const has = {
      seed: isCorrupt(world, key.phone),
      messages: world.can.sms,
      secret: state.accounts[accountOf(world, key.phone)]!.exposed
    }
    return {
      payee: own < 0 ? 0 : own,
      sum: amount,
      pin: StepUp.canPin(world.rules, has) ? "stolen" : "none",
      copied: own < 0
    }
  }

  /** What a code was made over, which the adversary makes now where nobody has; undefined where codes are over nothing. */
  const boundTo = Effect.fnUntraced(function* (state: State, key: Key, amount: number) {
    if (!isBound || key.position === nowhere) return undefined
    const known = bonds.get(keyText(key))
    const terms = termsOf(state, key, amount)
    // What nobody has made yet can be made over something else, whatever was planned.
    const isStale =
      indexOf(state.codes, key) < 0 &&
      (known?.transaction.amount !== amount || known.isPinned !== (terms.pin !== "none"))
    if (known !== undefined && !isStale) return known
    const bond = yield* bondOf(terms)
    bonds.set(keyText(key), bond)
    return bond
  })

  /** The digits of a code: what its credential gives for its position, and what it was made over. */
  const digitsOf = Effect.fnUntraced(function* (key: Key) {
    const { generation, phone, position, revealed } = key
    const credential = (yield* credentialsOf(phone))[generation]!
    const codeOf = TokenSource.make(format, credential)
    const bond = bonds.get(keyText(key))
    if (bond === undefined) return codeOf(position, revealed)
    const { isPinned, transaction } = bond
    if (!isPinned) return codeOf(position, revealed, { transaction })
    if (scheme.stepUp.method === "pin") {
      return codeOf(position, revealed, { transaction, pin: Pin.hash(Trial.pin) })
    }
    const { secret } = credential
    if (secret._tag !== "Seed" || secret.second === undefined || format.mac === "none") {
      return yield* Effect.die(new Error("credential: expected a second seed, found none"))
    }
    const said = TokenSource.messageOf(format, position, revealed, { transaction })
    return TokenSource.withTag(format, credential, position, Mac.tagOf(format.mac, secret.second, said))
  })

  /**
   * Whether a request is for what its code was made over, as the model has it; and where the adversary asks, whether the
   * order number is that of the transaction.
   */
  interface Fit {
    readonly isSame: boolean
    /** The transaction whose order number the request is to come under, where that is free. */
    readonly under: Transaction.Transaction | undefined
    readonly nonce: string
  }

  /** Order numbers that have been asked about, by merchant. */
  const used = new Set<string>()
  const subject = (merchant: number, text: string): string => `${merchant}/${text}`

  const fitOf = Effect.fnUntraced(function* (
    state: State,
    merchant: number,
    { amount, key }: Pick<Request, "amount" | "key">,
    presented: boolean
  ): Effect.fn.Return<Fit | undefined> {
    if (!isBound) return undefined
    const bond = yield* boundTo(state, key, amount)
    // Digits that nobody was given are for nothing.
    if (bond === undefined) return { isSame: false, under: undefined, nonce: yield* drawNonce }
    const { transaction } = bond
    const { copied, payee, sum } = termsOf(state, key, amount)
    const isSpent = state.codes[indexOf(state.codes, key)]?.attempted === true
    const isSale = merchant === own ? !isSpent : copied === presented
    const isSame = isSale && sum === amount && payee === merchant
    // Another name, or another nonce, is to be all that differs.
    const isNear = isSale ? sum === amount : !presented
    const nonce = isSale || presented ? transaction.nonce : yield* drawNonce
    return { isSame, under: isSame || (isNear && !isSpent) ? transaction : undefined, nonce }
  })

  /** Why an order cannot be asked for: its number is that of the transaction, and has been used. */
  const ofFit = (merchant: number, index: number, fit: Fit | undefined): Obstacle | undefined => {
    if (fit?.isSame !== true) return undefined
    const text = fit.under!.order
    const isKnown = nonces.has(index)
    const isFree = isKnown ? chosen.get(index) === text : !used.has(subject(merchant, text))
    return isFree ? undefined : "one transaction"
  }

  /** Codes that requests were made ready with before the model has anybody make them. */
  const promised = new Set<string>()

  /** Gives an order its number and its nonce. */
  const assign = (state: State, key: Key, merchant: number, index: number, fit: Fit | undefined): void => {
    if (fit === undefined || nonces.has(index)) return
    if (indexOf(state.codes, key) < 0) promised.add(keyText(key))
    nonces.set(index, fit.nonce)
    const text = fit.under?.order
    if (text !== undefined && !used.has(subject(merchant, text))) chosen.set(index, text)
    used.add(subject(merchant, numberOf(merchant, index).order))
  }

  /** The nonce of a request, as far as there is one. */
  const nonceOf = (index: number): { readonly nonce?: string } => {
    const nonce = nonces.get(index)
    return nonce === undefined ? {} : { nonce }
  }

  const made = Effect.fnUntraced(function* (state: State, phone: number, { code, position, revealed }: Wallet.Made) {
    const { held } = state.phones[phone]!
    const isRight = (yield* digitsOf({ phone, generation: held, position, revealed })) === code
    const answer: Answer = { _tag: "Made", position, revealed, digits: isRight ? "right" : "wrong" }
    return answer
  })

  const enroll = Effect.fnUntraced(function* (phone: number) {
    // The difference of the clocks is measured now: whatever the phone is off by is in it.
    const before = offsets[phone]!
    offsets[phone] = 0
    known.delete(phone)
    const enrolled = yield* Effect.orDie(answerOf(online(wallets[phone]!.enroll)))
    if (Result.isSuccess(enrolled)) return issued
    offsets[phone] = before
    return declined(enrolled.failure)
  })

  /** Has a phone make a code, over what an action says. */
  const making = Effect.fnUntraced(function* (
    state: State,
    { phone, revealed, terms }: Pick<Of<"Show">, "phone" | "revealed" | "terms">,
    make: (showing: Wallet.Showing) => Effect.Effect<Wallet.Made, Wallet.Unmade>
  ) {
    const bond = terms && (yield* bondOf(terms))
    const showing = bond === undefined ? {} : { over: bond.transaction, ...(bond.isPinned && { pin: Trial.pin }) }
    const run = yield* Effect.result(make({ revealed, ...showing }))
    if (Result.isFailure(run)) {
      return Result.fail(run.failure instanceof Refused ? declined(run.failure) : dark)
    }
    const { held } = state.phones[phone]!
    if (bond !== undefined) {
      bonds.set(keyText({ phone, generation: held, position: run.success.position, revealed }), bond)
    }
    return Result.succeed(yield* made(state, phone, run.success))
  })

  const show = Effect.fnUntraced(function* (state: State, action: Of<"Show">) {
    const { offset, phone } = action
    const before = offsets[phone]!
    offsets[phone] = offset
    const shown = yield* making(state, action, wallets[phone]!.show)
    if (Result.isSuccess(shown)) return shown.success
    // What is on the screen was shown by the clock as it was then.
    offsets[phone] = before
    return shown.failure
  })

  const runOff = Effect.fnUntraced(function* (state: State, action: Of<"RunOff">) {
    const { offset, phone } = action
    const before = offsets[phone]!
    offsets[phone] = offset
    const run = yield* making(state, action, wallets[phone]!.make)
    offsets[phone] = before
    return Result.isSuccess(run) ? run.success : run.failure
  })

  const runOut = Effect.fnUntraced(function* (phone: number) {
    const { left, show } = wallets[phone]!
    while ((yield* left) > 0) yield* Effect.orDie(show())
    return nothing
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Codes of the adversary's
  // -------------------------------------------------------------------------------------------------------------------

  /** The alias that names a phone, in a code for a position; undefined where it has none. */
  const aliasOf = Effect.fnUntraced(function* (phone: number, position: number) {
    if (format.alias === "none") return ""
    if (format.alias === "masked-index") return yield* needed(deployment.ledger.aliasOf(wallets[phone]!.account))
    const last = (yield* credentialsOf(phone)).at(-1)
    return last && TokenSource.aliases(format, last)(position)
  })

  /** Wrong digits for each phone that they are meant for: the same whenever they are sent. */
  const wrong = new Map<number, string>()

  const wrongDigits = Effect.fnUntraced(function* (phone: number) {
    const known = wrong.get(phone)
    if (known !== undefined) return known
    const alias = (yield* aliasOf(phone, Time.stepAt(scheme, now)))!
    const [prefix] = format.prefixes
    const code = Codec.encode(format, { prefix, alias, proof: "7".padStart(format.otpDigits, "0") })
    wrong.set(phone, code)
    return code
  })

  /** The digits of a request: the alias of one phone, before the proof of another's code. */
  const requested = Effect.fnUntraced(function* ({ alias, key }: Pick<Request, "alias" | "key">) {
    if (key.position === nowhere) return yield* wrongDigits(alias)
    const digits = yield* digitsOf(key)
    if (alias === key.phone || format.alias === "none") return digits
    const parts = Result.getOrThrow(Codec.decode(format, digits))
    return Codec.encode(format, { ...parts, alias: (yield* aliasOf(alias, key.position))! })
  })

  /**
   * Whether digits are, by chance, those of another code than the one that they are for, and could be accepted as it.
   * Before another phone's alias they are for none.
   */
  const coincides = Effect.fnUntraced(function* (
    code: string,
    key: Key,
    node: Node,
    isForeign = false,
    transaction?: Transaction.Transaction
  ) {
    const over = transaction && {
      transaction,
      pin: scheme.stepUp.method === "pin" ? Pin.hash(Trial.pin) : undefined
    }
    const isPinned = bonds.get(keyText(key))?.isPinned ?? false
    const parts = Result.getOrThrow(Codec.decode(format, code))
    for (let phone = 0; phone < wallets.length; phone++) {
      for (const [generation, credential] of (yield* credentialsOf(phone)).entries()) {
        const issue = { issuedAt: credential.issuedAt, lostUntil: undefined }
        const window = Positions.windowAt(rules, issue, clockOf(node))
        const isAnother = TokenSource.read(format, credential, window, parts, over).some(
          ({ pinned, positions, revealed }) =>
            positions.some(
              (position) =>
                isForeign ||
                pinned !== isPinned ||
                phone !== key.phone ||
                generation !== key.generation ||
                position !== key.position ||
                revealed !== key.revealed
            )
        )
        if (isAnother) return true
      }
    }
    return false
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Tills
  // -------------------------------------------------------------------------------------------------------------------

  /** The node that a till's message reaches, what it answered last, and whether the till hears it. */
  const line: { node: Node; answer: Told | undefined; isHeard: boolean } = { node: 0, answer: undefined, isHeard: true }
  const over = <E>(order: string, call: (provider: Provider.Provider["Service"]) => Effect.Effect<Told, E>) =>
    Effect.gen(function* () {
      line.answer = yield* needed(call(deployment.provider(line.node)))
      return line.isHeard ? line.answer : yield* new Till.NoAnswer({ order })
    })
  const way: Till.Way = {
    pay: (request) => over(request.order, (provider) => provider.pay(request)),
    query: (order) => over(order.order, (provider) => provider.query(order)),
    reverse: (order) => over(order.order, (provider) => provider.reverse(order))
  }
  const tillClock = Trial.clock(() => now * 1000)
  const tills = yield* Effect.forEach(
    Array.from({ length: scope.merchants }, (_, index) => numberOf(index, 0).merchant),
    Effect.fnUntraced(function* (merchant) {
      const name = nameOf(Number(merchant.slice("merchant-".length)))
      const noticeKey = yield* needed(first().enlist(merchant, name))
      const till = Till.make({ rules, merchant, name, terminal, noticeKey, way })
      return yield* Effect.provideService(till, Clock.Clock, tillClock)
    })
  )

  /** What a provider takes a request to be for. */
  const asked = (merchant: number, index: number, amount: number): Transaction.Transaction | undefined => {
    const nonce = nonces.get(index)
    return nonce === undefined
      ? undefined
      : { payee: nameOf(merchant), amount, order: numberOf(merchant, index).order, nonce }
  }

  const scan = Effect.fnUntraced(function* (
    state: State,
    merchant: number,
    key: Key,
    code: string,
    amount: number,
    presented: boolean
  ) {
    const index = state.orders.length
    const fit = yield* fitOf(state, merchant, { amount, key }, presented)
    assign(state, key, merchant, index, fit)
    const { order } = numberOf(merchant, index)
    const scanned = yield* Effect.result(tills[merchant]!.scan({ order, code, amount, ...nonceOf(index) }))
    return Result.isSuccess(scanned) ? nothing : declined(scanned.failure)
  })

  /** A till sends something, and hears the answer or not. */
  const send = Effect.fnUntraced(function* (
    state: State,
    { heard, node, order }: Pick<Of<"Deliver">, "heard" | "node" | "order">,
    what: (till: Till.Till, order: string) => Effect.Effect<Told, Till.Unanswered>
  ) {
    const { merchant } = state.orders[order]!
    line.node = node
    line.isHeard = heard
    yield* Effect.ignore(what(tills[merchant]!, numberOf(merchant, order).order))
    return answered(line.answer!)
  })

  /** The pay request of a till for an order, as it was scanned; undefined where its digits stand for two terms. */
  const scanned = Effect.fnUntraced(function* (state: State, { node, order: index }: Of<"Deliver">) {
    const order = state.orders[index]!
    const number = numberOf(order.merchant, index).order
    const { request } = (yield* tills[order.merchant]!.order(number))!
    const over = asked(order.merchant, index, request.amount)
    if (!order.taken && (yield* coincides(request.code, order, node, false, over))) return undefined
    return request
  })

  const deliver = Effect.fnUntraced(function* (state: State, action: Of<"Deliver">) {
    if (action.what === "reversal") return yield* send(state, action, (till, to) => till.sendReversal(to))
    if ((yield* scanned(state, action)) === undefined) return coincidence
    return yield* send(state, action, (till, to) => till.pay(to))
  })

  const notice = Effect.fnUntraced(function* (state: State, { forged, order: index }: Of<"Notice">) {
    const { amount, merchant } = state.orders[index]!
    const number = numberOf(merchant, index)
    const said = { ...number, amount }
    const forgery = { ...said, tag: Provider.tagOf(Redacted.make(new Uint8Array(32)), said) }
    const given = forged ? forgery : yield* needed(first().notice(number))
    if (given === undefined) return dark
    yield* tills[merchant]!.notified(given)
    return nothing
  })

  // -------------------------------------------------------------------------------------------------------------------
  // Messages
  // -------------------------------------------------------------------------------------------------------------------

  const promptOf = (state: State, index: number): Provider.Prompt => {
    const { amount, merchant } = state.orders[index]!
    return { ...numberOf(merchant, index), amount }
  }

  /** A message to a node. A node that was started again is another than before. */
  const to = <A, E>(
    node: Node,
    call: (provider: Provider.Provider["Service"]) => Effect.Effect<A, E>,
    seen: (answer: A) => Answer = () => nothing
  ): Message =>
    Effect.map(
      Effect.suspend(() => told(call(deployment.provider(node)))),
      seen
    )

  /** The answers that owners have given, each to the challenge of an order. */
  const answers = new Map<number, string>()

  /** The challenge of an order, as it was sent to its payer. */
  const challengeOf = Effect.fnUntraced(function* (state: State, index: number) {
    const { amount, order } = promptOf(state, index)
    const { merchant, phone } = state.orders[index]!
    const texts = yield* deployment.inbox(telephoneOf(accountOf(world, phone)))
    return texts.find((text) => {
      const read = Challenge.read(text)
      if (Result.isFailure(read)) return false
      const named = read.success
      return named.payee === nameOf(merchant) && named.order === order && named.amount === amount
    })
  })

  const approval = (state: State, index: number): Message => {
    const { amount, order } = promptOf(state, index)
    const { account, answer } = wallets[state.orders[index]!.phone]!
    const waits = (waiting: ReadonlyArray<Provider.Prompt>): boolean =>
      waiting.some((prompt) => prompt.order === order && prompt.amount === amount)
    const seen = to(
      0,
      (provider) => provider.prompts(account),
      (waiting): Answer => ({ _tag: "Prompted", waits: waits(waiting) })
    )
    if (scheme.stepUp.method !== "sms-ocra") return seen
    return Effect.gen(function* () {
      const prompted = yield* seen
      // What a crash has kept from the gateway the provider's timer hands to it.
      const sent = yield* challengeOf(state, index)
      if (sent === undefined) yield* told(first().sendUnsent)
      const challenge = sent ?? (yield* challengeOf(state, index))
      const given = challenge && (yield* Effect.orDie(answer(challenge, () => true, Trial.pin)))
      if (given === undefined) return dark
      answers.set(index, given)
      return prompted
    })
  }

  /** A short message from the number of a phone's owner. */
  const messaged = (node: Node, phone: number, text: Effect.Effect<string | undefined>): Message =>
    Effect.gen(function* () {
      const said = yield* text
      if (said === undefined) return dark
      const from = telephoneOf(accountOf(world, phone))
      const receive = (provider: Provider.Provider["Service"]) =>
        provider.receive({ from, text: said, at: clockOf(node) })
      return yield* to(node, receive, (received) => (received === undefined ? dark : answered(received.answer)))
    })

  /** The owner's answer for one order, put under the nonce of another's challenge. */
  const strayed = Effect.fnUntraced(function* (state: State, order: number, to: number) {
    const given = answers.get(order)
    if (order === to || given === undefined) return given
    const challenge = yield* challengeOf(state, to)
    const nonce = challenge && Result.getOrThrow(Challenge.read(challenge)).nonce
    return nonce && given.replace(/[^:]{16}/, nonce)
  })

  /** What the adversary writes under the name of a payer, with all that it has learnt. */
  const forged = Effect.fnUntraced(function* (state: State, index: number) {
    if (scheme.stepUp.method === "sms-password") return Challenge.password(Trial.password)
    const challenge = yield* challengeOf(state, index)
    const secret = (yield* credentialsOf(state.orders[index]!.phone)).at(-1)?.secret
    if (challenge === undefined || secret?._tag !== "Seed") return undefined
    return Challenge.answer(Result.getOrThrow(Challenge.read(challenge)), secret.seed, Pin.hash(Trial.pin))
  })

  const password = (state: State, { node, order, to: paid }: Of<"Authenticate">): Message => {
    const { phone } = state.orders[order]!
    if (scheme.stepUp.method === "sms-ocra") return messaged(node, phone, strayed(state, order, paid))
    if (scheme.stepUp.method === "sms-password") {
      return messaged(node, phone, Effect.succeed(Challenge.password(Trial.password)))
    }
    const wallet = wallets[state.orders[order]!.phone]!
    const approve = wallet.approve(promptOf(state, paid), true, Trial.password)
    return to(
      node,
      (provider) => Effect.provideService(approve, Online.Online, Online.over(provider)),
      (answer) => (answer === undefined ? dark : answered(answer))
    )
  }

  /** The digits that were first sent under an order number, by what they stood for. */
  const firsts = new Map<number, { readonly what: string; readonly code: string }>()

  /** The digits of a request; of one that is sent again those that it came with, whatever else was made of its step since. */
  const sentAgain = Effect.fnUntraced(function* (
    index: number,
    { alias, key }: Pick<Request, "alias" | "key">,
    digits: Effect.Effect<string>
  ) {
    const what = `${alias} ${keyText(key)}`
    const before = firsts.get(index)
    if (before?.what === what) return before.code
    const code = yield* digits
    if (before === undefined) firsts.set(index, { what, code })
    return code
  })

  const payment = Effect.fnUntraced(function* (state: State, { node, order, request }: Of<"Pay">) {
    const index = order < 0 ? state.orders.length : order
    const fit = yield* fitOf(state, own, request, false)
    assign(state, request.key, own, index, fit)
    const code = yield* sentAgain(index, request, requested(request))
    const isBefore = format.alias !== "none" && isForeign(request)
    const isKnown = order >= 0 && state.orders[order]!.taken
    const over = asked(own, index, request.amount)
    if (!isKnown && (yield* coincides(code, request.key, node, isBefore, over))) return undefined
    const sending = { ...numberOf(own, index), terminal, code, amount: request.amount, ...nonceOf(index) }
    return to(node, (provider) => provider.pay(sending), answered)
  })

  const meddling = ({ amount, node, number, order, what }: Of<"Meddle">): Message => {
    const asked = numberOf(own, order)
    switch (what) {
      case "query":
        return to(node, (provider) => provider.query(asked), answered)
      case "reversal":
        return to(node, (provider) => provider.reverse(asked), answered)
      case "refund":
        return to(node, (provider) => provider.refund({ ...asked, refund: `refund-${number}`, amount }), answered)
    }
  }

  const delivery = Effect.fnUntraced(function* (state: State, action: Of<"Deliver">) {
    const { node, order, what } = action
    if (what === "reversal") {
      const number = numberOf(state.orders[order]!.merchant, order)
      return to(node, (provider) => provider.reverse(number), answered)
    }
    const request = yield* scanned(state, action)
    return request && to(node, (provider) => provider.pay(request), answered)
  })

  const issuing = (phone: number): Message =>
    Effect.suspend(() => {
      known.delete(phone)
      return Effect.map(answerOf(first().enroll(wallets[phone]!.phone)), (answer) =>
        Result.isSuccess(answer) ? issued : declined(answer.failure)
      )
    })

  const message = (state: State, action: Asking): Effect.Effect<Message | undefined> => {
    switch (action._tag) {
      case "Sign":
        return Effect.succeed(to(0, (provider) => provider.sign(accounts[action.account]!)))
      case "Withdraw":
        return Effect.succeed(to(0, (provider) => provider.withdraw(accounts[action.account]!)))
      case "Enroll":
        return Effect.succeed(issuing(action.phone))
      case "Confirm": {
        const { confirm } = wallets[action.phone]!
        return Effect.succeed(to(0, (provider) => Effect.provideService(confirm, Online.Online, Online.over(provider))))
      }
      case "Revoke":
        return Effect.succeed(to(0, (provider) => provider.revoke(wallets[action.phone]!.phone)))
      case "Approve":
        return Effect.succeed(approval(state, action.order))
      case "Authenticate":
        return Effect.succeed(password(state, action))
      case "Impersonate": {
        const { phone } = state.orders[action.order]!
        return Effect.succeed(messaged(action.node, phone, forged(state, action.order)))
      }
      case "Deliver":
        return delivery(state, action)
      case "Query": {
        const number = numberOf(state.orders[action.order]!.merchant, action.order)
        return Effect.succeed(to(action.node, (provider) => provider.query(number), answered))
      }
      case "Pay":
        return payment(state, action)
      case "Meddle":
        return Effect.succeed(meddling(action))
      case "Close": {
        const number = numberOf(state.orders[action.order]!.merchant, action.order)
        return Effect.succeed(to(action.node, (provider) => provider.close(number), answered))
      }
    }
  }

  const sent = (state: State, action: Asking): Effect.Effect<Answer> =>
    Effect.flatMap(message(state, action), (ready) =>
      ready === undefined ? Effect.succeed(coincidence) : Effect.orDie(ready)
    )

  let floods = 0

  /** Wrong digits, under new order numbers: until they are refused unread where the alias is throttled, and else once. */
  const flood = Effect.fnUntraced(function* ({ merchant, phone }: Of<"Flood">) {
    const code = yield* wrongDigits(phone)
    const wrongKey: Key = { phone, generation: 0, position: nowhere, revealed: false }
    if (yield* coincides(code, wrongKey, 0)) return coincidence
    const most = merchant === own ? (scheme.throttle.perAliasDay ?? 1) : 1
    for (let sent = 0; sent < most; sent++) {
      const number = { ...numberOf(merchant, 0), order: `flood-${floods++}` }
      if ((yield* needed(first().pay({ ...number, terminal, code, amount: 1 }))) === "THROTTLED") break
    }
    return nothing
  })

  const act = Effect.fnUntraced(function* (state: State, action: Action): Effect.fn.Return<Answer> {
    switch (action._tag) {
      case "Enroll":
        return yield* action.heard ? enroll(action.phone) : sent(state, action)
      case "Sign":
      case "Withdraw":
      case "Confirm":
      case "Revoke":
      case "Approve":
      case "Authenticate":
      case "Impersonate":
      case "Pay":
      case "Meddle":
      case "Close":
        return yield* sent(state, action)
      case "Wipe":
        return (yield* needed(online(wallets[action.phone]!.checkIn))) ? nothing : dark
      case "Show":
        return yield* show(state, action)
      case "RunOut":
        return yield* runOut(action.phone)
      case "Scan": {
        const screen = yield* wallets[action.phone]!.screen
        if (screen === undefined) return dark
        const { held, till } = state.phones[action.phone]!
        const { position, revealed } = screen
        const key: Key = { phone: action.phone, generation: held, position, revealed }
        return yield* scan(state, till, key, screen.code, action.amount, false)
      }
      case "Present": {
        yield* boundTo(state, action.key, action.amount)
        const code = yield* requested({ alias: action.key.phone, key: action.key })
        return yield* scan(state, action.merchant, action.key, code, action.amount, isBound)
      }
      case "Deliver":
        return yield* deliver(state, action)
      case "Query":
        return yield* send(state, { ...action, heard: true }, (till, order) => till.query(order))
      case "Reverse": {
        const { merchant } = state.orders[action.order]!
        return (yield* tills[merchant]!.reverse(numberOf(merchant, action.order).order)) ? nothing : dark
      }
      case "Notice":
        return yield* notice(state, action)
      case "Capture": {
        const screen = yield* wallets[action.phone]!.screen
        return screen === undefined ? dark : yield* made(state, action.phone, screen)
      }
      case "RunOff":
        return yield* runOff(state, action)
      case "Flood":
        return yield* flood(action)
      case "Crash":
        yield* Effect.forEach(site.nodes, deployment.restart)
        return nothing
      case "Advance":
        now += action.seconds
        yield* deployment.setClock(now)
        return nothing
      case "Guess":
        // What the adversary hits upon is known to it alone.
        return nothing
      default:
        throw new Error(`action: expected one that a provider can be put to, found ${action._tag}`)
    }
  })

  // -------------------------------------------------------------------------------------------------------------------
  // What cannot be done
  // -------------------------------------------------------------------------------------------------------------------

  /** Order numbers that were first used with another's alias. */
  const isForeign = ({ alias, key }: Pick<Request, "alias" | "key">): boolean => alias !== key.phone
  const foreign = new Set<number>()

  const ofRequest = Effect.fnUntraced(function* ({
    alias,
    key
  }: Pick<Request, "alias" | "key">): Effect.fn.Return<Obstacle | undefined> {
    const isWrong = key.position === nowhere
    if (isWrong && format.alias === "none" && alias !== 0) return "no alias"
    if ((yield* aliasOf(alias, 0)) === undefined) return "no digits"
    const isOneIndex =
      format.alias === "masked-index" &&
      !isWrong &&
      alias !== key.phone &&
      accountOf(world, alias) === accountOf(world, key.phone)
    if (isOneIndex) return "one index"
    const isBeyond = format.alias === "none" && key.position >= Positions.supply(rules)
    return isBeyond ? "beyond the list" : undefined
  })

  const ofPayment = Effect.fnUntraced(function* (
    state: State,
    { order, request }: Of<"Pay">
  ): Effect.fn.Return<Obstacle | undefined> {
    const index = order < 0 ? state.orders.length : order
    const isKnown = order >= 0 && state.orders[order]!.taken
    const fit = isKnown ? undefined : yield* fitOf(state, own, request, false)
    const found = (yield* ofRequest(request)) ?? ofFit(own, index, fit)
    if (found !== undefined) return found
    // Who makes codes can make two of one step at once, over two transactions; in the model there is one of each step.
    const isPromised = fit !== undefined && promised.has(keyText(request.key))
    if (isPromised && indexOf(state.codes, request.key) < 0) return "one transaction"
    if (!scheme.order.bindsCode) return undefined
    if (order >= 0) return isForeign(request) || foreign.has(order) ? "foreign alias" : undefined
    if (isForeign(request)) foreign.add(state.orders.length)
    return undefined
  })

  /** Whether a node has begun a new day before the first, which has seen too many wrong codes on its own. */
  const forgets = (state: State, node: Node): boolean =>
    state.accounts.some(({ throttled }) => throttled) && Time.dayAt(scheme, clockOf(node)) > Time.dayAt(scheme, now)

  /** An order that a till is about to scan for. */
  const ofScan = (
    state: State,
    merchant: number,
    request: Pick<Request, "amount" | "key">,
    presented: boolean
  ): Effect.Effect<Obstacle | undefined> =>
    Effect.map(fitOf(state, merchant, request, presented), (fit) => ofFit(merchant, state.orders.length, fit))

  /** Whether a password that names no order is taken for another than an action says: for the oldest that is open. */
  const isForOldest = (state: State, to: number): boolean => {
    const account = accountOf(world, state.orders[to]!.phone)
    const open = state.orders
      .map((order, index) => ({ ...order, index, ...numberOf(order.merchant, index) }))
      .filter(({ phone, status }) => status === "open" && accountOf(world, phone) === account)
      .toSorted((a, b) => a.at - b.at || (a.merchant + a.order < b.merchant + b.order ? -1 : 1))
    return open.length === 0 || open[0]!.index === to
  }

  const ofAnswer = (state: State, to: number, given: number | undefined): Obstacle | undefined => {
    if (scheme.stepUp.method === "sms-password") return isForOldest(state, to) ? undefined : "oldest first"
    return scheme.stepUp.method === "sms-ocra" && given !== undefined && !answers.has(given) ? "no answer" : undefined
  }

  const obstacle = (state: State, action: Action): Effect.Effect<Obstacle | undefined> => {
    switch (action._tag) {
      case "Scan": {
        const { held, revealed, screen, till } = state.phones[action.phone]!
        const key: Key = { phone: action.phone, generation: held, position: screen, revealed }
        return ofScan(state, till, { amount: action.amount, key }, false)
      }
      case "Approve": {
        const { generation, phone, status } = state.orders[action.order]!
        if (scheme.stepUp.method !== "sms-ocra") return Effect.undefined
        if (state.phones[phone]!.held < generation) return Effect.succeed("no answer")
        return status === "open"
          ? Effect.undefined
          : Effect.map(challengeOf(state, action.order), (sent) => (sent === undefined ? "no answer" : undefined))
      }
      case "Authenticate":
        return Effect.succeed(ofAnswer(state, action.to, action.order))
      case "Impersonate":
        return Effect.succeed(ofAnswer(state, action.order, undefined))
      case "Meddle": {
        const { merchant } = state.orders[action.order]!
        const { order } = numberOf(own, action.order)
        const isTheirs = merchant !== own && used.has(subject(own, order))
        if (!isTheirs && merchant !== own) used.add(subject(own, order))
        return Effect.succeed(isTheirs && isBound ? "one number" : undefined)
      }
      case "Pay":
        return forgets(state, action.node) ? Effect.succeed("a new day") : ofPayment(state, action)
      case "Deliver":
        return forgets(state, action.node) ? Effect.succeed("a new day") : Effect.undefined
      case "Present":
        return Effect.flatMap(ofRequest({ alias: action.key.phone, key: action.key }), (found) =>
          found === undefined ? ofScan(state, action.merchant, action, isBound) : Effect.succeed(found)
        )
      case "Flood": {
        const key: Key = { phone: action.phone, generation: 0, position: nowhere, revealed: false }
        return ofRequest({ alias: format.alias === "none" ? 0 : action.phone, key })
      }
      default:
        return Effect.undefined
    }
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Books
  // -------------------------------------------------------------------------------------------------------------------

  const recordOf = (merchant: number, index: number): Effect.Effect<Books["orders"][number]["record"]> =>
    Effect.map(needed(deployment.ledger.order(numberOf(merchant, index))), (row) => {
      if (row === undefined) return undefined
      const { amount, at, day, free, reason, refunded, status } = row
      return { status, reason, amount, at, day, free, refunded }
    })

  const viewOf = (merchant: number, index: number): Effect.Effect<View | undefined> =>
    merchant === own
      ? Effect.undefined
      : Effect.map(tills[merchant]!.order(numberOf(merchant, index).order), (order) => order?.view)

  const books = (state: State): Effect.Effect<Books> =>
    Effect.all({
      accounts: Effect.forEach(accounts, (number) =>
        Effect.map(needed(deployment.ledger.account(number)), ({ agreement, balance, reserved }) => ({
          agreement,
          balance,
          available: balance - reserved
        }))
      ),
      phones: Effect.forEach(wallets, ({ left }, phone) =>
        Effect.all({
          statuses: Effect.map(readCredentials(phone), (credentials) => credentials.map(({ status }) => status)),
          left
        })
      ),
      orders: Effect.forEach(state.orders, ({ merchant }, index) =>
        Effect.all({ record: recordOf(merchant, index), view: viewOf(merchant, index) })
      )
    })

  return { obstacle, act, message, books, restart: deployment.restart }
})
