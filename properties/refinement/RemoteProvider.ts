/**
 * Remote provider: a provider that is asked over HTTP, each question by whoever it is of: the operator, an owner, a phone, a
 * merchant, or the network of short messages.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Client, Problem } from "../../impl/http/Http.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import { Database } from "../../impl/ledger/Ledger.ts"
import type * as Provider from "../../impl/provider/Provider.ts"
import { Refused } from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"

/** What parties were given at their enrollment, whichever node gave it. */
export interface Keys {
  readonly phones: Map<number, { readonly account: number; readonly key: Ledger.Key }>
  /** Of each account a phone that no run knows of, and so revokes: on it its owner answers. */
  readonly owners: Map<number, Client.Device>
  readonly merchants: Map<string, Ledger.Key>
}

/** The keys of a provider that has enrolled nobody. */
export const noKeys = (): Keys => ({ phones: new Map(), owners: new Map(), merchants: new Map() })

/** Where a provider is, and what it is asked with. */
export interface Link {
  /** Its address now: another after a restart. */
  readonly url: () => string
  readonly operatorKey: Ledger.Key
  readonly keys: Keys
  /** The clock by which requests are signed. */
  readonly clock: Clock.Clock
}

// ---------------------------------------------------------------------------------------------------------------------
// Who asks
// ---------------------------------------------------------------------------------------------------------------------

const unavailable = (error: unknown): Database.Unavailable =>
  new Database.Unavailable({ because: error instanceof Error ? error.message : String(error) })

/**
 * Refusals are answers. A request that was denied is a mistake of whoever wrote it down here; whatever else comes back, or
 * does not, is no answer.
 */
const answered = <A, E, R>(
  request: Effect.Effect<A, E, R>
): Effect.Effect<A, Extract<E, Refused.Refused> | Database.Unavailable, R> =>
  Effect.catch(request, (error): Effect.Effect<never, Extract<E, Refused.Refused> | Database.Unavailable> => {
    if (error instanceof Refused.Refused) return Effect.fail(error as Extract<E, Refused.Refused>)
    return Problem.isProblem(error) ? Effect.die(error) : Effect.fail(unavailable(error))
  })

const network = Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)

const services = Effect.runSync(Layer.build(network).pipe(Scope.provide(Scope.makeUnsafe())))

/** Asks with a client, which is made for the question: the provider may have moved. */
const asking = <C, A, E, E2>(
  { clock, url }: Link,
  client: (options: Client.ClientOptions) => Effect.Effect<C, E2, Layer.Success<typeof network>>,
  ask: (client: C) => Effect.Effect<A, E>
): Effect.Effect<A, E | E2> => {
  const provided = <B, F>(request: Effect.Effect<B, F, Layer.Success<typeof network>>): Effect.Effect<B, F> =>
    Effect.provideService(Effect.provideContext(request, services), Clock.Clock, clock)
  return Effect.flatMap(provided(Effect.suspend(() => client({ url: url() }))), (made) => provided(ask(made)))
}

type Operator = Effect.Success<ReturnType<typeof Client.operator>>
type Owner = Effect.Success<ReturnType<typeof Client.owner>>
type Network = Effect.Success<ReturnType<typeof Client.network>>

const asOperator = <A, E>(link: Link, ask: (operator: Operator) => Effect.Effect<A, E>) =>
  answered(asking(link, (options) => Client.operator({ ...options, key: link.operatorKey }), ask))

const asOwner = <A, E>(link: Link, ask: (owner: Owner) => Effect.Effect<A, E>) =>
  answered(asking(link, Client.owner, ask))

const asPhone = <A, E>(link: Link, phone: number, ask: (phone: Client.Phone) => Effect.Effect<A, E>) =>
  answered(asking(link, (options) => Client.phone({ ...options, phone, key: link.keys.phones.get(phone)!.key }), ask))

/** What comes back is not read yet: a merchant has problems of its own that are answers. */
const asMerchant = <A, E>(link: Link, merchant: string, ask: (merchant: Client.Merchant) => Effect.Effect<A, E>) =>
  asking(link, (options) => Client.merchant({ ...options, merchant, key: link.keys.merchants.get(merchant)! }), ask)

const asNetwork = <A, E>(link: Link, ask: (network: Network) => Effect.Effect<A, E>) =>
  answered(asking(link, Client.network, ask))

// ---------------------------------------------------------------------------------------------------------------------
// What is asked
// ---------------------------------------------------------------------------------------------------------------------

const { password } = Fixtures

/** The account that a phone is registered for. */
const accountOf = ({ keys }: Link, phone: number): number => keys.phones.get(phone)!.account

/** Asks from the phone that an account's owner answers on. One that is refused there is no owner. */
const onOwners = <A, E>(
  link: Link,
  account: number,
  ask: (phone: Client.Phone, number: number) => Effect.Effect<A, E>
) => {
  const device = link.keys.owners.get(account)!
  return unrefused(
    answered(
      asking(
        link,
        (options) => Client.phone({ ...options, ...device }),
        (phone) => ask(phone, device.phone)
      )
    )
  )
}

/** An answer to what is never refused. */
const unrefused = <A, E>(request: Effect.Effect<A, E>): Effect.Effect<A, Exclude<E, Refused.Refused>> =>
  Effect.catch(
    request,
    (error): Effect.Effect<never, Exclude<E, Refused.Refused>> =>
      error instanceof Refused.Refused ? Effect.die(error) : Effect.fail(error as Exclude<E, Refused.Refused>)
  )

/** Adds the phone that the owner of an account answers on, with its first. */
const ownersPhone = (link: Link, account: number) =>
  link.keys.owners.has(account)
    ? Effect.void
    : Effect.map(
        asOwner(link, (owner) => owner.register({ account, password })),
        (device) => {
          link.keys.owners.set(account, device)
        }
      )

const never = (what: string) => Effect.die(new Error(`${what} is not asked for from a distance`))

const enrollment = (link: Link): Provider.Provider["enrollment"] => ({
  open: (opening) => asOperator(link, (operator) => operator.open(opening)),
  sign: (account) => asOwner(link, (owner) => owner.sign({ account, password })),
  withdraw: (account) => asOwner(link, (owner) => owner.withdraw({ account, password })),
  register: (account) =>
    Effect.map(
      Effect.tap(
        asOperator(link, (operator) => operator.device(account)),
        () => ownersPhone(link, account)
      ),
      ({ key, phone }) => {
        link.keys.phones.set(phone, { account, key })
        return phone
      }
    ),
  signIn: (phone) => asPhone(link, phone, ({ signIn }) => signIn({ account: accountOf(link, phone), password })),
  enroll: (phone) => asPhone(link, phone, ({ online }) => online.enroll(phone)),
  // The revocation of a phone may arrive before what it confirms: that changes nothing then, refused or not.
  confirm: (phone, credential) =>
    asPhone(link, phone, ({ online }) =>
      Effect.catchTag(online.confirm(phone, credential), "Refused", () => Effect.void)
    ),
  revoke: (phone) => asOwner(link, (owner) => owner.revoke({ account: accountOf(link, phone), password }, phone)),
  standing: (phone, credential) => asPhone(link, phone, ({ online }) => online.standing(phone, credential))
})

const relay = (link: Link): Provider.Provider["relay"] => ({
  key: () => never("a key"),
  enlist: (merchant, name) =>
    Effect.map(
      asOperator(link, (operator) => operator.enlist(merchant, name === undefined ? {} : { name })),
      ({ key, noticeKey }) => {
        link.keys.merchants.set(merchant, key)
        return noticeKey
      }
    ),
  nameOf: () => never("a merchant's name"),
  // Its client enlists a terminal as it first asks.
  enlistTerminal: () => never("a terminal"),
  hasTerminal: () => never("a terminal"),
  notice: (order) =>
    asMerchant(link, order.merchant, (merchant) => merchant.notice(order)).pipe(
      Effect.catchIf(
        (error) => "error" in error && error.error === "NOTICE_UNKNOWN",
        () => Effect.succeed(undefined)
      ),
      answered
    )
})

const verification = (link: Link): Provider.Provider["verification"] => ({
  pay: (request) => answered(asMerchant(link, request.merchant, (merchant) => merchant.pay(request)))
})

const stepUp = (link: Link): Provider.Provider["stepUp"] => ({
  askedOn: (phone) =>
    Effect.as(
      asPhone(link, phone, ({ online }) => online.prompts(phone)),
      accountOf(link, phone)
    ),
  prompts: (account) => onOwners(link, account, ({ online }, phone) => online.prompts(phone)),
  authenticate: (approval) => onOwners(link, approval.account, ({ online }) => online.authenticate(approval)),
  owns: () => never("a password by itself"),
  unlock: (account) => answered(asOperator(link, (operator) => operator.unlock(account))),
  receive: ({ from, text }) => asNetwork(link, (network) => network.send(from, text)),
  sendUnsent: Effect.succeed(0)
})

const settlement = (link: Link): Provider.Provider["settlement"] => ({
  query: (order) => answered(asMerchant(link, order.merchant, (merchant) => merchant.query(order))),
  reverse: (order) => answered(asMerchant(link, order.merchant, (merchant) => merchant.reverse(order))),
  standing: () => never("an order's amounts"),
  refund: (refund) => answered(asMerchant(link, refund.merchant, (merchant) => merchant.refund(refund))),
  queryRefund: (refund) => answered(asMerchant(link, refund.merchant, (merchant) => merchant.queryRefund(refund))),
  payOut: (payout) => asOperator(link, (operator) => operator.payOut(payout)),
  close: (order) => asOperator(link, (operator) => operator.close(order)),
  closeOverdue: never("a timer")
})

/** A provider that is asked over HTTP, by whoever each question is of. */
export const over = (link: Link): Provider.Provider => ({
  enrollment: enrollment(link),
  relay: relay(link),
  verification: verification(link),
  stepUp: stepUp(link),
  settlement: settlement(link)
})
