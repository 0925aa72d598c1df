/**
 * Wallet: a phone. It enrols while it is online, and then makes its codes from what it holds: the types of
 * {@link Wallet.show} and {@link Wallet.make} name no provider, no network and no storage (GEN-1).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
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

/** A phone of one account. */
export interface Wallet {
  /** Gets a credential, online. It takes the place of the one that the phone holds. */
  readonly enroll: Effect.Effect<void, Refused | Offline, Online>
  /** Tells the provider, online, that the phone holds its credential, which ends the one before (ENR-6). */
  readonly confirm: Effect.Effect<void, Refused | Offline, Online>
  /** Asks, online, where its credential stands, and destroys it where that is revoked (ENR-12). Answers whether it did. */
  readonly checkIn: Effect.Effect<boolean, Offline, Online>
  /** Gets and confirms another list, online, where few codes are left of the last (GEN-5). Answers whether it did. */
  readonly refill: Effect.Effect<boolean, Refused | Offline, Online>
  /** How many codes it can still show; infinity for a seed, and 0 where it holds no credential. */
  readonly left: Effect.Effect<number>
  /**
   * Shows the next code, offline: that of the present step, or the next of the list. The code of one step is as old as
   * its first showing (GEN-3).
   */
  readonly show: (showing?: Showing) => Effect.Effect<Screen, Refused>
  /** Makes the next code, and leaves the screen as it is: what somebody who holds the phone can have it do. */
  readonly make: (showing?: Showing) => Effect.Effect<Made, Refused>
  /** What the phone shows now; undefined where it shows no code, or has shown it for long enough. */
  readonly screen: Effect.Effect<Screen | undefined>
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

/** What the phone holds of its enrolment (ENR-3). The secret itself is not kept: its source is all that codes need. */
interface Credential extends Generation.Held {
  readonly number: number
  readonly codeOf: TokenSource.TokenSource
  /** The provider's clock less the phone's, in milliseconds. */
  readonly clockDifference: number
}

/** Whose a wallet is, by their numbers at the provider. */
export interface Owner {
  readonly account: number
  readonly phone: number
}

/** Makes a phone, with the clock of whoever makes it, and no credential yet. */
export const make = Effect.fnUntraced(function* (rules: Rules, { account, phone }: Owner): Effect.fn.Return<Wallet> {
  const { scheme } = rules
  const { code: format, display } = scheme
  const clock = yield* Clock.Clock
  const credential = yield* Ref.make<Credential | undefined>(undefined)
  const shown = yield* Ref.make<Screen | undefined>(undefined)

  /** The phone's clock, corrected, in whole seconds. */
  const corrected = Effect.map(Effect.all([clock.currentTimeMillis, Ref.get(credential)]), ([millis, held]) =>
    Math.floor((millis + (held?.clockDifference ?? 0)) / 1000)
  )

  const enroll = Effect.gen(function* () {
    const provider = yield* Online
    const { clock: theirs, number, ...issued } = yield* provider.enroll(phone)
    const before = yield* Ref.get(credential)
    yield* Ref.set(credential, {
      number,
      codeOf: TokenSource.make(format, issued),
      // The pending credential that it holds already may come again (ENR-9): what is shown of its list is gone.
      shown: before?.number === number ? before.shown : 0,
      clockDifference: theirs - (yield* clock.currentTimeMillis)
    })
    yield* Ref.set(shown, undefined)
  })

  const confirm = Effect.gen(function* () {
    const provider = yield* Online
    const held = yield* Ref.get(credential)
    if (held === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
    yield* provider.confirm(phone, held.number)
  })

  const left = Effect.map(Ref.get(credential), (held) =>
    held === undefined ? 0 : Positions.supply(rules) - held.shown
  )

  const next = Effect.fnUntraced(function* ({ revealed = false }: Showing = {}) {
    const held = yield* Ref.get(credential)
    const showing = yield* orRefused(Generation.show(rules, held, yield* corrected))
    // A phone that is to ask the provider (without GEN-1) has no way to: nothing here reaches anybody.
    if (showing._tag === "Asked" || held === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
    const { position } = showing
    if (Positions.supply(rules) < Number.POSITIVE_INFINITY)
      yield* Ref.set(credential, { ...held, shown: held.shown + 1 })
    return { code: held.codeOf(position, revealed), position, revealed }
  })

  const show = Effect.fnUntraced(function* (showing?: Showing) {
    const now = yield* corrected
    const made = yield* next(showing)
    const before = yield* Ref.get(shown)
    if (before?.position === made.position && before.revealed === made.revealed) return before
    const screen = { ...made, shownAt: now, shownUntil: now + display }
    yield* Ref.set(shown, screen)
    return screen
  })

  const checkIn = Effect.gen(function* () {
    const held = yield* Ref.get(credential)
    if (held === undefined) return false
    const status = yield* Online.use((provider) => provider.standing(phone, held.number))
    if (status !== "revoked") return false
    yield* Ref.set(credential, undefined)
    yield* Ref.set(shown, undefined)
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

  return {
    enroll,
    confirm,
    checkIn,
    refill,
    left,
    show,
    make: next,
    screen: Effect.map(Effect.all([Ref.get(shown), corrected]), ([screen, now]) =>
      screen !== undefined && Generation.isDisplayed(rules, now - screen.shownAt) ? screen : undefined
    ),
    approve
  }
})
