/**
 * Wallet: a phone. It enrols while it is online, and then makes its codes from what it holds: the types of
 * {@link Wallet.show} and {@link Wallet.make} name no provider and no network (GEN-1).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Semaphore from "effect/Semaphore"
import * as Generation from "../model/Generation.ts"
import type { Answer } from "../model/Order.ts"
import type { Rules } from "../model/Rules.ts"
import * as StepUp from "../model/StepUp.ts"
import * as Positions from "../model/TokenSource.ts"
import { type Offline, Online } from "./Online.ts"
import type * as Provider from "./Provider.ts"
import { orRefused, Refused } from "./Refused.ts"
import * as TokenSource from "./TokenSource.ts"

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
}

/** What a phone must find again when it starts: its credential, and what it has shown of it. */
export interface Saved extends TokenSource.Credential, Generation.Held {
  readonly number: number
  /** The provider's clock less the phone's, in milliseconds. */
  readonly clockDifference: number
  /** The code that was shown last, without its digits. A phone that starts again shows it for no longer (GEN-3). */
  readonly screen?: Pick<Screen, "position" | "revealed" | "shownAt"> | undefined
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
  readonly show: (showing?: Showing) => Effect.Effect<Screen, Refused | E>
  /** Makes the next code, and leaves the screen as it is: what somebody who holds the phone can have it do. */
  readonly make: (showing?: Showing) => Effect.Effect<Made, Refused | E>
  /** What the phone shows now; undefined where it shows no code, or has shown it for long enough. */
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
}

/** What the phone holds of its enrolment (ENR-3), and the source that its codes come from. */
interface Held {
  readonly saved: Saved
  readonly codeOf: TokenSource.TokenSource
}

/** Whose a wallet is, by their numbers at the provider. */
export interface Owner {
  readonly account: number
  readonly phone: number
}

/** Makes a phone, with the clock of whoever makes it, and what its store has. */
export const make = Effect.fnUntraced(function* <E = never>(
  rules: Rules,
  { account, phone }: Owner,
  store: Store<E> = forgetful
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
    const saved: Saved = {
      ...issued,
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

  /** The next code, and what the phone holds once it has made it. */
  const next = Effect.fnUntraced(function* ({ revealed = false }: Showing = {}) {
    const held = yield* Ref.get(holds)
    const showing = yield* orRefused(Generation.show(rules, held?.saved, yield* corrected))
    // A phone that is to ask the provider (without GEN-1) has no way to: nothing here reaches anybody.
    if (showing._tag === "Asked" || held === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
    const { position } = showing
    const { codeOf, saved } = held
    const isCounted = Positions.supply(rules) < Number.POSITIVE_INFINITY
    const after: Held = isCounted ? { codeOf, saved: { ...saved, shown: saved.shown + 1 } } : held
    return { made: { code: codeOf(position, revealed), position, revealed }, after }
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
    const { codeOf, saved } = after
    const before = saved.screen
    if (before?.position === position && before.revealed === revealed) {
      yield* become(after)
      return screenOf(made, before.shownAt)
    }
    yield* become({ codeOf, saved: { ...saved, screen: { position, revealed, shownAt: now } } })
    return screenOf(made, now)
  }, oneAtATime)

  const screen = Effect.map(Effect.all([Ref.get(holds), corrected]), ([held, now]) => {
    const shown = held?.saved.screen
    if (held === undefined || shown === undefined || !Generation.isDisplayed(rules, now - shown.shownAt))
      return undefined
    return screenOf({ ...shown, code: held.codeOf(shown.position, shown.revealed) }, shown.shownAt)
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

  return { enroll, confirm, checkIn, refill, left, show, make: made, screen, state, approve }
})
