/**
 * What breaks where nothing is left out breaks in the reduced searches: for every scheme, scene and mutant. A share of them,
 * by the seed; with PAYCODE_CAMPAIGN=1 all, in more runs.
 */
import { describe, expect, it } from "vitest"
import { allMutants, type Mutant } from "../../model/Rules.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Exploration } from "../audit/Audit.ts"
import type * as Scenes from "../scenes/Scenes.ts"
import { seed, wordless } from "../suites/Harness.ts"
import * as Differential from "./Differential.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** How many runs are made of each world, of how many mutants one is chosen, and after how many states a search gives up. */
const effort = isCampaign ? { runs: 400, oneOf: 1, states: 1_000_000 } : { runs: 40, oneOf: 48, states: 60_000 }

const drawing = { seed, runs: effort.runs }

/** Of the mutants of what is asked for a share; which ones, is a matter of the seed and of the search. */
const shareOf =
  (search: number) =>
  (asked: ReadonlySet<ClauseId>): ReadonlyArray<Mutant> =>
    allMutants.filter(({ clause }, index) => asked.has(clause) && (seed + search * 7 + index) % effort.oneOf === 0)

describe("what breaks in the world that nothing is left out of breaks in the reduced search", () => {
  it.each(Object.keys(wordless) as ReadonlyArray<SchemeName>)(`%s, seed ${seed}`, (name) => {
    const compared = Differential.none()
    const tasks = Exploration.plan(wordless[name], "quick", checkedIds, { states: effort.states })
    tasks.forEach((task, number) => {
      Differential.compare(task, drawing, shareOf(number), compared)
    })
    const { met, missed, tasks: all, tooLarge } = compared
    console.log(`${name}: ${all} searches, ${met} breaches, ${tooLarge} of them too large to compare`)
    expect(missed).toEqual([])
    expect(met).toBeGreaterThan(tooLarge)
    expect(all).toBeGreaterThan(tasks.length)
  })
})

/** What searches once did not find, and why not. */
const known: ReadonlyArray<readonly [CheckedClaimId, Scenes.Scene, SchemeName, string, Mutant]> = [
  [
    "step-up-required",
    "order",
    "alipay",
    "what a till had settled alone was taken to be decided",
    { clause: "REL-1", mutant: "offline" }
  ],
  ["durable", "sale", "alipay", "what was told was forgotten", { clause: "SET-1", mutant: "no tombstone" }],
  [
    "step-up-agreement",
    "stepUp",
    "hardened",
    "codes for other tills were not shown",
    { clause: "VER-32", mutant: "without the name" }
  ],
  ["restore-safety", "restore", "wechat", "no time passed after a restore", { clause: "VER-30", mutant: "no epoch" }],
  [
    "daily-count",
    "limits",
    "wechat",
    "of a list that was read two codes were made at most",
    { clause: "SET-9", mutant: "to today" }
  ],
  ["agreement", "sale", "alipay", "what must come was not followed", { clause: "VER-16", mutant: "not recorded" }]
]

describe("and a search finds what one once missed", () => {
  it.each(known)("%s in %s of %s: %s", (claim, scene, name, _why, mutant) => {
    const tasks = Exploration.plan(wordless[name], "quick", [claim], { mutants: [mutant] })
    const found = tasks.filter((task) => task.scene === scene).map((task) => Exploration.explore(task, () => true))
    expect(found.some(({ findings }) => findings.some(({ counterexample }) => counterexample !== undefined))).toBe(true)
  })
})
