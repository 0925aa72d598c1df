/**
 * Trace: one run of the system that shows something of a claim, complete in itself. It replays on any machine, and is
 * saved as ITF, the trace format of Apalache and Quint, with the world that it ran in as metadata.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../../model/Decode.ts"
import { type Answer, isDefinite } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import {
  type Action,
  Enabled,
  type Event,
  Instants,
  nowhere,
  Scope,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import { clauseIds, mutantsOf, presentName } from "../../spec/Clauses.ts"
import { type CapabilityId, capabilityIds } from "../../spec/Threats.ts"
import { type Claim, catalogue } from "../claims/Catalogue.ts"

import * as Difference from "../Difference.ts"
import * as Hash from "../Hash.ts"
import * as Quotient from "../reduction/Quotient.ts"

/** A run: the world it happens in, the instant it starts at, and the actions taken. */
export interface Run {
  readonly world: World
  /** One of the scope's starts. */
  readonly start: number
  readonly actions: ReadonlyArray<Action>
}

/** What a trace shows of its claim: `attack`, that it fails; `witness`, a case of it. */
export type Shows = "attack" | "witness"

/** A run that shows something of a claim, with its last action or, where the claim leads to something, by never ending. */
export interface Trace extends Run {
  readonly claim: CheckedClaimId
  readonly shows: Shows
  /** The number of actions after which the rest repeats without end; undefined where the run just ends. */
  readonly loop: number | undefined
}

/** One step of a run, with the states on either side. */
export interface Moment {
  readonly before: State
  readonly action: Action
  readonly events: ReadonlyArray<Event>
  readonly after: State
}

const firstState = ({ start, world }: Run): State | undefined => System.init(world).find(({ now }) => now === start)

/** Whether an action can happen: one that races is two that can. */
export const isPossible = (world: World, state: State, action: Action): boolean =>
  action._tag === "Advance"
    ? Number.isSafeInteger(action.seconds) && action.seconds > 0
    : Enabled.enabled(world, state).some(
        (possible) => possible._tag === action._tag && Difference.none(possible, action)
      )

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

/** The event of a moment that shows what a trace is to show; undefined where there is none. */
const shown = ({ claim, shows, world }: Trace, moment: Moment): Event | undefined => {
  const judged = catalogue[claim]
  if (judged.kind === "leads-to") return undefined
  const wanted = shows === "attack" ? "broken" : "kept"
  return moment.events.find(
    (event) => judged.on.includes(event._tag) && judged.judge(world, moment.before, event, moment.after) === wanted
  )
}

/** Whether a run never comes to what its claim leads to: at its end it is pending, and the run stops or goes round. */
const staysPending = (trace: Trace, moments: ReadonlyArray<Moment>): boolean => {
  const { claim, loop, world } = trace
  const judged = catalogue[claim]
  if (judged.kind !== "leads-to") return false
  const last = moments.at(-1)?.after ?? firstState(trace)!
  const from = loop === undefined ? moments.length : loop
  const passed = [...moments.slice(from).map(({ before }) => before), last]
  if (!passed.every((state) => judged.isPending(world, state))) return false
  const { layout, normal } = Quotient.make(world, judged.needs)
  const key = (state: State): string => {
    const words = new Uint32Array(layout.words)
    layout.encode(normal({ ...state, focus: -1 }), words, 0)
    return words.join(" ")
  }
  if (loop !== undefined) {
    const isRound = loop < moments.length && key(moments[loop]!.before) === key(last)
    return isRound && moments.slice(loop).every(({ action, before }) => isFair(world, judged, before, action))
  }
  return isStuck(world, judged, last)
}

/** Whether something must happen in a state. */
const isDue = (world: World, judged: Claim.LeadsToClaim, state: State): boolean =>
  Enabled.enabled(world, state).some((action) => judged.must(world, state, action))

/** Whether an action is one that must or may happen, or a wait in which nothing that must happen is passed over. */
const isFair = (world: World, judged: Claim.LeadsToClaim, before: State, action: Action): boolean => {
  if (action._tag !== "Advance") return judged.must(world, before, action) || judged.may(world, before, action)
  let state = before
  for (let left = action.seconds; left > 0; ) {
    if (isDue(world, judged, state)) return false
    const [soonest = left] = Instants.waits(world, state, Instants.everything)
    const seconds = Math.min(soonest, left)
    state = System.next(world, state, { _tag: "Advance", seconds }).state
    left -= seconds
  }
  return true
}

/** How many moments a run that is stuck is watched for. */
const patience = 50

/** Whether nothing that must happen comes to be possible, however long one waits. */
const isStuck = (world: World, judged: Claim.LeadsToClaim, last: State): boolean => {
  let state = last
  for (let moment = 0; moment < patience; moment++) {
    const here = state
    if (!judged.isPending(world, here) || isDue(world, judged, here)) return false
    const [seconds] = Instants.waits(world, here, Instants.everything)
    if (seconds === undefined) return true
    state = System.next(world, here, { _tag: "Advance", seconds }).state
  }
  return true
}

/** Whether a replayed trace shows what it is to show. */
const holds = (trace: Trace, moments: ReadonlyArray<Moment>): boolean => {
  if (catalogue[trace.claim].kind === "leads-to") return staysPending(trace, moments)
  const last = moments.at(-1)
  return last !== undefined && shown(trace, last) !== undefined
}

/** Whether a run is possible, and shows what its trace is to show. */
export const stands = (trace: Trace): boolean =>
  Result.match(replay(trace), { onFailure: () => false, onSuccess: (moments) => holds(trace, moments) })

/** Whether a replayed run ends in a case that breaks its claim. */
export const isBreach = (trace: Trace, moments: ReadonlyArray<Moment>): boolean =>
  holds({ ...trace, shows: "attack" }, moments)

// ---------------------------------------------------------------------------------------------------------------------
// Shorter traces
// ---------------------------------------------------------------------------------------------------------------------

/** Actions with waits that follow each other made one. */
const withoutStops = (actions: ReadonlyArray<Action>): ReadonlyArray<Action> =>
  actions.reduce<Array<Action>>((sofar, action) => {
    const last = sofar.at(-1)
    if (action._tag === "Advance" && last?._tag === "Advance") {
      sofar.splice(-1, 1, { _tag: "Advance", seconds: last.seconds + action.seconds })
    } else sofar.push(action)
    return sofar
  }, [])

/** The same run with waits that follow each other made one, but for those at the seam of what repeats. */
const merged = (trace: Trace): Trace => {
  const { actions, loop } = trace
  if (loop === undefined) return { ...trace, actions: withoutStops(actions) }
  const [stem, round] = [withoutStops(actions.slice(0, loop)), withoutStops(actions.slice(loop))]
  return { ...trace, actions: [...stem, ...round], loop: stem.length }
}

/** An action with orders renumbered after one has gone; undefined where it speaks of the one that has. */
const renumbered = (action: Action, gone: number): Action | undefined => {
  if (action._tag === "Race") {
    const [first, second] = [renumbered(action.first, gone), renumbered(action.second, gone)]
    return first === undefined || second === undefined ? undefined : ({ ...action, first, second } as Action)
  }
  const moved = (number: number): number => (number > gone ? number - 1 : number)
  if ("order" in action && action.order === gone) return undefined
  if ("to" in action && action.to === gone) return undefined
  return {
    ...action,
    ...("order" in action && { order: moved(action.order) }),
    ...("to" in action && { to: moved(action.to) })
  } as Action
}

/** A run without one of its actions, and without those that speak of an order that it made. */
const without = (run: Run, moments: ReadonlyArray<Moment>, index: number): Run => {
  const { after, before } = moments[index]!
  const gone = after.orders.length > before.orders.length ? before.orders.length : Number.POSITIVE_INFINITY
  const later = run.actions.slice(index + 1).flatMap((action) => renumbered(action, gone) ?? [])
  return { ...run, actions: [...run.actions.slice(0, index), ...later] }
}

/**
 * A run of which something is still so, and of which it is not once any action, with what follows from it, is left out.
 * `still` gives the run to go on with, which may be a beginning of the one that it is given, or undefined.
 */
export const least = <R extends Run>(run: R, still: (run: R) => R | undefined): R => {
  let sofar = run
  let moments = Result.getOrThrow(replay(run))
  for (let index = moments.length - 1; index >= 0; index--) {
    const shorter = still({ ...sofar, ...without(sofar, moments, index) })
    if (shorter === undefined) continue
    sofar = shorter
    moments = Result.getOrThrow(replay(shorter))
    index = Math.min(index, moments.length)
  }
  return sofar.actions.length < run.actions.length ? least(sofar, still) : sofar
}

/** A run that shows as much, and from which nothing can be left out. Of one that never ends only waits are made one. */
export const minimal = (trace: Trace): Trace =>
  catalogue[trace.claim].kind === "leads-to"
    ? merged(trace)
    : merged(least(trace, (shorter) => (stands(shorter) ? shorter : undefined)))

/** How many critical moments ahead one wait may reach, where every run of some length is tried. */
const momentsAhead = 12

/** What can be done in a state in one action, a wait of any length that matters included. */
const everyAction = (world: World, state: State): ReadonlyArray<Action> => {
  const actions: Array<Action> = Enabled.enabled(world, state)
  let moment = state.now
  for (let i = 0; i < momentsAhead; i++) {
    const waits = Instants.waits(world, { ...state, now: moment }, Instants.everything)
    for (const seconds of waits.slice(1)) actions.push({ _tag: "Advance", seconds: moment + seconds - state.now })
    const [soonest] = waits
    if (soonest === undefined) break
    moment += soonest
    actions.push({ _tag: "Advance", seconds: moment - state.now })
  }
  return actions
}

/** A trace, and whether every shorter run was tried and shows nothing of the kind. */
export interface Shortest {
  readonly trace: Trace
  readonly isShortest: boolean
}

/**
 * The shortest run that shows as much, where it can be found by trying every shorter one within `statesAtMost` states,
 * and else one from which no action can be left out. A search of the quotient counts what must follow at once as one
 * step with its cause, so the run that it finds first need not be the one with the fewest actions.
 */
export const shortest = (found: Trace, statesAtMost: number): Shortest => {
  const trace = minimal(found)
  const { world } = trace
  if (catalogue[trace.claim].kind === "leads-to") return { trace, isShortest: false }
  const seen = new Set<string>()
  let level = System.init(world).map((state) => ({ state, run: { ...trace, start: state.now, actions: [] } as Trace }))
  for (let depth = 1; depth < trace.actions.length; depth++) {
    const next: typeof level = []
    for (const { run, state } of level) {
      for (const action of everyAction(world, state)) {
        const { events, state: after } = System.next(world, state, action)
        const longer = { ...run, actions: [...run.actions, action] }
        if (shown(longer, { before: state, action, events, after }) !== undefined)
          return { trace: longer, isShortest: true }
        if (after === state) continue
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

/** The parts of a state, as the variables of an ITF document. */
const variables: ReadonlyArray<keyof State> = [
  "now",
  "accounts",
  "phones",
  "merchants",
  "codes",
  "orders",
  "used",
  "backupAt",
  "restoredAt",
  "coincide"
]

/** A trace as it is saved: an ITF document. */
export interface Saved {
  readonly "#meta": {
    readonly format: "ITF"
    readonly "format-description": string
    readonly paycode: Meta
  }
  readonly vars: ReadonlyArray<string>
  /** The index of the state at which the rest repeats, as ITF has it; absent where nothing does. */
  readonly loop?: number
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

/** A clause left out in one way, as the present version names it. */
const leftOut = Schema.Struct({ clause: Schema.Literals(clauseIds), mutant: Schema.String }).check(
  Schema.makeFilter(({ clause, mutant }) =>
    mutantsOf(clause).includes(mutant)
      ? undefined
      : { path: ["mutant"], issue: `one of ${mutantsOf(clause).join(", ")}, the mutants of ${clause}` }
  )
)

/** The form that is written, and those before it that are still read. */
const version = 8
const versionsBefore: ReadonlyArray<unknown> = [2, 3, 4, 5, 6, 7]

const Meta = Schema.Struct({
  version: Schema.Literal(version),
  claim: Schema.Literals(checkedIds),
  shows: Schema.Literals(["attack", "witness"]),
  under: Schema.Array(Schema.Literals(capabilityIds)),
  leftOut: Schema.Array(leftOut),
  scheme: Scheme,
  /** The hash of the scheme as it was audited: as `Hash.of` makes it. */
  hash: Schema.String,
  scope: Schema.Struct({
    name: Schema.String,
    accounts: count("accounts", 1000),
    opening: Schema.Struct({
      balance: Schema.Finite,
      freeSum: Schema.Finite,
      freeCount: Schema.Finite,
      all: Schema.Finite
    }),
    phones: Schema.NonEmptyArray(whole("the number of an account", 0, 999)),
    members: whole("a number of accounts", 0, 1000),
    merchants: count("merchants", 1000),
    codes: count("codes", 10_000),
    orders: count("orders", 10_000),
    inFlight: count("requests", 10_000),
    generations: count("credentials", 10_000),
    amounts: Schema.Array(Schema.Finite),
    refunds: Schema.Array(Schema.Finite),
    offsets: Schema.Array(Schema.Finite),
    starts: Schema.NonEmptyArray(instant),
    plays: Schema.Struct({
      agreements: Schema.Boolean,
      revocation: Schema.Boolean,
      reveals: Schema.Boolean,
      stepUp: Schema.Boolean,
      queries: Schema.Boolean,
      settlement: Schema.Boolean,
      tills: Schema.Boolean,
      expiry: Schema.Boolean,
      opens: Schema.Boolean,
      ages: Schema.Boolean,
      payouts: Schema.Boolean,
      runsOut: Schema.Boolean,
      coincidence: Schema.Boolean
    })
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
  loop: Schema.optionalKey(whole("the index of a state", 0, 1_000_000)),
  states: Schema.NonEmptyArray(Schema.Record(Schema.String, Schema.Unknown))
})

const savedState = (index: number, state: State, action: Action | undefined) => ({
  "#meta": action === undefined ? { index } : { index, action },
  ...Object.fromEntries(variables.map((name) => [name, state[name]]))
})

/** A trace in the form in which it is saved. The trace must be one that replays. */
export const save = (trace: Trace): Saved => {
  const { claim, loop, shows, world } = trace
  const moments = Result.getOrThrowWith(replay(trace), (index) => new Error(`action ${index} of a trace cannot happen`))
  const first = firstState(trace)!
  return {
    "#meta": {
      format: "ITF",
      "format-description": description,
      paycode: {
        version,
        claim,
        shows,
        under: capabilityIds.filter((id: CapabilityId) => world.can[id]),
        leftOut: Rules.mutantsOf(world.rules),
        scheme: world.rules.scheme,
        hash: Hash.of(world.rules.scheme),
        scope: world.scope as Meta["scope"]
      }
    },
    vars: variables,
    ...(loop !== undefined && { loop }),
    states: [
      savedState(0, first, undefined),
      ...moments.map(({ action, after }, index) => savedState(index + 1, after, action))
    ]
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A value with each of the records in one of its lists changed; as it is where it has no such list. */
const withEach = (
  value: unknown,
  list: string,
  change: (item: Readonly<Record<string, unknown>>) => unknown
): unknown => {
  const items = isRecord(value) ? value[list] : undefined
  if (!Array.isArray(items)) return value
  return { ...(value as object), [list]: items.map((item: unknown) => (isRecord(item) ? change(item) : item)) }
}

/** Version 2 marked codes and orders with what no run ever set. */
const unmarked = ({ watched, ...item }: Readonly<Record<string, unknown>>): unknown =>
  watched === false || watched === undefined ? item : { ...item, watched }

/** Of version 2: a mutant was called a lapse, and codes and orders had a mark. */
const fromSecond = (saved: Upgradable): Upgradable => {
  const paycode = withEach({ ...saved["#meta"].paycode, version: 3 }, "leftOut", ({ lapse, ...rest }) =>
    lapse === undefined ? rest : { ...rest, mutant: typeof lapse === "string" ? presentName(lapse) : lapse }
  )
  const named = { ...saved, "#meta": { ...saved["#meta"], paycode } }
  const unmarkedState = (state: Readonly<Record<string, unknown>>): unknown =>
    withEach(withEach(state, "codes", unmarked), "orders", unmarked)
  return withEach(named, "states", unmarkedState) as Upgradable
}

/** Whether something is the number of an honest merchant in a saved trace. */
const isHonest = ({ scope, under }: Readonly<Record<string, unknown>>, merchant: unknown): boolean => {
  const hasOwn = Array.isArray(under) && under.includes("merchant")
  return !hasOwn || !isRecord(scope) || merchant !== Number(scope.merchants) - 1
}

/**
 * Of version 3: a merchant had one terminal, and wrong codes at an honest one's came to nothing while every clause was in
 * force. So they came to another terminal than that which it sells at.
 */
const fromThird = (saved: Upgradable): Upgradable => {
  const { paycode } = saved["#meta"]
  const withTerminal = (meta: unknown): unknown => {
    const action = isRecord(meta) && isRecord(meta.action) ? meta.action : undefined
    if (action?._tag !== "Flood") return meta
    return { ...(meta as object), action: { ...action, terminal: isHonest(paycode, action.merchant) ? 1 : 0 } }
  }
  const named = { ...saved, "#meta": { ...saved["#meta"], paycode: { ...paycode, version: 4 } } }
  return withEach(named, "states", (state) => ({
    ...(withEach(state, "merchants", (merchant) => ({ ...merchant, flooded: false })) as object),
    "#meta": withTerminal(state["#meta"])
  })) as Upgradable
}

/** Of version 4: nothing said what the scheme had been, which is taken to be the one that stands there. */
const fromFourth = (saved: Upgradable): Upgradable => {
  const { paycode } = saved["#meta"]
  const { scheme } = paycode
  return { ...saved, "#meta": { ...saved["#meta"], paycode: { ...paycode, version: 5, hash: Hash.of(scheme) } } }
}

/**
 * Of version 5: digits that were made up were under the first phone's alias, whatever alias their request named; and a code that the
 * adversary made on a phone that it held was shown at the till where the phone's owner stood.
 */
const fromFifth = (saved: Upgradable): Upgradable => {
  const underAlias = (request: unknown): unknown =>
    isRecord(request) && isRecord(request.key) && request.key.position === nowhere
      ? { ...request, key: { ...request.key, phone: request.alias } }
      : request
  const renamed = (action: unknown): unknown => {
    if (!isRecord(action)) return action
    if (action._tag === "Race") return { ...action, first: renamed(action.first), second: renamed(action.second) }
    return action._tag === "Pay" ? { ...action, request: underAlias(action.request) } : action
  }
  const named = { ...saved, "#meta": { ...saved["#meta"], paycode: { ...saved["#meta"].paycode, version: 6 } } }
  const shownNowhere = (code: Readonly<Record<string, unknown>>): unknown =>
    code.made === true && code.shownAt === Time.never ? { ...code, till: nowhere } : code
  // So it was not asked for as before, and what its merchant was told of it was not noted.
  const toldOf = (order: Readonly<Record<string, unknown>>): unknown =>
    order.position === nowhere && order.phone !== 0 && order.status === "refused" && isDefinite(order.reason as Answer)
      ? { ...order, told: order.reason }
      : order
  return withEach(named, "states", (state) => {
    const meta = state["#meta"]
    const after = withEach(withEach(state, "codes", shownNowhere), "orders", toldOf) as typeof state
    return isRecord(meta) ? { ...after, "#meta": { ...meta, action: renamed(meta.action) } } : after
  }) as Upgradable
}

/**
 * An order said how much of it was refunded, and under which numbers: 1 for the first, 2 for the second, 3 for both. What came under a
 * number is what came when the number did.
 */
const withRefunds = (saved: Upgradable): Upgradable => {
  const known = new Map<number, { readonly refunded: number; readonly amounts: readonly [number, number] }>()
  const amountsOf = (index: number, refunded: number, numbers: number): readonly [number, number] => {
    const before = known.get(index) ?? { refunded: 0, amounts: [0, 0] as const }
    const [first, second] = before.amounts
    const came = refunded - before.refunded
    const amounts = [(numbers & 1) === 0 ? 0 : first || came, (numbers & 2) === 0 ? 0 : second || came] as const
    known.set(index, { refunded, amounts })
    return amounts
  }
  return withEach(saved, "states", (state) => {
    let index = -1
    return withEach(state, "orders", ({ refunds, ...order }) => {
      index++
      if (refunds === undefined) return order
      const [firstRefund, secondRefund] = amountsOf(index, Number(order.refunded), Number(refunds))
      return { ...order, firstRefund, secondRefund }
    })
  }) as Upgradable
}

/**
 * Of version 6: orders did not say what was refunded under which number, and no app was opened without somebody who asked, so that every code
 * that a phone made was asked for.
 */
const fromSixth = (saved: Upgradable): Upgradable => {
  const { paycode } = saved["#meta"]
  const { scope } = paycode
  const plays = isRecord(scope) && isRecord(scope.plays) ? { ...scope.plays, opens: false } : undefined
  const within = isRecord(scope) && plays !== undefined ? { ...scope, plays } : scope
  const named = { ...saved, "#meta": { ...saved["#meta"], paycode: { ...paycode, scope: within, version: 7 } } }
  return withEach(withRefunds(named), "states", (state) =>
    withEach(state, "codes", (code) => ({ ...code, asked: code.made === true }))
  ) as Upgradable
}

/** Of version 7: no run waited until an order was too old, and nothing was paid out to merchants. */
const fromSeventh = (saved: Upgradable): Upgradable => {
  const { paycode } = saved["#meta"]
  const { scope } = paycode
  const plays = isRecord(scope) && isRecord(scope.plays) ? { ...scope.plays, ages: false, payouts: false } : undefined
  const within = isRecord(scope) && plays !== undefined ? { ...scope, plays } : scope
  const named = { ...saved, "#meta": { ...saved["#meta"], paycode: { ...paycode, scope: within, version } } }
  return withEach(named, "states", (state) =>
    withEach(state, "merchants", (merchant) => ({ ...merchant, paidOut: 0 }))
  ) as Upgradable
}

/** A saved trace as far as its version can be told. */
interface Upgradable {
  readonly "#meta": { readonly paycode: Readonly<Record<string, unknown>> }
}

/** What was saved by a version before, in the form of this one. Anything else is left as it is, and refused where it is read. */
const upgraded = (input: unknown): unknown => {
  const meta = isRecord(input) ? input["#meta"] : undefined
  if (!isRecord(meta) || !isRecord(meta.paycode)) return input
  const saved = input as Upgradable
  const since = [fromSecond, fromThird, fromFourth, fromFifth, fromSixth, fromSeventh]
  const from = versionsBefore.indexOf(meta.paycode.version)
  return from < 0 ? input : since.slice(from).reduce((form, next) => next(form), saved)
}

/** Whole numbers as ITF has them where they may be large, `{"#bigint": "7"}`, as the numbers that they are. */
const withNumbers = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withNumbers)
  if (!isRecord(value)) return value
  const { "#bigint": digits, ...others } = value
  const isWhole = typeof digits === "string" && /^-?[0-9]+$/.test(digits) && Object.keys(others).length === 0
  if (isWhole && Number.isSafeInteger(Number(digits))) return Number(digits)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNumbers(part)]))
}

/** Where ITF is described. Tools that keep a trace need not keep the address. */
const description = "https://apalache-mc.org/docs/adr/015adr-trace.html"

/** A trace as we write it: plain numbers, and nothing that another tool has noted beside what we said of it. */
const withoutNotes = (plain: unknown): unknown => {
  const meta = isRecord(plain) ? plain["#meta"] : undefined
  if (!isRecord(plain) || !isRecord(meta)) return plain
  const { loop, states, vars } = plain
  const kept = { format: meta.format, "format-description": description, paycode: meta.paycode }
  return { "#meta": kept, vars, ...(loop !== undefined && { loop }), states }
}

/** The version that a saved trace says it is of; undefined where it says none. */
const versionOf = (input: unknown): unknown => {
  const meta = isRecord(input) ? input["#meta"] : undefined
  return isRecord(meta) && isRecord(meta.paycode) ? meta.paycode.version : undefined
}

const problem = (path: string, expected: string, found: string): ReadonlyArray<Problem> => [{ path, expected, found }]

/** What an input is that is no trace of ours: a trace of another tool, or none. */
const foreign = (input: unknown): ReadonlyArray<Problem> | undefined => {
  const meta = isRecord(input) ? input["#meta"] : undefined
  if (isRecord(meta) && isRecord(meta.paycode)) return undefined
  const isTrace = isRecord(input) && Array.isArray(input.states)
  const found = isTrace
    ? "a trace of another tool, with nothing under #meta.paycode of the scheme and the claim that it is of"
    : "JSON that is no trace"
  return problem("", "a trace that an audit has saved", found)
}

/**
 * Reads a saved trace: its scheme must be the one that was audited, every state in it the one that its action leads to, and it must
 * show what it is to show. What other tools have noted in it is passed over.
 */
export const read = (input: unknown): Result.Result<Trace, ReadonlyArray<Problem>> => {
  const plain = withNumbers(input)
  const other = foreign(plain)
  if (other !== undefined) return Result.fail(other)
  const found = versionOf(plain)
  if (found !== undefined && found !== version && !versionsBefore.includes(found)) {
    const expected = `${version}, or one of ${versionsBefore.join(", ")}, which are still read`
    return Result.fail(problem("#meta.paycode.version", expected, JSON.stringify(found)))
  }
  return readPresent(plain)
}

const readPresent = (input: unknown): Result.Result<Trace, ReadonlyArray<Problem>> =>
  Result.flatMap(
    decode(Saved, upgraded(withoutNotes(input))),
    ({ "#meta": { paycode }, loop, states }): Result.Result<Trace, ReadonlyArray<Problem>> => {
      const { claim, leftOut, scheme, scope, shows, under } = paycode
      if (paycode.hash !== Hash.of(scheme)) {
        const expected = `the hash of the scheme that stands beside it, ${Hash.of(scheme)}: it was audited as another`
        return Result.fail(problem("#meta.paycode.hash", expected, JSON.stringify(paycode.hash)))
      }
      const metas = states.slice(1).map((state) => state["#meta"] as { readonly action?: Action } | undefined)
      const trace: Trace = {
        claim,
        shows,
        loop,
        world: System.worldOf({
          rules: Rules.without(Rules.strict(scheme), ...leftOut),
          scope,
          can: Scope.having(under)
        }),
        start: Number(states[0].now),
        actions: []
      }
      let state = firstState(trace)
      if (state === undefined)
        return Result.fail(problem("states[0].now", `one of ${scope.starts.join(", ")}`, String(states[0].now)))
      const actions: Array<Action> = []
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
        const expected = Object.fromEntries(variables.map((name) => [name, state![name]]))
        const difference = Difference.first(expected, found, `states[${index}]`)
        if (difference !== undefined) return Result.fail([difference])
      }
      const complete = { ...trace, actions }
      const what = shows === "attack" ? `a breach of ${claim}` : `a case of ${claim}`
      return stands(complete)
        ? Result.succeed(complete)
        : Result.fail(problem(`states[${actions.length}]`, what, "none"))
    }
  )
