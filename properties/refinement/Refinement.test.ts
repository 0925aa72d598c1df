/**
 * The implementation does what the model says, in every answer and in the books, whatever happens; and where one of the
 * two leaves a clause out, the difference is found. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Trial from "../../impl/Trial.ts"
import { type Reason, reasons } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/System.ts"
import { type ClauseId, clauseIds, clauses } from "../../spec/Clauses.ts"
import type * as Runs from "../arbitraries/Runs.ts"
import { schemes } from "../arbitraries/Schemes.ts"
import { parameters, seed } from "../suites/Stage.ts"
import * as Refinement from "./Refinement.ts"

// A report tells a scheme by its name: its words and sources have no part in any decision.
const short = (scheme: Scheme): Scheme => ({ ...scheme, note: "varied", sources: {}, claims: {} })
const alipay = short(Trial.alipay)
const tokens = short(Trial.tokens)

const asDifferent = (ending: Refinement.Ending): Refinement.Different | undefined =>
  ending._tag === "Different" ? ending : undefined

/** The first of some plans in whose run the implementation, under rules that may be other ones, is not as the model. */
const difference = (
  plans: fc.Arbitrary<Runs.Plan>,
  numRuns: number,
  rulesOf: (plan: Runs.Plan) => Rules.Rules = ({ world }) => world.rules
): Refinement.Different | undefined => {
  let found: Refinement.Different | undefined
  const alike = fc.property(plans, (plan) => {
    found = asDifferent(Refinement.compare(plan, rulesOf(plan)))
    return found === undefined
  })
  // The run is shrunk as a run, which is quicker and goes further than to shrink what it was drawn from.
  fc.check(alike, { ...parameters(numRuns), endOnFailure: true })
  return found
}

/** Nothing where there is no difference, and otherwise its shortest story. */
const story = (found: Refinement.Different | undefined, rules?: Rules.Rules): string =>
  found === undefined ? "" : Refinement.report(Refinement.minimal(found, rules ?? found.run.world.rules))

const forbidding = clauseIds.filter((id) => clauses[id].kind === "forbids")

describe(`the implementation refines the model, seed ${seed}`, () => {
  it.each([alipay, tokens])("in $scheme", (scheme) => {
    expect(story(difference(Refinement.plans(Rules.strict(scheme)), 120))).toBe("")
  })

  it.each([alipay, tokens])("in $scheme with other parameters", (scheme) => {
    const varied = schemes(scheme).chain((variant) => Refinement.plans(Rules.strict(variant)))
    expect(story(difference(varied, 80))).toBe("")
  })

  // A phone of the implementation cannot ask (GEN-1), and a till of it that settles alone keeps no books (REL-1). Where
  // credentials share a seed (ENR-2) the model takes two codes with the same proof for one. Without its bounds (VER-6,
  // VER-7) the window has thousands of steps.
  const others: ReadonlyArray<ClauseId> = ["GEN-1", "REL-1", "ENR-2", "VER-6", "VER-7"]
  it.each(forbidding.filter((id) => !others.includes(id)))("with %s left out of both", (id) => {
    const rules = Rules.without(Rules.strict(alipay), id)
    expect(story(difference(Refinement.plans(rules), 15))).toBe("")
  })
})

describe("digits that coincide", () => {
  // Proofs of four digits, so that it happens.
  const code = { ...alipay.code, digits: alipay.code.digits - 2, otpDigits: 4 }
  const endings = fc
    .sample(Refinement.plans(Rules.strict({ ...alipay, code })), { seed: 1, numRuns: 150 })
    .map((plan) => Refinement.compare(plan)._tag)

  it("end a run, and are no difference", () => {
    expect(endings).not.toContain("Different")
    expect(endings).toContain("Coincidence")
  })
})

describe("a difference is found", () => {
  // The phone cannot break GEN-1, and no run waits for the coincidence that shows VER-9: known answers hold that.
  const silent: ReadonlyArray<ClauseId> = ["GEN-1", "VER-9"]
  const cases = forbidding
    .filter((id) => !silent.includes(id))
    .map((id) => ({ id, scheme: id === "VER-4" ? tokens : alipay }))

  it.each(cases)("where the implementation leaves out $id", ({ id, scheme }) => {
    const strict = Rules.strict(scheme)
    const weak = Rules.without(strict, id)
    expect(difference(Refinement.plans(strict), 600, () => weak)).toBeDefined()
  })

  it.each(["ENR-1", "VER-2", "VER-10", "VER-13"] as const)("where the model leaves out %s", (id) => {
    const strict = Rules.strict(alipay)
    expect(difference(Refinement.plans(Rules.without(strict, id)), 600, () => strict)).toBeDefined()
  })
})

describe("a difference is told", () => {
  const strict = Rules.strict(alipay)
  const [world] = fc.sample(
    Refinement.plans(strict).map((plan) => plan.world),
    { seed: 1, numRuns: 1 }
  )
  const own = System.adversary(world!)
  const start = world!.scope.starts[0]!
  const twice: ReadonlyArray<System.Action> = [
    { _tag: "Show", payer: 0, till: own, offset: 0 },
    { _tag: "Submit", merchant: own, code: 0, payer: 0, amount: 1 },
    { _tag: "Submit", merchant: own, code: 0, payer: 0, amount: 2 },
    { _tag: "Deliver", order: 0, request: 0 },
    { _tag: "Deliver", order: 1, request: 0 }
  ]
  const scope = { ...world!.scope, amounts: [1, 2], inFlight: 2, opening: { balance: 9, spentToday: 0 } }
  const run = { world: { ...world!, scope }, start, actions: twice }

  it("by what happened, and by what the implementation made of the last of it", () => {
    const weak = Rules.without(strict, "VER-8")
    const lines = story(asDifferent(Refinement.replay(run, weak)), weak).split("\n")
    expect(lines).toHaveLength(twice.length + 2)
    expect(lines.at(-2)).toMatch(/The request of order 2 reaches the provider\. It is answered refused, CODE_USED/)
    expect(lines.at(-1)).toBe('The implementation differs: answer.outcome: expected "CODE_USED", found "PAID"')
    expect(Refinement.replay(run, strict)._tag).toBe("Alike")
  })

  it.each(["VER-3", "VER-8", "VER-13"] as const)("in a few actions: without %s", (id) => {
    const weak = Rules.without(strict, id)
    const found = difference(Refinement.plans(strict), 600, () => weak)!
    const least = Refinement.minimal(found, weak)
    expect(least.run.actions.length).toBeLessThan(12)
    expect(asDifferent(Refinement.replay(least.run, weak))?.problem).toEqual(least.problem)
  })
})

describe("the runs are worth making", () => {
  const strict = Rules.strict(alipay)
  const endings = fc.sample(Refinement.plans(strict), { seed: 1, numRuns: 150 }).map((plan) => Refinement.compare(plan))

  it("every kind of action occurs, and every answer that a provider by the rules can give", () => {
    const actions = new Set<System.Action["_tag"]>()
    const answers = new Set<Reason | "PAID">()
    for (const { run } of endings) {
      let state = System.init(run.world)[0]!
      for (const action of run.actions) {
        const step = System.next(run.world, state, action)
        actions.add(action._tag)
        for (const event of step.events) if (event._tag === "Answered") answers.add(event.decision.outcome)
        state = step.state
      }
    }
    expect(actions.size).toBe(11)
    const never: ReadonlyArray<Reason> = ["NO_CREDENTIAL", "AMOUNT_INVALID", "CODE_CHANGED", "DECLINED"]
    expect(reasons.filter((reason) => !answers.has(reason))).toEqual(never)
    expect(answers).toContain("PAID")
  })

  it("hardly one ends early for a coincidence of digits", () => {
    expect(endings.filter(({ _tag }) => _tag === "Coincidence").length).toBeLessThan(3)
    const lengths = endings.map(({ run }) => run.actions.length)
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThan(40)
  })
})
