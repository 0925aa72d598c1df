/**
 * Store: the set of states that a search has found, packed, in memory that threads share. Each thread writes the states
 * that it finds into a part of its own; one table of hashes over all parts says what is there.
 *
 * The memory is reserved for the most states that a search may hold, and taken by the machine only as far as it is used.
 */
import type { Layout } from "./Layout.ts"

/** The buffers of a store, to be handed to other threads. */
export interface Memory {
  readonly threads: number
  readonly words: number
  /** The most states in each thread's part. */
  readonly part: number
  /** By hash, the number of a state and 1; 0 where there is none. Only so many slots are in use as the first of `sizes` says. */
  readonly slots: SharedArrayBuffer
  readonly keys: SharedArrayBuffer
  readonly parents: SharedArrayBuffer
  /** How many slots are in use, and for each thread how many states it has found: in all, and before the present level. */
  readonly sizes: SharedArrayBuffer
}

const firstCapacity = 1 << 16

const powerAbove = (count: number): number => {
  let power = firstCapacity
  while (power < count) power *= 2
  return power
}

/**
 * The number of bytes that a store takes for each state beyond its packed words, at most: 4 for its parent, and 12 for
 * the slots, as a table whose slots were two thirds taken is made twice as large.
 */
export const overhead = 16

/** Reserves memory for states of some words, shared by some threads, with room for so many states in the part of each. */
export const reserve = (threads: number, words: number, part: number): Memory => {
  const sizes = new SharedArrayBuffer((1 + 2 * threads) * 4)
  new Int32Array(sizes)[0] = firstCapacity
  return {
    threads,
    words,
    part,
    slots: new SharedArrayBuffer(powerAbove(part * threads * 1.5) * 4),
    keys: new SharedArrayBuffer(threads * part * words * 4),
    parents: new SharedArrayBuffer(threads * part * 4),
    sizes
  }
}

/** Makes memory that was used before as good as new, for states of the same size or smaller. */
export const cleared = (memory: Memory, words: number): Memory => {
  const sizes = new Int32Array(memory.sizes)
  new Int32Array(memory.slots).fill(0, 0, sizes[0])
  sizes.fill(0)
  sizes[0] = firstCapacity
  return { ...memory, words }
}

/** A store as one of its threads uses it. */
export interface Store<S> {
  readonly words: number
  readonly threads: number
  readonly part: number
  /** The number of this thread. */
  readonly thread: number
  readonly slots: Int32Array
  readonly keys: Uint32Array
  readonly parents: Int32Array
  readonly sizes: Int32Array
  readonly encode: Layout<S>["encode"]
  readonly decode: Layout<S>["decode"]
}

/** Opens a store, as the thread with a number. */
export const open = <S>(memory: Memory, { decode, encode }: Layout<S>, thread: number): Store<S> => ({
  words: memory.words,
  threads: memory.threads,
  part: memory.part,
  thread,
  slots: new Int32Array(memory.slots),
  keys: new Uint32Array(memory.keys),
  parents: new Int32Array(memory.parents),
  sizes: new Int32Array(memory.sizes),
  encode,
  decode
})

// ---------------------------------------------------------------------------------------------------------------------
// States
// ---------------------------------------------------------------------------------------------------------------------

const hashAt = (keys: Uint32Array, words: number, id: number): number => {
  let hash = 0x9e3779b9
  for (let o = id * words, end = o + words; o < end; o++) {
    hash = Math.imul(hash ^ keys[o]!, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash
}

const isSame = (keys: Uint32Array, words: number, a: number, b: number): boolean => {
  for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) if (keys[i] !== keys[j]) return false
  return true
}

/** Whether the words of one state come before those of another. */
export const isBefore = <S>({ keys, words }: Store<S>, a: number, b: number): boolean => {
  for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) {
    if (keys[i] !== keys[j]) return keys[i]! < keys[j]!
  }
  return false
}

/** Whether a state was found on the present level, so that other states of the last level may lead to it as well. */
const isNew = <S>({ part, sizes, threads }: Store<S>, id: number): boolean => {
  const other = threads === 1 ? 0 : Math.floor(id / part)
  return id - other * part >= sizes[1 + threads + other]!
}

/** Of all states that lead to a state, the one whose words come first is its parent, whichever thread was first. */
const adopt = <S>(store: Store<S>, id: number, parent: number): void => {
  const { parents } = store
  for (let now = parents[id]!; now >= 0 && isBefore(store, parent, now); now = Atomics.load(parents, id)) {
    if (Atomics.compareExchange(parents, id, now, parent) === now) return
  }
}

/** Puts a state of this thread into the table, unless it is there: then the number that it has. */
const put = <S>({ keys, sizes, slots, threads, words }: Store<S>, id: number): number => {
  const isShared = threads > 1
  const mask = sizes[0]! - 1
  for (let slot = hashAt(keys, words, id) & mask; ; slot = (slot + 1) & mask) {
    let found = isShared ? Atomics.load(slots, slot) : slots[slot]!
    if (found === 0) {
      found = isShared ? Atomics.compareExchange(slots, slot, 0, id + 1) : 0
      if (found === 0) {
        if (!isShared) slots[slot] = id + 1
        return id
      }
    }
    if (isSame(keys, words, found - 1, id)) return found - 1
  }
}

/** The words of a state that is looked for stand behind those of the states that were found. */
const draft = <S>({ encode, keys, part, sizes, thread, words }: Store<S>, state: S): number => {
  const id = thread * part + sizes[1 + thread]!
  encode(state, keys, id * words)
  return id
}

/** Adds a state that follows another (-1: none), unless it is there already: then false. */
export const add = <S>(store: Store<S>, state: S, parent: number): boolean => {
  const id = draft(store, state)
  store.parents[id] = parent
  const there = put(store, id)
  if (there === id) {
    store.sizes[1 + store.thread]!++
    return true
  }
  if (parent >= 0 && isNew(store, there)) adopt(store, there, parent)
  return false
}

/** The number of a state; undefined where it is not there. */
export const find = <S>(store: Store<S>, state: S): number | undefined => {
  const { keys, sizes, slots, words } = store
  const id = draft(store, state)
  const mask = sizes[0]! - 1
  for (let slot = hashAt(keys, words, id) & mask; ; slot = (slot + 1) & mask) {
    const found = slots[slot]!
    if (found === 0) return undefined
    if (isSame(keys, words, found - 1, id)) return found - 1
  }
}

/** The state with a number. */
export const get = <S>({ decode, keys, words }: Store<S>, id: number): S => decode(keys, id * words)

/** Whether a state is the one with a number. */
export const is = <S>(store: Store<S>, id: number, state: S): boolean =>
  isSame(store.keys, store.words, id, draft(store, state))

/** The number of the state that a state was found from; -1 for a first state. */
export const parentOf = <S>({ parents }: Store<S>, id: number): number => parents[id]!

/** How many actions lead to a state by a shortest way, those in between not counted. */
export const depthOf = <S>(store: Store<S>, id: number): number => {
  let depth = 0
  for (let parent = parentOf(store, id); parent >= 0; parent = parentOf(store, parent)) depth++
  return depth
}

// ---------------------------------------------------------------------------------------------------------------------
// Sizes
// ---------------------------------------------------------------------------------------------------------------------

/** How many states a thread has found: their numbers begin at {@link firstOf}. */
export const sizeOf = <S>({ sizes }: Store<S>, thread: number): number => sizes[1 + thread]!

/** The number of the first state in the part of a thread. */
export const firstOf = <S>({ part }: Store<S>, thread: number): number => thread * part

/** The thread that has found a state. */
export const ownerOf = <S>({ part }: Store<S>, id: number): number => Math.floor(id / part)

/** How many states all threads have found. */
export const size = <S>({ sizes, threads }: Store<S>): number => {
  let sum = 0
  for (let other = 0; other < threads; other++) sum += sizes[1 + other]!
  return sum
}

/** The numbers of all states, thread by thread. */
export const numbers = <S>(store: Store<S>): Uint32Array => {
  const all = new Uint32Array(size(store))
  let at = 0
  for (let of = 0; of < store.threads; of++) {
    const first = firstOf(store, of)
    for (let id = first, end = first + sizeOf(store, of); id < end; id++) all[at++] = id
  }
  return all
}

/** What the states take, in bytes. */
export const bytes = <S>(store: Store<S>): number => size(store) * (store.words + 1) * 4 + store.sizes[0]! * 4

/** Ends a level: what was found up to now has found its parent. One thread does it while the others wait. */
export const endLevel = <S>({ sizes, threads }: Store<S>): void => {
  for (let other = 0; other < threads; other++) sizes[1 + threads + other] = sizes[1 + other]!
}

/** How many more states fit into the part of a thread, beside the one that is looked for. */
export const spareOf = <S>({ part, sizes }: Store<S>, thread: number): number => part - 1 - sizes[1 + thread]!

/** How many more states fit before the table has to be enlarged. */
export const room = <S>(store: Store<S>): number => Math.floor((store.sizes[0]! * 2) / 3) - size(store)

/** Whether the table is as large as the memory allows: then it has room for all that fits into the parts. */
export const isLargest = <S>({ sizes, slots }: Store<S>): boolean => sizes[0]! * 2 > slots.length

/** Enlarges the table: one thread does this, then every thread {@link clearShare}, and when all have, {@link fillShare}. */
export const enlarge = <S>({ sizes }: Store<S>): void => {
  sizes[0]! *= 2
}

/** Makes a table in which nothing is yet large enough for some states. */
export const makeRoom = <S>(store: Store<S>, states: number): void => {
  while (room(store) < states && !isLargest(store)) enlarge(store)
}

/** Clears this thread's share of the slots. */
export const clearShare = <S>({ sizes, slots, thread, threads }: Store<S>): void => {
  const share = Math.ceil(sizes[0]! / threads)
  slots.fill(0, thread * share, Math.min((thread + 1) * share, sizes[0]!))
}

/** Puts the states of this thread into the table again. */
export const fillShare = <S>(store: Store<S>): void => {
  const { part, thread } = store
  for (let id = thread * part, end = id + sizeOf(store, thread); id < end; id++) put(store, id)
}
