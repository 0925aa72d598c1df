/**
 * Search: every state that a subject can reach, breadth first, so that the first case found is a shortest one. States are
 * packed into words and kept in one growing table; nothing else is remembered of them but where they came from.
 */
import type { Layout } from "./Layout.ts"

/** What is searched: plain states, and the actions that lead from one to the next. */
export interface Subject<S, A, E> {
  readonly init: ReadonlyArray<S>
  readonly actions: (state: S) => ReadonlyArray<A>
  /** The actions that may do from a state what some action does from its normal form. */
  readonly likeNormal: (state: S, normal: S) => ReadonlyArray<A>
  readonly next: (state: S, action: A) => { readonly state: S; readonly events: ReadonlyArray<E> }
  /** An action that is taken at once where it is possible: the states in between are passed, not visited. */
  readonly urgent: (state: S) => A | undefined
  /** The state that stands for all that no property tells apart from it. */
  readonly normal: (state: S) => S
  readonly layout: Layout<S>
}

/** What is looked for among the events of every transition. */
export interface Property<S, E> {
  readonly name: string
  /** `always`: no case may be broken. `sometimes`: there should be a case; a search does not wait for it. */
  readonly kind: "always" | "sometimes"
  readonly on: (event: E) => boolean
  /** Whether an event is a case of the property, and if so whether it is as it should be. */
  readonly judge: (before: S, event: E, after: S) => "elsewhere" | "kept" | "broken"
}

/** A run of the subject: one of its first states, and the actions taken from there. */
export interface Run<S, A> {
  readonly first: S
  readonly actions: ReadonlyArray<A>
}

/** What a search found out about one property. */
export interface Finding<S, A> {
  readonly name: string
  /** How many transitions were cases of it; where it is broken, up to that case. */
  readonly situations: number
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
  /** Whether every reachable state was visited, or every `always` was found broken before. */
  readonly ended: "exhausted" | "all-broken" | "budget"
  readonly findings: ReadonlyArray<Finding<S, A>>
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

const firstCapacity = 1 << 16

/** A set of packed states, numbered in the order in which they were added. */
interface Table<S> {
  readonly size: () => number
  /** Adds a state, unless it is there already: then undefined. */
  readonly add: (state: S) => number | undefined
  readonly get: (index: number) => S
  readonly has: (index: number, state: S) => boolean
}

const makeTable = <S>({ decode, encode, words }: Layout<S>): Table<S> => {
  let capacity = firstCapacity
  let keys = new Uint32Array(capacity * words)
  let slots = new Int32Array(capacity * 2)
  let size = 0

  const hashAt = (index: number): number => {
    let hash = 0x9e3779b9
    for (let o = index * words, end = o + words; o < end; o++) {
      hash = Math.imul(hash ^ keys[o]!, 0x85ebca6b)
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
      hash ^= hash >>> 16
    }
    return hash
  }

  const same = (a: number, b: number): boolean => {
    for (let i = a * words, j = b * words, end = i + words; i < end; i++, j++) if (keys[i] !== keys[j]) return false
    return true
  }

  const grow = (): void => {
    capacity *= 2
    const more = new Uint32Array(capacity * words)
    more.set(keys)
    keys = more
    slots = new Int32Array(capacity * 2)
    const mask = slots.length - 1
    for (let index = 0; index < size; index++) {
      let slot = hashAt(index) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = index + 1
    }
  }

  return {
    size: () => size,
    add: (state) => {
      if (size === capacity) grow()
      encode(state, keys, size * words)
      const mask = slots.length - 1
      for (let slot = hashAt(size) & mask; ; slot = (slot + 1) & mask) {
        const found = slots[slot]!
        if (found === 0) {
          slots[slot] = size + 1
          return size++
        }
        if (same(found - 1, size)) return undefined
      }
    },
    get: (index) => decode(keys, index * words),
    has: (index, state) => {
      if (size === capacity) grow()
      encode(state, keys, size * words)
      return same(index, size)
    }
  }
}

/** A growing list of small whole numbers. */
const makeList = () => {
  let items = new Int32Array(firstCapacity)
  let size = 0
  return {
    push: (item: number): void => {
      if (size === items.length) {
        const more = new Int32Array(size * 2)
        more.set(items)
        items = more
      }
      items[size++] = item
    },
    get: (index: number): number => items[index]!
  }
}

interface Tally {
  situations: number
  /** The state that the first case started from, or -1. */
  kept: number
  broken: number
}

/** Visits every state that the subject can reach. */
export const search = <S, A, E>(
  subject: Subject<S, A, E>,
  properties: ReadonlyArray<Property<S, E>>,
  budget: Budget
): Outcome<S, A> => {
  const { actions, next, normal, urgent } = subject
  const table = makeTable(subject.layout)
  const parents = makeList()
  const tallies: ReadonlyArray<Tally> = properties.map(() => ({ situations: 0, kept: -1, broken: -1 }))
  let unbroken = properties.filter(({ kind }) => kind === "always").length
  const stoppable = unbroken > 0
  let transitions = 0

  const watch = (from: number, before: S, events: ReadonlyArray<E>, after: S): void => {
    for (const event of events) {
      for (let p = 0; p < properties.length; p++) {
        const property = properties[p]!
        const tally = tallies[p]!
        if (tally.broken >= 0 || !property.on(event)) continue
        const judgement = property.judge(before, event, after)
        if (judgement === "elsewhere") continue
        tally.situations++
        if (tally.kept < 0) tally.kept = from
        if (judgement === "broken") {
          tally.broken = from
          if (property.kind === "always") unbroken--
        }
      }
    }
  }

  for (const state of subject.init) if (table.add(normal(state)) !== undefined) parents.push(-1)
  let visited = 0
  let depth = 0
  let level = table.size()
  let ended: Outcome<S, A>["ended"] = "exhausted"
  while (visited < table.size()) {
    if (stoppable && unbroken === 0) {
      ended = "all-broken"
      break
    }
    if (visited === level) {
      depth++
      level = table.size()
    }
    // The first states are visited however little time there is: what is near is found.
    const isStopped = visited > 0 && (visited & 4095) === 0 && !budget.report(table.size(), transitions)
    if (isStopped || table.size() > budget.states) {
      ended = "budget"
      break
    }
    const state = table.get(visited)
    for (const action of actions(state)) {
      let before = state
      let step = next(before, action)
      transitions++
      watch(visited, before, step.events, step.state)
      for (let forced = urgent(step.state); forced !== undefined; forced = urgent(step.state)) {
        before = step.state
        step = next(before, forced)
        transitions++
        watch(visited, before, step.events, step.state)
      }
      if (step.state !== state && table.add(normal(step.state)) !== undefined) parents.push(visited)
    }
    visited++
  }

  const findings = properties.map((property, p): Finding<S, A> => {
    const { broken, kept, situations } = tallies[p]!
    return {
      name: property.name,
      situations,
      counterexample: broken < 0 ? undefined : retrace(subject, table, parents.get, broken, property, "broken"),
      witness: kept < 0 ? undefined : retrace(subject, table, parents.get, kept, property, "kept")
    }
  })
  return { states: table.size(), transitions, depth, ended, findings }
}

/**
 * A run that ends in a case of a property, from one of the subject's own first states. The way there is
 * known by the normal forms it passes; each is reached again from the state that the run is really in.
 */
const retrace = <S, A, E>(
  subject: Subject<S, A, E>,
  table: Table<S>,
  parentOf: (index: number) => number,
  last: number,
  property: Property<S, E>,
  wanted: "kept" | "broken"
): Run<S, A> => {
  const { next, normal, urgent } = subject
  const way = [last]
  for (let parent = parentOf(last); parent >= 0; parent = parentOf(parent)) way.unshift(parent)

  const run: Array<A> = []
  const first = subject.init.find((state) => table.has(way[0]!, normal(state)))
  if (first === undefined) throw new Inconsistent("a way starts in no first state")

  let state: S = first

  /** Takes an action and whatever must follow it at once. */
  const take = (from: S, action: A): { readonly state: S; readonly taken: ReadonlyArray<A>; readonly met: number } => {
    const taken = [action]
    let met = -1
    let before = from
    let step = next(before, action)
    const look = (): void => {
      const found = step.events.some((event) => {
        if (!property.on(event)) return false
        const judgement = property.judge(before, event, step.state)
        return judgement === wanted || (wanted === "kept" && judgement === "broken")
      })
      if (found && met < 0) met = taken.length
    }
    look()
    for (let forced = urgent(step.state); forced !== undefined; forced = urgent(step.state)) {
      before = step.state
      step = next(before, forced)
      taken.push(forced)
      look()
    }
    return { state: step.state, taken, met }
  }

  for (let i = 1; i < way.length; i++) {
    const from: S = state
    const found = subject
      .likeNormal(from, table.get(way[i - 1]!))
      .map((action) => take(from, action))
      .find((reached) => table.has(way[i]!, normal(reached.state)))
    if (found === undefined) throw new Inconsistent("a way is lost between two states")
    run.push(...found.taken)
    state = found.state
  }
  for (const action of subject.likeNormal(state, table.get(last))) {
    const { met, taken } = take(state, action)
    if (met >= 0) return { first, actions: [...run, ...taken.slice(0, met)] }
  }
  throw new Inconsistent("a way ends without its case")
}
