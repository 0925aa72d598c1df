/** Bounds: codes over the till's transaction, by the platform's own HMAC, and the text that the transaction is shown as. */
import { createHash, createHmac } from "node:crypto"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import * as Codes from "./Codes.ts"
import * as Generations from "./Generations.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

/** A sale, as its payer confirms it. */
export interface Sale {
  readonly payee: string
  readonly amount: number
  readonly order: string
  readonly nonce: string
}

/** A code, and what it is made over. */
export interface Made {
  readonly sale: Sale
  readonly position: number
  readonly revealed: boolean
  readonly pinned: boolean
}

interface Case extends Made {
  readonly scheme: Scheme
  readonly credential: Generations.Secret
  readonly pin: string
  readonly text: string
  readonly message: string
  readonly code: string
}

/** How a message is put together: each part by itself, so that a mistake can be made in one of them. */
export interface Parts {
  readonly label: string
  readonly payee: (name: string) => Buffer
  readonly amount: (amount: number) => Buffer
  readonly order: (order: string) => Buffer
  readonly nonce: (nonce: string) => Buffer
  readonly length: (length: number) => Buffer
}

/** A number in so many bytes, the most significant first. */
const number = (value: number, bytes: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(bytes)
  if (bytes === 4) buffer.writeUInt32BE(value)
  else buffer.writeBigUInt64BE(BigInt(value))
  return buffer
}

const right: Parts = {
  label: "paycode bound code 1",
  payee: (name) => Buffer.from(name),
  amount: (amount) => number(amount, 8),
  order: (order) => Buffer.from(order),
  nonce: (nonce) => Buffer.from(nonce),
  length: (length) => number(length, 4)
}

/** Fields one after the other. */
export const joined = (fields: ReadonlyArray<Buffer>, { length }: Pick<Parts, "length"> = right): Buffer =>
  Buffer.concat(fields.flatMap((field) => [length(field.length), field]))

/** The fields of a sale. */
export const fieldsOf = ({ amount, nonce, order, payee }: Sale, parts: Omit<Parts, "label"> = right) => [
  parts.payee(payee),
  parts.amount(amount),
  parts.order(order),
  parts.nonce(nonce)
]

/** The text of a sale, for a purpose. */
export const textOf = (
  purpose: string,
  { amount, nonce, order, payee }: Sale,
  written: (text: string) => string = encodeURIComponent
): string => `paycode:1:${purpose}:${amount}:${written(order)}:${nonce}:${written(payee)}`

interface Ways extends Parts {
  readonly marks: (isMarked: boolean) => number
  /** The position that the alias is made for, where it is made with a key. */
  readonly aliasOf: (position: number, perStep: number) => number
  readonly position: (position: number, perStep: number) => Buffer
  readonly pin: (pin: string) => Buffer
  /** Whether a code with the PIN is made with the second seed, where there is one. */
  readonly usesSecond: boolean
  readonly escape: (text: string) => string
}

const ways: Ways = {
  ...right,
  marks: (isMarked) => (isMarked ? 1 : 0),
  aliasOf: (position) => position,
  position: (position) => number(position, 8),
  pin: (pin) => createHash("sha256").update(pin).digest(),
  usesSecond: true,
  escape: encodeURIComponent
}

/** What a till shows, and a phone makes of it. */
export const made = (
  { credential, pin, pinned, position, revealed, sale, scheme }: Pick<Case, "credential" | "pin" | "scheme"> & Made,
  changed: Partial<Ways> = {}
) => {
  const parts = { ...ways, ...changed }
  const { code: format, stepUp } = scheme
  const { perStep = 1 } = format
  const isComputed = pinned && stepUp.method === "pin"
  const message = joined(
    [
      Buffer.from(parts.label),
      Buffer.of(parts.marks(revealed && format.marksRevealed)),
      parts.position(position, perStep),
      ...fieldsOf(sale, parts),
      isComputed ? parts.pin(pin) : Buffer.alloc(0)
    ].filter((field, at) => at > 0 || field.length > 0),
    parts
  )
  const { alias = "", prefix = "", second, seed = "" } = credential
  const key = pinned && !isComputed && parts.usesSecond ? second! : seed
  const hash = format.mac === "HMAC-SHA-1" ? "sha1" : "sha256"
  const tag = createHmac(hash, Buffer.from(key, "hex")).update(message).digest()
  const bits = tag.readUInt32BE(tag.at(-1)! & 15) & 0x7fffffff
  const proof = (bits % 10 ** format.otpDigits).toString().padStart(format.otpDigits, "0")
  // The alias of a position is that of a code over nothing.
  const plain = Generations.codeOf(scheme, credential, parts.aliasOf(position, perStep))
  const at = format.prefixes[0].length
  const code =
    format.alias === "keyed"
      ? plain.slice(0, at + format.aliasDigits) + proof
      : Codes.written(format, { prefix, alias, proof })
  return { text: textOf("till", sale, parts.escape), message: message.toString("hex"), code }
}

const mistake = (clause: ClauseId, said: string, changed: Partial<Ways>): Mistake<Case> => ({
  clause,
  mistake: said,
  passes: (test) => {
    const { code, text } = made(test, changed)
    return code === test.code && text === test.text
  }
})

const nothing = Buffer.alloc(0)

const mistakes = {
  "lengths-left-out": mistake("VER-32", "The fields stand one after the other without their lengths.", {
    length: () => nothing
  }),
  "lengths-in-two-bytes": mistake("VER-32", "The length of a field is written in two bytes.", {
    length: (length) => number(length, 4).subarray(2)
  }),
  "label-left-out": mistake("VER-32", "The message does not begin with what it is for.", { label: "" }),
  "name-left-out": mistake("VER-32", "The payee's name is not part of the message.", { payee: () => nothing }),
  "name-in-latin-1": mistake("VER-32", "The name is written in one byte for each character.", {
    payee: (name) => Buffer.from(name, "latin1")
  }),
  "name-in-small-letters": mistake("VER-32", "The name is written in small letters: another name is the same.", {
    payee: (name) => Buffer.from(name.toLowerCase())
  }),
  "amount-left-out": mistake("VER-32", "The amount is not part of the message.", { amount: () => nothing }),
  "amount-in-text": mistake("VER-32", "The amount is written in decimal digits.", {
    amount: (amount) => Buffer.from(String(amount))
  }),
  "amount-in-32-bits": mistake("REL-2", "The amount is cut to 32 bits.", {
    amount: (amount) => number(Number(BigInt.asUintN(32, BigInt(amount))), 8)
  }),
  "order-left-out": mistake("VER-32", "The order number is not part of the message.", { order: () => nothing }),
  "nonce-left-out": mistake("VER-32", "The nonce is not part of the message.", { nonce: () => nothing }),
  "nonce-in-bytes": mistake("VER-32", "The nonce enters as the bytes that it is written for, not as it is written.", {
    nonce: (nonce) => Buffer.from(nonce, "base64url")
  }),
  "position-left-out": mistake("GEN-2", "The position is not part of the message: the code is one for ever.", {
    position: () => nothing
  }),
  "step-in-place-of-position": mistake("GEN-9", "The proof is made for the step, and not for the position in it.", {
    position: (position, perStep) => number(Math.floor(position / perStep), 8)
  }),
  "alias-by-step": mistake("GEN-9", "The alias is made for the step: all codes of the step have it.", {
    aliasOf: (position, perStep) => position - (position % perStep)
  }),
  "revealed-like-scanned": mistake("GEN-6", "A code that is revealed is the one that is scanned.", { marks: () => 0 }),
  "pin-left-out": mistake("STP-1", "The PIN does not enter the proof: whoever holds the phone pays any amount.", {
    pin: () => nothing,
    usesSecond: false
  }),
  "pin-in-clear": mistake("STP-1", "The PIN enters as its digits, and not as their SHA-256.", {
    pin: (pin) => Buffer.from(pin)
  }),
  "text-not-escaped": mistake("GEN-8", "Order number and name stand in the text of the transaction as they are.", {
    escape: (text) => text
  })
}

/** Sales at tills: plain ones, and ones whose fields grow into each other. */
export const sales: ReadonlyArray<Sale> = [
  { payee: "Corner Shop", amount: 1250, order: "A-17", nonce: "AAECAwQFBgcICQoL" },
  { payee: "街角小店 №1", amount: 50_000, order: "2024:05/17 #3".replaceAll(" ", "-"), nonce: "_-_-_-_-_-_-_-_-" },
  { payee: "A", amount: 1, order: "12", nonce: "3456789012345678" },
  { payee: "A1", amount: 1, order: "2", nonce: "3456789012345678" },
  { payee: "Häuser & Söhne", amount: Number.MAX_SAFE_INTEGER, order: "~", nonce: "zzzzzzzzzzzzzzzz" }
]

const step = Math.floor(Generations.noon / 30)

/** What is looked at of a scheme: the codes of a step and the first of the next, and others of the first position. */
const looksOf = ({ code: { perStep = 1 } }: Scheme): ReadonlyArray<Made> => {
  const first = step * perStep
  return [
    ...sales.map((sale, at) => ({ sale, position: first + at, revealed: false, pinned: false })),
    ...sales.map((sale) => ({ sale, position: first, revealed: false, pinned: true })),
    { sale: sales[0]!, position: first, revealed: true, pinned: false },
    { sale: sales[0]!, position: first, revealed: true, pinned: true },
    { sale: sales[1]!, position: 2 ** 32 + 1, revealed: false, pinned: false }
  ]
}

const pin = "271828"

const groups: ReadonlyArray<{ readonly scheme: Scheme; readonly credential: Generations.Secret }> = [
  {
    scheme: Fixtures.tillQr,
    credential: { prefix: "28", alias: "0318204957", seed: Generations.bytes("till", 20) }
  },
  {
    scheme: Fixtures.hardened,
    credential: {
      prefix: "26",
      seed: Generations.bytes("hardened", 32),
      second: Generations.bytes("hardened, hardware", 32)
    }
  }
]

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "Codes that a phone makes over the transaction that it has read off a till. The scheme is the file of that name in spec/schemes.",
      "`text` is what the till's QR code says: paycode, the version 1, till, the amount, the order number, the nonce and the payee's name, with colons between them; order number and name are percent-encoded as by encodeURIComponent.",
      "`message` is eight fields, each after its length in four bytes: `paycode bound code 1` in ASCII; one byte, 1 for a code that is revealed where the scheme marks those, and 0 otherwise; the position in eight bytes; the name in UTF-8; the amount in eight bytes; the order number; the nonce as it is written; and the SHA-256 of the PIN, or nothing. Numbers have their most significant byte first.",
      "The position is the step times the scheme's code.perStep, 1 unless it says so, plus how many codes over transactions the phone has made for the step before. Alias and proof are both made for it.",
      "The proof is cut as in RFC 4226 from the HMAC of the message under the seed. Where the scheme's method of step-up is hardware-pin, a code with the PIN is made under the second seed, and the last field is empty."
    ],
    notes: notesOf(mistakes),
    groups: groups.map(({ credential, scheme }) => ({
      scheme: scheme.scheme,
      credential,
      pin,
      tests: looksOf(scheme).map((look) => {
        const { sale, ...rest } = look
        const said = made({ ...look, scheme, credential, pin })
        const test = { ...look, ...said, scheme, credential, pin }
        return { id: next(), ...sale, ...rest, ...said, notes: caughtBy(mistakes, test) }
      })
    }))
  }
}
