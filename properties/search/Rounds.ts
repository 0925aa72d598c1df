/**
 * Rounds: what the threads of a search do next. A level is visited in rounds, between which the table of states can grow
 * and the search can end.
 *
 * A round is planned for so many states as there should be room for. In it a thread stops before a state that more states
 * may follow than it has room for; the next round begins with that one, when the table is large enough.
 */
import { type Control, cursor, depth, Order, order, quota, roundEnd, stop, Word, wordOf } from "./Control.ts"
import * as Level from "./Level.ts"
import * as Store from "./Store.ts"
import type { Budget } from "./Subject.ts"
import * as Tallies from "./Tallies.ts"

/** How many states are visited in a round, at most, and how many of them a thread takes at once. */
const largestRound = 16_384
export const chunk = 128

/** How many states are expected to follow one, at most. Where more do, a round ends early. */
const expected = 64

/** How many states a part of the memory has room for beyond the budget: what one round may find. */
export const beyondBudget = largestRound * expected

/** A search fails where more states follow one than its memory has room for. */
export class TooWide extends Error {
  override readonly name = "TooWide"

  /** Of `what` there are too many: how many were found, how many have room, and how many states there were already. */
  constructor(what: string, found: number, room: number, states: number) {
    super(
      `expected at most ${room} ${what}, as there is room for so many further states, got ${found}: ` +
        `search with a budget of at least ${states + found} states`
    )
  }
}

/** What a search is planned by. */
export interface Planned<S, E> {
  readonly control: Control
  readonly store: Store.Store<S>
  readonly tallies: Tallies.Tallies<S, E>
  readonly budget: Budget
}

/** The most states that may follow one that a thread had no room for; 0 where every thread had room. */
const mostNeeded = (control: Control, threads: number): number => {
  let most = 0
  for (let of = 0; of < threads; of++) most = Math.max(most, control[wordOf(of, Word.needed)]!)
  return most
}

/** Of a thread that has no room in its part for what may follow its next state, how much was found; if there is one. */
const crowded = <S>(control: Control, store: Store.Store<S>) => {
  for (let of = 0; of < store.threads; of++) {
    const [found, room] = [control[wordOf(of, Word.needed)]!, Store.spareOf(store, of)]
    if (found > room) return { found, room }
  }
  return undefined
}

/** Fails where the round is about a state that is too wide for the memory. */
export const refuseTooWide = <S>(control: Control, store: Store.Store<S>): void => {
  const { found, room } = crowded(control, store) ?? {}
  if (control[order] !== Order.TooWide || found === undefined || room === undefined) return
  throw new TooWide("enabled actions of one state", found, room, Store.size(store))
}

/** Ends the level, and makes what was found from it the next one; answers why the search is over, if it is. */
const nextLevel = <S, E>({ control, store, tallies }: Planned<S, E>): number | undefined => {
  const isAllBroken = Tallies.endLevel(tallies)
  Level.advance(control, store)
  control[cursor] = 0
  control[roundEnd] = 0
  if (isAllBroken) return Order.AllBroken
  if (Level.size(control, store.threads) === 0) return Order.Exhausted
  control[depth]!++
  return undefined
}

/** Whether every state of the level was visited. */
const isLevelOver = (control: Control, threads: number): boolean =>
  control[roundEnd] === Level.size(control, threads) &&
  control[cursor]! >= control[roundEnd]! &&
  mostNeeded(control, threads) === 0

/** What the next round is about. */
const nextOrder = <S, E>(planned: Planned<S, E>): number => {
  const { budget, control, store } = planned
  const { threads } = store
  if (control[order] === Order.Clear) return Order.Fill
  if (control[order] !== Order.Fill && isLevelOver(control, threads)) {
    const ended = nextLevel(planned)
    if (ended !== undefined) return ended
  }
  if (Atomics.load(control, stop) === 1) return Order.Spent
  if (crowded(control, store) !== undefined) return Store.size(store) > budget.states ? Order.Spent : Order.TooWide
  const room = Store.room(store)
  const share = Store.isLargest(store) ? store.part : Math.floor(room / threads)
  const states = Math.max(0, Math.floor(room / expected))
  if (!Store.isLargest(store) && (states < chunk * threads || share < mostNeeded(control, threads))) {
    // The room behind the present slots is cleared as well, and then they are twice as many.
    Store.enlarge(store)
    return Order.Clear
  }
  const from = Math.min(control[cursor]!, control[roundEnd]!)
  control[quota] = share
  control[cursor] = from
  control[roundEnd] = Math.min(Level.size(control, threads), from + Math.min(Math.max(states, chunk), largestRound))
  return Order.Visit
}

/** Decides what the next round is about; done by the thread that comes last, while the others wait. */
export const plan = <S, E>(planned: Planned<S, E>): void => {
  planned.control[order] = nextOrder(planned)
}
