/**
 * Every clause that forbids something is needed, and every claim that holds somewhere is broken by something: the attacks
 * are searched for, saved, read again and replayed. PAYCODE_CAMPAIGN=1 searches for all of them, and else for one of each
 * mutant and one on each claim.
 */
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { allMutants, type Mutant } from "../../model/Rules.ts"
import { asserted, exempt } from "../../model/Scheme.ts"
import { boundIds, type CheckedClaimId, type ClaimId, checkedIds, claimIds, claims } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Exploration, Matrix } from "../audit/Audit.ts"
import { asserting } from "../suites/Harness.ts"
import * as Trace from "../trace/Trace.ts"
import * as Mutants from "./Mutants.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

interface Found {
  readonly trace: Trace.Trace
  readonly task: Exploration.Task
}

/** The memory of every search, one after the other. */
const memory = Exploration.reserve(isCampaign ? "standard" : "quick")

/** How many states of each scene are searched before any is searched whole: most attacks are short. */
const depths = [500, 3_000, 15_000]

/** An attack on a claim once some clauses are left out, in any of its scenes, which are first searched near the start. */
const attack = (
  scheme: SchemeName,
  claim: CheckedClaimId,
  mutants: ReadonlyArray<Mutant>,
  isWhole = true
): Found | undefined => {
  // What a quick scene does not play, a larger one may.
  const tasks = (isCampaign ? (["quick", "standard"] as const) : (["quick"] as const)).flatMap((size) =>
    Exploration.plan(asserting[scheme], size, [claim], { mutants })
  )
  const near = depths.flatMap((states) => tasks.map((task) => ({ ...task, states })))
  for (const task of isWhole ? [...near, ...tasks] : near.slice(-tasks.length)) {
    const [finding] = Exploration.explore(task, () => true, memory).findings
    const run = finding!.counterexample
    if (run === undefined) continue
    return { task, trace: Trace.minimal({ claim, shows: "attack", world: Exploration.worldOf(task), ...run }) }
  }
  return undefined
}

const every = Mutants.searched.flatMap(({ claims: fallen, clause, mutant, scheme }) =>
  fallen.map((claim, index) => ({ clause, mutant, scheme, claim, isFirst: index === 0 }))
)
const isPossibility = ({ claim }: { readonly claim: CheckedClaimId }): boolean => claims[claim].kind === "sometimes"
const rows = every.filter((row) => !isPossibility(row))

/** Of a claim that is never the first to fall, one of the attacks. */
const others = new Set<CheckedClaimId>(
  checkedIds.filter((id) => !rows.some(({ claim, isFirst }) => isFirst && claim === id))
)
const chosen = rows.filter(({ claim, isFirst }) => isFirst || others.delete(claim))

describe("without a clause a claim falls, and with it the same run breaks nothing", () => {
  it.each(isCampaign ? rows : chosen)("$clause, $mutant: $claim in $scheme", ({ claim, clause, mutant, scheme }) => {
    const found = attack(scheme, claim, [{ clause, mutant }])
    expect(found).toBeDefined()
    const { task, trace } = found!
    // What was saved is read again, replayed, and shown to break the claim.
    expect(Trace.read(JSON.parse(JSON.stringify(Trace.save(trace))))).toEqual(Result.succeed(trace))
    const strict = { ...trace, world: Exploration.worldOf({ ...task, mutants: [] }) }
    const broken = Result.map(Trace.replay(strict), (moments) => Trace.isBreach(strict, moments))
    expect(Result.getOrElse(broken, () => false)).toBe(false)
  })
})

describe("without a clause what could happen can no more", () => {
  it.each(every.filter(isPossibility))("$clause, $mutant: $claim in $scheme", ({ claim, clause, mutant, scheme }) => {
    const decided = (mutants: ReadonlyArray<Mutant>) =>
      Exploration.conclude(
        claim,
        Exploration.plan(asserting[scheme], "quick", [claim], { mutants }).map((task) => ({
          task,
          explored: Exploration.explore(task, () => true, memory)
        }))
      ).verdict
    expect([decided([]), decided([{ clause, mutant }])]).toEqual(["holds", "fails"])
  })
})

describe("without a clause a computed claim exceeds its bound, and with it not", () => {
  const computed = Mutants.fallen.flatMap(({ claims: fallen, clause, mutant, scheme }) =>
    boundIds.flatMap((claim) => (fallen.includes(claim) ? [{ claim, clause, mutant, scheme }] : []))
  )

  const known = new Map<string, ReturnType<typeof Matrix.exceeded>>()
  /** The computed claims of a scheme that exceed their bounds without a clause. Some take seconds: each is asked for once. */
  const exceeded = (scheme: SchemeName, { clause, mutant }: Mutant): ReturnType<typeof Matrix.exceeded> => {
    const key = `${scheme} ${clause} ${mutant}`
    const falls = known.get(key) ?? Matrix.exceeded([asserting[scheme]], { clause, mutant })
    known.set(key, falls)
    return falls
  }

  it.each(computed)("$clause, $mutant: $claim in $scheme", ({ claim, clause, mutant, scheme }) => {
    const falls = exceeded(scheme, { clause, mutant })
    expect(falls.map((fall) => fall.claim)).toContain(claim)
  })

  it.each(["alipay", "wechat", "hardened"] as const)("and whatever falls so of %s is in the table", (name) => {
    const own = computed.filter(({ scheme }) => scheme === name)
    const falls = allMutants.flatMap((mutant) =>
      exceeded(name, mutant).map(({ claim }) => `${mutant.clause} ${mutant.mutant} ${claim}`)
    )
    expect(falls.sort()).toEqual(own.map(({ claim, clause, mutant }) => `${clause} ${mutant} ${claim}`).sort())
  })
})

describe("without either of two clauses nothing falls of what falls without both", () => {
  it.each(Mutants.pairs)("$mutant.clause with $with.clause: $claim in $scheme", (pair) => {
    expect(attack(pair.scheme, pair.claim, [pair.mutant], isCampaign)).toBeUndefined()
    expect(attack(pair.scheme, pair.claim, [pair.with], isCampaign)).toBeUndefined()
    expect(attack(pair.scheme, pair.claim, [pair.mutant, pair.with])).toBeDefined()
  })
})

it("no clause is idle: every way of leaving one out is in the table, by itself or with the one that backs it up", () => {
  const named = [...Mutants.fallen, ...Mutants.pairs.map(({ mutant }) => mutant)]
  const keys = named.map(({ clause, mutant }) => `${clause} ${mutant}`)
  expect(allMutants.filter(({ clause, mutant }) => !keys.includes(`${clause} ${mutant}`))).toEqual([])
})

it("no claim is untested: each that holds somewhere falls without some clause", () => {
  const schemes = Object.keys(asserting) as ReadonlyArray<SchemeName>
  const holds = claimIds.filter((id) =>
    schemes.some((name) => {
      const scheme = asserting[name]
      return exempt(scheme, id) === undefined && asserted(scheme, id) === "holds"
    })
  )
  const fallen = new Set<ClaimId>(Mutants.fallen.flatMap(({ claims }) => claims))
  expect(holds.filter((id) => !fallen.has(id))).toEqual([])
  // What is broken must have held before.
  for (const { claim, scheme } of rows) expect(asserted(asserting[scheme], claim)).toBe("holds")
})
