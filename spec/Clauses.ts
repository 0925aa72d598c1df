/**
 * The clauses of the protocol: each one sentence that an implementation can break. The pages beside this file
 * (`Enrollment.md`, `Generation.md`, `Relay.md`, `Verification.md`) give the same sentences with their reasons; a
 * test holds the two together.
 *
 * A clause that forbids something is a switch: the model can leave it out, and the claims that then fall are what it
 * protects. A clause that only defines or requires honest behaviour has nothing to leave out.
 */

/** What a clause does: `forbids` can be left out of the rules, `defines` cannot. */
export type ClauseKind = "forbids" | "defines"

/** The phases of the protocol that carry clauses, in the order in which a payment passes through them. */
export type Phase = "Enrollment" | "Generation" | "Relay" | "Verification"

/** A clause: the phase that it belongs to, what it does, and its sentence. */
export interface Clause {
  readonly phase: Phase
  readonly kind: ClauseKind
  readonly says: string
}

const clause = (phase: Phase, kind: ClauseKind, says: string): Clause => ({ phase, kind, says })

/** Every clause by id. Parameters of the scheme stand in backquotes. */
export const clauses = {
  "ENR-1": clause(
    "Enrollment",
    "forbids",
    "The provider issues a credential only to an account whose password-free agreement is live."
  ),
  "ENR-2": clause("Enrollment", "forbids", "Every credential has a seed of its own: no two credentials share one."),
  "ENR-3": clause(
    "Enrollment",
    "defines",
    "Enrolment happens online, and leaves the phone with its alias, its seed and the difference between the provider's clock and its own."
  ),
  "GEN-1": clause("Generation", "forbids", "Showing a code sends and receives no message."),
  "GEN-2": clause(
    "Generation",
    "defines",
    "A code is the alias of the phone's credential followed by the credential's proof for the step that the phone's corrected clock is in."
  ),
  "GEN-3": clause("Generation", "defines", "A phone shows a code at one till, for at most `display` seconds."),
  "REL-1": clause(
    "Relay",
    "forbids",
    "A till settles nothing by itself: money moves only when the provider decides a request."
  ),
  "REL-2": clause(
    "Relay",
    "forbids",
    "An amount is a whole number of minor units, at least 1 and at most 9,007,199,254,740,991."
  ),
  "REL-3": clause(
    "Relay",
    "defines",
    "A till that has no answer sends the same request again, under the same order number."
  ),
  "VER-1": clause(
    "Verification",
    "forbids",
    "The order number is looked up before the code, and a known number is answered from its record."
  ),
  "VER-2": clause(
    "Verification",
    "forbids",
    "A known order number that comes with another amount is refused and changes nothing."
  ),
  "VER-3": clause(
    "Verification",
    "forbids",
    "A known order number that comes with another payer is refused and changes nothing."
  ),
  "VER-4": clause(
    "Verification",
    "forbids",
    "Where `order.bindsCode` says so, a known order number that comes with another code is refused and changes nothing."
  ),
  "VER-5": clause(
    "Verification",
    "forbids",
    "A code is refused unless its proof is the one its credential gives for a step of the window."
  ),
  "VER-6": clause(
    "Verification",
    "forbids",
    "The window reaches back at most `window.past` steps from the step of the deciding clock."
  ),
  "VER-7": clause(
    "Verification",
    "forbids",
    "The window reaches ahead at most `window.future` steps from the step of the deciding clock."
  ),
  "VER-8": clause("Verification", "forbids", "A code with a burned step is refused."),
  "VER-9": clause(
    "Verification",
    "forbids",
    "When a code matches several steps of the window, every one of them counts: one burned step refuses it, and an attempt burns them all."
  ),
  "VER-10": clause("Verification", "forbids", "An attempt burns the code, whatever its outcome."),
  "VER-11": clause(
    "Verification",
    "forbids",
    "No payment is made for an account whose agreement is not live when the provider decides."
  ),
  "VER-12": clause("Verification", "forbids", "No payment is above the password-free limit `limit.payment`."),
  "VER-13": clause(
    "Verification",
    "forbids",
    "The payments of one account on one provider day never add up to more than `limit.daySum`."
  ),
  "VER-14": clause("Verification", "forbids", "No payment is above the balance of the account."),
  "VER-15": clause(
    "Verification",
    "forbids",
    "The provider refuses a request on no ground but these clauses: what none of them refuses is paid."
  ),
  "VER-16": clause(
    "Verification",
    "forbids",
    "The answer to a request under an unknown order number is recorded under its merchant and order number before it is sent."
  )
} as const satisfies Record<string, Clause>

/** The id of a clause. */
export type ClauseId = keyof typeof clauses

/** Every clause id, in the order of the protocol. */
export const clauseIds = Object.keys(clauses) as ReadonlyArray<ClauseId>
