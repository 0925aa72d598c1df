/** Wrong codes that no flood has sent stop a run where the implementation would read no more, there and no sooner. */
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Binding } from "../../model/steps/Steps.ts"
import { type Action, nowhere } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { GivenRuns } from "../mutants/Mutants.ts"
import * as Deployment from "./Deployment.ts"
import { alipay, asDifferent, hardened, reportOf, scenario, wechat } from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"

const few: Scheme = { ...alipay, throttle: { perTerminalDay: 3 } }
const fewUnderAlias: Scheme = { ...alipay, throttle: { perTerminalDay: 1000, perAliasDay: 3 } }

/** The adversary's merchant asks with made-up digits, under a new order number unless one is given. */
const guess = (order = -1): Action => ({
  _tag: "Pay",
  order,
  request: { alias: 0, key: { phone: 0, generation: 0, position: nowhere, revealed: false }, amount: 7 },
  node: 0
})

const flood = (merchant: number, terminal: 0 | 1 | 2 = 0): Action => ({ _tag: "Flood", phone: 0, merchant, terminal })

/** How far both go together, and what stops them. */
const ends = async (scheme: Scheme, actions: ReadonlyArray<Action>, site = Deployment.local) => {
  const rules = Rules.strict(scheme)
  const can = ["wrong-guess", ...(site === Deployment.twoNodes ? (["nodes"] as const) : [])] as const
  const ending = await Refinement.replay(scenario(rules, { amounts: [7], can }, actions), { rules, site })
  expect(await reportOf(asDifferent(ending), { site })).toBe("")
  return { played: ending.run.actions.length, by: ending._tag === "Alike" ? ending.obstacles : [] }
}

const threeGuesses = [guess(), guess(), guess()]

/** The step in which the day of a run ends. */
const midnight = GivenRuns.positionOf(few, Time.secondsPerDay / 2 / few.clock.step) - 1

describe("after as many wrong codes as a day has room for", () => {
  it.each([
    { under: "a terminal", scheme: few },
    { under: "an alias", scheme: fewUnderAlias }
  ])("under $under no other request can be made", async ({ scheme }) => {
    expect(await ends(scheme, [...threeGuesses, guess()])).toEqual({ played: 3, by: ["wrong codes"] })
  })

  it("a known order number can, which is answered from its record", async () => {
    expect(await ends(few, [...threeGuesses, guess(1)])).toEqual({ played: 4, by: [] })
  })

  it("what was said again from a record is counted once", async () => {
    expect(await ends(few, [guess(), guess(0), guess(0), guess(), guess()])).toEqual({ played: 5, by: [] })
  })

  it("the next day has room for others", async () => {
    const nextDay = GivenRuns.advance(Time.secondsPerDay)
    expect(await ends(few, [...threeGuesses, nextDay, ...threeGuesses, guess()])).toEqual({
      played: 7,
      by: ["wrong codes"]
    })
  })

  it.each([
    { node: 0, played: 5, by: ["wrong codes"] },
    { node: 1, played: 6, by: [] }
  ] as const)("so has a node that is ahead, when its day begins: node $node", async ({ by, node, played }) => {
    const asks = [GivenRuns.show(), GivenRuns.payment(midnight, 7, false, node)]
    expect(await ends(few, [GivenRuns.toMidnight, ...threeGuesses, ...asks], Deployment.twoNodes)).toEqual({
      played,
      by
    })
  })
})

/** What a code is made over that is shown for a sale at the first merchant's; nothing where codes are made over nothing. */
const termsOf = (scheme: Scheme): { readonly terms?: Binding.Terms } =>
  scheme.code.boundTo === "till" ? { terms: { payee: 0, sum: 7, pin: "none", copied: false } } : {}

describe("a flood", () => {
  it.each([alipay, fewUnderAlias, { ...alipay, throttle: { perTerminalDay: 3, perAliasDay: 20 } }])(
    "is as many wrong codes as throttle the alias, by $throttle",
    async (scheme) => {
      expect(await ends(scheme, [flood(1), flood(1), guess()])).toEqual({ played: 3, by: [] })
    }
  )

  it.each([hardened, wechat])("leaves everybody in $scheme to be asked for elsewhere, however many", async (scheme) => {
    const asks = GivenRuns.paid(scheme, 7)
    expect(await ends(scheme, [flood(1), flood(0, 1), ...asks])).toEqual({ played: 4, by: [] })
  })

  it.each([alipay, hardened, wechat])(
    "at an honest till of $scheme keeps it from selling until tomorrow",
    async (scheme) => {
      const sale: ReadonlyArray<Action> = [
        { _tag: "Scan", phone: 0, amount: 7 },
        { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true },
        GivenRuns.advance(86_400),
        { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }
      ]
      const shown = { ...GivenRuns.show(), till: 0, ...termsOf(scheme) }
      expect(await ends(scheme, [flood(0), flood(0), shown, ...sale])).toEqual({ played: 7, by: [] })
    }
  )

  it.each([
    { perTerminalDay: 3, perMerchantDay: 10 },
    { perTerminalDay: 3, perMerchantDay: 10, perAliasDay: 5 },
    { perTerminalDay: 3, perMerchantDay: 10, perAliasDay: 20 },
    { perTerminalDay: 3, perMerchantDay: 3 }
  ])("at all terminals of an honest merchant keeps its till from selling until tomorrow, by %o", async (throttle) => {
    const scheme = { ...alipay, throttle }
    const sale: ReadonlyArray<Action> = [
      { ...GivenRuns.show(), till: 0 },
      { _tag: "Scan", phone: 0, amount: 7 },
      { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true },
      GivenRuns.advance(86_400),
      { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }
    ]
    expect(await ends(scheme, [flood(0, 2), ...sale])).toEqual({ played: 6, by: [] })
    // At one other terminal it does so where a merchant is let no more than a terminal.
    expect(await ends(scheme, [flood(0, 1), ...sale])).toEqual({ played: 6, by: [] })
  })

  it("leaves a merchant no more than it is let: what then would be refused cannot be asked for", async () => {
    const scheme = { ...alipay, throttle: { perTerminalDay: 2, perMerchantDay: 3 } }
    expect(await ends(scheme, [guess(), guess(), guess()])).toEqual({ played: 2, by: ["wrong codes"] })
    // The adversary's own merchant is let no more, by whatever it has asked for before.
    const byAlias = { ...alipay, throttle: { perTerminalDay: 3, perMerchantDay: 3, perAliasDay: 3 } }
    expect(await ends(byAlias, [guess(), flood(1)])).toEqual({ played: 1, by: ["wrong codes"] })
  })

  it("of more than there is time for cannot come", async () => {
    const many = { ...alipay, throttle: { perTerminalDay: 5000, perAliasDay: 5000 } }
    expect(await ends(many, [flood(1)])).toEqual({ played: 0, by: ["a long flood"] })
  })
})
