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
import * as Effort from "./Effort.ts"
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
  /** What was looked for besides: where something was not, to find nothing of it says nothing. */
  readonly asked: Pick<AuditRequest, "compare" | "more">
  /** Each further scheme compared with the first; empty where there is one, or nobody asked. */
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
  /** When it has to be through; what is not decided by then is reported as such. */
  readonly limits: Explorer.Limits
  /** Whether each further scheme is compared with the first. */
  readonly compare: boolean
  /** Whether a further capability is looked for that breaks what holds. At quick none is. */
  readonly more: boolean
}

/** The random runs of an audit of some size, unless it is told otherwise. */
export const defaultRuns: Readonly<Record<Scenes.Size, number>> = { quick: 10, standard: 1000, deep: 1000 }

/** What an audit tells while it works. */
export interface Progress {
  /** What is done: claims are decided, what else breaks them is looked for, or schemes are compared. */
  readonly doing: "deciding" | "extending" | "comparing"
  /** The scheme that is the next to be complete, by its number from 1, and how many there are. */
  readonly scheme: string
  readonly number: number
  readonly schemes: number
  /** Searches that are through, and of how many. */
  readonly done: number
  readonly of: number
  /** The share of the expected work that is done, from 0 to 1. It never falls. */
  readonly share: number
}

/** Who is told of an audit while it works. */
export interface Observer {
  readonly progress?: (progress: Progress) => void
  /** A claim was decided, or all that there was to find out of it was. */
  readonly decided?: (scheme: Scheme, report: ClaimReport) => void
  /** Every claim of a scheme was decided; what else breaks them is yet to be looked for. */
  readonly finished?: (report: SchemeReport) => void
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
  /** All of its searches, and those that were made. */
  readonly tasks: ReadonlyArray<Exploration.Task>
  readonly searches: ReadonlyArray<Searched>
}

/** The report of a claim that searches decide. */
const claimReport = (
  { drawing: { runs, seed }, scheme, searches, tasks }: SchemeFindings,
  id: CheckedClaimId,
  sample: Walk.Sample | undefined
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
      depth: Math.max(0, ...found.map(({ explored }) => explored.depth)),
      situations: sum(found.map(({ finding }) => finding.situations)),
      edges: edgesOf(found),
      complete: found.every(({ explored }) => explored.ended === "exhausted"),
      searches: found.map(({ task }) => tasks.indexOf(task)),
      shortest: shown === undefined ? null : shown.isShortest,
      sampled:
        sample === undefined || !Walk.canWalk(id)
          ? null
          : { runs, seed, steps: sample.steps, situations: sample.situations[id] ?? 0 },
      covered: coveredOf(found)
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

// ---------------------------------------------------------------------------------------------------------------------
// The docket
// ---------------------------------------------------------------------------------------------------------------------

/** Claims that are put to the same random runs. */
interface Group {
  readonly claims: ReadonlyArray<CheckedClaimId>
  /** What is walked for those of them that no search broke; undefined until all are searched, or where there are none. */
  outing: Explorer.Outing | undefined
  sample: Walk.Sample | undefined
  /** Nothing is to be walked any more. */
  isOver: boolean
}

/** What is to be found out about a scheme, and what has been. */
interface Docket {
  readonly scheme: Scheme
  readonly request: AuditRequest
  readonly tasks: ReadonlyArray<Exploration.Task>
  readonly explored: Array<Exploration.Explored | undefined>
  readonly groups: ReadonlyArray<Group>
  readonly decided: Map<ClaimId, ClaimReport>
}

const docketOf = (scheme: Scheme, request: AuditRequest): Docket => {
  const { claims, runs, scope, seed } = request
  const checked = claims.filter((id): id is CheckedClaimId => !isBound(id))
  const tasks = Exploration.plan(scheme, scope, checked, { drawing: { runs, seed } })
  const groups = Walk.groups(Rules.strict(scheme), checked).map(
    ({ claims }): Group => ({ claims, outing: undefined, sample: undefined, isOver: runs === 0 })
  )
  return { scheme, request, tasks, explored: tasks.map(() => undefined), groups, decided: new Map() }
}

/** The searches of a scheme that were made. */
const searchesOf = ({ explored, tasks }: Docket): ReadonlyArray<Searched> =>
  tasks.flatMap((task, index) => (explored[index] === undefined ? [] : [{ task, explored: explored[index] }]))

const isSearched = ({ explored, tasks }: Docket, id: CheckedClaimId): boolean =>
  tasks.every(({ claims }, index) => !claims.includes(id) || explored[index] !== undefined)

const isBroken = (docket: Docket, id: CheckedClaimId): boolean =>
  foundOf(searchesOf(docket), id).some(({ finding }) => finding.counterexample !== undefined)

/** What is to be walked now: for each group whose claims are all searched, those that no search broke. */
const outingsOf = (docket: Docket): ReadonlyArray<Explorer.Outing> =>
  docket.groups.flatMap((group) => {
    if (group.isOver || group.outing !== undefined) return []
    if (!group.claims.every((id) => isSearched(docket, id))) return []
    const claims = group.claims.filter((id) => !isBroken(docket, id))
    if (claims.length === 0) {
      group.isOver = true
      return []
    }
    const { runs, seed } = docket.request
    group.outing = { rules: Rules.strict(docket.scheme), claims, runs, seed }
    return [group.outing]
  })

/** Says what became of every claim of which nothing more is to be found out. */
const decide = (docket: Docket, { decided, finished }: Observer): void => {
  const { request, scheme } = docket
  const before = docket.decided.size
  const searches = searchesOf(docket)
  for (const id of request.claims) {
    if (docket.decided.has(id) || exempt(scheme, id) !== undefined) continue
    const report = isBound(id) ? boundOf(scheme, id) : checkedOf(docket, searches, id)
    if (report === undefined) continue
    docket.decided.set(id, report)
    decided?.(scheme, report)
  }
  const isWhole = request.claims.every((id) => docket.decided.has(id) || isExempt(scheme, id))
  if (isWhole && docket.decided.size > before) finished?.(schemeReport(docket))
}

const isExempt = (scheme: Scheme, id: ClaimId): boolean =>
  exempt(scheme, id) !== undefined || (isBound(id) && Computing.boundOf(scheme, id) === undefined)

const boundOf = (scheme: Scheme, id: BoundId): ClaimReport | undefined => {
  const bound = Computing.boundOf(scheme, id)
  return bound === undefined ? undefined : boundReport(scheme, id, bound)
}

/** The report of a claim, once its searches and its walk are over. */
const checkedOf = (
  docket: Docket,
  searches: ReadonlyArray<Searched>,
  id: CheckedClaimId
): CheckedReport | undefined => {
  if (!isSearched(docket, id)) return undefined
  const { request, scheme } = docket
  const { runs, seed } = request
  const group = docket.groups.find(({ claims }) => claims.includes(id))
  if (group !== undefined && !group.isOver && !isBroken(docket, id)) return undefined
  const nothing: Walk.Sample = { runs, seed, steps: 0, situations: {}, counterexamples: {} }
  const sample = runs === 0 ? undefined : isBroken(docket, id) ? nothing : group?.sample
  return claimReport({ scheme, tasks: docket.tasks, drawing: { runs, seed }, searches }, id, sample)
}

/** The report of a scheme, as far as its claims are decided. */
const schemeReport = (docket: Docket, falls: ReturnType<typeof fallen> = new Map()): SchemeReport => {
  const { groups, request, scheme } = docket
  const steps = sum(groups.map(({ sample }) => sample?.steps ?? 0))
  const decided = request.claims.flatMap((id): ReadonlyArray<ClaimReport> => {
    const report = docket.decided.get(id)
    if (report === undefined) return []
    const fallsWith = report.verdict === "holds" ? (falls.get(id) ?? null) : null
    if (report.kind === "bound") return [report]
    const { sampled } = report.evidence
    // Runs are made for all claims of a scheme: so many actions were taken.
    return [{ ...report, fallsWith, evidence: { ...report.evidence, sampled: sampled && { ...sampled, steps } } }]
  })
  return {
    scheme: scheme.scheme,
    title: scheme.title,
    hash: hash(scheme),
    scope: request.scope,
    ok: decided.every(({ asserted, verdict }) => verdict === asserted),
    claims: decided,
    exempt: request.claims.flatMap((id) => {
      const reason = exemption(scheme, id)
      return reason === undefined ? [] : [{ id, reason }]
    }),
    searches: searchesOf(docket).map(searchReport)
  }
}

/** Tells how far an audit is, on behalf of work on some schemes. */
const teller = (schemes: ReadonlyArray<Scheme>, progress: Observer["progress"]) => {
  const names = schemes.map(({ scheme }) => scheme)
  return (doing: Progress["doing"], tasks: ReadonlyArray<Exploration.Task>) => {
    const total = sum(tasks.map(Effort.of)) || 1
    const spent = new Map<number, number>()
    const through = new Set<number>()
    return (number: number, isThrough: boolean, next: Scheme): void => {
      // Of a search that is not through no more than most of what it is expected to be.
      const effort = Effort.of(tasks[number]!)
      spent.set(number, isThrough ? effort : Math.max(spent.get(number) ?? 0, effort / 2))
      if (isThrough) through.add(number)
      progress?.({
        doing,
        scheme: next.scheme,
        number: names.indexOf(next.scheme) + 1,
        schemes: names.length,
        done: through.size,
        of: tasks.length,
        share: sum([...spent.values()]) / total
      })
    }
  }
}

/** Decides the claims of every scheme: searches, then walks for what no search broke. */
const decideAll = Effect.fnUntraced(function* (
  dockets: ReadonlyArray<Docket>,
  { limits, schemes }: AuditRequest,
  observer: Observer
) {
  const owners = dockets.flatMap((docket) => docket.tasks.map((task, index) => ({ docket, task, index })))
  const tasks = owners.map(({ task }) => task)
  const tell = teller(schemes, observer.progress)("deciding", tasks)
  const next = (): Scheme => {
    const open = dockets.find(({ decided, request, scheme }) =>
      request.claims.some((id) => !decided.has(id) && !isExempt(scheme, id))
    )
    return (open ?? dockets.at(-1)!).scheme
  }
  for (const docket of dockets) decide(docket, observer)
  yield* Explorer.carryOut({
    tasks,
    limits,
    report: (number) => tell(number, false, next()),
    found: (number, explored) => {
      const { docket, index } = owners[number]!
      docket.explored[index] = explored
      const outings = Explorer.isHalted(limits) ? [] : outingsOf(docket)
      decide(docket, observer)
      tell(number, true, next())
      return outings
    },
    walked: (outing, sample) => {
      for (const docket of dockets) {
        for (const group of docket.groups) if (group.outing === outing) Object.assign(group, { sample, isOver: true })
        decide(docket, observer)
      }
    }
  })
  // Where all was stopped, what was found until then is all there is.
  for (const docket of dockets) {
    for (const group of docket.groups) group.isOver = true
    decide(docket, observer)
  }
})

/** The claims of a scheme that its searches decided otherwise than by a breach, and that random runs can be put to. */
const unbroken = (docket: Docket): ReadonlyArray<CheckedClaimId> =>
  docket.request.claims.filter(
    (id): id is CheckedClaimId =>
      !isBound(id) && docket.tasks.some(({ claims }) => claims.includes(id)) && !isBroken(docket, id)
  )

/** By which further capability the claims of each scheme fall. */
const fallAll = Effect.fnUntraced(function* (
  dockets: ReadonlyArray<Docket>,
  { limits, schemes }: AuditRequest,
  observer: Observer
) {
  const tasks = dockets.flatMap((docket) => extras(docket.scheme, unbroken(docket)))
  const tell = teller(schemes, observer.progress)("extending", tasks)
  const searches: Array<Searched> = []
  const found = (number: number, explored: Exploration.Explored): ReadonlyArray<Explorer.Outing> => {
    const task = tasks[number]!
    searches.push({ task, explored })
    tell(number, true, task.scheme)
    return []
  }
  yield* Explorer.carryOut({ tasks, limits, report: () => {}, found, walked: () => {} })
  return dockets.map(({ scheme }) =>
    fallen(tasks.flatMap((task) => (task.scheme === scheme ? searches.filter((search) => search.task === task) : [])))
  )
})

/** Compares every further scheme with the first. */
const compareAll = Effect.fnUntraced(function* (
  [first, ...others]: ReadonlyArray<Comparison.Audited>,
  { limits, schemes }: AuditRequest,
  observer: Observer
) {
  if (first === undefined || others.length === 0) return []
  const explore = yield* Explorer.standing
  const of = schemes.length
  const compare = (other: Comparison.Audited, at: number) => {
    const told = { doing: "comparing", scheme: other.scheme.scheme, number: at + 2, schemes: of } as const
    let done = 0
    return Comparison.compare(first, other, (tasks) =>
      Effect.tap(
        explore(tasks, limits, () => {}),
        () => {
          done += tasks.length
          observer.progress?.({ ...told, done, of: done, share: at / others.length })
          return Effect.void
        }
      )
    )
  }
  return yield* Effect.forEach(others, compare)
}, Effect.scoped)

/**
 * Audits schemes: explores every scope, walks beyond it for the claims that were not broken and, where it is asked to, looks
 * for what else would break them, and compares what became of the first scheme with what became of the others. The observer
 * is told of each claim as it is decided.
 */
export const audit = Effect.fn("Audit.audit")(function* (
  version: string,
  request: AuditRequest,
  observer: Observer = {}
) {
  const { compare, limits, more, schemes, scope } = request
  const began = Date.now()
  const dockets = schemes.map((scheme) => docketOf(scheme, request))
  yield* decideAll(dockets, request, observer)
  const goesOn = !Explorer.isHalted(limits)
  const falls = more && scope !== "quick" && goesOn ? yield* fallAll(dockets, request, observer) : []
  const reports = dockets.map((docket, index) => schemeReport(docket, falls[index]))
  const audited = schemes.map((scheme, index) => ({ scheme, report: reports[index]! }))
  const comparisons = compare && goesOn ? yield* compareAll(audited, request, observer) : []
  const whole: Report = {
    paycode: version,
    ok: reports.every(({ ok }) => ok),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    schemes: reports,
    asked: { compare, more },
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
