/**
 * The computed claims of the built-in schemes: what they come to, what breaks them, and what they cost in the
 * implementation. That the forms are right is for `Enumeration.test.ts` and `MonteCarlo.test.ts` to say.
 */
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type BoundId, boundIds } from "../../spec/Claims.ts"
import { Schemes } from "../arbitraries/Arbitraries.ts"
import type { Verdict } from "../audit/Audit.ts"
import * as Audit from "../audit/Audit.ts"
import { seed } from "../suites/Harness.ts"
import * as Catalogue from "./Catalogue.ts"

const schemes = BuiltIn.all()
const alipay = BuiltIn.named("alipay")
const hardened = BuiltIn.named("hardened")

const value = (scheme: Scheme, id: BoundId): number => Catalogue.computed[id](Rules.strict(scheme)).value

/** A claim of a scheme, once it holds and once it does not. */
const falls = (scheme: Scheme, weaker: Scheme, id: BoundId): ReadonlyArray<boolean | undefined> =>
  [scheme, weaker].map((one) => Catalogue.holds(Rules.strict(one), id))

const withCode = (scheme: Scheme, code: Partial<Scheme["code"]>): Scheme => ({
  ...scheme,
  code: { ...scheme.code, ...code }
})

describe("what the numbers of alipay come to", () => {
  it.each([
    ["guess-targeted", 5.001192e-6],
    ["guess-blind", 5.001192e-7],
    ["guess-password", 1e-5],
    ["collision", 3.999994e-6],
    ["expected-loss", 50_000]
  ] as const)("%s", (id, expected) => {
    expect(value(alipay, id) / expected).toBeCloseTo(1, 6)
  })

  it("a day of guesses is what a terminal takes", () => {
    const { aDay, parts } = Catalogue.computed["guess-blind"](Rules.strict(alipay))
    expect(parts["guesses a day"]).toBe(1000)
    expect(aDay).toBeCloseTo(1000 * value(alipay, "guess-blind"), 12)
  })
})

describe("a parameter that is weaker breaks", () => {
  it("guess-targeted and guess-blind: proofs of four digits", () => {
    const weaker = withCode(alipay, { otpDigits: 4, digits: 16 })
    expect(falls(alipay, weaker, "guess-targeted")).toEqual([true, false])
    expect(falls(alipay, weaker, "guess-blind")).toEqual([true, false])
  })

  it("guess-targeted and collision: a window of a quarter of an hour either way", () => {
    const steps = 900 / alipay.clock.step
    const weaker = { ...alipay, window: { past: steps, future: steps } }
    expect(falls(alipay, weaker, "guess-targeted")).toEqual([true, false])
    expect(falls(alipay, weaker, "collision")).toEqual([true, false])
  })

  it("collision and guess-blind: aliases of six digits where they are anybody's", () => {
    const weaker = withCode(hardened, { aliasDigits: 6, digits: 16 })
    expect(falls(hardened, weaker, "collision")).toEqual([true, false])
    expect(falls(hardened, weaker, "guess-blind")).toEqual([true, false])
  })

  it("guess-blind: more accounts under as many aliases; and its day alone, more terminals", () => {
    expect(falls(alipay, { ...alipay, scale: { accounts: 2e9 } }, "guess-blind")).toEqual([true, false])
    const more = { ...alipay, adversary: { terminals: 2 } }
    expect(falls(alipay, more, "guess-blind")).toEqual([true, false])
    expect(value(more, "guess-blind")).toBe(value(alipay, "guess-blind"))
  })

  it("guess-password: one answer more, or a digit less", () => {
    for (const stepUp of [{ attempts: 11 }, { secretDigits: 5 }]) {
      const weaker = { ...alipay, stepUp: { ...alipay.stepUp, ...stepUp } }
      expect(falls(alipay, weaker, "guess-password")).toEqual([true, false])
    }
  })

  it("expected-loss: a higher limit; and in hardened, codes that are bound to nothing", () => {
    const weaker = { ...alipay, limit: { ...alipay.limit, payment: 50_001 } }
    expect(falls(alipay, weaker, "expected-loss")).toEqual([true, false])
    expect(falls(hardened, withCode(hardened, { boundTo: "payer" }), "expected-loss")).toEqual([true, false])
    const mutated = Rules.without(Rules.strict(hardened), { clause: "VER-32", mutant: "plain codes" })
    expect(Catalogue.holds(mutated, "expected-loss")).toBe(false)
  })
})

describe("every form", () => {
  it.each(schemes)("of $scheme keeps its bound, and says how it came about", (scheme) => {
    for (const id of boundIds) {
      const bound = Catalogue.boundOf(scheme, id)!
      const { evidence, ...report } = Audit.boundReport(scheme, id, bound)
      expect(report).toMatchObject({ id, kind: "bound", verdict: "holds", assurance: "computed" })
      expect(evidence.value).toBeLessThanOrEqual(bound.atMost)
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
          const { aDay, unit, value } = Catalogue.computed[id](rules)
          const most = unit === "probability" ? 1 : Number.POSITIVE_INFINITY
          // The last bits of a number may be off.
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(most + 1e-12)
          if (aDay !== undefined) expect(aDay).toBeLessThanOrEqual(1)
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

  it("is soon computed: a thousand points of a sweep, in all schemes, within seconds", () => {
    const began = process.cpuUsage()
    for (let point = 0; point < 1000; point++) {
      const scheme = schemes[point % schemes.length]!
      const wider = scheme.window === undefined ? scheme : { ...scheme, window: { past: 1 + (point % 120), future: 1 } }
      for (const id of boundIds) value(wider, id)
    }
    const { user } = process.cpuUsage(began)
    expect(user / 1e6).toBeLessThan(5)
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
    expect(exempt[0]!.reason).toBe("the scheme asserts no bound: the value is 5.0012e-6")
    expect(exempt.at(-1)!.reason).toBe("the scheme asserts no bound: the value is 50,000 minor units")
  })

  it("and what it asserts wrongly differs", async () => {
    const bold: Scheme = { ...alipay, claims: { ...claims, "guess-targeted": { atMost: 5e-6 } } }
    const report = await audited(bold)
    expect(Audit.outcome(report)).toBe("differs")
    const failing = report.schemes[0]!.claims.filter(({ verdict }) => verdict === "fails")
    expect(failing.map(({ id, evidence }) => [id, (evidence as Verdict.Computation).margin! < 1])).toEqual([
      ["guess-targeted", true]
    ])
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
