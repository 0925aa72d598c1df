/** RenewalAttacks: renewals whose messages are lost or repeated, or that come after a revocation. */
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Generations from "./Generations.ts"
import type { Commented } from "./ScenarioFile.ts"
import { secretOf, shortened, start } from "./Settings.ts"
import { asks, enroll, pay, revoke } from "./Steps.ts"

/** Renewals whose reply is lost, that are asked for again, and that come after a revocation. */
export const renewal = (own: Scheme): ReadonlyArray<Commented> => {
  const { code, scheme, secrets } = shortened(own)
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
  return [
    {
      comment: "a renewal whose reply is lost: the old credential pays on, and what it has used stays used",
      plays: [
        pay(start, { order: "1", code: code(0), amount: 1 }, "PAID"),
        enroll(start + 1, 2, renewed),
        pay(start + 2, { order: "2", code: code(0), amount: 1 }, "CODE_USED"),
        pay(start + 2, { order: "3", code: code(1), amount: 1 }, "PAID")
      ]
    },
    {
      comment: "a renewal that is asked for again is the same; its first use ends the old credential",
      plays: [
        enroll(start, 2, renewed),
        enroll(start + 1, 2, again),
        pay(start + 2, { order: "1", code: code(0), amount: 1 }, "PAID"),
        pay(start + 3, { order: "2", code: newCode(1), amount: 1 }, "PAID"),
        pay(start + 4, { order: "3", code: code(1), amount: 1 }, "CODE_INVALID"),
        pay(start + 5, { order: "4", code: newCode(2), amount: 1 }, "PAID")
      ]
    },
    {
      comment: "a renewal that is confirmed ends the old credential at once",
      plays: [
        enroll(start, 2, renewed),
        { at: start + 1, do: "confirm", phone: 0, credential: 2, expect: "DONE" },
        pay(start + 2, { order: "1", code: code(0), amount: 1 }, "CODE_INVALID"),
        pay(start + 3, { order: "2", code: newCode(0), amount: 1 }, "PAID")
      ]
    },
    {
      comment:
        "a phone that is revoked is nobody's: it gets no other credential, sees no prompt, and nobody signs in on it",
      plays: [
        ...asks(start, scheme, "SHOWN"),
        revoke(start),
        { at: start + 1, do: "enroll", phone: 0, draws: again, expect: "NOT_OWNER" },
        ...asks(start + 1, scheme, "NOT_OWNER"),
        pay(start + 2, { order: "1", code: code(0), amount: 1 }, "CODE_INVALID"),
        { at: start + 3, do: "sign in", phone: 0, expect: "NOT_OWNER" }
      ]
    }
  ]
}
