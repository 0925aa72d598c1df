/** Claims about verification. */
import type { State, World } from "../../model/System.ts"
import * as Time from "../../model/Time.ts"
import * as Claim from "./Claim.ts"
import { codeOf, requestOf } from "./Request.ts"

export const singleUse = Claim.about("single-use", "nothing", ["Answered"], (_world, before, event) => {
  if (!event.decision.attempt || !codeOf(before, event)?.attempted) return "elsewhere"
  return Claim.must(event.decision.outcome !== "PAID")
})

export const freshness = Claim.about(
  "freshness",
  "nothing",
  ["Debited"],
  (world, before, event, after) => {
    const code = codeOf(after, event)
    if (code === undefined) return "elsewhere"
    const { scheme } = world.rules
    const age = Time.stepAt(scheme, before.now) - code.step
    return Claim.must(age <= scheme.window.past && age >= -scheme.window.future)
  },
  {
    "a code of the oldest step is paid": ({ rules: { scheme } }, before, event, after) =>
      Time.stepAt(scheme, before.now) - (codeOf(after, event)?.step ?? 0) === scheme.window.past,
    "a code of the newest step is paid": ({ rules: { scheme } }, before, event, after) =>
      Time.stepAt(scheme, before.now) - (codeOf(after, event)?.step ?? 0) === -scheme.window.future
  }
)

export const payerAgreement = Claim.about(
  "payer-agreement",
  "nothing",
  ["Debited"],
  (_world, _before, event, after) => {
    const code = codeOf(after, event)
    return Claim.must(code?.made === true && code.payer === requestOf(after, event).payer)
  }
)

export const payeeAgreement = Claim.about("payee-agreement", "till", ["Debited"], (_world, _before, event, after) =>
  Claim.must(codeOf(after, event)?.till === after.orders[event.order]!.merchant)
)

export const paymentLimit = Claim.about(
  "payment-limit",
  "nothing",
  ["Debited"],
  ({ rules }, _before, event, after) => Claim.must(requestOf(after, event).amount <= rules.scheme.limit.payment),
  {
    "the limit itself is paid": ({ rules }, _before, event, after) =>
      requestOf(after, event).amount === rules.scheme.limit.payment
  }
)

/** What an account has paid on the day of an instant, counted from the debits themselves. */
const paidOn = ({ rules, scope }: World, state: State, payer: number, instant: number): number => {
  const day = Time.dayAt(rules.scheme, instant)
  let sum = day === Time.dayAt(rules.scheme, scope.starts[0]!) ? scope.opening.spentToday : 0
  for (const { requests } of state.orders) {
    for (const request of requests) {
      if (request.payer === payer && request.debits > 0 && request.day === day) sum += request.debits * request.amount
    }
  }
  return sum
}

/** What is left of an account's opening balance. */
const balanceOf = ({ scope }: World, state: State, payer: number): number => {
  let left = scope.opening.balance
  for (const { requests } of state.orders) {
    for (const request of requests) if (request.payer === payer) left -= request.debits * request.amount
  }
  return left
}

export const dailySum = Claim.about(
  "daily-sum",
  "nothing",
  ["Debited"],
  (world, before, event, after) =>
    Claim.must(paidOn(world, after, requestOf(after, event).payer, before.now) <= world.rules.scheme.limit.daySum),
  {
    "the day's sum is used up": (world, before, event, after) =>
      paidOn(world, after, requestOf(after, event).payer, before.now) === world.rules.scheme.limit.daySum
  }
)

/** The conditions of an honest payment that a request fails, as the provider decides it: none where it must be paid. */
const failing = (world: World, before: State, event: Claim.On<"Answered">): string => {
  const { scheme } = world.rules
  const { now } = before
  const request = requestOf(before, event)
  const code = codeOf(before, event)
  if (code === undefined || !code.made || code.payer !== request.payer) return "a"
  const { agreement, enrolled } = before.payers[code.payer]!
  const { amount, sentAt } = request
  let failed = ""
  if (!code.onTime || sentAt - code.shownAt > scheme.display) failed += "a"
  if (now - sentAt > scheme.relay.deliveryAtMost) failed += "b"
  for (const other of before.codes) {
    if (other.payer === code.payer && other.attempted && other.step >= code.step) {
      failed += "c"
      break
    }
  }
  if (!enrolled || agreement !== "live") failed += "d"
  if (
    before.orders[event.order]!.outcome !== "NONE" ||
    amount > scheme.limit.payment ||
    amount > scheme.limit.daySum - paidOn(world, before, code.payer, now) ||
    amount > balanceOf(world, before, code.payer)
  ) {
    failed += "e"
  }
  return failed
}

/** An edge of an honest payment: a case that meets every condition, this one only just. */
const atEdge =
  (judge: Claim.Judge<Claim.On<"Answered">, boolean>): Claim.Judge<Claim.On<"Answered">, boolean> =>
  (world, before, event, after) =>
    failing(world, before, event) === "" && judge(world, before, event, after)

export const honestPayment = Claim.about(
  "honest-payment",
  "delivery",
  ["Answered"],
  (world, before, event) =>
    failing(world, before, event) === "" ? Claim.must(event.decision.outcome === "PAID") : "elsewhere",
  {
    "(a) scanned in the last second of its display": atEdge(
      ({ rules: { scheme } }, before, event) =>
        requestOf(before, event).sentAt - (codeOf(before, event)?.shownAt ?? 0) === scheme.display
    ),
    "(a) made by a phone that is the whole drift ahead": atEdge(({ rules: { scheme } }, before, event) => {
      const { shownAt, step } = codeOf(before, event)!
      return Time.startOfStep(scheme, step) - shownAt === scheme.clock.drift
    }),
    "(a) made by a phone that is the whole drift behind": atEdge(({ rules: { scheme } }, before, event) => {
      const { shownAt, step } = codeOf(before, event)!
      return shownAt - (Time.startOfStep(scheme, step + 1) - 1) === scheme.clock.drift
    }),
    "(b) arrived in the last second of its delivery": atEdge(
      ({ rules: { scheme } }, before, event) =>
        before.now - requestOf(before, event).sentAt === scheme.relay.deliveryAtMost
    ),
    "(c) right after the code of the step before": atEdge((_world, before, event) => {
      const { payer, step } = codeOf(before, event)!
      return before.codes.some((other) => other.payer === payer && other.attempted && other.step === step - 1)
    }),
    "(d) refused for nothing but the ended agreement": (world, before, event) =>
      failing(world, before, event) === "d" && event.decision.outcome === "NO_AGREEMENT",
    "(e) the limit of a payment": atEdge(
      ({ rules: { scheme } }, before, event) => requestOf(before, event).amount === scheme.limit.payment
    ),
    "(e) the last of the day's sum": atEdge(
      (world, before, event, after) =>
        paidOn(world, after, requestOf(after, event).payer, before.now) === world.rules.scheme.limit.daySum
    )
  }
)
