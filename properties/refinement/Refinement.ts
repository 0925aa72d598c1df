/**
 * Refinement: that the implementation does what the model says. Both are taken through the same run; after every action
 * what was seen of it, and the provider's books, must be alike.
 */
import * as Result from "effect/Result"
import fc from "fast-check"
import { type Problem, say } from "../../model/Decode.ts"
import type { Rules } from "../../model/Rules.ts"
import * as System from "../../model/System.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import * as Runs from "../arbitraries/Runs.ts"
import * as Difference from "../Difference.ts"
import * as Narrative from "../Narrative.ts"
import * as Trace from "../Trace.ts"
import * as Twin from "./Twin.ts"

/** How a run ended: all alike, alike up to a coincidence of digits, or with a difference after its last action. */
export type Ending =
  | { readonly _tag: "Alike"; readonly run: Trace.Run }
  | { readonly _tag: "Coincidence"; readonly run: Trace.Run }
  | Different

/** A run after whose last action the implementation is not as the model says, and the first thing that is not. */
export interface Different {
  readonly _tag: "Different"
  readonly run: Trace.Run
  readonly problem: Problem
}

/** What is to be seen of an action. */
const answerOf = (action: System.Action, { events, state }: System.Step, before: System.State): Twin.Answer => {
  for (const event of events) {
    switch (event._tag) {
      case "Issued":
        return { _tag: "Issued" }
      case "Declined":
        return { _tag: "Declined", reason: event.reason }
      case "Shown":
        return { _tag: "Shown", step: state.codes[event.code]!.step }
      case "Answered":
        return { _tag: "Answered", outcome: event.decision.outcome }
    }
  }
  switch (action._tag) {
    case "Capture":
      return { _tag: "Seen", code: action.code }
    case "Resubmit":
      return { _tag: "Sent", code: action.code }
    case "Scan":
    case "Submit":
    case "Guess":
      return state.orders.length > before.orders.length
        ? { _tag: "Sent", code: state.orders.at(-1)!.requests[0]!.code }
        : { _tag: "Answered", outcome: "AMOUNT_INVALID" }
    default:
      return { _tag: "Nothing" }
  }
}

/** A debit of the model, in the order in which they were made. */
interface Debit {
  readonly payer: number
  readonly order: number
  readonly amount: number
  readonly day: number
}

const debitsOf = ({ events, state }: System.Step): ReadonlyArray<Debit> =>
  events.flatMap((event) => {
    if (event._tag !== "Debited") return []
    const { amount, day, payer } = state.orders[event.order]!.requests[event.request]!
    return [{ payer, order: event.order, amount, day }]
  })

const booksOf = ({ scope }: System.World, state: System.State, debits: ReadonlyArray<Debit>): Twin.Books => ({
  accounts: state.payers.map(({ agreement, enrolled }, payer) => {
    const own = debits.filter((debit) => debit.payer === payer)
    return {
      agreement,
      enrolled,
      balance: own.reduce((left, { amount }) => left - amount, scope.opening.balance),
      debits: own.map(({ amount, day, order }) => ({ order, amount, day }))
    }
  }),
  orders: state.orders.map(({ decided, outcome, requests }) => {
    const { amount, payer } = requests[decided]!
    return outcome === "NONE" ? undefined : { outcome, amount, payer }
  })
})

/** Chooses what happens next, something that the model and the twin can both do; undefined for the end. */
type Chooser = (state: System.State, canAct: Twin.Twin["canAct"]) => System.Action | undefined

/** Takes the model and an implementation under some rules through a run, until they differ or the run is over. */
const follow = (world: System.World, rules: Rules, choose: Chooser): Ending => {
  const twin = Twin.make(rules, world)
  let state = System.init(world)[0]!
  const actions: Array<System.Action> = []
  const debits: Array<Debit> = []
  const run: Trace.Run = { world, start: state.now, actions }
  for (let action = choose(state, twin.canAct); action !== undefined; action = choose(state, twin.canAct)) {
    const answer = twin.act(action)
    if (answer._tag === "Coincidence") return { _tag: "Coincidence", run }
    const step = System.next(world, state, action)
    actions.push(action)
    debits.push(...debitsOf(step))
    const expected = { answer: answerOf(action, step, state), books: booksOf(world, step.state, debits) }
    const problem = Difference.first(expected, { answer, books: twin.books() })
    if (problem !== undefined) return { _tag: "Different", run, problem }
    state = step.state
  }
  return { _tag: "Alike", run }
}

/** Compares the model of a plan's world with an implementation, which may be under other rules. */
export const compare = ({ intents, world }: Runs.Plan, rules: Rules = world.rules): Ending => {
  const rest = intents.values()
  return follow(world, rules, (state, canAct) => {
    for (const intent of rest) {
      const action = Runs.actionOf(world, state, intent)
      if (action !== undefined && canAct(action)) return action
    }
    return undefined
  })
}

/** The same comparison over given actions, as far as they can happen. */
export const replay = (run: Trace.Run, rules: Rules): Ending => {
  const possible = Result.isSuccess(Trace.replay(run)) ? run.actions : []
  const rest = possible.values()
  return follow(run.world, rules, (_, canAct) => {
    const action = rest.next().value
    return action !== undefined && canAct(action) ? action : undefined
  })
}

/** A difference as well, after a run from which nothing can be left out. */
export const minimal = (ending: Different, rules: Rules): Different => {
  const run = Trace.least(ending.run, (shorter) => {
    const found = replay(shorter, rules)
    return found._tag === "Different" ? found.run : undefined
  })
  const least = replay(run, rules)
  return least._tag === "Different" ? least : ending
}

/** A difference as a story: what happened, and what the implementation made of the last of it. */
export const report = ({ problem, run }: Different): string => {
  const { opening, sentences } = Narrative.tell(run)
  const numbered = sentences.map((sentence, index) => `${String(index + 1).padStart(3)}. ${sentence}`)
  return [opening, ...numbered, `The implementation differs: ${say(problem)}`].join("\n")
}

/** Worlds and things to attempt in them, with everything that an adversary of the model can do, for some rules. */
export const plans = (rules: Rules): fc.Arbitrary<Runs.Plan> =>
  fc
    .record({
      plan: Runs.plans(
        rules,
        capabilityIds.filter((id) => capabilities[id].modelled)
      ),
      none: fc.option(fc.constantFrom(0, -1, 0.5, Number.MAX_SAFE_INTEGER + 1), { freq: 3 })
    })
    .map(({ none, plan: { intents, world } }) => ({
      intents,
      // What is no amount comes last: guesses are for the first.
      world: {
        ...world,
        scope: { ...world.scope, amounts: [...world.scope.amounts, ...(none === null ? [] : [none])] }
      }
    }))
