/** Rationals: exact fractions, for probabilities that are counted and not measured. */

/** A fraction of whole numbers; the divisor is positive. */
export interface Rational {
  readonly over: bigint
  readonly under: bigint
}

/** A fraction. The divisor must be positive. */
export const of = (over: bigint | number, under: bigint | number = 1n): Rational => ({
  over: BigInt(over),
  under: BigInt(under)
})

export const zero = of(0)
export const one = of(1)

export const plus = (a: Rational, b: Rational): Rational =>
  a.under === b.under
    ? { over: a.over + b.over, under: a.under }
    : { over: a.over * b.under + b.over * a.under, under: a.under * b.under }

export const times = (a: Rational, b: Rational): Rational => ({ over: a.over * b.over, under: a.under * b.under })

export const minus = (a: Rational, b: Rational): Rational => plus(a, { over: -b.over, under: b.under })

/** What is missing to 1: the probability that something does not happen. */
export const not = (a: Rational): Rational => ({ over: a.under - a.over, under: a.under })

/** A power, of a whole exponent from 0 on. */
export const power = (a: Rational, exponent: number): Rational => ({
  over: a.over ** BigInt(exponent),
  under: a.under ** BigInt(exponent)
})

/** Whether a is at most b. */
export const isAtMost = (a: Rational, b: Rational): boolean => a.over * b.under <= b.over * a.under

const bits = (whole: bigint): number => whole.toString(16).length * 4

/** The nearest number, but for the last bits. Both parts may be of any length. */
export const toNumber = ({ over, under }: Rational): number => {
  if (over < 0n) return -toNumber({ over: -over, under })
  // A quotient of at least 64 bits, of which a number keeps 53.
  const shift = Math.max(0, bits(under) - bits(over) + 68)
  return Number((over << BigInt(shift)) / under) * 2 ** -shift
}
