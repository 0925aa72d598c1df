/** CodeAttacks: what can be tried with any code: used again, guessed, delivered late, and paid from an account that ends. */
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { Commented } from "./ScenarioFile.ts"
import { type Fixture, riches, shortened, start } from "./Settings.ts"
import { authenticate, close, pay, query, refund, restart, reverse, revoke, withdraw } from "./Steps.ts"

const second = { merchant: "second shop", terminal: "second till" }
const thief = { merchant: "thief", terminal: "theirs" }

/** A code that was used, a number that another merchant uses too, and codes that were guessed. */
const reuses = ({ code, forged, scheme }: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "a printout: the code of a payment, again, elsewhere, and after the provider was started anew",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start + 1, { order: "1", code: code(0), amount: 700, ...thief }, "CODE_USED"),
      restart(start + 2),
      pay(start + 3, { order: "2", code: code(0), amount: 700, ...thief }, "CODE_USED"),
      pay(start + 4, { order: "1", code: code(0), amount: 700 }, "PAID")
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "one code at two tills: the first has it, whatever the second asks for and however often",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "1", code: code(0), amount: 650, ...second }, "CODE_USED"),
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "1", code: code(0), amount: 650, ...second }, "CODE_USED"),
      query(start, "1", "CODE_USED", second.merchant)
    ],
    balances: [riches - 700, riches]
  },
  {
    comment: "two merchants with one order number: each has its own order",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "1", code: code(1), amount: 700, ...second }, "PAID"),
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
      pay(start, { order: "a", code: forged(0), amount: 1, ...thief }, "CODE_INVALID"),
      pay(start, { order: "b", code: forged(1), amount: 1, ...thief }, "CODE_INVALID"),
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      pay(start, { order: "2", code: code(1), amount: 700 }, "PAID")
    ]
  }
]

/** Requests and answers that are lost, or come late. */
const lostMessages = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const isTombstone = scheme.reverse.unknownOrder === "tombstone"
  return [
    {
      comment: "a request that is lost on the way, and arrives after its reversal",
      plays: isTombstone
        ? [
            reverse(start + 20, "1", "REVERSED"),
            pay(start + 21, { order: "1", code: code(0), amount: 700 }, "REVERSED"),
            pay(start + 21, { order: "2", code: code(0), amount: 700 }, "PAID")
          ]
        : [
            reverse(start + 20, "1", "NO_SUCH_ORDER"),
            pay(start + 21, { order: "1", code: code(0), amount: 700 }, "PAID"),
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
              pay(start + 86_400, { order: "1", code: code(0, start + 86_400), amount: 700 }, "REVERSED"),
              query(start + 86_400, "1", "REVERSED")
            ],
            balances: [riches, riches] as const
          }
        ]
      : []),
    {
      comment: "a till that asks again after an unknown answer gets the first one, and the payer is debited once",
      plays: [
        pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
        restart(start + 1),
        pay(start + 5, { order: "1", code: code(0), amount: 700 }, "PAID"),
        pay(start + 600, { order: "1", code: code(0), amount: 700 }, "PAID"),
        reverse(start + 601, "1", "REVERSED"),
        pay(start + 602, { order: "1", code: code(0), amount: 700 }, "REVERSED")
      ],
      balances: [riches, riches]
    }
  ]
}

/** Passwords for orders that no longer wait, or not for this one. */
const latePasswords = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const waiting = scheme.limit.payment + 1
  const openFor = scheme.stepUp.openFor!
  return [
    {
      comment: "a password after the order was closed, and after it was reversed",
      plays: [
        pay(start, { order: "1", code: code(0), amount: waiting }, "OPEN"),
        pay(start, { order: "2", code: code(1), amount: waiting }, "OPEN"),
        reverse(start + 1, "2", "REVERSED"),
        authenticate(start + 2, { order: "2" }, "NOT_OPEN"),
        close(start + openFor, "1", "CLOSED"),
        authenticate(start + openFor + 1, { order: "1" }, "NOT_OPEN")
      ],
      balances: [riches, riches]
    },
    {
      comment: "a password for one order, while another waits: it pays its own, and the next order asks again",
      plays: [
        pay(start, { order: "1", code: code(0), amount: waiting }, "OPEN"),
        pay(start, { order: "2", code: code(1), amount: waiting }, "OPEN"),
        authenticate(start + 1, { order: "2" }, "PAID"),
        query(start + 1, "1", "OPEN"),
        pay(start + 2, { order: "3", code: code(2), amount: waiting }, "OPEN"),
        query(start + 2, "2", "PAID")
      ],
      balances: [riches - waiting, riches]
    }
  ]
}

/** A phone and an agreement that end while an order waits. */
const endings = ({ code, scheme }: Fixture): ReadonlyArray<Commented> => {
  const waiting = scheme.limit.payment + 1
  return [
    {
      comment: "a phone that is revoked: what was made ahead is worth nothing, and what waits is closed",
      plays: [
        pay(start, { order: "1", code: code(0), amount: waiting }, "OPEN"),
        revoke(start + 1),
        query(start + 1, "1", "CLOSED"),
        authenticate(start + 1, { order: "1" }, "NOT_OPEN"),
        pay(start + 2, { order: "2", code: code(1), amount: 1 }, "CODE_INVALID"),
        pay(start + 60, { order: "3", code: scheme.window ? code(3, start + 60) : code(2), amount: 1 }, "CODE_INVALID")
      ],
      balances: [riches, riches]
    },
    {
      comment: "an agreement that ends: what waits is closed, and its password debits nothing",
      plays: [
        pay(start, { order: "1", code: code(0), amount: waiting }, "OPEN"),
        withdraw(start + 1),
        query(start + 1, "1", "CLOSED"),
        authenticate(start + 2, { order: "1" }, "NOT_OPEN"),
        pay(start + 3, { order: "2", code: code(1), amount: 1 }, "NO_AGREEMENT")
      ],
      balances: [riches, riches]
    }
  ]
}

/** What is paid from whose account, and what is given back. */
const balances = ({ code, codeOf, scheme }: Fixture): ReadonlyArray<Commented> => [
  {
    comment: "refunds and a reversal together: never more than was paid",
    plays: [
      pay(start, { order: "1", code: code(0), amount: 700 }, "PAID"),
      refund(start, { order: "1", refund: "a", amount: 500 }, "REFUNDED"),
      refund(start, { order: "1", refund: "a", amount: 500 }, "REFUNDED"),
      refund(start, { order: "1", refund: "a", amount: 200 }, "REFUND_CHANGED"),
      refund(start, { order: "1", refund: "b", amount: 201 }, "REFUND_EXCEEDS"),
      reverse(start, "1", "REVERSED"),
      reverse(start, "1", "REVERSED"),
      refund(start, { order: "1", refund: "c", amount: 1 }, "NOT_PAID")
    ],
    balances: [riches, riches]
  },
  {
    comment: "two payers: each pays with their own code from their own account",
    plays: [
      pay(start, { order: "1", code: codeOf(scheme.window ? Time.stepAt(scheme, start) : 5), amount: 700 }, "PAID"),
      pay(start, { order: "2", code: codeOf(scheme.window ? Time.stepAt(scheme, start) : 5, 1), amount: 900 }, "PAID")
    ],
    balances: [riches - 700, riches - 900]
  }
]

/** What can be tried with any code. */
export const codes = (own: Scheme): ReadonlyArray<Commented> => {
  const fixture = shortened(own)
  return [reuses, lostMessages, latePasswords, endings, balances].flatMap((scenariosOf) => scenariosOf(fixture))
}
