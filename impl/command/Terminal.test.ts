/** A till whose terminal its merchant may not enlist: the sale is over at once, and whoever stands there is told what to do. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { mostTerminals } from "../provider/Provider.ts"
import * as CommandLine from "../testing/CommandLine.ts"

describe("a terminal that is one too many", () => {
  let line: CommandLine.CommandLine
  let provider: CommandLine.Serving

  beforeAll(async () => {
    line = CommandLine.open()
    provider = await line.serve()
    const server = `--server ${provider.url}`
    const account = run(`operator account ${server} --balance 500000`).stdout.trim()
    expect(run(`operator merchant shop ${server}`).status).toBe(0)
    expect(run(`wallet enroll ${server} --account ${account} --agree`).status).toBe(0)
    expect(run("wallet show --once --png code.png").status).toBe(0)
    const settings = JSON.parse(readFileSync(join(line.folder, "till.json"), "utf8"))
    for (const terminal of ["one-more", "another"]) {
      const file = join(line.folder, `${terminal}.json`)
      writeFileSync(file, JSON.stringify({ ...settings, terminal }), { mode: 0o600 })
    }
    const ledger = new DatabaseSync(join(line.folder, "paycode.db"))
    const put = ledger.prepare("INSERT INTO terminal (merchant, name) VALUES ('shop', ?)")
    ledger.exec("BEGIN IMMEDIATE")
    for (let number = 1; number < mostTerminals; number++) put.run(`full-${number}`)
    ledger.exec("COMMIT")
    ledger.close()
  })
  afterAll(() => line.close())

  const run = (given: string) => line.run(given)

  it.each(["", "--once"])("ends the sale, and nobody asks about it any more %s", (once) => {
    const order = `o${once}`
    const told = run(`till scan code.png --amount 100 --order ${order} ${once} --till one-more.json`)
    expect(told).toMatchObject({ status: 1, stdout: "" })
    expect(told.stderr).toContain("TERMINALS_TOO_MANY")
    expect(told.stderr).toContain(
      `order ${order}, 100: not paid: the provider takes nothing from the terminal one-more`
    )
    expect(told.stderr).toContain("--terminal")
    expect(told.stderr).not.toContain("till query")
    // The order was never asked for, and the till knows.
    expect(run(`till query ${order} --till one-more.json`)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/: not paid \(NO_SUCH_ORDER\)\n$/)
    })
  })

  it("leaves the code to a terminal that is enlisted, and the order over where that is asked for again", () => {
    const order = "later"
    const scanned = `till scan code.png --amount 100 --order ${order} --till one-more.json`
    expect(run(scanned).status).toBe(1)
    const ledger = new DatabaseSync(join(line.folder, "paycode.db"))
    ledger.exec("DELETE FROM terminal WHERE name = 'full-1'")
    ledger.close()
    // The till has told its shop that it is not paid, so that nothing is asked under it any more.
    for (const once of ["", " --once"]) {
      expect(run(`${scanned}${once}`)).toMatchObject({ status: 1, stderr: expect.stringContaining("100: not paid") })
    }
    expect(run(`till query ${order} --till one-more.json`).stdout).toContain("NO_SUCH_ORDER")
    expect(run("till scan code.png --amount 100 --order new").status).toBe(0)
  })

  it("says nothing of an order that may have been asked for before: that is asked about, or reversed", () => {
    const ledger = new DatabaseSync(join(line.folder, "paycode.db"))
    ledger.exec("INSERT OR IGNORE INTO terminal (merchant, name) VALUES ('shop', 'full-1')")
    ledger.close()
    // As a till leaves it that was switched off after it had written down what it asks for; old enough to be reversed.
    const code = JSON.parse(readFileSync(join(line.folder, "one-more.json.orders"), "utf8").trim().split("\n")[0]!).code
    const sent = { order: "sent", code, amount: 100, view: "asked", sentAt: Math.floor(Date.now() / 1000) - 30 }
    writeFileSync(join(line.folder, "another.json.orders"), `\n${JSON.stringify(sent)}\n`, { mode: 0o600 })
    const told = run("till scan code.png --amount 100 --order sent --till another.json")
    expect(told).toMatchObject({ status: 3, stderr: expect.stringContaining("TERMINALS_TOO_MANY") })
    expect(told.stderr).toMatch(/mend that, then run `paycode till query sent --till another.json` until it is settled/)
    const queried = run("till query sent --till another.json")
    expect(queried).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("`paycode till reverse sent --till another.json`")
    })
    expect(run("till reverse sent --till another.json").status).toBe(0)
  })
})
