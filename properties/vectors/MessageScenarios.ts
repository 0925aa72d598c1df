/** MessageScenarios: step-up by short message. */
import type { Scheme } from "../../model/Scheme.ts"
import type * as Bounds from "./Bounds.ts"
import * as Challenges from "./Challenges.ts"
import type { ScenarioGroup } from "./ScenarioFile.ts"
import { fixtureOf, pin, riches, start, telephones } from "./Settings.ts"
import { close, message, pay, query } from "./Steps.ts"

/** Challenge and response, in short messages. */
export const messages = (own: Scheme): ScenarioGroup => {
  const { code, scheme, secrets, setting } = fixtureOf(own)
  const { payment } = scheme.limit
  const nonces = ["AAECAwQFBgcICQoL", "_-_-_-_-_-_-_-_-"] as const
  const amount = payment + 1
  const sale = (nth: 0 | 1): Bounds.Sale => ({ payee: "shop", amount, order: `${nth}`, nonce: nonces[nth] })
  const answer = (nth: 0 | 1, given = pin, who = 0): string =>
    Challenges.made({ sale: sale(nth), seed: secrets[who]!.seed!, pin: given }).answer
  const open = (at: number, nth: 0 | 1) =>
    pay(at, { order: `${nth}`, code: code(nth), amount, challenge: nonces[nth] }, "OPEN")
  const [number, other] = telephones
  return {
    setting,
    scenarios: [
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
export const passwords = (own: Scheme): ScenarioGroup => {
  const { code, scheme, setting } = fixtureOf(own)
  const amount = scheme.limit.payment + 1
  const [number] = telephones
  return {
    setting,
    scenarios: [
      {
        comment: "a password names no order: it pays the oldest that is open, and then the next",
        plays: [
          pay(start, { order: "b", code: code(0), amount }, "OPEN"),
          pay(start + 1, { order: "a", code: code(1), amount }, "OPEN"),
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
