/**
 * Message: messages to the provider, and what comes back of one: an answer, a refusal, or nothing. Whoever is played asks
 * the provider through this module alone.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Refused } from "../../impl/provider/Provider.ts"
import { Online } from "../../impl/wallet/Wallet.ts"
import type { Node, Of } from "../../model/system/System.ts"
import * as Deployment from "./Deployment.ts"
import { nothing, type Observation } from "./Observation.ts"

/** The actions that are a message to the provider: everything else happens on phones and at tills. */
export type ProviderAction = Of<
  | "Sign"
  | "Withdraw"
  | "Enroll"
  | "Confirm"
  | "Revoke"
  | "Approve"
  | "Authenticate"
  | "Impersonate"
  | "Deliver"
  | "Query"
  | "Pay"
  | "Meddle"
  | "Close"
>

/** No answer came back: what was asked for may have been done or not. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly because: unknown }> {
  override get message(): string {
    return `request: expected an answer, found ${this.because}`
  }
}

/** A message to the provider, ready to be sent, and what is seen of its answer. It can be sent again. */
export type Message = Effect.Effect<Observation, Unanswered>

/** Something that is asked of a node. */
export type Call<A, E> = (provider: Deployment.NodeProvider) => Effect.Effect<A, E>

/** What a call of the provider comes to: an answer, a refusal, or neither. */
export const answerOf = <A, E>(
  call: Effect.Effect<A, E>
): Effect.Effect<Result.Result<A, Refused.Refused>, Unanswered> =>
  Effect.catchCause(
    Effect.map(call, Result.succeed) as Effect.Effect<Result.Result<A, Refused.Refused>, E>,
    (cause) => {
      const because = Cause.squash(cause)
      if (because instanceof Refused.Refused) return Effect.succeed(Result.fail(because))
      const isLost = Cause.hasFails(cause) || because instanceof Deployment.Gone
      return isLost ? Effect.fail(new Unanswered({ because })) : Effect.die(because)
    }
  )

/** What a call of the provider that refuses nothing is answered. */
export const told = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, Unanswered> =>
  Effect.flatMap(answerOf(call), (answer) =>
    Result.isSuccess(answer) ? Effect.succeed(answer.success) : Effect.die(answer.failure)
  )

/** What must be answered. */
export const needed = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A> => Effect.orDie(told(call))

/** What a phone does online, as something that is asked of a node. */
export const online =
  <A, E>(does: Effect.Effect<A, E, Online.Online>): Call<A, E> =>
  (provider) =>
    Effect.provideService(does, Online.Online, Online.over(provider))

/** A message to a node. A node that was started again is another than before. */
export const to = <A, E>(
  { provider }: Pick<Deployment.Deployment, "provider">,
  node: Node,
  call: Call<A, E>,
  seen: (answer: A) => Observation = () => nothing
): Message =>
  Effect.map(
    Effect.suspend(() => told(call(provider(node)))),
    seen
  )
