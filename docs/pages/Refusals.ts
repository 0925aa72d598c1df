/** The page of the answers: every one that a merchant can be given, every way of saying no, and the codes for both. */
import { type Answer, answers, isDefinite } from "../../model/Order.ts"
import { type Reason, reasons, refusals } from "../../model/Refusal.ts"
import * as Markdown from "../../properties/Markdown.ts"
import {
  type Interfaced,
  notForMerchants,
  published,
  type Question,
  questions,
  type Reply,
  refundedInPart,
  replies,
  struck
} from "../../spec/ErrorCodes.ts"
import * as Page from "../Page.ts"

const path = "Refusals.md"
const { clauses, link, say } = Page.pen(path)

const faces = ["alipay", "wechat"] as const

/** The reply of an interface in a cell: its fields, and why they are only the nearest. */
const written = ({ fields, nearest }: Reply): string => {
  const values = Object.entries(fields).map(([field, value]) => `${Markdown.sentence(field)} ${Markdown.code(value)}`)
  return `${values.join(", ")}${nearest === undefined ? "" : ` (the nearest: ${Markdown.sentence(nearest)})`}`
}

/** The replies to an answer, one row for each question that has it. */
const codes = (answer: Answer): string => {
  const elsewhere = notForMerchants[answer]
  if (elsewhere !== undefined) return `No merchant is answered so: ${say(elsewhere)}.`
  const requested = questions.filter((question) => answer in replies.paycode[question])
  return Markdown.table(
    ["asked by", ...faces],
    requested.map((question) => [question, ...faces.map((face) => written(replies[face][question][answer]!))])
  )
}

const settles = (answer: Answer): string =>
  isDefinite(answer) ? "it is definite, and settles the question" : "it is not definite: the merchant asks again"

const refusal = (reason: Reason): ReadonlyArray<string> => {
  const { advice, clauses: cited, says } = refusals[reason]
  return [
    `### ${reason}`,
    Markdown.list([
      `meaning: ${say(says)}`,
      `clauses: ${clauses(cited)}`,
      `what to do: ${say(advice)}`,
      settles(reason)
    ]),
    codes(reason)
  ]
}

const meanings: Readonly<Record<Exclude<Answer, Reason>, string>> = {
  PAID: "the account was debited; a part of it may have been refunded since, and a query says how much",
  OPEN: "the order waits for the payer's password",
  REFUNDED: "the refund was made; of an order, that its whole amount was refunded",
  CLOSED: "nobody completed the order in time, or what it rested on has ended",
  REVERSED: "the order was reversed: what had been paid went back, and nothing will be"
}

const answer = (id: Exclude<Answer, Reason>): ReadonlyArray<string> => [
  `### ${id}`,
  Markdown.list([`meaning: ${meanings[id]}`, settles(id)]),
  codes(id)
]

/** Whether a value of a field is in some reply to a question. */
const isGiven = (name: (typeof faces)[number], question: Question, field: string, value: string): boolean =>
  [...Object.values(replies[name][question]), ...(question === "query" ? [refundedInPart[name]] : [])].some(
    ({ fields }) => fields[field] === value
  )

/** The published values of an interface, field by field. */
const face = (name: (typeof faces)[number]): ReadonlyArray<string> => {
  const { calls, fields, source }: Interfaced = published[name]
  const called = questions.map((question) => `${question} is ${Markdown.code(calls[question])}`)
  return [
    `### ${name}`,
    `${Markdown.sentence(source)}. Here ${Page.listed(called)}.`,
    ...Object.entries(fields).map(([field, values]) =>
      Markdown.table(
        [Markdown.sentence(field), "means", "in the answer to", "answered here to"],
        Object.entries(values).map(([value, { means, tells }]) => [
          Markdown.code(value),
          Markdown.sentence(means),
          Object.keys(tells).join(", "),
          questions.filter((question) => isGiven(name, question, field, value)).join(", ") ||
            `nothing: ${Markdown.sentence(struck[name][value]!)}`
        ])
      )
    )
  ]
}

export const page = (): ReadonlyArray<Page.Document> => [
  Page.make(path, "Answers and refusals", [
    `What a merchant can be answered, and every reason for which a phone, a till or the provider says no: the clauses that give rise to it, what the refused party can do, and how it reads in the merchant interfaces of two operators. A scheme's ${link(Markdown.code("interface"), Page.parameterPlace("interface"))} says whose codes are used.`,
    "## Answers",
    ...answers.filter((id): id is Exclude<Answer, Reason> => !(id in refusals)).flatMap(answer),
    "## Refusals",
    ...reasons.flatMap(refusal),
    "## Codes",
    "What is published, as far as it is used here or stands near what is; the last column says to what it is answered here, or why to nothing: then a till may meet it elsewhere. Where an interface has no code for just what an answer says, the nearest one is used, and the reason is given above.",
    ...faces.flatMap(face)
  ])
]
