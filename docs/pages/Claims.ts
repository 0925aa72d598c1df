/** The page of the claims: what is promised, against whom, and what became of it in every scheme. */
import type { ClaimReport } from "../../properties/Audit.ts"
import * as Exploration from "../../properties/Exploration.ts"
import * as Report from "../../properties/Report.ts"
import { count } from "../../properties/Terminal.ts"
import { type ClaimId, type ClaimKind, claimIds, claims } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import * as Markdown from "../Markdown.ts"
import * as Page from "../Page.ts"

const path = "Claims.md"
const pen = Page.pen(path)

const kinds: Readonly<Record<ClaimKind, string>> = { always: "no reachable transition breaks it" }

const reportOf = ({ claims }: Page.Audited, id: ClaimId): ClaimReport => claims.find((claim) => claim.id === id)!

/** A verdict; one that is not what the scheme asserts says so. */
export const verdict = ({ asserted, verdict }: ClaimReport): string =>
  verdict === asserted ? verdict : `**${verdict}**, asserted: ${asserted}`

/** A verdict that leads to the attack, where there is one. */
const verdictOf = ({ scheme }: Page.Audited, report: ClaimReport): string =>
  report.counterexample === null
    ? verdict(report)
    : pen.link(verdict(report), Page.attackPlace(scheme.scheme, report.id))

const schemeLink = ({ scheme }: Page.Audited): string => pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))

const overview = ({ schemes }: Page.Material): string =>
  Markdown.table(
    ["claim", "phase", ...schemes.map(schemeLink)],
    claimIds.map((id) => [
      pen.link(id, Page.claimPlace(id)),
      claims[id].phase,
      ...schemes.map((audited) => verdictOf(audited, reportOf(audited, id)))
    ])
  )

const named = (ids: ReadonlyArray<CapabilityId>): string =>
  ids.length === 0 ? "nobody" : Page.listed(ids.map((id) => pen.link(id, Page.capabilityPlace(id))))

const verdicts = (schemes: ReadonlyArray<Page.Audited>, id: ClaimId): string =>
  Markdown.table(
    ["scheme", "verdict", "assurance", "evidence"],
    schemes.map((audited) => {
      const report = reportOf(audited, id)
      return [schemeLink(audited), verdictOf(audited, report), report.assurance ?? "none", Report.evidence(report)]
    })
  )

/** How often each named edge of the claim was met; a search that broke off at an attack says nothing of them. */
const edges = (schemes: ReadonlyArray<Page.Audited>, id: ClaimId): ReadonlyArray<string> => {
  const reports = schemes.map((audited) => reportOf(audited, id))
  const names = [...new Set(reports.flatMap(({ evidence }) => Object.keys(evidence.edges)))]
  if (names.length === 0) return []
  const rows = names.map((name) => [
    Markdown.sentence(name),
    ...reports.map(({ evidence }) => count(evidence.edges[name] ?? 0))
  ])
  return ["Cases at its edges:", Markdown.table(["edge", ...schemes.map(({ scheme }) => scheme.scheme)], rows)]
}

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
    ...edges(schemes, id)
  ]
}

const phases = [...new Set(claimIds.map((id) => claims[id].phase))]

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Claims", [
    `What a scheme promises, and what became of it at scope ${material.scope}. A verdict that fails leads to the attack.`,
    overview(material),
    ...phases.flatMap((phase) => [
      `## ${phase}`,
      ...claimIds.filter((id) => claims[id].phase === phase).flatMap((id) => claim(material, id))
    ])
  ])
]
