/** The shape of a view: which of its parts there are in a world, and what of them matters. */
import { answers } from "../../model/Order.ts"
import { inForce } from "../../model/Rules.ts"
import { Binding, Enrollment, Relay, StepUp, TokenSource } from "../../model/steps/Steps.ts"
import {
  type Account,
  type Credential,
  Instants,
  type Merchant,
  nowhere,
  type Order,
  type Phone,
  type State
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { Shape } from "../search/Search.ts"

import type { Horizons } from "./Horizons.ts"
import * as Relevance from "./Relevance.ts"
import * as Renumberings from "./Renumberings.ts"
import * as View from "./View.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Parts
// ---------------------------------------------------------------------------------------------------------------------

const flag = Shape.boolean
const saved = Shape.literals(["none", "paid", "open", "closed", "reversed", "refused"])
const told = Shape.literals(["NONE", ...answers])

/** A part that is there under a condition, and may as well be the value given where it is not. */
const when = <A extends string | number | boolean>(
  condition: boolean,
  shape: Shape.Shape<A>,
  value: NoInfer<A>
): Shape.Shape<A> => (condition ? shape : Shape.forgotten<A>(value))

/** The mark of what is watched: none is as good as false. */
const mark = Shape.seen<boolean, unknown, unknown>((watched: boolean | undefined) => watched === true, flag)

/**
 * The mark of a table whose items may be watched. Where none is, nothing of it is read back: then what is read is of the same
 * form as what the steps of the system make, and a search is faster for it.
 */
const markWhere = (watches: boolean): { readonly watched: Shape.Shape<boolean> } =>
  (watches ? { watched: mark } : {}) as { readonly watched: Shape.Shape<boolean> }

/** Marks are read back in full, and may be left out by who writes them. */
const marked = <A extends View.Mark>(shape: Shape.Shape<Required<A>>): Shape.Shape<A> =>
  shape as Shape.Node as Shape.Shape<A>

/** The first whole numbers. */
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count + 1 }, (_, index) => index)

const generationOf = ({ world }: Horizons): Shape.Shape<number> =>
  Shape.int(0, Math.max(0, world.scope.generations - 1))

/** The position of a code: a step, or a place in a list. */
const positionOf = (horizons: Horizons): Shape.Shape<number> => {
  const { hasSteps, steps, world } = horizons
  const perStep = TokenSource.perStep(world.rules.scheme)
  if (hasSteps) return Shape.step(Relevance.stepsBack(horizons), steps.ahead + 1, steps.far, perStep)
  const supply = TokenSource.supply(world.rules)
  return Shape.values([nowhere, ...upTo(world.scope.codes), supply - 1, supply])
}

/** The position of a code among the codes; and of an order's, where it matters. */
const codePosition = (horizons: Horizons): Shape.Shape<number> =>
  Relevance.keepsOld(horizons) ? Shape.seen(Relevance.positionAs(horizons), positionOf(horizons)) : positionOf(horizons)

const orderPosition = (horizons: Horizons): Shape.Shape<number> => {
  const matters = Relevance.keyMatters(horizons)
  if (!Relevance.keepsOld(horizons)) return Shape.only(matters, positionOf(horizons), nowhere)
  const seenAs = Relevance.positionAs(horizons)
  return Shape.seen(
    (position: number, order: View.MarkedOrder, view: View.View) =>
      matters(order, view) ? seenAs(position, order, view) : nowhere,
    positionOf(horizons)
  )
}

/** Codes are revealed as digits, and say so. */
const reveals = ({ world: { rules, scope } }: Horizons): boolean =>
  scope.plays.reveals && rules.scheme.code.marksRevealed

/** What has come back of an order. Where more can come back than was paid it is kept as it is. */
const sumsOf = ({ sumsStand, world }: Horizons): Shape.Shape<number> => {
  const { amounts, refunds } = world.scope
  return sumsStand
    ? Shape.values([0, ...amounts, ...refunds].flatMap((a, _, all) => all.flatMap((b) => [a + b, a])))
    : Shape.int(0, 8 * Math.max(...amounts))
}

/** A count that is no more than so many. */
const atMost =
  (most: number) =>
  (count: number): number =>
    Math.min(count, most)

/** An instant whose age is told for some seconds, on every clock. */
const agedFor = ({ epsilon }: Horizons, seconds: number): number => seconds + 1 + epsilon

// ---------------------------------------------------------------------------------------------------------------------
// Tables
// ---------------------------------------------------------------------------------------------------------------------

const accountOf = ({ counts, world }: Horizons): Shape.Shape<Account> => {
  const { can, rules, scope } = world
  // What the adversary learns of a password or PIN it can use.
  const exposes = (can.sms && StepUp.isByMessage(rules)) || (StepUp.isInCode(rules) && can["corrupt-device"])
  return Shape.struct<Account>({
    agreement: Shape.literals(Enrollment.agreements),
    authenticated: when(!inForce(rules, "STP-1"), flag, false),
    throttled: when(can["wrong-guess"], flag, false),
    exposed: when(exposes, flag, false),
    // Without some clauses a code that was forgotten is seen again: no more are counted than there are.
    leaked: when(counts, Shape.seen(atMost(scope.codes), Shape.int(0, scope.codes)), 0),
    saved: when(can.restore, Shape.literals(Enrollment.agreements), "none")
  })
}

const credentialOf = (horizons: Horizons): Shape.Shape<Credential> => {
  const { can, rules, scope } = horizons.world
  const supply = TokenSource.supply(rules)
  const ends = rules.scheme.token.validity !== undefined && rules.listsEnd
  // What was issued before a backup is told by whether it was.
  const issuedFor = rules.listsEnd ? agedFor(horizons, TokenSource.validity(rules) + 1) : Relevance.untilFor(horizons)
  return Shape.struct<Credential>({
    status: Shape.literals(Enrollment.statuses),
    issuedAt:
      ends || can.restore ? Shape.seen(Relevance.issuedAs(horizons), Shape.instant(issuedFor)) : Shape.instant(0),
    shown: when(supply < Number.POSITIVE_INFINITY, Shape.values([...upTo(scope.codes), supply]), 0),
    suspended: when(can.restore, flag, false),
    saved: when(can.restore, Shape.literals([...Enrollment.statuses, "none"]), "none"),
    over: when(can.restore, flag, false)
  })
}

const phoneOf = (horizons: Horizons): Shape.Shape<Phone> => {
  const { screensPass, seconds, world } = horizons
  const { rules, scope } = world
  const screenMatters = Relevance.screenMatters(horizons)
  const shownFor = seconds || !screensPass ? agedFor(horizons, rules.scheme.display) : 0
  const till = Shape.ref("merchant", scope.merchants)
  return Shape.struct<Phone>({
    held: Shape.int(-1, scope.generations - 1),
    credentials: Shape.list(credentialOf(horizons), scope.generations),
    screen: Shape.only(screenMatters, positionOf(horizons), nowhere),
    revealed: when(reveals(horizons), Shape.only(screenMatters, flag, false), false),
    since: Shape.only(screenMatters, Shape.instant(shownFor), Time.never),
    till: Shape.only(Relevance.tillMatters(horizons), till, nowhere)
  })
}

const codeOf = (horizons: Horizons): Shape.Shape<View.MarkedCode> => {
  const { binds, shownFor, watchesCode, world } = horizons
  const { can, rules, scope } = world
  const { isWatched } = Relevance
  const merchant = Shape.ref("merchant", scope.merchants)
  return marked(
    Shape.struct<Required<View.MarkedCode>>({
      phone: Shape.ref("phone", scope.phones.length),
      generation: generationOf(horizons),
      position: codePosition(horizons),
      revealed: when(reveals(horizons), flag, false),
      payee: when(binds, merchant, nowhere),
      sum: when(binds, Shape.values([0, ...scope.amounts]), 0),
      pin: when(binds && StepUp.isInCode(rules), Shape.literals(Binding.pins), "none"),
      copied: when(binds, flag, false),
      made: flag,
      known: flag,
      burned: flag,
      attempted: flag,
      spoilt: when(watchesCode, Shape.only(isWatched, flag, false), false),
      saved: when(can.restore, flag, false),
      ...markWhere(watchesCode),
      till: when(watchesCode, Shape.only(isWatched, merchant, nowhere), nowhere),
      shownAt: when(watchesCode, Shape.only(isWatched, Shape.instant(shownFor + 1), Time.never), Time.never),
      onTime: when(watchesCode, Shape.only(isWatched, flag, true), true),
      asked: when(scope.plays.opens, flag, true)
    })
  )
}

const orderOf = (horizons: Horizons): Shape.Shape<View.MarkedOrder> => {
  const { binds, datesStand, epsilon, promptFor, recordsStand, restoredFor, sentFor, tooOld, unsettledFor } = horizons
  const { watchesOrder, world, writtenFor } = horizons
  const { can, rules, scope } = world
  const { settlement, stepUp } = scope.plays
  const { isHonest, isWatched } = Relevance
  const keyMatters = Relevance.keyMatters(horizons)
  const sums = sumsOf(horizons)
  const ofRefunds = Shape.values([0, ...scope.refunds])
  const confirmedFor = Shape.instant(agedFor(horizons, promptFor))
  const writtenUntil = agedFor(horizons, writtenFor)
  return marked(
    Shape.struct<Required<View.MarkedOrder>>({
      phone: Shape.ref("phone", scope.phones.length),
      generation: Shape.only(keyMatters, generationOf(horizons), 0),
      position: orderPosition(horizons),
      revealed: when(reveals(horizons), Shape.only(keyMatters, flag, false), false),
      merchant: Shape.ref("merchant", scope.merchants),
      amount: Shape.values(scope.amounts),
      presented: when(binds, Shape.only(Relevance.isUndecided(horizons), flag, false), false),
      view: Shape.literals([...Relay.views, "adversary"]),
      sentAt: Shape.seen(
        Relevance.sentAs(horizons),
        Shape.instant(can.restore ? restoredFor : agedFor(horizons, sentFor))
      ),
      arrived: Shape.only(isHonest, flag, true),
      reversing: when(settlement, Shape.only(isHonest, flag, false), false),
      abandoned: when(settlement, flag, false),
      status: saved,
      reason: Shape.only((order: Order) => order.status === "refused", told, "NONE"),
      taken: flag,
      at: Shape.seen(
        Relevance.writtenAs(horizons),
        Shape.instant(writtenUntil, epsilon, { age: Math.max(tooOld, writtenUntil + 1), span: unsettledFor })
      ),
      free: flag,
      day: Shape.day,
      returnedDay: when(!inForce(rules, "SET-9"), Shape.day, -1),
      refunded: when(settlement, sums, 0),
      firstRefund: when(settlement, ofRefunds, 0),
      secondRefund: when(settlement, ofRefunds, 0),
      volatile: when(!inForce(rules, "VER-21"), flag, false),
      saved: when(can.restore, saved, "none"),
      confirmed: when(stepUp || StepUp.isInCode(rules), Shape.literals(["no", "seen", "blind"]), "no"),
      confirmedAt: when(stepUp && watchesOrder, Shape.only(isWatched, confirmedFor, Time.never), Time.never),
      debits: Shape.int(0, 2),
      returned: when(settlement, sums, 0),
      date: when(!datesStand, Shape.day, -1),
      undone: when(settlement, flag, false),
      told: when(watchesOrder || !recordsStand, Shape.only(Relevance.toldMatters(horizons), told, "NONE"), "NONE"),
      ...markWhere(watchesOrder)
    })
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// The whole
// ---------------------------------------------------------------------------------------------------------------------

/** How the time of a view is measured. */
const calendarOf = ({ hasSteps, midnight, world }: Horizons): Shape.Calendar => {
  const { rules } = world
  const { clock, window } = rules.scheme
  return {
    // A list has no steps, and so no place within one.
    step: hasSteps ? clock.step : 1,
    utcOffset: clock.utcOffset,
    midnight,
    near: Instants.nearMidnight(world),
    // Where the phone says which day it is, a code may be of the day before.
    over: inForce(rules, "VER-26") || !hasSteps ? 0 : (window!.past + 2) * clock.step + clock.drift,
    far: Instants.farFromMidnight
  }
}

const stateOf = (horizons: Horizons): Shape.Shape<Omit<View.View, "now">> => {
  const { focuses, lostFor, restoredFor, world } = horizons
  const { can, rules, scope } = world
  const merchant = Shape.struct<Merchant>({
    throttled: when(can["wrong-guess"], flag, false),
    flooded: when(can["wrong-guess"], flag, false),
    // What is paid out is what came in: not more than all orders together.
    paidOut: when(scope.plays.payouts, Shape.int(0, scope.orders * Math.max(...scope.amounts)), 0)
  })
  return Shape.struct<Omit<View.View, "now">>({
    accounts: Shape.each("account", accountOf(horizons), scope.accounts),
    phones: Shape.each("phone", phoneOf(horizons), scope.phones.length),
    merchants: Shape.each("merchant", merchant, scope.merchants),
    codes: Shape.bagOf(codeOf(horizons), scope.codes, Relevance.codeMatters(horizons)),
    orders: Shape.bagOf(orderOf(horizons), scope.orders, Relevance.orderMatters(horizons)),
    used: Shape.struct<State["used"]>({
      codes: Shape.int(0, scope.codes),
      orders: Shape.int(0, scope.orders)
    }),
    backupAt: when(can.restore, Shape.instant(inForce(rules, "VER-30") ? 0 : lostFor), Time.never),
    restoredAt: when(can.restore, Shape.instant(restoredFor), Time.never),
    coincide: when(scope.plays.coincidence, flag, false),
    focus: Shape.int(View.here, focuses)
  })
}

/** The shape of the views of a world, how their time is measured, and which of their parts are interchangeable. */
export const of = (horizons: Horizons): Shape.Timed<View.View> => ({
  calendar: calendarOf(horizons),
  renumberings: Renumberings.of(horizons.world),
  shape: stateOf(horizons)
})
