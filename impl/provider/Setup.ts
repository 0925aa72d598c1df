/** Setup: what every part of a provider goes by: its rules, its clock, what it draws, its gateway and its ledger. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Rules } from "../../model/Rules.ts"
import { Draws, Password } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Messages from "./Messages.ts"

/** What a provider is set up with beside the rules. */
export interface ProviderOptions {
  /** What the check of a password costs; unless given, {@link Password.standardCost}. */
  readonly passwordCost?: Password.Cost
  /**
   * How new accounts are numbered: from 0 on, or with up to fifteen digits that are drawn, so that nobody finds another's by counting. Unless
   * given, from 0 on.
   */
  readonly accounts?: "counted" | "drawn"
}

/** What the parts of a provider share. */
export class Setup extends Context.Service<
  Setup,
  {
    readonly rules: Rules
    /** The provider's clock, in milliseconds since the epoch. */
    readonly millis: Effect.Effect<number>
    /** The same, in seconds. */
    readonly now: Effect.Effect<number>
    readonly random: SecureRandom.SecureRandom["Service"]
    readonly draws: Draws.Draws
    readonly passwordCost: Password.Cost
    readonly accounts: "counted" | "drawn"
    /** The verifier of no password. */
    readonly nobody: Password.Verifier
    readonly messages: Messages.Gateway
    readonly ledger: Ledger.Ledger
  }
>()("paycode/impl/provider/Setup") {}

const make = Effect.fnUntraced(function* (
  rules: Rules,
  { accounts = "counted", passwordCost = Password.standardCost }: ProviderOptions
) {
  const random = yield* SecureRandom.SecureRandom
  // Its own clock, whoever calls: a phone in the same process may have another.
  const { currentTimeMillis: millis } = yield* Clock.Clock
  return {
    rules,
    millis,
    now: Effect.map(millis, (at) => Math.floor(at / 1000)),
    random,
    draws: Draws.make(random, rules.scheme),
    passwordCost,
    accounts,
    nobody: yield* Password.verifier(Redacted.make(""), new Uint8Array(Password.saltBytes), passwordCost),
    messages: yield* Messages.Messages,
    ledger: yield* Ledger.ledger
  }
})

/** A provider's setup under some rules, over the ledger and the randomness that it is given. */
export const layer = (
  rules: Rules,
  options: ProviderOptions
): Layer.Layer<Setup, never, Ledger.Services | SecureRandom.SecureRandom> => Layer.effect(Setup, make(rules, options))
