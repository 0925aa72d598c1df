/** Every computed claim with its form, and what it comes to against what a scheme asserts. */
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { BoundId } from "../../spec/Claims.ts"
import * as Collision from "./Collision.ts"
import type { Computed, Form } from "./Computed.ts"
import * as Guessing from "./Guessing.ts"
import * as Loss from "./Loss.ts"

export type { Computed } from "./Computed.ts"
export * from "./Computed.ts"

/** Every claim of the spec that is computed. One that has no form does not compile. */
export const computed: { readonly [Id in BoundId]: Form } = {
  "guess-targeted": Guessing.targeted,
  "guess-blind": Guessing.blind,
  "guess-password": Guessing.password,
  collision: Collision.collision,
  "expected-loss": Loss.perCode
}

/** What a scheme asserts of a computed claim; undefined where it asserts nothing. */
export interface Bound {
  readonly atMost: number
  readonly atMostADay: number | undefined
}

export const boundOf = ({ claims }: Scheme, id: BoundId): Bound | undefined => {
  const bound: { readonly atMost: number; readonly atMostADay?: number } | undefined = claims[id]
  return bound && { atMost: bound.atMost, atMostADay: bound.atMostADay }
}

/** Whether a number is within a bound; for a day, where one is asserted, too. */
export const isWithin = ({ aDay, value }: Computed, { atMost, atMostADay }: Bound): boolean =>
  value <= atMost && (atMostADay === undefined || (aDay ?? 0) <= atMostADay)

/** Whether a scheme keeps what it asserts of a computed claim, once some clauses are left out; undefined where it asserts nothing. */
export const holds = (rules: Rules, id: BoundId): boolean | undefined => {
  const bound = boundOf(rules.scheme, id)
  return bound && isWithin(computed[id](rules), bound)
}
