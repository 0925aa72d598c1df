/** The guides, step by step: what they say that a command prints is what it prints, and every flag has its line. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-guides-"))
afterAll(() => rmSync(folder, { recursive: true }))

const guide = (name: string): string => readFileSync(join(root, "docs", "guides", name), "utf8")

const paycode = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, "main.ts"), ...given], {
    cwd: folder,
    encoding: "utf8"
  })
  return { status, stderr, stdout }
}

/** The texts that a guide shows under a heading. */
const shown = (text: string, heading: string): ReadonlyArray<string> => {
  const section = text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? ""
  return [...section.matchAll(/^```text\n(.*?)^```$/gms)].map(([, block]) => block!)
}

/** The lines of a text that are not in what was printed; what a guide leaves out at the end of a line may be anything. */
const absent = (text: string, printed: string): ReadonlyArray<string> =>
  text
    .trimEnd()
    .split("\n")
    .filter((line) => {
      const [start = "", rest] = line.split("…")
      return rest === undefined ? !`\n${printed}`.includes(`\n${line}\n`) : !`\n${printed}`.includes(`\n${start}`)
    })

describe("the guide to schemes of one's own", () => {
  const text = guide("your-own-scheme.md")
  const file = join(folder, "mine.json")
  const change = (...pairs: ReadonlyArray<readonly [string, string]>): void => {
    let scheme = readFileSync(file, "utf8")
    for (const [from, to] of pairs) {
      expect(scheme.split(from)).toHaveLength(2)
      scheme = scheme.replace(from, to)
    }
    writeFileSync(file, scheme)
  }

  it("shows what an audit says of its scheme, from the contradiction to the verdicts", () => {
    writeFileSync(file, readFileSync(join(root, "spec", "schemes", "alipay.json"), "utf8"))
    change(['"scheme": "alipay"', '"scheme": "mine"'], ['"alias": "masked-index"', '"alias": "token"'])
    change(['"display": 60', '"display": 90'])
    const contradicting = paycode("audit", "mine.json")
    expect(contradicting).toEqual({ status: 2, stderr: shown(text, "Contradictions")[0], stdout: "" })

    change(['"past": 3', '"past": 4'])
    const unsourced = paycode("audit", "mine.json")
    expect(unsourced).toMatchObject({ status: 2, stdout: "" })
    expect(unsourced.stderr.split("\n")).toHaveLength(4)
    expect(absent(shown(text, "Sources")[0]!, unsourced.stderr)).toEqual([])

    const scheme = JSON.parse(readFileSync(file, "utf8")) as { sources: Record<string, string> }
    for (const path of ["code.alias", "window.past", "display"]) scheme.sources[path] = "Chosen: people need longer"
    writeFileSync(file, JSON.stringify(scheme))
    const claims = ["opaque-code", "leak-lifetime"].flatMap((id) => ["--claim", id])
    const audited = paycode("audit", "mine.json", "--scope", "quick", ...claims)
    expect(audited.status).toBe(1)
    const blocks = shown(text, "Verdicts")
    expect(blocks).toHaveLength(2)
    for (const block of blocks) expect(absent(block, audited.stdout)).toEqual([])

    const computed = paycode("audit", "mine.json", "--claim", "guess-targeted", "--claim", "collision")
    const [, hit] = /a guess hits one with ([0-9.e-]+),/.exec(text) ?? []
    expect(computed.stdout).toContain(`computed    ${hit} of at most`)
  })
})

it("the guide to audits has a line for every option", () => {
  const [, flags = ""] = /\nFLAGS\n(.*?)\n\n/s.exec(paycode("help", "audit").stdout) ?? []
  const names = [...flags.matchAll(/^ {2}(--[a-z]+)/gm)].map(([, name]) => name!)
  expect(names).toContain("--watch")
  const rows = guide("audit.md").matchAll(/^\| (`--[^|]*) \|/gm)
  const told = [...rows].flatMap(([, cell]) => [...cell!.matchAll(/--[a-z]+/g)].map(([name]) => name))
  expect(names.filter((name) => !told.includes(name))).toEqual([])
})
