/** Challenges: what a short message asks, and its answer, by the platform's own HMAC. */
import { createHash, createHmac } from "node:crypto"
import * as Bounds from "./Bounds.ts"
import * as Generations from "./Generations.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

interface Case {
  readonly sale: Bounds.Sale
  readonly seed: string
  readonly pin: string
  readonly text: string
  readonly question: string
  readonly response: string
  readonly answer: string
}

/** How an answer is made: each part by itself, so that a mistake can be made in one of them. */
interface Parts {
  readonly purpose: string
  readonly label: string
  readonly fields: (sale: Bounds.Sale) => ReadonlyArray<Buffer>
  readonly question: (hash: Buffer) => Buffer
  readonly pin: (pin: string) => Buffer
  readonly digits: (response: number) => string
  readonly nonce: (nonce: string) => string
}

const suite = "OCRA-1:HOTP-SHA256-8:QH64-PSHA256"

const right: Parts = {
  purpose: "sms",
  label: "paycode challenge 1",
  fields: Bounds.fieldsOf,
  question: (hash) => Buffer.concat([hash, Buffer.alloc(96)]),
  pin: (pin) => createHash("sha256").update(pin).digest(),
  digits: (response) => response.toString().padStart(8, "0"),
  nonce: (nonce) => nonce
}

/** What the provider sends, and a phone answers. */
export const made = ({ pin, sale, seed }: Pick<Case, "pin" | "sale" | "seed">, changed: Partial<Parts> = {}) => {
  const parts = { ...right, ...changed }
  const requested = createHash("sha256")
    .update(Bounds.joined([Buffer.from(parts.label), ...parts.fields(sale)]))
    .digest()
  const tag = createHmac("sha256", Buffer.from(seed, "hex"))
    .update(suite)
    .update(Buffer.of(0))
    .update(parts.question(requested))
    .update(parts.pin(pin))
    .digest()
  const response = parts.digits((tag.readUInt32BE(tag.at(-1)! & 15) & 0x7fffffff) % 1e8)
  return {
    text: Bounds.textOf(parts.purpose, sale),
    question: requested.toString("hex"),
    response,
    answer: `paycode:1:answer:${parts.nonce(sale.nonce)}:${response}`
  }
}

const mistake = (clause: Mistake<Case>["clause"], said: string, changed: Partial<Parts>): Mistake<Case> => ({
  clause,
  mistake: said,
  passes: (test) => {
    const { answer, text } = made(test, changed)
    return answer === test.answer && text === test.text
  }
})

const without = (place: number): Partial<Parts> => ({
  fields: (sale) => Bounds.fieldsOf(sale).filter((_, at) => at !== place)
})

const mistakes = {
  "payee-left-out": mistake("STP-2", "The payee's name is not part of the question.", without(0)),
  "amount-left-out": mistake("STP-2", "The amount is not part of the question.", without(1)),
  "order-left-out": mistake("STP-2", "The order number is not part of the question.", without(2)),
  "nonce-left-out": mistake("STP-2", "The nonce is not part of the question.", without(3)),
  "label-of-codes": mistake("STP-2", "The question begins as the message of a code does.", {
    label: "paycode bound code 1"
  }),
  "question-at-the-end": mistake(
    "STP-2",
    "The question stands at the end of its 128 bytes, and not at the beginning.",
    {
      question: (hash) => Buffer.concat([Buffer.alloc(96), hash])
    }
  ),
  "question-not-filled-up": mistake("STP-2", "The question is not filled up to 128 bytes.", {
    question: (hash) => hash
  }),
  "pin-left-out": mistake("STP-1", "The PIN does not enter: whoever holds the phone answers.", {
    pin: () => Buffer.alloc(0)
  }),
  "pin-in-clear": mistake("STP-1", "The PIN enters as its digits, and not as their SHA-256.", {
    pin: (pin) => Buffer.from(pin)
  }),
  "leading-zeros-lost": mistake("STP-2", "The response is written as a number, and so is too short.", {
    digits: String
  }),
  "text-of-a-till": mistake("STP-3", "The challenge is written as if it were read off a till.", { purpose: "till" })
}

const seeds = [
  { seed: Generations.bytes("challenge", 20), pin: "271828" },
  { seed: Generations.bytes("challenge, other", 20), pin: "0000" }
]

/** The first sale of its kind whose response begins with 0. */
const zeroed = (own: (typeof seeds)[number]): Bounds.Sale => {
  for (let amount = 50_001; ; amount++) {
    const sale = { ...Bounds.sales[0]!, amount }
    if (made({ ...own, sale }).response.startsWith("0")) return sale
  }
}

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "Challenges in short messages, and their answers. `text` is what the provider sends, written as the transactions of bound.json are, but for sms in the place of till.",
      "`question` is the SHA-256 of five fields, each after its length in four bytes: `paycode challenge 1` in ASCII, and payee, amount, order number and nonce as in bound.json.",
      `\`response\` is by RFC 6287 under the suite ${suite}, with the question and the SHA-256 of the PIN; \`answer\` is what the phone sends.`
    ],
    notes: notesOf(mistakes),
    suite,
    groups: seeds.map((own) => ({
      ...own,
      tests: [...Bounds.sales, zeroed(own)].map((sale) => {
        const said = made({ ...own, sale })
        return { id: next(), ...sale, ...said, notes: caughtBy(mistakes, { ...own, sale, ...said }) }
      })
    }))
  }
}
