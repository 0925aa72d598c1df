/** Mutants of the clauses on deciding a request. */
import { advance, atLimit, type Directed, madeOver, paid, payment, positionOf, show, toMidnight } from "./GivenRuns.ts"
import {
  bothWays,
  bound,
  coincidences,
  everybodys,
  given,
  givenEither,
  oneWay,
  type RowsOf,
  races,
  random,
  restores,
  silent
} from "./Row.ts"

/** What there is to decide at two nodes. */
const atTwoNodes = { amounts: [7], can: ["nodes"] } as const

/** One code at each of two nodes, in the last second of the day: the node that is ahead has begun the next. */
const acrossMidnight: Directed = {
  ...atTwoNodes,
  actions: [toMidnight, show(), payment(0, 7, false, 1), show(), payment(1, 7)]
}

/** A row for every mutant of the phase. */
export const verification = {
  "VER-1": {
    "code first": {
      implementation: "rules",
      claims: {
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
      },
      // An order number that is decided twice has two records: the model keeps books then that no provider could keep.
      refinement: oneWay("implementation", "alipay"),
      vectors: "provider",
      agreement: { says: /\.(fresh|answer): the spec has/ }
    }
  },
  "VER-2": {
    "not compared": {
      implementation: "rules",
      claims: { alipay: ["order-conflict"] },
      refinement: bothWays("alipay"),
      vectors: "provider",
      agreement: { says: /\.answer: the spec has "AMOUNT_CHANGED"/ }
    }
  },
  "VER-3": {
    "not compared": {
      implementation: "rules",
      claims: { alipay: ["order-conflict"] },
      refinement: random("alipay"),
      vectors: "provider"
    },
    "nobody is anybody": {
      implementation: "rules",
      claims: { alipay: ["hidden-aliases"] },
      refinement: silent(everybodys),
      vectors: "provider"
    }
  },
  "VER-4": {
    "not compared": {
      implementation: "rules",
      claims: { hardened: ["order-conflict"] },
      refinement: random("unionpay"),
      vectors: "provider"
    }
  },
  "VER-5": {
    "any proof": {
      implementation: "rules",
      claims: {
        alipay: [
          "freshness",
          "single-use",
          "revocation",
          "device-bound",
          "one-credential",
          "payer-agreement",
          "leak-bound",
          "one-account-per-code",
          "restore-safety",
          "leak-lifetime"
        ],
        wechat: ["guess-targeted"],
        hardened: ["guess-blind"]
      },
      // In the implementation an index names every phone of its account, so that any proof is one of each of them. In the model it is
      // one of the phone that is meant.
      refinement: { scheme: "alipay", differs: ["implementation", "model"], alike: false },
      vectors: "provider",
      agreement: { says: /\.answer: the spec has ("CODE_INVALID"|.*"AMBIGUOUS_CODE")/ }
    }
  },
  "VER-6": {
    "one step": {
      implementation: "rules",
      claims: { alipay: ["freshness", "leak-lifetime"] },
      refinement: given(
        {
          side: "implementation",
          schemes: ["alipay"],
          run: (scheme) => ({
            amounts: [7],
            actions: [show(), advance((scheme.window!.past + 1) * scheme.clock.step), payment(positionOf(scheme, 0), 7)]
          })
        },
        {
          side: "implementation",
          schemes: ["wechat"],
          run: ({ token }) => ({ amounts: [7], actions: [show(), advance(token.validity! + 1), payment(0, 7)] })
        }
      ),
      vectors: "provider",
      agreement: { says: /the spec has ("CODE_INVALID"|no such step), the model has/ }
    }
  },
  "VER-7": {
    "one step": {
      implementation: "rules",
      claims: { alipay: ["freshness"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay"],
        run: (scheme) => ({
          amounts: [7],
          offsets: [0, 2 * scheme.clock.step],
          actions: [show(2 * scheme.clock.step), payment(positionOf(scheme, 2), 7)]
        })
      }),
      vectors: "provider"
    },
    endless: {
      implementation: "rules",
      claims: { alipay: ["freshness", "collision"], hardened: ["guess-blind"] },
      // A window that reaches a day ahead has thousands of steps, and every code is looked for in all of them.
      refinement: oneWay("implementation", "hardened"),
      vectors: "provider"
    }
  },
  "VER-8": {
    "not kept": {
      implementation: "rules",
      claims: { alipay: ["single-use", "leak-bound"], wechat: ["expected-loss"] },
      refinement: random("wechat"),
      vectors: "provider",
      agreement: { says: /\.answer: the spec has "CODE_USED"/ }
    }
  },
  "VER-9": {
    "first free": {
      implementation: "rules",
      claims: { alipay: ["single-use"] },
      refinement: silent(coincidences),
      vectors: "provider"
    }
  },
  "VER-10": {
    "only success": {
      implementation: "rules",
      claims: { alipay: ["single-use"] },
      refinement: bothWays("unionpay"),
      vectors: "provider",
      agreement: { says: /\.burned: the spec has true, the model has false/ }
    }
  },
  "VER-11": {
    "at enrollment only": {
      implementation: "rules",
      claims: { alipay: ["consent"] },
      refinement: random("alipay"),
      vectors: "provider"
    }
  },
  "VER-12": {
    "one more": {
      implementation: "rules",
      claims: { alipay: ["step-up-required", "payment-limit"], wechat: ["expected-loss"] },
      refinement: given({
        side: "implementation",
        schemes: ["alipay", "wechat", "unionpay", "keyed"],
        run: (scheme) => ({ amounts: atLimit(scheme), actions: paid(scheme, scheme.limit.payment + 1) })
      }),
      vectors: "provider"
    },
    "no limit": {
      implementation: "rules",
      claims: { alipay: ["step-up-required", "payment-limit"], wechat: ["expected-loss"] },
      refinement: random("alipay"),
      vectors: "provider",
      agreement: { says: /\.answer: the spec has "OPEN", the model has/ }
    }
  },
  "VER-13": {
    "before the lock": {
      implementation: { fault: "lostUpdate" },
      claims: { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] },
      refinement: silent(races)
    },
    "no limit": {
      implementation: "rules",
      claims: { alipay: ["daily-sum", "stolen-phone", "leak-bound"] },
      refinement: bothWays("alipay"),
      vectors: "provider"
    }
  },
  "VER-14": {
    overdraft: {
      implementation: "rules",
      claims: { alipay: ["conservation"] },
      refinement: random("unionpay"),
      vectors: "provider"
    }
  },
  "VER-15": {
    "one less": {
      implementation: "rules",
      claims: { alipay: ["honest-payment"] },
      refinement: random("unionpay"),
      vectors: "provider"
    },
    everything: {
      implementation: "rules",
      claims: { alipay: ["honest-payment"] },
      refinement: random("hardened"),
      vectors: "provider"
    }
  },
  "VER-16": {
    "refusals not recorded": {
      implementation: "rules",
      claims: { alipay: ["durable", "idempotent-pay", "agreement", "sale-once"] },
      // What is not recorded the model knows all the same: that the number was used, and what for.
      refinement: oneWay("implementation", "alipay"),
      vectors: "provider",
      agreement: { says: /the model has (-1|"none")/ }
    },
    "not recorded": {
      implementation: "rules",
      claims: {
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
      },
      refinement: oneWay("implementation", "alipay"),
      vectors: "provider"
    }
  },
  "VER-17": {
    "trusts the phone": {
      implementation: { never: "no request says what time it is" },
      claims: { alipay: ["freshness", "single-use", "leak-lifetime"] },
      refinement: oneWay("model", "alipay")
    }
  },
  "VER-18": {
    "at the edge": {
      implementation: "rules",
      claims: { alipay: ["single-use", "leak-bound"] },
      refinement: givenEither({
        schemes: ["alipay"],
        run: (scheme) => ({
          ...atTwoNodes,
          actions: [
            show(),
            payment(positionOf(scheme, 0), 7),
            advance((scheme.window!.past + 1) * scheme.clock.step - 1),
            payment(positionOf(scheme, 0), 7)
          ]
        })
      })
    }
  },
  "VER-19": {
    "in memory": {
      implementation: { wrapper: "forgetsAtRestart" },
      claims: { alipay: ["single-use", "durable", "leak-bound"] },
      refinement: oneWay("model", "wechat"),
      vectors: "provider",
      agreement: { says: /crash: .*\.burned: the spec has true, the model has false/ }
    }
  },
  "VER-20": {
    "two at once": {
      implementation: { fault: "lostUpdate" },
      claims: {
        alipay: [
          "single-use",
          "daily-sum",
          "stolen-phone",
          "account-sum",
          "conservation",
          "leak-bound",
          "honest-payment"
        ]
      },
      refinement: silent(races)
    }
  },
  "VER-21": {
    "answered first": {
      implementation: { fault: "answersBeforeDurable" },
      claims: { alipay: ["idempotent-pay", "durable", "conservation", "reverse-tombstone", "sale-once"] },
      refinement: oneWay("model", "wechat")
    }
  },
  "VER-22": {
    "first match": {
      implementation: "rules",
      claims: { alipay: ["one-account-per-code", "single-use"] },
      refinement: silent(coincidences),
      vectors: "provider"
    }
  },
  "VER-23": {
    "before the lock": {
      implementation: { fault: "lostUpdate" },
      claims: { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] },
      refinement: silent(races)
    },
    "no limit": {
      implementation: "rules",
      claims: { wechat: ["daily-count"] },
      refinement: random("wechat"),
      vectors: "provider"
    }
  },
  "VER-24": {
    "no limit": {
      implementation: "rules",
      claims: { alipay: ["account-sum"] },
      refinement: random("hardened"),
      vectors: "provider"
    }
  },
  "VER-25": {
    "each node": {
      implementation: "rules",
      claims: { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound"] },
      refinement: given(
        { side: "implementation", schemes: ["wechat"], run: () => acrossMidnight },
        { side: "model", schemes: ["wechat"], run: () => acrossMidnight }
      )
    }
  },
  "VER-26": {
    "the phone's": {
      implementation: "rules",
      claims: { alipay: ["daily-sum", "stolen-phone", "account-sum", "leak-bound", "honest-payment"] },
      refinement: random("alipay"),
      vectors: "provider"
    }
  },
  "VER-27": {
    "any code": {
      implementation: {
        never: "a code outside the window is looked for nowhere: there is no credential whose step it could move"
      },
      claims: { hardened: ["honest-payment"] },
      refinement: oneWay("model", "alipay")
    }
  },
  "VER-28": {
    "used set only": {
      implementation: "rules",
      claims: {},
      backed: { by: { clause: "VER-8", mutant: "not kept" }, scheme: "hardened", claim: "single-use" },
      refinement: random("hardened"),
      vectors: "provider"
    }
  },
  "VER-29": {
    "by account": {
      implementation: { wrapper: "throttlesByAccount" },
      claims: { hardened: ["lockout-bound"] },
      refinement: oneWay("model", "hardened"),
      vectors: "provider",
      agreement: { says: /\.throttled: the spec has false, the model has true/ }
    },
    "by merchant": {
      implementation: { wrapper: "throttlesByMerchant" },
      claims: { hardened: ["lockout-bound"] },
      refinement: oneWay("model", "wechat"),
      vectors: "provider"
    },
    none: {
      implementation: "rules",
      claims: { wechat: ["guess-targeted"], hardened: ["guess-blind"] },
      refinement: random("alipay")
    },
    "somebody's alone": {
      implementation: "rules",
      claims: { alipay: ["hidden-aliases"], unionpay: ["hidden-aliases"] },
      refinement: silent(everybodys),
      vectors: "provider"
    }
  },
  "VER-30": {
    "no epoch": {
      implementation: "rules",
      claims: { alipay: ["restore-safety"] },
      refinement: silent(restores),
      vectors: "restore",
      agreement: { says: /restore: .*\.suspended: the spec has true, the model has false/ }
    },
    "from the snapshot": {
      implementation: "rules",
      claims: { alipay: ["restore-safety"] },
      refinement: silent(restores),
      vectors: "restore"
    }
  },
  "VER-31": {
    refused: {
      implementation: "rules",
      claims: { alipay: ["restore-safety"] },
      refinement: silent(restores),
      vectors: "restore"
    }
  },
  "VER-32": {
    "left out": {
      implementation: "rules",
      claims: {
        "alipay-till-qr": ["payee-agreement", "amount-agreement", "offline-step-up", "unasked-loss"],
        hardened: ["expected-loss"]
      },
      refinement: random("alipay-till-qr"),
      vectors: "provider",
      agreement: { says: /(show|runOff)\(.*payee: -1.*\): the spec has no such step/, of: bound }
    },
    "plain codes": {
      implementation: {
        never: "the proof of a code is compared with the one over the request's transaction, and with no other"
      },
      claims: {
        "alipay-till-qr": ["payee-agreement", "amount-agreement", "unasked-loss"],
        hardened: ["expected-loss"]
      },
      refinement: oneWay("model", "alipay-till-qr"),
      agreement: { says: /(show|runOff)\(.*payee: -1.*\): the spec has no such step/, of: bound }
    },
    "without the name": {
      implementation: { wrapper: "anyName" },
      claims: { "alipay-till-qr": ["payee-agreement"], hardened: ["expected-loss"] },
      refinement: oneWay("model", "alipay-till-qr"),
      vectors: "provider"
    },
    "without the order": {
      implementation: { fault: "withoutOrder" },
      claims: { "alipay-till-qr": ["payee-agreement"], hardened: ["step-up-agreement", "expected-loss"] },
      refinement: oneWay("model", "alipay-till-qr")
    }
  },
  "VER-33": {
    burned: {
      implementation: { wrapper: "burnsForeignCodes" },
      claims: { "alipay-till-qr": ["burn-denial"] },
      // What is not burned pays under the number that it was made over; another number has used it up where it is.
      refinement: given({
        side: "model",
        schemes: ["alipay-till-qr"],
        run: (scheme) => ({
          amounts: [7, 8],
          actions: [
            { ...show(), ...madeOver(scheme, 1, 7) },
            payment(positionOf(scheme, 0), 8),
            payment(positionOf(scheme, 0), 7)
          ]
        })
      }),
      vectors: "provider",
      agreement: { says: /\.burned: the spec has false, the model has true/, of: bound }
    }
  }
} as const satisfies RowsOf<"Verification">
