/**
 * Every parameter counts: a search would notice another value, while its bounds stay those of the scheme as it is; or it is said
 * why none does. A seeded few moves in the smallest scheme in every run; all of every scheme with PAYCODE_CAMPAIGN=1.
 */
import { describe, expect, it } from "vitest"
import { parameterPaths } from "../../spec/Parameters.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Exploration } from "../audit/Audit.ts"
import { asserting, seed } from "../suites/Harness.ts"
import * as Sensitivity from "./Sensitivity.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

const names = isCampaign ? (Object.keys(asserting) as ReadonlyArray<SchemeName>) : (["unionpay"] as const)

/** One move of how many is looked at. */
const oneOf = isCampaign ? 1 : 12

describe(`a search notices that a parameter is another, seed ${seed}`, () => {
  const memory = Exploration.reserve("quick")

  it.each(names)("in %s", (name) => {
    const scheme = asserting[name]
    const moves = parameterPaths.flatMap((path) => Sensitivity.moves(scheme, path))
    const chosen = moves
      .filter((move) => Sensitivity.excuse(move) === undefined)
      .filter((_, index) => (index + seed) % oneOf === 0)
    const noticed = Sensitivity.noticing(scheme, memory)
    const missed = chosen.filter((move) => noticed(move) === undefined)
    expect(missed.map(({ from, path, to }) => `${path}: ${from} -> ${to}`)).toEqual([])
    expect(chosen.length).toBeGreaterThan(1)
  })

  // To look for what no search notices is a search of everything: the campaign does.
  it.skipIf(!isCampaign).each(names)("in %s, and excuses no move that one does notice", (name) => {
    const scheme = asserting[name]
    const moves = parameterPaths.flatMap((path) => Sensitivity.moves(scheme, path))
    const noticed = Sensitivity.noticing(scheme, memory)
    const excused = moves.filter((move) => Sensitivity.excuse(move) !== undefined)
    const needless = excused.filter((move) => noticed(move) !== undefined)
    expect(needless.map(({ from, path, to }) => `${path}: ${from} -> ${to}`)).toEqual([])
  })
})

describe("what no search notices", () => {
  it("is of parameters that schemes have, and says why", () => {
    const moves = Object.values(asserting).flatMap((scheme) =>
      parameterPaths.flatMap((path) => Sensitivity.moves(scheme, path))
    )
    const idle = Sensitivity.unnoticed.filter(
      ({ path, where }) => !moves.some((move) => move.path === path && (where === undefined || where(move)))
    )
    expect(idle).toEqual([])
  })

  it("is told of a parameter that a search does read: a unit more than a payment may be", () => {
    const scheme = asserting.unionpay
    const [, more] = Sensitivity.moves(scheme, "limit.payment")
    expect(Sensitivity.excuse(more!)).toBeUndefined()
    expect(more!.to).toBe(scheme.limit.payment + 1)
    expect(Sensitivity.noticing(scheme, Exploration.reserve("quick"))(more!)).toBeDefined()
  })

  it("is neither the sum of a day nor its count, where a payment may come to a unit above either", () => {
    const scheme = asserting.hardened
    const memory = Exploration.reserve("quick")
    const told = (path: "limit.daySum" | "limit.dayCount", claim: "daily-sum" | "daily-count", scene: string) => {
      const [, more] = Sensitivity.moves(scheme, path)
      return Exploration.plan(scheme, "quick", [claim])
        .filter((task) => task.scene === scene)
        .map((task) => {
          const world = Exploration.worldOf(task)
          const found = Sensitivity.findIn(task, world, memory)
          return Sensitivity.difference(
            found,
            Sensitivity.findIn(task, Sensitivity.movedWorld(task, more!), memory, world)
          )
        })
    }
    expect(told("limit.daySum", "daily-sum", "sum")).toContain("daily-sum")
    // Here a payment more than the count has room for is also above the sum, if the sum is asked for.
    expect(told("limit.daySum", "daily-sum", "limits")).not.toContain("daily-sum")
    expect(told("limit.dayCount", "daily-count", "limits")).toContain("daily-count")
  })
})
