/**
 * History: what many clients were answered who asked at once, held against the model. It is explained by an order in which
 * the model, asked one after the other, answers the same, and comes to the same books.
 */

import type { Problem } from "../../model/Decode.ts"
import type { Answer as Told } from "../../model/Order.ts"
import { Binding } from "../../model/steps/Steps.ts"
import * as System from "../../model/system/System.ts"
import { type Action, nowhere, type State, type World } from "../../model/system/System.ts"
import * as Difference from "../Difference.ts"
import * as Expectation from "./Expectation.ts"
import * as Linearizable from "./Linearizable.ts"
import type * as Message from "./Message.ts"
import type * as Observation from "./Observation.ts"

/** A message to the provider, when it was sent, and what came back and when. */
export type Operation = Linearizable.Operation<Message.ProviderAction, Observation.Observation>

/** What was sent and answered, and the books when nothing was under way any more. */
export interface History {
  readonly world: World
  /** The states that the model can have been in before. */
  readonly starts: ReadonlyArray<State>
  readonly operations: ReadonlyArray<Operation>
  readonly books: Observation.PartyBooks
}

/** A history is explained, or nothing explains it. */
export type Verdict = Explained | Unexplained

/** A history that some order explains. Messages that do not appear in it never took effect. */
export interface Explained extends Linearizable.Linearization<State> {
  readonly _tag: "Explained"
  /** How many pairs of operations done and state the search met. */
  readonly met: number
}

/** A history that nothing explains. */
export interface Unexplained {
  readonly _tag: "Unexplained"
  readonly history: History
  readonly longest: Linearizable.Explained<State, Observation.Observation>["longest"]
  /** Where the answers are explained, and the books are not, the first thing in the books that is not. */
  readonly problem: Problem | undefined
}

/** The truth that claims are about, and what owners have done: it decides no answer. */
const idle = new Set([
  "told",
  "undone",
  "attempted",
  "spoilt",
  "date",
  "confirmed",
  "confirmedAt"
] satisfies ReadonlyArray<keyof State["orders"][number] | keyof State["codes"][number]>) as ReadonlySet<string>

/** Text of parts of states, which states share. */
const texts = new WeakMap<object, string>()

const textOf = (part: object): string => {
  const known = texts.get(part)
  if (known !== undefined) return known
  const text = JSON.stringify(part, (name, value) => (idle.has(name) ? undefined : value))
  texts.set(part, text)
  return text
}

/** The same text for states in which everybody is answered alike from then on. */
const keyOf = ({ accounts, codes, merchants, orders, phones, used, ...rest }: State): string =>
  [
    ...accounts.map(textOf),
    ...phones.map(textOf),
    ...merchants.map(textOf),
    ...orders.map(textOf),
    // Codes that were made up are known in the order in which they were first sent.
    ...codes.map(textOf).toSorted(),
    textOf(used),
    JSON.stringify(rest)
  ].join()

/** What tills hold their orders for is as it was: they hear of nothing while many are asking at once. */
const unheard = (before: State, after: State): State =>
  after.orders === before.orders
    ? after
    : {
        ...after,
        orders: after.orders.map((order, index) => {
          const { view } = before.orders[index]!
          return order.view === view ? order : { ...order, view }
        })
      }

/** The answers to a pay request that it can have without anything being written. */
const unwritten: ReadonlySet<string> = new Set<Told>([
  "AMOUNT_CHANGED",
  "PAYER_CHANGED",
  "CODE_CHANGED",
  "THROTTLED",
  "UNKNOWN"
])

/** Whether a message that is answered so has changed nothing. */
const isRead = (world: World, action: Message.ProviderAction, answer: Observation.Observation): boolean => {
  const told = answer._tag === "Answered" ? answer.answer : answer._tag
  switch (action._tag) {
    case "Query":
    case "Approve":
      return true
    case "Authenticate":
      return told !== "PAID"
    case "Close":
      return told !== "CLOSED"
    case "Enroll":
      return told === "Declined"
    case "Meddle":
      return (
        action.what === "query" ||
        action.what === "refund query" ||
        told !== (action.what === "refund" ? "REFUNDED" : "REVERSED")
      )
    case "Deliver":
      return action.what === "reversal" ? told !== "REVERSED" : unwritten.has(told)
    case "Pay":
      // The request that is sent first settles what the adversary makes its code over, whatever it is answered.
      return unwritten.has(told) && (!Binding.isBound(world.rules) || action.request.key.position === nowhere)
    default:
      return false
  }
}

/** The model, asked by those who hear the answer themselves. */
export const model = (
  world: World
): Linearizable.Specification<State, Message.ProviderAction, Observation.Observation> => ({
  next: (state, action) => {
    const step = System.next(world, state, action)
    const output = Expectation.seenOf(world, { action, before: state, ...step })
    return { state: unheard(state, step.state), output }
  },
  key: keyOf,
  agrees: Difference.none,
  isRead: (action, answer) => isRead(world, action, answer)
})

/**
 * Looks for what explains a history, its books included. One explanation is as good as another where every message was
 * answered in the end: then the books say what took effect.
 */
export const judge = (history: History): Verdict => {
  const { books, operations, starts, world } = history
  const isIt = (state: State): boolean => Difference.none(Expectation.booksOf(world, state), books)
  const { linearizations, longest, met } = Linearizable.explain(model(world), starts, operations, isIt)
  const last = linearizations.at(-1)
  if (last !== undefined && isIt(last.state)) return { _tag: "Explained", ...last, met }
  const problem = last && Difference.first(Expectation.booksOf(world, last.state), books, "books")
  return { _tag: "Unexplained", history, longest: last === undefined ? longest : { ...longest, ...last }, problem }
}

const named = ({ _tag, ...what }: Action | Observation.Observation): string =>
  Object.keys(what).length === 0 ? _tag : `${_tag} ${JSON.stringify(what)}`

/** A history as text: who asked what and was answered what, in which order, and what has no explanation. */
export const report = ({ history: { operations }, longest: { expected, order }, problem }: Unexplained): string => {
  const lines = operations.map(({ end, input, invoked }, at) => {
    const came = end._tag === "Answered" ? `${end.at} ${named(end.output)}` : "never answered"
    return `${String(at).padStart(3)}. ${invoked}: ${named(input)}; ${came}`
  })
  const rest =
    problem === undefined
      ? [...expected].map(([at, answer]) => `After that, ${at} is to be answered ${named(answer)}.`)
      : [`The implementation differs: ${problem.path}: expected ${problem.expected}, found ${problem.found}`]
  return [...lines, `As far as it can be explained: ${order.join(", ")}.`, ...rest].join("\n")
}
