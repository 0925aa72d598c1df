/** Tallies: the cases of the properties of events that each thread has met, and the first states in which they lie. */
import type { Control } from "./Control.ts"
import * as Level from "./Level.ts"
import * as Store from "./Store.ts"
import type { OfEvents, Property, Subject } from "./Subject.ts"

/** The words of the tally of one property in one thread. */
const tallyWords = 3
/** The state in which the first case lies that is kept, or broken; and whether it was broken on a level before: 1. */
const keptAt = 0
const brokenAt = 1
const isBroken = 2

/** Stands for the number of no state. */
export const none = -1

/** The memory of the tallies, to be handed to other threads. */
export interface TallyMemory {
  readonly firsts: SharedArrayBuffer
  /** For each thread the transitions, and for each property the cases of it and the states that they lie in. */
  readonly counts: SharedArrayBuffer
}

/** Reserves the tallies of some properties in some threads. */
export const reserve = (threads: number, properties: number): TallyMemory => {
  const firsts = new SharedArrayBuffer(Math.max(1, threads * properties * tallyWords) * 4)
  const numbers = new Int32Array(firsts)
  for (let at = 0; at < numbers.length; at++) numbers[at] = at % tallyWords === isBroken ? 0 : none
  return { firsts, counts: new SharedArrayBuffer((1 + 2 * properties) * threads * 8) }
}

/** A property of events, and where this thread keeps its tally. */
export interface Watched<S, E> {
  /** Whether it is about an event; undefined where its kinds say so. */
  readonly on: OfEvents<S, E>["on"] | undefined
  readonly kinds: OfEvents<S, E>["kinds"]
  readonly judge: OfEvents<S, E>["judge"]
  readonly tally: number
  readonly count: number
  /** The state that the last case was met in. */
  last: number
}

/** The tallies as one thread uses them. */
export interface Tallies<S, E> {
  readonly properties: ReadonlyArray<{ readonly kind: Property<S, unknown, E>["kind"] }>
  readonly threads: number
  readonly thread: number
  readonly firsts: Int32Array
  readonly counts: Float64Array
  readonly watched: ReadonlyArray<Watched<S, E>>
  readonly kindOf: NonNullable<Subject<S, unknown, E>["kindOf"]>
  /** The properties that may be about events of a kind, for every kind that was met. */
  readonly byKind: Map<string, ReadonlyArray<Watched<S, E>>>
}

const tallyAt = (properties: number, thread: number, property: number): number =>
  (thread * properties + property) * tallyWords

const countsAt = (properties: number, thread: number): number => thread * (1 + 2 * properties)

/** Opens the tallies, as one of some threads. */
export const open = <S, A, E>(
  memory: TallyMemory,
  properties: ReadonlyArray<Property<S, A, E>>,
  { kindOf, thread, threads }: Pick<Tallies<S, E>, "kindOf" | "thread" | "threads">
): Tallies<S, E> => ({
  kindOf,
  byKind: new Map(),
  properties,
  threads,
  thread,
  firsts: new Int32Array(memory.firsts),
  counts: new Float64Array(memory.counts),
  watched: properties.flatMap((property, number) =>
    property.kind === "leads-to"
      ? []
      : [
          {
            on: property.kinds === undefined ? property.on : undefined,
            kinds: property.kinds,
            judge: property.judge,
            tally: tallyAt(properties.length, thread, number),
            count: countsAt(properties.length, thread) + 1 + 2 * number,
            last: none
          }
        ]
  )
})

/** The properties that may be about events of a kind. */
const watchedBy = <S, E>({ byKind, watched }: Tallies<S, E>, kind: string): ReadonlyArray<Watched<S, E>> => {
  const known = byKind.get(kind)
  if (known !== undefined) return known
  const those = watched.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
  byKind.set(kind, those)
  return those
}

/** Where a step is seen. */
export interface Looking<S, E> {
  readonly control: Control
  readonly store: Store.Store<S>
  readonly tallies: Tallies<S, E>
}

/** Judges the events of one step, taken on the way from a state with a number. */
export const watch = <S, E>(
  { control, store, tallies }: Looking<S, E>,
  from: number,
  before: S,
  { events, state }: { readonly state: S; readonly events: ReadonlyArray<E> }
): void => {
  const { counts, firsts } = tallies
  for (let e = 0; e < events.length; e++) {
    const event = events[e]!
    const watched = watchedBy(tallies, tallies.kindOf(event))
    for (let p = 0; p < watched.length; p++) {
      const property = watched[p]!
      const { tally } = property
      if (firsts[tally + isBroken] === 1 || (property.on !== undefined && !property.on(event))) continue
      const judgement = property.judge(before, event, state)
      if (judgement === "elsewhere") continue
      counts[property.count]!++
      if (property.last !== from) counts[property.count + 1]!++
      property.last = from
      const at = tally + (judgement === "broken" ? brokenAt : keptAt)
      const known = firsts[at]!
      // Of all cases on a level the one from the state whose words come first is shown.
      if (known === none || (Level.isOn(control, store, known) && Store.isBefore(store, from, known))) firsts[at] = from
    }
  }
}

/** Counts transitions of this thread. */
export const addTransitions = <S, E>({ counts, properties, thread }: Tallies<S, E>, count: number): void => {
  counts[countsAt(properties.length, thread)]! += count
}

const total = <S, E>({ counts, properties, threads }: Tallies<S, E>, at: number): number => {
  let sum = 0
  for (let of = 0; of < threads; of++) sum += counts[countsAt(properties.length, of) + at]!
  return sum
}

/** The transitions of all threads. */
export const transitions = <S, E>(tallies: Tallies<S, E>): number => total(tallies, 0)

/** The cases of a property that all threads have met. */
export const situations = <S, E>(tallies: Tallies<S, E>, property: number): number => total(tallies, 1 + 2 * property)

/** The states that these cases lie in. */
export const places = <S, E>(tallies: Tallies<S, E>, property: number): number => total(tallies, 2 + 2 * property)

/** Marks what was broken on a level, so that nobody judges it any more; answers whether everything is broken. */
export const endLevel = <S, E>({ firsts, properties, threads }: Tallies<S, E>): boolean => {
  let sound = 0
  let bound = 0
  for (let property = 0; property < properties.length; property++) {
    if (properties[property]!.kind === "sometimes") continue
    bound++
    const tallies = Array.from({ length: threads }, (_, of) => tallyAt(properties.length, of, property))
    if (tallies.every((tally) => firsts[tally + brokenAt] === none)) sound++
    else for (const tally of tallies) firsts[tally + isBroken] = 1
  }
  return sound === 0 && bound > 0
}

/** The state in which the first case of a property lies: the nearest, and of those the one whose words come first. */
export const firstOf = <S, E>(
  { firsts, properties, threads }: Tallies<S, E>,
  store: Store.Store<S>,
  property: number,
  wanted: "kept" | "broken"
): number => {
  let best = none
  for (let of = 0; of < threads; of++) {
    const id = firsts[tallyAt(properties.length, of, property) + (wanted === "kept" ? keptAt : brokenAt)]!
    if (id !== none && (best === none || isNearer(store, id, best))) best = id
  }
  return best
}

/** Whether a state is nearer to the first ones than another, or as near and its words come first. */
export const isNearer = <S>(store: Store.Store<S>, a: number, b: number): boolean => {
  const nearer = Store.depthOf(store, a) - Store.depthOf(store, b)
  return nearer < 0 || (nearer === 0 && Store.isBefore(store, a, b))
}
