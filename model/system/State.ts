/**
 * The state of the system: what the parties know and hold, and the provider's books. Beside what the provider remembers
 * stands the truth about it, such as whether a code was attempted: with every clause in force the two are the same.
 *
 * The state is a small set of tables. A code is named by its key: the phone, the credential, the position, and whether it
 * is the one that is revealed.
 */

import type { Answer, OrderStatus } from "../Order.ts"
import type { Rules } from "../Rules.ts"
import type { Binding, Enrollment, Relay } from "../steps/Steps.ts"

import type { Capabilities, Scope } from "./Scope.ts"

/** What a run happens in: the rules of the provider, the bounds of the run, and what the adversary can do. */
export interface World {
  readonly rules: Rules
  readonly scope: Scope
  readonly can: Capabilities
}

/** The world of a run. Where its scope does not play the end of lists, they have none: whatever else takes as long still comes. */
export const worldOf = ({ can, rules, scope }: World): World => ({
  rules: scope.plays.expiry || rules.scheme.token.validity === undefined ? rules : { ...rules, listsEnd: false },
  scope,
  can
})

/** The position of no code: of a blank screen, or of digits that nobody was given. */
export const nowhere = -1

/** An account. Accounts are numbered from 0. */
export interface Account {
  readonly agreement: Enrollment.Agreement
  /** The owner has authenticated for an order. Kept only where STP-1 is left out, for nothing looks at it otherwise. */
  readonly authenticated: boolean
  /** Too many wrong codes came under its alias today. */
  readonly throttled: boolean
  /** The adversary knows the owner's password or PIN. */
  readonly exposed: boolean
  /** How many of its codes the adversary has seen. */
  readonly leaked: number
  /** The agreement as the backup has it. */
  readonly saved: Enrollment.Agreement
}

/** A credential: the provider's record of it, and what its phone has used of it. */
export interface Credential {
  readonly status: Enrollment.CredentialStatus
  readonly issuedAt: number
  /** Codes of a list that the phone has shown; 0 for a seed. */
  readonly shown: number
  /** It was issued before a restore, and its phone has not renewed it since. */
  readonly suspended: boolean
  /** Its status as the backup has it; `none` where the backup does not know it. */
  readonly saved: Enrollment.CredentialStatus | "none"
  /** The truth: it had ended, or was revoked, when the backup was restored. */
  readonly over: boolean
}

/** A phone. Phones are numbered from 0; whose they are is fixed by the scope. */
export interface Phone {
  /** The credential that it makes codes from: its place among the phone's, or -1 for none. */
  readonly held: number
  /** Its credentials, oldest first. */
  readonly credentials: ReadonlyArray<Credential>
  /** The position of the code that it shows, of the credential that it holds; {@link nowhere} for none. */
  readonly screen: number
  /** The code on its screen is revealed as digits. */
  readonly revealed: boolean
  /** When the code on its screen was first shown. */
  readonly since: number
  /** The merchant at whose till its owner stands; -1 for none. */
  readonly till: number
}

/** A merchant. Merchants are numbered from 0. */
export interface Merchant {
  /** Too many wrong codes are counted against its till today, or against itself. */
  readonly throttled: boolean
  /** The truth: as many wrong codes as a terminal is let came from its till today, or as many as it is let from all of its terminals. */
  readonly flooded: boolean
  /** What the provider has paid out to it, in minor units. */
  readonly paidOut: number
}

/** What names a code. */
export interface CodeKey {
  readonly phone: number
  /** The credential: its place among the phone's. */
  readonly generation: number
  readonly position: number
  readonly revealed: boolean
}

/**
 * A code that somebody has made, what it was made over, and what has become of it. A phone makes one code for a step,
 * whatever it is made over.
 */
export interface Code extends CodeKey, Binding.Terms {
  /** Made by the payer's phone; otherwise by the adversary, with what it has read or by luck. */
  readonly made: boolean
  /** The adversary knows it. */
  readonly known: boolean
  /** The provider's memory: it is burned. */
  readonly burned: boolean
  /** The truth: a request with it was an attempt. */
  readonly attempted: boolean
  /** The first attempt with it was the adversary's. */
  readonly spoilt: boolean
  /** It was burned when the backup was taken. */
  readonly saved: boolean
  /** The merchant at whose till it was shown first; -1 for none. */
  readonly till: number
  /** When it was shown first, or -1 where it never was. */
  readonly shownAt: number
  /** The corrected clock of the phone that showed it was within `clock.drift`. */
  readonly onTime: boolean
  /** It was asked for on its phone before it was first shown: by the owner, or by somebody whom the owner had let into the app. */
  readonly asked: boolean
}

/** What an order was as the backup has it: `none` where the backup does not know it. */
export type Saved = OrderStatus | "none"

/**
 * An order number of a merchant: the request for it, what the provider recorded, and what the merchant makes of it. The
 * request's fields are those of the first one that was sent, or decided.
 */
export interface Order extends CodeKey {
  readonly merchant: number
  readonly amount: number
  /** An honest till's sale to the adversary, who pays it with what it shows there. */
  readonly presented: boolean
  /** `adversary`: its merchant is the adversary's, and holds it for whatever it likes. */
  readonly view: Relay.View | "adversary"
  readonly sentAt: number
  /** The pay request has reached the provider. */
  readonly arrived: boolean
  /** A reversal was sent. */
  readonly reversing: boolean
  /** The payer was asked again by the till, or the till gave it up, while it was not settled as paid. */
  readonly abandoned: boolean

  /** The provider's record; `none` where there is none. */
  readonly status: OrderStatus | "none"
  /** The answer that a refused order was given; `NONE` otherwise. */
  readonly reason: Answer | "NONE"
  /** The pay request was decided: not so where a reversal came first. */
  readonly taken: boolean
  /** When the record was written. */
  readonly at: number
  /** Accepted without step-up. */
  readonly free: boolean
  /** The day on which it counts; -1 where it was not accepted. */
  readonly day: number
  /** The day on which its reversal is taken to count; -1 where it was not reversed. */
  readonly returnedDay: number
  /** In minor units: what the record says was refunded. */
  readonly refunded: number
  /** What was refunded under the first refund number of its merchant, and under the second, in minor units; 0 where nothing was. */
  readonly firstRefund: number
  readonly secondRefund: number
  /** The record is not durable yet: only where VER-21 is left out. */
  readonly volatile: boolean
  readonly saved: Saved

  /**
   * The owner's answer to the prompt is under way, or was: `seen` with payee and amount, or `blind`. Of a code with the
   * PIN, that the owner entered it for what the phone showed.
   */
  readonly confirmed: "no" | "seen" | "blind"
  readonly confirmedAt: number

  /** The truth: how often it was debited, 2 standing for more, and how much has come back, in minor units. */
  readonly debits: number
  readonly returned: number
  /** The day on which it was accepted, never going back for an account, whatever the record says; -1 where it was not. */
  readonly date: number
  /** A reversal of it has reached the provider, in time. */
  readonly undone: boolean
  /** What was last told of it. */
  readonly told: Answer | "NONE"
}

export interface State {
  /** The clock of the slowest provider node. */
  readonly now: number
  readonly accounts: ReadonlyArray<Account>
  readonly phones: ReadonlyArray<Phone>
  readonly merchants: ReadonlyArray<Merchant>
  readonly codes: ReadonlyArray<Code>
  readonly orders: ReadonlyArray<Order>
  /** How much of the scope is used up: codes made, and order numbers. */
  readonly used: { readonly codes: number; readonly orders: number }
  /** When the provider's backup was taken, and when it was restored from it. */
  readonly backupAt: number
  readonly restoredAt: number
  /** The two newest codes of different accounts have the same digits. */
  readonly coincide: boolean
}

/** The account of a phone. */
export const accountOf = ({ scope }: World, phone: number): number => scope.phones[phone]!

/** The merchant that the adversary runs, or -1 where it runs none. */
export const adversary = ({ can, scope }: World): number => (can.merchant ? scope.merchants - 1 : -1)

/** The phone that the adversary brings along, or -1 where it has none. */
export const roguePhone = ({ can, scope }: World): number => (can.takeover ? scope.phones.length - 1 : -1)

/** Whether the adversary has read what a phone makes its codes from. */
export const isCorrupt = ({ can }: World, phone: number): boolean => can["corrupt-device"] && phone === 0

/** Whether two keys name one code. */
export const isSame = (a: CodeKey, b: CodeKey): boolean =>
  a.position === b.position && a.phone === b.phone && a.generation === b.generation && a.revealed === b.revealed

/** The place of a code among those that were made; -1 where nobody made it. */
export const indexOf = (codes: ReadonlyArray<Code>, key: CodeKey): number => {
  for (let index = 0; index < codes.length; index++) if (isSame(codes[index]!, key)) return index
  return -1
}

/** The same items, but for one. */
export const replaced = <A>(items: ReadonlyArray<A>, index: number, item: A): ReadonlyArray<A> => {
  const copy = items.slice()
  copy[index] = item
  return copy
}
