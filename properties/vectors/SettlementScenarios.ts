/** SettlementScenarios: reversals and refunds. */
import type { Scheme } from "../../model/Scheme.ts"
import { refundNumbers } from "../../spec/ErrorCodes.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { type Fixture, riches, shortened, start } from "./Settings.ts"
import { authenticate, pay, payOut, query, refund, refundQuery, reverse } from "./Steps.ts"

/** How long a payment can be reversed. */
const reversals = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const { within } = scheme.reverse
  const skew = scheme.clock.nodeSkew
  const paid = pay(start, { order: "1", code: code(0), amount: 700 }, "PAID")
  return [
    {
      comment: "a payment is reversed to the end of its time, once",
      plays: [
        paid,
        reverse(start + within, "1", "REVERSED"),
        reverse(start + within, "1", "REVERSED"),
        query(start + within, "1", "REVERSED")
      ],
      balances: [riches, riches]
    },
    {
      comment: "while another node may still reverse it a reversal has no answer, and then it is too late",
      plays: [
        paid,
        reverse(start + within + 1, "1", "UNKNOWN"),
        reverse(start + within + skew, "1", "UNKNOWN"),
        reverse(start + within + skew + 1, "1", "REVERSE_EXPIRED"),
        query(start + within + skew + 1, "1", "PAID")
      ],
      balances: [riches - 700, riches]
    }
  ]
}

/** How long a payment can be refunded, where the scheme limits that. */
const lateRefunds = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  if (scheme.refund === undefined) return []
  const { within } = scheme.refund
  const skew = scheme.clock.nodeSkew
  const first = { order: "1", refund: "a", amount: 300 }
  const second = { ...first, refund: "b" }
  return [
    {
      comment:
        "while another node may still refund an order a refund has no answer, and then it is too late; what was made is told as before",
      plays: [
        pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
        refund(start + within, first, "REFUNDED"),
        refund(start + within + 1, second, "UNKNOWN"),
        refund(start + within + skew, second, "UNKNOWN"),
        refund(start + within + skew + 1, second, "REFUND_EXPIRED"),
        refund(start + within + skew + 1, first, "REFUNDED"),
        refundQuery(start + within + skew + 1, second, "NO_SUCH_REFUND")
      ],
      balances: [riches - 400, riches]
    }
  ]
}

/** What refunds are taken from, where that is what is held for the merchant. */
const heldRefunds = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  if (scheme.refund?.from !== "merchant") return []
  return [
    {
      comment:
        "of what is paid out to its merchant nothing is refunded, until more was paid; a reversal gives it back all the same",
      plays: [
        pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        payOut(start, "p", "400"),
        payOut(start, "p", "400"),
        // Where nothing is held the number is not used.
        payOut(start, "q", "0"),
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        refund(start, { order: "1", refund: "b", amount: 1 }, "MERCHANT_FUNDS"),
        refundQuery(start, { order: "1", refund: "b" }, "NO_SUCH_REFUND"),
        pay(start, { order: "2", code: code(1), amount: 300 }, "PAID"),
        refund(start, { order: "1", refund: "b", amount: 301 }, "MERCHANT_FUNDS"),
        refund(start, { order: "1", refund: "b", amount: 300 }, "REFUNDED"),
        reverse(start, "2", "REVERSED"),
        refund(start, { order: "1", refund: "c", amount: 1 }, "MERCHANT_FUNDS"),
        reverse(start, "1", "REVERSED")
      ],
      balances: [riches, riches]
    }
  ]
}

/** What of a payment is given back. */
const refunds = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const paid = pay(start, { order: "1", code: code(0), amount: 700 }, "PAID")
  const isByOrder = refundNumbers[scheme.interface] === "order"
  return [
    {
      comment: "refunds to the whole of what was paid, each once, and no more",
      plays: [
        paid,
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        refund(start, { order: "1", refund: "a", amount: 301 }, "REFUND_CHANGED"),
        refund(start, { order: "1", refund: "b", amount: 401 }, "REFUND_EXCEEDS"),
        refund(start, { order: "1", refund: "b", amount: 0 }, "AMOUNT_INVALID"),
        query(start, "1", "PAID"),
        refund(start, { order: "1", refund: "b", amount: 400 }, "REFUNDED"),
        query(start, "1", "REFUNDED"),
        refund(start, { order: "1", refund: "c", amount: 1 }, "REFUND_EXCEEDS")
      ],
      balances: [riches, riches]
    },
    {
      comment: "a reversal returns what refunds have left, and nothing is refunded after it",
      plays: [
        paid,
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        reverse(start, "1", "REVERSED"),
        refund(start, { order: "1", refund: "b", amount: 1 }, "NOT_PAID"),
        refund(start, { order: "1", refund: "a", amount: 300 }, "REFUNDED"),
        refund(start, { order: "1", refund: "a", amount: 400 }, "REFUND_CHANGED")
      ],
      balances: [riches, riches]
    },
    {
      comment: isByOrder
        ? "a refund number is one of its order: another order has its own under it"
        : "a refund number is one of its merchant: for another order it is refused",
      plays: [
        paid,
        pay(start, { order: "2", code: code(1), amount: 300 }, "PAID"),
        refund(start, { order: "1", refund: "a", amount: 200 }, "REFUNDED"),
        refund(start, { order: "2", refund: "a", amount: 200 }, isByOrder ? "REFUNDED" : "REFUND_CHANGED"),
        refund(start, { order: "1", refund: "a", amount: 200 }, "REFUNDED")
      ],
      balances: [riches - (isByOrder ? 600 : 800), riches]
    },
    {
      comment: "a question about a refund is answered by what was made of its order under its number",
      plays: [
        refundQuery(start, { order: "1", refund: "a" }, "NO_SUCH_ORDER"),
        paid,
        pay(start, { order: "2", code: code(1), amount: 300 }, "PAID"),
        refundQuery(start, { order: "1", refund: "a" }, "NO_SUCH_REFUND"),
        refund(start, { order: "1", refund: "a", amount: 200 }, "REFUNDED"),
        refundQuery(start, { order: "1", refund: "a" }, "REFUNDED"),
        refundQuery(start, { order: "1", refund: "b" }, "NO_SUCH_REFUND"),
        refundQuery(start, { order: "2", refund: "a" }, "NO_SUCH_REFUND"),
        refund(start, { order: "1", refund: "b", amount: 501 }, "REFUND_EXCEEDS"),
        refundQuery(start, { order: "1", refund: "b" }, "NO_SUCH_REFUND"),
        reverse(start, "1", "REVERSED"),
        refundQuery(start, { order: "1", refund: "a" }, "REFUNDED")
      ],
      balances: [riches - 300, riches]
    }
  ]
}

/** Reversals of what was not paid. */
const unpaidReversals = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const isTombstone = scheme.reverse.unknownOrder === "tombstone"
  return [
    {
      comment: "a reversal of an order that nobody knows",
      plays: [
        reverse(start, "1", isTombstone ? "REVERSED" : "NO_SUCH_ORDER"),
        query(start, "1", isTombstone ? "REVERSED" : "NO_SUCH_ORDER"),
        pay(start, { order: "1", code: code(0), amount: 700 }, isTombstone ? "REVERSED" : "PAID")
      ],
      balances: [isTombstone ? riches : riches - 700, riches]
    },
    {
      comment: "an open order is reversed, and its password comes too late",
      plays: [
        pay(start, { order: "1", code: code(0), amount: scheme.limit.payment + 1 }, "OPEN"),
        refund(start, { order: "1", refund: "a", amount: 1 }, "NOT_PAID"),
        reverse(start, "1", "REVERSED"),
        authenticate(start, { order: "1" }, "NOT_OPEN")
      ],
      balances: [riches, riches]
    }
  ]
}

/** What becomes of a payment after it was made. */
export const settlements = (own: Scheme): ScenarioGroup => {
  const fixture = shortened(own)
  return {
    setting: fixture.setting,
    scenarios: [reversals, refunds, lateRefunds, heldRefunds, unpaidReversals].flatMap((scenariosOf) =>
      scenariosOf(fixture)
    )
  }
}
