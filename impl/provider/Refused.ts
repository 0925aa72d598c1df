/** Refused: how a refusal of the protocol leaves the implementation. The reasons are the model's. */

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Reason, reasons, refusals } from "../../model/Refusal.ts"

/** A step said no. The reason says why, and {@link refusals} what can be done about it. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { reason: Schema.Literals(reasons) }) {
  override get message(): string {
    return `${this.reason}: ${refusals[this.reason].says}`
  }
}

/** A decision of the model as an effect. */
export const orRefused = <A>(decided: Result.Result<A, Reason>): Effect.Effect<A, Refused> =>
  Effect.fromResult(Result.mapError(decided, (reason) => new Refused({ reason })))
