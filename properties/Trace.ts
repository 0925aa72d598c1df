/**
 * Trace: one run of the system that shows something of a claim, complete in itself. It replays on any machine, and is
 * saved as ITF, the trace format of Apalache and Quint, with the world that it ran in as metadata.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../model/Decode.ts"
import * as Instants from "../model/Instants.ts"
import * as Rules from "../model/Rules.ts"
import { Scheme } from "../model/Scheme.ts"
import * as Scope from "../model/Scope.ts"
import * as System from "../model/System.ts"
import { type ClaimId, claimIds } from "../spec/Claims.ts"
import { clauseIds } from "../spec/Clauses.ts"
import { type CapabilityId, capabilityIds } from "../spec/Threats.ts"
import { catalogue } from "./claims/Catalogue.ts"
import * as Difference from "./Difference.ts"

/** A run: the world it happens in, the instant it starts at, and the actions taken. */
export interface Run {
  readonly world: System.World
  /** One of the scope's starts. */
  readonly start: number
  readonly actions: ReadonlyArray<System.Action>
}

/** A run that breaks a claim with its last action. */
export interface Trace extends Run {
  readonly claim: ClaimId
}

/** One step of a run, with the states on either side. */
export interface Moment {
  readonly before: System.State
  readonly action: System.Action
  readonly events: ReadonlyArray<System.Event>
  readonly after: System.State
}

const firstState = ({ start, world }: Run): System.State | undefined =>
  System.init(world).find(({ now }) => now === start)

const isPossible = (world: System.World, state: System.State, action: System.Action): boolean =>
  action._tag === "Advance"
    ? Number.isSafeInteger(action.seconds) && action.seconds > 0
    : System.deeds(world, state).some((deed) => Difference.none(deed, action))

/** Runs a run. Fails with the number of the first action that cannot happen; -1 where the run cannot even start. */
export const replay = (run: Run): Result.Result<ReadonlyArray<Moment>, number> => {
  const moments: Array<Moment> = []
  let before = firstState(run)
  if (before === undefined) return Result.fail(-1)
  for (const [index, action] of run.actions.entries()) {
    if (!isPossible(run.world, before, action)) return Result.fail(index)
    const { events, state: after } = System.next(run.world, before, action)
    moments.push({ before, action, events, after })
    before = after
  }
  return Result.succeed(moments)
}

/** The event of the run's last step that breaks the claim; undefined where the run does not end in a breach of it. */
export const breach = (trace: Trace, moments: ReadonlyArray<Moment>): System.Event | undefined => {
  const { judge, on } = catalogue[trace.claim]
  const last = moments.at(-1)
  return last?.events.find(
    (event) => on.includes(event._tag) && judge(trace.world, last.before, event, last.after) === "broken"
  )
}

/** Whether a run is possible, and ends in a breach of its claim. */
const breaks = (trace: Trace): boolean =>
  Result.match(replay(trace), { onFailure: () => false, onSuccess: (moments) => breach(trace, moments) !== undefined })

/** The same run with waits that follow each other made one. */
const merged = (trace: Trace): Trace => ({
  ...trace,
  actions: trace.actions.reduce<Array<System.Action>>((sofar, action) => {
    const last = sofar.at(-1)
    if (action._tag === "Advance" && last?._tag === "Advance") {
      sofar.splice(-1, 1, { _tag: "Advance", seconds: last.seconds + action.seconds })
    } else sofar.push(action)
    return sofar
  }, [])
})

/** What an action is the first to speak of: a code, an order, or one more request of an order. */
const madeBy = ({ action, after, before }: Moment) => ({
  code: after.codes.length > before.codes.length ? before.codes.length : Number.POSITIVE_INFINITY,
  order: after.orders.length > before.orders.length ? before.orders.length : Number.POSITIVE_INFINITY,
  request:
    action._tag === "Resubmit"
      ? { order: action.order, number: before.orders[action.order]!.requests.length }
      : { order: -1, number: Number.POSITIVE_INFINITY }
})

/** A run without one of its actions, and without those that speak of what it made; what came after it is renumbered. */
const without = (run: Run, moments: ReadonlyArray<Moment>, index: number): Run => {
  const { code, order, request } = madeBy(moments[index]!)
  const moved = (number: number, gone: number): number => (number > gone ? number - 1 : number)
  const later = run.actions.slice(index + 1).flatMap((action): ReadonlyArray<System.Action> => {
    if ("code" in action && action.code === code) return []
    if ("order" in action && action.order === order) return []
    const renumbered = {
      ...action,
      ...("code" in action && { code: moved(action.code, code) }),
      ...("order" in action && { order: moved(action.order, order) })
    }
    if (action._tag !== "Deliver" || action.order !== request.order) return [renumbered]
    return action.request === request.number
      ? []
      : [{ ...action, order: moved(action.order, order), request: moved(action.request, request.number) }]
  })
  return { ...run, actions: [...run.actions.slice(0, index), ...later] }
}

/**
 * A run of which something is still so, and of which it is not once any action, with what follows from it, is left out.
 * `still` gives the run to go on with, which may be a beginning of the one that it is given, or undefined.
 */
export const least = (run: Run, still: (run: Run) => Run | undefined): Run => {
  let sofar = run
  let moments = Result.getOrThrow(replay(run))
  for (let index = moments.length - 1; index >= 0; index--) {
    const shorter = still(without(sofar, moments, index))
    if (shorter === undefined) continue
    sofar = shorter
    moments = Result.getOrThrow(replay(shorter))
    index = Math.min(index, moments.length)
  }
  return sofar.actions.length < run.actions.length ? least(sofar, still) : sofar
}

/** A run that breaks the claim as well, and from which nothing can be left out. */
export const minimal = ({ claim, ...found }: Trace): Trace =>
  merged({ ...least(found, (run) => (breaks({ ...run, claim }) ? run : undefined)), claim })

/** How many critical moments ahead one wait may reach, where every run of some length is tried. */
const momentsAhead = 12

/** What can be done in a state in one action, a wait of any length that matters included. */
const everyAction = (world: System.World, state: System.State): ReadonlyArray<System.Action> => {
  const actions: Array<System.Action> = System.deeds(world, state)
  let moment = state.now
  for (let i = 0; i < momentsAhead; i++) {
    moment = Instants.next(world, { ...state, now: moment }, Instants.everything)
    if (moment === Number.POSITIVE_INFINITY) break
    actions.push({ _tag: "Advance", seconds: moment - state.now })
  }
  return actions
}

/** An attack, and whether every shorter run was tried and breaks nothing. */
export interface Attack {
  readonly trace: Trace
  readonly isShortest: boolean
}

/**
 * The shortest run that breaks the claim, where it can be found by trying every shorter one within `statesAtMost` states,
 * and else one from which no action can be left out. A search of the quotient counts what must follow at once as one
 * step with its cause, so the run that it finds first need not be the one with the fewest actions.
 */
export const shortest = (found: Trace, statesAtMost: number): Attack => {
  const trace = minimal(found)
  const { claim, world } = trace
  const seen = new Set<string>()
  let level = System.init(world).map((state) => ({ state, run: { ...trace, start: state.now, actions: [] } as Trace }))
  for (let depth = 1; depth < trace.actions.length; depth++) {
    const next: typeof level = []
    for (const { run, state } of level) {
      for (const action of everyAction(world, state)) {
        const { events, state: after } = System.next(world, state, action)
        const longer = { ...run, actions: [...run.actions, action] }
        if (breach(longer, [{ before: state, action, events, after }]) !== undefined)
          return { trace: { ...longer, claim }, isShortest: true }
        const key = JSON.stringify(after)
        if (seen.has(key)) continue
        if (seen.size === statesAtMost) return { trace, isShortest: false }
        seen.add(key)
        next.push({ state: after, run: longer })
      }
    }
    level = next
  }
  return { trace, isShortest: true }
}

// ---------------------------------------------------------------------------------------------------------------------
// Saved traces
// ---------------------------------------------------------------------------------------------------------------------

const variables = ["now", "payers", "codes", "orders"] as const

/** A trace as it is saved: an ITF document. */
export interface Saved {
  readonly "#meta": {
    readonly format: "ITF"
    readonly "format-description": string
    readonly paycode: Meta
  }
  readonly vars: ReadonlyArray<string>
  readonly states: ReadonlyArray<Readonly<Record<string, unknown>>>
}

const whole = (expected: string, from: number, to: number) =>
  Schema.Number.check(
    Schema.makeFilter((value: number) =>
      Number.isInteger(value) && value >= from && value <= to
        ? undefined
        : `${expected}, a whole number from ${from} to ${to}`
    )
  )

const instant = whole("an instant in seconds", 0, Number.MAX_SAFE_INTEGER)
const count = (what: string, to: number) => whole(`a number of ${what}`, 1, to)

const Meta = Schema.Struct({
  version: Schema.Literal(1),
  claim: Schema.Literals(claimIds),
  under: Schema.Array(Schema.Literals(capabilityIds)),
  leftOut: Schema.Array(Schema.Literals(clauseIds)),
  scheme: Scheme,
  scope: Schema.Struct({
    name: Schema.String,
    accounts: count("accounts", 1000),
    opening: Schema.Struct({ balance: Schema.Finite, spentToday: Schema.Finite }),
    merchants: count("merchants", 1000),
    codes: count("codes", 10_000),
    orders: count("orders", 10_000),
    requests: count("requests", 10_000),
    inFlight: count("requests", 10_000),
    amounts: Schema.Array(Schema.Finite),
    offsets: Schema.Array(Schema.Finite),
    starts: Schema.NonEmptyArray(instant)
  })
})
type Meta = typeof Meta.Encoded

const Saved = Schema.Struct({
  "#meta": Schema.Struct({
    format: Schema.Literal("ITF"),
    "format-description": Schema.String,
    paycode: Meta
  }),
  vars: Schema.Array(Schema.String),
  states: Schema.NonEmptyArray(Schema.Record(Schema.String, Schema.Unknown))
})

const savedState = (index: number, state: System.State, action: System.Action | undefined) => ({
  "#meta": action === undefined ? { index } : { index, action },
  ...state
})

/** A trace in the form in which it is saved. The trace must be one that replays. */
export const save = (trace: Trace): Saved => {
  const { claim, world } = trace
  const moments = Result.getOrThrowWith(replay(trace), (index) => new Error(`action ${index} of a trace cannot happen`))
  const first = firstState(trace)!
  return {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      paycode: {
        version: 1,
        claim,
        under: capabilityIds.filter((id: CapabilityId) => world.can[id]),
        leftOut: Rules.leftOut(world.rules),
        scheme: world.rules.scheme,
        scope: world.scope as Meta["scope"]
      }
    },
    vars: variables,
    states: [
      savedState(0, first, undefined),
      ...moments.map(({ action, after }, index) => savedState(index + 1, after, action))
    ]
  }
}

const problem = (path: string, expected: string, found: string): ReadonlyArray<Problem> => [{ path, expected, found }]

/** Reads a saved trace: every state in it must be the one that its action leads to, and the last must break the claim. */
export const read = (input: unknown): Result.Result<Trace, ReadonlyArray<Problem>> =>
  Result.flatMap(
    decode(Saved, input),
    ({ "#meta": { paycode }, states }): Result.Result<Trace, ReadonlyArray<Problem>> => {
      const { claim, leftOut, scheme, scope, under } = paycode
      const metas = states.slice(1).map((state) => state["#meta"] as { readonly action?: System.Action } | undefined)
      const trace: Trace = {
        claim,
        world: { rules: Rules.without(Rules.strict(scheme), ...leftOut), scope, can: Scope.having(under) },
        start: Number(states[0].now),
        actions: []
      }
      let state = firstState(trace)
      if (state === undefined)
        return Result.fail(problem("states[0].now", `one of ${scope.starts.join(", ")}`, String(states[0].now)))
      const actions: Array<System.Action> = []
      for (const [index, saved] of states.entries()) {
        if (index > 0) {
          const action = metas[index - 1]?.action
          const path = `states[${index}].#meta.action`
          if (typeof action !== "object" || action === null) return Result.fail(problem(path, "an action", "none"))
          if (!isPossible(trace.world, state, action))
            return Result.fail(problem(path, "an action that can happen here", JSON.stringify(action)))
          state = System.next(trace.world, state, action).state
          actions.push(action)
        }
        const { "#meta": _, ...found } = saved
        const difference = Difference.first(state, found, `states[${index}]`)
        if (difference !== undefined) return Result.fail([difference])
      }
      const complete = { ...trace, actions }
      return breaks(complete)
        ? Result.succeed(complete)
        : Result.fail(problem(`states[${actions.length}]`, `a breach of ${claim}`, "none"))
    }
  )
