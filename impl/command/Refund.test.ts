/** Refunds by the command of a till: made once, told again, refused for anything else, and not lost where no answer comes. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as CommandLine from "../testing/CommandLine.ts"

describe("a refund", () => {
  let line: CommandLine.CommandLine
  let provider: CommandLine.Serving

  beforeAll(async () => {
    line = CommandLine.open()
    provider = await line.serve()
  })
  afterAll(() => line.close())

  const run = (given: string) => line.run(given)

  it("is made once under its number, whichever till of the merchant asks", () => {
    const server = `--server ${provider.url}`
    const account = run(`operator account ${server} --balance 500000`).stdout.trim()
    expect(run(`operator merchant shop ${server}`).status).toBe(0)
    expect(run(`operator merchant shop ${server} --till other.json --terminal till-2`).status).toBe(0)
    expect(run(`wallet enroll ${server} --account ${account} --agree`).status).toBe(0)
    expect(run("wallet show --once --png code.png").status).toBe(0)
    expect(run("till refund o --refund r1")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("NO_SUCH_ORDER")
    })
    expect(run("till scan code.png --amount 1000 --order o").status).toBe(0)
    expect(run("till refund o --refund r1")).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^order o, refund r1: .*; 0 of the order in all \(NO_SUCH_REFUND\)\n$/)
    })
    expect(run("till refund o --amount 400 --refund r1")).toMatchObject({
      status: 0,
      stdout: "order o, refund r1: 400 given back; 400 of the order in all (REFUNDED)\n",
      stderr: "order o, refund r1: asked\n"
    })
    const again = run("till refund o --amount 400 --refund r1 --till other.json")
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("400 of the order in all") })
    expect(run("till refund o --refund r1 --till other.json").stdout).toBe(again.stdout)
    expect(run("till refund o --amount 500 --refund r1")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(REFUND_CHANGED)")
    })
    // A number that is drawn is told before it is asked.
    const drawn = run("till refund o --amount 100")
    const [, number] = /refund (\S+): asked/.exec(drawn.stderr)!
    expect(drawn.stdout).toBe(`order o, refund ${number}: 100 given back; 500 of the order in all (REFUNDED)\n`)
    expect(run("till refund o --amount 501")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(REFUND_EXCEEDS)")
    })
  })

  it("is refused of what was paid out to the merchant, once for a payout's number", () => {
    const server = `--server ${provider.url}`
    const first = run(`operator payout shop ${server} --payout p1`)
    expect(first).toMatchObject({
      status: 0,
      stdout: "merchant shop, payout p1: 500 paid out; 0 held for it now\n",
      stderr: "merchant shop, payout p1: asked\n"
    })
    expect(run(`operator payout shop ${server} --payout p1`).stdout).toBe(first.stdout)
    const drawn = run(`operator payout shop ${server}`)
    const [, number] = /payout (\S+): asked/.exec(drawn.stderr)!
    expect(drawn.stdout).toBe(`merchant shop, payout ${number}: 0 paid out; 0 held for it now\n`)
    expect(run("till refund o --amount 1 --refund r5")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("(MERCHANT_FUNDS)")
    })
    expect(run("till refund o --amount 400 --refund r1").status).toBe(0)
    expect(run(`operator payout shpo ${server}`)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("there is no such merchant")
    })
    expect(run(`operator payout "sh op" ${server}`)).toMatchObject({ status: 2, stdout: "" })
    expect(run(`operator payout shop ${server} --operator-key none.key`)).toMatchObject({ status: 2, stdout: "" })
  })

  it("that is denied came to nothing, and says so: a wrong key", () => {
    const till = JSON.parse(readFileSync(join(line.folder, "till.json"), "utf8"))
    const wrong = { ...till, key: `${till.key.startsWith("0") ? "1" : "0"}${till.key.slice(1)}` }
    writeFileSync(join(line.folder, "wrong.json"), JSON.stringify(wrong), { mode: 0o600 })
    const denied = run("till refund o --amount 5 --refund r9 --till wrong.json")
    expect(denied).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("nothing came of this request")
    })
    expect(run("till refund o --refund r9").stderr).toContain("NO_SUCH_REFUND")
  })

  it("that is not one is refused before anything is asked", () => {
    expect(run("till refund o")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^--amount: expected .*found neither/)
    })
    expect(run("till refund o --amount 1.5").status).toBe(2)
    expect(run("till refund o --amount 1 --till none.json")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("none.json: expected the file of a till")
    })
  })

  it("to which no answer comes may have been made, as a payout may: it says how the same is asked again", async () => {
    await provider.end()
    expect(run(`operator payout shop --payout p$2 --server ${provider.url}`)).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringContaining(
        `run \`paycode operator payout shop --payout 'p$2' --server ${provider.url} --operator-key operator.key\` again: under this number`
      )
    })
    expect(run("till refund o --amount 400 --refund r9")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("run `paycode till refund o --amount 400 --refund r9` again: under this number")
    })
    expect(run("till refund 2024051812345678 --refund r$9 --till other.json").stderr).toMatch(
      /run `paycode till refund 2024051812345678 --refund 'r\$9' --till other.json` again\n$/
    )
  })
})
