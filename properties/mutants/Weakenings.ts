/** Weakenings: clauses left out, and the claims that must then fall. */
import type { Lapse } from "../../model/Rules.ts"
import { type CheckedClaimId, type ClaimId, isBound } from "../../spec/Claims.ts"
import type { ClauseId, LapseOf } from "../../spec/Clauses.ts"
import type { SchemeName } from "../../spec/Schemes.ts"

type Weakenings = {
  readonly [Id in ClauseId]?: {
    readonly [Name in LapseOf<Id>]: { readonly [Scheme in SchemeName]?: readonly [ClaimId, ...ReadonlyArray<ClaimId>] }
  }
}

/**
 * What each clause protects: for every way of leaving it out, claims that a scheme holds and that fall then. The first of
 * them falls nearest to the start; those that are computed come last. `paycode audit --matrix` finds what falls in the
 * other schemes.
 */
export const weakenings = {
  "ENR-1": { unsigned: { alipay: ["device-bound"] } },
  "ENR-2": {
    shared: {
      alipay: [
        "revocation",
        "device-bound",
        "one-credential",
        "stolen-phone",
        "payer-agreement",
        "leak-bound",
        "one-account-per-code",
        "restore-safety",
        "single-use"
      ]
    }
  },
  "ENR-4": { anybody: { alipay: ["device-bound"] } },
  "ENR-5": { shared: { alipay: ["revocation", "device-bound", "one-credential", "stolen-phone", "restore-safety"] } },
  "ENR-6": { "one phase": { alipay: ["lost-reply"] } },
  "ENR-7": { kept: { alipay: ["one-credential"] } },
  "ENR-8": { cleared: { alipay: ["single-use"] } },
  "ENR-9": { another: { alipay: ["lost-reply"] } },
  "ENR-10": { "made ahead": { alipay: ["revocation", "stolen-phone", "one-credential"] } },
  "ENR-11": { survive: { alipay: ["consent", "revocation"] } },
  "GEN-1": { asks: { alipay: ["offline-generation"] } },
  "GEN-4": { counted: { alipay: ["offline-supply"] } },
  "GEN-6": { ignored: { hardened: ["revealed-code"] } },
  "GEN-7": { "one key": { hardened: ["opaque-code", "unlinkable"] } },
  "GEN-8": { "not shown": { "alipay-till-qr": ["payee-agreement"] } },
  "REL-1": { offline: { alipay: ["online-mediation", "payment-limit", "consent", "idempotent-pay", "agreement"] } },
  "REL-2": { "any number": { alipay: ["conservation"] } },
  "REL-4": { "not scoped": { alipay: ["own-orders", "no-false-paid"] } },
  "REL-5": { "any notice": { alipay: ["no-false-paid"] } },
  "REL-6": { "gives up": { alipay: ["sale-once", "agreement"] } },
  "REL-7": { rescans: { alipay: ["sale-once"] } },
  "VER-1": {
    "code first": {
      alipay: [
        "conservation",
        "daily-sum",
        "stolen-phone",
        "idempotent-pay",
        "order-conflict",
        "account-sum",
        "reverse-tombstone",
        "no-late-debit",
        "restore-safety",
        "leak-bound",
        "exact-refund",
        "sale-once"
      ]
    }
  },
  "VER-2": { "not compared": { alipay: ["order-conflict"] } },
  "VER-3": { "not compared": { alipay: ["order-conflict"] } },
  "VER-4": { "not compared": { hardened: ["order-conflict"] } },
  "VER-5": {
    "any proof": {
      alipay: [
        "freshness",
        "single-use",
        "revocation",
        "device-bound",
        "one-credential",
        "stolen-phone",
        "payer-agreement",
        "leak-bound",
        "one-account-per-code",
        "restore-safety",
        "leak-lifetime",
        "guess-targeted",
        "guess-blind"
      ]
    }
  },
  "VER-6": { "one step": { alipay: ["freshness", "leak-lifetime", "guess-targeted", "guess-blind", "collision"] } },
  "VER-7": {
    "one step": { alipay: ["freshness", "guess-targeted", "guess-blind", "collision"] },
    endless: { alipay: ["freshness", "guess-targeted", "guess-blind", "collision"] }
  },
  "VER-8": { "not kept": { alipay: ["single-use", "leak-bound", "expected-loss"] } },
  "VER-9": { "first free": { alipay: ["single-use"] } },
  "VER-10": { "only success": { alipay: ["single-use"] } },
  "VER-11": { "at enrolment only": { alipay: ["consent"] } },
  "VER-12": {
    "one more": { alipay: ["step-up-required", "payment-limit", "expected-loss"] },
    "no limit": { alipay: ["step-up-required", "payment-limit", "expected-loss"] }
  },
  "VER-13": {
    "before the lock": { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] },
    "no limit": { alipay: ["daily-sum", "stolen-phone", "leak-bound"] }
  },
  "VER-14": { overdraft: { alipay: ["conservation"] } },
  "VER-15": { "one less": { alipay: ["honest-payment"] }, everything: { alipay: ["honest-payment"] } },
  "VER-16": {
    "refusals not recorded": { alipay: ["durable", "idempotent-pay", "agreement", "sale-once"] },
    "not recorded": {
      alipay: [
        "daily-sum",
        "stolen-phone",
        "idempotent-pay",
        "exact-refund",
        "conservation",
        "durable",
        "leak-bound",
        "sale-once",
        "agreement"
      ]
    }
  },
  "VER-17": { "trusts the phone": { alipay: ["freshness", "single-use", "leak-lifetime"] } },
  "VER-18": { "at the edge": { alipay: ["single-use", "leak-bound"] } },
  "VER-19": { "in memory": { alipay: ["single-use", "durable", "leak-bound"] } },
  "VER-20": {
    "two at once": {
      alipay: ["single-use", "daily-sum", "stolen-phone", "account-sum", "conservation", "leak-bound", "honest-payment"]
    }
  },
  "VER-21": {
    "answered first": { alipay: ["idempotent-pay", "durable", "conservation", "reverse-tombstone", "sale-once"] }
  },
  "VER-22": { "first match": { alipay: ["one-account-per-code", "single-use"] } },
  "VER-23": {
    "before the lock": { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] },
    "no limit": { wechat: ["daily-count"] }
  },
  "VER-24": { "no limit": { alipay: ["account-sum"] } },
  "VER-25": { "each node": { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound"] } },
  "VER-26": { "the phone's": { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] } },
  "VER-27": { "any code": { hardened: ["honest-payment"] } },
  "VER-29": {
    "by account": { hardened: ["no-lockout"] },
    "by merchant": { hardened: ["no-lockout"] },
    none: { alipay: ["guess-blind"] }
  },
  "VER-30": { "no epoch": { alipay: ["restore-safety"] }, "from the snapshot": { alipay: ["restore-safety"] } },
  "VER-31": { refused: { alipay: ["restore-safety"] } },
  "VER-32": {
    "left out": {
      "alipay-till-qr": ["payee-agreement", "amount-agreement", "offline-step-up"],
      hardened: ["expected-loss"]
    },
    "plain codes": { "alipay-till-qr": ["payee-agreement", "amount-agreement"], hardened: ["expected-loss"] },
    "without the name": { "alipay-till-qr": ["payee-agreement"] }
  },
  "VER-33": { burned: { "alipay-till-qr": ["burn-denial"] } },
  "STP-1": { "flag kept": { alipay: ["step-up-required", "payment-limit"] } },
  "STP-2": { "any order": { alipay: ["step-up-required", "step-up-agreement"] } },
  "STP-3": { "not shown": { alipay: ["step-up-agreement"] } },
  "STP-4": { "in clear": { alipay: ["pin-kept", "secret-kept"] } },
  "STP-5": { shorter: { alipay: ["timely-step-up"] } },
  "STP-6": { "in the code": { alipay: ["pin-kept"] } },
  "STP-7": { "not counted": { alipay: ["guess-password"] } },
  "SET-1": {
    "no tombstone": { alipay: ["idempotent-pay", "reverse-tombstone", "no-late-debit", "sale-once", "agreement"] }
  },
  "SET-2": { forgotten: { alipay: ["idempotent-pay", "reverse-tombstone", "no-late-debit", "sale-once"] } },
  "SET-3": { "from the clock": { alipay: ["no-late-debit", "idempotent-pay", "order-ends", "agreement"] } },
  "SET-4": { "no timer": { alipay: ["order-ends"] } },
  "SET-5": {
    "late password": {
      alipay: [
        "consent",
        "revocation",
        "no-late-debit",
        "idempotent-pay",
        "reverse-tombstone",
        "exact-refund",
        "restore-safety",
        "sale-once",
        "agreement",
        "no-false-paid"
      ]
    }
  },
  "SET-6": { "not reserved": { alipay: ["conservation"] } },
  "SET-7": { ignored: { alipay: ["exact-refund"] } },
  "SET-8": { "ignores refunds": { alipay: ["exact-refund"] } },
  "SET-9": { "to today": { alipay: ["daily-sum"] } }
} as const satisfies Weakenings

/** Clauses that back each other up: without the first alone nothing falls, and nothing of this without the second alone. */
export const pairs: ReadonlyArray<{
  readonly lapse: Lapse
  readonly with: Lapse
  readonly scheme: SchemeName
  readonly claim: CheckedClaimId
}> = [
  {
    lapse: { clause: "VER-28", lapse: "used set only" },
    with: { clause: "VER-8", lapse: "not kept" },
    scheme: "hardened",
    claim: "single-use"
  }
]

/** One entry of the table of weakenings. */
export interface Weakening extends Lapse {
  readonly scheme: SchemeName
  readonly claims: ReadonlyArray<ClaimId>
}

/** The table of weakenings, entry by entry. */
export const all: ReadonlyArray<Weakening> = Object.entries(weakenings).flatMap(([clause, lapses]) =>
  Object.entries(lapses).flatMap(([lapse, schemes]) =>
    Object.entries(schemes as Readonly<Record<string, ReadonlyArray<ClaimId>>>).map(
      ([scheme, claims]): Weakening => ({ clause: clause as ClauseId, lapse, scheme: scheme as SchemeName, claims })
    )
  )
)

/** The weakenings that a search shows: those entries, with the claims that searches decide. */
export const searched = all.flatMap(({ claims, ...weakening }) => {
  const [first, ...others] = claims.filter((id): id is CheckedClaimId => !isBound(id))
  return first === undefined ? [] : [{ ...weakening, claims: [first, ...others] as const }]
})
