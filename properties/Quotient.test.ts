/**
 * The quotient against a search that leaves nothing out: every second, every number and every action by itself, in a
 * scheme whose times are a few seconds. Both must come to the same verdicts and meet the same cases, with every clause in
 * force and with each left out. And every move of a normal form must be one of the state that it stands for.
 * PAYCODE_CAMPAIGN=1 adds the comparisons that take long.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Action, Event } from "../model/Action.ts"
import { deeds } from "../model/Deeds.ts"
import { allLapses, type Lapse } from "../model/Rules.ts"
import type { Scheme } from "../model/Scheme.ts"
import type { Scope } from "../model/Scope.ts"
import type { State, World } from "../model/State.ts"
import * as System from "../model/System.ts"
import { type ClaimId, claimIds } from "../spec/Claims.ts"
import type { OfEvents } from "./checker/Search.ts"
import { search } from "./checker/Search.ts"
import * as Exploration from "./Exploration.ts"
import * as Quotient from "./Quotient.ts"
import type { Scene } from "./Scenes.ts"
import { alipay, hardened, seed, unionpay, wechat } from "./suites/Stage.ts"

/** A scheme whose steps are two seconds: everything happens as in the scheme, within a dozen seconds. */
const quick = (scheme: Scheme): Scheme => ({
  ...scheme,
  clock: { ...scheme.clock, step: 2, drift: 1, nodeSkew: 0 },
  ...(scheme.window === undefined ? {} : { window: { past: 2, future: 1 } }),
  display: 1,
  relay: { deliveryAtMost: 1 },
  leak: { seconds: 7 },
  stepUp: scheme.stepUp.method === "none" ? scheme.stepUp : { ...scheme.stepUp, openFor: 3, deliveryAtMost: 1, answerWithin: 1 },
  till: { pollEvery: 1, pollFor: 2 },
  reverse: { ...scheme.reverse, notBefore: 1, within: 4 }
})

/** Seconds after its start at which a run without the quotient ends. */
const horizon = 8

/** How a scene is cut, so that every second and every renaming can be kept apart. */
const cut = (scope: Scope, { codes, orders }: Pick<Scope, "codes" | "orders">): Scope => ({
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
  const last = Math.max(...world.scope.starts) + horizon
  const seen = new Set<string>()
  let level = System.init(world)
  let transitions = 0
  while (level.length > 0 && !found.every(({ broken }, index) => broken || properties[index]!.kind === "sometimes")) {
    const next: Array<State> = []
    for (const before of level) {
      const actions: Array<Action> = [...deeds(world, before)]
      if (before.now < last) actions.push({ _tag: "Advance", seconds: 1 })
      for (const action of actions) {
        const { events, state } = System.next(world, before, action)
        transitions++
        for (const event of events) {
          properties.forEach(({ judge, on }, index) => {
            const judgement = on(event) ? judge(before, event, state) : "elsewhere"
            if (judgement === "broken") found[index]!.broken = true
            if (judgement !== "elsewhere") found[index]!.met = true
          })
        }
        const key = JSON.stringify(state)
        if (seen.has(key)) continue
        if (seen.size === statesAtMost) return undefined
        seen.add(key)
        next.push(state)
      }
    }
    level = next
  }
  return { found, states: seen.size, transitions, exhausted: level.length === 0 }
}

const ofEvents = (properties: ReturnType<typeof Exploration.propertiesOf<State>>): ReadonlyArray<Judged> =>
  properties.flatMap((property) => (property.kind === "leads-to" ? [] : [property]))

/** What both searches of a task find; undefined where a search of everything is too much. */
const compared = (task: Exploration.Task, size: Pick<Scope, "codes" | "orders">, statesAtMost: number) => {
  const whole = Exploration.worldOf(task)
  const world: World = { ...whole, scope: cut(whole.scope, size) }
  const all = everything(
    world,
    ofEvents(Exploration.propertiesOf<State>(world, task.claims, () => [], () => true)),
    statesAtMost
  )
  if (all === undefined) return undefined
  const quotient = Quotient.make(world, task.options)
  const properties = Exploration.propertiesOf<Quotient.View>(world, task.claims, quotient.actions, quotient.isWatched)
  const { ended, findings, states, transitions } = search(
    quotient,
    properties.filter(({ kind }) => kind !== "leads-to"),
    { states: 4_000_000, report: () => true }
  )
  const reduced = findings.map(({ counterexample, name, situations }) => ({
    name,
    broken: counterexample !== undefined,
    met: situations > 0
  }))
  return { all, reduced: { found: reduced, states, transitions, exhausted: ended === "exhausted" } }
}

for (const scheme of [alipay]) for (const [codes, orders] of [[1,1],[1,2]] as const) {
  for (const task of Exploration.plan(quick(scheme), "quick", claimIds)) {
    const t = performance.now()
    const c = compared(task, { codes, orders }, 60_000)
    console.log(codes, orders, task.scene, task.claims.join("+"), task.options.watched, c && [c.all.states, c.all.transitions, c.reduced.states, JSON.stringify(c.all.found) === JSON.stringify(c.reduced.found) ? "same" : JSON.stringify(c.all.found.filter((f, i) => JSON.stringify(f) !== JSON.stringify(c.reduced.found[i])))], Math.round(performance.now() - t))
  }
}
