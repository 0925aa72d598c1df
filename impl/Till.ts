/** Till: an honest merchant's. It sends what it has scanned until it is answered, under one order number. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as Relay from "../model/Relay.ts"
import type { Rules } from "../model/Rules.ts"
import type { Receipt, Request } from "./Provider.ts"
import { orRefused, type Refused } from "./Refused.ts"

/** Nothing came back: the request may or may not have reached the provider. Only sending it again can tell. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly order: string }> {
  override get message(): string {
    return `order ${this.order}: expected an answer of the provider, found none`
  }
}

/** A till of a merchant. */
export interface Till {
  /**
   * Sells: scans a code, and asks for an amount, in minor units, under an order number that was never used. Where it
   * ends without an answer the sale is open, and the till must not scan again for it.
   */
  readonly sell: (sale: Omit<Request, "merchant">) => Effect.Effect<Receipt, Refused | NoAnswer>
}

/** What a till is set up with. */
export interface Options {
  readonly rules: Rules
  readonly merchant: string
  /** The way to the provider, which may lose the request or the answer. */
  readonly pay: (request: Request) => Effect.Effect<Receipt, Refused | NoAnswer>
  /** When to send a request again that was not answered, and how often (REL-3). */
  readonly resend: Schedule.Schedule<unknown>
}

/** Sets up a till. */
export const make = ({ merchant, pay, resend, rules }: Options): Till => ({
  sell: Effect.fnUntraced(function* ({ amount, code, order }) {
    yield* orRefused(Relay.admit(rules, amount))
    // Without REL-1 a till takes the sale as paid, and asks nobody.
    if (!Relay.waitsForProvider(rules)) return { merchant, order, amount }
    return yield* pay({ merchant, order, code, amount }).pipe(
      Effect.retry({ while: (error) => error._tag === "NoAnswer", schedule: resend })
    )
  })
})
