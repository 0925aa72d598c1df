/** Measures: the numbers by which the points of a sweep are told apart, less being better, and what a scheme asserts of each. */
import type { Scheme } from "../../model/Scheme.ts"
import { type BoundId, boundIds } from "../../spec/Claims.ts"
import { boundOf, type Computed } from "../computed/Catalogue.ts"

/** A number of a computed claim: of one guess or code, of the guesses of a day, or how many of a year's are accepted at an account. */
export interface Measure {
  readonly name: string
  readonly claim: BoundId
  readonly of: "one" | "a day" | "a year"
}

/** The unit of a measure. */
export type Unit = Computed["unit"] | "guesses a year"

/** The claims of guesses that go on. */
const guesses: ReadonlySet<BoundId> = new Set(["guess-targeted", "guess-blind", "guess-password"])

/** Every measure. */
export const measures: ReadonlyArray<Measure> = boundIds.flatMap((claim): ReadonlyArray<Measure> => {
  const one: Measure = { name: claim, claim, of: "one" }
  const aDay: Measure = { name: `${claim}-a-day`, claim, of: "a day" }
  const aYear: Measure = { name: `${claim}-a-year`, claim, of: "a year" }
  return [one, ...(claim === "guess-blind" ? [aDay] : []), ...(guesses.has(claim) ? [aYear] : [])]
})

/** The most that a scheme asserts the number to be; undefined where it asserts nothing. */
export const atMostOf = ({ claim, of }: Measure, scheme: Scheme): number | undefined => {
  const bound = boundOf(scheme, claim)
  if (of === "a year") return bound?.atMostAYear
  return of === "a day" ? bound?.atMostADay : bound?.atMost
}
