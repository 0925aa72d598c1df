/** What a claim is to a search: a judgement of single events, counted over every transition. */
import type { Event, State, World } from "../../model/System.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import type { Watched } from "../Quotient.ts"

/** An event has nothing to do with the claim, is a case of it that is as it should be, or breaks it. */
export type Judgement = "elsewhere" | "kept" | "broken"

/** Judges one event of a transition, from the states before and after it. */
export type Judge<E, A> = (world: World, before: State, event: E, after: State) => A

/** A claim about every event of some kinds. */
export interface Claim {
  readonly id: ClaimId
  /** What of the past the judgement needs. */
  readonly watches: Watched
  readonly on: ReadonlyArray<Event["_tag"]>
  readonly judge: Judge<Event, Judgement>
  /** Cases at the very edge of the claim, by name, that a search of some size should meet. */
  readonly edges: Readonly<Record<string, Judge<Event, boolean>>>
}

/** An event of some kinds. */
export type On<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/** A claim whose judgement is typed by the events it is about. */
export const about = <const Tag extends Event["_tag"]>(
  id: ClaimId,
  watches: Watched,
  on: ReadonlyArray<Tag>,
  judge: Judge<On<Tag>, Judgement>,
  edges: Readonly<Record<string, Judge<On<Tag>, boolean>>> = {}
): Claim => ({
  id,
  watches,
  on,
  // The search hands a claim no event but of the kinds it names.
  judge: judge as Judge<Event, Judgement>,
  edges: edges as Readonly<Record<string, Judge<Event, boolean>>>
})

/** The judgement of a case that must be so. */
export const must = (respected: boolean): Judgement => (respected ? "kept" : "broken")
