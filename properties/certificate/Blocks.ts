/**
 * Blocks: states as they lie in a certificate. They are sorted by their packed words, cut into blocks, and each block is written by
 * columns: of every word first the highest byte of all states, then the next. Sorted states have most bytes in common with their
 * neighbours, and a column of such bytes is compressed to little. Differences between neighbours would take more room.
 */
import { createHash } from "node:crypto"
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib"
import * as Result from "effect/Result"
import type { Packed } from "../search/Search.ts"

/** States in the order of their words, by columns of 32-bit words: those of the states, and then their ranks. */
export interface States {
  /** How many states there are, and how many words each has. */
  readonly count: number
  readonly words: number
  /** The words of all, state by state. */
  readonly keys: Uint32Array
  /** For each claim that something comes to pass, the rank of every state: 0 where nothing is pending. */
  readonly ranks: ReadonlyArray<Uint32Array>
}

/** What a header says of a block: its states, its bytes as they are written, and their SHA-256. */
export interface Block {
  readonly states: number
  readonly bytes: number
  readonly sha256: string
}

/** How many states a block has, but for the last. */
export const blockStates = 65_536

/** How hard it is tried to compress: beyond this it takes many times as long, for a tenth less. */
const quality = 9

/** SHA-256 in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

/** Which of two states comes first, by their words. */
const order = ({ keys, words }: Pick<States, "keys" | "words">, a: number, b: number): number => {
  for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) {
    if (keys[i] !== keys[j]) return keys[i]! < keys[j]! ? -1 : 1
  }
  return 0
}

/** States that are to be written: where nothing is said of their numbers, they stand one after the other. */
export interface Unwritten extends States {
  /** The numbers of the states in their order: the words of each stand as far on as its number says. */
  readonly numbers?: Uint32Array
}

/** Packed states in their order; `ranks` has what is not 0, by the numbers of the states. Nothing is copied but the numbers. */
export const sorted = (packed: Packed, ranks: ReadonlyArray<ReadonlyMap<number, number>>): Unwritten => {
  const { keys, words } = packed
  const numbers = packed.numbers.toSorted((a, b) => order(packed, a, b))
  const column = (rank: ReadonlyMap<number, number>): Uint32Array => numbers.map((number) => rank.get(number) ?? 0)
  return { count: numbers.length, words, keys, numbers, ranks: ranks.map(column) }
}

/** The states of one block, from one on, by columns of bytes. */
const columnsOf = ({ keys, numbers, ranks, words }: Unwritten, from: number, states: number): Uint8Array => {
  const bytes = new Uint8Array(states * (words + ranks.length) * 4)
  let at = 0
  for (let word = 0; word < words; word++) {
    for (let shift = 24; shift >= 0; shift -= 8) {
      for (let state = from; state < from + states; state++) {
        bytes[at++] = keys[(numbers === undefined ? state : numbers[state]!) * words + word]! >>> shift
      }
    }
  }
  for (const rank of ranks) {
    for (let shift = 24; shift >= 0; shift -= 8) {
      for (let state = from; state < from + states; state++) bytes[at++] = rank[state]! >>> shift
    }
  }
  return bytes
}

/** Writes states as blocks, each with what a header says of it. */
export const written = (states: Unwritten): ReadonlyArray<{ readonly block: Block; readonly bytes: Uint8Array }> =>
  Array.from({ length: Math.ceil(states.count / blockStates) }, (_, number) => {
    const count = Math.min(blockStates, states.count - number * blockStates)
    const columns = columnsOf(states, number * blockStates, count)
    const bytes = brotliCompressSync(columns, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS
      }
    })
    return { block: { states: count, bytes: bytes.length, sha256: sha256(bytes) }, bytes }
  })

/** The columns of a block that was written; undefined where it is none, or of other states. */
const unpacked = (bytes: Uint8Array, length: number): Uint8Array | undefined => {
  try {
    const columns = brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, length) })
    return columns.length === length ? columns : undefined
  } catch {
    return undefined
  }
}

/** Puts the columns of a block among those of all states. */
const place = ({ keys, ranks, words }: States, from: number, states: number, bytes: Uint8Array): void => {
  let at = 0
  const column = (values: Uint32Array, first: number, step: number): void => {
    for (let shift = 24; shift >= 0; shift -= 8) {
      for (let state = 0, i = first; state < states; state++, i += step) values[i]! |= bytes[at++]! << shift
    }
  }
  for (let word = 0; word < words; word++) column(keys, from * words + word, words)
  for (const rank of ranks) column(rank, from, 1)
}

/** What was expected, and what was found in its place. */
export interface Otherwise {
  readonly expected: string
  readonly found: string
}

const otherwise = (expected: string, found: string) => Result.fail<Otherwise>({ expected, found })

/** Reads blocks that a header speaks of; fails where they are not what it says. */
export const read = (
  blocks: ReadonlyArray<Block>,
  bytes: Uint8Array,
  { ranks, words }: { readonly words: number; readonly ranks: number }
): Result.Result<States, Otherwise> => {
  const count = blocks.reduce((sum, { states }) => sum + states, 0)
  const whole = blocks.reduce((sum, block) => sum + block.bytes, 0)
  if (bytes.length !== whole) return otherwise(`${whole} bytes of states after the header`, `${bytes.length}`)
  const columns = Array.from({ length: ranks }, () => new Uint32Array(count))
  const states: States = { count, words, keys: new Uint32Array(count * words), ranks: columns }
  let [at, from] = [0, 0]
  for (const [number, block] of blocks.entries()) {
    const piece = bytes.subarray(at, at + block.bytes)
    const hash = sha256(piece)
    if (hash !== block.sha256) return otherwise(`block ${number + 1} of states with the SHA-256 ${block.sha256}`, hash)
    const found = unpacked(piece, block.states * (words + ranks) * 4)
    if (found === undefined)
      return otherwise(`${block.states} states of ${words} words in block ${number + 1}`, "other bytes")
    place(states, from, block.states, found)
    at += block.bytes
    from += block.states
  }
  for (let state = 1; state < count; state++) {
    if (order(states, state - 1, state) >= 0)
      return otherwise("each state once, sorted by its words", `state ${state} out of its place`)
  }
  return Result.succeed(states)
}
