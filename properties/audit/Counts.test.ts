/**
 * The counts of all searches, pinned: a change of the model, of the quotient or of a scene shows here. With
 * PAYCODE_CAMPAIGN=1 those of `standard` too.
 */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { checkedIds } from "../../spec/Claims.ts"
import { catalogue } from "../claims/Catalogue.ts"
import type { Size } from "../scenes/Scenes.ts"
import { alipay, hardened, unionpay, wechat } from "../suites/Harness.ts"
import * as Exploration from "./Exploration.ts"
import * as Explorer from "./Explorer.ts"

const schemes = { alipay, wechat, unionpay, hardened }

/** Searches, distinct states, transitions, and the most actions to a state. */
const pinned: Record<string, Record<keyof typeof schemes, readonly [number, number, number, number]>> = {
  quick: {
    alipay: [42, 876_366, 9_101_970, 61],
    wechat: [41, 114_193, 1_953_424, 22],
    unionpay: [41, 83_560, 1_212_698, 23],
    hardened: [42, 1_126_712, 9_461_461, 61]
  },
  standard: {
    alipay: [42, 3_995_180, 42_289_652, 68],
    wechat: [41, 614_581, 9_622_621, 35],
    unionpay: [41, 375_721, 4_298_506, 30],
    hardened: [42, 27_110_671, 508_119_282, 68]
  }
}

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined
const sizes: ReadonlyArray<Size> = isCampaign ? ["quick", "standard"] : ["quick"]

describe.each(sizes)("at %s", (size) => {
  const names = Object.keys(schemes) as ReadonlyArray<keyof typeof schemes>
  // The schemes of seeds take ten times as long as those of lists: they and one of lists are left to campaigns.
  it.each(isCampaign ? names : (["unionpay"] as const))("every search of %s", async (name) => {
    const tasks = Exploration.plan(schemes[name], size, checkedIds)
    const found = await Effect.runPromise(Explorer.exploreAll(tasks, Explorer.unlimited, () => {}))
    expect(found.filter(({ ended }) => ended === "budget")).toEqual([])
    const sum = (of: (one: Exploration.Explored) => number): number => found.reduce((all, one) => all + of(one), 0)
    const depth = Math.max(...found.map((one) => one.depth))
    expect([tasks.length, sum(({ states }) => states), sum(({ transitions }) => transitions), depth]).toEqual(
      pinned[size]![name]
    )
  })
})

describe("one search", () => {
  /** The searches of some scenes, whose claims hold, fail, and lead to something. */
  const [scheme, scenes] = isCampaign
    ? ([alipay, ["sale", "till"]] as const)
    : ([wechat, ["sale", "supply", "till"]] as const)
  const tasks = Exploration.plan(scheme, "quick", checkedIds).filter(({ scene }) => scenes.some((one) => one === scene))

  it("finds the same in all threads together as in one: every count, attack and witness", async () => {
    const alone = tasks.map((task) => Exploration.explore(task, () => true))
    const together = await Effect.runPromise(Explorer.together(tasks, Explorer.unlimited, () => {}))
    const withoutMemory = ({ bytes: _, ...found }: Exploration.Explored) => found
    expect(Explorer.threads).toBeGreaterThan(1)
    expect(together.map(withoutMemory)).toEqual(alone.map(withoutMemory))
    const all = alone.flatMap(({ findings }) => findings)
    expect(all.some(({ counterexample }) => counterexample !== undefined)).toBe(true)
    expect(all.some(({ witness }) => witness !== undefined)).toBe(true)
    expect(all.some(({ id }) => catalogue[id].kind === "leads-to")).toBe(true)
  })

  it("finds the same when it is made again", () => {
    const [task] = tasks
    expect(Exploration.explore(task!, () => true)).toEqual(Exploration.explore(task!, () => true))
  })
})
