/**
 * Instants: the moments at which the passing of time makes a difference. Between two of them nothing depends on the
 * clock, so a run that stops at each of them meets everything that a run of single seconds meets.
 */
import * as Settlement from "../steps/Settlement.ts"
import * as StepUp from "../steps/StepUp.ts"
import * as TokenSource from "../steps/TokenSource.ts"
import * as Time from "../Time.ts"
import { adversary, type Order, type State, type World } from "./State.ts"

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
  /** A run also waits for what is hours away: a code that was made far ahead, and the end of a list. */
  readonly far: boolean
}

/** Every moment there is. */
export const everything: Lookout = { seconds: true, skew: true, far: true }

/**
 * How many seconds before a midnight a run is far from it. What parties wait for, a list's validity or a reversal's
 * horizon, are often whole hours or days, and none of them ends near a midnight from there.
 */
export const farFromMidnight = 70_000

/** How many seconds before a midnight a run stops for it: a step and a second, so that a code can be made on either side. */
export const nearMidnight = ({ rules: { scheme } }: World): number => scheme.clock.step + 1

/** How many seconds before the end of a list its age begins to matter: longer than a code that is shown then is looked at. */
export const beforeExpiry = ({ rules: { scheme } }: World): number => 2 * (scheme.display + scheme.relay.deliveryAtMost)

/** What nobody waits for: where lists do not end, whatever takes as long as a list lives. */
const tooLong = ({ rules, scope }: World): number =>
  scope.plays.expiry ? Number.POSITIVE_INFINITY : (rules.scheme.token.validity ?? Number.POSITIVE_INFINITY)

/** The instants, on the provider's clocks, at which something about an order changes. */
const ofProvider = (world: World, { at, status, taken }: Order, out: (instant: number) => void): void => {
  const { rules, scope } = world
  const after = (seconds: number): void => {
    if (seconds < tooLong(world)) out(at + seconds)
  }
  if (status === "open" && scope.plays.stepUp) after(StepUp.openFor(rules))
  if (status === "reversed" && !taken) after(Settlement.keepsTombstone(rules) + 1)
}

/** The instants at which a till may do something about an order. */
const ofTill = ({ rules, scope }: World, { sentAt, view }: Order, out: (instant: number) => void): void => {
  if (!scope.plays.settlement || (view !== "asked" && view !== "open")) return
  out(sentAt + rules.scheme.reverse.notBefore)
  out(sentAt + rules.scheme.till.pollFor)
}

/** How long to wait for the soonest moment at which something changes, and for what lies beyond a long silence. */
export const waits = (world: World, state: State, lookout: Lookout): ReadonlyArray<number> => {
  const { seconds, skew } = lookout
  const { can, rules, scope } = world
  const { scheme } = rules
  const { codes, now, orders, phones } = state
  const epsilon = can.nodes ? scheme.clock.nodeSkew : 0
  let soonest = Number.POSITIVE_INFINITY
  const deadline = (instant: number): void => {
    if (instant > now && instant < soonest) soonest = instant
  }
  /** What happens at an instant happens a little earlier at a node that is ahead. */
  const boundary = (instant: number): void => {
    deadline(seconds && instant - 1 > now ? instant - 1 : instant)
    if (epsilon > 0) deadline(instant - epsilon)
  }
  const codesLeft = state.used.codes < scope.codes
  let far = Number.POSITIVE_INFINITY

  if (TokenSource.hasSteps(scheme)) {
    const step = Time.stepAt(scheme, now)
    const { from, to } = TokenSource.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now)
    let isNear = codesLeft
    let isAtEdge = false
    for (const { position } of codes) {
      if (position === from || position === to + 1) isAtEdge = true
      if (position >= from && position <= to + 1) isNear = true
      else if (position > to + 1) {
        isNear ||= position <= to + 8
        far = Math.min(far, Time.startOfStep(scheme, position - (to - step)))
      }
    }
    const next = Time.startOfStep(scheme, step + 1)
    if (isNear) deadline(seconds && next - 1 > now ? next - 1 : next)
    if (isAtEdge && epsilon > 0) deadline(next - epsilon)
    if (codesLeft && skew) {
      for (const offset of scope.offsets) {
        if (offset !== 0) boundary(Time.startOfStep(scheme, Time.stepAt(scheme, now + offset) + 1) - offset)
      }
    }
  }
  for (const { credentials } of phones) {
    for (const { issuedAt, status } of credentials) {
      if (status === "ended" || scheme.token.validity === undefined || !scope.plays.expiry) continue
      const end = issuedAt + TokenSource.validity(rules) + 1
      if (now >= end - beforeExpiry(world)) boundary(end)
      else far = Math.min(far, end - beforeExpiry(world))
    }
  }
  if (seconds) {
    for (const { screen, since } of phones) if (screen >= 0) deadline(since + scheme.display)
    for (const { at, confirmedAt, sentAt, status, view } of orders) {
      if (view === "adversary") continue
      if (status === "none") deadline(sentAt + scheme.relay.deliveryAtMost)
      if (status !== "open") continue
      deadline(at + (scheme.stepUp.deliveryAtMost ?? 0) + (scheme.stepUp.answerWithin ?? 0))
      if (confirmedAt !== Time.never) deadline(confirmedAt + (scheme.stepUp.deliveryAtMost ?? 0))
    }
  }
  for (const order of orders) {
    ofProvider(world, order, boundary)
    ofTill(world, order, deadline)
    if (order.status === "paid" && order.reversing && scope.plays.settlement) {
      // Nobody's next move depends on the very second.
      const horizon = scheme.reverse.within + scheme.clock.nodeSkew
      if (horizon < tooLong(world)) {
        deadline(Time.startOfStep(scheme, Time.stepAt(scheme, order.at + horizon) + 1))
      }
    }
  }
  if (seconds && adversary(world) >= 0) {
    for (const { shownAt } of codes) if (shownAt >= 0) boundary(shownAt + scheme.leak.seconds)
  }
  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, scope.starts[0]!) + 1)
  if (now >= midnight - nearMidnight(world)) boundary(midnight)
  const out: Array<number> = []
  if (soonest < Number.POSITIVE_INFINITY) out.push(soonest - now)
  // Nobody does anything until a code made far ahead comes into the window, or a list comes to its end.
  if (lookout.far && far > now && far < Number.POSITIVE_INFINITY && far !== soonest) out.push(far - now)
  return out
}
