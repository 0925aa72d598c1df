/** Passwords: the password of an account, and how many wrong ones, or wrong answers to challenges, a day takes (STP-7). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Rules } from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Password } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Setup } from "./Setup.ts"

/** The password is not that of the account, or no more of them are looked at today. Nothing was decided. */
export class WrongPassword extends Data.TaggedError("WrongPassword")<{
  readonly account: number
  /** So many wrong ones were given on this provider day that the right one is refused as well. */
  readonly exhausted: boolean
}> {
  override get message(): string {
    return this.exhausted
      ? `account ${this.account}: expected no more passwords today, for too many were wrong`
      : `account ${this.account}: expected its password, found another`
  }
}

/** How many wrong passwords a day are looked at where a scheme says nothing of them, for no order waits for one. */
const wrongPasswords = 10

/** Whether another answer is looked at after so many wrong ones on a provider day. */
export const mayAnswer =
  (rules: Rules) =>
  (wrong: number): boolean =>
    StepUp.takesAnswer(rules, wrong) && (rules.scheme.stepUp.attempts !== undefined || wrong < wrongPasswords)

/**
 * Who gives a password: a phone on which the owner has signed in, or anybody else, from anywhere; and which of them it is, by the name of
 * its key or where it asks from.
 */
export interface Giver {
  readonly from: "a phone" | "anywhere"
  readonly party: string
}

/** Below so many wrong passwords a day there is nothing to share out. */
const leastShared = 4

/**
 * What of an account's wrong passwords of a day may come from whoever gives one: half of them from anywhere, and the rest from the owner's
 * phones, so that who has no phone shuts no phone out, and who has stolen one does not shut out its owner, who asks from elsewhere; and
 * of either part about half from one party.
 */
export const sharesOf = ({ scheme: { stepUp } }: Rules, giver: Giver | undefined): ReadonlyArray<Ledger.Share> => {
  const { attempts = wrongPasswords } = stepUp
  if (giver === undefined || attempts < leastShared) return []
  const anywhere = Math.floor(attempts / 2)
  const most = giver.from === "anywhere" ? anywhere : attempts - anywhere
  return [
    { whom: giver.from, most },
    { whom: `${giver.from}: ${giver.party}`, most: Math.ceil(most / 2) }
  ]
}

/** A password that somebody gives for an account; unless it is said who, nobody's share is counted. */
export interface Given {
  readonly account: number
  readonly password: Redacted.Redacted<string>
  readonly giver?: Giver | undefined
}

/** Looks at a password, and answers how many wrong ones were given before it on this provider day (STP-7). */
export const lookAt = Effect.fnUntraced(function* (
  { ledger: { accounts }, nobody, now, rules }: Setup["Service"],
  { account, giver, password }: Given
) {
  const shares = sharesOf(rules, giver)
  const today = Time.dayAt(rules.scheme, yield* now)
  const known = yield* accounts.passwordOf(account)
  const before = known === undefined ? 0 : yield* accounts.countPassword(account, today, mayAnswer(rules), shares)
  if (before === undefined) return yield* new WrongPassword({ account, exhausted: true })
  // Who asks for an account that is none is kept waiting as long.
  const isRight = yield* Password.isRight(known ?? nobody, password)
  if (!isRight || known === undefined) return yield* new WrongPassword({ account, exhausted: false })
  yield* accounts.forgivePassword(account, today, shares)
  return before
})

/** Gives everybody their shares again of the wrong passwords of an account on this provider day; answers how many more are looked at. */
export const unlock = Effect.fnUntraced(function* (
  { ledger: { accounts }, now, rules }: Setup["Service"],
  account: number
) {
  const wrong = yield* accounts.unlock(account, Time.dayAt(rules.scheme, yield* now))
  return Math.max(0, (rules.scheme.stepUp.attempts ?? wrongPasswords) - wrong)
})
