/** The page that holds schemes side by side: which claims stand otherwise than in the first, and what makes the difference. */
import { Comparison } from "../../properties/audit/Audit.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { Report } from "../../properties/report/Reports.ts"
import { type ClaimId, claimIds } from "../../spec/Claims.ts"
import * as Page from "../Page.ts"
import * as Parameters from "./Parameters.ts"

const path = "Comparison.md"
const pen = Page.pen(path)

/** Two schemes, and what changes from the one to the other. */
interface Pair {
  readonly first: Page.Audited
  readonly second: Page.Audited
  readonly comparison: Comparison.Comparison
}

const schemeLink = ({ scheme }: Page.Audited): string => pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))

/** How a claim stands in a scheme, with the way to the run that shows it. */
const standing = (audited: Page.Audited, id: ClaimId): string => {
  const report = Page.reportOf(audited, id)
  if (report === undefined) return Report.standing("exempt")
  return Page.runOf(report) === null
    ? report.verdict
    : pen.link(report.verdict, Page.runPlace(audited.scheme.scheme, report))
}

/** How a claim stands in a scheme, which is named. */
const placed = (audited: Page.Audited, id: ClaimId): string => {
  const { scheme } = audited.scheme
  return Page.reportOf(audited, id) === undefined
    ? `says nothing of ${scheme}`
    : `${standing(audited, id)} in ${scheme}`
}

/** Every claim that stands otherwise somewhere, with how it stands in each scheme; what does not change is left out. */
const overview = (pairs: ReadonlyArray<Pair>): string => {
  const [{ first }] = pairs as readonly [Pair, ...ReadonlyArray<Pair>]
  const changes = ({ comparison }: Pair, id: ClaimId): boolean => comparison.changes.some((change) => change.id === id)
  return Markdown.table(
    ["claim", schemeLink(first), ...pairs.map(({ second }) => schemeLink(second))],
    claimIds
      .filter((id) => pairs.some((pair) => changes(pair, id)))
      .map((id) => [
        pen.claims([id]),
        standing(first, id),
        ...pairs.map((pair) => (changes(pair, id) ? `**${standing(pair.second, id)}**` : standing(pair.second, id)))
      ])
  )
}

/** What makes a difference, one thing to an item. */
const cause = (
  { first, second }: Pair,
  change: Comparison.ClaimChange,
  one: Comparison.Cause,
  holder: string
): ReadonlyArray<string> => {
  const changed = one.parameters.map(({ path }) => {
    const [from, to] = [Parameters.value(first.scheme, path), Parameters.value(second.scheme, path)]
    return `${pen.link(Markdown.code(path), Page.parameterPlace(path))} from ${from} to ${to}`
  })
  const said = Report.notes(change, one, holder).map(({ ids, says }) =>
    ids.length === 0 ? pen.say(says) : `${pen.clauses(ids)}: ${pen.say(says)}`
  )
  return [`by ${Page.listed(changed)}`, ...said]
}

const change = (pair: Pair, change: Comparison.ClaimChange): string => {
  const { causes, from, id, reason } = change
  const { first, second } = pair
  const holder = (from === "holds" ? first : second).scheme.scheme
  const { is, told } = Report.consequence(change, first, second)
  const parts = [
    ...causes.flatMap((one) => cause(pair, change, one, holder)),
    ...(reason === null ? [] : [`no cause is named: ${reason}`]),
    `*${is}*: ${pen.say(told)}`
  ]
  return [
    `${pen.claims([id])}: ${placed(first, id)}, ${placed(second, id)}`,
    ...parts.map((part) => `  - ${part}`)
  ].join("\n")
}

const pair = (of: Pair): ReadonlyArray<string> => {
  const { comparison, first, second } = of
  const { changes, undecided } = comparison
  return [
    `## From ${first.scheme.scheme} to ${second.scheme.scheme}`,
    changes.length === 0
      ? "Nothing changes: every claim that was decided in both stands as it did."
      : Markdown.list(changes.map((one) => change(of, one))),
    ...(undecided.length === 0 ? [] : [`Not decided in both: ${pen.claims(undecided)}.`])
  ]
}

export const page = ({ comparisons, schemes, scope }: Page.Material): ReadonlyArray<Page.Document> => {
  const [first, ...others] = schemes
  const pairs = others.flatMap((second, index): ReadonlyArray<Pair> => {
    const comparison = comparisons[index]
    return comparison === undefined ? [] : [{ first, second, comparison }]
  })
  return [
    Page.make(path, "Comparison", [
      `How claims stand in each scheme that stand otherwise than in ${schemeLink(first)}, decided at scope ${scope}. What makes a difference is found by substitution, at scope ${Comparison.scope}: parameters of the other scheme were put back to what ${first.scheme.scheme} gives them, until the claim stood as it does there. Each set of parameters is as small as one can be found. A clause that they bear on is named where, left out of the scheme that holds the claim, it makes the claim fail as it does in the other.`,
      ...(pairs.length === 0 ? ["There is no other scheme."] : [overview(pairs), ...pairs.flatMap(pair)])
    ])
  ]
}
