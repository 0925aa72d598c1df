/** What a claim is to a search: a judgement of single events, counted over every transition, or of what comes of states. */
import type { Rules } from "../../model/Rules.ts"
import type { Action, Event, EventOf, State, World } from "../../model/system/System.ts"
import { type CheckedClaimId, type ClaimIdOf, claims } from "../../spec/Claims.ts"
import type { Watched } from "../reduction/Quotient.ts"
import type { Ranges, Scene } from "../scenes/Scenes.ts"

/** An event has nothing to do with the claim, is a case of it that is as it should be, or breaks it. */
export type Judgement = "elsewhere" | "kept" | "broken"

/** Judges one event of a transition, from the states before and after it. */
export type Judge<E, A> = (world: World, before: State, event: E, after: State) => A

/** What of the past the judgements of a claim need. */
export interface Needs {
  readonly watched: Watched
  /** Ages count to the second. */
  readonly seconds: boolean
  /** The codes that the adversary has seen are counted. */
  readonly counts: boolean
  /** What the adversary reads off a code that it sees counts, whatever it has of it already. */
  readonly learns: boolean
}

/** What of the past a claim needs that speaks of single moments. */
export const moments: Needs = { watched: "nothing", seconds: false, counts: false, learns: false }

/** How a claim is searched. */
export interface Searched {
  /** The scenes in which something could break it; one that says that something can happen, in which it could. */
  readonly scenes: readonly [Scene, ...ReadonlyArray<Scene>]
  readonly needs: Needs
  /** What its scenes must be able to play between them: without it a search could not find a breach that is there. */
  readonly ranges: ReadonlyArray<Ranges.Range>
}

/**
 * What of a claim's sentence can be broken by itself. Its cases are events in which a provider that has a fault could have broken
 * it, as far as an event tells: each debit could have been one too many.
 */
export interface Part<E> {
  readonly judge: Judge<E, Judgement>
  /** Whether the schemes are some of which the part says anything; it does of every one unless this is given. */
  readonly applies?: (rules: Rules) => boolean
}

/** A claim about every event of some kinds. */
export interface EventClaim extends Searched {
  readonly id: CheckedClaimId
  readonly kind: "always" | "sometimes"
  readonly on: ReadonlyArray<Event["_tag"]>
  /** Broken where a part is. */
  readonly judge: Judge<Event, Judgement>
  /** The parts of its sentence, by what they say; none where the sentence has but one. */
  readonly parts: Readonly<Record<string, Part<Event>>>
  /** Cases at the very edge of the claim, by name, that a search of some size should meet. */
  readonly edges: Readonly<Record<string, Judge<Event, boolean>>>
}

/** What comes of the states in which something is pending. */
export interface Progress {
  readonly isPending: (world: World, state: State) => boolean
  /**
   * Of what can happen, what then must, as long as there is any, and what may: the latter not without end. Time passes
   * only when nothing must happen.
   */
  readonly must: (world: World, state: State, action: Action) => boolean
  readonly may: (world: World, state: State, action: Action) => boolean
}

/** A claim about what comes of states in which something is pending, once faults are over. */
export interface LeadsToClaim extends Searched, Progress {
  readonly id: CheckedClaimId
  readonly kind: "leads-to"
}

export type Claim = EventClaim | LeadsToClaim

/** A claim that knows its own id, so that a list of claims tells which are missing. */
export type Defined<Id extends CheckedClaimId, C extends Claim> = C & { readonly id: Id }

/** What is said of how a claim is searched; `needs` only where it needs anything of the past, `ranges` where it is about limits. */
export type Searching = Pick<Searched, "scenes"> & Partial<Pick<Searched, "needs" | "ranges">>

/** The definition of a claim about events of some kinds. It has either one judge or parts; `edges` only where it has any. */
export type EventsDefinition<Tag extends Event["_tag"]> = Searching &
  OnEvents<Tag> &
  (
    | { readonly judge: Judge<EventOf<Tag>, Judgement> }
    | { readonly parts: Readonly<Record<string, Part<EventOf<Tag>>>> }
  )

/** What events a claim is about. */
export interface OnEvents<Tag extends Event["_tag"]> {
  readonly on: ReadonlyArray<Tag>
  readonly edges?: Readonly<Record<string, Judge<EventOf<Tag>, boolean>>>
}

/**
 * Defines how the claim of an id is decided. Its kind stands in the spec, and says what its definition has: one that holds
 * always, or sometimes, judges the events that it is on; one that leads to something says what must come of what.
 */
export function define<Id extends ClaimIdOf<"always" | "sometimes">, const Tag extends Event["_tag"]>(
  id: Id,
  definition: EventsDefinition<Tag>
): Defined<Id, EventClaim>
export function define<Id extends ClaimIdOf<"leads-to">>(
  id: Id,
  definition: Searching & Progress
): Defined<Id, LeadsToClaim>
export function define(id: CheckedClaimId, definition: Searching & { readonly parts?: EventClaim["parts"] }): Claim {
  const { kind } = claims[id]
  const { parts } = definition
  const ofEvents = kind === "leads-to" ? {} : { edges: {}, parts: {}, ...(parts && { judge: together(parts) }) }
  const whole = { id, kind, needs: moments, ranges: [], ...ofEvents, ...definition }
  // A search hands a claim no event but of the kinds it names.
  return whole as unknown as Claim
}

/** Judges all parts: broken where one is, and a case where it is one of any. */
const together = (parts: EventClaim["parts"]): Judge<Event, Judgement> => {
  const judges = Object.values(parts).map(({ judge }) => judge)
  return (world, before, event, after) => {
    let found: Judgement = "elsewhere"
    for (const judge of judges) {
      const one = judge(world, before, event, after)
      if (one === "broken") return one
      if (one === "kept") found = one
    }
    return found
  }
}

/** The judgement of a case that must be so. */
export const must = (respected: boolean): Judgement => (respected ? "kept" : "broken")
