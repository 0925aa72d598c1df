/**
 * Holding: what a phone holds of its enrollment, in its memory and in its store, and the clock that it reads. Whatever a
 * phone does begins with what it holds, and is done once the store has what it holds then.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Semaphore from "effect/Semaphore"
import type { Rules } from "../../model/Rules.ts"
import type { Generation } from "../../model/steps/Steps.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import type * as SecureHardware from "./SecureHardware.ts"

/** A code that was shown, without its digits. The instant is that of the phone's corrected clock, in whole seconds. */
export interface ShownCode {
  readonly position: number
  readonly revealed: boolean
  readonly shownAt: number
  /** The nonce of the transaction that it was made over; undefined where it was made over nothing. */
  readonly nonce?: string | undefined
}

/** What a phone must find again when it starts: its credential, and what it has shown of it. */
export interface Saved extends TokenSource.Credential, Generation.Held {
  readonly number: number
  /** The provider's clock less the phone's, in milliseconds. */
  readonly clockDifference: number
  /** The code that was shown last. A phone that starts again shows it for no longer (GEN-3). */
  readonly screen?: ShownCode | undefined
  /** The positions of the last codes that were made over transactions, newest first: none is used again (GEN-9). */
  readonly recent?: ReadonlyArray<number> | undefined
}

/** Where a phone keeps what it must find again; undefined stands for a phone that holds no credential. */
export interface Store<E> {
  readonly saved: Saved | undefined
  /** Keeps it in the place of what was kept before. Where this fails, the one or the other is kept. */
  readonly save: (saved: Saved | undefined) => Effect.Effect<void, E>
}

/** A store for a phone that never starts again. */
export const forgetful: Store<never> = { saved: undefined, save: () => Effect.void }

/** Whose a wallet is, by their numbers at the provider. */
export interface Owner {
  readonly account: number
  readonly phone: number
}

/** What the phone holds of its enrollment (ENR-3), and the source that its codes come from. */
export interface Held {
  readonly saved: Saved
  readonly codeOf: TokenSource.TokenSource
  /** The digits on the screen, of a code that was made over a transaction. */
  readonly bound?: string | undefined
}

/** A phone: whose it is, and all that it has. Its store fails with `E`. */
export interface Holder<E> {
  readonly rules: Rules
  readonly owner: Owner
  readonly store: Store<E>
  /** Secure hardware, where the scheme needs it. */
  readonly hardware: SecureHardware.SecureHardware<E> | undefined
  readonly clock: Clock.Clock
  readonly held: Ref.Ref<Held | undefined>
  readonly turn: Semaphore.Semaphore
}

const holding = (rules: Rules, saved: Saved | undefined): Held | undefined =>
  saved && { saved, codeOf: TokenSource.make(rules.scheme.code, saved) }

/** A phone with what its store has, and with the clock of whoever makes it. */
export const make = Effect.fnUntraced(function* <E>(
  parts: Pick<Holder<E>, "rules" | "owner" | "store" | "hardware">
): Effect.fn.Return<Holder<E>> {
  const held = yield* Ref.make(holding(parts.rules, parts.store.saved))
  return { ...parts, clock: yield* Clock.Clock, held, turn: yield* Semaphore.make(1) }
})

/**
 * Takes a turn: between a look at what is held and its change nobody else may show the same code. Nothing that waits for
 * the provider is done inside, for that would have codes wait for it too (GEN-1).
 */
export const inTurn = <P, A, E, R>({ turn }: Holder<P>, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Semaphore.withPermit(turn, effect)

/** What the store has of a phone; undefined where it holds no credential. */
export const saved = <E>({ held }: Holder<E>): Effect.Effect<Saved | undefined> =>
  Effect.map(Ref.get(held), (held) => held?.saved)

/** The phone's clock, corrected, in whole seconds. */
export const clock = <E>(holder: Holder<E>): Effect.Effect<number> =>
  Effect.map(Effect.all([holder.clock.currentTimeMillis, saved(holder)]), ([millis, saved]) =>
    Math.floor((millis + (saved?.clockDifference ?? 0)) / 1000)
  )

/** Has a phone hold something else, once its store has it. In a turn only. */
export const become = Effect.fnUntraced(function* <E>(
  { held, store }: Holder<E>,
  next: Held | undefined
): Effect.fn.Return<void, E> {
  if (next === (yield* Ref.get(held))) return
  yield* store.save(next?.saved)
  yield* Ref.set(held, next)
}, Effect.uninterruptible)

/** Has a phone hold a credential. In a turn only. */
export const take = <E>(holder: Holder<E>, saved: Saved): Effect.Effect<void, E> =>
  become(holder, holding(holder.rules, saved))

/** Destroys a credential, by its number, unless another has taken its place. */
export const destroy = <E>(holder: Holder<E>, number: number): Effect.Effect<void, E> =>
  inTurn(
    holder,
    Effect.flatMap(saved(holder), (held) => (held?.number === number ? become(holder, undefined) : Effect.void))
  )
