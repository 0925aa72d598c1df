/** ClockAttacks: clocks that go wrong, codes that are too old, and what a day counts. */
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { fixtureOf, riches, shortened, start } from "./Settings.ts"
import { pay, reverse } from "./Steps.ts"

const thief = { merchant: "thief", terminal: "theirs" }

/** Clocks that go wrong, and codes that are too old. */
export const clocks = (own: Scheme): ReadonlyArray<Commented> => {
  const { codeOf, scheme, stepAt } = shortened(own)
  const { clock, display, leak, relay } = scheme
  const edge = start + clock.drift
  return [
    {
      comment: "a phone that is slow, a code that is shown to its last second and delivered as late as may be",
      plays: [
        pay(
          start + clock.drift + display + relay.deliveryAtMost,
          { order: "1", code: codeOf(stepAt(start)), amount: 1 },
          "PAID"
        )
      ]
    },
    {
      comment: "a phone that is fast by as much",
      plays: [pay(start - clock.drift, { order: "1", code: codeOf(stepAt(start)), amount: 1 }, "PAID")]
    },
    {
      comment: "a phone that was set ahead by an hour, to make codes for later",
      plays: [
        pay(start, { order: "1", code: codeOf(stepAt(start + 3_600)), amount: 1, ...thief }, "CODE_INVALID"),
        pay(edge, { order: "2", code: codeOf(stepAt(edge)), amount: 1 }, "PAID")
      ]
    },
    {
      comment:
        "a code that leaked from a fast phone as soon as it was shown: at the end of its life it is worth nothing",
      plays: [
        pay(
          start - clock.drift + leak.seconds,
          { order: "1", code: codeOf(stepAt(start)), amount: 1, ...thief },
          "CODE_INVALID"
        )
      ]
    }
  ]
}

/** What a day counts. */
export const days = (own: Scheme): ScenarioGroup => {
  const change = { limit: { payment: 500, daySum: 1_000, accountDay: 5_000 } }
  const { codeOf, scheme, setting, stepAt } = fixtureOf(own, { change })
  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, start) + 1)
  const day = Time.secondsPerDay
  const code = (at: number) => codeOf(stepAt(at))
  const full = [
    pay(midnight - 120, { order: "1", code: code(midnight - 120), amount: 500 }, "PAID"),
    pay(midnight - 90, { order: "2", code: code(midnight - 90), amount: 500 }, "PAID")
  ]
  return {
    setting,
    scenarios: [
      {
        comment: "the last second of a day, and the first of the next: each has its own sum",
        plays: [
          ...full,
          pay(midnight - 1, { order: "3", code: code(midnight - 1), amount: 1 }, "OPEN"),
          pay(midnight, { order: "4", code: code(midnight), amount: 500 }, "PAID"),
          pay(midnight + 30, { order: "5", code: code(midnight + 30), amount: 500 }, "PAID"),
          pay(midnight + 60, { order: "6", code: code(midnight + 60), amount: 1 }, "OPEN")
        ]
      },
      {
        comment: "codes of yesterday, presented after midnight, count today",
        plays: [
          pay(midnight, { order: "1", code: code(midnight - 60), amount: 500 }, "PAID"),
          pay(midnight, { order: "2", code: code(midnight - 30), amount: 500 }, "PAID"),
          pay(midnight + 1, { order: "3", code: code(midnight), amount: 1 }, "OPEN")
        ]
      },
      {
        comment: "a reversal gives its allowance back to the day on which the payment counted",
        plays: [
          pay(start, { order: "1", code: code(start), amount: 500 }, "PAID"),
          pay(start + 30, { order: "2", code: code(start + 30), amount: 500 }, "PAID"),
          reverse(start + 40, "2", "REVERSED"),
          pay(start + 60, { order: "3", code: code(start + 60), amount: 500 }, "PAID"),
          pay(start + 90, { order: "4", code: code(start + 90), amount: 1 }, "OPEN")
        ],
        balances: [riches - 1_000, riches]
      },
      {
        comment: "a reversal of yesterday's payment gives nothing to today",
        plays: [
          pay(start + 60, { order: "1", code: code(start + 60), amount: 500 }, "PAID"),
          pay(start + day, { order: "2", code: code(start + day), amount: 500 }, "PAID"),
          pay(start + day + 30, { order: "3", code: code(start + day + 30), amount: 500 }, "PAID"),
          reverse(start + day + 40, "1", "REVERSED"),
          pay(start + day + 60, { order: "4", code: code(start + day + 60), amount: 1 }, "OPEN")
        ],
        balances: [riches - 1_000, riches]
      }
    ]
  }
}
