/**
 * Crash: nodes that are ended in the middle of what they do, at random moments of a round, and started again on what the
 * ledger holds. Whoever was not answered asks again, the same under the same number. What was answered must be so for
 * ever, whatever was not answered was done once or not at all: `History.judge` finds an order that says which.
 */
import * as Effect from "effect/Effect"
import * as Deployment from "./Deployment.ts"

/** When nodes are ended. */
export interface Kills {
  /** How often in a round. */
  readonly times: number
  /** Waits for a moment of a round: the later, the larger the number from 0 to 1. */
  readonly moment: (late: number) => Effect.Effect<void>
}

/** How many turns a round of providers in this process takes, about. */
const turns = 40

/** Kills of nodes in this process, between two calls of the ledger. */
export const inProcess = (times: number): Kills => ({
  times,
  moment: (late) => Deployment.turns(Math.floor(late * turns))
})

/** Kills of processes, at any moment of a round that takes so many milliseconds. */
export const ofProcesses = (times: number, millis: number): Kills => ({
  times,
  moment: (late) => Effect.sleep(late * millis)
})
