/** Prompts: what becomes of an order that waits for its payer, who answers a prompt, until the provider's timer closes it. */
import { inForce } from "../Rules.ts"
import { Settlement, StepUp } from "../steps/Steps.ts"

import type { Node, Of } from "./Action.ts"
import type { Turn } from "./Choices.ts"
import * as Codes from "./Codes.ts"
import * as Facts from "./Facts.ts"
import * as Orders from "./Orders.ts"
import { accountOf, adversary, type Order, type State, type World } from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What can come of an open order
// ---------------------------------------------------------------------------------------------------------------------

/** Adds what can come of an order that waits for its payer, or did. */
export const ofOrder = (turn: Turn, index: number): void => {
  const { out, state, world } = turn
  const { rules } = world
  if (!StepUp.waits(rules)) return
  const order = state.orders[index]!
  if (!order.taken || order.status === "none" || order.status === "refused") return
  // The prompt may come late, as long as the order was ever open.
  const wasOpen = !order.free
  const isTheirs = state.phones[order.phone]!.till === order.merchant
  const confirms = isTheirs || !inForce(rules, "STP-3")
  if (order.confirmed === "no" && wasOpen && order.status !== "paid" && confirms) {
    out.push({ _tag: "Approve", order: index })
  }
  if (order.confirmed !== "no") authentications(turn, index)
  if (order.status === "open") ends(turn, index)
}

/** Adds the orders that the owner's answer for one can be taken for. */
const authentications = ({ nodes, out, state, world }: Turn, index: number): void => {
  const { can, rules } = world
  const order = state.orders[index]!
  for (let to = 0; to < state.orders.length; to++) {
    const other = state.orders[to]!
    // An answer that names no order is taken for any. One that does comes for another only where messages are meddled with.
    const strays = !StepUp.namesOrder(rules) || (can.sms && StepUp.isByMessage(rules))
    const isTaken = strays && other.status === "open" && other.phone === order.phone
    // An order that was debited twice has shown all that can go wrong with it.
    if ((to !== index && !isTaken) || other.debits === 2) continue
    for (const node of nodes) out.push({ _tag: "Authenticate", order: index, to, node })
  }
}

/** Adds how an open order can end without its payer: by an answer in the owner's name, or by the timer. */
const ends = ({ nodes, out, state, world }: Turn, index: number): void => {
  const { rules } = world
  const order = state.orders[index]!
  if (StepUp.canImpersonate(rules, Facts.robbed(world, state, order.phone))) {
    for (const node of nodes) out.push({ _tag: "Impersonate", order: index, node })
  }
  for (const node of nodes) {
    const closing = closingOf(world, state, order, node)
    if (closing !== undefined && closing.change.status !== undefined) out.push({ _tag: "Close", order: index, node })
  }
}

/** What the timer of a node does to an order, by its clock; undefined where there is no record of it. */
const closingOf = (world: World, state: State, order: Order, node: Node) => {
  const now = Facts.clockOf(world, state, node)
  const record = Facts.recordOf(world, order, now)
  return record && { now, change: Settlement.close(world.rules, record, now) }
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

/** The owner answers the prompt for an order with the password. */
export const approve = (world: World, state: State, { order: index }: Of<"Approve">): Step => {
  const { rules } = world
  const { merchant, phone } = state.orders[index]!
  // An answer that names no order is given on the word of the till, and the adversary's lies.
  const isToldFalse = merchant === adversary(world) && StepUp.isPasswordMessaged(rules)
  const confirmed = inForce(rules, "STP-3") && !isToldFalse ? "seen" : "blind"
  const given = Writes.withOrder(state, index, { confirmed, confirmedAt: state.now })
  return Codes.expose(world, given, phone, StepUp.answerTells(rules, Facts.robbed(world, state, phone)))
}

/** An answer to a prompt: for which order it is taken, and at which node; and whether it was given for that one. */
interface PromptAnswer {
  readonly to: number
  readonly node: Node
  readonly isForOrder: boolean
}

const answer = (world: World, state: State, { isForOrder, node, to }: PromptAnswer): Step => {
  const { rules } = world
  const order = state.orders[to]!
  const now = Facts.clockOf(world, state, node)
  const record = Facts.recordOf(world, order, now)
  // Guesses at the password are the affair of the computed claims: here nobody has given a wrong answer.
  const approval = StepUp.authenticate(rules, record, { isForOrder, wrong: 0 })
  const events = Orders.answered({ order: to, question: "password", answer: approval.answer, own: true, node })
  if (approval.answer !== "PAID") return { state, events }
  const paid = Orders.tell(Writes.change(world, state, { order: to, now }, approval), to, "PAID")
  return {
    state: inForce(rules, "STP-1")
      ? paid
      : Writes.withAccount(paid, accountOf(world, order.phone), { authenticated: true }),
    events: [...events, { _tag: "Debited", order: to, by: "password" }]
  }
}

/** The owner's answer reaches the provider, for the order that it was given for, or is taken for another. */
export const authenticate = (world: World, state: State, { node, order, to }: Of<"Authenticate">): Step =>
  answer(world, state, { to, node, isForOrder: order === to })

/** Somebody else's answer reaches the provider in the owner's name. */
export const impersonate = (world: World, state: State, { node, order }: Of<"Impersonate">): Step =>
  answer(world, state, { to: order, node, isForOrder: true })

/** The timer of an order fires at a node. */
export const close = (world: World, state: State, { node, order }: Of<"Close">): Step => {
  const closing = closingOf(world, state, state.orders[order]!, node)
  if (closing === undefined) return quietly(state)
  return quietly(Writes.change(world, state, { order, now: closing.now }, closing.change))
}
