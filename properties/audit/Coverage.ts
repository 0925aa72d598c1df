/**
 * Coverage: how much of what a search knows random runs come across. What they do where no search has been is worth as
 * much as that.
 */
import fc from "fast-check"
import type { Action, Event, State } from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import type { Outcome, Property, Refined } from "../search/Search.ts"

/** How many random runs, and their seed. */
export interface Drawing {
  readonly runs: number
  readonly seed: number
}

/** What random runs came across. */
export interface Covered {
  /** Actions taken in all. */
  readonly steps: number
  /** Distinct states, as the search tells them apart. */
  readonly states: number
  /** For each property how many of them have cases of it. */
  readonly places: Readonly<Record<string, number>>
}

/** The lists of intents that were drawn last: every search of an audit is put to the same. */
let drawn: { readonly by: Drawing; readonly lists: ReadonlyArray<ReadonlyArray<Runs.Intent>> } | undefined

const listsOf = ({ runs, seed }: Drawing): ReadonlyArray<ReadonlyArray<Runs.Intent>> => {
  if (drawn?.by.runs !== runs || drawn.by.seed !== seed) {
    drawn = { by: { runs, seed }, lists: fc.sample(Runs.lists, { seed, numRuns: runs }) }
  }
  return drawn.lists
}

/**
 * Makes random runs of what was searched: from the state that stands for a class to one that stands for another. Every state
 * of a run is one that the search has found, where it has visited all.
 */
export const cover = <S extends State>(
  subject: Refined<S, Action, Event>,
  properties: ReadonlyArray<Property<S, Action, Event>>,
  { find, get }: Pick<Outcome<S, Action>, "find" | "get">,
  drawing: Drawing
): Covered => {
  const states = new Set<number>()
  const places = new Map(properties.map(({ name }) => [name, new Set<number>()]))
  let steps = 0

  const found = (state: S): number => {
    const id = find(state)
    if (id === undefined) throw new Error("a random run comes to a state that a complete search has not found")
    return id
  }

  const visit = (id: number, state: S): void => {
    if (states.has(id)) return
    states.add(id)
    for (const property of properties) {
      if (property.kind === "leads-to" && property.isPending(state)) places.get(property.name)!.add(id)
    }
  }

  const judge = (id: number, before: S, events: ReadonlyArray<Event>, after: S): void => {
    for (const property of properties) {
      if (property.kind === "leads-to") continue
      const isCase = (event: Event): boolean =>
        property.on(event) && property.judge(before, event, after) !== "elsewhere"
      if (events.some(isCase)) places.get(property.name)!.add(id)
    }
  }

  const take = (id: number, from: S, action: Action): number => {
    let before = from
    for (let next: Action | undefined = action; next !== undefined; next = subject.urgent(before)) {
      const step = subject.next(before, next)
      judge(id, before, step.events, step.state)
      before = step.state
      steps++
    }
    return found(before)
  }

  for (const [run, intents] of listsOf(drawing).entries()) {
    let id = found(subject.init[run % subject.init.length]!)
    let state = get(id)
    visit(id, state)
    for (const intent of intents) {
      const action = Runs.oneOf(state, subject.actions(state), intent)
      if (action === undefined) break
      id = take(id, state, action)
      state = get(id)
      visit(id, state)
    }
  }
  return {
    steps,
    states: states.size,
    places: Object.fromEntries([...places].map(([name, { size }]) => [name, size]))
  }
}

/** The share of the states of a search, and of the situations of each of its claims, that some hundred runs must meet. */
export const threshold = 1 / 1000
