/**
 * The quotient against a search that leaves nothing out: every second, every number and every action by itself, in a
 * scheme whose times are a few seconds. Both must break the same claims and meet the same cases, with every clause in force and
 * without each. What is too large to be searched so is counted, and told: `Differential.test.ts` puts it to random runs, and
 * `Alike.test.ts` compares states with their normal forms one by one. A share by the seed; with PAYCODE_CAMPAIGN=1 all of it, with
 * more codes and orders, and further in time.
 */
import { describe, expect, it } from "vitest"
import { allMutants } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { checkedIds } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Exploration } from "../audit/Audit.ts"
import { alipay, seed, smsPassword, tillQr, wechat, wordless } from "../suites/Harness.ts"
import * as Everything from "./Everything.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** The seconds that are to be searched through: every deadline of the brief scheme is within them. */
const seconds = 8

/** States of a search of everything, with every clause, to see which are asked for, and without one; of how many mutants one is left out. */
const effort = isCampaign
  ? { strict: 20_000, asking: 3000, mutated: 2500, oneOf: 1 }
  : { strict: 2000, asking: 200, mutated: 600, oneOf: 64 }

const oneEach: Everything.Size = { codes: 1, orders: 1 }
const twoOrders: Everything.Size = { codes: 1, orders: 2 }
const twoEach: Everything.Size = { codes: 2, orders: 2 }

/** What is searched with every clause, and without one, where there are several sizes of a scene. */
const sizes = isCampaign
  ? { strict: [oneEach, twoOrders, twoEach], mutated: [oneEach] }
  : { strict: [oneEach], mutated: [oneEach] }

/** What is not told under a code's own alias makes a difference only where two payers have codes. */
const sizesOf = ({ scene }: Exploration.Task, of: keyof typeof sizes): ReadonlyArray<Everything.Size> =>
  scene === "conflict" ? [{ codes: 2, orders: 1 }] : sizes[of]

const memory = Exploration.reserve("quick")

const tasksOf = (scheme: Scheme) => Exploration.plan(Everything.brief(scheme), "quick", checkedIds)

describe("a search of the quotient finds what a search of everything finds", () => {
  it.each(isCampaign ? Object.values(wordless) : [alipay, tillQr])("with every clause, in $scheme", (scheme) => {
    const compared = Everything.none()
    const bounds = { seconds, states: effort.strict }
    for (const task of tasksOf(scheme))
      for (const size of sizesOf(task, "strict")) Everything.compare({ task, size, bounds, memory }, compared)
    console.log(`${scheme.scheme}: ${Everything.said(compared)}`)
    expect(compared.differences).toEqual([])
    // Every deadline comes in some of them.
    expect(compared.seconds.get(seconds)).toBeGreaterThan(0)
    expect(compared.met).toBeGreaterThan(0)
  })

  it.each(isCampaign ? Object.values(wordless) : [alipay, wechat])(
    "where an order is open for longer than it can be reversed, in $scheme",
    (scheme) => {
      const compared = Everything.none()
      const about = ["timely-step-up", "order-ends", "agreement"] as const
      for (const task of Exploration.plan(Everything.lingering(scheme), "quick", about))
        Everything.compare({ task, size: oneEach, bounds: { seconds, states: 25_000 }, memory }, compared)
      console.log(`${scheme.scheme}, lingering: ${Everything.said(compared)}`)
      expect(compared.differences).toEqual([])
      expect(compared.seconds.get(seconds)).toBeGreaterThan(0)
    }
  )

  it.each(isCampaign ? (Object.keys(wordless) as ReadonlyArray<SchemeName>) : (["alipay", "hardened"] as const))(
    `without a clause, a share of one in ${effort.oneOf}, in %s, seed ${seed}`,
    (name) => {
      const compared = Everything.none()
      for (const [number, task] of tasksOf(wordless[name]).entries()) {
        for (const size of sizesOf(task, "mutated")) {
          const bounds = { seconds, states: effort.mutated }
          const asked = Everything.asked(task, size, { seconds, states: effort.asking })
          for (const [index, mutant] of allMutants.entries()) {
            if (!asked.has(mutant.clause) || (seed + number * 7 + index) % effort.oneOf !== 0) continue
            Everything.compare({ task: { ...task, mutants: [mutant] }, size, bounds, memory }, compared)
          }
        }
      }
      console.log(`${name}, clauses left out: ${Everything.said(compared)}`)
      expect(compared.differences).toEqual([])
      expect(compared.seconds.size).toBeGreaterThan(0)
    }
  )
})

describe("a search finds its way back to an attack in the system itself", () => {
  it("where the phone says which day it is, shortly after midnight", () => {
    const [task] = Exploration.plan(alipay, "quick", ["leak-bound"], {
      mutants: [{ clause: "VER-26", mutant: "the phone's" }]
    })
    expect(Exploration.explore(task!, () => true).findings[0]!.counterexample).toBeDefined()
  })

  it("and to no attack where a till gave up what it had sent, and it arrives late", () => {
    const [task] = Exploration.plan(tillQr, "quick", ["timely-step-up"], {
      mutants: [{ clause: "REL-6", mutant: "gives up" }]
    })
    const [finding] = Exploration.explore(task!, () => true).findings
    expect(finding!.counterexample).toBeUndefined()
    expect(finding!.situations).toBeGreaterThan(0)
  })

  it("where an order is too late to be reversed before its normal form is", () => {
    const size = { codes: 1, orders: 1 }
    const mutants = [{ clause: "REL-6", mutant: "gives up" }] as const
    const [task] = Exploration.plan(Everything.brief(alipay), "quick", ["agreement"], { mutants })
    const world = Everything.worldOf(task!, size)
    const [finding] = Exploration.explore(task!, () => true, memory, world).findings
    const { actions, start } = finding!.counterexample!
    const begun = System.init(world).find(({ now }) => now === start)!
    const last = actions.reduce((state, action) => System.next(world, state, action).state, begun)
    const [order] = last.orders
    expect([order!.status, order!.view]).toEqual(["paid", "failed"])
  })

  it("where a late password pays what was reversed, and the payment is soon too old for another reversal", () => {
    const mutants = [{ clause: "SET-5", mutant: "late password" }] as const
    const claims = ["reverse-tombstone"] as const
    const [task] = Exploration.plan(Everything.brief(smsPassword), "quick", claims, { mutants })
    const world = Everything.worldOf(task!, { codes: 1, orders: 1 })
    const [finding] = Exploration.explore(task!, () => true, memory, world).findings
    expect(finding!.counterexample).toBeDefined()
  })

  it("where a restore lets more be returned than was paid", () => {
    const tasks = Exploration.plan(alipay, "quick", checkedIds, { extra: "restore", states: 5000 })
    const found = tasks
      .filter(({ scene }) => scene === "order")
      .flatMap((task) => Exploration.explore(task, () => true).findings)
    expect(found.find(({ id }) => id === "exact-refund")!.counterexample).toBeDefined()
  })
})
