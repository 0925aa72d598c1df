/**
 * Restore: what a provider makes of books that came back from a backup. What was written since is lost: which codes were
 * burned, which credentials revoked, what was spent, and which orders paid.
 *
 * @see spec/Verification.md
 */
import type { OrderStatus } from "../Order.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import * as Time from "../Time.ts"
import type { CredentialStatus } from "./Enrollment.ts"

/** Whether credentials from before a restore are suspended until their phones renew them (VER-30). */
export const suspends = (rules: Rules): boolean => inForce(rules, "VER-30")

/**
 * Where a credential stands for whoever asks for another. One that was pending before the restore may have been used in what
 * was lost, so that another is issued in its place.
 */
export const statusOf = (rules: Rules, status: CredentialStatus, isSuspended: boolean): CredentialStatus =>
  isSuspended && status === "pending" && suspends(rules) ? "ended" : status

/**
 * The instant up to which codes were lost, as the provider takes it: that of the restore, in seconds; undefined where there
 * was none. `never` stands for an instant that has not come.
 */
export const lostUntil = (rules: Rules, backupAt: number, restoredAt: number): number | undefined => {
  const mutant = mutantOf(rules, "VER-30")
  if (restoredAt === Time.never || mutant === "no epoch") return undefined
  return mutant === "from the snapshot" ? backupAt : restoredAt
}

/** Whether nobody knows what was spent on a provider day: on that of the restore its limits are taken for used up (VER-30). */
export const isSpentUnknown = (rules: Rules, restoredAt: number, today: number): boolean =>
  restoredAt !== Time.never && suspends(rules) && Time.dayAt(rules.scheme, restoredAt) === today

/** Whether an order number may have been used in what was lost, by when its request was sent, in seconds (VER-31). */
export const predates = (sentAt: number, restoredAt: number): boolean =>
  restoredAt !== Time.never && sentAt <= restoredAt

/** What the books know of an order that a backup had so: of one that was open nobody knows whether it was paid since (VER-31). */
export const known = (rules: Rules, saved: OrderStatus | "none"): OrderStatus | "none" =>
  saved === "open" && inForce(rules, "VER-31") ? "none" : saved
