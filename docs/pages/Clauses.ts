/** The page of the clauses, phase by phase, with the refusals that each gives rise to. */
import { reasons, refusals } from "../../model/Refusal.ts"
import { type ClauseId, clauseIds, clauses, type Phase } from "../../spec/Clauses.ts"
import * as Markdown from "../Markdown.ts"
import * as Page from "../Page.ts"

const path = "Clauses.md"
const { link, say } = Page.pen(path)

const kinds = {
  forbids: "It is a switch: the model can leave it out, and the claims that fall then are what it protects.",
  defines: "It defines or requires honest behaviour; there is nothing to leave out."
}

const clause = (id: ClauseId): ReadonlyArray<string> => {
  const { kind, says } = clauses[id]
  const cited = reasons.filter((reason) => (refusals[reason].clauses as ReadonlyArray<ClauseId>).includes(id))
  const refused = cited.map((reason) => link(Markdown.code(reason), Page.refusalPlace(reason)))
  return [
    `### ${id}`,
    say(says),
    Markdown.list([
      `${link(kind, "#kinds")}`,
      ...(refused.length === 0 ? [] : [`a request that breaks it is refused: ${Page.listed(refused)}`])
    ])
  ]
}

const phases: ReadonlyArray<Phase> = [...new Set(clauseIds.map((id) => clauses[id].phase))]

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Clauses", [
    "What the protocol demands, in the order in which a payment passes through its phases: each clause is one sentence that an implementation can break.",
    ...phases.flatMap((phase) => [
      `## ${phase}`,
      `With the reasons: ${link(`${phase} in the specification`, Page.specPlace(material, phase))}.`,
      ...clauseIds.filter((id) => clauses[id].phase === phase).flatMap(clause)
    ]),
    "## Kinds",
    Markdown.list(Object.entries(kinds).map(([kind, meaning]) => `${kind}: ${meaning}`))
  ])
]
