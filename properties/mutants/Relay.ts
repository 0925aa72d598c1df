/** The mutants of the clauses on relay: how each is committed, what falls, and who shows it. */
import { oneWay, type RowsOf, random, silent } from "./Row.ts"

/** A row for every mutant of the phase. */
export const relay = {
  "REL-1": {
    offline: {
      implementation: "rules",
      claims: { alipay: ["online-mediation", "payment-limit", "consent", "idempotent-pay", "agreement"] },
      // A till that settles alone has no account to debit: the model keeps books then that no provider could keep.
      refinement: oneWay("implementation", "alipay"),
      agreement: { says: /the model has \{"Debited"/ }
    }
  },
  "REL-2": {
    "any number": {
      implementation: "rules",
      claims: { alipay: ["conservation"] },
      refinement: silent("every amount of a run is one; the provider's tests send others"),
      vectors: "provider"
    }
  },
  "REL-4": {
    "not scoped": {
      implementation: { wrapper: "sharesOrderNumbers" },
      claims: { alipay: ["own-orders", "no-false-paid"] },
      refinement: oneWay("model", "hardened"),
      vectors: "provider",
      agreement: { says: /\.answer: the spec has "NO_SUCH_ORDER"/ }
    }
  },
  "REL-5": {
    "any notice": {
      implementation: "rules",
      claims: { alipay: ["no-false-paid"] },
      refinement: random("wechat"),
      agreement: { says: /the model has \{"Viewed"/ }
    }
  },
  "REL-6": {
    "gives up": {
      implementation: "rules",
      claims: { alipay: ["sale-once", "agreement"] },
      // A till of the implementation gives up as soon as nothing comes, and one of the model when it pleases.
      refinement: oneWay("implementation", "alipay")
    }
  },
  "REL-7": {
    rescans: {
      implementation: { never: "whom a till scans, and when, is for its cashier to say" },
      claims: { alipay: ["sale-once"] },
      refinement: silent("the run says whom tills scan"),
      agreement: { says: /scan\(.*\): the spec has no such step, the model has one/ }
    }
  }
} as const satisfies RowsOf<"Relay">
