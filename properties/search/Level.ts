/** Level: the states that are as many actions away as each other, and are visited one after the other. */
import { type Control, Word, wordOf } from "./Control.ts"
import * as Store from "./Store.ts"

/** How many states the level has. */
export const size = (control: Control, threads: number): number => {
  let sum = 0
  for (let of = 0; of < threads; of++) {
    sum += control[wordOf(of, Word.levelEnd)]! - control[wordOf(of, Word.levelFirst)]!
  }
  return sum
}

/** The number of the state that stands at a place among those of the level, thread by thread. */
export const idAt = <S>(control: Control, store: Store.Store<S>, place: number): number => {
  let left = place
  for (let of = 0; ; of++) {
    const first = control[wordOf(of, Word.levelFirst)]!
    const count = control[wordOf(of, Word.levelEnd)]! - first
    if (left < count) return Store.firstOf(store, of) + first + left
    left -= count
  }
}

/** Whether a state is one of the level, or was found from it. */
export const isOn = <S>(control: Control, store: Store.Store<S>, id: number): boolean => {
  const of = Store.ownerOf(store, id)
  return id - Store.firstOf(store, of) >= control[wordOf(of, Word.levelFirst)]!
}

/** Makes what was found from the level the next one. */
export const advance = <S>(control: Control, store: Store.Store<S>): void => {
  Store.endLevel(store)
  for (let of = 0; of < store.threads; of++) {
    control[wordOf(of, Word.levelFirst)] = control[wordOf(of, Word.levelEnd)]!
    control[wordOf(of, Word.levelEnd)] = Store.sizeOf(store, of)
  }
}
