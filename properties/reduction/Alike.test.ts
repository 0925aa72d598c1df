/**
 * A state and its normal form have the same futures, with every clause and without each: along random runs of the world that
 * nothing is left out of. A share of the mutants, by the seed; with PAYCODE_CAMPAIGN=1 all.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allMutants } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
import type { Scene } from "../scenes/Scenes.ts"
import { seed, wordless } from "../suites/Harness.ts"
import * as Alike from "./Alike.ts"
import * as Everything from "./Everything.ts"
import * as Unreduced from "./Unreduced.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** How many runs are made of each search, of how many actions, and of how many mutants one is looked at. */
const effort = isCampaign ? { runs: 8, length: 20, oneOf: 1 } : { runs: 2, length: 12, oneOf: 90 }

const lists = fc.sample(Runs.lists, { seed, numRuns: effort.runs })

/** What is not alike along random runs, in words, and how many states were compared. */
const compared = (task: Exploration.Task) => {
  const world = Exploration.worldOf(task)
  const { properties, quotient } = Exploration.subjectOf(task)
  const { differences, take } = Alike.comparing({ world, lookback: task.options, quotient, properties })
  const found = new Set<string>()
  let states = 0
  lists.forEach((intents, number) => {
    let view = quotient.init[number % quotient.init.length]!
    const broken = new Set<string>()
    const end = Unreduced.endOf(world)
    for (const intent of intents.slice(0, effort.length)) {
      if (view.now >= end) break
      for (const { action, judged, of } of differences(view, broken)) {
        const without = task.mutants.map(({ clause, mutant }) => `${clause} (${mutant})`).join()
        found.add(`${task.scheme.scheme}, ${task.scene}, ${without}: ${of} ${JSON.stringify(action)} ${judged}`)
      }
      states++
      const outcome = take(view, Runs.actionOf(world, view, intent))
      for (const judgement of outcome.judged) broken.add(judgement)
      view = outcome.view
    }
  })
  return { found: [...found], states }
}

describe("a state does what its normal form does, and nothing else", () => {
  it.each(Object.keys(wordless) as ReadonlyArray<SchemeName>)(`%s, seed ${seed}`, (name) => {
    const all = { states: 0, found: [] as Array<string> }
    for (const [number, strict] of Exploration.plan(wordless[name], "quick", checkedIds).entries()) {
      const mutants = allMutants.filter((_, index) => (seed + 7 * number + index) % effort.oneOf === 0)
      for (const task of [strict, ...mutants.map((mutant) => ({ ...strict, mutants: [mutant] }))]) {
        const { found, states } = compared(task)
        all.states += states
        all.found.push(...found)
      }
    }
    expect(all.found).toEqual([])
    expect(all.states).toBeGreaterThan(500)
  })
})

describe("where what is waited for comes within seconds, a search that checks itself finds no difference", () => {
  const { brief, lingering } = Everything
  const { alipay, "alipay-sms-password": smsPassword, "alipay-till-qr": tillQr } = wordless
  const rows: ReadonlyArray<{
    readonly scheme: Scheme
    readonly scene: Scene
    readonly claims: ReadonlyArray<CheckedClaimId>
    readonly what: string
  }> = [
    {
      scheme: brief(alipay),
      scene: "order",
      claims: checkedIds,
      what: "an order that was paid when it was too late to reverse it"
    },
    {
      scheme: brief(alipay),
      scene: "sale",
      claims: ["sale-once"],
      what: "an order that is paid when it was open for too long to be reversed"
    },
    {
      scheme: brief(alipay),
      scene: "restoredOrder",
      claims: checkedIds,
      what: "an order that a restore brings back as it was paid, too late to reverse it"
    },
    {
      scheme: brief(smsPassword),
      scene: "sale",
      claims: checkedIds,
      what: "a payment that one node would still reverse, and another would not"
    },
    {
      scheme: lingering(tillQr),
      scene: "limits",
      claims: ["conservation"],
      what: "a payment that is too old to be reversed before its order would be closed"
    }
  ]
  it.each(rows)("of $scheme.scheme, in $scene: $what", ({ claims, scene, scheme }) => {
    const tasks = Exploration.plan(scheme, "quick", claims)
    const searched = tasks
      .filter((task) => task.scene === scene)
      .map((task) => {
        const subject = Exploration.subjectOf(task)
        return { task, subject, outcome: Exploration.search(task, () => true, undefined, subject).outcome }
      })
    expect(searched.some(({ outcome }) => outcome.ended === "exhausted")).toBe(true)
    for (let seed = 1, states = 0; seed <= 3 || states <= 500; seed++) {
      for (const { outcome, subject, task } of searched) {
        const drawn = { ...task, drawing: { runs: 0, seed } }
        states += Exploration.exploredOf(drawn, subject, outcome).compared?.states ?? 0
      }
    }
  })
})
