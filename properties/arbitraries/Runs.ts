/**
 * Runs: arbitrary worlds, wider than any search, and arbitrary things to attempt in them. A run is a list of intents;
 * each is turned into an action that can happen when its turn comes, or left out where there is none of its kind. So
 * every sublist of a run is a run too, and a failing one shrinks to the steps that matter.
 */
import fc from "fast-check"
import * as Instants from "../../model/Instants.ts"
import type { Rules } from "../../model/Rules.ts"
import * as Scope from "../../model/Scope.ts"
import * as System from "../../model/System.ts"
import * as Time from "../../model/Time.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import type { Trace } from "../Trace.ts"

/** Whole numbers around a value, and at a distance from it. */
const near = (value: number, least: number): fc.Arbitrary<number> =>
  fc
    .oneof(fc.constantFrom(value - 1, value, value + 1), fc.integer({ min: least, max: Math.max(least, 2 * value) }))
    .map((drawn) => Math.max(least, drawn))

/** Amounts in minor units that are amounts: around the limit of a payment, small, and beyond the day's sum. */
export const amounts = ({ scheme: { limit } }: Rules): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(limit.payment) },
    { weight: 2, arbitrary: near(limit.payment, 1) },
    { weight: 1, arbitrary: near(Math.max(1, Math.floor(limit.payment / 3)), 1) },
    { weight: 1, arbitrary: near(limit.daySum, 1) },
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
        fc.integer({ min: 1, max: 30 }).map((days) => days * Time.secondsPerDay)
      )
    )
    .map(([sign, size]) => sign * size || 0)

/** A bound on the size of the worlds that {@link worlds} draws. */
export const largest = { accounts: 5, merchants: 3, codes: 16, orders: 20 } as const

/** Worlds for some rules, under some capabilities: several accounts, many codes and orders, any time of day. */
export const worlds = (rules: Rules, can: ReadonlyArray<CapabilityId>): fc.Arbitrary<System.World> => {
  const { scheme } = rules
  const { daySum, payment } = scheme.limit
  const midnight = Time.startOfDay(scheme, 11)
  return fc
    .record({
      accounts: fc.integer({ min: 1, max: largest.accounts }),
      merchants: fc.integer({ min: 2, max: largest.merchants }),
      requests: fc.integer({ min: 1, max: 4 }),
      inFlight: fc.integer({ min: 1, max: 4 }),
      amounts: fc.uniqueArray(amounts(rules), { minLength: 1, maxLength: 3 }),
      offsets: fc.uniqueArray(offsets(rules), { maxLength: 4 }),
      start: fc.oneof(
        fc.integer({ min: midnight - 2 * scheme.clock.step, max: midnight - 1 }),
        fc.integer({ min: midnight - Time.secondsPerDay, max: midnight - 1 })
      ),
      balance: fc.oneof(fc.constant(20 * daySum), fc.integer({ min: 0, max: 3 * daySum })),
      spentToday: fc.oneof(fc.constant(0), fc.constant(daySum - payment), fc.integer({ min: 0, max: daySum }))
    })
    .map(({ balance, offsets, spentToday, start, ...size }) => ({
      rules,
      can: Scope.having(can),
      scope: {
        ...size,
        name: "walk",
        codes: largest.codes,
        orders: largest.orders,
        // A right clock comes first, so that a run shrinks to right clocks.
        offsets: [0, ...offsets.filter((offset) => offset !== 0)],
        opening: { balance, spentToday },
        starts: [start]
      }
    }))
}

/** What somebody is about to do: a kind of action, and which of the possible ones. */
export interface Intent {
  readonly kind: Exclude<System.Action["_tag"], "Advance"> | Wait
  readonly pick: number
}

/** How long to wait: to the next moment at which time makes a difference, seconds, steps, to midnight, or days. */
export type Wait = "moment" | "seconds" | "steps" | "midnight" | "days"

const kinds: ReadonlyArray<readonly [Intent["kind"], number]> = [
  ["Show", 12],
  ["Scan", 12],
  ["Deliver", 24],
  ["Capture", 5],
  ["Submit", 10],
  ["Resubmit", 8],
  ["Guess", 2],
  ["Enroll", 3],
  ["Sign", 3],
  ["Withdraw", 1],
  ["moment", 8],
  ["seconds", 4],
  ["steps", 3],
  ["midnight", 1],
  ["days", 1]
]

/** One intent; payments are the likeliest. */
export const intents: fc.Arbitrary<Intent> = fc.record({
  kind: fc.oneof(...kinds.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) }))),
  pick: fc.nat({ max: 0xffff })
})

const waiting = (world: System.World, state: System.State, kind: Wait, pick: number): number => {
  const { scheme } = world.rules
  switch (kind) {
    case "moment": {
      const next = Instants.next(world, state, Instants.everything)
      return next === Number.POSITIVE_INFINITY ? scheme.clock.step : next - state.now
    }
    case "seconds":
      return 1 + (pick % (2 * scheme.clock.step))
    case "steps":
      return scheme.clock.step * (1 + (pick % (scheme.window.past + scheme.window.future + 2)))
    case "midnight": {
      const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, state.now) + 1)
      return Math.max(1, midnight - state.now - 1 + (pick % 3))
    }
    case "days":
      return Time.secondsPerDay * (1 + (pick % 30))
  }
}

const isWait = (kind: Intent["kind"]): kind is Wait =>
  kind === "moment" || kind === "seconds" || kind === "steps" || kind === "midnight" || kind === "days"

/** The action that an intent comes to in a state; undefined where nothing of its kind can happen. */
export const actionOf = (world: System.World, state: System.State, intent: Intent): System.Action | undefined => {
  const { kind, pick } = intent
  if (isWait(kind)) return { _tag: "Advance", seconds: waiting(world, state, kind, pick) }
  const possible = System.deeds(world, state).filter(({ _tag }) => _tag === kind)
  if (kind !== "Deliver") return possible[pick % possible.length]
  // Three of four deliveries are first ones: a run should not spend itself on repetitions.
  const isFirst = ({ order, request }: System.Action & { readonly _tag: "Deliver" }): boolean =>
    state.orders[order]!.requests[request]!.answer === "NONE"
  const first = possible.filter((deed) => deed._tag === "Deliver" && isFirst(deed))
  const chosen = first.length > 0 && pick % 4 !== 0 ? first : possible
  return chosen[(pick >>> 2) % chosen.length]
}

/** A run before it is made: its world, and the intents. */
export interface Plan {
  readonly world: System.World
  readonly intents: ReadonlyArray<Intent>
}

/** The most intents in a run. */
export const longest = 160

/** Plans of runs for some rules, under some capabilities. */
export const plans = (rules: Rules, can: ReadonlyArray<CapabilityId>): fc.Arbitrary<Plan> =>
  fc.record({
    world: worlds(rules, can),
    // Long runs as often as short ones: left to its bias, the first array of every seed is a short one.
    intents: fc.noBias(fc.array(intents, { minLength: longest / 4, maxLength: longest, size: "max" }))
  })

/** Makes a run of a plan; `look` sees every step, and ends the run by answering false. */
export const make = (
  { intents, world }: Plan,
  look: (before: System.State, step: System.Step, action: System.Action) => boolean
): Pick<Trace, "world" | "start" | "actions"> => {
  let state = System.init(world)[0]!
  const actions: Array<System.Action> = []
  const run = { world, start: state.now, actions }
  for (const intent of intents) {
    const action = actionOf(world, state, intent)
    if (action === undefined) continue
    const step = System.next(world, state, action)
    actions.push(action)
    if (!look(state, step, action)) return run
    state = step.state
  }
  return run
}
