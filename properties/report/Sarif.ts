/**
 * Sarif: a report as SARIF 2.1.0, which shows each claim that is not as asserted at its line of the scheme file. One that was not
 * decided is there too, as open. The file of a built-in scheme is none of the reader's, and is not named.
 */
import type { Log, ReportingDescriptor, Result } from "sarif"
import * as Text from "../../impl/Text.ts"
import { type ClaimId, claimIds, claims as statements } from "../../spec/Claims.ts"
import * as Hash from "../Hash.ts"
import type { AuditFile, ClaimEntry, SchemeEntry } from "./AuditFile.ts"
import type { Beside } from "./Beside.ts"
import * as Changes from "./Changes.ts"
import * as Mending from "./Mending.ts"
import * as Report from "./Report.ts"

/** Where the schema of SARIF is published, which readers take for its version. */
const schema = "https://json.schemastore.org/sarif-2.1.0.json"

/** What would make a claim hold, of every scheme in which it is not as asserted and that is known. */
const helpOf = ({ schemes }: AuditFile, id: ClaimId): Pick<ReportingDescriptor, "help"> => {
  const lines = schemes.flatMap(({ claims, scheme }) =>
    claims
      .filter((claim) => claim.id === id && claim.verdict !== claim.asserted)
      .flatMap(({ remedies }) => [
        ...remedies.map((remedy) => `${scheme}: ${Mending.sentence(id, remedy)} ${remedy.command}`),
        ...Mending.caution(remedies)
      ])
  )
  return lines.length === 0 ? {} : { help: { text: lines.map(Text.line).join("\n") } }
}

const rulesOf = (report: AuditFile): Array<ReportingDescriptor> =>
  claimIds.map((id) => ({
    id,
    shortDescription: { text: statements[id].says },
    ...helpOf(report, id),
    defaultConfiguration: { level: "error" }
  }))

/** A relative path as a URI reference. */
const uriOf = (path: string): string => path.split(/[\\/]/).map(encodeURIComponent).join("/")

/** What is told of a claim that is not as asserted. */
const message = ({ scheme }: SchemeEntry, claim: ClaimEntry): string => {
  const { again, asserted, id, verdict } = claim
  const is = verdict === "not-run" ? "was not decided" : verdict
  const how = again === null ? "" : ` Again: ${again}`
  return Text.line(
    `${scheme}: ${id} ${is}, and the scheme asserts that it ${asserted}: ${Report.evidence(claim)}.${how}`
  )
}

const locationsOf = ({ file, scheme }: SchemeEntry, claim: ClaimEntry, { placeOf }: Beside): Result["locations"] => {
  const place = placeOf(scheme, claim.id)
  const logicalLocations = [{ name: claim.id, fullyQualifiedName: `${scheme}/${claim.id}` }]
  if (file === null) return [{ logicalLocations }]
  const region = place === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } }
  return [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region }, logicalLocations }]
}

const resultOf = (entry: SchemeEntry, claim: ClaimEntry, beside: Beside): Result => {
  const { baseline } = beside
  const isOpen = claim.verdict === "not-run"
  return {
    ruleId: claim.id,
    ruleIndex: claimIds.indexOf(claim.id),
    kind: isOpen ? "open" : "fail",
    level: isOpen ? "none" : "error",
    message: { text: message(entry, claim) },
    locations: locationsOf(entry, claim, beside)!,
    partialFingerprints: { "paycode/v1": Hash.of([entry.scheme, claim.id, claim.verdict]) },
    ...(baseline !== undefined && {
      baselineState: Changes.isKnown(baseline, entry.scheme, claim) ? ("unchanged" as const) : ("new" as const)
    }),
    properties: {
      ...{ verdict: claim.verdict, asserted: claim.asserted, assurance: claim.assurance },
      ...{ again: claim.again, remedies: claim.remedies }
    }
  }
}

/** A report as SARIF. */
export const log = (report: AuditFile, beside: Beside): Log => {
  const { extent, ok, paycode, provenance, schemes } = report
  const results = schemes.flatMap((entry) =>
    entry.claims.filter(({ asserted, verdict }) => asserted !== verdict).map((claim) => resultOf(entry, claim, beside))
  )
  return {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "paycode", semanticVersion: paycode, rules: rulesOf(report) } },
        invocations: [
          {
            executionSuccessful: true,
            ...(provenance !== null && { commandLine: provenance.command, startTimeUtc: provenance.date })
          }
        ],
        columnKind: "utf16CodeUnits",
        results,
        properties: {
          ok,
          extent,
          provenance,
          schemes: schemes.map(({ hash, scheme, scope }) => ({ scheme, hash, scope }))
        }
      }
    ]
  }
}
