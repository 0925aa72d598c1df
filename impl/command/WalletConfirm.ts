/** WalletConfirm: `wallet approve` and `wallet answer` confirm an order that waits for its payer. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Rules } from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Challenge, type Transaction } from "../credentials/Credentials.ts"
import { Client } from "../http/Http.ts"
import type * as Provider from "../provider/Provider.ts"
import { Online, type WalletFile } from "../wallet/Wallet.ts"
import { failed, orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network, offline } from "./Network.ts"
import * as Say from "./Say.ts"
import * as Secrets from "./Secrets.ts"
import { file, keyFile, online, opened, passwordFile, pinFile } from "./WalletAccess.ts"

/** What the payer knows of the purchase, as it was typed: whom they pay, and how much. */
export interface Purchase {
  readonly merchant: Option.Option<string>
  readonly amount: Option.Option<number>
}

/** Whether a transaction is the payer's, by what they have typed or answer now. */
export const isConfirmed = Effect.fnUntraced(function* (
  { amount, order, payee }: Transaction.Transaction,
  typed: Purchase
) {
  const said = `${amount} to ${payee} for order ${order}`
  if (Option.isSome(typed.merchant) && Option.isSome(typed.amount)) {
    return typed.merchant.value === payee && typed.amount.value === amount
  }
  if (!process.stdin.isTTY) {
    return yield* unusable(`--merchant, --amount: expected what you are paying and to whom; the phone reads ${said}`)
  }
  return yield* Effect.orElseSucceed(Prompt.run(Prompt.Confirm({ message: `Pay ${said}?` })), () => false)
})

/** Fails unless a prompt names the payer's purchase. */
const mustBeTheirs = Effect.fnUntraced(function* ({ amount, merchant, order }: Provider.Prompt, typed: Purchase) {
  if (Option.isNone(typed.merchant) || Option.isNone(typed.amount)) {
    return yield* unusable(
      `--merchant, --amount: expected what you are paying and to whom; the prompt says ${amount} to ${merchant}`
    )
  }
  if (merchant === typed.merchant.value && amount === typed.amount.value) return
  const expected = `${typed.amount.value} to ${typed.merchant.value}`
  return yield* failed(`order ${order}: expected ${expected}, found ${amount} to ${merchant}; no password was sent`)
})

/** Gives the password for an order. */
export const approve = Command.make(
  "approve",
  {
    order: Argument.String("order").pipe(
      Argument.withDescription("the order to pay; without one, those that wait are listed"),
      Argument.optional
    ),
    ...Flags.purchase(
      "the merchant that you are paying: the prompt must name it",
      "what you are paying, in minor units: the prompt must name it"
    ),
    file,
    keyFile,
    passwordFile
  },
  Effect.fn("wallet approve")(
    function* ({ amount, file, keyFile, merchant, order, passwordFile }) {
      const { contents, wallet } = yield* opened(file, keyFile)
      const reached = online(contents)
      const requested = Online.Online.use((provider) => provider.prompts(contents.phone))
      const prompts = yield* orFailed(Effect.provide(requested, reached))
      if (Option.isNone(order)) {
        const lines = prompts.map((prompt) => `${prompt.order}: ${prompt.amount} to ${prompt.merchant}`)
        return yield* Say.lines(...(lines.length === 0 ? ["no order waits for the password"] : lines))
      }
      const prompt = prompts.find((waiting) => waiting.order === order.value)
      if (prompt === undefined) return yield* failed(`order ${order.value}: expected one that waits, found none`)
      yield* mustBeTheirs(prompt, { merchant, amount })
      const password = yield* Secrets.password(passwordFile)
      const answer = yield* orFailed(Effect.provide(wallet.approve(prompt, true, password), reached))
      if (answer !== "PAID") return yield* failed(`order ${prompt.order}: ${answer ?? "not confirmed"}`)
      yield* Say.lines(`order ${prompt.order}: ${prompt.amount} paid to ${prompt.merchant}`)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Give the password, online, for an order over the limits"))

/** The telephone number of a wallet that sends short messages. */
const numberOf = (path: string, rules: Rules, { scheme, telephone }: WalletFile.Contents) => {
  if (StepUp.isByMessage(rules) && telephone !== undefined) return Effect.succeed(telephone)
  const found = telephone === undefined ? "no telephone number" : scheme.scheme
  return unusable(`${path}: expected a scheme of short messages, and a telephone number, found ${found}`)
}

/** Says what became of a message. */
const end = Effect.fnUntraced(function* (received: Provider.Received | undefined) {
  const about = received?.order === undefined ? "" : `order ${received.order.order}: `
  if (received?.answer !== "PAID") {
    return yield* failed(`${about}${received?.answer ?? "the provider took the message for nothing"}`)
  }
  yield* Say.lines(`${about}paid`)
})

/** A challenge that came in a short message. */
interface Received {
  readonly text: string
  readonly requested: Transaction.Transaction
}

/** The challenges among short messages, in the order in which they came. */
const challengesIn = (inbox: ReadonlyArray<{ readonly text: string }>): ReadonlyArray<Received> =>
  inbox.flatMap(({ text }) => {
    const read = Challenge.read(text)
    return Result.isSuccess(read) ? [{ text, requested: read.success }] : []
  })

/** Answers the challenge in a short message, or sends the password in one. */
export const answer = Command.make(
  "answer",
  {
    order: Argument.String("order").pipe(
      Argument.withDescription("the order to answer for; without one, the challenges that have come are listed"),
      Argument.optional
    ),
    ...Flags.purchase(
      "the name of whom you are paying: the challenge must name it",
      "what you are paying, in minor units: the challenge must name it"
    ),
    file,
    keyFile,
    passwordFile,
    pinFile
  },
  Effect.fn("wallet answer")(
    function* ({ amount, file, keyFile, merchant, order, passwordFile, pinFile }) {
      const { contents, rules, wallet } = yield* opened(file, keyFile, pinFile)
      const number = yield* numberOf(file, rules, contents)
      const phones = yield* Client.network({ url: contents.provider })
      if (StepUp.isPasswordMessaged(rules)) {
        const password = yield* Secrets.password(passwordFile)
        return yield* end(yield* orFailed(phones.send(number, Challenge.password(password))))
      }
      const challenges = challengesIn(yield* orFailed(phones.inbox(number)))
      if (Option.isNone(order)) {
        const lines = challenges.map(({ requested }) => `${requested.order}: ${requested.amount} to ${requested.payee}`)
        return yield* Say.lines(...(lines.length === 0 ? ["no challenge has come"] : lines))
      }
      const challenge = challenges.findLast(({ requested }) => requested.order === order.value)
      if (challenge === undefined) return yield* failed(`order ${order.value}: expected a challenge, found none`)
      const isTheirs = yield* isConfirmed(challenge.requested, { merchant, amount })
      const pin = isTheirs ? yield* Secrets.pin(pinFile) : Redacted.make("")
      const given = yield* orFailed(wallet.answer(challenge.text, () => isTheirs, pin))
      if (given === undefined) {
        const { requested } = challenge
        return yield* failed(
          `order ${requested.order}: not confirmed: it is ${requested.amount} to ${requested.payee}; nothing was sent`
        )
      }
      yield* end(yield* orFailed(phones.send(number, given)))
    },
    Effect.scoped,
    Effect.provide(network)
  )
).pipe(
  Command.withDescription(
    "Answer the challenge in a short message, or send the password in one: with a provider that runs a telephone network"
  )
)
