/** Outcome: what a search found. */

/** A run of the subject: one of its first states, and the actions taken from there. */
export interface Run<S, A> {
  readonly first: S
  readonly actions: ReadonlyArray<A>
  /** For a way that does not end what is pending: the number of actions after which the rest repeats without end. */
  readonly loop: number | undefined
}

/** What a search found out about one property. */
export interface Finding<S, A> {
  readonly name: string
  /** How many transitions were cases of it, on every level up to the first broken one; of a leads-to, how many states. */
  readonly situations: number
  /** How many states they lie in. */
  readonly places: number
  /** A shortest run to the first case that is not as it should be. */
  readonly counterexample: Run<S, A> | undefined
  /** A shortest run to the first case that is as it should be. */
  readonly witness: Run<S, A> | undefined
}

/** States as they are packed: words in a row, and where in it each state stands, by its number. */
export interface Packed {
  /** How many words a state has. */
  readonly words: number
  /** The words of all: those of the state with a number `n` begin at `n` times so many. */
  readonly keys: Uint32Array
  /** The numbers of the states that were found. */
  readonly numbers: Uint32Array
}

/** What a search came to. */
export interface Outcome<S, A> {
  /** Distinct states, each standing for its class. */
  readonly states: number
  /** Actions taken from them, those included that lead nowhere new. */
  readonly transitions: number
  /** The number of actions to the furthest state, those in between not counted. */
  readonly depth: number
  /** Why it is over: every reachable state was visited; every property was found broken before; or the budget was spent. */
  readonly ended: "exhausted" | "all-broken" | "budget"
  readonly findings: ReadonlyArray<Finding<S, A>>
  /** What the states took of memory, in bytes. */
  readonly bytes: number
  /** The number of the found state that stands for a state; undefined where none does. Of use until the memory is. */
  readonly find: (state: S) => number | undefined
  /** The state with a number, which stands for its class. Of use as long. */
  readonly get: (id: number) => S
  /** The states that were found, as they are packed. Of use as long. */
  readonly packed: () => Packed
}
