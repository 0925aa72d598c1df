/**
 * Generation: the phone makes a code from what it holds, offline.
 *
 * @see spec/Generation.md
 */
import * as Result from "effect/Result"
import type { Reason } from "./Refusal.ts"
import type { Rules } from "./Rules.ts"
import * as Time from "./Time.ts"

/** What a phone does to show a code: use the step its corrected clock is in, or ask the provider (without GEN-1). */
export type Showing = { readonly _tag: "Made"; readonly step: number } | { readonly _tag: "Asked" }

const asked: Showing = { _tag: "Asked" }

/**
 * Decides what a phone shows when its corrected clock reads `clock`. A phone without a credential shows nothing and
 * asks nobody (GEN-1).
 */
export const show = (rules: Rules, enrolled: boolean, clock: number): Result.Result<Showing, Reason> => {
  if (enrolled) return Result.succeed({ _tag: "Made", step: Time.stepAt(rules.scheme, clock) })
  return rules.inForce["GEN-1"] ? Result.fail("NO_CREDENTIAL") : Result.succeed(asked)
}

/** Whether a code is still on the screen `age` seconds after it was first shown (GEN-3). */
export const isDisplayed = (rules: Rules, age: number): boolean => age <= rules.scheme.display
