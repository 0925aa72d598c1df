/** What one search says of several tasks is what a search of each says, and what they have differently parts them. */
import { describe, expect, it } from "vitest"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { checkedIds } from "../../spec/Claims.ts"
import * as Common from "./Common.ts"
import * as Exploration from "./Exploration.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

const alipay = BuiltIn.named("alipay")

const memory = Exploration.reserve("quick")

/** What is found of every task: searched together as far as they go, and each search in how many tasks. */
const togetherOf = (tasks: ReadonlyArray<Exploration.Task>) => {
  const found: Array<Exploration.Explored> = []
  const left = Common.batched(tasks).map((batch) => [...batch])
  const shared: Array<number> = []
  let partings = 0
  for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
    const [first, ...others] = batch.map((number) => tasks[number]!)
    const came = Common.explore([first!, ...others], { report: () => true, before: memory })
    const here = batch
    if (came._tag === "Parted") {
      partings++
      left.unshift(...came.parts.map((part) => part.map((at) => here[at]!)))
      continue
    }
    shared.push(batch.length)
    for (const [at, one] of came.explored.entries()) {
      if (one === undefined) left.unshift([here[at]!])
      else found[here[at]!] = one
    }
  }
  return { found, partings, shared }
}

const planOf = (scheme: Scheme, claims = checkedIds) =>
  Exploration.plan(scheme, "quick", claims, { drawing: { runs: 3, seed: 1 } })

/** What is found, apart from the room that it takes. */
const findings = ({ bytes: _, key: __, ...rest }: Exploration.Explored) => rest

describe("one search for several tasks", () => {
  it("finds of each what its own search finds, across schemes and adversaries", () => {
    const few = ["opaque-code", "unlinkable", "offline-supply", "secret-kept", "pin-kept"]
    const some = isCampaign ? ["single-use", "revocation", ...few] : few
    const claims = checkedIds.filter((id) => some.includes(id))
    const less = ["alipay", "alipay-sms-ocra", "wechat"] as const
    const schemes = (isCampaign ? ([...less, "alipay-sms-password"] as const) : less).map(BuiltIn.named)
    const tasks = schemes.flatMap((scheme) => planOf(scheme, claims))
    const { found, partings, shared } = togetherOf(tasks)
    const alone = tasks.map((task) => Exploration.explore(task, () => true, memory))
    expect(found.map(findings)).toEqual(alone.map(findings))
    expect(shared.filter((size) => size > 1).length).toBeGreaterThan(isCampaign ? 3 : 2)
    expect(partings).toBeGreaterThan(0)
  })

  it("is made once where schemes differ in what it does not read, and parts where they differ in what it does", () => {
    const renamed: Scheme = { ...alipay, scheme: "another", title: "Another", claims: {} }
    const other: Scheme = { ...renamed, leak: { ...alipay.leak, seconds: alipay.leak.seconds + 1 } }
    const sizes = (scheme: Scheme) =>
      togetherOf([...planOf(alipay, ["idempotent-pay"]), ...planOf(scheme, ["idempotent-pay"])])
    expect(sizes(renamed)).toMatchObject({ partings: 0, shared: [2] })
    const watching = (scheme: Scheme) =>
      togetherOf([...planOf(alipay, ["leak-bound"]), ...planOf(scheme, ["leak-bound"])])
    expect(watching(other).partings).toBeGreaterThan(0)
  })

  it("is made again for claims that a search of their own would have left sooner", () => {
    const [first] = planOf(alipay, ["opaque-code"]) as [Exploration.Task]
    const broken: Exploration.Task = first
    const [sound] = planOf(alipay, ["single-use"]).filter(({ scene }) => scene === broken.scene)
    const apart: Exploration.Task = { ...broken, claims: sound!.claims }
    const { found, shared } = togetherOf([broken, apart])
    expect(shared).toHaveLength(2)
    expect(findings(found[0]!)).toEqual(findings(Exploration.explore(broken, () => true, memory)))
    expect(found[0]!.ended).toBe("all-broken")
    expect(found[1]!.ended).toBe("exhausted")
  })
})

describe("what worlds have in common", () => {
  const [a] = planOf(alipay, ["single-use"])
  const world = Exploration.worldOf(a!)
  const withStep = (step: number) => ({
    ...world,
    rules: { ...world.rules, scheme: { ...alipay, clock: { ...alipay.clock, step } } }
  })

  it("is read as it is, and what they differ in ends the reading", () => {
    const common = Common.worldOf([world, withStep(60)])
    expect(common.rules.scheme.clock.drift).toBe(alipay.clock.drift)
    expect(() => common.rules.scheme.clock.step).toThrow(Common.Parting)
  })

  it("tells which go on together", () => {
    const common = Common.worldOf([world, withStep(60), withStep(alipay.clock.step)])
    try {
      expect(common.rules.scheme.clock.step).toBeUndefined()
      expect.unreachable()
    } catch (error) {
      expect((error as Common.Parting).parts).toEqual([[0, 2], [1]])
    }
  })
})
