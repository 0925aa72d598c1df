/** What a search reads of its world is noted, and nothing else is; and a search that is listened to finds what any other finds. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import { parameterOf, type Scheme, withParameter } from "../../model/Scheme.ts"
import { Scope } from "../../model/system/System.ts"
import { checkedIds } from "../../spec/Claims.ts"
import { type ParameterPath, parameterPaths, partsOf } from "../../spec/Parameters.ts"
import { asserting, parameters } from "../suites/Harness.ts"
import * as Common from "./Common.ts"
import * as Exploration from "./Exploration.ts"
import * as Reading from "./Reading.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

const { alipay, unionpay } = asserting

const worldOf = (scheme: Scheme, ...leftOut: ReadonlyArray<Rules.Mutant>): Reading.Readable => ({
  rules: Rules.without(Rules.strict(scheme), ...leftOut),
  can: Scope.having(["capture"])
})

/** What counts as read of every world: which names its groups have. */
const groups = ["can", "mutants", "scheme", "stepUp"]

/** The parameters that a scheme has, and the paths that are noted where one is read. */
const had = parameterPaths.filter((path) => parameterOf(alipay, path) !== undefined)
const notedOf = (path: ParameterPath): ReadonlyArray<string> => {
  const [group, key] = partsOf(path)
  return key === undefined ? [`scheme.${group}`] : [`scheme.${group}`, `scheme.${path}`]
}

const isSame = (one: Reading.Readable, other: Reading.Readable, paths: ReadonlyArray<string>): boolean =>
  JSON.stringify(Reading.valuesAt(one, paths)) === JSON.stringify(Reading.valuesAt(other, paths))

describe("what is read of a world", () => {
  it("is noted with the groups that it is in, has its own value, and what is not read is not noted", () => {
    fc.assert(
      fc.property(fc.subarray(had), (some) => {
        const { paths, world } = Reading.listen(worldOf(alipay))
        for (const path of some) {
          // Asked for twice, it is still one, and the same.
          expect(parameterOf(world.rules.scheme, path)).toEqual(parameterOf(alipay, path))
          expect(parameterOf(world.rules.scheme, path)).toEqual(parameterOf(alipay, path))
        }
        expect(paths()).toEqual([...new Set([...groups, ...some.flatMap(notedOf)])].sort())
      }),
      parameters(50)
    )
  })

  it("is noted of step-up traits, of clauses and of capabilities too", () => {
    const { paths, world } = Reading.listen(worldOf(alipay, { clause: "VER-8", mutant: "left-out" }))
    expect([world.rules.stepUp.waits, world.rules.mutants["VER-8"], world.can.capture]).toEqual([
      true,
      "left-out",
      true
    ])
    expect(world.rules.mutants["VER-9"]).toBeUndefined()
    expect(paths()).toEqual([...groups, "stepUp.waits", "mutants.VER-8", "mutants.VER-9", "can.capture"].sort())
  })

  it("is noted where all of a group is taken at once, and where a name is asked for that the group has not", () => {
    const { paths, world } = Reading.listen(worldOf(unionpay))
    const { step } = { ...world.rules.scheme.clock }
    expect(step).toBe(unionpay.clock.step)
    expect(world.rules.scheme.limit.daySum).toBeUndefined()
    const ofClock = Object.keys(unionpay.clock).map((key) => `scheme.clock.${key}`)
    expect(paths()).toEqual([...groups, "scheme.clock", ...ofClock, "scheme.limit"].sort())
  })
})

describe("the values at what was read", () => {
  const moved = (path: ParameterPath) => withParameter(alipay, path, "another value")

  it("are the same of two worlds that differ in nothing that was read, and else are not", () => {
    fc.assert(
      fc.property(fc.subarray(had), fc.constantFrom(...had), (some, changed) => {
        const { paths, world } = Reading.listen(worldOf(alipay))
        for (const path of some) parameterOf(world.rules.scheme, path)
        const { rules, ...others } = worldOf(alipay)
        const other = { ...others, rules: { ...rules, scheme: moved(changed) } }
        expect(isSame(worldOf(alipay), other, paths())).toBe(!some.includes(changed))
      }),
      parameters(200)
    )
  })

  it("tell which names a group has, whichever of them was read: one that is there as undefined is not there", () => {
    const { paths, world } = Reading.listen(worldOf(alipay))
    expect(world.rules.scheme.limit.payment).toBeGreaterThan(0)
    expect(isSame(worldOf(alipay), worldOf(withParameter(alipay, "limit.daySum", undefined)), paths())).toBe(false)
    expect(isSame(worldOf(alipay), worldOf(withParameter(alipay, "limit.daySum", 1)), paths())).toBe(true)
    const without = withParameter(alipay, "limit.daySum", undefined)
    const asUndefined = { ...without, limit: { ...without.limit, daySum: undefined } } as unknown as Scheme
    expect(isSame(worldOf(without), worldOf(asUndefined), paths())).toBe(true)
    // Groups that nobody looked into tell nothing of what they have.
    expect(isSame(worldOf(alipay), worldOf(withParameter(alipay, "throttle.perAliasDay", undefined)), paths())).toBe(
      true
    )
  })

  it("tell a clause that is left out, in which way, and who can do what", () => {
    const { paths, world } = Reading.listen(worldOf(alipay, { clause: "VER-8", mutant: "one way" }))
    expect([world.rules.mutants["VER-8"], world.can.sms]).toEqual(["one way", false])
    const one = worldOf(alipay, { clause: "VER-8", mutant: "one way" })
    expect(isSame(one, worldOf(alipay, { clause: "VER-8", mutant: "another" }), paths())).toBe(false)
    expect(isSame(one, { ...one, can: Scope.having(["capture", "sms"]) }, paths())).toBe(false)
    expect(isSame(one, { ...one, can: Scope.having(["relay"]) }, paths())).toBe(true)
  })
})

const memory = Exploration.reserve("quick")

const few = ["codes", "conflict", "restoredOrder", "sum"]

/** The searches of a scheme; in every run those of scenes where they are small. */
const planOf = (scheme: Scheme): ReadonlyArray<Exploration.Task> =>
  Exploration.plan(scheme, "quick", checkedIds, { drawing: { runs: 3, seed: 1 } }).filter(
    ({ scene }) => isCampaign || few.includes(scene)
  )

const exploredOf = (batch: Common.Batch, isHeard: boolean): Common.Found =>
  Common.explore(batch, { report: () => true, before: memory, isHeard })

describe("a search that is listened to", () => {
  it.each([alipay, unionpay])("finds what one finds that is not: $scheme", (scheme) => {
    const tasks = planOf(scheme)
    for (const task of tasks) {
      const heard = exploredOf([task], true)
      const unheard = exploredOf([task], false)
      if (heard._tag === "Parted" || unheard._tag === "Parted") return expect.unreachable()
      expect(heard.explored).toEqual(unheard.explored)
      expect(unheard.paths).toEqual([[]])
      expect(heard.paths[0]).toEqual(expect.arrayContaining(groups))
      // Titles and notes say nothing to a search.
      expect(heard.paths[0]!.filter((path) => /^scheme\.(scheme|title|note|sources|claims)/.test(path))).toEqual([])
    }
    expect(tasks.length).toBeGreaterThan(3)
  })

  it("for several tasks parts where they differ in what it reads, as one does that is not", () => {
    const other: Scheme = { ...alipay, leak: { ...alipay.leak, seconds: alipay.leak.seconds + 1 } }
    const [first] = Exploration.plan(alipay, "quick", ["leak-bound"]) as [Exploration.Task]
    const [second] = Exploration.plan(other, "quick", ["leak-bound"]) as [Exploration.Task]
    const parted = { _tag: "Parted", parts: [[0], [1]] }
    expect(exploredOf([first, second], false)).toEqual(parted)
    expect(exploredOf([first, second], true)).toEqual(parted)
  })

  it("for several tasks reads for each what a search of its own reads", () => {
    const schemes = [alipay, asserting["alipay-sms-ocra"], asserting["alipay-sms-password"]]
    const tasks = schemes.flatMap(planOf)
    const left = Common.batched(tasks).map((batch) => batch.map((number) => tasks[number]!))
    const told = { batches: 0, messages: 0 }
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      if (batch.length === 1) continue
      const here = batch as unknown as Common.Batch
      const found = exploredOf(here, true)
      if (found._tag === "Parted") {
        left.unshift(...found.parts.map((part) => part.map((at) => here[at]!)))
        continue
      }
      told.batches++
      for (const [at, task] of here.entries()) {
        const own = exploredOf([task], true)
        const paths = new Set(found.paths[at])
        if (own._tag === "Parted") return expect.unreachable()
        expect(own.paths[0]!.filter((path) => !paths.has(path))).toEqual([])
        // That nobody sends messages is looked at before the search, for who could read them.
        if (!task.under.includes("sms")) continue
        told.messages++
        expect(found.paths[at]).toContain("stepUp.isByMessage")
      }
    }
    expect(told.batches).toBeGreaterThan(2)
    expect(told.messages).toBeGreaterThan(1)
  })
})
