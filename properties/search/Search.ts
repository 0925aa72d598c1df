/**
 * Search: every state that a subject can reach, breadth first, so that the first case found is a shortest one. Several
 * threads can search together: what they find does not depend on how many there are.
 */
import type { Layout } from "./Layout.ts"
import * as Store from "./Store.ts"

/** What is searched: plain states, and the actions that lead from one to the next. */
export interface Subject<S, A, E> {
  readonly init: ReadonlyArray<S>
  readonly actions: (state: S) => ReadonlyArray<A>
  /** The actions that may do from a state what some action does from its normal form. */
  readonly likeNormal: (state: S, normal: S) => ReadonlyArray<A>
  readonly next: (state: S, action: A) => { readonly state: S; readonly events: ReadonlyArray<E> }
  /** An action that is taken at once where it is possible: the states in between are passed, not visited. */
  readonly urgent: (state: S) => A | undefined
  /** The state that stands for all that no property tells apart from it. The layout may join states further. */
  readonly normal: (state: S) => S
  readonly layout: Layout<S>
}

/** What is looked for. */
export type Property<S, A, E> = OfEvents<S, E> | LeadsTo<S, A>

/** A property of the events of every transition. */
export interface OfEvents<S, E> {
  readonly name: string
  /** `always`: no case may be broken. `sometimes`: there should be a case; a search does not wait for it. */
  readonly kind: "always" | "sometimes"
  readonly on: (event: E) => boolean
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
  /** A shortest run to the first case at all. */
  readonly witness: Run<S, A> | undefined
}

export interface Outcome<S, A> {
  /** Distinct states, each standing for its class. */
  readonly states: number
  /** Actions taken from them, those included that lead nowhere new. */
  readonly transitions: number
  /** The number of actions to the furthest state, those in between not counted. */
  readonly depth: number
  /** Whether every reachable state was visited, or every property was found broken before. */
  readonly ended: "exhausted" | "all-broken" | "budget"
  readonly findings: ReadonlyArray<Finding<S, A>>
  /** What the states took of memory, in bytes. */
  readonly bytes: number
  /** The number of the found state that stands for a state; undefined where none does. Of use until the memory is. */
  readonly find: (state: S) => number | undefined
}

/** How far a search may go. `report` is called now and then, and stops the search by answering false. */
export interface Budget {
  readonly states: number
  readonly report: (states: number, transitions: number) => boolean
}

/** A search fails where its subject breaks a promise; a caller cannot mend that. */
class Inconsistent extends Error {
  override readonly name = "Inconsistent"
}

// ---------------------------------------------------------------------------------------------------------------------
// Threads
// ---------------------------------------------------------------------------------------------------------------------

/** What the threads of a search share. */
export interface Shared {
  readonly memory: Store.Memory
  readonly control: SharedArrayBuffer
  readonly tallies: SharedArrayBuffer
  /** For each thread the transitions, and for each property the cases of it and the states that they lie in. */
  readonly counts: SharedArrayBuffer
}

// The words of the control.
const arrived = 0
const generation = 1
const cursor = 2
const roundEnd = 3
const order = 4
const depthOf = 5
const levelFirst = 6

/** The word of the control that says that the search is to stop. */
const stopWord = (threads: number): number => levelFirst + 2 * threads

/** What a round is about: states to visit, or the table to be made larger in two steps, or nothing more. */
const Visit = 0
const Clear = 1
const Fill = 2
const Exhausted = 3
const AllBroken = 4
const Spent = 5

/** The words of the tally of one property in one thread. */
const tallyWords = 3
const keptAt = 0
const brokenAt = 1
const isBroken = 2
const none = -1

/** Reserves what a search by some threads shares; memory that was used before is used again. */
export const share = (
  threads: number,
  words: number,
  properties: number,
  statesAtMost: number,
  before?: Store.Memory
): Shared => {
  // One round may find more than the budget has left.
  const part = statesAtMost + mostInRound
  const isLarge = before !== undefined && before.threads === threads && before.part >= part && before.words >= words
  const tallies = new SharedArrayBuffer(Math.max(1, threads * properties * tallyWords) * 4)
  const numbers = new Int32Array(tallies)
  for (let at = 0; at < numbers.length; at++) numbers[at] = at % tallyWords === isBroken ? 0 : none
  return {
    memory: isLarge ? Store.cleared(before, words) : Store.reserve(threads, words, part),
    control: new SharedArrayBuffer((stopWord(threads) + 1) * 4),
    tallies,
    counts: new SharedArrayBuffer((1 + 2 * properties) * threads * 8)
  }
}

/** How many states are visited in a round, at most, and how many of them a thread takes at once. */
const largestRound = 16_384
const chunk = 128
/** How many states follow one, at most, and so how many a round may find. */
const following = 64
export const mostInRound = largestRound * following
/** How many states are found whatever the budget of time. */
const near = 4096

/**
 * Visits every state that the subject can reach, as one of several threads; the thread with number 0 answers with what was
 * found, when all are through.
 */
export const searchTogether = <S, A, E>(
  subject: Subject<S, A, E>,
  properties: ReadonlyArray<Property<S, A, E>>,
  budget: Budget,
  shared: Shared,
  thread: number
): Outcome<S, A> | undefined => {
  const { threads } = shared.memory
  const store = Store.open(shared.memory, subject.layout, thread)
  const control = new Int32Array(shared.control)
  const tallies = new Int32Array(shared.tallies)
  const counts = new Float64Array(shared.counts)
  const { actions, next, normal, urgent } = subject
  const count = properties.length
  const tallyAt = (of: number, property: number): number => (of * count + property) * tallyWords
  const countAt = (of: number, property: number): number => of * (1 + 2 * count) + 1 + 2 * property

  const onEvents = properties.flatMap((property, number) =>
    property.kind === "leads-to"
      ? []
      : [{ ...property, number, tally: tallyAt(thread, number), count: countAt(thread, number), last: none }]
  )
  const transitionsAt = thread * (1 + 2 * count)
  const total = (at: number): number => {
    let sum = 0
    for (let of = 0; of < threads; of++) sum += counts[of * (1 + 2 * count) + at]!
    return sum
  }

  const watch = (from: number, before: S, events: ReadonlyArray<E>, after: S): void => {
    for (let e = 0; e < events.length; e++) {
      const event = events[e]!
      for (let p = 0; p < onEvents.length; p++) {
        const property = onEvents[p]!
        const { tally } = property
        if (tallies[tally + isBroken] === 1 || !property.on(event)) continue
        const judgement = property.judge(before, event, after)
        if (judgement === "elsewhere") continue
        counts[property.count]!++
        if (property.last !== from) counts[property.count + 1]!++
        property.last = from
        const at = tally + (judgement === "broken" ? brokenAt : keptAt)
        const known = tallies[at]!
        // Of all cases on a level the one from the state whose words come first is shown.
        if (known === none || (isOnLevel(known) && store.isBefore(from, known))) tallies[at] = from
      }
    }
  }

  /** Whether a state is one of the level that is being visited. */
  const isOnLevel = (id: number): boolean => {
    const of = Math.floor(id / shared.memory.part)
    return id - store.firstOf(of) >= control[levelFirst + of]!
  }

  const visit = (id: number): void => {
    const state = store.get(id)
    const possible = actions(state)
    let transitions = 0
    for (let a = 0; a < possible.length; a++) {
      let before = state
      let step = next(before, possible[a]!)
      transitions++
      if (step.events.length > 0) watch(id, before, step.events, step.state)
      for (let forced = urgent(step.state); forced !== undefined; forced = urgent(step.state)) {
        before = step.state
        step = next(before, forced)
        transitions++
        if (step.events.length > 0) watch(id, before, step.events, step.state)
      }
      if (step.state !== state) store.add(normal(step.state), id)
    }
    counts[transitionsAt]! += transitions
  }

  /** The number of the state that stands at a place among those of the level, thread by thread. */
  const idAt = (place: number): number => {
    let left = place
    for (let of = 0; ; of++) {
      const size = control[levelFirst + threads + of]! - control[levelFirst + of]!
      if (left < size) return store.firstOf(of) + control[levelFirst + of]! + left
      left -= size
    }
  }

  const levelSize = (): number => {
    let sum = 0
    for (let of = 0; of < threads; of++) sum += control[levelFirst + threads + of]! - control[levelFirst + of]!
    return sum
  }

  /** Marks what was broken on a level, so that nobody judges it any more; answers whether everything is broken. */
  const endLevel = (): boolean => {
    let sound = 0
    for (let property = 0; property < count; property++) {
      const { kind } = properties[property]!
      if (kind === "sometimes") continue
      let broken = false
      for (let of = 0; of < threads; of++) if (tallies[tallyAt(of, property) + brokenAt] !== none) broken = true
      if (!broken) sound++
      else for (let of = 0; of < threads; of++) tallies[tallyAt(of, property) + isBroken] = 1
    }
    return sound === 0 && properties.some(({ kind }) => kind !== "sometimes")
  }

  /** Decides what the next round is about; done by the thread that comes last, while the others wait. */
  const plan = (): void => {
    const done = control[roundEnd]!
    switch (control[order]) {
      case Clear:
        control[order] = Fill
        return
      case Fill:
        break
      default:
        if (done === levelSize()) {
          const allBroken = endLevel()
          store.endLevel()
          for (let of = 0; of < threads; of++) {
            control[levelFirst + of] = control[levelFirst + threads + of]!
            control[levelFirst + threads + of] = store.sizeOf(of)
          }
          control[cursor] = 0
          control[roundEnd] = 0
          if (allBroken) {
            control[order] = AllBroken
            return
          }
          if (levelSize() === 0) {
            control[order] = Exhausted
            return
          }
          control[depthOf]!++
        }
    }
    if (isStopped) {
      control[order] = Spent
      return
    }
    const room = Math.floor(store.room() / following)
    if (room < chunk * threads) {
      // The room behind the present slots is cleared as well, and then they are twice as many.
      store.enlarge()
      control[order] = Clear
      return
    }
    control[order] = Visit
    control[cursor] = control[roundEnd]!
    control[roundEnd] = Math.min(levelSize(), control[roundEnd]! + Math.min(room, largestRound))
  }

  // Only the thread that reports knows whether to stop; it is the one that plans when it comes last, and else tells.
  let isStopped = false
  const meet = (last: () => void): void => {
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

  if (thread === 0) {
    for (const state of subject.init) store.add(normal(state), -1)
    store.endLevel()
    control[levelFirst + threads] = store.sizeOf(0)
  }
  /** Whether the budget is used up. What is near is visited however little time there is. */
  const isOver = (): boolean => {
    const states = store.size()
    return states > budget.states || (!budget.report(states, total(0)) && states > near)
  }

  // A round in which nothing is to be done, so that all begin at once.
  meet(plan)
  for (;;) {
    const now = control[order]!
    if (now === Visit) {
      const end = control[roundEnd]!
      for (let from = Atomics.add(control, cursor, chunk); from < end; from = Atomics.add(control, cursor, chunk)) {
        for (let place = from, to = Math.min(from + chunk, end); place < to; place++) visit(idAt(place))
      }
    } else if (now === Clear) store.clearShare()
    else if (now === Fill) store.fillShare()
    else break
    if (thread === 0 && now === Visit && isOver()) Atomics.store(control, stopWord(threads), 1)
    meet(() => {
      isStopped = Atomics.load(control, stopWord(threads)) === 1
      plan()
    })
  }
  if (thread !== 0) return undefined
  const ended = ({ [Exhausted]: "exhausted", [AllBroken]: "all-broken", [Spent]: "budget" } as const)[
    control[order] as 3 | 4 | 5
  ]
  const findings = properties.map((property, number): Finding<S, A> => {
    if (property.kind === "leads-to") return leadsTo(subject, store, property, ended === "exhausted")
    const first = (at: number): number => {
      let best = none
      for (let of = 0; of < threads; of++) {
        const id = tallies[tallyAt(of, number) + at]!
        if (id === none) continue
        if (
          best === none ||
          depthAt(store, id) < depthAt(store, best) ||
          (depthAt(store, id) === depthAt(store, best) && store.isBefore(id, best))
        )
          best = id
      }
      return best
    }
    const [broken, kept] = [first(brokenAt), first(keptAt)]
    return {
      name: property.name,
      situations: total(1 + 2 * number),
      places: total(2 + 2 * number),
      counterexample: broken === none ? undefined : retrace(subject, store, broken, property, "broken"),
      witness: kept === none ? undefined : retrace(subject, store, kept, property, "kept")
    }
  })
  return {
    states: store.size(),
    transitions: total(0),
    depth: control[depthOf]!,
    ended,
    findings,
    bytes: store.bytes(),
    find: (state) => store.find(normal(state))
  }
}

/** Visits every state that the subject can reach, on one thread. */
export const search = <S, A, E>(
  subject: Subject<S, A, E>,
  properties: ReadonlyArray<Property<S, A, E>>,
  budget: Budget,
  before?: Store.Memory
): Outcome<S, A> =>
  searchTogether(
    subject,
    properties,
    budget,
    share(1, subject.layout.words, properties.length, budget.states, before),
    0
  )!

// ---------------------------------------------------------------------------------------------------------------------
// Runs
// ---------------------------------------------------------------------------------------------------------------------

/** How many actions lead to a state by a shortest way. */
const depthAt = <S>(store: Store.Store<S>, id: number): number => {
  let depth = 0
  for (let parent = store.parentOf(id); parent >= 0; parent = store.parentOf(parent)) depth++
  return depth
}

/** An action with what must follow it at once, and the state that they lead to. */
interface Move<S, A> {
  readonly state: S
  readonly taken: ReadonlyArray<A>
}

/** Takes an action and what must follow it at once; `look` sees every step. */
const take = <S, A, E>(
  { next, urgent }: Subject<S, A, E>,
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

/** A run of the subject to a state that was found: what it really does, from one of the subject's own first states. */
const runTo = <S, A, E>(subject: Subject<S, A, E>, store: Store.Store<S>, last: number) => {
  const way = [last]
  for (let parent = store.parentOf(last); parent >= 0; parent = store.parentOf(parent)) way.unshift(parent)
  const first = subject.init.find((state) => store.is(way[0]!, subject.normal(state)))
  if (first === undefined) throw new Inconsistent("a way starts in no first state")
  const actions: Array<A> = []
  let state: S = first
  for (let i = 1; i < way.length; i++) {
    const from: S = state
    const found = subject
      .likeNormal(from, store.get(way[i - 1]!))
      .map((action) => take(subject, from, action))
      .find((reached) => store.is(way[i]!, subject.normal(reached.state)))
    if (found === undefined) throw new Inconsistent("a way is lost between two states")
    actions.push(...found.taken)
    state = found.state
  }
  return { first, actions, state }
}

/**
 * A run that ends in a case of a property, from one of the subject's own first states. The way there is known by the
 * normal forms that it passes; each is reached again from the state that the run is really in.
 */
const retrace = <S, A, E>(
  subject: Subject<S, A, E>,
  store: Store.Store<S>,
  last: number,
  property: OfEvents<S, E>,
  wanted: "kept" | "broken"
): Run<S, A> => {
  const { actions, first, state } = runTo(subject, store, last)
  for (const action of subject.likeNormal(state, store.get(last))) {
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

// ---------------------------------------------------------------------------------------------------------------------
// What comes of states
// ---------------------------------------------------------------------------------------------------------------------

/** What an action from a state comes to: what was pending is over, or the number of the state that it leads to. */
const after = <S, A, E>(
  subject: Subject<S, A, E>,
  store: Store.Store<S>,
  { isPending }: LeadsTo<S, A>,
  state: S,
  action: A
): "over" | number => {
  const reached = take(subject, state, action).state
  if (!isPending(reached)) return "over"
  const id = store.find(subject.normal(reached))
  if (id === undefined) throw new Inconsistent("a way leads to a state that was not found")
  return id
}

/** Whether a state is known to end what is pending, or not to; 0 while that is being found out. */
const Unknown = 0
const Open = 1
const Good = 2
const Bad = 3

/**
 * Finds a state from which some way never ends what is pending: it goes round, or stops. A state is good if something
 * must happen, and all that must or may happen ends what is pending or leads to good states.
 */
const leadsTo = <S, A, E>(
  subject: Subject<S, A, E>,
  store: Store.Store<S>,
  property: LeadsTo<S, A>,
  isComplete: boolean
): Finding<S, A> => {
  const verdicts = new Map<number, number>()
  const verdictOf = (id: number): number => verdicts.get(id) ?? Unknown
  let situations = 0
  let worst = none
  let worstDepth = 0

  const settle = (root: number): void => {
    const path: Array<{
      readonly id: number
      readonly state: S
      readonly ways: ReadonlyArray<A>
      at: number
      bad: boolean
    }> = []
    const enter = (id: number): void => {
      verdicts.set(id, Open)
      const state = store.get(id)
      const { may, must } = property.ways(state)
      path.push({ id, state, ways: [...must, ...may], at: 0, bad: must.length === 0 })
    }
    enter(root)
    while (path.length > 0) {
      const top = path.at(-1)!
      if (top.at === top.ways.length) {
        path.pop()
        verdicts.set(top.id, top.bad ? Bad : Good)
        const below = path.at(-1)
        if (below !== undefined && top.bad) below.bad = true
        continue
      }
      const to = after(subject, store, property, top.state, top.ways[top.at++]!)
      if (to === "over") continue
      const verdict = verdictOf(to)
      if (verdict === Unknown) enter(to)
      else if (verdict !== Good) top.bad = true
    }
  }

  if (isComplete) {
    for (let thread = 0; thread < store.threads; thread++) {
      const first = store.firstOf(thread)
      for (let id = first, end = first + store.sizeOf(thread); id < end; id++) {
        if (!property.isPending(store.get(id))) continue
        situations++
        if (verdictOf(id) === Unknown) settle(id)
        if (verdictOf(id) !== Bad) continue
        const depth = depthAt(store, id)
        if (worst === none || depth < worstDepth || (depth === worstDepth && store.isBefore(id, worst))) {
          worst = id
          worstDepth = depth
        }
      }
    }
  }
  return {
    name: property.name,
    situations,
    places: situations,
    counterexample: worst === none ? undefined : lasso(subject, store, property, worst, (id) => verdictOf(id) === Bad),
    witness: undefined
  }
}

/** Whether two actions are of one kind, where actions say of what kind they are. */
const isAlike = <A>(a: A, b: A): boolean =>
  a === b || (Object(a) === a && Object(b) === b && Reflect.get(Object(a), "_tag") === Reflect.get(Object(b), "_tag"))

/** A run to a state, and from there a way that repeats itself, or stops. */
const lasso = <S, A, E>(
  subject: Subject<S, A, E>,
  store: Store.Store<S>,
  property: LeadsTo<S, A>,
  start: number,
  isBad: (id: number) => boolean
): Run<S, A> => {
  const { actions: stem, first, state: reached } = runTo(subject, store, start)
  const actions = [...stem]
  const passed = new Map<number, number>()
  let state = reached
  for (let id = start; ; ) {
    const seen = passed.get(id)
    if (seen !== undefined) return { first, actions, loop: seen }
    passed.set(id, actions.length)
    const normal = store.get(id)
    const { may, must } = property.ways(normal)
    const on = [...must, ...may]
      .map((action) => ({ action, to: after(subject, store, property, normal, action) }))
      .find(({ to }) => to !== "over" && isBad(to))
    if (on === undefined) return { first, actions, loop: undefined }
    const next = on.to as number
    const here: S = state
    const moves = subject
      .likeNormal(here, normal)
      .map((action) => ({ action, move: take(subject, here, action) }))
      .filter(({ move }) => store.is(next, subject.normal(move.state)))
    // Of the actions that lead there the one that is most like what leads there from the normal form.
    const { move } = moves.find(({ action }) => isAlike(action, on.action)) ?? moves[0] ?? {}
    if (move === undefined) throw new Inconsistent("a way is lost between two states")
    actions.push(...move.taken)
    state = move.state
    id = next
  }
}
