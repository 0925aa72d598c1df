/**
 * Loss: what a captured code costs its owner. Nothing is known of who comes first, the adversary or the payer's own till,
 * and so the adversary is taken to: the number is the worst case, which no average exceeds.
 */

import { inForce, mutantOf, type Rules } from "../../model/Rules.ts"
import { Binding } from "../../model/steps/Steps.ts"
import { type Computed, type Form, shown } from "./Computed.ts"

/** The chance that a captured code is still unspent when the adversary presents it. */
const unspent = 1

const infinite = Number.POSITIVE_INFINITY

/** The most that one payment without step-up can be, and all of a day: the limits as the mutants leave them. */
const limitsOf = (rules: Rules) => {
  const { accountDay, dayCount, daySum, payment } = rules.scheme.limit
  const more = { "one more": payment + 1, "no limit": infinite } as const
  const over = mutantOf(rules, "VER-12")
  const one = over === undefined ? payment : more[over]
  const sum = mutantOf(rules, "VER-13") === "no limit" ? infinite : (daySum ?? infinite)
  const count = mutantOf(rules, "VER-23") === "no limit" ? infinite : (dayCount ?? infinite)
  const all = inForce(rules, "VER-24") ? accountDay : infinite
  return { all, count, one, sum }
}

/** Codes that are bound to the till's transaction are worth nothing to anybody else. */
const bound: Computed = {
  value: 0,
  unit: "minor units",
  aDay: undefined,
  hits: undefined,
  formula: "0",
  parts: { "what another than the payer's own till can have": 0 },
  assumptions: [
    "the code is made over payee, amount, order number and nonce, and fits no other transaction (VER-32)",
    "the payer's own till has what the payer confirmed: that is no loss"
  ]
}

/** What a captured code costs that is presented within its life, in minor units (`expected-loss`). */
export const perCode: Form = (rules) => {
  // A code that is made over the till's transaction pays nobody but the payer's own till.
  if (Binding.isBound(rules) && inForce(rules, "VER-32")) return bound
  const { all, count, one, sum } = limitsOf(rules)
  // A code that is not burned pays until the day's limits are used up.
  const payments = inForce(rules, "VER-8") ? 1 : count
  const once = Math.min(one, sum, all)
  const most = payments === 1 ? once : Math.min(payments * one, sum, all)
  return {
    value: most * unspent,
    unit: "minor units",
    aDay: undefined,
    hits: undefined,
    formula: `min(${payments === 1 ? "" : `${shown(payments)} x `}${[one, sum, all].map(shown).join(", ")}) x ${unspent}`,
    parts: {
      "largest payment without step-up": one,
      "what the day leaves": Math.min(sum, all),
      "payments of one code": payments,
      "the code is still unspent": unspent
    },
    assumptions: [
      "the adversary presents the code before the payer's own till does, always: the worst case, for nothing is known of how often",
      "nothing was spent on that day, and the balance covers it all"
    ]
  }
}
