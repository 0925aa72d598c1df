/**
 * Junit: a report as JUnit's XML, which most services for continuous integration show. A claim is a test case: one that is not as
 * asserted is a failure, one that is not decided an error, and one that says nothing of the scheme, or is known from the baseline, is
 * skipped.
 */
import type { AuditFile, ClaimEntry, SchemeEntry } from "./AuditFile.ts"
import type { Beside } from "./Beside.ts"
import * as Changes from "./Changes.ts"
import * as Report from "./Report.ts"
import * as Xml from "./Xml.ts"

/** What a report says of a claim that is as asserted, of one that is not, and of one that was not decided. */
type Case = "passed" | "failure" | "error" | "skipped"

const caseOf = ({ scheme }: SchemeEntry, claim: ClaimEntry, { baseline }: Beside): Case => {
  if (claim.verdict === claim.asserted) return "passed"
  if (baseline !== undefined && Changes.isKnown(baseline, scheme, claim)) return "skipped"
  return claim.verdict === "not-run" ? "error" : "failure"
}

/** What is told below a case: the verdict, its evidence, and how to decide it again. */
const told = (claim: ClaimEntry): string =>
  [
    `${claim.verdict}${claim.assurance === null ? "" : `, ${claim.assurance}`}: ${Report.evidence(claim)}`,
    ...(claim.because === null ? [] : [`the scheme's reason: ${claim.because}`]),
    ...(claim.again === null ? [] : [`again: ${claim.again}`])
  ].join("\n")

const sentence = (claim: ClaimEntry): string =>
  `${claim.id} ${claim.verdict === "not-run" ? "was not decided" : claim.verdict}, asserted ${claim.asserted}`

/** What stands in a case. Only what passed, failed or was not decided has its evidence there. */
const content = (is: Case, claim: ClaimEntry): ReadonlyArray<Xml.Element> => {
  const message = sentence(claim)
  if (is === "passed") return [Xml.element("system-out", {}, told(claim))]
  if (is === "skipped") return [Xml.element("skipped", { message: `${message}; known from the baseline` })]
  return [Xml.element(is, { message, type: claim.verdict }, told(claim))]
}

/** What is known of how a report came about, as properties of its suites. */
const provenance = ({ paycode, provenance }: AuditFile): ReadonlyArray<Xml.Element> =>
  Object.entries({ paycode, ...provenance }).map(([name, value]) =>
    Xml.element("property", { name: `audit.${name}`, value: `${value ?? "none"}` })
  )

const suite = (report: AuditFile, entry: SchemeEntry, beside: Beside): Xml.Element => {
  const { claims, exempt, hash, scheme, scope, title } = entry
  const cases = claims.map((claim) => ({ claim, is: caseOf(entry, claim, beside) }))
  const of = (kind: Case): number => cases.filter(({ is }) => is === kind).length
  const classname = `paycode.${scheme}`
  const properties = Object.entries({ title, hash, scope }).map(([name, value]) =>
    Xml.element("property", { name, value })
  )
  return Xml.element(
    "testsuite",
    {
      name: scheme,
      tests: cases.length + exempt.length,
      failures: of("failure"),
      errors: of("error"),
      skipped: of("skipped") + exempt.length,
      timestamp: report.provenance?.date.slice(0, 19)
    },
    [
      Xml.element("properties", {}, [...properties, ...provenance(report)]),
      ...cases.map(({ claim, is }) => Xml.element("testcase", { name: claim.id, classname }, content(is, claim))),
      ...exempt.map(({ id, reason }) =>
        Xml.element("testcase", { name: id, classname }, [
          Xml.element("skipped", { message: `says nothing of this scheme: ${reason}` })
        ])
      )
    ]
  )
}

/** A report as JUnit's XML: a suite for each scheme. */
export const text = (report: AuditFile, beside: Beside): string => {
  const suites = report.schemes.map((entry) => suite(report, entry, beside))
  const sum = (name: string): number => suites.reduce((total, { attributes }) => total + Number(attributes[name]), 0)
  const totals = Object.fromEntries(["tests", "failures", "errors", "skipped"].map((name) => [name, sum(name)]))
  return Xml.document(Xml.element("testsuites", { name: "paycode audit", ...totals, time: report.seconds }, suites))
}
