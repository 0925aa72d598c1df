/** Words: where the bits of parts go, and the code that puts them there and takes them out. No part is cut by a word. */

/** Words that are being filled. Their code holds them in locals while packing, and reads them at an offset else. */
export interface Words {
  /** What the names of the locals begin with. */
  readonly prefix: string
  /** The offset, as code. */
  readonly at: string
  /** How many bits are taken, those included that are left out at the end of a word. */
  bits: number
}

/** The place of one part: a statement that writes it, and an expression that reads it. */
export interface Slot {
  readonly write: (value: string) => string
  readonly read: string
}

/** Words with nothing in them. */
export const empty = (prefix: string, at: string): Words => ({ prefix, at, bits: 0 })

/** How many words there are. */
export const count = ({ bits }: Words): number => (bits + 31) >>> 5

/** The locals that the words are held in. */
export const locals = (words: Words): ReadonlyArray<string> =>
  Array.from({ length: count(words) }, (_, index) => `${words.prefix}_${index}`)

/** The most values that one part can have: what a word tells apart. */
const mostValues = 2 ** 32

/** How many bits tell so many values apart. Throws a RangeError where one word does not. */
export const bitsFor = (values: number): number => {
  if (values > mostValues) throw new RangeError(`a part expected at most ${mostValues} values, got ${values}`)
  return values <= 1 ? 0 : 32 - Math.clz32(values - 1)
}

/** Takes the next bits, so many that they fit into one word. */
export const place = (words: Words, width: number): Slot => {
  if ((words.bits & 31) + width > 32) words.bits = (words.bits + 31) & ~31
  const [word, shift] = [words.bits >>> 5, words.bits & 31]
  words.bits += width
  if (width === 0) return { write: () => "", read: "0" }
  const local = `${words.prefix}_${word}`
  const from = `k[${words.at}+${word}]`
  return {
    write: (value) => `${local}|=${shift === 0 ? value : `(${value})<<${shift}`};`,
    read: width === 32 ? from : `(${from}>>>${shift}&${2 ** width - 1})`
  }
}
