/** A provider's clock, by the commands: what is said where it cannot be gone by, and of the one that is taken for right. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as CommandLine from "../testing/CommandLine.ts"

describe("a clock that is behind what its ledger was last written by", () => {
  let line: CommandLine.CommandLine

  beforeAll(() => {
    line = CommandLine.open()
  })
  afterAll(() => line.close())

  it("serves nothing until its operator, who is told by how much, says that it is right", async () => {
    const first = await line.serve()
    await first.end()
    const later = Math.floor(Date.now() / 1000) + 3600
    const ledger = new DatabaseSync(join(line.folder, "paycode.db"))
    ledger.prepare("UPDATE epoch SET beat_at = ?").run(later)
    ledger.close()
    const at = new Date(later * 1000).toISOString()
    expect(line.run("serve --port 0")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(`clock: expected ${at} or later, by which the ledger was served, found 20`)
    })
    expect(line.run("operator clock")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        new RegExp(
          `^the clock is taken for right: 20\\S+; the ledger was last served at ${at}, 3[56]\\d\\d seconds later than this\n$`
        )
      )
    })
    const again = await line.serve()
    await again.end()
    // And now it is as it should be.
    expect(line.run("operator clock").stdout).toMatch(/, \d+ seconds before this\n$/)
  })
})
