/**
 * Instants: the moments at which the passing of time makes a difference. Between two of them nothing depends on the
 * clock, so a run that stops at each of them meets everything that a run of single seconds meets.
 */
import type { State, World } from "./System.ts"
import * as Time from "./Time.ts"
import * as Verification from "./Verification.ts"

/** What a run looks out for. */
export interface Lookout {
  /**
   * Ages count to the second: a run stops at the last second before a boundary as well as at its first, and at the last
   * second of a display and of a delivery. Otherwise a boundary is one stop, and deadlines are none: what a deadline
   * forbids could have been done before it, with the same effect.
   */
  readonly seconds: boolean
  /** The next code may come from a phone whose clock is off, so that the boundaries of its steps count too. */
  readonly skew: boolean
}

/** Every moment there is. */
export const everything: Lookout = { seconds: true, skew: true }

/** The soonest moment after now, on the provider's clock; infinity where time makes no difference any more. */
export const next = (world: World, state: State, { seconds, skew }: Lookout): number => {
  const { rules, scope } = world
  const { scheme } = rules
  const { codes, now, orders, payers } = state
  let found = Number.POSITIVE_INFINITY
  const deadline = (instant: number): void => {
    if (instant > now && instant < found) found = instant
  }
  const boundary = (instant: number): void => deadline(seconds && instant - 1 > now ? instant - 1 : instant)

  const step = Time.stepAt(scheme, now)
  const codesLeft = codes.length < scope.codes
  // A code that has left the window can only be refused, whenever it comes (VER-5).
  const from = rules.inForce["VER-5"] ? Verification.windowAt(rules, now).from : Number.NEGATIVE_INFINITY
  if (codesLeft || codes.some((code) => code.step >= from)) {
    boundary(Time.startOfStep(scheme, step + 1))
  }
  if (codesLeft && skew) {
    for (const offset of scope.offsets) {
      boundary(Time.startOfStep(scheme, Time.stepAt(scheme, now + offset) + 1) - offset)
    }
  }
  if (seconds) {
    for (const { screen } of payers) {
      const code = codes[screen]
      if (code !== undefined) deadline(code.shownAt + scheme.display)
    }
    for (const { outcome, requests } of orders) {
      if (outcome === "NONE") for (const { sentAt } of requests) deadline(sentAt + scheme.relay.deliveryAtMost)
    }
  }
  const nearest = scope.starts[0] ?? now
  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, nearest) + 1)
  if (now >= nearest && now < midnight) boundary(midnight)
  return found
}
