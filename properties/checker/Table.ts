/** Table: the states of a certificate as a set that is asked whether it has a state: an open-addressing table of their places. */
import type { States } from "../certificate/Certificate.ts"

/** A set of states. */
export interface Table {
  readonly states: States
  /** The place of a state and 1, where its words lead to; 0 where none is. */
  readonly slots: Uint32Array
  /** Room for the words of a state that is looked for. */
  readonly wanted: Uint32Array
}

/** Where the search for some words begins. */
const startOf = (words: Uint32Array, from: number, count: number): number => {
  let hash = 0x811c9dc5
  for (let at = from, end = from + count; at < end; at++) {
    hash = Math.imul(hash ^ words[at]!, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return hash ^ (hash >>> 15)
}

/** Makes a table of states, no two of which have the same words. */
export const make = (states: States): Table => {
  const { count, keys, words } = states
  let size = 16
  while (size < count * 1.5) size *= 2
  const slots = new Uint32Array(size)
  for (let place = 0; place < count; place++) {
    let slot = startOf(keys, place * words, words) & (size - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1)
    slots[slot] = place + 1
  }
  return { states, slots, wanted: new Uint32Array(words) }
}

/** The place of the state whose words are wanted; -1 where it is not there. */
export const find = ({ slots, states: { keys, words }, wanted }: Table): number => {
  const mask = slots.length - 1
  for (let slot = startOf(wanted, 0, words) & mask; ; slot = (slot + 1) & mask) {
    const place = slots[slot]! - 1
    if (place < 0) return -1
    let word = 0
    while (word < words && keys[place * words + word] === wanted[word]) word++
    if (word === words) return place
  }
}
