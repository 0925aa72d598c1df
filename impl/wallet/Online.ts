/**
 * Online: what a phone asks of its provider while it has a network, whatever way there is between them. A phone needs no
 * more of a provider than this.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Answer } from "../../model/Order.ts"
import type { Enrollment } from "../../model/steps/Steps.ts"
import { Database } from "../ledger/Ledger.ts"
import type { Refused } from "../provider/Provider.ts"
import * as Provider from "../provider/Provider.ts"

/** The provider was not reached, or did not answer. What it was asked it may have done, or not: ask again. */
export class Offline extends Data.TaggedError("Offline")<{ readonly because: string }> {
  override get message(): string {
    return `provider: expected an answer, found ${this.because}`
  }
}

/** The provider, as a phone reaches it. */
export class Online extends Context.Service<
  Online,
  {
    /** Gets a credential for a phone: its first or another, pending until it is confirmed or first used. */
    readonly enroll: (phone: number) => Effect.Effect<Provider.Issued, Refused.Refused | Offline>
    /** Tells that a phone holds a credential (ENR-6). */
    readonly confirm: (phone: number, credential: number) => Effect.Effect<void, Refused.Refused | Offline>
    /** Where a credential of a phone stands; undefined where it is none of the phone's. One of a phone that was revoked is (ENR-12). */
    readonly standing: (
      phone: number,
      credential: number
    ) => Effect.Effect<Enrollment.CredentialStatus | undefined, Offline>
    /** The orders of a phone's account that wait for its owner's password (STP-3), where the owner has signed in on it (STP-8). */
    readonly prompts: (phone: number) => Effect.Effect<ReadonlyArray<Provider.Prompt>, Refused.Refused | Offline>
    /** Gives the password for an order (STP-1). */
    readonly authenticate: (
      approval: Provider.Approval
    ) => Effect.Effect<Answer, Provider.WrongPassword | Refused.Refused | Offline>
  }
>()("paycode/impl/Online") {
  /** The provider of the same process. */
  static readonly layerLocal: Layer.Layer<Online, never, Provider.Enrollment | Provider.StepUp> = Layer.effect(
    Online,
    Effect.map(Effect.all({ enrollment: Provider.Enrollment, stepUp: Provider.StepUp }), (provider) => over(provider))
  )
}

/** A provider as its phones reach it: that its ledger does not answer is, to them, that it does not. */
export const over = ({ enrollment, stepUp }: Pick<Provider.Provider, "enrollment" | "stepUp">): Online["Service"] => {
  const online = <A, E>(requested: Effect.Effect<A, E>): Effect.Effect<A, Exclude<E, Database.Unavailable> | Offline> =>
    Effect.mapError(requested, (error) =>
      error instanceof Database.Unavailable
        ? new Offline({ because: error.because })
        : (error as Exclude<E, Database.Unavailable>)
    )
  return Online.of({
    enroll: (phone) => online(enrollment.enroll(phone)),
    confirm: (phone, credential) => online(enrollment.confirm(phone, credential)),
    standing: (phone, credential) => online(enrollment.standing(phone, credential)),
    prompts: (phone) => online(Effect.flatMap(stepUp.askedOn(phone), stepUp.prompts)),
    authenticate: (approval) => online(stepUp.authenticate(approval))
  })
}
