/**
 * The security claims: what a scheme promises, one sentence each, and the capabilities of the adversary under which the
 * promise is decided. The predicates that decide them are in `properties/claims/`.
 */
import type { AssumptionId, CapabilityId } from "./Threats.ts"

/** `always`: no reachable transition breaks it. */
export type ClaimKind = "always"

/** A claim: the phase that it is about, its sentence, and what it is decided against. */
export interface Claim {
  readonly phase: "Enrollment" | "Generation" | "Relay" | "Verification" | "Exposure"
  readonly kind: ClaimKind
  readonly says: string
  /** The capabilities that the claim must withstand, all at once. */
  readonly under: ReadonlyArray<CapabilityId>
  /** What the promise takes for granted. */
  readonly assumes: ReadonlyArray<AssumptionId>
}

/** The everyday adversary: everything short of a corrupt phone, another's clock or a rolled-back provider. */
const everyday = ["network", "capture", "merchant", "hold-phone", "crash", "nodes"] as const

/** Every claim by id. Parameters of the scheme stand in backquotes. */
export const claims = {
  consent: {
    phase: "Enrollment",
    kind: "always",
    says: "No payment is accepted or debited for an account without a live password-free agreement.",
    under: [...everyday, "corrupt-device"],
    assumes: ["channel", "atomic"]
  },
  "offline-generation": {
    phase: "Generation",
    kind: "always",
    says: "Showing a code sends and receives no message.",
    under: everyday,
    assumes: []
  },
  "opaque-code": {
    phase: "Generation",
    kind: "always",
    says: "From codes alone nobody without the provider's key derives an identifier that outlives the credential.",
    under: ["capture"],
    assumes: ["prf"]
  },
  "online-mediation": {
    phase: "Relay",
    kind: "always",
    says: "No money moves without a till's request reaching the provider.",
    under: everyday,
    assumes: ["channel"]
  },
  "idempotent-pay": {
    phase: "Relay",
    kind: "always",
    says: "A request resent, however often, debits at most once, and its answers only move forward: paid stays paid, failed stays failed.",
    under: ["network", "merchant", "crash", "nodes"],
    assumes: ["channel", "atomic"]
  },
  "order-conflict": {
    phase: "Relay",
    kind: "always",
    says: "An order number reused with another amount or payer, or where `order.bindsCode` says so another code, is refused and changes nothing.",
    under: ["network", "merchant", "crash", "nodes"],
    assumes: ["channel", "atomic"]
  },
  "single-use": {
    phase: "Verification",
    kind: "always",
    says: "A code is debited at most once, and an attempt burns it whatever its outcome.",
    under: [...everyday, "corrupt-device"],
    assumes: ["prf", "channel", "atomic", "digits"]
  },
  freshness: {
    phase: "Verification",
    kind: "always",
    says: "A code is accepted only within its window of the deciding clock: at most `window.past` steps after its own step and `window.future` before.",
    under: [...everyday, "corrupt-device"],
    assumes: ["prf", "channel", "digits"]
  },
  "payer-agreement": {
    phase: "Verification",
    kind: "always",
    says: "Every debit is of an account whose own phone made that code.",
    under: everyday,
    assumes: ["prf", "channel", "digits"]
  },
  "payee-agreement": {
    phase: "Verification",
    kind: "always",
    says: "Every debit goes to the merchant at whose till the payer showed the code, as the phone shows no payee to confirm.",
    under: ["network", "capture", "merchant", "relay"],
    assumes: ["prf", "channel", "digits"]
  },
  "payment-limit": {
    phase: "Verification",
    kind: "always",
    says: "No payment above the password-free limit `limit.payment` is made without step-up.",
    under: everyday,
    assumes: ["channel"]
  },
  "daily-sum": {
    phase: "Verification",
    kind: "always",
    says: "The payments accepted without authentication of one account on one provider day never exceed `limit.daySum`.",
    under: [...everyday, "corrupt-device"],
    assumes: ["channel", "atomic"]
  },
  "honest-payment": {
    phase: "Verification",
    kind: "always",
    says: "A request is paid when (a) its authentic code was made on a phone whose corrected clock is within `clock.drift`, and scanned within `display`, (b) it arrives within `relay.deliveryAtMost`, (c) neither the code nor a later one of its credential was attempted, (d) credential and agreement are live, and (e) the amount is within the limits and the balance, under a fresh order number.",
    under: ["network", "crash", "nodes"],
    assumes: ["channel", "atomic", "digits"]
  },
  "leak-lifetime": {
    phase: "Exposure",
    kind: "always",
    says: "A captured, unspent code is worthless `leak.seconds` after a phone whose corrected clock is within `clock.drift` first showed it.",
    under: ["network", "capture", "merchant", "crash", "nodes"],
    assumes: ["prf", "channel", "digits"]
  }
} as const satisfies Record<string, Claim>

/** The id of a claim. */
export type ClaimId = keyof typeof claims

/** Every claim id, in the order of the protocol. */
export const claimIds = Object.keys(claims) as ReadonlyArray<ClaimId>
