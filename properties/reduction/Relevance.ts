/**
 * Relevance: what of a view can still make a difference, part by part. What does not may as well be anything, and is
 * forgotten. Each definition takes the horizons first, and then what it judges.
 */
import { inForce } from "../../model/Rules.ts"
import { Relay, Settlement, StepUp, TokenSource } from "../../model/steps/Steps.ts"
import {
  type CodeKey,
  type Credential,
  Instants,
  isSame,
  nowhere,
  type Order,
  type Phone
} from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import type { Horizons } from "./Horizons.ts"
import type { Mark, MarkedCode, MarkedOrder, View } from "./View.ts"

/** Whether a code or order is the one that is watched. */
export const isWatched = ({ watched }: Mark): boolean => watched === true

// ---------------------------------------------------------------------------------------------------------------------
// Credentials, codes and phones
// ---------------------------------------------------------------------------------------------------------------------

/** Whether the age of a list is one that tells how long it is still accepted. */
const issueMatters =
  ({ world }: Horizons) =>
  ({ issuedAt }: Credential, view: View): boolean =>
    view.now - issuedAt >= TokenSource.validity(world.rules) + 1 - Instants.beforeExpiry(world)

/** For how long the instant is told that a restored provider goes by: the restore or, without VER-30, the backup. */
export const untilFor = ({ lostFor, restoredFor, world }: Horizons): number =>
  inForce(world.rules, "VER-30") ? restoredFor : lostFor

/**
 * When a credential may as well have been issued: just now, unless its end is near. A restored provider goes by when a list was
 * issued: one that is not younger than the restore stays so, or, without VER-30, one from before the backup.
 */
export const issuedAs = (horizons: Horizons) => {
  const { hasSteps, world } = horizons
  const matters = issueMatters(horizons)
  const goesByIssue = world.can.restore && !hasSteps
  const untilOf = ({ backupAt, restoredAt }: View): number => (inForce(world.rules, "VER-30") ? restoredAt : backupAt)
  return (issuedAt: number, credential: Credential, view: View): number => {
    if (issuedAt < 0 || matters(credential, view)) return issuedAt
    const until = untilOf(view)
    return goesByIssue && issuedAt <= until ? Math.max(until, view.now - untilFor(horizons)) : view.now
  }
}

/** Whether a code is too old for anything but a refusal, on every clock. */
export const isExpired =
  ({ hasSteps, oldCodesPass, world: { rules } }: Horizons) =>
  (position: number, now: number): boolean =>
    hasSteps &&
    oldCodesPass &&
    position < TokenSource.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now).from

/** Whether a code can still come in a request that is not refused for its age. */
export const codeMatters = (horizons: Horizons) => {
  const expired = isExpired(horizons)
  return (code: MarkedCode, view: View): boolean => view.coincide || !expired(code.position, view.now)
}

/** Whether codes that are too old are kept, where the window holds all the same: something else can come of them. */
export const keepsOld = ({ hasSteps, oldCodesPass, windowsHold }: Horizons): boolean =>
  hasSteps && windowsHold && !oldCodesPass

/** For how many steps before now a code is told from others by its step, or by which of the old ones of its credential it is. */
export const stepsBack = (horizons: Horizons): number => {
  const { steps, world } = horizons
  return steps.back + 1 + (keepsOld(horizons) ? world.scope.codes : 0)
}

/**
 * The position that a code may as well be of. Codes that are too old, where they are kept, are told from each other by their order
 * alone: the newest of a credential is of the step before those that count, the next of the one before that, and so on.
 */
export const positionAs = (horizons: Horizons) => {
  const { steps, world } = horizons
  const { scheme } = world.rules
  const perStep = TokenSource.perStep(scheme)
  return (position: number, { generation, phone }: Pick<CodeKey, "generation" | "phone">, view: View): number => {
    const last = (Time.stepAt(scheme, view.now) - steps.back) * perStep
    if (position < 0 || position >= last) return position
    const newer = new Set<number>()
    for (const code of view.codes) {
      const isNewer = code.position > position && code.position < last
      if (isNewer && code.phone === phone && code.generation === generation) newer.add(code.position)
    }
    return last - (newer.size + 1) * perStep + (position % perStep)
  }
}

/** Whether what is on a phone's screen can still be scanned, or is looked at. */
export const screenMatters = ({ screensPass, seconds, world: { can, rules, scope } }: Horizons) => {
  const { display } = rules.scheme
  const isWatchedScreen = (phone: Phone, view: View): boolean =>
    view.codes.some((code) => code.watched && code.position === phone.screen && view.phones[code.phone] === phone) &&
    view.now - phone.since <= display
  return (phone: Phone, view: View): boolean =>
    phone.screen !== nowhere &&
    (scope.plays.tills || can.relay) &&
    (view.now === phone.since ||
      (seconds && isWatchedScreen(phone, view)) ||
      (!screensPass && view.now - phone.since <= display))
}

/** Whether it matters at whose till a phone's owner stands. */
export const tillMatters = (horizons: Horizons) => {
  const shows = screenMatters(horizons)
  const { plays } = horizons.world.scope
  return (phone: Phone, view: View): boolean => plays.stepUp || shows(phone, view)
}

// ---------------------------------------------------------------------------------------------------------------------
// Orders
// ---------------------------------------------------------------------------------------------------------------------

/** Whether an order is an honest till's. */
export const isHonest = (order: Order): boolean => order.view !== "adversary"

/** Whether a till still waits for an order. */
const isPending = (order: Order): boolean => isHonest(order) && !Relay.isSettled(order.view as Relay.View)

/** Whether the pay request of an order was decided and is recorded: a till that settles alone records nothing (REL-1). */
const isDecided = ({ status, taken }: Order): boolean => taken && status !== "none"

/** Whether money has left for an order that has not come back, whatever its record says. */
const isOut = ({ amount, debits, returned }: Order): boolean => debits > 0 && returned !== debits * amount

/** Whether an honest till's order is yet to be decided, so that what it came from counts. */
export const isUndecided =
  ({ recordsStand, world: { can } }: Horizons) =>
  (order: Order): boolean =>
    isHonest(order) && (!isDecided(order) || !recordsStand || can.restore)

/** Whether what is recorded stays: not where a restore may still undo it. */
const stands =
  ({ recordsStand, world: { can } }: Horizons) =>
  (view: View): boolean =>
    recordsStand && (!can.restore || view.restoredAt !== Time.never)

/** Whether the state of an order can change, or make a difference. */
export const orderMatters = (horizons: Horizons) => {
  const { counts, promptsStand, tombstonesStay, world } = horizons
  const { rules, scope } = world
  const { plays } = scope
  // An answer that names no order may be taken for another.
  const straysMatter = !promptsStand || (plays.stepUp && !StepUp.namesOrder(rules))
  const isSettledFor = stands(horizons)
  return (order: MarkedOrder, view: View): boolean => {
    if (order.watched || !isSettledFor(view)) return true
    if (Math.max(order.day, order.date) > Time.dayAt(rules.scheme, view.now) || order.returnedDay >= 0) return true
    if (order.status === "none") return true
    if (order.status === "open") return true
    if (isPending(order) && (plays.settlement || !inForce(rules, "REL-7"))) return true
    if (order.confirmed !== "no" && straysMatter) return true
    if (order.status === "paid" || isOut(order)) return true
    // A number that was used for it is refused for another order of its merchant.
    if (Settlement.isWithin(rules) === "merchant" && order.firstRefund + order.secondRefund > 0) return true
    // What was lost to the adversary counts, though it has come back; and a till that takes for paid what is not is not through.
    if ((counts && order.debits > 0) || order.view === "paid") return true
    return !order.taken && !tombstonesStay
  }
}

/** Whether the code of an order is one that will be looked at. */
export const keyMatters = (horizons: Horizons) => {
  const { watchesCode, world } = horizons
  const { scheme } = world.rules
  const isSettledFor = stands(horizons)
  return (order: MarkedOrder, view: View): boolean =>
    !isDecided(order) || order.watched || !isSettledFor(view) || scheme.order.bindsCode || watchesCode
}

/** Whether it matters what was told of an order. */
export const toldMatters =
  ({ recordsStand }: Horizons) =>
  (order: MarkedOrder): boolean =>
    order.watched || !recordsStand

/** Whether it matters when an order was sent. */
const sentMatters = ({ seconds, watchesCode, world }: Horizons) => {
  const { can, scope } = world
  const { plays } = scope
  // What was not durable, or is lost to a restore, may be asked for again. When the adversary asked is nobody's affair.
  const mayBeDecided = ({ status, volatile }: MarkedOrder): boolean => status === "none" || volatile || can.restore
  const carriesWatched = (order: MarkedOrder, view: View): boolean =>
    watchesCode &&
    mayBeDecided(order) &&
    isHonest(order) &&
    view.codes.some((code) => code.watched && isSame(code, order))
  // A till that has given its order up does not take back what it has sent, and a crash may leave it undecided again.
  const isUnderWay = (order: MarkedOrder): boolean => isWatched(order) && seconds && mayBeDecided(order)
  return (order: MarkedOrder, view: View): boolean =>
    (isPending(order) && plays.settlement) || carriesWatched(order, view) || isUnderWay(order)
}

/** When an order may as well have been sent. Where no till waits, all that counts after a restore is whether that was before it. */
export const sentAs = (horizons: Horizons) => {
  const { can } = horizons.world
  const matters = sentMatters(horizons)
  return (sentAt: number, order: MarkedOrder, view: View): number => {
    if (matters(order, view)) return sentAt
    return can.restore && sentAt <= view.restoredAt ? view.restoredAt : view.now
  }
}

/**
 * When an order may as well have been written. That matters as long as its deadline is to come, or a reversal that came
 * first is kept. One that was paid, or may still be, can be reversed for a long time: all that counts is whether every node still would.
 */
export const writtenAs = (horizons: Horizons) => {
  const { epsilon, isSoonTooOld, openFor, promptsStand, seconds, tombstonesStay, world } = horizons
  const { rules, scope } = world
  const { plays } = scope
  const isReversible = (at: number, now: number): boolean =>
    !plays.settlement || (!isSoonTooOld && now + epsilon - at <= rules.scheme.reverse.within)
  return (at: number, order: MarkedOrder, view: View): number => {
    const { saved, status, taken, watched } = order
    const since = (age: number): number => Math.max(at, view.now - age - 1 - epsilon)
    if (at === Time.never || (watched && seconds)) return at
    if (!taken) return tombstonesStay ? view.now : since(Settlement.keepsTombstone(rules))
    const isOpen = status === "open" && plays.stepUp
    // A restore brings back what was saved; a late password pays what is closed or reversed, where no clause forbids it.
    const isPayable = isOpen || (plays.stepUp && !promptsStand)
    const mayBePaid = isPayable || status === "paid" || saved === "paid" || saved === "open"
    if (mayBePaid && !isReversible(at, view.now)) return at
    return isOpen ? since(openFor) : view.now
  }
}
