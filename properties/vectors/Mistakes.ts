/**
 * Mistakes: wrong implementations, each by the name under which a file of vectors notes it. What a test catches is not
 * said by hand: every mistake is made on every test, and a test names those that it fails.
 */
import type { ClauseId } from "../../spec/Clauses.ts"

/** An implementation that makes one mistake. */
export interface Mistake<Case> {
  /** The clause that it breaks. */
  readonly clause: ClauseId
  readonly mistake: string
  /** Whether it gets a test right all the same. */
  readonly passes: (test: Case) => boolean
}

/** Mistakes by name. */
export type Mistakes<Case> = Readonly<Record<string, Omit<Mistake<Case>, "clause">>>

/** The names of the mistakes that fail a test. */
export const caughtBy = <Case>(mistakes: Mistakes<Case>, test: Case): ReadonlyArray<string> =>
  Object.entries(mistakes).flatMap(([name, { passes }]) => (passes(test) ? [] : [name]))

/** What a file says of its mistakes. */
export const notesOf = <Said>(mistakes: Readonly<Record<string, Said & { readonly passes: unknown }>>) =>
  Object.fromEntries(Object.entries(mistakes).map(([name, { passes: _, ...said }]) => [name, said])) as Readonly<
    Record<string, Omit<Said, "passes">>
  >

/** Numbers from 1, one for each test of a file. */
export const numbering = (): (() => number) => {
  let last = 0
  return () => ++last
}
