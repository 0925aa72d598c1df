/**
 * Wrong answers: how many of them the provider has counted for an account on each of its days (STP-7), as whoever asks it can
 * tell. The model has them come, where an answer strays to another order, and counts none: so where the next one might be
 * refused for those before it, it is not given.
 */
import * as Effect from "effect/Effect"
import { StepUp } from "../../model/steps/Steps.ts"
import { accountOf, type Node } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import { type Cast, clockOf } from "./Cast.ts"
import type { Observation } from "./Observation.ts"

/** An answer that is about to be given: from which phone, and to which node. */
export interface Given {
  readonly phone: number
  readonly node: Node
}

const subjectOf = (cast: Cast, { node, phone }: Given): string =>
  `${Time.dayAt(cast.rules.scheme, clockOf(cast, node))} ${accountOf(cast.world, phone)}`

/** The message of an answer. While it is under way it counts as a wrong one, as it does at the provider until it is looked at. */
export const counting = <E>(
  cast: Cast,
  given: Given,
  message: Effect.Effect<Observation, E>
): Effect.Effect<Observation, E> => {
  const { wrongAnswers } = cast.memory
  const subject = subjectOf(cast, given)
  let isUnderWay = true
  const add = (more: number): void => {
    wrongAnswers.set(subject, (wrongAnswers.get(subject) ?? 0) + more)
  }
  add(1)
  return Effect.tap(message, (seen) =>
    Effect.sync(() => {
      const isWrong = seen._tag === "Answered" && seen.answer === "ANSWER_WRONG"
      if (isUnderWay && !isWrong) add(-1)
      isUnderWay = false
    })
  )
}

/** Why an answer cannot be given: the account may take no more of them on that day. */
export const obstacleOf = (cast: Cast, given: Given): Obstacle | undefined =>
  StepUp.takesAnswer(cast.rules, cast.memory.wrongAnswers.get(subjectOf(cast, given)) ?? 0)
    ? undefined
    : "wrong answers"
