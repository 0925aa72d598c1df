/** Adversary driver: plays what the adversary sends to the provider, as a merchant and under the names of payers. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Challenge, Pin } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Answer as Told } from "../../model/Order.ts"
import { Binding, StepUp, Verification } from "../../model/steps/Steps.ts"
import {
  accountOf,
  type CodeKey,
  Facts,
  indexOf,
  isSame,
  nowhere,
  type Of,
  type State
} from "../../model/system/System.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import * as Bonds from "./Bonds.ts"
import { type Cast, credentialsOf, obstacleOfDay, ownMerchant, terminal } from "./Cast.ts"
import * as Digits from "./Digits.ts"
import * as Message from "./Message.ts"
import * as Names from "./Names.ts"
import { answered, coincidence, nothing, type Observation } from "./Observation.ts"
import * as OrderNumbers from "./OrderNumbers.ts"
import * as ShortMessages from "./ShortMessages.ts"
import * as WrongAnswers from "./WrongAnswers.ts"
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
  const index = placeOf(state, action)
  const { order } = OrderNumbers.numberOf(cast.numbers, merchant, index)
  return { merchant, terminal, order, account: Facts.namedBy(cast.world, state, { order: index, request, node }), node }
}

/** Whether two requests carry the same code under the same alias. */
const isSameCode = (one: Digits.Named, other: Digits.Named): boolean =>
  one.alias === other.alias && isSame(one.key, other.key)

/** The digits of a request; of one that is sent again those that it came with, whatever was made of its step since. */
const sentAgain = Effect.fnUntraced(function* (cast: Cast, index: number, request: Digits.Named, isKnown: boolean) {
  const { firsts } = cast.memory
  const before = firsts.get(index)
  if (isKnown && before !== undefined && isSameCode(before, request)) return before.code
  const code = yield* Digits.requested(cast, request)
  if (!isKnown) firsts.set(index, { alias: request.alias, key: request.key, code })
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
  const code = yield* sentAgain(cast, index, request, isTaken(state, action))
  const isForeign = cast.rules.scheme.code.alias !== "none" && Digits.isForeign(request)
  const transaction = OrderNumbers.transactionOf(numbers, merchant, index, amount)
  const isTwo = !isTaken(state, action) && (yield* Digits.coincides(cast, { code, key, node, isForeign, transaction }))
  if (isTwo) return undefined
  const number = OrderNumbers.numberOf(numbers, merchant, index)
  const sending = { ...number, terminal, code, amount, ...OrderNumbers.nonceOf(numbers, index) }
  const sent = Message.to(cast.deployment, node, (provider) => provider.verification.pay(sending), answered)
  return WrongCodes.counting(cast, askedBy(cast, action, state), sent)
})

/** Why what is known of an order says something else of a request in the model than in the implementation. */
const obstacleOfRecord = ({ memory, rules, world }: Cast, action: Of<"Pay">, state: State): Obstacle | undefined => {
  const { node, order: index, request } = action
  const first = memory.firsts.get(index)
  // What verified was its own phone's code, and named that phone's account.
  if (first === undefined || isSameCode(first, request) || state.orders[index]?.reason !== "CODE_INVALID")
    return undefined
  const isByKey = Names.isByKey({ rules })
  const { alias, key } = first
  const isOneProof = isSame(key, request.key) || (key.position === nowhere && request.key.position === nowhere)
  const isOneAccount = accountOf(world, alias) === accountOf(world, request.alias)
  if (isOneProof && isOneAccount && rules.scheme.code.alias === "masked-index") return "one index"
  const isAlike = alias === request.alias && isSame({ ...key, phone: 0 }, { ...request.key, phone: 0 })
  if (isAlike && (isByKey || rules.scheme.order.bindsCode)) return "foreign alias"
  const hasNamed = Digits.isForeign(first) || (Binding.isBound(rules) && key.position !== nowhere)
  if (!isByKey || !hasNamed) return undefined
  return Facts.namedBy(world, state, { order: index, request, node }) === undefined ? undefined : "whom it named"
}

/** Why its merchant cannot ask for money. */
export const obstacleOfPay = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Pay">,
  state: State
): Effect.fn.Return<Obstacle | undefined> {
  const { node, request } = action
  const sale = saleOf(cast, action)
  const index = placeOf(state, action)
  const early =
    obstacleOfDay(cast, state, node) ??
    WrongCodes.obstacleOf(cast, state, index, askedBy(cast, action, state)) ??
    obstacleOfRecord(cast, action, state)
  if (early !== undefined) return early
  const fit = isTaken(state, action) ? undefined : yield* Bonds.fitOf(cast.bonds, state, sale)
  const found = (yield* Digits.obstacleOf(cast, request)) ?? Bonds.obstacleOf(cast.numbers, sale.merchant, index, fit)
  if (found !== undefined) return found
  if (request.key.position !== nowhere && (yield* Names.strays(cast, { ...request, node }))) return "shared alias"
  // Who makes codes can make two of one step at once, over two transactions; in the model there is one of each step.
  const isPromised = fit !== undefined && cast.bonds.promised.has(Bonds.keyText(request.key))
  return isPromised && indexOf(state.codes, request.key) < 0 ? "one transaction" : undefined
})

/** Its merchant queries, reverses or refunds an order number, or asks about a refund of it. */
export const meddle = (cast: Cast, { amount, node, number, order, what }: Of<"Meddle">): Message.Message => {
  const requested = OrderNumbers.numberOf(cast.numbers, ownMerchant(cast), order)
  const calls: { readonly [What in typeof what]: Message.Call<Told, unknown> } = {
    query: (provider) => provider.settlement.query(requested),
    reversal: (provider) => provider.settlement.reverse(requested),
    refund: (provider) =>
      Effect.map(
        provider.settlement.refund({ ...requested, refund: `refund-${number}`, amount }),
        ({ answer }) => answer
      ),
    "refund query": (provider) =>
      Effect.map(provider.settlement.queryRefund({ ...requested, refund: `refund-${number}` }), ({ answer }) => answer)
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

/** Wrong codes that are to come one after the other. */
interface Volley {
  readonly codes: number
  /** Whose alias they are under. */
  readonly under: "the phone's" | "nobody's"
  /** The account that it names, if any. */
  readonly named: number | undefined
  /** The terminal that they come from; undefined for one after the other of the merchant's. */
  readonly from: string | undefined
  /** They go on until their merchant is throttled, from however many terminals. */
  readonly isWhole?: true
}

/** The terminal of an honest merchant's that is not the one where it sells. */
const another = "another-till"

/**
 * What a flood comes to: it goes on until an alias is throttled, where aliases are, or the terminal that it comes from, or its
 * merchant. A throttled alias throttles no terminal: whoever is after the terminal goes on under nobody's.
 */
const floodingOf = (
  cast: Cast,
  { merchant, phone, terminal: place }: Of<"Flood">,
  state: State
): ReadonlyArray<Volley> => {
  const { perAliasDay, perMerchantDay, perTerminalDay } = cast.rules.scheme.throttle
  const named = Facts.canBeNamed(cast.world, state, phone) ? accountOf(cast.world, phone) : undefined
  const underAlias = named === undefined ? undefined : perAliasDay
  const most = perMerchantDay ?? Number.POSITIVE_INFINITY
  const whole: Volley = { codes: perTerminalDay, under: "the phone's", named, from: terminal }
  if (merchant === ownMerchant(cast)) {
    return [{ ...whole, codes: Math.min(underAlias ?? perTerminalDay, most), from: undefined }]
  }
  if (place === 1 && most > perTerminalDay) {
    return [{ ...whole, codes: Math.min(underAlias ?? 1, perTerminalDay), from: another }]
  }
  const till: Volley =
    place === 2
      ? { ...whole, codes: most, from: undefined, isWhole: true }
      : place === 1
        ? { ...whole, from: another }
        : whole
  if (underAlias === undefined || underAlias > till.codes) return [till]
  return [
    { ...till, codes: underAlias },
    { ...till, under: "nobody's", named: undefined }
  ]
}

/** Sends wrong codes under new order numbers, until there were enough, or nothing that came after them would be read. */
const sendVolley = Effect.fnUntraced(function* (
  cast: Cast,
  { merchant }: Of<"Flood">,
  { codes, from, isWhole, named: account }: Volley,
  code: string
) {
  const { memory, rules } = cast
  const most = Verification.perMerchantDay(rules)
  const { perAliasDay = Number.POSITIVE_INFINITY } = rules.scheme.throttle
  const isUnderAlias = account !== undefined && perAliasDay !== Number.POSITIVE_INFINITY
  for (let taken = 0, refused = 0; taken < codes && refused <= codes; ) {
    const at = from ?? `flood-${refused}`
    const number = { merchant: OrderNumbers.merchantOf(merchant), order: `flood-${memory.floods++}` }
    const asked: WrongCodes.Asked = { merchant, terminal: at, order: number.order, account, node: 0 }
    const request = { ...number, terminal: at, code, amount: 1 }
    const sent = Message.to(cast.deployment, 0, (provider) => provider.verification.pay(request), answered)
    const seen = yield* Effect.orDie(WrongCodes.counting(cast, asked, sent))
    if (seen._tag === "Answered" && seen.answer !== "THROTTLED") taken++
    else {
      const { fromMerchant, underAlias } = WrongCodes.before(cast, asked)
      if (from !== undefined || fromMerchant >= most || underAlias >= perAliasDay) break
      if (!isUnderAlias && isWhole === undefined) break
      refused++
    }
  }
})

/**
 * Wrong digits under a phone's alias. The adversary has them come from other terminals than the one that it asks from, and
 * from as many as it takes; at an honest till it is those that somebody shows there.
 */
export const flood = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Flood">,
  state: State
): Effect.fn.Return<Observation> {
  const { code, key } = yield* Digits.floodDigits(cast, state, action.phone)
  if (yield* Digits.coincides(cast, { code, key, node: 0 })) return coincidence
  for (const volley of floodingOf(cast, action, state)) {
    const digits = volley.under === "nobody's" ? Digits.ofNobody(cast) : code
    yield* sendVolley(cast, action, volley, digits)
  }
  return nothing
})

/**
 * Whether a flood would throttle a till, or a merchant, before the alias that it is under, for what came from either before.
 */
const endsEarly = (cast: Cast, { merchant }: Of<"Flood">, volleys: ReadonlyArray<Volley>): boolean => {
  const { perAliasDay, perTerminalDay } = cast.rules.scheme.throttle
  if (perAliasDay === undefined) return false
  const most = Verification.perMerchantDay(cast.rules)
  return volleys.some(({ codes, from, named }) => {
    if (named === undefined) return false
    const asked = { merchant, terminal: from ?? "", order: "", account: undefined, node: 0 } as const
    const { fromMerchant, fromTerminal } = WrongCodes.before(cast, asked)
    return fromMerchant + codes > most || (from !== undefined && fromTerminal + codes > perTerminalDay)
  })
}

/** Why wrong codes cannot come for a phone: it has no digits, or they would be too many. */
export const obstacleOfFlood = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"Flood">,
  state: State
): Effect.fn.Return<Obstacle | undefined> {
  const { merchant, phone, terminal: place } = action
  const volleys = floodingOf(cast, action, state)
  if (volleys.some(({ codes }) => codes > cast.site.longestFlood)) return "a long flood"
  const isRefused = place === 0 && state.merchants[merchant]!.throttled
  if (!isRefused && endsEarly(cast, action, volleys)) return "wrong codes"
  const kind = cast.rules.scheme.code.alias
  const named = { alias: kind === "none" || kind === "keyed" ? 0 : phone, key: Digits.wrongKey(phone) }
  const found = yield* Digits.obstacleOf(cast, named)
  if (found !== undefined) return found
  if (!Names.isByKey(cast)) return undefined
  const { generation, position } = yield* Digits.shownNow(cast, phone)
  if (generation < 0) return "no digits"
  const key: CodeKey = { phone, generation, position, revealed: false }
  return (yield* Names.strays(cast, { alias: phone, key, node: 0 })) ? "shared alias" : undefined
})

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
export const impersonate = (cast: Cast, { node, order }: Of<"Impersonate">, state: State): Message.Message => {
  const { phone } = state.orders[order]!
  const sent = ShortMessages.sendFrom(cast, phone, node, forged(cast, state, order))
  return WrongAnswers.counting(cast, { phone, node }, sent)
}

/** Why the adversary cannot answer for the owner. */
export const obstacleOfImpersonation = (
  cast: Cast,
  { node, order }: Of<"Impersonate">,
  state: State
): Obstacle | undefined => {
  if (StepUp.isPasswordMessaged(cast.rules) && ShortMessages.isForAnother(cast, state, order)) return "oldest first"
  return WrongAnswers.obstacleOf(cast, { phone: state.orders[order]!.phone, node })
}
