/** The parties of the protocol and the messages between them, in the order in which a payment sends them. */
import type { ClauseId } from "./Clauses.ts"

/** Somebody, or something, that takes part in a payment. */
export interface Party {
  /** What it has that others do not. */
  readonly holds: string
  readonly sends: string
}

/** Every party by name. */
export const parties = {
  payer: {
    holds: "an account, and the password-free agreement for it",
    sends: "its signature to the agreement, or its withdrawal, to the provider"
  },
  phone: {
    holds: "one credential: an alias, a seed, and the difference between the provider's clock and its own",
    sends: "online, a request for a credential; offline, nothing: it shows a code"
  },
  till: {
    holds: "nothing secret of the payer's; it reads what is shown to it",
    sends: "the pay request: merchant, order number, code, amount"
  },
  merchant: {
    holds: "its order numbers, and the answers to them",
    sends: "what its till sends"
  },
  provider: {
    holds: "accounts, agreements, credentials, burned steps, and the answer to every order number",
    sends: "credentials to phones, answers to tills"
  }
} as const satisfies Record<string, Party>

/** The name of a party. */
export type PartyId = keyof typeof parties

/** Every party's name. */
export const partyIds = Object.keys(parties) as ReadonlyArray<PartyId>

/** What one party tells another. */
export interface Message {
  readonly from: PartyId
  readonly to: PartyId
  /** Over the network, or by showing it. */
  readonly by: "network" | "sight"
  /** What it carries. */
  readonly carries: string
  /** The clauses that say how it is made, or answered. */
  readonly clauses: ReadonlyArray<ClauseId>
}

/** Every message by name. */
export const messages = {
  agreement: {
    from: "payer",
    to: "provider",
    by: "network",
    carries: "the account, and its owner's consent to payments without a password, or the end of it",
    clauses: ["VER-11"]
  },
  enrolment: {
    from: "phone",
    to: "provider",
    by: "network",
    carries: "the account, and the phone's clock",
    clauses: ["ENR-1", "ENR-3"]
  },
  credential: {
    from: "provider",
    to: "phone",
    by: "network",
    carries: "an alias, a seed, and the difference between the two clocks",
    clauses: ["ENR-2", "ENR-3"]
  },
  code: {
    from: "phone",
    to: "till",
    by: "sight",
    carries: "a prefix, the alias, and the proof for one step of time",
    clauses: ["GEN-1", "GEN-2", "GEN-3"]
  },
  "pay request": {
    from: "till",
    to: "provider",
    by: "network",
    carries: "the merchant, its order number, the code and the amount",
    clauses: ["REL-1", "REL-2", "REL-3"]
  },
  answer: {
    from: "provider",
    to: "till",
    by: "network",
    carries: "paid, or refused and why",
    clauses: ["VER-1", "VER-16"]
  }
} as const satisfies Record<string, Message>

/** The name of a message. */
export type MessageId = keyof typeof messages

/** Every message's name, in the order of a payment. */
export const messageIds = Object.keys(messages) as ReadonlyArray<MessageId>
