/**
 * Enrolment: the account's owner signs the password-free agreement, and the phone, online, gets a credential.
 *
 * @see spec/Enrollment.md
 */
import * as Result from "effect/Result"
import type { Reason } from "./Refusal.ts"
import type { Rules } from "./Rules.ts"

/** Where the password-free agreement of an account stands. Only a live one lets codes pay. */
export type Agreement = "none" | "live" | "ended"

/** Which seed a credential is given: one of its own (ENR-2). Without the clause all credentials share seed 0. */
export const seedOf = (rules: Rules, credential: number): number => (rules.inForce["ENR-2"] ? credential : 0)

/** Decides whether the provider issues a credential to an account (ENR-1). */
export const issue = (rules: Rules, agreement: Agreement): Result.Result<void, Reason> =>
  agreement === "live" || !rules.inForce["ENR-1"] ? Result.void : Result.fail("NO_AGREEMENT")
