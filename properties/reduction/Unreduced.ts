/**
 * Unreduced: runs of the world as it is. Whatever is possible may be done next, on every node, and time passes to the next moment at which
 * something changes, or by some seconds. Reduced searches are compared with such runs: from the first states of a scope
 * (`Differential.ts`), and from states that a search came to.
 */
import type { Action, Event, World } from "../../model/system/System.ts"
import { Enabled, Instants, type State } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { LeadsTo, Property, Refined } from "../search/Search.ts"
import type { View } from "./View.ts"

/** What somebody is about to do: which kind of what is possible, and which of that kind, by numbers drawn at random. */
export interface Intent {
  readonly kind: number
  readonly pick: number
}

/** Time that passes: to a moment at which something changes, or some seconds. */
const waitOf = (world: World, state: State, pick: number): Action => {
  const moments = Instants.waits(world, state, Instants.everything)
  const seconds = 1 + (pick % world.rules.scheme.clock.step)
  return { _tag: "Advance", seconds: pick % 4 === 0 ? seconds : (moments[pick % moments.length] ?? seconds) }
}

/** An action of some kind of those that are possible, all alike: in a small scope what is rare elsewhere matters as much. */
export const anyOf = (world: World, state: State, { kind, pick }: Intent): Action => {
  const possible = Enabled.enabled(world, state)
  const kinds = [...new Set(possible.map(({ _tag }) => _tag))]
  const wanted = kinds[kind % (kinds.length + 1)]
  const alike = possible.filter(({ _tag }) => _tag === wanted)
  return alike[pick % alike.length] ?? waitOf(world, state, pick)
}

/** When a run leaves its scope: it meets one midnight. */
export const endOf = (world: World): number =>
  Instants.midnightOf(world) + Time.secondsPerDay - Instants.farFromMidnight

/** What can be done in a state: everything, and to wait for the soonest moment at which something changes. */
export const actions =
  (world: World) =>
  (state: State): ReadonlyArray<Action> => {
    const [seconds] = Instants.waits(world, state, Instants.everything)
    const possible = Enabled.enabled(world, state)
    return seconds === undefined ? possible : [...possible, { _tag: "Advance", seconds }]
  }

/** What must come to pass in so many steps, once nothing goes wrong any more; and how often in them something may happen besides. */
const patience = 400
const besides = 8

/** A way from a state, and what is done in it. */
export interface Endless<S> {
  readonly from: S
  readonly next: (state: S, action: Action) => S
  readonly intents: ReadonlyArray<Intent>
}

/**
 * Goes on from a state as a claim has it that leads to something: with what must happen, now and then with what may, and with time
 * where nothing must. Answers the way, where what is pending is not over at its end.
 */
export const endless = <S extends State>(
  { isPending, ways }: Pick<LeadsTo<S, Action>, "isPending" | "ways">,
  { from, intents, next }: Endless<S>
): ReadonlyArray<Action> | undefined => {
  const way: Array<Action> = []
  let state = from
  let left = besides
  for (let step = 0; step < patience && isPending(state); step++) {
    const { kind, pick } = intents[step % intents.length]!
    const { may, must } = ways(state)
    const isBesides = left > 0 && kind % 4 === 0 && may.length > 0
    if (isBesides) left--
    const all = isBesides ? may : must
    const action = all[pick % all.length]
    if (action === undefined) return way
    way.push(action)
    state = next(state, action)
  }
  return isPending(state) ? way : undefined
}

/** What runs start from that leave a search: its world, how it goes from a state to another, and what it judges. */
export interface Excursions {
  readonly world: World
  readonly quotient: Pick<Refined<View, Action, Event>, "actions" | "next">
  /** What is looked for: the claims, with everything that can be done in a state where they ask for it ({@link actions}). */
  readonly properties: ReadonlyArray<Property<View, Action, Event>>
}

/** What a run shows, that goes where a search does not: the name of a property, and what was done. */
export interface Shown {
  readonly name: string
  readonly actions: ReadonlyArray<Action>
}

/** Something that is possible in a view and that its search does not go on with; undefined where there is none. */
const passedOver = ({ quotient, world }: Excursions, view: View, pick: number): Action | undefined => {
  const offered = new Set(quotient.actions(view).map((action) => JSON.stringify(action)))
  const others = Enabled.enabled(world, view).filter((action) => !offered.has(JSON.stringify(action)))
  return others[pick % others.length]
}

/**
 * Goes on from a view, first with something that its search passes over, where there is such, and then with anything at all, as long as
 * there are intents. Answers the first property that the run shows.
 */
export const excursion = (subject: Excursions, from: View, intents: ReadonlyArray<Intent>): Shown | undefined => {
  const { properties, quotient, world } = subject
  const end = endOf(world)
  const actions: Array<Action> = []
  let view = from
  for (const intent of intents) {
    if (view.now >= end) break
    const first = actions.length === 0 ? passedOver(subject, view, intent.pick) : undefined
    const action = first ?? anyOf(world, view, intent)
    const { events, state } = quotient.next(view, action)
    actions.push(action)
    for (const property of properties) {
      if (property.kind === "leads-to") continue
      const wanted = property.kind === "always" ? "broken" : "kept"
      if (events.some((event) => property.on(event) && property.judge(view, event, state) === wanted))
        return { name: property.name, actions }
    }
    view = state
  }
  for (const property of properties) {
    if (property.kind !== "leads-to") continue
    const next = (state: View, action: Action): View => quotient.next(state, action).state
    const way = endless(property, { from: view, next, intents })
    if (way !== undefined) return { name: property.name, actions: [...actions, ...way] }
  }
  return undefined
}
