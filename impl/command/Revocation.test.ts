/** A phone that is lost, by the commands: its owner has it revoked, and whoever holds it has nothing of it (ENR-13). */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as CommandLine from "../testing/CommandLine.ts"

describe("a phone that its owner revokes", () => {
  let line: CommandLine.CommandLine
  let url: string

  beforeAll(async () => {
    line = CommandLine.open()
    url = (await line.serve()).url
  })
  afterAll(() => line.close())

  const run = (given: string) => line.run(given)

  it("renews nothing, is shown nothing, pays nothing, and destroys what it holds as it is told", () => {
    const account = run(`operator account --server ${url} --balance 500000`).stdout.trim()
    // Nobody finds it by counting.
    expect(account).toMatch(/^[1-9][0-9]{9,14}$/)
    expect(run(`operator merchant shop --server ${url}`).status).toBe(0)
    const enroll = (file: string) => run(`wallet enroll --server ${url} --account ${account} --agree --file ${file}`)
    expect(enroll("lost.json").stdout).toContain(`lost.json: phone 0 of account ${account}`)
    expect(run("wallet approve --file lost.json")).toMatchObject({ status: 0, stdout: /no order waits/ as unknown })
    const show = (file: string, png: string) => run(`wallet show --once --png ${png} --file ${file}`)
    expect(show("lost.json", "before.png").status).toBe(0)

    // A wrong password and a phone that the account has not end nothing.
    expect(
      line.run(`wallet revoke --server ${url} --account ${account} --phone 0`, { PAYCODE_PASSWORD: "no" })
    ).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("the password is not that of the account")
    })
    expect(run(`wallet revoke --server ${url} --account ${account} --phone 7`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("the account has no such phone")
    })
    expect(run("wallet renew --file lost.json").status).toBe(0)

    expect(run(`wallet revoke --server ${url} --account ${account} --phone 0`)).toMatchObject({
      status: 0,
      stdout: `phone 0 of account ${account} is revoked: nothing that it signs is taken any more\n`
    })
    expect(run("wallet approve --file lost.json")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("NOT_OWNER")
    })
    // What it made before is worth nothing either (ENR-10).
    expect(run("till scan before.png --amount 100 --order stolen").status).toBe(1)
    expect(run("wallet renew --file lost.json")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("the phone was revoked, and what it held is destroyed; enroll it again")
    })
    expect(show("lost.json", "after.png")).toMatchObject({ status: 1, stdout: "" })

    // Its owner enrolls it as another.
    expect(enroll("found.json").stdout).toContain(`found.json: phone 1 of account ${account}`)
    expect(show("found.json", "found.png").status).toBe(0)
    expect(run("till scan found.png --amount 100 --order found").status).toBe(0)
  })
})
