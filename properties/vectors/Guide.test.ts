/** The example of the guide runs, and says what the guide says, where there is a Python to run it with. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { folder } from "./Files.ts"

const guide = readFileSync(new URL("../../docs/guides/vectors.md", import.meta.url), "utf8")

const fences = (language: string): ReadonlyArray<string> =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map((match) => match[1]!)

const run = (program: string) =>
  spawnSync("python3", ["-I", "-B", "-", fileURLToPath(folder)], { input: program, encoding: "utf8" })

const hasPython = spawnSync("python3", ["--version"]).status === 0

describe("the example of the guide", () => {
  const [program = ""] = fences("python")
  const [passed, mistaken] = fences("text")

  it.runIf(hasPython)("passes", () => {
    const { status, stderr, stdout } = run(program)
    expect([stderr, stdout, status]).toEqual(["", passed, 0])
  })

  it.runIf(hasPython)("says which mistake was made", () => {
    const { status, stdout } = run(program.replace("0x7FFFFFFF", "0xFFFFFFFF"))
    expect(stdout.startsWith(mistaken!)).toBe(true)
    expect(status).toBe(1)
  })
})
