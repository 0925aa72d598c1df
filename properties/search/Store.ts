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
  /** By hash, the number of a state and 1; 0 where there is none. Only the first `capacity` slots are in use. */
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
  /** Adds a state that follows another (-1: none), unless it is there already: then false. */
  readonly add: (state: S, parent: number) => boolean
  /** The number of a state; undefined where it is not there. */
  readonly find: (state: S) => number | undefined
  readonly get: (id: number) => S
  /** Whether a state is the one with a number. */
  readonly is: (id: number, state: S) => boolean
  readonly parentOf: (id: number) => number
  /** Whether the words of one state come before those of another. */
  readonly isBefore: (a: number, b: number) => boolean
  /** How many states a thread has found: their numbers begin at {@link Store.firstOf}. */
  readonly sizeOf: (thread: number) => number
  readonly firstOf: (thread: number) => number
  readonly size: () => number
  /** Ends a level: what was found up to now has found its parent. One thread does it while the others wait. */
  readonly endLevel: () => void
  /** How many more states fit before the table has to be enlarged. */
  readonly room: () => number
  /** Enlarges the table: one thread does this, then every thread the first of the next two, and when all have, the second. */
  readonly enlarge: () => void
  readonly clearShare: () => void
  readonly fillShare: () => void
  readonly bytes: () => number
}

/** Opens a store, as the thread with a number. */
export const open = <S>(memory: Memory, layout: Layout<S>, thread: number): Store<S> => {
  const { part, threads, words } = memory
  const slots = new Int32Array(memory.slots)
  const keys = new Uint32Array(memory.keys)
  const parents = new Int32Array(memory.parents)
  const sizes = new Int32Array(memory.sizes)
  const { decode, encode } = layout
  const mine = thread * part
  const isShared = threads > 1

  const hashAt = (id: number): number => {
    let hash = 0x9e3779b9
    for (let o = id * words, end = o + words; o < end; o++) {
      hash = Math.imul(hash ^ keys[o]!, 0x85ebca6b)
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
      hash ^= hash >>> 16
    }
    return hash
  }

  const same = (a: number, b: number): boolean => {
    for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) if (keys[i] !== keys[j]) return false
    return true
  }

  const isBefore = (a: number, b: number): boolean => {
    for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) {
      if (keys[i] !== keys[j]) return keys[i]! < keys[j]!
    }
    return false
  }

  /** Whether a state was found on the present level, so that other states of the last level may lead to it as well. */
  const isNew = (id: number): boolean => {
    const other = threads === 1 ? 0 : Math.floor(id / part)
    return id - other * part >= sizes[1 + threads + other]!
  }

  /** Of all states that lead to a state, the one whose words come first is its parent, whichever thread was first. */
  const adopt = (id: number, parent: number): void => {
    for (let now = parents[id]!; now >= 0 && isBefore(parent, now); now = Atomics.load(parents, id)) {
      if (Atomics.compareExchange(parents, id, now, parent) === now) return
    }
  }

  /** Puts a state of this thread into the table, unless it is there: then the number that it has. */
  const put = (id: number): number => {
    const mask = sizes[0]! - 1
    for (let slot = hashAt(id) & mask; ; slot = (slot + 1) & mask) {
      let found = isShared ? Atomics.load(slots, slot) : slots[slot]!
      if (found === 0) {
        found = isShared ? Atomics.compareExchange(slots, slot, 0, id + 1) : 0
        if (found === 0) {
          if (!isShared) slots[slot] = id + 1
          return id
        }
      }
      if (same(found - 1, id)) return found - 1
    }
  }

  /** The words of a state that is looked for stand behind those of the states that were found. */
  const draft = (state: S): number => {
    const id = mine + sizes[1 + thread]!
    encode(state, keys, id * words)
    return id
  }

  const size = (): number => {
    let sum = 0
    for (let other = 0; other < threads; other++) sum += sizes[1 + other]!
    return sum
  }

  return {
    words,
    threads,
    add: (state, parent) => {
      const id = draft(state)
      parents[id] = parent
      const there = put(id)
      if (there === id) {
        sizes[1 + thread]!++
        return true
      }
      if (parent >= 0 && isNew(there)) adopt(there, parent)
      return false
    },
    find: (state) => {
      const id = draft(state)
      const mask = sizes[0]! - 1
      for (let slot = hashAt(id) & mask; ; slot = (slot + 1) & mask) {
        const found = slots[slot]!
        if (found === 0) return undefined
        if (same(found - 1, id)) return found - 1
      }
    },
    get: (id) => decode(keys, id * words),
    is: (id, state) => same(id, draft(state)),
    parentOf: (id) => parents[id]!,
    isBefore,
    sizeOf: (other) => sizes[1 + other]!,
    firstOf: (other) => other * part,
    size,
    endLevel: () => {
      for (let other = 0; other < threads; other++) sizes[1 + threads + other] = sizes[1 + other]!
    },
    room: () => Math.floor((sizes[0]! * 2) / 3) - size(),
    enlarge: () => {
      sizes[0]! *= 2
    },
    clearShare: () => {
      const share = Math.ceil(sizes[0]! / threads)
      slots.fill(0, thread * share, Math.min((thread + 1) * share, sizes[0]!))
    },
    fillShare: () => {
      for (let id = mine, end = mine + sizes[1 + thread]!; id < end; id++) put(id)
    },
    bytes: () => size() * (words + 1) * 4 + sizes[0]! * 4
  }
}
