/**
 * Wrong codes: how many of them the provider has counted on each of its days, from each terminal and merchant and under each alias, as
 * whoever asks it can tell by its answers. The model counts none: there a flood is as many as it takes. So where the next
 * request would be refused unread for those before it, and no flood explains that, it is not made.
 */
import * as Effect from "effect/Effect"
import { Verification } from "../../model/steps/Steps.ts"
import { Facts, type Node, type State } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import { type Cast, clockOf } from "./Cast.ts"
import type { Observation } from "./Observation.ts"

/** A pay request that is about to be sent, by what a wrong code in it is counted under. */
export interface Asked {
  readonly merchant: number
  readonly terminal: string
  /** The order number, as the provider knows it. */
  readonly order: string
  /** The account that its digits name; undefined where they name none. */
  readonly account: number | undefined
  readonly node: Node
}

const dayOf = (cast: Cast, { node }: Asked): number => Time.dayAt(cast.rules.scheme, clockOf(cast, node))

const terminalOf = (cast: Cast, asked: Asked): string =>
  `${dayOf(cast, asked)} terminal ${asked.merchant}/${asked.terminal}`

const merchantOf = (cast: Cast, asked: Asked): string => `${dayOf(cast, asked)} merchant ${asked.merchant}`

const aliasOf = (cast: Cast, asked: Asked): string | undefined =>
  asked.account === undefined ? undefined : `${dayOf(cast, asked)} alias ${asked.account}`

/** What a wrong code is counted under. */
const subjectsOf = (cast: Cast, asked: Asked): ReadonlyArray<string> => {
  const alias = aliasOf(cast, asked)
  const senders = [terminalOf(cast, asked), merchantOf(cast, asked)]
  return alias === undefined ? senders : [...senders, alias]
}

const add = (counts: Map<string, number>, subjects: ReadonlyArray<string>, more: number): void => {
  for (const subject of subjects) counts.set(subject, (counts.get(subject) ?? 0) + more)
}

/** How many wrong codes there were before a request. Those that are under way may be wrong, and count as well. */
export const before = (cast: Cast, asked: Asked): Verification.WrongCodes => {
  const { counted, underWay } = cast.memory.wrongCodes
  const countOf = (subject: string): number => (counted.get(subject) ?? 0) + (underWay.get(subject) ?? 0)
  const alias = aliasOf(cast, asked)
  return {
    fromTerminal: countOf(terminalOf(cast, asked)),
    fromMerchant: countOf(merchantOf(cast, asked)),
    underAlias: alias === undefined ? 0 : countOf(alias)
  }
}

/**
 * The message of a request, whose answer is counted where it says that the code was wrong. It says so again for as often as
 * the same order number is asked for, from the record that the first one left.
 */
export const counting = <E>(
  cast: Cast,
  asked: Asked,
  message: Effect.Effect<Observation, E>
): Effect.Effect<Observation, E> => {
  const { counted, orders, underWay } = cast.memory.wrongCodes
  const subjects = subjectsOf(cast, asked)
  const order = `${asked.merchant}/${asked.order}`
  let isUnderWay = true
  add(underWay, subjects, 1)
  return Effect.tap(message, (seen) =>
    Effect.sync(() => {
      if (isUnderWay) add(underWay, subjects, -1)
      isUnderWay = false
      if (seen._tag !== "Answered" || seen.answer !== "CODE_INVALID" || orders.has(order)) return
      orders.add(order)
      add(counted, subjects, 1)
    })
  )
}

/** Whether a request for an order, one of a state by its place, is answered from a record there. */
const isRecorded = ({ rules, world }: Cast, state: State, order: number, node: Node): boolean => {
  const known = state.orders[order]
  const record = known && Facts.recordOf(world, known, Facts.clockOf(world, state, node))
  return Verification.isAnsweredFrom(rules, record)
}

/** Why a request for the order at a place cannot be made: it would be refused unread, and in the model it is read. */
export const obstacleOf = (cast: Cast, state: State, order: number, asked: Asked): Obstacle | undefined => {
  if (!Verification.isThrottled(cast.rules, before(cast, asked))) return undefined
  const { account, merchant, node } = asked
  const isFlooded =
    state.merchants[merchant]!.throttled || (account !== undefined && state.accounts[account]!.throttled)
  return isFlooded || isRecorded(cast, state, order, node) ? undefined : "wrong codes"
}
