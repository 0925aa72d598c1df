/** Adversary driver: plays what the adversary sends to the provider, as a merchant and under the names of payers. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Challenge, Pin } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Answer as Told } from "../../model/Order.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { indexOf, type Of, type State } from "../../model/system/System.ts"
import * as Bonds from "./Bonds.ts"
import { type Cast, credentialsOf, obstacleOfDay, ownMerchant, terminal } from "./Cast.ts"
import * as Digits from "./Digits.ts"
import * as Message from "./Message.ts"
import { answered, coincidence, nothing, type Observation } from "./Observation.ts"
import type { Obstacle } from "./Obstacle.ts"
import * as OrderNumbers from "./OrderNumbers.ts"
import * as ShortMessages from "./ShortMessages.ts"
import * as WrongCodes from "./WrongCodes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Requests of its merchant
// ---------------------------------------------------------------------------------------------------------------------

/** The place of the order that a request is for. */
const placeOf = (state: State, { order }: Of<"Pay">): number => (order < 0 ? state.orders.length : order)

/** Whether a request is for an order that the provider has decided. */
const isTaken = (state: State, { order }: Of<"Pay">): boolean => order >= 0 && state.orders[order]!.taken

const saleOf = (cast: Cast, { request }: Of<"Pay">): Bonds.Sale => ({
  merchant: ownMerchant(cast),
  key: request.key,
  amount: request.amount,
  presented: false
})

/** The request of an action, by what a wrong code in it is counted under. */
const askedBy = (cast: Cast, action: Of<"Pay">, state: State): WrongCodes.Asked => {
  const { node, request } = action
  const merchant = ownMerchant(cast)
  const { order } = OrderNumbers.numberOf(cast.numbers, merchant, placeOf(state, action))
  return { merchant, terminal, order, account: Digits.named(cast, request), node }
}

/** The digits of a request; of one that is sent again those that it came with, whatever was made of its step since. */
const sentAgain = Effect.fnUntraced(function* (cast: Cast, index: number, request: Digits.Named) {
  const { firsts } = cast.memory
  const what = `${request.alias} ${Bonds.keyText(request.key)}`
  const before = firsts.get(index)
  if (before?.what === what) return before.code
  const code = yield* Digits.requested(cast, request)
  if (before === undefined) firsts.set(index, { what, code })
  return code
})

/** Its merchant asks for money; undefined where the digits stand for two terms. */
export const pay = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Pay">,
  state: State
): Effect.fn.Return<Message.Message | undefined> {
  const { numbers } = cast
  const { node, request } = action
  const { amount, key } = request
  const sale = saleOf(cast, action)
  const { merchant } = sale
  const index = placeOf(state, action)
  Bonds.assign(cast, state, { key, merchant, index }, yield* Bonds.fitOf(cast.bonds, state, sale))
  const code = yield* sentAgain(cast, index, request)
  const isForeign = cast.rules.scheme.code.alias !== "none" && Digits.isForeign(request)
  const transaction = OrderNumbers.transactionOf(numbers, merchant, index, amount)
  const isTwo = !isTaken(state, action) && (yield* Digits.coincides(cast, { code, key, node, isForeign, transaction }))
  if (isTwo) return undefined
  const number = OrderNumbers.numberOf(numbers, merchant, index)
  const sending = { ...number, terminal, code, amount, ...OrderNumbers.nonceOf(numbers, index) }
  const sent = Message.to(cast.deployment, node, (provider) => provider.verification.pay(sending), answered)
  return WrongCodes.counting(cast, askedBy(cast, action, state), sent)
})

/** Why its merchant cannot ask for money. */
export const obstacleOfPay = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Pay">,
  state: State
): Effect.fn.Return<Obstacle | undefined> {
  const { node, order, request } = action
  const early =
    obstacleOfDay(cast, state, node) ??
    WrongCodes.obstacleOf(cast, state, placeOf(state, action), askedBy(cast, action, state))
  if (early !== undefined) return early
  const { foreign } = cast.memory
  const sale = saleOf(cast, action)
  const index = placeOf(state, action)
  const fit = isTaken(state, action) ? undefined : yield* Bonds.fitOf(cast.bonds, state, sale)
  const found = (yield* Digits.obstacleOf(cast, request)) ?? Bonds.obstacleOf(cast.numbers, sale.merchant, index, fit)
  if (found !== undefined) return found
  // Who makes codes can make two of one step at once, over two transactions; in the model there is one of each step.
  const isPromised = fit !== undefined && cast.bonds.promised.has(Bonds.keyText(request.key))
  if (isPromised && indexOf(state.codes, request.key) < 0) return "one transaction"
  if (!cast.rules.scheme.order.bindsCode) return undefined
  if (order >= 0) return Digits.isForeign(request) || foreign.has(order) ? "foreign alias" : undefined
  if (Digits.isForeign(request)) foreign.add(index)
  return undefined
})

/** Its merchant queries, reverses or refunds an order number. */
export const meddle = (cast: Cast, { amount, node, number, order, what }: Of<"Meddle">): Message.Message => {
  const requested = OrderNumbers.numberOf(cast.numbers, ownMerchant(cast), order)
  const calls: { readonly [What in typeof what]: Message.Call<Told, unknown> } = {
    query: (provider) => provider.settlement.query(requested),
    reversal: (provider) => provider.settlement.reverse(requested),
    refund: (provider) => provider.settlement.refund({ ...requested, refund: `refund-${number}`, amount })
  }
  return Message.to(cast.deployment, node, calls[what], answered)
}

/**
 * Why its merchant cannot ask about an order number: it is one that it has used, and in the model another's; or one that it has
 * reversed.
 */
export const obstacleOfMeddling = (cast: Cast, { order, what }: Of<"Meddle">, state: State): Obstacle | undefined => {
  const { bonds, numbers, rules } = cast
  const own = ownMerchant(cast)
  if (state.orders[order]!.merchant === own) return undefined
  const text = OrderNumbers.numberOf(numbers, own, order).order
  if (OrderNumbers.isUsed(numbers, own, text)) return bonds.isBound ? "one number" : "reversed unused"
  const leavesRecord = what === "reversal" && rules.scheme.reverse.unknownOrder === "tombstone"
  if (bonds.isBound || leavesRecord) OrderNumbers.use(numbers, own, text)
  return undefined
}

/** A flood that is to come: how many codes at most, and the account whose alias it is to have throttled, if any. */
interface Flooding {
  readonly codes: number
  readonly named: number | undefined
}

/** What a flood comes to: it goes on until an alias is throttled, or a terminal where aliases are not; a stranger shows one. */
const floodingOf = (cast: Cast, { merchant, phone }: Of<"Flood">): Flooding => {
  const { perAliasDay, perTerminalDay } = cast.rules.scheme.throttle
  const named =
    perAliasDay === undefined ? undefined : Digits.named(cast, { alias: phone, key: Digits.wrongKey(phone) })
  if (merchant !== ownMerchant(cast)) return { codes: 1, named }
  return { codes: named === undefined ? perTerminalDay : perAliasDay!, named }
}

/**
 * Wrong digits under a phone's alias, under new order numbers. The adversary has them come from other terminals than the one
 * that it asks from, and from as many as it takes.
 */
export const flood = Effect.fnUntraced(function* (cast: Cast, action: Of<"Flood">): Effect.fn.Return<Observation> {
  const { merchant, phone } = action
  const { memory, rules } = cast
  const key = Digits.wrongKey(phone)
  const code = yield* Digits.wrongDigits(cast, phone)
  if (yield* Digits.coincides(cast, { code, key, node: 0 })) return coincidence
  const { codes, named } = floodingOf(cast, action)
  const account = Digits.named(cast, { alias: phone, key })
  const { perAliasDay = 0 } = rules.scheme.throttle
  for (let taken = 0, refused = 0; taken < codes && refused <= codes; ) {
    const from = merchant === ownMerchant(cast) ? `flood-${refused}` : terminal
    const number = { merchant: OrderNumbers.merchantOf(merchant), order: `flood-${memory.floods++}` }
    const asked: WrongCodes.Asked = { merchant, terminal: from, order: number.order, account, node: 0 }
    const request = { ...number, terminal: from, code, amount: 1 }
    const sent = Message.to(cast.deployment, 0, (provider) => provider.verification.pay(request), answered)
    const seen = yield* Effect.orDie(WrongCodes.counting(cast, asked, sent))
    if (seen._tag === "Answered" && seen.answer !== "THROTTLED") taken++
    else if (named === undefined || WrongCodes.before(cast, asked).underAlias >= perAliasDay) break
    else refused++
  }
  return nothing
})

/** Why wrong codes cannot come for a phone: it has no digits, or they would be too many. */
export const obstacleOfFlood = (cast: Cast, action: Of<"Flood">): Effect.Effect<Obstacle | undefined> => {
  const { phone } = action
  if (floodingOf(cast, action).codes > cast.site.longestFlood) return Effect.succeed("a long flood")
  const alias = cast.rules.scheme.code.alias === "none" ? 0 : phone
  return Digits.obstacleOf(cast, { alias, key: Digits.wrongKey(phone) })
}

// ---------------------------------------------------------------------------------------------------------------------
// Under the name of a payer
// ---------------------------------------------------------------------------------------------------------------------

/** What the adversary writes under the name of a payer, with all that it has learnt. */
const forged = Effect.fnUntraced(function* (cast: Cast, state: State, order: number) {
  if (StepUp.isPasswordMessaged(cast.rules)) return Challenge.password(Fixtures.password)
  const challenge = yield* ShortMessages.challengeOf(cast, state, order)
  const secret = (yield* credentialsOf(cast, state.orders[order]!.phone)).at(-1)?.secret
  if (challenge === undefined || secret?._tag !== "Seed") return undefined
  return Challenge.answer(Result.getOrThrow(Challenge.read(challenge)), secret.seed, Pin.hash(Fixtures.pin))
})

/** The adversary answers for the owner, in a short message. */
export const impersonate = (cast: Cast, { node, order }: Of<"Impersonate">, state: State): Message.Message =>
  ShortMessages.sendFrom(cast, state.orders[order]!.phone, node, forged(cast, state, order))

/** Why the adversary cannot answer for the owner. */
export const obstacleOfImpersonation = (
  cast: Cast,
  { order }: Of<"Impersonate">,
  state: State
): Obstacle | undefined => {
  if (!StepUp.isPasswordMessaged(cast.rules)) return undefined
  return ShortMessages.isForAnother(cast, state, order) ? "oldest first" : undefined
}
