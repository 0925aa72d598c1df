/**
 * Generation: the phone makes a code from what it holds, offline.
 *
 * @see spec/Generation.md
 */
import * as Result from "effect/Result"
import type { Reason } from "../Refusal.ts"
import { inForce, type Rules } from "../Rules.ts"
import * as TokenSource from "./TokenSource.ts"

/** What a phone does to show a code: use the next position of its source, or ask the provider (without GEN-1). */
export type Showing = { readonly _tag: "Made"; readonly position: number } | { readonly _tag: "Asked" }

const requested: Showing = { _tag: "Asked" }

/** What a phone holds of its credential: how many codes it has shown of it. */
export interface Held {
  readonly shown: number
}

/**
 * Decides what a phone shows when its corrected clock reads `clock`. A phone that holds nothing, or nothing more, shows
 * nothing and asks nobody (GEN-1).
 */
export const show = (rules: Rules, held: Held | undefined, clock: number): Result.Result<Showing, Reason> => {
  const { scheme } = rules
  if (held !== undefined && held.shown < TokenSource.supply(rules)) {
    const position = TokenSource.sourceOf(scheme).positionAt(scheme, clock, held.shown)
    return Result.succeed({ _tag: "Made", position })
  }
  return held !== undefined || inForce(rules, "GEN-1") ? Result.fail("NO_CREDENTIAL") : Result.succeed(requested)
}

/** Whether a code is still on the screen `age` seconds after it was first shown (GEN-3). */
export const isDisplayed = ({ scheme }: Rules, age: number): boolean => age <= scheme.display

/** For how long somebody who reads a code off, without any key but what other phones hold, can tell its payer by it. */
export type Identifies = "account" | "credential" | "nothing"

/** What an alias tells those who have no key (GEN-7). */
export const identifies = (rules: Rules): Identifies => {
  switch (rules.scheme.code.alias) {
    case "masked-index":
      return "account"
    case "token":
      return "credential"
    case "keyed":
      return inForce(rules, "GEN-7") ? "nothing" : "account"
    case "none":
      return "nothing"
  }
}

/** Whether a code can be accepted without step-up as far as the way it was shown goes (GEN-6). */
export const isPlain = (rules: Rules, revealed: boolean): boolean => !revealed || !inForce(rules, "GEN-6")
