/**
 * The comparison can fail: where one side leaves a clause out and the other does not, a difference is found; and, of the
 * mutants whose row says so, none where both leave it out. It is found for every mutant whose row does not say why runs do not
 * show it, and for the faults that a run under direction shows. PAYCODE_SEED chooses the runs, and half of what they show;
 * PAYCODE_CAMPAIGN=1 shows all of it, PAYCODE_RUNS multiplies the runs.
 */
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Mutants from "../mutants/Mutants.ts"
import { Faults } from "../planted/Planted.ts"
import { seed } from "../suites/Harness.ts"
import * as Deployment from "./Deployment.ts"
import { alipay, asDifferent, byName, counterexample, keyed, reportOf, scenario } from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"

/** A mutant, and the scheme in which it is looked for. */
interface Row extends Rules.Mutant {
  readonly scheme: Scheme
}

/** What random runs show. */
const byChance = Mutants.all.flatMap(({ clause, mutant, refinement }) =>
  "differs" in refinement ? [{ ...refinement, clause, mutant, scheme: byName[refinement.scheme] }] : []
)

/** Of what random runs show, a half by the seed; all of it in the campaign. */
const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined
const isChosen = (_: object, index: number): boolean => isCampaign || (index + seed) % 2 === 0

/** What random runs show where one side leaves the clause out. */
const oneSided = (side: Mutants.Side): ReadonlyArray<Row> =>
  byChance.filter(({ differs }) => differs.includes(side)).filter(isChosen)

/** What runs under direction show, each with its scheme. */
const byDirection = Mutants.all.flatMap(({ clause, mutant, refinement }) =>
  "given" in refinement
    ? refinement.given.flatMap(({ run, schemes, side }) =>
        schemes.map((name) => ({ clause, mutant, side, scheme: byName[name], run: run(byName[name]) }))
      )
    : []
)

/** More runs than any row needs. */
const enough = 600

it("every mutant is shown, or its row says why no run shows it", () => {
  const shown = new Set([...byChance, ...byDirection].map(({ clause, mutant }) => `${clause} ${mutant}`))
  const others = Mutants.all.filter(({ clause, mutant }) => !shown.has(`${clause} ${mutant}`))
  expect(others.filter(({ refinement }) => !("silent" in refinement))).toEqual([])
})

describe(`a difference is found, seed ${seed}`, () => {
  it.each(oneSided("implementation"))(
    "where the implementation leaves out $clause, $mutant",
    async ({ scheme, ...mutant }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, mutant)
      expect(await counterexample(Refinement.plans(strict), enough, { rulesOf: () => weak })).toBeDefined()
    }
  )

  it.each(byDirection)(
    "in $scheme.scheme, where the $side leaves out $clause, $mutant, by the last action of a run",
    async ({ clause, mutant, run, scheme, side }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, { clause, mutant })
      const site = run.can?.includes("nodes") ? Deployment.twoNodes : Deployment.local
      const [model, rules] = side === "model" ? [weak, strict] : [strict, weak]
      const ending = await Refinement.replay(scenario(model, run, run.actions), { rules, site })
      expect([ending._tag, ending.run.actions.length]).toEqual(["Different", run.actions.length])
      // Where nothing is left out it is no difference.
      expect((await Refinement.replay(scenario(strict, run, run.actions), { rules: strict, site }))._tag).toBe("Alike")
    }
  )

  it.each(oneSided("model"))("where the model leaves out $clause, $mutant", async ({ scheme, ...mutant }) => {
    const strict = Rules.strict(scheme)
    const plans = Refinement.plans(Rules.without(strict, mutant))
    expect(await counterexample(plans, enough, { rulesOf: () => strict })).toBeDefined()
  })
})

describe(`no difference is found, seed ${seed}`, () => {
  it.each(byChance.filter(({ alike }) => alike).filter(isChosen))(
    "where both leave out $clause, $mutant",
    async ({ clause, mutant, scheme }) => {
      const weak = Rules.without(Rules.strict(scheme), { clause, mutant })
      expect(await reportOf(await counterexample(Refinement.plans(weak), 5))).toBe("")
    }
  )
})

describe("a fault is found, by the last action of a run", () => {
  /** An implementation with a fault. */
  const optionsOf = (made: Faults.FaultRow["made"]) => {
    if ("nonce" in made) return made
    const fault = "ledger" in made ? made.ledger : made.leftOut.ledger
    return { ...("leftOut" in made && made), site: Deployment.inProcess({ fault }) }
  }

  const rows = Faults.directed.map((fault) => ({ ...fault, scheme: byName[fault.scheme] }))

  it.each(rows)("in $scheme.scheme, where $says", async ({ made, run, scheme }) => {
    const rules = Rules.strict(scheme)
    const { actions, ...setting } = run(scheme)
    const played = scenario(rules, setting, actions)
    const ending = await Refinement.replay(played, { rules, ...optionsOf(made) })
    expect([ending._tag, ending.run.actions.length]).toEqual(["Different", actions.length])
    // Without the fault it is no difference.
    expect((await Refinement.replay(played, { rules }))._tag).toBe("Alike")
  })

  it.each([
    ["withoutNonce", "withoutOrder"],
    ["withoutOrder", "withoutNonce"]
  ] as const)("%s by a run in which nothing else differs: %s goes through it", async (name, other) => {
    for (const scheme of Faults.faults[name].shown.schemes.map((known) => byName[known])) {
      const rules = Rules.strict(scheme)
      const { actions, ...setting } = Faults.faults[name].shown.run(scheme)
      const options = optionsOf(Faults.faults[other].made)
      const ending = await Refinement.replay(scenario(rules, setting, actions), { rules, ...options })
      expect([ending._tag, ending.run.actions.length]).toEqual(["Alike", actions.length])
    }
  })
})

describe("a difference is told", () => {
  const rows: ReadonlyArray<Row> = [
    { clause: "VER-8", mutant: "not kept", scheme: alipay },
    { clause: "VER-13", mutant: "no limit", scheme: alipay },
    { clause: "SET-5", mutant: "late password", scheme: keyed }
  ]
  it.each(rows)(
    "by a run from which nothing can be left out, and by what the implementation made of its last action: $clause",
    async ({ scheme, ...mutant }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, mutant)
      const found = (await counterexample(Refinement.plans(strict), enough, { rulesOf: () => weak }))!
      const least = await Refinement.minimal(found, { rules: weak })
      for (const [left] of least.run.actions.entries()) {
        const shorter = { ...least.run, actions: least.run.actions.filter((_, index) => index !== left) }
        expect((await Refinement.replay(shorter, { rules: weak }))._tag).not.toBe("Different")
      }
      expect(least.run.actions.length).toBeLessThanOrEqual(found.run.actions.length)
      expect(asDifferent(await Refinement.replay(least.run, { rules: weak }))?.problem).toEqual(least.problem)
      // It is no difference where nothing is left out.
      expect((await Refinement.replay(least.run, { rules: strict }))._tag).toBe("Alike")
      const lines = (await reportOf(found, { rules: weak })).split("\n")
      expect(lines).toHaveLength(least.run.actions.length + 2)
      const { expected, found: made, path } = least.problem
      expect(lines.at(-1)).toBe(`The implementation differs: ${path}: expected ${expected}, found ${made}`)
    }
  )
})
