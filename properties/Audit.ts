/**
 * Audit: what becomes of a scheme's claims. Every claim gets a verdict with the evidence for it, and every failing one
 * the attack that breaks it.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Rules from "../model/Rules.ts"
import { asserted, type Scheme } from "../model/Scheme.ts"
import type * as Scope from "../model/Scope.ts"
import { type ClaimId, claims as statements } from "../spec/Claims.ts"
import { assumptions, type CapabilityId, capabilities, capabilityIds } from "../spec/Threats.ts"
import * as Exploration from "./Exploration.ts"
import * as Explorer from "./Explorer.ts"
import * as Trace from "./Trace.ts"
import * as Walk from "./Walk.ts"

/** `not-run`: the search was stopped before it was through, or never met a case of the claim. */
export type Verdict = "holds" | "fails" | "not-run"

/** How a verdict was reached: in every state of a stated scope, or by runs drawn at random. */
export type Assurance = "exhaustive" | "sampled"

/** What a verdict rests on. */
export interface Evidence {
  /** Distinct states, each standing for those that no claim of its search tells apart from it. */
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** How many transitions were cases of the claim. */
  readonly situations: number
  /** How many cases lay at each edge of the claim that has a name. */
  readonly edges: Readonly<Record<string, number>>
  /** Whether every state of the bounds was visited. */
  readonly complete: boolean
  readonly bounds: Exploration.Bounds
  /** Whether every run shorter than the counterexample was tried; null where there is none. */
  readonly shortest: boolean | null
  /** Random runs beyond those bounds; null where none were asked for. */
  readonly sampled: {
    readonly runs: number
    readonly seed: number
    readonly steps: number
    readonly situations: number
  } | null
}

export interface ClaimReport {
  readonly id: ClaimId
  readonly asserted: "holds" | "fails"
  /** The scheme's reason for what it asserts. */
  readonly because: string | null
  readonly verdict: Verdict
  readonly assurance: Assurance | null
  /** Why a claim was not decided. */
  readonly reason: string | null
  readonly under: ReadonlyArray<CapabilityId>
  /** Capabilities that the claim should withstand and the model cannot play: the verdict says nothing of them. */
  readonly notModelled: ReadonlyArray<CapabilityId>
  readonly assumptions: ReadonlyArray<string>
  readonly evidence: Evidence
  /** A capability that the claim does not name and that random runs found to break it; null where they found none. */
  readonly fallsWith: { readonly capability: CapabilityId; readonly steps: number } | null
  readonly counterexample: Trace.Saved | null
  readonly witness: null
  readonly loop: null
}

export interface SchemeReport {
  readonly scheme: string
  readonly title: string
  /** SHA-256 of the decoded scheme, as JSON with the keys in alphabetical order. */
  readonly hash: string
  readonly scope: Scope.Name
  /** Every claim that was asked for is as the scheme asserts. */
  readonly ok: boolean
  readonly claims: ReadonlyArray<ClaimReport>
}

/** The report of an audit, as `--json` prints it. */
export interface Report {
  readonly paycode: string
  readonly ok: boolean
  readonly seconds: number
  readonly schemes: ReadonlyArray<SchemeReport>
}

export interface Options {
  readonly schemes: ReadonlyArray<Scheme>
  readonly claims: ReadonlyArray<ClaimId>
  readonly scope: Scope.Name
  readonly runs: number
  readonly seed: number
  /** Milliseconds of the epoch at which searches stop; undefined where they may take their time. */
  readonly until: number | undefined
}

/** What an audit tells while it works. */
export interface Progress {
  readonly scheme: string
  readonly claims: ReadonlyArray<ClaimId>
  readonly doing: "exploring" | "walking"
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

interface Decided {
  readonly verdict: Verdict
  readonly assurance: Assurance | null
  readonly reason: string | null
  readonly attack: Trace.Attack | undefined
}

/** How many states are tried for an attack shorter than the one that was found. */
const shorterAtMost = 50_000

const conclude = (
  task: Exploration.Task,
  explored: Exploration.Explored,
  { counterexample, id, situations }: Exploration.Finding,
  sample: Walk.Sample | undefined
): Decided => {
  const failed = (assurance: Assurance, attack: Trace.Trace): Decided => ({
    verdict: "fails",
    assurance,
    reason: null,
    attack: Trace.shortest(attack, shorterAtMost)
  })
  const undecided = (reason: string): Decided => ({ verdict: "not-run", assurance: null, reason, attack: undefined })
  if (counterexample !== undefined) {
    return failed("exhaustive", { claim: id, world: Exploration.worldOf(task), ...counterexample })
  }
  const walked = sample?.counterexamples[id]
  if (walked !== undefined) return failed("sampled", walked)
  if (explored.ended === "budget") return undecided("the search was stopped before it had visited every state")
  if (situations === 0) return undecided("no case of the claim arises within the scope")
  return { verdict: "holds", assurance: "exhaustive", reason: null, attack: undefined }
}

/** How many random runs are tried with one capability more. */
const extraRuns = 300

/** For each claim the first further capability that breaks it in a random run, and how many steps that takes. */
const falls = (
  scheme: Scheme,
  claims: ReadonlyArray<ClaimId>,
  seed: number
): ReadonlyMap<ClaimId, ClaimReport["fallsWith"]> => {
  const found = new Map<ClaimId, ClaimReport["fallsWith"]>()
  for (const capability of capabilityIds) {
    if (!capabilities[capability].modelled) continue
    const spared = claims.filter((id) => !found.has(id) && !Exploration.modelled(id).includes(capability))
    const { counterexamples } = Walk.sample(Rules.strict(scheme), spared, { runs: extraRuns, seed, extra: capability })
    for (const [id, { actions }] of Object.entries(counterexamples) as Array<[ClaimId, Trace.Trace]>) {
      found.set(id, { capability, steps: actions.length })
    }
  }
  return found
}

const claimReport = (
  { runs, seed }: Options,
  task: Exploration.Task,
  explored: Exploration.Explored,
  finding: Exploration.Finding,
  sample: Walk.Sample | undefined,
  fallsWith: ClaimReport["fallsWith"]
): ClaimReport => {
  const { id } = finding
  const { assurance, attack, reason, verdict } = conclude(task, explored, finding, sample)
  return {
    id,
    asserted: asserted(task.scheme, id),
    because: task.scheme.claims[id]?.because ?? null,
    verdict,
    assurance,
    reason,
    under: task.under,
    notModelled: Exploration.notModelled(id),
    assumptions: statements[id].assumes.map((name) => assumptions[name]),
    evidence: {
      states: explored.states,
      transitions: explored.transitions,
      depth: explored.depth,
      situations: finding.situations,
      edges: finding.edges,
      complete: explored.ended === "exhausted",
      bounds: Exploration.bounds(task),
      shortest: attack === undefined ? null : attack.isShortest,
      sampled: sample === undefined ? null : { runs, seed, steps: sample.steps, situations: sample.situations[id] ?? 0 }
    },
    fallsWith: verdict === "holds" ? fallsWith : null,
    counterexample: attack === undefined ? null : Trace.save(attack.trace),
    witness: null,
    loop: null
  }
}

/** Audits schemes: explores every scope, then walks beyond it for the claims that were not broken. */
export const audit = Effect.fn("Audit.audit")(function* (
  version: string,
  options: Options,
  report: (progress: Progress) => void
) {
  const began = Date.now()
  const { claims, runs, schemes, scope, seed, until } = options
  const tasks = schemes.flatMap((scheme) => Exploration.plan(scheme, scope, claims))
  const explored = yield* Explorer.exploreAll(tasks, until, (number, { states }) => {
    const { claims, scheme } = tasks[number]!
    report({ scheme: scheme.scheme, claims, doing: "exploring", count: states })
  })

  const reports = schemes.map((scheme): SchemeReport => {
    const decided = tasks.flatMap((task, number) => {
      if (task.scheme !== scheme) return []
      const { findings } = explored[number]!
      return findings.map((finding) => ({ task, explored: explored[number]!, finding }))
    })
    const unbroken = decided
      .filter(({ finding }) => finding.counterexample === undefined)
      .map(({ finding }) => finding.id)
    const sample =
      runs === 0 || unbroken.length === 0
        ? undefined
        : Walk.sample(Rules.strict(scheme), unbroken, {
            runs,
            seed,
            report: (count) => report({ scheme: scheme.scheme, claims: unbroken, doing: "walking", count })
          })
    const fallen = runs === 0 ? new Map<ClaimId, null>() : falls(scheme, unbroken, seed)
    const byId = new Map(
      decided.map(({ explored, finding, task }) => [
        finding.id,
        claimReport(
          options,
          task,
          explored,
          finding,
          unbroken.includes(finding.id) ? sample : undefined,
          fallen.get(finding.id) ?? null
        )
      ])
    )
    const found = claims.map((id) => byId.get(id)!)
    return {
      scheme: scheme.scheme,
      title: scheme.title,
      hash: hash(scheme),
      scope,
      ok: found.every(({ asserted, verdict }) => verdict === asserted),
      claims: found
    }
  })
  const whole: Report = {
    paycode: version,
    ok: reports.every(({ ok }) => ok),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    schemes: reports
  }
  return whole
})

/** What an audit came to: as asserted, different, or not finished. A difference outweighs what was not finished. */
export const outcome = ({ schemes }: Report): "asserted" | "differs" | "unfinished" => {
  const all = schemes.flatMap(({ claims }) => claims)
  if (all.some(({ asserted, verdict }) => verdict !== "not-run" && verdict !== asserted)) return "differs"
  return all.some(({ verdict }) => verdict === "not-run") ? "unfinished" : "asserted"
}
