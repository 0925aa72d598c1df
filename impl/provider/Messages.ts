/**
 * Messages: short messages, which reach a phone without a data network. Nothing about them is secret or sure: who runs the
 * network, or gets at it, reads them, delays them, drops them, and writes any number as their sender.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What a telephone number is: as E.164 writes it, a plus and at most fifteen digits. */
export const telephone = /^\+[1-9][0-9]{5,14}$/

/** A message to a phone. */
export interface Outbound {
  readonly to: string
  readonly text: string
}

/** A message to the provider. */
export interface Inbound {
  /** The number that it says it comes from. Anybody can write any. */
  readonly from: string
  readonly text: string
  /** When it reached the gateway, in seconds since the epoch. */
  readonly at: number
}

/** A gateway that the provider sends by. What arrives there for the provider is handed to its `receive`. */
export interface Gateway {
  /** Hands a message in. That it was taken says nothing of whether it arrives. */
  readonly send: (message: Outbound) => Effect.Effect<void>
}

/** The gateway; unless another is given, there is none, and what is sent is lost. */
export const Messages = Context.Reference<Gateway>("paycode/impl/Messages", {
  defaultValue: () => ({ send: () => Effect.void })
})

/** A message that a local gateway has taken. */
export interface Taken extends Outbound {
  /** From 0, in the order in which they were taken. */
  readonly number: number
  /** When it was taken, in seconds. */
  readonly at: number
}

/** A gateway on one machine, and what everybody who is near it can do with what passes. */
export interface Local {
  readonly gateway: Gateway
  /** Every message to a number that arrives now: what was sent to it, less what was delayed or dropped. */
  readonly inbox: (to: string) => Effect.Effect<ReadonlyArray<Taken>>
  /** Reads everything that was sent, whoever it is for. */
  readonly all: Effect.Effect<ReadonlyArray<Taken>>
  /** Keeps a message from its phone until an instant, in seconds. */
  readonly delay: (number: number, until: number) => Effect.Effect<void>
  /** Keeps a message from its phone for good. */
  readonly drop: (number: number) => Effect.Effect<void>
}

/** Messages that a local gateway remembers: the oldest are forgotten. */
const mostKept = 10_000

/** A gateway on one machine, by the clock of whoever makes it. */
export const local: Effect.Effect<Local> = Effect.map(Clock.Clock, (clock) => {
  const taken: Array<Taken> = []
  const held = new Map<number, number>()
  let count = 0
  const now = (): number => Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  return {
    gateway: {
      send: ({ text, to }) =>
        Effect.sync(() => {
          taken.push({ to, text, number: count++, at: now() })
          if (taken.length > mostKept) held.delete(taken.shift()!.number)
        })
    },
    inbox: (to) =>
      Effect.sync(() => taken.filter((message) => message.to === to && (held.get(message.number) ?? 0) <= now())),
    all: Effect.sync(() => [...taken]),
    delay: (number, until) =>
      Effect.sync(() => {
        held.set(number, until)
      }),
    drop: (number) =>
      Effect.sync(() => {
        held.set(number, Number.POSITIVE_INFINITY)
      })
  }
})
