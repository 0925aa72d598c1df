/**
 * Token sources: what a credential makes codes from. A code has a position in its source: for a list its place in it; for a
 * seed the step of time that it is made for and its place among the codes of that step, as one number. Everything else in
 * the protocol is the same for both.
 *
 * @see spec/Generation.md
 */
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import type { Scheme } from "../Scheme.ts"
import * as Time from "../Time.ts"

/** The positions that a provider accepts, both ends included. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** What the provider knows of a credential that decides which of its codes can be accepted. */
export interface Issue {
  /** When it was issued, on the provider's clock, in seconds. */
  readonly issuedAt: number
  /** Up to which instant codes were lost to a restore (VER-30); undefined where nothing was. */
  readonly lostUntil: number | undefined
}

/** How many codes a phone makes for a step (GEN-9). */
export const perStep = ({ code }: Scheme): number => code.perStep ?? 1

/** The step that a position of a seed lies in. */
export const stepOf = (scheme: Scheme, position: number): number => Math.floor(position / perStep(scheme))

/** The first position of a step. */
export const firstOf = (scheme: Scheme, step: number): number => step * perStep(scheme)

const nothing: Window = { from: 0, to: -1 }

/** A kind of source: what its positions are, and which of them are shown and accepted. */
export interface Source {
  /** Positions are steps of time, a code for each; otherwise they are places in a list. */
  readonly hasSteps: boolean
  /** How many codes a credential makes. */
  readonly supply: (rules: Rules) => number
  /**
   * The position that a phone shows next, by its corrected clock, by how many codes it has shown, and by how many of the step
   * that it is in.
   */
  readonly positionAt: (scheme: Scheme, clock: number, shown: number, ofStep: number) => number
  /** The instant that a code was made for; that of its decision, `now`, where it is for none. */
  readonly instantOf: (scheme: Scheme, position: number, now: number) => number
  /** The positions that can be accepted when the deciding clock reads `now`. */
  readonly windowAt: (rules: Rules, issue: Issue, now: number) => Window
  /** When an online phone asks for a new credential, by how many codes are left to it. */
  readonly refill: (scheme: Scheme, left: number) => "no" | "soon" | "at once"
}

/** How much further a bound reaches that is left out, in steps. */
const further = (scheme: Scheme, mutant: "one step" | "endless" | undefined): number =>
  mutant === undefined ? 0 : mutant === "one step" ? 1 : Math.ceil(Time.secondsPerDay / scheme.clock.step)

/** A seed, from which codes are made for every step. */
const seed = {
  hasSteps: true,
  supply: (rules) => (inForce(rules, "GEN-4") ? Number.POSITIVE_INFINITY : 10),
  positionAt: (scheme, clock, _shown, ofStep) => firstOf(scheme, Time.stepAt(scheme, clock)) + ofStep,
  instantOf: (scheme, position) => Time.startOfStep(scheme, stepOf(scheme, position)),
  windowAt: (rules, { lostUntil }, now) => {
    const { scheme } = rules
    const { future, past } = scheme.window!
    const step = Time.stepAt(scheme, now)
    const from = step - past - further(scheme, mutantOf(rules, "VER-6"))
    const lost = lostUntil === undefined ? from : Time.stepAt(scheme, lostUntil + scheme.clock.nodeSkew) + future + 1
    const to = step + future + further(scheme, mutantOf(rules, "VER-7"))
    return { from: firstOf(scheme, Math.max(from, lost)), to: firstOf(scheme, to + 1) - 1 }
  },
  refill: () => "no"
} satisfies Source

/** How long a list is accepted after it was issued, in seconds (VER-6). */
export const validity = (rules: Rules): number =>
  rules.listsEnd ? (rules.scheme.token.validity ?? 0) + (inForce(rules, "VER-6") ? 0 : 60) : Number.POSITIVE_INFINITY

/** A list of codes, each shown once. */
const list = {
  hasSteps: false,
  supply: ({ scheme }) => scheme.token.batch ?? 0,
  positionAt: (_scheme, _clock, shown) => shown,
  instantOf: (_scheme, _position, now) => now,
  windowAt: (rules, { issuedAt, lostUntil }, now) => {
    const isExpired = now - issuedAt > validity(rules)
    const isLost = lostUntil !== undefined && issuedAt <= lostUntil
    return isExpired || isLost ? nothing : { from: 0, to: (rules.scheme.token.batch ?? 0) - 1 }
  },
  refill: ({ token: { refillAt = 0, urgentAt = 0 } }, left) =>
    left <= urgentAt ? "at once" : left < refillAt ? "soon" : "no"
} satisfies Source

/** The kinds of source by their names, the values of `token.source`. */
export const sources: { readonly [Name in Scheme["token"]["source"]]: Source } = { seed, list }

/** The source of a scheme's codes. */
export const sourceOf = (scheme: Scheme): Source => sources[scheme.token.source]

/** The positions of a credential that can be accepted when the deciding clock reads `now` (VER-6, VER-7, VER-30). */
export const windowAt = (rules: Rules, issue: Issue, now: number): Window =>
  sourceOf(rules.scheme).windowAt(rules, issue, now)

/** Whether codes of a seed are asked for: those of each step. Otherwise they are those of a list. */
export const hasSteps = (scheme: Scheme): boolean => sourceOf(scheme).hasSteps

/** How many codes a credential makes; infinity for a seed, unless its clause is left out (GEN-4). */
export const supply = (rules: Rules): number => sourceOf(rules.scheme).supply(rules)

/** When an online phone asks for a new credential, by how many codes are left to it (GEN-5). */
export const refill = (scheme: Scheme, left: number): "no" | "soon" | "at once" => sourceOf(scheme).refill(scheme, left)

/**
 * Whether a burned position is remembered no longer: never while a node may accept it (VER-18). Without the clause it is as
 * soon as its window is past by a clock that is `ahead`, in seconds: in the model that of the node that is, if there are two; the
 * implementation takes it that there are.
 */
export const isForgotten = (rules: Rules, issue: Issue, position: number, ahead: number): boolean =>
  !inForce(rules, "VER-18") && position < windowAt(rules, issue, ahead).from
