/**
 * Effort: how much work searches are expected to be. It puts the cheap ones first, and says how far an audit is. No verdict
 * depends on it.
 */
import { asserted } from "../../model/Scheme.ts"
import type { Scene } from "../scenes/Scenes.ts"
import type { Task } from "./Exploration.ts"

/** Transitions of a search in each scene, at quick and at standard: the mean of the built-in schemes, roundly. */
const usual: Readonly<Record<Scene, readonly [quick: number, standard: number]>> = {
  conflict: [800, 4000],
  codes: [3000, 10_000],
  opening: [3000, 50_000],
  prompt: [40_000, 40_000],
  coincidence: [50_000, 50_000],
  sale: [70_000, 70_000],
  till: [130_000, 290_000],
  stepUp: [85_000, 350_000],
  renewal: [100_000, 100_000],
  restoredOrder: [20_000, 50_000],
  refunds: [20_000, 20_000],
  age: [1000, 1000],
  funds: [50_000, 50_000],
  sum: [50_000, 100_000],
  supply: [36_000, 430_000],
  credential: [77_000, 890_000],
  payment: [60_000, 1_500_000],
  restore: [130_000, 3_000_000],
  limits: [450_000, 5_900_000],
  clock: [500_000, 5_500_000],
  order: [160_000, 6_600_000]
}

/** What each search costs besides, in transitions: its code is compiled, and random runs measure it. */
const begun = 100_000

/** Transitions of a search that ends when its claims are broken, which is soon. */
const broken = 1000

/** How much work a search is expected to be, in transitions. */
export const of = ({ claims, scene, scheme, size }: Task): number => {
  if (claims.every((id) => asserted(scheme, id) === "fails")) return begun + broken
  const [quick, standard] = usual[scene]
  return begun + (size === "quick" ? quick : standard)
}
