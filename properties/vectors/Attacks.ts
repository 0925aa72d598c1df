/** Attacks: what an adversary, a bad network or a bad clock does, from the beginning to the end. */
import * as Trial from "../../impl/testing/Fixtures.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Generations from "./Generations.ts"
import type { Play } from "./Playing.ts"
import {
  authenticate,
  type Book,
  close,
  type Noting,
  pay,
  query,
  refund,
  reverse,
  riches,
  secretOf,
  stage,
  start,
  type Told,
  told
} from "./Stories.ts"

const second = { merchant: "second shop", terminal: "second till" }
const thief = { merchant: "thief", terminal: "theirs" }

const restart = (at: number): Play => ({ at, do: "restart", expect: "DONE" })
const revoke = (at: number): Play => ({ at, do: "revoke", phone: 0, expect: "DONE" })

/** A list short enough to be given whole. */
const changeOf = ({ scheme }: Scheme) =>
  scheme === "wechat" ? { token: { source: "list", batch: 12, validity: 86_400, refillAt: 3, urgentAt: 1 } } : undefined

const staged = (own: Scheme) => {
  const change = changeOf(own)
  return stage(own, { ...(change && { change }) })
}

/** What can be tried with any code. */
const codes = (own: Scheme): ReadonlyArray<Told> => {
  const { code, codeOf, forged, scheme } = staged(own)
  const { limit } = scheme
  const waiting = limit.payment + 1
  const openFor = scheme.stepUp.openFor!
  const isTombstone = scheme.reverse.unknownOrder === "tombstone"
  return [
    {
      comment: "a printout: the code of a payment, again, elsewhere, and after the provider was started anew",
      plays: [
        pay(start, "1", code(0), 700, "PAID"),
        pay(start + 1, "1", code(0), 700, "CODE_USED", thief),
        restart(start + 2),
        pay(start + 3, "2", code(0), 700, "CODE_USED", thief),
        pay(start + 4, "1", code(0), 700, "PAID")
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "one code at two tills: the first has it, whatever the second asks for and however often",
      plays: [
        pay(start, "1", code(0), 700, "PAID"),
        pay(start, "1", code(0), 650, "CODE_USED", second),
        pay(start, "1", code(0), 700, "PAID"),
        pay(start, "1", code(0), 650, "CODE_USED", second),
        query(start, "1", "CODE_USED", second.merchant)
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "two merchants with one order number: each has its own order",
      plays: [
        pay(start, "1", code(0), 700, "PAID"),
        pay(start, "1", code(1), 700, "PAID", second),
        reverse(start, "1", "REVERSED", second.merchant),
        query(start, "1", "PAID"),
        reverse(start, "1", scheme.reverse.unknownOrder === "tombstone" ? "REVERSED" : "NO_SUCH_ORDER", "third shop"),
        query(start, "1", "PAID")
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "guesses: whatever they are, they burn nothing of the payer's",
      plays: [
        pay(start, "a", forged(0), 1, "CODE_INVALID", thief),
        pay(start, "b", forged(1), 1, "CODE_INVALID", thief),
        pay(start, "1", code(0), 700, "PAID"),
        pay(start, "2", code(1), 700, "PAID")
      ]
    },
    {
      comment: "a request that is lost on the way, and arrives after its reversal",
      plays: isTombstone
        ? [
            reverse(start + 20, "1", "REVERSED"),
            pay(start + 21, "1", code(0), 700, "REVERSED"),
            pay(start + 21, "2", code(0), 700, "PAID")
          ]
        : [
            reverse(start + 20, "1", "NO_SUCH_ORDER"),
            pay(start + 21, "1", code(0), 700, "PAID"),
            reverse(start + 22, "1", "REVERSED"),
            query(start + 23, "1", "REVERSED")
          ],
      balances: [isTombstone ? riches - 700 : riches, riches]
    },
    ...(isTombstone
      ? [
          {
            comment: "a request that arrives a day after its reversal",
            plays: [
              reverse(start, "1", "REVERSED"),
              restart(start + 1),
              pay(start + 86_400, "1", code(0, start + 86_400), 700, "REVERSED"),
              query(start + 86_400, "1", "REVERSED")
            ],
            balances: [riches, riches] as const
          }
        ]
      : []),
    {
      comment: "a till that asks again after an unknown answer gets the first one, and the payer is debited once",
      plays: [
        pay(start, "1", code(0), 700, "PAID"),
        restart(start + 1),
        pay(start + 5, "1", code(0), 700, "PAID"),
        pay(start + 600, "1", code(0), 700, "PAID"),
        reverse(start + 601, "1", "REVERSED"),
        pay(start + 602, "1", code(0), 700, "REVERSED")
      ],
      balances: [riches, riches]
    },
    {
      comment: "a password after the order was closed, and after it was reversed",
      plays: [
        pay(start, "1", code(0), waiting, "OPEN"),
        pay(start, "2", code(1), waiting, "OPEN"),
        reverse(start + 1, "2", "REVERSED"),
        authenticate(start + 2, "2", "NOT_OPEN"),
        close(start + openFor, "1", "CLOSED"),
        authenticate(start + openFor + 1, "1", "NOT_OPEN")
      ],
      balances: [riches, riches]
    },
    {
      comment: "a password for one order, while another waits: it pays its own, and the next order asks again",
      plays: [
        pay(start, "1", code(0), waiting, "OPEN"),
        pay(start, "2", code(1), waiting, "OPEN"),
        authenticate(start + 1, "2", "PAID"),
        query(start + 1, "1", "OPEN"),
        pay(start + 2, "3", code(2), waiting, "OPEN"),
        query(start + 2, "2", "PAID")
      ],
      balances: [riches - waiting, riches]
    },
    {
      comment: "a phone that is revoked: what was made ahead is worth nothing, and what waits is closed",
      plays: [
        pay(start, "1", code(0), waiting, "OPEN"),
        revoke(start + 1),
        query(start + 1, "1", "CLOSED"),
        authenticate(start + 1, "1", "NOT_OPEN"),
        pay(start + 2, "2", code(1), 1, "CODE_INVALID"),
        pay(start + 60, "3", scheme.window ? code(3, start + 60) : code(2), 1, "CODE_INVALID")
      ],
      balances: [riches, riches]
    },
    {
      comment: "an agreement that ends: what waits is closed, and its password debits nothing",
      plays: [
        pay(start, "1", code(0), waiting, "OPEN"),
        { at: start + 1, do: "withdraw", account: 0, expect: "DONE" },
        query(start + 1, "1", "CLOSED"),
        authenticate(start + 2, "1", "NOT_OPEN"),
        pay(start + 3, "2", code(1), 1, "NO_AGREEMENT")
      ],
      balances: [riches, riches]
    },
    {
      comment: "refunds and a reversal together: never more than was paid",
      plays: [
        pay(start, "1", code(0), 700, "PAID"),
        refund(start, "1", "a", 500, "REFUNDED"),
        refund(start, "1", "a", 500, "PAID"),
        refund(start, "1", "b", 201, "REFUND_EXCEEDS"),
        reverse(start, "1", "REVERSED"),
        reverse(start, "1", "REVERSED"),
        refund(start, "1", "c", 1, "NOT_PAID")
      ],
      balances: [riches, riches]
    },
    {
      comment: "two payers: each pays with their own code from their own account",
      plays: [
        pay(start, "1", codeOf(scheme.window ? Time.stepAt(scheme, start) : 5), 700, "PAID"),
        pay(start, "2", codeOf(scheme.window ? Time.stepAt(scheme, start) : 5, 1), 900, "PAID")
      ],
      balances: [riches - 700, riches - 900]
    }
  ]
}

/** A renewal whose reply is lost. */
const renewal = (own: Scheme): ReadonlyArray<Told> => {
  const { code, scheme, secrets } = staged(own)
  const isIndex = scheme.code.alias === "masked-index"
  const draws = (label: string) => ({
    ...secretOf(scheme, `${scheme.scheme}, ${label}`),
    ...(isIndex && { alias: secrets[0]!.alias! })
  })
  const [renewed, again] = [draws("renewed"), draws("renewed again")]
  const newCode = (nth: number) =>
    Generations.codeOf(
      scheme,
      renewed,
      scheme.window === undefined ? nth : Time.stepAt(scheme, start) - scheme.window.past + nth
    )
  const enroll = (at: number, credential: number, drawn: Generations.Secret): Play => ({
    at,
    do: "enroll",
    phone: 0,
    draws: drawn,
    credential,
    expect: "ISSUED"
  })
  return [
    {
      comment: "a renewal whose reply is lost: the old credential pays on, and what it has used stays used",
      plays: [
        pay(start, "1", code(0), 1, "PAID"),
        enroll(start + 1, 2, renewed),
        pay(start + 2, "2", code(0), 1, "CODE_USED"),
        pay(start + 2, "3", code(1), 1, "PAID")
      ]
    },
    {
      comment: "a renewal that is asked for again is the same; its first use ends the old credential",
      plays: [
        enroll(start, 2, renewed),
        enroll(start + 1, 2, again),
        pay(start + 2, "1", code(0), 1, "PAID"),
        pay(start + 3, "2", newCode(1), 1, "PAID"),
        pay(start + 4, "3", code(1), 1, "CODE_INVALID"),
        pay(start + 5, "4", newCode(2), 1, "PAID")
      ]
    },
    {
      comment: "a renewal that is confirmed ends the old credential at once",
      plays: [
        enroll(start, 2, renewed),
        { at: start + 1, do: "confirm", phone: 0, credential: 2, expect: "DONE" },
        pay(start + 2, "1", code(0), 1, "CODE_INVALID"),
        pay(start + 3, "2", newCode(0), 1, "PAID")
      ]
    }
  ]
}

/** What is lost when codes are stolen, one after another. */
const losses = (own: Scheme): ReadonlyArray<Told> => {
  const { code, scheme } = staged(own)
  const { accountDay, dayCount = accountDay, daySum = accountDay, payment } = scheme.limit
  const most = Math.min(Math.floor(Math.min(daySum, accountDay) / payment), dayCount)
  const at = (nth: number) => start + 30 * nth
  const stolen = (nth: number) => code(scheme.window ? 3 : nth, at(nth))
  const isAll = most * payment === accountDay
  return [
    {
      comment:
        "stolen codes, one after another, each for the limit of a payment: the day's limit ends it, and nothing more is debited",
      plays: [
        ...Array.from({ length: most }, (_, nth) => pay(at(nth), `${nth}`, stolen(nth), payment, "PAID", thief)),
        pay(at(most), "more", stolen(most), 1, isAll ? "OVER_ACCOUNT_DAY" : "OPEN", thief)
      ],
      balances: [riches - most * payment, riches]
    }
  ]
}

/** Clocks that go wrong, and codes that are too old. */
const clocks = (own: Scheme): ReadonlyArray<Told> => {
  const { codeOf, scheme, stepAt } = staged(own)
  const { clock, display, leak, relay } = scheme
  const edge = start + clock.drift
  return [
    {
      comment: "a phone that is slow, a code that is shown to its last second and delivered as late as may be",
      plays: [pay(start + clock.drift + display + relay.deliveryAtMost, "1", codeOf(stepAt(start)), 1, "PAID")]
    },
    {
      comment: "a phone that is fast by as much",
      plays: [pay(start - clock.drift, "1", codeOf(stepAt(start)), 1, "PAID")]
    },
    {
      comment: "a phone that was set ahead by an hour, to make codes for later",
      plays: [
        pay(start, "1", codeOf(stepAt(start + 3_600)), 1, "CODE_INVALID", thief),
        pay(edge, "2", codeOf(stepAt(edge)), 1, "PAID")
      ]
    },
    {
      comment:
        "a code that leaked from a fast phone as soon as it was shown: at the end of its life it is worth nothing",
      plays: [pay(start - clock.drift + leak.seconds, "1", codeOf(stepAt(start)), 1, "CODE_INVALID", thief)]
    }
  ]
}

/** What a day counts. */
const days = (own: Scheme): Book => {
  const change = { limit: { payment: 500, daySum: 1_000, accountDay: 5_000 } }
  const { codeOf, scheme, setting, stepAt } = stage(own, { change })
  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, start) + 1)
  const day = Time.secondsPerDay
  const code = (at: number) => codeOf(stepAt(at))
  const full = [
    pay(midnight - 120, "1", code(midnight - 120), 500, "PAID"),
    pay(midnight - 90, "2", code(midnight - 90), 500, "PAID")
  ]
  return {
    setting,
    stories: [
      {
        comment: "the last second of a day, and the first of the next: each has its own sum",
        plays: [
          ...full,
          pay(midnight - 1, "3", code(midnight - 1), 1, "OPEN"),
          pay(midnight, "4", code(midnight), 500, "PAID"),
          pay(midnight + 30, "5", code(midnight + 30), 500, "PAID"),
          pay(midnight + 60, "6", code(midnight + 60), 1, "OPEN")
        ]
      },
      {
        comment: "codes of yesterday, presented after midnight, count today",
        plays: [
          pay(midnight, "1", code(midnight - 60), 500, "PAID"),
          pay(midnight, "2", code(midnight - 30), 500, "PAID"),
          pay(midnight + 1, "3", code(midnight), 1, "OPEN")
        ]
      },
      {
        comment: "a reversal gives its allowance back to the day on which the payment counted",
        plays: [
          pay(start, "1", code(start), 500, "PAID"),
          pay(start + 30, "2", code(start + 30), 500, "PAID"),
          reverse(start + 40, "2", "REVERSED"),
          pay(start + 60, "3", code(start + 60), 500, "PAID"),
          pay(start + 90, "4", code(start + 90), 1, "OPEN")
        ],
        balances: [riches - 1_000, riches]
      },
      {
        comment: "a reversal of yesterday's payment gives nothing to today",
        plays: [
          pay(start + 60, "1", code(start + 60), 500, "PAID"),
          pay(start + day, "2", code(start + day), 500, "PAID"),
          pay(start + day + 30, "3", code(start + day + 30), 500, "PAID"),
          reverse(start + day + 40, "1", "REVERSED"),
          pay(start + day + 60, "4", code(start + day + 60), 1, "OPEN")
        ],
        balances: [riches - 1_000, riches]
      }
    ]
  }
}

/** Two phones of one account whose codes are the same digits for a step: the first two labels for which it is so. */
const twins = (): Book => {
  const scheme = Trial.alipay
  const { setting } = stage(scheme)
  const { alias } = setting.accounts[0]!
  const step = Time.stepAt(scheme, start)
  const seen = new Map<string, Generations.Secret>()
  const find = (): readonly [Generations.Secret, Generations.Secret] => {
    for (let nth = 0; ; nth++) {
      const secret = { prefix: "28", alias: alias!, seed: Generations.bytes(`twin ${nth}`, 20) }
      const code = Generations.codeOf(scheme, secret, step)
      const other = seen.get(code)
      if (other !== undefined) return [other, secret]
      seen.set(code, secret)
    }
  }
  const [one, other] = find()
  const codeOf = (secret: Generations.Secret, of: number) => Generations.codeOf(scheme, secret, of)
  return {
    setting: {
      ...setting,
      phones: [
        { account: 0, authenticated: true },
        { account: 0, authenticated: true }
      ],
      credentials: [one, other].map((secret, phone) => ({ phone, confirmed: true, ...secret }))
    },
    stories: [
      {
        comment: "a code that two phones of one account show in the same step: neither pays, and nothing is burned",
        plays: [
          pay(start, "1", codeOf(one, step), 1, "AMBIGUOUS_CODE"),
          pay(start, "1", codeOf(one, step), 1, "AMBIGUOUS_CODE"),
          pay(start, "2", codeOf(one, step - 1), 1, "PAID"),
          pay(start, "3", codeOf(other, step - 1), 1, "PAID")
        ],
        balances: [riches - 2, riches]
      },
      {
        comment: "it is as ambiguous once the phones' other codes were used",
        plays: [
          pay(start, "1", codeOf(other, step + 1), 1, "PAID"),
          pay(start, "2", codeOf(one, step), 1, "AMBIGUOUS_CODE")
        ],
        balances: [riches - 1, riches]
      }
    ]
  }
}

/** One phone whose codes of two steps of a window are the same digits, under the seed of RFC 4226. */
const coincidence = (): Book => {
  const scheme = Trial.alipay
  const { setting } = stage(scheme)
  const [credential, ...others] = setting.credentials
  const secret = {
    prefix: "28",
    alias: setting.accounts[0]!.alias!,
    seed: Buffer.from("12345678901234567890").toString("hex")
  }
  const [earlier, later] = [103424, 103427]
  const first = (step: number) => Time.startOfStep(scheme, step)
  const code = Generations.codeOf(scheme, secret, earlier)
  return {
    setting: { ...setting, start: first(earlier) - 3_600, credentials: [{ ...credential!, ...secret }, ...others] },
    stories: [
      {
        comment: "two steps of a window with the same digits: paid once for both",
        plays: [
          pay(first(later), "1", code, 1, "PAID"),
          pay(first(later) + 1, "1", code, 1, "CODE_USED", thief),
          pay(first(later + 1), "2", code, 1, "CODE_USED", thief),
          pay(first(later + 2), "3", Generations.codeOf(scheme, secret, later + 1), 1, "PAID")
        ],
        balances: [riches - 2, riches]
      }
    ]
  }
}

/** The contents of the file, but for what every file has. */
export const make = (noting: Noting) => ({
  header: [
    "Attacks, faults and bad clocks as whole sequences. The form is that of verification.json, whose header says how to read it.",
    "In every sequence honest payments are made as well: a provider that refuses everything fails."
  ],
  ...told(
    [
      ...Trial.schemes.map((scheme) => ({
        setting: staged(scheme).setting,
        stories: [
          ...codes(scheme),
          ...renewal(scheme),
          ...losses(scheme),
          ...(scheme.window === undefined ? [] : clocks(scheme))
        ]
      })),
      days(Trial.alipay),
      days(Trial.keyed),
      twins(),
      coincidence()
    ],
    noting
  )
})
