/** Claims about relay, and about what becomes of orders. */

import { type Answer, isDefinite } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import { Relay } from "../../model/steps/Steps.ts"
import * as System from "../../model/system/System.ts"
import {
  type Action,
  type EventOf,
  isSame,
  type Order,
  type Question,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"
import { isAccepting, isSameRequest, orderOf } from "./Facts.ts"

/** Of one order, what was answered. */
const answered: Claim.Needs = { watched: "order", seconds: false, counts: false }

export const onlineMediation = Claim.define("online-mediation", {
  scenes: ["till"],
  on: ["Debited"],
  judge: (_world, _before, event) => Claim.must(event.by !== "till")
})

const forward: Readonly<Partial<Record<Answer, ReadonlyArray<Answer>>>> = {
  OPEN: ["OPEN", "PAID", "REFUNDED", "CLOSED", "REVERSED"],
  PAID: ["PAID", "REFUNDED", "REVERSED"],
  REFUNDED: ["REFUNDED", "REVERSED"]
}

/** Whether an answer can follow another to the same request: what failed stays failed. */
const isForward = (earlier: Answer, later: Answer): boolean =>
  earlier === later ||
  (!isDefinite(later) && later !== "OPEN") ||
  (!isDefinite(earlier) && earlier !== "OPEN") ||
  (forward[earlier]?.includes(later) ?? (!isAccepting(later) && later !== "REFUNDED"))

export const idempotentPay = Claim.define("idempotent-pay", {
  scenes: ["order"],
  needs: answered,
  on: ["Answered", "Debited"],
  judge: (_world, before, event, after) => {
    if (event._tag === "Debited") return Claim.must(orderOf(after, event).debits === 1)
    const order = before.orders[event.order]
    if (event.question !== "pay" || order === undefined || order.told === "NONE" || !isSameRequest(order, event)) {
      return "elsewhere"
    }
    return Claim.must(isForward(order.told, event.answer))
  },
  edges: {
    "a paid request is answered again": (_world, before, event) =>
      event._tag === "Answered" && event.question === "pay" && before.orders[event.order]?.told === "PAID",
    "a refused request is answered again": (_world, before, event) =>
      event._tag === "Answered" && event.question === "pay" && before.orders[event.order]?.status === "refused"
  }
})

/** Whether a request asks under a known order number for something else than that number stands for. */
const conflicts = (world: World, before: State, order: Order, event: EventOf<"Answered">): boolean => {
  const { node, request } = event
  if (request === undefined) return false
  const payer = System.Facts.recordOf(world, order, System.Facts.clockOf(world, before, node))?.payer
  const named = System.Facts.namedBy(world, before, { order: event.order, request, node })
  // Digits that name nobody are no other payer's.
  const isOther = order.amount !== request.amount || (payer !== undefined && named !== undefined && payer !== named)
  return isOther || (world.rules.scheme.order.bindsCode && !isSame(order, request.key))
}

export const orderConflict = Claim.define("order-conflict", {
  scenes: ["order", "conflict"],
  needs: answered,
  on: ["Answered"],
  judge: (world, before, event, after) => {
    const order = before.orders[event.order]
    if (event.question !== "pay" || order === undefined || !order.taken || order.status === "none") return "elsewhere"
    if (!conflicts(world, before, order, event)) return "elsewhere"
    const now = orderOf(after, event)
    const isUnchanged = now.status === order.status && now.debits === order.debits && now.amount === order.amount
    return Claim.must(!isAccepting(event.answer) && !event.fresh && isUnchanged)
  },
  edges: {
    "another amount under a known order": (_world, _before, { answer }) => answer === "AMOUNT_CHANGED",
    "another payer under a known order": (_world, _before, { answer }) => answer === "PAYER_CHANGED"
  }
})

/** What is answered of an order number that its merchant has not used: a reversal that comes first may be kept (SET-1). */
const toldOfUnknown = ({ scheme: { reverse } }: Rules, question: Question): Answer =>
  question === "reversal" && reverse.unknownOrder === "tombstone" ? "REVERSED" : "NO_SUCH_ORDER"

export const ownOrders = Claim.define("own-orders", {
  scenes: ["order"],
  on: ["Answered"],
  judge: (world, before, event, after) => {
    if (event.own) return "elsewhere"
    const [was, is] = [before.orders[event.order], after.orders[event.order]]
    const isUnknown = event.answer === toldOfUnknown(world.rules, event.question)
    return Claim.must(isUnknown && was?.status === is?.status && was?.refunded === is?.refunded)
  }
})

export const reverseTombstone = Claim.define("reverse-tombstone", {
  scenes: ["order"],
  needs: answered,
  on: ["Answered"],
  judge: (_world, before, event) => {
    const order = before.orders[event.order]
    if (event.question !== "pay" || order === undefined || !order.undone) return "elsewhere"
    return Claim.must(!isAccepting(event.answer))
  }
})

export const noLateDebit = Claim.define("no-late-debit", {
  scenes: ["order"],
  needs: answered,
  on: ["Debited", "Answered"],
  judge: (_world, before, event) => {
    const order = before.orders[event.order]
    if (order === undefined) return "elsewhere"
    const isOver = order.status === "closed" || order.status === "reversed"
    const wasTold = order.told === "CLOSED" || order.told === "REVERSED"
    if (event._tag === "Debited") return Claim.must(!isOver && !wasTold)
    return event.question === "password" && (isOver || wasTold) ? Claim.must(event.answer !== "PAID") : "elsewhere"
  }
})

export const exactRefund = Claim.define("exact-refund", {
  scenes: ["order"],
  ranges: ["payment", "refunds"],
  needs: answered,
  on: ["Answered"],
  judge: (_world, before, event, after) => {
    if (event.question !== "refund" && event.question !== "reversal") return "elsewhere"
    const [was, is] = [before.orders[event.order], orderOf(after, event)]
    if (was === undefined || was.debits === 0) return "elsewhere"
    const paid = is.debits * is.amount
    const isRepeated = event.question === "refund" && (was.refunds & event.number) !== 0
    // A stranger is told of a number of its own.
    const isDone = event.own && event.question === "reversal" && event.answer === "REVERSED"
    const isExact = !isDone || is.returned === paid
    return Claim.must(is.returned <= paid && isExact && !(isRepeated && is.returned !== was.returned))
  },
  edges: {
    "a refund number comes again": (_world, before, event) =>
      event.question === "refund" && ((before.orders[event.order]?.refunds ?? 0) & event.number) !== 0,
    "an order that was refunded in part is reversed": (_world, before, event) =>
      event.question === "reversal" && (before.orders[event.order]?.refunded ?? 0) > 0
  }
})

/** Whether money has left for an order and has not come back. */
const isKept = ({ amount, debits, returned }: Order): boolean => debits > 0 && returned < debits * amount

export const saleOnce = Claim.define("sale-once", {
  scenes: ["sale"],
  on: ["Debited"],
  judge: (_world, _before, event, after) => {
    const order = orderOf(after, event)
    if (order.view === "adversary") return "elsewhere"
    let kept = 0
    let abandoned = false
    for (const other of after.orders) {
      if (other.merchant !== order.merchant || other.phone !== order.phone || !isKept(other)) continue
      kept++
      abandoned ||= other.abandoned
    }
    return Claim.must(kept < 2 || !abandoned)
  }
})

export const noFalsePaid = Claim.define("no-false-paid", {
  scenes: ["order"],
  on: ["Viewed"],
  judge: (_world, _before, event, after) => {
    if (event.view !== "paid") return "elsewhere"
    const { debits, returned } = orderOf(after, event)
    return Claim.must(debits === 1 && returned === 0)
  }
})

// ---------------------------------------------------------------------------------------------------------------------
// What comes of orders
// ---------------------------------------------------------------------------------------------------------------------

/** Whether a till knows what became of its order. */
const isAgreed = ({ status, view }: Order): boolean => {
  if (view === "adversary") return true
  return Relay.isSettled(view) && (view === "paid") === (status === "paid")
}

/** Whether an action does more than ask what is known. */
const tellsMore = (world: World, state: State, action: Action): boolean =>
  System.next(world, state, action).state !== state

export const agreement = Claim.define("agreement", {
  scenes: ["sale"],
  isPending: (_world, state) => !state.orders.every(isAgreed),
  must: (world, state, action) => {
    switch (action._tag) {
      case "Close":
        return true
      case "Query":
        return tellsMore(world, state, action)
      case "Deliver":
        return (
          action.what === "reversal" &&
          action.heard &&
          state.orders[action.order]!.view === "reversing" &&
          tellsMore(world, state, action)
        )
      case "Reverse":
        return state.now - state.orders[action.order]!.sentAt >= world.rules.scheme.till.pollFor
      case "GiveUp":
        return true
      default:
        return false
    }
  },
  // A request that has not arrived may have been lost before, or may still be under way.
  may: (_world, state, action) =>
    action._tag === "Deliver" && action.what === "pay" && action.heard && !state.orders[action.order]!.arrived
})

export const orderEnds = Claim.define("order-ends", {
  scenes: ["sale"],
  isPending: (_world, state) => state.orders.some(({ status }) => status === "open"),
  // Merchant and phone stay silent: whatever they could do would end the order sooner.
  must: (_world, _state, action) => action._tag === "Close",
  may: () => false
})
