/** Relay: notices that a till can believe, and the names of merchants. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { make, start } from "../testing/ProviderHarness.ts"
import * as Provider from "./Provider.ts"

describe.each(Fixtures.schemes)("a notice in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { payment } = scheme.limit
  const large = payment + 1

  it("is told by a notice that no other is (REL-5)", () => {
    const { approve, ask, fresh, issued, pay } = make(rules)
    const notice = (order: string) => ask((provider) => provider.relay.notice({ merchant: "shop", order }))
    const key = ask((provider) => provider.relay.enlist("shop"))
    expect(notice("1")).toBeUndefined()
    expect(pay("1", fresh(issued), large)).toBe("OPEN")
    expect(notice("1")).toBeUndefined()
    approve("1")
    const told = notice("1")!
    expect(told).toMatchObject({ merchant: "shop", order: "1", amount: large })
    expect(told.tag).toBe(Provider.tagOf(key, told))
    for (const other of [{ merchant: "shop 2" }, { order: "2" }, { amount: large + 1 }]) {
      expect(Provider.tagOf(key, { ...told, ...other })).not.toBe(told.tag)
    }
    expect(
      Provider.tagOf(
        ask((provider) => provider.relay.enlist("shop 2")),
        told
      )
    ).not.toBe(told.tag)
    expect(Redacted.value(ask((provider) => provider.relay.enlist("shop")))).toEqual(Redacted.value(key))
  })
})

describe("a merchant's name", () => {
  it("is no other's, and stays until it is changed", () => {
    const fixture = Fixtures.make(Rules.strict(Fixtures.tillQr), start)
    const run = <A, E>(ask: (provider: Provider.Provider) => Effect.Effect<A, E>) =>
      fixture.run(Effect.result(Provider.use(ask)))
    run((provider) => provider.relay.enlist("corner-shop", "Corner Shop"))
    run((provider) => provider.relay.enlist("thief", "Thief"))
    // The last have a letter of another script, a zero, a space that is not seen, none, and what is ignored.
    const alike = ["Corner Shop", "Corner Shоp", "C0RNER SHOP", "Corner\u200aShop", "CornerShop", "Corner\u034f Shop"]
    for (const found of alike) {
      expect(run((provider) => provider.relay.enlist("thief", found))).toEqual(
        Result.fail(new Provider.Taken({ what: "name", found }))
      )
    }
    expect(run((provider) => provider.relay.nameOf("thief"))).toEqual(Result.succeed("Thief"))
    // Its own in another spelling it may take.
    expect(Result.isSuccess(run((provider) => provider.relay.enlist("corner-shop", "CORNER SHOP")))).toBe(true)
    run((provider) => provider.relay.enlist("corner-shop", "Corner Shop"))
    run((provider) => provider.relay.enlist("corner-shop"))
    expect(run((provider) => provider.relay.nameOf("corner-shop"))).toEqual(Result.succeed("Corner Shop"))
    run((provider) => provider.relay.enlist("baker"))
    expect(run((provider) => provider.relay.nameOf("baker"))).toEqual(Result.succeed("baker"))
  })
})
