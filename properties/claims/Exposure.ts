/** Claims about what a leak costs. */
import { accountOf, type EventOf, isCorrupt, type Order, type State, type World } from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"
import { codeOf, dateOf, dayCap, freeOn, isAccepted, isAuthenticated, orderOf, payerOf, wasRevoked } from "./Facts.ts"

/** Whether the adversary is paid, or pays with what it shows at an honest till. */
const isAdversarys = ({ presented, view }: Order): boolean => view === "adversary" || presented

/** How many debits the adversary has had from an account for which its owner did not authenticate. */
const losses = (world: World, state: State, account: number): number => {
  let count = 0
  for (const order of state.orders) {
    if (!isAdversarys(order) || payerOf(world, order) !== account) continue
    if (order.free || order.confirmed === "no") count += order.debits
  }
  return count
}

/** Judges the debits for which nobody authenticated, of what the adversary was paid or has paid with. */
const ofLosses =
  (isKept: (world: World, after: State, order: Order) => boolean): Claim.Judge<EventOf<"Debited">, Claim.Judgement> =>
  (world, _before, event, after) => {
    const order = orderOf(after, event)
    if (!isAdversarys(order) || isAuthenticated(after, event)) return "elsewhere"
    return Claim.must(isKept(world, after, order))
  }

export const leakBound = Claim.define("leak-bound", {
  scenes: ["payment", "stepUp"],
  needs: { ...Claim.moments, counts: true },
  on: ["Debited"],
  parts: {
    "none costs more than a payment's limit": {
      judge: ofLosses(({ rules }, _after, { amount }) => amount <= rules.scheme.limit.payment)
    },
    "there are no more of them than captured codes": {
      judge: ofLosses((world, after, order) => {
        const account = payerOf(world, order)
        return losses(world, after, account) <= after.accounts[account]!.leaked
      })
    },
    "a day's come to no more than its cap": {
      judge: ofLosses(
        (world, after, order) => freeOn(world, after, payerOf(world, order), dateOf(world, order)).sum <= dayCap(world)
      )
    }
  }
})

export const leakLifetime = Claim.define("leak-lifetime", {
  scenes: ["clock"],
  ranges: ["drift"],
  needs: { ...Claim.moments, watched: "code", seconds: true },
  on: ["Debited"],
  judge: ({ rules }, before, event, after) => {
    const code = codeOf(after, orderOf(after, event))
    if (code === undefined || !code.known || !code.made || !code.onTime || event.by === "password") return "elsewhere"
    return Claim.must(before.now - code.shownAt < rules.scheme.leak.seconds)
  }
})

export const stolenPhone = Claim.define("stolen-phone", {
  scenes: ["payment", "credential"],
  on: ["Debited", "Answered"],
  parts: {
    "a day costs no more than its cap": {
      judge: (world, _before, event, after) => {
        const order = orderOf(after, event)
        if (event._tag !== "Debited" || event.by !== "provider" || !isCorrupt(world, order.phone)) return "elsewhere"
        return Claim.must(
          freeOn(world, after, accountOf(world, order.phone), dateOf(world, order)).sum <= dayCap(world)
        )
      }
    },
    "once it was revoked it costs nothing": {
      judge: (world, before, event, after) => {
        if (event._tag === "Debited") {
          const { phone } = orderOf(after, event)
          const isLoss = event.by === "provider" && isCorrupt(world, phone) && wasRevoked(before, phone)
          return isLoss ? "broken" : "elsewhere"
        }
        const key = event.request?.key
        if (event.question !== "pay" || !event.fresh || key === undefined || key.position < 0) return "elsewhere"
        // What was accepted is judged where it is debited.
        const isCase = isCorrupt(world, key.phone) && wasRevoked(before, key.phone) && !isAccepted(event)
        return isCase ? "kept" : "elsewhere"
      }
    }
  }
})
