/** BoundScenarios: codes over the till's transaction. */
import type { Answer } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Bounds from "./Bounds.ts"
import type { Step } from "./Scenario.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { type Fixture, fixtureOf, pin, riches, start } from "./Settings.ts"
import { type PayStep, pay, query } from "./Steps.ts"

const nonce = "AAECAwQFBgcICQoL"

/** What the till sells. */
const saleOf = (amount: number, order: string): Bounds.Sale => ({ payee: "Corner Shop", amount, order, nonce })

const [a, b, c, d] = [saleOf(700, "1"), saleOf(700, "2"), saleOf(701, "1"), saleOf(700, "3")] as const

/** How many codes a phone makes for a step. */
const perStepOf = ({ scheme: { code } }: Fixture): number => code.perStep ?? 1

/** The code of the first phone over a sale: the nth that it makes for a step, counted from 0. */
const codeOver = (fixture: Fixture, sale: Bounds.Sale, { at = start, nth = 0, pinned = false } = {}): string => {
  const { scheme, secrets, stepAt } = fixture
  const position = stepAt(at) * perStepOf(fixture) + nth
  return Bounds.made({ scheme, credential: secrets[0]!, pin, sale, position, revealed: false, pinned }).code
}

/** A pay request for a sale, with the nonce that the till has shown for it unless another is given. */
const request = (
  at: number,
  { sale: { amount, order }, ...more }: Pick<PayStep, "code" | "merchant" | "nonce"> & { readonly sale: Bounds.Sale },
  expect: Answer
): Step => pay(at, { order, amount, nonce, ...more }, expect)

/** Codes over a sale, and over another than the one that is asked for. */
const otherSales = (fixture: Fixture): ReadonlyArray<Commented> => {
  const { codeOf, stepAt } = fixture
  return [
    {
      comment: "a code over the sale pays it, once, however often the request is sent",
      plays: [
        request(start, { sale: a, code: codeOver(fixture, a) }, "PAID"),
        request(start, { sale: a, code: codeOver(fixture, a) }, "PAID"),
        query(start, "1", "PAID")
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "another order number, another nonce, none, another amount: each is invalid, and burns nothing",
      plays: [
        request(start, { sale: b, code: codeOver(fixture, a) }, "CODE_INVALID"),
        request(start, { sale: d, code: codeOver(fixture, d), nonce: "BBECAwQFBgcICQoL" }, "CODE_INVALID"),
        pay(start, { order: "4", code: codeOver(fixture, saleOf(700, "4")), amount: 700 }, "CODE_INVALID"),
        request(start, { sale: saleOf(702, "5"), code: codeOver(fixture, saleOf(703, "5")) }, "CODE_INVALID"),
        request(start, { sale: a, code: codeOver(fixture, a) }, "PAID")
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "another merchant, under the same order number and with the same nonce: invalid, and burns nothing",
      plays: [
        request(start, { sale: a, code: codeOver(fixture, a), merchant: "other shop" }, "CODE_INVALID"),
        request(start, { sale: a, code: codeOver(fixture, a) }, "PAID")
      ],
      balances: [riches - 700, riches]
    },
    {
      comment: "the name is the registered one: a code over what looks like it is invalid",
      plays: [
        request(start, { sale: a, code: codeOver(fixture, { ...a, payee: "corner shop" }) }, "CODE_INVALID"),
        query(start, "1", "CODE_INVALID")
      ]
    },
    {
      comment: "a code that was made over nothing is invalid",
      plays: [request(start, { sale: a, code: codeOf(stepAt(start) * perStepOf(fixture)) }, "CODE_INVALID")]
    }
  ]
}

/** Sales that are asked for again, in another form. */
const knownSales = (fixture: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "a position makes one payment, whatever its codes are made over",
    plays: [
      request(start, { sale: a, code: codeOver(fixture, a) }, "PAID"),
      request(start, { sale: b, code: codeOver(fixture, b) }, "CODE_USED")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "a known order number with another amount",
    plays: [
      request(start, { sale: a, code: codeOver(fixture, a) }, "PAID"),
      request(start, { sale: c, code: codeOver(fixture, c) }, "AMOUNT_CHANGED")
    ],
    balances: [riches - 700, riches]
  }
]

/** Every code that a phone makes for a step, one after the other, and the first of the step after the window. */
const codesOfAStep = (fixture: Fixture): ReadonlyArray<Commented> => {
  const { scheme } = fixture
  const perStep = perStepOf(fixture)
  const sales = Array.from({ length: perStep }, (_, nth) => saleOf(100 + nth, `nth-${nth}`))
  const beyond = start + (scheme.window!.future + 1) * scheme.clock.step
  const paid = sales.map((sale, nth) => request(start, { sale, code: codeOver(fixture, sale, { nth }) }, "PAID"))
  const last = { sale: b, code: codeOver(fixture, b, { nth: perStep - 1 }) }
  return [
    {
      comment: "as many codes of a step pay as a phone makes for it, and each once",
      plays: [...paid, request(start, last, "CODE_USED")],
      balances: [riches - sales.reduce((sum, { amount }) => sum + amount, 0), riches]
    },
    {
      comment: "the last code of the newest step is accepted, and the first after it is not",
      plays: [
        request(start, { sale: a, code: codeOver(fixture, a, { at: beyond }) }, "CODE_INVALID"),
        request(start, { sale: b, code: codeOver(fixture, b, { at: beyond, nth: -1 }) }, "PAID")
      ],
      balances: [riches - 700, riches]
    }
  ]
}

/** Sales for which the payer enters the PIN. */
const pins = (fixture: Fixture): ReadonlyArray<Commented> => {
  const {
    clock,
    limit: { payment }
  } = fixture.scheme
  const large = [saleOf(payment + 1, "1"), saleOf(payment + 1, "2"), saleOf(payment, "3")] as const
  const later = start + clock.step
  return [
    {
      comment: "above the limit without the PIN, then with it; at the limit it needs none",
      plays: [
        request(start, { sale: large[0], code: codeOver(fixture, large[0]) }, "PIN_REQUIRED"),
        request(later, { sale: large[1], code: codeOver(fixture, large[1], { at: later, pinned: true }) }, "PAID"),
        request(later + 30, { sale: large[2], code: codeOver(fixture, large[2], { at: later + 30 }) }, "PAID")
      ],
      balances: [riches - 2 * payment - 1, riches]
    },
    {
      comment: "what is paid with the PIN does not count towards the day's sum",
      plays: [
        request(start, { sale: large[0], code: codeOver(fixture, large[0], { pinned: true }) }, "PAID"),
        ...[1, 2, 3].map((nth) => {
          const at = start + 30 * nth
          const over = saleOf(payment, `free-${nth}`)
          return request(at, { sale: over, code: codeOver(fixture, over, { at }) }, nth < 3 ? "PAID" : "PIN_REQUIRED")
        })
      ]
    }
  ]
}

/** Codes over the till's transaction. */
export const bound = (own: Scheme): ScenarioGroup => {
  const fixture = fixtureOf(own)
  return {
    setting: fixture.setting,
    scenarios: [otherSales, knownSales, codesOfAStep, pins].flatMap((scenariosOf) => scenariosOf(fixture))
  }
}
