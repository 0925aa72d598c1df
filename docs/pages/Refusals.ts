/** The page of the refusals: every way in which a step can say no. */
import { type Reason, reasons, refusals } from "../../model/Refusal.ts"
import * as Markdown from "../Markdown.ts"
import * as Page from "../Page.ts"

const path = "Refusals.md"
const { clauses, say } = Page.pen(path)

const refusal = (reason: Reason): ReadonlyArray<string> => {
  const { advice, clauses: cited, says } = refusals[reason]
  return [
    `### ${reason}`,
    Markdown.list([`meaning: ${say(says)}`, `clauses: ${clauses(cited)}`, `what to do: ${say(advice)}`])
  ]
}

export const page = (): ReadonlyArray<Page.Document> => [
  Page.make(path, "Refusals", [
    "Every reason for which a phone, a till or the provider says no, the clauses that give rise to it, and what the refused party can do.",
    ...reasons.flatMap(refusal)
  ])
]
