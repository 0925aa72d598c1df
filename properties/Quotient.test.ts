/**
 * The quotient against a search that leaves nothing out: a scheme small enough to be searched second by second, every
 * state kept as it is. Both must come to the same verdicts and meet the same edges, with every clause in force and with
 * each clause left out. PAYCODE_CAMPAIGN=1 adds the comparisons that take long.
 */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { decode } from "../model/Decode.ts"
import { reasons } from "../model/Refusal.ts"
import { Scheme } from "../model/Scheme.ts"
import type * as Scope from "../model/Scope.ts"
import * as System from "../model/System.ts"
import * as Time from "../model/Time.ts"
import { type ClaimId, claimIds } from "../spec/Claims.ts"
import type { ClauseId } from "../spec/Clauses.ts"
import * as Layout from "./checker/Layout.ts"
import { type Budget, type Outcome, type Subject, search } from "./checker/Search.ts"
import * as Exploration from "./Exploration.ts"
import * as Quotient from "./Quotient.ts"
import { weakenings } from "./weakenings/Weakenings.ts"

const alipay = JSON.parse(readFileSync(new URL("../spec/schemes/alipay.json", import.meta.url), "utf8")) as object

/** Steps of two seconds: everything happens as in alipay, within a dozen seconds. */
const scheme = Result.getOrThrow(
  decode(Scheme, {
    ...alipay,
    clock: { step: 2, drift: 1, nodeSkew: 0, utcOffset: 28800 },
    window: { past: 2, future: 1 },
    display: 1,
    relay: { deliveryAtMost: 1 },
    leak: { seconds: 7 }
  })
)

/** Seconds after its start at which a run without the quotient ends: the leak's lifetime, and one more. */
const horizon = 8

/** Scopes small enough for every second and every renaming to be kept apart, and large enough for every claim. */
const sizes = {
  "two accounts with one code": { accounts: 2, codes: 1, orders: 2, requests: 1, offsets: [0, -2] },
  "two codes in two orders": { accounts: 1, codes: 2, orders: 2, requests: 1, offsets: [0] },
  "two codes in one order": { accounts: 1, codes: 2, orders: 1, requests: 2, offsets: [0] }
} satisfies Record<string, Partial<Scope.Scope>>

/** The system as it is, second by second. */
const unreduced = (world: System.World): Subject<System.State, System.Action, System.Event> => {
  const { starts } = world.scope
  const earliest = Math.min(...starts)
  const latest = Math.max(...starts) + horizon
  const actions = (state: System.State): ReadonlyArray<System.Action> => {
    const out = System.deeds(world, state)
    const start = starts.find((instant) => instant <= state.now)!
    if (state.now < start + horizon) out.push({ _tag: "Advance", seconds: 1 })
    return out
  }
  const instant = Layout.int(earliest, latest)
  const payer = Layout.int(0, world.scope.accounts - 1)
  const merchant = Layout.int(0, world.scope.merchants - 1)
  const code = Layout.int(-1, world.scope.codes - 1)
  const outcome = Layout.literals(["NONE", "PAID", ...reasons])
  const day = Time.dayAt(scheme, earliest)
  const request = Layout.struct<System.Request>({
    code,
    payer,
    amount: Layout.values(world.scope.amounts),
    sentAt: instant,
    answer: outcome,
    debits: Layout.int(0, 2),
    day: Layout.values([0, day, day + 1])
  })
  const layout = Layout.compile<System.State>(
    Layout.struct<System.State>({
      now: instant,
      payers: Layout.list(
        Layout.struct<System.Payer>({
          agreement: Layout.literals(["none", "live", "ended"]),
          enrolled: Layout.boolean,
          screen: code
        }),
        world.scope.accounts
      ),
      codes: Layout.list(
        Layout.struct<System.Code>({
          payer,
          step: Layout.int(
            Time.stepAt(scheme, earliest - Time.secondsPerDay),
            Time.stepAt(scheme, latest + Time.secondsPerDay)
          ),
          till: merchant,
          shownAt: instant,
          onTime: Layout.boolean,
          made: Layout.boolean,
          captured: Layout.boolean,
          burned: Layout.boolean,
          attempted: Layout.boolean
        }),
        world.scope.codes
      ),
      orders: Layout.list(
        Layout.struct<System.Order>({
          merchant,
          requests: Layout.list(request, world.scope.requests),
          outcome,
          decided: Layout.int(0, world.scope.requests - 1)
        }),
        world.scope.orders
      )
    })
  )
  return {
    init: System.init(world),
    actions,
    likeNormal: actions,
    next: (state, action) => System.next(world, state, action),
    urgent: () => undefined,
    normal: (state) => state,
    layout
  }
}

type Size = keyof typeof sizes

const worldOf = (task: Exploration.Task, size: Size): System.World => {
  const { can, rules, scope } = Exploration.worldOf(task)
  const { offsets, starts } = scope
  const near = { ...scope, inFlight: 1, ...sizes[size], starts: starts.slice(0, 1) }
  return { can, rules, scope: offsets.length === 1 ? { ...near, offsets } : near }
}

const budget: Budget = { states: 10_000_000, report: () => true }

/** What a search found of its properties: which are broken, and of those that are not, which have cases. */
const verdicts = ({ ended, findings }: Outcome<unknown, unknown>) => ({
  ended,
  findings: findings.map(({ counterexample, name, situations }) => ({
    name,
    broken: counterexample !== undefined,
    // A search that stops at a breach has not met every case.
    met: ended === "exhausted" ? situations > 0 : undefined
  }))
})

const withQuotient = (task: Exploration.Task, size: Size) => {
  const world = worldOf(task, size)
  const quotient = Quotient.make(world, task.watched)
  return search(quotient, Exploration.propertiesOf(world, task.claims, quotient.isWatched), budget)
}

const withoutQuotient = (task: Exploration.Task, size: Size) => {
  const world = worldOf(task, size)
  return search(
    unreduced(world),
    Exploration.propertiesOf(world, task.claims, () => true),
    budget
  )
}
/** Whether both searches come to the same, and what each found. */
const compared = (task: Exploration.Task, size: Size) => {
  const quotient = withQuotient(task, size)
  const unreduced = withoutQuotient(task, size)
  expect(unreduced.ended).not.toBe("budget")
  expect(verdicts(quotient)).toEqual(verdicts(unreduced))
  return { quotient, unreduced }
}

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined
const allSizes = Object.keys(sizes) as ReadonlyArray<Size>

describe("a search of the quotient finds what a search of everything finds", () => {
  for (const size of allSizes) {
    for (const task of Exploration.plan(scheme, "quick", claimIds)) {
      const name = `${size}, ${task.watched} watched, under ${task.under.join(", ")}`
      // Two of the three sizes take half a minute where nothing is watched.
      const isLong = task.watched === "nothing" && size !== "two codes in one order"
      it.skipIf(isLong && !isCampaign)(name, () => {
        const { quotient, unreduced } = compared(task, size)
        expect(quotient.states).toBeLessThan(unreduced.states)
      })
    }
  }
})

describe("and where a clause is left out", () => {
  const rows = Object.entries(weakenings) as ReadonlyArray<[ClauseId, ReadonlyArray<ClaimId>]>
  for (const [clause, claims] of rows) {
    for (const claim of claims) {
      const [task] = Exploration.plan(scheme, "quick", [claim], [clause])
      for (const size of allSizes) {
        // Where the size is too small for the attack, everything is searched, which takes seconds.
        const isLong = withQuotient(task!, size).ended === "exhausted"
        it.skipIf(isLong && !isCampaign)(`${clause}, ${claim}, ${size}`, () => {
          compared(task!, size)
        })
      }
    }
  }
})
