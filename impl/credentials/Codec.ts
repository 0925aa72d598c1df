/**
 * Codec: the digits that a phone shows, and what a provider reads in them: prefix, alias, proof.
 *
 * The alias names the credential. As a `masked-index` each digit of an account's index is multiplied by 107 and shifted
 * by a digit of the proof, modulo 10; there is no key in that, and everybody can undo it. A `token` and a `keyed` alias
 * stand there as they are, and where the whole code was drawn there is no alias.
 */
import * as Result from "effect/Result"
import type { Problem } from "../../model/Decode.ts"
import type { Scheme } from "../../model/Scheme.ts"

/** How a scheme lays out its codes. */
export type Format = Pick<Scheme["code"], "prefixes" | "digits" | "aliasDigits" | "otpDigits" | "alias">

/** What a code says: as many digits of each as the format has, leading zeros included. */
export interface Parts {
  /** One of the format's. */
  readonly prefix: string
  /** Empty where the whole code was drawn. */
  readonly alias: string
  readonly proof: string
}

const zero = "0".charCodeAt(0)
const digit = (text: string, at: number): number => text.charCodeAt(at) - zero

// Modulo 10 the factor 107 is 7, and the inverse of 7 is 3.
const factor = 107
const inverse = 3

const masked = (index: string, otp: string): string => {
  let text = ""
  for (let at = 0; at < index.length; at++) text += (factor * digit(index, at) + digit(otp, at % otp.length)) % 10
  return text
}

const unmasked = (alias: string, otp: string): string => {
  let text = ""
  // Ten more keep the difference from being negative, for which the remainder would be too.
  for (let at = 0; at < alias.length; at++)
    text += (inverse * (10 + digit(alias, at) - digit(otp, at % otp.length))) % 10
  return text
}

/** The digits of a code (GEN-2). The parts must fit the format. */
export const encode = ({ alias: kind }: Format, { alias, prefix, proof }: Parts): string =>
  prefix + (kind === "masked-index" ? masked(alias, proof) : alias) + proof

const malformed = (path: string, expected: string, found: string): Result.Result<never, Problem> =>
  Result.fail({ path, expected, found })

/**
 * Reads a code, and fails with what is wrong with it: its `length`, its `digits` or its `prefix`. The problem repeats
 * no digit after the prefix, for a code that is nearly right is nearly somebody's money.
 */
export const decode = (format: Format, code: string): Result.Result<Parts, Problem> => {
  const { alias: kind, aliasDigits, digits, prefixes } = format
  if (code.length !== digits) return malformed("length", `${digits} digits`, `${code.length} characters`)
  const stray = code.search(/[^0-9]/)
  if (stray >= 0) return malformed("digits", "only the digits 0 to 9", `another character in place ${stray + 1}`)
  const { length } = prefixes[0]
  const prefix = code.slice(0, length)
  if (!prefixes.includes(prefix)) return malformed("prefix", prefixes.join(" or "), prefix)
  const alias = code.slice(length, length + aliasDigits)
  const proof = code.slice(length + aliasDigits)
  return Result.succeed({ prefix, alias: kind === "masked-index" ? unmasked(alias, proof) : alias, proof })
}
