/**
 * Order numbers: the texts under which the orders of a run are known, and the nonces of the transactions that requests come
 * with. The model numbers orders by their place; where a code is made over a transaction its order number is the
 * transaction's.
 */

import type { Transaction } from "../../impl/credentials/Credentials.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"

/** What is known of the numbers of a run's orders. It grows with the run. */
export interface OrderNumbers {
  /** By place, the numbers that are not made of it: those of transactions that phones have read. */
  readonly chosen: Map<number, string>
  /** By place, the nonces of the transactions that requests come with. */
  readonly nonces: Map<number, string>
  /** Numbers that have been asked about, each with its merchant: see {@link isUsed}. */
  readonly used: Set<string>
}

/** The numbers of a run that has just begun. */
export const none = (): OrderNumbers => ({ chosen: new Map(), nonces: new Map(), used: new Set() })

/** What the provider knows a merchant by. */
export const merchantOf = (merchant: number): string => `merchant-${merchant}`

/** The name of a merchant, as payers read it. */
export const nameOf = (merchant: number): string => `Shop ${merchant}`

/** The number of an order, by its merchant and its place. */
export const numberOf = ({ chosen }: OrderNumbers, merchant: number, index: number): Ledger.OrderNumber => ({
  merchant: merchantOf(merchant),
  order: chosen.get(index) ?? `order-${index}`
})

/** The nonce of a request for an order, as far as there is one. */
export const nonceOf = ({ nonces }: OrderNumbers, index: number): { readonly nonce?: string } => {
  const nonce = nonces.get(index)
  return nonce === undefined ? {} : { nonce }
}

/** What a provider takes a request for an order to be for; undefined where codes are made over nothing. */
export const transactionOf = (
  numbers: OrderNumbers,
  merchant: number,
  index: number,
  amount: number
): Transaction.Transaction | undefined => {
  const nonce = numbers.nonces.get(index)
  return nonce === undefined
    ? undefined
    : { payee: nameOf(merchant), amount, order: numberOf(numbers, merchant, index).order, nonce }
}

const subject = (merchant: number, order: string): string => `${merchant}/${order}`

/** Whether a number of a merchant's has been asked about. */
export const isUsed = ({ used }: OrderNumbers, merchant: number, order: string): boolean =>
  used.has(subject(merchant, order))

/** From now on a number of a merchant's has been asked about. */
export const use = ({ used }: OrderNumbers, merchant: number, order: string): void => {
  used.add(subject(merchant, order))
}
