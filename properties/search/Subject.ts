/** Subject: what is searched, and what is looked for in it. */
import type { Layout } from "./Layout.ts"

/**
 * What is searched: plain states, and the actions that lead from one to the next. Four members are enough. The others
 * make a search smaller, and each has a default that changes nothing.
 */
export interface Subject<S, A, E> {
  /** The states in which a run may start. */
  readonly init: ReadonlyArray<S>
  /** The enabled actions of a state: all that can happen next. */
  readonly actions: (state: S) => ReadonlyArray<A>
  /** What an action comes to: the next state, and the events that properties judge. The same state: nothing happened. */
  readonly next: (state: S, action: A) => { readonly state: S; readonly events: ReadonlyArray<E> }
  /** How a state is packed. What it packs into the same words is one state. */
  readonly layout: Layout<S>
  /**
   * The state that stands for all that no property tells apart from it. The layout may join states further. By default
   * the state itself.
   */
  readonly normal?: (state: S) => S
  /** An action that is taken at once where it is possible: the states in between are passed, not visited. By default none. */
  readonly urgent?: (state: S) => A | undefined
  /** The actions that may do from a state what some action does from its normal form. By default its enabled actions. */
  readonly likeNormal?: (state: S, normal: S) => ReadonlyArray<A>
  /** Of what kind an event is: a property that names its kinds is not asked about any other. By default all are of one. */
  readonly kindOf?: (event: E) => string
}

/** A subject of which every member is given. */
export type Refined<S, A, E> = Required<Subject<S, A, E>>

/** A subject with the defaults in place of the members that it leaves out. */
export const refined = <S, A, E>({
  actions,
  init,
  kindOf = () => "event",
  layout,
  likeNormal = actions,
  next,
  normal = (state) => state,
  urgent = () => undefined
}: Subject<S, A, E>): Refined<S, A, E> => ({
  init,
  actions,
  next,
  layout,
  normal,
  urgent,
  likeNormal,
  kindOf
})

/** What is looked for. */
export type Property<S, A, E> = OfEvents<S, E> | LeadsTo<S, A>

/** A property of the events of every transition. */
export interface OfEvents<S, E> {
  readonly name: string
  /** `always`: no case may be broken. `sometimes`: there should be a case; a search does not wait for it. */
  readonly kind: "always" | "sometimes"
  /** Which events it is about. */
  readonly on: (event: E) => boolean
  /** Where it is about all events of some kinds and about no others: these kinds, so that `on` need not be asked. */
  readonly kinds?: ReadonlyArray<string>
  /** Whether an event is a case of the property, and if so whether it is as it should be. */
  readonly judge: (before: S, event: E, after: S) => "elsewhere" | "kept" | "broken"
}

/** A property of what comes of states: from one in which something is pending every way ends that, once faults are over. */
export interface LeadsTo<S, A> {
  readonly name: string
  readonly kind: "leads-to"
  readonly isPending: (state: S) => boolean
  /** What happens from then on: one of the actions that must happen, as long as there are any; or one that may. */
  readonly ways: (state: S) => { readonly must: ReadonlyArray<A>; readonly may: ReadonlyArray<A> }
}

/** How far a search may go. */
export interface Budget {
  /**
   * At the end of the round in which it has more distinct states than these it stops. Memory is reserved for so many and
   * for those of one round more, and used only as they are found.
   */
  readonly states: number
  /** Is called now and then with the states and transitions so far, and stops the search by answering false. */
  readonly report: (states: number, transitions: number) => boolean
}
