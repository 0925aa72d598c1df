/**
 * Sweeps: every point is what its scheme comes to, contradictions are told as a scheme file's would be, and nothing beats
 * the front. PAYCODE_SEED chooses the runs.
 */
import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as BuiltIn from "../../model/BuiltIn.ts"
import { decode } from "../../model/Decode.ts"
import { numberOf, Scheme } from "../../model/Scheme.ts"
import { boundIds } from "../../spec/Claims.ts"
import { type NumberPath, numbers } from "../../spec/Parameters.ts"
import * as Audit from "../audit/Audit.ts"
import { boundOf } from "../computed/Catalogue.ts"
import * as Hash from "../Hash.ts"
import * as Plot from "../plots/Plot.ts"
import { anyScheme, parameters, seed, tally } from "../suites/Harness.ts"
import { ink } from "../Terminal.ts"
import { Population, refusals } from "../usability/Usability.ts"
import * as Axis from "./Axis.ts"
import * as Front from "./Front.ts"
import * as Layout from "./Layout.ts"
import * as Measure from "./Measure.ts"
import * as Sweep from "./Sweep.ts"
import * as SweepFile from "./SweepFile.ts"
import * as Table from "./Table.ts"

const spec = new URL("../../spec/", import.meta.url)
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, spec), "utf8"))
const typical = Result.getOrThrow(decode(Population.Population, read("populations/typical.json")))
const built = BuiltIn.all()
const alipay = BuiltIn.named("alipay")
const wechat = BuiltIn.named("wechat")

const sweep = (scheme: Scheme, vary: ReadonlyArray<string>, options: Partial<Sweep.SweepOptions> = {}) =>
  Sweep.sweep({
    version: "0",
    scheme,
    population: typical,
    axes: vary.map((text) => Result.getOrThrow(Axis.read(scheme, text))),
    further: [],
    measure: undefined,
    ...options
  })

const pointAt = ({ report }: ReturnType<typeof sweep>, values: Axis.Setting): Sweep.Point =>
  report.points.find((point) => Sweep.isAt(report, point, values))!

const paths = (Object.keys(numbers) as ReadonlyArray<NumberPath>).filter((path) => path !== "code.digits")

/** A scheme, and other values of some of its parameters, often near its own. */
const varied = fc.oneof(fc.constantFrom(...built), anyScheme).chain((scheme) => {
  const own = paths.filter((path) => numberOf(scheme, path) !== undefined)
  const value = (path: NumberPath): fc.Arbitrary<number> => {
    const { from, to } = numbers[path]
    const at = numberOf(scheme, path)!
    return fc.oneof(
      fc.integer({ min: Math.max(from, at - 3), max: Math.min(to, at + 3) }),
      fc.integer({ min: from, max: Math.min(to, from + 200) })
    )
  }
  const chosen = fc.uniqueArray(fc.constantFrom(...own), { minLength: 1, maxLength: 3 })
  return fc.record({
    scheme: fc.constant(scheme),
    setting: chosen.chain((some) => fc.record(Object.fromEntries(some.map((path) => [path, value(path)]))))
  })
})

describe(`a point of a sweep, seed ${seed}`, () => {
  it("can be paid at just where its parameters make a scheme, and says what is wrong where they do not", () => {
    const { met, rarerThan } = tally()
    fc.assert(
      fc.property(varied, ({ scheme, setting }) => {
        const vary = Object.entries(setting).map(([path, value]) => `${path}=${value}`)
        const { placed, report } = sweep(scheme, vary)
        for (const { point, scheme } of placed) {
          const found = decode(Scheme, scheme)
          const problems = Result.isFailure(found) ? found.failure.map(({ path }) => path) : []
          const ofWindow = problems.filter((path) => path === "window" || path === "clock.drift")
          const expected =
            problems.length === 0
              ? "payable"
              : problems.length === ofWindow.length
                ? "no honest payment"
                : "contradictory"
          expect([point.status, problems]).toEqual([expected, problems])
          expect(point.because.length > 0).toBe(problems.length > 0)
          expect(point.computed === null).toBe(point.status === "contradictory")
          met(point.status)
        }
        expect(report.points.filter(({ own }) => own)).toHaveLength(1)
      }),
      parameters(200)
    )
    expect(rarerThan(10, "payable", "no honest payment", "contradictory")).toEqual([])
  })

  it.each(built.map((scheme) => [scheme.scheme, scheme] as const))(
    "has, where it is %s as it is, the numbers of its audit",
    (_, scheme) => {
      const { report } = sweep(scheme, [`clock.step=${scheme.clock.step}`, "throttle.perTerminalDay=100,1000"])
      const own = report.points.find((point) => point.own)!
      for (const id of boundIds) {
        const bound = boundOf(scheme, id)
        if (bound === undefined) continue
        const { evidence, verdict } = Audit.boundReport(scheme, id, bound)
        expect(own.computed![id]).toEqual({
          value: evidence.value,
          aDay: evidence.aDay?.value ?? null,
          aYear: evidence.aYear?.value ?? null,
          holds: verdict === "holds"
        })
      }
      expect(own).toMatchObject({ status: "payable", safe: true, refused: refusals(typical)(scheme), follows: {} })
      expect(report.hash).toBe(Audit.hash(scheme))
    }
  )

  it("follows with what its parameters imply, and is safe where every bound holds", () => {
    const found = sweep(alipay, ["window.past=3,6,9", "code.otpDigits=6,7"])
    expect(found.report.follow.map(({ path }) => path)).toEqual(["code.digits", "leak.seconds"])
    expect(pointAt(found, { "window.past": 6, "code.otpDigits": 7 })).toMatchObject({
      follows: { "code.digits": 19, "leak.seconds": 232 },
      status: "payable",
      safe: true
    })
    const wide = pointAt(found, { "window.past": 6 })
    expect(wide).toMatchObject({ status: "payable", safe: false, computed: { collision: { holds: false } } })
    // The others are beyond their bounds in the scheme as it is, as it asserts.
    expect(Layout.broken(wide)).toEqual([
      "guess-targeted",
      "guess-blind",
      "guess-password",
      "collision",
      "unasked-loss"
    ])
    // 2 of prefix, 5 of alias and 4 of proof are fewer digits than a code may have.
    const short = sweep(alipay, ["code.aliasDigits=5,10", "code.otpDigits=4,6"])
    expect(pointAt(short, { "code.aliasDigits": 5, "code.otpDigits": 4 })).toMatchObject({
      status: "contradictory",
      because: expect.arrayContaining(["code.digits, which follows: expected 12 to 32 digits, found 11"])
    })
  })

  it("does not follow where the scheme chose a value of its own, or the sweep does", () => {
    expect(sweep(wechat, ["clock.step=30,60"]).report.follow).toEqual([])
    const chosen = sweep(alipay, ["window.past=3,4", "leak.seconds=142"])
    expect(chosen.report.follow).toEqual([])
    expect(pointAt(chosen, { "window.past": 4 })).toMatchObject({ status: "payable", follows: { "code.digits": 18 } })
  })

  it("says that no honest payment is sure where the window has no room, and other contradictions as such", () => {
    const found = sweep(alipay, ["window.past=2,3", "limit.daySum=40000,100000"])
    expect(pointAt(found, { "window.past": 2 })).toMatchObject({
      status: "no honest payment",
      because: [expect.stringMatching(/^clock\.drift: expected at most 0 seconds.*= -10\), found 20$/)],
      safe: false,
      front: false
    })
    expect(pointAt(found, { "limit.daySum": 40_000 })).toMatchObject({
      status: "contradictory",
      because: ["limit.daySum: expected at least limit.payment, 50000: else no such payment fits a day, found 40000"],
      computed: null,
      refused: null
    })
  })

  it("is there for the scheme as it is, wherever the axes go", () => {
    const { report } = sweep(alipay, ["window.past=5..7"])
    expect(report.points.map(({ own, values }) => [values["window.past"], own])).toEqual([
      [5, false],
      [6, false],
      [7, false],
      [3, true]
    ])
  })

  it("is measured by the first number that varies, unless another is named", () => {
    expect(sweep(alipay, ["stepUp.attempts=5,10"]).report.security.measure).toBe("guess-password")
    expect(sweep(alipay, ["throttle.perTerminalDay=5,10"]).report.security.measure).toBe("guess-blind-a-year")
    const measure = Measure.measures.find(({ name }) => name === "expected-loss")
    const { report } = sweep(alipay, ["stepUp.attempts=5,10"], { measure })
    expect(report.security).toEqual({ measure: "expected-loss", unit: "minor units", atMost: 100_000 })
    const years = Measure.measures.find(({ name }) => name === "guess-blind-a-year")
    const many = sweep(alipay, ["throttle.perTerminalDay=5,10"], { measure: years }).report
    expect(many.security).toEqual({ measure: "guess-blind-a-year", unit: "guesses a year", atMost: 1e-6 })
  })
})

describe("the front", () => {
  const pairs = fc.array(fc.record({ x: fc.nat({ max: 9 }), y: fc.nat({ max: 9 }) }), { maxLength: 40 })

  it("is what nothing beats, and everything else is beaten by some of it", () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const isOn = Front.isOnFront(all)
        const front = all.filter((_, index) => isOn[index])
        all.forEach((pair, index) => {
          expect(all.some((other) => Front.dominates(other, pair))).toBe(!isOn[index])
          expect(front.some((other) => Front.dominates(other, pair))).toBe(!isOn[index])
        })
      }),
      parameters(1000)
    )
  })

  it.each([
    ["alipay", ["window.past=0..8", "code.otpDigits=4..8"]],
    ["wechat", ["code.otpDigits=12..18", "token.validity=3600..86400/3600"]],
    ["hardened", ["clock.step=10..60/10", "window.past=1..8"]]
  ] as const)("of %s is made of payable points, and no payable point beats one of it", (name, vary) => {
    const { report } = sweep(BuiltIn.named(name), vary)
    const measure = Sweep.measureOf(report)
    const pair = (point: Sweep.Point) => ({ x: point.refused!.payment, y: Sweep.measured(measure, point)! })
    const payable = report.points.filter(({ status }) => status === "payable")
    expect(report.points.filter(({ front, status }) => front && status !== "payable")).toEqual([])
    for (const point of payable) {
      expect(payable.some((other) => Front.dominates(pair(other), pair(point)))).toBe(!point.front)
    }
  })
})

describe("an axis", () => {
  it.each([
    ["window.past=0..3", [0, 1, 2, 3]],
    ["clock.step=10..40/15", [10, 25, 40]],
    ["clock.step=10..39/15", [10, 25]],
    ["code.otpDigits=8,4,8,6", [4, 6, 8]],
    ["display=45", [45]],
    ["clock.utcOffset=-3600..0/3600", [-3600, 0]]
  ])("is read: %s", (text, values) => {
    const axis = Result.getOrThrow(Axis.read(alipay, text))
    expect(axis.values()).toEqual(values)
    expect(axis.size).toBe(values.length)
  })

  it("of a million million values is counted, not listed", () => {
    const axis = Result.getOrThrow(Axis.read(alipay, "limit.accountDay=1..100000000000"))
    expect(Sweep.size([axis, axis])).toBe(1e22)
  })

  it.each([
    ["window.past", /expected PATH=VALUES.*found window\.past$/],
    ["", /expected PATH=VALUES.*found nothing$/],
    ["windw.past=1", /found windw\.past; the nearest is window\.past$/],
    ["code.mac=1", /^code\.mac: expected a numeric parameter, found one of HMAC-SHA-1/],
    [
      "code.digits=18..20",
      /^code\.digits: .*follows: it is the length of the prefix \+ code\.aliasDigits \+ code\.otp/
    ],
    ["token.batch=5..9", /^token\.batch: expected a parameter that alipay has, found one that it does without$/],
    ["window.past=4..1", /^window\.past: expected a range that goes up, found 4\.\.1, which is empty$/],
    ["window.past=1..4/0", /^window\.past: expected a step of at least 1, found 0$/],
    ["window.past=1..x", /^window\.past: expected FROM\.\.TO.*found 1\.\.x$/],
    ["window.past=1.5", /^window\.past: expected FROM\.\.TO.*found 1\.5$/],
    ["window.past=1,,2", /^window\.past: expected FROM\.\.TO.*found 1,,2$/],
    ["window.past=", /^window\.past: expected FROM\.\.TO.*found nothing$/],
    ["code.otpDigits=2..8", /^code\.otpDigits: expected whole numbers of digits from 4 to 30, found 2\.\.8$/]
  ])("is not: %s", (text, says) => {
    const found = Axis.read(alipay, text)
    expect(Result.isFailure(found) && found.failure).toMatch(says)
  })
})

describe("the table of a sweep", () => {
  const { report } = sweep(alipay, ["window.past=1..4", "code.otpDigits=6,8", "leak.seconds=60,142"])
  const linesAt = (columns: number, swept = report): ReadonlyArray<string> =>
    Layout.lines({ report: swept, points: swept.points, ink: ink({}) }, columns)

  it("has no line that is longer than the terminal is wide, and says of every point what it says elsewhere", () => {
    const words = (lines: ReadonlyArray<string>): string => lines.join(" ").replace(/\s+/g, " ")
    const [, ...whole] = linesAt(Number.POSITIVE_INFINITY)
    expect(whole).toHaveLength(report.points.length)
    for (const columns of [40, 50, 60, 70, 80, 120, 200]) {
      const lines = linesAt(columns)
      for (const line of lines) expect([line, line.length <= columns]).toEqual([line, true])
      report.points.forEach(({ refused }, at) => {
        if (refused === null) expect(whole[at]).toContain("contradictory")
        else expect(words(lines)).toContain(/[\d.e-]+( %)?(?= +broken)/.exec(whole[at]!)![0])
      })
    }
  })

  it("has a row for each point on a terminal of 60 columns, with a letter for the bounds that are broken", () => {
    const { report } = sweep(alipay, ["window.past=2..4", "code.otpDigits=6,8"])
    expect(linesAt(60, report)).toEqual([
      "     window.  code.      guess-",
      "     past     otpDigits  targeted  refused  bounds",
      "  x  2        6          1.60e-5   0.421 %  a",
      "  x  2        8          1.64e-7   0.421 %  b",
      "  *  3        6          2.00e-5   0.333 %  a",
      "  +  3        8          2.05e-7   0.333 %  b",
      "     4        6          2.40e-5   0.323 %  a",
      "  +  4        8          2.46e-7   0.323 %  b",
      "",
      "a broken: guess-targeted, guess-blind, guess-password,",
      "  unasked-loss",
      "b broken: guess-targeted, guess-password, unasked-loss",
      "x no honest payment"
    ])
  })

  it("says why a point cannot be, and what the checker says, where words have no room in a row", () => {
    const { report } = sweep(alipay, ["code.aliasDigits=5,10", "code.otpDigits=4,6"])
    const points = report.points.map(
      (point): Sweep.Point =>
        point.own ? { ...point, differs: [{ claim: "consent", asserted: "holds", verdict: "fails" }] } : point
    )
    const text = linesAt(60, { ...report, points }).join("\n")
    expect(text).toMatch(/^ {2}- {2,}5 +4\n {6}code\.digits, which follows: expected/m)
    expect(text).toMatch(/^ {2}\*\+? +10 +6 .*\n {6}consent fails$/m)
    expect(text).toMatch(/^- contradictory$/m)
  })

  it("says by which bound a claim is broken at a point that is within the one in the heading", () => {
    const says =
      "Where guess-targeted is at most 1e-6 and guess-targeted broken, another bound of it is: --security guess-targeted-a-year."
    const said = (axes: ReadonlyArray<string>): string =>
      Table.text(sweep(alipay, axes).report, ink({}), 80).replace(/\s+/g, " ")
    expect(said(["code.otpDigits=6,8"])).toContain(says)
    expect(said(["code.otpDigits=6,7", "code.aliasDigits=9,10"])).not.toContain("another bound of it")
  })
})

describe("the files of a sweep", () => {
  const { report } = sweep(alipay, ["window.past=0..9", "code.otpDigits=4..8"])
  const provenance = SweepFile.provenance(["paycode", "sweep", "alipay"], null)
  const fileOf = (made: Sweep.Report): SweepFile.SweepFile =>
    SweepFile.of(made, { file: null, populationHash: Hash.of(typical), provenance })

  it("are the same whenever they are made", () => {
    const again = sweep(alipay, ["window.past=0..9", "code.otpDigits=4..8"]).report
    expect(Plot.plots(again)).toEqual(Plot.plots(report))
    expect([Table.csv(again), Table.json(fileOf(again))]).toEqual([Table.csv(report), Table.json(fileOf(report))])
  })

  it("hold every point", () => {
    expect(JSON.parse(Table.json(fileOf(report)))).toEqual(JSON.parse(JSON.stringify(fileOf(report))))
    const [head, ...lines] = Table.csv(report).trimEnd().split("\r\n")
    expect(head).toMatch(/^window\.past,code\.otpDigits,code\.digits,leak\.seconds,status,guess-targeted,/)
    expect(lines).toHaveLength(report.points.length)
    expect(lines.every((line) => line.replace(/"[^"]*"/g, "").split(",").length === head!.split(",").length)).toBe(true)
  })

  it("are what the published schema says, and are read as they were; those that were kept too", () => {
    const schema = JSON.parse(readFileSync(new URL("schemas/sweep.schema.json", spec), "utf8"))
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema)
    const kept = JSON.parse(readFileSync(new URL("fixtures/version-2.json", import.meta.url), "utf8"))
    expect(kept.points.some(({ differs }: Sweep.Point) => differs !== null && differs.length > 0)).toBe(true)
    expect(kept.points.some(({ status }: Sweep.Point) => status === "contradictory")).toBe(true)
    for (const written of [JSON.parse(Table.json(fileOf(report))), kept]) {
      expect([validate(written), validate.errors]).toEqual([true, null])
      expect(Result.getOrThrow(decode(SweepFile.SweepFile, written))).toEqual(written)
      for (const other of [
        { ...written, version: 1 },
        { ...written, provenance: null },
        { ...written, more: 1 }
      ]) {
        expect([validate(other), Result.isSuccess(decode(SweepFile.SweepFile, other))]).toEqual([false, false])
      }
    }
  })

  it("are pictures with titles, units and a legend, of two parameters a map too", () => {
    const [tradeOff, heat, ...others] = Plot.plots(report)
    expect([tradeOff!.name, heat!.name, others]).toEqual(["trade-off", "heat", []])
    expect(Plot.plots(sweep(alipay, ["window.past=0..9"]).report).map(({ name }) => name)).toEqual(["trade-off"])
    for (const said of ["guess-targeted, probability", "per cent", "front", "no honest payment", "at most 1e-6"]) {
      expect(tradeOff!.svg).toContain(said)
    }
    for (const said of [
      "window.past, steps",
      "code.otpDigits, digits",
      "contradictory",
      "breaks a bound that is asserted to hold"
    ]) {
      expect(heat!.svg).toContain(said)
    }
    for (const { svg } of [tradeOff!, heat!]) expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it("are pictures even where nobody is refused, or everything is contradictory", () => {
    const certain = { kind: "uniform", from: 0, to: 0 } as const
    const population: Population.Population = {
      ...typical,
      clock: certain,
      scan: certain,
      outdated: 0,
      delivery: certain,
      nodeAhead: certain,
      answering: certain,
      prompt: certain
    }
    const nobody = sweep(alipay, ["window.past=3..5", "code.otpDigits=6"], { population }).report
    expect(nobody.points.map(({ refused }) => refused!.payment)).toEqual([0, 0, 0])
    const nothing = sweep(alipay, ["limit.daySum=1..3", "display=60"]).report
    for (const { svg } of [...Plot.plots(nobody), ...Plot.plots(nothing)]) {
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
})
