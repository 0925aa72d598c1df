/** Auditing: what the `audit` command does. What is decided is told as it is, and kept whatever ends the audit. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { claimIds } from "../../spec/Claims.ts"
import * as Audit from "../audit/Audit.ts"
import { Matrix } from "../audit/Audit.ts"
import * as Certificate from "../certificate/Certificate.ts"
import * as Origin from "../Origin.ts"
import { AuditFile, type Beside, Changes, Formats, Provenance, Report } from "../report/Reports.ts"
import { count, fitted, ink } from "../Terminal.ts"
import type { Requested } from "./AuditFlags.ts"
import * as Config from "./Config.ts"
import * as Folder from "./Folder.ts"
import * as Given from "./Given.ts"
import * as Stored from "./Stored.ts"
import * as Watching from "./Watching.ts"

/** A verdict is not as the scheme asserts. */
class Differs extends Data.TaggedError("Differs")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

/** Not every claim was decided. */
class Unfinished extends Data.TaggedError("Unfinished")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.unfinished
}

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
    "--certify": Option.isSome(requested.certify),
    "--baseline": Option.isSome(requested.baseline),
    "--compare": requested.compare,
    "--more": requested.more,
    "--watch": requested.watch,
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

const printMatrix = Effect.fnUntraced(function* (
  version: string,
  schemes: ReadonlyArray<Scheme>,
  requested: Requested
) {
  const stray = strayOf(requested)
  if (stray.length > 0) {
    return yield* Given.bad(`--matrix: expected alone or with ${matrixForms.join(" or ")}, found ${stray.join(", ")}`)
  }
  const { matrix: print, name } = yield* formatOf(requested)
  const leaving = Report.matrixProgress(process.stderr)
  const store = yield* Stored.use(version, requested)
  const matrix = yield* store.within(Matrix.make(schemes, Matrix.reach, leaving.tell))
  leaving.done()
  for (const line of [...Stored.complaint(store.told()), ...Stored.note(store.told())]) yield* Console.error(line)
  const text = print!(matrix, ink(process.stdout))
  yield* Console.log(name === "text" ? fitted(text, process.stdout) : text)
}, Effect.scoped)

// ---------------------------------------------------------------------------------------------------------------------
// The audit
// ---------------------------------------------------------------------------------------------------------------------

/** What is to be audited, as the flags have it, and what of them a report tells. */
const requestOf = Effect.fnUntraced(function* (version: string, schemes: ReadonlyArray<Scheme>, requested: Requested) {
  const named = yield* Effect.forEach(requested.claims, (found) => Given.oneOf("claim", claimIds, found))
  const scope = Option.getOrElse(requested.scope, () => "standard" as const)
  const runs = Option.getOrElse(requested.runs, () => Audit.defaultRuns[scope])
  const seed = Option.getOrElse(requested.seed, () => 1)
  const request = {
    schemes,
    claims: named.length > 0 ? claimIds.filter((id) => named.includes(id)) : claimIds,
    scope,
    runs: yield* Given.between("runs", 0, Given.mostRuns, runs),
    seed: yield* Given.between("seed", -2_147_483_648, 2_147_483_647, seed)
  }
  const budget = Option.isSome(requested.budget) ? yield* Given.budgetOf(requested.budget.value) : undefined
  const compare = requested.compare || requested.schemes.length > 1
  const until = budget && Date.now() + budget
  const { more } = requested
  const folder = Option.getOrUndefined(requested.certify)
  const certify = folder === undefined ? undefined : { folder, paycode: version, fingerprint: Provenance.fingerprint() }
  const asked = { ...pick(request), budget: Option.getOrNull(requested.budget), compare: requested.compare, more }
  return {
    request: { ...request, limits: { until, stop: Audit.Explorer.running() }, compare, more, certify },
    claims: named,
    asked
  }
})

const pick = ({ runs, scope, seed }: Pick<Provenance.Asked, "runs" | "scope" | "seed">) => ({ runs, scope, seed })

/** The report that new ones are held against, if there is one. */
const baselineOf = Effect.fnUntraced(function* (requested: Requested) {
  if (Option.isNone(requested.baseline)) return undefined
  return yield* Given.auditFile("--baseline", requested.baseline.value)
})

/** What stands beside the report: where the files of schemes speak of claims, and the baseline. */
const besideOf = (
  loaded: ReadonlyArray<SchemeFile.Loaded>,
  baseline: AuditFile.AuditFile | undefined
): Beside.Beside => ({
  placeOf: (scheme, claim) => {
    const placeOf = loaded.find((one) => one.scheme.scheme === scheme)?.placeOf
    return placeOf?.(`claims.${claim}`) ?? placeOf?.("claims")
  },
  baseline
})

/** The path of a scheme's file as a report tells it; null for a built-in one. */
const fileOf =
  (loaded: ReadonlyArray<SchemeFile.Loaded>) =>
  (scheme: string): string | null => {
    const path = loaded.find((one) => one.scheme.scheme === scheme)?.path
    return path === undefined ? null : Origin.told(path)
  }

/** A result was found that could not be written. */
class Unwritten extends Data.TaggedError("Unwritten")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.internal
}

/** Writes files into the folder of the results, if there is one. What cannot be written ends nothing, and is told at the end. */
const writing = (folder: string | undefined) => {
  const unwritten: Array<string> = []
  return {
    unwritten,
    write: (files: ReadonlyMap<string, string>): void => {
      if (folder === undefined) return
      for (const [name, text] of files) {
        const file = join(folder, name)
        try {
          writeFileSync(file, text)
        } catch (error) {
          const found = error instanceof Error ? error.message : String(error)
          unwritten.push(`${file}: expected a file that can be written, found ${found}`)
        }
      }
    }
  }
}

/** Takes down which certificates were written into a folder, and which could not be. */
const certifying = (folder: string | undefined, unwritten: Array<string>) => {
  const written: Array<Certificate.Written> = []
  const sum = (of: (one: Certificate.Written) => number): string =>
    count(written.reduce((all, one) => all + of(one), 0))
  return {
    took: (one: Certificate.Written): void => {
      if (one.problem === undefined) written.push(one)
      else unwritten.push(`${one.file}: expected a certificate that can be written, found ${one.problem}`)
    },
    lines: (): ReadonlyArray<string> => {
      if (folder === undefined) return []
      const [states, bytes] = [sum((one) => one.states), sum((one) => one.bytes)]
      const all = join(folder, `*${Certificate.ending}`)
      const proving = written.length === 0 ? [] : [`Prove them: paycode certificate check ${all}`]
      return ["", `Certificates: ${count(written.length)}, of ${states} states in ${bytes} bytes.`, ...proving]
    }
  }
}

/** The word that the first Ctrl-C sets, so that what is decided is told. A second one ends the process. */
const untilInterrupted = (stop: SharedArrayBuffer) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const others = process.listeners("SIGINT")
      const listen = (): void => {
        if (Audit.Explorer.isHalted({ until: undefined, stop })) process.exit(codes.interrupted)
        Audit.Explorer.halt(stop)
      }
      process.removeAllListeners("SIGINT")
      process.on("SIGINT", listen)
      return { listen, others }
    }),
    ({ listen, others }) =>
      Effect.sync(() => {
        process.removeListener("SIGINT", listen)
        for (const other of others) process.on("SIGINT", other)
      })
  )

/** Ends as an audit came to: what is known from a baseline counts as if it were as asserted. */
const conclude = Effect.fnUntraced(function* (file: AuditFile.AuditFile, baseline: AuditFile.AuditFile | undefined) {
  const outcome = baseline === undefined ? Audit.outcome(file) : Changes.outcome(file, baseline)
  if (outcome === "differs") return yield* new Differs({ lines: [] })
  if (outcome === "unfinished") return yield* new Unfinished({ lines: [] })
})

const printAudit = Effect.fnUntraced(function* (
  version: string,
  loaded: ReadonlyArray<SchemeFile.Loaded>,
  requested: Requested
) {
  const format = yield* formatOf(requested)
  const schemes = loaded.map(({ scheme }) => scheme)
  const { asked, claims, request } = yield* requestOf(version, schemes, requested)
  const baseline = yield* baselineOf(requested)
  const folder = Option.getOrUndefined(requested.out)
  if (folder !== undefined) yield* Folder.prepare(folder)
  const certificates = Option.getOrUndefined(requested.certify)
  if (certificates !== undefined) yield* Folder.prepare(certificates, "--certify")
  // What is taken has no states, and leaves no certificate.
  const place = certificates === undefined ? requested.store : Option.some(Stored.none)
  const store = yield* Stored.use(version, { ...requested, store: place })
  const { stop } = request.limits
  yield* untilInterrupted(stop)
  const names = schemes.map(({ scheme }) => fileOf(loaded)(scheme) ?? scheme)
  const provenance = Provenance.now(names, claims, asked)
  const progress = Report.progress(process.stderr)
  const say = (line: string): void => {
    progress.done()
    process.stdout.write(`${fitted(line, process.stdout)}\n`)
  }
  const { unwritten, write } = writing(folder)
  const streams = format.name === "text"
  const sources = { fileOf: fileOf(loaded), remediesOf: AuditFile.remedies(schemes, fileOf(loaded)) }
  const teller = Report.teller(request, { ink: ink(process.stdout), say, ...sources })
  const certified = certifying(certificates, unwritten)
  const deciding = Audit.audit(version, request, {
    certified: certified.took,
    progress: progress.tell,
    decided: (scheme, claim) => {
      write(Formats.filesOfClaim(scheme.scheme, claim))
      if (streams) teller.decided(scheme, claim)
    },
    finished: (found) => {
      if (streams) teller.finished(found)
    }
  })
  const report = yield* store.within(deciding)
  progress.done()
  const file = AuditFile.of(report, provenance, { ...sources, store: store.told() })
  const beside = besideOf(loaded, baseline)
  write(Formats.filesOf(file, beside))
  if (streams) for (const line of certified.lines()) yield* Console.log(fitted(Text.line(line), process.stdout))
  if (streams) yield* Console.log(fitted(teller.end(file, beside), process.stdout))
  else yield* Console.log(format.print(file, ink(process.stdout), beside))
  if (unwritten.length > 0) return yield* new Unwritten({ lines: unwritten })
  if (requested.watch && Audit.Explorer.isHalted({ until: undefined, stop }))
    return yield* new Watching.Ended({ lines: [] })
  yield* conclude(file, baseline)
}, Effect.scoped)

/** Names that several schemes have: what is found of one could not be told from what is found of another. */
const refuseNamesakes = (schemes: ReadonlyArray<Scheme>) => {
  const names = schemes.map(({ scheme }) => scheme)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined
    ? Effect.void
    : Effect.fail(Given.bad(`SCHEME: expected schemes of different names, found several of the name ${twice}`))
}

/** Decides what is asked for, of the schemes that are named, once. */
const once = Effect.fnUntraced(function* (version: string, requested: Requested) {
  const names = requested.schemes.length > 0 ? requested.schemes : SchemeFile.builtIn
  const loaded = yield* Effect.forEach([...new Set(names)], SchemeFile.loadPlaced)
  const schemes = loaded.map(({ scheme }) => scheme)
  yield* refuseNamesakes(schemes)
  yield* requested.matrix ? printMatrix(version, schemes, requested) : printAudit(version, loaded, requested)
})

/** Decides what is asked for, of the schemes that are named; again whenever one of their files is saved where that is asked for. */
export const run = Effect.fn("Auditing.run")(function* (version: string, given: Requested) {
  const requested = yield* Config.applied(given)
  return yield* requested.watch
    ? Watching.run(requested.schemes, () => once(version, requested))
    : once(version, requested)
})
