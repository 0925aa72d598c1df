/** The command that decides the claims of schemes. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Runtime from "effect/Runtime"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { claimIds } from "../../spec/Claims.ts"
import * as Audit from "../audit/Audit.ts"
import { Matrix } from "../audit/Audit.ts"
import { Formats, Report } from "../report/Reports.ts"
import * as Scenes from "../scenes/Scenes.ts"
import { ink } from "../Terminal.ts"
import * as Given from "./Given.ts"

/** A verdict is not as the scheme asserts. */
class Differs extends Data.TaggedError("Differs")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 1
}

/** Not every claim was decided. */
class Unfinished extends Data.TaggedError("Unfinished")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 3
}

// ---------------------------------------------------------------------------------------------------------------------
// What can be given
// ---------------------------------------------------------------------------------------------------------------------

const formatFlag = (name: string, says: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(says), Flag.withDefault(false))

/** A flag for each form of the report that is printed only where it is asked for. */
const formatFlags: Readonly<Record<string, ReturnType<typeof formatFlag>>> = Object.fromEntries(
  Formats.namedReportFormats.flatMap(([name, { flag }]) => (flag === undefined ? [] : [[name, formatFlag(name, flag)]]))
)

const config = {
  schemes: Argument.String("SCHEME").pipe(
    Argument.withDescription("a built-in scheme's name or a scheme file; every built-in scheme where none is given"),
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
    Flag.withDescription(
      "random runs beyond the scope, for each adversary; 0 for none; unless given 10 at `quick` and 1000 above"
    ),
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
  compare: Flag.Boolean("compare").pipe(
    Flag.withDescription("compare each further scheme with the first; so it is where two or more are named"),
    Flag.withDefault(false)
  ),
  more: Flag.Boolean("more").pipe(
    Flag.withDescription("look for a further capability that breaks what holds; not at `quick`"),
    Flag.withDefault(false)
  ),
  formats: formatFlags,
  out: Flag.String("out").pipe(
    Flag.withDescription("write the report, and every attack as trace, text and picture, into this folder"),
    Flag.withMetavar("DIR"),
    Flag.optional
  )
}

type Requested = Command.Command.Config.Infer<typeof config>

/** The form that the report is printed in: the one that is asked for, and else the one that has no flag. */
const formatOf = Effect.fnUntraced(function* ({ formats }: Requested) {
  const requested = Formats.namedReportFormats.filter(([name]) => formats[name] === true)
  const [format = Formats.namedReportFormats.find(([, { flag }]) => flag === undefined)!, ...others] = requested
  if (others.length > 0) {
    const [first, ...more] = requested.map(([name]) => `--${name}`)
    return yield* Given.bad(`${first}: expected one form of the report, found ${more.join(", ")} too`)
  }
  return { name: format[0], ...format[1] }
})

// ---------------------------------------------------------------------------------------------------------------------
// The matrix
// ---------------------------------------------------------------------------------------------------------------------

/** What is asked for that an audit takes and a matrix does not. */
const strayOf = (requested: Requested): ReadonlyArray<string> => {
  const others = {
    "--claim": requested.claims.length > 0,
    "--scope": Option.isSome(requested.scope),
    "--runs": Option.isSome(requested.runs),
    "--seed": Option.isSome(requested.seed),
    "--budget": Option.isSome(requested.budget),
    "--out": Option.isSome(requested.out),
    ...Object.fromEntries(
      Formats.namedReportFormats.map(([name, { matrix }]) => [
        `--${name}`,
        matrix === undefined && requested.formats[name] === true
      ])
    )
  }
  return Object.entries(others).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []))
}

/** The forms that a matrix can be asked for in, as its flags. */
const matrixForms = Formats.namedReportFormats.flatMap(([name, { flag, matrix }]) =>
  flag === undefined || matrix === undefined ? [] : [`--${name}`]
)

const printMatrix = Effect.fnUntraced(function* (schemes: ReadonlyArray<Scheme>, requested: Requested) {
  const stray = strayOf(requested)
  if (stray.length > 0) {
    return yield* Given.bad(`--matrix: expected alone or with ${matrixForms.join(" or ")}, found ${stray.join(", ")}`)
  }
  const { matrix: print } = yield* formatOf(requested)
  const leaving = Report.matrixProgress(process.stderr)
  const matrix = yield* Matrix.make(schemes, Matrix.reach, leaving.tell)
  leaving.done()
  yield* Console.log(print!(matrix, ink(process.stdout)))
})

// ---------------------------------------------------------------------------------------------------------------------
// The audit
// ---------------------------------------------------------------------------------------------------------------------

/** Writes the report, and each attack, in every form. */
const write = Effect.fn("Command.write")(function* (folder: string, report: Audit.Report) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(folder, { recursive: true })
  for (const [name, text] of Formats.filesOf(report)) yield* fs.writeFileString(path.join(folder, name), text)
}, Effect.mapError(Given.unwritable))

/** What is to be audited, as the flags have it. */
const requestOf = Effect.fnUntraced(function* (schemes: ReadonlyArray<Scheme>, requested: Requested) {
  const named = yield* Effect.forEach(requested.claims, (found) => Given.oneOf("claim", claimIds, found))
  const scope = Option.getOrElse(requested.scope, () => "standard" as const)
  const runs = Option.getOrElse(requested.runs, () => Audit.defaultRuns[scope])
  const seed = Option.getOrElse(requested.seed, () => 1)
  const request = {
    schemes,
    claims: named.length > 0 ? claimIds.filter((id) => named.includes(id)) : claimIds,
    scope,
    runs: yield* Given.between("runs", 0, 10_000_000, runs),
    seed: yield* Given.between("seed", -2_147_483_648, 2_147_483_647, seed)
  }
  const budget = Option.isSome(requested.budget) ? yield* Given.budgetOf(requested.budget.value) : undefined
  const compare = requested.compare || requested.schemes.length > 1
  const until = budget && Date.now() + budget
  return { ...request, limits: { until, stop: undefined }, compare, more: requested.more }
})

const printAudit = Effect.fnUntraced(function* (version: string, schemes: ReadonlyArray<Scheme>, requested: Requested) {
  const { print } = yield* formatOf(requested)
  const request = yield* requestOf(schemes, requested)
  const progress = Report.progress(process.stderr)
  const report = yield* Audit.audit(version, request, { progress: progress.tell })
  progress.done()
  if (Option.isSome(requested.out)) yield* write(requested.out.value, report)
  yield* Console.log(print(report, ink(process.stdout)))
  const outcome = Audit.outcome(report)
  if (outcome === "differs") return yield* new Differs({ lines: [] })
  if (outcome === "unfinished") return yield* new Unfinished({ lines: [] })
})

/** The `audit` command of a version of paycode. */
export const audit = (version: string) =>
  Command.make(
    "audit",
    config,
    Effect.fn("audit")(function* (requested) {
      const names = requested.schemes.length > 0 ? requested.schemes : SchemeFile.builtIn
      const schemes = yield* Effect.forEach([...new Set(names)], SchemeFile.load)
      yield* requested.matrix ? printMatrix(schemes, requested) : printAudit(version, schemes, requested)
    })
  ).pipe(
    Command.withDescription(
      "Decide which security claims of a payment code scheme hold, and by what attack others fail"
    )
  )
