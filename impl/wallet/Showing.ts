/** Showing: a phone makes the codes that it shows of what it holds, offline. Nothing here reaches anybody (GEN-1). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type { Rules } from "../../model/Rules.ts"
import { Binding, Generation, TokenSource as Positions, StepUp } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Pin, TokenSource, type Transaction } from "../credentials/Credentials.ts"
import { Refused } from "../provider/Provider.ts"
import * as Holding from "./Holding.ts"
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
  readonly over?: Transaction.Transaction
  /**
   * How it is asked for: by the owner, who has unlocked the app for it, unless more is said. What unlocks it, a PIN or a
   * fingerprint, is the affair of the application that a wallet is embedded in (GEN-10).
   */
  readonly asking?: Generation.Asking
  /** What the payer entered besides, where the amount asks for it, or because they wish: see {@link needsPin}. */
  readonly pin?: Redacted.Redacted<string>
}

/** Whether a code must be made with the PIN to be accepted, as far as an offline phone can know. */
export const needsPin = (rules: Rules, { amount }: Transaction.Transaction, revealed: boolean): boolean =>
  StepUp.isInCode(rules) && (amount > rules.scheme.limit.payment || !Generation.isPlain(rules, revealed))

/** A code was asked for of a kind that the scheme does not have. Nothing was made. */
export class Unfit extends Data.TaggedError("Unfit")<{ readonly expected: string; readonly found: string }> {
  override get message(): string {
    return `code: expected ${this.expected}, found ${this.found}`
  }
}

/**
 * Every code of the step was made for some transaction (GEN-9), and nothing was made. In so many seconds of the phone's
 * clock, at least 1, there is another.
 */
export class Spent extends Data.TaggedError("Spent")<{ readonly codes: number; readonly seconds: number }> {
  override get message(): string {
    const all = this.codes === 1 ? "the code" : `all ${this.codes} codes`
    const time = this.seconds === 1 ? "1 second" : `${this.seconds} seconds`
    return `code: expected one that is not used up, found ${all} of this moment made for other payments: wait ${time}`
  }
}

/** The phone shows none to somebody who wants a code so (GEN-10). Nothing was made. */
export class Unasked extends Data.TaggedError("Unasked")<Generation.Asking> {
  override get message(): string {
    return this.asked
      ? "code: expected the app to be unlocked by its owner, found it locked"
      : "code: expected to be asked for one, found nobody who did"
  }
}

/** Why no code was made: a refusal, one that its owner did not ask for, one of the wrong kind, none that is left of the step, or hardware that stays locked. */
export type Unmade = Refused.Refused | Unasked | Unfit | Spent | SecureHardware.Locked

/** Refuses somebody to whom the phone shows no code: as long as nobody asked, or the app is locked (GEN-10). */
const askedFor = (rules: Rules, { asking = ofOwner }: Showing): Effect.Effect<void, Unasked> =>
  Generation.isShown(rules, asking) ? Effect.void : Effect.fail(new Unasked(asking))
const ofOwner: Generation.Asking = { asked: true, unlocked: true }

/** Refuses codes of another kind than the scheme's: it has those over a transaction, or those over nothing. */
const fitting = (rules: Rules, { over, pin }: Showing): Effect.Effect<void, Unfit> => {
  if (over === undefined && !Binding.showsPlain(rules)) {
    return Effect.fail(new Unfit({ expected: "the till's transaction to make it over", found: "none" }))
  }
  if (over !== undefined && !Binding.isBound(rules)) {
    return Effect.fail(new Unfit({ expected: "nothing to make it over", found: "a transaction" }))
  }
  if (pin !== undefined && (over === undefined || !StepUp.isInCode(rules))) {
    return Effect.fail(new Unfit({ expected: "no PIN, for none enters it", found: "one" }))
  }
  return Effect.void
}

/** The digits of a code: of the wallet's own, or of the hardware's where the PIN unlocks it. */
const digitsOf = Effect.fnUntraced(function* <E>(
  { hardware, rules }: Holding.Holder<E>,
  { codeOf, saved }: Holding.Held,
  position: number,
  { over, pin, revealed = false }: Showing
): Effect.fn.Return<string, Unfit | SecureHardware.Locked | E> {
  if (over === undefined) return codeOf(position, revealed)
  if (pin === undefined) return codeOf(position, revealed, { transaction: over })
  if (StepUp.isPinInProof(rules)) return codeOf(position, revealed, { transaction: over, pin: Pin.hash(pin) })
  if (hardware === undefined) return yield* new Unfit({ expected: "secure hardware", found: "none" })
  const { code: format } = rules.scheme
  const message = TokenSource.messageOf(format, position, revealed, { transaction: over })
  return TokenSource.withTag(format, saved, position, yield* hardware.tag(saved.number, pin, message))
})

/** A code, and what the phone holds once it has made it. */
interface Next {
  readonly made: Made
  readonly after: Holding.Held
}

/** The code on the screen, where it is the one that is asked for: over the same transaction, in the same step. */
const shownAgain = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>,
  held: Holding.Held | undefined,
  showing: Showing,
  step: number
): Effect.fn.Return<Next | undefined, Unmade | E> {
  const { over, revealed = false } = showing
  const screen = held?.saved.screen
  if (held?.bound === undefined || screen === undefined) return undefined
  const { position } = screen
  const isOther = screen.nonce !== over?.nonce || screen.revealed !== revealed
  if (isOther || Positions.stepOf(holder.rules.scheme, position) !== step) return undefined
  // With a PIN, or with another, it is another code, which has a position of its own.
  const code = yield* digitsOf(holder, held, position, showing)
  return code === held.bound ? { made: { code, position, revealed }, after: held } : undefined
})

/** Of how many steps a phone remembers how many codes it has made, if its clock goes to and fro. */
const remembered = 16

/** What a phone has of its credential once it has made a code: of a list one less, and no position twice. */
const used = (rules: Rules, saved: Holding.Saved, position: number): Holding.Saved => {
  const isCounted = Positions.supply(rules) < Number.POSITIVE_INFINITY
  const counted = isCounted ? { ...saved, shown: saved.shown + 1 } : saved
  if (!Binding.isBound(rules)) return counted
  const most = remembered * Positions.perStep(rules.scheme)
  return { ...counted, recent: [position, ...(saved.recent ?? [])].slice(0, most) }
}

/** The next code, and what the phone holds once it has made it. */
const next = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>,
  showing: Showing
): Effect.fn.Return<Next, Unmade | E> {
  const { rules } = holder
  const { scheme } = rules
  yield* askedFor(rules, showing)
  const held = yield* Ref.get(holder.held)
  const now = yield* Holding.clock(holder)
  const step = Time.stepAt(scheme, now)
  const again = yield* shownAgain(holder, held, showing, step)
  if (again !== undefined) return again
  const ofStep = (held?.saved.recent ?? []).filter((position) => Positions.stepOf(scheme, position) === step).length
  const decided = yield* Refused.orRefused(Generation.show(rules, held?.saved, now, ofStep))
  // A phone that is to ask the provider (without GEN-1) has no way to: nothing here reaches anybody.
  if (decided._tag === "Asked" || held === undefined) return yield* new Refused.Refused({ reason: "NO_CREDENTIAL" })
  yield* fitting(rules, showing)
  if (decided._tag === "Waits") {
    return yield* new Spent({ codes: Positions.perStep(scheme), seconds: Time.startOfStep(scheme, step + 1) - now })
  }
  const { position } = decided
  const made = { code: yield* digitsOf(holder, held, position, showing), position, revealed: showing.revealed ?? false }
  return { made, after: { ...held, saved: used(rules, held.saved, position) } }
})

/** Makes the next code, and leaves the screen as it is. */
export const make = <E>(holder: Holding.Holder<E>, showing: Showing): Effect.Effect<Made, Unmade | E> =>
  Holding.inTurn(
    holder,
    Effect.gen(function* () {
      const { after, made } = yield* next(holder, showing)
      yield* Holding.become(holder, after)
      return made
    })
  )

const screenOf = ({ scheme }: Rules, { code, position, revealed }: Made, shownAt: number): Screen => ({
  code,
  position,
  revealed,
  shownAt,
  shownUntil: shownAt + scheme.display
})

/** Has the phone show a code, and answers since when it does. A code that it shows already is as old as it was (GEN-3). */
const display = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>,
  { code, position, revealed }: Made,
  after: Holding.Held,
  { now, nonce }: { readonly now: number; readonly nonce: string | undefined }
): Effect.fn.Return<number, E> {
  const { saved, ...rest } = after
  const bound = nonce === undefined ? undefined : code
  const before = saved.screen
  if (before?.position === position && before.revealed === revealed && before.nonce === nonce) {
    yield* Holding.become(holder, bound === after.bound ? after : { ...after, bound })
    return before.shownAt
  }
  const screen = { position, revealed, shownAt: now, ...(nonce !== undefined && { nonce }) }
  yield* Holding.become(holder, { ...rest, bound, saved: { ...saved, screen } })
  return now
})

/** Shows the next code: one of the present step, or the next of the list. */
export const show = <E>(holder: Holding.Holder<E>, showing: Showing): Effect.Effect<Screen, Unmade | E> =>
  Holding.inTurn(
    holder,
    Effect.gen(function* () {
      const now = yield* Holding.clock(holder)
      const { after, made } = yield* next(holder, showing)
      const shownAt = yield* display(holder, made, after, { now, nonce: showing.over?.nonce })
      return screenOf(holder.rules, made, shownAt)
    })
  )

/** What the phone shows now; undefined where it shows no code, or has shown it for long enough. */
export const screen = <E>(holder: Holding.Holder<E>): Effect.Effect<Screen | undefined> =>
  Effect.map(Effect.all([Ref.get(holder.held), Holding.clock(holder)]), ([held, now]) => {
    const shown = held?.saved.screen
    if (held === undefined || shown === undefined) return undefined
    if (!Generation.isDisplayed(holder.rules, now - shown.shownAt)) return undefined
    const { position, revealed, shownAt } = shown
    const code = shown.nonce === undefined ? held.codeOf(position, revealed) : held.bound
    return code === undefined ? undefined : screenOf(holder.rules, { code, position, revealed }, shownAt)
  })
