/**
 * Wallet: a phone. It enrols while it is online, and then makes its codes from what it holds: the types of
 * {@link Wallet.show} and {@link Wallet.make} name no provider and no network (GEN-1).
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type { Problem } from "../../model/Decode.ts"
import type { Answer } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import * as Binding from "../../model/steps/Binding.ts"
import * as Generation from "../../model/steps/Generation.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import * as Challenge from "../credentials/Challenge.ts"
import * as Pin from "../credentials/Pin.ts"
import * as TokenSource from "../credentials/TokenSource.ts"
import type { Transaction } from "../credentials/Transaction.ts"
import type * as Provider from "../provider/Provider.ts"
import { orRefused, Refused } from "../provider/Refused.ts"
import { type Offline, Online } from "./Online.ts"
import type * as SecureHardware from "./SecureHardware.ts"

/** A code that a phone has made. */
export interface Made {
  readonly code: string
  /** What it is made for: a step, or a place in the list. */
  readonly position: number
  /** It is the code that is revealed as digits. */
  readonly revealed: boolean
}

/** A code on a screen. Instants are those of the phone's corrected clock, in whole seconds. */
export interface Screen extends Made {
  readonly shownAt: number
  /** The last second at which it is still shown. */
  readonly shownUntil: number
}

/** How a code is to be shown. */
export interface Showing {
  /** As digits, to be read out or typed (GEN-6). */
  readonly revealed?: boolean
  /**
   * The till's transaction, where the scheme binds codes to it: its payer has seen payee and amount on the phone, and
   * confirms them (GEN-8).
   */
  readonly over?: Transaction
  /** What the payer entered besides, where the amount asks for it, or because they wish: see {@link needsPin}. */
  readonly pin?: Redacted.Redacted<string>
}

/** Whether a code must be made with the PIN to be accepted, as far as an offline phone can know. */
export const needsPin = (rules: Rules, { amount }: Transaction, revealed: boolean): boolean =>
  StepUp.isInCode(rules) && (amount > rules.scheme.limit.payment || !Generation.isPlain(rules, revealed))

/** A code was asked for of a kind that the scheme does not have. Nothing was made. */
export class Unfit extends Data.TaggedError("Unfit")<{ readonly expected: string; readonly found: string }> {
  override get message(): string {
    return `code: expected ${this.expected}, found ${this.found}`
  }
}

/** Why no code was made: a refusal, one of the wrong kind, or hardware that stays locked. */
export type Unmade = Refused | Unfit | SecureHardware.Locked

/** What a phone must find again when it starts: its credential, and what it has shown of it. */
export interface Saved extends TokenSource.Credential, Generation.Held {
  readonly number: number
  /** The provider's clock less the phone's, in milliseconds. */
  readonly clockDifference: number
  /** The code that was shown last, without its digits. A phone that starts again shows it for no longer (GEN-3). */
  readonly screen?:
    | (Pick<Screen, "position" | "revealed" | "shownAt"> & {
        /** The nonce of the transaction that it was made over; undefined where it was made over nothing. */
        readonly nonce?: string | undefined
      })
    | undefined
}

/** Where a phone keeps what it must find again; undefined stands for a phone that holds no credential. */
export interface Store<E> {
  readonly saved: Saved | undefined
  /** Keeps it in the place of what was kept before. Where this fails, the one or the other is kept. */
  readonly save: (saved: Saved | undefined) => Effect.Effect<void, E>
}

/** A store for a phone that never starts again. */
export const forgetful: Store<never> = { saved: undefined, save: () => Effect.void }

/** A phone of one account. Where its store fails, with `E`, nothing has changed, and no code is answered. */
export interface Wallet<E = never> {
  /** Gets a credential, online. It takes the place of the one that the phone holds. */
  readonly enroll: Effect.Effect<void, Refused | Offline | E, Online>
  /** Tells the provider, online, that the phone holds its credential, which ends the one before (ENR-6). */
  readonly confirm: Effect.Effect<void, Refused | Offline, Online>
  /** Asks, online, where its credential stands, and destroys it where that is revoked (ENR-12). Answers whether it did. */
  readonly checkIn: Effect.Effect<boolean, Offline | E, Online>
  /** Gets and confirms another list, online, where few codes are left of the last (GEN-5). Answers whether it did. */
  readonly refill: Effect.Effect<boolean, Refused | Offline | E, Online>
  /** How many codes it can still show; infinity for a seed, and 0 where it holds no credential. */
  readonly left: Effect.Effect<number>
  /**
   * Shows the next code, offline: that of the present step, or the next of the list. The code of one step is as old as
   * its first showing (GEN-3). What is shown of a list is in the store before it is answered: a phone that dies shows no
   * code twice.
   */
  readonly show: (showing?: Showing) => Effect.Effect<Screen, Unmade | E>
  /** Makes the next code, and leaves the screen as it is: what somebody who holds the phone can have it do. */
  readonly make: (showing?: Showing) => Effect.Effect<Made, Unmade | E>
  /**
   * What the phone shows now; undefined where it shows no code, or has shown it for long enough. A phone that starts again
   * shows no code that was made over a transaction: it would have to keep the PIN.
   */
  readonly screen: Effect.Effect<Screen | undefined>
  /** What its store has of it; undefined where it holds no credential. */
  readonly state: Effect.Effect<Saved | undefined>
  /**
   * Gives the password for an order that waits for it, online (STP-1). `isTheirs`: the payer finds that the prompt names
   * their purchase, its payee and its amount. One that does not is not confirmed, and nothing is sent (STP-3).
   */
  readonly approve: (
    prompt: Provider.Prompt,
    isTheirs: boolean,
    password: Redacted.Redacted<string>
  ) => Effect.Effect<Answer | undefined, Provider.WrongPassword | Offline, Online>
  /**
   * Answers the challenge in a short message, offline, with what its seed and the PIN make of it: the text of the answer.
   * `isTheirs`: the payer finds that it names their purchase. One that does not is not answered (STP-3). It fails where
   * the text is no challenge, or the phone holds no seed.
   */
  readonly answer: (
    text: string,
    isTheirs: (transaction: Transaction) => boolean,
    pin: Redacted.Redacted<string>
  ) => Effect.Effect<string | undefined, Refused | Unfit>
}

/** What the phone holds of its enrolment (ENR-3), and the source that its codes come from. */
interface Held {
  readonly saved: Saved
  readonly codeOf: TokenSource.TokenSource
  /** The digits on the screen, of a code that was made over a transaction. */
  readonly bound?: string | undefined
}

/** Whose a wallet is, by their numbers at the provider. */
export interface Owner {
  readonly account: number
  readonly phone: number
}

/**
 * Makes a phone, with the clock of whoever makes it, what its store has, and secure hardware where the scheme needs it
 * (`stepUp.method` is `hardware-pin`).
 */
export const make = Effect.fnUntraced(function* <E = never>(
  rules: Rules,
  { account, phone }: Owner,
  store: Store<E> = forgetful,
  hardware?: SecureHardware.SecureHardware<E>
): Effect.fn.Return<Wallet<E>> {
  const { scheme } = rules
  const { code: format, display } = scheme
  const clock = yield* Clock.Clock
  // Between a look at what is held and its change nobody else may show the same code. Nothing that waits for the provider
  // is done inside, for that would have codes wait for it too (GEN-1).
  const oneAtATime = Semaphore.withPermit(yield* Semaphore.make(1))

  const holding = (saved: Saved | undefined): Held | undefined =>
    saved && { saved, codeOf: TokenSource.make(format, saved) }
  const holds = yield* Ref.make(holding(store.saved))
  const state = Effect.map(Ref.get(holds), (held) => held?.saved)

  const become = Effect.fnUntraced(function* (held: Held | undefined) {
    if (held === (yield* Ref.get(holds))) return
    yield* store.save(held?.saved)
    yield* Ref.set(holds, held)
  }, Effect.uninterruptible)

  /** The phone's clock, corrected, in whole seconds. */
  const corrected = Effect.map(Effect.all([clock.currentTimeMillis, state]), ([millis, saved]) =>
    Math.floor((millis + (saved?.clockDifference ?? 0)) / 1000)
  )

  /** Holds what was issued when the phone's clock read `millis`. */
  const take = Effect.fnUntraced(function* ({ clock: theirs, ...issued }: Provider.Issued, millis: number) {
    const before = yield* state
    const { secret } = issued
    if (secret._tag === "Seed" && secret.second !== undefined && hardware !== undefined) {
      yield* hardware.keep(issued.number, secret.second)
    }
    const saved: Saved = {
      ...issued,
      // The second seed is the hardware's alone.
      secret: secret._tag === "Seed" ? { _tag: "Seed", seed: secret.seed } : secret,
      // The pending credential that it holds already may come again (ENR-9): what is shown of its list is gone.
      shown: before?.number === issued.number ? before.shown : 0,
      clockDifference: theirs - millis
    }
    yield* become(holding(saved))
  }, oneAtATime)

  const enroll = Effect.gen(function* () {
    const issued = yield* Online.use((provider) => provider.enroll(phone))
    yield* take(issued, yield* clock.currentTimeMillis)
  })

  const confirm = Effect.gen(function* () {
    const provider = yield* Online
    const saved = yield* state
    if (saved === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
    yield* provider.confirm(phone, saved.number)
  })

  const left = Effect.map(state, (saved) => (saved === undefined ? 0 : Positions.supply(rules) - saved.shown))

  /** Codes of one kind under one scheme: over a transaction, or over nothing. */
  const fitting = Effect.fnUntraced(function* ({ over, pin }: Showing) {
    if (over === undefined && !Binding.showsPlain(rules)) {
      return yield* new Unfit({ expected: "the till's transaction to make it over", found: "none" })
    }
    if (over !== undefined && !Binding.isBound(rules)) {
      return yield* new Unfit({ expected: "nothing to make it over", found: "a transaction" })
    }
    if (pin !== undefined && (over === undefined || !StepUp.isInCode(rules))) {
      return yield* new Unfit({ expected: "no PIN, for none enters it", found: "one" })
    }
  })

  /** The digits of a code: of the wallet's own, or of the hardware's where the PIN unlocks it. */
  const digitsOf = Effect.fnUntraced(function* (
    { codeOf, saved }: Held,
    position: number,
    { over, pin, revealed = false }: Showing
  ) {
    if (over === undefined) return codeOf(position, revealed)
    if (pin === undefined) return codeOf(position, revealed, { transaction: over })
    if (scheme.stepUp.method === "pin") return codeOf(position, revealed, { transaction: over, pin: Pin.hash(pin) })
    if (hardware === undefined) return yield* new Unfit({ expected: "secure hardware", found: "none" })
    const message = TokenSource.messageOf(format, position, revealed, { transaction: over })
    return TokenSource.withTag(format, saved, position, yield* hardware.tag(saved.number, pin, message))
  })

  /** The next code, and what the phone holds once it has made it. */
  const next = Effect.fnUntraced(function* (asked: Showing = {}) {
    const { revealed = false } = asked
    const held = yield* Ref.get(holds)
    const showing = yield* orRefused(Generation.show(rules, held?.saved, yield* corrected))
    // A phone that is to ask the provider (without GEN-1) has no way to: nothing here reaches anybody.
    if (showing._tag === "Asked" || held === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
    yield* fitting(asked)
    const { position } = showing
    const { saved } = held
    const isCounted = Positions.supply(rules) < Number.POSITIVE_INFINITY
    const after: Held = isCounted ? { ...held, saved: { ...saved, shown: saved.shown + 1 } } : held
    return { made: { code: yield* digitsOf(held, position, asked), position, revealed }, after }
  })

  const made = Effect.fnUntraced(function* (showing?: Showing) {
    const { after, made } = yield* next(showing)
    yield* become(after)
    return made
  }, oneAtATime)

  const screenOf = ({ code, position, revealed }: Made, shownAt: number): Screen => ({
    code,
    position,
    revealed,
    shownAt,
    shownUntil: shownAt + display
  })

  const show = Effect.fnUntraced(function* (showing?: Showing) {
    const now = yield* corrected
    const { after, made } = yield* next(showing)
    const { position, revealed } = made
    const { saved, ...rest } = after
    const nonce = showing?.over?.nonce
    const bound = nonce === undefined ? undefined : made.code
    const before = saved.screen
    if (before?.position === position && before.revealed === revealed && before.nonce === nonce) {
      yield* become(bound === after.bound ? after : { ...after, bound })
      return screenOf(made, before.shownAt)
    }
    const screen = { position, revealed, shownAt: now, ...(nonce !== undefined && { nonce }) }
    yield* become({ ...rest, bound, saved: { ...saved, screen } })
    return screenOf(made, now)
  }, oneAtATime)

  const screen = Effect.map(Effect.all([Ref.get(holds), corrected]), ([held, now]) => {
    const shown = held?.saved.screen
    if (held === undefined || shown === undefined || !Generation.isDisplayed(rules, now - shown.shownAt))
      return undefined
    const { position, revealed, shownAt } = shown
    const code = shown.nonce === undefined ? held.codeOf(position, revealed) : held.bound
    return code === undefined ? undefined : screenOf({ code, position, revealed }, shownAt)
  })

  /** Destroys a credential, unless another has taken its place. */
  const destroy = Effect.fnUntraced(function* (number: number) {
    if ((yield* state)?.number === number) yield* become(undefined)
  }, oneAtATime)

  const checkIn = Effect.gen(function* () {
    const saved = yield* state
    if (saved === undefined) return false
    const status = yield* Online.use((provider) => provider.standing(phone, saved.number))
    if (status !== "revoked") return false
    yield* destroy(saved.number)
    return true
  })

  const refill = Effect.gen(function* () {
    if (Positions.refill(scheme, yield* left) === "no") return false
    yield* enroll
    yield* confirm
    return true
  })

  const approve = Effect.fnUntraced(function* (
    { merchant, order }: Provider.Prompt,
    isTheirs: boolean,
    password: Redacted.Redacted<string>
  ) {
    if (!StepUp.isConfirmed(rules, isTheirs)) return undefined
    const provider = yield* Online
    return yield* provider.authenticate({ account, merchant, order, password })
  })

  const unfit = (problems: ReadonlyArray<Problem>): Unfit => {
    const [{ expected, found, path } = { path: "", expected: "a challenge", found: "another text" }] = problems
    return new Unfit({ expected: `a challenge with${path === "" ? "" : ` ${path} as`} ${expected}`, found })
  }

  const answer = Effect.fnUntraced(function* (
    text: string,
    isTheirs: (transaction: Transaction) => boolean,
    pin: Redacted.Redacted<string>
  ) {
    const transaction = yield* Effect.fromResult(Result.mapError(Challenge.read(text), unfit))
    if (!StepUp.isConfirmed(rules, isTheirs(transaction))) return undefined
    const saved = yield* state
    if (saved === undefined || saved.secret._tag !== "Seed") return yield* new Refused({ reason: "NO_CREDENTIAL" })
    return Challenge.answer(transaction, saved.secret.seed, Pin.hash(pin))
  })

  return { enroll, confirm, checkIn, refill, left, show, make: made, screen, state, approve, answer }
})
