/** Tests: mutants of the implementation, told by its tests. */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import * as Modules from "../Modules.ts"
import * as Copy from "./Copy.ts"
import * as Counted from "./Counted.ts"
import * as Judge from "./Judge.ts"
import * as Running from "./Running.ts"
import * as Sampling from "./Sampling.ts"
import { loading, running, variable } from "./TestOrder.ts"
import type { Typed } from "./Typed.ts"

/** The folders whose tests judge, and of them the files that are left out: they kill many processes, or take long. */
const folders = ["impl", "properties/refinement", "properties/vectors"]
const left = /\/(Crash|Linearizable|Mutations|Rounds|Served)\.test\.ts$/

/** The test files that reach a module that is mutated, by their paths from the root. */
const files = (): ReadonlyArray<string> =>
  folders
    .flatMap((folder) =>
      readdirSync(join(Modules.root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`)
    )
    .filter((file) => file.endsWith(".test.ts") && !left.test(file))
    .filter((file) => Sampling.filesOf("impl").some((module) => Modules.closure([file]).has(module)))
    .sort()

/** A file of tests: what it takes unmutated, and the points that its tests come to. */
interface Measured {
  readonly file: string
  readonly seconds: number
  readonly reached: ReadonlyArray<string>
}

interface Measurement {
  readonly files: ReadonlyArray<Measured>
  /** The points that are come to when modules are loaded. */
  readonly loaded: ReadonlyArray<string>
}

/** What the runner writes of a file of tests, of all that it does. */
interface Reported {
  readonly name: string
  readonly status: string
  readonly startTime: number
  readonly endTime: number
  readonly message: string
  readonly assertionResults: ReadonlyArray<{
    readonly status: string
    readonly fullName: string
    readonly failureMessages: ReadonlyArray<string>
  }>
}

const whole = 60 * 60_000

interface Run {
  readonly copy: Copy.Copy
  readonly files: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  readonly within: number
  /** After how many failures no more is run; 0 for never. */
  readonly bail: number
}

/** Runs files of tests, and answers what became of each; of those after the first that fails nothing, where they stop at it. */
const run = async ({ bail, copy, environment, files, within }: Run) => {
  const report = join(copy.folder, ".report.json")
  rmSync(report, { force: true })
  const config = ["--config", "properties/mutation/vitest.config.ts"]
  const ended = await Running.run({
    folder: copy.folder,
    words: [
      "node_modules/vitest/vitest.mjs",
      "run",
      ...config,
      "--reporter=json",
      `--outputFile=${report}`,
      `--bail=${bail}`
    ],
    environment: { ...environment, [variable]: JSON.stringify(files) },
    input: "",
    within
  })
  const written = existsSync(report) ? readFileSync(report, "utf8") : undefined
  const results =
    written === undefined ? [] : (JSON.parse(written) as { testResults: ReadonlyArray<Reported> }).testResults
  return { ...ended, results: results.map((one) => ({ ...one, name: relative(copy.folder, one.name) })) }
}

/** Which points each file of tests comes to, and which it takes to load. */
const sorted = (lines: ReadonlyArray<string>, folder: string) => {
  const reached = new Map<string, Set<string>>()
  const loaded = new Set<string>()
  let here = loaded
  for (const line of lines) {
    if (line.startsWith(loading)) here = loaded
    else if (line.startsWith(running)) {
      const file = relative(folder, line.slice(running.length + 1))
      here = reached.get(file) ?? new Set()
      reached.set(file, here)
    } else here.add(line)
  }
  return { reached, loaded: [...loaded] }
}

const measure = async (typed: Typed, copy: Copy.Copy): Promise<Measurement> => {
  const modules = Sampling.filesOf("impl")
  Counted.count(typed, modules, copy)
  const all = files()
  const environment = Counted.environment(copy)
  const { errors, results } = await run({ copy, files: all, environment, within: whole, bail: 0 })
  Counted.stop(modules, copy)
  const { loaded, reached } = sorted(Counted.takeAll(copy), copy.folder)
  if (results.length === 0) throw new Error(`no test was run: ${errors.slice(0, 2000)}`)
  const failed = results.filter(({ status }) => status !== "passed").map(({ name }) => name)
  if (failed.length > 0) console.error(`left out, for they fail as it is: ${failed.join(", ")}`)
  return {
    loaded,
    files: results
      .filter(({ status }) => status === "passed")
      .map(({ endTime, name, startTime }) => ({
        file: name,
        seconds: (endTime - startTime) / 1000,
        reached: [...(reached.get(name) ?? [])]
      }))
  }
}

const measured = async (typed: Typed, copy: Copy.Copy): Promise<Measurement> => {
  const name = createHash("sha256").update(Judge.fingerprint(files())).digest("hex").slice(0, 16)
  const file = join(Modules.root, "out/mutation", `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Measurement
  const found = await measure(typed, copy)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(found))
  return found
}

/** The first test that failed, and what it says first; undefined where none did. */
const failure = (results: ReadonlyArray<Reported>): { readonly by: string; readonly how: string } | undefined => {
  const failed = results.find(({ status }) => status === "failed")
  if (failed === undefined) return undefined
  const test = failed.assertionResults.find(({ status }) => status === "failed")
  const said = (test?.failureMessages[0] ?? failed.message).split("\n")[0]!
  return { by: failed.name, how: `${test?.fullName ?? "is not loaded"}: ${said}`.slice(0, 300) }
}

/** What judges mutants of the implementation by its tests. */
export const open = async (typed: Typed): Promise<Judge.Judge> => {
  const copy = Copy.make()
  const { files: all, loaded } = await measured(typed, copy)
  const modules = Sampling.filesOf("impl")
  const points = Counted.pointsOf(typed, modules)
  const isLoaded = new Set(loaded)
  const reached = all.map(({ file, reached, seconds }) => ({
    file,
    seconds,
    points: new Set(reached),
    modules: Modules.closure([file])
  }))

  /**
   * Whether it is not known which tests come to a point: that of what is run when a module is loaded, or any where the tests
   * have it done by processes of their own, which do not count.
   */
  const isVague = (own: ReadonlySet<string>, point: string): boolean => isLoaded.has(point) || own.size === 0

  const judge: Judge.Judge["judge"] = async (mutant, text, first) => {
    const point = Counted.pointOf(points, mutant)
    const judging = reached
      .filter((one) => one.points.has(point) || (isVague(one.points, point) && one.modules.has(mutant.file)))
      .toSorted((a, b) => Number(b.file === first) - Number(a.file === first) || a.seconds - b.seconds)
    if (judging.length === 0) return { fate: "unreached", by: null, how: null }
    const usual = judging.reduce((sum, { seconds }) => sum + seconds, 0)
    copy.change(mutant.file, text)
    const names = judging.map(({ file }) => file)
    const ended = await run({ copy, files: names, environment: {}, within: Judge.allowed(usual), bail: 1 })
    copy.restore(mutant.file)
    const told = failure(ended.results)
    if (told !== undefined) return { fate: /timed out in/.test(told.how) ? "late" : "killed", ...told }
    if (ended.isLate) return { fate: "late", by: names[0]!, how: null }
    if (ended.code === 0) return { fate: "alive", by: null, how: null }
    return { fate: "killed", by: names[0]!, how: "the run of the tests ends in an error" }
  }
  const everything = files()
  return {
    judge,
    sources: (by) => Judge.fingerprint(by === null ? everything : [by]),
    end: copy.remove
  }
}
