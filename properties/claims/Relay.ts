/** Claims about relay. */
import type { Outcome } from "../../model/Order.ts"
import * as Claim from "./Claim.ts"
import { requestOf } from "./Request.ts"

export const onlineMediation = Claim.about("online-mediation", "nothing", ["Debited"], (_world, _before, event) =>
  Claim.must(event.by === "provider")
)

const isForward = (earlier: Outcome, later: Outcome): boolean => (earlier === "PAID") === (later === "PAID")

export const idempotentPay = Claim.about(
  "idempotent-pay",
  "answers",
  ["Answered", "Debited"],
  (_world, before, event, after) => {
    if (event._tag === "Debited") {
      let debits = 0
      for (const request of after.orders[event.order]!.requests) debits += request.debits
      return Claim.must(debits === 1)
    }
    const { answer } = requestOf(before, event)
    return answer === "NONE" ? "elsewhere" : Claim.must(isForward(answer, event.decision.outcome))
  },
  {
    "a paid request is answered again": (_world, before, event) =>
      event._tag === "Answered" && requestOf(before, event).answer === "PAID",
    "a refused request is answered again": (_world, before, event) =>
      event._tag === "Answered" && !["NONE", "PAID"].includes(requestOf(before, event).answer)
  }
)

export const orderConflict = Claim.about(
  "order-conflict",
  "answers",
  ["Answered"],
  (world, before, event) => {
    const order = before.orders[event.order]!
    const known = order.requests[order.decided]!
    const asked = requestOf(before, event)
    if (known === asked || known.answer === "NONE") return "elsewhere"
    const { bindsCode } = world.rules.scheme.order
    if (known.amount === asked.amount && known.payer === asked.payer && !(bindsCode && known.code !== asked.code)) {
      return "elsewhere"
    }
    const { burns, outcome, recorded } = event.decision
    return Claim.must(outcome !== "PAID" && burns.length === 0 && !recorded)
  },
  {
    "another amount under a paid order": (_world, _before, event) => event.decision.outcome === "AMOUNT_CHANGED",
    "another payer under a known order": (_world, _before, event) => event.decision.outcome === "PAYER_CHANGED"
  }
)
