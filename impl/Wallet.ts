/**
 * Wallet: a phone. It enrols while it is online, and then makes its codes from what it holds: the type of
 * {@link Wallet.show} names no provider, no network and no storage (GEN-1).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Generation from "../model/Generation.ts"
import type { Rules } from "../model/Rules.ts"
import * as Provider from "./Provider.ts"
import { orRefused, Refused } from "./Refused.ts"
import * as TokenSource from "./TokenSource.ts"

/** A code on a screen. Instants are those of the phone's corrected clock, in whole seconds. */
export interface Screen {
  readonly code: string
  /** The step that the code is made for. */
  readonly step: number
  readonly shownAt: number
  /** The last second at which it is still shown. */
  readonly shownUntil: number
}

/** A phone of one account. */
export interface Wallet {
  /** Gets a credential, online. It takes the place of the one that the phone holds. */
  readonly enroll: Effect.Effect<void, Refused, Provider.Provider>
  /** Shows the code of the present step, offline. The code of one step is as old as its first showing (GEN-3). */
  readonly show: Effect.Effect<Screen, Refused>
  /** What the phone shows now; undefined where it shows no code, or has shown it for long enough. */
  readonly screen: Effect.Effect<Screen | undefined>
}

/** What the phone holds of its enrolment (ENR-3). The seed itself is not kept: its key is all that codes need. */
interface Credential {
  readonly codeOf: TokenSource.TokenSource
  /** The provider's clock less the phone's, in milliseconds. */
  readonly clockDifference: number
}

/** Makes a phone of an account, with the clock of whoever makes it, and no credential yet. */
export const make = Effect.fnUntraced(function* (rules: Rules, account: number): Effect.fn.Return<Wallet> {
  const { code: format, display } = rules.scheme
  const clock = yield* Clock.Clock
  const credential = yield* Ref.make<Credential | undefined>(undefined)
  const shown = yield* Ref.make<Screen | undefined>(undefined)

  /** The phone's clock, corrected, in whole seconds. */
  const corrected = Effect.map(Effect.all([clock.currentTimeMillis, Ref.get(credential)]), ([millis, held]) =>
    Math.floor((millis + (held?.clockDifference ?? 0)) / 1000)
  )

  return {
    enroll: Effect.gen(function* () {
      const provider = yield* Provider.Provider
      const issued = yield* provider.enroll(account)
      const clockDifference = issued.clock - (yield* clock.currentTimeMillis)
      yield* Ref.set(credential, { codeOf: TokenSource.make(format, issued), clockDifference })
      yield* Ref.set(shown, undefined)
    }),
    show: Effect.gen(function* () {
      const held = yield* Ref.get(credential)
      const now = yield* corrected
      const showing = yield* orRefused(Generation.show(rules, held !== undefined, now))
      // A phone that is to ask the provider (without GEN-1) has no way to: nothing here reaches anybody.
      if (showing._tag === "Asked" || held === undefined) return yield* new Refused({ reason: "NO_CREDENTIAL" })
      const { step } = showing
      const before = yield* Ref.get(shown)
      if (before?.step === step) return before
      const screen = { code: held.codeOf(step), step, shownAt: now, shownUntil: now + display }
      yield* Ref.set(shown, screen)
      return screen
    }),
    screen: Effect.map(Effect.all([Ref.get(shown), corrected]), ([screen, now]) =>
      screen !== undefined && Generation.isDisplayed(rules, now - screen.shownAt) ? screen : undefined
    )
  }
})
