/** Steps: the words in which the steps of a scenario are written. Where no merchant is named it is the shop, at its till. */
import type { Answer } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { stepUpMethod } from "../../spec/StepUpMethods.ts"
import type { Secret } from "./Generations.ts"
import type { Step } from "./Scenario.ts"
import { password } from "./Settings.ts"

/** What a till asks to be paid. */
export interface PayStep {
  readonly merchant?: string
  readonly order: string
  readonly terminal?: string
  readonly code: string
  readonly amount: number
  readonly nonce?: string
  readonly challenge?: string
  readonly times?: number
}

/** A pay request. */
export const pay = (
  at: number,
  { amount, code, merchant = "shop", order, terminal = "till", ...more }: PayStep,
  expect: Answer
): Step => ({ at, do: "pay", merchant, order, terminal, code, amount, ...more, expect })

/** A short message to the provider. */
export const message = (at: number, from: string, text: string, expect: Answer | "NOTHING"): Step => ({
  at,
  do: "message",
  from,
  text,
  expect
})

/** A query of an order. */
export const query = (at: number, order: string, expect: Answer, merchant = "shop"): Step => ({
  at,
  do: "query",
  merchant,
  order,
  expect
})

/** A reversal of an order. */
export const reverse = (at: number, order: string, expect: Answer, merchant = "shop"): Step => ({
  at,
  do: "reverse",
  merchant,
  order,
  expect
})

/** The timer of an order. */
export const close = (at: number, order: string, expect: Answer): Step => ({
  at,
  do: "close",
  merchant: "shop",
  order,
  expect
})

/** A refund of a shop's order. */
export const refund = (
  at: number,
  { amount, order, refund }: { readonly order: string; readonly refund: string; readonly amount: number },
  expect: Answer
): Step => ({ at, do: "refund", merchant: "shop", order, refund, amount, expect })

/** A question about a refund of a shop's order. */
export const refundQuery = (
  at: number,
  { order, refund }: { readonly order: string; readonly refund: string },
  expect: Answer
): Step => ({ at, do: "refund query", merchant: "shop", order, refund, expect })

/** The provider pays out to the shop what it holds for it. */
export const payOut = (at: number, payout: string, expect: string): Step => ({
  at,
  do: "pay out",
  merchant: "shop",
  payout,
  expect
})

/** The owner of an account, the first unless it is said, gives a password, the right one unless it is said, for an order. */
export const authenticate = (
  at: number,
  {
    account = 0,
    given = password,
    order
  }: { readonly order: string; readonly account?: number; readonly given?: string },
  expect: Answer | "WRONG_PASSWORD"
): Step => ({ at, do: "authenticate", account, merchant: "shop", order, password: given, expect })

/** The first phone gets a credential, of what the provider draws. */
export const enroll = (at: number, credential: number, draws: Secret): Step => ({
  at,
  do: "enroll",
  phone: 0,
  draws,
  credential,
  expect: "ISSUED"
})

/** A phone, the first unless it is said, asks for the prompts of its account, where they are asked for over the network. */
export const asks = (at: number, { stepUp }: Scheme, expect: "SHOWN" | "NOT_OWNER", phone = 0): ReadonlyArray<Step> =>
  stepUpMethod(stepUp.method).by === "network" ? [{ at, do: "ask", phone, expect }] : []

/** The first owner withdraws from the agreement. */
export const withdraw = (at: number): Step => ({ at, do: "withdraw", account: 0, expect: "DONE" })

/** The first owner has the credentials of the phone revoked. */
export const revoke = (at: number): Step => ({ at, do: "revoke", phone: 0, expect: "DONE" })

/** The provider stops, and starts again on what it has written. */
export const restart = (at: number): Step => ({ at, do: "restart", expect: "DONE" })
