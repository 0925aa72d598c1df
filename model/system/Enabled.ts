/** Enabled actions: what somebody can do next, in a state: all that can happen, but for the passing of time. */
import type { Action, Node } from "./Action.ts"
import * as Adversary from "./Adversary.ts"
import { type Choices, everything, type Turn } from "./Choices.ts"
import * as Faults from "./Faults.ts"
import * as Payer from "./Payer.ts"
import * as Payouts from "./Payouts.ts"
import * as Prompts from "./Prompts.ts"
import type { State, World } from "./State.ts"
import * as Till from "./Till.ts"

const nodesOf = ({ can, rules }: World): ReadonlyArray<Node> =>
  can.nodes && rules.scheme.clock.nodeSkew > 0 ? bothNodes : oneNode
const bothNodes: ReadonlyArray<Node> = [0, 1]
const oneNode: ReadonlyArray<Node> = [0]

/** Everything that somebody can do next, but for the passing of time; by default with every choice there is. */
export const enabled = (world: World, state: State, choices: Choices = everything): Array<Action> => {
  const out: Array<Action> = []
  const turn: Turn = { world, state, nodes: nodesOf(world), choices, out }
  Payer.agreements(turn)
  for (let phone = 0; phone < state.phones.length; phone++) Payer.ofPhone(turn, phone)
  Till.scans(turn)
  for (let order = 0; order < state.orders.length; order++) {
    Till.ofOrder(turn, order)
    if (world.scope.plays.stepUp) Prompts.ofOrder(turn, order)
  }
  Payouts.payouts(turn)
  Adversary.attempts(turn)
  Faults.faults(turn)
  Faults.races(turn)
  return out
}
