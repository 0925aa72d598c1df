/**
 * Runs: arbitrary worlds, wider than any search, and arbitrary things to attempt in them. A run is a list of intents;
 * each is turned into an action that can happen when its turn comes. So every sublist of a run is a run too, and a failing
 * one shrinks to the steps that matter.
 */
import fc from "fast-check"
import type { Rules } from "../../model/Rules.ts"
import * as System from "../../model/system/System.ts"
import { type Action, Enabled, Facts, Instants, Scope, type State, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import type * as Trace from "../trace/Trace.ts"
import * as Recording from "./Recording.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Worlds
// ---------------------------------------------------------------------------------------------------------------------

/** Whole numbers around a value, and at a distance from it. */
const near = (value: number, least: number): fc.Arbitrary<number> =>
  fc
    .oneof(fc.constantFrom(value - 1, value, value + 1), fc.integer({ min: least, max: Math.max(least, 2 * value) }))
    .map((drawn) => Math.max(least, drawn))

/** Amounts in minor units that are amounts: around the limit of a payment, small, and beyond the day's sums. */
export const amounts = ({ scheme: { limit } }: Rules): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(limit.payment) },
    { weight: 3, arbitrary: near(limit.payment, 1) },
    { weight: 1, arbitrary: near(Math.max(1, Math.floor(limit.payment / 3)), 1) },
    { weight: 1, arbitrary: near(limit.daySum ?? limit.accountDay, 1) },
    { weight: 1, arbitrary: fc.constantFrom(1, Number.MAX_SAFE_INTEGER) }
  )

/** What a phone's clock is off by, in seconds: little, at the edges of the stated drift, by steps, by days; either way. */
export const offsets = ({ scheme: { clock } }: Rules): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(1, -1),
      fc.oneof(
        fc.integer({ min: 0, max: clock.drift }),
        fc.constantFrom(clock.drift, clock.drift + 1),
        fc.integer({ min: 1, max: 10 }).map((steps) => steps * clock.step),
        fc.integer({ min: 1, max: 5 }).map((days) => days * Time.secondsPerDay)
      )
    )
    .map(([sign, size]) => sign * size || 0)

/** A bound on the size of the worlds that {@link worlds} draws. */
export const largest = { accounts: 3, merchants: 3, codes: 8, orders: 8, generations: 4 } as const

/** The day that runs begin on, so that no instant of a run is before the epoch. */
const firstDay = 40

const everything: Scope.Plays = {
  agreements: true,
  revocation: true,
  reveals: true,
  stepUp: true,
  queries: true,
  settlement: true,
  tills: true,
  expiry: true,
  opens: true,
  // Nobody waits for a year in a run that is drawn.
  ages: false,
  payouts: true,
  runsOut: true,
  coincidence: false
}

/** What worlds are drawn for. */
export interface Drawn {
  readonly rules: Rules
  /** The capabilities of the adversary. */
  readonly can: ReadonlyArray<CapabilityId>
  /** Whether digits of codes may coincide. */
  readonly coincidence?: boolean
}

/** Worlds for some rules, under some capabilities: several accounts and phones, many codes and orders, any time of day. */
export const worlds = ({ can, coincidence = false, rules }: Drawn): fc.Arbitrary<World> => {
  const { scheme } = rules
  const { accountDay, dayCount = 10, payment } = scheme.limit
  const daySum = scheme.limit.daySum ?? accountDay
  const midnight = Time.startOfDay(scheme, firstDay + 1)
  const rogues = can.includes("takeover") ? [0] : []
  const opening = fc.record({
    balance: fc.oneof(fc.constant(8 * daySum), fc.integer({ min: 0, max: 3 * daySum })),
    freeSum: fc.oneof(fc.constant(0), fc.constant(Math.max(0, daySum - payment)), fc.integer({ min: 0, max: daySum })),
    freeCount: fc.constantFrom(0, dayCount - 1, dayCount),
    all: fc.oneof(fc.constant(0), fc.constant(accountDay - payment), fc.integer({ min: 0, max: accountDay }))
  })
  return fc
    .record({
      phonesOf: fc.array(fc.constantFrom(1, 1, 2), { minLength: 1, maxLength: largest.accounts }),
      strangers: fc.integer({ min: 0, max: 1 }),
      merchants: fc.integer({ min: 2, max: largest.merchants }),
      inFlight: fc.integer({ min: 1, max: 4 }),
      generations: fc.integer({ min: 1, max: largest.generations }),
      amounts: fc.uniqueArray(amounts(rules), { minLength: 1, maxLength: 3 }),
      refunds: fc.uniqueArray(amounts(rules), { minLength: 1, maxLength: 2 }),
      offsets: fc.uniqueArray(offsets(rules), { maxLength: 3 }),
      start: fc.oneof(
        fc.integer({ min: midnight - 2 * scheme.clock.step, max: midnight - 1 }),
        fc.integer({ min: midnight - Time.secondsPerDay, max: midnight - 1 })
      ),
      opening
    })
    .map(({ opening, phonesOf, start, strangers, ...drawn }) => ({
      rules,
      can: Scope.having(can),
      scope: {
        ...drawn,
        opening: {
          ...opening,
          freeCount: Math.max(opening.freeCount, Math.ceil(opening.freeSum / payment)),
          all: Math.max(opening.all, opening.freeSum)
        },
        name: "walk",
        accounts: phonesOf.length,
        phones: [...phonesOf.flatMap((count, account) => Array.from({ length: count }, () => account)), ...rogues],
        members: Math.max(1, phonesOf.length - strangers),
        codes: largest.codes,
        orders: largest.orders,
        // A right clock comes first, so that a run shrinks to right clocks.
        offsets: [0, ...drawn.offsets.filter((offset) => offset !== 0)],
        starts: [start],
        plays: { ...everything, coincidence }
      }
    }))
}

// ---------------------------------------------------------------------------------------------------------------------
// Intents
// ---------------------------------------------------------------------------------------------------------------------

/** What somebody is about to do: which kind of the possible actions, and which of that kind, by numbers drawn at random. */
export interface Intent {
  readonly kind: number
  readonly pick: number
}

const wide = 0xffff

/** One intent. */
export const intents: fc.Arbitrary<Intent> = fc.record({
  kind: fc.nat({ max: wide }),
  pick: fc.nat({ max: wide })
})

/** How long to wait: to the next moment at which time makes a difference, seconds, steps, to midnight, or days. */
const waits = ["moment", "seconds", "steps", "midnight", "days"] as const
type Wait = (typeof waits)[number]

/** Kinds of actions, and how often each is taken where all can be. */
const weights = {
  Show: 12,
  Scan: 12,
  "first delivery": 24,
  "another delivery": 4,
  "unheard delivery": 4,
  "first payment": 8,
  "another payment": 3,
  Approve: 10,
  Authenticate: 10,
  Query: 5,
  Reverse: 4,
  "delivery of a reversal": 8,
  Close: 6,
  Notice: 2,
  GiveUp: 2,
  Present: 3,
  Capture: 6,
  RunOff: 2,
  Guess: 2,
  Impersonate: 12,
  Flood: 1,
  "Meddle query": 1,
  "Meddle reversal": 2,
  "Meddle refund": 3,
  "Meddle refund query": 2,
  "another refund": 6,
  Race: 8,
  Sign: 4,
  Withdraw: 1,
  Enroll: 3,
  Confirm: 3,
  Revoke: 1,
  Wipe: 2,
  Ask: 4,
  Open: 1,
  RunOut: 1,
  Crash: 1,
  Backup: 2,
  Restore: 2,
  Coincide: 2,
  PayOut: 1,
  moment: 10,
  seconds: 4,
  steps: 3,
  midnight: 1,
  days: 1
} as const
type Kind = keyof typeof weights

/** The kinds of what the adversary's merchant meddles with: names that are made anew each time would cost as much as all else. */
const meddled = {
  query: "Meddle query",
  reversal: "Meddle reversal",
  refund: "Meddle refund",
  "refund query": "Meddle refund query"
} as const

const kindOf = (state: State, action: Action): Kind => {
  switch (action._tag) {
    case "Deliver":
      if (action.what === "reversal") return "delivery of a reversal"
      if (!action.heard) return "unheard delivery"
      return state.orders[action.order]!.arrived ? "another delivery" : "first delivery"
    case "Pay":
      return action.order < 0 ? "first payment" : "another payment"
    case "Meddle":
      // A number that was used is one of very few that can be.
      return action.what === "refund" && Facts.refundedUnder(state.orders[action.order]!, action.number) > 0
        ? "another refund"
        : meddled[action.what]
    case "Advance":
      return "moment"
    default:
      return action._tag
  }
}

const waiting = (world: World, state: State, wait: Wait, pick: number): number => {
  const { scheme } = world.rules
  switch (wait) {
    case "moment": {
      const moments = Instants.waits(world, state, Instants.everything)
      return moments[pick % moments.length] ?? scheme.clock.step
    }
    case "seconds":
      return 1 + (pick % (2 * scheme.clock.step))
    case "steps": {
      const { future, past } = scheme.window ?? { past: 8, future: 1 }
      return scheme.clock.step * (1 + (pick % (past + future + 2)))
    }
    case "midnight": {
      const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, state.now) + 1)
      return Math.max(1, midnight - state.now - 1 + (pick % 3))
    }
    case "days":
      return Time.secondsPerDay * (1 + (pick % 30))
  }
}

/** The kind that an intent comes to, of those that are possible: the likelier the greater its weight. */
const drawnKind = (possible: ReadonlyArray<Kind>, draw: number): Kind | undefined => {
  const sum = possible.reduce((sum, kind) => sum + weights[kind], 0)
  let left = Math.floor((draw / (wide + 1)) * sum)
  return possible.find((kind) => {
    left -= weights[kind]
    return left < 0
  })
}

/** How many of some actions are of each kind, the kinds in the order in which they come. */
const countByKind = (state: State, possible: ReadonlyArray<Action>): Map<Kind, number> => {
  const counts = new Map<Kind, number>()
  let last: Kind | undefined
  let count = 0
  const note = (): void => {
    if (last !== undefined) counts.set(last, (counts.get(last) ?? 0) + count)
  }
  // Actions of one kind mostly stand together.
  for (let at = 0; at < possible.length; at++) {
    const kind = kindOf(state, possible[at]!)
    if (kind === last) {
      count++
      continue
    }
    note()
    last = kind
    count = 1
  }
  note()
  return counts
}

/** Of the actions of one kind the one with a number. */
const numbered = (state: State, possible: ReadonlyArray<Action>, wanted: Kind, number: number): Action => {
  let left = number
  return possible.find((action) => kindOf(state, action) === wanted && left-- === 0)!
}

/** The action that an intent comes to, of some that are possible; undefined where none is. */
export const oneOf = (state: State, possible: ReadonlyArray<Action>, { kind, pick }: Intent): Action | undefined => {
  const counts = countByKind(state, possible)
  const drawn = drawnKind([...counts.keys()], kind)
  return drawn === undefined ? undefined : numbered(state, possible, drawn, pick % counts.get(drawn)!)
}

/** The action that an intent comes to in a state of a world: something that can be done there, or a wait of any length. */
export const actionOf = (world: World, state: State, { kind, pick }: Intent): Action => {
  const possible = Enabled.enabled(world, state)
  const counts = countByKind(state, possible)
  const drawn = drawnKind([...counts.keys(), ...waits], kind)!
  const count = counts.get(drawn)
  return count === undefined
    ? { _tag: "Advance", seconds: waiting(world, state, drawn as Wait, pick) }
    : numbered(state, possible, drawn, pick % count)
}

// ---------------------------------------------------------------------------------------------------------------------
// Runs
// ---------------------------------------------------------------------------------------------------------------------

/** A run before it is made: its world, and the intents. */
export interface Plan {
  readonly world: World
  readonly intents: ReadonlyArray<Intent>
}

/** The most intents in a run. */
export const longest = 100

/** Lists of intents. */
export const lists: fc.Arbitrary<ReadonlyArray<Intent>> =
  // Long runs as often as short ones: left to its bias, the first array of every seed is a short one.
  fc.noBias(fc.array(intents, { minLength: longest / 4, maxLength: longest, size: "max" }))

/** Plans of runs in the worlds that are drawn. */
export const plans = (drawn: Drawn): fc.Arbitrary<Plan> => fc.record({ world: worlds(drawn), intents: lists })

/** Makes a run of a plan; `look` sees every step, and ends the run by answering false. */
export const make = (
  { intents, world }: Plan,
  look: (before: State, step: System.Step, action: Action) => boolean
): Trace.Run => {
  let state = System.init(world)[0]!
  const actions: Array<Action> = []
  const run = { world, start: state.now, actions }
  Recording.begin(run)
  for (const intent of intents) {
    const action = actionOf(world, state, intent)
    const step = System.next(world, state, action)
    actions.push(action)
    if (!look(state, step, action)) return run
    state = step.state
  }
  return run
}
