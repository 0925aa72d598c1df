/** Online: the provider of the same process, as its phones reach it. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import { Database } from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Online from "./Online.ts"

const { enrollment, stepUp } = Fixtures.make(Rules.strict(Fixtures.alipay), 1_000_000).run(Provider.provider)
const gone = Effect.fail(new Database.Unavailable({ because: "nobody there" }))
const approval = { account: 0, merchant: "shop", order: "o", password: Fixtures.password }

describe("the provider of the same process", () => {
  const cut = Online.over({
    enrollment: { ...enrollment, enroll: () => gone, confirm: () => gone, standing: () => gone },
    stepUp: { ...stepUp, askedOn: () => gone, authenticate: () => gone }
  })

  it.each([
    ["enroll", cut.enroll(0)],
    ["confirm", cut.confirm(0, 0)],
    ["standing", cut.standing(0, 0)],
    ["prompts", cut.prompts(0)],
    ["authenticate", cut.authenticate(approval)]
  ] as ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]>)(
    "%s: a ledger that does not answer is a provider that does not",
    (_, requested) => {
      expect(Effect.runSync(Effect.flip(requested))).toEqual(new Online.Offline({ because: "nobody there" }))
    }
  )

  it("what it refuses it refuses", () => {
    const refused = new Refused.Refused({ reason: "NO_AGREEMENT" })
    const online = Online.over({ enrollment: { ...enrollment, enroll: () => Effect.fail(refused) }, stepUp })
    expect(Effect.runSync(Effect.flip(online.enroll(0)))).toBe(refused)
    const wrong = new Provider.WrongPassword({ account: 0, exhausted: false })
    const guarded = Online.over({ enrollment, stepUp: { ...stepUp, authenticate: () => Effect.fail(wrong) } })
    expect(Effect.runSync(Effect.flip(guarded.authenticate(approval)))).toBe(wrong)
  })
})
