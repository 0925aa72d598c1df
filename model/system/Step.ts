/** A step of the system: the state that an action leads to, and what is seen of it. */
import type { Event } from "./Action.ts"
import type { State } from "./State.ts"

export interface Step {
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

const silence: ReadonlyArray<Event> = []

/** A step of which nothing is seen. */
export const quietly = (state: State): Step => ({ state, events: silence })

/** A step and what follows at once, with the events of both. */
export const followedBy = (step: Step, then: (state: State) => Step): Step => {
  const next = then(step.state)
  return { state: next.state, events: next.events.length === 0 ? step.events : [...step.events, ...next.events] }
}
