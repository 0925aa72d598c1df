/** The page of the clauses, phase by phase, with the refusals that each gives rise to. */
import { reasons, refusals } from "../../model/Refusal.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { type ClauseId, clauseIds, clauses, phases } from "../../spec/Clauses.ts"
import * as Page from "../Page.ts"

const path = "Clauses.md"
const { link, say } = Page.pen(path)

const titles = {
  Enrollment: "Enrollment",
  Generation: "Generation",
  Relay: "Relay",
  Verification: "Verification",
  StepUp: "Step-up",
  Settlement: "Settlement"
}

/** The ways in which a clause can be left out, one to a line. */
const mutants = (id: ClauseId): string => {
  const ways = Object.entries(clauses[id].mutants)
  return ways.length === 0
    ? "It defines or requires honest behaviour: there is nothing to leave out."
    : ["Left out:", "", Markdown.list(ways.map(([name, says]) => `*${Markdown.sentence(name)}*: ${say(says)}`))].join(
        "\n"
      )
}

const clause = (id: ClauseId): ReadonlyArray<string> => {
  const { says } = clauses[id]
  const cited = reasons.filter((reason) => (refusals[reason].clauses as ReadonlyArray<ClauseId>).includes(id))
  const refused = cited.map((reason) => link(Markdown.code(reason), Page.refusalPlace(reason)))
  return [
    `### ${id}`,
    say(says),
    ...(refused.length === 0 ? [] : [`A request that breaks it is answered ${Page.listed(refused)}.`]),
    mutants(id)
  ]
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Clauses", [
    "What the protocol demands, in the order in which a payment passes through its phases: each clause is one sentence that an implementation can break. The model can leave out a clause that forbids something, in the ways that stand under it, and the claims that fall then are what the clause protects.",
    ...phases.flatMap((phase) => [
      `## ${titles[phase]}`,
      `With the reasons: ${link(`${titles[phase]} in the specification`, Page.specPlace(material, phase))}.`,
      ...clauseIds.filter((id) => clauses[id].phase === phase).flatMap(clause)
    ])
  ])
]
