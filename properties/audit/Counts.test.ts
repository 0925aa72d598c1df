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
    alipay: [44, 885_454, 9_530_485, 61],
    wechat: [43, 116_156, 2_106_177, 22],
    unionpay: [43, 84_937, 1_276_932, 23],
    hardened: [44, 1_141_922, 10_275_842, 61]
  },
  standard: {
    alipay: [44, 4_019_092, 44_991_116, 68],
    wechat: [43, 628_736, 10_947_046, 35],
    unionpay: [43, 381_194, 4_600_770, 30],
    hardened: [44, 27_895_942, 572_399_340, 68]
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
