/** Claims about what a leak costs. */
import { accountOf, isCorrupt, type State, type World } from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"
import { codeOf, dateOf, dayCap, freeOn, isAuthenticated, orderOf, payerOf } from "./Facts.ts"

/** How many debits an account has had at the adversary's merchant for which its owner did not authenticate. */
const losses = (world: World, state: State, account: number): number => {
  let count = 0
  for (const order of state.orders) {
    if (order.view !== "adversary" || payerOf(world, order) !== account) continue
    if (order.free || order.confirmed === "no") count += order.debits
  }
  return count
}

export const leakBound = Claim.define("leak-bound", {
  scenes: ["payment", "stepUp"],
  needs: { watched: "nothing", seconds: false, counts: true },
  on: ["Debited"],
  judge: (world, _before, event, after) => {
    const order = orderOf(after, event)
    if (order.view !== "adversary" || isAuthenticated(after, event)) return "elsewhere"
    const account = payerOf(world, order)
    return Claim.must(
      order.amount <= world.rules.scheme.limit.payment &&
        losses(world, after, account) <= after.accounts[account]!.leaked &&
        freeOn(world, after, account, dateOf(world, order)).sum <= dayCap(world)
    )
  }
})

export const leakLifetime = Claim.define("leak-lifetime", {
  scenes: ["clock"],
  ranges: ["drift"],
  needs: { watched: "code", seconds: true, counts: false },
  on: ["Debited"],
  judge: ({ rules }, before, event, after) => {
    const code = codeOf(after, orderOf(after, event))
    if (code === undefined || !code.known || !code.made || !code.onTime || event.by === "password") return "elsewhere"
    return Claim.must(before.now - code.shownAt < rules.scheme.leak.seconds)
  }
})

export const stolenPhone = Claim.define("stolen-phone", {
  scenes: ["payment", "credential"],
  on: ["Debited"],
  judge: (world, before, event, after) => {
    const order = orderOf(after, event)
    if (event.by !== "provider" || !isCorrupt(world, order.phone)) return "elsewhere"
    const { phone } = order
    // With any of its credentials the phone was revoked: the owner does not sign in on it again.
    const isRevoked = before.phones[phone]!.credentials.some(({ status }) => status === "revoked")
    const { sum } = freeOn(world, after, accountOf(world, phone), dateOf(world, order))
    return Claim.must(!isRevoked && sum <= dayCap(world))
  }
})
