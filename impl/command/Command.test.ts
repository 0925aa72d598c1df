/** The commands of the provider, the phone and the till, where what they are given is wrong or missing. The tour plays the rest. */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { files } from "../../spec/Schemes.ts"

const main = fileURLToPath(new URL("../../main.ts", import.meta.url))

let folder: string

const tillFile = {
  paycode: "till",
  version: 1,
  provider: "http://127.0.0.1:1",
  merchant: "shop",
  terminal: "till",
  key: "00".repeat(32),
  noticeKey: "00".repeat(32),
  scheme: files.alipay
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "paycode-command-"))
  writeFileSync(join(folder, "text.png"), "not a picture")
  writeFileSync(join(folder, "open.json"), "{}")
  chmodSync(join(folder, "open.json"), 0o644)
  writeFileSync(join(folder, "till.json"), '{ "paycode": "till", "version": 2 }', { mode: 0o600 })
  writeFileSync(join(folder, "operator.key"), "ab".repeat(32), { mode: 0o600 })
  writeFileSync(join(folder, "good.json"), JSON.stringify(tillFile), { mode: 0o600 })
  writeFileSync(join(folder, "bound.json"), JSON.stringify({ ...tillFile, scheme: files.hardened }), { mode: 0o600 })
  writeFileSync(join(folder, "wallet.json"), '{ "paycode": "walle', { mode: 0o600 })
  writeFileSync(join(folder, "short.key"), "abc", { mode: 0o600 })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secret = "correct-horse-battery"

const run = (given: ReadonlyArray<string>, others: Readonly<Record<string, string | undefined>> = {}) =>
  spawnSync(process.execPath, [main, ...given], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", PAYCODE_PASSWORD: secret, PAYCODE_PASSPHRASE: secret, ...others },
    timeout: 600_000
  })

describe("a code is money", () => {
  const code = "281234567890123456"

  it.each([
    ["digits as an argument", ["till", "scan", code, "--amount", "5", "--till", "good.json"]],
    ["digits and the end of a line", ["till", "scan", `${code}\n`, "--amount", "5", "--till", "good.json"]],
    ["digits in groups", ["till", "scan", "2812 3456 7890 1234 56", "--amount", "5", "--till", "good.json"]],
    ["digits as several arguments", ["till", "scan", "2812", "3456", "7890", "1234", "--amount", "5"]],
    ["digits as a value", ["till", "scan", "-", "--amount", code.padEnd(20, "0")]],
    ["digits in a path", ["till", "scan", `./${code}.png`, "--amount", "5", "--till", "good.json"]]
  ])("and %s ends with 2, and is not repeated", (_, given) => {
    const { status, stderr, stdout } = run(given)
    expect([status, stdout]).toEqual([2, ""])
    expect(stderr).not.toMatch(/[0-9][\s",]*(?:[0-9][\s",]*){11}/)
    expect(stderr).not.toMatch(/2812/)
  })

  it("is read from standard input, with a space or the end of a line anywhere, and asked for", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, "till", "scan", "-", "--amount", "5", "--order", "A", "--once", "--till", "good.json"],
      { cwd: folder, encoding: "utf8", input: "2812 3456 7890\n123456\n" }
    )
    expect(status).toBe(3)
    expect(stderr).not.toContain("2812")
    const sent = readFileSync(join(folder, "good.json.orders"), "utf8")
    expect(sent).toContain(`"code":"${code}"`)
    rmSync(join(folder, "good.json.orders"))
  })
})

describe("what cannot be used ends with its code, says what is wrong on stderr, prints nothing and writes nothing", () => {
  it.each([
    [
      2,
      "a scheme that is none",
      "serve --scheme nope",
      /^nope: expected a scheme file, or the name of a built-in scheme/
    ],
    [2, "a port that is none", "serve --port 70000", /--port: "70000". Expected: a whole number from 0 to 65535/],
    [2, "a port in another notation", "serve --port 8e3", /--port: "8e3". Expected: .* in digits alone/],
    [2, "a key that is none", "serve --operator-key short.key", /^short\.key: expected 32 bytes in hexadecimal/],
    [
      2,
      "a database without an address",
      "serve --postgres --operator-key k",
      /^--postgres: expected .* PAYCODE_POSTGRES/
    ],
    [
      1,
      "a database that does not answer",
      "serve --postgres",
      /^database: expected one that answers, found ConnectionError: .*; PAYCODE_POSTGRES names 127\.0\.0\.1:1\/none: see that it runs there/,
      { PAYCODE_POSTGRES: "postgres://nobody:secret@127.0.0.1:1/none" }
    ],
    [
      2,
      "a database's address that is none",
      "serve --operator-key ok.key --postgres",
      /^--postgres: expected an address as postgres:.* found something else$/m,
      { PAYCODE_POSTGRES: "localhost" }
    ],
    [
      2,
      "a scheme of short messages without a network for them",
      "serve --scheme alipay-sms-ocra",
      /^--messages: expected local, for the step-up of alipay-sms-ocra is by short message/
    ],
    [
      2,
      "a telephone number that is none",
      "operator account --telephone 12345",
      /--telephone: "12345". Expected: a number as \+8613800138000/
    ],
    [
      2,
      "a PIN that is none",
      "operator account --pin",
      /^the PIN: expected 4 to 12 digits, found something else/,
      { PAYCODE_PIN: secret }
    ],
    [
      2,
      "a registered name that cannot be seen",
      "operator merchant shop --name \u202eshop",
      /^--name: expected 1 to 64 characters in NFC that can be seen/
    ],
    [
      2,
      "a transaction where codes are made over none",
      "till offer --amount 5 --till good.json",
      /^good\.json: expected a scheme whose codes are made over the till's transaction, found alipay/
    ],
    [
      2,
      "a sale that was not shown, where codes are made over it",
      "till scan 123 --amount 5 --order A --till bound.json",
      /^--order, --amount: expected an order that `paycode till offer` has shown, and its amount, found none/
    ],
    [2, "a merchant's name that is none", "operator merchant a/b", /^name: expected 1 to 64 letters/],
    [
      2,
      "a terminal's name that is none",
      "operator merchant shop --terminal ä",
      /^--terminal: expected 1 to 64 visible/
    ],
    [
      2,
      "an order's number that is none",
      "till scan 123 --amount 5 --order ä --till good.json",
      /^--order: expected 1 to 64 visible/
    ],
    [
      2,
      "no passphrase",
      "wallet show",
      /^the passphrase of the wallet: expected it in PAYCODE_PASSPHRASE, or a key in/,
      { PAYCODE_PASSPHRASE: undefined }
    ],
    [
      2,
      "no key of the operator",
      "operator account --operator-key no.key",
      /^no\.key: expected a file with a key, found no such file/
    ],
    [2, "no wallet", "wallet show --file none.json", /^none\.json: expected a file, found none/],
    [2, "a wallet that is damaged", "wallet show", /wallet\.json: expected a wallet file/],
    [
      2,
      "a wallet that others can read",
      "wallet status --file open.json",
      /open\.json: expected permissions 0600, found 0644/
    ],
    [2, "a wallet where there is one", "wallet enroll --account 0", /^wallet\.json: expected no file yet, found one/],
    [
      1,
      "no provider",
      "wallet enroll --account 0 --file new.json --server http://127.0.0.1:1",
      /^provider: expected an answer, found nothing that listens at http:\/\/127\.0\.0\.1:1: start the provider there/
    ],
    [2, "no till", "till query 1 --till none.json", /^none\.json: expected the file of a till: .* found no such file/],
    [2, "a till of another version", "till scan 123 --amount 5", /^till\.json: version: expected 1, found 2/],
    [
      2,
      "an amount that is none",
      "till scan - --amount much",
      /--amount: "much". Expected: minor units in digits alone/
    ],
    [2, "an amount of nothing", "till scan - --amount 0", /--amount: "0". Expected: .* at least 1/],
    [2, "an amount with a point", "till scan - --amount 12.50", /--amount: "12\.50". Expected: .*: 1250 for 12\.50$/m],
    [2, "an amount in another notation", "till offer --amount 1e3", /--amount: "1e3". Expected: minor units in digits/],
    [2, "a balance below nothing", "operator account --balance -5", /--balance: "-5"/, { PAYCODE_PASSWORD: undefined }],
    [2, "an account that is none", "wallet enroll --account -1", /--account: "-1"/],
    [
      2,
      "a telephone that is none, for a phone",
      "wallet enroll --account 0 --telephone 1",
      /--telephone: "1". Expected: a number as/
    ],
    [
      2,
      "a provider without a scheme",
      "wallet enroll --account 0 --server localhost:1",
      /--server: "localhost:1". Expected/
    ],
    [
      2,
      "a place for notices that is none",
      "operator merchant shop --notify ftp://x",
      /--notify: "ftp:\/\/x". Expected/
    ],
    [2, "no amount", "till scan -", /--amount/],
    [
      2,
      "no picture",
      "till scan none.png --amount 5 --till good.json",
      /^code: expected a PNG or JPEG file, .* no such file/
    ],
    [2, "no digits", "till scan - --amount 5 --till good.json", /^code: expected digits, found something else/],
    [2, "a command that is none", "till sell", /sell/]
  ])("%i for %s", (code, _, given, says, others?: Record<string, string | undefined>) => {
    const before = readdirSync(folder).sort()
    const { status, stderr, stdout } = run(given.split(" "), others)
    expect([status, stdout]).toEqual([code, ""])
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(stderr).not.toContain(secret)
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})
