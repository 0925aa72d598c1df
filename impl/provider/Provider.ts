/**
 * Provider: the party that holds the accounts and decides. It has a service for each phase that it has a part in: what it
 * answers is the model's decision on the facts of its ledger.
 */
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Rules } from "../../model/Rules.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import { Enrollment } from "./Enrollment.ts"
import { Recovery } from "./Recovery.ts"
import { Relay } from "./Relay.ts"
import { Settlement } from "./Settlement.ts"
import * as Setup from "./Setup.ts"
import { StepUp } from "./StepUp.ts"
import { Verification } from "./Verification.ts"

export * as Aliases from "./Aliases.ts"
export type { Issued, Opening } from "./Enrollment.ts"
export * as Messages from "./Messages.ts"
export { type Giver, WrongPassword } from "./Passwords.ts"
export type { Beaten, Forgotten } from "./Recovery.ts"
export * as Refused from "./Refused.ts"
export { isSame, KeysWithdrawn, keyNames, mostTerminals, type Notice, type NoticeKey, tagOf } from "./Relay.ts"
export type { Refund, Refunded, RefundOf, Standing } from "./Settlement.ts"
export type { ProviderOptions, Setup } from "./Setup.ts"
export type { Approval, Prompt, Received } from "./StepUp.ts"
export { Taken } from "./Taken.ts"
export type { Request } from "./Verification.ts"
export { Enrollment, Recovery, Relay, Settlement, StepUp, Verification }

/** The services that a provider consists of. */
export type Services = Enrollment | Relay | Verification | StepUp | Settlement

/** A provider as a whole: the service of each phase by its name. */
export interface Provider {
  readonly enrollment: Enrollment["Service"]
  readonly relay: Relay["Service"]
  readonly verification: Verification["Service"]
  readonly stepUp: StepUp["Service"]
  readonly settlement: Settlement["Service"]
}

/** What whoever runs a provider does with its ledger, over the ledger and the randomness that it is given. */
export const layerRecovery = (
  rules: Rules
): Layer.Layer<Recovery, never, Ledger.Services | SecureRandom.SecureRandom> =>
  Layer.provide(Recovery.layer, Setup.layer(rules, {}))

/** The provider under some rules, over the ledger and the randomness that it is given. */
export const layer = (
  rules: Rules,
  options: Setup.ProviderOptions = {}
): Layer.Layer<Services, never, Ledger.Services | SecureRandom.SecureRandom> =>
  Layer.mergeAll(Enrollment.layer, Relay.layer, Verification.layer, StepUp.layer, Settlement.layer).pipe(
    Layer.provide(Setup.layer(rules, options))
  )

/** The provider as a whole, for whoever takes part in every phase. */
export const provider: Effect.Effect<Provider, never, Services> = Effect.all({
  enrollment: Enrollment,
  relay: Relay,
  verification: Verification,
  stepUp: StepUp,
  settlement: Settlement
})

/** Asks the provider as a whole. */
export const use = <A, E, R>(
  question: (provider: Provider) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | Services> => Effect.flatMap(provider, question)
