/** The examples of what the package exports: each runs as it stands, and says what it says. In a clone they use the sources. */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import manifest from "../../package.json" with { type: "json" }
import { said } from "./Said.ts"

const folder = fileURLToPath(new URL(".", import.meta.url))

const examples = readdirSync(folder).filter((file) => file.endsWith(".ts") && /^[a-z]/.test(file))

describe("an example", () => {
  it.each(Object.entries(said))("%s says what it is to say", (file, expected) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, ["--conditions=clone", `${folder}${file}`], {
      encoding: "utf8"
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(expected)
  })

  it("is there for everything that is exported", () => {
    const texts = examples.map((file) => readFileSync(`${folder}${file}`, "utf8"))
    const rooms = Object.keys(manifest.exports).flatMap((path) => (path === "./package.json" ? [] : [path.slice(2)]))
    expect(rooms.filter((room) => !texts.some((text) => text.includes(`from "paycode/${room}"`)))).toEqual([])
  })

  it("stands in the guide as it is", () => {
    const guide = readFileSync(`${folder}../guides/library.md`, "utf8")
    const [, shown] = /```typescript\n([\s\S]*?)```/.exec(guide) ?? []
    const [, code] = /\*\/\n([\s\S]*)/.exec(readFileSync(`${folder}audit.ts`, "utf8")) ?? []
    expect(shown).toBe(code)
    for (const file of examples) expect(guide).toContain(`(../examples/${file})`)
  })

  it("is run, or is a suite that the runner of suites runs", () => {
    expect(examples.filter((file) => !(file in said) && !file.endsWith(".test.ts"))).toEqual([])
  })
})
