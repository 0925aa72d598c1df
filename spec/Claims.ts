/**
 * The security claims: what a scheme promises, one sentence each, and the capabilities of the adversary under which the
 * promise is decided. The predicates that decide them are in `properties/claims/`, and the forms of those that are
 * computed in `properties/computed/`.
 */
import type { AssumptionId, CapabilityId } from "./Threats.ts"

/**
 * `always`: no reachable transition breaks it. `sometimes`: some run does it. `leads-to`: whatever has happened, once the
 * faults are over it comes to pass, whichever way things go on. `bound`: a number, computed from the scheme's parameters,
 * is at most what the scheme asserts.
 */
export type ClaimKind = "always" | "sometimes" | "leads-to" | "bound"

/** What a claim is about. */
export type Subject = "Enrollment" | "Generation" | "Relay" | "Verification" | "Exposure" | "StepUp"

/** A claim: what it is about, its sentence, and what it is decided against. */
export interface Claim {
  readonly subject: Subject
  readonly kind: ClaimKind
  readonly says: string
  /** The capabilities that the claim must withstand, all at once. */
  readonly under: ReadonlyArray<CapabilityId>
  /** What the promise takes for granted. */
  readonly assumes: ReadonlyArray<AssumptionId>
}

/** The everyday adversary: everything short of a corrupt phone and a rolled-back provider. */
const everyday = ["network", "capture", "merchant", "hold-phone", "crash", "nodes"] as const

/** The same, with a phone that has been read. */
const corrupt = [...everyday, "corrupt-device"] as const

/** Faults, and merchants that are up to something. */
const merchants = ["network", "merchant", "crash", "nodes"] as const

/** Faults alone. */
const faults = ["network", "crash", "nodes"] as const

/** One that guesses: with a code that it has seen, as a merchant, at whichever node. */
const guessing = ["capture", "merchant", "nodes", "lucky-guess"] as const

const books = ["channel", "atomic"] as const
const codes = ["prf", "channel", "digits"] as const

/** Every claim by id. Parameters of the scheme stand in backquotes. */
export const claims = {
  consent: {
    subject: "Enrollment",
    kind: "always",
    says: "No payment is accepted or debited for an account without a live password-free agreement.",
    under: corrupt,
    assumes: books
  },
  "device-bound": {
    subject: "Enrollment",
    kind: "always",
    says: "Every credential was issued to one phone after the account's owner had authenticated on it, while the agreement was live, no code of another phone verifies under it, and no prompt of the account is shown on a phone without that.",
    under: [...everyday, "takeover"],
    assumes: codes
  },
  "one-credential": {
    subject: "Enrollment",
    kind: "always",
    says: "Once the provider has seen a phone's new credential confirmed or used, nothing made under the old one is accepted.",
    under: corrupt,
    assumes: codes
  },
  "lost-reply": {
    subject: "Enrollment",
    kind: "always",
    says: "Unless it is revoked or has expired, the credential that a phone would use next is one that the provider accepts.",
    under: faults,
    assumes: books
  },
  revocation: {
    subject: "Enrollment",
    kind: "always",
    says: "Once a revocation is acknowledged, no code of that credential is accepted, those made ahead included, none of its open orders is debited, and the phone is issued no other and shown no prompt.",
    under: corrupt,
    assumes: codes
  },
  "offline-generation": {
    subject: "Generation",
    kind: "always",
    says: "Showing a code sends and receives no message.",
    under: everyday,
    assumes: []
  },
  "offline-supply": {
    subject: "Generation",
    kind: "always",
    says: "While its credential lives, an offline phone can show a code not shown before within one step, however many it has shown.",
    under: [],
    assumes: []
  },
  "opaque-code": {
    subject: "Generation",
    kind: "always",
    says: "From codes alone, and from what other phones hold, nobody without the provider's key derives an identifier that outlives the credential.",
    under: ["capture"],
    assumes: ["prf"]
  },
  unlinkable: {
    subject: "Generation",
    kind: "always",
    says: "From codes alone, and from what other phones hold, nobody without the provider's key derives an identifier common to two codes of one credential.",
    under: ["capture"],
    assumes: ["prf"]
  },
  "revealed-code": {
    subject: "Generation",
    kind: "always",
    says: "A code that the phone marked as revealed is never accepted without step-up.",
    under: everyday,
    assumes: codes
  },
  "asked-for": {
    subject: "Generation",
    kind: "always",
    says: "Every accepted code was asked for by the owner of its phone, or by somebody whom the owner had let into its app.",
    under: everyday,
    assumes: codes
  },
  "online-mediation": {
    subject: "Relay",
    kind: "always",
    says: "No money moves without a till's request reaching the provider.",
    under: everyday,
    assumes: ["channel"]
  },
  "idempotent-pay": {
    subject: "Relay",
    kind: "always",
    says: "A request resent, however often and to whichever node, debits at most once, and its answers only move forward: open, paid, refunded or reversed; open, closed or reversed; failed stays failed.",
    under: merchants,
    assumes: books
  },
  "order-conflict": {
    subject: "Relay",
    kind: "always",
    says: "An order number reused with another amount or payer, or where `order.bindsCode` says so another code, is refused and changes nothing.",
    under: merchants,
    assumes: books
  },
  "own-orders": {
    subject: "Relay",
    kind: "always",
    says: "A merchant can query, reverse or refund only its own orders.",
    under: everyday,
    assumes: ["channel"]
  },
  "reverse-tombstone": {
    subject: "Relay",
    kind: "always",
    says: "A payment that arrives after its reversal is refused.",
    under: merchants,
    assumes: books
  },
  "no-late-debit": {
    subject: "Relay",
    kind: "always",
    says: "No order is debited after it was answered closed or reversed, a late password included.",
    under: merchants,
    assumes: books
  },
  "exact-refund": {
    subject: "Relay",
    kind: "always",
    says: "Refunds and reversal of an order never exceed its amount together, and a reversal that is answered done leaves exactly its amount returned. A refund number takes effect once: sent again, the refund is answered as it was; used for another refund, the number is refused, and nothing comes back. A question about a refund is answered by what was made of its order under its number. No order is refunded that is older than `refund.within`, and that an order is too old for a refund or a reversal is answered only where no node still makes one. Where `refund.from` names the merchant, no refund gives back more than is held for it.",
    under: merchants,
    assumes: books
  },
  "sale-once": {
    subject: "Relay",
    kind: "always",
    says: "An honest merchant that settles each order before it scans again never keeps two debits for one sale.",
    under: faults,
    assumes: books
  },
  "no-false-paid": {
    subject: "Relay",
    kind: "always",
    says: "When a merchant records an order as paid, exactly its amount has been debited for it, forged notices and screens included.",
    under: everyday,
    assumes: ["channel"]
  },
  agreement: {
    subject: "Relay",
    kind: "leads-to",
    says: "A merchant that polls, reverses while it may, and otherwise accepts the queried state, ends agreeing with the provider.",
    under: faults,
    assumes: books
  },
  "order-ends": {
    subject: "Relay",
    kind: "leads-to",
    says: "Every open order ends paid, closed or reversed and its reservations are released, even if merchant and phone stay silent.",
    under: faults,
    assumes: ["atomic"]
  },
  "single-use": {
    subject: "Verification",
    kind: "always",
    says: "A code is accepted at most once, and an attempt burns it whatever its outcome.",
    under: corrupt,
    assumes: ["prf", "channel", "atomic", "digits"]
  },
  freshness: {
    subject: "Verification",
    kind: "always",
    says: "A code is accepted only within its window of the deciding node's clock, at most `window.past` steps after its own step and `window.future` before, or within the validity of its list.",
    under: corrupt,
    assumes: codes
  },
  "payer-agreement": {
    subject: "Verification",
    kind: "always",
    says: "Every debit is of an account whose own phone made that code, accounts with a corrupt phone excepted.",
    under: everyday,
    assumes: codes
  },
  "one-account-per-code": {
    subject: "Verification",
    kind: "always",
    says: "No code is accepted that verifies under a second credential, even where digits coincide.",
    under: everyday,
    assumes: ["channel", "atomic"]
  },
  "payee-agreement": {
    subject: "Verification",
    kind: "always",
    says: "Every debit goes to the merchant and order whose name and amount the payer confirmed on the phone or, where the phone shows none, to the merchant at whose till the payer showed the code.",
    under: ["network", "capture", "merchant", "relay"],
    assumes: [...codes, "payer"]
  },
  "amount-agreement": {
    subject: "Verification",
    kind: "always",
    says: "Every debit is of the amount that the payer confirmed on the phone.",
    under: ["network", "capture", "merchant", "relay"],
    assumes: [...codes, "payer"]
  },
  "payment-limit": {
    subject: "Verification",
    kind: "always",
    says: "No payment above the password-free limit `limit.payment` is made without step-up.",
    under: [...everyday, "sms"],
    assumes: ["channel", "payer"]
  },
  "daily-sum": {
    subject: "Verification",
    kind: "always",
    says: "The payments accepted without step-up of one account on one provider day, net of reversals of that day's payments, never exceed `limit.daySum`, concurrent ones counted.",
    under: corrupt,
    assumes: books
  },
  "daily-count": {
    subject: "Verification",
    kind: "always",
    says: "The payments accepted without step-up of one account on one provider day, net of reversals of that day's payments, are never more than `limit.dayCount`, concurrent ones counted.",
    under: corrupt,
    assumes: books
  },
  "account-sum": {
    subject: "Verification",
    kind: "always",
    says: "All payments of one account on one provider day, those with step-up and open ones included, never exceed `limit.accountDay`.",
    under: corrupt,
    assumes: books
  },
  conservation: {
    subject: "Verification",
    kind: "always",
    says: "Balances, reservations and refunds always add up to what was paid in, and no balance is negative.",
    under: corrupt,
    assumes: books
  },
  durable: {
    subject: "Verification",
    kind: "always",
    says: "What was answered survives a crash.",
    under: faults,
    assumes: ["atomic"]
  },
  "restore-safety": {
    subject: "Verification",
    kind: "always",
    says: "After a restore no code accepted before it is accepted again, no revoked or superseded credential works, and no order number from before it is answered as not paid.",
    under: ["network", "merchant", "restore"],
    assumes: ["channel", "atomic", "digits"]
  },
  "honest-payment": {
    subject: "Verification",
    kind: "always",
    says: "A request is accepted when (a) its authentic code was made on a phone whose corrected clock is within `clock.drift`, and scanned within `display`, (b) it arrives within `relay.deliveryAtMost`, (c) neither the code nor a later one of its credential was attempted, (d) credential and agreement are live, and (e) the amount is within the limits and the free balance, under a fresh order number, from a merchant in good standing.",
    under: faults,
    assumes: ["channel", "atomic", "digits"]
  },
  "no-lockout": {
    subject: "Verification",
    kind: "always",
    says: "Wrong codes, presented at the adversary's own merchants or at honest tills, never cause an honest payer's code to be refused.",
    under: ["capture", "merchant", "wrong-guess"],
    assumes: ["channel"]
  },
  "lockout-bound": {
    subject: "Verification",
    kind: "always",
    says: "Wrong codes keep an honest payer's code from being accepted at most at a terminal that took `throttle.perTerminalDay` of them that day, or at a merchant that took `throttle.perMerchantDay`.",
    under: ["capture", "merchant", "wrong-guess"],
    assumes: ["channel"]
  },
  "hidden-aliases": {
    subject: "Verification",
    kind: "always",
    says: "What is answered to made-up digits is what would be answered were their alias nobody's, so that it does not tell which aliases are somebody's, where they can be read. The payer of an order is known to its merchant; and where an account has several aliases, that they are of one account may be told by wrong codes under another.",
    under: ["capture", "merchant", "wrong-guess"],
    assumes: ["channel"]
  },
  "burn-denial": {
    subject: "Verification",
    kind: "always",
    says: "Having captured a code, an adversary cannot keep the payer's own till from being paid with it, loss on the wire and a later code of the payer's aside.",
    under: ["capture", "merchant"],
    assumes: ["channel"]
  },
  "leak-bound": {
    subject: "Exposure",
    kind: "always",
    says: "Captured codes cost their owner at most `limit.payment` each, and at most the day's cap on every provider day, step-up aside.",
    under: [...everyday, "sms"],
    assumes: codes
  },
  "leak-lifetime": {
    subject: "Exposure",
    kind: "always",
    says: "A captured, unspent code is worthless `leak.seconds` after a phone whose corrected clock is within `clock.drift` first showed it.",
    under: ["network", "capture", "merchant", "crash", "nodes"],
    assumes: codes
  },
  "stolen-phone": {
    subject: "Exposure",
    kind: "always",
    says: "A corrupt or stolen phone costs at most the day's cap on every provider day, step-up aside, and nothing after the revocation is acknowledged.",
    under: corrupt,
    assumes: codes
  },
  "guess-targeted": {
    subject: "Exposure",
    kind: "bound",
    says: "Whoever knows an account of at most `scale.phones` phones, each of them being renewed, and has captured a code of it guesses another with at most the scheme's probability, whatever digits it tries and whenever; and of all its guesses in a year, from one merchant that names its terminals as it likes, `throttle.perMerchantDay` a day and at most as many as two nodes let it ask, and at `adversary.terminals` terminals of honest merchants, with one code captured on each day, no more are accepted on average than the scheme's number.",
    under: guessing,
    assumes: ["prf", "channel"]
  },
  "guess-blind": {
    subject: "Exposure",
    kind: "bound",
    says: "A guess at a code of anybody among `scale.accounts` accounts of at most `scale.phones` phones, each of them being renewed, is accepted with at most the scheme's probability, and so is any of the guesses of a day, where the scheme bounds that; and of all guesses in a year, from one merchant that names its terminals as it likes, `throttle.perMerchantDay` a day and at most as many as two nodes let it ask, and at `adversary.terminals` terminals of honest merchants, each of which takes `throttle.perTerminalDay` wrong codes, at aliases that are known where they stay the same, no more are accepted for each account on average than the scheme's number.",
    under: guessing,
    assumes: ["prf", "channel"]
  },
  "guess-password": {
    subject: "Exposure",
    kind: "bound",
    says: "Guessing at an account's secret of `stepUp.secretDigits` digits, each drawn evenly, is right within the wrong answers that a provider day allows, `stepUp.attempts` where answers are counted, with at most the scheme's probability, and within those of a year with at most the scheme's number.",
    under: ["lucky-guess"],
    assumes: ["channel"]
  },
  collision: {
    subject: "Exposure",
    kind: "bound",
    says: "An honest payer's fresh code is refused, for its digits are also those of a live code of another credential, of its own account or another, or of a burned one of its own window, with at most the scheme's probability, while each of `scale.accounts` accounts has `scale.phones` phones, all of them being renewed.",
    under: [],
    assumes: ["prf"]
  },
  "expected-loss": {
    subject: "Exposure",
    kind: "bound",
    says: "A captured code that is presented within its life costs its owner at most the scheme's amount, step-up aside, on average over whether it is still unspent.",
    under: ["capture", "merchant"],
    assumes: codes
  },
  "unasked-loss": {
    subject: "Exposure",
    kind: "bound",
    says: "Somebody who looks once on every day at the screen of a phone, whenever that is, costs its owner in a year at most the scheme's amount by codes that nobody asked for, where the owner opens the app `phone.opensPerDay` times a day without paying, and each time a code stands for `display` seconds.",
    under: ["capture", "merchant"],
    assumes: codes
  },
  "step-up-required": {
    subject: "StepUp",
    kind: "always",
    says: "Over the limits nothing is debited without a fresh authentication by the account's owner for that order.",
    under: [...corrupt, "sms"],
    assumes: ["channel", "payer", "hardware"]
  },
  "step-up-agreement": {
    subject: "StepUp",
    kind: "always",
    says: "An authentication debits the payee, amount and order that the payer confirmed, and no other.",
    under: [...everyday, "sms"],
    assumes: ["channel", "payer"]
  },
  "secret-kept": {
    subject: "StepUp",
    kind: "always",
    says: "The payment password or PIN is never learnt by the adversary.",
    under: [...everyday, "sms"],
    assumes: ["channel", "payer"]
  },
  "pin-kept": {
    subject: "StepUp",
    kind: "always",
    says: "The payment password or PIN is not learnt even by one who has read what the phone holds and seen its codes.",
    under: [...corrupt, "sms"],
    assumes: ["channel", "payer", "hardware"]
  },
  "offline-step-up": {
    subject: "StepUp",
    kind: "sometimes",
    says: "A payment over the limit completes while the phone has no data network.",
    under: [],
    assumes: []
  },
  "timely-step-up": {
    subject: "StepUp",
    kind: "always",
    says: "An honest step-up whose prompt and answer each arrive within `stepUp.deliveryAtMost`, answered within `stepUp.answerWithin`, is paid before the order's deadline.",
    under: faults,
    assumes: books
  }
} as const satisfies Record<string, Claim>

/** The id of a claim. */
export type ClaimId = keyof typeof claims

/** The id of a claim of some kinds. */
export type ClaimIdOf<Kind extends ClaimKind> = {
  [Id in ClaimId]: (typeof claims)[Id]["kind"] extends Kind ? Id : never
}[ClaimId]

/** The id of a claim that is computed. */
export type BoundId = ClaimIdOf<"bound">

/** The id of a claim that a search decides. */
export type CheckedClaimId = Exclude<ClaimId, BoundId>

/** Every claim id, in the order of the protocol. */
export const claimIds = Object.keys(claims) as ReadonlyArray<ClaimId>

/** Whether a claim is computed, and not decided by a search. */
export const isBound = (id: ClaimId): id is BoundId => claims[id].kind === "bound"

/** The claims that are computed. */
export const boundIds: ReadonlyArray<BoundId> = claimIds.filter(isBound)

/** The claims that a search decides. */
export const checkedIds: ReadonlyArray<CheckedClaimId> = claimIds.filter((id): id is CheckedClaimId => !isBound(id))
