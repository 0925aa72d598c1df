/** A page for every scheme: its parameters, its verdicts with what was searched for them, and the attacks. */
import * as Result from "effect/Result"
import { parameterPaths } from "../../model/Scheme.ts"
import type { ClaimReport } from "../../properties/Audit.ts"
import * as Narrative from "../../properties/Narrative.ts"
import * as Report from "../../properties/Report.ts"
import { count } from "../../properties/Terminal.ts"
import * as Trace from "../../properties/Trace.ts"
import { type CapabilityId, capabilityIds } from "../../spec/Threats.ts"
import * as Markdown from "../Markdown.ts"
import * as Page from "../Page.ts"
import * as Claims from "./Claims.ts"
import * as Parameters from "./Parameters.ts"
import * as Story from "./Story.ts"

const parameters = (pen: Page.Pen, { scheme }: Page.Audited): string =>
  Markdown.table(
    ["parameter", "value", "range", "meaning", "source"],
    parameterPaths.map((path) => [
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
      claim.counterexample === null
        ? Claims.verdict(claim)
        : pen.link(Claims.verdict(claim), Page.attackPlace(scheme.scheme, claim.id)),
      claim.assurance ?? "none",
      Report.evidence(claim)
    ])
  )

/** The claims that one search decided, together. */
const searches = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<ReadonlyArray<ClaimReport>> => {
  const key = ({ evidence: { bounds, depth, states, transitions }, under }: ClaimReport): string =>
    JSON.stringify([under, bounds, depth, states, transitions])
  return [...Map.groupBy(claims, key).values()]
}

const searched = (pen: Page.Pen, group: ReadonlyArray<ClaimReport>): string => {
  const { evidence, under } = group[0]!
  const { bounds, complete, depth, states, transitions } = evidence
  const against = Page.listed(under.map((id) => pen.link(id, Page.capabilityPlace(id))))
  const size = `${count(states)} distinct states, ${count(transitions)} transitions, depth ${count(depth)}`
  const through = complete ? "every state visited" : "broken off once every claim was"
  return `${pen.claims(group.map(({ id }) => id))}, against ${against}: ${size}; ${complete ? through : stopped(group)}. Within ${Markdown.sentence(Report.bounds(bounds))}.`
}

const stopped = (group: ReadonlyArray<ClaimReport>): string =>
  group.every(({ verdict }) => verdict === "fails") ? "ended by the attack" : "stopped early"

/** What the verdicts do not speak of, and what would break claims that hold. */
const reservations = (pen: Page.Pen, claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> => {
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
            `Beyond its adversary: with ${capability(fallsWith.capability)}, ${pen.claims([id])} is broken, by a run of ${fallsWith.steps} steps.`
          ]
    )
  ]
}

const attack = (pen: Page.Pen, { scheme }: Page.Audited, claim: ClaimReport) => {
  const trace = Result.getOrThrow(Trace.read(claim.counterexample))
  const file = `schemes/${scheme.scheme}-${claim.id}.svg`
  const { diagrams, opening, picture, sentences } = Story.tell(
    pen,
    trace,
    file,
    `The attack on ${claim.id}, as a sequence diagram`
  )
  const parts = [
    `## ${Page.attackTitle(claim.id)}`,
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
  const attacks = claims
    .filter(({ counterexample }) => counterexample !== null)
    .map((claim) => attack(pen, audited, claim))
  const page = Page.make(path, scheme.scheme, [
    `**${Markdown.sentence(scheme.title)}**`,
    pen.say(scheme.note),
    "## Parameters",
    parameters(pen, audited),
    "## Verdicts",
    `Decided at scope ${scope}, for the scheme with SHA-256 ${Markdown.code(hash)}. A verdict that fails leads to the attack.`,
    verdicts(pen, audited),
    Markdown.list(reservations(pen, claims)),
    "## What was searched",
    Markdown.list(searches(claims).map((group) => searched(pen, group))),
    ...attacks.flatMap(({ parts }) => parts)
  ])
  return [page, ...attacks.map(({ picture }) => picture)]
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> =>
  material.schemes.flatMap((audited) => scheme(material, audited))
