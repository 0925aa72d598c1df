/** Verifications: every answer that a provider gives, and every reason to refuse, at the edges where they begin. */
import * as Trial from "../../impl/testing/Fixtures.ts"
import type { Answer } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Bounds from "./Bounds.ts"
import * as Challenges from "./Challenges.ts"
import * as Generations from "./Generations.ts"
import {
  authenticate,
  type Book,
  close,
  message,
  type Noting,
  password,
  pay,
  pin,
  query,
  refund,
  reverse,
  riches,
  secretOf,
  stage,
  start,
  type Told,
  telephones,
  told
} from "./Stories.ts"

/** A list short enough to be given whole. */
const short: Partial<Record<Scheme["scheme"], { readonly token: Record<string, number | string> }>> = {
  wechat: { token: { source: "list", batch: 12, validity: 86_400, refillAt: 3, urgentAt: 1 } }
}

const changeOf = ({ scheme }: Scheme) => short[scheme]

const requests = (own: Scheme): Book => {
  const { code, forged, scheme, setting } = stage(own, { change: changeOf(own) })
  const { order } = scheme
  const shop = { merchant: "other shop", terminal: "other till" }
  return {
    setting,
    stories: [
      {
        comment: "a request is answered from its record however often it is sent, and debits once",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          pay(start + 1, "1", code(0), 700, "PAID"),
          query(start + 2, "1", "PAID"),
          pay(start + 86_400, "1", code(0), 700, "PAID")
        ],
        balances: [riches - 700, riches]
      },
      {
        comment: "what is no amount is refused, and neither burns the code nor takes the order number",
        plays: [
          pay(start, "1", code(0), 0, "AMOUNT_INVALID"),
          pay(start, "1", code(0), -1, "AMOUNT_INVALID"),
          pay(start, "1", code(0), 0.5, "AMOUNT_INVALID"),
          pay(start, "1", code(0), 2 ** 53, "AMOUNT_INVALID"),
          pay(start, "1", code(0), 1, "PAID")
        ],
        balances: [riches - 1, riches]
      },
      {
        comment: "a known order number with another amount",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          pay(start, "1", code(0), 701, "AMOUNT_CHANGED"),
          query(start, "1", "PAID")
        ],
        balances: [riches - 700, riches]
      },
      {
        comment: "a known order number with the code of another payer",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          pay(start, "1", code(0, start, 1), 700, "PAYER_CHANGED"),
          pay(start, "2", code(0, start, 1), 700, "PAID")
        ],
        balances: [riches - 700, riches - 700]
      },
      {
        comment: "a known order number with another code of the same payer, which is not burned",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          pay(start, "1", code(1), 700, order.bindsCode ? "CODE_CHANGED" : "PAID"),
          pay(start, "2", code(1), 700, "PAID")
        ],
        balances: [riches - 1400, riches]
      },
      {
        comment: "a made-up proof, a code that is too short, and one of another issuer; the payer's own code is paid",
        plays: [
          pay(start, "1", forged(0), 700, "CODE_INVALID"),
          pay(start, "2", code(0).slice(0, -1), 700, "CODE_INVALID"),
          pay(start, "3", `99${code(0).slice(2)}`, 700, "CODE_INVALID"),
          pay(start, "4", `${code(0).slice(0, -1)}x`, 700, "CODE_INVALID"),
          pay(start, "5", "", 700, "CODE_INVALID"),
          pay(start, "6", code(0), 700, "PAID"),
          query(start, "1", "CODE_INVALID")
        ],
        balances: [riches - 700, riches]
      },
      {
        comment: "a code that was used, at the same shop and at another",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          pay(start, "2", code(0), 700, "CODE_USED"),
          pay(start, "1", code(0), 700, "CODE_USED", shop),
          pay(start, "2", code(0), 700, "CODE_USED"),
          pay(start, "3", code(1), 700, "PAID")
        ],
        balances: [riches - 1400, riches]
      },
      {
        comment: "a later code first: an earlier one is worth nothing then, where the scheme says so",
        plays: [
          pay(start, "1", code(1), 700, "PAID"),
          pay(start, "2", code(0), 700, scheme.verification.monotone ? "CODE_USED" : "PAID"),
          pay(start, "3", code(2), 700, "PAID")
        ]
      },
      {
        comment: "nobody's agreement: neither a payment nor a credential",
        plays: [
          { at: start, do: "withdraw", account: 0, expect: "DONE" },
          pay(start, "1", code(0), 700, "NO_AGREEMENT"),
          { at: start, do: "enroll", phone: 0, expect: "NO_AGREEMENT" },
          pay(start, "2", code(0, start, 1), 700, "PAID")
        ],
        balances: [riches, riches - 700]
      },
      {
        comment: "an order that nobody knows, and one that is another shop's",
        plays: [
          query(start, "1", "NO_SUCH_ORDER"),
          close(start, "1", "NO_SUCH_ORDER"),
          refund(start, "1", "r", 1, "NO_SUCH_ORDER"),
          authenticate(start, "1", "NO_SUCH_ORDER"),
          pay(start, "1", code(0), 700, "PAID"),
          query(start, "1", "NO_SUCH_ORDER", "other shop"),
          pay(start, "1", code(1), 900, "PAID", shop),
          query(start, "1", "PAID")
        ],
        balances: [riches - 1600, riches]
      },
      {
        comment: "what is wrong with the code is said before what is wrong with the account",
        plays: [
          pay(start, "1", code(0), 700, "PAID"),
          { at: start, do: "withdraw", account: 0, expect: "DONE" },
          pay(start, "2", code(0), 700, "CODE_USED"),
          pay(start, "3", code(1), scheme.limit.accountDay + 1, "NO_AGREEMENT")
        ]
      }
    ]
  }
}

const limits = (own: Scheme): Book => {
  const { code, scheme, setting } = stage(own, { change: changeOf(own), balances: [riches, own.limit.payment + 100] })
  const { accountDay, dayCount, daySum, payment } = scheme.limit
  const openFor = scheme.stepUp.openFor!
  const few = Math.floor((accountDay - payment - 1) / payment)
  /** Payments of one amount, each with a code of its own, half a minute apart. */
  const payments = (count: number, amount: number) =>
    Array.from({ length: count }, (_, nth) =>
      pay(start + 30 * nth, `${nth}`, code(scheme.window ? 3 : nth, start + 30 * nth), amount, "PAID")
    )
  const after = (count: number) => start + 30 * count
  const next = (count: number) => code(scheme.window ? 3 : count, after(count))
  return {
    setting,
    stories: [
      {
        comment: "the limit of a payment, and one minor unit more",
        plays: [pay(start, "1", code(0), payment, "PAID"), pay(start, "2", code(1), payment + 1, "OPEN")],
        balances: [riches - payment, setting.accounts[1]!.balance]
      },
      {
        comment: "an order that waits: a wrong password, somebody else's, and the right one",
        plays: [
          pay(start, "1", code(0), payment + 1, "OPEN"),
          authenticate(start + 1, "1", "WRONG_PASSWORD", 0, "271828"),
          authenticate(start + 2, "1", "NO_SUCH_ORDER", 1),
          query(start + 3, "1", "OPEN"),
          authenticate(start + 4, "1", "PAID"),
          authenticate(start + 5, "1", "NOT_OPEN"),
          pay(start + 6, "1", code(0), payment + 1, "PAID")
        ],
        balances: [riches - payment - 1, setting.accounts[1]!.balance]
      },
      {
        comment: "an order that nobody completes is closed at its deadline, by a write, and not before",
        plays: [
          pay(start, "1", code(0), payment + 1, "OPEN"),
          close(start + openFor - 1, "1", "OPEN"),
          query(start + openFor, "1", "OPEN"),
          close(start + openFor, "1", "CLOSED"),
          query(start + openFor, "1", "CLOSED"),
          authenticate(start + openFor, "1", "NOT_OPEN")
        ],
        balances: [riches, setting.accounts[1]!.balance]
      },
      {
        comment: "an order at the last second at which it is open is paid",
        plays: [
          pay(start, "1", code(0), payment + 1, "OPEN"),
          close(start + openFor - 1, "1", "OPEN"),
          authenticate(start + openFor - 1, "1", "PAID")
        ],
        balances: [riches - payment - 1, setting.accounts[1]!.balance]
      },
      {
        comment: "a balance, less what an open order reserves, and one minor unit more",
        plays: [
          pay(start, "1", code(0, start, 1), payment + 1, "OPEN"),
          pay(start, "2", code(1, start, 1), 100, "BALANCE"),
          pay(start, "3", code(2, start, 1), 99, "PAID"),
          authenticate(start, "1", "PAID", 1)
        ],
        balances: [riches, 0]
      },
      {
        comment: "a code that was presented for too much is burned, and the refusal is recorded",
        plays: [
          pay(start, "1", code(0, start, 1), payment + 101, "BALANCE"),
          pay(start, "2", code(0, start, 1), 1, "CODE_USED"),
          pay(start, "1", code(0, start, 1), payment + 101, "BALANCE")
        ],
        balances: [riches, payment + 100]
      },
      {
        comment: "what an account may spend in a day, and one minor unit more",
        plays: [
          pay(start, "1", code(0), accountDay + 1, "OVER_ACCOUNT_DAY"),
          pay(start, "2", code(1), accountDay, "OPEN"),
          pay(start, "3", code(2), 1, "OVER_ACCOUNT_DAY"),
          authenticate(start, "2", "PAID"),
          pay(start, "4", code(3), 1, "OVER_ACCOUNT_DAY")
        ],
        balances: [riches - accountDay, payment + 100]
      },
      ...(daySum === undefined
        ? []
        : [
            {
              comment: "the sum of a day without step-up, and one minor unit more",
              plays: [
                ...payments(Math.min(few, Math.floor(daySum / payment)), payment),
                pay(after(2), "more", next(2), 1, "OPEN")
              ]
            }
          ]),
      ...(dayCount === undefined
        ? []
        : [
            {
              comment: "the payments of a day without step-up, and one more",
              plays: [...payments(dayCount, 1), pay(after(dayCount), "more", next(dayCount), 1, "OPEN")]
            }
          ]),
      ...(scheme.code.marksRevealed
        ? [
            {
              comment: "a code that was revealed as digits is held open, however little is asked for",
              plays: [
                pay(start, "1", code(0, start, 0, true), 1, "OPEN"),
                authenticate(start, "1", "PAID"),
                pay(start, "2", code(0, start, 0, true), 1, "CODE_USED"),
                pay(start, "3", code(1), 1, "PAID")
              ]
            }
          ]
        : [])
    ]
  }
}

const settlements = (own: Scheme): Book => {
  const { code, scheme, setting } = stage(own, { change: changeOf(own) })
  const { unknownOrder, within } = scheme.reverse
  const skew = scheme.clock.nodeSkew
  const isTombstone = unknownOrder === "tombstone"
  const paid = pay(start, "1", code(0), 700, "PAID")
  return {
    setting,
    stories: [
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
      },
      {
        comment: "refunds to the whole of what was paid, each once, and no more",
        plays: [
          paid,
          refund(start, "1", "a", 300, "REFUNDED"),
          refund(start, "1", "a", 300, "PAID"),
          refund(start, "1", "b", 401, "REFUND_EXCEEDS"),
          refund(start, "1", "b", 0, "AMOUNT_INVALID"),
          query(start, "1", "PAID"),
          refund(start, "1", "b", 400, "REFUNDED"),
          query(start, "1", "REFUNDED"),
          refund(start, "1", "c", 1, "REFUND_EXCEEDS")
        ],
        balances: [riches, riches]
      },
      {
        comment: "a reversal returns what refunds have left, and nothing is refunded after it",
        plays: [
          paid,
          refund(start, "1", "a", 300, "REFUNDED"),
          reverse(start, "1", "REVERSED"),
          refund(start, "1", "b", 1, "NOT_PAID")
        ],
        balances: [riches, riches]
      },
      {
        comment: "a reversal of an order that nobody knows",
        plays: [
          reverse(start, "1", isTombstone ? "REVERSED" : "NO_SUCH_ORDER"),
          query(start, "1", isTombstone ? "REVERSED" : "NO_SUCH_ORDER"),
          pay(start, "1", code(0), 700, isTombstone ? "REVERSED" : "PAID")
        ],
        balances: [isTombstone ? riches : riches - 700, riches]
      },
      {
        comment: "an open order is reversed, and its password comes too late",
        plays: [
          pay(start, "1", code(0), scheme.limit.payment + 1, "OPEN"),
          refund(start, "1", "a", 1, "NOT_PAID"),
          reverse(start, "1", "REVERSED"),
          authenticate(start, "1", "NOT_OPEN")
        ],
        balances: [riches, riches]
      }
    ]
  }
}

/** The window of a seed. */
const window = (own: Scheme): Book => {
  const { codeOf, scheme, setting, stepAt } = stage(own)
  const { past, future } = scheme.window!
  const step = stepAt(start)
  const first = (of: number) => Time.startOfStep(scheme, of)
  return {
    setting,
    stories: [
      {
        comment: "a code at the last second of its window",
        plays: [pay(first(step + past + 1) - 1, "1", codeOf(step), 1, "PAID")]
      },
      {
        comment: "a code a second after its window",
        plays: [pay(first(step + past + 1), "1", codeOf(step), 1, "CODE_INVALID")]
      },
      {
        comment: "a code at the first second of its window",
        plays: [pay(first(step - future), "1", codeOf(step), 1, "PAID")]
      },
      {
        comment: "a code a second before its window",
        plays: [
          pay(first(step - future) - 1, "1", codeOf(step), 1, "CODE_INVALID"),
          pay(first(step - future), "2", codeOf(step), 1, "PAID")
        ]
      },
      {
        comment: "a code that was made hours ahead",
        plays: [pay(start, "1", codeOf(step + 200), 1, "CODE_INVALID")]
      }
    ]
  }
}

/** The validity of a list. */
const validity = (own: Scheme): Book => {
  const { code, scheme, setting } = stage(own, { change: changeOf(own) })
  const end = start + scheme.token.validity!
  const last = scheme.token.batch! - 1
  return {
    setting,
    stories: [
      {
        comment: "the last code of a list at the last second of its validity",
        plays: [pay(end, "1", code(last), 1, "PAID"), pay(end, "2", code(last), 1, "CODE_USED")]
      },
      {
        comment: "a code of a list a second after its validity",
        plays: [pay(end + 1, "1", code(0), 1, "CODE_INVALID")]
      }
    ]
  }
}

/** Who may have a credential. */
const enrollment = (own: Scheme): Book => {
  const { scheme, setting } = stage(own, { change: changeOf(own) })
  const held = setting.credentials[0]!
  const third = secretOf(scheme, `${scheme.scheme}, third`)
  const isIndex = scheme.code.alias === "masked-index"
  const draws = { ...third, ...(isIndex && { alias: held.alias! }) }
  const first = scheme.window === undefined ? 0 : Time.stepAt(scheme, start)
  const stranger = {
    balance: riches,
    password,
    signed: false,
    ...(isIndex && { alias: Generations.digits("stranger", 10) })
  }
  const stories: ReadonlyArray<Told> = [
    {
      comment: "a phone on which the owner has not authenticated",
      plays: [
        { at: start, do: "enroll", phone: 2, expect: "NOT_OWNER" },
        { at: start, do: "sign in", phone: 2, expect: "DONE" },
        { at: start, do: "enroll", phone: 2, draws, credential: 2, expect: "ISSUED" },
        pay(start, "1", Generations.codeOf(scheme, draws, first), 1, "PAID")
      ]
    },
    {
      comment: "an account that has not signed",
      plays: [
        { at: start, do: "enroll", phone: 3, expect: "NO_AGREEMENT" },
        { at: start, do: "sign", account: 2, expect: "DONE" },
        { at: start, do: "withdraw", account: 2, expect: "DONE" },
        { at: start, do: "enroll", phone: 3, expect: "NO_AGREEMENT" }
      ]
    }
  ]
  return {
    setting: {
      ...setting,
      accounts: [...setting.accounts, stranger],
      phones: [...setting.phones, { account: 0, authenticated: false }, { account: 2, authenticated: true }]
    },
    stories
  }
}

/** Without a step-up what is over a limit is refused. */
const withoutStepUp = (own: Scheme): Book => {
  const change = {
    stepUp: { method: "none" },
    limit: { payment: 500, daySum: 1_000, dayCount: 3, accountDay: 2_000 }
  }
  const { code, setting } = stage(own, { change })
  return {
    setting,
    stories: [
      {
        comment: "over the limit of a payment",
        plays: [pay(start, "1", code(0), 501, "OVER_PAYMENT_LIMIT"), pay(start, "2", code(1), 500, "PAID")]
      },
      {
        comment: "over the sum of a day",
        plays: [
          pay(start, "1", code(0), 500, "PAID"),
          pay(start, "2", code(1), 400, "PAID"),
          pay(start, "3", code(2), 101, "OVER_DAY_SUM"),
          pay(start, "4", code(3), 100, "PAID")
        ]
      },
      {
        comment: "over the number of payments in a day",
        plays: [
          pay(start, "1", code(0), 1, "PAID"),
          pay(start, "2", code(1), 1, "PAID"),
          pay(start, "3", code(2), 1, "PAID"),
          pay(start, "4", code(3), 1, "OVER_DAY_COUNT")
        ]
      }
    ]
  }
}

/** Wrong codes are counted, against whom the scheme says. */
const throttled = (own: Scheme): Book => {
  const isByAlias = own.throttle.perAliasDay !== undefined
  const most = { perTerminalDay: 6, ...(isByAlias && { perAliasDay: 4 }) }
  const { code, forged, setting } = stage(own, { change: { ...changeOf(own), throttle: most } })
  const [one, other] = [{ terminal: "one" }, { terminal: "other" }]
  const stranger = "9".repeat(code(0).length)
  const tomorrow = start + 86_400
  const isSeed = own.window !== undefined
  return {
    setting,
    stories: [
      {
        comment: "too many wrong codes from a terminal: nothing is decided for it, and everything for another",
        plays: [
          pay(start, "wrong", stranger, 1, "CODE_INVALID", { ...one, times: most.perTerminalDay }),
          pay(start, "1", code(0), 1, "THROTTLED", one),
          query(start, "1", "NO_SUCH_ORDER"),
          pay(start, "2", code(0), 1, "PAID", other),
          pay(tomorrow, "1", code(isSeed ? 0 : 1, isSeed ? tomorrow : start), 1, "PAID", one)
        ].slice(0, isSeed ? undefined : 4)
      },
      {
        comment: isByAlias
          ? "too many wrong codes under an alias, wherever they come from"
          : "wrong codes under an alias, which are nobody's but the terminal's",
        plays: [
          pay(start, "wrong a", forged(0), 1, "CODE_INVALID", { ...one, times: 2 }),
          pay(start, "wrong b", forged(1), 1, "CODE_INVALID", { ...other, times: 2 }),
          pay(start, "1", code(0), 1, isByAlias ? "THROTTLED" : "PAID"),
          pay(start, "2", code(0, start, 1), 1, "PAID")
        ]
      },
      {
        comment: "one wrong code is nothing",
        plays: [pay(start, "wrong", forged(0), 1, "CODE_INVALID"), pay(start, "1", code(0), 1, "PAID")]
      }
    ]
  }
}

/** Codes over the till's transaction. */
const bound = (own: Scheme): Book => {
  const { scheme, secrets, setting, stepAt } = stage(own)
  const { payment } = scheme.limit
  const nonce = "AAECAwQFBgcICQoL"
  const sale = (amount: number, order: string): Bounds.Sale => ({ payee: "Corner Shop", amount, order, nonce })
  const code = (over: Bounds.Sale, { at = start, pinned = false, revealed = false } = {}): string =>
    Bounds.made({ scheme, credential: secrets[0]!, pin, sale: over, position: stepAt(at), revealed, pinned }).code
  const asked = (
    at: number,
    { amount, order }: Bounds.Sale,
    digits: string,
    expect: Answer,
    more: { readonly nonce?: string; readonly merchant?: string } = {}
  ) => pay(at, order, digits, amount, expect, { nonce, ...more })
  const [a, b, c, d] = [sale(700, "1"), sale(700, "2"), sale(701, "1"), sale(700, "3")] as const
  const large = [sale(payment + 1, "1"), sale(payment + 1, "2"), sale(payment, "3")] as const
  const later = start + scheme.clock.step
  return {
    setting,
    stories: [
      {
        comment: "a code over the sale pays it, once, however often the request is sent",
        plays: [asked(start, a, code(a), "PAID"), asked(start, a, code(a), "PAID"), query(start, "1", "PAID")],
        balances: [riches - 700, riches]
      },
      {
        comment: "another order number, another nonce, none, another amount: each is invalid, and burns nothing",
        plays: [
          asked(start, b, code(a), "CODE_INVALID"),
          asked(start, d, code(d), "CODE_INVALID", { nonce: "BBECAwQFBgcICQoL" }),
          pay(start, "4", code(sale(700, "4")), 700, "CODE_INVALID"),
          asked(start, sale(702, "5"), code(sale(703, "5")), "CODE_INVALID"),
          asked(start, a, code(a), "PAID")
        ],
        balances: [riches - 700, riches]
      },
      {
        comment: "another merchant, under the same order number and with the same nonce: invalid, and burns nothing",
        plays: [asked(start, a, code(a), "CODE_INVALID", { merchant: "other shop" }), asked(start, a, code(a), "PAID")],
        balances: [riches - 700, riches]
      },
      {
        comment: "the name is the registered one: a code over what looks like it is invalid",
        plays: [
          asked(start, a, code({ ...a, payee: "corner shop" }), "CODE_INVALID"),
          query(start, "1", "CODE_INVALID")
        ]
      },
      {
        comment: "a code that was made over nothing is invalid",
        plays: [asked(start, a, Generations.codeOf(scheme, secrets[0]!, stepAt(start)), "CODE_INVALID")]
      },
      {
        comment: "a step makes one payment, whatever its codes are made over",
        plays: [asked(start, a, code(a), "PAID"), asked(start, b, code(b), "CODE_USED")],
        balances: [riches - 700, riches]
      },
      {
        comment: "a known order number with another amount",
        plays: [asked(start, a, code(a), "PAID"), asked(start, c, code(c), "AMOUNT_CHANGED")],
        balances: [riches - 700, riches]
      },
      {
        comment: "above the limit without the PIN, then with it; at the limit it needs none",
        plays: [
          asked(start, large[0], code(large[0]), "PIN_REQUIRED"),
          asked(later, large[1], code(large[1], { at: later, pinned: true }), "PAID"),
          asked(later + 30, large[2], code(large[2], { at: later + 30 }), "PAID")
        ],
        balances: [riches - 2 * payment - 1, riches]
      },
      {
        comment: "what is paid with the PIN does not count towards the day's sum",
        plays: [
          asked(start, large[0], code(large[0], { pinned: true }), "PAID"),
          ...[1, 2, 3].map((nth) => {
            const at = start + 30 * nth
            const over = sale(payment, `free ${nth}`.replace(" ", "-"))
            return asked(at, over, code(over, { at }), nth < 3 ? "PAID" : "PIN_REQUIRED")
          })
        ]
      }
    ]
  }
}

/** Challenge and response, in short messages. */
const messages = (own: Scheme): Book => {
  const { code, scheme, secrets, setting } = stage(own)
  const { payment } = scheme.limit
  const nonces = ["AAECAwQFBgcICQoL", "_-_-_-_-_-_-_-_-"] as const
  const amount = payment + 1
  const sale = (nth: 0 | 1): Bounds.Sale => ({ payee: "shop", amount, order: `${nth}`, nonce: nonces[nth] })
  const answer = (nth: 0 | 1, given = pin, who = 0): string =>
    Challenges.made({ sale: sale(nth), seed: secrets[who]!.seed!, pin: given }).answer
  const open = (at: number, nth: 0 | 1) => pay(at, `${nth}`, code(nth), amount, "OPEN", { challenge: nonces[nth] })
  const [number, other] = telephones
  return {
    setting,
    stories: [
      {
        comment: "the answer to the challenge pays its order, and a second time finds it paid",
        plays: [
          open(start, 0),
          message(start + 9, number, answer(0), "PAID"),
          message(start + 10, number, answer(0), "NOT_OPEN"),
          query(start + 11, "0", "PAID")
        ],
        balances: [riches - amount, riches]
      },
      {
        comment: "the answer to one challenge, sent for another; and one with another PIN, or another seed",
        plays: [
          open(start, 0),
          open(start, 1),
          message(start + 5, number, answer(0).replace(nonces[0], nonces[1]), "ANSWER_WRONG"),
          message(start + 6, number, answer(1, "000000"), "ANSWER_WRONG"),
          message(start + 7, number, answer(1, pin, 1), "ANSWER_WRONG"),
          query(start + 8, "1", "OPEN"),
          message(start + 9, number, answer(1), "PAID")
        ],
        balances: [riches - amount, riches]
      },
      {
        comment: "from another number, for no challenge, or as something else: it is taken for nothing",
        plays: [
          open(start, 0),
          message(start + 1, other, answer(0), "NOTHING"),
          message(start + 2, "+8613800000003", answer(0), "NOTHING"),
          message(start + 3, number, answer(1), "NOTHING"),
          message(start + 4, number, "paycode:1:password:314159", "NOTHING"),
          query(start + 5, "0", "OPEN")
        ],
        balances: [riches, riches]
      },
      {
        comment: "a late answer finds the order closed",
        plays: [
          open(start, 0),
          close(start + scheme.stepUp.openFor!, "0", "CLOSED"),
          message(start + scheme.stepUp.openFor! + 1, number, answer(0), "NOT_OPEN")
        ],
        balances: [riches, riches]
      }
    ]
  }
}

/** The password, in a short message. */
const passwords = (own: Scheme): Book => {
  const { code, scheme, setting } = stage(own)
  const amount = scheme.limit.payment + 1
  const [number] = telephones
  return {
    setting,
    stories: [
      {
        comment: "a password names no order: it pays the oldest that is open, and then the next",
        plays: [
          pay(start, "b", code(0), amount, "OPEN"),
          pay(start + 1, "a", code(1), amount, "OPEN"),
          message(start + 2, number, "paycode:1:password:271828", "NOTHING"),
          message(start + 3, number, "paycode:1:password:314159", "PAID"),
          query(start + 4, "b", "PAID"),
          query(start + 4, "a", "OPEN"),
          message(start + 5, number, "paycode:1:password:314159", "PAID"),
          message(start + 6, number, "paycode:1:password:314159", "NOT_OPEN")
        ],
        balances: [riches - 2 * amount, riches]
      }
    ]
  }
}

/** The contents of the file, but for what every file has. */
export const make = (noting: Noting) => ({
  header: [
    "A provider in a stated state, and what it answers. The scheme is the file of that name in spec/schemes, with the sections of `change` in place of its own.",
    "State: accounts, phones and credentials are numbered from 0, in their order. At the second `start` agreements were signed and credentials issued; a confirmed credential was confirmed then.",
    "Every test begins with that state. Its plays happen in turn, each at the second `at` of the provider's clock, and `expect` is the answer. Where `times` is given, the request is sent so often, under the order number with -1, -2 and so on behind it, and is always answered alike.",
    "Where `balances` are given, the accounts hold as much in the end, in minor units; what open orders reserve is still there.",
    "Where `merchants` are given, they are registered under those names; any other is registered as what it is called by. `nonce`, `text` and the codes that are made over a transaction are those of bound.json, and the text of a `message` is that of challenge.json."
  ],
  ...told(
    [
      ...Trial.schemes.flatMap((scheme) => [
        requests(scheme),
        limits(scheme),
        settlements(scheme),
        scheme.window === undefined ? validity(scheme) : window(scheme),
        enrollment(scheme),
        throttled(scheme)
      ]),
      withoutStepUp(Trial.alipay),
      bound(Trial.tillQr),
      bound(Trial.hardened),
      messages(Trial.smsOcra),
      passwords(Trial.smsPassword)
    ],
    noting
  )
})
