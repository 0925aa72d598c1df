/** Keys that are rotated and withdrawn, by the commands: of a merchant, of a phone and of the operator, while the provider runs. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as CommandLine from "../testing/CommandLine.ts"

describe("keys", () => {
  let line: CommandLine.CommandLine
  let provider: CommandLine.Serving

  beforeAll(async () => {
    line = CommandLine.open()
    provider = await line.serve()
  })
  afterAll(() => line.close())

  const path = (name: string): string => join(line.folder, name)
  const run = (given: string) => line.run(given)
  const server = (): string => `--server ${provider.url}`
  const asked = (till: string) => {
    rmSync(path("code.png"), { force: true })
    run("wallet show --once --png code.png")
    return run(`till scan code.png --amount 1 --once --till ${till}`)
  }

  it("of a merchant are rotated by its till, or by the operator, and withdrawn", () => {
    const account = run(`operator account ${server()} --balance 500000`).stdout.trim()
    expect(run(`operator merchant shop ${server()}`).status).toBe(0)
    expect(run(`operator merchant shop ${server()} --till other.json --terminal till-2`).status).toBe(0)
    expect(run(`wallet enroll ${server()} --account ${account} --agree`).status).toBe(0)
    const before = JSON.parse(readFileSync(path("till.json"), "utf8"))
    expect(run("till rotate --overlap 3600")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /^till\.json: the merchant shop has other keys, and the one before, unless it was withdrawn, is good for 3600 seconds more\n/
      )
    })
    const after = JSON.parse(readFileSync(path("till.json"), "utf8"))
    expect([after.key === before.key, after.noticeKey === before.noticeKey, "next" in after]).toEqual([
      false,
      false,
      false
    ])
    expect(asked("till.json").status).toBe(0)
    // Keys for which there is no place are not asked for.
    expect(run(`operator rotate shop --overlap 0 --till no/new.json ${server()}`)).toMatchObject({
      status: 2,
      stderr: "no/new.json: expected a file that can be written, found ENOENT\n"
    })
    expect(asked("till.json").stderr).not.toContain("KEY_")
    // The other till goes on by the keys before, and cannot give them up for others.
    expect(asked("other.json").stdout + asked("other.json").stderr).not.toContain("KEY_")
    expect(run("till rotate --till other.json")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("KEY_SUPERSEDED: another key has taken the place of this one")
    })
    expect("next" in JSON.parse(readFileSync(path("other.json"), "utf8"))).toBe(false)

    expect(run(`operator withdraw merchant/shop ${server()}`)).toMatchObject({
      status: 0,
      stdout:
        "merchant/shop is withdrawn: nothing that it has signed is taken any more; `paycode operator rotate` gives the merchant others\n"
    })
    for (const till of ["till.json", "other.json"]) {
      expect(asked(till)).toMatchObject({
        status: 3,
        stderr: expect.stringContaining("KEY_WITHDRAWN, the key is good no more")
      })
    }
    expect(run(`operator withdraw merchant/nobody ${server()}`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("there is no such merchant")
    })
    expect(run(`operator withdraw operator ${server()}`)).toMatchObject({
      status: 2,
      stderr: 'key: expected merchant/NAME or phone/NUMBER, found "operator"\n'
    })
    expect(run(`operator rotate shop --till new.json ${server()}`)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^new\.json: the till till-1 of shop, with other keys; /)
    })
    expect(run("till query nothing --till new.json").status).toBe(2)
  })

  it("of a phone are rotated by its wallet, also where the answer was lost, and withdrawn with the phone", async () => {
    const wallet = readFileSync(path("wallet.json"))
    expect(run("wallet rotate --overlap 0")).toMatchObject({
      status: 0,
      stdout: "wallet.json: phone 0 has another key, and the one before is withdrawn\n"
    })
    expect(run("wallet renew").status).toBe(0)
    // What it was before holds a key that is withdrawn.
    const young = readFileSync(path("wallet.json"))
    writeFileSync(path("wallet.json"), wallet)
    expect(run("wallet renew")).toMatchObject({ status: 1, stderr: expect.stringContaining("KEY_WITHDRAWN") })
    writeFileSync(path("wallet.json"), young)

    // Nobody answers; the key that was drawn is kept, and taken when somebody does.
    await provider.end()
    expect(run("wallet rotate")).toMatchObject({ status: 3, stderr: expect.stringContaining("run the same again") })
    provider = await line.serve(`--port ${new URL(provider.url).port}`)
    expect(run("wallet rotate").status).toBe(0)
    expect(run("wallet renew").status).toBe(0)
    expect(run(`operator withdraw phone/0 ${server()}`)).toMatchObject({
      status: 0,
      stdout: /phone\/0 is withdrawn/ as unknown
    })
    expect(run("wallet renew")).toMatchObject({ status: 1, stderr: expect.stringContaining("the phone was revoked") })
  })

  it("of the operator are rotated with the ledger, also where the file is lost, and a provider serves with none that is withdrawn", async () => {
    const old = readFileSync(path("operator.key"))
    expect(run("operator key --overlap 0")).toMatchObject({
      status: 0,
      stdout: "operator.key: the operator has another key, and the one before is withdrawn\n"
    })
    expect(existsSync(path("operator.key.next"))).toBe(false)
    // The provider that runs takes it, and the one before no more.
    expect(run(`operator account ${server()}`).status).toBe(0)
    renameSync(path("operator.key"), path("good.key"))
    writeFileSync(path("operator.key"), old, { mode: 0o600 })
    expect(run(`operator account ${server()}`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("the key is good no more")
    })
    await provider.end()
    const why = "operator.key: expected the key of the operator that paycode.db has, found"
    expect(run("serve --port 0")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${why} one that is good no more`)
    })
    writeFileSync(path("operator.key"), `${"5a".repeat(32)}\n`, { mode: 0o600 })
    expect(run("serve --port 0")).toMatchObject({ status: 2, stderr: expect.stringContaining(`${why} another`) })
    rmSync(path("operator.key"))
    expect(run("serve --port 0")).toMatchObject({ status: 2, stderr: expect.stringContaining(`${why} no such file`) })
    expect(existsSync(path("operator.key"))).toBe(false)
    expect(run("operator key").status).toBe(0)
    provider = await line.serve()
    expect(run(`operator account ${server()}`).status).toBe(0)
  })
})
