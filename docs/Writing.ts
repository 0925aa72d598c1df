/** Writing: what the `docs` command does: the protocol's pages from the sources and the verdicts, and the site. */
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { codes } from "../impl/ExitCodes.ts"
import * as SchemeFile from "../impl/SchemeFile.ts"
import { type Problem, say } from "../model/Decode.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Audit from "../properties/audit/Audit.ts"
import { Matrix } from "../properties/audit/Audit.ts"
import { Report } from "../properties/report/Reports.ts"
import { claimIds } from "../spec/Claims.ts"
import type * as DocumentFlags from "./DocumentFlags.ts"
import * as Documents from "./Documents.ts"
import * as Sources from "./Sources.ts"
import * as Verdicts from "./Verdicts.ts"

/** Files are not as the sources have them. */
class Stale extends Data.TaggedError("Stale")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

const again = "run `npm run docs -- --audit`"

/** What is wrong with verdicts that are of other schemes or sources: a line, with what mends it. */
const outdated = (problem: Problem): string =>
  `${Verdicts.path}: its verdicts are of other sources or schemes: ${say(problem)}; ${again}`

/** The verdicts of an audit that is made now. */
const decide = Effect.fnUntraced(function* (version: string, schemes: ReadonlyArray<Scheme>, sources: string) {
  const { runs, scope, seed } = Verdicts.settings
  const progress = Report.progress(process.stderr)
  const report = yield* Audit.audit(
    version,
    { schemes, claims: claimIds, scope, runs, seed, limits: Audit.Explorer.unlimited, compare: true, more: true },
    { progress: progress.tell }
  )
  progress.done()
  const leaving = Report.matrixProgress(process.stderr)
  const matrix = yield* Matrix.make(schemes, Matrix.reach, leaving.tell)
  leaving.done()
  return Verdicts.of(report, matrix, sources)
})

/** The verdicts of the file, whatever sources and schemes they are of. */
const recall = Effect.fnUntraced(function* (sources: string, checks: boolean) {
  const input = yield* SchemeFile.readJson(`${Sources.root}${Verdicts.path}`, `the file of the verdicts; ${again}`)
  const read = Verdicts.read(input)
  if (Result.isSuccess(read)) return read.success
  // Of other sources an attack need not replay: then nothing else is wrong with the file.
  const found = Verdicts.sourcesOf(input)
  if (typeof found !== "string" || found === sources) {
    return yield* SchemeFile.rejected(Verdicts.path, read.failure)
  }
  const lines = [outdated({ path: "sources", expected: JSON.stringify(sources), found: JSON.stringify(found) })]
  return yield* checks ? new Stale({ lines }) : new SchemeFile.BadInput({ lines })
})

/** Tells every file that is not as it should be, and first of all the verdicts, where they are of other sources. */
const check = Effect.fnUntraced(function* (
  stale: ReadonlyArray<Documents.Stale>,
  problem: Problem | undefined,
  audited: boolean
) {
  if (stale.length === 0 && problem === undefined) {
    return yield* Console.log("Every document is as the sources have it.")
  }
  const mends = audited || problem !== undefined ? "npm run docs -- --audit" : "npm run docs"
  const lines = stale.map(({ is, path }) => `${path}: ${is}; run \`${mends}\``)
  return yield* new Stale({ lines: problem === undefined ? lines : [outdated(problem), ...lines] })
})

/** Builds the site. What builds it takes long to load, and is not needed for anything else. */
const build = Effect.gen(function* () {
  const Site = yield* Effect.promise(() => import("./Site.ts"))
  yield* Site.build
  yield* Console.log(`The site is in ${Site.folder}/: open ${Site.folder}/index.html.`)
})

/** Writes, or checks, the documents of a version of paycode. */
export const write = Effect.fn("docs")(function* (
  version: string,
  { audit, check: checks, site }: DocumentFlags.Given
) {
  const [first, ...others] = yield* Effect.forEach(SchemeFile.builtIn, SchemeFile.load)
  if (first === undefined) return yield* Effect.die(new Error("there is no built-in scheme"))
  const schemes = [first, ...others] as const
  const sources = yield* Sources.hash
  const verdicts = yield* audit ? decide(version, schemes, sources) : recall(sources, checks)
  const problem = Verdicts.stale(verdicts, schemes, sources)
  // Pages are written only from verdicts that are of what is there. What a page says of them can be checked all the same.
  if (problem !== undefined && !checks) return yield* new SchemeFile.BadInput({ lines: [outdated(problem)] })
  const stale = yield* Documents.stale(schemes, verdicts)
  if (checks) return yield* check(stale, problem, audit)
  yield* Documents.mend(stale)
  for (const { is, path } of stale) yield* Console.log(`${path}: was ${is}`)
  yield* Console.log(`${stale.length === 0 ? "Every document was" : "Every document is now"} as the sources have it.`)
  if (site) yield* build
})
