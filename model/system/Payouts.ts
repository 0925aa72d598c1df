/** Payouts: what the provider pays out to merchants, from what it holds for them. */
import { Settlement } from "../steps/Steps.ts"
import type { Of } from "./Action.ts"
import type { Turn } from "./Choices.ts"
import * as Facts from "./Facts.ts"
import { replaced, type State, type World } from "./State.ts"
import { quietly, type Step } from "./Step.ts"

/** Adds what can be paid out. */
export const payouts = ({ out, state, world }: Turn): void => {
  if (!world.scope.plays.payouts) return
  for (let merchant = 0; merchant < state.merchants.length; merchant++) {
    if (Settlement.paysOut(Facts.heldFor(state, merchant)) > 0) out.push({ _tag: "PayOut", merchant })
  }
}

/** The provider pays out to a merchant what it holds for it. */
export const payOut = (_world: World, state: State, { merchant }: Of<"PayOut">): Step => {
  const before = state.merchants[merchant]!
  const paidOut = before.paidOut + Settlement.paysOut(Facts.heldFor(state, merchant))
  return quietly({ ...state, merchants: replaced(state.merchants, merchant, { ...before, paidOut }) })
}
