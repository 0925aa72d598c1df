/** The page of what rests on what: the claims that fall without each clause, and the shortest attack. */
import * as Result from "effect/Result"
import type { Matrix } from "../../properties/audit/Audit.ts"
import { shown } from "../../properties/computed/Catalogue.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { Narrative, Report } from "../../properties/report/Reports.ts"
import { count } from "../../properties/Terminal.ts"
import * as Trace from "../../properties/trace/Trace.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import * as Page from "../Page.ts"

const path = "Matrix.md"
const { claims, clauses: linked, say } = Page.pen(path)

/** The claims that fall, each once, and the schemes that they fall in. */
const fallen = (falls: ReadonlyArray<Matrix.Fall>): string => {
  const schemes = new Map<ClaimId, Array<string>>()
  for (const { claim, scheme, steps, value } of falls) {
    const where =
      steps !== null ? `${scheme} ${steps}` : value !== null ? `${scheme}, by ${shown(value)}` : `${scheme}, never`
    schemes.set(claim, [...(schemes.get(claim) ?? []), where])
  }
  return [...schemes].map(([claim, where]) => `${claims([claim])} (${where.join(", ")})`).join(", ")
}

const cell = ({ backedUp, falls }: Matrix.Row): string => {
  const alone = fallen(falls) || "nothing by itself"
  if (backedUp === null) return alone
  return `${alone}; with ${linked([backedUp.clause])} left out too, ${fallen(backedUp.falls) || "nothing either"}`
}

/** The shortest attack, as it is told. */
const told = ({ attack, backedUp, clause, mutant }: Matrix.Row): ReadonlyArray<string> => {
  const saved = attack ?? backedUp?.attack ?? null
  if (saved === null) return []
  const trace = Result.getOrThrow(Trace.read(saved))
  const { opening, sentences } = Narrative.tell(trace)
  const { scheme } = trace.world.rules.scheme
  return [
    `### ${clause}: ${mutant}`,
    `Without ${linked([clause])}${attack === null && backedUp !== null ? ` and ${linked([backedUp.clause])}` : ""}, ${say(Report.mutantText(clause, mutant))}. An attack on ${claims([trace.claim])} in ${scheme}:`,
    say(opening),
    Markdown.steps(sentences.map(say)),
    say(Narrative.conclusion(trace))
  ]
}

export const page = ({
  matrix: { rows, schemes, scope, states, statesToEnd }
}: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "What rests on what", [
    `Each clause that forbids something was left out, in each of its ways, and every claim that a scheme asserts to hold was searched again: ${Page.listed(schemes)}, in the scenes of \`${scope}\`, up to ${count(states)} states in each search, ${count(statesToEnd)} in one for what never comes to pass. A number says in how many actions the attack that was found first does it, time that passes between two others being one; of a claim that is computed it is what it comes to, above its bound. What is never to happen any more was searched for in every state. A claim that is not named was not seen to fall that near the start, which is no proof that it never does.`,
    "Some clauses back each other up: nothing falls without the one, because the other stands. Then what falls without both is named.",
    Markdown.table(
      ["clause", "left out", "what falls, and in how many actions"],
      rows.map((row) => [linked([row.clause]), Markdown.sentence(row.mutant), cell(row)])
    ),
    "## Attacks",
    "For each the shortest that was found.",
    ...rows.flatMap(told)
  ])
]
