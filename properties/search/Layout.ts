/**
 * Layout: how a value is packed into 32-bit words. A layout is derived from the shape of the value and compiled, so that
 * packing and unpacking cost about as much as copying the fields.
 *
 * What the shape says is the same is packed into the same words: times are packed by their distance from now, what is in
 * a bag is sorted, and of all renumberings of interchangeable parts the one whose words are least stands for the others.
 */
import * as Code from "./Code.ts"
import type { Renumbering, Shape, Timed } from "./Shape.ts"

/** A compiled layout: `words` per value, and the two directions. Packing throws on a value outside the shape. */
export interface Layout<A> {
  readonly words: number
  readonly bits: number
  /** Writes the words of a value to an offset. */
  readonly encode: (value: A, keys: Uint32Array, offset: number) => void
  /** The value that stands for all that have these words. */
  readonly decode: (keys: Uint32Array, offset: number) => A
}

const inverse = (renumbered: ReadonlyArray<number>): ReadonlyArray<number> => {
  const from: Array<number> = []
  for (const [index, number] of renumbered.entries()) from[number] = index
  return from
}

/** A renumbering of every kind that a shape names: where it says nothing of one, its parts stay as they are. */
const mapsOf = (kinds: ReadonlyMap<string, number>, renumbering: Renumbering): Code.Maps => {
  const to = Object.fromEntries(
    [...kinds].map(([kind, count]) => {
      const inOrder = Array.from({ length: count }, (_, index) => index)
      const renumbered = renumbering[kind] ?? inOrder
      if (renumbered.toSorted((a, b) => a - b).join() === inOrder.join()) return [kind, renumbered]
      throw new RangeError(`a renumbering of "${kind}" expected ${inOrder} in some order, got ${renumbered}`)
    })
  )
  return { to, from: Object.fromEntries([...kinds.keys()].map((kind) => [kind, inverse(to[kind]!)])) }
}

/** Of two packed values, whether the first is the lesser. */
const isLess = (a: Uint32Array, b: Uint32Array, words: number): boolean => {
  for (let word = 0; word < words; word++) {
    if (a[word] !== b[word]) return a[word]! < b[word]!
  }
  return false
}

/** A layout in which of some renumberings of a value the one whose words are least stands for the others. */
const leastOf = <A>(
  { bits, decode, encode, kinds, words }: Code.Generated<A>,
  renumberings: ReadonlyArray<Renumbering>
): Layout<A> => {
  const [first = mapsOf(kinds, {}), ...others] = renumberings.map((one) => mapsOf(kinds, one))
  if (others.length === 0) {
    return { bits, words, decode, encode: (value, keys, offset) => encode(value, keys, offset, first) }
  }
  const scratch = { least: new Uint32Array(words), other: new Uint32Array(words) }
  return {
    bits,
    words,
    decode,
    encode: (value, keys, offset) => {
      encode(value, scratch.least, 0, first)
      for (const renumbering of others) {
        encode(value, scratch.other, 0, renumbering)
        if (isLess(scratch.other, scratch.least, words)) {
          const { least, other } = scratch
          scratch.least = other
          scratch.other = least
        }
      }
      const { least } = scratch
      for (let word = 0; word < words; word++) keys[offset + word] = least[word]!
    }
  }
}

/** Compiles the layout of values without a clock, of which some are renumberings of each other. */
export const compile = <A>(shape: Shape<A>, renumberings: ReadonlyArray<Renumbering> = []): Layout<A> =>
  leastOf(Code.generate<A>(shape, undefined), renumberings)

/** Compiles the layout of values with a clock, of which some are renumberings of each other. */
export const compileTimed = <A extends { readonly now: number }>({
  calendar,
  renumberings,
  shape
}: Timed<A>): Layout<A> => leastOf(Code.generate<A>(shape, calendar), renumberings)
