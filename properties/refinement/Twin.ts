/**
 * Twin: the implementation, made to do what the actions of the model say. Phones show codes of real digits, by clocks
 * of their own that were never right; tills scan what is on the screens; the network delivers when it is told to.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Codec from "../../impl/Codec.ts"
import { Unavailable } from "../../impl/Database.ts"
import * as Ledger from "../../impl/Ledger.ts"
import { Offline } from "../../impl/Online.ts"
import * as Provider from "../../impl/Provider.ts"
import * as Till from "../../impl/Till.ts"
import * as TokenSource from "../../impl/TokenSource.ts"
import * as Trial from "../../impl/Trial.ts"
import * as Wallet from "../../impl/Wallet.ts"
import type { Action, Of, Request } from "../../model/Action.ts"
import type { Agreement, Status } from "../../model/Enrollment.ts"
import type { Status as OrderStatus, Answer as Told } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { View } from "../../model/Relay.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Opening } from "../../model/Scope.ts"
import { accountOf, adversary, type Key, nowhere, roguePhone, type State, type World } from "../../model/State.ts"
import * as Time from "../../model/Time.ts"
import * as Positions from "../../model/TokenSource.ts"
import type { Facts } from "../../model/Verification.ts"

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
    "the model takes the code of a request with another's alias for another code when the same request comes again"
} as const
export type Obstacle = keyof typeof obstacles

export interface Twin {
  /** Why the twin cannot do what an action says in a state; undefined where it can. */
  readonly obstacle: (state: State, action: Action) => Obstacle | undefined
  /** Does what an action says, in the state that the model was in before it. */
  readonly act: (state: State, action: Action) => Answer
  readonly books: (state: State) => Books
}

const nothing: Answer = { _tag: "Nothing" }
const coincidence: Answer = { _tag: "Coincidence" }

/** Phones are wrong by odd amounts, each by its own. */
const millisAhead = (phone: number): number => (phone % 2 === 0 ? 1 : -1) * (phone + 1) * 123_456_789

/** A ledger in which every account has accepted something already, on every day: what a run's accounts bring into it. */
const opened = ({ all, freeCount, freeSum }: Opening, ledger: Layer.Layer<Ledger.Ledger>): Layer.Layer<Ledger.Ledger> =>
  Layer.effect(
    Ledger.Ledger,
    Effect.map(Ledger.Ledger, (memory) =>
      Ledger.Ledger.of({
        ...memory,
        settle: (query, deciding) =>
          memory.settle(query, {
            ...deciding,
            decide: (facts: Facts) =>
              deciding.decide({
                ...facts,
                candidates: facts.candidates.map((candidate) => ({
                  ...candidate,
                  standing: {
                    ...candidate.standing,
                    free: {
                      sum: candidate.standing.free.sum + freeSum,
                      count: candidate.standing.free.count + freeCount
                    },
                    all: candidate.standing.all + all
                  }
                }))
              })
          })
      })
    )
  ).pipe(Layer.provide(ledger))

/** What the implementation is built with. */
export interface Options {
  /** The rules that it follows: other ones than the model's, where a difference is to be found. */
  readonly rules: Rules
  readonly ledger?: Layer.Layer<Ledger.Ledger>
}

/** Sets up the implementation in the first state of a run. */
export const make = (world: World, { ledger = Ledger.Ledger.layerMemory, rules }: Options): Twin => {
  const { scope } = world
  const { scheme } = rules
  const { code: format } = scheme
  const own = adversary(world)
  const trial = Trial.make(rules, scope.starts[0]!, { ledger: opened(scope.opening, ledger) })
  const ask = <A>(question: (provider: Provider.Provider["Service"]) => Effect.Effect<A, Unavailable>): A =>
    trial.run(Provider.Provider.use(question))
  const read = <A>(question: (ledger: Ledger.Ledger["Service"]) => Effect.Effect<A, Unavailable>): A =>
    trial.run(Ledger.Ledger.use(question))

  const numberOf = (merchant: number, order: number): Ledger.OrderNumber => ({
    merchant: `merchant ${merchant}`,
    order: `order ${order}`
  })
  const terminal = "till"

  // -------------------------------------------------------------------------------------------------------------------
  // Phones
  // -------------------------------------------------------------------------------------------------------------------

  const accounts = Array.from({ length: scope.accounts }, (_, account) => {
    const number = ask((provider) => provider.open({ balance: scope.opening.balance, password: Trial.password }))
    if (account < scope.members) ask((provider) => provider.sign(number))
    return number
  })
  /** By how many seconds each phone's corrected clock is off. */
  const offsets = scope.phones.map(() => 0)
  const wallets = scope.phones.map((owner, index) => {
    const account = accounts[owner]!
    const phone = ask((provider) => provider.register(account))
    const clock = Trial.clock(() => (trial.now + offsets[index]!) * 1000 + millisAhead(index))
    const wallet = Effect.runSync(Effect.provideService(Wallet.make(rules, { account, phone }), Clock.Clock, clock))
    if (index !== roguePhone(world)) {
      ask((provider) => provider.signIn(phone))
      if (owner < scope.members) trial.run(Effect.orDie(Effect.andThen(wallet.enroll, wallet.confirm)))
    }
    return { account, phone, ...wallet }
  })

  const credentialsOf = (phone: number): ReadonlyArray<Ledger.Credential> =>
    read((ledger) => ledger.phone(wallets[phone]!.phone)).credentials

  /** The digits of a code: what its credential gives for its position. */
  const digitsOf = ({ generation, phone, position, revealed }: Key): string =>
    TokenSource.make(format, credentialsOf(phone)[generation]!)(position, revealed)

  const made = (state: State, phone: number, { code, position, revealed }: Wallet.Made): Answer => {
    const { held } = state.phones[phone]!
    const isRight = digitsOf({ phone, generation: held, position, revealed }) === code
    return { _tag: "Made", position, revealed, digits: isRight ? "right" : "wrong" }
  }

  const declined = ({ reason }: { readonly reason: Reason }): Answer => ({ _tag: "Declined", reason })

  /** The ledger of a twin is always there. */
  const reached = <A, E, R>(
    asked: Effect.Effect<A, E | Unavailable | Offline, R>
  ): Effect.Effect<A, Exclude<E, Unavailable | Offline>, R> =>
    Effect.catchIf(
      asked,
      (error) => error instanceof Unavailable || error instanceof Offline,
      Effect.die
    ) as Effect.Effect<A, Exclude<E, Unavailable | Offline>, R>

  const enroll = ({ heard, phone }: Of<"Enroll">): Answer => {
    const wallet = wallets[phone]!
    if (!heard) {
      const lost = Provider.Provider.use((provider) => Effect.asVoid(provider.enroll(wallet.phone)))
      const issued = trial.run(Effect.result(reached(lost)))
      return Result.isSuccess(issued) ? { _tag: "Issued" } : declined(issued.failure)
    }
    // The difference of the clocks is measured now: whatever the phone is off by is in it.
    const before = offsets[phone]!
    offsets[phone] = 0
    const enrolled = trial.run(Effect.result(reached(wallet.enroll)))
    if (Result.isSuccess(enrolled)) return { _tag: "Issued" }
    offsets[phone] = before
    return declined(enrolled.failure)
  }

  const show = (state: State, { offset, phone, revealed }: Of<"Show">): Answer => {
    const before = offsets[phone]!
    offsets[phone] = offset
    const shown = Effect.runSync(Effect.result(wallets[phone]!.show({ revealed })))
    if (Result.isSuccess(shown)) return made(state, phone, shown.success)
    // What is on the screen was shown by the clock as it was then.
    offsets[phone] = before
    return declined(shown.failure)
  }

  const runOff = (state: State, { offset, phone, revealed }: Of<"RunOff">): Answer => {
    const before = offsets[phone]!
    offsets[phone] = offset
    const run = Effect.runSync(Effect.result(wallets[phone]!.make({ revealed })))
    offsets[phone] = before
    return Result.isSuccess(run) ? made(state, phone, run.success) : declined(run.failure)
  }

  const screenOf = (phone: number): Wallet.Screen | undefined => Effect.runSync(wallets[phone]!.screen)

  // -------------------------------------------------------------------------------------------------------------------
  // Codes of the adversary's
  // -------------------------------------------------------------------------------------------------------------------

  /** The alias that names a phone, in a code for a position; undefined where it has none. */
  const aliasOf = (phone: number, position: number): string | undefined => {
    if (format.alias === "none") return ""
    if (format.alias === "masked-index") return read((ledger) => ledger.aliasOf(wallets[phone]!.account))
    const last = credentialsOf(phone).at(-1)
    return last && TokenSource.aliases(format, last)(position)
  }

  /** Wrong digits for each phone that they are meant for: the same whenever they are sent. */
  const wrong = new Map<number, string>()

  const wrongDigits = (phone: number): string => {
    const known = wrong.get(phone)
    if (known !== undefined) return known
    const alias = aliasOf(phone, Time.stepAt(scheme, trial.now))!
    const [prefix] = format.prefixes
    const code = Codec.encode(format, { prefix, alias, proof: "7".padStart(format.otpDigits, "0") })
    wrong.set(phone, code)
    return code
  }

  /** The digits of a request: the alias of one phone, before the proof of another's code. */
  const requested = ({ alias, key }: Pick<Request, "alias" | "key">): string => {
    if (key.position === nowhere) return wrongDigits(alias)
    const digits = digitsOf(key)
    if (alias === key.phone || format.alias === "none") return digits
    const parts = Result.getOrThrow(Codec.decode(format, digits))
    return Codec.encode(format, { ...parts, alias: aliasOf(alias, key.position)! })
  }

  /**
   * Whether digits are, by chance, those of another code than the one that they are for, and could be accepted as it.
   * Before another phone's alias they are for none.
   */
  const coincides = (code: string, key: Key, isForeign = false): boolean => {
    const parts = Result.getOrThrow(Codec.decode(format, code))
    return wallets.some((_, phone) =>
      credentialsOf(phone).some((credential, generation) => {
        const window = Positions.windowAt(rules, { issuedAt: credential.issuedAt, lostUntil: undefined }, trial.now)
        return TokenSource.read(format, credential, window, parts).some(({ positions, revealed }) =>
          positions.some(
            (position) =>
              isForeign ||
              phone !== key.phone ||
              generation !== key.generation ||
              position !== key.position ||
              revealed !== key.revealed
          )
        )
      })
    )
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Tills
  // -------------------------------------------------------------------------------------------------------------------

  /** What the provider last answered to a till, heard or not. */
  let answer: Told | undefined
  let isHeard = true
  const over = (order: string, decided: Effect.Effect<Told, Unavailable, Provider.Provider>) =>
    Effect.suspend(() => {
      answer = trial.run(decided)
      return isHeard ? Effect.succeed(answer) : Effect.fail(new Till.NoAnswer({ order }))
    })
  const way: Till.Way = {
    pay: (request) =>
      over(
        request.order,
        Provider.Provider.use((provider) => provider.pay(request))
      ),
    query: (order) =>
      over(
        order.order,
        Provider.Provider.use((provider) => provider.query(order))
      ),
    reverse: (order) =>
      over(
        order.order,
        Provider.Provider.use((provider) => provider.reverse(order))
      )
  }
  const tillClock = Trial.clock(() => trial.now * 1000)
  const tills = Array.from({ length: scope.merchants }, (_, index) => {
    const { merchant } = numberOf(index, 0)
    const noticeKey = ask((provider) => provider.enlist(merchant))
    const till = Till.make({ rules, merchant, terminal, noticeKey, way })
    return Effect.runSync(Effect.provideService(till, Clock.Clock, tillClock))
  })

  const scan = (state: State, merchant: number, code: string, amount: number): Answer => {
    const { order } = numberOf(merchant, state.orders.length)
    const scanned = Effect.runSync(Effect.result(tills[merchant]!.scan({ order, code, amount })))
    return Result.isSuccess(scanned) ? nothing : declined(scanned.failure)
  }

  /** A till sends something, and hears the answer or not. */
  const send = (
    heard: boolean,
    what: (till: Till.Till, order: string) => Effect.Effect<Told, Till.NoAnswer>,
    merchant: number,
    order: number
  ): Answer => {
    isHeard = heard
    Effect.runSync(Effect.ignore(what(tills[merchant]!, numberOf(merchant, order).order)))
    return { _tag: "Answered", answer: answer! }
  }

  const deliver = (state: State, { heard, order: index, what }: Of<"Deliver">): Answer => {
    const order = state.orders[index]!
    const number = numberOf(order.merchant, index)
    if (what === "reversal") return send(heard, (till, to) => till.sendReversal(to), order.merchant, index)
    const { request } = Effect.runSync(tills[order.merchant]!.order(number.order))!
    if (!order.taken && coincides(request.code, order)) return coincidence
    return send(heard, (till, to) => till.pay(to), order.merchant, index)
  }

  const notice = (state: State, { forged, order: index }: Of<"Notice">): Answer => {
    const { amount, merchant } = state.orders[index]!
    const number = numberOf(merchant, index)
    const said = { ...number, amount }
    const forgery = { ...said, tag: Provider.tagOf(Redacted.make(new Uint8Array(32)), said) }
    const told = forged ? forgery : ask((provider) => provider.notice(number))
    if (told === undefined) return { _tag: "Dark" }
    Effect.runSync(tills[merchant]!.notified(told))
    return nothing
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Step-up, and the adversary's merchant
  // -------------------------------------------------------------------------------------------------------------------

  const promptOf = (state: State, index: number): Provider.Prompt => {
    const { amount, merchant } = state.orders[index]!
    return { ...numberOf(merchant, index), amount }
  }

  const approve = (state: State, index: number): Answer => {
    const { amount, order } = promptOf(state, index)
    const { account } = wallets[state.orders[index]!.phone]!
    const waiting = ask((provider) => provider.prompts(account))
    return { _tag: "Prompted", waits: waiting.some((prompt) => prompt.order === order && prompt.amount === amount) }
  }

  const authenticate = (state: State, { order, to }: Of<"Authenticate">): Answer => {
    const wallet = wallets[state.orders[order]!.phone]!
    const told = trial.run(Effect.orDie(wallet.approve(promptOf(state, to), true, Trial.password)))
    return told === undefined ? { _tag: "Dark" } : { _tag: "Answered", answer: told }
  }

  const pay = (state: State, { order, request }: Of<"Pay">): Answer => {
    const index = order < 0 ? state.orders.length : order
    const code = requested(request)
    const isBefore = format.alias !== "none" && isForeign(request)
    if (!(order >= 0 && state.orders[order]!.taken) && coincides(code, request.key, isBefore)) return coincidence
    const { amount } = request
    return {
      _tag: "Answered",
      answer: ask((provider) => provider.pay({ ...numberOf(own, index), terminal, code, amount }))
    }
  }

  const meddle = ({ amount, number, order, what }: Of<"Meddle">): Answer => {
    const asked = numberOf(own, order)
    const told = ask((provider) => {
      switch (what) {
        case "query":
          return provider.query(asked)
        case "reversal":
          return provider.reverse(asked)
        case "refund":
          return provider.refund({ ...asked, refund: `refund ${number}`, amount })
      }
    })
    return { _tag: "Answered", answer: told }
  }

  let floods = 0

  /** Wrong digits, under new order numbers: until they are refused unread where the alias is throttled, and else once. */
  const flood = ({ merchant, phone }: Of<"Flood">): Answer => {
    const code = wrongDigits(phone)
    const wrongKey: Key = { phone, generation: 0, position: nowhere, revealed: false }
    if (coincides(code, wrongKey)) return coincidence
    const most = merchant === own ? (scheme.throttle.perAliasDay ?? 1) : 1
    for (let sent = 0; sent < most; sent++) {
      const number = { ...numberOf(merchant, 0), order: `flood ${floods++}` }
      if (ask((provider) => provider.pay({ ...number, terminal, code, amount: 1 })) === "THROTTLED") break
    }
    return nothing
  }

  const act = (state: State, action: Action): Answer => {
    switch (action._tag) {
      case "Sign":
        ask((provider) => provider.sign(accounts[action.account]!))
        return nothing
      case "Withdraw":
        ask((provider) => provider.withdraw(accounts[action.account]!))
        return nothing
      case "Enroll":
        return enroll(action)
      case "Confirm":
        trial.run(Effect.orDie(wallets[action.phone]!.confirm))
        return nothing
      case "Revoke":
        ask((provider) => provider.revoke(wallets[action.phone]!.phone))
        return nothing
      case "Wipe":
        return trial.run(wallets[action.phone]!.checkIn) ? nothing : { _tag: "Dark" }
      case "Show":
        return show(state, action)
      case "RunOut": {
        const { left, show } = wallets[action.phone]!
        while (Effect.runSync(left) > 0) Effect.runSync(Effect.orDie(show()))
        return nothing
      }
      case "Approve":
        return approve(state, action.order)
      case "Authenticate":
        return authenticate(state, action)
      case "Scan": {
        const screen = screenOf(action.phone)
        if (screen === undefined) return { _tag: "Dark" }
        return scan(state, state.phones[action.phone]!.till, screen.code, action.amount)
      }
      case "Present":
        return scan(state, action.merchant, requested({ alias: action.key.phone, key: action.key }), action.amount)
      case "Deliver":
        return deliver(state, action)
      case "Query":
        return send(true, (till, order) => till.query(order), state.orders[action.order]!.merchant, action.order)
      case "Reverse": {
        const { merchant } = state.orders[action.order]!
        const reverses = tills[merchant]!.reverse(numberOf(merchant, action.order).order)
        return Effect.runSync(reverses) ? nothing : { _tag: "Dark" }
      }
      case "Notice":
        return notice(state, action)
      case "Capture": {
        const screen = screenOf(action.phone)
        return screen === undefined ? { _tag: "Dark" } : made(state, action.phone, screen)
      }
      case "RunOff":
        return runOff(state, action)
      case "Pay":
        return pay(state, action)
      case "Meddle":
        return meddle(action)
      case "Flood":
        return flood(action)
      case "Close": {
        const { merchant } = state.orders[action.order]!
        return { _tag: "Answered", answer: ask((provider) => provider.close(numberOf(merchant, action.order))) }
      }
      case "Crash":
        trial.restart()
        return nothing
      case "Advance":
        trial.now += action.seconds
        return nothing
      case "Guess":
        // What the adversary hits upon is known to it alone.
        return nothing
      default:
        throw new Error(`action: expected one of a single provider's, found ${action._tag}`)
    }
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What cannot be done
  // -------------------------------------------------------------------------------------------------------------------

  /** Order numbers that were first used with another's alias. */
  const isForeign = ({ alias, key }: Pick<Request, "alias" | "key">): boolean => alias !== key.phone
  const foreign = new Set<number>()

  const ofRequest = ({ alias, key }: Pick<Request, "alias" | "key">): Obstacle | undefined => {
    const isWrong = key.position === nowhere
    if (isWrong && format.alias === "none" && alias !== 0) return "no alias"
    if (aliasOf(alias, 0) === undefined) return "no digits"
    const isOneIndex =
      format.alias === "masked-index" &&
      !isWrong &&
      alias !== key.phone &&
      accountOf(world, alias) === accountOf(world, key.phone)
    if (isOneIndex) return "one index"
    const isBeyond = format.alias === "none" && key.position >= Positions.supply(rules)
    return isBeyond ? "beyond the list" : undefined
  }

  const ofPayment = (state: State, { order, request }: Of<"Pay">): Obstacle | undefined => {
    const found = ofRequest(request)
    if (found !== undefined) return found
    if (!scheme.order.bindsCode) return undefined
    if (order >= 0) return isForeign(request) || foreign.has(order) ? "foreign alias" : undefined
    if (isForeign(request)) foreign.add(state.orders.length)
    return undefined
  }

  const obstacle = (state: State, action: Action): Obstacle | undefined => {
    switch (action._tag) {
      case "Pay":
        return ofPayment(state, action)
      case "Present":
        return ofRequest({ alias: action.key.phone, key: action.key })
      case "Flood": {
        const key: Key = { phone: action.phone, generation: 0, position: nowhere, revealed: false }
        return ofRequest({ alias: format.alias === "none" ? 0 : action.phone, key })
      }
      default:
        return undefined
    }
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Books
  // -------------------------------------------------------------------------------------------------------------------

  const recordOf = (merchant: number, index: number): Books["orders"][number]["record"] => {
    const row = read((ledger) => ledger.order(numberOf(merchant, index)))
    if (row === undefined) return undefined
    const { amount, at, day, free, reason, refunded, status } = row
    return { status, reason, amount, at, day, free, refunded }
  }

  const books = (state: State): Books => ({
    accounts: accounts.map((number) => {
      const { agreement, balance, reserved } = read((ledger) => ledger.account(number))
      return { agreement, balance, available: balance - reserved }
    }),
    phones: wallets.map(({ left }, phone) => ({
      statuses: credentialsOf(phone).map(({ status }) => status),
      left: Effect.runSync(left)
    })),
    orders: state.orders.map(({ merchant }, index) => ({
      record: recordOf(merchant, index),
      view: merchant === own ? undefined : Effect.runSync(tills[merchant]!.order(numberOf(merchant, index).order))?.view
    }))
  })

  return { obstacle, act, books }
}
