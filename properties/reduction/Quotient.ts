/**
 * The quotient: which states of the system are one to the claims at hand. A search visits one state of each class, and so
 * covers the whole scope. What the classes leave out stands in the modules beside this one, part by part:
 *
 * - Time is relative. Far from midnight, and after it, a run is the same at any time of day.
 * - Accounts, phones, merchants, codes and orders that differ only in their number are interchangeable.
 * - What can do nothing any more is forgotten, as far as the clauses in force see to that.
 * - Instants, tills and answers are kept for the one code or order that a claim watches. Any may be it: every choice is
 *   explored.
 * - The adversary loses no time: it never misses a code.
 *
 * `Horizons.ts` has what ages matter and which clauses stand; `Relevance.ts`, what of a view makes a difference;
 * `StateShape.ts`, its shape; `Focus.ts`, what is watched; and `Offers.ts`, what a search goes on with.
 *
 * All of it is checked against a search that leaves nothing out, second by second (`Quotient.test.ts`).
 */
import type { Action, Event, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { compileTimed, type Refined } from "../search/Search.ts"

import * as Focus from "./Focus.ts"
import * as Horizons from "./Horizons.ts"
import * as Offers from "./Offers.ts"
import * as StateShape from "./StateShape.ts"
import type { View } from "./View.ts"

export type { Lookback } from "./Horizons.ts"
export { type View, type Watched, watchables } from "./View.ts"

/** A quotient of a world, to be searched. */
export interface Quotient extends Refined<View, Action, Event> {
  /** Whether an event is about the watched code or order, or nothing is watched. */
  readonly isWatched: (event: Event, after: View) => boolean
}

/** The quotient of a world for a search that looks back so far. */
export const make = (world: World, lookback: Horizons.Lookback): Quotient => {
  const horizons = Horizons.of(world, lookback)
  const followed = Focus.followed(horizons)
  const actions = Offers.actions(horizons)
  return {
    init: Focus.starts(horizons),
    actions,
    likeNormal: Offers.likeNormal(actions),
    next: (view, action) => {
      const { events, state } = System.next(world, view, action)
      return { events, state: followed(view, state) }
    },
    urgent: Offers.urgent(horizons),
    normal: Focus.normal(horizons),
    kindOf: ({ _tag }) => _tag,
    isWatched: Focus.isAbout(horizons),
    layout: compileTimed<View>(StateShape.of(horizons))
  }
}
