/** ClaimReports: what is said of one claim, by what searches, walks and forms have found of it. */
import * as Rules from "../../model/Rules.ts"
import { asserted, because, exempt, restsOn, type Scheme } from "../../model/Scheme.ts"
import { type BoundId, type CheckedClaimId, type ClaimId, isBound, claims as statements } from "../../spec/Claims.ts"
import { assumptions } from "../../spec/Threats.ts"
import * as Computing from "../computed/Catalogue.ts"
import { shown } from "../computed/Catalogue.ts"
import * as Quotient from "../reduction/Quotient.ts"
import * as Trace from "../trace/Trace.ts"
import type { Drawing } from "./Coverage.ts"
import * as Exploration from "./Exploration.ts"
import type { Assurance, BoundReport, CheckedReport, Evidence, Measured, SearchReport, Verdict } from "./Verdict.ts"
import * as Walk from "./Walk.ts"

/** A search, and what it found. */
export interface Searched {
  readonly task: Exploration.Task
  readonly explored: Exploration.Explored
}

/** What a search found out about a claim. */
export interface ClaimSearch extends Searched {
  readonly finding: Exploration.ClaimFinding
}

export const foundOf = (searches: ReadonlyArray<Searched>, id: CheckedClaimId): ReadonlyArray<ClaimSearch> =>
  searches.flatMap(({ explored, task }) => {
    const finding = explored.findings.find((finding) => finding.id === id)
    return finding === undefined ? [] : [{ task, explored, finding }]
  })

export const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

/** How many actions the run takes that a search found, for what it is. */
const length = (run: Exploration.FoundRun | undefined): number => run?.actions.length ?? Number.POSITIVE_INFINITY

/** The shortest run of several searches, as a trace. */
const leastRun = (
  found: ReadonlyArray<ClaimSearch>,
  shows: Trace.Shows,
  runOf: (finding: Exploration.ClaimFinding) => Exploration.FoundRun | undefined
): Trace.Trace | undefined => {
  const [least] = found.toSorted((a, b) => length(runOf(a.finding)) - length(runOf(b.finding)))
  const run = least && runOf(least.finding)
  return run && { claim: least.finding.id, shows, world: Exploration.worldOf(least.task), ...run }
}

interface Decided {
  readonly verdict: Verdict
  readonly assurance: Assurance | null
  readonly reason: string | null
  readonly shown: Trace.Shortest | undefined
}

const conclude = (
  id: CheckedClaimId,
  found: ReadonlyArray<ClaimSearch>,
  sample: Walk.Sample | undefined,
  shorten: SchemeFindings["shorten"]
): Decided => {
  const decided = (verdict: Verdict, assurance: Assurance | null, trace?: Trace.Trace): Decided => ({
    verdict,
    assurance,
    reason: null,
    shown: trace && shorten(trace)
  })
  const { reason, verdict } = Exploration.conclude(id, found)
  const walked = sample?.counterexamples[id]
  if (verdict !== "fails" && walked !== undefined) return decided("fails", "sampled", walked)
  if (verdict === "not-run") return { ...decided(verdict, null), reason }
  const run =
    statements[id].kind === "sometimes"
      ? leastRun(found, "witness", (finding) => finding.witness)
      : leastRun(found, "attack", (finding) => finding.counterexample)
  return decided(verdict, "exhaustive", run)
}

/** The parts or the edges of a claim, each with its cases in all searches. */
const casesOf = (found: ReadonlyArray<ClaimSearch>, which: "parts" | "edges"): Readonly<Record<string, number>> => {
  const cases = new Map<string, number>()
  for (const { finding } of found) {
    for (const [name, count] of Object.entries(finding[which])) cases.set(name, (cases.get(name) ?? 0) + count)
  }
  return Object.fromEntries(cases)
}

const coveredOf = (found: ReadonlyArray<ClaimSearch>): Evidence["covered"] =>
  found.every(({ finding }) => finding.covered !== undefined)
    ? {
        places: sum(found.map(({ finding }) => finding.places)),
        met: sum(found.map(({ finding }) => finding.covered ?? 0))
      }
    : null

/** What of a claim's evidence was not made now; nothing where all was. */
const takenOf = (found: ReadonlyArray<ClaimSearch>, sample: Walk.Sample | undefined): Pick<Evidence, "taken"> => {
  const searches = found.flatMap(({ explored: { taken } }) => (taken === undefined ? [] : [taken]))
  const all = [...searches, ...(sample?.taken === undefined ? [] : [sample.taken])]
  const [oldest] = all.map(({ made }) => made).sort()
  if (oldest === undefined) return {}
  const by = [...new Set(all.map((taken) => taken.by))].sort()
  return { taken: { searches: searches.length, runs: sample?.taken !== undefined, oldest, by } }
}

/** What has been found out about a scheme. */
export interface SchemeFindings {
  readonly scheme: Scheme
  /** The random runs that it was put to. */
  readonly drawing: Drawing
  /** All of its searches, and those that were made. */
  readonly tasks: ReadonlyArray<Exploration.Task>
  readonly searches: ReadonlyArray<Searched>
  /** Looks for a shorter run that shows as much. */
  readonly shorten: (trace: Trace.Trace) => Trace.Shortest
}

/** The report of a claim that searches decide. */
export const claimReport = (
  { drawing: { seed }, scheme, searches, shorten, tasks }: SchemeFindings,
  id: CheckedClaimId,
  sample: Walk.Sample | undefined
): CheckedReport => {
  const found = foundOf(searches, id)
  const { assurance, reason, shown, verdict } = conclude(id, found, sample, shorten)
  const saved = shown === undefined ? null : Trace.save(shown.trace)
  const { kind } = statements[id]
  const put = sample?.put[id]
  return {
    id,
    kind,
    asserted: asserted(scheme, id),
    because: because(scheme, id) ?? null,
    verdict,
    assurance,
    reason,
    under: Exploration.modelled(id),
    notModelled: Exploration.notModelled(id),
    assumptions: statements[id].assumes.filter((name) => restsOn(scheme, name)).map((name) => assumptions[name]),
    evidence: {
      states: sum(found.map(({ explored }) => explored.states)),
      transitions: sum(found.map(({ explored }) => explored.transitions)),
      depth: Math.max(0, ...found.map(({ explored }) => explored.depth)),
      situations: sum(found.map(({ finding }) => finding.situations)),
      parts: casesOf(found, "parts"),
      edges: casesOf(found, "edges"),
      complete: found.every(({ explored }) => explored.ended === "exhausted"),
      searches: found.map(({ task }) => tasks.indexOf(task)),
      shortest: shown === undefined ? null : shown.isShortest,
      sampled:
        put === undefined || !Walk.canWalk(id) ? null : { ...put, seed, situations: sample?.situations[id] ?? 0 },
      covered: coveredOf(found),
      ...takenOf(found, put === undefined ? undefined : sample)
    },
    fallsWith: null,
    counterexample: kind === "sometimes" ? null : saved,
    witness: kind === "sometimes" ? saved : null,
    loop: shown?.trace.loop ?? null
  }
}

const measured = (value: number, bound: number | undefined): Measured => ({
  value,
  bound: bound ?? null,
  margin: bound === undefined || value === 0 ? null : bound / value
})

/** Why a claim says nothing of a scheme; of one that is computed, what its number is all the same. */
export const exemption = (scheme: Scheme, id: ClaimId): string | undefined => {
  const reason = exempt(scheme, id)
  if (reason === undefined || !isBound(id) || Computing.boundOf(scheme, id) !== undefined) return reason
  // Where there is nothing to guess there is no number.
  if (id === "guess-password" && scheme.stepUp.method === "none") return reason
  const { hits, unit, value } = Computing.computed[id](Rules.strict(scheme))
  const guessed = hits === undefined ? "" : `, and ${Computing.hitsOf(hits)}`
  return `${reason}: the value is ${shown(value)}${unit === "probability" ? "" : ` ${unit}`}${guessed}`
}

/** The report of a claim that is computed, of a scheme that asserts a bound of it. */
export const boundReport = (scheme: Scheme, id: BoundId, bound: Computing.Bound): BoundReport => {
  const found = Computing.computed[id](Rules.strict(scheme))
  const { aDay, assumptions: taken, formula, hits, parts, unit, value } = found
  return {
    id,
    kind: "bound",
    asserted: asserted(scheme, id),
    because: because(scheme, id) ?? null,
    verdict: Computing.isWithin(found, bound) ? "holds" : "fails",
    assurance: "computed",
    reason: null,
    under: statements[id].under,
    notModelled: [],
    assumptions: [...statements[id].assumes.map((name) => assumptions[name]), ...taken],
    evidence: {
      ...measured(value, bound.atMost),
      unit,
      formula,
      aDay: aDay === undefined ? null : measured(aDay, bound.atMostADay),
      aYear: hits === undefined ? null : measured(hits.account.aYear, bound.atMostAYear),
      hits: hits ?? null,
      parts: finite(parts)
    },
    fallsWith: null,
    counterexample: null,
    witness: null,
    loop: null
  }
}

/** The numbers that JSON can carry: what is without end is left out. */
const finite = (parts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => Number.isFinite(value)))

export const searchReport = ({ explored, task }: Searched): SearchReport => ({
  scene: task.scene,
  under: task.under,
  scope: Exploration.worldOf(task).scope,
  states: explored.states,
  transitions: explored.transitions,
  depth: explored.depth,
  key: explored.key,
  complete: explored.ended === "exhausted",
  covered: explored.covered ?? null,
  compared: explored.compared ?? null,
  reductions: Quotient.Reductions.madeIn(Exploration.worldOf(task), task.options),
  ...(explored.taken === undefined ? {} : { taken: explored.taken })
})
