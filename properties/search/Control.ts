/**
 * Control: what the threads of a search agree on, in words that they share: what the present round is about, how far it
 * is, and the barrier at which they wait for each other.
 */

/** The words. Those of a thread stand behind the others: see {@link wordOf}. */
export type Control = Int32Array

const arrived = 0
const generation = 1
/** The place in the level of the next state that nobody has taken. */
export const cursor = 2
/** The place at which the round ends. */
export const roundEnd = 3
/** What the round is about: one of {@link Order}. */
export const order = 4
/** How many levels lie before the present one. */
export const depth = 5
/** Whether the search is to stop: 1. */
export const stop = 6
/** How many states each thread may find in the round. */
export const quota = 7
const ofThreads = 8

/** The words of each thread. */
export const Word = {
  /** Where its states of the level begin, and end, counted from its first. */
  levelFirst: 0,
  levelEnd: 1,
  /** The places that it has taken and not visited, as there was no room. */
  leftFrom: 2,
  leftTo: 3,
  /** How many states may follow the one that it had no room for; 0 where it had. */
  needed: 4
} as const

const wordsOfThread = 5

/** What a round is about: states to visit, or the table to be enlarged in two steps, or nothing more, and why. */
export const Order = { Visit: 0, Clear: 1, Fill: 2, Exhausted: 3, AllBroken: 4, Spent: 5, TooWide: 6 } as const

/** Where the word of a thread stands. */
export const wordOf = (thread: number, word: number): number => ofThreads + thread * wordsOfThread + word

/** Reserves the words for some threads. */
export const reserve = (threads: number): SharedArrayBuffer => new SharedArrayBuffer(wordOf(threads, 0) * 4)

/** Waits until every thread is here. The one that comes last does something first, while the others wait. */
export const meet = (control: Control, threads: number, last: () => void): void => {
  if (threads === 1) {
    last()
    return
  }
  const now = Atomics.load(control, generation)
  if (Atomics.add(control, arrived, 1) === threads - 1) {
    last()
    Atomics.store(control, arrived, 0)
    Atomics.add(control, generation, 1)
    Atomics.notify(control, generation)
  } else while (Atomics.load(control, generation) === now) Atomics.wait(control, generation, now)
}
