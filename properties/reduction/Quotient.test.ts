/**
 * The quotient against a search that leaves nothing out: every second, every number and every action by itself, in a
 * scheme whose times are a few seconds. Both must come to the same verdicts and meet the same cases, with every clause in
 * force and with each left out. What is too large to be searched so is counted, and told: `Differential.test.ts` puts it to
 * random runs, and `Alike.test.ts` compares states with their normal forms one by one. PAYCODE_CAMPAIGN=1 adds the comparisons
 * that take long.
 */
import { createHash } from "node:crypto"
import { afterAll, describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { type Action, Enabled, type Event, type Scope, type State, type World } from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import { Exploration } from "../audit/Audit.ts"
import * as Mutants from "../mutants/Mutants.ts"
import * as Scenes from "../scenes/Scenes.ts"
import { type OfEvents, search } from "../search/Search.ts"
import { alipay, tillQr, wordless } from "../suites/Harness.ts"
import * as Quotient from "./Quotient.ts"

/** A scheme whose steps are two seconds: everything happens as in the scheme, within a dozen seconds. */
const quick = (scheme: Scheme): Scheme => ({
  ...scheme,
  clock: { ...scheme.clock, step: 2, drift: 1, nodeSkew: 0 },
  ...(scheme.window === undefined ? {} : { window: { past: 2, future: 1 } }),
  display: 1,
  relay: { deliveryAtMost: 1 },
  leak: { seconds: 7 },
  stepUp:
    scheme.stepUp.method === "none"
      ? scheme.stepUp
      : { ...scheme.stepUp, openFor: 3, deliveryAtMost: 1, answerWithin: 1 },
  till: { pollEvery: 1, pollFor: 2 },
  reverse: { ...scheme.reverse, notBefore: 1, within: 4 }
})

/** Seconds after its start at which a run without the quotient ends: the fewer, the more there is to do in each. */
const horizonOf = (scene: string): number => (["order", "credential", "restore"].includes(scene) ? 1 : 8)

/** How a scene is cut, so that every second and every renaming can be kept apart. */
const cut = (scope: Scope.Scope, { codes, orders }: Pick<Scope.Scope, "codes" | "orders">): Scope.Scope => ({
  ...scope,
  codes,
  orders,
  inFlight: 1,
  accounts: Math.min(scope.accounts, 2),
  offsets: scope.offsets.slice(0, 2),
  amounts: scope.amounts.slice(0, 2),
  refunds: scope.refunds.slice(0, 1),
  starts: scope.starts.slice(0, 1)
})

type Judged = Pick<OfEvents<State, Event>, "name" | "kind" | "on" | "judge">

/** Searches everything, state by state as it is, up to the horizon; undefined where that is too much. */
const everything = (world: World, properties: ReadonlyArray<Judged>, statesAtMost: number) => {
  const found = properties.map(({ name }) => ({ name, broken: false, met: false }))
  const last = Math.max(...world.scope.starts) + horizonOf(world.scope.name)
  const seen = new Set<string>()
  let level = System.init(world)
  const isOpen = (): boolean => {
    const always = found.filter((_, index) => properties[index]!.kind === "always")
    return always.length === 0 || always.some(({ broken }) => !broken)
  }
  while (level.length > 0 && isOpen()) {
    const next: Array<State> = []
    for (const before of level) {
      const actions: Array<Action> = [...Enabled.enabled(world, before)]
      if (before.now < last) actions.push({ _tag: "Advance", seconds: 1 })
      for (const action of actions) {
        const { events, state } = System.next(world, before, action)
        for (const event of events) {
          properties.forEach(({ judge, on }, index) => {
            const judgement = on(event) ? judge(before, event, state) : "elsewhere"
            if (judgement === "broken") found[index]!.broken = true
            if (judgement !== "elsewhere") found[index]!.met = true
          })
        }
        const key = createHash("sha1").update(JSON.stringify(state)).digest("base64")
        if (seen.has(key)) continue
        if (seen.size === statesAtMost) return undefined
        seen.add(key)
        next.push(state)
      }
    }
    level = next
  }
  // A search that stops at a breach has not met every case.
  const isThrough = level.length === 0
  return { found: found.map((one) => (isThrough ? one : { ...one, met: undefined })), states: seen.size, isThrough }
}

const ofEvents = (properties: ReturnType<typeof Exploration.propertiesOf<State>>): ReadonlyArray<Judged> =>
  properties.flatMap((property) => (property.kind === "leads-to" ? [] : [property]))

/** How many searches were held against each other, and how many of everything were too large for that. */
const sum = { compared: 0, tooLarge: 0 }

afterAll(() =>
  console.log(`${sum.compared} searches compared with one of everything, ${sum.tooLarge} too large for it`)
)

/** Holds both searches of a task against each other; undefined where a search of everything is too much. */
const compared = (task: Exploration.Task, size: Pick<Scope.Scope, "codes" | "orders">, statesAtMost: number) => {
  const whole = Exploration.worldOf(task)
  const world: World = { ...whole, scope: cut(whole.scope, size) }
  const all = everything(
    world,
    ofEvents(
      Exploration.propertiesOf<State>(
        world,
        task.claims,
        () => [],
        () => true
      )
    ),
    statesAtMost
  )
  if (all === undefined) {
    sum.tooLarge++
    return undefined
  }
  sum.compared++
  const quotient = Quotient.make(world, task.options)
  const properties = Exploration.propertiesOf<Quotient.View>(world, task.claims, quotient.actions, quotient.isWatched)
  const { ended, findings, states } = search(
    quotient,
    properties.filter(({ kind }) => kind !== "leads-to"),
    { states: 4_000_000, report: () => true }
  )
  expect(ended).not.toBe("budget")
  const found = findings.map(({ counterexample, name, situations }) => ({
    name,
    broken: counterexample !== undefined,
    met: all.isThrough ? situations > 0 : undefined
  }))
  const { codes, orders } = size
  expect({ mutants: task.mutants, scene: task.scene, codes, orders, found }).toEqual({
    mutants: task.mutants,
    scene: task.scene,
    codes,
    orders,
    found: all.found
  })
  return { all: all.states, reduced: states, isBroken: found.some(({ broken }) => broken) }
}

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** Large enough for every claim, and small enough to be searched second by second. */
const sizes = {
  "one code, one order": { codes: 1, orders: 1 },
  "one code, two orders": { codes: 1, orders: 2 },
  "two codes, two orders": { codes: 2, orders: 2 }
} as const
const allSizes = Object.keys(sizes) as ReadonlyArray<keyof typeof sizes>

/** What is not told under a code's own alias makes a difference only where two payers have codes. */
const isApart = ({ scene }: Exploration.Task, { codes }: { readonly codes: number }): boolean =>
  scene === "conflict" && codes === 1

const tasksOf = (scheme: Scheme, claims: ReadonlyArray<CheckedClaimId>, mutants: ReadonlyArray<Mutant> = []) =>
  Exploration.plan(quick(scheme), "quick", claims, { mutants })

/** Scenes that a search of everything gets through in a moment, at the smallest size; the others are for campaigns. */
const small: ReadonlyArray<Scenes.Scene> = ["limits", "coincidence", "stepUp", "clock", "till", "prompt"]

describe("a search of the quotient finds what a search of everything finds", () => {
  const scenes = isCampaign ? Scenes.sceneNames : small
  for (const scheme of isCampaign ? Object.values(wordless) : [alipay, tillQr]) {
    for (const scene of scenes) {
      it(`${scheme.scheme}, ${scene}`, () => {
        const sums = { all: 0, reduced: 0 }
        for (const size of isCampaign ? allSizes : allSizes.slice(0, 1)) {
          for (const task of tasksOf(scheme, checkedIds).filter((one) => one.scene === scene)) {
            const both = isApart(task, sizes[size])
              ? undefined
              : compared(task, sizes[size], isCampaign ? 60_000 : 20_000)
            if (both === undefined) continue
            sums.all += both.all
            sums.reduced += both.reduced
          }
        }
        expect(sums.all).toBeGreaterThan(0)
        expect(sums.reduced).toBeLessThan(sums.all)
      })
    }
  }
})

describe("and where a clause is left out", () => {
  it("in every way that a claim falls", () => {
    const broken = new Set<string>()
    for (const { claims, clause, mutant, scheme } of Mutants.searched) {
      for (const task of tasksOf(wordless[scheme], isCampaign ? claims : claims.slice(0, 1), [{ clause, mutant }])) {
        for (const size of isCampaign ? allSizes : allSizes.slice(0, 2)) {
          if (isApart(task, sizes[size])) continue
          if (compared(task, sizes[size], isCampaign ? 5000 : 500)?.isBroken) broken.add(`${clause} ${mutant}`)
        }
      }
    }
    // The others need more orders or codes, or more than the horizon.
    expect(broken.size).toBeGreaterThan(isCampaign ? 60 : 30)
  })
})

describe("a search finds its way back to an attack in the system itself", () => {
  it("where the phone says which day it is, shortly after midnight", () => {
    const [task] = Exploration.plan(alipay, "quick", ["leak-bound"], {
      mutants: [{ clause: "VER-26", mutant: "the phone's" }]
    })
    expect(Exploration.explore(task!, () => true).findings[0]!.counterexample).toBeDefined()
  })

  it("and to no attack where a till gave up what it had sent, and it arrives late", () => {
    const [task] = Exploration.plan(tillQr, "quick", ["timely-step-up"], {
      mutants: [{ clause: "REL-6", mutant: "gives up" }]
    })
    const [finding] = Exploration.explore(task!, () => true).findings
    expect(finding!.counterexample).toBeUndefined()
    expect(finding!.situations).toBeGreaterThan(0)
  })

  it("where a restore lets more be returned than was paid", () => {
    const tasks = Exploration.plan(alipay, "quick", checkedIds, { extra: "restore", states: 5000 })
    const found = tasks
      .filter(({ scene }) => scene === "order")
      .flatMap((task) => Exploration.explore(task, () => true).findings)
    expect(found.find(({ id }) => id === "exact-refund")!.counterexample).toBeDefined()
  })
})
