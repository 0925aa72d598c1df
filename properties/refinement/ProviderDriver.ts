/** Provider driver: plays what happens at the provider by itself: timers, crashes, and the passing of time. */
import * as Effect from "effect/Effect"
import type { Of, State } from "../../model/system/System.ts"
import { type Cast, numberOf } from "./Cast.ts"
import * as Message from "./Message.ts"
import { answered, nothing, type Observation } from "./Observation.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

/** The timer of an order fires at a node. */
export const close = (cast: Cast, { node, order }: Of<"Close">, state: State): Message.Message => {
  const number = numberOf(cast, state, order)
  return Message.to(cast.deployment, node, (provider) => provider.settlement.close(number), answered)
}

/** The provider pays out to a merchant what it holds for it. */
export const payOut = ({ deployment, memory }: Cast, { merchant }: Of<"PayOut">): Effect.Effect<Observation> =>
  Effect.suspend(() => {
    const number = { merchant: OrderNumbers.merchantOf(merchant), payout: `payout-${memory.payouts++}` }
    const sent = Message.to(
      deployment,
      0,
      (provider) => provider.settlement.payOut(number),
      () => nothing
    )
    return Effect.orDie(sent)
  })

/** Every node ends, and is started again. */
export const crash = ({ deployment, site }: Cast): Effect.Effect<Observation> =>
  Effect.as(Effect.forEach(site.nodes, deployment.restart), nothing)

/** Time passes on every clock. */
export const advance = ({ deployment, time }: Cast, { seconds }: Of<"Advance">): Effect.Effect<Observation> =>
  Effect.suspend(() => {
    time.now += seconds
    return Effect.as(deployment.setClock(time.now), nothing)
  })
