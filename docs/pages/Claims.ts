/** The page of the claims: what is promised, against whom, and what became of it in every scheme. */

import { Exploration, Verdict } from "../../properties/audit/Audit.ts"
import { hitsOf, shown } from "../../properties/computed/Catalogue.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { Report } from "../../properties/report/Reports.ts"
import { count } from "../../properties/Terminal.ts"
import { type ClaimId, type ClaimKind, claimIds, claims } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import * as Page from "../Page.ts"

const path = "Claims.md"
const pen = Page.pen(path)

const kinds: Readonly<Record<ClaimKind, string>> = {
  always: "no reachable transition breaks it",
  sometimes: "some run does it",
  "leads-to": "whatever has happened, once the faults are over it comes to pass, whichever way things go on",
  bound: "a number, computed from the scheme's parameters, is at most the scheme's bound"
}

/** A verdict; one that is not what the scheme asserts says so. */
export const verdict = ({ asserted, verdict }: Verdict.ClaimReport): string =>
  verdict === asserted ? verdict : `**${verdict}**, asserted: ${asserted}`

/** A verdict that leads to the run that shows it, where there is one. */
const verdictOf = ({ scheme }: Page.Audited, report: Verdict.ClaimReport): string =>
  Page.runOf(report) === null ? verdict(report) : pen.link(verdict(report), Page.runPlace(scheme.scheme, report))

/** What becomes of a claim in a scheme, in a word: its verdict, or that it says nothing of the scheme. */
const fate = (audited: Page.Audited, id: ClaimId): string => {
  const report = Page.reportOf(audited, id)
  if (report !== undefined) return verdictOf(audited, report)
  return Page.exemption(audited, id) === undefined ? "not asked" : "says nothing of it"
}

const schemeLink = ({ scheme }: Page.Audited): string => pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))

const overview = ({ schemes }: Page.Material): string =>
  Markdown.table(
    ["claim", "about", ...schemes.map(schemeLink)],
    claimIds.map((id) => [
      pen.link(id, Page.claimPlace(id)),
      claims[id].subject,
      ...schemes.map((audited) => fate(audited, id))
    ])
  )

const named = (ids: ReadonlyArray<CapabilityId>): string =>
  ids.length === 0 ? "nobody" : Page.listed(ids.map((id) => pen.link(id, Page.capabilityPlace(id))))

const verdicts = (schemes: ReadonlyArray<Page.Audited>, id: ClaimId): string =>
  Markdown.table(
    ["scheme", "verdict", "assurance", "evidence"],
    schemes.map((audited) => {
      const report = Page.reportOf(audited, id)
      if (report === undefined) {
        return [schemeLink(audited), fate(audited, id), "none", Markdown.sentence(Page.exemption(audited, id) ?? "")]
      }
      return [schemeLink(audited), verdictOf(audited, report), report.assurance ?? "none", Report.evidence(report)]
    })
  )

/** How often there was a case of each part of a claim, or of each of its edges, by scheme. */
const casesOf = (
  schemes: ReadonlyArray<Page.Audited>,
  id: ClaimId,
  which: "parts" | "edges"
): ReadonlyArray<string> => {
  const reports = schemes.map((audited) => {
    const report = Page.reportOf(audited, id)
    return report !== undefined && Verdict.isChecked(report) ? report : undefined
  })
  const names = [...new Set(reports.flatMap((report) => Object.keys(report?.evidence[which] ?? {})))]
  if (names.length === 0) return []
  const rows = names.map((name) => [
    Markdown.sentence(name),
    ...reports.map((report) => (report === undefined ? "" : count(report.evidence[which][name] ?? 0)))
  ])
  const [title, head] = which === "parts" ? ["Cases of its parts:", "part"] : ["Cases at its edges:", "edge"]
  return [title, Markdown.table([head, ...schemes.map(({ scheme }) => scheme.scheme)], rows)]
}

/** How a number came about in every scheme: its form, the numbers on the way, and what they take for granted. */
const computations = (schemes: ReadonlyArray<Page.Audited>, id: ClaimId): ReadonlyArray<string> =>
  schemes.flatMap((audited) => {
    const report = Page.reportOf(audited, id)
    if (report === undefined || !Verdict.isComputed(report)) return []
    const { formula, hits, parts, value } = report.evidence
    const numbers = Object.entries(parts).map(([name, part]) => `${Markdown.sentence(name)}: ${shown(part)}`)
    return [
      `In ${schemeLink(audited)}, ${Markdown.code(`${formula} = ${shown(value)}`)}:`,
      Markdown.list([
        ...(hits === null ? [] : [Markdown.sentence(hitsOf(hits))]),
        ...numbers,
        ...report.assumptions.map((text) => `assumed: ${pen.say(text)}`)
      ])
    ]
  })

const claim = ({ schemes }: Page.Material, id: ClaimId): ReadonlyArray<string> => {
  const { assumes, kind, says } = claims[id]
  const missing = Exploration.notModelled(id)
  const assumed = assumes.map((name) => pen.link(name, Page.assumptionPlace(name)))
  return [
    `### ${id}`,
    pen.say(says),
    Markdown.list([
      `${kind}: ${kinds[kind]}`,
      `decided against an adversary with ${named(Exploration.modelled(id))}`,
      ...(missing.length === 0
        ? []
        : [`to be decided against ${named(missing)} as well, which the model cannot play yet`]),
      `assumed: ${assumed.length === 0 ? "nothing" : Page.listed(assumed)}`
    ]),
    verdicts(schemes, id),
    ...casesOf(schemes, id, "parts"),
    ...casesOf(schemes, id, "edges"),
    ...computations(schemes, id)
  ]
}

const subjects = [...new Set(claimIds.map((id) => claims[id].subject))]

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Claims", [
    `What a scheme promises, and what became of it at scope ${material.scope}. A verdict leads to the run that shows it, where there is one: an attack, or what the claim says can happen. What is computed has a form instead, with the scheme's numbers put in. Where a claim says nothing of a scheme, the reason is given.`,
    overview(material),
    ...subjects.flatMap((subject) => [
      `## ${subject}`,
      ...claimIds.filter((id) => claims[id].subject === subject).flatMap((id) => claim(material, id))
    ])
  ])
]
