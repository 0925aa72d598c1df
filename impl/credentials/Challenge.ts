/**
 * Challenge: step-up by short message. What the provider sends to the telephone number of an account, and what comes back.
 *
 * A challenge is a transaction written for `sms` (see `Transaction`). Its answer names the challenge by its nonce,
 * and carries a response by RFC 6287, of the suite {@link suite}:
 *
 *     paycode:1:answer:AAECAwQFBgcICQoL:12345678
 *
 * - K is the seed of the credential that the phone holds;
 * - Q is 64 hexadecimal digits, small letters: the SHA-256 of `paycode challenge 1`, payee, amount, order number and
 *   nonce, each after its length in four bytes, as in a bound code;
 * - P is the SHA-256 of the PIN.
 *
 * In the scheme of the password, what the phone sends is the password itself, percent-encoded, and names no order:
 *
 *     paycode:1:password:314159
 *
 * Who reads the response and has the seed can try every PIN; who reads the password has it (STP-4, STP-6).
 */
import { sha256 } from "@noble/hashes/sha2.js"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Problem } from "../../model/Decode.ts"
import type * as Mac from "./Mac.ts"
import * as Ocra from "./Ocra.ts"
import type { PinHash } from "./TokenSource.ts"
import * as Transaction from "./Transaction.ts"

/** The suite of every response: eight digits of HMAC-SHA-256 over the challenge and the hash of the PIN. */
export const suite: Ocra.Suite = Result.getOrThrow(Ocra.parse("OCRA-1:HOTP-SHA256-8:QH64-PSHA256"))

/** The text of a challenge. */
export const write = (transaction: Transaction.Transaction): string => Transaction.write("sms", transaction)

/** Reads a challenge, and fails with what is wrong with it. */
export const read = (text: string): Result.Result<Transaction.Transaction, ReadonlyArray<Problem>> =>
  Transaction.read("sms", text)

/** The challenge of a transaction as the suite has it. */
export const question = (transaction: Transaction.Transaction): string =>
  Buffer.from(
    sha256(Transaction.joined([Transaction.label("challenge 1"), ...Transaction.fieldsOf(transaction)]))
  ).toString("hex")

/** The response to a challenge, by a seed and a PIN. */
export const response = (transaction: Transaction.Transaction, seed: Mac.Seed, pin: PinHash): string =>
  Result.getOrThrow(Ocra.response(suite, seed, { question: question(transaction), pin }))

/** Whether a response is the one to a challenge. */
export const isRight = (
  transaction: Transaction.Transaction,
  seed: Mac.Seed,
  pin: PinHash,
  presented: string
): boolean => Result.getOrThrow(Ocra.isRight(suite, seed, { question: question(transaction), pin }, presented))

/** The text of the answer to a challenge. */
export const answer = (transaction: Transaction.Transaction, seed: Mac.Seed, pin: PinHash): string =>
  `paycode:1:answer:${transaction.nonce}:${response(transaction, seed, pin)}`

/** The text that carries a password. */
export const password = (given: Redacted.Redacted<string>): string =>
  `paycode:1:password:${encodeURIComponent(Redacted.value(given))}`

/** What a short message to the provider says. */
export type Said =
  | { readonly _tag: "Answer"; readonly nonce: string; readonly response: string }
  | { readonly _tag: "Password"; readonly password: Redacted.Redacted<string> }

const shape = /^paycode:1:(?:answer:([0-9A-Za-z_-]{16}):([0-9]{8})|password:([^:]{1,400}))$/

/** Reads a short message to the provider; undefined where it says nothing that is to be said here. */
export const heard = (text: string): Said | undefined => {
  const [, nonce, given, written] = shape.exec(text) ?? []
  if (nonce !== undefined && given !== undefined) return { _tag: "Answer", nonce, response: given }
  if (written === undefined) return undefined
  const decoded = Result.try(() => decodeURIComponent(written))
  return Result.isSuccess(decoded) ? { _tag: "Password", password: Redacted.make(decoded.success) } : undefined
}
