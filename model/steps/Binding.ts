/**
 * Binding: what a code is made over beside the step of time, where a scheme binds its codes to a till's transaction.
 *
 * @see spec/Generation.md
 */
import { inForce, mutantOf, type Rules } from "../Rules.ts"

/**
 * Whether a code carries the payer's authentication: made without the PIN; with the PIN, which its owner entered for
 * what the phone showed; or with the PIN by somebody else who has learnt it.
 */
export const pins = ["none", "owner", "stolen"] as const
export type Pin = (typeof pins)[number]

/** What a code was made over. */
export interface Terms {
  /** The merchant whose registered name the phone displayed; -1 for a code that was made over nothing. */
  readonly payee: number
  /** The amount that it displayed, in minor units; 0 for a code that was made over nothing. */
  readonly sum: number
  readonly pin: Pin
  /** The order number and nonce are not those of the sale that the payer stands at the till for. */
  readonly copied: boolean
}

/** The terms of a code that was made over nothing. */
export const plain: Terms = { payee: -1, sum: 0, pin: "none", copied: false }

/** Whether phones read the till's transaction and make their codes over it. */
export const isBound = (rules: Rules): boolean =>
  rules.scheme.code.boundTo === "till" && mutantOf(rules, "VER-32") !== "left out"

/** Whether phones show codes that were made over nothing. */
export const showsPlain = (rules: Rules): boolean => !isBound(rules) || mutantOf(rules, "VER-32") === "plain codes"

/**
 * Whether a phone makes a code over a transaction that it has read, by whether payee and amount are what its payer is about to
 * pay: it shows them, and the payer confirms them (GEN-8).
 */
export const isConfirmed = (rules: Rules, isTheirs: boolean): boolean => isTheirs || !inForce(rules, "GEN-8")

/**
 * How what a code was made over compares with the request that it comes in: the `same`; the same but for the payee's
 * name, or but for the order number and nonce; something else; or it was made over `nothing`.
 */
export type Comparison = "same" | "other payee" | "other order" | "other" | "nothing"

/** What is not compared where VER-32 is left out in some ways. */
const ignored: Readonly<Partial<Record<Comparison, string>>> = {
  nothing: "plain codes",
  "other payee": "without the name",
  "other order": "without the order"
}

/** Whether a code is one for the request that it comes in (VER-32). */
export const fits = (rules: Rules, comparison: Comparison): boolean => {
  if (!isBound(rules) || comparison === "same") return true
  const mutant = mutantOf(rules, "VER-32")
  return mutant !== undefined && ignored[comparison] === mutant
}
