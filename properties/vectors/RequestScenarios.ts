/** RequestScenarios: pay requests, by their order numbers, their codes and who asks. */
import { hasOwnAliases, type Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { type Fixture, fixtureOf, riches, shortened, start } from "./Settings.ts"
import { authenticate, close, pay, query, refund, withdraw } from "./Steps.ts"

/** A code with another first digit behind the prefix: where there is an alias, one that nobody has. */
const nobodys = ({ code: { prefixes } }: Scheme, code: string): string => {
  const at = prefixes[0].length
  return `${code.slice(0, at)}${9 - Number(code[at])}${code.slice(at + 1)}`
}

const otherShop = { merchant: "other shop", terminal: "other till" }

/** A request under an order number that is known, with an alias that nobody has. */
const nobodysAlias = ({ code, scheme }: Pick<Fixture, "code" | "scheme">): Commented => ({
  comment: "a known order number with an alias that nobody has is told from none that somebody has",
  plays: [
    pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
    pay(
      start,
      { order: "1", code: nobodys(scheme, code(0)), amount: 700 },
      scheme.order.bindsCode ? "CODE_CHANGED" : hasOwnAliases(scheme.code) ? "PAYER_CHANGED" : "PAID"
    )
  ]
})

/** A request under an order number that is known. */
const knownOrders = ({ code, forged, scheme }: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "a request is answered from its record however often it is sent, and debits once",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start + 1, { order: "1", code: code(0), amount: 700 }, "PAID"),
      query(start + 2, "1", "PAID"),
      pay(start + 86_400, { order: "1", code: code(0), amount: 700 }, "PAID")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "what is no amount is refused, and neither burns the code nor takes the order number",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 0 }, "AMOUNT_INVALID"),
      pay(start, { order: "1", code: code(0), amount: -1 }, "AMOUNT_INVALID"),
      pay(start, { order: "1", code: code(0), amount: 0.5 }, "AMOUNT_INVALID"),
      pay(start, { order: "1", code: code(0), amount: 2 ** 53 }, "AMOUNT_INVALID"),
      pay(start, { order: "1", code: code(0), amount: 1 }, "PAID")
    ],
    balances: [riches - 1, riches]
  },
  {
    comment: "a known order number with another amount",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "1", code: code(0), amount: 701 }, "AMOUNT_CHANGED"),
      query(start, "1", "PAID")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "a known order number with the code of another payer",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(
        start,
        { order: "1", code: code(0, start, 1), amount: 700 },
        scheme.order.bindsCode ? "CODE_CHANGED" : "PAYER_CHANGED"
      ),
      pay(start, { order: "2", code: code(0, start, 1), amount: 700 }, "PAID")
    ],
    balances: [riches - 700, riches - 700]
  },
  nobodysAlias({ code, scheme }),
  {
    comment: "an order number whose digits did not verify has no payer, whosever alias they had",
    plays: [
      pay(start, { order: "1", code: forged(0, 1), amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "1", code: code(0), amount: 700 }, scheme.order.bindsCode ? "CODE_CHANGED" : "CODE_INVALID"),
      pay(start, { order: "2", code: code(0), amount: 700 }, "PAID")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "a known order number with another code of the same payer, which is not burned",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "1", code: code(1), amount: 700 }, scheme.order.bindsCode ? "CODE_CHANGED" : "PAID"),
      pay(start, { order: "2", code: code(1), amount: 700 }, "PAID")
    ],
    balances: [riches - 1400, riches]
  }
]

/** Codes that are none, were used, or come in another order than they were made. */
const unfitCodes = ({ code, forged, scheme }: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "a made-up proof, a code that is too short, and one of another issuer; the payer's own code is paid",
    plays: [
      pay(start, { order: "1", code: forged(0), amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "2", code: code(0).slice(0, -1), amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "3", code: `99${code(0).slice(2)}`, amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "4", code: `${code(0).slice(0, -1)}x`, amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "5", code: "", amount: 700 }, "CODE_INVALID"),
      pay(start, { order: "6", code: code(0), amount: 700 }, "PAID"),
      query(start, "1", "CODE_INVALID")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "a code that was used, at the same shop and at another",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "2", code: code(0), amount: 700 }, "CODE_USED"),
      pay(start, { order: "1", code: code(0), amount: 700, ...otherShop }, "CODE_USED"),
      pay(start, { order: "2", code: code(0), amount: 700 }, "CODE_USED"),
      pay(start, { order: "3", code: code(1), amount: 700 }, "PAID")
    ],
    balances: [riches - 1400, riches]
  },
  {
    comment: "a later code first: an earlier one is worth nothing then, where the scheme says so",
    plays: [
      pay(start, { order: "1", code: code(1), amount: 700 }, "PAID"),
      pay(start, { order: "2", code: code(0), amount: 700 }, scheme.verification.monotone ? "CODE_USED" : "PAID"),
      pay(start, { order: "3", code: code(2), amount: 700 }, "PAID")
    ]
  }
]

/** Who has not agreed, and whose order it is not. */
const strangers = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "nobody's agreement: neither a payment nor a credential",
    plays: [
      withdraw(start),
      pay(start, { order: "1", code: code(0), amount: 700 }, "NO_AGREEMENT"),
      { at: start, do: "enroll", phone: 0, expect: "NO_AGREEMENT" },
      pay(start, { order: "2", code: code(0, start, 1), amount: 700 }, "PAID")
    ],
    balances: [riches, riches - 700]
  },
  {
    comment: "an order that nobody knows, and one that is another shop's",
    plays: [
      query(start, "1", "NO_SUCH_ORDER"),
      close(start, "1", "NO_SUCH_ORDER"),
      refund(start, { order: "1", refund: "r", amount: 1 }, "NO_SUCH_ORDER"),
      authenticate(start, { order: "1" }, "NO_SUCH_ORDER"),
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      query(start, "1", "NO_SUCH_ORDER", "other shop"),
      pay(start, { order: "1", code: code(1), amount: 900, ...otherShop }, "PAID"),
      query(start, "1", "PAID")
    ],
    balances: [riches - 1600, riches]
  },
  {
    comment: "what is wrong with the code is said before what is wrong with the account",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      withdraw(start),
      pay(start, { order: "2", code: code(0), amount: 700 }, "CODE_USED"),
      pay(start, { order: "3", code: code(1), amount: scheme.limit.accountDay + 1 }, "NO_AGREEMENT")
    ]
  }
]

/** Pay requests, and what is asked of their orders. */
export const requests = (own: Scheme): ScenarioGroup => {
  const fixture = shortened(own)
  return {
    setting: fixture.setting,
    scenarios: [knownOrders, unfitCodes, strangers].flatMap((scenariosOf) => scenariosOf(fixture))
  }
}

/** The window of a seed. */
export const window = (own: Scheme): ScenarioGroup => {
  const { codeOf, scheme, setting, stepAt } = fixtureOf(own)
  const { past, future } = scheme.window!
  const step = stepAt(start)
  const first = (of: number) => Time.startOfStep(scheme, of)
  return {
    setting,
    scenarios: [
      {
        comment: "a code at the last second of its window",
        plays: [pay(first(step + past + 1) - 1, { order: "1", code: codeOf(step), amount: 1 }, "PAID")]
      },
      {
        comment: "a code a second after its window",
        plays: [pay(first(step + past + 1), { order: "1", code: codeOf(step), amount: 1 }, "CODE_INVALID")]
      },
      {
        comment: "a code at the first second of its window",
        plays: [pay(first(step - future), { order: "1", code: codeOf(step), amount: 1 }, "PAID")]
      },
      {
        comment: "a code a second before its window",
        plays: [
          pay(first(step - future) - 1, { order: "1", code: codeOf(step), amount: 1 }, "CODE_INVALID"),
          pay(first(step - future), { order: "2", code: codeOf(step), amount: 1 }, "PAID")
        ]
      },
      {
        comment: "a code that was made hours ahead",
        plays: [pay(start, { order: "1", code: codeOf(step + 200), amount: 1 }, "CODE_INVALID")]
      }
    ]
  }
}

/** The validity of a list. */
export const validity = (own: Scheme): ScenarioGroup => {
  const { code, scheme, setting } = shortened(own)
  const end = start + scheme.token.validity!
  const last = scheme.token.batch! - 1
  return {
    setting,
    scenarios: [
      {
        comment: "the last code of a list at the last second of its validity",
        plays: [
          pay(end, { order: "1", code: code(last), amount: 1 }, "PAID"),
          pay(end, { order: "2", code: code(last), amount: 1 }, "CODE_USED")
        ]
      },
      {
        comment: "a code of a list a second after its validity",
        plays: [pay(end + 1, { order: "1", code: code(0), amount: 1 }, "CODE_INVALID")]
      }
    ]
  }
}

/** Wrong codes under an alias, of somebody and of nobody. */
const underAliases = (own: Scheme, { code, forged }: Pick<Fixture, "code" | "forged">): ReadonlyArray<Commented> => {
  const isByAlias = own.throttle.perAliasDay !== undefined
  const [one, other] = [{ terminal: "one" }, { terminal: "other" }]
  return [
    {
      comment: isByAlias
        ? "too many wrong codes under an alias, wherever they come from"
        : "wrong codes under an alias, which are nobody's but the terminal's",
      plays: [
        pay(start, { order: "wrong a", code: forged(0), amount: 1, ...one, times: 2 }, "CODE_INVALID"),
        pay(start, { order: "wrong b", code: forged(1), amount: 1, ...other, times: 2 }, "CODE_INVALID"),
        pay(start, { order: "1", code: code(0), amount: 1 }, isByAlias ? "THROTTLED" : "PAID"),
        pay(start, { order: "2", code: code(0, start, 1), amount: 1 }, "PAID")
      ]
    },
    {
      comment: isByAlias
        ? "too many wrong codes under an alias that nobody has: it is answered as one that somebody has"
        : "wrong codes under an alias that nobody has, which are nobody's but the terminal's",
      plays: [
        pay(start, { order: "wrong a", code: nobodys(own, forged(0)), amount: 1, ...one, times: 2 }, "CODE_INVALID"),
        pay(start, { order: "wrong b", code: nobodys(own, forged(0)), amount: 1, ...other, times: 2 }, "CODE_INVALID"),
        pay(start, { order: "1", code: nobodys(own, forged(0)), amount: 1 }, isByAlias ? "THROTTLED" : "CODE_INVALID"),
        pay(start, { order: "2", code: code(0), amount: 1 }, "PAID")
      ]
    }
  ]
}

/** Wrong codes are counted, against whom the scheme says. */
export const throttled = (own: Scheme): ScenarioGroup => {
  const isByAlias = own.throttle.perAliasDay !== undefined
  const most = { perTerminalDay: 6, perMerchantDay: 8, ...(isByAlias && { perAliasDay: 4 }) }
  const { code, forged, setting } = shortened(own, { change: { throttle: most } })
  const [one, other] = [{ terminal: "one" }, { terminal: "other" }]
  const stranger = "9".repeat(code(0).length)
  const tomorrow = start + 86_400
  const isSeed = own.window !== undefined
  return {
    setting,
    scenarios: [
      {
        comment: "too many wrong codes from a terminal: nothing is decided for it, and everything for another",
        plays: [
          pay(start, { order: "wrong", code: stranger, amount: 1, ...one, times: most.perTerminalDay }, "CODE_INVALID"),
          pay(start, { order: "1", code: code(0), amount: 1, ...one }, "THROTTLED"),
          query(start, "1", "NO_SUCH_ORDER"),
          pay(start, { order: "2", code: code(0), amount: 1, ...other }, "PAID"),
          pay(
            tomorrow,
            { order: "1", code: code(isSeed ? 0 : 1, isSeed ? tomorrow : start), amount: 1, ...one },
            "PAID"
          )
        ].slice(0, isSeed ? undefined : 4)
      },
      {
        comment: "too many wrong codes from a merchant, whatever it calls its terminals: nothing is decided for it",
        plays: [
          pay(start, { order: "wrong a", code: stranger, amount: 1, ...one, times: 5 }, "CODE_INVALID"),
          pay(start, { order: "wrong b", code: stranger, amount: 1, ...other, times: 3 }, "CODE_INVALID"),
          pay(start, { order: "1", code: code(0), amount: 1, terminal: "fresh" }, "THROTTLED"),
          pay(start, { order: "wrong a-1", code: stranger, amount: 1, terminal: "fresh" }, "CODE_INVALID"),
          pay(start, { order: "1", code: code(0), amount: 1, ...otherShop }, "PAID")
        ]
      },
      ...underAliases(own, { code, forged }),
      {
        comment: "one wrong code is nothing",
        plays: [
          pay(start, { order: "wrong", code: forged(0), amount: 1 }, "CODE_INVALID"),
          pay(start, { order: "1", code: code(0), amount: 1 }, "PAID")
        ]
      }
    ]
  }
}
