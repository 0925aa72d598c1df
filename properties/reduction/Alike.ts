/**
 * Alike: whether a state of the system and the normal form that stands for it have the same futures. All that can happen in
 * one must happen in the other, come to states that are one, and be judged alike. Then a search that goes on from the normal
 * form loses nothing and adds nothing, as far as actions go that it offers.
 *
 * A state may need one more step for what its normal form does at once, if that step comes to the same normal form and is no case.
 *
 * Two things are left to dominance, and are not compared here: when time stops, and what is only more of the same, by what
 * the normal form has forgotten. The latter moves no money, decides nothing but a refusal, and may break nothing that does not
 * break without it.
 *
 * Both are asked what happens next by the search itself: what it does not offer (`Offers.ts`), it offers neither, and what must follow
 * at once follows in both. Claims that something comes to pass are not judged. `Differential.test.ts` is what looks at these.
 */

import type { Action, CodeKey, Event, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import type { Property, Refined } from "../search/Search.ts"
import * as Horizons from "./Horizons.ts"
import type { Lookback } from "./Reductions.ts"
import * as Relevance from "./Relevance.ts"
import type { View } from "./View.ts"

/** An action that makes a difference between a state and its normal form, and what was judged of it. */
export interface Difference {
  /** Who can do it, or for whom it comes to something else. */
  readonly of: "state" | "normal form"
  readonly action: Action
  readonly judged: ReadonlyArray<string>
}

/** What is compared with what stands for it. */
export interface Subject {
  readonly world: World
  readonly lookback: Lookback
  /** The quotient of that world for a search that looks back so far. */
  readonly quotient: Refined<View, Action, Event>
  readonly properties: ReadonlyArray<Property<View, Action, Event>>
}

/** What an action comes to: the state, with what happens at once after it, and what is judged of it. */
export interface Outcome {
  readonly view: View
  readonly judged: ReadonlyArray<string>
}

/** The codes that an action presents, and the orders that it is about. */
const keysOf = (action: Action): ReadonlyArray<CodeKey> => {
  if (action._tag === "Race") return [...keysOf(action.first), ...keysOf(action.second)]
  return action._tag === "Pay" ? [action.request.key] : action._tag === "Present" ? [action.key] : []
}
const ordersOf = (action: Action): ReadonlyArray<number> => {
  if (action._tag === "Race") return [...ordersOf(action.first), ...ordersOf(action.second)]
  return "order" in action && action.order >= 0 ? [action.order] : []
}

/** Whether an action is about what a normal form forgets: a code too old to be accepted, a settled order, an old screen. */
const isForgotten = (horizons: Horizons.Horizons) => {
  const codeMatters = Relevance.codeMatters(horizons)
  const orderMatters = Relevance.orderMatters(horizons)
  const screenMatters = Relevance.screenMatters(horizons)
  return (view: View, action: Action): boolean =>
    keysOf(action).some((key) => view.codes.some((code) => System.isSame(code, key) && !codeMatters(code, view))) ||
    ordersOf(action).some((order) => !orderMatters(view.orders[order]!, view)) ||
    (action._tag === "Scan" && !screenMatters(view.phones[action.phone]!, view)) ||
    // What is still on a screen was read when it came up.
    (action._tag === "Present" && !screenMatters(view.phones[action.key.phone]!, view))
}

/** Whether an action moved money or decided anything but a refusal: that is never more of the same. */
const moves = (before: View, after: View): boolean =>
  after.orders.some((order, index) => {
    const was = before.orders[index]
    if (was === order) return false
    const isAccepted = order.status === "paid" || order.status === "open"
    if (was === undefined) return isAccepted || order.debits > 0
    const isAsItWas = order.debits === was.debits && order.returned === was.returned && order.day === was.day
    return !isAsItWas || (order.status !== was.status && !(was.status === "none" && order.status === "refused"))
  })

/** How a quotient goes on from a view: what every action comes to, what is judged of it, and the normal form that stands for it. */
const going = ({ properties, quotient }: Pick<Subject, "properties" | "quotient">) => {
  const words = new Uint32Array(quotient.layout.words)
  const nameOf = (view: View): string => {
    quotient.layout.encode(quotient.normal(view), words, 0)
    return words.join()
  }
  const normalOf = (view: View): View => {
    quotient.layout.encode(quotient.normal(view), words, 0)
    return quotient.layout.decode(words, 0)
  }
  const take = (from: View, action: Action): Outcome => {
    const judged = new Set<string>()
    let view = from
    for (let next: Action | undefined = action; next !== undefined; next = quotient.urgent(view)) {
      const before: View = view
      const { events, state } = quotient.next(before, next)
      view = state
      for (const property of properties) {
        if (property.kind === "leads-to") continue
        for (const event of events) {
          if (!property.on(event)) continue
          const judgement = property.judge(before, event, state)
          if (judgement !== "elsewhere") judged.add(`${property.name}: ${judgement}`)
        }
      }
    }
    return { view, judged: [...judged].sort() }
  }
  const waysOf = (view: View) =>
    quotient
      .actions(view)
      .filter(({ _tag }) => _tag !== "Advance")
      .map((action) => {
        const outcome = take(view, action)
        return { action, ...outcome, name: nameOf(outcome.view), key: `${nameOf(outcome.view)} ${outcome.judged}` }
      })
  return { nameOf, normalOf, take, waysOf }
}

/** How a subject is compared: how a view is gone on from, and how it differs from the normal form that stands for it. */
export const comparing = (subject: Subject) => {
  const { nameOf, normalOf, take, waysOf } = going(subject)
  const horizons = Horizons.of(subject.world, subject.lookback)
  const forgotten = isForgotten(horizons)
  const isWatching = horizons.focuses > 0
  /** `wasBroken` says what is broken already: a claim that has fallen falls again by whatever it is asked about. */
  const differences = (view: View, wasBroken: ReadonlySet<string>): ReadonlyArray<Difference> => {
    const normal = normalOf(view)
    const [here, there] = [waysOf(view), waysOf(normal)]
    const [hereKeys, thereKeys] = [new Set(here.map(({ key }) => key)), new Set(there.map(({ key }) => key))]
    const itself = nameOf(normal)
    const known = new Set([...wasBroken, ...there.flatMap(({ judged }) => judged)])
    // Of two at once the one that is not about what is forgotten is looked at by itself.
    const isMore = ({ action, judged, name, view: after }: (typeof here)[number]): boolean =>
      (name === itself || (forgotten(view, action) && (action._tag === "Race" || !moves(view, after)))) &&
      judged.every((judgement) => !judgement.endsWith(": broken") || known.has(judgement))
    // Of orders that are not watched the state still knows what they were answered: those are cases where they are watched.
    const isLess = (judged: ReadonlyArray<string>, name: string, way: (typeof here)[number]): boolean =>
      isWatching &&
      way.name === name &&
      judged.every((judgement) => way.judged.includes(judgement)) &&
      way.judged.every((judgement) => judgement.endsWith(": kept") || judged.includes(judgement))
    const lost = here.filter((way) => !thereKeys.has(way.key) && !isMore(way))
    const added = there.filter(
      ({ judged, key, name }) => !hereKeys.has(key) && !here.some((way) => isLess(judged, name, way))
    )
    // What the state has not come to yet: a request that it still has under way, say, holds up the next one.
    const soon = (added.length === 0 ? [] : here)
      .filter(({ judged, name, view: after }) => name === itself && after !== view && judged.length === 0)
      .flatMap(({ view: after }) => waysOf(after))
    const soonKeys = new Set(soon.map(({ key }) => key))
    return [
      ...lost.map(({ action, judged }): Difference => ({ of: "state", action, judged })),
      ...added
        .filter(({ key }) => !soonKeys.has(key))
        .map(({ action, judged }): Difference => ({ of: "normal form", action, judged }))
    ]
  }
  return { take, differences, normalOf }
}
