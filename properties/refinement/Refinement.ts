/**
 * Refinement: that the implementation does what the model says. Both are taken through the same run; after every action
 * what was seen of it, and what the parties remember, must be alike.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { type Problem, say } from "../../model/Decode.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Action, State, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import * as Difference from "../Difference.ts"
import { Narrative } from "../report/Reports.ts"
import * as Trace from "../trace/Trace.ts"
import type * as Cast from "./Cast.ts"
import * as Deployment from "./Deployment.ts"
import * as Driver from "./Driver.ts"
import * as Expectation from "./Expectation.ts"

/** How a run ended: all alike, alike up to a coincidence of digits, or with a difference after its last action. */
export type Ending = Alike | { readonly _tag: "Coincidence"; readonly run: Trace.Run } | Different

/** A run in which model and implementation are alike throughout. */
export interface Alike {
  readonly _tag: "Alike"
  readonly run: Trace.Run
  /** What was left out of the plan, because the implementation has nothing that it stands for. */
  readonly obstacles: ReadonlyArray<Obstacle>
}

/** A run after whose last action the implementation is not as the model says, and the first thing that is not. */
export interface Different {
  readonly _tag: "Different"
  readonly run: Trace.Run
  readonly problem: Problem
}

// ---------------------------------------------------------------------------------------------------------------------
// Both, step by step
// ---------------------------------------------------------------------------------------------------------------------

/** Chooses what happens next, something that the driver can do as well; undefined for the end. */
export type Chooser = (state: State, obstacle: Driver.Driver["obstacle"]) => Effect.Effect<Action | undefined>

/** The model and an implementation, side by side. */
export interface Pair {
  readonly world: World
  readonly driver: Driver.Driver
  /** Takes both on from the state that they are in, until they differ, or the chooser ends it. */
  readonly follow: (choose: Chooser) => Effect.Effect<Ending>
  /** The state that they are in. */
  readonly state: () => State
  /** Puts the model into another state: one that explains what the implementation did by itself. */
  readonly put: (state: State) => void
}

/** Sets both up at the start of a run. */
export const pair = Effect.fnUntraced(function* (world: World, options: Cast.DriverOptions) {
  const driver = yield* Driver.make(world, options)
  let state = System.init(world)[0]!
  const actions: Array<Action> = []
  const obstacles: Array<Obstacle> = []
  const run: Trace.Run = { world, start: state.now, actions }
  const obstacle: Driver.Driver["obstacle"] = (before, action) =>
    Effect.tap(driver.obstacle(before, action), (found) =>
      Effect.sync(() => {
        if (found !== undefined) obstacles.push(found)
      })
    )
  const follow = Effect.fnUntraced(function* (choose: Chooser): Effect.fn.Return<Ending> {
    while (true) {
      const action = yield* choose(state, obstacle)
      if (action === undefined) return { _tag: "Alike", run, obstacles }
      const found = yield* driver.act(state, action)
      if (found._tag === "Coincidence") return { _tag: "Coincidence", run }
      const step = System.next(world, state, action)
      actions.push(action)
      const expected = Expectation.seenOf(world, { action, before: state, ...step })
      const problem = Difference.first(
        { answer: expected, books: Expectation.booksOf(world, step.state) },
        { answer: found, books: yield* driver.books(step.state) }
      )
      if (problem !== undefined) return { _tag: "Different", run, problem }
      state = step.state
    }
  })
  const both: Pair = {
    world,
    driver,
    follow,
    state: () => state,
    put: (explained) => {
      state = explained
    }
  }
  return both
})

/** Chooses what the first intents come to that can be done, and is not left. */
export const choosing =
  (
    world: World,
    rest: Iterator<Runs.Intent>,
    isLeft: (state: State, action: Action, intent: Runs.Intent) => boolean = () => false
  ): Chooser =>
  (state, obstacle) =>
    Effect.gen(function* () {
      for (let next = rest.next(); next.done !== true; next = rest.next()) {
        const action = Runs.actionOf(world, state, next.value)
        if (isLeft(state, action, next.value)) continue
        if ((yield* obstacle(state, action)) === undefined) return action
      }
      return undefined
    })

const follow = (world: World, options: Cast.DriverOptions, choose: Chooser): Promise<Ending> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(pair(world, options), (both) => both.follow(choose))))

/** Compares the model of a plan's world with an implementation, which may be under other rules or elsewhere. */
export const compare = (
  { intents, world }: Runs.Plan,
  options: Cast.DriverOptions = { rules: world.rules }
): Promise<Ending> => follow(world, options, choosing(world, intents.values()))

/** The same comparison over given actions, as far as they can happen. */
export const replay = (run: Trace.Run, options: Cast.DriverOptions): Promise<Ending> => {
  const possible = Result.isSuccess(Trace.replay(run)) ? run.actions : []
  const rest = possible.values()
  return follow(
    run.world,
    options,
    Effect.fnUntraced(function* (state, obstacle) {
      const action = rest.next().value
      return action !== undefined && (yield* obstacle(state, action)) === undefined ? action : undefined
    })
  )
}

/** A run without each of its actions in turn, the last first, and without what speaks of an order that it made. */
const shorterBy = (run: Trace.Run): ReadonlyArray<Trace.Run> => {
  const shorter: Array<Trace.Run> = []
  Trace.least(run, (each) => {
    shorter.push(each)
    return undefined
  })
  return shorter
}

/** A difference as well, after a run from which nothing can be left out. */
export const minimal = async (ending: Different, options: Cast.DriverOptions): Promise<Different> => {
  let least = ending
  let shorter = shorterBy(least.run)
  // Every action is tried once after the last that could be left out.
  for (let at = 0, tried = 0; tried < shorter.length; ) {
    const found = await replay(shorter[at % shorter.length]!, options)
    if (found._tag !== "Different") {
      at++
      tried++
      continue
    }
    const { length } = least.run.actions
    least = found
    shorter = shorterBy(least.run)
    // What came before it comes next: a difference may show earlier than it did.
    at = Math.max(0, shorter.length - (length - 1 - (at % length)))
    tried = 0
  }
  return least
}

/** A difference in words: what happened, and what the implementation made of the last of it. */
export const report = ({ problem, run }: Different): string => {
  const { opening, sentences } = Narrative.tell(run)
  const numbered = sentences.map((sentence, index) => `${String(index + 1).padStart(3)}. ${sentence}`)
  return [opening, ...numbered, `The implementation differs: ${say(problem)}`].join("\n")
}

/** The capabilities that providers at a site can be put to: all but an old backup, and several nodes where there is one. */
export const played = ({ nodes }: Deployment.Site = Deployment.local): ReadonlyArray<CapabilityId> =>
  capabilityIds.filter((id) => capabilities[id].modelled && id !== "restore" && (id !== "nodes" || nodes.length > 1))

/**
 * Worlds and things to attempt in them, with everything that an adversary can do to the providers at a site, for some
 * rules. One of the amounts needs step-up, and one of the refunds is small enough for any order.
 */
export const plans = (rules: Rules, site: Deployment.Site = Deployment.local): fc.Arbitrary<Runs.Plan> => {
  const most = played(site)
  return fc
    .subarray([...most], { minLength: most.length - 2 })
    .chain((can) => Runs.plans({ rules, can }))
    .map(({ intents, world }) => {
      const { scope } = world
      const amounts = new Set([...scope.amounts, rules.scheme.limit.payment + 1])
      const refunds = new Set([...scope.refunds, 1])
      const opening = site.opens ? scope.opening : { ...scope.opening, freeSum: 0, freeCount: 0, all: 0 }
      return {
        intents,
        world: { ...world, scope: { ...scope, opening, amounts: [...amounts], refunds: [...refunds] } }
      }
    })
}
