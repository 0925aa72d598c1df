/** The formal spec under its own tool, as whoever reads it would run it. PAYCODE_SEED chooses the runs. */
import { spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { asserted } from "../../model/Scheme.ts"
import { claims } from "../../spec/Claims.ts"
import { seed } from "../suites/Harness.ts"
import * as Agreement from "./Agreement.ts"
import * as Comparison from "./Comparison.ts"

const cli = fileURLToPath(new URL("../../node_modules/@informalsystems/quint/dist/src/cli.js", import.meta.url))

/**
 * What a command of the tool says, and whether it succeeds. It says it to a file: the tool ends without waiting for whoever reads it
 * from a pipe, which may then miss the end.
 */
const quint = (
  command: string,
  ...given: ReadonlyArray<string>
): Promise<readonly [succeeds: boolean, says: string]> => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-quint-"))
  const file = join(folder, "said")
  const said = openSync(file, "w")
  const args = [cli, command, "--backend=typescript", ...given]
  return new Promise<readonly [boolean, string]>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", said, said] })
    child.on("error", reject)
    child.on("close", (code) => resolve([code === 0, readFileSync(file, "utf8")]))
  }).finally(() => {
    closeSync(said)
    rmSync(folder, { recursive: true })
  })
}

describe.concurrent("under its own tool the spec", () => {
  it("passes alipay's scenarios", async () => {
    const count = Agreement.textOf("alipay")
      .split("module alipayWorst")[0]!
      .match(/^ {2}run \w+Test/gm)?.length
    const [succeeds, says] = await quint("test", "--max-samples=1", Agreement.fileOf("alipay"))
    expect(says).toContain(` ${count} passing`)
    expect(succeeds).toBe(true)
  })

  it("keeps in random runs what hardened asserts, and payments happen there", async () => {
    const { scheme, world } = Comparison.instances.find(({ name }) => name === "hardened")!
    const kept = Agreement.invariants.filter((id) => {
      const under: ReadonlyArray<string> = claims[id].under
      const withstands = Object.entries(world.can).every(([can, has]) => !has || under.includes(can))
      return withstands && asserted(scheme, id) === "holds"
    })
    const witnesses = ["somebodyPaid", "somebodyRefused", "somebodyConfirmedInTheCode"]
    const [succeeds, says] = await quint(
      "run",
      Agreement.fileOf("hardened"),
      "--max-samples=40",
      "--max-steps=20",
      `--seed=${seed * 2 ** 40}`,
      "--invariants",
      ...kept.map(Agreement.nameOf),
      "--witnesses",
      ...witnesses
    )
    expect(says).toContain("No violation found")
    for (const witness of witnesses) expect(says).toMatch(new RegExp(`${witness} was witnessed in [1-9]`))
    expect(kept.length).toBeGreaterThan(15)
    expect(succeeds).toBe(true)
  })
})
