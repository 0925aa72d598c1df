/**
 * Cast: who the parties of the model are in the implementation. Accounts have the numbers that the provider gave them, phones
 * are wallets, honest merchants have tills, and orders have numbers. With it goes what the driver of a run must remember of
 * what it had them do.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Till from "../../impl/till/Till.ts"
import * as Wallet from "../../impl/wallet/Wallet.ts"
import { SecureHardware } from "../../impl/wallet/Wallet.ts"
import type { Answer as Told } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import {
  accountOf,
  adversary,
  type Node,
  type Request,
  roguePhone,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import type { Faults } from "../planted/Planted.ts"
import * as Bonds from "./Bonds.ts"
import * as Deployment from "./Deployment.ts"
import * as Message from "./Message.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

/** What the implementation of a run is built with. */
export interface DriverOptions extends Bonds.Otherwise {
  /** The rules that it follows: other ones than the model's, where a difference is to be found. */
  readonly rules: Rules
  /** Where the provider is; in this process, unless given. */
  readonly site?: Deployment.Site
}

/** A phone of the model: a wallet, whose clock was never right. */
export interface Phone {
  /** The provider's number of its account. */
  readonly account: number
  /** The provider's number of the phone. */
  readonly phone: number
  readonly wallet: Wallet.Wallet
  /** By how many seconds its corrected clock is off. */
  readonly clock: { offset: number }
}

/** The line from the tills to the provider. */
export interface Line {
  /** The node that a till's message reaches. */
  node: Node
  /** What it answered last. */
  answer: Told | undefined
  /** Whether the till hears it. */
  isHeard: boolean
}

/** What the driver must remember of a run. */
export interface Memory {
  /** The answers that owners have given, each to the challenge of an order. */
  readonly answers: Map<number, string>
  /** Wrong digits for each phone that they are meant for: the same whenever they are sent. */
  readonly wrong: Map<number, string>
  /** By credential and step, the aliases that were made with a key. */
  readonly aliases: Map<string, string>
  /** The digits that an order of the adversary's merchant was decided on, or will be, and what they stood for. */
  readonly firsts: Map<number, Pick<Request, "alias" | "key"> & { readonly code: string }>
  /** How many order numbers floods have used. */
  floods: number
  /** How many payouts there were. */
  payouts: number
  /** By day and account, the wrong answers that the provider has counted, and those under way: see `WrongAnswers.ts`. */
  readonly wrongAnswers: Map<string, number>
  /** The wrong codes that the provider has counted: see `WrongCodes.ts`. */
  readonly wrongCodes: {
    /** By day and by what they are counted under, how many there were. */
    readonly counted: Map<string, number>
    /** By the same, how many requests are under way. */
    readonly underWay: Map<string, number>
    /** The order numbers whose codes were counted. */
    readonly orders: Set<string>
  }
}

/** The parties of a run. Everything is by its number in the model. */
export interface Cast {
  readonly world: World
  /** The rules of the implementation. */
  readonly rules: Rules
  readonly site: Deployment.Site
  readonly deployment: Deployment.Deployment
  /** The time at node 0, in seconds. */
  readonly time: { now: number }
  /** The provider's numbers of the accounts. */
  readonly accounts: ReadonlyArray<number>
  readonly phones: ReadonlyArray<Phone>
  readonly tills: ReadonlyArray<Till.Till>
  readonly line: Line
  /**
   * What was read of the credentials of each phone last. Their secrets stay, and how they stand is read for the books.
   */
  readonly credentials: Map<number, ReadonlyArray<Ledger.Credential>>
  readonly numbers: OrderNumbers.OrderNumbers
  readonly bonds: Bonds.Bonds
  readonly memory: Memory
}

/** The terminal that every request comes from. */
export const terminal = "till"

// ---------------------------------------------------------------------------------------------------------------------
// The first state of a run
// ---------------------------------------------------------------------------------------------------------------------

/** What the parties are set up in. */
interface Setup extends Pick<Cast, "world" | "rules" | "deployment" | "time"> {
  readonly random: ReturnType<typeof Fixtures.randomness>
}

const numbersTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

const openAccount = Effect.fnUntraced(function* ({ deployment, world: { scope } }: Setup, account: number) {
  const provider = deployment.provider(0)
  const number = yield* Message.needed(
    provider.enrollment.open({
      balance: scope.opening.balance,
      password: Fixtures.password,
      telephone: Fixtures.telephone(account),
      pin: Fixtures.pin
    })
  )
  if (account < scope.members) yield* Message.needed(provider.enrollment.sign(number))
  return number
})

/** Phones are wrong by odd amounts, each by its own. */
const millisAhead = (phone: number): number => (phone % 2 === 0 ? 1 : -1) * (phone + 1) * 123_456_789

const walletOf = Effect.fnUntraced(function* ({ random, rules }: Setup, owner: Wallet.Owner, clock: Clock.Clock) {
  const { mac } = rules.scheme.code
  const hardware = yield* Effect.provideService(
    SecureHardware.simulated({
      algorithm: mac === "none" ? "HMAC-SHA-256" : mac,
      attempts: 1,
      choosePin: Effect.succeed(Fixtures.pin),
      store: SecureHardware.forgetful,
      cost: 2
    }),
    SecureRandom.SecureRandom,
    random
  )
  const made = Wallet.make(rules, owner, Wallet.forgetful, hardware)
  return yield* Effect.provideService(made, Clock.Clock, clock)
})

/** Registers a phone of an account. All but the adversary's are signed in; those of members hold a credential. */
const registerPhone = Effect.fnUntraced(function* (
  setup: Setup,
  index: number,
  account: number
): Effect.fn.Return<Phone> {
  const { deployment, time, world } = setup
  const provider = deployment.provider(0)
  const phone = yield* Message.needed(provider.enrollment.register(account))
  const clock = { offset: 0 }
  const ownClock = Fixtures.clock(() => (time.now + clock.offset) * 1000 + millisAhead(index))
  const wallet = yield* walletOf(setup, { account, phone }, ownClock)
  if (index !== roguePhone(world)) {
    yield* Message.needed(provider.enrollment.signIn(phone))
    if (accountOf(world, index) < world.scope.members) {
      yield* Message.needed(Message.online(Effect.andThen(wallet.enroll, wallet.confirm))(provider))
    }
  }
  return { account, phone, wallet, clock }
})

/** The way of tills to the provider, by a line. */
const wayOf = ({ deployment }: Setup, line: Line): Till.Way => {
  const over = <E>(order: string, call: Message.Call<Told, E>) =>
    Effect.gen(function* () {
      line.answer = yield* Message.needed(call(deployment.provider(line.node)))
      return line.isHeard ? line.answer : yield* new Till.NoAnswer({ order })
    })
  return {
    pay: (request) => over(request.order, (provider) => provider.verification.pay(request)),
    query: (order) => over(order.order, (provider) => provider.settlement.query(order)),
    reverse: (order) => over(order.order, (provider) => provider.settlement.reverse(order))
  }
}

const enlistTill = Effect.fnUntraced(function* ({ deployment, rules, time }: Setup, index: number, way: Till.Way) {
  const merchant = OrderNumbers.merchantOf(index)
  const name = OrderNumbers.nameOf(index)
  const noticeKey = yield* Message.needed(deployment.provider(0).relay.enlist(merchant, name))
  const till = Till.make({ rules, merchant, name, terminal, noticeKey, way })
  const clock = Fixtures.clock(() => time.now * 1000)
  return yield* Effect.provideService(till, Clock.Clock, clock)
})

/** Nodes that compare requests with what codes are made over where something is left out of that. */
const comparing = (deployment: Deployment.Deployment, { compared }: Faults.LeftOut): Deployment.Deployment => ({
  ...deployment,
  provider: (node) => {
    const provider = deployment.provider(node)
    return { ...provider, verification: { pay: (request) => provider.verification.pay(compared(request)) } }
  }
})

/** Deploys a provider and sets up its parties, as they are in the first state of a run. */
export const make = Effect.fnUntraced(function* (
  world: World,
  { leftOut, nonce, rules, site = Deployment.local }: DriverOptions
): Effect.fn.Return<Cast, never, Scope.Scope> {
  const { scope } = world
  const deployed = yield* site.deploy({ world, rules })
  const deployment = leftOut === undefined ? deployed : comparing(deployed, leftOut)
  const time = { now: scope.starts[0]! }
  yield* deployment.setClock(time.now)
  const random = Fixtures.randomness("twin")
  const setup: Setup = { world, rules, deployment, time, random }
  const accounts = yield* Effect.forEach(numbersTo(scope.accounts), (account) => openAccount(setup, account))
  const phones = yield* Effect.forEach(scope.phones, (owner, index) => registerPhone(setup, index, accounts[owner]!))
  const line: Line = { node: 0, answer: undefined, isHeard: true }
  const way = wayOf(setup, line)
  const tills = yield* Effect.forEach(numbersTo(scope.merchants), (merchant) => enlistTill(setup, merchant, way))
  return {
    world,
    rules,
    site,
    deployment,
    time,
    accounts,
    phones,
    tills,
    line,
    credentials: new Map(),
    numbers: OrderNumbers.none(),
    bonds: Bonds.none(world, random, { ...(nonce !== undefined && { nonce }), ...(leftOut && { leftOut }) }),
    memory: {
      answers: new Map(),
      wrong: new Map(),
      firsts: new Map(),
      aliases: new Map(),
      floods: 0,
      payouts: 0,
      wrongAnswers: new Map(),
      wrongCodes: { counted: new Map(), underWay: new Map(), orders: new Set() }
    }
  }
})

// ---------------------------------------------------------------------------------------------------------------------
// Who is who
// ---------------------------------------------------------------------------------------------------------------------

/** The time at a node, in seconds. */
export const clockOf = ({ time, world }: Cast, node: Node): number =>
  time.now + node * world.rules.scheme.clock.nodeSkew

/** The telephone number of a phone's owner. */
export const telephoneOf = ({ world }: Cast, phone: number): string => Fixtures.telephone(accountOf(world, phone))

/** The merchant and the number of an order of a state. */
export const numberOf = ({ numbers }: Cast, state: State, order: number): Ledger.OrderNumber =>
  OrderNumbers.numberOf(numbers, state.orders[order]!.merchant, order)

/** The credentials that a phone was ever issued, earliest first, as the ledger has them now. */
export const readCredentials = (
  { credentials: read, deployment, phones }: Cast,
  phone: number
): Effect.Effect<ReadonlyArray<Ledger.Credential>> =>
  Effect.map(Message.needed(deployment.ledger.credentials.phone(phones[phone]!.phone)), ({ credentials }) => {
    read.set(phone, credentials)
    return credentials
  })

/** The same, as far as their secrets go: they are read when the phone was issued another. */
export const credentialsOf = (cast: Cast, phone: number): Effect.Effect<ReadonlyArray<Ledger.Credential>> =>
  Effect.suspend(() => {
    const credentials = cast.credentials.get(phone)
    return credentials === undefined ? readCredentials(cast, phone) : Effect.succeed(credentials)
  })

/** Why a node cannot be asked to pay: it has begun a new day before the first, which has seen too many wrong codes alone. */
export const obstacleOfDay = (cast: Cast, state: State, node: Node): Obstacle | undefined => {
  const { scheme } = cast.rules
  const isThrottled = state.accounts.some(({ throttled }) => throttled)
  return isThrottled && Time.dayAt(scheme, clockOf(cast, node)) > Time.dayAt(scheme, cast.time.now)
    ? "a new day"
    : undefined
}

/** The adversary's merchant, or -1 where it has none. */
export const ownMerchant = ({ world }: Cast): number => adversary(world)
