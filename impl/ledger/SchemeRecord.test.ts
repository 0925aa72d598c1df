/** A ledger is kept under one scheme, and what it stores is read by no other: the first is written down, and changes are. */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { partsOf, paths, rowOf } from "../../spec/Parameters.ts"
import * as Provider from "../provider/Provider.ts"
import * as SchemeForm from "../SchemeForm.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { Database } from "./Database.ts"
import * as Ledger from "./Ledger.ts"
import * as SchemeRecord from "./SchemeRecord.ts"
import * as Sqlite from "./Sqlite.ts"

const { alipay, builtIn, smsOcra, unionpay, wechat } = Fixtures

/** Runs something on a ledger of its own, in memory. */
const on = <A, E>(use: (database: Database["Service"]) => Effect.Effect<A, E, Database>): A =>
  Effect.runSync(Effect.provide(Effect.flatMap(Database, use), Sqlite.layerMemory))

/** Has a provider of a scheme issue a credential in a database. */
const issue = (database: Database["Service"], scheme: Scheme) => {
  const layer = Provider.layer(Rules.strict(scheme), { passwordCost: 2 }).pipe(
    Layer.provide(Layer.provide(Ledger.layer, Layer.succeed(Database, database))),
    Layer.provide(Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness(scheme.scheme)))
  )
  return Provider.use(({ enrollment }) =>
    Effect.gen(function* () {
      const account = yield* enrollment.open({ balance: 1, password: Redacted.make("314159") })
      yield* enrollment.sign(account)
      const phone = yield* enrollment.register(account)
      yield* enrollment.signIn(phone)
      yield* enrollment.enroll(phone)
    })
  ).pipe(Effect.provide(layer))
}

/** A database from before schemes were written down, in which a provider has issued a credential. */
const fromBefore = (database: Database["Service"], scheme: Scheme) =>
  Effect.andThen(
    database.transaction(({ query }) => query("DELETE FROM scheme")),
    issue(database, scheme)
  )

/** A scheme with another value of a parameter: one that no scheme has. */
const altered = (scheme: Scheme, path: (typeof paths)[number]): Scheme => {
  const [group, key] = partsOf(path)
  const { kind } = rowOf(path)
  const value = kind === "number" ? 7_777_777 : kind === "prefixes" ? ["99"] : "other"
  const groups = scheme as unknown as Readonly<Record<string, object>>
  return { ...scheme, [group]: key === undefined ? value : { ...groups[group], [key]: value } } as unknown as Scheme
}

describe("a ledger that is empty", () => {
  it("is of the scheme of its first provider, and of no other from then on", () => {
    for (const first of builtIn) {
      const tags = on((database) =>
        Effect.forEach([first, ...builtIn], (scheme) => SchemeRecord.standing(database, scheme, 1))
      ).map(({ _tag }) => _tag)
      // While nothing is stored that depends on it, the operator may choose another.
      expect(tags).toEqual(["Same", ...builtIn.map((scheme) => (scheme === first ? "Same" : "OtherTerms"))])
    }
  })

  it("is read by no scheme that differs in any parameter, and by one that only says other words", () => {
    const words = { ...alipay, title: "Another", note: "Another", sources: {}, claims: {} }
    const others = paths.map((path) => altered(alipay, path))
    const found = on((database) =>
      Effect.gen(function* () {
        yield* SchemeRecord.standing(database, alipay, 1)
        yield* issue(database, alipay)
        return yield* Effect.forEach([alipay, words, ...others], (each) => SchemeRecord.standing(database, each, 1))
      })
    )
    expect(found.map(({ _tag }) => _tag)).toEqual([
      "Same",
      "Same",
      ...paths.map((path) => (SchemeForm.isOfForm(path) ? "OtherForm" : "OtherTerms"))
    ])
  })

  it("is read as an earlier program wrote it down, which did not know a parameter, by a scheme that does not name it", () => {
    const { phone: _, ...silent } = alipay
    const found = on((database) =>
      Effect.gen(function* () {
        yield* SchemeRecord.standing(database, silent, 1)
        const before = Object.entries(SchemeForm.parametersOf(silent)).filter(([path]) => !path.startsWith("phone."))
        expect(before.length).toBe(Object.keys(SchemeForm.parametersOf(silent)).length - 2)
        yield* database.transaction(({ query }) =>
          query("UPDATE scheme SET parameters = ?", JSON.stringify(Object.fromEntries(before)))
        )
        return yield* Effect.forEach([silent, alipay], (scheme) => SchemeRecord.standing(database, scheme, 2))
      })
    )
    expect(found.map(({ _tag }) => _tag)).toEqual(["Same", "OtherTerms"])
  })

  it("is read where a parameter is named that has the value anyway", () => {
    const named = { ...alipay, code: { ...alipay.code, perStep: 1 } }
    expect(
      on((database) => Effect.forEach([alipay, named], (scheme) => SchemeRecord.standing(database, scheme, 1))).map(
        ({ _tag }) => _tag
      )
    ).toEqual(["Same", "Same"])
  })
})

describe("a change of the scheme", () => {
  const higher = altered(alipay, "limit.payment")

  it("is the operator's, is written beside what was before, and leaves what is stored readable", () => {
    const found = on((database) =>
      Effect.gen(function* () {
        yield* SchemeRecord.standing(database, alipay, 1)
        yield* issue(database, alipay)
        const refused = yield* SchemeRecord.standing(database, higher, 2)
        const changed = yield* SchemeRecord.change(database, higher, 3)
        const again = yield* SchemeRecord.change(database, higher, 4)
        const before = yield* SchemeRecord.standing(database, alipay, 5)
        const other = yield* SchemeRecord.change(database, wechat, 6)
        const history = yield* SchemeRecord.history({ query: database.read })
        return { tags: [refused, changed, again, before, other].map(({ _tag }) => _tag), history }
      })
    )
    expect(found.tags).toEqual(["OtherTerms", "Same", "Same", "OtherTerms", "OtherForm"])
    expect(found.history.map(({ at, number, scheme }) => [number, at, scheme])).toEqual([
      [0, 1, "alipay"],
      [1, 3, "alipay"]
    ])
    const [first, second] = found.history
    expect(SchemeForm.say(SchemeForm.differences(first!.parameters, second!.parameters))).toBe(
      `limit.payment ${higher.limit.payment} for ${alipay.limit.payment}`
    )
  })

  it("takes another form as well where nothing is stored that depends on it", () => {
    expect(
      on((database) =>
        Effect.andThen(SchemeRecord.standing(database, alipay, 1), SchemeRecord.change(database, wechat, 2))
      )._tag
    ).toBe("Same")
  })
})

describe("a ledger from before", () => {
  it("is refused to a provider, and taken by the operator's command for no scheme that its credentials are not of", () => {
    for (const scheme of builtIn) {
      const found = on((database) =>
        Effect.gen(function* () {
          yield* fromBefore(database, scheme)
          const started = yield* SchemeRecord.standing(database, scheme, 1)
          const others = yield* Effect.forEach([wechat, unionpay], (other) => SchemeRecord.change(database, other, 1))
          const own = yield* SchemeRecord.change(database, scheme, 1)
          return { started: started._tag, others: others.map(({ _tag }) => _tag), own: own._tag }
        })
      )
      expect(found.started, scheme.scheme).toBe("Unrecorded")
      expect(found.others[0], scheme.scheme).toBe(scheme === wechat ? "Same" : "Unfit")
      // Where one has taken it, it is that one's already.
      expect(found.others[1], scheme.scheme).toBe(
        scheme === unionpay ? "Same" : scheme === wechat ? "OtherForm" : "Unfit"
      )
      expect(found.own, scheme.scheme).toBe("Same")
    }
  })

  it("says which credentials are in the way", () => {
    const found = on((database) =>
      Effect.andThen(fromBefore(database, alipay), SchemeRecord.change(database, unionpay, 1))
    )
    expect(found).toEqual({
      _tag: "Unfit",
      found: [
        "credentials with prefix 28, 10 digits of alias, a seed written in 39 characters",
        "accounts with 10 digits of alias"
      ]
    })
  })

  it("is refused for accounts alone, of which the scheme opens none", () => {
    const found = on((database) =>
      Effect.gen(function* () {
        yield* fromBefore(database, alipay)
        yield* database.transaction(({ query }) => query("DELETE FROM credential"))
        return yield* SchemeRecord.change(database, wechat, 1)
      })
    )
    expect(found).toEqual({ _tag: "Unfit", found: ["accounts with 10 digits of alias"] })
  })

  it("that was taken for another scheme by mistake is taken for its own until something is issued under the other", () => {
    const later = Math.floor(Date.now() / 1000) + 1000
    const tags = (at: number) =>
      on((database) =>
        Effect.gen(function* () {
          yield* fromBefore(database, alipay)
          const changes = [smsOcra, alipay, wechat, smsOcra, alipay]
          return yield* Effect.forEach(changes, (scheme) => SchemeRecord.change(database, scheme, at))
        })
      ).map(({ _tag }) => _tag)
    expect(tags(later)).toEqual(["Same", "Same", "OtherForm", "Same", "Same"])
    // Here the credential that there is was issued after the scheme was written down.
    expect(tags(1)).toEqual(["Same", "OtherForm", "OtherForm", "Same", "OtherForm"])
  })

  it("cannot tell by its credentials what only its accounts depend on: that the operator has to know", () => {
    expect(
      on((database) => Effect.andThen(fromBefore(database, alipay), SchemeRecord.change(database, smsOcra, 1)))._tag
    ).toBe("Same")
  })
})
