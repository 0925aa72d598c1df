/** Evidence as who runs the commands meets it: real processes, on a folder of their own. */
import { spawn, spawnSync } from "node:child_process"
import { chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as ExitCodes from "../../impl/ExitCodes.ts"
import * as Evidence from "../evidence/Evidence.ts"
import type { AuditFile } from "../report/Reports.ts"

const { codes } = ExitCodes
const main = fileURLToPath(new URL("../../main.ts", import.meta.url))
const root = mkdtempSync(join(tmpdir(), "paycode-evidencing-"))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder for evidence, with none in it. */
const empty = (): string => mkdtempSync(join(root, "store-"))
const fileIn = (folder: string): string => join(folder, Evidence.Place.file)

/** Who is not the superuser: he may read and write whatever the modes say. */
const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const environment = { ...process.env, PAYCODE_STORE: "none" }

const paycode = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...given], {
    ...{ cwd: root, encoding: "utf8", env: environment }
  })
  return { status, stderr, stdout }
}

/** Two claims of wechat that small searches decide. */
const few = [
  ...["audit", "wechat", "--scope", "quick", "--runs", "0", "--json"],
  ...["--claim", "offline-supply", "--claim", "opaque-code"]
]

const reportOf = ({ status, stderr, stdout }: ReturnType<typeof paycode>): AuditFile.AuditFile => {
  // What is found is the same, whatever is in the way of the store.
  expect({ status, stderr: status === codes.done ? "" : stderr }).toEqual({ status: codes.done, stderr: "" })
  return JSON.parse(stdout) as AuditFile.AuditFile
}

/** What a report says of its schemes, whenever it was found. */
const found = ({ schemes }: AuditFile.AuditFile): unknown =>
  JSON.parse(JSON.stringify(schemes, (key, value) => (key === "taken" ? undefined : value)))

let whole: string
let expected: unknown
let first: AuditFile.AuditFile
beforeAll(() => {
  whole = empty()
  first = reportOf(paycode(...few, "--store", whole))
  expected = found(first)
})

/** A copy of the evidence. */
const copied = (): string => {
  const folder = empty()
  cpSync(fileIn(whole), fileIn(folder))
  return folder
}

/** What is kept there, changed, with sums that fit. */
const changing = (folder: string, change: (found: Record<string, unknown>) => Record<string, unknown>): void => {
  const store = Evidence.existing(folder, "write")
  for (const row of [...store.all(undefined)]) {
    if (row !== undefined) store.put({ ...row, found: JSON.stringify(change(JSON.parse(row.found))) })
  }
  store.close()
}

/** The runs that show something, each of which was made shorter. */
const attacksOf = ({ schemes }: Pick<AuditFile.AuditFile, "schemes">): number =>
  schemes[0]!.claims.filter(({ counterexample, witness }) => (counterexample ?? witness) !== null).length

describe("audit with a store", () => {
  it("says what was taken, made and made again; and with none, nothing", () => {
    const { searches } = first.schemes[0]!
    const number = first.store!.made
    // Of the claim that fails the attack was made shorter besides.
    expect(number).toBe(searches.length + attacksOf(first))
    expect(first.store).toMatchObject({ taken: { number: 0, seconds: 0 }, again: { number: 0 }, problem: null })
    expect(first.store!.fingerprint).toBe(Evidence.fingerprint())
    const second = reportOf(paycode(...few, "--store", copied(), "--recheck", "7"))
    expect(found(second)).toEqual(expected)
    expect(second.store!.taken.number + second.store!.again.number).toBe(number)
    expect(second.store).toMatchObject({ made: 0, seed: 7, problem: null })
    const taken = second.schemes[0]!.searches.filter((search) => search.taken !== undefined)
    expect(second.store!.taken.number - taken.length).toBeLessThanOrEqual(attacksOf(first))
  })

  it("ends with a code of its own where what was kept is not what is found now, and names it", () => {
    const folder = copied()
    changing(folder, (one) => ({ ...one, states: 1 + Number(one.states ?? 0), steps: 0 }))
    const { status, stderr, stdout } = paycode(...few, "--store", folder, "--recheck", "1")
    expect(status).toBe(codes.disagrees)
    expect(stdout).toBe("")
    expect(stderr).toMatch(/of wechat: expected what paycode \S+ found on 20\S+Z, found something else now/)
    expect(stderr).toContain("paycode evidence prune --all")
    const verified = paycode("evidence", "verify", "--share", "100%", "--store", folder)
    expect([verified.status, verified.stdout]).toEqual([codes.disagrees, ""])
    expect(verified.stderr).toContain("found something else now")
  })

  it("refuses a place that is none", () => {
    const { status, stderr } = paycode(...few, "--store", "")
    expect(status).toBe(codes.unusable)
    expect(stderr).toContain("--store: expected a folder, or `none`, found nothing")
  })

  const readOnly = [
    ["a file that may only be read", 0o700, 0o400],
    ["a folder in which nothing may be made", 0o500, 0o600]
  ] as const

  it.skipIf(process.platform === "win32").each(readOnly)(
    "takes what is in %s, and says that nothing is kept",
    (...of) => {
      const [, folderMode, fileMode] = of
      const folder = copied()
      const [uid, gid] = [other.uid ?? process.getuid!(), other.gid ?? process.getgid!()]
      chmodSync(root, 0o755)
      for (const [path, mode] of [
        [fileIn(folder), fileMode],
        [folder, folderMode]
      ] as const) {
        chownSync(path, uid, gid)
        chmodSync(path, mode)
      }
      const given = [main, ...few, "--claim", "unlinkable", "--store", folder]
      const run = { cwd: "/", encoding: "utf8", env: { ...environment, HOME: "/nonexistent" }, ...other } as const
      const { status, stderr, stdout } = spawnSync(process.execPath, given, run)
      chmodSync(folder, 0o700)
      const report = reportOf({ status, stderr, stdout })
      expect(report.store!.problem).toMatch(/expected a store that can be written, found a read-only one/)
      expect(report.store!.taken.number + report.store!.again.number).toBeGreaterThan(0)
    }
  )

  it.skipIf(process.platform === "win32")("goes on without where the disk is full", () => {
    const folder = empty()
    // A file may have eight kilobytes: that is too few for the tables and what comes into them.
    const command = `trap "" XFSZ; ulimit -f 16; exec "$@"`
    const { status, stderr, stdout } = spawnSync(
      "sh",
      ["-c", command, "sh", process.execPath, main, ...few, "--store", folder],
      { cwd: root, encoding: "utf8", env: environment }
    )
    const report = reportOf({ status, stderr, stdout })
    expect(found(report)).toEqual(expected)
    expect(report.store!.problem).toMatch(/expected a store of evidence that can be used, found: .*(full|disk I\/O)/)
    expect(report.store!.made).toBe(0)
  })

  it("finds the same where two audits begin on one folder at once, and is killed without harm while it writes", async () => {
    const folder = empty()
    const begun = () => {
      const child = spawn(process.execPath, [main, ...few, "--store", folder], { cwd: root, env: environment })
      let stdout = ""
      child.stdout.on("data", (text: Buffer) => {
        stdout += text.toString()
      })
      const ended = new Promise<ReturnType<typeof paycode>>((resolve) =>
        child.on("close", (status) => resolve({ status, stderr: "", stdout }))
      )
      return { child, ended }
    }
    const both = await Promise.all([begun().ended, begun().ended])
    for (const one of both) {
      const report = reportOf(one)
      expect(found(report)).toEqual(expected)
      expect(report.store!.problem).toBeNull()
    }
    const [kept] = Evidence.existing(folder, "read").summaries()
    expect(kept!.answers).toBe(first.store!.made)
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    // As soon as a journal is there, something is being written.
    const third = begun()
    const watcher = watch(folder, (_, name) => {
      if (name?.endsWith("-journal")) third.child.kill("SIGKILL")
    })
    const killed = await third.ended
    watcher.close()
    expect(killed).toMatchObject({ status: null, stdout: "" })
    const after = reportOf(paycode(...few, "--store", folder))
    expect([found(after), after.store!.problem]).toEqual([expected, null])
  })
})

describe("evidence list, verify and prune", () => {
  it("list what there is, by the code that it was found by", () => {
    const { status, stdout } = paycode("evidence", "list", "--store", whole, "--json")
    expect(status).toBe(codes.done)
    const { others, searches, walks, ...listed } = JSON.parse(stdout).found[0]
    expect([searches + walks + others, others]).toEqual([first.store!.made, attacksOf(first)])
    expect(searches).toBe(first.schemes[0]!.searches.length)
    expect(listed).toMatchObject({ isOfThisCode: true, fingerprint: Evidence.fingerprint(), by: first.paycode })
  })

  it("verify that it is whole, and that a share of it comes to the same", () => {
    const { status, stdout } = paycode(
      "evidence",
      "verify",
      "--store",
      whole,
      "--share",
      "100%",
      "--seed",
      "3",
      "--json"
    )
    expect(status).toBe(codes.done)
    const { made } = first.store!
    expect(JSON.parse(stdout)).toMatchObject({ whole: made, foreign: 0, damaged: 0, again: { number: made, seed: 3 } })
  })

  it("tell what is damaged, and what other code found, and prune the one and the other", () => {
    const folder = copied()
    const database = new DatabaseSync(fileIn(folder))
    const { made } = first.store!
    const [damaged, foreign] = database.prepare("SELECT sum FROM answers ORDER BY sum LIMIT 2").all()
    database.prepare("UPDATE answers SET cost = cost + 1 WHERE sum = ?").run(damaged!.sum!)
    database.close()
    const store = Evidence.existing(folder, "write")
    const [row] = [...store.all(undefined)].filter((one) => one !== undefined)
    store.put({ ...row!, fingerprint: "f".repeat(64) })
    store.close()
    expect(foreign).toBeDefined()
    const { status, stdout } = paycode("evidence", "verify", "--store", folder, "--seed", "1", "--json")
    expect(status).toBe(codes.otherwise)
    expect(JSON.parse(stdout)).toMatchObject({ whole: made - 1, damaged: 1, foreign: 1 })
    const pruned = paycode("evidence", "prune", "--store", folder, "--json")
    expect([pruned.status, JSON.parse(pruned.stdout)]).toEqual([codes.done, { version: 1, removed: 1 }])
    const all = paycode("evidence", "prune", "--all", "--store", folder)
    expect([all.status, all.stdout]).toEqual([codes.done, `${made} results were removed.\n`])
    expect(paycode("evidence", "list", "--store", folder).stdout).toMatch(/nothing is kept/)
  })

  it("refuse what is no evidence, or none at all, with a line that says so", () => {
    const wide = copied()
    chmodSync(fileIn(wide), 0o644)
    const text = empty()
    writeFileSync(fileIn(text), "no database, and not by far: ".repeat(40), { mode: 0o600 })
    const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
      [["list", "--store", join(root, "missing")], /expected a folder with evidence, found none: an audit makes one/],
      [["list"], /PAYCODE_STORE: expected a folder with evidence, found none/],
      [["verify", "--store", wide], /expected permissions 0600, found 0644/],
      [["prune", "--all", "--store", text], /not a database; it is damaged: remove it/],
      [["verify", "--store", whole, "--share", "half"], /--share: expected a percentage above 0%/]
    ]
    for (const [given, says] of wrong) {
      const { status, stderr, stdout } = paycode("evidence", ...given)
      expect([given, status, stdout]).toEqual([given, codes.unusable, ""])
      expect(stderr).toMatch(says)
    }
  })
})
