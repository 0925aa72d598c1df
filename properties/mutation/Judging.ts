/**
 * Judging: what `paycode audit --scope quick` decides of the built-in schemes, part by part, so that the parts which come to a
 * changed line can be run first and alone: each search, each scheme's random runs, and what is computed; and beside it what falls
 * without each clause, for of a claim that holds in every scheme nothing else says that it could fail.
 */
import { createHash } from "node:crypto"
import fc from "fast-check"
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Rules from "../../model/Rules.ts"
import { asserted, exempt, type Scheme } from "../../model/Scheme.ts"
import { boundIds, type CheckedClaimId, checkedIds, claims as statements } from "../../spec/Claims.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import * as Audit from "../audit/Audit.ts"
import { Exploration, Walk } from "../audit/Audit.ts"
import * as Computing from "../computed/Catalogue.ts"
import * as Mutants from "../mutants/Mutants.ts"
import { Judges } from "../sensitivity/Sensitivity.ts"

/** The random runs of each adversary, and their seed: those of an audit at `quick`. */
const drawing = { runs: Audit.defaultRuns.quick, seed: 1 } as const

/** How many random runs of each scheme are compared action by action, where nothing else tells a mutant. */
const tracedRuns = 60

/** A part of the audit. What it found is plain data. */
export interface Part {
  readonly name: string
  readonly scheme: Scheme
  readonly work:
    | { readonly _tag: "Search"; readonly task: Exploration.Task }
    | { readonly _tag: "Fall"; readonly without: Rules.Mutant; readonly claim: CheckedClaimId }
    | { readonly _tag: "Walk" | "Compute" | "Trace" | "Notice" }
}

/** What a part found: of a search all of it, of the others what they come to. */
export type Found = Exploration.Explored | Readonly<Record<string, unknown>>

const searchName = ({ claims, options, scene, scheme, under }: Exploration.Task): string =>
  `${scheme.scheme} ${scene} ${JSON.stringify([options, under, claims])}`

/** The claims that fall in a scheme without a clause, by the table of mutants, as far as an attack shows it. */
const falls = (scheme: Scheme): ReadonlyArray<Part> =>
  Mutants.searched
    .filter((row) => row.scheme === scheme.scheme)
    .flatMap(({ claims, clause, mutant }) =>
      claims
        .filter((claim) => statements[claim].kind !== "sometimes")
        .map((claim) => ({
          name: `${scheme.scheme} without ${clause}, ${mutant}: ${claim}`,
          scheme,
          work: { _tag: "Fall", without: { clause, mutant } as Rules.Mutant, claim } as const
        }))
    )

/** How many states of each scene are tried first for what falls without a clause. */
const nearStates = 15_000

/** Whether a claim falls without a clause: near the start of a scene, or anywhere in it. */
const doesFall = (scheme: Scheme, claim: CheckedClaimId, without: Rules.Mutant): boolean => {
  const tasks = Exploration.plan(scheme, "quick", [claim], { mutants: [without] })
  return [...tasks.map((task) => ({ ...task, states: nearStates })), ...tasks].some((task) =>
    Exploration.explore(task, () => true).findings.some(({ counterexample }) => counterexample !== undefined)
  )
}

/** What is asked of a scheme as a whole; what judges notice, of those whose cases they are shown. */
const kindsOf = ({ scheme }: Scheme): ReadonlyArray<"Walk" | "Compute" | "Trace" | "Notice"> =>
  Judges.schemes.some((name) => name === scheme) ? ["Walk", "Compute", "Trace", "Notice"] : ["Walk", "Compute", "Trace"]

/** Every part of the audit, by the sources as they are loaded, and beside it what judges notice. */
export const parts = (): ReadonlyArray<Part> =>
  BuiltIn.all().flatMap(
    (scheme): ReadonlyArray<Part> => [
      ...falls(scheme),
      ...Exploration.plan(scheme, "quick", checkedIds).map((task) => ({
        name: searchName(task),
        scheme,
        work: { _tag: "Search", task } as const
      })),
      ...kindsOf(scheme).map((_tag) => ({
        name: `${scheme.scheme} ${_tag}`,
        scheme,
        work: { _tag }
      }))
    ]
  )

/** What random runs find of some claims. */
export const walk = (scheme: Scheme, claims: ReadonlyArray<CheckedClaimId>): Walk.Sample =>
  Walk.sample(Rules.strict(scheme), claims, drawing)

/** What is asserted of a number and is not so, by the ids of the claims. */
export const wrongNumbers = (scheme: Scheme): ReadonlyArray<string> =>
  boundIds.filter((id) => {
    const bound = Computing.boundOf(scheme, id)
    if (exempt(scheme, id) !== undefined || bound === undefined) return false
    const isWithin = Computing.isWithin(Computing.computed[id](Rules.strict(scheme)), bound)
    return (isWithin ? "holds" : "fails") !== asserted(scheme, id)
  })

/** A fingerprint of what happens in random runs, with every capability: each action, state and event. */
const traced = (scheme: Scheme): string => {
  const hash = createHash("sha256")
  const can = capabilityIds.filter((id) => capabilities[id].modelled)
  for (const coincidence of [false, true]) {
    const drawn = Runs.plans({ rules: Rules.strict(scheme), can, coincidence })
    for (const plan of fc.sample(drawn, { seed: drawing.seed, numRuns: tracedRuns })) {
      Runs.make(plan, (_before, step) => {
        hash.update(JSON.stringify(step))
        return true
      })
    }
  }
  return hash.digest("hex")
}

/** The claims that every search of a scheme leaves unbroken, as its assertions have it. */
const walked = (scheme: Scheme): ReadonlyArray<CheckedClaimId> =>
  checkedIds.filter((id) => exempt(scheme, id) === undefined && asserted(scheme, id) === "holds")

/** Runs a part, as the unmutated sources have it. */
export const find = ({ scheme, work }: Part): Found => {
  if (work._tag === "Search") return Exploration.explore(work.task, () => true)
  if (work._tag === "Fall") return { falls: doesFall(scheme, work.claim, work.without) }
  if (work._tag === "Notice") return Object.fromEntries(Judges.noticed(scheme, Judges.seed))
  if (work._tag === "Trace") return { traced: traced(scheme) }
  if (work._tag === "Compute") return { wrong: wrongNumbers(scheme) }
  const { situations, steps } = walk(scheme, walked(scheme))
  return { steps, situations }
}

/** A judge that notices otherwise than it did; undefined where none does. */
export const noticed = (found: Found, known: Found): string | undefined => {
  const [is, was] = [new Map(Object.entries(found)), new Map(Object.entries(known))]
  // A part that is left out is one name less.
  const names = [...new Set([...is.keys(), ...was.keys()])]
  return names.find((name) => JSON.stringify(is.get(name)) !== JSON.stringify(was.get(name)))
}

/** A search, and what it found, here or before. */
interface Searched {
  readonly task: Exploration.Task
  readonly explored: Exploration.Explored | undefined
}

/** A verdict that is not as asserted, in words; undefined where it is, or is not known yet. */
export const difference = (
  scheme: Scheme,
  id: CheckedClaimId,
  searches: ReadonlyArray<Searched>
): string | undefined => {
  const wanted = asserted(scheme, id)
  const own = searches.filter(({ task }) => task.scheme === scheme && task.claims.includes(id))
  const found = own.flatMap(({ explored, task }) => (explored === undefined ? [] : [{ explored, task }]))
  const told = (verdict: string): string => `${scheme.scheme}: ${id} ${verdict}, asserted ${wanted}`
  const isBroken = found.some(({ explored }) =>
    explored.findings.some((finding) => finding.id === id && finding.counterexample !== undefined)
  )
  if (isBroken && statements[id].kind !== "sometimes") return wanted === "fails" ? undefined : told("fails")
  if (found.length < own.length) return undefined
  const { verdict } = Exploration.conclude(id, found)
  return verdict === wanted ? undefined : told(verdict)
}

/** What of a search two runs of it are compared by. */
export const comparable = (found: Found): string => {
  if (!("findings" in found)) return JSON.stringify(found)
  const { depth, ended, findings, states, transitions } = found as Exploration.Explored
  const each = findings.map(({ edges, id, places, situations }) => [id, places, situations, Object.entries(edges)])
  return JSON.stringify([states, transitions, depth, ended, each])
}
