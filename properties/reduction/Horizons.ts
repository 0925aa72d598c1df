/**
 * Horizons: how far the past of a world reaches into what can still happen. That is a matter of which clauses stand, and of
 * the times of the scheme.
 */
import { Binding, Settlement, StepUp, TokenSource } from "../../model/steps/Steps.ts"
import { adversary, Instants, type World } from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import * as Reductions from "./Reductions.ts"

/** Which clauses stand, so that what they see to need not be kept. */
export interface Clauses {
  /** A known order is answered from its record, and its state moves only by settlement. */
  readonly recordsStand: boolean
  /** A reversal that came first is kept for good. */
  readonly tombstonesStay: boolean
  /** A code is accepted within the window of the deciding node, and nowhere else. */
  readonly windowsHold: boolean
  /** Nothing comes of a code that is too old for every window. */
  readonly oldCodesPass: boolean
  /** A code may as well be scanned when it comes up. */
  readonly screensPass: boolean
  /** The day that is recorded is the day. */
  readonly datesStand: boolean
  /** A prompt is answered for its own order, by nobody who was not asked. */
  readonly promptsStand: boolean
  /** No more comes back than was paid. */
  readonly sumsStand: boolean
}

const standingOf = (isMade: Horizons["isMade"]): Clauses => ({
  recordsStand: isMade("records"),
  tombstonesStay: isMade("tombstones"),
  windowsHold: isMade("windows"),
  oldCodesPass: isMade("old codes"),
  screensPass: isMade("screens"),
  datesStand: isMade("dates"),
  promptsStand: isMade("prompts"),
  sumsStand: isMade("sums")
})

/** For how many seconds something is told by its age. What is older is as old as that. */
export interface Ages {
  /** By how much the clock of a node may be ahead. */
  readonly epsilon: number
  /** An order that is open. */
  readonly openFor: number
  /** A prompt, until its answer is there. */
  readonly promptFor: number
  /** A request that was sent. */
  readonly sentFor: number
  /** A code that was shown. */
  readonly shownFor: number
  /** What was written of an order. */
  readonly writtenFor: number
  /** From which age on a payment can be reversed no more, nor refunded where that is played; infinite where nothing is reversed. */
  readonly tooOld: number
  /** For how long before that it is a matter of the node, and of the second. */
  readonly unsettledFor: number
  /** That is soon, or a run waits for it: the age of every payment is told. */
  readonly isSoonTooOld: boolean
  /** What came before a restore. A code that was lost to it has expired by then. */
  readonly lostFor: number
  /** A restore, and what was sent before it: as long as that, and as what a till or a claim waits for. */
  readonly restoredFor: number
}

const agesOf = (world: World, { tombstonesStay }: Clauses, { seconds }: Reductions.Lookback): Ages => {
  const { can, rules, scope } = world
  const { scheme } = rules
  const { ages, settlement, stepUp } = scope.plays
  const delivery = scheme.relay.deliveryAtMost
  // Where nobody is asked for more than a code, nothing is open, and nothing is prompted.
  const openFor = stepUp ? StepUp.openFor(rules) : 0
  const promptFor = stepUp ? (scheme.stepUp.deliveryAtMost ?? 0) + (scheme.stepUp.answerWithin ?? 0) : 0
  const settledFor = settlement && !tombstonesStay ? Settlement.keepsTombstone(rules) : 0
  const sentFor = settlement ? Math.max(scheme.till.pollFor, scheme.reverse.notBefore, delivery) : delivery
  const shownFor = Math.max(adversary(world) < 0 ? 0 : scheme.leak.seconds, scheme.display + delivery)
  const oldest = Math.max(...(ages ? Settlement.limits(rules) : [scheme.reverse.within]))
  const tooOld = settlement ? oldest + scheme.clock.nodeSkew + 1 : Number.POSITIVE_INFINITY
  const isSoonTooOld = ages || !Instants.isLong(world, tooOld, Math.max(openFor, promptFor, sentFor, shownFor))
  const epsilon = can.nodes ? scheme.clock.nodeSkew : 0
  const lostFor = TokenSource.hasSteps(scheme)
    ? (scheme.window!.past + scheme.window!.future + 2) * scheme.clock.step + 2 * scheme.clock.nodeSkew
    : 1
  return {
    epsilon,
    openFor,
    promptFor,
    sentFor,
    shownFor,
    writtenFor: Math.max(openFor, settledFor, promptFor, isSoonTooOld ? tooOld : 0),
    tooOld,
    isSoonTooOld,
    unsettledFor: scheme.clock.nodeSkew + epsilon,
    lostFor,
    restoredFor: scope.plays.tills || seconds ? Math.max(lostFor, sentFor + 1 + epsilon) : lostFor
  }
}

/** How far from now steps are told from each other, in steps. What has no steps has none. */
export interface Steps {
  readonly back: number
  readonly ahead: number
  /** A day. */
  readonly far: number
}

const stepsOf = ({ rules }: World, { windowsHold }: Clauses): Steps => {
  const { scheme } = rules
  const far = Math.floor(Time.secondsPerDay / scheme.clock.step)
  if (!TokenSource.hasSteps(scheme)) return { back: 0, ahead: 0, far }
  const { from, to } = TokenSource.windowAt(rules, { issuedAt: 0, lostUntil: undefined }, 0)
  return {
    // Where old codes still do something, they are told from each other.
    back: (windowsHold ? 0 : 3 * far) - TokenSource.stepOf(scheme, from),
    ahead: Math.max(TokenSource.stepOf(scheme, to), Math.ceil((scheme.clock.drift + 1) / scheme.clock.step)),
    far
  }
}

/** All that a view of a world is cut down by. */
export interface Horizons extends Clauses, Ages {
  readonly world: World
  /** Whether the search is made with a reduction. */
  readonly isMade: (name: Reductions.Name) => boolean
  readonly seconds: boolean
  readonly counts: boolean
  readonly watchesCode: boolean
  readonly watchesOrder: boolean
  /** How many codes or orders a run may watch: the first, the second and so on. */
  readonly focuses: number
  /** Codes are made at steps of time. */
  readonly hasSteps: boolean
  /** Codes are made over what is paid. */
  readonly binds: boolean
  readonly steps: Steps
  /** The midnight that a run meets. */
  readonly midnight: number
}

/** The horizons of a world, for a search that looks back so far. */
export const of = (world: World, lookback: Reductions.Lookback): Horizons => {
  const { rules, scope } = world
  const { counts, seconds, watched } = lookback
  const isMade = (name: Reductions.Name): boolean => Reductions.isMade(world, lookback, name)
  const standing = standingOf(isMade)
  return {
    ...standing,
    ...agesOf(world, standing, lookback),
    world,
    isMade,
    seconds,
    counts,
    watchesCode: watched === "code",
    watchesOrder: watched === "order",
    focuses: watched === "code" ? scope.codes : watched === "order" ? scope.orders : 0,
    hasSteps: TokenSource.hasSteps(rules.scheme),
    binds: Binding.isBound(rules),
    steps: stepsOf(world, standing),
    midnight: Instants.midnightOf(world)
  }
}

/** Whether it is long before midnight, so that whole hours can pass: one midnight is as many as a run meets. */
export const isFar = ({ midnight, world }: Horizons, { now }: { readonly now: number }): boolean =>
  now < midnight - Instants.nearMidnight(world)
