/** A page for every scheme: its parameters, its verdicts with what was searched for them, and the attacks. */
import * as Result from "effect/Result"
import { Verdict } from "../../properties/audit/Audit.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { Narrative, Report } from "../../properties/report/Reports.ts"
import * as Scenes from "../../properties/scenes/Scenes.ts"
import { count } from "../../properties/Terminal.ts"
import * as Trace from "../../properties/trace/Trace.ts"
import { parameterPaths } from "../../spec/Parameters.ts"
import { type CapabilityId, capabilityIds } from "../../spec/Threats.ts"
import * as Page from "../Page.ts"
import * as Claims from "./Claims.ts"
import * as Parameters from "./Parameters.ts"
import * as Scenario from "./Scenario.ts"

const parameters = (pen: Page.Pen, { scheme }: Page.Audited): string =>
  Markdown.table(
    ["parameter", "value", "range", "meaning", "source"],
    parameterPaths
      .filter((path) => Parameters.has(scheme, path))
      .map((path) => [
        pen.link(Markdown.code(path), Page.parameterPlace(path)),
        Parameters.value(scheme, path),
        Parameters.range(path),
        Markdown.sentence(Parameters.meaning(path)),
        Parameters.source(scheme, path)
      ])
  )

const verdicts = (pen: Page.Pen, { claims, scheme }: Page.Audited): string =>
  Markdown.table(
    ["claim", "verdict", "assurance", "evidence"],
    claims.map((claim) => [
      pen.link(claim.id, Page.claimPlace(claim.id)),
      Page.runOf(claim) === null
        ? Claims.verdict(claim)
        : pen.link(Claims.verdict(claim), Page.runPlace(scheme.scheme, claim)),
      claim.assurance ?? "none",
      Report.evidence(claim)
    ])
  )

/** A search: what it played and against whom, the claims that it decided, and how much of it there was. */
const searched = (pen: Page.Pen, { claims }: Page.Audited, search: Verdict.SearchReport, index: number): string => {
  const { complete, depth, key, scene, states, transitions, under } = search
  const decided = claims
    .filter(Verdict.isChecked)
    .filter(({ evidence }) => evidence.searches.includes(index))
    .map(({ id }) => id)
  const against = under.length === 0 ? "nobody" : Page.listed(under.map((id) => pen.link(id, Page.capabilityPlace(id))))
  const size = `${count(states)} distinct states of ${count(key)} bytes, ${count(transitions)} transitions, depth ${count(depth)}`
  const through = complete ? "all that the reductions leave" : "not all that the reductions leave"
  return `*${Markdown.sentence(scene)}*, ${Markdown.sentence(Scenes.scenes[scene].says)}, against ${against}: ${size}; ${through}. For ${pen.claims(decided)}. Within ${Markdown.sentence(Report.bounds(search))}.`
}

/** The claims that say nothing of the scheme, and why. */
const exempt = (pen: Page.Pen, { exempt }: Page.Audited): ReadonlyArray<string> =>
  exempt.length === 0
    ? []
    : [
        "Nothing is said of the scheme by",
        Markdown.list(exempt.map(({ id, reason }) => `${pen.claims([id])}: ${Markdown.sentence(reason)}`))
      ]

/** A list, where there is something in it. */
const listed = (items: ReadonlyArray<string>): ReadonlyArray<string> =>
  items.length === 0 ? [] : [Markdown.list(items)]

/** What the verdicts do not speak of, and what would break claims that hold. */
const reservations = (pen: Page.Pen, claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> => {
  const missing = capabilityIds.filter((id) => claims.some(({ notModelled }) => notModelled.includes(id)))
  const capability = (id: CapabilityId): string => pen.link(id, Page.capabilityPlace(id))
  return [
    ...(missing.length === 0
      ? []
      : [
          `Not modelled yet, and so not decided for the claims that name them: ${Page.listed(missing.map(capability))}.`
        ]),
    ...claims.flatMap(({ fallsWith, id }) =>
      fallsWith === null
        ? []
        : [
            `Beyond its adversary: with ${capability(fallsWith.capability)}, ${pen.claims([id])} is broken, by a run of ${fallsWith.steps} ${fallsWith.steps === 1 ? "action" : "actions"}.`
          ]
    )
  ]
}

/** The run that shows a claim's verdict, told. */
const told = (pen: Page.Pen, { scheme }: Page.Audited, claim: Verdict.ClaimReport) => {
  const trace = Result.getOrThrow(Trace.read(Page.runOf(claim)))
  const file = `schemes/${scheme.scheme}-${claim.id}.svg`
  const { diagrams, opening, picture, sentences } = Scenario.tell(
    pen,
    trace,
    file,
    `${Page.runTitle(claim)}, as a sequence diagram`
  )
  const parts = [
    `## ${Page.runTitle(claim)}`,
    ...(claim.because === null ? [] : [pen.say(claim.because)]),
    opening,
    sentences,
    pen.say(Narrative.conclusion(trace)),
    ...diagrams
  ]
  return { parts, picture }
}

const scheme = ({ scope }: Page.Material, audited: Page.Audited): ReadonlyArray<Page.Document> => {
  const { claims, hash, scheme } = audited
  const path = Page.schemePlace(scheme.scheme)
  const pen = Page.pen(path)
  const runs = claims.filter((claim) => Page.runOf(claim) !== null).map((claim) => told(pen, audited, claim))
  const page = Page.make(path, scheme.scheme, [
    `**${Markdown.sentence(scheme.title)}**`,
    pen.say(scheme.note),
    scheme.interface === "paycode"
      ? "Merchants are answered with the protocol's own words."
      : `Merchants are answered with the codes of ${scheme.interface}: see ${pen.link("the codes", Page.codesPlace)}.`,
    "## Parameters",
    parameters(pen, audited),
    "## Verdicts",
    `Decided at scope ${scope}, for the scheme with SHA-256 ${Markdown.code(hash)}. A verdict leads to the run that shows it.`,
    verdicts(pen, audited),
    ...exempt(pen, audited),
    ...listed(reservations(pen, claims)),
    "## What was searched",
    ...listed(audited.searches.map((search, index) => searched(pen, audited, search, index))),
    ...runs.flatMap(({ parts }) => parts)
  ])
  return [page, ...runs.map(({ picture }) => picture)]
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> =>
  material.schemes.flatMap((audited) => scheme(material, audited))
