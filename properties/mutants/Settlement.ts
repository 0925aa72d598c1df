/** Mutants of the clauses on settlement. */
import {
  advance,
  atLimit,
  otherRefund,
  paid,
  payOut,
  refund,
  refundElsewhere,
  refundQuery,
  reversal,
  twoDays,
  twoPaid
} from "./GivenRuns.ts"
import { bothWays, given, givenEither, type RowsOf, random } from "./Row.ts"

/** A row for every mutant of the phase. */
export const settlement = {
  "SET-1": {
    "no tombstone": {
      implementation: "rules",
      claims: { alipay: ["idempotent-pay", "reverse-tombstone", "no-late-debit", "sale-once", "agreement"] },
      refinement: random("unionpay"),
      vectors: "provider"
    }
  },
  "SET-2": {
    forgotten: {
      implementation: "rules",
      claims: { alipay: ["idempotent-pay", "reverse-tombstone", "no-late-debit", "sale-once"] },
      refinement: random("alipay"),
      vectors: "provider"
    }
  },
  "SET-3": {
    "from the clock": {
      implementation: "rules",
      claims: { alipay: ["no-late-debit", "idempotent-pay", "order-ends", "agreement"] },
      refinement: random("keyed"),
      vectors: "provider"
    }
  },
  "SET-4": {
    "no timer": {
      implementation: "rules",
      claims: { alipay: ["order-ends"] },
      refinement: random("wechat"),
      vectors: "provider"
    }
  },
  "SET-5": {
    "late password": {
      implementation: "rules",
      claims: {
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
      },
      refinement: bothWays("keyed"),
      vectors: "provider"
    }
  },
  "SET-6": {
    "not reserved": {
      implementation: "rules",
      claims: { alipay: ["conservation"] },
      refinement: bothWays("alipay"),
      vectors: "provider"
    }
  },
  "SET-7": {
    ignored: {
      implementation: "rules",
      claims: { alipay: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), refund, refund] })
      }),
      vectors: "provider"
    },
    "as the order stands": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), refund, refund] })
      }),
      vectors: "provider"
    },
    "query by order": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"], wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), refund, refundQuery] })
      }),
      vectors: "provider"
    }
  },
  "SET-8": {
    "ignores refunds": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), refund, reversal] })
      }),
      vectors: "provider"
    }
  },
  "SET-9": {
    "to today": {
      implementation: "rules",
      claims: { alipay: ["daily-sum"] },
      refinement: givenEither({
        schemes: ["alipay"],
        run: (scheme) => ({ amounts: [scheme.limit.payment], actions: twoDays(scheme, scheme.limit.payment) })
      }),
      vectors: "provider"
    }
  },
  "SET-10": {
    "not compared": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"], wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), refund, otherRefund] })
      }),
      vectors: "provider"
    },
    "by order": {
      implementation: "rules",
      claims: { wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["wechat", "unionpay", "hardened"],
        run: (scheme) => ({
          amounts: atLimit(scheme),
          actions: [...twoPaid(scheme, 7), refund, refundElsewhere]
        })
      }),
      vectors: "provider"
    }
  },
  "SET-11": {
    "at any age": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"], wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({
          amounts: atLimit(scheme),
          actions: [...paid(scheme, 7), advance(scheme.refund!.within + scheme.clock.nodeSkew + 1), refund]
        })
      }),
      vectors: "provider"
    },
    "at once": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"], wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({
          amounts: atLimit(scheme),
          actions: [...paid(scheme, 7), advance(scheme.refund!.within + 1), refund]
        })
      }),
      vectors: "provider"
    }
  },
  "SET-12": {
    "not looked at": {
      implementation: "rules",
      claims: { alipay: ["exact-refund"], wechat: ["exact-refund"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "hardened", "alipay-till-qr"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: [...paid(scheme, 7), payOut, refund] })
      }),
      vectors: "provider"
    }
  }
} as const satisfies RowsOf<"Settlement">
