/** Passwords: the password of an account, and how many wrong ones, or wrong answers to challenges, a day takes (STP-7). */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Rules } from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Password } from "../credentials/Credentials.ts"
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

/** Looks at a password, and answers how many wrong ones were given before it on this provider day (STP-7). */
export const lookAt = Effect.fnUntraced(function* (
  { ledger: { accounts }, nobody, now, rules }: Setup["Service"],
  account: number,
  password: Redacted.Redacted<string>
) {
  const today = Time.dayAt(rules.scheme, yield* now)
  const known = yield* accounts.passwordOf(account)
  const before = known === undefined ? 0 : yield* accounts.countPassword(account, today, mayAnswer(rules))
  if (before === undefined) return yield* new WrongPassword({ account, exhausted: true })
  // Who asks for an account that is none is kept waiting as long.
  const isRight = yield* Password.isRight(known ?? nobody, password)
  if (!isRight || known === undefined) return yield* new WrongPassword({ account, exhausted: false })
  yield* accounts.forgivePassword(account, today)
  return before
})
