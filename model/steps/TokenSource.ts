/**
 * Token sources: what a credential makes codes from. A code has a position in its source: for a seed the step of time
 * that it is made for, for a list its place in it. Everything else in the protocol is the same for both.
 *
 * @see spec/Generation.md
 */
import type { Rules } from "../Rules.ts"
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

const nothing: Window = { from: 0, to: -1 }

/** How much further a lapsed bound reaches, in steps. */
const steps = (scheme: Scheme, lapse: "one step" | "endless" | undefined): number =>
  lapse === undefined ? 0 : lapse === "one step" ? 1 : Math.ceil(Time.secondsPerDay / scheme.clock.step)

/** How long a list is accepted after it was issued, in seconds (VER-6). */
export const validity = ({ lapses, scheme }: Rules): number =>
  (scheme.token.validity ?? 0) + (lapses["VER-6"] === undefined ? 0 : 60)

/** The positions of a credential that can be accepted when the deciding clock reads `now` (VER-6, VER-7, VER-30). */
export const windowAt = (rules: Rules, { issuedAt, lostUntil }: Issue, now: number): Window => {
  const { lapses, scheme } = rules
  const { token, window } = scheme
  if (window === undefined) {
    const isExpired = now - issuedAt > validity(rules)
    const isLost = lostUntil !== undefined && issuedAt <= lostUntil
    return isExpired || isLost ? nothing : { from: 0, to: (token.batch ?? 0) - 1 }
  }
  const step = Time.stepAt(scheme, now)
  const from = step - window.past - steps(scheme, lapses["VER-6"])
  const lost =
    lostUntil === undefined ? from : Time.stepAt(scheme, lostUntil + scheme.clock.nodeSkew) + window.future + 1
  return { from: Math.max(from, lost), to: step + window.future + steps(scheme, lapses["VER-7"]) }
}

/** Whether codes of a seed are asked for: one for each step. Otherwise they are those of a list. */
export const hasSteps = (scheme: Scheme): boolean => scheme.window !== undefined

/** How many codes a credential makes; infinity for a seed, unless its clause is left out (GEN-4). */
export const supply = ({ lapses, scheme }: Rules): number =>
  scheme.token.batch ?? (lapses["GEN-4"] === undefined ? Number.POSITIVE_INFINITY : 10)

/** When an online phone asks for a new credential, by how many codes are left to it (GEN-5). */
export const refill = ({ token }: Scheme, left: number): "no" | "soon" | "at once" => {
  if (token.refillAt === undefined) return "no"
  return left <= (token.urgentAt ?? 0) ? "at once" : left < token.refillAt ? "soon" : "no"
}
