/**
 * Oracle: what the clauses say of times, worked out from a scheme's numbers as spans of seconds. It shares nothing with
 * the model, which works in steps.
 */
import fc from "fast-check"
import type { Scheme } from "../../model/Scheme.ts"
import type { Node } from "../../model/system/System.ts"

/** Seconds in a day. */
export const day = 24 * 60 * 60

/** The first midnight, by a scheme's zone, that a run can meet: weeks from the epoch, so that no instant is before it. */
export const midnight = ({ clock }: Scheme): number => 40 * day - clock.utcOffset

/** The number of the day that an instant lies in, counted from that midnight. */
export const dayOf = (scheme: Scheme, instant: number): number => {
  const since = instant - midnight(scheme)
  const ofDay = ((since % day) + day) % day
  return (since - ofDay) / day
}

/** The first second of the step that an instant lies in. */
export const stepStart = ({ clock: { step } }: Scheme, instant: number): number => instant - (instant % step)

/** Seconds by which the clock of a node is ahead. */
export const ahead = ({ clock }: Scheme, node: Node): number => (node === 1 ? clock.nodeSkew : 0)

/** The first and the last second, on the clock of a node, in which a code can be accepted. */
export interface Life {
  readonly from: number
  readonly until: number
}

/**
 * The life of a code that was made when its phone's clock read `made`, of a credential that was issued at `issuedAt`:
 * that of a seed's code is its step, some steps before and some after; that of a list's code is the list's.
 */
export const lifeOf = (scheme: Scheme, made: number, issuedAt: number): Life => {
  const { clock, token, window } = scheme
  if (window === undefined) return { from: issuedAt, until: issuedAt + token.validity! }
  const start = stepStart(scheme, made)
  return { from: start - window.future * clock.step, until: start + (1 + window.past) * clock.step - 1 }
}

export const isAlive = ({ from, until }: Life, instant: number): boolean => from <= instant && instant <= until

/**
 * The greatest age at which a code of a phone whose clock is off by no more than the drift can be accepted, in seconds by
 * one clock: made at the start of its step by a phone that is all the drift ahead.
 */
export const greatestAge = ({ clock, token, window }: Scheme): number =>
  window === undefined ? token.validity! : clock.drift + (1 + window.past) * clock.step - 1

/** The most that one account can pay on a day without step-up, in minor units. */
export const dayCap = ({ limit: { accountDay, dayCount, daySum, payment } }: Scheme): number =>
  Math.min(accountDay, daySum ?? accountDay, dayCount === undefined ? accountDay : dayCount * payment)

/** Starts near a scheme's midnight, between its nodes' midnights, and anywhere in the day before. */
export const starts = (scheme: Scheme): fc.Arbitrary<number> => {
  const near = 4 * scheme.clock.step
  return fc
    .oneof(
      fc.integer({ min: -near, max: near }),
      fc.integer({ min: -scheme.clock.nodeSkew, max: 0 }),
      fc.integer({ min: -day, max: 0 })
    )
    .map((second) => midnight(scheme) + second)
}

/** Provider nodes. */
export const nodes: fc.Arbitrary<Node> = fc.constantFrom(0, 1)

/** Nodes that are told apart: where no clock is ahead there is one alone. */
export const nodeOf = ({ clock }: Scheme, node: Node): Node => (clock.nodeSkew > 0 ? node : 0)
