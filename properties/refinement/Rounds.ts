/**
 * Rounds: many clients at once. A run leaves requests, reversals, questions, approvals and the like that can happen now;
 * several clients send them together; and what they are answered, and the books, must have an explanation in the model.
 * Nodes may be ended meanwhile, in the middle of what they do: then whoever was not answered asks again.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type fc from "fast-check"
import { say } from "../../model/Decode.ts"
import type { Rules } from "../../model/Rules.ts"
import * as System from "../../model/system/System.ts"
import {
  type Action,
  accountOf,
  adversary,
  type CodeKey,
  Enabled,
  isSame,
  type State,
  type World
} from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import type * as Crash from "./Crash.ts"
import type * as Deployment from "./Deployment.ts"
import * as History from "./History.ts"
import type * as Message from "./Message.ts"
import * as Refinement from "./Refinement.ts"

/** How many clients there are. */
export const clients = 8

/** How many messages a round has: some clients send two, one after the other. */
export const messages = 10

/** How many things happen one after the other, before the first round and between two. */
const before = 24
const between = 6

/** How the rounds of a run are played. */
export interface RoundOptions {
  /** The implementation's rules: other ones than the model's, where a difference is to be found. */
  readonly rules?: Rules
  readonly site: Deployment.Site
  readonly kills?: Crash.Kills
}

/** How a run of rounds ended. */
export type RoundEnding = Rounds | Exclude<Refinement.Ending, Refinement.Alike> | History.Unexplained

/** A run whose rounds were all explained. */
export interface Rounds {
  readonly _tag: "Explained"
  readonly rounds: ReadonlyArray<Round>
}

/** A round that is explained. */
export interface Round {
  /** The state before it. */
  readonly state: State
  readonly operations: ReadonlyArray<History.Operation>
  /** An explanation, by the places of the operations that took effect. */
  readonly order: ReadonlyArray<number>
  /** How many pairs of operations done and state the search for it met. */
  readonly met: number
}

// ---------------------------------------------------------------------------------------------------------------------
// What can be sent at once
// ---------------------------------------------------------------------------------------------------------------------

/** An action as a message of which no till and no phone hears; undefined where it is none, or speaks of others' orders. */
const asMessage = ({ orders }: State, action: Action): Message.ProviderAction | undefined => {
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
    case "Impersonate":
    case "Query":
    case "Close":
      return action
    default:
      return undefined
  }
}

/** What messages can be rivals for. */
interface Subject {
  readonly order: number | undefined
  readonly code: CodeKey | undefined
  readonly account: number
}

const subjectOf = (world: World, { orders }: State, action: Message.ProviderAction): Subject => {
  if ("account" in action) return { order: undefined, code: undefined, account: action.account }
  if ("phone" in action) return { order: undefined, code: undefined, account: accountOf(world, action.phone) }
  if (action._tag === "Pay" && action.order < 0) {
    const { key } = action.request
    return { order: undefined, code: key, account: accountOf(world, key.phone) }
  }
  const order = action._tag === "Authenticate" ? action.to : action.order
  const code = orders[order]!
  return { order, code, account: accountOf(world, code.phone) }
}

/** Whether two messages are about one order or one code, and how near that is: or about one account. */
const areRivals = (one: Subject, other: Subject, near: boolean): boolean => {
  if (!near) return one.account === other.account
  if (one.order !== undefined && one.order === other.order) return true
  return one.code !== undefined && other.code !== undefined && isSame(one.code, other.code)
}

/** What of everything possible an intent has the choice of: more often than not, what is a rival of something chosen. */
const choice = (
  { state, world }: { readonly world: World; readonly state: State },
  possible: ReadonlyArray<Message.ProviderAction>,
  chosen: ReadonlyArray<Message.ProviderAction>,
  { pick }: Runs.Intent
): ReadonlyArray<Message.ProviderAction> => {
  const way = pick % 4
  if (way === 0) return possible
  const subjects = chosen.map((action) => subjectOf(world, state, action))
  const rivals = possible.filter((action) => {
    const subject = subjectOf(world, state, action)
    return subjects.some((other) => areRivals(subject, other, way > 1))
  })
  return rivals.length === 0 ? possible : rivals
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
  readonly messages: ReadonlyArray<{ readonly action: Message.ProviderAction; readonly send: Message.Message }>
}

/** Makes ready what some intents come to. */
const prepared = Effect.fnUntraced(function* (pair: Refinement.Pair, intents: ReadonlyArray<Runs.Intent>) {
  const { driver, world } = pair
  const start = pair.state()
  const possible = Enabled.enabled(world, start).flatMap((action) => asMessage(start, action) ?? [])
  const ready: Array<Prepared["messages"][number]> = []
  const chosen: Array<Message.ProviderAction> = []
  let state = start
  for (const intent of intents) {
    const among = choice({ world, state: start }, possible, chosen, intent)
    const one = Runs.oneOf(start, among, intent) as Message.ProviderAction | undefined
    if (one === undefined || (yield* driver.obstacle(state, one)) !== undefined) continue
    chosen.push(one)
    let action = one
    if (action._tag === "Pay" && action.order < 0) {
      action = { ...action, order: state.orders.length }
      state = numbered(world, state, action)
    }
    const send = yield* driver.message(state, action)
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

/** A round that is under way. */
interface UnderWay {
  /** What was sent so far, and what came back. */
  readonly operations: Array<History.Operation>
  /** Whether every node runs. */
  readonly up: Latch.Latch
  /** Whether what was lost may still take effect. */
  readonly lingers: boolean
  /** Counts what happens: every instant comes after those before it. */
  instant: number
  /** How much was lost. */
  lost: number
}

/** Sends a message, and again where nothing came back. */
const send = Effect.fnUntraced(function* (round: UnderWay, { action, send }: Prepared["messages"][number]) {
  while (true) {
    const invoked = round.instant++
    const answer = yield* Effect.result(send)
    const at = round.instant++
    if (Result.isSuccess(answer)) {
      round.operations.push({ input: action, invoked, end: { _tag: "Answered", at, output: answer.success } })
      return
    }
    const over = round.lingers ? Number.POSITIVE_INFINITY : at
    round.operations.push({ input: action, invoked, end: { _tag: "Lost", over } })
    if (round.lost++ >= mostAgain) return
    yield* round.up.await
  }
})

/** Ends nodes at moments of a round, and starts them again. */
const kill = (
  { driver }: Refinement.Pair,
  round: UnderWay,
  { kills, site }: RoundOptions,
  intents: ReadonlyArray<Runs.Intent>
): Effect.Effect<void> =>
  Effect.forEach(
    intents.slice(0, kills?.times ?? 0),
    Effect.fnUntraced(function* ({ kind, pick }) {
      yield* kills!.moment((pick % 1000) / 1000)
      yield* round.up.close
      yield* driver.restart(site.nodes[kind % site.nodes.length]!)
      yield* round.up.open
    }),
    { discard: true }
  )

/** Has clients send what some intents come to, all at once, and judges what they were answered. */
const playRound = Effect.fnUntraced(function* (
  pair: Refinement.Pair,
  options: RoundOptions,
  intents: ReadonlyArray<Runs.Intent>
) {
  const { messages, state } = yield* prepared(pair, intents)
  const up = Latch.makeUnsafe(true)
  const round: UnderWay = { operations: [], up, lingers: options.site.lingers, instant: 0, lost: 0 }
  const sending = Array.from({ length: clients }, (_, client) =>
    Effect.forEach(
      messages.filter((_, at) => at % clients === client),
      (message) => send(round, message),
      { discard: true }
    )
  )
  const killing = kill(pair, round, options, intents)
  yield* Effect.all([...sending, killing], { concurrency: "unbounded", discard: true })
  const operations = round.operations.toSorted((a, b) => a.invoked - b.invoked)
  const books = yield* pair.driver.books(state)
  const verdict = History.judge({ world: pair.world, starts: [state], operations, books })
  return { state, verdict, operations, isOpen: round.lost > mostAgain }
})

/** Some of what is left. */
const taken = (rest: Iterator<Runs.Intent>, count: number): ReadonlyArray<Runs.Intent> =>
  Array.from({ length: count }, () => rest.next()).flatMap(({ done, value }) => (done === true ? [] : [value]))

/** Most requests are left for a round, and most passwords: they do not reach the provider before it. */
const isLeft = (state: State, action: Action, { pick }: Runs.Intent): boolean => {
  const isFirst = action._tag === "Deliver" && action.what === "pay" && !state.orders[action.order]!.arrived
  return (isFirst || action._tag === "Authenticate") && pick % 4 > 0
}

/** Owners answer every second prompt before a round, so that there are passwords to be given in it, and prompts left. */
const answering =
  (world: World): Refinement.Chooser =>
  (state, obstacle) =>
    Effect.gen(function* () {
      for (const action of Enabled.enabled(world, state)) {
        const isAsked = action._tag === "Approve" && action.order % 2 === 0
        if (isAsked && (yield* obstacle(state, action)) === undefined) return action
      }
      return undefined
    })

const played = Effect.fnUntraced(function* (
  { intents, world }: Runs.Plan,
  { rules = world.rules, ...options }: RoundOptions
): Effect.fn.Return<RoundEnding, never, Scope.Scope> {
  const pair = yield* Refinement.pair(world, { rules, site: options.site })
  const rest = intents.values()
  const rounds: Array<Round> = []
  for (let quiet = before; ; quiet = between) {
    const one = yield* pair.follow(Refinement.choosing(world, taken(rest, quiet).values(), isLeft))
    const last = one._tag === "Alike" ? yield* pair.follow(answering(world)) : one
    if (last._tag !== "Alike") return last
    const many = taken(rest, messages)
    if (many.length === 0) return { _tag: "Explained", rounds }
    const { isOpen, operations, state, verdict } = yield* playRound(pair, options, many)
    if (verdict._tag === "Unexplained") return verdict
    rounds.push({ state, operations, order: verdict.order, met: verdict.met })
    // Nobody knows what became of what was never answered, until something else tells.
    if (isOpen) return { _tag: "Explained", rounds }
    pair.put(verdict.state)
  }
})

/** Takes the model and an implementation through a run with rounds, until something has no explanation. */
export const compare = (plan: Runs.Plan, options: RoundOptions): Promise<RoundEnding> =>
  Effect.runPromise(Effect.scoped(played(plan, options)))

/** Plans of runs with rounds: with many requests that are left for them. */
export const plans = (rules: Rules, site: Deployment.Site): fc.Arbitrary<Runs.Plan> =>
  Refinement.plans(rules, site).map(({ intents, world }) => ({
    intents,
    world: { ...world, scope: { ...world.scope, inFlight: clients, codes: 24, orders: 40 } }
  }))

/** What an ending that has no explanation comes to, as text; empty where it has one. */
export const report = (ending: RoundEnding): string => {
  switch (ending._tag) {
    case "Explained":
    case "Coincidence":
      return ""
    case "Unexplained":
      return History.report(ending)
    case "Different":
      return `After ${JSON.stringify(ending.run.actions)} the implementation differs: ${say(ending.problem)}`
  }
}
