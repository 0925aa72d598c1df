/**
 * Linearizable: whether a history of operations that were under way at once is explained by some order of them, one after
 * the other, in which each took effect between its invocation and its answer. The search is that of Wing and Gong, with
 * Lowe's memory of what was tried: which operations are done, and the state that they have led to.
 *
 * An operation that was never answered took effect at any time after its invocation, or never did.
 *
 * @see Herlihy, Wing: Linearizability (1990). Wing, Gong: Testing and verifying concurrent objects (1993).
 *   Lowe: Testing for linearizability (2017).
 */

/** What an operation is and what it was answered. Instants only say what came before what. */
export interface Operation<Input, Output> {
  readonly input: Input
  readonly invoked: number
  readonly end: End<Output>
}

/**
 * How an operation ended. Of one that is lost nobody knows whether it took effect; from the instant `over` on it no
 * longer can, where whoever worked on it has ended with it, and else infinity.
 */
export type End<Output> =
  | { readonly _tag: "Answered"; readonly at: number; readonly output: Output }
  | { readonly _tag: "Lost"; readonly over: number }

/** What operations do where one follows the other. */
export interface Specification<State, Input, Output> {
  /** What an operation leads to, and what it is answered. */
  readonly next: (state: State, input: Input) => { readonly state: State; readonly output: Output }
  /** The same text for states between which no operation can tell. */
  readonly key: (state: State) => string
  /** Whether an answer stands for the one that is expected. */
  readonly agrees: (expected: Output, found: Output) => boolean
}

/** An order of some operations, by their places in the history, and the state after them. */
export interface Linearization<State> {
  readonly order: ReadonlyArray<number>
  readonly state: State
}

/** What came of the search. */
export interface Explained<State, Output> {
  /** An order for each state that the history can have led to; none where nothing explains it. */
  readonly linearizations: ReadonlyArray<Linearization<State>>
  /** An order of as many operations as can be explained, and what every other should have been answered after it. */
  readonly longest: Linearization<State> & { readonly expected: ReadonlyMap<number, Output> }
  /** How many pairs of operations done and state were met. */
  readonly met: number
}

/** The most operations of a history: what is done is kept as the bits of a number. */
export const most = 30

/** Looks for every state that a history can have led to, from any of some states. */
export const explain = <State, Input, Output>(
  { agrees, key, next }: Specification<State, Input, Output>,
  starts: ReadonlyArray<State>,
  history: ReadonlyArray<Operation<Input, Output>>
): Explained<State, Output> => {
  const { length } = history
  if (length > most) throw new Error(`history: expected at most ${most} operations, found ${length}`)
  const isDone = (done: number, at: number): boolean => (done & (1 << at)) !== 0
  const answered = history.reduce((bits, { end }, at) => (end._tag === "Answered" ? bits | (1 << at) : bits), 0)

  /** Whether an operation can be the next: nothing that is to come was over before it began. */
  const isNext = (done: number, at: number): boolean => {
    if (isDone(done, at)) return false
    const { end, invoked } = history[at]!
    for (let other = 0; other < length; other++) {
      const { end: ending, invoked: began } = history[other]!
      if (isDone(done, other)) {
        if (end._tag === "Lost" && end.over < began) return false
      } else if (ending._tag === "Answered" && ending.at < invoked) return false
    }
    return true
  }

  const linearizations = new Map<string, Linearization<State>>()
  const met = new Set<string>()
  let longest: Linearization<State> = { order: [], state: starts[0]! }

  const search = (done: number, { order, state }: Linearization<State>, name: string): void => {
    const seen = `${done} ${name}`
    if (met.has(seen)) return
    met.add(seen)
    if (order.length > longest.order.length) longest = { order, state }
    if ((done & answered) === answered && !linearizations.has(name)) linearizations.set(name, { order, state })
    for (let at = 0; at < length; at++) {
      if (!isNext(done, at)) continue
      const { end, input } = history[at]!
      const step = next(state, input)
      if (end._tag === "Answered" && !agrees(step.output, end.output)) continue
      search(done | (1 << at), { order: [...order, at], state: step.state }, key(step.state))
    }
  }

  for (const state of starts) search(0, { order: [], state }, key(state))
  const expected = new Map<number, Output>()
  for (const [at, { input }] of history.entries()) {
    if (!longest.order.includes(at)) expected.set(at, next(longest.state, input).output)
  }
  return { linearizations: [...linearizations.values()], longest: { ...longest, expected }, met: met.size }
}
