/** Too old a Node is told in one sentence, from every entry: the scripts of a clone, the commands, the suites, and what is exported. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import manifest from "../package.json" with { type: "json" }

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-node-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** A preload after which Node says that it is of another version. */
const claiming = (version: string): string => {
  const file = join(folder, `${version}.cjs`)
  const claimed = `{ ...process.versions, node: ${JSON.stringify(version)} }`
  writeFileSync(file, `Object.defineProperty(process, "versions", { value: ${claimed} })\n`)
  return file
}

const node = (version: string, ...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--require", claiming(version), ...given], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" }
  })
  return { status, stderr, stdout }
}

const sentence = (version: string): RegExp =>
  new RegExp(`^paycode: expected Node 22\\.19 or newer, found ${version.replaceAll(".", "\\.")} at [^\n]+\n$`)

describe.each(["20.20.2", "22.18.0", "18.0.0"])("Node %s", (version) => {
  it.each([["main.ts"], ["installed.ts"]])("is refused by %s", (entry) => {
    const { status, stderr, stdout } = node(version, entry, "--version")
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(sentence(version))
  })
})

it.each(["22.19.0", "23.0.0", "24.21.0", "100.0.0"])("Node %s is new enough", (version) => {
  expect(node(version, "main.ts", "--version")).toEqual({
    status: 0,
    stderr: "",
    stdout: `paycode v${manifest.version}\n`
  })
})

it("is asked for by every script that runs Node, before any TypeScript", () => {
  const scripts: ReadonlyArray<readonly [string, string]> = Object.entries(manifest.scripts)
  const running = scripts.filter(([, script]) => /^node\b/.test(script))
  expect(running.length).toBeGreaterThan(5)
  expect(running.filter(([, script]) => !script.startsWith("node --require ./OldNode.cjs "))).toEqual([])
  const { status, stderr } = node("20.20.2", "--require", "./OldNode.cjs", "no-such-file.ts")
  expect(status).toBe(2)
  expect(stderr).toMatch(sentence("20.20.2"))
})

it("is refused by the suites", () => {
  const { status, stderr } = node("20.20.2", "node_modules/vitest/vitest.mjs", "list", "--project", "suites")
  expect(status).not.toBe(0)
  expect(stderr).toMatch(sentence("20.20.2"))
})

it.each(
  Object.keys(manifest.exports).flatMap((path) => (path === "./package.json" ? [] : [path.replace(".", "paycode")]))
)("is thrown as a sentence by %s", (path) => {
  const load = `import("${path}").then(() => console.log("loaded"), ({ message }) => console.error(message))`
  const { stderr, stdout } = node("20.20.2", "--conditions=clone", "--input-type=module", "--eval", load)
  expect(stdout).toBe("")
  expect(stderr).toMatch(sentence("20.20.2"))
})
