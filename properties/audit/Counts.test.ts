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
    alipay: [47, 904_966, 9_948_626, 61],
    wechat: [45, 117_237, 2_129_942, 22],
    unionpay: [46, 86_134, 1_302_063, 23],
    hardened: [46, 1_161_164, 10_739_493, 61]
  },
  standard: {
    alipay: [47, 4_041_383, 45_450_557, 68],
    wechat: [45, 629_817, 10_970_811, 35],
    unionpay: [46, 382_633, 4_629_598, 30],
    hardened: [46, 27_915_184, 572_862_991, 68]
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
