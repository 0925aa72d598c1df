/**
 * Refusals: every way in which a step can say no. A refusal is its reason, a plain string, so that deciding costs
 * nothing; this table says what each reason means, which clauses give rise to it and what the refused party can do.
 */
import type { ClauseId } from "../spec/Clauses.ts"

interface Refusal {
  readonly clauses: ReadonlyArray<ClauseId>
  readonly says: string
  readonly advice: string
}

/** Every refusal by reason. */
export const refusals = {
  NO_CREDENTIAL: {
    clauses: ["GEN-1"],
    says: "the phone holds no credential, and asks nobody for a code",
    advice: "open the pay screen while the phone is online"
  },
  NO_AGREEMENT: {
    clauses: ["ENR-1", "VER-11"],
    says: "the account has no live password-free agreement",
    advice: "the account's owner signs the agreement in the wallet"
  },
  AMOUNT_INVALID: {
    clauses: ["REL-2"],
    says: "the amount is not a whole number of minor units from 1 to 2^53 - 1",
    advice: "send the amount in minor units"
  },
  AMOUNT_CHANGED: {
    clauses: ["VER-2"],
    says: "the order number is known with another amount",
    advice: "take a new order number"
  },
  PAYER_CHANGED: {
    clauses: ["VER-3"],
    says: "the order number is known with another payer",
    advice: "take a new order number"
  },
  CODE_CHANGED: {
    clauses: ["VER-4"],
    says: "the order number is known with another code, and the scheme binds the code to the order",
    advice: "take a new order number"
  },
  CODE_INVALID: {
    clauses: ["VER-5", "VER-6", "VER-7"],
    says: "the code is malformed, made up, expired or not valid yet; the provider does not say which",
    advice: "the payer refreshes the code and the till scans again under a new order number"
  },
  CODE_USED: {
    clauses: ["VER-8", "VER-9"],
    says: "the code was attempted before",
    advice: "the payer refreshes the code and the till scans again under a new order number"
  },
  OVER_PAYMENT_LIMIT: {
    clauses: ["VER-12"],
    says: "the amount is above the password-free limit for one payment",
    advice: "the payer pays with the password, online"
  },
  OVER_DAY_SUM: {
    clauses: ["VER-13"],
    says: "the payment would take the day's payments above the password-free sum",
    advice: "the payer pays with the password, online"
  },
  BALANCE: {
    clauses: ["VER-14"],
    says: "the account's balance does not cover the amount",
    advice: "the payer tops up or pays in another way"
  },
  DECLINED: {
    clauses: ["VER-15"],
    says: "the provider declines without a ground that the protocol knows",
    advice: "none: a provider that follows the protocol never answers this"
  }
} as const satisfies Record<string, Refusal>

/** Why a step said no. */
export type Reason = keyof typeof refusals

/** Every reason, in the order of the table. */
export const reasons = Object.keys(refusals) as ReadonlyArray<Reason>
