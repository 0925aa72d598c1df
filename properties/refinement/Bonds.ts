/**
 * Bonds: what the codes of a run are made over, where the scheme binds them to a transaction, and whether a request is for
 * it. The model has the terms of a code: who is paid and how much. The implementation has a transaction.
 */
import * as Effect from "effect/Effect"
import { Transaction } from "../../impl/credentials/Credentials.ts"
import type * as Fixtures from "../../impl/testing/Fixtures.ts"
import { Binding, StepUp } from "../../model/steps/Steps.ts"
import {
  accountOf,
  adversary,
  type CodeKey,
  indexOf,
  isCorrupt,
  nowhere,
  type Request,
  type State,
  type World
} from "../../model/system/System.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import type { Faults } from "../planted/Planted.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

/** A transaction that a code was made over, and whether the PIN entered. */
export interface Bond {
  readonly transaction: Transaction.Transaction
  readonly isPinned: boolean
}

/** What is known of the bonds of a run. It grows with the run. */
export interface Bonds {
  readonly world: World
  /** Whether codes are made over anything. */
  readonly isBound: boolean
  /** What each code was made over, as far as anybody has made it: by {@link keyText}. */
  readonly made: Map<string, Bond>
  /** Codes that requests were made ready with before the model has anybody make them: by {@link keyText}. */
  readonly promised: Set<string>
  /** How many transactions were drawn up. */
  transactions: number
  readonly drawNonce: Effect.Effect<string>
  /** A transaction as codes are made over it. */
  readonly over: (transaction: Transaction.Transaction) => Transaction.Transaction
}

/** How codes are bound otherwise than they should be, where a difference is to be found. */
export interface Otherwise {
  /** What tills draw for a transaction, where it is to be something else than a fresh nonce. */
  readonly nonce?: string
  /** What is left out of what codes are made over. */
  readonly leftOut?: Faults.LeftOut
}

/** The bonds of a run that has just begun. */
export const none = (
  world: World,
  random: ReturnType<typeof Fixtures.randomness>,
  { leftOut, nonce }: Otherwise = {}
): Bonds => ({
  world,
  isBound: Binding.isBound(world.rules),
  made: new Map(),
  promised: new Set(),
  transactions: 0,
  drawNonce: Effect.map(random.randomBytes(Transaction.nonceBytes), (bytes) => nonce ?? Transaction.nonceOf(bytes)),
  over: leftOut?.over ?? ((transaction) => transaction)
})

/** The same text for the same code. */
export const keyText = ({ generation, phone, position, revealed }: CodeKey): string =>
  `${phone}/${generation}/${position}/${revealed}`

/** Draws up a transaction by some terms. */
export const draw = Effect.fnUntraced(function* (
  bonds: Bonds,
  { payee, pin, sum }: Binding.Terms
): Effect.fn.Return<Bond> {
  const transaction = {
    payee: OrderNumbers.nameOf(payee),
    amount: sum,
    order: `sale-${bonds.transactions++}`,
    nonce: yield* bonds.drawNonce
  }
  return { transaction, isPinned: pin !== "none" }
})

/** A code, and the amount that it is asked for. */
export type Sum = Pick<Request, "amount" | "key">

/** The terms of a code of a state, or those that the adversary would make it over: see `ownTerms` in the model. */
const termsOf = (world: World, state: State, { amount, key }: Sum): Binding.Terms => {
  const code = state.codes[indexOf(state.codes, key)]
  if (code !== undefined) return code
  const own = adversary(world)
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
export const bondOf = Effect.fnUntraced(function* (
  bonds: Bonds,
  state: State,
  sum: Sum
): Effect.fn.Return<Bond | undefined> {
  const { amount, key } = sum
  if (!bonds.isBound || key.position === nowhere) return undefined
  const known = bonds.made.get(keyText(key))
  const terms = termsOf(bonds.world, state, sum)
  // What nobody has made yet can be made over something else, whatever was planned.
  const isStale =
    indexOf(state.codes, key) < 0 && (known?.transaction.amount !== amount || known.isPinned !== (terms.pin !== "none"))
  if (known !== undefined && !isStale) return known
  const bond = yield* draw(bonds, terms)
  bonds.made.set(keyText(key), bond)
  return bond
})

/** A request that a merchant is about to make. */
export interface Sale extends Sum {
  readonly merchant: number
  /** The adversary presents a copied code at an honest till. */
  readonly presented: boolean
}

/**
 * Whether a request is for what its code was made over, as the model has it; and where the adversary asks, whether the
 * order number is that of the transaction.
 */
export interface Fit {
  readonly isSame: boolean
  /** The transaction whose order number the request is to come under, where that is free. */
  readonly under: Transaction.Transaction | undefined
  readonly nonce: string
}

/** How a request fits what its code was made over; undefined where codes are over nothing. */
export const fitOf = Effect.fnUntraced(function* (
  bonds: Bonds,
  state: State,
  sale: Sale
): Effect.fn.Return<Fit | undefined> {
  if (!bonds.isBound) return undefined
  const bond = yield* bondOf(bonds, state, sale)
  // Digits that nobody was given are for nothing.
  if (bond === undefined) return { isSame: false, under: undefined, nonce: yield* bonds.drawNonce }
  const { amount, key, merchant, presented } = sale
  const { transaction } = bond
  const { copied, payee, sum } = termsOf(bonds.world, state, sale)
  const isSpent = state.codes[indexOf(state.codes, key)]?.attempted === true
  const isSale = merchant === adversary(bonds.world) ? !isSpent : copied === presented
  const isSame = isSale && sum === amount && payee === merchant
  // Another name, or another nonce, is to be all that differs.
  const isNear = isSale ? sum === amount : !presented
  const nonce = isSale || presented ? transaction.nonce : yield* bonds.drawNonce
  return { isSame, under: isSame || (isNear && !isSpent) ? transaction : undefined, nonce }
})

/** Why an order cannot be asked for: its number is that of the transaction, and has been used. */
export const obstacleOf = (
  numbers: OrderNumbers.OrderNumbers,
  merchant: number,
  index: number,
  fit: Fit | undefined
): Obstacle | undefined => {
  if (fit?.isSame !== true) return undefined
  const text = fit.under!.order
  const isKnown = numbers.nonces.has(index)
  const isFree = isKnown ? numbers.chosen.get(index) === text : !OrderNumbers.isUsed(numbers, merchant, text)
  return isFree ? undefined : "one transaction"
}

/** Gives the order at a place its number and its nonce, by how its first request fits. */
export const assign = (
  { bonds, numbers }: { readonly bonds: Bonds; readonly numbers: OrderNumbers.OrderNumbers },
  state: State,
  { index, key, merchant }: Pick<Sale, "key" | "merchant"> & { readonly index: number },
  fit: Fit | undefined
): void => {
  if (fit === undefined || numbers.nonces.has(index)) return
  if (indexOf(state.codes, key) < 0) bonds.promised.add(keyText(key))
  numbers.nonces.set(index, fit.nonce)
  const text = fit.under?.order
  if (text !== undefined && !OrderNumbers.isUsed(numbers, merchant, text)) numbers.chosen.set(index, text)
  OrderNumbers.use(numbers, merchant, OrderNumbers.numberOf(numbers, merchant, index).order)
}
