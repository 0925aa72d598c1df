/**
 * The commands that check: `audit` decides a scheme's claims, `explain` re-reads a saved counterexample, `sweep` shows what
 * other parameters would come to.
 */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type ClaimId, claimIds } from "../../spec/Claims.ts"
import * as Audit from "../audit/Audit.ts"
import * as Matrix from "../audit/Matrix.ts"
import * as Report from "../report/Report.ts"
import { count, ink } from "../report/Terminal.ts"
import * as Scenes from "../scenes/Scenes.ts"
import * as Axis from "../sweep/Axis.ts"
import * as Checking from "../sweep/Checking.ts"
import * as Measure from "../sweep/Measure.ts"
import * as Sweep from "../sweep/Sweep.ts"
import * as Table from "../sweep/Table.ts"
import * as Diagram from "../trace/Diagram.ts"
import * as Trace from "../trace/Trace.ts"
import * as PopulationFile from "../usability/PopulationFile.ts"
import { nearest } from "./Nearest.ts"

/** A verdict is not as the scheme asserts. */
class Differs extends Data.TaggedError("Differs")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 1
}

/** Not every claim was decided. */
class Unfinished extends Data.TaggedError("Unfinished")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 3
}

const bad = (line: string): SchemeFile.BadInput => new SchemeFile.BadInput({ lines: [line] })

const claimOf = (found: string): Effect.Effect<ClaimId, SchemeFile.BadInput> => {
  const claim = claimIds.find((id) => id === found)
  if (claim !== undefined) return Effect.succeed(claim)
  const meant = nearest(found, claimIds)
  return Effect.fail(bad(`--claim: expected one of ${claimIds.join(", ")}, found ${found}; the nearest is ${meant}`))
}

/** A span of time as the command line takes it, in milliseconds. */
const budgetOf = (text: string): Effect.Effect<number, SchemeFile.BadInput> => {
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text)
  const sizes = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  return match === null
    ? Effect.fail(bad(`--budget: expected a span of time such as 60s or 10m, found ${text}`))
    : Effect.succeed(Number(match[1]) * sizes[match[2] as keyof typeof sizes])
}

const between = (flag: string, from: number, to: number, found: number) =>
  found >= from && found <= to
    ? Effect.succeed(found)
    : Effect.fail(bad(`--${flag}: expected a whole number from ${count(from)} to ${count(to)}, found ${found}`))

/** Writes the report, and each attack as a trace, as prose and as a picture. */
const write = Effect.fn("Command.write")(
  function* (folder: string, report: Audit.Report) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* fs.makeDirectory(folder, { recursive: true })
    yield* fs.writeFileString(path.join(folder, "audit.json"), `${JSON.stringify(report, null, 2)}\n`)
    for (const { claims, scheme } of report.schemes) {
      for (const { counterexample, id, witness } of claims) {
        const saved = counterexample ?? witness
        if (saved === null) continue
        const trace = Result.getOrThrow(Trace.read(saved))
        const file = path.join(folder, `${scheme}-${id}`)
        yield* fs.writeFileString(`${file}.itf.json`, `${JSON.stringify(saved, null, 2)}\n`)
        yield* fs.writeFileString(`${file}.md`, `# ${scheme}: ${id}\n\n${Report.attack(trace).join("\n")}\n`)
        yield* fs.writeFileString(`${file}.svg`, Diagram.svg(Diagram.sequence(trace)))
      }
    }
  },
  Effect.mapError((error) => bad(`--out: expected a folder that can be written to, found ${error.message}`))
)

/** What is asked for beside a matrix, that an audit takes and a matrix does not. */
interface Given {
  readonly json: boolean
  readonly claims: ReadonlyArray<string>
  readonly scope: Option.Option<Scenes.Size>
  readonly runs: Option.Option<number>
  readonly seed: Option.Option<number>
  readonly budget: Option.Option<string>
  readonly out: Option.Option<string>
}

const printMatrix = Effect.fnUntraced(function* (schemes: ReadonlyArray<Scheme>, given: Given) {
  const others = {
    "--claim": given.claims.length > 0,
    "--scope": Option.isSome(given.scope),
    "--runs": Option.isSome(given.runs),
    "--seed": Option.isSome(given.seed),
    "--budget": Option.isSome(given.budget),
    "--out": Option.isSome(given.out)
  }
  const found = Object.entries(others).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []))
  if (found.length > 0) return yield* bad(`--matrix: expected alone or with --json, found ${found.join(", ")}`)
  const leaving = Report.matrixProgress(process.stderr)
  const matrix = yield* Matrix.make(schemes, Matrix.reach, leaving.tell)
  leaving.done()
  yield* Console.log(given.json ? JSON.stringify(matrix) : Report.matrix(matrix, ink(process.stdout)))
})

/** The `audit` command of a version of paycode. */
export const audit = (version: string) =>
  Command.make(
    "audit",
    {
      schemes: Argument.String("SCHEME").pipe(
        Argument.withDescription(
          "a built-in scheme's name or a scheme file; every built-in scheme where none is given"
        ),
        Argument.variadic()
      ),
      claims: Flag.String("claim").pipe(
        Flag.withDescription("a claim to decide, by its id; may be given again; every claim where none is given"),
        Flag.withMetavar("ID"),
        Flag.atLeast(0)
      ),
      scope: Flag.Literals("scope", Scenes.sizes).pipe(
        Flag.withDescription(
          "how much is searched: quick in seconds, standard in minutes, deep as long as it takes; standard unless given"
        ),
        Flag.optional
      ),
      runs: Flag.Int("runs").pipe(
        Flag.withDescription("random runs beyond the scope, for each adversary; 0 for none; more the wider the scope"),
        Flag.optional
      ),
      seed: Flag.Int("seed").pipe(Flag.withDescription("seed of the random runs; 1 unless given"), Flag.optional),
      budget: Flag.String("budget").pipe(
        Flag.withDescription("stop searching after this long, as 60s or 10m, and report what was found"),
        Flag.withMetavar("TIME"),
        Flag.optional
      ),
      matrix: Flag.Boolean("matrix").pipe(
        Flag.withDescription("leave out every clause in turn, at quick, and print which claims fall"),
        Flag.withDefault(false)
      ),
      json: Flag.Boolean("json").pipe(Flag.withDescription("print the report as JSON"), Flag.withDefault(false)),
      out: Flag.String("out").pipe(
        Flag.withDescription("write the report, and every attack as trace, text and picture, into this folder"),
        Flag.withMetavar("DIR"),
        Flag.optional
      )
    },
    Effect.fn("audit")(function* (given) {
      const names = given.schemes.length > 0 ? given.schemes : yield* SchemeFile.builtIn
      const schemes = yield* Effect.forEach([...new Set(names)], SchemeFile.load)
      if (given.matrix) return yield* printMatrix(schemes, given)
      const asked = yield* Effect.forEach(given.claims, claimOf)
      const claims = asked.length > 0 ? claimIds.filter((id) => asked.includes(id)) : claimIds
      const scope = Option.getOrElse(given.scope, () => "standard" as const)
      const runs = yield* between(
        "runs",
        0,
        10_000_000,
        Option.getOrElse(given.runs, () => Audit.defaultRuns[scope])
      )
      const seed = yield* between(
        "seed",
        -2_147_483_648,
        2_147_483_647,
        Option.getOrElse(given.seed, () => 1)
      )
      const budget = Option.isSome(given.budget) ? yield* budgetOf(given.budget.value) : undefined
      const progress = Report.progress(process.stderr, runs)
      const report = yield* Audit.audit(
        version,
        { schemes, claims, scope, runs, seed, until: budget && Date.now() + budget },
        progress.tell
      )
      progress.done()
      if (Option.isSome(given.out)) yield* write(given.out.value, report)
      yield* Console.log(given.json ? JSON.stringify(report) : Report.text(report, ink(process.stdout)))
      const outcome = Audit.outcome(report)
      if (outcome === "differs") return yield* new Differs({ lines: [] })
      if (outcome === "unfinished") return yield* new Unfinished({ lines: [] })
    })
  ).pipe(
    Command.withDescription(
      "Decide which security claims of a payment code scheme hold, and by what attack others fail"
    )
  )

/** The `explain` command. */
export const explain = Command.make(
  "explain",
  {
    trace: Argument.String("TRACE").pipe(
      Argument.withDescription("a trace that an audit has saved, an .itf.json file")
    ),
    replay: Flag.Boolean("replay").pipe(
      Flag.withDescription("run it again, and print the state after every step"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("explain")(function* ({ replay, trace: file }) {
    const input = yield* SchemeFile.readJson(file, "a trace that an audit has saved")
    const trace = yield* Effect.fromResult(
      Result.mapError(Trace.read(input), (problems) => SchemeFile.rejected(file, problems))
    )
    const { bold } = ink(process.stdout)
    const title = bold(
      `${trace.world.rules.scheme.scheme}: ${trace.shows === "attack" ? "an attack on" : "a case of"} ${trace.claim}`
    )
    yield* Console.log([title, "", ...Report.attack(trace)].join("\n"))
    if (replay) yield* Console.log(["", ...Report.replayed(trace)].join("\n"))
  })
).pipe(Command.withDescription("Explain a saved counterexample in sentences and as a diagram"))

/** The axes that are asked for, each parameter once, and no more points than the budget has. */
const axesOf = Effect.fnUntraced(function* (scheme: Scheme, given: ReadonlyArray<string>, budget: number) {
  if (given.length === 0) {
    return yield* bad("--vary: expected a parameter and its values, as window.past=0..10, found nothing")
  }
  const read = given.map((text) => Axis.read(scheme, text))
  const lines = read.flatMap((axis) => (Result.isFailure(axis) ? [`--vary: ${axis.failure}`] : []))
  const axes = read.flatMap((axis) => (Result.isSuccess(axis) ? [axis.success] : []))
  const paths = axes.map(({ path }) => path)
  const twice = new Set(paths.filter((path, index) => paths.indexOf(path) !== index))
  lines.push(...[...twice].map((path) => `--vary: ${path}: expected once, found several times`))
  if (lines.length > 0) return yield* new SchemeFile.BadInput({ lines })
  const points = Sweep.size(axes)
  return points <= budget
    ? axes
    : yield* bad(`--budget-points: expected at most ${count(budget)} points, found ${count(points)}`)
})

const measureOf = (found: string): Effect.Effect<Measure.Measure, SchemeFile.BadInput> => {
  const names = Measure.measures.map(({ name }) => name)
  const measure = Measure.measures.find(({ name }) => name === found)
  return measure === undefined
    ? Effect.fail(
        bad(`--security: expected one of ${names.join(", ")}, found ${found}; the nearest is ${nearest(found, names)}`)
      )
    : Effect.succeed(measure)
}

/** The points to put before the checker. */
const settingsOf = Effect.fnUntraced(function* (
  scheme: Scheme,
  axes: ReadonlyArray<Axis.Axis>,
  given: ReadonlyArray<string>
) {
  const read = given.map((text) => Axis.readSetting(scheme, axes, text))
  const lines = read.flatMap((setting) => (Result.isFailure(setting) ? [`--check: ${setting.failure}`] : []))
  if (lines.length > 0) return yield* new SchemeFile.BadInput({ lines })
  return read.flatMap((setting) => (Result.isSuccess(setting) ? [setting.success] : []))
})

/** Writes a sweep: its report, its table and its plots. */
const writeSweep = Effect.fn("Command.writeSweep")(
  function* (folder: string, report: Sweep.Report) {
    // What plots takes long to load, and nothing else needs it.
    const Plot = yield* Effect.promise(() => import("../sweep/Plot.ts"))
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const files = {
      [`${report.scheme}.json`]: Table.json(report),
      [`${report.scheme}.csv`]: Table.csv(report),
      ...Object.fromEntries(Plot.plots(report).map(({ name, svg }) => [`${report.scheme}-${name}.svg`, svg]))
    }
    yield* fs.makeDirectory(folder, { recursive: true })
    for (const [file, text] of Object.entries(files)) yield* fs.writeFileString(path.join(folder, file), text)
    return Object.keys(files).map((file) => path.join(folder, file))
  },
  Effect.mapError((error) => bad(`--out: expected a folder that can be written to, found ${error.message}`))
)

/** The `sweep` command of a version of paycode. */
export const sweep = (version: string) =>
  Command.make(
    "sweep",
    {
      scheme: Argument.String("SCHEME").pipe(Argument.withDescription("a built-in scheme's name or a scheme file")),
      vary: Flag.String("vary").pipe(
        Flag.withDescription(
          "a numeric parameter and its values, as window.past=0..10, clock.step=10..60/10 or code.otpDigits=4,6,8; several are combined"
        ),
        Flag.withMetavar("PATH=VALUES"),
        Flag.atLeast(0)
      ),
      population: Flag.String("population").pipe(
        Flag.withDescription("how honest payers behave: a built-in population's name or a population file"),
        Flag.withMetavar("FILE"),
        Flag.withDefault(PopulationFile.usual)
      ),
      security: Flag.String("security").pipe(
        Flag.withDescription(
          "the computed claim that is held against usability; the first that is not the same everywhere unless given"
        ),
        Flag.withMetavar("CLAIM"),
        Flag.optional
      ),
      check: Flag.String("check").pipe(
        Flag.withDescription(
          "put this point before the checker, at quick; parameters not named have the scheme's value"
        ),
        Flag.withMetavar("PATH=VALUE,…"),
        Flag.atLeast(0)
      ),
      budget: Flag.Int("budget-points").pipe(
        Flag.withDescription("the most points that are tried"),
        Flag.withDefault(100_000)
      ),
      json: Flag.Boolean("json").pipe(Flag.withDescription("print the sweep as JSON"), Flag.withDefault(false)),
      out: Flag.String("out").pipe(
        Flag.withDescription("write the sweep as JSON and CSV, and its plots, into this folder"),
        Flag.withMetavar("DIR"),
        Flag.withDefault("out/sweep")
      )
    },
    Effect.fn("sweep")(function* (given) {
      const scheme = yield* SchemeFile.load(given.scheme)
      const budget = yield* between("budget-points", 1, 10_000_000, given.budget)
      const axes = yield* axesOf(scheme, given.vary, budget)
      const measure = Option.isSome(given.security) ? yield* measureOf(given.security.value) : undefined
      const further = yield* settingsOf(scheme, axes, given.check)
      const population = yield* PopulationFile.load(given.population)
      const { placed, report } = Sweep.sweep({ version, scheme, population, axes, further, measure })
      const isAsked = ({ point }: Sweep.Placed): boolean =>
        further.some((setting) => Sweep.isAt(report, point, setting))
      const asked = placed.filter(isAsked)
      const impossible = asked.filter(({ point }) => point.status === "contradictory")
      if (impossible.length > 0) {
        return yield* new SchemeFile.BadInput({
          lines: impossible.flatMap(({ point }) => point.because.map((line) => `--check: ${line}`))
        })
      }
      const progress = Report.progress(process.stderr, Audit.defaultRuns.quick)
      const checked = yield* Checking.check(version, asked, progress.tell)
      progress.done()
      const places = new Map(asked.map(({ point }, index) => [point, checked[index]!]))
      const whole = { ...report, points: report.points.map((point) => places.get(point) ?? point) }
      const files = yield* writeSweep(given.out, whole)
      yield* Console.log(given.json ? JSON.stringify(whole) : Table.text(whole, ink(process.stdout)))
      if (!given.json) yield* Console.log(`Written: ${files.join(", ")}`)
    })
  ).pipe(Command.withDescription("Show what other parameters would come to, in security and for honest payers"))
