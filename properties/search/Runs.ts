/**
 * Runs: what was found is told again. A search keeps of every state only the one that it was found from, by their normal
 * forms; a run is what the subject itself does, from one of its own first states.
 */
import type { Run } from "./Outcome.ts"
import * as Store from "./Store.ts"
import type { OfEvents, Refined } from "./Subject.ts"

/** A search fails where its subject breaks a promise; a caller cannot mend that. */
export class Inconsistent extends Error {
  override readonly name = "Inconsistent"
}

/** A subject, and the states of it that were found. */
export interface FoundRun<S, A, E> {
  readonly subject: Refined<S, A, E>
  readonly store: Store.Store<S>
}

/** An action with what must follow it at once, and the state that they lead to. */
export interface Move<S, A> {
  readonly state: S
  readonly taken: ReadonlyArray<A>
}

/** Takes an action and what must follow it at once; `look` sees every step. */
export const take = <S, A, E>(
  { next, urgent }: Refined<S, A, E>,
  from: S,
  action: A,
  look: (before: S, events: ReadonlyArray<E>, after: S, taken: number) => void = () => {}
): Move<S, A> => {
  const taken = [action]
  let step = next(from, action)
  look(from, step.events, step.state, 1)
  for (let forced = urgent(step.state); forced !== undefined; forced = urgent(step.state)) {
    const before = step.state
    step = next(before, forced)
    taken.push(forced)
    look(before, step.events, step.state, taken.length)
  }
  return { state: step.state, taken }
}

/** A run, and the state that it ends in. */
export interface Ended<S, A> {
  readonly first: S
  readonly actions: ReadonlyArray<A>
  readonly state: S
}

/** A run of the subject to a state that was found: what it really does, from one of the subject's own first states. */
export const runTo = <S, A, E>({ store, subject }: FoundRun<S, A, E>, last: number): Ended<S, A> => {
  const way = [last]
  for (let at = Store.parentOf(store, last); at >= 0; at = Store.parentOf(store, at)) way.unshift(at)
  const first = subject.init.find((state) => Store.is(store, way[0]!, subject.normal(state)))
  if (first === undefined) throw new Inconsistent("a way starts in no first state")
  const actions: Array<A> = []
  let state: S = first
  for (let i = 1; i < way.length; i++) {
    const from: S = state
    const found = subject
      .likeNormal(from, Store.get(store, way[i - 1]!))
      .map((action) => take(subject, from, action))
      .find((reached) => Store.is(store, way[i]!, subject.normal(reached.state)))
    if (found === undefined) throw new Inconsistent("a way is lost between two states")
    actions.push(...found.taken)
    state = found.state
  }
  return { first, actions, state }
}

/**
 * A run that ends in a case of a property, met on the way from a state that was found. The way there is known by the
 * normal forms that it passes; each is reached again from the state that the run is really in.
 */
export const runToCase = <S, A, E>(
  found: FoundRun<S, A, E>,
  last: number,
  property: OfEvents<S, E>,
  wanted: "kept" | "broken"
): Run<S, A> => {
  const { store, subject } = found
  const { actions, first, state } = runTo(found, last)
  for (const action of subject.likeNormal(state, Store.get(store, last))) {
    let met = -1
    const { taken } = take(subject, state, action, (before, events, after, length) => {
      const isCase = (event: E): boolean => {
        if (!property.on(event)) return false
        const judgement = property.judge(before, event, after)
        return judgement === wanted || (wanted === "kept" && judgement === "broken")
      }
      if (met < 0 && events.some(isCase)) met = length
    })
    if (met >= 0) return { first, actions: [...actions, ...taken.slice(0, met)], loop: undefined }
  }
  throw new Inconsistent("a way ends without its case")
}
