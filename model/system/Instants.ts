/**
 * Instants: the moments at which the passing of time makes a difference. Between two of them nothing depends on the
 * clock, so a run that stops at each of them meets everything that a run of single seconds meets.
 */
import { Settlement, StepUp, TokenSource } from "../steps/Steps.ts"

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

/**
 * How many seconds before a midnight a run stops for it: a step and a second, so that a code can be made on either side; and longer than the
 * clock of a node can be ahead, where it is another day already.
 */
export const nearMidnight = ({ rules: { scheme } }: World): number =>
  Math.max(scheme.clock.step, scheme.clock.nodeSkew) + 1

/**
 * Whether something lasts for much longer than what a run looks at meanwhile, in seconds, so that it may as well have begun just now: near
 * its midnight a run may come to as much in small waits.
 */
export const isLong = (world: World, seconds: number, looked: number): boolean =>
  seconds > 4 * (nearMidnight(world) + looked)

/**
 * How many seconds before the end of a list its age begins to matter: longer than a code that is shown then is looked at. Of a list that
 * does not live for much longer than that it always does.
 */
export const beforeExpiry = (world: World): number => {
  const { rules } = world
  const { scheme } = rules
  const used = scheme.display + scheme.relay.deliveryAtMost
  // A node that is ahead refuses before the end.
  const shown = used + Math.max(used, scheme.clock.nodeSkew + 1)
  const looked = adversary(world) < 0 ? shown : Math.max(shown, scheme.leak.seconds + scheme.clock.nodeSkew + 1)
  const life = TokenSource.validity(rules) + 1
  return isLong(world, life, looked) ? looked : life
}

/** What is to come in a state: the soonest moment at which something changes, and the soonest beyond a long silence. */
interface Agenda {
  readonly now: number
  /** See {@link Lookout}. */
  readonly seconds: boolean
  /** By how much the clock of a node may be ahead. */
  readonly epsilon: number
  soonest: number
  far: number
}

/** Notes a moment at which something changes. */
const deadline = (agenda: Agenda, instant: number): void => {
  if (instant > agenda.now && instant < agenda.soonest) agenda.soonest = instant
}

/** Notes a moment at which something happens: a little earlier it happens at a node that is ahead. */
const boundary = (agenda: Agenda, instant: number): void => {
  deadline(agenda, agenda.seconds && instant - 1 > agenda.now ? instant - 1 : instant)
  if (agenda.epsilon > 0) deadline(agenda, instant - agenda.epsilon)
}

/** Notes the next step, where a code may be made or comes to an edge of the window; and when one from far ahead does. */
const ofSteps = (world: World, state: State, { skew }: Lookout, agenda: Agenda): void => {
  const { rules, scope } = world
  const { scheme } = rules
  const { epsilon, now, seconds } = agenda
  const codesLeft = state.used.codes < scope.codes
  const step = Time.stepAt(scheme, now)
  const window = TokenSource.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now)
  const [from, to] = [TokenSource.stepOf(scheme, window.from), TokenSource.stepOf(scheme, window.to)]
  let isNear = codesLeft
  let isAtEdge = false
  for (const { position } of state.codes) {
    const of = TokenSource.stepOf(scheme, position)
    if (of === from || of === to + 1) isAtEdge = true
    if (of >= from && of <= to + 1) isNear = true
    else if (of > to + 1) {
      isNear ||= of <= to + 8
      agenda.far = Math.min(agenda.far, Time.startOfStep(scheme, of - (to - step)))
    }
  }
  const next = Time.startOfStep(scheme, step + 1)
  if (isNear) deadline(agenda, seconds && next - 1 > now ? next - 1 : next)
  if (isAtEdge && epsilon > 0) deadline(agenda, next - epsilon)
  if (!codesLeft || !skew) return
  for (const offset of scope.offsets) {
    if (offset !== 0) boundary(agenda, Time.startOfStep(scheme, Time.stepAt(scheme, now + offset) + 1) - offset)
  }
}

/** Notes when lists come to their end, once that is near; until then, when it is. */
const ofLists = (world: World, { phones }: State, agenda: Agenda): void => {
  const { rules } = world
  if (rules.scheme.token.validity === undefined || !rules.listsEnd) return
  for (const { credentials } of phones) {
    for (const { issuedAt, status } of credentials) {
      if (status === "ended") continue
      const end = issuedAt + TokenSource.validity(rules) + 1
      if (agenda.now >= end - beforeExpiry(world)) {
        // The last second of a list is the age that a claim names: a provider that takes one more would not be seen else.
        deadline(agenda, end - 1)
        boundary(agenda, end)
      } else agenda.far = Math.min(agenda.far, end - beforeExpiry(world))
    }
  }
}

/** Notes the last seconds of displays, deliveries, prompts and answers. */
const ofSeconds = ({ rules: { scheme } }: World, { orders, phones }: State, agenda: Agenda): void => {
  const { answerWithin = 0, deliveryAtMost = 0 } = scheme.stepUp
  for (const { screen, since } of phones) if (screen >= 0) deadline(agenda, since + scheme.display)
  for (const { at, confirmedAt, sentAt, status, view } of orders) {
    if (view === "adversary") continue
    if (status === "none") deadline(agenda, sentAt + scheme.relay.deliveryAtMost)
    if (status !== "open") continue
    deadline(agenda, at + deliveryAtMost + answerWithin)
    if (confirmedAt !== Time.never) deadline(agenda, confirmedAt + deliveryAtMost)
  }
}

/** Notes the instants, on the provider's clocks, at which something about an order changes. */
const ofProvider = (world: World, { at, status, taken }: Order, agenda: Agenda): void => {
  const { rules, scope } = world
  if (status === "open" && scope.plays.stepUp) {
    boundary(agenda, at + StepUp.openFor(rules))
  }
  if (status === "reversed" && !taken) {
    boundary(agenda, at + Settlement.keepsTombstone(rules) + 1)
  }
  if (status === "paid" && scope.plays.ages) ofAges(world, at, agenda)
}

/** Notes the last second of what can be done with a paid order, the first of what is final, and those beside them, on every clock (SET-11). */
const ofAges = ({ rules }: World, at: number, agenda: Agenda): void => {
  for (const limit of Settlement.limits(rules)) {
    for (const age of [
      limit,
      limit + 1,
      limit + rules.scheme.clock.nodeSkew,
      limit + rules.scheme.clock.nodeSkew + 1
    ]) {
      deadline(agenda, at + age)
      deadline(agenda, at + age - agenda.epsilon)
    }
  }
}

/** Notes the instants at which a till may do something about an order, or can do nothing more. */
const ofTill = (world: World, { at, reversing, sentAt, status, view }: Order, agenda: Agenda): void => {
  const { rules, scope } = world
  if (!scope.plays.settlement) return
  const { scheme } = rules
  if (view === "asked" || view === "open") {
    deadline(agenda, sentAt + scheme.reverse.notBefore)
    deadline(agenda, sentAt + scheme.till.pollFor)
  }
  // What is still open may be paid by a late answer, and is too old then as well.
  if ((status !== "paid" && status !== "open") || !reversing) return
  // Nobody's next move depends on the very second: where there are steps, it is the first of one.
  const tooLate = at + scheme.reverse.within + scheme.clock.nodeSkew + 1
  const next = Time.startOfStep(scheme, Time.stepAt(scheme, tooLate - 1) + 1)
  deadline(agenda, TokenSource.hasSteps(scheme) ? next : tooLate)
}

/** The midnight that a run meets, at the end of the day on which runs start. */
export const midnightOf = ({ rules: { scheme }, scope }: World): number =>
  Time.startOfDay(scheme, Time.dayAt(scheme, scope.starts[0]!) + 1)

/** How long to wait for the soonest moment at which something changes, and for what lies beyond a long silence. */
export const waits = (world: World, state: State, lookout: Lookout): ReadonlyArray<number> => {
  const { can, rules } = world
  const { scheme } = rules
  const { now } = state
  const { seconds } = lookout
  const agenda: Agenda = {
    now,
    seconds,
    epsilon: can.nodes ? scheme.clock.nodeSkew : 0,
    soonest: Number.POSITIVE_INFINITY,
    far: Number.POSITIVE_INFINITY
  }
  if (TokenSource.hasSteps(scheme)) ofSteps(world, state, lookout, agenda)
  ofLists(world, state, agenda)
  if (seconds) ofSeconds(world, state, agenda)
  for (const order of state.orders) {
    ofProvider(world, order, agenda)
    ofTill(world, order, agenda)
  }
  if (seconds && adversary(world) >= 0) {
    for (const { shownAt } of state.codes) if (shownAt >= 0) boundary(agenda, shownAt + scheme.leak.seconds)
  }
  // What is asked for from now on was not asked for before the restore.
  if (can.restore && state.restoredAt !== Time.never) deadline(agenda, state.restoredAt + 1)
  const midnight = midnightOf(world)
  if (now >= midnight - nearMidnight(world)) boundary(agenda, midnight)
  const { far, soonest } = agenda
  const out: Array<number> = []
  if (soonest < Number.POSITIVE_INFINITY) out.push(soonest - now)
  // Nobody does anything until a code made far ahead comes into the window, or a list comes to its end.
  if (lookout.far && far > now && far < Number.POSITIVE_INFINITY && far !== soonest) out.push(far - now)
  return out
}
