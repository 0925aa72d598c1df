/** What a computed claim is: a number with its formula, the numbers on the way to it, and what it takes for granted. */
import type { Rules } from "../../model/Rules.ts"
import type { Bits } from "./Digits.ts"
import * as Rational from "./Rational.ts"

export interface Computed {
  readonly value: number
  readonly unit: "probability" | "minor units"
  /** Of a guess that anybody can repeat, the probability that one of a day's is accepted; undefined for what has no day. */
  readonly aDay: number | undefined
  /** How many guesses are accepted where they go on; undefined for what is no guess. */
  readonly hits: Hits | undefined
  /** The form that gives the value, with the scheme's numbers put in. */
  readonly formula: string
  /** Numbers on the way to the value, and what follows from it, by what they are. */
  readonly parts: Readonly<Record<string, number>>
  /** What the form takes for granted, a sentence each without its full stop. */
  readonly assumptions: ReadonlyArray<string>
}

/** How many guesses are accepted, as expected: none of these numbers is less than what can be. */
export interface Hits {
  /** At one account; where nobody's account is aimed at, shared out over all of them. */
  readonly account: Span
  /** At all the accounts of the scheme's scale. */
  readonly scale: Span
}

/** An expected number, of a day and of a year. */
export interface Span {
  readonly aDay: number
  readonly aYear: number
}

/** Days that a year is taken to have. */
export const daysAYear = 365

/** What comes to so much on each day. */
export const everyDay = (aDay: number): Span => ({ aDay, aYear: daysAYear * aDay })

/**
 * Computes a claim under some rules: a scheme, and the clauses that are left out. Fewer bits than there are can be given,
 * so that every value of them can be counted.
 */
export type Form = (rules: Rules, bits?: Bits) => Computed

/** The probability that something of probability `p` happens in at least one of so many independent cases. */
export const atLeastOnce = (p: number, cases: number): number => {
  if (p <= 0 || cases <= 0) return 0
  return p >= 1 ? 1 : -Math.expm1(cases * Math.log1p(-p))
}

/** The probability that one of two independent things happens. */
export const either = (a: number, b: number): number => a + b - a * b

/** A number as formulas have it: whole ones in full, others with five digits. */
export const shown = (value: number): string => {
  if (!Number.isFinite(value)) return "infinity"
  if (Number.isInteger(value) && value < 1e15) return value.toLocaleString("en-US")
  const rounded = Number(value.toPrecision(5))
  if (Math.abs(value) < 1e-3) return rounded.toExponential()
  return rounded < 1e15 ? rounded.toLocaleString("en-US", { maximumFractionDigits: 10 }) : `${rounded}`
}

/** How many guesses are accepted, in words. */
export const hitsOf = ({ account, scale }: Hits): string =>
  `guesses accepted on average at the scheme's scale: ${shown(scale.aDay)} a day, ${shown(scale.aYear)} a year; for one account: ${shown(account.aDay)} a day, ${shown(account.aYear)} a year`

/** A fraction as formulas have it: in full, where it is not too long. */
export const fraction = (value: Rational.Rational): string => {
  if (value.over === value.under) return "1"
  const isLong = value.under > 10n ** 19n
  return isLong ? shown(Rational.toNumber(value)) : `${value.over}/${value.under}`
}
