/**
 * Providers in processes of their own do what the model says: over HTTP, on SQLite and on PostgreSQL, one after the other
 * and many at once, and however often they are killed. PAYCODE_SEED chooses the runs, PAYCODE_KILLS how many kills there
 * are at least on each ledger.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Cluster from "../../impl/testing/Cluster.ts"
import * as Rules from "../../model/Rules.ts"
import { parameters, seed } from "../suites/Harness.ts"
import * as Crash from "./Crash.ts"
import type * as Deployment from "./Deployment.ts"
import { alipay, asDifferent, concurrent, reportOf } from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"
import * as Rounds from "./Rounds.ts"
import * as Served from "./Served.ts"

const scope = Scope.makeUnsafe()

const scoped = <A>(made: Effect.Effect<A, never, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.provideService(made, Scope.Scope, scope))

/** Where ledgers are, and how many nodes there are. */
const kinds = [
  { on: "SQLite", nodes: [0] },
  { on: "PostgreSQL", nodes: [0] },
  { on: "PostgreSQL, with two nodes whose clocks are apart", nodes: [0, 1] }
] as const

const sites: Array<Deployment.Site> = []

beforeAll(async () => {
  const places = { files: await scoped(Served.files), databases: Served.databases(await scoped(Cluster.make)) }
  for (const { nodes, on } of kinds) {
    sites.push(await scoped(Served.site(on === "SQLite" ? places.files : places.databases, nodes)))
  }
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** Shorter runs than in one process: every question here is a request. */
const shorter = (plans: fc.Arbitrary<Parameters<typeof Refinement.compare>[0]>, most: number) =>
  plans.map(({ intents, world }) => ({ intents: intents.slice(0, most), world }))

describe.each(kinds.map((kind, at) => ({ ...kind, at })))(`over HTTP, on $on, seed ${seed}`, ({ at }) => {
  it("a provider answers as the model does, and its books are the model's", async () => {
    const site = sites[at]!
    const any = fc.constantFrom(...concurrent).chain((scheme) => Refinement.plans(Rules.strict(scheme), site))
    let [runs, actions] = [0, 0]
    let found: Refinement.Different | undefined
    const alike = fc.asyncProperty(shorter(any, 60), async (plan) => {
      const ending = await Refinement.compare(plan, { rules: plan.world.rules, site })
      runs++
      actions += ending.run.actions.length
      found = asDifferent(ending)
      return found === undefined
    })
    const { errorInstance, failed } = await fc.check(alike, { ...parameters(3), endOnFailure: true })
    expect(failed && found === undefined ? errorInstance : undefined).toBeUndefined()
    expect(await reportOf(found)).toBe("")
    expect(actions / runs).toBeGreaterThan(20)
  })

  it("many clients at once are answered as the model could have answered them one after the other", async () => {
    const site = sites[at]!
    const any = fc.constantFrom(...concurrent).chain((scheme) => Rounds.plans(Rules.strict(scheme), site))
    let [rounds, operations] = [0, 0]
    let report = ""
    const explained = fc.asyncProperty(shorter(any, 80), async (plan) => {
      const ending = await Rounds.compare(plan, { site })
      if (ending._tag === "Explained") {
        rounds += ending.rounds.length
        for (const round of ending.rounds) operations += round.operations.length
      }
      report = Rounds.report(ending)
      return report === ""
    })
    const { errorInstance, failed } = await fc.check(explained, { ...parameters(4), endOnFailure: true })
    expect(failed && report === "" ? errorInstance : undefined).toBeUndefined()
    expect(report).toBe("")
    expect([rounds > 5, operations / rounds > 4]).toEqual([true, true])
  })

  it("whatever was answered before a kill is still so after it, and nothing is charged twice", async () => {
    const site = sites[at]!
    const wanted = Number(process.env.PAYCODE_KILLS ?? 6)
    const times = 2
    // What was sent before a kill is lost with the network of its process.
    const kept = concurrent.filter(({ stepUp }) => stepUp.method !== "sms-ocra")
    const any = fc.constantFrom(alipay, ...kept).chain((scheme) => Rounds.plans(Rules.strict(scheme), site))
    let [kills, lost] = [0, 0]
    let report = ""
    for (let round = 0; kills < wanted; round++) {
      const [plan] = fc.sample(shorter(any, 60), { seed: seed + round, numRuns: 1 })
      const ending = await Rounds.compare(plan!, { site, kills: Crash.ofProcesses(times, 40) })
      report = Rounds.report(ending)
      if (report !== "") break
      if (ending._tag !== "Explained") continue
      kills += times * ending.rounds.length
      for (const { operations } of ending.rounds) lost += operations.filter(({ end }) => end._tag === "Lost").length
    }
    expect(report).toBe("")
    // Some kills came in the middle of something.
    expect(lost).toBeGreaterThan(0)
  }, 3_600_000)
})
