/**
 * Observation: what can be seen of a run from outside, in the words of the model. The driver sees it of the implementation,
 * and `Expectation.ts` says what it is to be by the model.
 */
import type { OrderStatus, Answer as Told } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Enrollment, Relay } from "../../model/steps/Steps.ts"

/** What somebody saw an action come to. */
export type Observation =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Issued" }
  | { readonly _tag: "Declined"; readonly reason: Reason }
  /** A phone asked for the prompts of its account, and was shown them or not. */
  | { readonly _tag: "Asked"; readonly shown: boolean }
  /** A code was made, shown, or read off a screen; `digits` are those that its credential gives for its position. */
  | { readonly _tag: "Made"; readonly position: number; readonly revealed: boolean; readonly digits: "right" | "wrong" }
  | { readonly _tag: "Dark" }
  /** The owner was asked for the password: the order is among those that the provider prompts for, or the prompt is late. */
  | { readonly _tag: "Prompted"; readonly waits: boolean }
  | { readonly _tag: "Answered"; readonly answer: Told }
  /**
   * Digits that stand for two terms, of which the model knows one: two codes look alike, or a proof is right by chance.
   * The run proves nothing from here on.
   */
  | { readonly _tag: "Coincidence" }

/** The action came to nothing that anybody could see. */
export const nothing: Observation = { _tag: "Nothing" }

/** There was nothing on the screen, no message, or no answer to give. */
export const dark: Observation = { _tag: "Dark" }

/** A phone was issued a credential. */
export const issued: Observation = { _tag: "Issued" }

/** Digits stand for two terms: see {@link Observation}. */
export const coincidence: Observation = { _tag: "Coincidence" }

/** The provider answered a question about an order. */
export const answered = (answer: Told): Observation => ({ _tag: "Answered", answer })

/** A phone or a till was refused, for a reason. */
export const declined = ({ reason }: { readonly reason: Reason }): Observation => ({ _tag: "Declined", reason })

/** What the parties remember, in the words of the model: everything by its number there. */
export interface PartyBooks {
  readonly accounts: ReadonlyArray<{
    readonly agreement: Enrollment.Agreement
    readonly balance: number
    readonly available: number
  }>
  readonly phones: ReadonlyArray<{
    readonly statuses: ReadonlyArray<Enrollment.CredentialStatus>
    /** How many codes the phone can still show. */
    readonly left: number
  }>
  readonly merchants: ReadonlyArray<{
    /** What is held for it. */
    readonly held: number
  }>
  readonly orders: ReadonlyArray<{
    readonly record:
      | {
          readonly status: OrderStatus
          readonly reason: Reason | undefined
          readonly amount: number | undefined
          readonly at: number
          readonly day: number | undefined
          readonly free: boolean
          readonly refunded: number
        }
      | undefined
    /** What an honest till holds it for; undefined where the merchant is the adversary's. */
    readonly view: Relay.View | undefined
  }>
}
