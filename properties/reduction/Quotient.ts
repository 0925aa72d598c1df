/**
 * The quotient: which states of the system are one to the claims at hand. A search visits one state of each class, and so
 * covers the whole scope. What the classes leave out stands in the shape of the state, part by part:
 *
 * - Time is relative. Far from midnight, and after it, a run is the same at any time of day.
 * - Accounts, phones, merchants, codes and orders that differ only in their number are interchangeable.
 * - What can do nothing any more is forgotten, as far as the clauses in force see to that.
 * - Instants, tills and answers are kept for the one code or order that a claim watches. Any may be it: every choice is
 *   explored.
 * - The adversary loses no time: it never misses a code.
 *
 * All of it is checked against a search that leaves nothing out, second by second (`Quotient.test.ts`).
 */

import { answers } from "../../model/Order.ts"
import * as Binding from "../../model/steps/Binding.ts"
import * as Enrollment from "../../model/steps/Enrollment.ts"
import * as Relay from "../../model/steps/Relay.ts"
import * as Settlement from "../../model/steps/Settlement.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as TokenSource from "../../model/steps/TokenSource.ts"
import type { Action, Event } from "../../model/system/Action.ts"
import { deeds, type Thrift } from "../../model/system/Deeds.ts"
import * as Instants from "../../model/system/Instants.ts"
import {
  type Account,
  accountOf,
  adversary,
  type Code,
  type Credential,
  isSame,
  type Merchant,
  nowhere,
  type Order,
  type Phone,
  replaced,
  roguePhone,
  type State,
  type World
} from "../../model/system/State.ts"
import * as System from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import * as Layout from "../search/Layout.ts"
import type { Refined } from "../search/Search.ts"
import * as Shape from "../search/Shape.ts"

/**
 * What a search keeps of the past for its claims:
 *
 * - `nothing`: the claims speak of single moments.
 * - `code`: of one code, when and at whose till it was shown, by what clock, and when the requests with it were sent.
 * - `order`: of one order, what it was answered, and when it was sent, opened and confirmed.
 */
export const watchables = ["nothing", "code", "order"] as const
export type Watched = (typeof watchables)[number]

/** A state, and which code or order of it is watched. */
export interface View extends State {
  /** From 0: the next-but-so-many to come. Else it has come and is marked as watched, or it is over with it. */
  readonly focus: number
}

const Focus = { over: -1, here: -2 } as const

/** A quotient of a world, to be searched. */
export interface Quotient extends Refined<View, Action, Event> {
  /** Whether an event is about the watched code or order, or nothing is watched. */
  readonly isWatched: (event: Event, after: View) => boolean
}

/** What a search needs to know beside its world. */
export interface Options {
  readonly watched: Watched
  /** Ages count to the second. */
  readonly seconds: boolean
  /** The codes that the adversary has seen are counted. */
  readonly counts: boolean
}

const permutations = (items: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  items.length < 2
    ? [items]
    : items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))

/** The renumberings that change nothing that anybody could see: who is the adversary, or corrupt, stays so. */
const renumberings = (world: World): ReadonlyArray<Shape.Renumbering> => {
  const { can, scope } = world
  const own = adversary(world)
  const rogue = roguePhone(world)
  const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)
  const fixed = (phone: number): boolean => phone === rogue || (can["corrupt-device"] && phone === 0)
  const out: Array<Shape.Renumbering> = []
  for (const account of permutations(range(scope.accounts))) {
    for (const phone of permutations(range(scope.phones.length))) {
      for (const merchant of permutations(range(scope.merchants))) {
        const keepsOwners = scope.phones.every((owner, index) => account[owner] === scope.phones[phone[index]!]!)
        const keepsParts = phone.every((to, from) => to === from || (!fixed(from) && !fixed(to)))
        const keepsMerchants = own < 0 || merchant[own] === own
        // Members are those that the run starts with: afterwards nobody can tell who they were.
        if (keepsOwners && keepsParts && keepsMerchants) out.push({ account, phone, merchant })
      }
    }
  }
  return out.sort((a, b) => Number(isMoved(a)) - Number(isMoved(b)))
}

const isMoved = (renumbering: Shape.Renumbering): boolean =>
  Object.values(renumbering).some((renumbered) => renumbered.some((to, from) => to !== from))

export const make = (world: World, { counts, seconds, watched }: Options): Quotient => {
  const { can, rules, scope } = world
  const { lapses, scheme } = rules
  const { plays } = scope
  const { step } = scheme.clock
  const inForce = (...clauses: ReadonlyArray<ClauseId>): boolean => clauses.every((id) => lapses[id] === undefined)

  const watchesOrder = watched === "order"
  const watchesCode = watched === "code"
  const binds = Binding.isBound(rules)
  // What the adversary learns of a password or PIN it can use.
  const exposes = (StepUp.isByMessage(rules) && can.sms) || (StepUp.isInCode(rules) && can["corrupt-device"])
  const hasSteps = TokenSource.hasSteps(scheme)
  // A known order is answered from its record, and its state moves only by settlement.
  const recordsStand = inForce(
    "VER-1",
    "VER-2",
    "VER-3",
    "VER-4",
    "VER-16",
    "VER-21",
    "SET-3",
    "SET-5",
    "SET-7",
    "SET-8",
    "REL-4"
  )
  const tombstonesStay = inForce("SET-2")
  const windowsHold = inForce("VER-5", "VER-17", "VER-18", "VER-26", "VER-27", "ENR-2", "ENR-5")
  // The day that is recorded is the day.
  const datesStand = inForce("VER-25", "VER-26", "SET-9")
  // A prompt is answered for its own order, by nobody who was not asked.
  const promptsStand = inForce("STP-1", "STP-2", "STP-3", "SET-5")
  const epsilon = can.nodes ? scheme.clock.nodeSkew : 0

  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, scope.starts[0]!) + 1)
  const display = scheme.display
  const delivery = scheme.relay.deliveryAtMost
  const openFor = StepUp.openFor(rules)
  const promptFor = (scheme.stepUp.deliveryAtMost ?? 0) + (scheme.stepUp.answerWithin ?? 0)

  // -------------------------------------------------------------------------------------------------------------------
  // What matters
  // -------------------------------------------------------------------------------------------------------------------

  const isHonest = (order: Order): boolean => order.view !== "adversary"
  /** Whether an honest till's order is yet to be decided, so that what it came from counts. */
  const isUndecided = (order: Order): boolean => isHonest(order) && (!order.taken || !recordsStand || can.restore)
  const isPending = (order: Order): boolean => isHonest(order) && !Relay.isSettled(order.view as Relay.View)

  /** Whether a code is too old for anything but a refusal, on every clock. */
  const isExpired = (position: number, now: number): boolean =>
    hasSteps && windowsHold && position < TokenSource.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now).from

  /** Whether the age of a list is one that tells how long it is still accepted. */
  const issueMatters = ({ issuedAt }: Credential, view: View): boolean =>
    view.now - issuedAt >= TokenSource.validity(rules) + 1 - Instants.beforeExpiry(world)

  const codeMatters = (code: Code, view: View): boolean => view.coincide || !isExpired(code.position, view.now)

  /** Whether what is recorded stays: not where a restore may still undo it. */
  const stands = (view: View): boolean => recordsStand && (!can.restore || view.restoredAt !== Time.never)

  /** Whether the state of an order can change, or make a difference. */
  const orderMatters = (order: Order, view: View): boolean => {
    if (order.watched || !stands(view)) return true
    if (order.day > Time.dayAt(scheme, view.now) || order.returnedDay >= 0) return true
    if (order.status === "none") return true
    if (order.status === "open") return true
    if (isPending(order) && (plays.settlement || !inForce("REL-7"))) return true
    if (order.confirmed !== "no" && !promptsStand) return true
    if (order.status === "paid") return true
    return !order.taken && !tombstonesStay
  }

  /** Whether the code of an order is one that will be looked at. */
  const keyMatters = (order: Order, view: View): boolean =>
    !order.taken || order.watched || !stands(view) || scheme.order.bindsCode || watchesCode

  const carriesWatched = (order: Order, view: View): boolean =>
    watchesCode && order.status === "none" && view.codes.some((code) => code.watched && isSame(code, order))

  const keepsTold = watchesOrder || !recordsStand
  const toldMatters = (order: Order): boolean => order.watched || !recordsStand

  // A till that has given its order up does not take back what it has sent, and a crash may leave it undecided again.
  const isUnderWay = (order: Order): boolean => order.watched && seconds && (order.status === "none" || order.volatile)

  const sentMatters = (order: Order, view: View): boolean =>
    (isPending(order) && plays.settlement) || carriesWatched(order, view) || isUnderWay(order)

  /** After a restore all that counts is whether an order was asked for before it. */
  const sentAs = (sentAt: number, order: Order, view: View): number => {
    if (can.restore) return sentAt <= view.restoredAt ? view.restoredAt : view.now
    return sentMatters(order, view) ? sentAt : view.now
  }

  /**
   * When an order was written matters as long as its deadline is to come, or a reversal that came first is kept. One that
   * was paid can be reversed for a long time: all that counts is whether it still can.
   */
  const atAs = (at: number, order: Order, view: View): number => {
    const { status, taken, watched } = order
    const since = (seconds: number): number => Math.max(at, view.now - seconds - 1 - epsilon)
    if (at === Time.never || (watched && seconds)) return at
    if (!taken) return tombstonesStay ? view.now : since(Settlement.keepsTombstone(rules))
    if (status === "open" && plays.stepUp) return since(openFor)
    return status === "paid" && plays.settlement && Settlement.isTooLate(rules, at, view.now) ? at : view.now
  }

  const screenMatters = (phone: Phone, view: View): boolean =>
    phone.screen !== nowhere &&
    (plays.tills || can.relay) &&
    (view.now === phone.since || (seconds && isWatchedScreen(phone, view)))

  const isWatchedScreen = (phone: Phone, view: View): boolean =>
    view.codes.some((code) => code.watched && code.position === phone.screen && view.phones[code.phone] === phone) &&
    view.now - phone.since <= display

  const standsSomewhere = (phone: Phone, view: View): boolean => plays.stepUp || screenMatters(phone, view)

  // -------------------------------------------------------------------------------------------------------------------
  // The shape of a view
  // -------------------------------------------------------------------------------------------------------------------

  const amounts = Shape.values(scope.amounts)
  // A code that was lost to a restore has expired by then.
  const lostFor = hasSteps ? (scheme.window!.past + scheme.window!.future + 2) * step + 2 * scheme.clock.nodeSkew : 1
  // Where more can come back than was paid, as again after a restore, there is no end to it: it is kept as it is.
  const isExact = inForce("SET-5", "SET-7", "SET-8", "VER-1", "VER-16") && !can.restore
  const sums = !isExact
    ? Shape.int(0, 8 * Math.max(...scope.amounts))
    : Shape.values([0, ...scope.amounts, ...scope.refunds].flatMap((a, _, all) => all.flatMap((b) => [a + b, a])))
  const ahead = hasSteps ? Math.max(scheme.window!.future, Math.ceil((scheme.clock.drift + 1) / step)) : 0
  const dayAhead = Math.floor(Time.secondsPerDay / step)
  // Where old codes still do something, they are told from each other.
  const oldest = windowsHold ? 0 : 3 * dayAhead
  const back = hasSteps ? TokenSource.windowAt(rules, { issuedAt: 0, lostUntil: undefined }, 0).from - oldest : 0
  const supply = TokenSource.supply(rules)
  const position = hasSteps
    ? Shape.step(-back + 1, ahead + 1, dayAhead)
    : Shape.values([nowhere, ...Array.from({ length: scope.codes + 1 }, (_, index) => index), supply - 1, supply])
  const generation = Shape.int(0, Math.max(0, scope.generations - 1))
  const flag = Shape.boolean
  const when = <A extends string | number | boolean>(
    condition: boolean,
    shape: Shape.Shape<A>,
    value: NoInfer<A>
  ): Shape.Shape<A> => (condition ? shape : Shape.forgotten<A>(value))
  const reveals = plays.reveals && scheme.code.marksRevealed
  const status = Shape.literals(Enrollment.statuses)
  const isWatched = (item: { readonly watched: boolean }): boolean => item.watched
  const revealed = when(reveals, flag, false)
  const age = (until: number): number => until + 1 + epsilon
  const sentFor = plays.settlement ? Math.max(scheme.till.pollFor, scheme.reverse.notBefore, delivery) : delivery
  const shownFor = Math.max(adversary(world) < 0 ? 0 : scheme.leak.seconds, display + delivery)
  const settledFor = plays.settlement && !tombstonesStay ? Settlement.keepsTombstone(rules) : 0
  const tooOld = plays.settlement ? scheme.reverse.within + scheme.clock.nodeSkew + 1 : Number.POSITIVE_INFINITY
  const writtenFor = Math.max(openFor, settledFor, promptFor)
  const expires = (scheme.token.validity !== undefined && plays.expiry) || can.restore

  const account = Shape.struct<Account>({
    agreement: Shape.literals(Enrollment.agreements),
    authenticated: when(lapses["STP-1"] !== undefined, flag, false),
    throttled: when(can["wrong-guess"], flag, false),
    exposed: when(exposes, flag, false),
    leaked: when(counts, Shape.int(0, scope.codes), 0),
    saved: when(can.restore, Shape.literals(Enrollment.agreements), "none")
  })
  const credential = Shape.struct<Credential>({
    status,
    issuedAt: expires
      ? Shape.agedOnly(issueMatters, Shape.instant(TokenSource.validity(rules) + 2 + epsilon))
      : Shape.instant(0),
    shown: when(
      supply < Number.POSITIVE_INFINITY,
      Shape.values([...Array.from({ length: scope.codes + 1 }, (_, i) => i), supply]),
      0
    ),
    suspended: when(can.restore, flag, false),
    saved: when(can.restore, Shape.literals([...Enrollment.statuses, "none"]), "none"),
    over: when(can.restore, flag, false)
  })
  const phone = Shape.struct<Phone>({
    held: Shape.int(-1, scope.generations - 1),
    credentials: Shape.list(credential, scope.generations),
    screen: Shape.only(screenMatters, position, nowhere),
    revealed: when(reveals, Shape.only(screenMatters, flag, false), false),
    since: Shape.only(screenMatters, Shape.instant(seconds ? age(display) : 0), Time.never),
    till: Shape.only(standsSomewhere, Shape.ref("merchant", scope.merchants), nowhere)
  })
  const code = Shape.struct<Code>({
    phone: Shape.ref("phone", scope.phones.length),
    generation,
    position,
    revealed,
    payee: when(binds, Shape.ref("merchant", scope.merchants), nowhere),
    sum: when(binds, Shape.values([0, ...scope.amounts]), 0),
    pin: when(binds && StepUp.isInCode(rules), Shape.literals(Binding.pins), "none"),
    copied: when(binds, flag, false),
    made: flag,
    known: flag,
    burned: flag,
    attempted: flag,
    spoilt: when(watchesCode, Shape.only(isWatched, flag, false), false),
    saved: when(can.restore, flag, false),
    watched: when(watchesCode, flag, false),
    till: when(watchesCode, Shape.only(isWatched, Shape.ref("merchant", scope.merchants), nowhere), nowhere),
    shownAt: when(watchesCode, Shape.only(isWatched, Shape.instant(shownFor + 1), Time.never), Time.never),
    onTime: when(watchesCode, Shape.only(isWatched, flag, true), true)
  })
  const order = Shape.struct<Order>({
    phone: Shape.ref("phone", scope.phones.length),
    generation: Shape.only(keyMatters, generation, 0),
    position: Shape.only(keyMatters, position, nowhere),
    revealed: when(reveals, Shape.only(keyMatters, flag, false), false),
    merchant: Shape.ref("merchant", scope.merchants),
    amount: amounts,
    presented: when(binds, Shape.only(isUndecided, flag, false), false),
    view: Shape.literals([...Relay.views, "adversary"]),
    sentAt: Shape.seen(sentAs, Shape.instant(can.restore ? lostFor : age(sentFor))),
    arrived: Shape.only(isHonest, flag, true),
    reversing: when(plays.settlement, Shape.only(isHonest, flag, false), false),
    abandoned: when(plays.settlement, flag, false),
    status: Shape.literals(["none", "paid", "open", "closed", "reversed", "refused"]),
    reason: Shape.only((order: Order) => order.status === "refused", Shape.literals(["NONE", ...answers]), "NONE"),
    taken: flag,
    at: Shape.seen(atAs, Shape.instant(age(writtenFor), epsilon, tooOld)),
    free: flag,
    day: Shape.day,
    returnedDay: when(lapses["SET-9"] !== undefined, Shape.day, -1),
    refunded: when(plays.settlement, sums, 0),
    refunds: when(plays.settlement, Shape.int(0, 3), 0),
    volatile: when(lapses["VER-21"] !== undefined, flag, false),
    saved: when(can.restore, Shape.literals(["none", "paid", "open", "closed", "reversed", "refused"]), "none"),
    confirmed: when(plays.stepUp || StepUp.isInCode(rules), Shape.literals(["no", "seen", "blind"]), "no"),
    confirmedAt: when(
      plays.stepUp && watchesOrder,
      Shape.only(isWatched, Shape.instant(age(promptFor)), Time.never),
      Time.never
    ),
    debits: Shape.int(0, 2),
    returned: when(plays.settlement, sums, 0),
    date: when(!datesStand, Shape.day, -1),
    undone: when(plays.settlement, flag, false),
    told: when(keepsTold, Shape.only(toldMatters, Shape.literals(["NONE", ...answers]), "NONE"), "NONE"),
    watched: when(watchesOrder, flag, false)
  })
  const focuses = watchesCode ? scope.codes : watchesOrder ? scope.orders : 0
  const layout = Layout.compileTimed<View>({
    // A list has no steps, and so no place within one.
    calendar: {
      step: hasSteps ? step : 1,
      utcOffset: scheme.clock.utcOffset,
      midnight,
      near: Instants.nearMidnight(world),
      // Where the phone says which day it is, a code may be of the day before.
      over: inForce("VER-26") || !hasSteps ? 0 : (scheme.window!.past + 2) * step + scheme.clock.drift,
      far: Instants.farFromMidnight
    },
    renumberings: renumberings(world),
    shape: Shape.struct<Omit<View, "now">>({
      accounts: Shape.each("account", account, scope.accounts),
      phones: Shape.each("phone", phone, scope.phones.length),
      merchants: Shape.each(
        "merchant",
        Shape.struct<Merchant>({ throttled: when(can["wrong-guess"], flag, false) }),
        scope.merchants
      ),
      codes: Shape.bagOf(code, scope.codes, codeMatters),
      orders: Shape.bagOf(order, scope.orders, orderMatters),
      used: Shape.struct<State["used"]>({
        codes: Shape.int(0, scope.codes),
        orders: Shape.int(0, scope.orders)
      }),
      backupAt: when(can.restore, Shape.instant(lapses["VER-30"] === undefined ? 0 : lostFor), Time.never),
      restoredAt: when(can.restore, Shape.instant(lostFor), Time.never),
      coincide: when(plays.coincidence, flag, false),
      focus: Shape.int(Focus.here, focuses)
    })
  })

  // -------------------------------------------------------------------------------------------------------------------
  // What can happen
  // -------------------------------------------------------------------------------------------------------------------

  const thrift: Thrift | undefined = windowsHold
    ? { aliases: true, readPhones: !plays.tills, otherTills: binds && adversary(world) >= 0 && !plays.tills }
    : undefined

  /** Whether it is long before midnight, so that whole hours can pass: one midnight is as many as a run meets. */
  const isFar = ({ now }: View): boolean => now < midnight - Instants.nearMidnight(world)

  /**
   * Where a code is watched, only that one comes from a phone whose clock is off: another of those moves nothing (VER-27).
   * And one code at a time is made far ahead.
   */
  const isOffered = (view: View, action: Action): boolean => {
    if ((action._tag !== "Show" && action._tag !== "RunOff") || action.offset === 0) return true
    if (watchesCode && inForce("VER-27")) return view.focus === 0
    if (action.offset < Time.secondsPerDay) return true
    if (!isFar(view)) return false
    const latest = Time.stepAt(scheme, view.now) + ahead + 1
    return !view.codes.some((code) => code.position > latest)
  }

  const lookout = (view: View): Instants.Lookout => ({
    seconds: seconds && (view.focus === 0 || view.focus === Focus.here),
    skew: watchesCode && view.focus === 0,
    far: isFar(view)
  })

  const actions = (view: View): ReadonlyArray<Action> => {
    if (view.focus === Focus.over && focuses > 0) return []
    const all = deeds(world, view, thrift)
    const out = scope.offsets.length > 1 ? all.filter((action) => isOffered(view, action)) : all
    for (const wait of Instants.waits(world, view, lookout(view))) out.push({ _tag: "Advance", seconds: wait })
    return out
  }

  /** Where the normal form has forgotten what would have made a stop, more time passes at once. */
  const likeNormal = (view: View, normal: View): ReadonlyArray<Action> => [
    ...actions(view),
    ...actions(normal).filter(({ _tag }) => _tag === "Advance")
  ]

  const urgent = (view: View): Action | undefined => {
    if (!can.capture) return undefined
    for (let phone = 0; phone < view.phones.length; phone++) {
      const { held, revealed, screen, since } = view.phones[phone]!
      if (screen === nowhere || view.now !== since) continue
      const key = { phone, generation: held, position: screen, revealed }
      if (view.codes.some((code) => isSame(code, key) && !code.known)) return { _tag: "Capture", phone }
    }
    return undefined
  }

  /** Marks the code or order that was to be watched, when it comes; and tells when it is over with it. */
  const next = (view: View, action: Action) => {
    const { events, state } = System.next(world, view, action)
    return { events, state: focuses === 0 || state === view ? (state as View) : focused(view, state as View) }
  }

  const focused = (before: View, after: View): View => {
    const { focus } = before
    if (focus >= 0) {
      const made = watchesCode ? after.used.codes - before.used.codes : after.used.orders - before.used.orders
      if (made === 0) return after
      if (focus > 0) return { ...after, focus: focus < made ? Focus.over : focus - made }
      return watchesCode
        ? {
            ...after,
            focus: Focus.here,
            codes: replaced(after.codes, after.codes.length - 1, { ...after.codes.at(-1)!, watched: true })
          }
        : {
            ...after,
            focus: Focus.here,
            orders: replaced(after.orders, after.orders.length - 1, { ...after.orders.at(-1)!, watched: true })
          }
    }
    return focus === Focus.here && isOver(after) ? { ...after, focus: Focus.over } : after
  }

  /** Whether no case of the watched code can come any more: it has expired, or is burned and no till asks for it. */
  const isOver = (view: View): boolean => {
    const code = watchesCode ? view.codes.find((one) => one.watched) : undefined
    if (code === undefined) return false
    if (isExpired(code.position, view.now)) return true
    if (!code.attempted || !recordsStand || !inForce("VER-8", "VER-10", "VER-19")) return false
    const isAsked = view.orders.some((order) => order.status === "none" && isSame(code, order))
    const phone = view.phones[code.phone]!
    return !isAsked && !(plays.tills && phone.screen === code.position && screenMatters(phone, view))
  }

  const isAbout = (event: Event, view: View): boolean => {
    if (focuses === 0) return true
    if (event._tag !== "Answered" && event._tag !== "Debited" && event._tag !== "Viewed") return !watchesCode
    const order = view.orders[event.order]!
    if (watchesOrder) return order.watched
    const key = event._tag === "Answered" && event.request !== undefined ? event.request.key : order
    return view.codes.some((code) => code.watched && isSame(code, key))
  }

  /** Where nothing of the watched code or order can come any more, nothing else matters either. */
  const end: View = { ...System.init(world)[0]!, focus: Focus.over }
  const normal = (view: View): View => (focuses > 0 && view.focus === Focus.over ? end : view)

  const init = System.init(world).flatMap((state) =>
    focuses === 0
      ? [{ ...state, focus: Focus.over }]
      : Array.from({ length: focuses }, (_, focus) => ({ ...state, focus }))
  )

  return { init, actions, likeNormal, next, urgent, normal, isWatched: isAbout, layout }
}

/** The account of an order's payer. */
export const payerOf = (world: World, { phone }: Order): number => accountOf(world, phone)
