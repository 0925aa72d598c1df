/** Records: what a ledger is given, keeps and answers, by the names of the field. Amounts are in minor units. */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { OrderRecord } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Change, Enrollment, Settlement, Verification } from "../../model/steps/Steps.ts"
import type { Password, TokenSource } from "../credentials/Credentials.ts"

/** An account as it is brought in: its balance in minor units, and what its owner's payment password is known by. */
export interface Opening {
  /** What can be its number: the first of these that is no other's. Unless given, the next of all. */
  readonly numbers?: ReadonlyArray<number> | undefined
  readonly balance: number
  readonly password: Password.Verifier
  /** The number that it is sent short messages at, and is known by in them; no two accounts have one. */
  readonly telephone?: string | undefined
  /** What its PIN is known by, where proofs are computed from it. */
  readonly pin?: TokenSource.PinHash | undefined
}

/** Where an account stands. Amounts in minor units. */
export interface Account {
  readonly agreement: Enrollment.Agreement
  /** The balance, of which `reserved` is held for open orders. */
  readonly balance: number
  readonly reserved: number
  readonly password: Password.Verifier
}

/** A phone: whose money it pays with, and who it is to the provider (ENR-4, ENR-13). */
export interface Phone extends Enrollment.Identity {
  readonly account: number
  /** Its credentials, oldest first. */
  readonly credentials: ReadonlyArray<Credential>
}

/** A credential as the provider keeps it. Credentials are numbered from 0, in the order in which they were issued. */
export interface Credential extends TokenSource.Credential {
  readonly number: number
  readonly phone: number
  readonly status: Enrollment.CredentialStatus
  /** On the provider's clock, in seconds. */
  readonly issuedAt: number
  /** It was issued before a restore, and its phone has to renew it (VER-30). */
  readonly suspended: boolean
}

/** A credential, and the account of its phone. */
export interface Owned extends Credential {
  readonly account: number
}

/** Whose a code is, by what it says. */
export interface Named {
  /** The account; undefined where it is nobody's. */
  readonly account: number | undefined
  /** The credentials that the code may be of. */
  readonly credentials: ReadonlyArray<Owned>
}

/** A secret that messages are signed with. It prints as `<redacted>`. */
export type PartyKey = Redacted.Redacted<Uint8Array>

/**
 * One of the keys of a party: its number among them, and the instant until which it is good, in seconds: undefined for the last, 0 where
 * it was withdrawn.
 */
export interface NumberedKey {
  readonly number: number
  readonly key: PartyKey
  readonly until: number | undefined
}

/** A credential before it is issued. */
export type Draft = Omit<Credential, "number" | "phone" | "status" | "suspended">

/** What was accepted of an account on a day, as the limits count it: without step-up, and altogether. */
export type Spent = Pick<Verification.Standing, "free" | "all">

/** What moves money: a payment takes it from the account, a refund or a reversal gives it back. */
export type Kind = "payment" | "refund" | "reversal"

/** Money that left an account or came back: how much, in minor units, and for which order. */
export interface Movement {
  readonly kind: Kind
  readonly account: number
  readonly merchant: string
  readonly order: string
  readonly amount: number
}

/** An order as it is recorded, with what the provider needs beside what decisions look at. */
export interface Row extends OrderRecord {
  readonly merchant: string
  readonly order: string
  /** The phone that it was accepted from; undefined where it was not. */
  readonly phone: number | undefined
  /** Accepted without step-up. */
  readonly free: boolean
  /** The provider day on which it counts; undefined where it was not accepted. */
  readonly day: number | undefined
  /** It was debited, whatever became of it since. */
  readonly debited: boolean
}

/** A credential under which a presented code verifies, with the readings of the code. */
export interface Reading extends TokenSource.Reading {
  readonly credential: number
  /** Its account, which never changes. */
  readonly payer: number
}

/** A pay request as it reaches the ledger: what it asks for, and what the provider has read in its code. */
export interface Query extends Verification.Requested {
  readonly merchant: string
  readonly terminal: string
  readonly order: string
  readonly code: string
  /** The account that the code names; undefined where it names none. */
  readonly named: number | undefined
  /** The alias that its digits show, whether anybody has it or nobody; undefined where they show none that lasts. */
  readonly alias: string | undefined
  readonly readings: ReadonlyArray<Reading>
  /** The nonce of the challenge that is written where the order is held open; undefined where none is sent. */
  readonly challenge?: string | undefined
  /** The deciding clock, in seconds, and its provider day: the one on which wrong codes count. */
  readonly now: number
  readonly today: number
}

/**
 * What a request is settled by, within one transaction: the rules, by which it is known what facts are asked for and what follows
 * from a decision, and the decision on the facts. A transaction that has lost a race decides again.
 */
export interface Deciding {
  readonly rules: Rules
  readonly decide: (facts: Verification.Facts) => Verification.Decision
}

/** A merchant's number of a refund, and among what it is unique: the refunds of its order, or all of its merchant's (SET-10). */
export interface RefundNumber {
  readonly refund: string
  readonly within: "order" | "merchant"
  /** It asks for money that is taken from what is held for the merchant (SET-12). */
  readonly takesHeld?: boolean
}

/** A payout by its merchant and number. */
export interface PayoutNumber {
  readonly merchant: string
  readonly payout: string
}

/** What came of a payout, in minor units. */
export interface PaidOut {
  /** What was paid out under its number, now or before. */
  readonly paid: number
  /** What is held for the merchant after it. */
  readonly held: number
}

/** When something is written, and by which refund, if it is one. */
export interface Occasion {
  /** The deciding clock, in seconds, and its provider day. */
  readonly now: number
  readonly today: number
  /** The number of the refund. */
  readonly refund?: RefundNumber | undefined
}

/**
 * What an order is changed by, within one transaction: a step's decision on what is recorded, and the clock that it decides
 * by. A transaction that has lost a race decides again.
 */
export interface Changing extends Occasion {
  /**
   * The same by the clock of now. What waits for its turn is decided by the clock when that has come, for a node that answers late must not
   * do what another has called too late (SET-11). Undefined where nobody waits.
   */
  readonly renewed?: Effect.Effect<Changing> | undefined
  /**
   * `predates`: nothing is recorded, for it may have been lost to a restore (VER-31). `made`: what was made under the number of the refund;
   * undefined where nothing was, or where it is none. `held`: what is held for the merchant, where the refund is taken from it.
   */
  readonly decide: (
    row: Row | undefined,
    predates: boolean,
    made: Settlement.Made | undefined,
    held: number
  ) => Change.Change
}

/** What an order was changed by, and what was recorded of it before; undefined where nothing was. */
export interface Changed {
  readonly change: Change.Change
  readonly row: Row | undefined
  /** What was made under the number of the refund before; undefined where nothing was, or where it is none. */
  readonly made: Settlement.Made | undefined
}

/** An order by its merchant and number. */
export interface OrderNumber {
  readonly merchant: string
  readonly order: string
}

/** The challenge of an order that is, or was, open: one for each order. */
export interface Challenge extends OrderNumber {
  readonly nonce: string
  /** The credential that the order's code was made under: its phone answers with this one, or with a later one. */
  readonly credential: number
  /** It was handed to the gateway. */
  readonly isSent: boolean
}

/** A merchant with notices that are due, and where it has them sent. */
export interface Waiting {
  readonly merchant: string
  readonly url: string
}

/** A notice that is due: that an order was debited. */
export interface DueNotice extends OrderNumber {
  readonly amount: number
  /** How often it was tried. */
  readonly attempts: number
}
