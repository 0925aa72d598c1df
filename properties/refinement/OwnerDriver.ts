/** Owner driver: plays what account owners ask of the provider, and how they answer its prompts. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Challenge } from "../../impl/credentials/Credentials.ts"
import type { Prompt } from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { TokenSource as Positions, StepUp } from "../../model/steps/Steps.ts"
import type { Of, State } from "../../model/system/System.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import { type Cast, numberOf } from "./Cast.ts"
import * as Message from "./Message.ts"
import { answered, dark, type Observation } from "./Observation.ts"
import * as ShortMessages from "./ShortMessages.ts"
import * as WrongAnswers from "./WrongAnswers.ts"

/** An owner signs the agreement. */
export const sign = ({ accounts, deployment }: Cast, { account }: Of<"Sign">): Message.Message =>
  Message.to(deployment, 0, (provider) => provider.enrollment.sign(accounts[account]!))

/** An owner withdraws from it. */
export const withdraw = ({ accounts, deployment }: Cast, { account }: Of<"Withdraw">): Message.Message =>
  Message.to(deployment, 0, (provider) => provider.enrollment.withdraw(accounts[account]!))

/** An owner has the credentials of a phone revoked. */
export const revoke = ({ deployment, phones }: Cast, { phone }: Of<"Revoke">): Message.Message =>
  Message.to(deployment, 0, (provider) => provider.enrollment.revoke(phones[phone]!.phone))

const promptOf = (cast: Cast, state: State, order: number): Prompt => ({
  ...numberOf(cast, state, order),
  amount: state.orders[order]!.amount
})

/** The owner looks at the prompts. */
const look = (cast: Cast, state: State, index: number): Message.Message => {
  const { amount, order } = promptOf(cast, state, index)
  const { account } = cast.phones[state.orders[index]!.phone]!
  return Message.to(
    cast.deployment,
    0,
    (provider) => provider.stepUp.prompts(account),
    (waiting): Observation => ({
      _tag: "Prompted",
      waits: waiting.some((prompt) => prompt.order === order && prompt.amount === amount)
    })
  )
}

/** The owner has the phone answer the challenge of an order; the answer is kept until it is sent. */
const answerChallenge = Effect.fnUntraced(function* (
  cast: Cast,
  state: State,
  order: number
): Effect.fn.Return<boolean, Message.Unanswered> {
  const sent = yield* ShortMessages.challengeOf(cast, state, order)
  // What a crash has kept from the gateway the provider's timer hands to it.
  if (sent === undefined) yield* Message.told(cast.deployment.provider(0).stepUp.sendUnsent)
  const challenge = sent ?? (yield* ShortMessages.challengeOf(cast, state, order))
  const { wallet } = cast.phones[state.orders[order]!.phone]!
  const given = challenge && (yield* Effect.orDie(wallet.answer(challenge, () => true, Fixtures.pin)))
  if (given === undefined) return false
  cast.memory.answers.set(order, given)
  return true
})

/** The owner answers the prompt for an order; the answer is on its way. */
export const approve = (cast: Cast, { order }: Of<"Approve">, state: State): Message.Message => {
  const looked = look(cast, state, order)
  if (!StepUp.isChallenged(cast.rules)) return looked
  return Effect.gen(function* () {
    const prompted = yield* looked
    return (yield* answerChallenge(cast, state, order)) ? prompted : dark
  })
}

/** Why an owner cannot answer the prompt for an order. */
export const obstacleOfApproval = (
  cast: Cast,
  { order }: Of<"Approve">,
  state: State
): Effect.Effect<Obstacle | undefined> => {
  const { generation, phone, status } = state.orders[order]!
  if (!StepUp.isChallenged(cast.rules)) return Effect.undefined
  // A list is no seed, and answers no challenge.
  const hasSeed = Positions.hasSteps(cast.rules.scheme)
  if (!hasSeed || state.phones[phone]!.held < generation) return Effect.succeed("no answer")
  return status === "open"
    ? Effect.undefined
    : Effect.map(ShortMessages.challengeOf(cast, state, order), (sent) =>
        sent === undefined ? "no answer" : undefined
      )
}

/** The owner's answer for one order, put under the nonce of another's challenge. */
const strayed = Effect.fnUntraced(function* (cast: Cast, state: State, { order, to }: Of<"Authenticate">) {
  const given = cast.memory.answers.get(order)
  if (order === to || given === undefined) return given
  const challenge = yield* ShortMessages.challengeOf(cast, state, to)
  const nonce = challenge && Result.getOrThrow(Challenge.read(challenge)).nonce
  return nonce && given.replace(/[^:]{16}/, nonce)
})

/** What reaches the provider as the owner's answer. */
const sent = (cast: Cast, action: Of<"Authenticate">, state: State): Message.Message => {
  const { node, order, to } = action
  const { phone } = state.orders[order]!
  if (StepUp.isChallenged(cast.rules)) return ShortMessages.sendFrom(cast, phone, node, strayed(cast, state, action))
  if (StepUp.isPasswordMessaged(cast.rules)) {
    return ShortMessages.sendFrom(cast, phone, node, Effect.succeed(Challenge.password(Fixtures.password)))
  }
  const approval = cast.phones[phone]!.wallet.approve(promptOf(cast, state, to), true, Fixtures.password)
  return Message.to(cast.deployment, node, Message.online(approval), (answer) =>
    answer === undefined ? dark : answered(answer)
  )
}

/** The owner's answer reaches the provider, for the order that it was given for or another. */
export const authenticate = (cast: Cast, action: Of<"Authenticate">, state: State): Message.Message => {
  const { phone } = state.orders[action.order]!
  return WrongAnswers.counting(cast, { phone, node: action.node }, sent(cast, action, state))
}

/** Why an owner's answer cannot reach the provider. */
export const obstacleOfAuthentication = (
  cast: Cast,
  { node, order, to }: Of<"Authenticate">,
  state: State
): Obstacle | undefined => {
  const { phone } = state.orders[order]!
  if (StepUp.isPasswordMessaged(cast.rules) && ShortMessages.isForAnother(cast, state, to)) return "oldest first"
  if (StepUp.isChallenged(cast.rules) && !cast.memory.answers.has(order)) return "no answer"
  return WrongAnswers.obstacleOf(cast, { phone, node })
}
