/** The page of the adversary: what it can do, and what the claims take for granted. */
import { Exploration } from "../../properties/audit/Audit.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { type ClaimId, claimIds, claims } from "../../spec/Claims.ts"
import { type AssumptionId, assumptions, type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import * as Page from "../Page.ts"

const path = "Adversary.md"
const pen = Page.pen(path)

const standing = (ids: ReadonlyArray<ClaimId>, none: string): string => (ids.length === 0 ? none : pen.claims(ids))

const capability = (id: CapabilityId): ReadonlyArray<string> => {
  const { modelled, says } = capabilities[id]
  const against = claimIds.filter((claim) =>
    [...Exploration.modelled(claim), ...Exploration.notModelled(claim)].includes(id)
  )
  return [
    `### ${id}`,
    `The adversary can ${pen.say(says)}.`,
    Markdown.list([
      modelled ? "modelled: verdicts take it into account" : "not modelled yet: verdicts say nothing of it",
      `claims to be decided under it: ${standing(against, "none")}`
    ])
  ]
}

const assumptionIds = Object.keys(assumptions) as ReadonlyArray<AssumptionId>

const assumption = (id: AssumptionId): ReadonlyArray<string> => {
  const resting = claimIds.filter((claim) => (claims[claim].assumes as ReadonlyArray<AssumptionId>).includes(id))
  return [
    `### ${id}`,
    `Assumed: ${pen.say(assumptions[id])}.`,
    Markdown.list([`claims that rest on it: ${standing(resting, "none")}`])
  ]
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Adversary", [
    `Who attacks, with what, and what is taken for granted. What is out of scope: ${pen.link("Threats in the specification", Page.specPlace(material, "Threats"))}.`,
    "## Capabilities",
    ...capabilityIds.flatMap(capability),
    "## Assumptions",
    ...assumptionIds.flatMap(assumption)
  ])
]
