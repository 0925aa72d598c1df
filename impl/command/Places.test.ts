/** Files that commands are told to use or to write: what cannot be used is told before anything is made, spent or overwritten. */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { files } from "../../spec/Schemes.ts"
import * as CommandLine from "../testing/CommandLine.ts"

let line: CommandLine.CommandLine
let at: string
let account: string

beforeAll(async () => {
  line = CommandLine.open()
  const { url } = await line.serve("--scheme unionpay")
  at = `--server ${url}`
  account = line.run(`operator account ${at} --balance 100000`).stdout.trim()
  expect(line.run(`operator merchant shop ${at} --scheme unionpay`).status).toBe(0)
  expect(line.run(`wallet enroll ${at} --account ${account} --agree --scheme unionpay`).status).toBe(0)
}, 240_000)
afterAll(() => line.close())

const path = (name: string): string => join(line.folder, name)

/** A command that is refused as bad input. */
const refused = (given: string): string => {
  const { status, stderr, stdout } = line.run(given)
  expect([status, stdout]).toEqual([2, ""])
  return stderr.trim()
}

const left = (): string => /\d+ codes left/.exec(line.run("wallet status").stdout)?.[0] ?? "none"

describe("a code is not made where its picture cannot be written", () => {
  it("and nothing but a picture is in the place of which one is put", () => {
    const [before, codes] = [readFileSync(path("wallet.json")), left()]
    writeFileSync(path("notes.txt"), "mine", { mode: 0o600 })
    writeFileSync(path("world.png"), "", { mode: 0o644 })
    chmodSync(path("world.png"), 0o644)
    const pictures: ReadonlyArray<readonly [string, RegExp]> = [
      ["--png wallet.json", /wallet.json: expected a file for a picture \(--png\).*found another file: name another/],
      ["--svg till.json", /till.json: expected a file for a picture \(--svg\).*found another file/],
      ["--svg notes.txt", /notes.txt: expected .*found another file/],
      ["--png world.png", /world.png: expected permissions 0600, found 0644/],
      ["--png no/such.png", /no\/such.png: expected a file that can be written, found ENOENT/],
      ["--png .", /\.: expected a file for a picture .*found a folder/],
      ["--svg a.png --png a.png", /--svg, --png: expected two files, found one/],
      ["--as qr", /--as: expected --svg or --png beside it, found neither/],
      [
        "--merchant Shop --amount 5 --with-pin",
        /--merchant, --amount, --with-pin: expected --over beside it, found none/
      ]
    ]
    for (const [given, says] of pictures) expect(refused(`wallet show --once ${given}`)).toMatch(says)
    expect(readFileSync(path("wallet.json"))).toEqual(before)
    expect(readFileSync(path("notes.txt"), "utf8")).toBe("mine")
    expect(left()).toBe(codes)
  })

  it("but in the place of another picture, of an empty file, or of none", () => {
    writeFileSync(path("empty.svg"), "", { mode: 0o600 })
    for (const given of ["--png new.png --svg empty.svg", "--png new.png --svg empty.svg"]) {
      expect(line.run(`wallet show --once ${given}`).status).toBe(0)
    }
    expect(readFileSync(path("new.png")).subarray(1, 4).toString()).toBe("PNG")
    expect(readFileSync(path("empty.svg"), "utf8")).toMatch(/^<svg/)
    expect(refused("wallet show --once --png empty.svg")).toMatch(/found another file/)
  })
})

describe("a sale is not shown where its picture cannot be written", () => {
  beforeAll(() => {
    const till = JSON.parse(readFileSync(path("till.json"), "utf8")) as object
    writeFileSync(path("bound.json"), JSON.stringify({ ...till, scheme: files["alipay-till-qr"] }), { mode: 0o600 })
  })

  const offer = "till offer --amount 5 --till bound.json"

  it("and nothing but a picture is in the place of which one is put", () => {
    const before = readFileSync(path("bound.json"))
    writeFileSync(path("orders.txt"), "mine", { mode: 0o644 })
    writeFileSync(path("almost.png"), "xPNG", { mode: 0o644 })
    const pictures: ReadonlyArray<readonly [string, RegExp]> = [
      ["bound.json", /^bound.json: expected a file for a picture \(--png\).*found another file: name another path$/],
      ["orders.txt", /^orders.txt: expected a file for a picture \(--png\).*found another file: name another path$/],
      ["almost.png", /^almost.png: expected .*found another file: name another path$/],
      ["no/such.png", /^no\/such.png: expected a file that can be written, found ENOENT$/],
      [".", /^\.: expected a file for a picture .*found a folder$/]
    ]
    for (const [given, says] of pictures) expect(refused(`${offer} --png ${given}`)).toMatch(says)
    expect(readFileSync(path("bound.json"))).toEqual(before)
    expect(readFileSync(path("orders.txt"), "utf8")).toBe("mine")
    expect(readFileSync(path("almost.png"), "utf8")).toBe("xPNG")
    // Nor is it written down that one was shown, or a file left of a sale that is refused for another reason.
    expect(refused("till offer --amount 5 --png left.png")).toMatch(
      /^till.json: expected a scheme whose codes are made/
    )
    expect(["bound.json.offers", "left.png"].filter((name) => existsSync(path(name)))).toEqual([])
  })

  it("but in the place of another picture, of an empty file, or of none, whoever may read it", () => {
    writeFileSync(path("empty.png"), "", { mode: 0o644 })
    for (const picture of ["sale.png", "sale.png", "empty.png"]) {
      const { status, stderr, stdout } = line.run(`${offer} --png ${picture}`)
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^order \S+: scan the payer's code for it\n$/)])
      expect(stdout).toMatch(/^paycode:/)
      expect(readFileSync(path(picture)).subarray(0, 4)).toEqual(Buffer.from("\x89PNG", "latin1"))
    }
  })
})

describe("a phone is not added to an account", () => {
  const phones = (): number => {
    const database = new DatabaseSync(path("paycode.db"), { readOnly: true })
    try {
      return Number(database.prepare("SELECT count(*) AS phones FROM phone").get()!.phones)
    } finally {
      database.close()
    }
  }

  it("where its wallet and the wallet's key would be in one file", () => {
    const before = phones()
    const enroll = `wallet enroll ${at} --account ${account} --scheme unionpay --file one --key-file ./one`
    expect(refused(enroll)).toBe("--key-file ./one: expected another file than --file, found the same")
    expect([phones(), existsSync(path("one"))]).toEqual([before, false])
  })

  it("by another's password, which leaves no key either", () => {
    const enroll = `wallet enroll ${at} --account ${account} --scheme unionpay --file two --key-file two.key`
    expect(line.run(enroll, { PAYCODE_PASSWORD: "another's" }).status).toBe(1)
    expect(["two", "two.key"].filter((name) => existsSync(path(name)))).toEqual([])
  })
})

describe("what is given as a file is one", () => {
  it.each([
    "wallet show --png",
    "wallet show --file",
    "operator merchant two --till",
    "serve --operator-key",
    "serve --mark",
    "serve --ledger"
  ])("%s: no name", (given) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [new URL("../../main.ts", import.meta.url).pathname, ...given.split(" "), ""],
      { cwd: line.folder, encoding: "utf8", env: { PATH: process.env.PATH ?? "", PAYCODE_PASSPHRASE: "x" } }
    )
    expect(status).toBe(2)
    expect(stderr).toMatch(new RegExp(`${given.split(" ").at(-1)}.*the path of a file`))
  })

  it("no device, and no pipe that nobody may ever write to", () => {
    expect(refused(`operator account ${at} --balance 1 --password-file /dev/null`)).toMatch(
      /^\/dev\/null: expected a file with the payment password, found a device$/
    )
    expect(spawnSync("mkfifo", ["-m", "600", path("pipe")]).status).toBe(0)
    expect(refused("serve --port 0 --operator-key pipe")).toMatch(/^pipe: expected a file with a key, found a pipe$/)
  })

  it("but what a shell has another program write", () => {
    const { status, stdout } = spawnSync(
      "bash",
      [
        "--norc",
        "-c",
        `"${process.execPath}" "${new URL("../../main.ts", import.meta.url).pathname}" operator account ${at} --balance 1 --password-file <(printf 314159)`
      ],
      { cwd: line.folder, encoding: "utf8", env: { PATH: process.env.PATH ?? "" } }
    )
    expect([status, /^[0-9]+\n$/.test(stdout)]).toEqual([0, true])
  })

  it("and a passphrase is something", () => {
    expect(line.run("wallet status", { PAYCODE_PASSPHRASE: "" }).stderr).toMatch(
      /expected it in PAYCODE_PASSPHRASE, found nothing there/
    )
  })
})

describe("a provider that cannot be what it is told makes no ledger", () => {
  it.each([
    ["--host nosuch.invalid", /--host nosuch.invalid: expected an address of this machine, found E/],
    ["--mark no/such", /--mark no\/such: expected a file for the mark, found no folder no/],
    ["--mark new.db", /--mark new.db: expected a file for the mark, found the ledger itself/],
    ["--mark .", /--mark .: expected a file for the mark, found a folder/],
    ["--name ...", /--name: expected the name of a host/],
    ["--name pay.example:99999", /--name: expected the name of a host/],
    ["--postgres", /--ledger new.db: expected no file beside --postgres/]
  ])("%s", (given, says) => {
    expect(refused(`serve --port 0 --operator-key new.key --ledger new.db ${given}`)).toMatch(says)
    expect(readdirSync(line.folder).filter((name) => name.startsWith("new."))).toEqual(["new.png"])
  })

  it("where it would listen to everybody by mistake, or where another listens", () => {
    expect(
      spawnSync(process.execPath, [new URL("../../main.ts", import.meta.url).pathname, "serve", "--host", ""], {
        cwd: line.folder,
        encoding: "utf8"
      })
    ).toMatchObject({ status: 2, stderr: "--host: expected an address to listen on, found none\n" })
    const port = new URL(at.slice("--server ".length)).port
    expect(refused(`serve --ledger new.db --operator-key new.key --port ${port}`)).toMatch(/found it in use/)
    expect(["new.db", "new.key"].filter((name) => existsSync(path(name)))).toEqual([])
  })

  it("where its ledger is a link to nothing", () => {
    symlinkSync("/nowhere/ledger.db", path("link.db"))
    expect(refused("serve --port 0 --ledger link.db")).toMatch(/found a link to nothing/)
  })
})

it("what may be a code is not repeated by who is asked about an order", () => {
  const code = "628162112345678901"
  for (const given of [`till query ${code}`, `till reverse ${code}`]) {
    const { stderr } = line.run(given)
    expect(stderr).toMatch(/expected one that was sent from till.json, found \(digits\)/)
    expect(stderr).not.toContain(code)
  }
})
