/**
 * Enrolment: the account's owner signs the password-free agreement, and a phone, online, gets a credential. A renewal
 * gives the phone another in two phases, so that a lost reply leaves it with one that is accepted.
 *
 * @see spec/Enrollment.md
 */
import * as Result from "effect/Result"
import type { Reason } from "../Refusal.ts"
import type { Rules } from "../Rules.ts"

/** Where the password-free agreement of an account stands. Only a live one lets codes pay. */
export const agreements = ["none", "live", "ended"] as const
export type Agreement = (typeof agreements)[number]

/**
 * Where a credential stands: `pending` until the provider has seen it confirmed or used, then `live`; `ended` when a
 * later one has taken its place, `revoked` by its owner.
 */
export const statuses = ["pending", "live", "ended", "revoked"] as const
export type Status = (typeof statuses)[number]

/** Whose a credential is, and which of the phone's it is, counted from 0. */
export interface Holder {
  readonly account: number
  readonly phone: number
  readonly generation: number
}

/** A name for the seed of a credential: credentials with one name have one seed (ENR-2, ENR-5). */
export const seedOf = ({ lapses }: Rules, { account, generation, phone }: Holder): number => {
  if (lapses["ENR-2"] !== undefined) return 0
  if (lapses["ENR-5"] !== undefined) return 1 + account
  return 1000 + 16 * phone + generation
}

/** Decides whether the provider issues a credential to a phone (ENR-1, ENR-4). `authenticated`: its holder as the owner. */
export const issue = ({ lapses }: Rules, agreement: Agreement, authenticated: boolean): Result.Result<void, Reason> => {
  if (!authenticated && lapses["ENR-4"] === undefined) return Result.fail("NOT_OWNER")
  return agreement === "live" || lapses["ENR-1"] !== undefined ? Result.void : Result.fail("NO_AGREEMENT")
}

/** The credentials of a phone once another was asked for, oldest first; the last of them is the one that is issued. */
export const issued = ({ lapses }: Rules, held: ReadonlyArray<Status>): ReadonlyArray<Status> => {
  const isPending = held.at(-1) === "pending"
  if (isPending && lapses["ENR-9"] === undefined) return held
  const before = held.map((status): Status => {
    if (status === "pending") return "ended"
    return status === "live" && lapses["ENR-6"] !== undefined ? "ended" : status
  })
  return [...before, "pending"]
}

/** The credentials of a phone once the provider has seen one of them confirmed or used: it takes the others' place. */
export const confirmed = (
  { lapses }: Rules,
  held: ReadonlyArray<Status>,
  generation: number
): ReadonlyArray<Status> => {
  if (held[generation] !== "pending") return held
  return held.map((status, index) => {
    if (index === generation) return "live"
    return status === "live" && lapses["ENR-7"] === undefined ? "ended" : status
  })
}

/** The credentials of a phone once its owner has revoked them. */
export const revoked = (held: ReadonlyArray<Status>): ReadonlyArray<Status> =>
  held.map((status) => (status === "ended" ? status : "revoked"))

/** Whether codes of a credential can be accepted at all (ENR-7, ENR-10). */
export const isAccepted = ({ lapses }: Rules, status: Status): boolean =>
  status === "live" || status === "pending" || (status === "revoked" && lapses["ENR-10"] !== undefined)
