/** Claims about verification. */
import type { Answer } from "../../model/Order.ts"
import { Binding, Verification as Decisions, Enrollment, TokenSource } from "../../model/steps/Steps.ts"
import {
  accountOf,
  type CodeKey,
  type EventOf,
  Facts,
  indexOf,
  isCorrupt,
  isSame,
  nowhere,
  type Order,
  type State,
  type World
} from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import * as Claim from "./Claim.ts"
import {
  allOn,
  asPrompted,
  balanceOf,
  clockOf,
  codeOf,
  credentialOf,
  dateOf,
  freeOn,
  isAccepted,
  isAuthenticated,
  isMadeFor,
  isPassed,
  isSameRequest,
  isWithinLimits,
  orderOf,
  type Paying,
  payerOf
} from "./Facts.ts"

/** Of one code, when and at whose till it was shown, and by what clock. */
const shown: Claim.Needs = { ...Claim.moments, watched: "code" }
const timed: Claim.Needs = { ...Claim.moments, watched: "code", seconds: true }

export const singleUse = Claim.define("single-use", {
  scenes: ["payment", "limits", "credential", "coincidence"],
  on: ["Answered"],
  judge: (_world, _before, event) =>
    event.question === "pay" && event.attempt && event.used ? Claim.must(!isAccepted(event)) : "elsewhere"
})

/** How many steps after its own a code is decided; for a list the seconds since it was issued. */
const ageOf = (world: World, before: State, event: Paying): number => {
  const { key } = event.request!
  const { scheme } = world.rules
  const now = clockOf(world, before, event)
  return TokenSource.hasSteps(scheme)
    ? Time.stepAt(scheme, now) - TokenSource.stepOf(scheme, key.position)
    : now - (credentialOf(before, key)?.issuedAt ?? now)
}

export const freshness = Claim.define("freshness", {
  scenes: ["payment"],
  on: ["Answered"],
  parts: {
    "not too late": {
      judge: (world, before, event) => {
        if (!isAccepted(event) || credentialOf(before, event.request!.key) === undefined) return "elsewhere"
        const { token, window } = world.rules.scheme
        return Claim.must(ageOf(world, before, event) <= (window?.past ?? token.validity ?? 0))
      }
    },
    "not too early": {
      applies: ({ scheme }) => scheme.window !== undefined,
      judge: (world, before, event) => {
        const { window } = world.rules.scheme
        if (window === undefined || !isAccepted(event)) return "elsewhere"
        if (credentialOf(before, event.request!.key) === undefined) return "elsewhere"
        return Claim.must(ageOf(world, before, event) >= -window.future)
      }
    }
  },
  edges: {
    "a code of the oldest step, or of the last second of its list, is accepted": (world, before, event) => {
      if (!isAccepted(event)) return false
      const { token, window } = world.rules.scheme
      const last = window?.past ?? (token.validity ?? 0) - 1
      return ageOf(world, before, event) >= last
    },
    "a code of the newest step is accepted": (world, before, event) => {
      const { window } = world.rules.scheme
      return window !== undefined && isAccepted(event) && ageOf(world, before, event) === -window.future
    }
  }
})

export const payerAgreement = Claim.define("payer-agreement", {
  scenes: ["payment", "credential"],
  on: ["Answered"],
  judge: (world, _before, event, after) => {
    if (!isAccepted(event)) return "elsewhere"
    const { key } = event.request!
    const { phone } = orderOf(after, event)
    if (isCorrupt(world, phone)) return "elsewhere"
    return Claim.must(codeOf(after, key)?.made === true && accountOf(world, key.phone) === accountOf(world, phone))
  }
})

/** Whether a code verifies under its own credential. */
const verifies = (world: World, state: State, key: CodeKey, now: number): boolean => {
  const credential = credentialOf(state, key)
  if (credential === undefined || !Enrollment.isAccepted(world.rules, credential.status)) return false
  const { from, to } = TokenSource.windowAt(world.rules, { issuedAt: credential.issuedAt, lostUntil: undefined }, now)
  return key.position >= from && key.position <= to
}

/** Whether the digits of a request are those of two codes, and each verifies under a credential of its own. */
const isAmbiguous = (world: World, state: State, event: Paying): boolean => {
  const [a, b] = [state.codes.at(-1), state.codes.at(-2)]
  if (!state.coincide || a === undefined || b === undefined) return false
  const index = indexOf(state.codes, event.request!.key)
  const now = clockOf(world, state, event)
  const isTwo = a.phone !== b.phone && index >= state.codes.length - 2
  return isTwo && verifies(world, state, a, now) && verifies(world, state, b, now)
}

export const oneAccountPerCode = Claim.define("one-account-per-code", {
  scenes: ["coincidence"],
  on: ["Answered"],
  judge: (world, before, event) => {
    if (event.question !== "pay" || !event.fresh || event.request!.key.position < 0) return "elsewhere"
    return isAmbiguous(world, before, event) ? Claim.must(!isAccepted(event)) : "elsewhere"
  }
})

export const payeeAgreement = Claim.define("payee-agreement", {
  scenes: ["order"],
  needs: shown,
  on: ["Debited"],
  parts: {
    "what the payer was asked on the phone": asPrompted,
    "what the phone made the code for": {
      applies: Binding.isBound,
      judge: (_world, _before, event, after) => {
        const order = orderOf(after, event)
        const code = codeOf(after, order)
        if (event.by === "password" || code === undefined || code.payee < 0) return "elsewhere"
        return Claim.must(isMadeFor(code, order))
      }
    },
    "at whose till the payer showed it": {
      judge: (_world, _before, event, after) => {
        const order = orderOf(after, event)
        return event.by === "password" ? "elsewhere" : Claim.must(codeOf(after, order)?.till === order.merchant)
      }
    }
  }
})

export const amountAgreement = Claim.define("amount-agreement", {
  scenes: ["order"],
  needs: shown,
  on: ["Debited"],
  parts: {
    "what the payer was asked on the phone": asPrompted,
    "what the phone showed with the code": {
      judge: (_world, _before, event, after) => {
        if (event.by === "password") return "elsewhere"
        const order = orderOf(after, event)
        // A phone that shows no amount has had none confirmed.
        const code = codeOf(after, order)
        return Claim.must(code !== undefined && code.payee >= 0 && code.sum === order.amount)
      }
    }
  }
})

export const paymentLimit = Claim.define("payment-limit", {
  scenes: ["order", "stepUp"],
  ranges: ["payment"],
  on: ["Debited"],
  judge: ({ rules }, _before, event, after) => {
    const order = orderOf(after, event)
    return isAuthenticated(after, event)
      ? "elsewhere"
      : Claim.must(event.by === "provider" && order.amount <= rules.scheme.limit.payment)
  },
  edges: {
    "the limit itself is paid": ({ rules }, _before, event, after) =>
      event.by === "provider" && orderOf(after, event).amount === rules.scheme.limit.payment
  }
})

/** What the payer of an order has paid without step-up on the day that the order counts. */
const freeThen = (world: World, after: State, event: { readonly order: number }) => {
  const order = orderOf(after, event)
  return freeOn(world, after, payerOf(world, order), dateOf(world, order))
}

export const dailySum = Claim.define("daily-sum", {
  scenes: ["payment", "limits", "sum"],
  ranges: ["daySum", "midnight"],
  on: ["Debited"],
  judge: (world, _before, event, after) => {
    const { daySum } = world.rules.scheme.limit
    if (event.by !== "provider" || daySum === undefined) return "elsewhere"
    return Claim.must(freeThen(world, after, event).sum <= daySum)
  },
  edges: {
    "the day's sum is used up": (world, _before, event, after) =>
      event.by === "provider" && freeThen(world, after, event).sum === world.rules.scheme.limit.daySum
  }
})

export const dailyCount = Claim.define("daily-count", {
  scenes: ["payment", "limits"],
  ranges: ["dayCount", "midnight"],
  on: ["Debited"],
  judge: (world, _before, event, after) => {
    const { dayCount } = world.rules.scheme.limit
    if (event.by !== "provider" || dayCount === undefined) return "elsewhere"
    return Claim.must(freeThen(world, after, event).count <= dayCount)
  },
  edges: {
    "the day's count is used up": (world, _before, event, after) =>
      event.by === "provider" && freeThen(world, after, event).count === world.rules.scheme.limit.dayCount
  }
})

export const accountSum = Claim.define("account-sum", {
  scenes: ["limits"],
  ranges: ["accountDay", "midnight"],
  on: ["Answered", "Debited"],
  judge: (world, _before, event, after) => {
    if (event._tag === "Answered" && !isAccepted(event)) return "elsewhere"
    const order = orderOf(after, event)
    if (order.status === "none") return "elsewhere"
    const sum = allOn(world, after, payerOf(world, order), dateOf(world, order))
    return Claim.must(sum <= world.rules.scheme.limit.accountDay)
  },
  edges: {
    "the day's sum of all is used up": (world, _before, event, after) => {
      const order = orderOf(after, event)
      return allOn(world, after, payerOf(world, order), dateOf(world, order)) === world.rules.scheme.limit.accountDay
    }
  }
})

/** Whether something became of the money of an order. */
const moves = (was: Order | undefined, is: Order): boolean =>
  is.status !== was?.status || is.debits !== was.debits || is.returned !== was.returned

export const conservation = Claim.define("conservation", {
  scenes: ["limits", "order"],
  // A day has room for less than the balance.
  ranges: ["balance", "midnight"],
  on: ["Answered", "Debited"],
  parts: {
    "no balance is negative, nor above what was paid in": {
      judge: (world, before, event, after) => {
        const order = orderOf(after, event)
        if (!moves(before.orders[event.order], order)) return "elsewhere"
        const left = balanceOf(world, after, payerOf(world, order))
        return Claim.must(Number.isSafeInteger(left) && left >= 0 && left <= world.scope.opening.balance)
      }
    },
    "no more comes back than was paid": {
      judge: (_world, before, event, after) => {
        const { amount, debits, returned } = orderOf(after, event)
        return returned === (before.orders[event.order]?.returned ?? 0)
          ? "elsewhere"
          : Claim.must(returned <= debits * amount)
      }
    }
  },
  edges: {
    "the balance is used up": (world, _before, event, after) =>
      balanceOf(world, after, payerOf(world, orderOf(after, event))) === 0
  }
})

export const durable = Claim.define("durable", {
  scenes: ["sale"],
  needs: { ...Claim.moments, watched: "order" },
  on: ["Crashed"],
  parts: {
    "what was answered of an order": {
      judge: (_world, before, _event, after) => {
        let isCase = false
        for (const [index, was] of before.orders.entries()) {
          const is = after.orders[index]!
          const isAsItWas = is.status === was.status && is.debits === was.debits && is.returned === was.returned
          const isKept = is.status !== "none" && isAsItWas
          if (was.told === "NONE") continue
          if (!isKept) return "broken"
          isCase = true
        }
        return isCase ? "kept" : "elsewhere"
      }
    },
    "that a code was used": {
      judge: (_world, before, _event, after) => {
        let isCase = false
        for (const [index, { attempted, burned }] of before.codes.entries()) {
          if (!attempted || !burned) continue
          if (after.codes[index]?.burned !== true) return "broken"
          isCase = true
        }
        return isCase ? "kept" : "elsewhere"
      }
    }
  }
})

/**
 * What an order number from before a restore may be answered that was answered paid: that it was, or that nobody knows.
 */
const paidBefore: ReadonlyArray<Answer> = [
  "PAID",
  "REFUNDED",
  "REVERSED",
  "REFUND_EXCEEDS",
  "REFUND_CHANGED",
  "REFUND_EXPIRED",
  "MERCHANT_FUNDS",
  "REVERSE_EXPIRED",
  "UNKNOWN"
]

/** Whether an answer says of an order that was paid that it was, or that nobody knows. */
const isPaidBefore = (order: Order, event: Paying, after: State): boolean => {
  // That a refund was not made says nothing of its order.
  if (event.question === "refund query" && event.answer === "NO_SUCH_REFUND") return true
  if (!paidBefore.includes(event.answer)) return false
  if (event.question !== "reversal" || event.answer !== "REVERSED") return true
  // Whoever is told that it is reversed has its money back, by this or by refunds of all of it.
  return order.returned >= order.amount || orderOf(after, event).returned > order.returned
}

export const restoreSafety = Claim.define("restore-safety", {
  scenes: ["restore", "restoredOrder"],
  needs: { ...Claim.moments, watched: "order" },
  on: ["Answered"],
  parts: {
    "no code accepted before it": {
      judge: (_world, before, event) => {
        const isCase = before.restoredAt !== Time.never && event.question === "pay" && event.fresh && event.used
        return isCase ? Claim.must(!isAccepted(event)) : "elsewhere"
      }
    },
    "no revoked or superseded credential": {
      judge: (_world, before, event) => {
        if (before.restoredAt === Time.never || event.question !== "pay" || !event.fresh) return "elsewhere"
        return credentialOf(before, event.request!.key)?.over === true ? Claim.must(!isAccepted(event)) : "elsewhere"
      }
    },
    "no order from before it is answered as not paid": {
      judge: (_world, before, event, after) => {
        const order = before.orders[event.order]
        if (before.restoredAt === Time.never || !event.own || order?.told !== "PAID") return "elsewhere"
        const isAbout = event.question === "pay" ? isSameRequest(order, event) : event.question !== "password"
        return isAbout ? Claim.must(isPaidBefore(order, event, after)) : "elsewhere"
      }
    }
  }
})

// ---------------------------------------------------------------------------------------------------------------------
// Honest payments
// ---------------------------------------------------------------------------------------------------------------------

/** Whether another code of its credential, for the same step or a later one, was attempted. */
const isBehind = ({ codes }: State, key: CodeKey): boolean =>
  codes.some(
    (code) =>
      code.attempted &&
      code.phone === key.phone &&
      code.generation === key.generation &&
      code.position >= key.position &&
      !isSame(code, key)
  )

/** The same for the event that was asked about last: a claim and its edges ask about one event in turn. */
const failing = (() => {
  let last: { readonly event: Paying; readonly failed: string } | undefined
  return (world: World, before: State, event: Paying): string => {
    if (last?.event !== event) last = { event, failed: conditions(world, before, event) }
    return last.failed
  }
})()

/** The conditions of an honest payment that a request fails, as the provider decides it: none where it must be accepted. */
const conditions = (world: World, before: State, event: Paying): string => {
  const { scheme } = world.rules
  const { now } = before
  const order = before.orders[event.order]
  if (order === undefined || order.view === "adversary" || event.question !== "pay") return "a"
  const code = codeOf(before, order)
  if (code === undefined || !code.made || code.shownAt < 0) return "a"
  // Where the till's transaction is read, it was this till's, for this sale.
  if (Binding.isBound(world.rules) && (code.copied || code.payee !== order.merchant || code.sum !== order.amount))
    return "a"
  const credential = credentialOf(before, order)
  const payer = payerOf(world, order)
  let failed = ""
  if (!code.onTime || order.sentAt - code.shownAt > scheme.display) failed += "a"
  if (now - order.sentAt > scheme.relay.deliveryAtMost) failed += "b"
  if (isPassed(before, order)) failed += "c"
  const isLive = credential?.status === "live" || credential?.status === "pending"
  const validity = (world.rules.listsEnd ? scheme.token.validity : undefined) ?? Number.POSITIVE_INFINITY
  const isValid = credential !== undefined && clockOf(world, before, event) - credential.issuedAt <= validity
  if (!isLive || !isValid || before.accounts[payer]!.agreement !== "live") failed += "d"
  let day = Time.dayAt(scheme, clockOf(world, before, event))
  for (const other of before.orders) if (payerOf(world, other) === payer) day = Math.max(day, dateOf(world, other))
  if (
    order.status !== "none" ||
    code.revealed ||
    !isWithinLimits(world, before, { account: payer, amount: order.amount, day })
  )
    failed += "e"
  return failed
}

/** An edge of an honest payment: a case that meets every condition, this one only just. */
const atEdge =
  (judge: Claim.Judge<Paying, boolean>): Claim.Judge<Paying, boolean> =>
  (world, before, event, after) =>
    failing(world, before, event) === "" && judge(world, before, event, after)

export const honestPayment = Claim.define("honest-payment", {
  scenes: ["clock", "till"],
  ranges: ["drift"],
  needs: timed,
  on: ["Answered"],
  judge: (world, before, event) =>
    failing(world, before, event) === "" ? Claim.must(event.answer === "PAID") : "elsewhere",
  edges: {
    "(a) scanned in the last second of its display": atEdge(({ rules: { scheme } }, before, event) => {
      const order = orderOf(before, event)
      return order.sentAt - codeOf(before, order)!.shownAt === scheme.display
    }),
    "(a) made by a phone that is the whole drift ahead": atEdge(({ rules: { scheme } }, before, event) => {
      const { position, shownAt } = codeOf(before, orderOf(before, event))!
      if (!TokenSource.hasSteps(scheme)) return true
      return Time.startOfStep(scheme, TokenSource.stepOf(scheme, position)) - shownAt === scheme.clock.drift
    }),
    "(a) made by a phone that is the whole drift behind": atEdge(({ rules: { scheme } }, before, event) => {
      const { position, shownAt } = codeOf(before, orderOf(before, event))!
      if (!TokenSource.hasSteps(scheme)) return true
      const next = Time.startOfStep(scheme, TokenSource.stepOf(scheme, position) + 1)
      return shownAt - (next - 1) === scheme.clock.drift
    }),
    "(b) arrived in the last second of its delivery": atEdge(
      ({ rules: { scheme } }, before, event) =>
        before.now - orderOf(before, event).sentAt === scheme.relay.deliveryAtMost
    ),
    "(c) right after the code before it": atEdge((_world, before, event) => {
      const { generation, phone, position } = orderOf(before, event)
      return before.codes.some(
        (other) =>
          other.phone === phone && other.generation === generation && other.attempted && other.position === position - 1
      )
    }),
    "(d) refused for nothing but the ended agreement": (world, before, event) =>
      failing(world, before, event) === "d" && event.answer === "NO_AGREEMENT",
    "(e) the limit of a payment": atEdge(
      ({ rules: { scheme } }, before, event) => orderOf(before, event).amount === scheme.limit.payment
    ),
    "(e) the last of the day's limits": atEdge((world, before, event, after) => {
      const { dayCount, daySum } = world.rules.scheme.limit
      const order = orderOf(after, event)
      const { count, sum } = freeOn(world, after, payerOf(world, order), dateOf(world, order))
      return (
        (daySum === undefined || sum === daySum) && (dayCount === undefined || count === dayCount) && before !== after
      )
    })
  }
})

/** Whether the request of an honest till carries a code that its payer showed there, and nobody has used. */
const isOwnCode = (before: State, event: Paying): boolean => {
  const order = before.orders[event.order]
  if (event.question !== "pay" || order === undefined || order.view === "adversary" || order.taken) return false
  const code = codeOf(before, order)
  return code?.made === true && code.till === order.merchant && code.shownAt >= 0 && !code.copied
}

export const noLockout = Claim.define("no-lockout", {
  scenes: ["till"],
  needs: shown,
  on: ["Answered"],
  judge: (_world, before, event) => (isOwnCode(before, event) ? Claim.must(event.answer !== "THROTTLED") : "elsewhere")
})

export const lockoutBound = Claim.define("lockout-bound", {
  scenes: ["till"],
  needs: shown,
  on: ["Answered"],
  judge: (_world, before, event) => {
    if (!isOwnCode(before, event)) return "elsewhere"
    return Claim.must(event.answer !== "THROTTLED" || before.merchants[orderOf(before, event).merchant]!.flooded)
  }
})

/** Whether two phones have one alias: an index is one of their account. */
const isOneAlias = (world: World, one: number, other: number): boolean =>
  world.rules.scheme.code.alias === "masked-index" && accountOf(world, one) === accountOf(world, other)

/** Judges what is answered to made-up digits, under an order number that is new, or under one that is known. */
const ofMadeUp =
  (isKnown: boolean): Claim.Judge<EventOf<"Answered">, Claim.Judgement> =>
  (world, before, event, after) => {
    const { node, order: index, question, request } = event
    if (question !== "pay" || request === undefined) return "elsewhere"
    const { alias, amount, key } = request
    const isMadeUp = key.position === nowhere || alias !== key.phone
    const known = before.orders[index]
    const isTaken = known !== undefined && known.status !== "none"
    if (!isMadeUp || isTaken !== isKnown) return "elsewhere"
    // Its own digits, and those under the alias that it was paid with, say nothing that its merchant does not know.
    const isIts = isTaken && (alias === known.phone || isOneAlias(world, alias, known.phone))
    if (isIts || (isTaken && isSame(known, key))) return "elsewhere"
    const order = isTaken ? known : { ...orderOf(after, event), status: "none" as const }
    const facts = Facts.gatherForNobody(world, before, order, { order: index, request, node })
    if (facts === undefined) return "elsewhere"
    const now = Facts.clockOf(world, before, node)
    return Claim.must(event.answer === Decisions.decide(world.rules, facts, { amount, code: nowhere }, now).answer)
  }

export const hiddenAliases = Claim.define("hidden-aliases", {
  scenes: ["conflict"],
  on: ["Answered"],
  parts: {
    "under a new order number": { judge: ofMadeUp(false) },
    "under a known order number": { judge: ofMadeUp(true) }
  },
  edges: {
    "wrong codes under the alias are too many": (_world, _before, event) => event.answer === "THROTTLED",
    "the order is another payer's": (_world, _before, event) => event.answer === "PAYER_CHANGED"
  }
})

export const burnDenial = Claim.define("burn-denial", {
  scenes: ["till"],
  needs: shown,
  on: ["Answered"],
  judge: (_world, before, event) => {
    if (!isOwnCode(before, event)) return "elsewhere"
    const { attempted, spoilt } = codeOf(before, orderOf(before, event))!
    // What the payer's own till has burned, or a later code of the payer's, the adversary has not.
    return (attempted && !spoilt) || isBehind(before, orderOf(before, event))
      ? "elsewhere"
      : Claim.must(event.answer !== "CODE_USED")
  }
})
