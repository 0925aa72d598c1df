/** The example that signs by itself, in a shell: a provider takes what it sends. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as HttpHarness from "../../impl/testing/HttpHarness.ts"

const script = fileURLToPath(new URL("signed.sh", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-signed-"))

/** A machine without these has nothing to try it with. */
const isPossible = ["bash", "openssl", "curl"].every(
  (program) => spawnSync(program, [program === "openssl" ? "version" : "--version"]).status === 0
)

const written = (key: HttpHarness.Signer["key"]): string => Buffer.from(Redacted.value(key)).toString("hex")

describe.skipIf(!isPossible)("the example in a shell", () => {
  let harness: HttpHarness.HttpHarness
  let shop: HttpHarness.Signer["key"]

  beforeAll(async () => {
    harness = await HttpHarness.make()
    harness.now = Math.floor(Date.now() / 1000)
    const enlisted = await harness.signed(HttpHarness.operator, "/v1/merchants", { merchant: "shop" })
    shop = HttpHarness.keyOf((enlisted.body as { readonly key: string }).key)
    writeFileSync(join(folder, "operator.key"), `${written(HttpHarness.operatorKey)}\n`)
    const till = { merchant: "shop", key: written(shop), noticeKey: "0".repeat(64) }
    writeFileSync(join(folder, "till.json"), JSON.stringify(till, null, 2))
    writeFileSync(join(folder, "compact.json"), JSON.stringify(till))
    writeFileSync(join(folder, "empty.json"), "{}")
  })

  afterAll(async () => {
    await harness.stop()
    rmSync(folder, { recursive: true })
  })

  /** Runs it, and answers how it ended. */
  const run = (body: string, ...given: ReadonlyArray<string>) =>
    new Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
      const child = spawn("bash", [script, ...given], { cwd: folder })
      let [stdout, stderr] = ["", ""]
      child.stdout.on("data", (part) => {
        stdout += String(part)
      })
      child.stderr.on("data", (part) => {
        stderr += String(part)
      })
      child.on("close", (status) => resolve({ status, stdout, stderr }))
      child.stdin.on("error", () => undefined)
      child.stdin.end(body)
    })

  it.each(["till.json", "compact.json"])("asks as a merchant, with the key of %s", async (file) => {
    const asked = await run('{"order":"o1"}', "merchant/shop", file, `${harness.url}/v1/query`)
    expect(asked).toMatchObject({ status: 0, stderr: "" })
    expect(JSON.parse(asked.stdout)).toMatchObject({ answer: "NO_SUCH_ORDER", order: "o1" })
  })

  it("asks as the operator, with a body of several lines and of other scripts", async () => {
    const body = '{ "merchant": "other",\n  "name": "小店 Zoë" }\n\n'
    const asked = await run(body, "operator", "operator.key", `${harness.url}/v1/merchants`)
    expect(asked).toMatchObject({ status: 0, stderr: "" })
    expect(JSON.parse(asked.stdout)).toMatchObject({ name: "小店 Zoë" })
  })

  it("says what it is answered where the key is another's", async () => {
    const asked = await run('{"order":"o1"}', "merchant/shop", "operator.key", `${harness.url}/v1/query`)
    expect(asked.status).toBe(22)
    expect(JSON.parse(asked.stdout)).toMatchObject({ error: "SIGNATURE_WRONG" })
  })

  it("says what it expects where it is given too little", async () => {
    const few = await run("", "operator", "operator.key")
    expect(few).toMatchObject({ status: 2, stdout: "" })
    expect(few.stderr).toContain("expected KEYID KEYFILE URL, and the body on standard input, found 2 arguments")
    const keyless = await run("{}", "operator", "empty.json", `${harness.url}/v1/query`)
    expect(keyless).toMatchObject({ status: 2, stdout: "" })
    expect(keyless.stderr).toContain("empty.json: expected a key, 64 digits in hexadecimal, found none")
  })
})
