/** The command that shows what other parameters would come to. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as OptionalPackage from "../../impl/OptionalPackage.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Report } from "../report/Reports.ts"
import { Axis, Checking, Measure, Sweep, Table } from "../sweep/Sweeps.ts"
import { count, fitted, ink, widthOf } from "../Terminal.ts"
import { PopulationFile } from "../usability/Usability.ts"
import * as Folder from "./Folder.ts"
import * as Given from "./Given.ts"

/** The axes that are asked for, each parameter once, and no more points than the budget has. */
const axesOf = Effect.fnUntraced(function* (scheme: Scheme, given: ReadonlyArray<string>, budget: number) {
  if (given.length === 0) {
    return yield* Given.bad("--vary: expected a parameter and its values, as window.past=0..10, found nothing")
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
    : yield* Given.bad(`--budget-points: expected at most ${count(budget)} points, found ${count(points)}`)
})

const measureOf = (found: string): Effect.Effect<Measure.Measure, SchemeFile.BadInput> =>
  Effect.map(
    Given.oneOf(
      "security",
      Measure.measures.map(({ name }) => name),
      found
    ),
    (name) => Measure.measures.find((measure) => measure.name === name)!
  )

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
const writeSweep = Effect.fn("Command.writeSweep")(function* (folder: string, report: Sweep.Report) {
  // What plots takes long to load, and nothing else needs it: without it there are the report and the table.
  const plots = yield* OptionalPackage.loaded("echarts", () => import("../plots/Plot.ts")).pipe(
    Effect.map((Plot) => Plot.plots(report)),
    Effect.catch(({ lines }) => Effect.as(Console.error(`no plots: ${lines.join("\n")}`), []))
  )
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = {
    [`${report.scheme}.json`]: Table.json(report),
    [`${report.scheme}.csv`]: Table.csv(report),
    ...Object.fromEntries(plots.map(({ name, svg }) => [`${report.scheme}-${name}.svg`, svg]))
  }
  for (const [file, text] of Object.entries(files)) yield* fs.writeFileString(path.join(folder, file), text)
  return Object.keys(files).map((file) => path.join(folder, file))
}, Effect.mapError(Given.unwritable))

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
      const budget = yield* Given.between("budget-points", 1, 10_000_000, given.budget)
      const axes = yield* axesOf(scheme, given.vary, budget)
      const measure = Option.isSome(given.security) ? yield* measureOf(given.security.value) : undefined
      const further = yield* settingsOf(scheme, axes, given.check)
      const population = yield* PopulationFile.load(given.population)
      const { placed, report } = Sweep.sweep({ version, scheme, population, axes, further, measure })
      const isAsked = ({ point }: Sweep.Placed): boolean =>
        further.some((setting) => Sweep.isAt(report, point, setting))
      const requested = placed.filter(isAsked)
      const impossible = requested.filter(({ point }) => point.status === "contradictory")
      if (impossible.length > 0) {
        return yield* new SchemeFile.BadInput({
          lines: impossible.flatMap(({ point }) => point.because.map((line) => `--check: ${line}`))
        })
      }
      yield* Folder.prepare(given.out)
      const progress = Report.progress(process.stderr)
      const checked = yield* Checking.check(version, requested, progress.tell)
      progress.done()
      const places = new Map(requested.map(({ point }, index) => [point, checked[index]!]))
      const whole = { ...report, points: report.points.map((point) => places.get(point) ?? point) }
      const files = yield* writeSweep(given.out, whole)
      const text = [
        Table.text(whole, ink(process.stdout), widthOf(process.stdout)),
        Text.line(`Written: ${files.join(", ")}`)
      ]
      yield* Console.log(given.json ? Text.json(whole) : fitted(text.join("\n"), process.stdout))
    })
  ).pipe(Command.withDescription("Show what other parameters would come to, in security and for honest payers"))
