/** AuditPage: a report as a page of Markdown, for a comment on a change or the summary of a run. */
import * as Result from "effect/Result"
import { claims as statements } from "../../spec/Claims.ts"
import * as Markdown from "../Markdown.ts"
import * as Trace from "../trace/Trace.ts"
import type { AuditFile, ClaimEntry, SchemeEntry } from "./AuditFile.ts"
import type { Beside } from "./Beside.ts"
import * as Changes from "./Changes.ts"
import * as Mending from "./Mending.ts"
import * as Narrative from "./Narrative.ts"
import * as Report from "./Report.ts"

/** A text of somebody else, in which nothing is a mark. */
const plain = (text: string): string => Markdown.sentence(text.replaceAll("`", "'"))

const isAsAsserted = ({ asserted, verdict }: ClaimEntry): boolean => asserted === verdict

const standing = ({ scheme }: SchemeEntry, claim: ClaimEntry, { baseline }: Beside): string => {
  if (isAsAsserted(claim)) return "as asserted"
  const known = baseline !== undefined && Changes.isKnown(baseline, scheme, claim) ? ", known" : ""
  return claim.verdict === "not-run" ? `**undecided**${known}` : `**asserted ${claim.asserted}**${known}`
}

const row = (entry: SchemeEntry, claim: ClaimEntry, beside: Beside): ReadonlyArray<string> => [
  Markdown.code(claim.id),
  claim.verdict,
  standing(entry, claim, beside),
  claim.assurance ?? "–",
  plain(Report.evidence(claim))
]

/** An attack or a case as numbered sentences. */
const run = (saved: Trace.Saved): string => {
  const trace = Result.getOrThrowWith(Trace.read(saved), () => new Error("a trace does not replay"))
  const { opening, sentences } = Narrative.tell(trace)
  return [plain(opening), Markdown.steps(sentences.map(plain)), plain(Narrative.conclusion(trace))].join("\n\n")
}

/** What there is to say of a claim that is not as asserted. */
const section = (entry: SchemeEntry, claim: ClaimEntry, { placeOf }: Beside): string => {
  const place = placeOf(entry.scheme, claim.id)
  const where =
    entry.file === null ? [] : [Markdown.code(`${entry.file}${place === undefined ? "" : `:${place.line}`}`)]
  const shown = claim.counterexample ?? claim.witness
  return [
    `### ${entry.scheme}: ${claim.id}`,
    plain(statements[claim.id].says),
    `It ${claim.verdict === "not-run" ? "was not decided" : claim.verdict}, and is asserted to ${claim.asserted === "holds" ? "hold" : "fail"}: ${plain(Report.evidence(claim))}.`,
    ...where,
    ...(claim.because === null ? [] : [`The scheme's reason: ${plain(claim.because)}`]),
    ...(shown === null ? [] : [run(shown)]),
    ...claim.remedies.flatMap((remedy) => [
      plain(Mending.sentence(claim.id, remedy)),
      Markdown.block("sh", remedy.command)
    ]),
    ...Mending.caution(claim.remedies).map(plain),
    ...(claim.again === null ? [] : [Markdown.block("sh", claim.again)])
  ].join("\n\n")
}

const scheme = (entry: SchemeEntry, beside: Beside): string => {
  const head = ["claim", "verdict", "", "assurance", "evidence"]
  const rows = entry.claims.map((claim) => row(entry, claim, beside))
  const exempt = entry.exempt.map(({ id, reason }) => `${Markdown.code(id)}: ${plain(reason)}`)
  return [
    `## ${entry.scheme}`,
    `${plain(entry.title)}. Scope ${entry.scope}, scheme ${Markdown.code(entry.hash.slice(0, 12))}.`,
    ...(rows.length === 0 ? [] : [Markdown.table(head, rows)]),
    ...(exempt.length === 0 ? [] : ["Claims that say nothing of it:", Markdown.list(exempt)])
  ].join("\n\n")
}

/** Where the report comes from, as a list. */
const provenance = ({ paycode, provenance }: AuditFile): string => {
  const made = Object.entries({ paycode, ...provenance }).filter(([name]) => name !== "command")
  const lines = made.map(([name, value]) => `${name}: ${Markdown.code(`${value ?? "none"}`)}`)
  const again = provenance === null ? [] : [Markdown.block("sh", provenance.command)]
  return ["## How it was made", Markdown.list(lines), ...again].join("\n\n")
}

/** A report as a page: what differs first, then every claim, and how the report was made. */
export const text = (report: AuditFile, beside: Beside): string => {
  const { schemes } = report
  const differing = schemes.flatMap((entry) =>
    entry.claims.filter((claim) => !isAsAsserted(claim)).map((claim) => section(entry, claim, beside))
  )
  return `${[
    "# Audit",
    plain(Report.sum(report)),
    ...(beside.baseline === undefined ? [] : [plain(Changes.sentence(report, beside.baseline))]),
    ...(differing.length === 0 ? [] : ["## Not as asserted", ...differing]),
    ...schemes.map((entry) => scheme(entry, beside)),
    provenance(report)
  ].join("\n\n")}\n`
}
