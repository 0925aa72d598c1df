/** The forms of a report: each is what its own schema says, is read by what others read it with, and says nothing that is not so. */
import { readFileSync } from "node:fs"
import { sarifToMarkdown } from "@security-alert/sarif-to-markdown"
import { Ajv } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parse, type TestSuites } from "junit2json"
import MarkdownIt from "markdown-it"
import type { Log } from "sarif"
import { beforeAll, describe, expect, it } from "vitest"
import { validateXML } from "xmllint-wasm"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { claimIds } from "../../spec/Claims.ts"
import * as Audit from "../audit/Audit.ts"
import type { Remedies } from "../sweep/Sweeps.ts"
import { fitted, ink, widthOf } from "../Terminal.ts"
import { AuditFile, type Beside, Changes, Formats, Provenance, Report } from "./Reports.ts"

/** A text that is an attack on whatever shows it: markup of every kind, controls, and characters that turn what follows. */
const hostile =
  "\u001b]0;x\u0007\u001b[31m<script>alert(1)</script> & ]]> \"' | `x` [a](javascript:b) \u202e\ufffe\ud800 ![i](http://e) <!-- \n# h"

const { alipay, wechat } = BuiltIn.byName()

const scheme: Scheme = {
  ...alipay,
  scheme: "mine",
  title: hostile,
  claims: {
    ...alipay.claims,
    "payee-agreement": { asserted: "holds", because: hostile },
    "opaque-code": { asserted: "fails", because: hostile },
    collision: { atMost: 1e-6, asserted: "holds" }
  }
}

const asked = { scope: "quick", runs: 0, seed: 1, budget: null, compare: false, more: false } as const

const file = "my schemes/mine & co.json"

const provenance = Provenance.now(["mine.json", "wechat"], [], asked)

let report: AuditFile.AuditFile
let beside: Beside.Beside

beforeAll(async () => {
  const found = await Effect.runPromise(
    Audit.audit("0.1.0", {
      schemes: [scheme, wechat],
      claims: ["payee-agreement", "opaque-code", "offline-supply", "daily-sum", "collision", "guess-blind"],
      ...{ scope: "quick", runs: 0, seed: 1, compare: false, more: false },
      limits: Audit.Explorer.unlimited
    })
  )
  const fileOf = (name: string): string | null => (name === "mine" ? file : null)
  const remediesOf = AuditFile.remedies([scheme, wechat], fileOf)
  const whole = AuditFile.of(found, provenance, { fileOf, remediesOf })
  // One that nothing has decided.
  report = JSON.parse(JSON.stringify(whole), (_, value) =>
    value?.id === "offline-supply" && value.kind !== undefined
      ? { ...value, verdict: "not-run", assurance: null, reason: "a", counterexample: null, witness: null }
      : value
  )
  beside = { placeOf: (name) => (name === "mine" ? { line: 7, column: 3 } : undefined), baseline: undefined }
})

const print = (name: Formats.ReportFormatName, more: Partial<Beside.Beside> = {}): string =>
  Formats.reportFormats[name].print(report, ink({}), { ...beside, ...more })

/** What shows no harm: no control but the line feed, and nothing that is not seen. */
const unseen = /[^\n\P{Cc}]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\ufffe/u

/** The claims of a scheme that are not as asserted. */
const differing = (name: string): ReadonlyArray<string> =>
  report.schemes
    .find((entry) => entry.scheme === name)!
    .claims.filter(({ asserted, verdict }) => asserted !== verdict)
    .map(({ id }) => id)

it("the audit that they are forms of has everything that a report can say", () => {
  expect(differing("mine")).toEqual(
    ["offline-supply", "payee-agreement", "collision"].sort((a, b) => order(a) - order(b))
  )
  expect(differing("wechat")).toEqual(["offline-supply"])
  expect(report.schemes[1]!.exempt.map(({ id }) => id)).toEqual(["daily-sum"])
})

const order = (id: string): number => report.schemes[0]!.claims.findIndex((claim) => claim.id === id)

describe("text", () => {
  /** What it says of how a search checked itself, in one line, with other counts than were found. */
  const said = (compared: { readonly states: number; readonly joined: number; readonly excursions: number } | null) => {
    const [scheme] = report.schemes as readonly [AuditFile.AuditFile["schemes"][number]]
    const searches = scheme.searches
      .filter(({ complete }) => complete)
      .slice(0, 1)
      .map((search) => ({ ...search, compared }))
    const text = Report.text({ ...report, schemes: [{ ...scheme, searches }] }, ink({}), beside)
    const line = text.replaceAll(/\s+/g, " ")
    return line.slice(line.indexOf("all that the reductions leave"), line.indexOf(" reductions: "))
  }
  const compared = "of 1,234 joined states that were drawn each can break the same claims by its next action"
  const left = "5,678 short random runs from its states, with every action possible, broke no claim that was still open"

  it("says of each search what it compared, and nothing of what it did not", () => {
    expect(said({ states: 9999, joined: 1234, excursions: 5678 })).toMatch(
      new RegExp(`; ${compared}, time aside, as the one that stands for it; ${left} `)
    )
    expect(said({ states: 9999, joined: 1234, excursions: 0 })).toContain(compared)
    expect(said({ states: 9999, joined: 1234, excursions: 0 })).not.toContain("short random runs")
    expect(said(null)).not.toMatch(/joined|short random runs/)
  })
})

describe("JSON", () => {
  it("is what its published schema says, and is read again as it was", () => {
    const schema = JSON.parse(readFileSync(new URL("../../spec/schemas/audit.schema.json", import.meta.url), "utf8"))
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema)
    const written = JSON.parse(print("json"))
    expect([validate(written), validate.errors]).toEqual([true, null])
    expect(validate({ ...written, version: 1 })).toBe(false)
    expect(Result.getOrThrow(AuditFile.read(written))).toEqual(written)
  })

  it("that was kept, from before it told remedies, is read and is by its schema, and says as much of each claim", () => {
    const fixture = (name: string): unknown =>
      JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"))
    const kept = fixture("properties/report/fixtures/audit.version-2.json") as AuditFile.AuditFile
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(
      fixture("spec/schemas/audit.schema.json") as object
    )
    expect([validate(kept), validate.errors]).toEqual([true, null])
    const read = Result.getOrThrow(AuditFile.read(kept))
    expect(read.schemes[0]!.claims.map(({ remedies }) => remedies)).toEqual(kept.schemes[0]!.claims.map(() => []))
    expect(Changes.between(kept, read)).toEqual({ version: 1, circumstances: [], claims: [] })
    const again = Result.getOrThrow(AuditFile.read(JSON.parse(JSON.stringify(read))))
    expect(again).toEqual(read)
  })

  it("of the form before, which did not say its version, is read", () => {
    const { provenance: _, version: __, schemes, ...others } = report
    const before = {
      ...others,
      schemes: schemes.map(({ claims, file: _, ...entry }) => ({
        ...entry,
        claims: claims.map(({ again: _, remedies: __, ...claim }) => claim)
      }))
    }
    const read = Result.getOrThrow(AuditFile.read(before))
    expect(read).toMatchObject({ version: 2, provenance: null, ok: report.ok })
    expect(Changes.between(read, report).claims).toEqual([])
  })

  it.each([
    ["another version", { version: 9, paycode: "2.0.0" }, "version", "9"],
    ["no report", { scheme: "alipay" }, "", "JSON that is none"],
    ["a list", [], "", "JSON that is none"],
    ["nothing", null, "", "JSON that is none"]
  ])("of %s is refused in one sentence", (_what, input, path, found) => {
    expect(AuditFile.read(input)).toEqual(Result.fail([{ path, expected: expect.any(String), found }]))
  })
})

describe("JUnit", () => {
  const xsd = readFileSync(new URL("fixtures/junit.xsd", import.meta.url), "utf8")

  it("is XML of its schema, whatever a scheme says", async () => {
    const xml = print("junit")
    expect(xml).not.toMatch(unseen)
    const checked = await validateXML({ xml: { fileName: "a.xml", contents: xml }, schema: xsd })
    expect([checked.errors, checked.valid]).toEqual([[], true])
    const wrong = xml.replace('failures="', 'fails="')
    expect((await validateXML({ xml: { fileName: "a.xml", contents: wrong }, schema: xsd })).valid).toBe(false)
  })

  it("is read by others as the report has it: failures, errors and skipped claims", async () => {
    const read = (await parse(print("junit"))) as TestSuites
    expect(read).toMatchObject({ tests: 12, failures: 2, errors: 2, skipped: 1 })
    const cases = read.testsuite!.flatMap(({ name, testcase }) => testcase!.map((one) => ({ ...one, suite: name })))
    const having = (key: "failure" | "error" | "skipped"): ReadonlyArray<string> =>
      cases.filter((one) => one[key] !== undefined).map(({ name, suite }) => `${suite} ${name}`)
    expect(having("failure").toSorted()).toEqual(["mine collision", "mine payee-agreement"])
    expect(having("error").toSorted()).toEqual(["mine offline-supply", "wechat offline-supply"])
    expect(having("skipped")).toEqual(["wechat daily-sum"])
  })

  it("fails on nothing that is known from the baseline", async () => {
    const read = (await parse(print("junit", { baseline: report }))) as TestSuites
    expect(read).toMatchObject({ tests: 12, failures: 0, errors: 0, skipped: 5 })
  })
})

describe("SARIF", () => {
  const schemaFile = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(new URL(import.meta.resolve(schemaFile)), "utf8"))
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema)

  const log = (more: Partial<Beside.Beside> = {}): Log => JSON.parse(print("sarif", more))

  it("is what the schema of SARIF 2.1.0 says", () => {
    expect([validate(log()), validate.errors]).toEqual([true, null])
    expect(validate({ ...log(), version: "2.0.0" })).toBe(false)
  })

  it("has each claim that is not as asserted, at its line of the file; of a built-in scheme no file", () => {
    const results = log().runs[0]!.results!
    expect(results.map(({ ruleId }) => ruleId)).toEqual([...differing("mine"), ...differing("wechat")])
    const own = results.slice(0, differing("mine").length)
    for (const { locations } of own) {
      expect(locations![0]!.physicalLocation).toEqual({
        artifactLocation: { uri: "my%20schemes/mine%20%26%20co.json" },
        region: { startLine: 7, startColumn: 3 }
      })
    }
    expect(results.at(-1)!.locations![0]!.physicalLocation).toBeUndefined()
    const kinds = results.map(({ kind, level, ruleId }) => [ruleId, kind, level])
    expect(kinds).toContainEqual(["payee-agreement", "fail", "error"])
    expect(kinds).toContainEqual(["offline-supply", "open", "none"])
  })

  it("says what is new beside a baseline", () => {
    const known = { ...report, schemes: report.schemes.slice(1) }
    const states = log({ baseline: known }).runs[0]!.results!.map(({ baselineState }) => baselineState)
    expect(states).toEqual(["new", "new", "new", "unchanged"])
    expect(validate(log({ baseline: known }))).toBe(true)
  })

  it("is read by others", () => {
    const options = { owner: "a", repo: "b", branch: "c", sourceRoot: "" }
    const [page] = sarifToMarkdown(options)(log())
    expect(page).toMatchObject({ hasMessages: true })
    expect(page!.body).toContain("payee-agreement")
  })
})

describe("Markdown", () => {
  it("is a page in which a scheme can put no markup", () => {
    const page = print("markdown")
    expect(page).not.toMatch(unseen)
    const html = new MarkdownIt({ html: true, linkify: false }).render(page)
    const tags = new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag!.toLowerCase()))
    const ours = "h1 h2 h3 p ul ol li code pre strong table thead tbody tr th td"
    expect([...tags].filter((tag) => !ours.split(" ").includes(tag))).toEqual([])
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;")
  })

  it("tells of each claim that is not as asserted, and how to decide it again", () => {
    const page = print("markdown")
    for (const id of differing("mine")) expect(page).toContain(`### mine: ${id}\n`)
    expect(page).toContain(
      "paycode audit 'my schemes/mine & co.json' --claim payee-agreement --scope quick --runs 0 --seed 1"
    )
    expect(page).toMatch(/1\. A's phone|1\. /)
  })
})

it("every form for people says what would make a claim hold, with the command that shows it, and that nothing was searched", () => {
  const { remedies } = report.schemes[0]!.claims.find(({ id }) => id === "collision")!
  const [{ command }] = remedies as [Remedies.Remedy]
  expect(command).toMatch(
    /^paycode sweep 'my schemes\/mine & co\.json' --vary code\.otpDigits=6,[0-9,]+ --security collision$/
  )
  const says =
    /To make collision hold, change code\.otpDigits from 6 to \d+, and with it code\.digits from 18 to \d+; with code\.otpDigits \d+ it does not\./
  const help = (log: Log) => log.runs[0]!.tool.driver.rules!.flatMap(({ help, id }) => (help ? [[id, help.text]] : []))
  const [[id, text], ...others] = help(JSON.parse(print("sarif"))) as [[string, string]]
  expect([id, others]).toEqual(["collision", []])
  for (const told of [print("text").replace(/\s+/g, " "), print("markdown").replaceAll("\\", ""), text]) {
    expect(told).toMatch(says)
    expect(told).toContain(command)
    expect(told).toContain("What searches decide was not searched there")
  }
  // What fails as it is asserted to is told of where one scheme is audited, and of several no form says it.
  expect(print("text")).not.toContain("To make guess-blind hold")
})

it.each([60, 80, 200])("a matrix is as wide as a terminal of %d columns", (columns) => {
  const terminal = { isTTY: true, columns }
  const falls = claimIds.map((claim, steps) => ({ scheme: "alipay", claim, steps, scene: null, value: null }))
  const row = { clause: "VER-8", mutant: "not at all", falls, attack: null, backedUp: null } as const
  const matrix = { schemes: ["alipay"], scope: "quick", states: 1000, statesToEnd: 100, rows: [row] } as const
  const lines = fitted(Report.matrix(matrix, ink({}), widthOf(terminal)), terminal).split("\n")
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
  expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(Math.min(columns, 120) - 20)
})

describe("a baseline", () => {
  const having = (verdict: "holds" | "fails" | "not-run"): AuditFile.AuditFile => ({
    ...report,
    schemes: report.schemes.map((entry) => ({
      ...entry,
      claims: entry.claims.map((claim) => (claim.id === "payee-agreement" ? { ...claim, verdict } : claim))
    }))
  })

  it("of the same findings leaves nothing to fail", () => {
    expect([Audit.outcome(report), Changes.outcome(report, report)]).toEqual(["differs", "asserted"])
  })

  it("does not cover a claim that stood otherwise, that was as asserted, or that was not asked for", () => {
    expect(Changes.outcome(report, having("holds"))).toBe("differs")
    expect(Changes.outcome(report, having("not-run"))).toBe("differs")
    expect(Changes.outcome(report, { ...report, schemes: [] })).toBe("differs")
    expect(Changes.beside(report, having("holds")).fresh).toEqual(["payee-agreement (mine)"])
    expect(Changes.beside(having("holds"), report).gone).toEqual(["payee-agreement (mine)"])
  })
})

describe("what two reports differ in", () => {
  it("is nothing for one and itself", () => {
    expect(Changes.between(report, report)).toEqual({ version: 1, circumstances: [], claims: [] })
  })

  it("is told by claim, with what they were made of", () => {
    const [own, other] = report.schemes
    const claims = own!.claims.filter(({ id }) => id !== "collision")
    const changed = {
      ...own!,
      hash: "0".repeat(64),
      claims: claims.map((claim) => ({
        ...claim,
        asserted: claim.verdict === "fails" ? ("fails" as const) : ("holds" as const)
      }))
    }
    const changes = Changes.between(report, { ...report, schemes: [changed, other!] })
    expect(changes.circumstances).toEqual([
      { what: "the scheme mine", was: own!.hash.slice(0, 12), is: "000000000000" }
    ])
    expect(changes.claims.map(({ id, is }) => [id, is.verdict]).toSorted()).toEqual(
      [
        ["collision", "absent"],
        ["opaque-code", "fails"],
        ["payee-agreement", "fails"]
      ].filter(([id]) => id !== "opaque-code")
    )
    expect(Changes.text(changes, ink({}))).toMatch(/fails, asserted holds, 3 steps +fails, 3 steps/)
  })
})
