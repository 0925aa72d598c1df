/** What a claim is to a search: a judgement of single events, counted over every transition, or of what comes of states. */
import type { Action, Event, EventOf } from "../../model/system/Action.ts"
import type { State, World } from "../../model/system/State.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import type { Watched } from "../reduction/Quotient.ts"

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
}

/** The claim speaks of single moments. */
export const moments: Needs = { watched: "nothing", seconds: false, counts: false }

/** A claim about every event of some kinds. */
export interface OfEvents {
  readonly id: CheckedClaimId
  readonly kind: "always" | "sometimes"
  readonly needs: Needs
  readonly on: ReadonlyArray<Event["_tag"]>
  readonly judge: Judge<Event, Judgement>
  /** Cases at the very edge of the claim, by name, that a search of some size should meet. */
  readonly edges: Readonly<Record<string, Judge<Event, boolean>>>
}

/** A claim about what comes of states in which something is pending, once faults are over. */
export interface LeadsTo {
  readonly id: CheckedClaimId
  readonly kind: "leads-to"
  readonly needs: Needs
  readonly isPending: (world: World, state: State) => boolean
  /**
   * Of what can happen, what then must, as long as there is any, and what may: the latter not without end. Time passes
   * only when nothing must happen.
   */
  readonly must: (world: World, state: State, action: Action) => boolean
  readonly may: (world: World, state: State, action: Action) => boolean
}

export type Claim = OfEvents | LeadsTo

/** The cases at the edge of a claim, by name, and how each is told. */
export type Edges<Tag extends Event["_tag"]> = Readonly<Record<string, Judge<EventOf<Tag>, boolean>>>

const ofEvents =
  (kind: OfEvents["kind"]) =>
  <const Tag extends Event["_tag"]>(
    id: CheckedClaimId,
    needs: Needs,
    on: ReadonlyArray<Tag>,
    judge: Judge<EventOf<Tag>, Judgement>,
    edges: Edges<Tag> = {}
  ): OfEvents => ({
    id,
    kind,
    needs,
    on,
    // A search hands a claim no event but of the kinds it names.
    judge: judge as Judge<Event, Judgement>,
    edges: edges as Readonly<Record<string, Judge<Event, boolean>>>
  })

/** A claim that no event breaks, typed by the events it is about. */
export const always = ofEvents("always")

/** A claim that some event shows. */
export const sometimes = ofEvents("sometimes")

/** The judgement of a case that must be so. */
export const must = (respected: boolean): Judgement => (respected ? "kept" : "broken")
