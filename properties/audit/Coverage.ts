/**
 * Coverage: how much of what a search knows random runs come across. What they do where no search has been is worth as
 * much as that.
 */
import fc from "fast-check"
import type { Action, Event, State } from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import type { Property, Refined } from "../search/Search.ts"

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

/**
 * Makes random runs of what was searched: from the state that stands for a class to one that stands for another. `find`
 * gives the number of a state that the search has found; every state of a run is one, where the search has visited all.
 */
export const cover = <S extends State>(
  subject: Refined<S, Action, Event>,
  properties: ReadonlyArray<Property<S, Action, Event>>,
  find: (state: S) => number | undefined,
  { runs, seed }: Drawing
): Covered => {
  const states = new Set<number>()
  const places = new Map(properties.map(({ name }) => [name, new Set<number>()]))
  let steps = 0

  const visit = (state: S): number => {
    const id = find(state)
    if (id === undefined) throw new Error("a random run comes to a state that a complete search has not found")
    if (states.has(id)) return id
    states.add(id)
    for (const property of properties) {
      if (property.kind === "leads-to" && property.isPending(state)) places.get(property.name)!.add(id)
    }
    return id
  }

  const judge = (id: number, before: S, events: ReadonlyArray<Event>, after: S): void => {
    for (const property of properties) {
      if (property.kind === "leads-to") continue
      const isCase = (event: Event): boolean =>
        property.on(event) && property.judge(before, event, after) !== "elsewhere"
      if (events.some(isCase)) places.get(property.name)!.add(id)
    }
  }

  const words = new Uint32Array(subject.layout.words)
  const normal = (state: S): S => {
    subject.layout.encode(subject.normal(state), words, 0)
    return subject.layout.decode(words, 0)
  }

  const take = (from: S, action: Action): S => {
    const id = visit(from)
    let before = from
    for (let next: Action | undefined = action; next !== undefined; next = subject.urgent(before)) {
      const step = subject.next(before, next)
      judge(id, before, step.events, step.state)
      before = step.state
      steps++
    }
    return normal(before)
  }

  for (const [run, intents] of fc.sample(Runs.lists, { seed, numRuns: runs }).entries()) {
    let state = normal(subject.init[run % subject.init.length]!)
    for (const intent of intents) {
      const action = Runs.oneOf(state, subject.actions(state), intent)
      if (action === undefined) break
      state = take(state, action)
    }
    visit(state)
  }
  return {
    steps,
    states: states.size,
    places: Object.fromEntries([...places].map(([name, { size }]) => [name, size]))
  }
}

/** The share of the states of a search, and of the situations of each of its claims, that some hundred runs must meet. */
export const threshold = 1 / 1000
