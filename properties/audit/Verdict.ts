/** Verdict: what became of a claim, how that was decided, and what it rests on. */
import type { Scope } from "../../model/system/System.ts"
import type { BoundId, CheckedClaimId, claims as statements } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import type * as Computing from "../computed/Catalogue.ts"
import type { Reductions } from "../reduction/Quotient.ts"
import type * as Scenes from "../scenes/Scenes.ts"
import type * as Trace from "../trace/Trace.ts"
import type * as Exploration from "./Exploration.ts"

/** `holds`, `fails`, or `not-run`: a search was stopped before it was through, or none met a case of the claim, or could play what it is about. */
export type Verdict = Exploration.Verdict

/**
 * How a verdict was reached: by a search, by runs drawn at random, or by a form. A search that comes to `holds` has visited every
 * state of the stated scopes, but for a claim that something can happen, which a run shows; one that comes to `fails` has an attack,
 * or nothing of what should be possible in any state.
 */
export type Assurance = "exhaustive" | "sampled" | "computed"

/** One search: a scene, against an adversary. */
export interface SearchReport {
  readonly scene: Scenes.Scene
  readonly under: ReadonlyArray<CapabilityId>
  readonly scope: Scope.Scope
  /** Distinct states, each standing for those that no claim of the search tells apart from it. */
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** Bytes of a packed state. */
  readonly key: number
  /** Whether every state of the scope was visited. */
  readonly complete: boolean
  /** What random runs of the same scope came across, by which what they find beyond it is to be judged; null where none were made. */
  readonly covered: { readonly runs: number; readonly steps: number; readonly states: number } | null
  /**
   * How many states that came of an action of a searched one it compared, in what can be judged next, with the normal form that it
   * went on from, and how many of them were another state than that; and how many short random runs, with every action possible,
   * went on from its states and broke no claim that was still open. Null where it was not through.
   */
  readonly compared: { readonly states: number; readonly joined: number; readonly excursions: number } | null
  /** The reductions that it was made with, by their names in `properties/reduction/Reductions.ts`. */
  readonly reductions: ReadonlyArray<Reductions.Name>
  /** When, and by which version of paycode, it was made, where it was taken from what was kept; not there where it was made now. */
  readonly taken?: { readonly made: string; readonly by: string }
}

/** What of a verdict was not found now, but taken from what was kept. */
export interface TakenEvidence {
  /** How many of its searches. */
  readonly searches: number
  /** Whether its random runs were. */
  readonly runs: boolean
  /** When the oldest of it was made: a date and time of UTC as in ISO 8601. */
  readonly oldest: string
  /** The versions of paycode that made it. */
  readonly by: ReadonlyArray<string>
}

/** What a verdict rests on. Numbers are sums over the searches that decided the claim, but for the depth, which is the most. */
export interface Evidence {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** How many transitions were cases of the claim; of one that leads to something, in how many states it was pending. */
  readonly situations: number
  /** How many were cases of each part of the claim, where it has parts. */
  readonly parts: Readonly<Record<string, number>>
  /** How many cases lay at each edge of the claim that has a name. */
  readonly edges: Readonly<Record<string, number>>
  /** Whether every state of every scope was visited. */
  readonly complete: boolean
  /** Which of the scheme's searches decided it, by their place in the list. */
  readonly searches: ReadonlyArray<number>
  /** Whether every run shorter than the counterexample was tried; null where there is none. */
  readonly shortest: boolean | null
  /** Random runs beyond those scopes that the claim was put to, up to one that broke it, and their actions; null where it was put to none. */
  readonly sampled: {
    readonly runs: number
    readonly seed: number
    readonly steps: number
    readonly situations: number
  } | null
  /** In how many states there are cases of the claim, and how many of those random runs came across; null where none were made. */
  readonly covered: { readonly places: number; readonly met: number } | null
  /** What of it was taken from what was kept; not there where all was made now. */
  readonly taken?: TakenEvidence
}

/** A number that a form gave, and what the scheme asserts of it. */
export interface Measured {
  readonly value: number
  /** The most that the scheme asserts it to be; null where it asserts nothing. */
  readonly bound: number | null
  /** How many times the value goes into the bound; null where either is missing or the value is 0. */
  readonly margin: number | null
}

/** What a verdict on a computed claim rests on. */
export interface Computation extends Measured {
  readonly unit: Computing.Computed["unit"]
  readonly formula: string
  /** Of a guess that anybody can repeat, the probability that one of a day's is accepted; null for what has no day. */
  readonly aDay: Measured | null
  /** Of guesses that go on, how many of a year's are accepted on average, by account; null for what is no guess. */
  readonly aYear: Measured | null
  /** How many guesses are accepted on average on a day and in a year, at one account and at the scheme's scale; null for what is no guess. */
  readonly hits: Computing.Hits | null
  readonly parts: Readonly<Record<string, number>>
}

/** What became of a claim, however it was decided. */
interface Reported {
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
  /** A capability that the claim does not name, and that breaks it by the shortest run that was found; null where none was, or none was looked for. */
  readonly fallsWith: { readonly capability: CapabilityId; readonly steps: number } | null
  readonly counterexample: Trace.Saved | null
  /** A run that shows what can happen, where the claim says that something can; null for every other claim. */
  readonly witness: Trace.Saved | null
  /** The state of the counterexample at which what follows repeats without end; null where nothing does. */
  readonly loop: number | null
}

/** What became of a claim that is decided by searches. */
export interface CheckedReport extends Reported {
  readonly id: CheckedClaimId
  readonly kind: (typeof statements)[CheckedClaimId]["kind"]
  readonly evidence: Evidence
}

/** What became of a claim that is computed. */
export interface BoundReport extends Reported {
  readonly id: BoundId
  readonly kind: "bound"
  readonly evidence: Computation
}

export type ClaimReport = CheckedReport | BoundReport

/** Whether a claim was decided by searches. */
export const isChecked = (report: ClaimReport): report is CheckedReport => report.kind !== "bound"

/** Whether a claim was computed. */
export const isComputed = (report: ClaimReport): report is BoundReport => report.kind === "bound"
