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
    holds: "an account, the password-free agreement for it, and the password or PIN",
    sends:
      "its signature to the agreement, its withdrawal, and the revocation of a phone, to the provider; the password or PIN, to a prompt or to what the phone shows"
  },
  phone: {
    holds: "a credential: a seed or a list of codes, and the difference between the provider's clock and its own",
    sends:
      "online, a request for a credential, its confirmation, and the answer to a prompt; offline, nothing: it shows a code"
  },
  till: {
    holds: "nothing secret of the payer's; it reads what is shown to it, and may show its transaction",
    sends: "the pay request: merchant, order number, code, amount; then queries, and a reversal"
  },
  merchant: {
    holds: "its order numbers and refund numbers, and the answers to them",
    sends: "what its till sends, and refunds"
  },
  provider: {
    holds: "accounts, agreements, credentials, burned codes, and the record of every order number",
    sends: "credentials and prompts to phones, answers and notices to tills"
  },
  operator: {
    holds: "every short message, in clear, for as long as it takes",
    sends: "it on to its number: soon, minutes later, or never"
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
  /** Over the network, by showing it, or as a short message, through the operator. */
  readonly by: "network" | "sight" | "message"
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
    clauses: ["ENR-11", "VER-11"]
  },
  enrollment: {
    from: "phone",
    to: "provider",
    by: "network",
    carries: "the account, its owner's authentication, and the phone's clock; or the request for a renewal",
    clauses: ["ENR-1", "ENR-3", "ENR-4", "ENR-9", "GEN-5"]
  },
  credential: {
    from: "provider",
    to: "phone",
    by: "network",
    carries:
      "a seed and an alias, or a list of codes and the end of its validity; the difference between the two clocks",
    clauses: ["ENR-2", "ENR-3", "ENR-5", "ENR-6"]
  },
  confirmation: {
    from: "phone",
    to: "provider",
    by: "network",
    carries: "that the phone holds its new credential",
    clauses: ["ENR-6", "ENR-7", "ENR-8"]
  },
  revocation: {
    from: "payer",
    to: "provider",
    by: "network",
    carries: "the phone whose credentials and identity end",
    clauses: ["ENR-10", "ENR-11", "ENR-13"]
  },
  wipe: {
    from: "provider",
    to: "phone",
    by: "network",
    carries: "that the phone's credential was revoked",
    clauses: ["ENR-12"]
  },
  transaction: {
    from: "till",
    to: "phone",
    by: "sight",
    carries: "where codes are bound to it: the payee's name, the amount, the order number and a nonce",
    clauses: ["GEN-8"]
  },
  code: {
    from: "phone",
    to: "till",
    by: "sight",
    carries:
      "a prefix, the alias and the proof for one position of its seed, made over the till's transaction where codes are bound to it; or a prefix and the next code of the list",
    clauses: ["GEN-1", "GEN-2", "GEN-3", "GEN-6", "GEN-8", "GEN-9"]
  },
  "pay request": {
    from: "till",
    to: "provider",
    by: "network",
    carries: "the merchant, its order number, the code and the amount; where codes are bound to it, the nonce",
    clauses: ["REL-1", "REL-2", "REL-3", "REL-4"]
  },
  answer: {
    from: "provider",
    to: "till",
    by: "network",
    carries: "paid, open, or refused and why",
    clauses: ["VER-1", "VER-16", "VER-21"]
  },
  prompt: {
    from: "provider",
    to: "phone",
    by: "network",
    carries: "the payee, the amount and the order that wait for the password",
    clauses: ["STP-1", "STP-3", "STP-8"]
  },
  password: {
    from: "phone",
    to: "provider",
    by: "network",
    carries: "the password, for the order of the prompt",
    clauses: ["STP-2", "STP-4", "SET-5"]
  },
  challenge: {
    from: "provider",
    to: "phone",
    by: "message",
    carries: "the payee, the amount, the order and a nonce that wait for a response",
    clauses: ["STP-1", "STP-2", "STP-3"]
  },
  response: {
    from: "phone",
    to: "provider",
    by: "message",
    carries:
      "a response over the challenge, from seed and PIN; or, where `stepUp.method` is `sms-password`, the password",
    clauses: ["STP-2", "STP-4", "STP-6", "SET-5"]
  },
  query: {
    from: "till",
    to: "provider",
    by: "network",
    carries: "the merchant and its order number; the answer is where the order stands",
    clauses: ["REL-4", "REL-6", "SET-3", "VER-31"]
  },
  reversal: {
    from: "till",
    to: "provider",
    by: "network",
    carries: "the merchant and the order number that is to come to nothing",
    clauses: ["REL-6", "SET-1", "SET-2", "SET-9"]
  },
  notice: {
    from: "provider",
    to: "till",
    by: "network",
    carries: "that an order of the merchant's was paid, and its amount",
    clauses: ["REL-5"]
  },
  refund: {
    from: "merchant",
    to: "provider",
    by: "network",
    carries: "the order number, a refund number and an amount",
    clauses: ["SET-7", "SET-8"]
  }
} as const satisfies Record<string, Message>

/** The name of a message. */
export type MessageId = keyof typeof messages

/** Every message's name, in the order of a payment. */
export const messageIds = Object.keys(messages) as ReadonlyArray<MessageId>
