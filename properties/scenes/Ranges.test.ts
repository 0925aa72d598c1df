/** The scenes of a claim play what it is about, at every size and in every scheme; and where one is taken away nothing is said. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { World } from "../../model/system/System.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import { Exploration } from "../audit/Audit.ts"
import { catalogue } from "../claims/Catalogue.ts"
import { openingOf, Ranges, sizes } from "./Scenes.ts"

const needing = checkedIds.filter((id) => catalogue[id].ranges.length > 0)

const cases = BuiltIn.all().flatMap((scheme) => sizes.map((size) => ({ scheme, size, name: scheme.scheme })))

/** The worlds that a claim is searched in. */
const worldsOf = (
  scheme: (typeof cases)[number]["scheme"],
  size: (typeof sizes)[number],
  id: (typeof needing)[number]
) => Exploration.plan(scheme, size, [id]).map(Exploration.worldOf)

describe("every value that a claim is about", () => {
  it.each(cases)("is played in $name at $size", ({ scheme, size }) => {
    const missing = needing.flatMap((id) => {
      const worlds = worldsOf(scheme, size, id)
      return worlds.length === 0 ? [] : [Ranges.unplayed(catalogue[id].ranges, worlds)]
    })
    expect(missing.length).toBeGreaterThan(0)
    expect(missing.filter((what) => what !== undefined)).toEqual([])
  })
})

it("an account brings into a run what it can have paid", () => {
  fc.assert(
    fc.property(Schemes.everyScheme, (scheme) => {
      const { all, balance, freeCount, freeSum } = openingOf(scheme)
      const {
        accountDay,
        dayCount = Number.POSITIVE_INFINITY,
        daySum = Number.POSITIVE_INFINITY,
        payment
      } = scheme.limit
      expect(freeCount).toBeGreaterThanOrEqual(0)
      expect(freeSum).toBeGreaterThanOrEqual(freeCount)
      if (freeCount === 0) expect(freeSum).toBe(0)
      expect(all).toBeGreaterThanOrEqual(freeSum)
      expect(all + payment).toBeLessThanOrEqual(accountDay)
      expect(freeCount).toBeLessThan(dayCount)
      expect(freeSum).toBeLessThan(daySum)
      expect(balance).toBeGreaterThan(payment)
    }),
    { numRuns: 1000, seed: 1 }
  )
})

it("where nothing is paid with step-up, what a day leaves no room for is not played", () => {
  const none = { ...BuiltIn.named("wechat"), stepUp: { method: "none" as const } }
  for (const size of sizes) {
    expect(Ranges.unplayed(["accountDay"], worldsOf(none, size, "account-sum"))).toBe(Ranges.ranges.accountDay.says)
    expect(Ranges.unplayed(["balance"], worldsOf(none, size, "conservation"))).toBe(Ranges.ranges.balance.says)
    expect(Ranges.unplayed(["dayCount"], worldsOf(none, size, "daily-count"))).toBeUndefined()
  }
})

describe("a value that is taken away is missed", () => {
  const alipay = BuiltIn.named("alipay")
  const { payment } = alipay.limit
  const { drift } = alipay.clock
  const scope = (change: (scope: World["scope"]) => Partial<World["scope"]>) => (world: World) => ({
    ...world,
    scope: { ...world.scope, ...change(world.scope) }
  })
  const amounts = (...left: ReadonlyArray<number>) => scope(() => ({ amounts: left }))
  const noon = scope(({ starts }) => ({ starts: starts.slice(-1) }))

  it.each([
    ["payment-limit", "payment", amounts(payment)],
    ["daily-sum", "daySum", amounts(payment)],
    ["daily-sum", "midnight", noon],
    ["account-sum", "accountDay", amounts(payment)],
    ["conservation", "balance", amounts(payment)],
    ["exact-refund", "refunds", scope(() => ({ refunds: [1] }))],
    ["exact-refund", "ages", scope(({ plays }) => ({ plays: { ...plays, ages: false } }))],
    ["exact-refund", "ages", (world) => ({ ...world, can: { ...world.can, nodes: false } })],
    ["exact-refund", "payouts", scope(({ plays }) => ({ plays: { ...plays, payouts: false } }))],
    ["exact-refund", "payouts", scope(({ refunds }) => ({ refunds: refunds.slice(0, 1) }))],
    ["leak-lifetime", "drift", scope(({ offsets }) => ({ offsets: offsets.filter((offset) => offset !== drift) }))],
    [
      "leak-lifetime",
      "drift",
      scope(({ offsets }) => ({ offsets: offsets.filter((offset) => offset !== -drift - 1) }))
    ],
    ["honest-payment", "drift", scope(() => ({ offsets: [0] }))]
  ] satisfies ReadonlyArray<readonly [CheckedClaimId, Ranges.Range, (world: World) => World]>)(
    "of %s: %s",
    (id, range, without) => {
      const worlds = worldsOf(alipay, "standard", id)
      expect(Ranges.unplayed([range], worlds)).toBeUndefined()
      expect(Ranges.unplayed([range], worlds.map(without))).toBe(Ranges.ranges[range].says)
    }
  )

  it("of daily-count, where there is one", () => {
    const counted = BuiltIn.all().find(({ limit }) => limit.dayCount !== undefined)!
    const worlds = worldsOf(counted, "standard", "daily-count")
    const { says } = Ranges.ranges.dayCount
    expect(Ranges.unplayed(["dayCount"], worlds)).toBeUndefined()
    expect(Ranges.unplayed(["dayCount"], worlds.map(scope(() => ({ orders: 1 }))))).toBe(says)
  })

  it("and the claim is not decided", () => {
    const [task] = Exploration.plan(alipay, "quick", ["account-sum"])
    const explored = Exploration.explore(task!, () => true)
    expect(Exploration.conclude("account-sum", [{ task: task!, explored }])).toEqual({ verdict: "holds", reason: null })
    // The same findings, from a scene that plays no payment of a unit more.
    expect(Exploration.conclude("account-sum", [{ task: { ...task!, scene: "clock" }, explored }])).toEqual({
      verdict: "not-run",
      reason: `no scene of the claim plays ${Ranges.ranges.accountDay.says}`
    })
  })
})
