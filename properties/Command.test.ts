/** The commands as their users meet them: real processes, with good input, bad input and none. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { claimIds } from "../spec/Claims.ts"
import type { Report } from "./Audit.ts"
import * as Audit from "./Audit.ts"

const main = fileURLToPath(new URL("../main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-"))
afterAll(() => rmSync(folder, { recursive: true }))

const paycode = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...given], { cwd: folder, encoding: "utf8" })
  return { status, stderr, stdout }
}

/** A scheme as JSON: fields and groups of fields. */
type Fields = Record<string, unknown>
type Groups = Record<string, Fields | undefined>

const alipay = (): Groups =>
  JSON.parse(readFileSync(new URL("../spec/schemes/alipay.json", import.meta.url), "utf8")) as Groups

/** A scheme file in the folder: alipay with a change. */
const schemeFile = (name: string, change: (scheme: Groups) => void): string => {
  const scheme = alipay()
  change(scheme)
  writeFileSync(join(folder, name), JSON.stringify(scheme))
  return name
}

describe("audit", () => {
  it("reports as the contract says, and writes the attacks", () => {
    const { status, stdout } = paycode(
      "audit",
      "wechat",
      "--scope",
      "quick",
      "--runs",
      "20",
      "--json",
      "--out",
      "found"
    )
    expect(status).toBe(0)
    const report = JSON.parse(stdout) as Report
    expect(Object.keys(report)).toEqual(["paycode", "ok", "seconds", "schemes", "comparisons"])
    const [scheme] = report.schemes
    expect(scheme).toMatchObject({ scheme: "wechat", scope: "quick", ok: true })
    const { claims, exempt } = scheme!
    const exempted = exempt.map(({ id }) => id)
    expect(exempted).toEqual(["daily-sum"])
    expect(claims.map(({ id }) => id)).toEqual(claimIds.filter((id) => !exempted.includes(id)))
    const failing = claims.filter(({ verdict }) => verdict === "fails").map(({ id }) => id)
    expect(failing).toEqual([
      "offline-supply",
      "reverse-tombstone",
      "agreement",
      "payee-agreement",
      "amount-agreement",
      "burn-denial",
      "leak-lifetime",
      "offline-step-up"
    ])
    for (const claim of claims) {
      expect(claim.asserted).toBe(claim.verdict)
      if (!Audit.isChecked(claim)) {
        expect(claim).toMatchObject({ assurance: "computed", verdict: "holds" })
        expect(claim.evidence.margin).toBeGreaterThanOrEqual(1)
        continue
      }
      expect(claim.assurance).toBe("exhaustive")
      // What should be possible and is not is shown by nothing but the search.
      const isAbsent = claim.kind === "sometimes" && claim.verdict === "fails"
      if (isAbsent) expect(claim.evidence.situations).toBe(0)
      else expect(claim.evidence.situations).toBeGreaterThan(0)
      expect(claim.counterexample === null).toBe(claim.verdict === "holds" || isAbsent)
      expect(claim.witness === null).toBe(claim.kind !== "sometimes" || isAbsent)
    }
    const told = claims.filter((claim) => claim.counterexample !== null || claim.witness !== null).map(({ id }) => id)
    const files = told.flatMap((id) => ["itf.json", "md", "svg"].map((kind) => `wechat-${id}.${kind}`))
    expect(readdirSync(join(folder, "found")).sort()).toEqual([...files, "audit.json"].sort())
  })

  it("computes a claim without a search, and tells value, bound and form", () => {
    const { status, stdout } = paycode("audit", "alipay", "--claim", "guess-blind")
    expect(status).toBe(0)
    expect(stdout).toContain("5.0012e-7 of at most 6e-7, 1.2 times as much; a day 5.0012e-4 of at most 0.001")
    expect(stdout).toContain("guess-blind = 1,000,000,000 / 10^10 / 1 x (1 - (1 - 2148/2147483648)^5)")
    expect(stdout).not.toContain("searched")
    const bold = schemeFile("guessed.json", (scheme) => {
      Object.assign(scheme.claims!, { "guess-blind": { atMost: 5e-7 } })
    })
    const json = paycode("audit", bold, "--claim", "guess-blind", "--json")
    expect(json.status).toBe(1)
    const [claim] = (JSON.parse(json.stdout) as Report).schemes[0]!.claims
    expect(claim).toMatchObject({
      id: "guess-blind",
      verdict: "fails",
      evidence: { bound: 5e-7, aDay: { bound: null } }
    })
  })

  it("ends with 1 where a verdict is not as asserted, and names the claim", () => {
    const file = schemeFile("bold.json", (scheme) => {
      delete scheme.claims!["opaque-code"]
    })
    const { status, stdout } = paycode("audit", file, "--claim", "opaque-code")
    expect(status).toBe(1)
    expect(stdout).toContain("ASSERTED holds")
    expect(stdout).toContain("sequenceDiagram")
  })

  it("holds two schemes side by side", () => {
    const file = schemeFile("open.json", (scheme) => {
      delete scheme.throttle!.perAliasDay
      Object.assign(scheme, { scheme: "open" })
    })
    const given = ["audit", "alipay", file, "--claim", "no-lockout", "--scope", "quick", "--runs", "0"]
    const { status, stdout } = paycode(...given)
    // The copy asserts still that the claim fails.
    expect(status).toBe(1)
    const text = stdout.slice(stdout.indexOf("alipay → open"))
    expect(text).toMatch(/^alipay → open\n1 claim stands otherwise/)
    expect(text).toContain("by throttle.perAliasDay: 20 → none")
    expect(text).toContain("VER-29: Wrong codes")
    expect(text).toMatch(/no longer possible: The adversary presents wrong codes/)
    const { comparisons } = JSON.parse(paycode(...given, "--json").stdout) as Report
    expect(comparisons).toMatchObject([
      { from: "alipay", to: "open", changes: [{ id: "no-lockout", from: "fails", to: "holds" }], undecided: [] }
    ])
  })

  it("says that nothing changes from a scheme to a copy of it", () => {
    const file = schemeFile("copy.json", () => {})
    const { status, stdout } = paycode(
      "audit",
      "alipay",
      file,
      "--claim",
      "no-lockout",
      "--scope",
      "quick",
      "--runs",
      "0"
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/alipay → alipay\nNothing changes/)
  })

  it("ends with 3 where the budget is too small, and keeps what it has", () => {
    const { status, stdout } = paycode(
      "audit",
      "alipay",
      "--claim",
      "idempotent-pay",
      "--budget",
      "1ms",
      "--runs",
      "0",
      "--json"
    )
    expect(status).toBe(3)
    const [claim] = (JSON.parse(stdout) as Report).schemes[0]!.claims.filter(Audit.isChecked)
    expect(claim).toMatchObject({ verdict: "not-run", assurance: null })
    expect(claim!.evidence.states).toBeGreaterThan(0)
  })

  it("counts a breach found before the budget ended", () => {
    const file = schemeFile("bolder.json", (scheme) => {
      delete scheme.claims!["payee-agreement"]
    })
    const given = ["--claim", "payee-agreement", "--claim", "idempotent-pay", "--budget", "1ms", "--runs", "0"]
    expect(paycode("audit", file, ...given).status).toBe(1)
  })
})

describe("bad input ends with 2, says what is wrong, and leaves stdout empty and nothing written", () => {
  const files = {
    unknown: schemeFile("unknown.json", (scheme) => Object.assign(scheme, { colour: "blue" })),
    missing: schemeFile("missing.json", (scheme) => {
      delete scheme.display
    }),
    range: schemeFile("range.json", (scheme) => Object.assign(scheme.window!, { past: -2 })),
    digits: schemeFile("digits.json", (scheme) => Object.assign(scheme.code!, { digits: 19 })),
    empty: schemeFile("empty.json", (scheme) => Object.assign(scheme, { window: { past: 0, future: 0 } })),
    drift: schemeFile("drift.json", (scheme) => Object.assign(scheme.clock!, { drift: 25 })),
    sum: schemeFile("sum.json", (scheme) => Object.assign(scheme.limit!, { daySum: 40000 })),
    because: schemeFile("because.json", (scheme) => Object.assign(scheme.claims!, { consent: { asserted: "fails" } }))
  }
  writeFileSync(join(folder, "broken.json"), '{ "scheme": ')

  it.each([
    ["no such file", ["audit", "nowhere.json"], /nowhere\.json: expected a scheme file.*\(alipay.*found no such file/],
    ["a folder", ["audit", "."], /^\.: expected a scheme file/],
    ["not JSON", ["audit", "broken.json"], /broken\.json: expected JSON/],
    ["an unknown field", ["audit", files.unknown], /unknown\.json: colour: expected no such field, found "blue"/],
    ["a missing field", ["audit", files.missing], /missing\.json: display: expected .*found nothing/],
    ["out of range", ["audit", files.range], /window\.past: expected a whole number of steps from 0 to 120 .*found -2/],
    ["digits that do not add up", ["audit", files.digits], /code\.digits: expected 18, for 2 of prefix.*found 19/],
    ["an empty window", ["audit", files.empty], /window: expected a window that is not empty/],
    ["a drift beyond the window", ["audit", files.drift], /clock\.drift: expected at most 20 seconds.*found 25/],
    [
      "a day's sum below a payment",
      ["audit", files.sum],
      /limit\.daySum: expected at least limit\.payment, 50000.*found 40000/
    ],
    ["a failure without a reason", ["audit", files.because], /claims\.consent/],
    [
      "an unknown claim",
      ["audit", "alipay", "--claim", "singel-use"],
      /--claim: .*found singel-use; the nearest is single-use/
    ],
    ["an unknown scope", ["audit", "alipay", "--scope", "huge"], /scope.*quick.*standard.*deep/s],
    [
      "a matrix of one claim",
      ["audit", "alipay", "--matrix", "--claim", "consent"],
      /--matrix: expected alone or with/
    ],
    ["a matrix in another scope", ["audit", "alipay", "--matrix", "--scope", "deep"], /--matrix: .*found --scope/],
    ["a negative number of runs", ["audit", "alipay", "--runs=-1"], /--runs: expected a whole number from 0/],
    ["a budget that is none", ["audit", "alipay", "--budget", "soon"], /--budget: expected a span of time/],
    ["an unknown flag", ["audit", "--colour"], /colour/],
    ["an unknown command", ["adit"], /adit/],
    ["no command", [], /expected a command: audit, explain, docs, serve, operator, wallet or till/],
    ["no such trace", ["explain", "nowhere.itf.json"], /nowhere\.itf\.json: expected a trace.*found no such file/],
    ["a scheme for a trace", ["explain", files.unknown], /unknown\.json: .*expected/]
  ])("%s", (_what, given, says) => {
    const before = readdirSync(folder).sort()
    const { status, stderr, stdout } = paycode(...given, ...(given[0] === "audit" ? ["--out", "nothing"] : []))
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(readdirSync(folder).sort()).toEqual(before)
    expect(existsSync(join(folder, "nothing"))).toBe(false)
  })
})

describe("explain", () => {
  const file = join(folder, "found", "wechat-payee-agreement.itf.json")

  it("tells a saved attack, and runs it again", () => {
    const { status, stdout } = paycode("explain", file, "--replay")
    expect(status).toBe(0)
    expect(stdout).toMatch(/A is\s+debited 1,000\.00\./)
    expect(stdout).toContain("sequenceDiagram")
    expect(stdout).toMatch(/Replayed 3 steps: every state is as recorded\. That breaks payee-agreement/)
  })

  it.each([
    [
      "a state is not the one its action leads to",
      (text: string) => text.replace('"burned": true', '"burned": false'),
      /burned: expected true, found false/
    ],
    [
      "an action cannot happen",
      (text: string) => text.replace('"_tag": "Capture"', '"_tag": "Wipe"'),
      /#meta\.action: expected an action that can happen/
    ],
    [
      "it breaks no claim",
      (text: string) => text.replace('"claim": "payee-agreement"', '"claim": "consent"'),
      /expected a breach of consent, found none/
    ],
    ["its end is missing", (text: string) => text.slice(0, -200), /expected JSON/]
  ])("refuses a trace where %s", (_what, damage, says) => {
    const damaged = damage(readFileSync(file, "utf8"))
    expect(damaged).not.toBe(readFileSync(file, "utf8"))
    writeFileSync(join(folder, "damaged.itf.json"), damaged)
    const { status, stderr, stdout } = paycode("explain", "damaged.itf.json")
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(says)
  })
})
