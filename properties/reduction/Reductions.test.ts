/** What the reductions say that they rest on is what the quotient asks for, recorded as it does. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { checkedIds } from "../../spec/Claims.ts"
import { type ClauseId, mutantsOf } from "../../spec/Clauses.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
import { seed, wordless } from "../suites/Harness.ts"
import * as Differential from "./Differential.ts"
import * as Quotient from "./Quotient.ts"
import * as Reductions from "./Reductions.ts"

const lists = fc.sample(Runs.lists, { seed, numRuns: 2 }).map((intents) => intents.slice(0, 20))

/** The clauses that are asked for while a quotient is made, and while states of random runs are packed by it. */
const askedFor = (task: Exploration.Task): ReadonlySet<ClauseId> => {
  const world = Exploration.worldOf(task)
  const recorded = Differential.listening(world)
  const { init, layout, normal } = Quotient.make(recorded.world, task.options)
  // What the system asks for by itself is another matter.
  const { next } = Quotient.make(world, task.options)
  const words = new Uint32Array(layout.words)
  for (const intents of lists) {
    let view = init[0]!
    for (const intent of intents) {
      layout.encode(normal(view), words, 0)
      view = next(view, Runs.actionOf(world, view, intent)).state
    }
  }
  return recorded.asked
}

const all: ReadonlyArray<Reductions.Reduction> = Object.values(Reductions.reductions)

it("a quotient asks for the clauses that its reductions rest on, for those that they follow, and for no other", () => {
  const asked = new Set<ClauseId>()
  for (const scheme of Object.values(wordless)) {
    for (const extra of [undefined, "restore"] as const) {
      const planned = extra === undefined ? {} : { extra }
      for (const task of Exploration.plan(scheme, "quick", checkedIds, planned)) {
        for (const clause of askedFor(task)) asked.add(clause)
      }
    }
  }
  const named = new Set([...all.flatMap(({ rests }) => rests), ...Object.keys(Reductions.followed)])
  expect([...asked].sort()).toEqual([...named].sort())
})

it("every clause that a reduction rests on can be left out", () => {
  const idle = all.flatMap(({ rests }) => rests.filter((clause) => mutantsOf(clause).length === 0))
  expect(idle).toEqual([])
})
