/** Claims about step-up. */

import { StepUp } from "../../model/steps/Steps.ts"
import type { State, World } from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import * as Claim from "./Claim.ts"
import {
  allOn,
  balanceOf,
  codeOf,
  credentialOf,
  dateOf,
  freeOn,
  isAuthenticated,
  isPassed,
  orderOf,
  type Paying,
  payerOf
} from "./Facts.ts"

export const stepUpRequired = Claim.define("step-up-required", {
  scenes: ["order", "stepUp"],
  on: ["Debited"],
  judge: (world, _before, event, after) => {
    const order = orderOf(after, event)
    if (event.by === "password" || event.by === "pin") return Claim.must(isAuthenticated(after, event))
    if (event.by !== "provider") return "elsewhere"
    const { dayCount, daySum, payment } = world.rules.scheme.limit
    const { count, sum } = freeOn(world, after, payerOf(world, order), dateOf(world, order))
    return Claim.must(
      order.amount <= payment &&
        (daySum === undefined || sum <= daySum) &&
        (dayCount === undefined || count <= dayCount)
    )
  }
})

export const stepUpAgreement = Claim.define("step-up-agreement", {
  scenes: ["order", "stepUp"],
  on: ["Debited"],
  judge: (_world, _before, event, after) => {
    const order = orderOf(after, event)
    if (event.by === "password") return Claim.must(order.confirmed === "seen")
    if (event.by !== "pin") return "elsewhere"
    const code = codeOf(after, order)
    return Claim.must(code?.payee === order.merchant && code.sum === order.amount)
  }
})

/** A password that reached the provider, and one that somebody else learnt. */
const kept = <Id extends "secret-kept" | "pin-kept">(id: Id) =>
  Claim.define(id, {
    scenes: ["order"],
    on: ["Learnt", "Answered"],
    judge: (_world, _before, event) => {
      if (event._tag === "Learnt") return event.what === "secret" ? "broken" : "kept"
      return event.question === "password" || event.answer === "PAID" ? "kept" : "elsewhere"
    }
  })

export const secretKept = kept("secret-kept")
export const pinKept = kept("pin-kept")

export const offlineStepUp = Claim.define("offline-step-up", {
  scenes: ["order"],
  on: ["Debited"],
  judge: ({ rules }, _before, event, after) =>
    // An answer over the phone's network is none that an offline phone gives.
    (event.by !== "password" || StepUp.isByMessage(rules)) && orderOf(after, event).amount > rules.scheme.limit.payment
      ? "kept"
      : "elsewhere"
})

/** Whether a request brings the payer's authentication for it in its code, as an honest till sends it, in time. */
const isHonestPin = (world: World, before: State, event: Paying): boolean => {
  const { scheme } = world.rules
  const order = before.orders[event.order]
  if (order === undefined || order.view === "adversary" || order.status !== "none") return false
  const code = codeOf(before, order)
  const credential = credentialOf(before, order)
  if (code?.pin !== "owner" || code.copied || !code.onTime || isPassed(before, order)) return false
  const payer = payerOf(world, order)
  const today = Time.dayAt(scheme, before.now)
  return (
    before.now - order.sentAt <= scheme.relay.deliveryAtMost &&
    (code.shownAt < 0 || order.sentAt - code.shownAt <= scheme.display) &&
    code.payee === order.merchant &&
    code.sum === order.amount &&
    credential?.status === "live" &&
    before.accounts[payer]!.agreement === "live" &&
    allOn(world, before, payer, today) + order.amount <= scheme.limit.accountDay &&
    order.amount <= balanceOf(world, before, payer)
  )
}

export const timelyStepUp = Claim.define("timely-step-up", {
  scenes: ["prompt"],
  needs: { watched: "order", seconds: true, counts: false },
  on: ["Answered"],
  judge: (world, before, event) => {
    const { scheme } = world.rules
    const order = before.orders[event.order]
    if (event.question === "pay" && isHonestPin(world, before, event)) return Claim.must(event.answer === "PAID")
    if (event.question !== "password" || order === undefined || order.confirmedAt === Time.never) return "elsewhere"
    // Whoever ends what the order rests on does not mean to pay it.
    if (before.accounts[payerOf(world, order)]!.agreement !== "live") return "elsewhere"
    if (credentialOf(before, order)?.status === "revoked") return "elsewhere"
    const { answerWithin = 0, deliveryAtMost = 0 } = scheme.stepUp
    const isPrompt = order.confirmedAt - order.at <= deliveryAtMost + answerWithin
    const isQuick = before.now - order.confirmedAt <= deliveryAtMost
    // A merchant may reverse what it waits for, and nobody pays twice.
    if (!isPrompt || !isQuick || order.status === "reversed" || order.status === "paid") return "elsewhere"
    return Claim.must(event.answer === "PAID")
  },
  edges: {
    "prompt and answer take as long as they may": ({ rules: { scheme } }, before, event) => {
      const order = before.orders[event.order]
      const { answerWithin = 0, deliveryAtMost = 0 } = scheme.stepUp
      if (event.question === "pay") {
        return (
          order?.confirmed === "no" &&
          event.answer === "PAID" &&
          before.now - order.sentAt === scheme.relay.deliveryAtMost
        )
      }
      return (
        order !== undefined &&
        event.question === "password" &&
        order.confirmedAt - order.at === deliveryAtMost + answerWithin &&
        before.now - order.confirmedAt === deliveryAtMost
      )
    }
  }
})
