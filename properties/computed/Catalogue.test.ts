/**
 * The computed claims of the built-in schemes: what they come to, what breaks them, and what they cost in the
 * implementation. That the forms are right is for `Enumeration.test.ts` and `MonteCarlo.test.ts` to say.
 */
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Codec, TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Rules from "../../model/Rules.ts"
import { opensPerDay, type Scheme } from "../../model/Scheme.ts"
import { Generation } from "../../model/steps/Steps.ts"
import { type BoundId, boundIds } from "../../spec/Claims.ts"
import { requestLimits } from "../../spec/Throttles.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import type { Verdict } from "../audit/Audit.ts"
import * as Audit from "../audit/Audit.ts"
import { seed } from "../suites/Harness.ts"
import * as Attempts from "./Attempts.ts"
import * as Catalogue from "./Catalogue.ts"

const schemes = BuiltIn.all()
const alipay = BuiltIn.named("alipay")
const hardened = BuiltIn.named("hardened")
const wechat = BuiltIn.named("wechat")

const value = (scheme: Scheme, id: BoundId): number => Catalogue.computed[id](Rules.strict(scheme)).value

/** A claim of a scheme, once it holds and once it does not. */
const falls = (scheme: Scheme, weaker: Scheme, id: BoundId): ReadonlyArray<boolean | undefined> =>
  [scheme, weaker].map((one) => Catalogue.holds(Rules.strict(one), id))

const withCode = (scheme: Scheme, code: Partial<Scheme["code"]>): Scheme => ({
  ...scheme,
  code: { ...scheme.code, ...code }
})

/** A scheme of which every bound is what its numbers come to, so that a number which gets larger breaks it. */
const tight = (scheme: Scheme): Scheme => {
  const rules = Rules.strict(scheme)
  const of = (id: BoundId) => {
    const { hits, value } = Catalogue.computed[id](rules)
    return { atMost: value, ...(hits === undefined ? {} : { atMostAYear: hits.account.aYear }) }
  }
  const claims = Object.fromEntries(boundIds.map((id) => [id, of(id)]))
  return { ...scheme, claims: { ...scheme.claims, ...claims } }
}

describe("what the numbers of alipay come to", () => {
  it.each([
    ["guess-targeted", 2.000447e-5],
    ["guess-blind", 2.000447e-6],
    ["guess-password", 1e-5],
    ["collision", 1.899983e-5],
    ["expected-loss", 50_000],
    ["unasked-loss", 64_424.1898]
  ] as const)("%s", (id, expected) => {
    expect(value(alipay, id) / expected).toBeCloseTo(1, 6)
  })

  it("are of four credentials: two phones, each in a renewal", () => {
    const one = Rules.without(Rules.strict({ ...alipay, scale: { ...alipay.scale, phones: 1 } }), {
      clause: "ENR-6",
      mutant: "one phase"
    })
    const single = Catalogue.computed["guess-targeted"](one).value
    expect(single / 5.001192e-6).toBeCloseTo(1, 6)
    // Less by what is two credentials' at once, and refused.
    expect(value(alipay, "guess-targeted")).toBeLessThan(4 * single)
    expect(value(alipay, "guess-targeted")).toBeGreaterThan(3.999 * single)
  })

  it("a year of guesses at one account is what its throttle takes, whoever asks", () => {
    const { hits, value: chance } = Catalogue.computed["guess-targeted"](Rules.strict(alipay))
    expect(hits!.account.aDay).toBeCloseTo(20 * chance, 12)
    expect(hits!.account.aYear).toBeCloseTo(7300 * chance, 10)
  })
})

describe("a number gets larger with", () => {
  it("guess-targeted and guess-blind: proofs of four digits", () => {
    const weaker = withCode(tight(alipay), { otpDigits: 4, digits: 16 })
    expect(falls(tight(alipay), weaker, "guess-targeted")).toEqual([true, false])
    expect(falls(tight(alipay), weaker, "guess-blind")).toEqual([true, false])
  })

  it("guess-targeted and collision: a step more in the window", () => {
    for (const scheme of [tight(alipay), tight(hardened)]) {
      const weaker = { ...scheme, window: { past: 4, future: 1 } }
      expect(falls(scheme, weaker, "guess-targeted")).toEqual([true, false])
      expect(falls(scheme, weaker, "collision")).toEqual([true, false])
    }
  })

  it("collision and guess-blind: aliases of three digits where they are anybody's", () => {
    const weaker = withCode(hardened, { aliasDigits: 3, digits: 13 })
    expect(falls(hardened, weaker, "collision")).toEqual([true, false])
    expect(falls(hardened, weaker, "guess-blind")).toEqual([true, false])
  })

  it("another phone, in every claim about codes, unless its token names one credential alone", () => {
    const ids = ["guess-targeted", "guess-blind", "collision"] as const
    const broken = (scheme: Scheme) =>
      ids.filter((id) => {
        const own = tight(scheme)
        return Catalogue.holds(Rules.strict({ ...own, scale: { ...own.scale, phones: 3 } }), id) === false
      })
    expect(schemes.map((scheme) => [scheme.scheme, broken(scheme)])).toEqual(
      schemes.map(({ code, scheme }) => [scheme, code.alias === "token" ? ["guess-blind"] : ids])
    )
  })

  it("guess-password: another phone, where the hardware of each counts by itself, and nowhere else", () => {
    const broken = [alipay, wechat, hardened].filter((scheme) => {
      const own = tight(scheme)
      return Catalogue.holds(Rules.strict({ ...own, scale: { ...own.scale, phones: 3 } }), "guess-password") === false
    })
    expect(broken.map(({ scheme }) => scheme)).toEqual(["hardened"])
  })

  it("guess-blind: more accounts under as many aliases", () => {
    const scheme = tight(alipay)
    expect(falls(scheme, { ...scheme, scale: { ...scheme.scale, accounts: 2e9 } }, "guess-blind")).toEqual([
      true,
      false
    ])
  })

  it("the guesses of a year: more honest tills, and more wrong codes at each", () => {
    for (const scheme of [tight(wechat), tight(hardened)]) {
      for (const weaker of [
        { ...scheme, adversary: { terminals: scheme.adversary.terminals + 1 } },
        { ...scheme, throttle: { ...scheme.throttle, perTerminalDay: scheme.throttle.perTerminalDay + 1 } },
        { ...scheme, throttle: { ...scheme.throttle, perMerchantDay: scheme.throttle.perMerchantDay! + 1 } }
      ]) {
        expect(falls(scheme, weaker, "guess-blind")).toEqual([true, false])
        expect(falls(scheme, weaker, "guess-targeted")).toEqual([true, false])
        expect(value(weaker, "guess-blind")).toBe(value(scheme, "guess-blind"))
      }
    }
  })

  it("the guesses of a year at one account: one more that its throttle takes", () => {
    const scheme = tight(alipay)
    const weaker = { ...scheme, throttle: { ...scheme.throttle, perAliasDay: 21 } }
    expect(falls(scheme, weaker, "guess-targeted")).toEqual([true, false])
    expect(value(weaker, "guess-targeted")).toBe(value(scheme, "guess-targeted"))
  })

  it("the guesses of a year where a captured code serves for longer", () => {
    const scheme = tight(hardened)
    const weaker = { ...scheme, leak: { seconds: scheme.leak.seconds + 1 } }
    expect(falls(scheme, weaker, "guess-targeted")).toEqual([true, false])
  })

  it("guess-password: one answer more, or a digit less", () => {
    for (const scheme of [tight(alipay), tight(hardened)]) {
      for (const stepUp of [{ attempts: 11 }, { secretDigits: 5 }]) {
        const weaker = { ...scheme, stepUp: { ...scheme.stepUp, ...stepUp } }
        expect(falls(scheme, weaker, "guess-password")).toEqual([true, false])
      }
    }
  })

  it("expected-loss: a higher limit; and in hardened, codes that are bound to nothing", () => {
    const weaker = { ...wechat, limit: { ...wechat.limit, payment: 100_001 } }
    expect(falls(wechat, weaker, "expected-loss")).toEqual([true, false])
    expect(falls(hardened, withCode(hardened, { boundTo: "payer" }), "expected-loss")).toEqual([true, false])
    const mutated = Rules.without(Rules.strict(hardened), { clause: "VER-32", mutant: "plain codes" })
    expect(Catalogue.holds(mutated, "expected-loss")).toBe(false)
  })
})

describe("the attempts that are counted are those that are looked at", () => {
  const scheme = { ...Fixtures.alipay, throttle: { perTerminalDay: 3, perAliasDay: 5 } }

  /** Asks at a provider with wrong codes, each at a terminal: what it answers. Those of nobody are under an alias each. */
  const asked = (alias: "somebody's" | "nobody's", terminals: ReadonlyArray<string>, own = scheme) => {
    const trial = Fixtures.make(Rules.strict(own), 1_000_000)
    const { phone } = trial.run(Fixtures.member(1000))
    const held = trial.run(Provider.use((provider) => provider.enrollment.enroll(phone))).alias
    const first = held.startsWith("0") ? "1" : "0"
    return terminals.map((terminal, order) => {
      const other = `${first}${order}`.padEnd(10, "5")
      const parts = { prefix: "28", alias: alias === "nobody's" ? other : held, proof: `${100_000 + order}` }
      const request = { merchant: "adversary", terminal, order: `${order}`, amount: 1 }
      return trial.run(
        Provider.use((provider) => provider.verification.pay({ ...request, code: Codec.encode(scheme.code, parts) }))
      )
    })
  }
  const fresh = (many: number) => Array.from({ length: many }, (_, terminal) => `till ${terminal}`)

  it("a terminal is refused after its wrong codes", () => {
    const answers = asked(
      "nobody's",
      Array.from({ length: 6 }, () => "till")
    )
    expect(answers).toEqual([...Array(3).fill("CODE_INVALID"), ...Array(3).fill("THROTTLED")])
  })

  it("and a merchant that names a fresh one for each never, where the scheme counts none by merchant", () => {
    expect(new Set(asked("nobody's", fresh(40)))).toEqual(new Set(["CODE_INVALID"]))
    expect(Attempts.aDay(Rules.strict({ ...scheme, adversary: { terminals: 1 } }))).toBe(Attempts.requests(86_400) + 3)
  })

  it("but where it does, a merchant is refused after its wrong codes, whatever it names its terminals", () => {
    const own = { ...scheme, adversary: { terminals: 1 }, throttle: { ...scheme.throttle, perMerchantDay: 7 } }
    expect(asked("nobody's", fresh(10), own)).toEqual([...Array(7).fill("CODE_INVALID"), ...Array(3).fill("THROTTLED")])
    expect(Attempts.aDay(Rules.strict(own))).toBe(7 + 3)
    expect(Attempts.within(Rules.strict(own), 10)).toBe(7 + 3)
    const many = { ...own, throttle: { ...own.throttle, perMerchantDay: 10_000_000 } }
    // In a short time it is the rate of its requests that limits it.
    expect(Attempts.within(Rules.strict(many), 10)).toBe(Attempts.requests(10) + 3)
    expect(Attempts.aDay(Rules.strict(many))).toBe(10_000_000 + 3)
  })

  it("but an account's alias is, at whichever terminal", () => {
    expect(asked("somebody's", fresh(8))).toEqual([...Array(5).fill("CODE_INVALID"), ...Array(3).fill("THROTTLED")])
    expect(Attempts.underAlias(Rules.strict(scheme))).toBe(5)
  })

  it("at anybody: what the server takes of one merchant at two nodes, and each honest till's", () => {
    const { burst, perSecond } = requestLimits.key
    expect(Attempts.requests(10)).toBe(2 * (burst + 10 * perSecond))
    expect(Attempts.within(Rules.strict({ ...scheme, adversary: { terminals: 7 } }), 10)).toBe(
      Attempts.requests(10) + 7 * 3
    )
    // Where nothing counts wrong codes, honest merchants' requests are all that is limited.
    const uncounted = Rules.without(Rules.strict({ ...scheme, adversary: { terminals: 7 } }), {
      clause: "VER-29",
      mutant: "none"
    })
    expect(Attempts.within(uncounted, 10)).toBe(8 * Attempts.requests(10))
    expect(Attempts.underAlias(uncounted)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe("every form", () => {
  it.each(schemes)("of $scheme is as asserted, and says how it came about", (scheme) => {
    for (const id of boundIds) {
      const bound = Catalogue.boundOf(scheme, id)!
      const { evidence, ...report } = Audit.boundReport(scheme, id, bound)
      const isKept = evidence.value <= bound.atMost && (evidence.aYear?.value ?? 0) <= (bound.atMostAYear ?? 0)
      expect(report).toMatchObject({ id, kind: "bound", verdict: isKept ? "holds" : "fails", assurance: "computed" })
      expect(report.asserted).toBe(report.verdict)
      expect(report.because === null).toBe(isKept)
      expect(evidence.bound).toBe(bound.atMost)
      expect(evidence.margin).toBe(evidence.value === 0 ? null : bound.atMost / evidence.value)
      expect(evidence.formula).toMatch(/\d/)
      expect(report.assumptions.length).toBeGreaterThan(1)
      // Nothing of it is lost in JSON.
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence)
    }
  })

  it("is a probability, or an amount, whatever the scheme", () => {
    fc.assert(
      fc.property(Schemes.everyScheme, (scheme) => {
        const rules = Rules.strict(scheme)
        for (const id of boundIds) {
          const { aDay, hits, unit, value } = Catalogue.computed[id](rules)
          const most = unit === "probability" ? 1 : Number.POSITIVE_INFINITY
          // The last bits of a number may be off.
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(most + 1e-12)
          if (aDay !== undefined) expect(aDay).toBeLessThanOrEqual(1)
          if (hits !== undefined) {
            // One account's are never more than all accounts', up to the code that was captured of it.
            for (const { aDay, aYear } of [hits.account, hits.scale]) {
              expect(aYear).toBeGreaterThanOrEqual(aDay)
              expect(aYear).toBeLessThanOrEqual(365.001 * aDay)
            }
          }
          if (id === "guess-blind") expect(aDay).toBeGreaterThanOrEqual(Math.min(1, value))
        }
      }),
      { seed, numRuns: 300 }
    )
  })

  it("is no smaller for a wider window", () => {
    for (const scheme of [alipay, hardened]) {
      const of = (past: number) => ({ ...scheme, window: { past, future: 1 } })
      for (const id of ["guess-targeted", "guess-blind", "collision"] as const) {
        const values = [1, 2, 3, 10, 60].map((past) => value(of(past), id))
        expect(values).toEqual(values.toSorted((a, b) => a - b))
      }
    }
  })

  it("is a number at every point of a sweep", () => {
    for (let point = 0; point < 200; point++) {
      const scheme = schemes[point % schemes.length]!
      const wider = scheme.window === undefined ? scheme : { ...scheme, window: { past: 1 + (point % 120), future: 1 } }
      for (const id of boundIds) expect(value(wider, id)).toSatisfy((one: number) => Number.isFinite(one) && one >= 0)
    }
  })
})

describe("what a scheme asserts nothing of", () => {
  const { claims, ...rest } = alipay
  const silent: Scheme = { ...rest, claims: {} }
  const audited = (scheme: Scheme) =>
    Effect.runPromise(
      Audit.audit("test", {
        schemes: [scheme],
        claims: boundIds,
        scope: "quick",
        runs: 0,
        seed,
        limits: Audit.Explorer.unlimited,
        compare: false,
        more: false
      })
    )

  it("is not counted, and its value is told all the same", async () => {
    const report = await audited(silent)
    expect(Audit.outcome(report)).toBe("asserted")
    const [{ claims, exempt, searches }] = report.schemes as [Audit.SchemeReport]
    expect([claims, searches]).toEqual([[], []])
    expect(exempt.map(({ id }) => id)).toEqual(boundIds)
    expect(exempt[0]!.reason).toBe(
      "the scheme asserts no bound: the value is 2.0004e-5, and guesses accepted on average at the scheme's scale: 22.005 a day, 8,031.8 a year; for one account: 4.0009e-4 a day, 0.14603 a year"
    )
    expect(exempt.slice(-2).map(({ reason }) => reason)).toEqual([
      "the scheme asserts no bound: the value is 50,000 minor units",
      "the scheme asserts no bound: the value is 64,424 minor units"
    ])
  })

  it("and what it asserts wrongly differs", async () => {
    const bold: Scheme = { ...alipay, claims: { ...claims, "guess-targeted": { atMost: 5e-6 } } }
    const report = await audited(bold)
    expect(Audit.outcome(report)).toBe("differs")
    const failing = report.schemes[0]!.claims.filter(({ asserted, verdict }) => verdict !== asserted)
    expect(failing.map(({ id, evidence }) => [id, (evidence as Verdict.Computation).margin! < 1])).toEqual([
      ["guess-targeted", true]
    ])
  })
})

describe("what codes cost that nobody asked for", () => {
  const looking = (scheme: Scheme): number => {
    const rules = Rules.strict(scheme)
    // Openings are far from each other: every second of a day is looked at, and of every opening the code that stands then.
    const every = Math.floor(86_400 / opensPerDay(scheme))
    const openings = Array.from({ length: opensPerDay(scheme) }, (_, nth) => nth * every)
    const isShown = Generation.isShown(rules, { asked: false, unlocked: false })
    let seconds = 0
    for (let now = 0; now < 86_400; now++) {
      const stands = (at: number): boolean => at <= now && Generation.isDisplayed(rules, now - at)
      if (isShown && openings.some(stands)) seconds++
    }
    return ((365 * seconds) / 86_400) * value(scheme, "expected-loss")
  }

  it.each([alipay, wechat, BuiltIn.named("unionpay"), hardened])(
    "$scheme: as a count of every second has it",
    (scheme) => {
      expect(value(scheme, "unasked-loss")).toBeCloseTo(looking(scheme), 6)
    }
  )

  it("is more where the app is opened more often, a code stands for longer, or the limit is higher", () => {
    const scheme = tight(alipay)
    const { display, limit, phone } = scheme
    for (const weaker of [
      { ...scheme, phone: { ...phone!, opensPerDay: 6 } },
      { ...scheme, display: display + 1 },
      { ...scheme, limit: { ...limit, payment: limit.payment + 1 } }
    ]) {
      expect(falls(scheme, weaker, "unasked-loss")).toEqual([true, false])
    }
  })

  it("is nothing where the app waits to be asked, and where a code is made over a transaction", () => {
    for (const showsOn of ["demand", "unlock"] as const) {
      expect(value({ ...alipay, phone: { ...alipay.phone, showsOn } }, "unasked-loss")).toBe(0)
    }
    expect(value(BuiltIn.named("alipay-till-qr"), "unasked-loss")).toBe(0)
    const without = Rules.without(Rules.strict(hardened), { clause: "VER-32", mutant: "plain codes" })
    expect(Catalogue.computed["unasked-loss"](without).value).toBe(0)
  })

  it("is nothing of a scheme that does not say how often its app is opened", () => {
    const { phone: _, ...silent } = alipay
    expect(value(silent, "unasked-loss")).toBe(0)
  })
})

describe("what a captured code costs at a provider is what expected-loss says", () => {
  const free = [Fixtures.alipay, Fixtures.wechat, Fixtures.unionpay]

  it.each(free)("$scheme: so much and no more, once", (scheme) => {
    const rules = Rules.strict(scheme)
    const trial = Fixtures.make(rules, 1_000_000)
    const { account, phone } = trial.run(Fixtures.member(1_000_000_000))
    const issued = trial.run(Provider.use((provider) => provider.enrollment.enroll(phone)))
    const code = (nth: number): string =>
      TokenSource.make(
        scheme.code,
        issued
      )(scheme.window === undefined ? nth : Math.floor(trial.now / scheme.clock.step) - nth)
    const steal = (order: string, code: string, amount: number) =>
      trial.run(
        Provider.use((provider) =>
          provider.verification.pay({ merchant: "adversary", terminal: "1", order, code, amount })
        )
      )
    const most = value(scheme, "expected-loss")
    expect(steal("1", code(0), most + 1)).toBe("OPEN")
    expect(steal("2", code(1), most)).toBe("PAID")
    expect(steal("3", code(1), 1)).toBe("CODE_USED")
    expect(account).toBe(0)
  })
})
