/** Claims about relay, and about what becomes of orders. */

import { type Answer, isDefinite } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import { Relay, StepUp } from "../../model/steps/Steps.ts"
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
import { refundNumbers } from "../../spec/ErrorCodes.ts"
import * as Claim from "./Claim.ts"
import { isAccepting, isSameRequest, orderOf } from "./Facts.ts"

/** Of one order, what was answered. */
const answered: Claim.Needs = { ...Claim.moments, watched: "order" }

export const onlineMediation = Claim.define("online-mediation", {
  scenes: ["till"],
  on: ["Debited"],
  judge: (_world, _before, event) => Claim.must(event.by !== "till")
})

const forward: Readonly<Partial<Record<Answer, ReadonlyArray<Answer>>>> = {
  OPEN: ["PAID", "REFUNDED", "CLOSED", "REVERSED"],
  PAID: ["REFUNDED", "REVERSED"],
  REFUNDED: ["REVERSED"]
}

/** Whether an answer can follow another to the same request: what failed stays failed, and for the same reason. */
const isForward = (earlier: Answer, later: Answer): boolean => {
  if (earlier === later) return true
  const isPassing = (answer: Answer): boolean => !isDefinite(answer) && answer !== "OPEN"
  return isPassing(earlier) || isPassing(later) || (forward[earlier]?.includes(later) ?? false)
}

/** Whether a request repeats that of an order which was decided before. */
const isResent = (before: State, event: EventOf<"Answered">): boolean => {
  const order = before.orders[event.order]
  return event.question === "pay" && order?.taken === true && order.status !== "none" && isSameRequest(order, event)
}

export const idempotentPay = Claim.define("idempotent-pay", {
  scenes: ["order"],
  needs: answered,
  on: ["Answered", "Debited"],
  parts: {
    "it debits at most once": {
      judge: (_world, before, event, after) => {
        if (event._tag === "Debited") return orderOf(after, event).debits > 1 ? "broken" : "elsewhere"
        // What was debited by it is judged where it is debited.
        return isResent(before, event) && before.orders[event.order]!.debits > 0 ? "kept" : "elsewhere"
      }
    },
    "its answers move forward": {
      judge: (_world, before, event) => {
        const order = before.orders[event.order]
        if (event._tag === "Debited" || event.question !== "pay" || order === undefined) return "elsewhere"
        if (order.told === "NONE" || !isSameRequest(order, event)) return "elsewhere"
        return Claim.must(isForward(order.told, event.answer))
      }
    }
  },
  edges: {
    "a paid request is answered again": (_world, before, event) =>
      event._tag === "Answered" && event.question === "pay" && before.orders[event.order]?.told === "PAID",
    "a refused request is answered again": (_world, before, event) =>
      event._tag === "Answered" && event.question === "pay" && before.orders[event.order]?.status === "refused"
  }
})

/** In what a request under a known order number differs from the one that the number stands for. */
const conflict = {
  amount: (_world: World, before: State, event: EventOf<"Answered">): boolean =>
    before.orders[event.order]!.amount !== event.request!.amount,
  payer: (world: World, before: State, event: EventOf<"Answered">): boolean => {
    const { node, order, request } = event
    const known = before.orders[order]!
    const payer = System.Facts.recordOf(world, known, System.Facts.clockOf(world, before, node))?.payer
    const named = System.Facts.namedBy(world, before, { order, request: request!, node })
    // Digits that name nobody are no other payer's.
    return payer !== undefined && named !== undefined && payer !== named
  },
  code: ({ rules }: World, before: State, event: EventOf<"Answered">): boolean =>
    rules.scheme.order.bindsCode && !isSame(before.orders[event.order]!, event.request!.key)
}

/** Whether an event is a pay request under an order number that stands for one. */
const isUnderKnown = (before: State, event: EventOf<"Answered">): boolean => {
  const order = before.orders[event.order]
  return event.question === "pay" && order !== undefined && order.taken && order.status !== "none"
}

const isRefused = ({ answer, fresh }: EventOf<"Answered">): boolean => !isAccepting(answer) && !fresh

/** Judges the requests that differ in something from what their order number stands for. */
const ofConflict =
  (differs: Claim.Judge<EventOf<"Answered">, boolean>): Claim.Judge<EventOf<"Answered">, Claim.Judgement> =>
  (world, before, event, after) =>
    isUnderKnown(before, event) && differs(world, before, event, after) ? Claim.must(isRefused(event)) : "elsewhere"

/** Whether an order, and what has become of it, is as it was. */
const isAsBefore = (was: Order | undefined, is: Order | undefined): boolean =>
  was === is ||
  (was?.status === is?.status &&
    was?.reason === is?.reason &&
    was?.amount === is?.amount &&
    was?.debits === is?.debits &&
    was?.returned === is?.returned &&
    was?.refunded === is?.refunded &&
    was?.firstRefund === is?.firstRefund &&
    was?.secondRefund === is?.secondRefund &&
    was?.confirmed === is?.confirmed)

/** Whether as many codes are burned as were. */
const burnsNone = (before: State, after: State): boolean =>
  after.codes.every(({ burned }, index) => !burned || before.codes[index]?.burned === true)

export const orderConflict = Claim.define("order-conflict", {
  scenes: ["order", "conflict"],
  needs: answered,
  on: ["Answered"],
  parts: {
    "another amount is refused": { judge: ofConflict(conflict.amount) },
    "another payer is refused": { judge: ofConflict(conflict.payer) },
    "another code is refused": {
      applies: ({ scheme }) => scheme.order.bindsCode,
      judge: ofConflict(conflict.code)
    },
    "it changes nothing": {
      judge: (world, before, event, after) => {
        const differs =
          isUnderKnown(before, event) &&
          (conflict.amount(world, before, event) ||
            conflict.payer(world, before, event) ||
            conflict.code(world, before, event))
        if (!differs) return "elsewhere"
        const { order } = event
        return Claim.must(isAsBefore(before.orders[order], after.orders[order]) && burnsNone(before, after))
      }
    }
  },
  edges: {
    "another amount under a known order": (_world, _before, { answer }) => answer === "AMOUNT_CHANGED",
    // Where orders are bound to codes, another payer's is told as another code (VER-4).
    "another payer under a known order": (world, before, event) =>
      event.answer === "PAYER_CHANGED" ||
      (event.answer === "CODE_CHANGED" && isUnderKnown(before, event) && conflict.payer(world, before, event))
  }
})

/** What is answered of an order number that its merchant has not used: a reversal that comes first may be kept (SET-1). */
const toldOfUnknown = ({ scheme: { reverse } }: Rules, question: Question): Answer =>
  question === "reversal" && reverse.unknownOrder === "tombstone" ? "REVERSED" : "NO_SUCH_ORDER"

/** Judges what another merchant than its own asks about an order. */
const ofStrangers =
  (...questions: ReadonlyArray<Question>): Claim.Judge<EventOf<"Answered">, Claim.Judgement> =>
  ({ rules }, _before, event) =>
    event.own || !questions.includes(event.question)
      ? "elsewhere"
      : Claim.must(event.answer === toldOfUnknown(rules, event.question))

export const ownOrders = Claim.define("own-orders", {
  scenes: ["order"],
  on: ["Answered"],
  parts: {
    "no query finds it": { judge: ofStrangers("query", "refund query") },
    "no reversal finds it": { judge: ofStrangers("reversal") },
    "no refund finds it": { judge: ofStrangers("refund") },
    "nothing becomes of it": {
      judge: (_world, before, event, after) => {
        if (event.own || event.question === "query" || event.question === "refund query") return "elsewhere"
        return Claim.must(isAsBefore(before.orders[event.order], after.orders[event.order]))
      }
    }
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

/** Judges what follows for an order that is, or was answered, in a state that is the last. */
const ofEnded =
  (ended: "closed" | "reversed", told: Answer): Claim.Judge<EventOf<"Debited" | "Answered">, Claim.Judgement> =>
  (_world, before, event) => {
    const order = before.orders[event.order]
    if (order === undefined || (order.status !== ended && order.told !== told)) return "elsewhere"
    if (event._tag === "Debited") return "broken"
    return event.question === "pay" || event.question === "password" ? Claim.must(event.answer !== "PAID") : "elsewhere"
  }

export const noLateDebit = Claim.define("no-late-debit", {
  scenes: ["order"],
  needs: answered,
  on: ["Debited", "Answered"],
  parts: {
    "after it was closed, a late password included": { applies: StepUp.waits, judge: ofEnded("closed", "CLOSED") },
    "after it was reversed": { judge: ofEnded("reversed", "REVERSED") }
  }
})

/** An order before and after a refund or a reversal, and what was paid for it; undefined where nothing was. */
const settled = (before: State, event: EventOf<"Answered">, after: State) => {
  if (event.question !== "refund" && event.question !== "reversal") return undefined
  const [was, is] = [before.orders[event.order], orderOf(after, event)]
  return was === undefined || was.debits === 0 ? undefined : { was, is, paid: is.debits * is.amount }
}

const { refundedUnder } = System.Facts

/** How a refund compares with what was made under its number; undefined where nothing was, or where its order is not its merchant's. */
const refundAgain = (
  { rules }: World,
  before: State,
  event: EventOf<"Answered">
): "the same" | "another amount" | "another order" | undefined => {
  const order = before.orders[event.order]
  if (event.question !== "refund" || !event.own || order === undefined || order.status === "none") return undefined
  const made = refundedUnder(order, event.number)
  if (made > 0) return made === event.amount ? "the same" : "another amount"
  if (refundNumbers[rules.scheme.interface] === "order") return undefined
  const isUsed = before.orders.some(
    (it) => it.merchant === order.merchant && it.status !== "none" && refundedUnder(it, event.number) > 0
  )
  return isUsed ? "another order" : undefined
}

/** Judges what a refund is answered, and comes to, whose number was used for another. */
const ofOtherRefund =
  (other: "another amount" | "another order"): Claim.Judge<EventOf<"Answered">, Claim.Judgement> =>
  (world, before, event, after) =>
    refundAgain(world, before, event) === other
      ? Claim.must(event.answer !== "REFUNDED" && isAsBefore(before.orders[event.order], after.orders[event.order]))
      : "elsewhere"

/** Judges what a question about a refund is answered: whether it was made, and its amount. */
const ofRefundQuery: Claim.Judge<EventOf<"Answered">, Claim.Judgement> = (_world, before, event) => {
  const order = before.orders[event.order]
  if (event.question !== "refund query" || !event.own || order === undefined || order.status === "none") {
    return "elsewhere"
  }
  const made = refundedUnder(order, event.number)
  const isTold = event.answer === (made > 0 ? "REFUNDED" : "NO_SUCH_REFUND")
  return Claim.must(isTold && event.amount === made)
}

/** What is left with the provider of what came to a merchant, in minor units, whatever is recorded. */
const heldInTruth = ({ merchants, orders }: State, merchant: number): number =>
  orders.reduce(
    (held, order) => held + (order.merchant === merchant ? order.debits * order.amount - order.returned : 0),
    0 - merchants[merchant]!.paidOut
  )

/** Judges an answer that an order is too old: at no node is it young enough, for no clock is behind what passes. */
const ofExpired: Claim.Judge<EventOf<"Answered">, Claim.Judgement> = ({ rules: { scheme } }, before, event) => {
  const limit = { REVERSE_EXPIRED: scheme.reverse.within, REFUND_EXPIRED: scheme.refund?.within }[
    event.answer as string
  ]
  const order = before.orders[event.order]
  if (limit === undefined || order === undefined) return "elsewhere"
  return Claim.must(before.now - order.at > limit)
}

export const exactRefund = Claim.define("exact-refund", {
  scenes: ["order", "refunds", "age", "funds"],
  ranges: ["payment", "refunds", "ages", "payouts"],
  needs: answered,
  on: ["Answered"],
  parts: {
    "together they never exceed its amount": {
      judge: (_world, before, event, after) => {
        const found = settled(before, event, after)
        return found === undefined ? "elsewhere" : Claim.must(found.is.returned <= found.paid)
      }
    },
    "a reversal that is done leaves all of it returned": {
      judge: (_world, before, event, after) => {
        const found = settled(before, event, after)
        // A stranger is told of a number of its own.
        const isDone = event.own && event.question === "reversal" && event.answer === "REVERSED"
        return found === undefined || !isDone ? "elsewhere" : Claim.must(found.is.returned === found.paid)
      }
    },
    "a refund number takes effect once": {
      judge: (_world, before, event, after) => {
        const found = settled(before, event, after)
        if (found === undefined || event.question !== "refund" || refundedUnder(found.was, event.number) === 0) {
          return "elsewhere"
        }
        return Claim.must(found.is.returned === found.was.returned)
      }
    },
    "sent again it is answered as it was": {
      judge: (world, before, event) =>
        refundAgain(world, before, event) === "the same" ? Claim.must(event.answer === "REFUNDED") : "elsewhere"
    },
    "another amount under its number is refused": { judge: ofOtherRefund("another amount") },
    "another order under its number is refused": {
      applies: (rules) => refundNumbers[rules.scheme.interface] === "merchant",
      judge: ofOtherRefund("another order")
    },
    "a question about a refund is answered by what was made under its number": { judge: ofRefundQuery },
    "no order is refunded that is too old": {
      applies: (rules) => rules.scheme.refund !== undefined,
      judge: ({ rules }, before, event, after) => {
        const found = settled(before, event, after)
        const { refund } = rules.scheme
        if (refund === undefined || found === undefined || event.question !== "refund") return "elsewhere"
        const isMade = found.is.returned > found.was.returned
        return isMade ? Claim.must(before.now - found.was.at <= refund.within) : "elsewhere"
      }
    },
    "too old is what every node says": { judge: ofExpired },
    "no refund gives back more than is held for its merchant": {
      applies: (rules) => rules.scheme.refund?.from === "merchant",
      judge: ({ rules }, before, event, after) => {
        const found = settled(before, event, after)
        if (rules.scheme.refund?.from !== "merchant" || found === undefined || event.question !== "refund")
          return "elsewhere"
        const given = found.is.returned - found.was.returned
        return given > 0 ? Claim.must(given <= heldInTruth(before, found.was.merchant)) : "elsewhere"
      }
    }
  },
  edges: {
    "a refund number comes again": (world, before, event) => refundAgain(world, before, event) !== undefined,
    "it is asked about a refund of an order of which another was made": (_world, before, event) =>
      event.question === "refund query" &&
      event.answer === "NO_SUCH_REFUND" &&
      (before.orders[event.order]?.refunded ?? 0) > 0,
    "a refund number comes again after the order was reversed": (world, before, event) =>
      refundAgain(world, before, event) !== undefined && before.orders[event.order]?.status === "reversed",
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
