/**
 * The campaign: what takes longer than tests may. The suites in full, with ten times the random runs; providers that are
 * killed two hundred times on each database, and asked two hundred thousand hostile questions on each; ten minutes of kills, outages and restores; every claim of every scheme
 * at `standard`; and a search of fifty million states. Progress goes to stderr; the last line says what failed.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Half an hour for each test: the longest searches some hundreds of thousands of states one by one. */
const timeout = `--testTimeout=${30 * 60_000}`

interface Part {
  readonly name: string
  readonly run: ReadonlyArray<string>
  /** What its environment has besides. */
  readonly env?: Readonly<Record<string, string>>
}

const parts: ReadonlyArray<Part> = [
  { name: "suites", run: ["node_modules/vitest/vitest.mjs", "run", timeout, "--project", "suites"] },
  { name: "deployed", run: ["node_modules/vitest/vitest.mjs", "run", timeout, "--project", "deployed"] },
  {
    name: "hostile requests on PostgreSQL",
    run: ["node_modules/vitest/vitest.mjs", "run", timeout, "--project", "deployed", "impl/http/Hostile.test.ts"],
    env: { PAYCODE_DATABASE: "postgres" }
  },
  { name: "soak", run: ["properties/bench/Soak.ts"] },
  { name: "agreement", run: ["node_modules/vitest/vitest.mjs", "run", timeout, "--project", "agreement"] },
  { name: "audit at standard", run: ["main.ts", "audit", "--scope", "standard"] },
  {
    name: "a deep search",
    run: ["main.ts", "audit", "hardened", "--scope", "deep", "--claim", "honest-payment", "--runs", "0"]
  }
]

const env = {
  ...process.env,
  PAYCODE_CAMPAIGN: "1",
  PAYCODE_RUNS: process.env.PAYCODE_RUNS ?? "10",
  PAYCODE_KILLS: process.env.PAYCODE_KILLS ?? "200"
}
const failed = parts.filter(({ env: more, name, run }) => {
  console.error(`--- ${name}`)
  return spawnSync(process.execPath, run, { cwd: root, env: { ...env, ...more }, stdio: "inherit" }).status !== 0
})
console.error(failed.length === 0 ? "All of it passed." : `Failed: ${failed.map(({ name }) => name).join(", ")}.`)
process.exitCode = failed.length === 0 ? 0 : 1
