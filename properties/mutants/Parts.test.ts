/**
 * Every part that a claim names is looked at: some mutant breaks it, and no other part of the claim, in the event that ends the
 * run. A judge of a part that finds too little fails here. What no part names is not looked at, nor is a search of the clauses
 * as they are, in which a reduction may have forgotten what a judge asks for.
 */
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Event } from "../../model/system/System.ts"
import { checkedIds } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Exploration } from "../audit/Audit.ts"
import { type Claim, catalogue } from "../claims/Catalogue.ts"
import * as Search from "../search/Search.ts"
import { asserting } from "../suites/Harness.ts"
import * as Mutants from "./Mutants.ts"

const claimsOfParts = checkedIds.map((id) => catalogue[id]).filter((claim) => claim.kind !== "leads-to")

const rows = claimsOfParts.flatMap((claim) => Object.keys(claim.parts).map((part) => ({ claim, id: claim.id, part })))

/** The part that is broken, where just one is. */
const broken = (
  { parts }: Claim.EventClaim,
  at: Parameters<Claim.Judge<Event, Claim.Judgement>>
): string | undefined => {
  const names = Object.keys(parts).filter((name) => parts[name]!.judge(...at) === "broken")
  return names.length === 1 ? names[0] : undefined
}

/** What was met of a claim's parts in a search: those that were broken alone, and whether that is all that it can meet. */
interface Met {
  readonly alone: Set<string>
  isAll: boolean
}

const memory = Exploration.reserve("quick")

/** Searches for a run that breaks a part of a claim alone, and notes which others it meets on the way. */
const look = (task: Exploration.Task, claim: Claim.EventClaim, part: string, met: Met): void => {
  const world = Exploration.worldOf(task)
  const { quotient } = Exploration.subjectOf(task, world)
  const property: Search.Property<Parameters<typeof quotient.actions>[0], never, Event> = {
    name: part,
    kind: "always",
    on: ({ _tag }) => claim.on.includes(_tag),
    kinds: claim.on,
    judge: (before, event, after) => {
      if (!quotient.isWatched(event, after)) return "elsewhere"
      const name = broken(claim, [world, before, event, after])
      if (name !== undefined) met.alone.add(name)
      return name === part ? "broken" : "elsewhere"
    }
  }
  const { findings } = Search.search(quotient, [property], { states: task.states, report: () => true }, memory)
  met.isAll = findings[0]?.counterexample === undefined
}

/** What searches have met, by what they are of. */
const known = new Map<string, Met>()

/** Whether a search finds a run that breaks a part of a claim alone. One that went to its end is not made again for another part. */
const breaks = (task: Exploration.Task, claim: Claim.EventClaim, part: string): boolean => {
  const key = JSON.stringify({ ...task, scheme: task.scheme.scheme })
  const met = known.get(key) ?? { alone: new Set(), isAll: false }
  known.set(key, met)
  if (!met.alone.has(part) && !met.isAll) look(task, claim, part, met)
  return met.alone.has(part)
}

interface Candidate {
  readonly scheme: SchemeName
  readonly mutants: ReadonlyArray<Mutant>
}

const of = (scheme: SchemeName, ...mutants: ReadonlyArray<Mutant>): Candidate => ({ scheme, mutants })

/** Parts of claims that fall by another part as it is, or in another scheme: who breaks them. */
const given: Readonly<Record<string, Candidate>> = {
  "payee-agreement: what the payer was asked on the phone": of("alipay", { clause: "STP-3", mutant: "not shown" }),
  "amount-agreement: what the payer was asked on the phone": of("alipay", { clause: "STP-3", mutant: "not shown" }),
  "leak-bound: none costs more than a payment's limit": of("alipay", { clause: "VER-12", mutant: "no limit" }),
  "step-up-required: above the sum of a day": of("alipay", { clause: "VER-13", mutant: "no limit" }),
  "step-up-required: above the count of a day": of("hardened", { clause: "VER-23", mutant: "no limit" })
}

/** Parts that no mutant breaks alone, and why they are judged all the same. */
const neverAlone: Readonly<Record<string, string>> = {
  "order-conflict: it changes nothing":
    "no clause can be left out so that a request is refused and yet writes something",
  "conservation: no more comes back than was paid":
    "it shows in the balance as well, but where another payment hides it, and the scenes have room for none beside a refund"
}

/** The mutants that break a claim somewhere, each with the scheme that it is known in. */
const candidates = (claim: Claim.EventClaim, part: string): ReadonlyArray<Candidate> => [
  ...[given[`${claim.id}: ${part}`]].filter((candidate) => candidate !== undefined),
  ...Mutants.searched.flatMap(({ claims, clause, mutant, scheme }) =>
    claims.some((id) => id === claim.id) ? [of(scheme, { clause, mutant })] : []
  ),
  ...Mutants.pairs.flatMap((pair) => (pair.claim === claim.id ? [of(pair.scheme, pair.mutant, pair.with)] : []))
]

/** How many states are searched: most parts are broken near the start, by one candidate or another. */
const depths = [500, 3_000, 15_000]

const judged = rows.filter(({ id, part }) => neverAlone[`${id}: ${part}`] === undefined)

describe("a part of a claim is broken, and none of its others", () => {
  it.each(judged)("$id: $part", ({ claim, part }) => {
    const tasks = candidates(claim, part).flatMap(({ mutants, scheme }) =>
      Exploration.plan(asserting[scheme], "quick", [claim.id], { mutants })
    )
    expect(depths.some((states) => tasks.some((task) => breaks({ ...task, states }, claim, part)))).toBe(true)
  })

  it("but for those of which it is said why", () => {
    const names = rows.map(({ id, part }) => `${id}: ${part}`)
    expect([...Object.keys(given), ...Object.keys(neverAlone)].filter((name) => !names.includes(name))).toEqual([])
  })
})
