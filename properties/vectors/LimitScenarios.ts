/** LimitScenarios: the limits of payments and days, at the edge and one minor unit over it. */
import type { Scheme } from "../../model/Scheme.ts"
import type { Step } from "./Scenario.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { type Fixture, fixtureOf, riches, shortened, start } from "./Settings.ts"
import { authenticate, close, pay, query } from "./Steps.ts"

/** When the nth of many payments is made: half a minute apart. */
const nthAt = (nth: number): number => start + 30 * nth

/** The code of the nth of many payments. */
const nthCode = ({ code, scheme }: Fixture, nth: number): string => code(scheme.window ? 3 : nth, nthAt(nth))

/** Payments of one amount, each with a code of its own. */
const payments = (fixture: Fixture, count: number, amount: number): ReadonlyArray<Step> =>
  Array.from({ length: count }, (_, nth) =>
    pay(nthAt(nth), { order: `${nth}`, code: nthCode(fixture, nth), amount }, "PAID")
  )

/** The limit of a payment, and orders that wait for a password. */
const waiting = ({ code, scheme, setting }: Fixture): ReadonlyArray<Commented> => {
  const { payment } = scheme.limit
  const openFor = scheme.stepUp.openFor!
  return [
    {
      comment: "the limit of a payment, and one minor unit more",
      plays: [
        pay(start, { order: "1", code: code(0), amount: payment }, "PAID"),
        pay(start, { order: "2", code: code(1), amount: payment + 1 }, "OPEN")
      ],
      balances: [riches - payment, setting.accounts[1]!.balance]
    },
    {
      comment: "an order that waits: a wrong password, somebody else's, and the right one",
      plays: [
        pay(start, { order: "1", code: code(0), amount: payment + 1 }, "OPEN"),
        authenticate(start + 1, { order: "1", given: "271828" }, "WRONG_PASSWORD"),
        authenticate(start + 2, { order: "1", account: 1 }, "NO_SUCH_ORDER"),
        query(start + 3, "1", "OPEN"),
        authenticate(start + 4, { order: "1" }, "PAID"),
        authenticate(start + 5, { order: "1" }, "NOT_OPEN"),
        pay(start + 6, { order: "1", code: code(0), amount: payment + 1 }, "PAID")
      ],
      balances: [riches - payment - 1, setting.accounts[1]!.balance]
    },
    {
      comment: "an order that nobody completes is closed at its deadline, by a write, and not before",
      plays: [
        pay(start, { order: "1", code: code(0), amount: payment + 1 }, "OPEN"),
        close(start + openFor - 1, "1", "OPEN"),
        query(start + openFor, "1", "OPEN"),
        close(start + openFor, "1", "CLOSED"),
        query(start + openFor, "1", "CLOSED"),
        authenticate(start + openFor, { order: "1" }, "NOT_OPEN")
      ],
      balances: [riches, setting.accounts[1]!.balance]
    },
    {
      comment: "an order at the last second at which it is open is paid",
      plays: [
        pay(start, { order: "1", code: code(0), amount: payment + 1 }, "OPEN"),
        close(start + openFor - 1, "1", "OPEN"),
        authenticate(start + openFor - 1, { order: "1" }, "PAID")
      ],
      balances: [riches - payment - 1, setting.accounts[1]!.balance]
    }
  ]
}

/** An account that has not enough. */
const shortOfMoney = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const { payment } = scheme.limit
  return [
    {
      comment: "a balance, less what an open order reserves, and one minor unit more",
      plays: [
        pay(start, { order: "1", code: code(0, start, 1), amount: payment + 1 }, "OPEN"),
        pay(start, { order: "2", code: code(1, start, 1), amount: 100 }, "BALANCE"),
        pay(start, { order: "3", code: code(2, start, 1), amount: 99 }, "PAID"),
        authenticate(start, { order: "1", account: 1 }, "PAID")
      ],
      balances: [riches, 0]
    },
    {
      comment: "a code that was presented for too much is burned, and the refusal is recorded",
      plays: [
        pay(start, { order: "1", code: code(0, start, 1), amount: payment + 101 }, "BALANCE"),
        pay(start, { order: "2", code: code(0, start, 1), amount: 1 }, "CODE_USED"),
        pay(start, { order: "1", code: code(0, start, 1), amount: payment + 101 }, "BALANCE")
      ],
      balances: [riches, payment + 100]
    }
  ]
}

/** What an account may spend in a day. */
const accountDays = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const { accountDay, payment } = scheme.limit
  return [
    {
      comment: "what an account may spend in a day, and one minor unit more",
      plays: [
        pay(start, { order: "1", code: code(0), amount: accountDay + 1 }, "OVER_ACCOUNT_DAY"),
        pay(start, { order: "2", code: code(1), amount: accountDay }, "OPEN"),
        pay(start, { order: "3", code: code(2), amount: 1 }, "OVER_ACCOUNT_DAY"),
        authenticate(start, { order: "2" }, "PAID"),
        pay(start, { order: "4", code: code(3), amount: 1 }, "OVER_ACCOUNT_DAY")
      ],
      balances: [riches - accountDay, payment + 100]
    }
  ]
}

/** What an account may spend in a day without step-up. */
const freeDays = (fixture: Fixture): ReadonlyArray<Commented> => {
  const { accountDay, dayCount, daySum, payment } = fixture.scheme.limit
  const few = Math.floor((accountDay - payment - 1) / payment)
  return [
    ...(daySum === undefined
      ? []
      : [
          {
            comment: "the sum of a day without step-up, and one minor unit more",
            plays: [
              ...payments(fixture, Math.min(few, Math.floor(daySum / payment)), payment),
              pay(nthAt(2), { order: "more", code: nthCode(fixture, 2), amount: 1 }, "OPEN")
            ]
          }
        ]),
    ...(dayCount === undefined
      ? []
      : [
          {
            comment: "the payments of a day without step-up, and one more",
            plays: [
              ...payments(fixture, dayCount, 1),
              pay(nthAt(dayCount), { order: "more", code: nthCode(fixture, dayCount), amount: 1 }, "OPEN")
            ]
          }
        ])
  ]
}

/** Codes that were revealed as digits, where the scheme marks them. */
const revealedCodes = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => [
  ...(scheme.code.marksRevealed
    ? [
        {
          comment: "a code that was revealed as digits is held open, however little is asked for",
          plays: [
            pay(start, { order: "1", code: code(0, start, 0, true), amount: 1 }, "OPEN"),
            authenticate(start, { order: "1" }, "PAID"),
            pay(start, { order: "2", code: code(0, start, 0, true), amount: 1 }, "CODE_USED"),
            pay(start, { order: "3", code: code(1), amount: 1 }, "PAID")
          ]
        }
      ]
    : [])
]

/** The limits of payments and days, and the balance. */
export const limits = (own: Scheme): ScenarioGroup => {
  const fixture = shortened(own, { balances: [riches, own.limit.payment + 100] })
  return {
    setting: fixture.setting,
    scenarios: [waiting, shortOfMoney, accountDays, freeDays, revealedCodes].flatMap((scenariosOf) =>
      scenariosOf(fixture)
    )
  }
}

/** Without a step-up what is over a limit is refused. */
export const withoutStepUp = (own: Scheme): ScenarioGroup => {
  const change = {
    stepUp: { method: "none" },
    limit: { payment: 500, daySum: 1_000, dayCount: 3, accountDay: 2_000 }
  }
  const { code, setting } = fixtureOf(own, { change })
  return {
    setting,
    scenarios: [
      {
        comment: "over the limit of a payment",
        plays: [
          pay(start, { order: "1", code: code(0), amount: 501 }, "OVER_PAYMENT_LIMIT"),
          pay(start, { order: "2", code: code(1), amount: 500 }, "PAID")
        ]
      },
      {
        comment: "over the sum of a day",
        plays: [
          pay(start, { order: "1", code: code(0), amount: 500 }, "PAID"),
          pay(start, { order: "2", code: code(1), amount: 400 }, "PAID"),
          pay(start, { order: "3", code: code(2), amount: 101 }, "OVER_DAY_SUM"),
          pay(start, { order: "4", code: code(3), amount: 100 }, "PAID")
        ]
      },
      {
        comment: "over the number of payments in a day",
        plays: [
          pay(start, { order: "1", code: code(0), amount: 1 }, "PAID"),
          pay(start, { order: "2", code: code(1), amount: 1 }, "PAID"),
          pay(start, { order: "3", code: code(2), amount: 1 }, "PAID"),
          pay(start, { order: "4", code: code(3), amount: 1 }, "OVER_DAY_COUNT")
        ]
      }
    ]
  }
}
