/**
 * The quotient: which states of the system are one to the claims at hand. A search visits one state of each class, the
 * normal one, and so covers the whole scope. What the classes leave out, and why nothing is lost:
 *
 * - Time is relative. Far from midnight, and after it, a run is the same at any time of day.
 * - What can do nothing any more is forgotten: a code that can only be refused, the wording of an answer that stands.
 * - Instants are kept for the one code or order that a claim watches. Any may be it: every choice is explored.
 * - Codes, orders and accounts that differ only in their number are interchangeable.
 * - Where an order is watched, no other asks for too much: its refusal would do what any refusal does.
 * - The adversary loses no time. It never misses a code, and what it sends arrives at once: it could have waited.
 *
 * Each of these is checked against a search without any of them, second by second (`Quotient.test.ts`).
 */
import * as Instants from "../model/Instants.ts"
import type { Outcome } from "../model/Order.ts"
import { reasons } from "../model/Refusal.ts"
import * as System from "../model/System.ts"
import * as Time from "../model/Time.ts"
import * as Verification from "../model/Verification.ts"
import * as Layout from "./checker/Layout.ts"
import type { Subject } from "./checker/Search.ts"

/**
 * What a search keeps of the past for its claims:
 *
 * - `nothing`: the claims speak of single moments.
 * - `till`: at whose till the watched code was shown.
 * - `age`: when the watched code was first shown, and by what clock.
 * - `delivery`: the same, and when the requests that carry it were sent.
 * - `answers`: what the watched order was asked and answered.
 */
export type Watched = "nothing" | "till" | "age" | "delivery" | "answers"

/** A state, and which code or order of it is watched. */
export interface View extends System.State {
  /** From 0: the next-but-so-many to come. Else it has come and is the first of its list, or it has gone. */
  readonly focus: number
}

const Focus = { gone: -1, here: 15 } as const

/** A quotient of a world, to be searched. */
export interface Quotient extends Subject<View, System.Action, System.Event> {
  /** Whether an event is about the watched code or order, or nothing is watched. */
  readonly isWatched: (event: System.Event, after: View) => boolean
}

const outcomes: ReadonlyArray<Outcome | "NONE"> = ["NONE", "PAID", ...reasons]
const outcomeRank = Object.fromEntries(outcomes.map((outcome, rank) => [outcome, rank])) as Record<
  Outcome | "NONE",
  number
>

/** Mixes a number into a hash, so that sums of hashes tell bags apart. */
const mixed = (hash: number): number => {
  const a = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  const b = Math.imul(a ^ (a >>> 12), 0x297a2d39)
  return (b ^ (b >>> 15)) >>> 0
}

/** A number for all of a code but its payer. */
const codeContent = (code: System.Code): number =>
  ((code.step * 4 + code.till) * 4096 + (code.shownAt & 4095)) * 32 +
  (code.onTime ? 16 : 0) +
  (code.made ? 8 : 0) +
  (code.captured ? 4 : 0) +
  (code.burned ? 2 : 0) +
  (code.attempted ? 1 : 0)

const codeRank = (code: System.Code): number => codeContent(code) * 4 + code.payer

const orderRank = (order: System.Order): number => {
  const request = order.requests[0]!
  return (
    ((((order.merchant * 16 + outcomeRank[order.outcome]) * 8 + request.code + 1) * 8 + request.payer) * 8 +
      (request.amount & 7)) *
      65536 +
    (request.sentAt & 4095) * 16 +
    (request.day & 15)
  )
}

const replaced = <A>(items: ReadonlyArray<A>, index: number, item: A): ReadonlyArray<A> => {
  const copy = items.slice()
  copy[index] = item
  return copy
}

/** The number that the watched code or order has, or will have once it comes. */
const focal = (view: View): number => (view.focus === Focus.here ? 0 : view.focus)

export const make = (world: System.World, watched: Watched): Quotient => {
  const { can, rules, scope } = world
  const { inForce, scheme } = rules
  const { step } = scheme.clock
  const own = System.adversary(world)

  const watchesOrder = watched === "answers"
  const watchesCode = watched === "till" || watched === "age" || watched === "delivery"
  const seconds = watched === "age" || watched === "delivery"
  // A known order is answered from its record, and a burned code is refused: what is settled stays settled.
  const answersStand = inForce["VER-1"] && inForce["VER-16"]
  const burnsStand = answersStand && inForce["VER-8"] && inForce["VER-10"]
  // No account is debited by a code of another: the provider compares its proof with one that only this seed gives.
  const ownCodes = inForce["ENR-2"] && inForce["VER-5"]
  // An adversary with a till of its own and every code can do, when a request arrives, what the request would do.
  const sendsAtOnce = can.capture && can.merchant && !watchesOrder && watched !== "till" && watched !== "delivery"

  const near = scope.starts[0]!
  const startDay = Time.dayAt(scheme, near)
  const midnight = Time.startOfDay(scheme, startDay + 1)
  const far = Math.floor(midnight / step - 20) * step
  const after = Math.ceil(midnight / step + 20) * step
  const oldest = Math.max(scheme.leak.seconds, scheme.display + scheme.relay.deliveryAtMost) + 1
  const latest = scheme.relay.deliveryAtMost + 1
  // No phone within the stated drift is further ahead than this; one that is a day ahead stays ahead.
  const ahead = Math.max(scheme.window.future, Math.ceil((scheme.clock.drift + 1) / step))
  const dayAhead = Math.floor(Time.secondsPerDay / step)
  const anAmount = scope.amounts[0]!

  /** The time of day that stands for a time: nothing but the place within a step matters, except just before midnight. */
  const timeOf = (now: number): number => {
    if (now < near) return far + (now % step)
    return now < midnight ? now : after + (now % step)
  }

  /** What the parts of a normal form have in common: the time that stands for now, and how far the present one is off. */
  interface Frame {
    readonly view: View
    readonly now: number
    readonly shift: number
    readonly steps: number
    readonly days: number
    readonly step: number
    /** The first step that is not too old to be accepted. */
    readonly from: number
    readonly codesLeft: boolean
    /** The number of the watched code or order, where it has come. */
    readonly focalCode: number
    readonly focalOrder: number
  }

  const frameOf = (view: View): Frame => {
    const now = timeOf(view.now)
    const focus = focal(view)
    return {
      view,
      now,
      shift: now - view.now,
      steps: (now - view.now) / step,
      days: Time.dayAt(scheme, now) - Time.dayAt(scheme, view.now),
      step: Time.stepAt(scheme, now),
      from: inForce["VER-5"] ? Verification.windowAt(rules, now).from : Number.NEGATIVE_INFINITY,
      codesLeft: view.codes.length < scope.codes,
      focalCode: watchesCode ? focus : -1,
      focalOrder: watchesOrder ? focus : -1
    }
  }

  /** Whether a code is on a screen for a till to scan. One that is not watched is scanned at once, or never. */
  const isShown = (frame: Frame, index: number): boolean => {
    const { view } = frame
    const code = view.codes[index]!
    if (code.captured || view.payers[code.payer]!.screen !== index) return false
    return view.now - code.shownAt <= (seconds && index === frame.focalCode ? scheme.display : 0)
  }

  /** Whether a code is one that nobody can present any more, and that its phone cannot make again unburned. */
  const isLost = (frame: Frame, index: number): boolean => {
    const { view } = frame
    const code = view.codes[index]!
    if (code.captured || isShown(frame, index)) return false
    if (code.attempted && frame.codesLeft && code.step + frame.steps >= frame.step - ahead) return false
    for (const { outcome, requests } of view.orders) {
      if (outcome !== "NONE" && answersStand) continue
      for (const request of requests) if (request.code === index) return false
    }
    // A watched code is due unless a later one of its credential was attempted; only just, after the one before it.
    const focal = watched === "delivery" && code.attempted ? view.codes[frame.focalCode] : undefined
    return focal === undefined || focal.payer !== code.payer || focal.step > code.step + 1
  }

  /** The step of a code whose age no longer matters. */
  const goneStep = (frame: Frame): number => frame.step - scheme.window.past - 2

  /** A code too old for anything but a refusal, or with nobody to present it: the one kind that no one made or has. */
  const forgotten = (frame: Frame, payer: number, captured: boolean): System.Code => ({
    payer,
    step: goneStep(frame),
    till: 0,
    shownAt: frame.now - oldest,
    onTime: true,
    made: captured,
    captured,
    burned: false,
    attempted: false
  })

  const isNobodys = (code: System.Code): boolean => !code.made && !code.captured

  /** Whether a code in normal form can only be refused from now on, whoever presents it. */
  const isSpent = (frame: Frame, code: System.Code): boolean =>
    code.step < frame.from || (code.attempted && burnsStand) || isNobodys(code)

  const normalCode = (frame: Frame, index: number): System.Code => {
    const code = frame.view.codes[index]!
    let shifted = code.step + frame.steps
    if (shifted > frame.step + ahead) shifted = frame.step + dayAhead
    else if (shifted < goneStep(frame)) shifted = goneStep(frame)
    if (shifted < frame.from && code.captured) return forgotten(frame, code.payer, true)
    if (shifted < frame.from || isLost(frame, index)) return forgotten(frame, 0, false)
    const focal = index === frame.focalCode && !(code.attempted && burnsStand)
    const shown = isShown(frame, index)
    const timed = shown || (focal && seconds)
    return {
      payer: code.payer,
      step: shifted,
      till: shown || (focal && watched === "till") ? code.till : 0,
      shownAt: timed ? Math.max(code.shownAt + frame.shift, frame.now - oldest) : frame.now - oldest,
      onTime: focal && seconds ? code.onTime : true,
      made: code.made,
      captured: code.captured,
      burned: code.burned,
      attempted: code.attempted
    }
  }

  const bare = (frame: Frame, answer: "NONE" | "DECLINED"): System.Request => ({
    code: -1,
    payer: 0,
    amount: anAmount,
    sentAt: frame.now - latest,
    answer,
    debits: 0,
    day: 0
  })

  const single = (merchant: number, request: System.Request, outcome: System.Order["outcome"]): System.Order => ({
    merchant,
    requests: [request],
    outcome,
    decided: 0
  })

  /** An order whose every word counts: the watched one, or any where answers do not stand. */
  const fullOrder = (frame: Frame, order: System.Order): System.Order => ({
    ...order,
    requests: order.requests.map((request) => ({
      ...request,
      code: order.outcome === "NONE" || scheme.order.bindsCode || !answersStand ? request.code : -1,
      sentAt: frame.now - latest,
      day: request.debits > 0 ? request.day + frame.days : 0
    }))
  })

  const normalOrder = (frame: Frame, index: number, codes: ReadonlyArray<System.Code>): System.Order => {
    const order = frame.view.orders[index]!
    const { outcome, requests } = order
    const focal = index === frame.focalOrder && (outcome === "NONE" || order.merchant === own)
    if (focal || !answersStand) return fullOrder(frame, order)
    const sentAt = frame.now - latest
    if (outcome !== "NONE") {
      // Its request is answered as before, and the books know what was paid: nothing else is left of it.
      for (const request of requests) {
        if (request.debits > 0)
          return single(0, { ...request, code: -1, sentAt, day: request.day + frame.days }, outcome)
      }
      return single(0, bare(frame, "DECLINED"), "DECLINED")
    }
    const request = requests[0]!
    const merchant = watched === "till" ? order.merchant : 0
    const code = codes[request.code]
    if (code === undefined || (isSpent(frame, code) && burnsStand)) return single(merchant, bare(frame, "NONE"), "NONE")
    const timed = watched === "delivery" && request.code === frame.focalCode
    return single(
      merchant,
      timed ? { ...request, sentAt: Math.max(request.sentAt + frame.shift, sentAt) } : { ...request, sentAt },
      "NONE"
    )
  }

  /** An account that can pay no more has nothing left to sign or withdraw. */
  const closed: System.Payer = { agreement: "ended", enrolled: true, screen: -1 }

  const normalPayer = (frame: Frame, index: number, codes: ReadonlyArray<System.Code>): System.Payer => {
    const payer = frame.view.payers[index]!
    const shown = payer.screen >= 0 && isShown(frame, payer.screen)
    if (!frame.codesLeft && !shown) {
      let over = true
      for (const code of codes) if ((code.payer === index || !ownCodes) && !isSpent(frame, code)) over = false
      if (over) return closed
    }
    return shown || payer.screen < 0 ? payer : { ...payer, screen: -1 }
  }

  /** The parts of a normal form while they are put in order. */
  interface Parts {
    readonly payers: Array<System.Payer>
    readonly codes: Array<System.Code>
    readonly orders: Array<System.Order>
  }

  /** Gives a code and its left neighbour each other's number. */
  const exchangeCodes = ({ codes, orders, payers }: Parts, right: number): void => {
    const left = right - 1
    const code = codes[left]!
    codes[left] = codes[right]!
    codes[right] = code
    for (let i = 0; i < payers.length; i++) {
      const { screen } = payers[i]!
      if (screen === left || screen === right) payers[i] = { ...payers[i]!, screen: left + right - screen }
    }
    for (let i = 0; i < orders.length; i++) {
      const { requests } = orders[i]!
      for (let j = 0; j < requests.length; j++) {
        const request = requests[j]!
        if (request.code === left || request.code === right) {
          const renamed = replaced(orders[i]!.requests, j, { ...request, code: left + right - request.code })
          orders[i] = { ...orders[i]!, requests: renamed }
        }
      }
    }
  }

  const exchangeOrders = ({ orders }: Parts, right: number): void => {
    const order = orders[right - 1]!
    orders[right - 1] = orders[right]!
    orders[right] = order
  }

  /** What can be said of an account without its number, as a number. */
  const weight = ({ codes, orders, payers }: Parts, payer: number, focus: number): number => {
    const { agreement, enrolled, screen } = payers[payer]!
    let sum = mixed(
      (agreement === "none" ? 4 : agreement === "live" ? 8 : 12) + (enrolled ? 2 : 0) + (screen >= 0 ? 1 : 0)
    )
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!
      if (code.payer === payer && !isNobodys(code)) sum += mixed((codeContent(code) | 0) + (i < focus ? 7 : 0))
    }
    for (let i = 0; i < orders.length; i++) {
      const { amount, code, day, debits, payer: of } = orders[i]!.requests[0]!
      if (of === payer && (debits > 0 || code >= 0))
        sum += mixed((amount & 7) * 64 + (day & 15) * 4 + (i < focus ? 2 : 0) + debits)
    }
    return sum
  }

  /** Gives two accounts each other's number. What belongs to nobody keeps 0. */
  const exchangeAccounts = ({ codes, orders, payers }: Parts): void => {
    payers.reverse()
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!
      if (!isNobodys(code)) codes[i] = { ...code, payer: 1 - code.payer }
    }
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i]!
      const { code, debits } = order.requests[0]!
      if (code < 0 && debits === 0 && order.requests.length === 1 && order.merchant === 0) continue
      orders[i] = { ...order, requests: order.requests.map((request) => ({ ...request, payer: 1 - request.payer })) }
    }
  }

  const normal = (view: View): View => {
    const frame = frameOf(view)
    const codes: Array<System.Code> = []
    for (let i = 0; i < view.codes.length; i++) codes.push(normalCode(frame, i))
    const orders: Array<System.Order> = []
    for (let i = 0; i < view.orders.length; i++) orders.push(normalOrder(frame, i, codes))
    const payers: Array<System.Payer> = []
    for (let i = 0; i < view.payers.length; i++) payers.push(normalPayer(frame, i, codes))
    const parts = { payers, codes, orders }

    // What is watched comes first; what is not is in no order.
    let focus = view.focus
    let firstCode = 0
    let firstOrder = 0
    if (frame.focalCode >= 0 && frame.focalCode < codes.length) {
      if (isSpent(frame, codes[frame.focalCode]!)) focus = Focus.gone
      else {
        for (let i = frame.focalCode; i > 0; i--) exchangeCodes(parts, i)
        focus = Focus.here
        firstCode = 1
      }
    }
    if (frame.focalOrder >= 0 && frame.focalOrder < orders.length) {
      const { merchant, outcome } = orders[frame.focalOrder]!
      if (outcome !== "NONE" && merchant !== own && answersStand) focus = Focus.gone
      else {
        for (let i = frame.focalOrder; i > 0; i--) exchangeOrders(parts, i)
        focus = Focus.here
        firstOrder = 1
      }
    }
    const first = firstCode + firstOrder
    if (payers.length === 2 && weight(parts, 0, first) > weight(parts, 1, first)) exchangeAccounts(parts)
    for (let i = firstCode + 1; i < codes.length; i++) {
      for (let j = i; j > firstCode && codeRank(codes[j]!) < codeRank(codes[j - 1]!); j--) exchangeCodes(parts, j)
    }
    for (let i = firstOrder + 1; i < orders.length; i++) {
      for (let j = i; j > firstOrder && orderRank(orders[j]!) < orderRank(orders[j - 1]!); j--) exchangeOrders(parts, j)
    }
    return { now: frame.now, payers, codes, orders, focus }
  }

  /** Whether a code that is shown next may come from a phone whose clock is off. */
  const maySkew = (view: View): boolean => (watchesCode ? view.focus === view.codes.length : !watchesOrder)

  const isOffered = (view: View, action: System.Action): boolean => {
    switch (action._tag) {
      case "Show": {
        if (action.offset !== 0 && !maySkew(view)) return false
        const place = (view.now + action.offset) % step
        return place === 0 || place === step - 1
      }
      case "Scan":
      case "Submit":
        return !watchesOrder || action.amount === anAmount || view.focus === view.orders.length
      case "Resubmit":
        return !answersStand || (watchesOrder && action.order === focal(view))
      default:
        return true
    }
  }

  const actions = (view: View): ReadonlyArray<System.Action> => {
    const out = System.deeds(world, view).filter((action) => isOffered(view, action))
    const skew = watchesCode ? view.focus >= view.codes.length && view.focus !== Focus.here : !watchesOrder
    const stop = Instants.next(world, view, { seconds, skew })
    if (stop < Number.POSITIVE_INFINITY) out.push({ _tag: "Advance", seconds: stop - view.now })
    return out
  }

  /** Where the normal form has forgotten what would have made a stop, more time passes at once. */
  const likeNormal = (view: View, normal: View): ReadonlyArray<System.Action> => [
    ...actions(view),
    ...actions(normal).filter(({ _tag }) => _tag === "Advance")
  ]

  const urgent = (view: View): System.Action | undefined => {
    if (can.capture) {
      for (const { screen } of view.payers) {
        if (screen >= 0 && !view.codes[screen]!.captured) return { _tag: "Capture", code: screen }
      }
    }
    for (let order = 0; order < view.orders.length; order++) {
      const { merchant, requests } = view.orders[order]!
      if (merchant !== own && !sendsAtOnce) continue
      for (let request = 0; request < requests.length; request++) {
        if (requests[request]!.answer === "NONE") return { _tag: "Deliver", order, request }
      }
    }
    return undefined
  }

  const next = (view: View, action: System.Action) => {
    const { events, state } = System.next(world, view, action)
    return { events, state: state as View }
  }

  const isWatched = (event: System.Event, view: View): boolean => {
    if (!watchesCode && !watchesOrder) return true
    if (event._tag !== "Answered" && event._tag !== "Debited") return false
    if (watchesOrder) return event.order === focal(view)
    return view.orders[event.order]!.requests[event.request]!.code === focal(view)
  }

  const focuses = watchesCode ? scope.codes : watchesOrder ? scope.orders : 0
  const init = System.init(world).flatMap((state) =>
    focuses === 0
      ? [{ ...state, focus: Focus.gone }]
      : Array.from({ length: focuses }, (_, focus) => ({ ...state, focus }))
  )

  const outcome = Layout.literals(outcomes)
  const instant = Layout.int(far - oldest, after + step)
  const payer = Layout.int(0, scope.accounts - 1)
  const merchant = Layout.int(0, scope.merchants - 1)
  const code = Layout.int(-1, scope.codes - 1)
  const request = Layout.struct<System.Request>({
    code,
    payer,
    amount: Layout.values(scope.amounts),
    sentAt: instant,
    answer: outcome,
    debits: Layout.int(0, 2),
    day: Layout.values([0, startDay - 1, startDay, startDay + 1])
  })
  const layout = Layout.compile<View>(
    Layout.struct<View>({
      focus: Layout.int(Focus.gone, Focus.here),
      now: instant,
      payers: Layout.list(
        Layout.struct<System.Payer>({
          agreement: Layout.literals(["none", "live", "ended"]),
          enrolled: Layout.boolean,
          screen: code
        }),
        scope.accounts
      ),
      codes: Layout.list(
        Layout.struct<System.Code>({
          payer,
          step: Layout.int(
            Time.stepAt(scheme, far) - scheme.window.past - 2,
            Time.stepAt(scheme, after) + 1 + dayAhead
          ),
          till: merchant,
          shownAt: instant,
          onTime: Layout.boolean,
          made: Layout.boolean,
          captured: Layout.boolean,
          burned: Layout.boolean,
          attempted: Layout.boolean
        }),
        scope.codes
      ),
      orders: Layout.list(
        Layout.struct<System.Order>({
          merchant,
          requests: Layout.list(request, scope.requests),
          outcome,
          decided: Layout.int(0, scope.requests - 1)
        }),
        scope.orders
      )
    })
  )
  return { init, actions, likeNormal, next, urgent, normal, isWatched, layout }
}
