/** A ledger, its providers, and whoever is set up for them have one scheme, or are told before anything is written. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { files } from "../../spec/Schemes.ts"

const main = fileURLToPath(new URL("../../main.ts", import.meta.url))
const env = { PATH: process.env.PATH ?? "", PAYCODE_PASSWORD: "314159", PAYCODE_PASSPHRASE: "x" }

let folder: string
let url: string
let provider: ChildProcess
const ended: Array<string> = []

/** Starts a provider, and answers it and its address once it says that it is there. */
const served = (given: ReadonlyArray<string>): Promise<{ readonly child: ChildProcess; readonly at: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, "serve", "--port", "0", ...given], { cwd: folder, env })
    let [out, complaint] = ["", ""]
    child.stderr.on("data", (part) => {
      complaint += part
    })
    child.stdout.on("data", (part) => {
      out += part
      const at = /at (http:\S+),/.exec(out)?.[1]
      if (at !== undefined) resolve({ child, at })
    })
    child.on("exit", (code) => {
      ended.push(`${code} ${complaint.trim().split("\n").at(-1)}`)
      reject(new Error(complaint))
    })
  })

const run = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...given], {
    cwd: folder,
    encoding: "utf8",
    env,
    timeout: 600_000
  })
  return { status, stderr: stderr.trim(), stdout: stdout.trim() }
}

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.on("exit", () => resolve())
    child.kill("SIGTERM")
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "paycode-kept-"))
  const sources = { ...files.alipay.sources, "limit.payment": "Chosen: another, for this test" }
  const higher = { ...files.alipay, limit: { ...files.alipay.limit, payment: 60_000 }, sources }
  writeFileSync(join(folder, "higher.json"), JSON.stringify(higher))
  const running = await served(["--scheme", "alipay"])
  provider = running.child
  url = running.at
  expect(run("operator", "account", "--balance", "500000", "--server", url).stdout).toMatch(/^[0-9]{1,15}$/)
})

afterAll(async () => {
  if (provider.exitCode === null) await stop(provider)
  rmSync(folder, { recursive: true, force: true })
})

/** What lies in the folder, without what SQLite puts there beside the ledger. */
const listed = (): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()

const phones = (): unknown => {
  const database = new DatabaseSync(join(folder, "paycode.db"))
  const found = database.prepare("SELECT COUNT(*) AS n FROM phone").get()
  // A ledger that somebody has open is not brought up to date.
  database.close()
  return found
}

describe("a scheme that is another", () => {
  it.each([
    [
      "wallet enroll --account 0 --scheme wechat --agree",
      /^--scheme wechat: expected the scheme of the provider at \S+, alipay, found wechat with code\.prefixes/
    ],
    [
      "wallet enroll --account 0 --scheme alipay-sms-ocra",
      /found alipay-sms-ocra with stepUp\.method sms-ocra for password$/
    ],
    [
      "wallet enroll --account 0 --scheme higher.json",
      /alipay, found another limit, window or other parameter: ask its operator/
    ],
    [
      "wallet enroll --account 0 --file no/wallet.json",
      /^no\/wallet\.json: expected a file that can be written, found ENOENT$/
    ],
    [
      "operator merchant shop --till no/till.json",
      /^no\/till\.json: expected a file that can be written, found ENOENT$/
    ],
    ["operator merchant shop --scheme wechat", /^--scheme wechat: expected the scheme of the provider/]
  ])("is refused by %s, and nothing is written here or there", (given, says) => {
    const before = listed()
    const { status, stderr, stdout } = run(...given.split(" "), "--server", url)
    expect([status, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(says)
    expect(stderr).not.toContain("\n")
    expect(listed()).toEqual(before)
    expect(phones()).toEqual({ n: 0 })
  })

  it("is refused to a second provider on the ledger, with what differs and what to do", () => {
    const other = run("serve", "--scheme", "wechat", "--port", "0")
    expect(other.status).toBe(2)
    expect(other.stderr).toMatch(
      /^--scheme wechat: expected alipay, which paycode\.db is kept under, .* name another ledger$/
    )
    const terms = run("serve", "--scheme", "higher.json", "--port", "0")
    expect(terms).toMatchObject({
      status: 2,
      stderr:
        "--scheme higher.json: expected alipay as paycode.db is kept under it, found limit.payment 60000 for 50000: run " +
        "`paycode operator scheme --scheme higher.json --ledger paycode.db` to change it"
    })
  })

  it("comes into force by the operator's command, which is written down; the provider of the one before ends", async () => {
    expect(run("operator", "scheme", "--scheme", "wechat")).toMatchObject({ status: 2, stdout: "" })
    const changed = run("operator", "scheme", "--scheme", "higher.json")
    expect(changed.status).toBe(0)
    expect(changed.stdout).toMatch(/^alipay since \S+Z\nalipay since \S+Z: limit\.payment 60000 for 50000$/)
    await expect.poll(() => ended).toHaveLength(1)
    expect(ended[0]).toMatch(
      /^2 --scheme alipay: expected alipay as paycode\.db is kept under it, found limit\.payment/
    )
    const next = await served(["--scheme", "higher.json"])
    await stop(next.child)
  })

  it("is not guessed of a ledger from before: the error names the command, which takes what its credentials are of", async () => {
    if (provider.exitCode === null) await stop(provider)
    const before = new DatabaseSync(join(folder, "paycode.db"))
    before.exec(
      "DROP TABLE payout; DROP TABLE terminal; DROP INDEX refund_number; ALTER TABLE refund DROP COLUMN amount; " +
        "DROP INDEX notice_given; DROP INDEX notice_due; CREATE INDEX notice_due ON notice (due); " +
        "ALTER TABLE notice DROP COLUMN expired; ALTER TABLE notice DROP COLUMN given; " +
        "CREATE TABLE secret_key AS SELECT name, bytes FROM signing_key; DROP TABLE signing_key; " +
        "DROP TABLE epoch; ALTER TABLE credential DROP COLUMN suspended; " +
        "DROP INDEX merchant_skeleton; ALTER TABLE merchant DROP COLUMN skeleton; ALTER TABLE phone DROP COLUMN revoked; " +
        "DROP TABLE scheme; DELETE FROM migration WHERE version > 2"
    )
    before.close()
    // Nor had it a mark.
    rmSync(join(folder, "paycode.db.mark"), { force: true })
    const refused = run("serve", "--scheme", "alipay", "--port", "0")
    expect(refused.status).toBe(2)
    const command = /run `paycode (operator scheme --scheme alipay --ledger paycode\.db)`/.exec(refused.stderr)?.[1]
    expect(command).toBeDefined()
    expect(run(...command!.split(" ")).status).toBe(0)
    const next = await served(["--scheme", "alipay"])
    await stop(next.child)
  })
})

describe("a place that cannot be used ends the provider with 2, and names the flag", () => {
  it("a folder that is not there, a file that is no ledger, and one that others can read", () => {
    writeFileSync(join(folder, "text.db"), "this is no database, and long enough to be one", { mode: 0o600 })
    writeFileSync(join(folder, "open.db"), "", { mode: 0o644 })
    const found = ["no/x.db", "text.db", "open.db", "."].map((file) => run("serve", "--ledger", file))
    expect(found.map(({ status }) => status)).toEqual([2, 2, 2, 2])
    const expected = "expected a file of a ledger, or a place to make one, found"
    expect(found.map(({ stderr }) => stderr)).toEqual([
      `--ledger no/x.db: ${expected} no folder no`,
      `--ledger text.db: ${expected} file is not a database`,
      `--ledger open.db: ${expected} permissions 0644, which lets others at it: run chmod 600 open.db`,
      `--ledger .: ${expected} a directory`
    ])
    expect(existsSync(join(folder, "no"))).toBe(false)
  })

  it("a name that no request names a host by, and a proxy that is no address", () => {
    const found = [
      ["--name", "https://pay.example/"],
      ["--name", "pay.example", "--name", ""],
      ["--trust-proxy", "proxy"]
    ].map((given) => run("serve", "--ledger", "unmade.db", ...given))
    expect(found.map(({ status, stderr }) => [status, stderr])).toEqual([
      [2, '--name: expected the name of a host, as pay.example, found "https://pay.example/"'],
      [2, '--name: expected the name of a host, as pay.example, found ""'],
      [2, '--trust-proxy: expected an address or a range of addresses, as 10.0.0.0/8, found "proxy"']
    ])
    expect(existsSync(join(folder, "unmade.db"))).toBe(false)
  })

  it("an address of the sixth version is said as a URL has it, and is heard there", async () => {
    const { at, child } = await served(["--host", "::1", "--ledger", "sixth.db"])
    expect(at).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await fetch(`${at}/health`)).status).toBe(200)
    await stop(child)
  })

  it("a provider whose log nobody reads any more goes on", async () => {
    const { at, child } = await served(["--ledger", "unread.db"])
    child.stderr!.destroy()
    const statuses: Array<number> = []
    for (let asked = 0; asked < 4; asked++)
      statuses.push(
        await fetch(`${at}/health`).then(
          ({ status }) => status,
          () => 0
        )
      )
    expect(statuses).toEqual([200, 200, 200, 200])
    await stop(child)
  })

  it("a port that is in use, and an address that is not this machine's", async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port))
    )
    const busy = run("serve", "--port", String(port), "--ledger", "other.db")
    expect(busy).toEqual({
      status: 2,
      stdout: "",
      stderr: `--port ${port}: expected one that is free at 127.0.0.1, found it in use`
    })
    await new Promise((resolve) => server.close(resolve))
    const away = run("serve", "--host", "192.0.2.1", "--port", "0", "--ledger", "other.db")
    expect(away).toEqual({
      status: 2,
      stdout: "",
      stderr: "--host 192.0.2.1: expected an address of this machine, found EADDRNOTAVAIL"
    })
  })
})

describe.skipIf(process.platform === "win32")("files of money", () => {
  it("are their owner's alone: pictures of codes are made so, and one that others can read is left as it is", async () => {
    const running = await served(["--scheme", "alipay", "--ledger", "money.db"])
    const account = run("operator", "account", "--balance", "500000", "--server", running.at).stdout.trim()
    expect(run("wallet", "enroll", "--account", account, "--agree", "--server", running.at).status).toBe(0)
    await stop(running.child)
    expect(run("wallet", "show", "--png", "code.png", "--svg", "card.svg").status).toBe(0)
    const made = ["money.db", "operator.key", "wallet.json", "code.png", "card.svg"]
    expect(made.map((file) => statSync(join(folder, file)).mode & 0o777)).toEqual(made.map(() => 0o600))
    writeFileSync(join(folder, "open.png"), "mine", { mode: 0o644 })
    expect(run("wallet", "show", "--png", "open.png")).toEqual({
      status: 2,
      stdout: "",
      stderr: "open.png: expected permissions 0600, found 0644, which lets others at it: run chmod 600 open.png"
    })
    expect(readFileSync(join(folder, "open.png"), "utf8")).toBe("mine")
    // A shorter picture leaves nothing of a longer one.
    writeFileSync(join(folder, "card.svg"), `<svg>${"x".repeat(100_000)}`, { mode: 0o600 })
    expect(run("wallet", "show", "--svg", "card.svg").status).toBe(0)
    expect(readFileSync(join(folder, "card.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
  })
})
