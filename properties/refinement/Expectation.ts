/**
 * Expectation: what is to be seen of a run by the model: of each action, and of what the parties remember. The driver sees
 * the same of the implementation.
 */
import * as Result from "effect/Result"
import type { Reason } from "../../model/Refusal.ts"
import { Generation, TokenSource as Positions, type Relay, Settlement } from "../../model/steps/Steps.ts"
import type * as System from "../../model/system/System.ts"
import { type Action, accountOf, Facts, type Of, type State, type World } from "../../model/system/System.ts"
import { answered, dark, declined, issued, nothing, type Observation, type PartyBooks } from "./Observation.ts"

/** How a phone makes a code: by a right clock, and as one that is scanned, unless more is said. */
type Making = Pick<Of<"Show">, "phone"> & Partial<Pick<Of<"Show">, "offset" | "revealed">>

/** A code that a phone makes by a clock. */
const madeOf = (world: World, state: State, { offset = 0, phone, revealed = false }: Making): Observation => {
  const { credentials, held } = state.phones[phone]!
  const clock = state.now + offset
  const showing = Generation.show(world.rules, credentials[held], clock, Facts.ofStep(world, state, phone, clock))
  if (Result.isFailure(showing)) return declined({ reason: showing.failure })
  if (showing.success._tag !== "Made") return dark
  return { _tag: "Made", position: showing.success.position, revealed, digits: "right" }
}

/** A step of the model: an action, the state before it, and what it led to. */
export interface Taken extends System.Step {
  readonly before: State
  readonly action: Action
}

/** What is to be seen of a step. */
export const seenOf = (world: World, { action, before, events, state }: Taken): Observation => {
  switch (action._tag) {
    case "Open":
      return events.some(({ _tag }) => _tag === "Shown") ? madeOf(world, before, action) : dark
    case "Show":
    case "RunOff":
      return madeOf(world, before, action)
    case "Capture": {
      const { revealed, screen } = before.phones[action.phone]!
      return { _tag: "Made", position: screen, revealed, digits: "right" }
    }
    case "Approve":
      return { _tag: "Prompted", waits: before.orders[action.order]!.status === "open" }
    case "Close": {
      const now = Facts.clockOf(world, state, action.node)
      const record = Facts.recordOf(world, state.orders[action.order]!, now)
      return answered(record === undefined ? "NO_SUCH_ORDER" : Settlement.state(world.rules, record, now))
    }
  }
  for (const event of events) {
    if (event._tag === "Issued") return issued
    if (event._tag === "Declined") return declined(event)
    if (event._tag === "Asked") return { _tag: "Asked", shown: event.shown }
    if (event._tag === "Answered") return answered(event.answer)
  }
  return nothing
}

/** What the parties remember in a state. */
export const booksOf = (world: World, state: State): PartyBooks => ({
  accounts: state.accounts.map(({ agreement }, account) => ({
    agreement,
    balance: state.orders
      .filter(({ phone, taken }) => taken && accountOf(world, phone) === account)
      .reduce((left, { amount, debits, returned }) => left + returned - debits * amount, world.scope.opening.balance),
    available: Facts.availableOf(world, state, account)
  })),
  phones: state.phones.map(({ credentials, held }) => ({
    statuses: credentials.map(({ status }) => status),
    left: held < 0 ? 0 : Positions.supply(world.rules) - credentials[held]!.shown
  })),
  merchants: state.merchants.map((_, merchant) => ({ held: Facts.heldFor(state, merchant) })),
  orders: state.orders.map(({ amount, at, day, free, reason, refunded, status, taken, view }) => ({
    record:
      status === "none"
        ? undefined
        : {
            status,
            reason: reason === "NONE" ? undefined : (reason as Reason),
            amount: taken ? amount : undefined,
            at,
            day: day < 0 ? undefined : day,
            free,
            refunded
          },
    view: view === "adversary" ? undefined : (view as Relay.View)
  }))
})
