/** Sweeping: what the `sweep` command does. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as OptionalPackage from "../../impl/OptionalPackage.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Hash from "../Hash.ts"
import * as Origin from "../Origin.ts"
import { Report } from "../report/Reports.ts"
import { Axis, Checking, Measure, Sweep, SweepFile, Table } from "../sweep/Sweeps.ts"
import { columnsOf, count, fitted, ink, widthOf } from "../Terminal.ts"
import { PopulationFile } from "../usability/Usability.ts"
import * as Folder from "./Folder.ts"
import * as Given from "./Given.ts"
import * as Stored from "./Stored.ts"
import { type Requested, usualBudget } from "./SweepFlags.ts"

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
const writeSweep = Effect.fn("Command.writeSweep")(function* (folder: string, report: SweepFile.SweepFile) {
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

/** What is to be tried, as the flags have it. */
const askedFor = Effect.fnUntraced(function* (scheme: Scheme, given: Requested) {
  const budget = yield* Given.between("budget-points", 1, 10_000_000, given.budget)
  const axes = yield* axesOf(scheme, given.vary, budget)
  const measure = Option.isSome(given.security) ? yield* measureOf(given.security.value) : undefined
  const further = yield* settingsOf(scheme, axes, given.check)
  const population = yield* PopulationFile.load(Option.getOrElse(given.population, () => PopulationFile.usual))
  return { axes, measure, further, population }
})

/** The points that are to be put before the checker; none of them can be contradictory. */
const requestedOf = Effect.fnUntraced(function* (
  { placed, report }: ReturnType<typeof Sweep.sweep>,
  further: ReadonlyArray<Axis.Setting>
) {
  const requested = placed.filter(({ point }) => further.some((setting) => Sweep.isAt(report, point, setting)))
  const impossible = requested.filter(({ point }) => point.status === "contradictory")
  if (impossible.length === 0) return requested
  return yield* new SchemeFile.BadInput({
    lines: impossible.flatMap(({ point }) => point.because.map((line) => `--check: ${line}`))
  })
})

/** The words of the command that makes a sweep again. */
const wordsOf = (scheme: string, { budget, check, population, security, vary }: Requested): ReadonlyArray<string> => {
  const many = (flag: string, values: ReadonlyArray<string>): ReadonlyArray<string> =>
    values.flatMap((value) => [flag, value])
  const files = Option.toArray(population).map((given) => Origin.told(given))
  return [
    ...["paycode", "sweep", scheme, ...many("--vary", vary), ...many("--population", files)],
    ...many("--security", Option.toArray(security)),
    ...many("--check", check),
    ...(budget === usualBudget ? [] : ["--budget-points", `${budget}`])
  ]
}

/** Where a sweep comes from, and how to make it again. */
const origin = ({ paycode, provenance }: SweepFile.SweepFile): ReadonlyArray<string> => {
  const { command, date, fingerprint, node } = provenance
  return [`paycode ${paycode} (code ${fingerprint.slice(0, 12)}), Node ${node}, ${date}`, `Again: ${command}`]
}

/** Sweeps what is asked for, with the points that are to be checked put before the checker, and prints and writes it. */
export const run = Effect.fn("Sweeping.run")(function* (version: string, given: Requested) {
  const { path, scheme } = yield* SchemeFile.loadPlaced(given.scheme)
  const asked = yield* askedFor(scheme, given)
  const swept = Sweep.sweep({ version, scheme, ...asked })
  const requested = yield* requestedOf(swept, asked.further)
  yield* Folder.prepare(given.out)
  const file = path === undefined ? null : Origin.told(path)
  const provenance = SweepFile.provenance(
    wordsOf(file ?? given.scheme, given),
    requested.length === 0 ? null : Checking.searched
  )
  const { faint } = ink(process.stdout)
  const progress = Report.progress(process.stderr)
  // What a point comes to is taken where it is known; it is not asked for where nothing is to be checked.
  const store = yield* Stored.use(version, {
    store: requested.length === 0 ? Option.some(Stored.none) : given.store,
    recheck: Option.none()
  })
  const checked = yield* store.within(Checking.check(version, requested, progress.tell))
  progress.done()
  for (const line of [...Stored.complaint(store.told()), ...Stored.note(store.told())]) yield* Console.error(line)
  const places = new Map(requested.map(({ point }, index) => [point, checked[index]!]))
  const points = swept.report.points.map((point) => places.get(point) ?? point)
  const beside = { file, populationHash: Hash.of(asked.population), provenance }
  const whole = SweepFile.of({ ...swept.report, points }, beside)
  const files = yield* writeSweep(given.out, whole)
  const text = [
    Table.text(whole, ink(process.stdout), widthOf(process.stdout), columnsOf(process.stdout)),
    ...origin(whole).map(faint),
    Text.line(`Written: ${files.join(", ")}`)
  ]
  yield* Console.log(given.json ? Text.json(whole) : fitted(text.join("\n"), process.stdout))
}, Effect.scoped)
