/**
 * A state and its normal form have the same futures, with every clause and without each: along random runs of the world that
 * nothing is left out of. A share of the mutants, by the seed; with PAYCODE_CAMPAIGN=1 all.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allMutants } from "../../model/Rules.ts"
import { checkedIds } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
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
  it.each([
    ["alipay", "order", "an order that was paid when it was too late to reverse it"],
    ["alipay", "restoredOrder", "an order that a restore brings back as it was paid, too late to reverse it"],
    ["alipay-sms-password", "sale", "a payment that one node would still reverse, and another would not"]
  ] as const)("of %s, in %s: %s", (name, scene, _what) => {
    let states = 0
    const tasks = Exploration.plan(Everything.brief(wordless[name]), "quick", checkedIds)
    for (const task of tasks.filter((one) => one.scene === scene)) {
      const subject = Exploration.subjectOf(task)
      const { outcome } = Exploration.search(task, () => true, undefined, subject)
      for (const seed of [1, 2, 3, 4, 5]) {
        const drawn = { ...task, drawing: { runs: 0, seed } }
        states += Exploration.exploredOf(drawn, subject, outcome).compared?.states ?? 0
      }
    }
    expect(states).toBeGreaterThan(500)
  })
})
