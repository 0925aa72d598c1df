/** Orders: how a merchant asks under an order number, and what the provider decides and answers. */
import { type Answer, isDefinite } from "../Order.ts"
import { type Change, Verification } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Event, Node, Question, Request } from "./Action.ts"
import * as Facts from "./Facts.ts"
import type { Order, State, World } from "./State.ts"
import type { Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

/** An order number that a merchant has just used. Its fields stand in the order of {@link Order}, so that all orders are of one form. */
const unused = (
  { alias, amount, key }: Request,
  { merchant, presented, view }: Pick<Order, "merchant" | "presented" | "view">,
  now: number
): Order => ({
  phone: alias,
  generation: key.generation,
  position: key.position,
  revealed: key.revealed,
  merchant,
  amount,
  presented,
  view,
  sentAt: now,
  arrived: false,
  reversing: false,
  abandoned: false,
  status: "none",
  reason: "NONE",
  taken: false,
  at: Time.never,
  free: false,
  day: -1,
  returnedDay: -1,
  refunded: 0,
  firstRefund: 0,
  secondRefund: 0,
  volatile: false,
  saved: "none",
  confirmed: "no",
  confirmedAt: Time.never,
  debits: 0,
  returned: 0,
  date: -1,
  undone: false,
  told: "NONE"
})

/** A new order number of a merchant, with the request for it. */
export const ordered = (state: State, request: Request, by: Pick<Order, "merchant" | "presented" | "view">): State => ({
  ...state,
  used: { codes: state.used.codes, orders: state.used.orders + 1 },
  orders: [...state.orders, unused(request, by, state.now)]
})

/** The provider decides a request for an order. The facts may be those of an earlier state, in which the order is known. */
export const decided = (world: World, state: State, submission: Facts.Submission, facts = state): Step => {
  const { node, order, request } = submission
  const { facts: gathered, found } = Facts.gather(world, facts, state.orders[order]!, submission)
  const now = Facts.clockOf(world, state, node)
  const decision = Verification.decide(world.rules, gathered, Facts.requestedOf(request, gathered.record), now)
  return Writes.settle(world, state, submission, { decision, found })
}

/** What somebody is answered about an order. */
export interface Reply {
  readonly order: number
  readonly question: Question
  readonly answer: Answer
  /** It is the order's own merchant that asks, or its payer. */
  readonly own: boolean
  readonly node: Node
  /** The number of the refund that is asked for, from 1, and its amount. */
  readonly number?: number
  readonly amount?: number
}

/** What is seen of an answer to a question about an order that is no payment. */
export const answered = ({
  amount = 0,
  answer,
  node,
  number = 0,
  order,
  own,
  question
}: Reply): ReadonlyArray<Event> => [
  {
    _tag: "Answered",
    order,
    question,
    answer,
    number,
    amount,
    own,
    node,
    request: undefined,
    fresh: false,
    attempt: false,
    used: false
  }
]

/** The state in which somebody has been told something of an order. */
export const tell = (state: State, index: number, answer: Answer): State =>
  state.orders[index]!.told === answer || !isDefinite(answer) ? state : Writes.withOrder(state, index, { told: answer })

/** What a reversal does to an order and, whatever the record says, to the truth about it. */
export const reversed = (world: World, state: State, entry: Writes.Entry, reversal: Change.Change): State => {
  // One that comes too late, or perhaps so, says nothing of where the order stands.
  if (reversal.answer === "REVERSE_EXPIRED" || reversal.answer === "UNKNOWN") return state
  const after = tell(Writes.change(world, state, entry, reversal), entry.order, reversal.answer)
  return after.orders[entry.order]!.undone ? after : Writes.withOrder(after, entry.order, { undone: true })
}
