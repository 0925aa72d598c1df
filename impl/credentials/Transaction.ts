/**
 * Transaction: what a payer confirms on the phone: who is paid, how much, for which order, and a nonce. A till shows its
 * own as a QR code, and a phone makes a code over it (GEN-8); a provider puts one into the challenge of a short message.
 *
 * It is written as text of six fields with a colon after each but the last:
 *
 *     paycode:1:till:1250:A-17:AAECAwQFBgcICQoL:Corner%20Shop
 *
 * `paycode`; the version; what it is for, `till` or `sms`; the amount, in decimal digits without a leading zero; the order
 * number; the nonce; and the payee's name. Order number and name are percent-encoded as by `encodeURIComponent`. There is
 * one way to write each transaction, and any other text is refused.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, type Problem } from "../../model/Decode.ts"
import * as Money from "../../model/Money.ts"
import * as Names from "./Names.ts"

/** What a transaction is written down for: to be read off a till, or in the challenge of a short message. */
export const purposes = ["till", "sms"] as const
export type Purpose = (typeof purposes)[number]

/** A sale, as its payer is to confirm it. */
export interface Transaction {
  /** The name under which the merchant is registered with the provider: what the phone displays. */
  readonly payee: string
  /** In minor units. */
  readonly amount: number
  /** The merchant's own number of the order. */
  readonly order: string
  /** Drawn for this transaction alone: {@link nonceBytes} bytes in base64url. */
  readonly nonce: string
}

/** Length of a nonce before it is written, in bytes. */
export const nonceBytes = 12

/** Writes a nonce. */
export const nonceOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")

/** The registered name of a merchant: what a phone displays before a payer confirms. */
export const Name = Schema.String.check(
  Schema.makeFilter((text: string) =>
    Names.isName(text) ? undefined : "1 to 64 characters in NFC that can be seen, with spaces only between them"
  )
)

/** The nonce of a transaction. */
export const Nonce = Schema.String.check(
  Schema.isPattern(/^[0-9A-Za-z_-]{16}$/, { message: `${nonceBytes} bytes in base64url` })
)

/** A transaction. */
export const Transaction = Schema.Struct({
  payee: Name,
  amount: Schema.Finite.check(
    Schema.makeFilter((amount: number) =>
      Money.isAmount(amount) ? undefined : `a whole number from 1 to ${Money.largest}`
    )
  ),
  order: Schema.String.check(Schema.isPattern(/^[!-~]{1,64}$/, { message: "1 to 64 visible characters of ASCII" })),
  nonce: Nonce
})

/** Writes a transaction. */
export const write = (purpose: Purpose, { amount, nonce, order, payee }: Transaction): string =>
  ["paycode", "1", purpose, amount, encodeURIComponent(order), nonce, encodeURIComponent(payee)].join(":")

const wrong = (path: string, expected: string, found: string): Result.Result<never, ReadonlyArray<Problem>> =>
  Result.fail([{ path, expected, found }])

const unescaped = (text: string): string | undefined => {
  const decoded = Result.try(() => decodeURIComponent(text))
  return Result.isSuccess(decoded) && encodeURIComponent(decoded.success) === text ? decoded.success : undefined
}

/** Reads a transaction that was written for some purpose, and fails with everything that is wrong with it. */
export const read = (purpose: Purpose, text: string): Result.Result<Transaction, ReadonlyArray<Problem>> => {
  const fields = text.split(":")
  const [mark, version, written, amount = "", order = "", nonce = "", payee = ""] = fields
  if (mark !== "paycode") return wrong("", "a text that begins with paycode:", JSON.stringify(text.slice(0, 20)))
  if (version !== "1") return wrong("version", "1", JSON.stringify(version ?? ""))
  if (written !== purpose) return wrong("purpose", purpose, JSON.stringify(written ?? ""))
  if (fields.length !== 7) return wrong("", "7 fields with a colon between them", `${fields.length}`)
  if (!/^[1-9][0-9]{0,15}$/.test(amount)) return wrong("amount", "a whole number from 1", JSON.stringify(amount))
  const [number, name] = [unescaped(order), unescaped(payee)]
  if (number === undefined) return wrong("order", "a text that is percent-encoded", JSON.stringify(order))
  if (name === undefined) return wrong("payee", "a text that is percent-encoded", JSON.stringify(payee))
  return decode(Transaction, { payee: name, amount: Number(amount), order: number, nonce })
}

// ---------------------------------------------------------------------------------------------------------------------
// As bytes
// ---------------------------------------------------------------------------------------------------------------------

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A whole number of at least 0, in eight bytes, the most significant first. */
export const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** Fields one after the other, each after its length in four bytes: no two lists of fields come to the same bytes. */
export const joined = (fields: ReadonlyArray<Uint8Array>): Uint8Array =>
  Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(field.length)
      return [length, field]
    })
  )

/** The fields of a transaction as what is made over them has them: payee, amount, order number and nonce. */
export const fieldsOf = ({ amount, nonce, order, payee }: Transaction): ReadonlyArray<Uint8Array> => [
  utf8(payee),
  word(amount),
  utf8(order),
  utf8(nonce)
]

/** Begins what is hashed for one purpose, so that it is nothing for another. */
export const label = (text: string): Uint8Array => utf8(`paycode ${text}`)
