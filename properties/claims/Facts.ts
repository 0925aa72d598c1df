/** What claims ask of events and states: the truth, counted anew, whatever the provider's records say. */

import type { Answer } from "../../model/Order.ts"
import { inForce } from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import {
  accountOf,
  type Code,
  type CodeKey,
  type Credential,
  type EventOf,
  indexOf,
  isSame,
  type Order,
  type State,
  Facts as SystemFacts,
  type World
} from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"

/** An answer to a pay request. */
export type Paying = EventOf<"Answered">

/** Whether an answer debits, or holds the order open. */
export const isAccepting = (answer: Answer): boolean => answer === "PAID" || answer === "OPEN"

/** Whether a pay request was accepted now, not before. */
export const isAccepted = ({ answer, fresh, question }: Paying): boolean =>
  question === "pay" && fresh && isAccepting(answer)

/** Whether a pay request is the one that its order stands for. */
export const isSameRequest = (order: Order, { request }: Paying): boolean =>
  request !== undefined &&
  request.amount === order.amount &&
  request.alias === order.phone &&
  isSame(order, request.key)

/** The order that an event is about. */
export const orderOf = (state: State, { order }: { readonly order: number }): Order => state.orders[order]!

/** Whether the owner has authenticated for what is debited: answered its prompt, or entered the PIN for its code. */
export const isAuthenticated = (state: State, event: EventOf<"Debited">): boolean => {
  const isAnswered = event.by === "password" || event.by === "pin"
  return isAnswered && orderOf(state, event).confirmed !== "no"
}

/** The account that pays an order. */
export const payerOf = (world: World, { phone }: Order): number => accountOf(world, phone)

/** What somebody made under a key; undefined where nobody did. */
export const codeOf = (state: State, key: CodeKey): Code | undefined => state.codes[indexOf(state.codes, key)]

/** Whether a code, or a later one of its credential, was attempted. */
export const isPassed = ({ codes }: State, { generation, phone, position }: CodeKey): boolean => {
  for (const code of codes) {
    if (code.attempted && code.phone === phone && code.generation === generation && code.position >= position)
      return true
  }
  return false
}

/** What the answer to a prompt debits is what the payer was asked on the phone, and had seen. */
export const asPrompted: Claim.Part<EventOf<"Debited">> = {
  applies: StepUp.waits,
  judge: (_world, _before, event, after) =>
    event.by === "password" ? Claim.must(orderOf(after, event).confirmed === "seen") : "elsewhere"
}

/** Whether an order is the merchant's, and the sale, whose name and transaction a code was made over. */
export const isMadeFor = ({ copied, payee }: Code, { merchant, presented, view }: Order): boolean =>
  payee === merchant && (view === "adversary" || copied === presented)

/** The credential that a key is of; undefined for digits that nobody was given. */
export const credentialOf = (state: State, { generation, phone, position }: CodeKey): Credential | undefined =>
  position < 0 ? undefined : state.phones[phone]?.credentials[generation]

/** Whether the owner has revoked a phone, with whichever of its credentials: nobody signs in on it again for the owner. */
export const wasRevoked = (state: State, phone: number): boolean =>
  state.phones[phone]!.credentials.some(({ status }) => status === "revoked")

/** Whether a credential of a phone has had its place taken by a later one. */
export const isSuperseded = (state: State, { generation, phone }: CodeKey): boolean => {
  const { credentials } = state.phones[phone]!
  if (credentials[generation]!.status === "ended") return true
  for (let later = generation + 1; later < credentials.length; later++) {
    if (credentials[later]!.status === "live") return true
  }
  return false
}

/** The day on which an order was accepted, in truth. */
export const dateOf = ({ rules }: World, { date, day }: Order): number =>
  inForce(rules, "VER-25") && inForce(rules, "VER-26") ? day : date

/** What an account has paid without step-up on a day, net of reversals: the sum, and how many payments. */
export const freeOn = (world: World, state: State, account: number, day: number) => {
  const { opening } = world.scope
  let sum = opening.freeSum
  let count = opening.freeCount
  for (const order of state.orders) {
    if (!order.free || order.debits === 0 || order.status === "reversed") continue
    if (dateOf(world, order) !== day || payerOf(world, order) !== account) continue
    sum += order.debits * order.amount
    count += order.debits
  }
  return { sum, count }
}

/** What an account has paid on a day, or has open. */
export const allOn = (world: World, state: State, account: number, day: number): number => {
  let sum = world.scope.opening.all
  for (const order of state.orders) {
    if (dateOf(world, order) !== day || payerOf(world, order) !== account) continue
    if (order.status === "open") sum += order.amount
    else if (order.status !== "reversed") sum += order.debits * order.amount
  }
  return sum
}

/** What is left of an account's balance, less what it has open. */
export const balanceOf = (world: World, state: State, account: number): number => {
  let left = world.scope.opening.balance
  for (const order of state.orders) {
    if (accountOf(world, order.phone) !== account) continue
    left += order.returned - order.debits * order.amount
    if (order.status === "open") left -= order.amount
  }
  return left
}

/** A payment that an account would make: the amount in minor units, and the day that it would count to. */
export interface Intended {
  readonly account: number
  readonly amount: number
  readonly day: number
}

/** Whether an account may make a payment without step-up. `before`: not counting the payment itself. */
export const isWithinLimits = (world: World, before: State, { account, amount, day }: Intended): boolean => {
  const { accountDay, dayCount, daySum, payment } = world.rules.scheme.limit
  const { count, sum } = freeOn(world, before, account, day)
  return (
    amount <= payment &&
    (daySum === undefined || sum + amount <= daySum) &&
    (dayCount === undefined || count + 1 <= dayCount) &&
    allOn(world, before, account, day) + amount <= accountDay &&
    amount <= balanceOf(world, before, account)
  )
}

/** The day's cap on what can be paid without step-up. */
export const dayCap = ({ rules: { scheme } }: World): number => {
  const { accountDay, dayCount, daySum, payment } = scheme.limit
  return Math.min(daySum ?? accountDay, dayCount === undefined ? accountDay : dayCount * payment, accountDay)
}

/** What the clock of the node that answered read. */
export const clockOf = (world: World, state: State, { node }: Paying): number => SystemFacts.clockOf(world, state, node)
