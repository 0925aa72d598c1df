/**
 * Rounds: many clients at once. A run leaves requests, reversals, questions, approvals and the like that can happen now;
 * several clients send them together; and what they are answered, and the books, must have an explanation in the model.
 * Nodes may be ended meanwhile, in the middle of what they do: then whoever was not answered asks again.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type fc from "fast-check"
import type { Action, Node } from "../../model/Action.ts"
import { deeds } from "../../model/Deeds.ts"
import type { Rules } from "../../model/Rules.ts"
import { adversary, type State, type World } from "../../model/State.ts"
import * as System from "../../model/System.ts"
import * as Runs from "../arbitraries/Runs.ts"
import type * as Deployment from "./Deployment.ts"
import * as History from "./History.ts"
import * as Refinement from "./Refinement.ts"
import type * as Twin from "./Twin.ts"

/** How many clients there are. */
export const clients = 8

/** How many messages a round has: some clients send two, one after the other. */
export const messages = 10

/** How many things happen one after the other, before the first round and between two. */
const before = 24
const between = 6

/** How the rounds of a run are played. */
export interface Options {
  /** The implementation's rules: other ones than the model's, where a difference is to be found. */
  readonly rules?: Rules
  readonly site: Deployment.Site
  readonly kills?: Kills
}

/** When nodes are ended. */
export interface Kills {
  /** How often in a round. */
  readonly times: number
  /** Waits for a moment of a round: the later, the larger the number from 0 to 1. */
  readonly moment: (late: number) => Effect.Effect<void>
}

/** How a run of rounds ended. */
export type Ending = Rounds | Exclude<Refinement.Ending, Refinement.Alike> | History.Unexplained

/** A run whose rounds were all explained. */
export interface Rounds {
  readonly _tag: "Explained"
  readonly rounds: ReadonlyArray<Round>
}

/** A round, and what the search for its explanation met. */
export interface Round {
  readonly operations: ReadonlyArray<History.Operation>
  readonly met: number
}

// ---------------------------------------------------------------------------------------------------------------------
// What can be sent at once
// ---------------------------------------------------------------------------------------------------------------------

/** A deed as a message of which no till and no phone hears; undefined where it is none, or speaks of others' orders. */
const asked = ({ orders }: State, action: Action): Twin.Asking | undefined => {
  switch (action._tag) {
    case "Enroll":
    case "Deliver":
      return action.heard ? { ...action, heard: false } : undefined
    case "Pay":
      return action.request.alias === action.request.key.phone ? action : undefined
    case "Meddle":
      return orders[action.order]!.view === "adversary" ? action : undefined
    case "Sign":
    case "Withdraw":
    case "Confirm":
    case "Revoke":
    case "Approve":
    case "Authenticate":
    case "Query":
    case "Close":
      return action
    default:
      return undefined
  }
}

/** A new order number of the adversary's merchant, before the request for it is decided. */
const numbered = (
  world: World,
  state: State,
  { request: { amount, key } }: Extract<Action, { _tag: "Pay" }>
): State => {
  const merchant = adversary(world)
  const { state: after } = System.next(world, state, { _tag: "Present", merchant, key, amount })
  return {
    ...after,
    orders: after.orders.map((order, index) => (index < state.orders.length ? order : { ...order, view: "adversary" }))
  }
}

/** Messages that can be sent at once, and the state in which every order number that they use is known. */
interface Prepared {
  readonly state: State
  readonly messages: ReadonlyArray<{ readonly action: Twin.Asking; readonly send: Twin.Message }>
}

/** Makes ready what some intents come to. */
const prepared = Effect.fnUntraced(function* (pair: Refinement.Pair, intents: ReadonlyArray<Runs.Intent>) {
  const { twin, world } = pair
  const possible = deeds(world, pair.state()).flatMap((deed) => asked(pair.state(), deed) ?? [])
  const ready: Array<Prepared["messages"][number]> = []
  let state = pair.state()
  for (const intent of intents) {
    const chosen = Runs.oneOf(pair.state(), possible, intent) as Twin.Asking | undefined
    if (chosen === undefined || (yield* twin.obstacle(state, chosen)) !== undefined) continue
    let action = chosen
    if (action._tag === "Pay" && action.order < 0) {
      action = { ...action, order: state.orders.length }
      state = numbered(world, state, action)
    }
    const send = yield* twin.message(state, action)
    if (send !== undefined) ready.push({ action, send })
  }
  const all: Prepared = { state, messages: ready }
  return all
})

// ---------------------------------------------------------------------------------------------------------------------
// A round
// ---------------------------------------------------------------------------------------------------------------------

/** The most that is sent again in a round: a history is bounded. */
const mostAgain = 16

const round = Effect.fnUntraced(function* (
  pair: Refinement.Pair,
  { kills, site }: Options,
  intents: ReadonlyArray<Runs.Intent>
) {
  const { messages, state } = yield* prepared(pair, intents)
  const operations: Array<History.Operation> = []
  let instant = 0
  let again = 0
  /** Sends a message, and again where nothing came back. */
  const send = ({ action, send }: (typeof messages)[number]): Effect.Effect<void> =>
    Effect.gen(function* () {
      while (true) {
        const invoked = instant++
        const answer = yield* Effect.result(send)
        const at = instant++
        if (Result.isSuccess(answer)) {
          operations.push({ input: action, invoked, end: { _tag: "Answered", at, output: answer.success } })
          return
        }
        const over = site.lingers ? Number.POSITIVE_INFINITY : at
        operations.push({ input: action, invoked, end: { _tag: "Lost", over } })
        if (again++ === mostAgain) return
      }
    })
  const sending = Array.from({ length: clients }, (_, client) =>
    Effect.forEach(
      messages.filter((_, at) => at % clients === client),
      send,
      { discard: true }
    )
  )
  const killing = Effect.forEach(
    intents.slice(0, kills?.times ?? 0),
    Effect.fnUntraced(function* ({ kind, pick }) {
      yield* kills!.moment((pick % 1000) / 1000)
      yield* pair.twin.restart(site.nodes[kind % site.nodes.length] as Node)
    }),
    { discard: true }
  )
  yield* Effect.all([...sending, killing], { concurrency: "unbounded", discard: true })
  operations.sort((a, b) => a.invoked - b.invoked)
  const books = yield* pair.twin.books(state)
  const verdict = History.judge({ world: pair.world, starts: [state], operations, books })
  return { verdict, operations }
})

/** Some of what is left. */
const taken = (rest: Iterator<Runs.Intent>, count: number): ReadonlyArray<Runs.Intent> =>
  Array.from({ length: count }, () => rest.next()).flatMap(({ done, value }) => (done === true ? [] : [value]))

/** Most requests are left for a round: they are not delivered for the first time before it. */
const isLeft = (state: State, action: Action, { pick }: Runs.Intent): boolean =>
  action._tag === "Deliver" && action.what === "pay" && !state.orders[action.order]!.arrived && pick % 4 > 0

const played = Effect.fnUntraced(function* (
  { intents, world }: Runs.Plan,
  { rules = world.rules, ...options }: Options
): Effect.fn.Return<Ending, never, Scope.Scope> {
  const pair = yield* Refinement.pair(world, { rules, site: options.site })
  const rest = intents.values()
  const rounds: Array<Round> = []
  for (let quiet = before; ; quiet = between) {
    const one = yield* pair.follow(Refinement.choosing(world, taken(rest, quiet).values(), isLeft))
    if (one._tag !== "Alike") return one
    const many = taken(rest, messages)
    if (many.length === 0) return { _tag: "Explained", rounds }
    const { operations, verdict } = yield* round(pair, options, many)
    if (verdict._tag === "Unexplained") return verdict
    rounds.push({ operations, met: verdict.met })
    const [by, ...others] = verdict.by
    // What is answered from here on could say which of them it was; by one of them it is explained.
    if (others.length > 0) return { _tag: "Explained", rounds }
    pair.put(by!.state)
  }
})

/** Takes the model and an implementation through a run with rounds, until something has no explanation. */
export const compare = (plan: Runs.Plan, options: Options): Promise<Ending> =>
  Effect.runPromise(Effect.scoped(played(plan, options)))

/** Plans of runs with rounds: with many requests that are left for them. */
export const plans = (rules: Rules, site: Deployment.Site): fc.Arbitrary<Runs.Plan> =>
  Refinement.plans(rules, site).map(({ intents, world }) => ({
    intents,
    world: { ...world, scope: { ...world.scope, inFlight: clients, codes: 24, orders: 40 } }
  }))
