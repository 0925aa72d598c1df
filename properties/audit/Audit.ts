/**
 * Audit: what becomes of a scheme's claims. Every claim gets a verdict with the evidence for it, and every failing one
 * the attack that breaks it.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Rules from "../../model/Rules.ts"
import { asserted, because, exempt, restsOn, type Scheme } from "../../model/Scheme.ts"
import { type BoundId, type CheckedClaimId, type ClaimId, isBound, claims as statements } from "../../spec/Claims.ts"
import { assumptions, capabilities, capabilityIds } from "../../spec/Threats.ts"
import * as Computing from "../computed/Catalogue.ts"
import { shown } from "../computed/Catalogue.ts"
import type * as Scenes from "../scenes/Scenes.ts"
import * as Trace from "../trace/Trace.ts"
import * as Comparison from "./Comparison.ts"
import type { Drawing } from "./Coverage.ts"
import * as Exploration from "./Exploration.ts"
import * as Explorer from "./Explorer.ts"
import type {
  Assurance,
  BoundReport,
  CheckedReport,
  ClaimReport,
  Evidence,
  Measured,
  SearchReport,
  Verdict
} from "./Verdict.ts"
import * as Walk from "./Walk.ts"

export * as Comparison from "./Comparison.ts"
export * as Exploration from "./Exploration.ts"
export * as Explorer from "./Explorer.ts"
export * as Matrix from "./Matrix.ts"
export * as Verdict from "./Verdict.ts"
export * as Walk from "./Walk.ts"

export interface SchemeReport {
  readonly scheme: string
  readonly title: string
  /** SHA-256 of the decoded scheme, as JSON with the keys in alphabetical order. */
  readonly hash: string
  readonly scope: Scenes.Size
  /** Every claim that was asked for is as the scheme asserts. */
  readonly ok: boolean
  readonly claims: ReadonlyArray<ClaimReport>
  /** Claims that say nothing of the scheme, and why. */
  readonly exempt: ReadonlyArray<{ readonly id: ClaimId; readonly reason: string }>
  readonly searches: ReadonlyArray<SearchReport>
}

/** The report of an audit, as `--json` prints it. */
export interface Report {
  readonly paycode: string
  readonly ok: boolean
  readonly seconds: number
  readonly schemes: ReadonlyArray<SchemeReport>
  /** Each further scheme compared with the first; empty where there is one. */
  readonly comparisons: ReadonlyArray<Comparison.Comparison>
}

/** What is to be audited, and how far. */
export interface AuditRequest {
  readonly schemes: ReadonlyArray<Scheme>
  readonly claims: ReadonlyArray<ClaimId>
  readonly scope: Scenes.Size
  /** Random runs for each adversary, in wider worlds and in those that were searched. */
  readonly runs: number
  readonly seed: number
  /** Milliseconds of the epoch at which searches stop; undefined where they may take their time. */
  readonly until: number | undefined
}

/** The random runs of an audit of some size, unless it is told otherwise. */
export const defaultRuns: Readonly<Record<Scenes.Size, number>> = { quick: 10, standard: 1000, deep: 1000 }

/** What an audit tells while it works. */
export interface Progress {
  readonly doing: "exploring" | "walking" | "comparing"
  readonly scheme: string
  /** The number of the search, or of the adversary's walk, and of how many. */
  readonly number: number
  readonly of: number
  /** States found, or runs made. */
  readonly count: number
}

const ordered = (value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, part]) => [key, ordered(part)])
      )

/** The hash of a plain value: SHA-256 of its JSON with the keys in alphabetical order, in hexadecimal. */
export const hash = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(JSON.stringify(ordered(value)))))

/** A search, and what it found. */
interface Searched {
  readonly task: Exploration.Task
  readonly explored: Exploration.Explored
}

/** What a search found out about a claim. */
interface ClaimSearch extends Searched {
  readonly finding: Exploration.ClaimFinding
}

const foundOf = (searches: ReadonlyArray<Searched>, id: CheckedClaimId): ReadonlyArray<ClaimSearch> =>
  searches.flatMap(({ explored, task }) => {
    const finding = explored.findings.find((finding) => finding.id === id)
    return finding === undefined ? [] : [{ task, explored, finding }]
  })

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

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

/** How many states are tried for a run shorter than the one that was found. */
const shorterAtMost = 20_000

const conclude = (id: CheckedClaimId, found: ReadonlyArray<ClaimSearch>, sample: Walk.Sample | undefined): Decided => {
  const decided = (verdict: Verdict, assurance: Assurance | null, trace?: Trace.Trace): Decided => ({
    verdict,
    assurance,
    reason: null,
    shown: trace && Trace.shortest(trace, shorterAtMost)
  })
  const { reason, verdict } = Exploration.conclude(
    id,
    found.map(({ explored }) => explored)
  )
  const walked = sample?.counterexamples[id]
  if (verdict !== "fails" && walked !== undefined) return decided("fails", "sampled", walked)
  if (verdict === "not-run") return { ...decided(verdict, null), reason }
  const run =
    statements[id].kind === "sometimes"
      ? leastRun(found, "witness", (finding) => finding.witness)
      : leastRun(found, "attack", (finding) => finding.counterexample)
  return decided(verdict, "exhaustive", run)
}

/** How many states are searched for a breach by one capability more. */
const extraStates = 5000

/** The searches of what else could break some claims: for each further capability, and only near the start of runs. */
const extras = (scheme: Scheme, claims: ReadonlyArray<CheckedClaimId>): ReadonlyArray<Exploration.Task> =>
  capabilityIds.flatMap((extra) => {
    if (!capabilities[extra].modelled) return []
    const spared = claims.filter((id) => !Exploration.modelled(id).includes(extra))
    return Exploration.plan(scheme, "quick", spared, { extra, states: extraStates })
  })

/** For each claim the further capability that breaks it soonest, and how many steps that takes. */
const fallen = (searches: ReadonlyArray<Searched>): ReadonlyMap<ClaimId, ClaimReport["fallsWith"]> => {
  const least = new Map<ClaimId, NonNullable<ClaimReport["fallsWith"]>>()
  for (const { explored, task } of searches) {
    for (const { counterexample, id } of explored.findings) {
      if (counterexample === undefined) continue
      const [capability] = task.under.filter((capability) => !Exploration.modelled(id).includes(capability))
      const steps = counterexample.actions.length
      if (capability !== undefined && steps < (least.get(id)?.steps ?? Number.POSITIVE_INFINITY)) {
        least.set(id, { capability, steps })
      }
    }
  }
  return least
}

/** The edges of a claim, each with its cases in all searches. */
const edgesOf = (found: ReadonlyArray<ClaimSearch>): Evidence["edges"] => {
  const cases = new Map<string, number>()
  for (const { finding } of found) {
    for (const [name, count] of Object.entries(finding.edges)) cases.set(name, (cases.get(name) ?? 0) + count)
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

/** What has been found out about a scheme. */
interface SchemeFindings {
  readonly scheme: Scheme
  /** The random runs that it was put to. */
  readonly drawing: Drawing
  readonly searches: ReadonlyArray<Searched>
  readonly sample: Walk.Sample | undefined
  /** By which further capability its claims fall. */
  readonly falls: ReturnType<typeof fallen>
}

/** The report of a claim that searches decide. */
const claimReport = (
  { drawing: { runs, seed }, falls, sample, scheme, searches }: SchemeFindings,
  id: CheckedClaimId
): CheckedReport => {
  const found = foundOf(searches, id)
  const { assurance, reason, shown, verdict } = conclude(id, found, sample)
  const saved = shown === undefined ? null : Trace.save(shown.trace)
  const { kind } = statements[id]
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
      depth: Math.max(...found.map(({ explored }) => explored.depth)),
      situations: sum(found.map(({ finding }) => finding.situations)),
      edges: edgesOf(found),
      complete: found.every(({ explored }) => explored.ended === "exhausted"),
      searches: found.map(({ task }) => searches.findIndex((search) => search.task === task)),
      shortest: shown === undefined ? null : shown.isShortest,
      sampled:
        sample === undefined || !Walk.canWalk(id)
          ? null
          : { runs, seed, steps: sample.steps, situations: sample.situations[id] ?? 0 },
      covered: coveredOf(found)
    },
    fallsWith: verdict === "holds" ? (falls.get(id) ?? null) : null,
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
const exemption = (scheme: Scheme, id: ClaimId): string | undefined => {
  const reason = exempt(scheme, id)
  if (reason === undefined || !isBound(id) || Computing.boundOf(scheme, id) !== undefined) return reason
  // Where there is nothing to guess there is no number.
  if (id === "guess-password" && scheme.stepUp.method === "none") return reason
  const { unit, value } = Computing.computed[id](Rules.strict(scheme))
  return `${reason}: the value is ${shown(value)}${unit === "probability" ? "" : ` ${unit}`}`
}

/** The report of a claim that is computed, of a scheme that asserts a bound of it. */
export const boundReport = (scheme: Scheme, id: BoundId, bound: Computing.Bound): BoundReport => {
  const found = Computing.computed[id](Rules.strict(scheme))
  const { aDay, assumptions: taken, formula, parts, unit, value } = found
  return {
    id,
    kind: "bound",
    asserted: asserted(scheme, id),
    because: null,
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

const searchReport = ({ explored, task }: Searched): SearchReport => ({
  scene: task.scene,
  under: task.under,
  scope: Exploration.worldOf(task).scope,
  states: explored.states,
  transitions: explored.transitions,
  depth: explored.depth,
  key: explored.key,
  complete: explored.ended === "exhausted",
  covered: explored.covered ?? null
})

/** The reports of those of some claims that say something of a scheme. */
const claimReports = (findings: SchemeFindings, claims: ReadonlyArray<ClaimId>): ReadonlyArray<ClaimReport> =>
  claims.flatMap((id): ReadonlyArray<ClaimReport> => {
    const { scheme } = findings
    if (exempt(scheme, id) !== undefined) return []
    if (!isBound(id)) return [claimReport(findings, id)]
    const bound = Computing.boundOf(scheme, id)
    return bound === undefined ? [] : [boundReport(scheme, id, bound)]
  })

const schemeReport = (findings: SchemeFindings, claims: ReadonlyArray<ClaimId>, scope: Scenes.Size): SchemeReport => {
  const { scheme, searches } = findings
  const decided = claimReports(findings, claims)
  return {
    scheme: scheme.scheme,
    title: scheme.title,
    hash: hash(scheme),
    scope,
    ok: decided.every(({ asserted, verdict }) => verdict === asserted),
    claims: decided,
    exempt: claims.flatMap((id) => {
      const reason = exemption(scheme, id)
      return reason === undefined ? [] : [{ id, reason }]
    }),
    searches: searches.map(searchReport)
  }
}

/** The claims that some searches decided otherwise than by a breach, and that random runs can be put to. */
const unbroken = (
  searches: ReadonlyArray<Searched>,
  claims: ReadonlyArray<CheckedClaimId>
): ReadonlyArray<CheckedClaimId> =>
  claims.filter((id) => {
    const found = foundOf(searches, id)
    return found.length > 0 && found.every(({ finding }) => finding.counterexample === undefined)
  })

/** Compares every further scheme with the first. `reporter` is told whose searches are made. */
const compareAll = Effect.fnUntraced(function* (
  [first, ...others]: ReadonlyArray<Comparison.Audited>,
  until: number | undefined,
  reporter: (names: ReadonlyArray<string>) => Explorer.Reporter
) {
  if (first === undefined || others.length === 0) return []
  const explore = yield* Explorer.standing
  return yield* Effect.forEach(others, (other) =>
    Comparison.compare(first, other, (tasks) => explore(tasks, until, reporter(tasks.map(() => other.scheme.scheme))))
  )
}, Effect.scoped)

/**
 * Audits schemes: explores every scope, walks beyond it for the claims that were not broken, looks for what else would
 * break them, and compares what became of the first scheme with what became of the others.
 */
export const audit = Effect.fn("Audit.audit")(function* (
  version: string,
  { claims, runs, schemes, scope, seed, until }: AuditRequest,
  report: (progress: Progress) => void
) {
  const began = Date.now()
  const checked = claims.filter((id): id is CheckedClaimId => !isBound(id))
  const drawing = { runs, seed }
  const reporter =
    (doing: Progress["doing"], names: ReadonlyArray<string>) =>
    (number: number, count: number): void =>
      report({ doing, scheme: names[number]!, number, of: names.length, count })
  const explore = Effect.fnUntraced(function* (tasks: ReadonlyArray<Exploration.Task>) {
    const names = tasks.map(({ scheme }) => scheme.scheme)
    const explored = yield* Explorer.exploreAll(tasks, until, reporter("exploring", names))
    return tasks.map((task, index): Searched => ({ task, explored: explored[index]! }))
  })

  const searches = yield* explore(schemes.flatMap((scheme) => Exploration.plan(scheme, scope, checked, { drawing })))
  const of = (scheme: Scheme) => searches.filter(({ task }) => task.scheme === scheme)
  const spared = schemes.map((scheme) => unbroken(of(scheme), checked))
  const outings = schemes.map((scheme, index) => ({ rules: Rules.strict(scheme), claims: spared[index]!, runs, seed }))
  const names = schemes.map(({ scheme }) => scheme)
  const samples = runs === 0 || checked.length === 0 ? [] : yield* Explorer.walkAll(outings, reporter("walking", names))
  const further =
    scope === "quick" ? [] : yield* explore(schemes.flatMap((scheme, index) => extras(scheme, spared[index]!)))

  const reports = schemes.map((scheme, index) => {
    const falls = fallen(further.filter(({ task }) => task.scheme === scheme))
    const findings = { scheme, drawing, searches: of(scheme), sample: samples[index], falls }
    return schemeReport(findings, claims, scope)
  })
  const comparisons = yield* compareAll(
    schemes.map((scheme, index) => ({ scheme, report: reports[index]! })),
    until,
    (names) => reporter("comparing", names)
  )
  const whole: Report = {
    paycode: version,
    ok: reports.every(({ ok }) => ok),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    schemes: reports,
    comparisons
  }
  return whole
})

/** What an audit came to: as asserted, different, or not finished. A difference outweighs what was not finished. */
export const outcome = ({ schemes }: Report): "asserted" | "differs" | "unfinished" => {
  const all = schemes.flatMap(({ claims }) => claims)
  if (all.some(({ asserted, verdict }) => verdict !== "not-run" && verdict !== asserted)) return "differs"
  return all.some(({ verdict }) => verdict === "not-run") ? "unfinished" : "asserted"
}
