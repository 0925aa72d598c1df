/** LeakAttacks: what is lost when codes are stolen, one after another. */
import type { Scheme } from "../../model/Scheme.ts"
import type { Commented } from "./ScenarioFile.ts"
import { riches, shortened, start } from "./Settings.ts"
import { pay } from "./Steps.ts"

const thief = { merchant: "thief", terminal: "theirs" }

/** What is lost when codes are stolen, one after another. */
export const losses = (own: Scheme): ReadonlyArray<Commented> => {
  const { code, scheme } = shortened(own)
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
        ...Array.from({ length: most }, (_, nth) =>
          pay(at(nth), { order: `${nth}`, code: stolen(nth), amount: payment, ...thief }, "PAID")
        ),
        pay(at(most), { order: "more", code: stolen(most), amount: 1, ...thief }, isAll ? "OVER_ACCOUNT_DAY" : "OPEN")
      ],
      balances: [riches - most * payment, riches]
    }
  ]
}
