/** Short messages: the challenges that payers were sent in a run, and what is said to the provider from their numbers. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Challenge } from "../../impl/credentials/Credentials.ts"
import { accountOf, type Node, type State } from "../../model/system/System.ts"
import { type Cast, clockOf, numberOf, telephoneOf } from "./Cast.ts"
import * as Message from "./Message.ts"
import { answered, dark } from "./Observation.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

/** The challenge of an order, as it was sent to its payer; undefined where none was. */
export const challengeOf = Effect.fnUntraced(function* (cast: Cast, state: State, index: number) {
  const { amount, merchant, phone } = state.orders[index]!
  const { order } = numberOf(cast, state, index)
  const texts = yield* cast.deployment.inbox(telephoneOf(cast, phone))
  return texts.find((text) => {
    const read = Challenge.read(text)
    if (Result.isFailure(read)) return false
    const named = read.success
    return named.payee === OrderNumbers.nameOf(merchant) && named.order === order && named.amount === amount
  })
})

/** A short message from the number of a phone's owner; undefined where there is nothing to say. */
export const sendFrom = (
  cast: Cast,
  phone: number,
  node: Node,
  text: Effect.Effect<string | undefined>
): Message.Message =>
  Effect.gen(function* () {
    const said = yield* text
    if (said === undefined) return dark
    const from = telephoneOf(cast, phone)
    return yield* Message.to(
      cast.deployment,
      node,
      (provider) => provider.stepUp.receive({ from, text: said, at: clockOf(cast, node) }),
      (received) => (received === undefined ? dark : answered(received.answer))
    )
  })

/**
 * Whether a password that names no order is taken for another than an action says: it is taken for the oldest that is
 * open.
 */
export const isForAnother = (cast: Cast, state: State, order: number): boolean => {
  const { world } = cast
  const account = accountOf(world, state.orders[order]!.phone)
  const open = state.orders
    .map((known, index) => ({ ...known, index, ...numberOf(cast, state, index) }))
    .filter(({ phone, status }) => status === "open" && accountOf(world, phone) === account)
    .toSorted((a, b) => a.at - b.at || (a.merchant + a.order < b.merchant + b.order ? -1 : 1))
  return open.length > 0 && open[0]!.index !== order
}
