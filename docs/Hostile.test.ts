/**
 * A scheme file and a population file that would take over whatever they are written to go through every form of a result: in
 * none of them does their text move a cursor, turn what follows, end a script, an element or a block, or begin a formula.
 */
import { createRequire } from "node:module"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { decode } from "../model/Decode.ts"
import { Scheme } from "../model/Scheme.ts"
import * as Audit from "../properties/audit/Audit.ts"
import * as Plot from "../properties/plots/Plot.ts"
import { AuditFile, Beside, Formats, Provenance, Report } from "../properties/report/Reports.ts"
import { Axis, Sweep, SweepFile, Table } from "../properties/sweep/Sweeps.ts"
import { ink } from "../properties/Terminal.ts"
import { PopulationFile } from "../properties/usability/Usability.ts"
import { parameterPaths } from "../spec/Parameters.ts"
import { files } from "../spec/Schemes.ts"
import * as Documents from "./Documents.ts"
import type * as Page from "./Page.ts"
import { Parameters, Protocol, Schemes } from "./pages/Pages.ts"

/** What each kind of reader would take for more than text. */
const attacks = [
  "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\b",
  "\u202eevil\u2066\u200f\u2028\u2029\u0085\ufeff\u{e0041}",
  "\0\ud800\uffff",
  "</script><script>alert(1)</script><!--",
  "]]></text></svg><img src=x onerror=alert(1)>",
  "\n\n# Heading\n\n```\n| a | b |\n[link](javascript:alert(1)) ![x](http://127.0.0.1/x)\n---\n",
  "\n=cmd|' /C calc'!A0\n@SUM(1)\n-1+1",
  '\nend\n%%{init: {}}%%\nclick P1 href "javascript:alert(1)"\n; # note',
  "{a|b} \\u001b \"quoted\" 'single' &amp; <b> {@link x} `code` | \\"
]
const hostile = `=${attacks.join(" ")}`

const written = {
  ...files.alipay,
  scheme: "hostile",
  title: hostile,
  note: hostile,
  sources: Object.fromEntries(
    parameterPaths.filter((path) => path in files.alipay.sources).map((path) => [path, hostile])
  ),
  claims: Object.fromEntries(
    Object.entries(files.alipay.claims).map(([id, claim]) => [
      id,
      "because" in claim ? { ...claim, because: hostile } : claim
    ])
  )
}
const scheme = Result.getOrThrow(decode(Scheme, JSON.parse(JSON.stringify(written))))

const run = <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, NodeServices.layer))

const found = await Effect.runPromise(
  Audit.audit("test", {
    schemes: [scheme],
    claims: ["payee-agreement", "opaque-code", "guess-blind"],
    scope: "quick",
    runs: 0,
    seed: 1,
    limits: Audit.Explorer.unlimited,
    compare: false,
    more: false
  })
)

const asked = { scope: "quick", runs: 0, seed: 1, budget: null, compare: false, more: false } as const
const told = Provenance.now([hostile], [], asked)
const report = AuditFile.of(found, told, {
  fileOf: () => hostile,
  remediesOf: AuditFile.remedies([scheme], () => hostile)
})
const beside = { ...Beside.nothing, placeOf: () => ({ line: 1, column: 1 }) }

const population = { ...(await run(PopulationFile.load("typical"))), population: hostile, note: hostile }
const axes = ["code.otpDigits=5,6", "window.past=2,3"].map((text) => Result.getOrThrow(Axis.read(scheme, text)))
const { report: swept } = Sweep.sweep({
  version: "test",
  scheme,
  population,
  axes,
  further: [],
  measure: undefined
})

const keptSweep = SweepFile.of(swept, {
  file: hostile,
  populationHash: "",
  provenance: SweepFile.provenance(["paycode", "sweep", hostile, "--security", hostile], null)
})

/** Every file that a command writes of these, and what it prints, by a name that ends like that of the file. */
const texts: ReadonlyMap<string, string> = new Map([
  ...Formats.namedReportFormats.map(
    ([name, { print }]) => [`printed.${name}`, print(report, ink({}), beside)] as const
  ),
  ...Formats.filesOf(report, beside),
  ...report.schemes.flatMap(({ claims, scheme }) =>
    claims.flatMap((claim) => [...Formats.filesOfClaim(scheme, claim)])
  ),
  ["swept.text", Table.text(swept, ink({}), 80)],
  ["swept.csv", Table.csv({ ...swept, points: swept.points.map((point) => ({ ...point, because: [hostile] })) })],
  ["swept.json", Table.json(keptSweep)],
  ...Plot.plots(swept).map(({ name, svg }) => [`${name}.svg`, svg] as const)
])

const audited = { ...report.schemes[0]!, scheme }
const material = { scope: "quick", schemes: [audited], spec: "../../spec" } as unknown as Page.Material
const pages = [...Schemes.page(material), ...Parameters.page(material), ...Protocol.page(material)]

const all = [...texts, ...pages.map(({ path, text }) => [path, text] as const)]
const ending = (end: string): ReadonlyArray<readonly [string, string]> => all.filter(([name]) => name.endsWith(end))

// TypeDoc's own: pages are read by it, and by others alike. Elements that are written as such are taken for such.
const MarkdownIt = createRequire(createRequire(import.meta.url).resolve("typedoc"))("markdown-it") as new (options: {
  readonly html: boolean
}) => { readonly render: (text: string) => string }
const reader = new MarkdownIt({ html: true })

/** The elements that pages have where nobody is hostile. */
const ordinary = [
  "!",
  "a",
  "blockquote",
  "code",
  "details",
  "em",
  "h1",
  "h2",
  "h3",
  "img",
  "li",
  "ol",
  "p",
  "pre",
  "strong"
].concat(["summary", "table", "tbody", "td", "th", "thead", "tr", "ul"])

/** The characters that no output may have: controls but the end of a line, halves of pairs, and marks of direction. */
const unseen = (text: string): ReadonlyArray<string> =>
  Array.from(text).filter(
    (one) => one !== "\n" && one !== "\r" && /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(one)
  )

describe("a hostile scheme and a hostile population", () => {
  it("are in what is looked at, in every form", () => {
    const forms = new Set(all.map(([name]) => name.split(".").at(-1)))
    expect([...forms].sort()).toEqual(["csv", "json", "junit", "markdown", "md", "sarif", "svg", "text", "xml"])
    expect(all.filter(([, text]) => text.includes("owned")).length).toBeGreaterThan(5)
  })

  it("show what is unseen as escapes, in every form", () => {
    for (const [name, text] of all) {
      expect(unseen(text), name).toEqual([])
      // CSV ends its lines with both.
      if (!name.endsWith("csv")) expect(text.includes("\r"), name).toBe(false)
    }
  })

  it("are the same text in JSON, which ends no script", () => {
    for (const [name, text] of [...ending("json"), ...ending("sarif")]) {
      expect(JSON.stringify(JSON.parse(text)), name).toContain("owned")
      expect(text, name).not.toMatch(/<\/|<!|<script/i)
    }
  })

  it("open no element in XML", () => {
    for (const [name, text] of [...ending("xml"), ...ending("junit")]) {
      const elements = new Set([...text.matchAll(/<\/?([^\s/>]*)/g)].map(([, element]) => element))
      const known = ["?xml", "properties", "property", "system-out", "testcase", "testsuite", "testsuites"]
      expect([...elements].sort(), name).toEqual(known)
      expect(text.match(/&(?!(?:amp|lt|gt|quot|#39);)/g), name).toBeNull()
    }
  })

  it("open no element in a picture", () => {
    for (const [name, text] of ending("svg")) {
      const elements = [...text.matchAll(/<\/?([a-zA-Z!?][^\s/>]*)/g)].map(([, element]) => element)
      const known = [
        "svg",
        "style",
        "defs",
        "marker",
        "path",
        "line",
        "rect",
        "text",
        "g",
        "linearGradient",
        "polygon",
        "stop",
        "polyline",
        "![CDATA[",
        "circle",
        "clipPath",
        "tspan",
        "title"
      ]
      expect(
        [...new Set(elements)].filter((element) => !known.includes(element!) && element !== "!--"),
        name
      ).toEqual([])
      expect(text.match(/&(?!(?:amp|lt|gt|quot|#39|#x?[0-9a-f]+);)/gi), name).toBeNull()
    }
  })

  it("are nothing but text to the reader of Markdown that the site is built with", () => {
    for (const [name, text] of [...ending("md"), ...ending("markdown")]) {
      const html = reader.render(text)
      const elements = [...html.matchAll(/<([a-z!][a-z0-9]*)/gi)].map(([, element]) => element!)
      expect(
        [...new Set(elements)].filter((element) => !ordinary.includes(element)),
        name
      ).toEqual([])
      const targets = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target!)
      expect(
        targets.filter((target) => !/^(?:#|[\w./-]+(?:#[\w-]+)?$)/.test(target)),
        name
      ).toEqual([])
      expect(
        [...html.matchAll(/<h\d>([^<]*)/g)].filter(([, heading]) => heading === "Heading"),
        name
      ).toEqual([])
    }
  })

  it("are no formula in a table of cells", () => {
    for (const [name, text] of ending("csv")) {
      for (const line of text.split("\r\n")) expect(line, name).not.toMatch(/(?:^|,)"?[=@+]/)
      expect(text.split("\r\n").length, name).toBe(swept.points.length + 2)
    }
  })

  it("are one line of text each on a terminal and in a page's block", () => {
    const shown = Report.text(report, ink({}), beside)
    expect(shown.split("\n").filter((line) => line.startsWith("hostile: =")).length).toBe(1)
    expect(shown).not.toMatch(/^(?:# Heading|\[link|=cmd|click)/m)
    expect(Documents.withVerdicts("<!-- audit:begin -->\n<!-- audit:end -->", material)).not.toMatch(/^# Heading/m)
  })
})
