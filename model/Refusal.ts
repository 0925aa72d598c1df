/**
 * Refusals: every way in which a step can say no. A refusal is its reason, a plain string, so that deciding costs
 * nothing; this table says what each reason means, which clauses give rise to it and what the refused party can do.
 */
import type { ClauseId } from "../spec/Clauses.ts"

/** What is said of a reason to refuse. */
export interface Refusal {
  readonly clauses: ReadonlyArray<ClauseId>
  readonly says: string
  readonly advice: string
  /** Whether it settles the order. One that does not leaves the question open: ask again. */
  readonly definite: boolean
}

const refusal = (clauses: ReadonlyArray<ClauseId>, says: string, advice: string): Refusal => ({
  clauses,
  says,
  advice,
  definite: true
})

const notYet = (clauses: ReadonlyArray<ClauseId>, says: string, advice: string): Refusal => ({
  clauses,
  says,
  advice,
  definite: false
})

const newNumber = "take a new order number"
const rescan = "the payer refreshes the code and the till scans again under a new order number"
const withPassword = "the payer pays with the password, online"

/** Every refusal by reason. */
export const refusals = {
  NO_CREDENTIAL: refusal(
    ["GEN-1", "GEN-5"],
    "the phone holds nothing to make a code from, and asks nobody for one",
    "open the pay screen while the phone is online"
  ),
  NOT_OWNER: refusal(
    ["ENR-4", "ENR-13", "STP-8"],
    "the account's owner has not authenticated on this phone, or has revoked it since",
    "the owner signs in on the phone that is to pay, or enrolls one that was revoked as another"
  ),
  NO_AGREEMENT: refusal(
    ["ENR-1", "VER-11"],
    "the account has no live password-free agreement",
    "the account's owner signs the agreement in the wallet"
  ),
  AMOUNT_INVALID: refusal(
    ["REL-2"],
    "the amount is not a whole number of minor units from 1 to 2^53 - 1",
    "send the amount in minor units"
  ),
  AMOUNT_CHANGED: refusal(["VER-2"], "the order number is known with another amount", newNumber),
  PAYER_CHANGED: refusal(["VER-3"], "the order number is known with another payer", newNumber),
  CODE_CHANGED: refusal(
    ["VER-4"],
    "the order number is known with another code, and the scheme binds the code to the order",
    newNumber
  ),
  CODE_INVALID: refusal(
    ["VER-5", "VER-6", "VER-7", "VER-32", "ENR-7", "ENR-10", "VER-30"],
    "the code is malformed, made up, expired, not valid yet, of a credential that has ended, or made over another payee, amount or order; the provider does not say which",
    rescan
  ),
  CODE_USED: refusal(["VER-8", "VER-9", "VER-28"], "the code, or a later one, was attempted before", rescan),
  AMBIGUOUS_CODE: refusal(["VER-22"], "the code verifies under two credentials", rescan),
  OVER_PAYMENT_LIMIT: refusal(
    ["VER-12"],
    "the amount is above the limit for one payment without step-up, and the scheme has no step-up",
    "the payer pays in another way"
  ),
  OVER_DAY_SUM: refusal(
    ["VER-13"],
    "the payment would take the day's payments above their sum without step-up, and the scheme has no step-up",
    "the payer pays in another way"
  ),
  OVER_DAY_COUNT: refusal(
    ["VER-23"],
    "the day's payments without step-up are used up, and the scheme has no step-up",
    "the payer pays in another way"
  ),
  PIN_REQUIRED: refusal(
    ["STP-1"],
    "the payment is above the limits, and its code was made without the PIN",
    "the payer enters the PIN on the phone, and the till scans again under a new order number"
  ),
  OVER_ACCOUNT_DAY: refusal(
    ["VER-24"],
    "the payment would take all payments of the account's day above what its authentication allows",
    "the payer pays in another way, or tomorrow"
  ),
  BALANCE: refusal(
    ["VER-14"],
    "the account's balance, less what open orders reserve, does not cover the amount",
    "the payer tops up or pays in another way"
  ),
  DECLINED: refusal(
    ["VER-15"],
    "the provider declines without a ground that the protocol knows",
    "none: a provider that follows the protocol never answers this"
  ),
  THROTTLED: notYet(
    ["VER-29"],
    "too many wrong codes came from this terminal, from its merchant or under this alias",
    "wait, and send the same request again"
  ),
  UNKNOWN: notYet(
    ["VER-31", "SET-11"],
    "it cannot be said yet: the number may have been used before a restore that is not reconciled, or the order has just become too old at this node, and perhaps not at another",
    "send the same again until it is answered otherwise"
  ),
  NO_SUCH_ORDER: notYet(
    ["SET-1"],
    "the provider knows no such order of this merchant",
    "the request for it may be under way: ask again; reverse it if it was one to pay; look at the number if the order is known to be paid"
  ),
  REVERSE_EXPIRED: refusal(["SET-11"], "the order is too old to be reversed", "refund it, or accept its state"),
  REFUND_EXPIRED: refusal(
    ["SET-11"],
    "the order is too old to be refunded",
    "give the money back by another way than the order's"
  ),
  MERCHANT_FUNDS: refusal(
    ["SET-12"],
    "the provider holds less for the merchant than is to be given back",
    "send the same refund again when more was paid to the merchant, or reverse the order while that is possible"
  ),
  REFUND_EXCEEDS: refusal(
    ["SET-8"],
    "the refunds of the order would exceed its amount",
    "refund no more than what is left of it"
  ),
  REFUND_CHANGED: refusal(
    ["SET-10"],
    "the refund number was used for another amount, or for another order",
    "use a new number for another refund"
  ),
  NO_SUCH_REFUND: notYet(
    ["SET-7"],
    "no refund of the order was made under this number",
    "the request for it may be under way: send it again under the same number, with the same amount. What it is answered says whether it was made"
  ),
  NOT_PAID: refusal(["SET-8"], "the order is not paid, and there is nothing to refund", "query the order"),
  ANSWER_WRONG: refusal(
    ["STP-2"],
    "the answer is not one to the prompt for this order: it was made for another payee, amount or order",
    "the payer answers the prompt for the order"
  ),
  TOO_MANY_ANSWERS: notYet(
    ["STP-7"],
    "too many wrong answers were given for the account today, and no more are looked at",
    "the account's owner answers tomorrow, or the till reverses the order"
  ),
  NOT_OPEN: refusal(
    ["SET-5"],
    "the order does not wait for a password: it is paid, closed or reversed",
    withPassword.replace("the payer pays", "the till scans again, and the payer pays")
  )
} as const satisfies Record<string, Refusal>

/** Why a step said no. */
export type Reason = keyof typeof refusals

/** Every reason, in the order of the table. */
export const reasons = Object.keys(refusals) as ReadonlyArray<Reason>
