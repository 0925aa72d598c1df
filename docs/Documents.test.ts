/** The documents: the committed ones are those that the sources give, and what is not is told. */

import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import typescript from "typescript"
import { afterAll, describe, expect, it } from "vitest"
import * as SchemeFile from "../impl/SchemeFile.ts"
import { reasons } from "../model/Refusal.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Markdown from "../properties/Markdown.ts"
import { claimIds } from "../spec/Claims.ts"
import { clauseIds } from "../spec/Clauses.ts"
import { parameterPaths } from "../spec/Parameters.ts"
import { capabilityIds } from "../spec/Threats.ts"
import * as Documents from "./Documents.ts"
import * as Sources from "./Sources.ts"
import * as Verdicts from "./Verdicts.ts"

const run = <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, NodeServices.layer))

const schemes = (await run(Effect.forEach(SchemeFile.builtIn, SchemeFile.load))) as unknown as readonly [
  Scheme,
  ...ReadonlyArray<Scheme>
]
const sources = await run(Sources.hash)
const file = readFileSync(join(Sources.root, Verdicts.path), "utf8")
const written: unknown = JSON.parse(file)

/**
 * The verdicts on file, where they are of the sources as they are. Where they are not, `npm run docs -- --check` says so;
 * here nothing is said of them, nor of the pages that are made from them.
 */
const isCurrent = Verdicts.sourcesOf(written) === sources
const verdicts = isCurrent ? Result.getOrThrow(Verdicts.read(written)) : (undefined as unknown as Verdicts.Verdicts)

describe.skipIf(!isCurrent)("the verdicts on file", () => {
  it("are of every claim, and written as they are read", () => {
    for (const { claims, exempt } of verdicts.schemes) {
      const said = [...claims, ...exempt].map(({ id }) => id)
      expect(claimIds.filter((id) => said.filter((other) => other === id).length !== 1)).toEqual([])
    }
    expect(Verdicts.text(verdicts)).toBe(file)
  })

  it("are stale once a source, a scheme or the scope is another", async () => {
    const texts = await run(Sources.modules)
    expect(Object.keys(texts)).toEqual(expect.arrayContaining(["spec/Clauses.ts", "model/steps/Verification.ts"]))
    expect(Object.keys(texts)).toEqual(
      expect.arrayContaining(["properties/audit/ExplorerThread.ts", "properties/audit/Walk.ts"])
    )
    expect(Object.keys(texts)).not.toContain("properties/report/Report.ts")
    // What the table of mutants says of the implementation names it and does not reach it.
    expect(Object.keys(texts)).toContain("properties/mutants/Verification.ts")
    expect(Object.keys(texts).filter((path) => path.startsWith("impl/"))).toEqual([])
    const [scheme] = schemes
    const narrower = { ...scheme, display: scheme.display - 1 }
    const current = { ...verdicts, sources }
    expect(Verdicts.stale(current, schemes, sources)).toBeUndefined()
    expect(Verdicts.stale(current, schemes, "another")?.path).toBe("sources")
    expect(Verdicts.stale(current, [narrower], sources)?.path).toBe("schemes[0].hash")
    expect(Verdicts.stale(current, schemes, sources, "quick")?.path).toBe("scope")
  })

  it("are read in the form before this one, and are the same", () => {
    const { version, ...before } = JSON.parse(file.replaceAll('"mutant":', '"lapse":')) as { version: number }
    expect(version).toBe(2)
    // Traces have a version of their own, and are as they were.
    const named = JSON.parse(
      JSON.stringify(before).replaceAll(/"leftOut":\[[^\]]*\]/g, (all) => all.replaceAll("lapse", "mutant"))
    )
    expect(Verdicts.read(named)).toEqual(Result.succeed(verdicts))
  })

  it("are refused where an attack in them does not replay", () => {
    const input = JSON.parse(file) as {
      schemes: [{ claims: Array<{ counterexample: { states: Array<unknown> } | null }> }]
    }
    const attacked = input.schemes[0].claims.find(({ counterexample }) => counterexample !== null)
    expect(Result.isSuccess(Verdicts.read(input))).toBe(true)
    attacked!.counterexample!.states.splice(1, 1)
    expect(Result.isFailure(Verdicts.read(input))).toBe(true)
  })
})

describe("the fingerprint of a source", () => {
  const text = 'const a = (b: number): string => "is not " + b // one more\n'
  const said = (of: string): string => Sources.tokens(typescript, of).join(" ")

  it.each([
    ["another comment", text.replace("one more", "a number more")],
    ["a docstring", `/** Says what is not so. */\n${text}`],
    ["another layout", text.replace("=> ", "=>\n  ").replace("(b: number)", "(\n  b: number\n)")]
  ])("is the same with %s", (_what, other) => {
    expect(other).not.toBe(text)
    expect(said(other)).toBe(said(text))
  })

  it.each([
    ["another word of a text", text.replace("is not", "isn't")],
    ["a space in a text", text.replace("is not", "is  not")],
    ["another type", text.replace("number", "bigint")],
    ["what looks like a comment in a text", text.replace("is not", "// is not")]
  ])("is another with %s", (_what, other) => expect(said(other)).not.toBe(said(text)))
})

const pages = isCurrent ? Documents.generated(Documents.material(schemes, verdicts)) : []

describe.skipIf(!isCurrent)("the committed documents", () => {
  it("are those that the sources give, byte for byte", async () => {
    expect(await run(Documents.stale(schemes, verdicts))).toEqual([])
  })

  it("speak of every clause, claim, capability, refusal and parameter", () => {
    const headings = pages.flatMap(({ text }) => [...text.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading))
    const wanted = [...clauseIds, ...claimIds, ...capabilityIds, ...reasons, ...parameterPaths]
    expect(headings).toEqual(expect.arrayContaining(wanted))
  })
})

/** The links of a page that lead to no file, or to no heading of another page. */
const deadLinks = (path: string, text: string): ReadonlyArray<string> =>
  [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => {
      const [file, fragment] = target.split("#")
      const at = file === "" ? join(Sources.root, path) : join(Sources.root, dirname(path), file!)
      if (!existsSync(at)) return true
      if (fragment === undefined) return false
      const headings = [...readFileSync(at, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!)
      return !headings.map(Markdown.anchor).includes(fragment)
    })

describe("links", () => {
  it.each(pages.filter(({ path }) => path.endsWith(".md")).map(({ path, text }) => [path, text] as const))(
    "%s leads nowhere but to files and headings",
    (path, text) => expect(deadLinks(path, text)).toEqual([])
  )

  it("that are dead are told", () => {
    const text = "[one](Claims.md#consent), [another](Claims.md#content), ![a third](no.svg), [a last](#nowhere)"
    expect(deadLinks(`${Documents.folder}/README.md`, text)).toEqual(["Claims.md#content", "no.svg", "#nowhere"])
  })
})

describe("a sentence of the sources means itself on a page", () => {
  it.each([
    ["a * b_c_ [x] <y> {z} @w ~", "a \\* b_c\\_ \\[x\\] \\<y> \\{z\\} \\@w \\~"],
    ["`window.past` | less", "`window.past` | less"],
    ["1. first", "1\\. first"],
    ["# none", "\\# none"]
  ])("%s", (text, written) => expect(Markdown.sentence(text)).toBe(written))

  it("in a table, whatever is in it", () => {
    expect(Markdown.table(["a"], [["x | y"]])).toBe("| a |\n| --- |\n| x \\| y |")
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// The command, in a copy of the repository
// ---------------------------------------------------------------------------------------------------------------------

const copy = mkdtempSync(join(tmpdir(), "paycode-"))
afterAll(() => rmSync(copy, { recursive: true }))
for (const name of [
  "spec",
  "model",
  "impl",
  "properties",
  "library",
  "docs",
  "main.ts",
  "installed.ts",
  "Start.ts",
  "Program.ts",
  "OldNode.cjs",
  "NodeVersion.cjs",
  "package.json",
  "README.md",
  "README.zh.md"
]) {
  cpSync(join(Sources.root, name), join(copy, name), { recursive: true })
}
symlinkSync(join(Sources.root, "node_modules"), join(copy, "node_modules"))

const docs = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["main.ts", "docs", "--no-site", ...given], {
    cwd: copy,
    encoding: "utf8"
  })
  return { status, stderr, stdout }
}

const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(join(copy, path), change(readFileSync(join(copy, path), "utf8")))

describe.skipIf(!isCurrent)("paycode docs", () => {
  const page = `${Documents.folder}/Clauses.md`
  const stray = `${Documents.folder}/Stray.md`

  it("tells every file that is not as it should be, and mends them all; another comment makes no other source", () => {
    edit(page, (text) => `${text}And more.\n`)
    edit("README.md", (text) => text.replace("as asserted", "as hoped"))
    writeFileSync(join(copy, stray), "Not generated.\n")
    rmSync(join(copy, Documents.folder, "honest-payment.svg"))
    const { status, stderr, stdout } = docs("--check")
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => line.split(";")[0])
    ).toEqual(
      [
        "README.md: changed",
        `${page}: changed`,
        `${Documents.folder}/honest-payment.svg: missing`,
        `${stray}: superfluous`
      ].sort()
    )
    expect(existsSync(join(copy, stray))).toBe(true)
    expect(docs()).toMatchObject({ status: 0, stderr: "" })
    expect(existsSync(join(copy, stray))).toBe(false)
    edit("model/steps/Verification.ts", (text) => `${text}\n// Another comment.\n`)
    expect(docs("--check")).toMatchObject({ status: 0, stderr: "" })
  })

  it("refuses verdicts of other sources, and says what to do", () => {
    edit("model/steps/Verification.ts", (text) => `${text}\nexport const more = 1\n`)
    const { status, stderr, stdout } = docs()
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/^docs\/verdicts\.json: .*sources.*npm run docs -- --audit/)
  })

  it("says no more of verdicts whose attacks no longer replay than that they are of other sources", () => {
    const path = "model/system/System.ts"
    const before = readFileSync(join(copy, path), "utf8")
    edit(path, (text) => text.replace("leaked: 0", "leaked: 3"))
    expect(readFileSync(join(copy, path), "utf8")).not.toBe(before)
    const { status, stderr } = docs("--check")
    expect({ status, lines: stderr.trim().split("\n").length }).toEqual({ status: 1, lines: 1 })
    expect(stderr).toMatch(/^docs\/verdicts\.json: .*sources.*npm run docs -- --audit/)
    expect(docs()).toMatchObject({ status: 2, stderr: expect.stringMatching(/^docs\/verdicts\.json: .*sources/) })
    edit(path, () => before)
  })

  it("tells with them every other file that is not as it should be", () => {
    edit(page, (text) => `${text}And more.\n`)
    const { status, stderr, stdout } = docs("--check")
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    const lines = stderr.trim().split("\n")
    expect(lines.map((line) => line.split(":")[0])).toEqual([Verdicts.path, page])
    for (const line of lines) expect(line).toMatch(/run `npm run docs -- --audit`$/)
  })

  it("refuses verdicts that are missing or damaged", () => {
    edit(Verdicts.path, (text) => text.slice(0, -100))
    expect(docs()).toMatchObject({ status: 2, stderr: expect.stringMatching(/verdicts\.json:\d+:\d+: expected JSON/) })
    rmSync(join(copy, Verdicts.path))
    expect(docs()).toMatchObject({ status: 2, stderr: expect.stringMatching(/verdicts\.json: .*no such file/) })
  })
})
