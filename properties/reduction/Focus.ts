/** Focus: which code or order is watched. Any may be it: every choice is explored. */

import * as System from "../../model/system/System.ts"
import { type Event, isSame, type Order, replaced, type State } from "../../model/system/System.ts"
import type { Horizons } from "./Horizons.ts"
import * as Relevance from "./Relevance.ts"
import * as View from "./View.ts"

/** The views that a search starts in: of each state that a run can start in, one for each code or order that it may watch. */
export const starts = ({ focuses, world }: Horizons): ReadonlyArray<View.View> =>
  System.init(world).flatMap((state) =>
    focuses === 0
      ? [{ ...state, focus: View.over }]
      : Array.from({ length: focuses }, (_, focus) => ({ ...state, focus }))
  )

/** The same items with a mark on the last. */
const lastMarked = <A extends View.Mark>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  replaced(items, items.length - 1, { ...items.at(-1)!, watched: true })

/** Marks the code or order that was to be watched, when it comes; and tells when it is over with it. */
export const followed = (horizons: Horizons) => {
  const { focuses, watchesCode } = horizons
  const hasEnded = isOver(horizons)
  const focused = (before: View.View, after: View.View): View.View => {
    const { focus } = before
    if (focus < 0) return focus === View.here && hasEnded(after) ? { ...after, focus: View.over } : after
    const made = watchesCode ? after.used.codes - before.used.codes : after.used.orders - before.used.orders
    if (made === 0) return after
    if (focus > 0) return { ...after, focus: focus < made ? View.over : focus - made }
    return watchesCode
      ? { ...after, focus: View.here, codes: lastMarked(after.codes) }
      : { ...after, focus: View.here, orders: lastMarked(after.orders) }
  }
  // The steps of the system keep what they do not know of: the focus, and the mark.
  return (before: View.View, state: State): View.View =>
    focuses === 0 || state === before ? (state as View.View) : focused(before, state as View.View)
}

/**
 * Whether no case of the watched code can come any more: it has expired; or it is burned for good, no till asks for it, and no
 * order that it opened waits for its payer.
 */
const isOver = (horizons: Horizons) => {
  const { watchesCode, world } = horizons
  const { scope } = world
  const isExpired = Relevance.isExpired(horizons)
  const staysBurned = horizons.isMade("end of a code")
  const waits = ({ status }: Order): boolean => status === "none" || (status === "open" && scope.plays.stepUp)
  const screenMatters = Relevance.screenMatters(horizons)
  return (view: View.View): boolean => {
    const code = watchesCode ? view.codes.find(Relevance.isWatched) : undefined
    if (code === undefined) return false
    if (isExpired(code.position, view.now)) return true
    if (!code.attempted || !staysBurned) return false
    const isAsked = view.orders.some((order) => waits(order) && isSame(code, order))
    const phone = view.phones[code.phone]!
    return !isAsked && !(scope.plays.tills && phone.screen === code.position && screenMatters(phone, view))
  }
}

/** Whether an event is about the watched code or order, or nothing is watched. */
export const isAbout =
  ({ focuses, watchesCode, watchesOrder }: Horizons) =>
  (event: Event, view: View.View): boolean => {
    if (focuses === 0) return true
    if (event._tag !== "Answered" && event._tag !== "Debited" && event._tag !== "Viewed") return !watchesCode
    const order = view.orders[event.order]!
    if (watchesOrder) return Relevance.isWatched(order)
    const key = event._tag === "Answered" && event.request !== undefined ? event.request.key : order
    return view.codes.some((code) => code.watched && isSame(code, key))
  }

/** Where nothing of the watched code or order can come any more, nothing else matters either: all such views are one. */
export const normal = ({ focuses, world }: Horizons) => {
  const end: View.View = { ...System.init(world)[0]!, focus: View.over }
  return (view: View.View): View.View => (focuses > 0 && view.focus === View.over ? end : view)
}
