/**
 * Scopes: how much of the system a run covers. A scope bounds the run, never the adversary's cleverness: within it
 * everything that the model allows can happen.
 */
import { type CapabilityId, capabilityIds } from "../../spec/Threats.ts"

export interface Scope {
  readonly name: string
  /** How many accounts there are, and what each brings into a run. */
  readonly accounts: number
  readonly opening: Opening
  /** For each phone the account that it belongs to. The adversary's own, where it has one, comes last and asks for it. */
  readonly phones: ReadonlyArray<number>
  /** How many of the accounts have signed and enrolled a phone when a run starts. */
  readonly members: number
  /** How many merchants there are, each with one till. */
  readonly merchants: number
  /** How many different codes may be made in a run. */
  readonly codes: number
  /** How many order numbers may be used in a run. */
  readonly orders: number
  /** How many requests of honest tills may be under way at once: sent, and not yet arrived for the first time. */
  readonly inFlight: number
  /** How many credentials a phone may have in a run, one after the other. */
  readonly generations: number
  /** The amounts that tills ask for, in minor units. */
  readonly amounts: ReadonlyArray<number>
  /** The amounts of refunds. */
  readonly refunds: ReadonlyArray<number>
  /** What a phone's corrected clock can be off by when it makes a code, in seconds. */
  readonly offsets: ReadonlyArray<number>
  /** The provider times that runs start at, all on one provider day, the one nearest to its midnight first. */
  readonly starts: ReadonlyArray<number>
  /** What else is played. What is not does not happen in the run. */
  readonly plays: Plays
}

/** Parts of the protocol that a run may leave out. */
export interface Plays {
  /** Owners sign agreements, and end them. */
  readonly agreements: boolean
  /** Owners revoke the credentials of their phones. */
  readonly revocation: boolean
  /** Phones reveal codes as digits. */
  readonly reveals: boolean
  /** Owners confirm prompts with the password, and open orders are closed in time. */
  readonly stepUp: boolean
  /** Merchants query what became of their orders. */
  readonly queries: boolean
  /** Tills reverse and are notified; merchants of the adversary's reverse and refund. */
  readonly settlement: boolean
  /** A run goes on until orders are too old to be reversed or refunded, at every second that tells (SET-11). */
  readonly ages: boolean
  /** The provider pays out to merchants what it holds for them. */
  readonly payouts: boolean
  /** Honest tills scan. Otherwise only the adversary's merchants ask for money. */
  readonly tills: boolean
  /** Lists come to the end of their validity. */
  readonly expiry: boolean
  /** Apps are opened by who does not ask for a code, or was not let in to ask for one. */
  readonly opens: boolean
  /** Lists are run out of at once, code by code without a till. */
  readonly runsOut: boolean
  /** Digits of two codes coincide. */
  readonly coincidence: boolean
}

/** What an account brings into a run, in minor units: its balance, and what counts already on every day. */
export interface Opening {
  readonly balance: number
  /** Payments without step-up: their sum and number. */
  readonly freeSum: number
  readonly freeCount: number
  /** All payments. */
  readonly all: number
}

/** Which capabilities the adversary has. */
export type Capabilities = Readonly<Record<CapabilityId, boolean>>

/** The adversary with just these capabilities. */
export const having = (ids: ReadonlyArray<CapabilityId>): Capabilities =>
  Object.fromEntries(capabilityIds.map((id) => [id, ids.includes(id)])) as Capabilities
