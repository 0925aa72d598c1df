/**
 * Distinguisher: whether digits tell what they are of. Given pairs of codes that have something in common and as many that
 * have not, it looks at every function of a family for one that is true of the ones beyond chance: two places with one
 * digit, a stretch of digits that is the same in both, a place whose digits differ by so much. It knows how codes are laid
 * out, which everybody does, and no key.
 */

/** Two codes as digits: what everybody can write down who has seen both. */
export type Pair = readonly [first: string, second: string]

/** A function of two codes that is true or not, by its name, and how often it was true of either kind of pairs. */
export interface Found {
  readonly what: string
  readonly related: number
  readonly unrelated: number
  /**
   * The natural logarithm of the chance that so uneven numbers, or more uneven ones, come about where the pairs have nothing
   * in common (Fisher).
   */
  readonly logChance: number
}

/** The logarithms of the factorials, as far as they were asked for. */
const logFactorials: Array<number> = [0]
const logFactorial = (n: number): number => {
  for (let next = logFactorials.length; next <= n; next++) logFactorials.push(logFactorials[next - 1]! + Math.log(next))
  return logFactorials[n]!
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/**
 * Fisher's exact test of two kinds of `n` pairs each: the logarithm of the chance of numbers that are as uneven or more, in
 * either direction, when all that is known is how many are true together. It holds for any `n`, and no distribution is
 * taken for another.
 */
export const logChanceOf = (n: number, related: number, unrelated: number): number => {
  const together = related + unrelated
  const most = Math.max(related, unrelated)
  const term = (k: number): number => logChoose(n, k) + logChoose(n, together - k)
  const first = term(most)
  // The terms fall from the first on, so that it is the largest.
  let sum = 0
  for (let k = most; k <= Math.min(n, together); k++) sum += Math.exp(term(k) - first)
  return Math.min(0, Math.LN2 + first + Math.log(sum) - logChoose(2 * n, together))
}

/** The functions of a family, by their names. Every pair is counted into the place of each that is true of it. */
interface Family {
  readonly names: ReadonlyArray<string>
  readonly count: (counts: Uint32Array, pair: Pair) => void
}

const zero = "0".charCodeAt(0)

/** Two places, one in each code, with the same digit. */
const places = (length: number): Family => ({
  names: Array.from(
    { length: length * length },
    (_, at) => `digit ${Math.floor(at / length) + 1} of the one is digit ${(at % length) + 1} of the other`
  ),
  count: (counts, [first, second]) => {
    for (let i = 0; i < length; i++)
      for (let j = 0; j < length; j++) {
        const index = i * length + j
        if (first.charCodeAt(i) === second.charCodeAt(j)) counts[index] = counts[index]! + 1
      }
  }
})

/** A stretch of two digits or more that is the same in both: prefix, alias and proof among them, and the whole. */
const stretches = (length: number): Family => ({
  names: Array.from(
    { length: length * length },
    (_, at) => `digits ${Math.floor(at / length) + 1} to ${(at % length) + 1} are the same`
  ),
  count: (counts, [first, second]) => {
    for (let from = 0; from < length; from++)
      for (let to = from; to < length && first.charCodeAt(to) === second.charCodeAt(to); to++) {
        const index = from * length + to
        if (to > from) counts[index] = counts[index]! + 1
      }
  }
})

/** A place whose digits differ by so much, modulo 10. */
const differences = (length: number): Family => ({
  names: Array.from(
    { length: length * 10 },
    (_, at) => `digit ${Math.floor(at / 10) + 1} is ${at % 10} more, modulo 10`
  ),
  count: (counts, [first, second]) => {
    for (let at = 0; at < length; at++) {
      const index = at * 10 + ((10 + second.charCodeAt(at) - first.charCodeAt(at)) % 10)
      counts[index] = counts[index]! + 1
    }
  }
})

/** A digit of the second code alone: its decimal distribution. */
const digits = (length: number): Family => ({
  names: Array.from({ length: length * 10 }, (_, at) => `digit ${Math.floor(at / 10) + 1} is ${at % 10}`),
  count: (counts, [, second]) => {
    for (let at = 0; at < length; at++) {
      const index = at * 10 + second.charCodeAt(at) - zero
      counts[index] = counts[index]! + 1
    }
  }
})

const families = [places, stretches, differences, digits] as const

/** How many functions there are of codes of so many digits. */
export const size = (length: number): number => families.reduce((sum, family) => sum + family(length).names.length, 0)

/** Both kinds of pairs: those that have something in common, and those that have not. As many of each, all of one length. */
export interface Sample {
  readonly related: ReadonlyArray<Pair>
  readonly unrelated: ReadonlyArray<Pair>
}

/**
 * The function that tells related pairs from unrelated ones best; undefined where none does beyond chance. `alarm`: the
 * chance, at most, that one is found although the pairs have nothing in common: by the union bound over all functions.
 * No code may be in two pairs, for they must be independent of each other.
 */
export const best = ({ related, unrelated }: Sample, alarm: number): Found | undefined => {
  const n = related.length
  if (n === 0 || n !== unrelated.length)
    throw new Error(`pairs: expected as many of both, found ${n} and ${unrelated.length}`)
  const { length } = related[0]![0]
  const most = Math.log(alarm / size(length))
  let found: Found | undefined
  for (const family of families) {
    const { count, names } = family(length)
    const [ofRelated, ofUnrelated] = [new Uint32Array(names.length), new Uint32Array(names.length)]
    for (const pair of related) count(ofRelated, pair)
    for (const pair of unrelated) count(ofUnrelated, pair)
    for (const [at, what] of names.entries()) {
      const [a, b] = [ofRelated[at]!, ofUnrelated[at]!]
      const logChance = a === b ? 0 : logChanceOf(n, a, b)
      if (logChance <= most && logChance < (found?.logChance ?? 0))
        found = { what, related: a, unrelated: b, logChance }
    }
  }
  return found
}
