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
  /** Whether an operation that is answered so has changed nothing, whatever the state was. */
  readonly isRead: (input: Input, output: Output) => boolean
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

/** A history that is being explained. The operations that are done are the bits of a number, by their places. */
interface Search<State, Input, Output> {
  readonly specification: Specification<State, Input, Output>
  readonly history: ReadonlyArray<Operation<Input, Output>>
  readonly suffices: (state: State) => boolean
  /** Those that were answered. */
  readonly answered: number
  /** Every place, in the order in which they are tried. */
  readonly places: ReadonlyArray<number>
  /** By the key of the state that they lead to. */
  readonly linearizations: Map<string, Linearization<State>>
  /** By the answered operations that are done, and the state: the lost ones that are done. */
  readonly seen: Map<string, Array<number>>
  met: number
  longest: Linearization<State>
}

/** An operation that takes effect next, and the state that it leads to with its key. */
interface Next<State> {
  readonly at: number
  readonly state: State
  readonly name: string
}

const isDone = (done: number, at: number): boolean => (done & (1 << at)) !== 0

const answeredOf = (history: ReadonlyArray<Operation<unknown, unknown>>): number =>
  history.reduce((bits, { end }, at) => (end._tag === "Answered" ? bits | (1 << at) : bits), 0)

/** The places of a history in the order in which they are tried. */
const placesOf = (history: ReadonlyArray<Operation<unknown, unknown>>, answered: number): ReadonlyArray<number> => {
  // The order of the answers explains most histories, and what was lost is seldom needed: it is tried last.
  const endOf = ({ end }: Operation<unknown, unknown>): number => (end._tag === "Answered" ? end.at : end.over)
  return [...history.keys()].toSorted(
    (a, b) =>
      Number(isDone(answered, b)) - Number(isDone(answered, a)) || Math.sign(endOf(history[a]!) - endOf(history[b]!))
  )
}

/** Whether an operation can be the next: nothing that is to come was over before it began. */
const isNext = (history: ReadonlyArray<Operation<unknown, unknown>>, done: number, at: number): boolean => {
  if (isDone(done, at)) return false
  const { end, invoked } = history[at]!
  for (let other = 0; other < history.length; other++) {
    const { end: ending, invoked: began } = history[other]!
    if (isDone(done, other)) {
      if (end._tag === "Lost" && end.over < began) return false
    } else if (ending._tag === "Answered" && ending.at < invoked) return false
  }
  return true
}

/** Whether something that is lost can take effect before an operation, and not after it. */
const holdsUp = (history: ReadonlyArray<Operation<unknown, unknown>>, done: number, at: number): boolean =>
  history.some(({ end }, other) => end._tag === "Lost" && !isDone(done, other) && end.over < history[at]!.invoked)

/** Whether all that can follow was looked for already: from the same state, with no more of what is lost done. */
const isSeen = <State, Input, Output>(search: Search<State, Input, Output>, done: number, name: string): boolean => {
  const { answered, seen } = search
  const place = `${done & answered} ${name}`
  const lost = done & ~answered
  const before = seen.get(place) ?? []
  if (before.some((less) => (less & ~lost) === 0)) return true
  before.push(lost)
  seen.set(place, before)
  search.met++
  return false
}

/** What can take effect next, from a state with a key. */
const nextOf = <State, Input, Output>(
  { history, places, specification }: Search<State, Input, Output>,
  done: number,
  state: State,
  name: string
): ReadonlyArray<Next<State>> => {
  const { agrees, isRead, key, next } = specification
  const steps: Array<Next<State>> = []
  for (const at of places) {
    if (!isNext(history, done, at)) continue
    const { end, input } = history[at]!
    const step = next(state, input)
    if (end._tag === "Answered" && !agrees(step.output, end.output)) continue
    const after = key(step.state)
    // What is lost and would change nothing may as well never have taken effect.
    if (after === name && end._tag === "Lost") continue
    const one: Next<State> = { at, state: step.state, name: after }
    // What only reads, and is answered so now, may as well come first.
    if (end._tag === "Answered" && isRead(input, end.output) && !holdsUp(history, done, at)) return [one]
    steps.push(one)
  }
  return steps
}

/** Looks on from a linearization, whose state has a key. Whether the search is over. */
const searchFrom = <State, Input, Output>(
  search: Search<State, Input, Output>,
  done: number,
  { order, state }: Linearization<State>,
  name: string
): boolean => {
  if (isSeen(search, done, name)) return false
  const { answered, linearizations, suffices } = search
  if (order.length > search.longest.order.length) search.longest = { order, state }
  if ((done & answered) === answered && !linearizations.has(name)) {
    linearizations.set(name, { order, state })
    if (suffices(state)) return true
  }
  return nextOf(search, done, state, name).some(({ at, name, state }) =>
    searchFrom(search, done | (1 << at), { order: [...order, at], state }, name)
  )
}

/**
 * Looks for every state that a history can have led to, from any of some states. `suffices`: a state that is all that is
 * looked for, so that the search ends with it, as the last that it has found.
 */
export const explain = <State, Input, Output>(
  specification: Specification<State, Input, Output>,
  starts: ReadonlyArray<State>,
  history: ReadonlyArray<Operation<Input, Output>>,
  suffices: (state: State) => boolean = () => false
): Explained<State, Output> => {
  const { length } = history
  if (length > most) throw new Error(`history: expected at most ${most} operations, found ${length}`)
  const answered = answeredOf(history)
  const search: Search<State, Input, Output> = {
    specification,
    history,
    suffices,
    answered,
    places: placesOf(history, answered),
    linearizations: new Map(),
    seen: new Map(),
    met: 0,
    longest: { order: [], state: starts[0]! }
  }
  starts.some((state) => searchFrom(search, 0, { order: [], state }, specification.key(state)))
  const { linearizations, longest, met } = search
  const expected = new Map<number, Output>()
  for (const [at, { input }] of history.entries()) {
    if (!longest.order.includes(at)) expected.set(at, specification.next(longest.state, input).output)
  }
  return { linearizations: [...linearizations.values()], longest: { ...longest, expected }, met }
}
