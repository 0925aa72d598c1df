/**
 * The quotient: which states of the system are one to the claims at hand. A search visits what is left of each class, and so
 * covers the whole scope: not every state, but something from which as much can come. `Reductions.ts` says what is left out,
 * of what kind each reduction is, why nothing is lost by it, and on which clauses that rests.
 *
 * `Horizons.ts` has what ages matter and which reductions hold; `Relevance.ts`, what of a view makes a difference;
 * `StateShape.ts`, its shape; `Focus.ts`, what is watched; and `Offers.ts`, what a search goes on with.
 *
 * All of it is checked: against a search that leaves nothing out, second by second, where that is small enough
 * (`Quotient.test.ts`); against random runs of the world as it is (`Differential.test.ts`); and state by state, against the
 * normal form that stands for it (`Alike.test.ts`, and a share of its own states after every search of an audit).
 */
import type { Action, Event, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { compileTimed, type Refined } from "../search/Search.ts"

import * as Focus from "./Focus.ts"
import * as Horizons from "./Horizons.ts"
import * as Offers from "./Offers.ts"
import type { Lookback } from "./Reductions.ts"
import * as StateShape from "./StateShape.ts"
import type { View } from "./View.ts"

export * as Alike from "./Alike.ts"
export type { Lookback } from "./Reductions.ts"
export * as Reductions from "./Reductions.ts"
export * as Unreduced from "./Unreduced.ts"
export { type View, type Watched, watchables } from "./View.ts"

/** A quotient of a world, to be searched. */
export interface Quotient extends Refined<View, Action, Event> {
  /** Whether an event is about the watched code or order, or nothing is watched. */
  readonly isWatched: (event: Event, after: View) => boolean
}

/** The quotient of a world for a search that looks back so far. */
export const make = (world: World, lookback: Lookback): Quotient => {
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
