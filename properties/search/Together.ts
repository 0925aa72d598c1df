/**
 * Together: a search as one of its threads makes it. Each visits states of the present level and writes what it finds
 * into the store that all share; between rounds they wait for each other, and one plans the next.
 */
import * as Control from "./Control.ts"
import * as LeadsTo from "./LeadsTo.ts"
import * as Level from "./Level.ts"
import type { Finding, Outcome } from "./Outcome.ts"
import * as Rounds from "./Rounds.ts"
import * as Runs from "./Runs.ts"
import * as Store from "./Store.ts"
import { type Budget, type Property, type Refined, refined, type Subject } from "./Subject.ts"
import * as Tallies from "./Tallies.ts"

/** What the threads of a search share. */
export interface Shared {
  readonly memory: Store.Memory
  readonly control: SharedArrayBuffer
  readonly tallies: Tallies.TallyMemory
}

/** What a search is reserved for. */
export interface Reserved {
  readonly threads: number
  /** The words of a packed state, at most. */
  readonly words: number
  /** The states of its budget. */
  readonly states: number
}

/** Reserves the memory of searches, each of which may use it after the other. */
export const reserve = ({ states, threads, words }: Reserved): Store.Memory =>
  Store.reserve(threads, words, states + Rounds.beyondBudget)

/** Reserves what the threads of one search share; memory that was used before is used again, where it is large enough. */
export const share = (
  reserved: Reserved & { readonly properties: number },
  before?: Store.Memory | undefined
): Shared => {
  const { properties, states, threads, words } = reserved
  const isLarge =
    before !== undefined &&
    before.threads === threads &&
    before.part >= states + Rounds.beyondBudget &&
    before.words >= words
  return {
    memory: isLarge ? Store.cleared(before, words) : reserve(reserved),
    control: Control.reserve(threads),
    tallies: Tallies.reserve(threads, properties)
  }
}

/** What one thread of a search is given. */
export interface Part<S, A, E> {
  readonly subject: Subject<S, A, E>
  readonly properties: ReadonlyArray<Property<S, A, E>>
  readonly budget: Budget
  readonly shared: Shared
  /** Its number, from 0. */
  readonly thread: number
}

/** A thread at work. */
interface Thread<S, A, E> extends Rounds.Planned<S, E> {
  readonly number: number
  readonly subject: Refined<S, A, E>
  readonly properties: ReadonlyArray<Property<S, A, E>>
  /** How many states may be in its part at the end of the round. */
  limit: number
}

const open = <S, A, E>({ budget, properties, shared, subject, thread }: Part<S, A, E>): Thread<S, A, E> => {
  const { threads } = shared.memory
  const whole = refined(subject)
  return {
    number: thread,
    subject: whole,
    properties,
    budget,
    control: new Int32Array(shared.control),
    store: Store.open(shared.memory, subject.layout, thread),
    tallies: Tallies.open(shared.tallies, properties, { kindOf: whole.kindOf, thread, threads }),
    limit: 0
  }
}

/** Finds the first states, and makes them the level that is visited first. */
const begin = <S, A, E>({ control, store, subject: { init, normal } }: Thread<S, A, E>): void => {
  const spare = Store.spareOf(store, store.thread)
  if (init.length > spare) throw new Rounds.TooWide("first states", init.length, spare, 0)
  Store.makeRoom(store, init.length)
  for (const state of init) Store.add(store, normal(state), -1)
  Store.endLevel(store)
  control[Control.wordOf(store.thread, Control.Word.levelEnd)] = Store.sizeOf(store, store.thread)
}

// ---------------------------------------------------------------------------------------------------------------------
// Visits
// ---------------------------------------------------------------------------------------------------------------------

/** Takes every action of a state; where there is no room for what may follow, none of them, and answers how many. */
const visit = <S, A, E>(thread: Thread<S, A, E>, id: number): number => {
  const { store } = thread
  const { actions, next, normal, urgent } = thread.subject
  const state = Store.get(store, id)
  const possible = actions(state)
  if (possible.length > thread.limit - Store.sizeOf(store, store.thread)) return possible.length
  let transitions = 0
  for (let a = 0; a < possible.length; a++) {
    let before = state
    let step = next(before, possible[a]!)
    transitions++
    if (step.events.length > 0) Tallies.watch(thread, id, before, step)
    for (let forced = urgent(step.state); forced !== undefined; forced = urgent(step.state)) {
      before = step.state
      step = next(before, forced)
      transitions++
      if (step.events.length > 0) Tallies.watch(thread, id, before, step)
    }
    if (step.state !== state) Store.add(store, normal(step.state), id)
  }
  Tallies.addTransitions(thread.tallies, transitions)
  return 0
}

/** Visits the states at some places of the level; answers whether there was room for all, and else leaves the others. */
const visitPlaces = <S, A, E>(thread: Thread<S, A, E>, from: number, to: number): boolean => {
  const { control, number, store } = thread
  for (let place = from; place < to; place++) {
    const needed = visit(thread, Level.idAt(control, store, place))
    if (needed === 0) continue
    control[Control.wordOf(number, Control.Word.leftFrom)] = place
    control[Control.wordOf(number, Control.Word.leftTo)] = to
    control[Control.wordOf(number, Control.Word.needed)] = needed
    return false
  }
  return true
}

/** Visits what this thread has left, and then of the round what nobody else does, as long as there is room. */
const visitRound = <S, A, E>(thread: Thread<S, A, E>): void => {
  const { control, number, store } = thread
  thread.limit = Store.sizeOf(store, number) + Math.min(control[Control.quota]!, Store.spareOf(store, number))
  const leftFrom = control[Control.wordOf(number, Control.Word.leftFrom)]!
  const leftTo = control[Control.wordOf(number, Control.Word.leftTo)]!
  control[Control.wordOf(number, Control.Word.leftFrom)] = 0
  control[Control.wordOf(number, Control.Word.leftTo)] = 0
  control[Control.wordOf(number, Control.Word.needed)] = 0
  if (!visitPlaces(thread, leftFrom, leftTo)) return
  const { chunk } = Rounds
  const end = control[Control.roundEnd]!
  const take = (): number => Atomics.add(control, Control.cursor, chunk)
  for (let from = take(); from < end; from = take()) {
    if (!visitPlaces(thread, from, Math.min(from + chunk, end))) return
  }
}

/** How many states are found whatever the budget of time. */
const near = 4096

/** Whether the budget is used up. What is near is visited however little time there is. */
const isOver = <S, A, E>({ budget, store, tallies }: Thread<S, A, E>): boolean => {
  const states = Store.size(store)
  return states > budget.states || (!budget.report(states, Tallies.transitions(tallies)) && states > near)
}

// ---------------------------------------------------------------------------------------------------------------------
// The search
// ---------------------------------------------------------------------------------------------------------------------

const findingOf = <S, A, E>(thread: Thread<S, A, E>, number: number, isComplete: boolean): Finding<S, A> => {
  const { store, tallies } = thread
  const property = thread.properties[number]!
  if (property.kind === "leads-to") return LeadsTo.finding(thread, property, isComplete)
  const broken = Tallies.firstOf(tallies, store, number, "broken")
  const kept = Tallies.firstOf(tallies, store, number, "kept")
  return {
    name: property.name,
    situations: Tallies.situations(tallies, number),
    places: Tallies.places(tallies, number),
    counterexample: broken === Tallies.none ? undefined : Runs.runToCase(thread, broken, property, "broken"),
    witness: kept === Tallies.none ? undefined : Runs.runToCase(thread, kept, property, "kept")
  }
}

const endings: Readonly<Record<number, Outcome<unknown, unknown>["ended"]>> = {
  [Control.Order.Exhausted]: "exhausted",
  [Control.Order.AllBroken]: "all-broken",
  [Control.Order.Spent]: "budget"
}

const outcomeOf = <S, A, E>(thread: Thread<S, A, E>): Outcome<S, A> => {
  const { control, properties, store, subject, tallies } = thread
  const ended = endings[control[Control.order]!]!
  return {
    states: Store.size(store),
    transitions: Tallies.transitions(tallies),
    depth: control[Control.depth]!,
    ended,
    findings: properties.map((_, number) => findingOf(thread, number, ended === "exhausted")),
    bytes: Store.bytes(store),
    find: (state) => Store.find(store, subject.normal(state)),
    get: (id) => Store.get(store, id),
    packed: () => ({ words: store.words, keys: store.keys, numbers: Store.numbers(store) })
  }
}

/**
 * Visits every state that the subject can reach, as one of several threads; the thread with number 0 answers with what was
 * found, when all are through. Throws {@link Rounds.TooWide} in that thread where the memory does not do, and
 * {@link Runs.Inconsistent} where the subject breaks a promise. What the subject throws, the thread throws. Whatever one
 * thread throws before the search is over, the others may wait for it then, and are to be ended.
 */
export const searchTogether = <S, A, E>(part: Part<S, A, E>): Outcome<S, A> | undefined => {
  const thread = open(part)
  const { control, number, store } = thread
  const meet = (): void => Control.meet(control, store.threads, () => Rounds.plan(thread))
  if (number === 0) begin(thread)
  // A round in which nothing is to be done, so that all begin at once.
  for (meet(); ; meet()) {
    const order = control[Control.order]
    if (order === Control.Order.Visit) {
      visitRound(thread)
      if (number === 0 && isOver(thread)) Atomics.store(control, Control.stop, 1)
    } else if (order === Control.Order.Clear) Store.clearShare(store)
    else if (order === Control.Order.Fill) Store.fillShare(store)
    else break
  }
  if (number !== 0) return undefined
  Rounds.refuseTooWide(control, store)
  return outcomeOf(thread)
}
