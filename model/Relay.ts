/**
 * Relay: the till turns a scanned code into a pay request, and sends it until it has an answer.
 *
 * @see spec/Relay.md
 */
import * as Result from "effect/Result"
import * as Money from "./Money.ts"
import type { Reason } from "./Refusal.ts"
import type { Rules } from "./Rules.ts"

/** Decides whether an amount may enter a request (REL-2). Tills check before they send, providers before they decide. */
export const admit = (rules: Rules, amount: number): Result.Result<number, Reason> =>
  Money.isAmount(amount) || !rules.inForce["REL-2"] ? Result.succeed(amount) : Result.fail("AMOUNT_INVALID")

/** Whether a till waits for the provider's answer before it counts a sale as paid (REL-1), or settles it alone. */
export const waitsForProvider = (rules: Rules): boolean => rules.inForce["REL-1"]
