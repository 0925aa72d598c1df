/** Mutants of the clauses on making and showing codes. */
import { madeOver, payment, positionOf, show } from "./GivenRuns.ts"
import { bothWays, bound, confirms, given, learns, oneWay, type RowsOf, random, silent } from "./Row.ts"

/** A row for every mutant of the phase. */
export const generation = {
  "GEN-1": {
    asks: {
      implementation: { never: "there is no request by which a phone could ask for a code" },
      claims: { alipay: ["offline-generation"] },
      refinement: oneWay("model", "alipay")
    }
  },
  "GEN-4": {
    counted: {
      implementation: "rules",
      claims: { alipay: ["offline-supply"] },
      refinement: random("alipay"),
      agreement: { says: /(\.shown: the spec has 0, the model has 1|runOut\(\d\): the spec has no such step)/ }
    }
  },
  "GEN-6": {
    ignored: {
      implementation: "rules",
      claims: { hardened: ["revealed-code"] },
      refinement: given({
        side: "implementation",
        schemes: ["wechat", "keyed"],
        run: (scheme) => ({ amounts: [7], actions: [show(0, true), payment(positionOf(scheme, 0), 7, true)] })
      }),
      vectors: "provider"
    }
  },
  "GEN-7": {
    "one key": {
      implementation: { never: "the key of an alias comes from the credential's own seed" },
      claims: { hardened: ["opaque-code", "unlinkable"] },
      refinement: silent(learns)
    }
  },
  "GEN-8": {
    "not shown": {
      implementation: { never: "a wallet shows what it has read, and asks whether it is the payer's" },
      claims: { "alipay-till-qr": ["payee-agreement"] },
      refinement: silent(confirms),
      agreement: { says: /show\(.*payee: 2.*\): the spec has no such step/, of: bound }
    }
  },
  "GEN-9": {
    "not counted": {
      implementation: "rules",
      claims: { hardened: ["honest-payment"] },
      // Phones make several codes for a position then. The model has the last of them, and a provider is sent any.
      refinement: { ...bothWays("hardened"), alike: false }
    },
    "by step": {
      implementation: { never: "an alias is made for a position, as the proof is" },
      claims: { hardened: ["unlinkable"] },
      refinement: silent(learns),
      agreement: { says: /Learnt\.what: the spec has "nothing", the model has "credential"/, of: ["hardened"] }
    }
  },
  "GEN-10": {
    "at once": {
      implementation: "rules",
      claims: { hardened: ["asked-for"] },
      refinement: given({
        side: "implementation",
        schemes: ["hardened"],
        run: (scheme) => ({
          amounts: [7],
          can: ["hold-phone"],
          actions: [{ _tag: "Open", phone: 0, by: "another", ...madeOver(scheme, 1, 7) }]
        })
      })
    }
  }
} as const satisfies RowsOf<"Generation">
