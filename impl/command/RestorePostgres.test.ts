/**
 * A ledger in PostgreSQL that comes back from a base backup which was taken under load, while a provider goes on serving: the provider
 * knows that it did, and answers nothing that may have been lost (VER-30, VER-31).
 */
import { randomBytes } from "node:crypto"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Signature } from "../http/Http.ts"
import * as Cluster from "../testing/Cluster.ts"
import * as CommandLine from "../testing/CommandLine.ts"

/** Long enough for what other processes leave of the machine. */
const patience = 240_000

describe("a ledger in PostgreSQL that comes back from a base backup", () => {
  const scope = Scope.makeUnsafe()
  let line: CommandLine.CommandLine
  let cluster: Cluster.Cluster
  let env: Readonly<Record<string, string>>
  const stops: Array<() => Promise<void>> = []

  beforeAll(async () => {
    line = CommandLine.open()
    cluster = await Effect.runPromise(Effect.provideService(Cluster.make, Scope.Scope, scope))
    env = { PAYCODE_POSTGRES: Redacted.value(await Effect.runPromise(cluster.database)) }
  }, patience)
  afterAll(async () => {
    for (const stop of stops) await stop()
    await line.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, patience)

  const path = (name: string): string => join(line.folder, name)
  const run = (given: string) => line.run(given, env)
  const mark = (): number => JSON.parse(readFileSync(path("paycode.mark"), "utf8")).beat

  /** Asks a provider as the shop, and answers what it says; undefined where it says nothing that was decided. */
  const asked = async (url: string, path: string, body: object): Promise<string | undefined> => {
    const { key } = JSON.parse(readFileSync(join(line.folder, "till.json"), "utf8"))
    const text = JSON.stringify(body)
    const headers = Signature.headers({
      method: "POST",
      path,
      body: text,
      key: Redacted.make(new Uint8Array(Buffer.from(key, "hex"))),
      caller: { _tag: "Merchant", merchant: "shop" },
      created: Math.floor(Date.now() / 1000),
      nonce: randomBytes(18).toString("base64url")
    })
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: text }
    const response = await fetch(url + path, init).catch(() => undefined)
    return response?.status === 200 ? ((await response.json()) as { readonly answer: string }).answer : undefined
  }

  /** Orders that are reversed before anybody pays them, one after the other, until it is told to stop: each answer is a record. */
  const load = (url: string) => {
    const answered = new Set<string>()
    let isOver = false
    const many = Array.from({ length: 4 }, async (_, at) => {
      for (let number = 0; !isOver; number++) {
        const order = `load-${at}-${number}`
        if ((await asked(url, "/v1/reverse", { order })) === "REVERSED") answered.add(order)
        else await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })
    const stop = async (): Promise<void> => {
      isOver = true
      await Promise.all(many)
    }
    return { answered, stop }
  }

  it(
    "is known by its mark to a provider that runs, and of what it has no record nobody is told that it was not",
    async () => {
      const provider = await line.serve("--postgres", env)
      const { url } = provider
      const at = `--server ${url}`
      const account = run(`operator account ${at} --balance 500000`).stdout.trim()
      expect(run(`operator merchant shop ${at}`).status).toBe(0)
      for (const file of ["wallet.json", "other.json"]) {
        expect(run(`wallet enroll ${at} --account ${account} --agree --file ${file}`).status).toBe(0)
      }
      const sell = (order: string, file = "wallet.json"): string => {
        rmSync(path("code.png"), { force: true })
        expect(run(`wallet show --once --png code.png --file ${file}`).status).toBe(0)
        const { stderr, stdout } = run(`till scan code.png --amount 100 --order ${order} --once`)
        return stdout + stderr
      }
      expect(sell("kept", "other.json")).toContain(": paid")

      const first = load(url)
      stops.push(first.stop)
      await expect.poll(() => first.answered.size, { timeout: patience }).toBeGreaterThan(40)
      const before = new Set(first.answered)
      const restore = await Effect.runPromise(cluster.backup)
      const after = first.answered.size
      await expect.poll(() => first.answered.size, { timeout: patience }).toBeGreaterThan(after + 40)
      expect(sell("lost")).toContain(": paid")
      const beats = mark()
      await expect.poll(mark, { timeout: patience }).toBeGreaterThan(beats + 1)
      await first.stop()

      await Effect.runPromise(restore)
      await expect
        .poll(() => provider.said(), { timeout: patience })
        .toMatch(/the ledger was restored \(it is older than its mark\)/)
      const told = async (order: string) => {
        let answer: string | undefined
        // A connection that the server has ended is told once.
        for (let time = 0; time < 20 && answer === undefined; time++) answer = await asked(url, "/v1/query", { order })
        return answer
      }
      expect([await told("kept"), await told("lost")]).toEqual(["PAID", "UNKNOWN"])
      const found = new Map<string, string | undefined>()
      for (const order of first.answered) found.set(order, await told(order))
      // What was answered before the backup began is there; what is not is not said to have never been.
      expect([...before].filter((order) => found.get(order) !== "REVERSED")).toEqual([])
      expect([...found.values()].filter((answer) => answer !== "REVERSED" && answer !== "UNKNOWN")).toEqual([])
      expect([...found.values()]).toContain("UNKNOWN")
      // No code of before is accepted until it is renewed.
      expect(sell("old")).toContain("UNKNOWN")
      expect(run("wallet renew").status).toBe(0)

      expect(run("operator reconcile --postgres").stdout).toMatch(/^the books are reconciled/)
      expect(await told("lost")).toBe("NO_SUCH_ORDER")
      await provider.end()
      const again = await line.serve(`--postgres --port ${new URL(url).port}`, env)
      expect(again.said()).not.toMatch(/restored/)
      // Whatever its code is worth so soon after the restore, its order number is known never to have been used.
      expect(sell("renewed")).not.toContain("UNKNOWN")
      await again.end()
    },
    patience * 4
  )
})
