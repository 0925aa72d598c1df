/** The commands of the provider, the phone and the till, where what they are given is wrong or missing. The tour plays the rest. */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
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
    timeout: 30_000
  })

describe("what cannot be used ends with its code, says what is wrong on stderr, prints nothing and writes nothing", () => {
  it.each([
    [
      2,
      "a scheme that is none",
      "serve --scheme nope",
      /^nope: expected a scheme file, or the name of a built-in scheme/
    ],
    [2, "a port that is none", "serve --port 70000", /^--port: expected a whole number from 0 to 65535, found 70000/],
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
      /^database: expected one that answers, found ConnectionError/,
      { PAYCODE_POSTGRES: "postgres://nobody@127.0.0.1:1/none" }
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
      /^--telephone: expected a number as \+8613800138000, found 12345/
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
      /^provider: expected an answer/
    ],
    [2, "no till", "till query 1 --till none.json", /^none\.json: expected the file of a till: .* found no such file/],
    [2, "a till of another version", "till scan 123 --amount 5", /^till\.json: version: expected 1, found 2/],
    [2, "an amount that is none", "till scan 123 --amount much", /--amount/],
    [2, "no amount", "till scan 123", /--amount/],
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
