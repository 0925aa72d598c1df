/**
 * Search: every state that a subject can reach, breadth first, so that the first case found is a shortest one. Several
 * threads can search together: what they find does not depend on how many there are.
 *
 * This is all of the folder that others need. A subject is its first states, the actions of a state, what they come to,
 * and the shape that a state has; `examples/TwoPhaseCommit.ts` is one in two screens.
 */
import type { Outcome } from "./Outcome.ts"
import type * as Store from "./Store.ts"
import type { Budget, Property, Subject } from "./Subject.ts"
import { searchTogether, share } from "./Together.ts"

export { compile, compileTimed, type Layout } from "./Layout.ts"
export type { Finding, Outcome, Packed, Run } from "./Outcome.ts"
export { TooWide } from "./Rounds.ts"
export { Inconsistent } from "./Runs.ts"
export * as Shape from "./Shape.ts"
export { type Memory, overhead } from "./Store.ts"
export type { Budget, LeadsTo, OfEvents, Property, Refined, Subject } from "./Subject.ts"
export { type Part, type Reserved, reserve, type Shared, searchTogether, share } from "./Together.ts"

/** A million states, in whatever time they take. */
export const ample: Budget = { states: 1_000_000, report: () => true }

/** Visits every state that the subject can reach, on one thread. Throws as {@link searchTogether} does. */
export const search = <S, A, E>(
  subject: Subject<S, A, E>,
  properties: ReadonlyArray<Property<S, A, E>>,
  budget: Budget = ample,
  before?: Store.Memory
): Outcome<S, A> => {
  const reserved = { threads: 1, words: subject.layout.words, properties: properties.length, states: budget.states }
  return searchTogether({ subject, properties, budget, shared: share(reserved, before), thread: 0 })!
}
