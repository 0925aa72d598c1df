/**
 * Digits: how likely each string of digits is. A proof is what 31 bits of a tag leave modulo a power of ten (RFC 4226,
 * section 5.3), an alias that is made with a key what 53 bits leave: neither power divides the other, so that the strings
 * of small value are a little likelier than the others. What a provider draws is even.
 */
import * as Rational from "./Rational.ts"

/** Strings that are equally likely. */
export interface Class {
  /** How many there are. */
  readonly strings: bigint
  /** How likely each is. */
  readonly each: Rational.Rational
}

/** A distribution of strings, by classes, the likeliest first. Their probabilities add up to 1. */
export type Digits = readonly [Class, ...ReadonlyArray<Class>]

/** What a value of so many bits, each value as likely as any other, leaves modulo a power of ten. */
export const truncated = (bits: number, digits: number): Digits => {
  const values = 2n ** BigInt(bits)
  const strings = 10n ** BigInt(digits)
  const least = values / strings
  const more = values % strings
  const fewer: Class = { strings: strings - more, each: Rational.of(least, values) }
  return more === 0n ? [fewer] : [{ strings: more, each: Rational.of(least + 1n, values) }, fewer]
}

/** Strings of which each is as likely as any other. */
export const even = (strings: bigint): Digits => [{ strings, each: Rational.of(1, strings) }]

/** What is known. */
export const known: Digits = even(1n)

/** Two strings, neither of which says anything of the other: every pair of their classes, and how many pairs of strings it has. */
export const pairs = (first: Digits, second: Digits) =>
  first.flatMap((a) => second.map((b) => ({ first: a, second: b, strings: a.strings * b.strings })))

/** How many bits of a tag a proof and an alias are made of. */
export interface Bits {
  readonly proof: number
  readonly alias: number
}

/** Those of `impl/credentials/Mac.ts`: a proof's by RFC 4226, section 5.3. */
export const bits: Bits = { proof: 31, alias: 53 }
