/**
 * The implementation does what the model says, in every answer and in the books, whatever happens in a run. PAYCODE_SEED
 * chooses the runs, PAYCODE_RUNS multiplies them.
 */
import { describe, expect, it } from "vitest"
import { type Answer, answers } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import type { Action } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import * as Correspondence from "../correspondence/Correspondence.ts"
import { GivenRuns } from "../mutants/Mutants.ts"
import { actionTags, seed } from "../suites/Harness.ts"
import * as Deployment from "./Deployment.ts"
import { alipay, asDifferent, builtIn, counterexample, reportOf, scenario } from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"

/** What the model can play and these runs do not: the correspondence says why. */
const isUnplayed = (tag: Action["_tag"]): boolean => Correspondence.actions[tag]._tag === "Unplayed"

/** Answers that no run here is given, and why. */
const ungiven: Partial<Record<Answer, string>> = {
  NO_CREDENTIAL: "a phone is told so, not a merchant",
  NOT_OWNER: "a phone is told so, not a merchant",
  AMOUNT_INVALID: "every amount of a run is one; the provider's tests send others",
  AMBIGUOUS_CODE: "digits of two credentials hardly ever coincide; the provider's tests make them",
  TOO_MANY_ANSWERS: "the model has nobody guess at a password; `WrongAnswers.test.ts` does, and compares with the step",
  DECLINED: "a provider that follows the protocol never answers it",
  UNKNOWN: "a node that may be behind another answers so for seconds; a run of its own below is there for them"
}

/** Whether a scheme has enough aliases: a run issues more tokens than one digit can name. */
const suffices = ({ code }: Scheme): boolean => code.alias !== "token" || code.aliasDigits > 1

/** How often things happened in some runs. */
const counter = <What extends string>() => {
  const counts = new Map<What, number>()
  return {
    counts,
    add: (what: What): void => {
      counts.set(what, (counts.get(what) ?? 0) + 1)
    }
  }
}

/** Counts what happened in runs, and how they ended. */
const census = () => {
  const actions = counter<Action["_tag"]>()
  const given = counter<Answer>()
  const obstacles = counter<Correspondence.Obstacle>()
  const total = { runs: 0, actions: 0, coincidences: 0, obstacles: 0 }
  const look = (ending: Refinement.Ending): void => {
    const { run } = ending
    total.runs++
    total.actions += run.actions.length
    if (ending._tag === "Coincidence") total.coincidences++
    if (ending._tag === "Alike") {
      total.obstacles += ending.obstacles.length
      for (const obstacle of ending.obstacles) obstacles.add(obstacle)
    }
    let state = System.init(run.world)[0]!
    for (const action of run.actions) {
      actions.add(action._tag)
      const step = System.next(run.world, state, action)
      for (const event of step.events) if (event._tag === "Answered") given.add(event.answer)
      state = step.state
    }
  }
  return { actions: actions.counts, given: given.counts, obstacles: obstacles.counts, total, look }
}

describe(`the implementation refines the model, seed ${seed}`, () => {
  const everywhere = census()

  it.each(builtIn)("in $scheme, and every action that there is to play is played", async (scheme) => {
    const { actions, look, obstacles, total } = census()
    const both = (ending: Refinement.Ending): void => {
      look(ending)
      everywhere.look(ending)
    }
    const rules = Rules.strict(scheme)
    // It takes a while until the adversary has learnt what it answers with, and until an order is left to its timer.
    const runs = 80
    expect(await reportOf(await counterexample(Refinement.plans(rules), runs, { look: both }))).toBe("")
    // What is left out says why, and is not played; what a seed has no use for is of lists.
    const answers: ReadonlyArray<Action["_tag"]> = ["Approve", "Authenticate", "Close"]
    const isOut = (tag: Action["_tag"]): boolean =>
      isUnplayed(tag) ||
      (tag === "RunOut" && scheme.token.source === "seed") ||
      (tag === "Impersonate" && !StepUp.isByMessage(rules)) ||
      (tag === "Ask" && !StepUp.isOnline(rules)) ||
      (answers.includes(tag) && !StepUp.waits(rules))
    expect(
      actionTags.filter((tag) => actions.has(tag) === isOut(tag)).map((tag) => `${tag}: ${actions.get(tag) ?? 0}`)
    ).toEqual([])
    // Few runs end early, and few things cannot be done.
    expect(total.coincidences).toBeLessThan(3)
    // A bound code is one for its order number, and the model asks for it under others as well.
    const most = scheme.code.boundTo === "till" ? 0.15 : 0.1
    expect(total.obstacles / (total.actions + total.obstacles)).toBeLessThan(most)
    expect(total.actions / total.runs).toBeGreaterThan(45)
    // Hardly any run has as many wrong codes as a scheme of the spec has room for.
    expect(obstacles.get("wrong codes") ?? 0).toBeLessThan(3)
  })

  it.each(builtIn)("in $scheme with other parameters", async (scheme) => {
    const varied = Schemes.schemes(scheme).chain((variant) => Refinement.plans(Rules.strict(variant)))
    expect(await reportOf(await counterexample(varied, 5, { look: everywhere.look }))).toBe("")
  })

  it("in a scheme without step-up", async () => {
    const limit = { ...alipay.limit, dayCount: 10 }
    const plans = Refinement.plans(Rules.strict({ ...alipay, limit, stepUp: { method: "none" } }))
    expect(await reportOf(await counterexample(plans, 12, { look: everywhere.look }))).toBe("")
    // Few of them come to the sum of a day.
    const rules = Rules.strict({ ...alipay, limit, stepUp: { method: "none" } })
    const last = scenario(rules, { amounts: [2], opening: { freeSum: limit.daySum! - 1 } }, [
      { _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false },
      { _tag: "Scan", phone: 0, amount: 2 },
      { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }
    ])
    const ending = await Refinement.replay(last, { rules })
    expect([await reportOf(asDifferent(ending)), ending._tag]).toEqual(["", "Alike"])
    everywhere.look(ending)
  })

  // No run that is drawn waits a year, and few refund what was just paid out.
  it.each(builtIn)("in $scheme, where an order is too old to be refunded, or was paid out", async (scheme) => {
    const { advance, paid, payOut, refund } = GivenRuns
    const rules = Rules.strict(scheme)
    const tooLate = scheme.refund!.within + scheme.clock.nodeSkew + 1
    for (const [between, answer] of [
      [advance(tooLate), "REFUND_EXPIRED"],
      [payOut, "MERCHANT_FUNDS"]
    ] as const) {
      const run = scenario(rules, { amounts: [7] }, [...paid(scheme, 7), between, refund])
      const ending = await Refinement.replay(run, { rules })
      expect([await reportOf(asDifferent(ending)), ending._tag]).toEqual(["", "Alike"])
      expect(ending.run.actions).toHaveLength(run.actions.length)
      everywhere.look(ending)
      expect(everywhere.given.has(answer)).toBe(true)
    }
  })

  it("in any scheme that a file can hold", async () => {
    const any = Schemes.everyScheme.filter(suffices)
    const varied = any.chain((scheme) => Refinement.plans(Rules.strict(scheme)))
    const { look, obstacles, total } = census()
    const both = (ending: Refinement.Ending): void => {
      look(ending)
      everywhere.look(ending)
    }
    expect(await reportOf(await counterexample(varied, 20, { look: both }))).toBe("")
    // Some let a terminal, or an alias, have a few wrong codes alone.
    expect((obstacles.get("wrong codes") ?? 0) / (total.actions + total.obstacles)).toBeLessThan(0.05)
    expect(total.obstacles / (total.actions + total.obstacles)).toBeLessThan(0.15)
    expect(total.actions / total.runs).toBeGreaterThan(45)
  })

  it("and every answer that a provider by the rules can give is given", () => {
    const names = [...new Set(answers)]
    expect(names.filter((answer) => !everywhere.given.has(answer) && !(answer in ungiven))).toEqual([])
    // By other parameters two codes can have the same digits, but those runs end.
    expect(everywhere.total.coincidences / everywhere.total.runs).toBeLessThan(0.05)
  })
})

describe(`two nodes over one ledger, their clocks apart, refine the model, seed ${seed}`, () => {
  const site = Deployment.twoNodes
  const requested = new Set<Action["_tag"]>()
  const look = ({ run }: Refinement.Ending): void => {
    for (const action of run.actions) if ("node" in action && action.node === 1) requested.add(action._tag)
  }

  it.each(builtIn)("in $scheme", async (scheme) => {
    const plans = Refinement.plans(Rules.strict(scheme), site)
    // Few runs come to an answer in the owner's name, and only where answers are short messages.
    const runs = StepUp.isByMessage(Rules.strict(scheme)) ? 40 : 10
    expect(await reportOf(await counterexample(plans, runs, { site, look }), { site })).toBe("")
  })

  it("in any scheme that a file can hold", async () => {
    const plans = Schemes.everyScheme.filter(suffices).chain((scheme) => Refinement.plans(Rules.strict(scheme), site))
    expect(await reportOf(await counterexample(plans, 15, { site, look }), { site })).toBe("")
  })

  it("and the one that is ahead is asked whatever a node can be asked", () => {
    expect([...requested].toSorted()).toEqual([
      "Authenticate",
      "Close",
      "Deliver",
      "Impersonate",
      "Meddle",
      "Pay",
      "Query"
    ])
  })
})

describe("the horizon of a reversal", () => {
  /** A till reverses an order that is paid, after so many seconds. */
  const lateReversal = (scheme: Scheme, ages: ReadonlyArray<number>) => {
    const amount = 1
    const deliver = (what: "pay" | "reversal"): Action => ({
      _tag: "Deliver",
      order: 0,
      what,
      node: 0,
      heard: what === "reversal"
    })
    const actions: Array<Action> = [
      { _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false, ...GivenRuns.madeOver(scheme, 0, amount) },
      { _tag: "Scan", phone: 0, amount },
      deliver("pay"),
      { _tag: "Advance", seconds: scheme.reverse.notBefore },
      { _tag: "Reverse", order: 0 }
    ]
    let age = scheme.reverse.notBefore
    for (const next of ages) {
      actions.push({ _tag: "Advance", seconds: next - age }, deliver("reversal"))
      age = next
    }
    return scenario(Rules.strict(scheme), { amounts: [amount] }, actions)
  }

  it.each(builtIn)(
    "of $scheme: for as long as nodes are apart neither answers, and the till goes on",
    async (scheme) => {
      const { within } = scheme.reverse
      const { nodeSkew } = scheme.clock
      const rules = Rules.strict(scheme)
      const late = lateReversal(scheme, [within + 1, within + nodeSkew, within + nodeSkew + 1])
      const ending = await Refinement.replay(late, { rules })
      expect([await reportOf(asDifferent(ending)), ending._tag]).toEqual(["", "Alike"])
      expect(ending.run.actions).toHaveLength(late.actions.length)
      const given: Array<Answer> = []
      let state = System.init(late.world)[0]!
      for (const action of late.actions) {
        const step = System.next(late.world, state, action)
        for (const event of step.events) if (event._tag === "Answered") given.push(event.answer)
        state = step.state
      }
      expect(given).toEqual(["PAID", "UNKNOWN", "UNKNOWN", "REVERSE_EXPIRED"])
      const inTime = await Refinement.replay(lateReversal(scheme, [within]), { rules })
      expect([inTime._tag, inTime.run.actions.at(-1)]).toMatchObject(["Alike", { what: "reversal" }])
      // A node that answered for itself alone would be found.
      const alone = Rules.strict({ ...scheme, clock: { ...scheme.clock, nodeSkew: 0 } })
      expect(asDifferent(await Refinement.replay(late, { rules: alone }))?.problem).toMatchObject({
        expected: '"UNKNOWN"',
        found: '"REVERSE_EXPIRED"'
      })
    }
  )
})

describe("digits that coincide", () => {
  // Proofs of four digits and a hundred steps, so that it happens.
  const window = { past: 60, future: 40 }
  const code = { ...alipay.code, digits: alipay.code.digits - 2, otpDigits: 4 }

  it("end a run, and are no difference", async () => {
    const { look, total } = census()
    const plans = Refinement.plans(Rules.strict({ ...alipay, code, window }))
    expect(await reportOf(await counterexample(plans, 20, { look }))).toBe("")
    expect(total.coincidences).toBeGreaterThan(0)
  })
})
