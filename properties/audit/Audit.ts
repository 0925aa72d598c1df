/**
 * Audit: what becomes of a scheme's claims. Every claim gets a verdict with the evidence for it, and every failing one
 * the attack that breaks it.
 */
import * as Effect from "effect/Effect"
import * as Rules from "../../model/Rules.ts"
import { exempt, type Scheme } from "../../model/Scheme.ts"
import { type BoundId, type CheckedClaimId, type ClaimId, isBound } from "../../spec/Claims.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import type * as Certificate from "../certificate/Certificate.ts"
import * as Computing from "../computed/Catalogue.ts"
import * as Hash from "../Hash.ts"
import type * as Scenes from "../scenes/Scenes.ts"
import {
  boundReport,
  claimReport,
  exemption,
  foundOf,
  type SchemeFindings,
  type Searched,
  searchReport,
  sum
} from "./ClaimReports.ts"
import * as Comparison from "./Comparison.ts"
import * as Effort from "./Effort.ts"
import * as Exploration from "./Exploration.ts"
import * as Explorer from "./Explorer.ts"
import * as Keeping from "./Keeping.ts"
import type { CheckedReport, ClaimReport, SearchReport } from "./Verdict.ts"
import * as Walk from "./Walk.ts"

export { of as hash } from "../Hash.ts"
export { boundReport } from "./ClaimReports.ts"
export * as Comparison from "./Comparison.ts"
export * as Effort from "./Effort.ts"
export * as Exploration from "./Exploration.ts"
export * as Explorer from "./Explorer.ts"
export * as Keeping from "./Keeping.ts"
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

/** Whether something was looked for to the end, or stopped before, or nobody asked for it. */
export type Extent = "made" | "stopped" | "not-asked"

/** The report of an audit, as `--json` prints it. */
export interface Report {
  readonly paycode: string
  readonly ok: boolean
  readonly seconds: number
  readonly schemes: ReadonlyArray<SchemeReport>
  /** How far it was looked for more than verdicts: where that was not made, to find nothing says nothing. */
  readonly extent: {
    /** What stands otherwise in further schemes: `comparisons`. */
    readonly comparisons: Extent
    /** By which further capability claims fall: `fallsWith` of each. */
    readonly capabilities: Extent
    /** Random runs for what no search broke: `sampled` of each. */
    readonly runs: Extent
  }
  /** Each further scheme compared with the first; empty where there is one, or `extent` says that it was not made. */
  readonly comparisons: ReadonlyArray<Comparison.Comparison>
}

/** What is to be audited, and how far. */
export interface AuditRequest {
  readonly schemes: ReadonlyArray<Scheme>
  readonly claims: ReadonlyArray<ClaimId>
  readonly scope: Scenes.Size
  /** Random runs for each adversary in wider worlds; in those that were searched as many, and at most 1000. */
  readonly runs: number
  readonly seed: number
  /** When it has to be through; what is not decided by then is reported as such. */
  readonly limits: Explorer.Limits
  /** Whether each further scheme is compared with the first. */
  readonly compare: boolean
  /** Whether a further capability is looked for that breaks what holds, near the start of runs. */
  readonly more: boolean
  /** Where certificates of the searches are written that decide the claims, and what they say of who wrote them; undefined where none are. */
  readonly certify?: Certificate.Asked | undefined
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
  /** Searches that are through, and of how many; where schemes are compared nobody knows of how many, and both are the same. */
  readonly done: number
  readonly of: number
  /** The share of the expected work of what is done that is through, from 0 to 1. It never falls. */
  readonly share: number
}

/** Who is told of an audit while it works. */
export interface Observer {
  readonly progress?: (progress: Progress) => void
  /** A claim was decided, or all that there was to find out of it was. */
  readonly decided?: (scheme: Scheme, report: ClaimReport) => void
  /** A certificate was written, or could not be. */
  readonly certified?: (certificate: Certificate.Written) => void
  /** Every claim of a scheme was decided; what else breaks them is yet to be looked for. */
  readonly finished?: (report: SchemeReport) => void
}

/** How many states are searched for a breach by one capability more. */
const extraStates = 5000

/** The searches of what else could break some claims: for each further capability, and only near the start of runs. */
const extras = (scheme: Scheme, claims: ReadonlyArray<CheckedClaimId>, seed: number): ReadonlyArray<Exploration.Task> =>
  capabilityIds.flatMap((extra) => {
    if (!capabilities[extra].modelled) return []
    const spared = claims.filter((id) => !Exploration.modelled(id).includes(extra))
    return Exploration.plan(scheme, "quick", spared, { extra, states: extraStates, drawing: { runs: 0, seed } })
  })

/** For each claim the further capability that breaks it soonest, and how many actions that takes. */
const fallen = (searches: ReadonlyArray<Searched>): ReadonlyMap<ClaimId, ClaimReport["fallsWith"]> => {
  const least = new Map<ClaimId, NonNullable<ClaimReport["fallsWith"]>>()
  for (const { explored, task } of searches) {
    for (const { counterexample, id } of explored.findings) {
      if (counterexample === undefined) continue
      const [capability] = task.under.filter((capability) => !Exploration.modelled(id).includes(capability))
      const steps = Exploration.actionsIn(counterexample)
      if (capability !== undefined && steps < (least.get(id)?.steps ?? Number.POSITIVE_INFINITY)) {
        least.set(id, { capability, steps })
      }
    }
  }
  return least
}

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
  readonly shorten: SchemeFindings["shorten"]
  /** Everybody was told that it is complete. */
  isTold: boolean
}

/** How many random runs measure what those beyond a scope are worth, at most. */
const coveringRuns = 1000

const docketOf = (scheme: Scheme, request: AuditRequest, shorten: SchemeFindings["shorten"]): Docket => {
  const { certify, claims, runs, scope, seed } = request
  const checked = claims.filter((id): id is CheckedClaimId => !isBound(id))
  const tasks = Exploration.plan(scheme, scope, checked, {
    certify,
    drawing: { runs: Math.min(runs, coveringRuns), seed }
  })
  const groups = Walk.groups(Rules.strict(scheme), checked).map(
    ({ claims }): Group => ({ claims, outing: undefined, sample: undefined, isOver: runs === 0 })
  )
  return {
    scheme,
    request,
    tasks,
    explored: tasks.map(() => undefined),
    groups,
    decided: new Map(),
    shorten,
    isTold: false
  }
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
  const searches = searchesOf(docket)
  for (const id of request.claims) {
    if (docket.decided.has(id) || exempt(scheme, id) !== undefined) continue
    const report = isBound(id) ? boundOf(scheme, id) : checkedOf(docket, searches, id)
    if (report === undefined) continue
    docket.decided.set(id, report)
    decided?.(scheme, report)
  }
  const isWhole = request.claims.every((id) => docket.decided.has(id) || isExempt(scheme, id))
  if (!isWhole || docket.isTold) return
  docket.isTold = true
  finished?.(schemeReport(docket))
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
  const sample = isBroken(docket, id) ? undefined : group?.sample
  const { shorten, tasks } = docket
  return claimReport({ scheme, tasks, drawing: { runs, seed }, searches, shorten }, id, sample)
}

/** The report of a scheme, as far as its claims are decided. */
const schemeReport = (docket: Docket, falls: ReturnType<typeof fallen> = new Map()): SchemeReport => {
  const { request, scheme } = docket
  const decided = request.claims.flatMap((id): ReadonlyArray<ClaimReport> => {
    const report = docket.decided.get(id)
    if (report === undefined) return []
    const fallsWith = report.verdict === "holds" ? (falls.get(id) ?? null) : null
    return [report.kind === "bound" ? report : { ...report, fallsWith }]
  })
  return {
    scheme: scheme.scheme,
    title: scheme.title,
    hash: Hash.of(scheme),
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

/** Decides the claims of every scheme: searches, then walks for what no search broke; answers how far it came with these. */
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
      if (explored.certificate !== undefined) observer.certified?.(explored.certificate)
      const outings = Explorer.isOver(limits) ? [] : outingsOf(docket)
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
  const isCut = ({ isOver, outing, sample }: Group): boolean =>
    !isOver || (outing !== undefined && sample === undefined)
  const runs = dockets.some(({ groups }) => groups.some(isCut)) ? "stopped" : "made"
  // Where all was stopped, what was found until then is all there is.
  for (const docket of dockets) {
    for (const group of docket.groups) group.isOver = true
    decide(docket, observer)
  }
  return runs
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
  { limits, schemes, seed }: AuditRequest,
  observer: Observer
) {
  const tasks = dockets.flatMap((docket) => extras(docket.scheme, unbroken(docket), seed))
  const tell = teller(schemes, observer.progress)("extending", tasks)
  const open = new Set(tasks)
  const searches: Array<Searched> = []
  const found = (number: number, explored: Exploration.Explored): ReadonlyArray<Explorer.Outing> => {
    const task = tasks[number]!
    searches.push({ task, explored })
    open.delete(task)
    tell(number, true, (tasks.find((one) => open.has(one)) ?? task).scheme)
    return []
  }
  yield* Explorer.carryOut({ tasks, limits, report: () => {}, found, walked: () => {} })
  return dockets.map(({ scheme }) =>
    fallen(tasks.flatMap((task) => (task.scheme === scheme ? searches.filter((search) => search.task === task) : [])))
  )
})

/** Compares every further scheme with the first, one after the other; none any more once all is to stop. */
const compareAll = Effect.fnUntraced(function* (
  [first, ...others]: ReadonlyArray<Comparison.Audited>,
  { limits, schemes }: AuditRequest,
  observer: Observer
) {
  if (first === undefined || others.length === 0) return []
  const explore = yield* Explorer.standing
  const of = schemes.length
  const compare = (other: Comparison.Audited, at: number) => {
    if (Explorer.isOver(limits)) return Effect.succeed([])
    const told = { doing: "comparing", scheme: other.scheme.scheme, number: at + 2, schemes: of } as const
    let done = 0
    const comparison = Comparison.compare(first, other, (tasks) =>
      Effect.tap(
        explore(tasks, limits, () => {}),
        () => {
          done += tasks.length
          observer.progress?.({ ...told, done, of: done, share: at / others.length })
          return Effect.void
        }
      )
    )
    return Effect.map(comparison, (one) => [one])
  }
  const comparisons: ReadonlyArray<ReadonlyArray<Comparison.Comparison>> = yield* Effect.forEach(others, compare)
  return comparisons.flat()
}, Effect.scoped)

/** How far something is that was asked for, now that nothing more is done for it. */
const extentOf = (isAsked: boolean, limits: Explorer.Limits): Extent =>
  isAsked ? (Explorer.isOver(limits) ? "stopped" : "made") : "not-asked"

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
  const { limits, more, runs, schemes } = request
  // One scheme has nothing to be compared with.
  const compare = request.compare && schemes.length > 1
  const began = Date.now()
  const shorten = Keeping.shortened(yield* Keeping.Current)
  const dockets = schemes.map((scheme) => docketOf(scheme, request, shorten))
  const sampled: Extent = yield* decideAll(dockets, request, observer)
  const falls = more ? yield* fallAll(dockets, request, observer) : []
  const capabilities = extentOf(more, limits)
  const reports = dockets.map((docket, index) => schemeReport(docket, falls[index]))
  const audited = schemes.map((scheme, index) => ({ scheme, report: reports[index]! }))
  const comparisons = compare ? yield* compareAll(audited, request, observer) : []
  const whole: Report = {
    paycode: version,
    ok: reports.every(({ ok }) => ok),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    schemes: reports,
    extent: { comparisons: extentOf(compare, limits), capabilities, runs: runs === 0 ? "not-asked" : sampled },
    comparisons
  }
  return whole
})

/** What an audit came to: as asserted, different, or not finished. A difference outweighs what was not finished. */
export const outcome = ({ extent, schemes }: Report): "asserted" | "differs" | "unfinished" => {
  const all = schemes.flatMap(({ claims }) => claims)
  if (all.some(({ asserted, verdict }) => verdict !== "not-run" && verdict !== asserted)) return "differs"
  const isStopped = Object.values(extent).includes("stopped")
  return isStopped || all.some(({ verdict }) => verdict === "not-run") ? "unfinished" : "asserted"
}
