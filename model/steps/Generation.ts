/**
 * Generation: the phone makes a code from what it holds, offline.
 *
 * @see spec/Generation.md
 */
import * as Result from "effect/Result"
import type { Reason } from "../Refusal.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import { showsOn } from "../Scheme.ts"
import * as Binding from "./Binding.ts"
import * as TokenSource from "./TokenSource.ts"

/**
 * What a phone does to show a code: use the next position of its source; wait, where it has shown all that there are for
 * the step (GEN-9); or ask the provider (without GEN-1).
 */
export type Showing =
  | { readonly _tag: "Made"; readonly position: number }
  | { readonly _tag: "Waits" }
  | { readonly _tag: "Asked" }

const waiting: Showing = { _tag: "Waits" }
const requested: Showing = { _tag: "Asked" }

/** What a phone holds of its credential: how many codes it has shown of it. */
export interface Held {
  readonly shown: number
}

/**
 * How many codes a phone is taken to have shown of a step, of those that it has: all of them where they are made over
 * transactions; none where they are made over nothing, for then it shows the code of the step again (GEN-9).
 */
export const counted = (rules: Rules, ofStep: number): number =>
  Binding.isBound(rules) && mutantOf(rules, "GEN-9") !== "not counted" ? ofStep : 0

/** Whether there is a code left of a step, of which a phone has shown so many (GEN-9). Those of a list are of none. */
export const isLeft = (rules: Rules, ofStep: number): boolean =>
  !TokenSource.hasSteps(rules.scheme) || counted(rules, ofStep) < TokenSource.perStep(rules.scheme)

/**
 * Decides what a phone shows when its corrected clock reads `clock`, and it has shown `ofStep` codes of the step that this is
 * in. A phone that holds nothing, or nothing more, shows nothing and asks nobody (GEN-1).
 */
export const show = (
  rules: Rules,
  held: Held | undefined,
  clock: number,
  ofStep: number
): Result.Result<Showing, Reason> => {
  const { scheme } = rules
  if (held !== undefined && held.shown < TokenSource.supply(rules)) {
    if (!isLeft(rules, ofStep)) return Result.succeed(waiting)
    const position = TokenSource.sourceOf(scheme).positionAt(scheme, clock, held.shown, counted(rules, ofStep))
    return Result.succeed({ _tag: "Made", position })
  }
  return held !== undefined || inForce(rules, "GEN-1") ? Result.fail("NO_CREDENTIAL") : Result.succeed(requested)
}

/** Whether a code is still on the screen `age` seconds after it was first shown (GEN-3). */
export const isDisplayed = ({ scheme }: Rules, age: number): boolean => age <= scheme.display

/** How somebody who has opened a phone's app wants a code: whether they ask for one, and whether the owner has unlocked the app for it. */
export interface Asking {
  readonly asked: boolean
  readonly unlocked: boolean
}

/** Whether a phone shows a code to somebody who wants it so (GEN-10). */
export const isShown = (rules: Rules, { asked, unlocked }: Asking): boolean => {
  if (!inForce(rules, "GEN-10")) return true
  const on = showsOn(rules.scheme)
  return on === "opening" || (asked && (on === "demand" || unlocked))
}

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

/** Whether two codes of a credential, for these positions, have one alias, where it is made with a key (GEN-9). */
export const haveOneAlias = (rules: Rules, one: number, other: number): boolean => {
  if (one === other) return true
  const { scheme } = rules
  return mutantOf(rules, "GEN-9") === "by step" && TokenSource.stepOf(scheme, one) === TokenSource.stepOf(scheme, other)
}

/** Whether a code can be accepted without step-up as far as the way it was shown goes (GEN-6). */
export const isPlain = (rules: Rules, revealed: boolean): boolean => !revealed || !inForce(rules, "GEN-6")
