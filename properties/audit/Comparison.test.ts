/** Schemes side by side: what changes, and that just what makes the difference is named. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Scheme } from "../../model/Scheme.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import type { ParameterPath } from "../../spec/Parameters.ts"
import { AuditFile, Beside, Provenance, Report } from "../report/Reports.ts"
import { alipay, anyScheme, hardened, wechat } from "../suites/Harness.ts"
import { ink } from "../Terminal.ts"
import * as Audit from "./Audit.ts"
import * as Comparison from "./Comparison.ts"
import * as Exploration from "./Exploration.ts"
import * as Substitution from "./Substitution.ts"

const audit = (schemes: ReadonlyArray<Scheme>, claims: ReadonlyArray<ClaimId>): Promise<Audit.Report> =>
  Effect.runPromise(
    Audit.audit("test", {
      schemes,
      claims,
      scope: "quick",
      runs: 0,
      seed: 1,
      limits: Audit.Explorer.unlimited,
      compare: true,
      more: false
    })
  )

const asked = { scope: "quick", runs: 0, seed: 1, budget: null, compare: true, more: false } as const

/** A report as text. */
const told = (report: Audit.Report): string =>
  Report.text(
    AuditFile.of(report, Provenance.now([], [], asked), { fileOf: () => null, remediesOf: () => [] }),
    ink({}),
    Beside.nothing
  )

const memory = Exploration.reserve("quick")

/** A scheme, and how an audit is taken to have one of its claims. */
const having = (scheme: Scheme, id: ClaimId, standing: Comparison.ClaimStanding): Comparison.Audited => ({
  scheme,
  report: standing === "exempt" ? { claims: [], exempt: [{ id }] } : { claims: [{ id, verdict: standing }], exempt: [] }
})

/** Compares two schemes, on this thread; the searches go on for as long as they may. */
const compare = (first: Comparison.Audited, second: Comparison.Audited, mayGoOn = true) =>
  Effect.runPromise(
    Comparison.compare(first, second, (tasks) =>
      Effect.sync(() => tasks.map((task) => Exploration.explore(task, () => mayGoOn, memory)))
    )
  )

/** What is found of a claim that stands in one way in a scheme, and otherwise in another. */
const changeOf = async (
  [first, from]: readonly [Scheme, Comparison.ClaimStanding],
  [second, to]: readonly [Scheme, Comparison.ClaimStanding],
  claim: ClaimId
): Promise<Comparison.ClaimChange> => {
  const { changes } = await compare(having(first, claim, from), having(second, claim, to))
  expect(changes).toMatchObject([{ id: claim, from, to }])
  return changes[0]!
}

/** The sets of parameters that make a difference, each with its paths. */
const pathsOf = ({ causes }: Comparison.ClaimChange): ReadonlyArray<ReadonlyArray<ParameterPath>> =>
  causes.map(({ parameters }) => parameters.map(({ path }) => path))

const { perAliasDay: _, ...byTerminal } = alipay.throttle

describe("a copy in which one parameter is another", () => {
  /** Parameters that have nothing to do with any of these claims. */
  const besides = { interface: "paycode", code: { ...alipay.code, mac: "HMAC-SHA-256" } } as const

  it("names just that, and the clause: a reversal that leaves no tombstone", async () => {
    const reverse = { ...alipay.reverse, unknownOrder: "notExist" } as const
    const change = await changeOf([alipay, "holds"], [{ ...alipay, ...besides, reverse }, "fails"], "reverse-tombstone")
    expect(change).toEqual({
      id: "reverse-tombstone",
      from: "holds",
      to: "fails",
      causes: [
        {
          parameters: [{ path: "reverse.unknownOrder", from: "tombstone", to: "notExist" }],
          clauses: [{ id: "SET-1", mutant: "no tombstone" }]
        }
      ],
      reason: null
    })
  })

  it("names just that, and the clause: wrong codes that are not counted under an alias", async () => {
    const change = await changeOf(
      [alipay, "fails"],
      [{ ...alipay, ...besides, throttle: byTerminal }, "holds"],
      "lockout-bound"
    )
    expect(change).toEqual({
      id: "lockout-bound",
      from: "fails",
      to: "holds",
      causes: [
        {
          parameters: [{ path: "throttle.perAliasDay", from: 20, to: null }],
          clauses: [{ id: "VER-29", mutant: "by account" }]
        }
      ],
      reason: null
    })
  })

  it("names what makes a claim speak of the scheme", async () => {
    const change = await changeOf(
      [alipay, "exempt"],
      [{ ...alipay, ...besides, limit: { ...alipay.limit, dayCount: 3 } }, "holds"],
      "daily-count"
    )
    expect(pathsOf(change)).toEqual([["limit.dayCount"]])
    expect(change.causes[0]!.clauses).toEqual([{ id: "VER-23", mutant: null }])
  })
})

describe("what no single parameter changes", () => {
  /** A code lives longer than is stated, by the window and by the statement: either is too much. */
  const longer: Scheme = { ...alipay, window: { past: 4, future: 1 }, leak: { seconds: 100 }, interface: "paycode" }

  it("is put down to the two that it takes", async () => {
    const change = await changeOf([alipay, "holds"], [longer, "fails"], "leak-lifetime")
    expect(pathsOf(change)).toEqual([["window.past", "leak.seconds"]])
  })

  it("and the other way round to each of them", async () => {
    const change = await changeOf([longer, "fails"], [alipay, "holds"], "leak-lifetime")
    expect(pathsOf(change)).toEqual([["window.past"], ["leak.seconds"]])
  })

  it("is put down to those that only make sense together", async () => {
    const [cause] = (await changeOf([alipay, "holds"], [wechat, "fails"], "offline-supply")).causes
    const paths = cause!.parameters.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(["token.source", "token.batch", "window.past", "code.alias"]))
    expect(paths).not.toEqual(expect.arrayContaining(["limit.payment"]))
    expect(cause!.clauses).toEqual([{ id: "GEN-4", mutant: "counted" }])
  })
})

describe("a comparison", () => {
  it("of a scheme with itself says that nothing changes", async () => {
    const report = await audit([alipay, alipay], ["lockout-bound", "opaque-code", "daily-count"])
    expect(report.comparisons).toEqual([{ from: "alipay", to: "alipay", changes: [], undecided: [] }])
    expect(told(report)).toContain("Nothing changes")
  })

  it("is made with the first of several, and with none where there is one", async () => {
    const { comparisons } = await audit([hardened, alipay, wechat], ["opaque-code"])
    expect(comparisons.map(({ changes, from, to }) => [from, to, changes.length])).toEqual([
      ["hardened", "alipay", 1],
      ["hardened", "wechat", 0]
    ])
    expect((await audit([alipay], ["opaque-code"])).comparisons).toEqual([])
  })

  it("tells what an adversary can do no longer, or newly", async () => {
    const open: Scheme = { ...alipay, scheme: "open", throttle: byTerminal }
    const report = await audit([alipay, open], ["lockout-bound"])
    const text = told(report).replace(/\s+/g, " ")
    const scenario = "The adversary presents wrong codes under the alias of the phone of A"
    expect(text).toContain("alipay → open 1 claim stands otherwise")
    expect(text).toContain(`no longer possible: ${scenario}`)
    expect(text).toMatch(/VER-29: Wrong codes .*\) the claim fails in open too\./)
    const [from, to] = report.schemes as readonly [Audit.SchemeReport, Audit.SchemeReport]
    const back: Comparison.ClaimChange = { id: "lockout-bound", from: "holds", to: "fails", causes: [], reason: null }
    expect(Report.consequence(back, to, from)).toMatchObject({ is: "newly possible" })
  })

  const open: Scheme = { ...alipay, throttle: byTerminal }

  it("says so where its searches were stopped", async () => {
    const { changes } = await compare(having(alipay, "agreement", "holds"), having(wechat, "agreement", "fails"), false)
    expect(changes).toMatchObject([{ id: "agreement", causes: [] }])
    expect(changes[0]!.reason).toContain("stopped")
  })

  it("says so where the difference is none of the scope in which its cause is looked for", async () => {
    const { causes, reason } = await changeOf(
      [alipay, "fails"],
      [{ ...alipay, interface: "paycode" }, "holds"],
      "lockout-bound"
    )
    expect(causes).toEqual([])
    expect(reason).toContain("does not show at scope quick")
  })

  it("leaves out what was not decided, and says which", async () => {
    const { changes, undecided } = await compare(
      having(alipay, "lockout-bound", "fails"),
      having(open, "lockout-bound", "not-run")
    )
    expect({ changes, undecided }).toEqual({ changes: [], undecided: ["lockout-bound"] })
  })
})

describe("parameters of another scheme", () => {
  /** Two schemes, and one of the parameters in which they differ. */
  const differing = fc
    .tuple(anyScheme, anyScheme)
    .map(([into, from]) => ({ into, from, all: Substitution.differing(into, from) }))
    .filter(({ all }) => all.length > 0)
    .chain((pair) => fc.constantFrom(...pair.all).map((path) => ({ ...pair, path })))

  it("are taken together with those that they need, and with no other", () => {
    fc.assert(
      fc.property(differing, ({ all, from, into, path }) => {
        const group = Substitution.together(into, from, [path])
        expect(group).toContain(path)
        expect(all).toEqual(expect.arrayContaining([...group]))
        const isScheme = (paths: ReadonlyArray<ParameterPath>) => Result.isSuccess(Substitution.put(into, from, paths))
        expect(isScheme(group)).toBe(true)
        const spared = group.filter((one) => one !== path && isScheme(group.filter((other) => other !== one)))
        expect(spared).toEqual([])
      }),
      { seed: 1, numRuns: 200 }
    )
  })

  it("all of them make the other scheme, and none the first", () => {
    fc.assert(
      fc.property(anyScheme, anyScheme, (into, from) => {
        const all = Substitution.differing(into, from)
        const taken = Result.getOrThrow(Substitution.put(into, from, all))
        expect(Substitution.differing(taken, from)).toEqual([])
        expect(Result.getOrThrow(Substitution.put(into, from, []))).toEqual(into)
      }),
      { seed: 1, numRuns: 200 }
    )
  })
})
