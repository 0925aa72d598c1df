/** The request that an event is about, and the code that it carries. */
import type { Code, Event, Request, State } from "../../model/System.ts"

/** An event that is about one request of an order. */
export type AboutRequest = Extract<Event, { readonly order: number }>

/** The request that was answered or debited, as a state has it. */
export const requestOf = (state: State, event: AboutRequest): Request =>
  state.orders[event.order]!.requests[event.request]!

/** The code whose proof the request carries; undefined for digits that nobody was given. */
export const codeOf = (state: State, event: AboutRequest): Code | undefined => state.codes[requestOf(state, event).code]
