/** Measures: the numbers by which the points of a sweep are told apart, less being better, and what a scheme asserts of each. */
import type { Scheme } from "../../model/Scheme.ts"
import { type BoundId, boundIds } from "../../spec/Claims.ts"
import { boundOf } from "../computed/Catalogue.ts"

/** A number of a computed claim: what one guess, or one code, comes to, or what the guesses of a day do. */
export interface Measure {
  readonly name: string
  readonly claim: BoundId
  readonly isADay: boolean
}

/** Every measure. */
export const measures: ReadonlyArray<Measure> = boundIds.flatMap((claim): ReadonlyArray<Measure> => {
  const one = { name: claim, claim, isADay: false }
  return claim === "guess-blind" ? [one, { name: `${claim}-a-day`, claim, isADay: true }] : [one]
})

/** The most that a scheme asserts the number to be; undefined where it asserts nothing. */
export const atMostOf = ({ claim, isADay }: Measure, scheme: Scheme): number | undefined => {
  const bound = boundOf(scheme, claim)
  return isADay ? bound?.atMostADay : bound?.atMost
}
