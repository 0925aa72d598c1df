/** EnrollmentScenarios: who may have a credential. */
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Generations from "./Generations.ts"
import type { Commented, ScenarioGroup } from "./ScenarioFile.ts"
import { password, riches, secretOf, shortened, start } from "./Settings.ts"
import { asks, pay } from "./Steps.ts"

/** Who may have a credential. */
export const enrollment = (own: Scheme): ScenarioGroup => {
  const { scheme, setting } = shortened(own)
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
  const scenarios: ReadonlyArray<Commented> = [
    {
      comment: "a phone on which the owner has not authenticated",
      plays: [
        { at: start, do: "enroll", phone: 2, expect: "NOT_OWNER" },
        ...asks(start, scheme, "NOT_OWNER", 2),
        { at: start, do: "sign in", phone: 2, expect: "DONE" },
        ...asks(start, scheme, "SHOWN", 2),
        { at: start, do: "enroll", phone: 2, draws, credential: 2, expect: "ISSUED" },
        pay(start, { order: "1", code: Generations.codeOf(scheme, draws, first), amount: 1 }, "PAID")
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
    scenarios
  }
}
