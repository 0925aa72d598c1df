/**
 * Formats: the forms in which what an audit found is given. A form is one entry here: the flags of the command, what it
 * prints and the files that it writes come from these tables.
 */
import * as Result from "effect/Result"
import * as Text from "../../impl/Text.ts"
import type * as Audit from "../audit/Audit.ts"
import type { Matrix, Verdict } from "../audit/Audit.ts"
import type { Ink } from "../Terminal.ts"
import * as Trace from "../trace/Trace.ts"
import * as Diagram from "./Diagram.ts"
import * as Report from "./Report.ts"

/** A form of the report of an audit. */
export interface ReportFormat {
  /** What its flag does, which has its name; undefined for the one form that is printed where no flag is given. */
  readonly flag: string | undefined
  readonly print: (report: Audit.Report, ink: Ink) => string
  /** The form of a matrix; undefined where it has none. */
  readonly matrix: ((matrix: Matrix.Matrix, ink: Ink) => string) | undefined
  /** What is written of the report into a folder; undefined where it is only printed. */
  readonly file: { readonly name: string; readonly write: (report: Audit.Report) => string } | undefined
}

/** JSON for people to read too: indented, with a line feed at the end. */
const indented = (value: unknown): string => `${Text.json(value, 2)}\n`

/** The forms of a report, by name. */
export const reportFormats = {
  text: { flag: undefined, print: Report.text, matrix: Report.matrix, file: undefined },
  json: {
    flag: "print the report as JSON",
    print: (report) => Text.json(report),
    matrix: (matrix) => Text.json(matrix),
    file: { name: "audit.json", write: indented }
  }
} as const satisfies Readonly<Record<string, ReportFormat>>

/** The name of a form of a report. */
export type ReportFormatName = keyof typeof reportFormats

/** Every form of a report with its name. */
export const namedReportFormats = Object.entries(reportFormats) as ReadonlyArray<
  readonly [ReportFormatName, ReportFormat]
>

/** A run that an audit has found of a claim of a scheme: an attack, or a case of what can happen. */
interface Found {
  readonly scheme: string
  readonly claim: string
  readonly saved: Trace.Saved
  readonly trace: Trace.Trace
}

/** The forms of a run, by what the names of their files end with. */
const traceFormats: Readonly<Record<string, (found: Found) => string>> = {
  "itf.json": ({ saved }) => indented(saved),
  md: ({ claim, scheme, trace }) => `# ${scheme}: ${claim}\n\n${Report.attack(trace).join("\n")}\n`,
  svg: ({ trace }) => Diagram.svg(Diagram.sequence(trace))
}

/** The run that a report has of a claim: an attack, or a case. */
const runOf = (scheme: string, { counterexample, id: claim, witness }: Verdict.ClaimReport): ReadonlyArray<Found> => {
  const saved = counterexample ?? witness
  return saved === null ? [] : [{ scheme, claim, saved, trace: Result.getOrThrow(Trace.read(saved)) }]
}

/** The files of one claim of a scheme by name: its run in every form, where it has one. */
export const filesOfClaim = (scheme: string, claim: Verdict.ClaimReport): ReadonlyMap<string, string> =>
  new Map(
    runOf(scheme, claim).flatMap((found) =>
      Object.entries(traceFormats).map(
        ([ending, write]) => [`${found.scheme}-${found.claim}.${ending}`, write(found)] as const
      )
    )
  )

/** The files of a whole report by name: the report in every form that is written. */
export const filesOf = (report: Audit.Report): ReadonlyMap<string, string> =>
  new Map(
    namedReportFormats.flatMap(([, { file }]) => (file === undefined ? [] : [[file.name, file.write(report)] as const]))
  )
