/**
 * Enrollment: the account's owner signs the password-free agreement, and a phone, online, gets a credential. A renewal
 * gives the phone another in two phases, so that a lost reply leaves it with one that is accepted.
 *
 * @see spec/Enrollment.md
 */
import * as Result from "effect/Result"
import type { Reason } from "../Refusal.ts"
import { inForce, type Rules } from "../Rules.ts"

/** Where the password-free agreement of an account stands. Only a live one lets codes pay. */
export const agreements = ["none", "live", "ended"] as const
export type Agreement = (typeof agreements)[number]

/**
 * Where a credential stands: `pending` until the provider has seen it confirmed or used, then `live`; `ended` when a
 * later one has taken its place, `revoked` by its owner.
 */
export const statuses = ["pending", "live", "ended", "revoked"] as const
export type CredentialStatus = (typeof statuses)[number]

/** Whose a credential is, and which of the phone's it is, counted from 0. */
export interface Holder {
  readonly account: number
  readonly phone: number
  readonly generation: number
}

/** A name for the seed of a credential: credentials with one name have one seed (ENR-2, ENR-5). */
export const seedOf = (rules: Rules, { account, generation, phone }: Holder): number => {
  if (!inForce(rules, "ENR-2")) return 0
  if (!inForce(rules, "ENR-5")) return 1 + account
  return 1000 + 16 * phone + generation
}

/** What the provider knows of a phone that asks for a credential. */
export interface Asking {
  readonly agreement: Agreement
  /** Its holder has authenticated as the account's owner. */
  readonly authenticated: boolean
  /** Where the phone's credentials stand, oldest first. */
  readonly held: ReadonlyArray<CredentialStatus>
}

/** What comes of a phone's asking for a credential. */
export interface Issuance {
  /** Where its credentials stand then, oldest first; the last of them is the one that is issued. */
  readonly statuses: ReadonlyArray<CredentialStatus>
  /** Which codes of the phone are burned is forgotten: only without ENR-8. */
  readonly clears: boolean
}

/** Decides whether the provider issues a credential to a phone, its first or another (ENR-1, ENR-4). */
export const issue = (rules: Rules, { agreement, authenticated, held }: Asking): Result.Result<Issuance, Reason> => {
  if (!authenticated && inForce(rules, "ENR-4")) return Result.fail("NOT_OWNER")
  if (agreement !== "live" && inForce(rules, "ENR-1")) return Result.fail("NO_AGREEMENT")
  return Result.succeed({ statuses: issued(rules, held), clears: !inForce(rules, "ENR-8") })
}

/** The credentials of a phone once another was asked for: one that is pending is issued again (ENR-6, ENR-9). */
const issued = (rules: Rules, held: ReadonlyArray<CredentialStatus>): ReadonlyArray<CredentialStatus> => {
  const isPending = held.at(-1) === "pending"
  if (isPending && inForce(rules, "ENR-9")) return held
  const before = held.map((status): CredentialStatus => {
    if (status === "pending") return "ended"
    return status === "live" && !inForce(rules, "ENR-6") ? "ended" : status
  })
  return [...before, "pending"]
}

/** The credentials of a phone once the provider has seen one of them confirmed or used: it takes the others' place. */
export const confirmed = (
  rules: Rules,
  held: ReadonlyArray<CredentialStatus>,
  generation: number
): ReadonlyArray<CredentialStatus> => {
  if (held[generation] !== "pending") return held
  return held.map((status, index) => {
    if (index === generation) return "live"
    return status === "live" && inForce(rules, "ENR-7") ? "ended" : status
  })
}

/** What becomes of a phone that its owner revokes. */
export interface Revocation {
  /** Where its credentials stand then, oldest first. */
  readonly statuses: ReadonlyArray<CredentialStatus>
  /** Its holder is no longer taken for the owner, until the owner authenticates on it again (ENR-13). */
  readonly signsOut: boolean
}

/** Decides what becomes of a phone that its owner revokes, by where its credentials stand (ENR-10, ENR-13). */
export const revoke = (rules: Rules, held: ReadonlyArray<CredentialStatus>): Revocation => ({
  statuses: held.map((status) => (status === "ended" ? status : "revoked")),
  signsOut: signsOut(rules)
})

/** Whether revoking a phone signs its holder out (ENR-13). */
export const signsOut = (rules: Rules): boolean => inForce(rules, "ENR-13")

/** Whether codes of a credential can be accepted at all (ENR-7, ENR-10). */
export const isAccepted = (rules: Rules, status: CredentialStatus): boolean =>
  status === "live" || status === "pending" || (status === "revoked" && !inForce(rules, "ENR-10"))
