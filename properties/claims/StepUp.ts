/** Claims about step-up. */

import { StepUp } from "../../model/steps/Steps.ts"
import type { EventOf, Order, State, World } from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import * as Claim from "./Claim.ts"
import {
  allOn,
  asPrompted,
  balanceOf,
  codeOf,
  credentialOf,
  dateOf,
  freeOn,
  isAuthenticated,
  isMadeFor,
  isPassed,
  orderOf,
  type Paying,
  payerOf
} from "./Facts.ts"

/** Judges the debits for which nobody was asked, by a limit. */
const ofFree =
  (isKept: (world: World, order: Order, free: Free) => boolean): Claim.Judge<EventOf<"Debited">, Claim.Judgement> =>
  (world, _before, event, after) => {
    if (event.by !== "provider") return "elsewhere"
    const order = orderOf(after, event)
    return Claim.must(isKept(world, order, freeOn(world, after, payerOf(world, order), dateOf(world, order))))
  }

/** What was paid on a day without step-up. */
type Free = ReturnType<typeof freeOn>

export const stepUpRequired = Claim.define("step-up-required", {
  scenes: ["order", "stepUp", "limits", "sum"],
  ranges: ["payment", "daySum", "dayCount"],
  on: ["Debited"],
  parts: {
    "above the limit of a payment": {
      judge: ofFree(({ rules }, { amount }) => amount <= rules.scheme.limit.payment)
    },
    "above the sum of a day": {
      applies: ({ scheme }) => scheme.limit.daySum !== undefined,
      judge: ofFree(({ rules }, _order, { sum }) => sum <= (rules.scheme.limit.daySum ?? sum))
    },
    "above the count of a day": {
      applies: ({ scheme }) => scheme.limit.dayCount !== undefined,
      judge: ofFree(({ rules }, _order, { count }) => count <= (rules.scheme.limit.dayCount ?? count))
    },
    "by the owner, for that order": {
      applies: ({ stepUp }) => stepUp.waits || stepUp.isInCode,
      judge: (_world, _before, event, after) =>
        event.by === "password" || event.by === "pin" ? Claim.must(isAuthenticated(after, event)) : "elsewhere"
    }
  }
})

export const stepUpAgreement = Claim.define("step-up-agreement", {
  scenes: ["order", "stepUp"],
  on: ["Debited"],
  parts: {
    "what the payer was asked on the phone": asPrompted,
    "what the phone made a code with the PIN for": {
      applies: StepUp.isInCode,
      judge: (_world, _before, event, after) => {
        if (event.by !== "pin") return "elsewhere"
        const order = orderOf(after, event)
        const code = codeOf(after, order)
        return Claim.must(code !== undefined && isMadeFor(code, order) && code.sum === order.amount)
      }
    }
  }
})

/** Whether the owner has given the password or PIN in a request: answered with it, or had it in the code. */
const isGiven = (before: State, event: EventOf<"Answered">): boolean => {
  if (event.question === "password") return true
  const key = event.request?.key
  return event.question === "pay" && key !== undefined && codeOf(before, key)?.pin === "owner"
}

/** Somebody else has learnt a password or PIN, or it was given and nobody has. */
const kept = <Id extends "secret-kept" | "pin-kept">(id: Id) =>
  Claim.define(id, {
    scenes: ["order"],
    on: ["Learnt", "Answered"],
    judge: (_world, before, event) => {
      if (event._tag === "Learnt") return event.what === "secret" ? "broken" : "elsewhere"
      return isGiven(before, event) ? "kept" : "elsewhere"
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
  needs: { ...Claim.moments, watched: "order", seconds: true },
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
