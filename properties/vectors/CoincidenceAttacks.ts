/** CoincidenceAttacks: codes that are the same digits, by accident. */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Time from "../../model/Time.ts"
import * as Generations from "./Generations.ts"
import type { ScenarioGroup } from "./ScenarioFile.ts"
import { fixtureOf, riches, start } from "./Settings.ts"
import { pay } from "./Steps.ts"

const thief = { merchant: "thief", terminal: "theirs" }

/** Two phones of one account whose codes are the same digits for a step: the first two labels for which it is so. */
export const twins = (): ScenarioGroup => {
  const scheme = Fixtures.alipay
  const { setting } = fixtureOf(scheme)
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
    scenarios: [
      {
        comment: "a code that two phones of one account show in the same step: neither pays, and nothing is burned",
        plays: [
          pay(start, { order: "1", code: codeOf(one, step), amount: 1 }, "AMBIGUOUS_CODE"),
          pay(start, { order: "1", code: codeOf(one, step), amount: 1 }, "AMBIGUOUS_CODE"),
          pay(start, { order: "2", code: codeOf(one, step - 1), amount: 1 }, "PAID"),
          pay(start, { order: "3", code: codeOf(other, step - 1), amount: 1 }, "PAID")
        ],
        balances: [riches - 2, riches]
      },
      {
        comment: "it is as ambiguous once the phones' other codes were used",
        plays: [
          pay(start, { order: "1", code: codeOf(other, step + 1), amount: 1 }, "PAID"),
          pay(start, { order: "2", code: codeOf(one, step), amount: 1 }, "AMBIGUOUS_CODE")
        ],
        balances: [riches - 1, riches]
      }
    ]
  }
}

/** One phone whose codes of two steps of a window are the same digits, under the seed of RFC 4226. */
export const coincidence = (): ScenarioGroup => {
  const scheme = Fixtures.alipay
  const { setting } = fixtureOf(scheme)
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
    scenarios: [
      {
        comment: "two steps of a window with the same digits: paid once for both",
        plays: [
          pay(first(later), { order: "1", code, amount: 1 }, "PAID"),
          pay(first(later) + 1, { order: "1", code, amount: 1, ...thief }, "CODE_USED"),
          pay(first(later + 1), { order: "2", code, amount: 1, ...thief }, "CODE_USED"),
          pay(first(later + 2), { order: "3", code: Generations.codeOf(scheme, secret, later + 1), amount: 1 }, "PAID")
        ],
        balances: [riches - 2, riches]
      }
    ]
  }
}
