/** A ledger that comes back from a backup, by the commands: a provider that is served again knows that it did (VER-30, VER-31). */
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { backup, DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as CommandLine from "../testing/CommandLine.ts"

describe("a ledger that comes back from a backup", () => {
  let line: CommandLine.CommandLine

  beforeAll(() => {
    line = CommandLine.open()
  })
  afterAll(() => line.close())

  const path = (name: string): string => join(line.folder, name)
  const run = (given: string) => line.run(given)

  it("is known by its mark, and its provider answers nothing that it may have lost", async () => {
    const first = await line.serve()
    const at = (serving: CommandLine.Serving) => `--port ${new URL(serving.url).port}`
    const account = run(`operator account --server ${first.url} --balance 500000`).stdout.trim()
    expect(run(`operator merchant shop --server ${first.url}`).status).toBe(0)
    expect(run(`wallet enroll --server ${first.url} --account ${account} --agree`).status).toBe(0)
    const sell = (order: string): number | null => {
      rmSync(path("code.png"), { force: true })
      expect(run("wallet show --once --png code.png").status).toBe(0)
      return run(`till scan code.png --amount 100 --order ${order} --once`).status
    }
    const source = new DatabaseSync(path("paycode.db"))
    await backup(source, path("paycode.backup"))
    source.close()
    expect(sell("lost")).toBe(0)
    const asked = (order: string): string => {
      const { stderr, stdout } = run(`till query ${order}`)
      return stdout + stderr
    }
    const mark = (): number => JSON.parse(readFileSync(path("paycode.db.mark"), "utf8")).beat
    const before = mark()
    await expect.poll(mark).toBeGreaterThan(before + 1)
    expect(await first.end()).not.toBe(1)

    // Served as it was left, it says nothing.
    const again = await line.serve(at(first))
    expect(again.said()).not.toMatch(/restored/)
    await again.end()

    copyFileSync(path("paycode.backup"), path("paycode.db"))
    chmodSync(path("paycode.db"), 0o600)
    for (const suffix of ["-wal", "-shm"]) rmSync(path(`paycode.db${suffix}`), { force: true })
    const restored = await line.serve(at(first))
    expect(restored.said()).toMatch(/^the ledger was restored \(it is older than its mark\)/)
    // The till knows that it was paid, and the provider does not know that it was not.
    expect(asked("lost")).toMatch(/UNKNOWN|paid/)
    expect(sell("old")).toBe(3)
    expect(run("wallet renew").status).toBe(0)
    await restored.end()

    expect(run("operator reconcile")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^the books are reconciled/)
    })
    const reconciled = await line.serve(at(first))
    expect(reconciled.said()).not.toMatch(/restored/)
    expect(sell("renewed")).not.toBe(3)
    await reconciled.end()

    // An operator says so where no mark can tell.
    rmSync(path("paycode.db.mark"))
    expect(run("operator restore")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^the ledger was restored \(as it was told\)/)
    })
    expect(existsSync(path("paycode.db.mark"))).toBe(false)

    // The mark of another ledger is none of this.
    const own = await line.serve(at(first))
    await own.end()
    rmSync(path("paycode.db"))
    expect(run("serve --port 0")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^paycode\.db\.mark: expected the mark of the ledger, found that of [0-9a-f]{32}; the ledger is a new one/
      )
    })
  })
})
