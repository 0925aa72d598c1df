/**
 * Change: what a step of the provider does to an order, and to the account that pays it, as data. The model writes it over
 * its state, and a ledger over its tables in one transaction. What an order does to the money of its account follows from where it stands: `moves` says how, and
 * the model, which keeps no running sums, holds every change to it.
 *
 * @see spec/Settlement.md
 */
import type { Answer, OrderStatus } from "../Order.ts"
import { inForce, type Rules } from "../Rules.ts"

/**
 * What becomes of an order in the sums of its day: they are as they were (`kept`); it counts from now on (`used`); it counts
 * no longer (`returned`). Without SET-9 a reversal is taken off the sums of the day on which it is made (`returned today`).
 */
export type Allowance = "kept" | "used" | "returned" | "returned today"

/** What a step does to an order and its account. Amounts are in minor units. */
export interface Change {
  readonly answer: Answer
  /** Where the order stands from now on; undefined where nothing is written. */
  readonly status: OrderStatus | undefined
  /** What leaves the payer's balance. */
  readonly debits: number
  /** What comes back to it. */
  readonly returns: number
  /** What more of it is reserved; less than 0 where some is released. */
  readonly reserves: number
  readonly allowance: Allowance
}

/** An answer, and nothing else. */
export const nothing = (answer: Answer): Change => ({
  answer,
  status: undefined,
  debits: 0,
  returns: 0,
  reserves: 0,
  allowance: "kept"
})

/** What an order reserves of its payer's balance: all of its amount as long as it is open (SET-6). */
export const reserved = (rules: Rules, status: OrderStatus | "none", amount: number): number =>
  status === "open" && inForce(rules, "SET-6") ? amount : 0

/** Whether an order counts in the sums of its day. */
const counts = (status: OrderStatus | "none"): boolean => status === "paid" || status === "open"

/** Where an order stood before a change, and its amount, in minor units. */
export interface Changed {
  readonly before: OrderStatus | "none"
  readonly amount: number
  /** A refund leaves the order paid, and debits nothing. */
  readonly isRefund: boolean
}

/**
 * Whether a change does to the account what its order then stands for: it debits what it pays, it reserves what it holds open and
 * releases what it reserved, it returns no more than was paid, and the order counts from when it is accepted until it is taken back.
 */
export const moves = (rules: Rules, { amount, before, isRefund }: Changed, change: Change): boolean => {
  const { allowance, debits, reserves, returns, status } = change
  if (status === undefined) return debits === 0 && returns === 0 && reserves === 0 && allowance === "kept"
  const mayReturn = isRefund || (status === "reversed" && before === "paid")
  if (returns !== 0 && !(mayReturn && Math.abs(returns) <= Math.abs(amount))) return false
  if (debits !== (status === "paid" && !isRefund ? amount : 0)) return false
  if (reserves !== reserved(rules, status, amount) - reserved(rules, before, amount)) return false
  if (counts(before) === counts(status)) return allowance === "kept"
  return allowance === (counts(status) ? "used" : status === "reversed" ? returned(rules) : "returned")
}

/** Where the allowance of a reversed payment goes: back to the day on which it was counted (SET-9). */
export const returned = (rules: Rules): Allowance => (inForce(rules, "SET-9") ? "returned" : "returned today")
