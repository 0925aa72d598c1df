/** Mutants of the clauses on step-up. */
import { advance, atLimit, paid } from "./GivenRuns.ts"
import { bothWays, confirms, given, learns, oneWay, type RowsOf, random, silent } from "./Row.ts"

/** A row for every mutant of the phase. */
export const stepUp = {
  "STP-1": {
    "flag kept": {
      implementation: { wrapper: "asksOnce", rules: true },
      claims: { alipay: ["step-up-required", "payment-limit"] },
      refinement: oneWay("model", "keyed"),
      vectors: "provider"
    }
  },
  "STP-2": {
    "any order": {
      implementation: { wrapper: "whateverWaits", rules: true },
      claims: { alipay: ["step-up-required", "step-up-agreement"] },
      refinement: random("alipay-sms-ocra"),
      vectors: "provider"
    }
  },
  "STP-3": {
    "not shown": {
      implementation: "rules",
      claims: { alipay: ["step-up-agreement"] },
      refinement: silent(confirms),
      agreement: {
        says: /(approve\(.*\): the spec has no such step|\.confirmed: the spec has "seen", the model has "blind")/
      }
    }
  },
  "STP-4": {
    "in clear": {
      implementation: { never: "a wallet sends the password to its provider, and has nowhere else to send it" },
      claims: { alipay: ["pin-kept", "secret-kept"] },
      refinement: silent(learns),
      agreement: { says: /the model has \{"Learnt"/ }
    }
  },
  "STP-5": {
    shorter: {
      implementation: "rules",
      claims: { alipay: ["timely-step-up"] },
      refinement: given({
        side: "model",
        schemes: ["alipay", "wechat", "unionpay", "keyed"],
        run: (scheme) => ({
          amounts: atLimit(scheme),
          actions: [
            ...paid(scheme, scheme.limit.payment + 1),
            advance(scheme.stepUp.deliveryAtMost! + scheme.stepUp.answerWithin!),
            { _tag: "Close", order: 0, node: 0 }
          ]
        })
      }),
      vectors: "provider"
    }
  },
  "STP-6": {
    "in the code": {
      implementation: { never: "a wallet makes a proof with the PIN only where the method of step-up says so" },
      claims: { alipay: ["pin-kept"] },
      refinement: silent(learns),
      agreement: { says: /the model has \{"Learnt"/ }
    }
  },
  "STP-7": {
    "not counted": {
      implementation: "rules",
      claims: { hardened: ["guess-password"] },
      refinement: silent(
        "nobody in a run guesses at a password; `WrongAnswers.test.ts` compares the implementation with the step"
      )
    }
  },
  "STP-8": {
    "any phone": {
      implementation: "rules",
      claims: { alipay: ["device-bound"] },
      refinement: bothWays("alipay"),
      vectors: "provider"
    }
  }
} as const satisfies RowsOf<"StepUp">
