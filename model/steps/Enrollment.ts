/**
 * Enrollment: the account's owner signs the password-free agreement, and a phone, online, gets a credential. A renewal
 * gives the phone another in two phases, so that a lost reply leaves it with one that is accepted.
 *
 * @see spec/Enrollment.md
 */
import * as Result from "effect/Result"
import type { Reason } from "../Refusal.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"

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

/** Who a phone is to the provider. */
export interface Identity {
  /** Its holder has authenticated as the account's owner. */
  readonly authenticated: boolean
  /** The owner has revoked it: whoever it was to the provider it is no more (ENR-13). */
  readonly revoked: boolean
}

/** What the provider knows of a phone that asks for a credential. */
export interface Asking extends Identity {
  readonly agreement: Agreement
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

/** Whether a phone is issued credentials for who it is (ENR-4, ENR-13). */
const isOwners = (rules: Rules, { authenticated, revoked }: Identity): boolean =>
  (authenticated || !inForce(rules, "ENR-4")) && (!revoked || mutantOf(rules, "ENR-13") === "signed in")

/** Decides whether a phone that asks is shown the prompts of its account, and its answers are taken (STP-8, ENR-13). */
export const isPrompted = (rules: Rules, { authenticated, revoked }: Identity): boolean =>
  (authenticated || !inForce(rules, "STP-8")) && (!revoked || mutantOf(rules, "ENR-13") === "still asked")

/** Decides whether the provider issues a credential to a phone, its first or another (ENR-1, ENR-4, ENR-13). */
export const issue = (rules: Rules, asking: Asking): Result.Result<Issuance, Reason> => {
  const { agreement, held } = asking
  if (!isOwners(rules, asking)) return Result.fail("NOT_OWNER")
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

/** Where the credentials of a phone stand that its owner revokes, oldest first (ENR-10). With it its identity ends (ENR-13). */
export const revoke = (held: ReadonlyArray<CredentialStatus>): ReadonlyArray<CredentialStatus> =>
  held.map((status) => (status === "ended" ? status : "revoked"))

/** Whether codes of a credential can be accepted at all (ENR-7, ENR-10). */
export const isAccepted = (rules: Rules, status: CredentialStatus): boolean =>
  status === "live" || status === "pending" || (status === "revoked" && !inForce(rules, "ENR-10"))
