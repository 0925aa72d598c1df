/** The commands as their users meet them: real processes, with good input, bad input and none. */
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { homedir, hostname, tmpdir, userInfo } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { afterAll, describe, expect, it } from "vitest"
import * as ExitCodes from "../../impl/ExitCodes.ts"
import { claimIds } from "../../spec/Claims.ts"
import { parameterPaths, partsOf } from "../../spec/Parameters.ts"
import { files } from "../../spec/Schemes.ts"
import { type Report, Verdict } from "../audit/Audit.ts"
import type { AuditFile } from "../report/Reports.ts"
import type { Remedies, Sweep, SweepFile } from "../sweep/Sweeps.ts"

/** The files that a report is written to. */
const reports = ["audit.json", "audit.junit.xml", "audit.md", "audit.sarif"]

const main = fileURLToPath(new URL("../../main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-"))
afterAll(() => rmSync(folder, { recursive: true }))

const paycode = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...given], { cwd: folder, encoding: "utf8" })
  return { status, stderr, stdout }
}

/** What is printed within a budget in which enough is done: on a machine that has much else to do, a larger one. */
const patiently = (within: (budget: string) => ReturnType<typeof paycode>, isEnough: (stdout: string) => boolean) => {
  let printed = within("5s")
  for (const budget of ["20s", "60s", "300s"]) if (!isEnough(printed.stdout)) printed = within(budget)
  return printed
}

/** A scheme as JSON: fields and groups of fields. */
type Fields = Record<string, unknown>
type Groups = Record<string, Fields | undefined>

const alipay = (): Groups => structuredClone(files.alipay) as unknown as Groups

/** What a scheme as JSON gives to a parameter. */
const given = (scheme: Groups, path: string): unknown => {
  const [group, key] = partsOf(path)
  return key === undefined ? scheme[group] : scheme[group]?.[key]
}

/** A scheme with a source for every value that is not alipay's, and none of what it has not. */
const sourced = (scheme: Groups): Groups => {
  for (const path of parameterPaths) {
    const value = given(scheme, path)
    if (value === undefined) delete scheme.sources![path]
    else if (JSON.stringify(value) !== JSON.stringify(given(alipay(), path)))
      scheme.sources![path] = "Chosen: for a test"
  }
  return scheme
}

/** A scheme file in the folder: alipay with a change, and with sources of what was changed. */
const schemeFile = (name: string, change: (scheme: Groups) => void): string => {
  const scheme = alipay()
  change(scheme)
  writeFileSync(join(folder, name), JSON.stringify(sourced(scheme)))
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
    expect(Object.keys(report)).toEqual([
      ...["version", "paycode", "provenance", "ok", "seconds", "schemes", "extent", "comparisons", "store"]
    ])
    const [scheme] = report.schemes
    expect(scheme).toMatchObject({ scheme: "wechat", scope: "quick", ok: true })
    const { claims, exempt } = scheme!
    const exempted = exempt.map(({ id }) => id)
    expect(exempted).toEqual(["daily-sum", "hidden-aliases"])
    expect(claims.map(({ id }) => id)).toEqual(claimIds.filter((id) => !exempted.includes(id)))
    const failing = claims.filter(({ verdict }) => verdict === "fails").map(({ id }) => id)
    expect(failing).toEqual([
      "offline-supply",
      "asked-for",
      "reverse-tombstone",
      "agreement",
      "payee-agreement",
      "amount-agreement",
      "no-lockout",
      "burn-denial",
      "leak-lifetime",
      "guess-blind",
      "guess-password",
      "unasked-loss",
      "offline-step-up"
    ])
    for (const claim of claims) {
      expect(claim.asserted).toBe(claim.verdict)
      if (!Verdict.isChecked(claim)) {
        expect(claim.assurance).toBe("computed")
        const { aYear, margin } = claim.evidence
        const isKept = margin! >= 1 && (aYear?.margin ?? 1) >= 1
        expect(claim.verdict).toBe(isKept ? "holds" : "fails")
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
    expect(readdirSync(join(folder, "found")).sort()).toEqual([...files, ...reports].sort())
  })
})

describe("audit of a claim", () => {
  it("computes a claim without a search, and tells value, bound and form", () => {
    const { status, stdout } = paycode("audit", "alipay", "--claim", "guess-blind")
    expect(status).toBe(0)
    expect(stdout).toContain("2.0004e-6 of at most 1e-6, margin 0.5; an account's year 8.0318e-6 of at most 1e-6")
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "guess-blind = 1,000,000,000 / 10^10 x (4 x (1 - (1 - 2148/2147483648)^5) x (1 - 5.0012e-6)^3)"
    )
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "guesses accepted on average at the scheme's scale: 22.005 a day, 8,031.8 a year; for one account: 2.2005e-8 a day, 8.0318e-6 a year"
    )
    expect(stdout).not.toContain("What was searched")
    const bold = schemeFile("guessed.json", (scheme) => {
      Object.assign(scheme.claims!, { "guess-blind": { atMost: 1e-6 } })
    })
    const json = paycode("audit", bold, "--claim", "guess-blind", "--json")
    expect(json.status).toBe(1)
    const [claim] = (JSON.parse(json.stdout) as Report).schemes[0]!.claims
    expect(claim).toMatchObject({
      id: "guess-blind",
      verdict: "fails",
      evidence: {
        bound: 1e-6,
        aDay: { bound: null },
        aYear: { bound: null },
        hits: { scale: { aDay: expect.any(Number) } }
      }
    })
  })

  it("ends with 1 where a verdict is not as asserted, and names the claim", () => {
    const file = schemeFile("bold-bound.json", (scheme) => {
      delete scheme.claims!["opaque-code"]
    })
    const { status, stdout } = paycode("audit", file, "--claim", "opaque-code")
    expect(status).toBe(1)
    expect(stdout).toContain("ASSERTED holds")
    expect(stdout).toContain("sequenceDiagram")
  })

  it("ends with 3 where the budget is too small, and keeps what it has", () => {
    const { status, stdout } = patiently(
      (budget) => paycode("audit", "hardened", "--claim", "consent", "--budget", budget, "--runs", "0", "--json"),
      (stdout) => (JSON.parse(stdout) as Report).schemes[0]!.claims.filter(Verdict.isChecked)[0]!.evidence.states > 0
    )
    expect(status).toBe(3)
    const [claim] = (JSON.parse(stdout) as Report).schemes[0]!.claims.filter(Verdict.isChecked)
    expect(claim).toMatchObject({ verdict: "not-run", assurance: null })
    expect(claim!.evidence.states).toBeGreaterThan(0)
  })

  it("counts a breach found before the budget ended", () => {
    const file = schemeFile("bolder.json", (scheme) => {
      delete scheme.claims!["payee-agreement"]
    })
    const claims = ["--claim", "payee-agreement", "--claim", "honest-payment"]
    const { status, stdout } = patiently(
      (budget) => paycode("audit", file, ...claims, "--budget", budget, "--runs", "0"),
      (stdout) => !/payee-agreement +not-run/.test(stdout)
    )
    expect(status).toBe(1)
    expect(stdout.trim().split("\n").at(-1)).toMatch(/not as asserted: payee-agreement, not all decided/)
  })

  it("begins no search once the budget is spent, and says so", () => {
    const given = ["--claim", "payee-agreement", "--claim", "guess-blind", "--budget", "1ms", "--scope", "quick"]
    const { status, stdout } = paycode("audit", "alipay", ...given)
    expect(status).toBe(3)
    expect(stdout).toMatch(/payee-agreement +not-run +undecided/)
    expect(stdout).toMatch(/guess-blind +fails/)
    expect(stdout).toMatch(/\d+ search(es were| was) not begun\./)
    expect(stdout).toMatch(/, not all decided; stopped: random runs/)
  })

  it.runIf(process.platform === "linux").each([
    ["an audit", ["audit", "alipay"]],
    ["a sweep", ["sweep", "alipay", "--vary", "display=30,60"]]
  ])("refuses at once a folder that cannot be made, for %s", (_what, args) => {
    const { status, stderr, stdout } = paycode(...args, "--out", "/proc/x")
    expect([status, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(/^--out: expected a folder that can be written to, found /)
  })

  it("says so where no claim that was asked for is about the scheme", () => {
    const { status, stdout } = paycode("audit", "wechat", "--claim", "daily-sum")
    expect(status).toBe(0)
    expect(stdout).toMatch(/\nNo claim that was asked for says anything of wechat \(/)
  })

  it("tells a bound that is just broken from one that is kept, and what is promised no longer", () => {
    const file = schemeFile("wider.json", (scheme) => {
      Object.assign(scheme, { scheme: "wider", display: 90 })
      Object.assign(scheme.window!, { past: 4 })
      Object.assign(scheme.claims!, { collision: { atMost: 2.2998e-5 } })
    })
    const { status, stdout } = paycode("audit", "alipay", file, "--claim", "collision")
    expect(status).toBe(1)
    expect(stdout).toMatch(/of at most 2\.2998e-5, margin 0\.9999/)
    expect(stdout).toMatch(/no longer promised: An honest payer's fresh code/)
    expect(stdout).not.toMatch(/newly promised/)
  })

  it("puts what it has broken to no random runs", () => {
    const { stdout } = paycode("audit", "alipay", "--claim", "payee-agreement", "--scope", "quick", "--json")
    const [claim] = (JSON.parse(stdout) as Report).schemes[0]!.claims
    expect(claim).toMatchObject({ verdict: "fails", evidence: { sampled: null } })
  })

  it("ends with 3 where random runs were left when the budget was spent", () => {
    const given = ["--claim", "opaque-code", "--scope", "quick", "--runs", "10000000", "--json"]
    const { status, stdout } = patiently(
      (budget) => paycode("audit", "wechat", ...given, "--budget", budget),
      (stdout) => (JSON.parse(stdout) as Report).schemes[0]!.claims[0]!.verdict !== "not-run"
    )
    expect(status).toBe(3)
    const report = JSON.parse(stdout) as Report
    expect(report.extent).toEqual({ comparisons: "not-asked", capabilities: "not-asked", runs: "stopped" })
    expect(report.schemes[0]!.claims[0]).toMatchObject({ verdict: "holds", evidence: { sampled: null } })
  })
})

/** An audit that is interrupted once something is so, by what it has printed; and then every so many milliseconds `again`. */
const interrupted = (given: ReadonlyArray<string>, isTime: (stdout: string) => boolean, again?: number) =>
  new Promise<{ readonly status: number | null; readonly stdout: string; readonly before: string }>((resolve) => {
    const child = spawn(process.execPath, [main, ...given], { cwd: folder })
    let stdout = ""
    let before = ""
    let watch = setInterval(() => {
      if (!isTime(stdout)) return
      clearInterval(watch)
      before = stdout
      child.kill("SIGINT")
      // A signal that comes before the last was taken is none.
      if (again !== undefined) watch = setInterval(() => child.kill("SIGINT"), again)
    }, 20)
    child.stdout.on("data", (part) => {
      stdout += part
    })
    child.on("close", (status) => {
      clearInterval(watch)
      resolve({ status, stdout, before })
    })
  })

/** Whether more than so many lines are printed. */
const hasLines =
  (lines: number) =>
  (stdout: string): boolean =>
    stdout.split("\n").length > lines

describe("an audit that is interrupted", () => {
  it("keeps what is decided, says what is not, and ends with 3", async () => {
    const { status, stdout } = await interrupted(["audit", "alipay", "--runs", "0"], hasLines(14))
    expect(status).toBe(3)
    expect(stdout).toMatch(/^ {2}guess-blind +fails +as asserted/m)
    expect(stdout).toMatch(/^ {2}\S+ +not-run +undecided/m)
    expect(stdout.trim().split("\n").at(-1)).toMatch(/not run; what was decided is as asserted, not all decided/)
  })

  it("ends with 1 where what is decided differs, and names it in the last line", async () => {
    const file = schemeFile("boldest.json", (scheme) => {
      Object.assign(scheme.claims!, { "guess-blind": { atMost: 5e-7 } })
    })
    const { status, stdout } = await interrupted(["audit", file, "--runs", "0"], hasLines(14))
    expect(status).toBe(1)
    expect(stdout.trim().split("\n").at(-1)).toContain("not as asserted: guess-blind")
  })

  it("has written the attacks that it has told by then", async () => {
    const live = join(folder, "live")
    const isThere = (): boolean => existsSync(join(live, "alipay-opaque-code.svg"))
    const { before, status } = await interrupted(["audit", "alipay", "--runs", "0", "--out", "live"], isThere)
    expect(status).toBe(3)
    expect(before).not.toContain("Of 49 claims")
    expect(JSON.parse(readFileSync(join(live, "audit.json"), "utf8"))).toMatchObject({ ok: false })
  })

  it("ends at once when it is interrupted again", async () => {
    const { status, stdout } = await interrupted(["audit", "hardened", "--runs", "0"], hasLines(14), 15)
    expect(status).toBe(130)
    expect(stdout).not.toContain("Of 48 claims")
  })

  it("prints one document as JSON", async () => {
    const isThere = (): boolean => existsSync(join(folder, "json", "alipay-opaque-code.svg"))
    const { status, stdout } = await interrupted(["audit", "alipay", "--json", "--out", "json"], isThere)
    expect(status).toBe(3)
    const report = JSON.parse(stdout) as Report
    expect(report.extent).toEqual({ comparisons: "not-asked", capabilities: "not-asked", runs: "stopped" })
    expect(report.schemes[0]!.claims.some(({ verdict }) => verdict === "not-run")).toBe(true)
  })
})

describe("audit of two schemes", () => {
  it("holds two schemes side by side", () => {
    const file = schemeFile("open.json", (scheme) => {
      delete scheme.throttle!.perAliasDay
      Object.assign(scheme, { scheme: "open" })
    })
    const given = ["audit", "alipay", file, "--claim", "lockout-bound", "--scope", "quick", "--runs", "0"]
    const { status, stdout } = paycode(...given, "--out", "beside")
    // The copy asserts still that the claim fails.
    expect(status).toBe(1)
    const text = stdout.slice(stdout.indexOf("alipay → open"))
    expect(text).toMatch(/^alipay → open\n1 claim stands otherwise/)
    expect(text).toContain("by throttle.perAliasDay: 20 → none")
    expect(text).toContain("VER-29: Wrong codes")
    expect(text).toMatch(/no longer possible: The adversary presents wrong codes/)
    const { comparisons } = JSON.parse(readFileSync(join(folder, "beside", "audit.json"), "utf8")) as Report
    expect(comparisons).toMatchObject([
      { from: "alipay", to: "open", changes: [{ id: "lockout-bound", from: "fails", to: "holds" }], undecided: [] }
    ])
  })

  it("tells of a scheme of which no claim says anything, and of the next", () => {
    const { status, stdout } = paycode(
      "audit",
      "wechat",
      "alipay",
      "--claim",
      "daily-sum",
      "--scope",
      "quick",
      "--runs",
      "0"
    )
    expect(status).toBe(0)
    expect(stdout).toContain("wechat: WeChat")
    expect(stdout).toContain("Says nothing of this scheme: daily-sum")
    expect(stdout).toMatch(/^ {2}daily-sum +holds +as asserted/m)
  })

  it("ends with 3 where the comparison was not made to the end, and says so", () => {
    const given = ["--claim", "guess-targeted", "--budget", "1ms", "--json"]
    const json = paycode("audit", "alipay", "wechat", ...given)
    expect(json.status).toBe(3)
    expect((JSON.parse(json.stdout) as Report).extent).toEqual({
      comparisons: "stopped",
      capabilities: "not-asked",
      runs: "made"
    })
    const text = paycode("audit", "alipay", "wechat", ...given.slice(0, -1))
    expect(text.stdout.trim().split("\n").at(-1)).toMatch(/all as asserted; stopped: comparisons/)
  })

  it("says that nothing changes from a scheme to a copy of it", () => {
    const file = schemeFile("copy.json", (scheme) => Object.assign(scheme, { scheme: "copy" }))
    const { status, stdout } = paycode(
      "audit",
      "alipay",
      file,
      "--claim",
      "lockout-bound",
      "--scope",
      "quick",
      "--runs",
      "0"
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/alipay → copy\nNothing changes/)
  })
})

/** Files that are not as they should be. */
const damaged = {
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

/** A scheme file in the folder: the text of alipay with another in the place of its first `"step": 30`. */
const textFile = (name: string, step: string): string => {
  const text = JSON.stringify(alipay())
  expect(text).toContain('"step":30')
  writeFileSync(join(folder, name), text.replace('"step":30', step))
  return name
}
const huge = textFile("huge.json", '"step":1e400')
const twice = textFile("twice.json", '"step":30,"step":60')
const numbered = schemeFile("numbered.json", (scheme) => Object.assign(scheme, { $schema: 7 }))
const plain = schemeFile("plain.json", () => {})

/** A scheme file in the folder, laid out with a line for each value, and with no other sources than alipay's. */
const laidOut = (name: string, change: (scheme: Groups) => void): string => {
  const scheme = alipay()
  change(scheme)
  writeFileSync(join(folder, name), JSON.stringify(scheme, null, 2))
  return name
}

const misspelt = laidOut("misspelt.json", (scheme) => {
  scheme.window = { pst: 3, future: 1 }
})
const unsourced = laidOut("unsourced.json", (scheme) => {
  Object.assign(scheme, { display: 59 })
  Object.assign(scheme.limit!, { dayCount: 5 })
})
const stray = laidOut("stray.json", (scheme) => {
  delete scheme.limit!.daySum
})
writeFileSync(join(folder, "large.json"), " ".repeat(100 * 2 ** 20))
writeFileSync(join(folder, "deep.json"), "[".repeat(10_000))
writeFileSync(join(folder, "null.json"), "{\0}")

/** What is wrong with a command line, the command line, and what is said of it. */
type Mistake = readonly [what: string, given: ReadonlyArray<string>, says: RegExp]

const quickly = ["--claim", "guess-blind", "--claim", "payee-agreement", "--scope", "quick", "--runs", "0"]

describe("an audit beside another", () => {
  const bold = schemeFile("bold.json", (scheme) => {
    Object.assign(scheme, { scheme: "bold" })
    Object.assign(scheme.claims!, { "payee-agreement": { asserted: "holds" } })
  })
  const saved = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return name
  }

  it("fails only on what is new beside a baseline, and says what is known", () => {
    const first = paycode("audit", bold, ...quickly, "--json")
    expect(first.status).toBe(1)
    const again = paycode("audit", bold, ...quickly, "--baseline", saved("bold.audit.json", first.stdout))
    expect(again.status).toBe(0)
    expect(again.stdout.replace(/\s+/g, " ")).toContain("new: none; known: payee-agreement (bold).")
    const other = { ...JSON.parse(first.stdout), schemes: [] }
    const fresh = paycode("audit", bold, ...quickly, "--baseline", saved("none.audit.json", JSON.stringify(other)))
    expect(fresh.status).toBe(1)
    expect(fresh.stdout.replace(/\s+/g, " ")).toContain("new: payee-agreement (bold); known: none.")
  })

  it("says where it comes from, and no person, machine or absolute path", () => {
    const { stdout } = paycode("audit", join(folder, bold), ...quickly, "--json")
    const { provenance, schemes } = JSON.parse(stdout) as AuditFile.AuditFile
    expect(provenance).toMatchObject({ scope: "quick", runs: 0, seed: 1, budget: null })
    expect(provenance!.command).toMatch(
      /^paycode audit bold\.json --claim guess-blind --claim payee-agreement --scope quick/
    )
    expect(schemes[0]!.claims[0]!.again).toMatch(
      /^paycode audit bold\.json --claim payee-agreement --scope quick --runs 0/
    )
    for (const private_ of [folder, tmpdir(), hostname(), userInfo().username, homedir()]) {
      expect(JSON.stringify([provenance, schemes[0]!.file])).not.toContain(private_)
    }
    const again = paycode(...schemes[0]!.claims[1]!.again!.split(" ").slice(1), "--json")
    const [claim] = (JSON.parse(again.stdout) as AuditFile.AuditFile).schemes[0]!.claims
    expect(claim).toMatchObject({ id: "guess-blind", verdict: "fails" })
  })

  it("has the command that shows what would make a claim hold, and that command shows it", () => {
    const { stdout } = paycode("audit", bold, "--claim", "guess-blind", "--json")
    const [entry] = (JSON.parse(stdout) as AuditFile.AuditFile).schemes
    const [{ command, moves }] = entry!.claims[0]!.remedies as [Remedies.Remedy]
    const shown = JSON.parse(paycode(...command.split(" ").slice(1), "--json").stdout) as Sweep.Report
    const holding = shown.points.filter(({ computed }) => computed!["guess-blind"]!.holds)
    expect(holding.map(({ values }) => values)).toEqual([Object.fromEntries(moves.map(({ path, to }) => [path, to]))])
    expect(shown.points.filter(({ own }) => own)).toHaveLength(1)
  })

  it.skipIf(spawnSync("script", ["--version"]).status !== 0).each([60, 80, 200])(
    "is as wide as a terminal of %d columns, as sweeps and what differs are",
    (columns) => {
      const computed = ["--claim", "guess-blind", "--claim", "guess-targeted"]
      const older = saved("older.json", paycode("audit", "alipay", ...computed, "--json").stdout)
      const newer = saved("wechat.audit.json", paycode("audit", "wechat", ...computed, "--json").stdout)
      const sweep = ["sweep", "alipay", "--vary", "window.past=2..4", "--vary", "code.otpDigits=6,8"]
      for (const words of [["audit", "alipay", ...computed], ["diff", older, newer], sweep]) {
        const command = [process.execPath, main, ...words].map((word) => `'${word}'`).join(" ")
        const terminal = ["-qec", `stty cols ${columns} rows 40; ${command}`, "/dev/null"]
        const { stdout } = spawnSync("script", terminal, { cwd: folder, encoding: "utf8" })
        // What is rewritten in place is how far the work is.
        const lines = stripVTControlCharacters(stdout)
          .split(/\r?\n/)
          .map((line) => line.split("\r").at(-1)!)
        expect(lines.length).toBeGreaterThan(4)
        // A command is not broken where it has no space; nothing else is as long.
        const long = lines.filter((line) => line.length > columns && / .* /.test(line.trim()))
        expect(long).toEqual([])
        expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(Math.min(columns / 2, 60))
      }
    }
  )

  it("is told by claim with diff, which ends with 1 where a claim is otherwise", () => {
    const one = saved("one.json", paycode("audit", "alipay", ...quickly, "--json").stdout)
    const two = saved(
      "two.json",
      paycode("audit", "alipay", "--claim", "payee-agreement", ...quickly.slice(4), "--json").stdout
    )
    expect(paycode("diff", one, one)).toEqual({ status: 0, stderr: "", stdout: "No claim stands otherwise.\n" })
    const { status, stdout } = paycode("diff", one, two)
    expect(status).toBe(1)
    expect(stdout).toMatch(/^ {2}alipay {2}guess-blind {2}fails, \S+ {2}not in the report$/m)
    expect(JSON.parse(paycode("diff", one, two, "--json").stdout)).toMatchObject({
      version: 1,
      claims: [{ scheme: "alipay", id: "guess-blind", is: { verdict: "absent" } }]
    })
  })
})

describe("init", () => {
  const edits = [
    "--set",
    "display=90",
    "--set",
    "window.past=4",
    "--set",
    "limit.dayCount=5",
    "--set",
    "limit.daySum=none"
  ]
  const sources = ["display", "window.past", "limit.dayCount"].flatMap((path) => ["--source", `${path}=Chosen: a`])

  it("writes a file that audit reads, with what differs, what follows, and a source of each", () => {
    const { status, stdout } = paycode("init", "--name", "made", ...edits, ...sources)
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^made\.json was written\. It differs from alipay in window\.past: 3 → 4, display: 60 → 90, /
    )
    const made = JSON.parse(readFileSync(join(folder, "made.json"), "utf8"))
    expect(made).toMatchObject({ scheme: "made", display: 90, limit: { dayCount: 5 }, leak: { seconds: 172 } })
    expect(made.sources).toMatchObject({ display: "Chosen: a", "leak.seconds": expect.stringMatching(/^Computed: /) })
    expect(Object.keys(made.sources)).not.toContain("limit.daySum")
    expect(paycode("audit", "made.json", "--claim", "guess-blind").status).toBe(0)
    const again = paycode("init", "--name", "made")
    expect(again).toEqual({
      status: 2,
      stdout: "",
      stderr: "made.json: expected a file that is not there yet, found one\n"
    })
  })

  it("asks what differs, until it fits together", () => {
    const answers = [
      "asked",
      "A title",
      "display=90",
      "Chosen: a",
      "",
      "windw.past=4",
      "window.past=4",
      "Chosen: b",
      ""
    ]
    const { status, stderr } = spawnSync(process.execPath, [main, "init"], {
      cwd: folder,
      encoding: "utf8",
      input: `${answers.join("\n")}\n`
    })
    expect(status).toBe(0)
    expect(stderr).toContain("clock.drift: expected at most 0 seconds")
    expect(stderr).toContain("found windw.past; the nearest is window.past")
    const made = JSON.parse(readFileSync(join(folder, "asked.json"), "utf8"))
    expect(made).toMatchObject({ scheme: "asked", title: "A title", display: 90, window: { past: 4, future: 1 } })
  })
})

describe("paycode.config.json", () => {
  const at = join(folder, "configured")
  mkdirSync(at)
  const configured = (config: unknown, ...given: ReadonlyArray<string>) => {
    writeFileSync(join(at, "paycode.config.json"), JSON.stringify(config))
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...given], { cwd: at, encoding: "utf8" })
    return { status, stderr, stdout }
  }
  const audit = { scope: "quick", runs: 0, seed: 7 }

  it("says what is the same in every audit, and flags outweigh it", () => {
    const { status, stdout } = configured(
      { audit },
      "audit",
      "alipay",
      "--claim",
      "guess-blind",
      "--seed",
      "8",
      "--json"
    )
    expect(status).toBe(0)
    expect((JSON.parse(stdout) as AuditFile.AuditFile).provenance).toMatchObject({ ...audit, seed: 8 })
  })

  it.each([
    [
      "an unknown field",
      { audit: { scop: "quick" } },
      /^paycode\.config\.json: audit\.scop: expected no such field, found "quick"\n$/
    ],
    [
      "a span of time that is none",
      { audit: { budget: "soon" } },
      /^paycode\.config\.json: audit\.budget: expected a span of time/
    ],
    ["runs below zero", { audit: { runs: -1 } }, /^paycode\.config\.json: audit\.runs: expected a whole number from 0/]
  ])("is refused with %s", (_what, config, says) => {
    const { status, stderr, stdout } = configured(config, "audit", "alipay")
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(says)
  })
})

it("--watch audits a file again when it is saved, goes on where it cannot be read, and ends with Ctrl-C", async () => {
  const file = schemeFile("watched.json", () => {})
  const child = spawn(process.execPath, [main, "audit", file, "--claim", "guess-blind", "--watch"], { cwd: folder })
  let [stdout, stderr] = ["", ""]
  child.stdout.on("data", (part) => {
    stdout += part
  })
  child.stderr.on("data", (part) => {
    stderr += part
  })
  const waits = (times: number): boolean => stderr.split("Waiting for watched.json").length > times
  await expect.poll(() => waits(1)).toBe(true)
  expect(stdout).toContain("Of 1 claim")
  // In one step, as editors do it: what is seen half written is audited, and again when all of it is there.
  const save = (name: string): void => renameSync(join(folder, name), join(folder, file))
  writeFileSync(join(folder, "watched-broken.json"), "{")
  save("watched-broken.json")
  await expect.poll(() => waits(2)).toBe(true)
  expect(stderr).toContain("watched.json:1:2: expected JSON")
  const before = stdout.length
  save(schemeFile("watched-again.json", (scheme) => Object.assign(scheme, { title: "Saved again" })))
  await expect.poll(() => waits(3)).toBe(true)
  expect(stdout.slice(before)).toContain("Saved again")
  child.kill("SIGINT")
  // Nothing is under way that could be kept.
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130)
})

/** Scheme files that an audit refuses. */
const wrongFiles: ReadonlyArray<Mistake> = [
  [
    "an unknown field",
    ["audit", damaged.unknown],
    /^unknown\.json:1:\d+: colour: expected no such field, found "blue"\n$/
  ],
  ["a missing field", ["audit", damaged.missing], /^missing\.json:1:1: display: expected .*found nothing/],
  ["out of range", ["audit", damaged.range], /window\.past: expected a whole number of steps from 0 to 120 .*found -2/],
  ["digits that do not add up", ["audit", damaged.digits], /code\.digits: expected 18, for 2 of prefix.*found 19/],
  ["an empty window", ["audit", damaged.empty], /window: expected a window that is not empty/],
  ["a drift beyond the window", ["audit", damaged.drift], /clock\.drift: expected at most 20 seconds.*found 25/],
  [
    "a day's sum below a payment",
    ["audit", damaged.sum],
    /limit\.daySum: expected at least limit\.payment, 50000.*found 40000/
  ],
  [
    "a number that no double holds",
    ["audit", huge],
    /^huge\.json:1:\d+: clock\.step: expected a number that is not beyond 1\.8e308, found 1e400\n$/
  ],
  [
    "a key twice",
    ["audit", twice],
    /^twice\.json:1:\d+: clock\.step: expected the key once, found it several times\n$/
  ],
  [
    "an address of a schema that is none",
    ["audit", numbered],
    /^numbered\.json:1:\d+: \$schema: expected no such field, found 7\n$/
  ],
  ["a failure without a reason", ["audit", damaged.because], /claims\.consent/],
  [
    "a field whose name is near another",
    ["audit", misspelt],
    /^misspelt\.json:\d+:5: window\.pst: expected no such field \(the nearest is window\.past\), found 3\n/
  ],
  [
    "a value that was changed under its old source, and one without a source",
    ["audit", unsourced],
    new RegExp(
      '^unsourced\\.json:\\d+:5: sources\\.display: expected where 59 comes from: a public document, or "Chosen:" and why; this is ' +
        'the source of 60 of alipay, found ".*\nunsourced\\.json:\\d+:3: sources\\.limit\\.dayCount: expected where 5 of limit.dayCount .*\n$'
    )
  ],
  [
    "the source of what is not there",
    ["audit", stray],
    /^stray\.json:\d+:5: sources\.limit\.daySum: expected no source, for the file has no limit\.daySum, found "People's.*\n$/
  ],
  [
    "a file of 100 MB",
    ["audit", "large.json"],
    /^large\.json: expected a scheme file, .*, found 100 MiB, and at most 1\.00 MiB are read\n$/
  ],
  [
    "a file nested 10,000 deep",
    ["audit", "deep.json"],
    /^deep\.json:1:101: expected JSON that is nested at most 100 deep, found more here\n$/
  ],
  [
    "a null byte",
    ["audit", "null.json"],
    /^null\.json:1:2: expected JSON, and here a key in quotes or \}, found a null byte\n$/
  ],
  ["a device", ["audit", "/dev/zero"], /^\/dev\/zero: expected a scheme file, .*, found a device\n$/]
]

/** What is said of a budget that is not above zero. */
const aboveZero = (found: string): RegExp =>
  new RegExp(`^--budget: expected a span of time above zero such as 60s or 10m, found ${found}\n$`)

/** Command lines of audits. */
const wrongAudits: ReadonlyArray<Mistake> = [
  ["no such file", ["audit", "nowhere.json"], /nowhere\.json: expected a scheme file.*\(alipay.*found no such file/],
  ["a folder", ["audit", "."], /^\.: expected a scheme file, .*, found a directory\n$/],
  [
    "not JSON",
    ["audit", "broken.json"],
    /^broken\.json:1:13: expected JSON, and here a value, found the end of the file\n$/
  ],
  [
    "an unknown claim",
    ["audit", "alipay", "--claim", "singel-use"],
    /^--claim: expected the id of a claim, found singel-use; the nearest is single-use\n$/
  ],
  [
    "a claim that is like none",
    ["audit", "alipay", "--claim", "nosuch"],
    /^--claim: expected the id of a claim, found nosuch; docs\/protocol\/Claims\.md of a clone lists them\n$/
  ],
  [
    "a claim without an id",
    ["audit", "alipay", "--claim", ""],
    /^--claim: expected the id of a claim, found nothing; docs\/protocol\/Claims\.md of a clone lists them\n$/
  ],
  [
    "a file to watch in a folder that there is not",
    ["audit", join("nowhere", "mine.json"), "--watch"],
    /\n--watch: expected a folder that can be watched, found .*nowhere.*\n$/
  ],
  ["an unknown scope", ["audit", "alipay", "--scope", "huge"], /scope.*quick.*standard.*deep/s],
  ["a matrix of one claim", ["audit", "alipay", "--matrix", "--claim", "consent"], /--matrix: expected alone or with/],
  ["a matrix in another scope", ["audit", "alipay", "--matrix", "--scope", "deep"], /--matrix: .*found --scope/],
  ["a negative number of runs", ["audit", "alipay", "--runs=-1"], /--runs: expected a whole number from 0/],
  ["help of what is no command", ["help", "nosuch"], /Unknown subcommand "nosuch"/],
  ["a budget of no time", ["audit", "alipay", "--budget", "0s"], aboveZero("0s")],
  ["a budget below zero", ["audit", "alipay", "--budget", "-5s"], aboveZero("-5s")],
  ["a budget below zero, in one word", ["audit", "alipay", "--budget=-5s"], aboveZero("-5s")],
  ["a budget that is none", ["audit", "alipay", "--budget", "soon"], /--budget: expected a span of time/],
  ["an unknown flag", ["audit", "--colour"], /colour/],
  ["an unknown command", ["adit"], /adit/],
  [
    "two schemes of one name",
    ["audit", "alipay", "plain.json"],
    /^SCHEME: expected schemes of different names, found several of the name alipay\n$/
  ],
  [
    "no command",
    [],
    /expected a command: audit, certificate, evidence, diff, explain, init, sweep, docs, serve, operator, wallet or till/
  ]
]

/** Command lines of sweeps. */
const wrongSweeps: ReadonlyArray<Mistake> = [
  [
    "a sweep of no such scheme",
    ["sweep", "alipai", "--vary", "display=60"],
    /^alipai: expected a scheme file.*no such/
  ],
  ["a sweep of nothing", ["sweep", "alipay"], /^--vary: expected a parameter and its values.*found nothing/],
  [
    "a sweep of what is no parameter",
    ["sweep", "alipay", "--vary", "windw.past=0..3", "--vary", "code.mac=1"],
    /^--vary: .*found windw\.past; the nearest is window\.past\n--vary: code\.mac: expected a numeric parameter/
  ],
  [
    "a sweep of what a scheme has not",
    ["sweep", "alipay", "--vary", "token.batch=5..9"],
    /^--vary: token\.batch: expected a parameter that alipay has/
  ],
  ["a sweep of what follows", ["sweep", "alipay", "--vary", "code.digits=18..20"], /^--vary: code\.digits: .*follows/],
  ["an empty range", ["sweep", "alipay", "--vary", "display=60..30"], /^--vary: display: .*60\.\.30, which is empty/],
  ["a malformed range", ["sweep", "alipay", "--vary", "display=30-60"], /^--vary: display: expected FROM\.\.TO.*30-60/],
  [
    "a range beyond what is allowed",
    ["sweep", "alipay", "--vary", "code.otpDigits=0..9"],
    /^--vary: code\.otpDigits: expected whole numbers of digits from 4 to 30, found 0\.\.9/
  ],
  [
    "a parameter twice",
    ["sweep", "alipay", "--vary", "display=30", "--vary", "display=40"],
    /^--vary: display: expected once, found several times/
  ],
  [
    "too many points",
    ["sweep", "alipay", "--vary", "limit.payment=1..50000", "--vary", "display=30..60"],
    /^--budget-points: expected at most 100,000 points, found 1,550,000/
  ],
  [
    "too many points for a smaller budget",
    ["sweep", "alipay", "--vary", "display=30..60", "--budget-points", "30"],
    /^--budget-points: expected at most 30 points, found 31/
  ],
  [
    "a budget of nothing",
    ["sweep", "alipay", "--vary", "display=30", "--budget-points", "0"],
    /^--budget-points: .*from 1/
  ],
  [
    "no such population",
    ["sweep", "alipay", "--vary", "display=30", "--population", "everybody"],
    /^everybody: expected a population file, or the name of a built-in population \(typical\), found no such file/
  ],
  [
    "a scheme for a population",
    ["sweep", "alipay", "--vary", "display=30", "--population", damaged.digits],
    /^digits\.json: expected a population file, .*, found a scheme; `paycode audit digits\.json` decides its claims\n$/
  ],
  [
    "no such measure",
    ["sweep", "alipay", "--vary", "display=30", "--security", "guess-targetted"],
    /^--security: .*found guess-targetted; the nearest is guess-targeted/
  ],
  [
    "a point to check of what is not varied",
    ["sweep", "alipay", "--vary", "display=30", "--check", "window.past=3"],
    /^--check: window\.past: expected one of the varied parameters, display/
  ],
  [
    "a contradictory point to check",
    ["sweep", "alipay", "--vary", "limit.daySum=100000", "--check", "limit.daySum=4"],
    /^--check: limit\.daySum: expected at least limit\.payment, 50000.*found 4/
  ]
]

/** Commands that are groups of others. */
const groups: ReadonlyArray<Mistake> = ["wallet", "till", "operator", "certificate"].map((name) => [
  `${name} alone`,
  [name],
  new RegExp(`^DESCRIPTION\n[^]*USAGE\n +paycode ${name} <subcommand>[^]*SUBCOMMANDS`)
])

/** Scheme files that are not made. */
const wrongDrafts: ReadonlyArray<Mistake> = [
  [
    "a value without a source",
    ["init", "--name", "a", "--set", "display=59"],
    /^init: sources\.display: expected where 59 of display comes from: .*, found nothing\n$/
  ],
  [
    "what contradicts itself",
    ["init", "--name", "a", "--set", "display=90", "--source", "display=b"],
    /^init: clock\.drift: expected at most 0 seconds.*\n$/
  ],
  [
    "several flags",
    ["init", "--name", "a", "--set", "dispay=90", "--set", "display=1e2", "--set", "window.past=none"],
    /^--set: .*dispay; the nearest is display\n--set: display: expected a whole number .*, found 1e2\n$/
  ],
  [
    "a value twice",
    ["init", "--name", "a", "--set", "display=9", "--set", "display=8"],
    /^--set: display: .*several times\n$/
  ],
  [
    "no such scheme to begin with",
    ["init", "--from", "alipai"],
    /^--from: expected a built-in scheme \(.*\), found alipai\n$/
  ],
  ["no name", ["init", "--set", "display=9"], /^--name: expected the scheme's name, found nothing\n$/],
  [
    "a name that a built-in scheme has",
    ["init", "--name", "wechat", "mine-too.json"],
    /^--name: expected a name that no built-in scheme has, found wechat\n$/
  ],
  ["a name that is none", ["init", "--name", "A"], /^init: scheme: expected a name of small letters.*, found "A"\n$/]
]

writeFileSync(join(folder, "newer.json"), '{ "version": 9, "paycode": "9.0.0" }')

/** Reports that are none. */
const wrongReports: ReadonlyArray<Mistake> = [
  ["a watch of no file", ["audit", "alipay", "--watch"], /^--watch: expected a scheme file, found none to watch\n$/],
  [
    "the report of another version as a baseline",
    ["audit", "alipay", "--baseline", "newer.json"],
    /^newer\.json: version: expected 2, or none as there was before: `paycode audit --json` makes .*, found 9\n$/
  ],
  [
    "a scheme as a baseline",
    ["audit", "alipay", "--baseline", plain],
    /^plain\.json: expected the JSON of an audit, for --baseline, found a scheme; .*\n$/
  ],
  [
    "no baseline",
    ["audit", "alipay", "--baseline", "no.json"],
    /^no\.json: expected the JSON of an audit.*no such file\n$/
  ],
  ["a report that is none", ["diff", "newer.json", plain], /^newer\.json: version: expected 2.*\n$/],
  ["a matrix beside a baseline", ["audit", "--matrix", "--baseline", plain], /^--matrix: .*found .*--baseline\n$/]
]

/** Certificates that are none, and what is asked of them. */
const wrongCertificates: ReadonlyArray<Mistake> = [
  ["a matrix with certificates", ["audit", "--matrix", "--certify", "c"], /^--matrix: .*found .*--certify\n$/],
  [
    "a share of nothing",
    ["certificate", "check", plain, "--share", "0%"],
    /^--share: expected a percentage above zero and up to 100% such as 1%, found 0%\n$/
  ],
  ["a share that is none", ["certificate", "check", plain, "--share", "1"], /^--share: expected .*, found 1\n$/],
  [
    "a scheme for a certificate",
    ["certificate", "check", plain],
    /^plain\.json: expected a certificate of form 1, found another kind of file; `paycode audit --certify` writes .*\n$/
  ],
  [
    "no such certificates",
    ["certificate", "check", "a.certificate", "b.certificate"],
    /^a\.certificate: expected a certificate, found a file that cannot be read \(ENOENT.*\nb\.certificate: .*\n$/
  ]
]

/** Files that were kept, of kinds that are taken for another. */
const kept = Object.fromEntries(
  Object.entries({
    sweep: "../sweep/fixtures/version-2.json",
    trace: "../trace/fixtures/version-4.itf.json",
    vectors: "../../spec/vectors/proof.json"
  }).map(([kind, file]) => [kind, fileURLToPath(new URL(file, import.meta.url))])
) as Readonly<Record<"sweep" | "trace" | "vectors", string>>

/** Traces as other tools write them: whole numbers as text, maps and sets as lists, and notes of their own. */
const strangers = {
  quint: { "#meta": { format: "ITF", source: "a.qnt", status: "ok" }, vars: ["a::x"] },
  apalache: {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      varTypes: {}
    },
    params: [],
    vars: ["x"]
  }
}
for (const [tool, trace] of Object.entries(strangers)) {
  const states = [{ "#meta": { index: 0 }, x: { "#map": [[{ "#bigint": "0" }, { "#set": [] }]] } }]
  writeFileSync(join(folder, `${tool}.itf.json`), JSON.stringify({ ...trace, states }))
}

/** Command lines of what explains, and files that are taken for another. */
const wrongTraces: ReadonlyArray<Mistake> = [
  ["no such trace", ["explain", "nowhere.itf.json"], /nowhere\.itf\.json: expected a trace.*found no such file/],
  ["a folder for a trace", ["explain", "."], /^\.: expected a trace.*found a directory\n$/],
  [
    "a scheme for a trace",
    ["explain", plain],
    /^plain\.json: expected a trace that an audit has saved, found a scheme; `paycode audit plain\.json` decides its claims\n$/
  ],
  ["a sweep for a trace", ["explain", kept.sweep], /^\S+: expected a trace that .*, found the JSON of a sweep, .*\n$/],
  [
    "a trace of Quint",
    ["explain", "quint.itf.json"],
    /^\S+: expected a trace .*, found a trace of another tool, .*\n$/
  ],
  ["a trace of Apalache", ["explain", "apalache.itf.json"], /^\S+: expected a trace .*, found a trace of another.*\n$/],
  ["a trace nested 10,000 deep", ["explain", "deep.json"], /^deep\.json:1:101: expected JSON that is nested .*\n$/],
  ["a trace with a null byte", ["explain", "null.json"], /^null\.json:1:2: expected JSON, .*, found a null byte\n$/],
  [
    "a trace for a scheme",
    ["audit", kept.trace],
    /^(\S+): expected a scheme file, .*, found a trace; `paycode explain \1` tells one that .*\n$/
  ],
  ["vectors for a scheme", ["audit", kept.vectors], /^\S+: expected a scheme file, .*, found known answers, .*\n$/],
  ["a sweep for an audit", ["diff", kept.sweep, kept.sweep], /^\S+: expected the JSON of an audit, .* sweep, .*\n$/],
  ["a trace for an audit", ["diff", kept.trace, kept.trace], /^\S+: expected the JSON of an audit, .* a trace; .*\n$/],
  [
    "a sweep for a population",
    ["sweep", "alipay", "--vary", "display=30", "--population", kept.sweep],
    /^\S+: expected a population file, .*, found the JSON of a sweep, .*\n$/
  ]
]

describe("bad input ends with 2, says what is wrong, and leaves stdout empty and nothing written", () => {
  it.each([
    ...wrongFiles,
    ...wrongAudits,
    ...wrongSweeps,
    ...wrongReports,
    ...wrongCertificates,
    ...wrongDrafts,
    ...wrongTraces,
    ...groups
  ])("%s", (_what, given, says) => {
    const before = readdirSync(folder).sort()
    const { status, stderr, stdout } = paycode(
      ...given,
      ...(["audit", "sweep"].includes(given[0]!) ? ["--out", "nothing"] : [])
    )
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(readdirSync(folder).sort()).toEqual(before)
    expect(existsSync(join(folder, "nothing"))).toBe(false)
  })

  it("leaves what is in the folder of results, and tells what it could not write there", () => {
    mkdirSync(join(folder, "full", "audit.json"), { recursive: true })
    writeFileSync(join(folder, "full", ".paycode"), "mine")
    const { status, stderr, stdout } = paycode("audit", "alipay", "--claim", "guess-blind", "--out", "full")
    expect(status).toBe(4)
    expect(stdout).toContain("all as asserted")
    expect(stderr).toMatch(/^full\/audit\.json: expected a file that can be written, found EISDIR/m)
    expect(readdirSync(join(folder, "full")).sort()).toEqual([".paycode", ...reports].sort())
    rmSync(join(folder, "full"), { recursive: true })
  })

  it("a file in the place of the folder for results, before any work", () => {
    const { status, stderr, stdout } = paycode("audit", "alipay", "--out", plain)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/^--out: expected a folder that can be written to, found .*plain\.json/)
    expect(stderr).not.toContain("auditing")
  })

  it.each([
    ["audit", "alipay", "--claim", "guess-blind"],
    ["sweep", "alipay", "--vary", "display=50,60"]
  ])("no name for the folder of results, which is not the one that paycode runs in, of %s", (...given) => {
    const before = readdirSync(folder).sort()
    const { status, stderr, stdout } = paycode(...given, "--out", "")
    expect({ status, stderr, stdout }).toEqual({
      status: 2,
      stderr: "--out: expected a folder that can be written to, found no name\n",
      stdout: ""
    })
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})

describe("what a file, a path or a word of the command line holds is text on a terminal", () => {
  const cleared = "\u001b[2J\u202e"
  const named = (name: string): string =>
    schemeFile(name, (scheme) => {
      Object.assign(scheme, { title: cleared })
    })
  const keyed = schemeFile("keyed.json", (scheme) => {
    Object.assign(scheme, { [cleared]: cleared })
  })
  const quick = ["--claim", "opaque-code", "--scope", "quick", "--runs", "0"]

  it.each([
    ["a title", ["audit", named("titled.json"), ...quick], 0],
    ["a title, as JSON", ["audit", named("titled.json"), ...quick, "--json"], 0],
    ["a key that is none", ["audit", keyed, ...quick], 2],
    ["a path", ["audit", `none${cleared}.json`], 2],
    ["a value of a flag", ["audit", "--scope", cleared], 2],
    ["a flag", ["audit", `--${cleared}`], 2],
    ["a folder", ["sweep", "alipay", "--vary", "window.past=1,2", "--out", `out${cleared}`], 0]
  ])("%s", (_, given, code) => {
    const { status, stderr, stdout } = paycode(...given)
    expect(status).toBe(code)
    // The library that reads the command line writes escapes in a way of its own.
    expect(stdout + stderr).toMatch(/\\(?:u001b|x1b)\[2J\\u202e/)
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
  })
})

describe("what the command says of itself", () => {
  it.each([
    [["help"], ["--help"]],
    [
      ["help", "audit"],
      ["audit", "--help"]
    ]
  ])("%j is %j", (given, meant) => {
    const help = paycode(...given)
    expect(help).toEqual({ ...paycode(...meant), status: 0, stderr: "" })
    expect(help.stdout).toMatch(/^DESCRIPTION\n/)
  })

  it("with the exit codes of every command, those under others included, as the table has them, by --help and by help", () => {
    const helpsOf = (paths: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
      const loop = `for (const words of ${JSON.stringify(paths)}) {
        await Effect.runPromise(program("0", words, { docs: async (version) => docs(version) }))
        console.log("\\f")
      }`
      const modules = ["Program.ts", "docs/Command.ts"].map((file) =>
        JSON.stringify(new URL(`../../${file}`, import.meta.url))
      )
      const script = `import * as Effect from "effect/Effect"
        import { program } from ${modules[0]}
        import { docs } from ${modules[1]}
        ${loop}`
      const given = ["--input-type=module", "--eval", script]
      const { stderr, stdout } = spawnSync(process.execPath, given, { cwd: dirname(main), encoding: "utf8" })
      expect(stderr).toBe("")
      return stdout.split("\f\n").slice(0, -1)
    }
    const found = new Map<string, string>()
    for (let paths: ReadonlyArray<ReadonlyArray<string>> = [[]]; paths.length > 0; ) {
      const texts = helpsOf(paths.map((path) => [...path, "--help"]))
      expect(helpsOf(paths.map((path) => ["help", ...path]))).toEqual(texts)
      paths.forEach((path, at) => {
        found.set(path.join(" "), texts[at]!)
      })
      paths = paths.flatMap((path, at) => {
        const [, under = ""] = texts[at]!.split("SUBCOMMANDS\n")
        return [...under.split("\n\n")[0]!.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => [...path, name!])
      })
    }
    expect([...found.keys()].toSorted()).toEqual(Object.keys(ExitCodes.meanings).toSorted())
    expect(found.size).toBeGreaterThan(25)
    for (const [path, text] of found) {
      const [, section = "none"] = text.split("\nEXIT CODES\n")
      const told = [...section.matchAll(/^ {2}(\d+) +(.+)$/gm)].map(([, code, says]) => [Number(code), says])
      const meaning = Object.entries(ExitCodes.meanings[path]!).map(([name, says]) => [
        ExitCodes.codes[name as ExitCodes.Name],
        says
      ])
      expect([path, told]).toEqual([path, meaning.toSorted(([a], [b]) => Number(a) - Number(b))])
      expect(told.map(([code]) => code)).toEqual(expect.arrayContaining([2, 4]))
    }
  })

  /** A folder in which nothing else is. */
  const place = join(folder, "completed")

  /** What a shell offers after a line, in that folder, with the file `chosen.json` and the folder `chosen`. */
  const offered: Readonly<Record<string, (script: string, line: string) => ReadonlyArray<string>>> = {
    bash: (script, line) => {
      const words = line.split(" ")
      return said("bash", [
        "--norc",
        "-c",
        `source ${script}
        COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}) COMP_CWORD=${words.length - 1}
        COMP_LINE="${line}" COMP_POINT=${line.length}
        _paycode paycode "${words.at(-1)}" "${words.at(-2)}"
        printf "%s\n" "\${COMPREPLY[@]}"`
      ])
    },
    // A terminal in which Tab is pressed: what is offered is printed between the marks, and the shell ends.
    zsh: (script, line) => {
      writeFileSync(
        join(place, "offering.zsh"),
        `PS1=; autoload -Uz compinit; compinit -D -u; source ${script}
        compadd() {
          if [[ " \${@[1,(i)(-|--)]} " == *" -"(O|A|D)" "* ]] { builtin compadd "$@"; return }
          local -a hits; builtin compadd -A hits "$@"; builtin compadd "$@"
          local hit; for hit in $hits; do print -r -- "$hit"; done
        }
        before() { print -r -- "<""<<" }; after() { print -r -- ">"">>"; exit }
        compprefuncs=(before) comppostfuncs=(after)
        bindkey "^I" complete-word; print -r -- "rea""dy"`
      )
      const lines = said("zsh", [
        "-f",
        "-c",
        `zmodload zsh/zpty; zpty shell zsh -f -i; zpty -w shell "source offering.zsh"
        zpty -r shell all "*ready*"; zpty -n -w shell "$1"$'\t'
        zpty -r shell all "*<<<*>>>*"; print -r -- "$all"`,
        "offering",
        line
      ]).map((line) => line.replaceAll("\r", ""))
      return lines.slice(lines.findLastIndex((line) => line.endsWith("<<<")) + 1, lines.indexOf(">>>"))
    },
    fish: (script, line) =>
      said("fish", ["--no-config", "-c", `source ${script}; complete -C $argv[1]`, line]).map(
        (line) => line.split("\t")[0]!
      )
  }

  /** The lines that a shell prints. */
  const said = (shell: string, words: ReadonlyArray<string>): ReadonlyArray<string> => {
    const env = { ...process.env, HOME: place, TERM: "dumb" }
    const { status, stderr, stdout } = spawnSync(shell, words, { cwd: place, encoding: "utf8", env })
    expect([status, stderr]).toEqual([0, ""])
    return stdout.split("\n").filter((line) => line !== "")
  }

  describe.each(Object.entries(offered))("to %s; skipped where there is none", (shell, offers) => {
    const isThere = spawnSync(shell, ["--version"]).status === 0
    const offeredAfter = (line: string): ReadonlyArray<string> => {
      mkdirSync(join(place, "chosen"), { recursive: true })
      const script = join(place, `paycode.${shell}`)
      if (!existsSync(script)) writeFileSync(script, paycode("--completions", shell).stdout)
      writeFileSync(join(place, "chosen.json"), "{}")
      return offers(script, line).map((offer) => offer.replace(/\/$/, ""))
    }

    it.skipIf(!isThere)("which completes commands, those under others too, and flags", () => {
      expect(offeredAfter("paycode au")).toEqual(["audit"])
      expect(offeredAfter("paycode wallet sh")).toEqual(["show"])
      expect(offeredAfter("paycode till scan --am")).toEqual(["--amount"])
      // What may be given again is offered again, and what may not is not.
      expect(offeredAfter("paycode audit --claim consent --cl")).toEqual(["--claim"])
      expect(offeredAfter("paycode audit --baseline chosen.json --base")).toEqual([])
    })

    it.skipIf(!isThere)("which completes the values of flags, files and folders", () => {
      expect(offeredAfter("paycode audit --scope ").toSorted()).toEqual(["deep", "quick", "standard"])
      expect(offeredAfter("paycode audit --claim guess-b")).toEqual(["guess-blind"])
      expect(offeredAfter("paycode audit --claim consent --claim guess-b")).toEqual(["guess-blind"])
      expect(offeredAfter("paycode sweep --security guess-t").toSorted()).toEqual([
        "guess-targeted",
        "guess-targeted-a-year"
      ])
      expect(offeredAfter("paycode sweep --population typ")).toEqual(["typical"])
      expect(offeredAfter("paycode init --from we")).toEqual(["wechat"])
      expect(offeredAfter("paycode audit --out cho")).toContain("chosen")
      expect(offeredAfter("paycode audit --baseline chosen.")).toEqual(["chosen.json"])
      expect(offeredAfter("paycode till scan --till chosen.")).toEqual(["chosen.json"])
    })

    it.skipIf(!isThere)("which completes arguments, names of schemes and files alike", () => {
      expect(offeredAfter("paycode audit wech")).toEqual(["wechat"])
      expect(offeredAfter("paycode audit wechat chosen.")).toEqual(["chosen.json"])
      expect(offeredAfter("paycode sweep chosen.")).toEqual(["chosen.json"])
      expect(offeredAfter("paycode explain chosen.")).toEqual(["chosen.json"])
      expect(offeredAfter("paycode serve --scheme harde")).toEqual(["hardened"])
      expect(offeredAfter("paycode serve --scheme chosen.")).toEqual(["chosen.json"])
    })
  })

  it("to every shell, with nothing left in the script of how it is made", () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { status, stderr, stdout } = paycode("--completions", shell)
      expect([shell, status, stderr]).toEqual([shell, 0, ""])
      expect(stdout).toContain("guess-blind")
      expect(stdout).not.toContain("or-a-file")
    }
  })

  it("the version, alone and among other words", () => {
    const version = paycode("--version")
    expect(version).toMatchObject({ status: 0, stderr: "" })
    expect(version.stdout).toMatch(/^paycode v\d+\.\d+\.\d+\n$/)
    expect(paycode("audit", "--version")).toEqual(version)
  })

  it("the version without loading anything for it", () => {
    const importedBy = (module: string): ReadonlyArray<string> =>
      [...readFileSync(new URL(module, import.meta.url), "utf8").matchAll(/^import (?!type ).*?"(.*?)"/gm)].map(
        ([, module]) => module!
      )
    expect(importedBy("../../main.ts")).toEqual(["./OldNode.cjs", "./Start.ts"])
    expect(importedBy("../../Start.ts")).toEqual(["node:fs"])
  })
})

it("a scheme file may name the schema that it is written by, which is no part of the scheme", () => {
  const file = schemeFile("addressed.json", (scheme) => Object.assign(scheme, { $schema: "./scheme.schema.json" }))
  const hashOf = (name: string): string => {
    const { status, stdout } = paycode("audit", name, "--claim", "guess-blind", "--json")
    expect(status).toBe(0)
    return (JSON.parse(stdout) as Report).schemes[0]!.hash
  }
  expect(hashOf(file)).toBe(hashOf("alipay"))
})

describe("what cannot be printed", () => {
  const bounds = ["--claim", "guess-blind"]

  /** How a command ends, whose output goes where a shell sends it, and what it says on stderr. */
  const sent = (where: string, ...given: ReadonlyArray<string>) => {
    const script = `{ "$0" "$@"; echo "$?" >sent.code; } ${where}`
    const { stderr } = spawnSync("sh", ["-c", script, process.execPath, main, ...given], {
      cwd: folder,
      encoding: "utf8"
    })
    return { code: readFileSync(join(folder, "sent.code"), "utf8").trim(), stderr }
  }

  it.each([
    ["an audit that has more to say", ["audit", "alipay", "wechat", ...bounds]],
    ["an audit as JSON", ["audit", "alipay", ...bounds, "--json"]],
    ["a sweep", ["sweep", "alipay", "--vary", "display=30,60"]],
    ["the help", ["--help"]]
  ])("is no verdict where its reader has gone, and nothing is complained of: %s", (_what, given) => {
    expect(sent("| true", ...given)).toEqual({ code: "4", stderr: "" })
  })

  it.skipIf(!existsSync("/dev/full")).each([
    ["an audit", ["audit", "alipay", ...bounds]],
    ["an audit as JSON", ["audit", "alipay", ...bounds, "--json"]],
    ["a sweep", ["sweep", "alipay", "--vary", "display=30,60"]],
    ["the version", ["--version"]]
  ])("is no verdict where a disk is full, which is said in a line: %s", (_what, given) => {
    const stderr = "standard output: expected to be written to, found ENOSPC\n"
    expect(sent("> /dev/full", ...given)).toEqual({ code: "4", stderr })
  })
})

describe("an end with another code than 0", () => {
  it("waits until all that was printed is read, by a reader that takes it late", () => {
    const broken = schemeFile("broken.json", (scheme) => {
      Object.assign(scheme, { scheme: "broken" })
      Object.assign(scheme.claims!["guess-blind"] as Fields, { asserted: "holds" })
    })
    const claims = ["guess-blind", "guess-targeted", "guess-password", "collision", "expected-loss"]
    const words = ["audit", broken, ...Object.keys(files), ...claims.flatMap((id) => ["--claim", id]), "--json"]
    // What a pipe holds is less than this document.
    const late = `{ "$0" "$@"; echo "$?" >late.code; } | { sleep 4; cat; }`
    const { stdout } = spawnSync("sh", ["-c", late, process.execPath, main, ...words], {
      cwd: folder,
      encoding: "utf8"
    })
    expect(readFileSync(join(folder, "late.code"), "utf8")).toBe("1\n")
    expect(stdout.length).toBeGreaterThan(65_536)
    expect((JSON.parse(stdout) as AuditFile.AuditFile).schemes.length).toBe(8)
  })
})

describe("certificates", () => {
  const given = ["--claim", "order-ends", "--scope", "quick", "--runs", "0", "--certify"]
  const files = (place: string): ReadonlyArray<string> =>
    readdirSync(join(folder, place)).map((file) => join(place, file))

  it("are written by an audit, and proved", () => {
    const audit = paycode("audit", "wechat", ...given, "certified")
    expect(audit).toMatchObject({ status: 0, stderr: "" })
    expect(audit.stdout).toMatch(
      /\nCertificates: 1, of 2,293 states in [\d,]+ bytes\.\nProve them: paycode certificate check certified\/\*\.certificate\n/
    )
    const [file, ...others] = files("certified")
    expect([file, others]).toEqual([expect.stringMatching(/^certified\/wechat-sale-[0-9a-f]{12}\.certificate$/), []])
    const { status, stderr, stdout } = paycode("certificate", "check", file!)
    expect([status, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(
      /^certified\/.*: proved\n {2}wechat \(.*\), sale at quick, against network, crash and nodes: 2,293\s/
    )
    expect(stdout).not.toContain("Written by other code")
    expect(stdout).toMatch(/\nProved in every search of wechat \(\w+\) at quick that decides it:\s+order-ends\n/)
    const json = paycode("certificate", "check", file!, "--share", "10%", "--seed", "3", "--json")
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      share: 0.1,
      seed: 3,
      certificates: [{ file, proved: false, found: 0, header: { scene: "sale", states: 2293 } }],
      wholes: []
    })
    // A search that was stopped, or whose claims are all broken, leaves none.
    const broken = paycode("audit", "wechat", "--claim", "payee-agreement", ...given.slice(2), "none")
    expect(broken.stdout).toMatch(/\nCertificates: 0, of 0 states in 0 bytes\.\n/)
  })

  it("that are damaged are refused, and such as say what is not so end it with 1", () => {
    paycode("audit", "wechat", ...given, "forged")
    const [file] = files("forged")
    const bytes = readFileSync(join(folder, file!))
    const flipped = Buffer.from(bytes)
    flipped[bytes.length - 1]! ^= 1
    writeFileSync(join(folder, "flipped.certificate"), flipped)
    const refused = paycode("certificate", "check", "flipped.certificate")
    expect(refused).toMatchObject({ status: 2, stdout: "" })
    expect(refused.stderr).toMatch(
      /^flipped\.certificate: expected block 1 of states with the SHA-256 .*, found .*; copy it again, or .*\n$/
    )
    const [first, , header] = bytes.toString("latin1").split("\n")
    const states = bytes.subarray(first!.length + 66 + header!.length + 1)
    const other = Buffer.from(header!, "latin1")
      .toString()
      .replace(/"transitions":\d+/, '"transitions":1')
    const hash = createHash("sha256").update(other).digest("hex")
    writeFileSync(join(folder, file!), Buffer.concat([Buffer.from(`${first}\n${hash}\n${other}\n`), states]))
    const forged = paycode("certificate", "check", file!, "flipped.certificate")
    expect(forged).toMatchObject({ status: 1, stderr: refused.stderr })
    expect(forged.stdout).toMatch(/: not proved\n.*\n {2}count: transitions: expected 1, found 25185\n/s)
  })

  it.runIf(process.platform === "linux")("want a folder that can be written to", () => {
    const { status, stderr, stdout } = paycode("audit", "alipay", "--certify", "/proc/x")
    expect([status, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(/^--certify: expected a folder that can be written to, found /)
  })
})

describe("sweep", () => {
  const given = ["sweep", "alipay", "--vary", "window.past=2..4", "--vary", "code.otpDigits=6..8/2"]

  it("prints a table that marks the scheme's own point and the front, and writes its files", () => {
    // Sweeps of other tests have written there as well.
    rmSync(join(folder, "out"), { recursive: true, force: true })
    const { status, stderr, stdout } = paycode(...given)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(/^ {2}\* {2}3 +6 .*broken: guess-targeted, guess-blind, guess-password, unasked-loss +own$/m)
    expect(stdout).toMatch(/^ {2}\+ {2}3 +8 .*broken: .* +front$/m)
    expect(stdout).toMatch(/^ {5}2 +6 .*broken: .* +no honest payment$/m)
    expect(stdout).toMatch(/^ {5}4 +6 .*broken: guess-targeted/m)
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "code.digits follows: the length of the prefix + code.aliasDigits + code.otpDigits"
    )
    expect(readdirSync(join(folder, "out", "sweep")).sort()).toEqual(
      ["alipay-heat.svg", "alipay-trade-off.svg", "alipay.csv", "alipay.json"].sort()
    )
    rmSync(join(folder, "out"), { recursive: true })
  })

  it("prints JSON alone with --json, the same that it writes, and the same each time but for its date", () => {
    const undated = (text: string): string => text.replace(/"date":"[^"]*"/, "")
    const once = paycode(...given, "--json", "--out", "once")
    const { provenance } = JSON.parse(once.stdout) as SweepFile.SweepFile
    // The command that it names makes it again.
    const again = paycode(...provenance.command.split(" ").slice(1), "--json", "--out", "again")
    expect({ ...once, stdout: undated(once.stdout) }).toEqual({ status: 0, stderr: "", stdout: undated(again.stdout) })
    for (const file of readdirSync(join(folder, "once"))) {
      const [one, other] = ["once", "again"].map((name) => undated(readFileSync(join(folder, name, file), "utf8")))
      expect(one).toBe(other)
    }
    const report = JSON.parse(once.stdout) as Sweep.Report
    expect(JSON.parse(readFileSync(join(folder, "once", "alipay.json"), "utf8"))).toEqual(report)
    expect(Object.keys(report)).toEqual([
      ...["version", "paycode", "provenance", "scheme", "file", "hash", "population", "populationHash"],
      ...["vary", "follow", "security", "points"]
    ])
    expect(report.points).toHaveLength(6)
  })

  it("says where it comes from, and no person, machine or absolute path", () => {
    const population = readFileSync(new URL("../../spec/populations/typical.json", import.meta.url), "utf8")
    writeFileSync(join(folder, "people.json"), population)
    const scheme = schemeFile("swept.json", (scheme) => Object.assign(scheme, { scheme: "swept" }))
    const files = [join(folder, scheme), "--population", join(folder, "people.json")]
    const { stdout } = paycode("sweep", ...files, "--vary", "display=30,60", "--security", "collision", "--json")
    const { file, populationHash, provenance } = JSON.parse(stdout) as SweepFile.SweepFile
    expect([file, provenance.command, provenance.checked]).toEqual([
      "swept.json",
      "paycode sweep swept.json --vary display=30,60 --population people.json --security collision",
      null
    ])
    expect(populationHash).toMatch(/^[0-9a-f]{64}$/)
    for (const private_ of [folder, tmpdir(), hostname(), userInfo().username, homedir()]) {
      expect(JSON.stringify([provenance, file])).not.toContain(private_)
    }
  })

  it("says of the points that are checked where the verdicts are not as asserted", () => {
    const { status, stdout } = paycode(...given, "--check", "window.past=2", "--json", "--out", "checked")
    expect(status).toBe(0)
    const { points } = JSON.parse(stdout) as Sweep.Report
    const differs = points.flatMap(({ differs, values }) => (differs === null ? [] : [{ values, differs }]))
    expect(differs).toEqual([
      {
        values: { "window.past": 2, "code.otpDigits": 6 },
        differs: [{ claim: "honest-payment", asserted: "holds", verdict: "fails" }]
      }
    ])
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

  it("refuses a trace of another scheme than the one that is named", () => {
    expect(paycode("explain", file, "--scheme", "wechat").status).toBe(0)
    const { status, stderr, stdout } = paycode("explain", file, "--scheme", "alipay")
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/: expected a trace of alipay \([0-9a-f]{12}\), found one of wechat \([0-9a-f]{12}\)\n$/)
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
