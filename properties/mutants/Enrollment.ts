/** Mutants of the clauses on enrollment, renewal and revocation. */
import { atLimit, paid, payment, positionOf } from "./GivenRuns.ts"
import { bothWays, givenEither, oneWay, type RowsOf, random } from "./Row.ts"

/** A row for every mutant of the phase. */
export const enrollment = {
  "ENR-1": {
    unsigned: {
      implementation: "rules",
      claims: { alipay: ["device-bound"] },
      refinement: bothWays("alipay"),
      vectors: "provider"
    }
  },
  "ENR-2": {
    shared: {
      implementation: { wrapper: "sharedSecret" },
      claims: {
        alipay: [
          "revocation",
          "device-bound",
          "one-credential",
          "payer-agreement",
          "leak-bound",
          "one-account-per-code",
          "restore-safety",
          "single-use"
        ]
      },
      refinement: oneWay("model", "alipay"),
      vectors: "provider"
    }
  },
  "ENR-4": {
    anybody: {
      implementation: "rules",
      claims: { alipay: ["device-bound"] },
      refinement: random("alipay"),
      vectors: "provider"
    }
  },
  "ENR-5": {
    shared: {
      implementation: {
        never: "what draws a secret does not know whose phone it is for: the mutant of ENR-2 shares all of them"
      },
      claims: { alipay: ["revocation", "device-bound", "one-credential", "restore-safety"] },
      refinement: oneWay("model", "alipay")
    }
  },
  "ENR-6": {
    "one phase": {
      implementation: "rules",
      claims: { alipay: ["lost-reply"] },
      refinement: random("wechat"),
      vectors: "provider",
      agreement: { says: /\.status: the spec has "live", the model has "ended"/ }
    }
  },
  "ENR-7": {
    kept: {
      implementation: "rules",
      claims: { alipay: ["one-credential", "collision"] },
      refinement: random("unionpay"),
      vectors: "provider",
      agreement: { says: /\.status: the spec has "ended", the model has "live"/ }
    }
  },
  "ENR-8": {
    cleared: {
      implementation: "rules",
      claims: { alipay: ["single-use"] },
      refinement: givenEither({
        schemes: ["alipay", "wechat", "unionpay", "keyed"],
        run: (scheme) => ({
          amounts: atLimit(scheme),
          actions: [...paid(scheme, 7), { _tag: "Enroll", phone: 0, heard: false }, payment(positionOf(scheme, 0), 7)]
        })
      }),
      vectors: "provider"
    }
  },
  "ENR-9": {
    another: {
      implementation: "rules",
      claims: { alipay: ["lost-reply"] },
      refinement: random("hardened"),
      vectors: "provider"
    }
  },
  "ENR-10": {
    "made ahead": {
      implementation: "rules",
      claims: { alipay: ["revocation", "stolen-phone"] },
      refinement: bothWays("alipay"),
      vectors: "provider",
      agreement: { says: /\.answer: the spec has "CODE_INVALID", the model has/ }
    }
  },
  "ENR-11": {
    survive: {
      implementation: "rules",
      claims: { alipay: ["consent", "revocation"] },
      refinement: bothWays("keyed"),
      vectors: "provider"
    }
  },
  "ENR-13": {
    "signed in": {
      implementation: "rules",
      claims: { alipay: ["revocation", "stolen-phone"] },
      refinement: bothWays("alipay"),
      vectors: "provider",
      agreement: { says: /Declined: the spec has .*"NOT_OWNER"/ }
    },
    "still asked": {
      implementation: "rules",
      claims: { alipay: ["revocation"] },
      refinement: bothWays("alipay"),
      vectors: "provider"
    }
  }
} as const satisfies RowsOf<"Enrollment">
