/** Confirming: a payer confirms an order that waits for them, by the password or by the answer to a challenge. */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Problem } from "../../model/Decode.ts"
import type { Answer } from "../../model/Order.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Challenge, Pin, type Transaction } from "../credentials/Credentials.ts"
import type * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Holding from "./Holding.ts"
import { type Offline, Online } from "./Online.ts"
import { Unfit } from "./Showing.ts"

/** Gives the password for an order that waits for it, online (STP-1), unless the prompt is not theirs (STP-3). */
export const approve = Effect.fnUntraced(function* <E>(
  { owner: { account }, rules }: Holding.Holder<E>,
  { merchant, order }: Provider.Prompt,
  isTheirs: boolean,
  password: Redacted.Redacted<string>
): Effect.fn.Return<Answer | undefined, Provider.WrongPassword | Refused.Refused | Offline, Online> {
  if (!StepUp.isConfirmed(rules, isTheirs)) return undefined
  const provider = yield* Online
  return yield* provider.authenticate({ account, merchant, order, password })
})

const unfit = (problems: ReadonlyArray<Problem>): Unfit => {
  const [{ expected, found, path } = { path: "", expected: "a challenge", found: "another text" }] = problems
  return new Unfit({ expected: `a challenge with${path === "" ? "" : ` ${path} as`} ${expected}`, found })
}

/** Answers the challenge in a short message, offline, unless it is not theirs (STP-3): the text of the answer. */
export const answer = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>,
  text: string,
  isTheirs: (transaction: Transaction.Transaction) => boolean,
  pin: Redacted.Redacted<string>
): Effect.fn.Return<string | undefined, Refused.Refused | Unfit> {
  const transaction = yield* Effect.fromResult(Result.mapError(Challenge.read(text), unfit))
  if (!StepUp.isConfirmed(holder.rules, isTheirs(transaction))) return undefined
  const saved = yield* Holding.saved(holder)
  if (saved === undefined || saved.secret._tag !== "Seed")
    return yield* new Refused.Refused({ reason: "NO_CREDENTIAL" })
  return Challenge.answer(transaction, saved.secret.seed, Pin.hash(pin))
})
