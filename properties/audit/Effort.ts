/**
 * Effort: how much work searches are expected to be. It puts the cheap ones first, and says how far an audit is. No verdict
 * depends on it.
 */
import { asserted } from "../../model/Scheme.ts"
import type { Scene } from "../scenes/Scenes.ts"
import type { Task } from "./Exploration.ts"

/** Transitions of a search in each scene, at standard: the mean of the built-in schemes, roundly. */
const usual: Readonly<Record<Scene, number>> = {
  conflict: 4000,
  coincidence: 50_000,
  prompt: 60_000,
  sale: 70_000,
  till: 190_000,
  stepUp: 270_000,
  supply: 400_000,
  credential: 890_000,
  payment: 1_300_000,
  restore: 3_000_000,
  limits: 3_900_000,
  clock: 4_700_000,
  order: 5_800_000
}

/** Transitions of a search that ends when its claims are broken, which is soon. */
const broken = 1000

/** Transitions that a search is expected to make. At quick it is about a tenth. */
export const of = ({ claims, scene, scheme, size }: Task): number => {
  if (claims.every((id) => asserted(scheme, id) === "fails")) return broken
  return size === "quick" ? usual[scene] / 10 : usual[scene]
}
