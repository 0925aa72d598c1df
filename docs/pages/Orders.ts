/** The page of order states: what every request about an order is answered, in every state that it can be in. */
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Answers from "../../properties/answers/Answers.ts"
import * as Markdown from "../../properties/Markdown.ts"
import * as Page from "../Page.ts"

const path = "Orders.md"
const { say } = Page.pen(path)

/** An answer as it is written where there is none: nobody asks, or a new attempt is decided. */
const none = "–"

/** What a request is answered in a state: once where all schemes agree, else by the scheme. */
const cell = (state: Answers.StateName, request: Answers.RequestName): string => {
  const by = new Map<string, Array<string>>()
  for (const scheme of BuiltIn.all()) {
    const answer = Answers.answer(scheme, state, request)
    if (answer !== undefined) by.set(answer, [...(by.get(answer) ?? []), scheme.scheme])
  }
  const [[most] = [none], ...others] = [...by].toSorted(([, a], [, b]) => b.length - a.length)
  if (most === none) return none
  const differing = others.map(([answer, names]) => `; in ${Page.listed(names)} ${Markdown.code(answer)}`)
  return `${Markdown.code(most)}${differing.join("")}`
}

const tableOf = (...requests: ReadonlyArray<Answers.RequestName>): string =>
  Markdown.table(
    ["the order is", ...requests.map((request) => Answers.requests[request].says)],
    Answers.stateNames.map((state) => [
      say(Answers.states[state].says),
      ...requests.map((request) => cell(state, request))
    ])
  )

export const page = (): ReadonlyArray<Page.Document> => [
  Page.make(path, "Orders: every request in every state", [
    "What a request about an order is answered, by what is recorded under its number. The answers are what the steps of the model decide with every clause in force, each asked by itself; the implementation is brought into each state but the second and asked the same, in schemes that answer differently. Where schemes differ the cell names them.",
    `An edge of a time belongs to the row that names it: an order is open for one second less than ${Markdown.code("stepUp.openFor")}, and overdue from that second on (SET-4); one that was paid can be reversed at an age of ${Markdown.code("reverse.within")} seconds, and a second later no more: for ${Markdown.code("clock.nodeSkew")} seconds the node does not know what another one does; and refunded at one of ${Markdown.code("refund.within")} seconds, likewise (SET-11). An order's age is counted from when it was written down, which of one that was held open is when it was opened, and not when it was paid: by what the clock of the node that is asked reads, less what that of the node read that wrote it.`,
    `${none} stands where nobody asks so, where no scheme has such orders, and where a payment is a new attempt, which is decided by what its code is.`,
    "## Payments under the number",
    "The order was paid, or asked for, with one code, for one amount, by one account.",
    tableOf("again", "otherAmount", "otherPayer", "otherCode"),
    "## Queries, reversals and refunds",
    tableOf("query", "reversal", "refund", "wholeRefund"),
    "The refund that was made is the first of the order, or, where all was given back, that of all of it.",
    tableOf("refundAgain", "otherRefund", "refundQuery", "noRefundQuery"),
    "## The payer's answer, and the deadline",
    tableOf("approval", "deadline")
  ])
]
