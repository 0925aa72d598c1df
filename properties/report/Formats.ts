/**
 * Formats: the forms in which what an audit found is given. A form is one entry here: the flags of the command, what it
 * prints and the files that it writes come from these tables.
 */
import * as Result from "effect/Result"
import * as Text from "../../impl/Text.ts"
import type { Matrix, Verdict } from "../audit/Audit.ts"
import type { Ink } from "../Terminal.ts"
import * as Trace from "../trace/Trace.ts"
import type { AuditFile } from "./AuditFile.ts"
import * as AuditPage from "./AuditPage.ts"
import type { Beside } from "./Beside.ts"
import * as Diagram from "./Diagram.ts"
import * as Junit from "./Junit.ts"
import * as Report from "./Report.ts"
import * as Sarif from "./Sarif.ts"

/** A form of the report of an audit. */
export interface ReportFormat {
  /** What its flag does, which has its name; undefined for the one form that is printed where no flag is given. */
  readonly flag: string | undefined
  readonly print: (report: AuditFile, ink: Ink, beside: Beside) => string
  /** The form of a matrix; undefined where it has none. */
  readonly matrix: ((matrix: Matrix.Matrix, ink: Ink) => string) | undefined
  /** What is written of the report into a folder; undefined where it is only printed. */
  readonly file: { readonly name: string; readonly write: (report: AuditFile, beside: Beside) => string } | undefined
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
  },
  junit: {
    flag: "print the report as JUnit's XML",
    print: (report, _, beside) => Junit.text(report, beside).trimEnd(),
    matrix: undefined,
    file: { name: "audit.junit.xml", write: Junit.text }
  },
  sarif: {
    flag: "print what is not as asserted as SARIF 2.1.0",
    print: (report, _, beside) => Text.json(Sarif.log(report, beside)),
    matrix: undefined,
    file: { name: "audit.sarif", write: (report, beside) => indented(Sarif.log(report, beside)) }
  },
  markdown: {
    flag: "print the report as a page of Markdown",
    print: (report, _, beside) => AuditPage.text(report, beside).trimEnd(),
    matrix: undefined,
    file: { name: "audit.md", write: AuditPage.text }
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
  md: ({ claim, scheme, trace }) =>
    `# ${scheme}: ${claim}\n\n${Report.attack(trace, { width: 120, isDrawn: true }).join("\n")}\n`,
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
export const filesOf = (report: AuditFile, beside: Beside): ReadonlyMap<string, string> =>
  new Map(
    namedReportFormats.flatMap(([, { file }]) =>
      file === undefined ? [] : [[file.name, file.write(report, beside)] as const]
    )
  )
