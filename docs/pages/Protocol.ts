/** The first page: the parties and what passes between them, one honest payment from beginning to end, and the way on. */

import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import * as System from "../../model/system/System.ts"
import { type Action, Scope, type World } from "../../model/system/System.ts"
import type { Verdict } from "../../properties/audit/Audit.ts"
import * as Markdown from "../../properties/Markdown.ts"
import * as Scenes from "../../properties/scenes/Scenes.ts"
import type * as Trace from "../../properties/trace/Trace.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import { type MessageId, messageIds, messages, parties, partyIds } from "../../spec/Parties.ts"
import * as Page from "../Page.ts"
import * as Scenario from "./Scenario.ts"

const path = "README.md"
const pen = Page.pen(path)

const party = (id: (typeof partyIds)[number]): ReadonlyArray<string> => [
  id,
  pen.say(parties[id].holds),
  pen.say(parties[id].sends)
]

const ways = { network: "the network", sight: "being shown and read", message: "short message" }

const message = (id: MessageId): ReadonlyArray<string> => {
  const { by, carries, clauses, from, to } = messages[id]
  return [id, from, to, ways[by], pen.say(carries), pen.clauses(clauses)]
}

type Course = ReadonlyArray<Action["_tag"]>

/** What happens in an honest payment, by somebody who has not used the service before. */
const first: Course = ["Sign", "Enroll", "Confirm", "Show", "Scan", "Deliver"]

/** What happens in one above the limit. */
const above: Course = ["Show", "Scan", "Deliver", "Approve", "Authenticate", "Query"]

/** A run of the model in a scheme: of all that can happen, what a course names, for one amount. */
const play = (scheme: Scheme, course: Course, amount: number): Trace.Run => {
  const sale = Scenes.scopeOf("sale", "quick", scheme, [])
  const scope: Scope.Scope = {
    ...sale,
    members: course.includes("Sign") ? 0 : 1,
    amounts: [amount],
    plays: { ...sale.plays, agreements: true }
  }
  const world: World = { rules: Rules.strict(scheme), scope, can: Scope.having([]) }
  let state = System.init(world).at(-1)!
  const start = state.now
  const actions = course.map((tag) => {
    const action = System.enabled(world, state).find((possible) => possible._tag === tag)
    if (action === undefined) throw new Error(`${scheme.scheme}: nobody can ${tag} in an honest payment`)
    state = System.next(world, state, action).state
    return action
  })
  return { world, start, actions }
}

/** An honest payment in a scheme, from the signing of the agreement on. */
export const honest = (scheme: Scheme): Trace.Run => play(scheme, first, scheme.limit.payment)

/** An honest payment above the limit, in a scheme that has step-up: the answer comes after the request, or in the code. */
export const steppedUp = (scheme: Scheme): Trace.Run =>
  play(scheme, StepUp.isInCode(Rules.strict(scheme)) ? ["Show", "Scan", "Deliver"] : above, scheme.limit.payment + 1)

const verdicts = ({ claims, scheme }: Page.Audited): string => {
  const of = (verdict: Verdict.Verdict): ReadonlyArray<ClaimId> =>
    claims.filter((claim) => claim.verdict === verdict).map(({ id }) => id)
  const [holding, failing, undecided] = [of("holds"), of("fails"), of("not-run")]
  const named = (ids: ReadonlyArray<ClaimId>): string => (ids.length === 0 ? "" : `: ${pen.claims(ids)}`)
  const name = pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))
  const open = undecided.length === 0 ? "" : `; ${undecided.length} not decided${named(undecided)}`
  return `${name}, ${Markdown.sentence(scheme.title)}: ${holding.length} claims hold, ${failing.length} fail${named(failing)}${open}`
}

/** An honest run, with its heading, and its picture: the file, and what it shows. */
interface Played {
  readonly title: string
  readonly file: string
  readonly shows: string
  readonly scheme: Scheme
  readonly run: Trace.Run
}

/** An honest run on the page, under a heading of its own. */
const scenario = ({ file, run, scheme, shows, title }: Played) => {
  const { diagrams, opening, picture, sentences } = Scenario.tell(pen, run, file, shows)
  const where = `A run of the model in the scheme ${pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))}. ${opening}`
  return { parts: [`## ${title}`, where, sentences, ...diagrams], picture }
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => {
  const [{ scheme }] = material.schemes
  const open = material.schemes.find((audited) => audited.scheme.stepUp.method === "password")?.scheme
  const scenarios = [
    scenario({
      title: "An honest payment",
      file: "honest-payment.svg",
      shows: "An honest payment, as a sequence diagram",
      scheme,
      run: honest(scheme)
    }),
    ...(open === undefined
      ? []
      : [
          scenario({
            title: "A payment above the limit",
            file: "step-up.svg",
            shows: "A payment above the limit, as a sequence diagram",
            scheme: open,
            run: steppedUp(open)
          })
        ])
  ]
  return [
    Page.make(path, "The protocol", [
      `These pages are generated from the sources that the model, the implementation and the audit run on. What the protocol is, and why, is told in ${pen.link("the specification", Page.specPlace(material, "README"))}.`,
      Markdown.list([
        pen.link("Clauses: what the protocol demands", "Clauses.md"),
        pen.link("Parameters: what schemes differ in", "Parameters.md"),
        pen.link("Answers and refusals: what merchants are told, and in whose codes", "Refusals.md"),
        pen.link("Orders: what every request is answered, in every state", "Orders.md"),
        pen.link("Claims: what is promised, and what became of it", "Claims.md"),
        pen.link("What rests on what: the claims that fall without each clause", "Matrix.md"),
        pen.link("Comparison: what stands otherwise from scheme to scheme, and why", "Comparison.md"),
        pen.link("Adversary: who attacks, and what is taken for granted", "Adversary.md"),
        pen.link("Mutation tests: what verdicts and tests would notice in the sources", "Mutation.md"),
        pen.link("Correspondence: what everything in the implementation stands for", "Correspondence.md")
      ]),
      "## Parties",
      Markdown.table(["party", "holds", "sends"], partyIds.map(party)),
      "## Messages",
      Markdown.table(["message", "from", "to", "by", "carries", "clauses"], messageIds.map(message)),
      ...scenarios.flatMap(({ parts }) => parts),
      "## Schemes",
      Markdown.list(material.schemes.map(verdicts))
    ]),
    ...scenarios.map(({ picture }) => picture)
  ]
}
