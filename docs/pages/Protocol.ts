/** The first page: the parties and what passes between them, one honest payment from beginning to end, and the way on. */
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Scope from "../../model/Scope.ts"
import * as System from "../../model/System.ts"
import type * as Audit from "../../properties/Audit.ts"
import type * as Trace from "../../properties/Trace.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import { type MessageId, messageIds, messages, parties, partyIds } from "../../spec/Parties.ts"
import * as Markdown from "../Markdown.ts"
import * as Page from "../Page.ts"
import * as Story from "./Story.ts"

const path = "README.md"
const pen = Page.pen(path)

const party = (id: (typeof partyIds)[number]): ReadonlyArray<string> => [
  id,
  pen.say(parties[id].holds),
  pen.say(parties[id].sends)
]

const ways = { network: "the network", sight: "being shown and read" }

const message = (id: MessageId): ReadonlyArray<string> => {
  const { by, carries, clauses, from, to } = messages[id]
  return [id, from, to, ways[by], pen.say(carries), pen.clauses(clauses)]
}

/** What happens in an honest payment, by somebody who has not used the service before. */
const course: ReadonlyArray<System.Action["_tag"]> = ["Sign", "Enroll", "Show", "Scan", "Deliver"]

/** An honest payment in a scheme, as the model runs it: of all that can happen, what a {@link course} names. */
export const honest = (scheme: Scheme, scope: Scope.Name): Trace.Run => {
  const world: System.World = { rules: Rules.strict(scheme), scope: Scope.of(scope, scheme), can: Scope.having([]) }
  // Far from midnight, so that one day is all that the story needs.
  let state = System.init(world).at(-1)!
  const start = state.now
  const newcomer = world.scope.accounts - 1
  const actions = course.map((tag) => {
    const action = System.deeds(world, state).find(
      (deed) => deed._tag === tag && (!("payer" in deed) || deed.payer === newcomer)
    )
    if (action === undefined) throw new Error(`${scheme.scheme}: nobody can ${tag} in an honest payment`)
    state = System.next(world, state, action).state
    return action
  })
  return { world, start, actions }
}

const verdicts = ({ claims, scheme }: Page.Audited): string => {
  const of = (verdict: Audit.Verdict): ReadonlyArray<ClaimId> =>
    claims.filter((claim) => claim.verdict === verdict).map(({ id }) => id)
  const [holding, failing, undecided] = [of("holds"), of("fails"), of("not-run")]
  const named = (ids: ReadonlyArray<ClaimId>): string => (ids.length === 0 ? "" : `: ${pen.claims(ids)}`)
  const name = pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))
  const open = undecided.length === 0 ? "" : `; ${undecided.length} not decided${named(undecided)}`
  return `${name}, ${Markdown.sentence(scheme.title)}: ${holding.length} claims hold, ${failing.length} fail${named(failing)}${open}`
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => {
  const [{ scheme }] = material.schemes
  const { diagrams, opening, picture, sentences } = Story.tell(
    pen,
    honest(scheme, material.scope),
    "honest-payment.svg",
    "An honest payment, as a sequence diagram"
  )
  return [
    Page.make(path, "The protocol", [
      `These pages are generated from the sources that the model, the implementation and the audit run on. What the protocol is, and why, is told in ${pen.link("the specification", Page.specPlace(material, "README"))}.`,
      Markdown.list([
        pen.link("Clauses: what the protocol demands", "Clauses.md"),
        pen.link("Parameters: what schemes differ in", "Parameters.md"),
        pen.link("Refusals: every way of saying no", "Refusals.md"),
        pen.link("Claims: what is promised, and what became of it", "Claims.md"),
        pen.link("Adversary: who attacks, and what is taken for granted", "Adversary.md")
      ]),
      "## Parties",
      Markdown.table(["party", "holds", "sends"], partyIds.map(party)),
      "## Messages",
      Markdown.table(["message", "from", "to", "by", "carries", "clauses"], messageIds.map(message)),
      "## An honest payment",
      `A run of the model in the scheme ${pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))}. ${opening}`,
      sentences,
      ...diagrams,
      "## Schemes",
      Markdown.list(material.schemes.map(verdicts))
    ]),
    picture
  ]
}
