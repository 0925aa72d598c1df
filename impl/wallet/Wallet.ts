/**
 * Wallet: a phone. It enrolls while it is online, and then makes its codes from what it holds: the types of
 * {@link Wallet.show} and {@link Wallet.make} name no provider and no network (GEN-1).
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Answer } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Transaction } from "../credentials/Credentials.ts"
import type * as Provider from "../provider/Provider.ts"
import type { Refused } from "../provider/Provider.ts"
import * as Confirming from "./Confirming.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Holding from "./Holding.ts"
import type { Offline, Online } from "./Online.ts"
import type * as SecureHardware from "./SecureHardware.ts"
import * as Showing from "./Showing.ts"

export { forgetful, type Owner, type Saved, type ShownCode, type Store } from "./Holding.ts"
export * as Online from "./Online.ts"
export * as SecureHardware from "./SecureHardware.ts"
export { type Made, needsPin, type Screen, type Showing, Spent, Unasked, Unfit, type Unmade } from "./Showing.ts"
export * as WalletFile from "./WalletFile.ts"

/** A phone of one account. Where its store fails, with `E`, nothing has changed, and no code is answered. */
export interface Wallet<E = never> {
  /** Gets a credential, online. It takes the place of the one that the phone holds. */
  readonly enroll: Effect.Effect<void, Refused.Refused | Offline | E, Online>
  /** Tells the provider, online, that the phone holds its credential, which ends the one before (ENR-6). */
  readonly confirm: Effect.Effect<void, Refused.Refused | Offline, Online>
  /** Asks, online, where its credential stands, and destroys it where that is revoked (ENR-12). Answers whether it did. */
  readonly checkIn: Effect.Effect<boolean, Offline | E, Online>
  /** Gets and confirms another list, online, where few codes are left of the last (GEN-5). Answers whether it did. */
  readonly refill: Effect.Effect<boolean, Refused.Refused | Offline | E, Online>
  /** How many codes it can still show; infinity for a seed, and 0 where it holds no credential. */
  readonly left: Effect.Effect<number>
  /**
   * Shows the next code, offline: one of the present step, or the next of the list. A code over nothing is that of its step
   * until this is over, and as old as its first showing (GEN-3); of those over transactions there are so many for each step
   * (GEN-9). What is shown of them, or of a list, is in the store before it is answered: a phone that dies shows none twice.
   */
  readonly show: (showing?: Showing.Showing) => Effect.Effect<Showing.Screen, Showing.Unmade | E>
  /** Makes the next code, and leaves the screen as it is: what somebody who holds the phone can have it do. */
  readonly make: (showing?: Showing.Showing) => Effect.Effect<Showing.Made, Showing.Unmade | E>
  /**
   * What the phone shows now; undefined where it shows no code, or has shown it for long enough. A phone that starts again
   * shows no code that was made over a transaction: it would have to keep the PIN.
   */
  readonly screen: Effect.Effect<Showing.Screen | undefined>
  /** What its store has of it; undefined where it holds no credential. */
  readonly state: Effect.Effect<Holding.Saved | undefined>
  /**
   * Gives the password for an order that waits for it, online (STP-1). `isTheirs`: the payer finds that the prompt names
   * their purchase, its payee and its amount. One that does not is not confirmed, and nothing is sent (STP-3).
   */
  readonly approve: (
    prompt: Provider.Prompt,
    isTheirs: boolean,
    password: Redacted.Redacted<string>
  ) => Effect.Effect<Answer | undefined, Provider.WrongPassword | Refused.Refused | Offline, Online>
  /**
   * Answers the challenge in a short message, offline, with what its seed and the PIN make of it: the text of the answer.
   * `isTheirs`: the payer finds that it names their purchase. One that does not is not answered (STP-3). It fails where
   * the text is no challenge, or the phone holds no seed.
   */
  readonly answer: (
    text: string,
    isTheirs: (transaction: Transaction.Transaction) => boolean,
    pin: Redacted.Redacted<string>
  ) => Effect.Effect<string | undefined, Refused.Refused | Showing.Unfit>
}

/**
 * Makes a phone, with the clock of whoever makes it, what its store has, and secure hardware where the scheme needs it
 * (`stepUp.method` is `hardware-pin`).
 */
export const make = Effect.fnUntraced(function* <E = never>(
  rules: Rules,
  owner: Holding.Owner,
  store: Holding.Store<E> = Holding.forgetful,
  hardware?: SecureHardware.SecureHardware<E>
): Effect.fn.Return<Wallet<E>> {
  const holder = yield* Holding.make({ rules, owner, store, hardware })
  return {
    enroll: Enrollment.enroll(holder),
    confirm: Enrollment.confirm(holder),
    checkIn: Enrollment.checkIn(holder),
    refill: Enrollment.refill(holder),
    left: Enrollment.left(holder),
    show: (showing = {}) => Showing.show(holder, showing),
    make: (showing = {}) => Showing.make(holder, showing),
    screen: Showing.screen(holder),
    state: Holding.saved(holder),
    approve: (prompt, isTheirs, password) => Confirming.approve(holder, prompt, isTheirs, password),
    answer: (text, isTheirs, pin) => Confirming.answer(holder, text, isTheirs, pin)
  }
})
