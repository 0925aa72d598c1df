/**
 * Choices: where an enumeration of what can happen is open. Whoever enumerates says what there is to choose from at these
 * points; {@link everything} leaves nothing out.
 */
import type { Action, Node } from "./Action.ts"
import type { CodeKey, State, World } from "./State.ts"

export interface Choices {
  /** Before the proof of a code that the adversary has: the phones whose alias it puts there. */
  readonly aliases: (world: World, state: State, key: CodeKey) => ReadonlyArray<number>
  /**
   * Of what the adversary has read, the steps that it makes a code of: some of those `from` the oldest that is accepted `to`
   * the newest, both included. A step of which there is a code already is passed over; `isNew` tells one of which there is
   * none.
   */
  readonly forged: (from: number, to: number, isNew: (position: number) => boolean) => ReadonlyArray<number>
  /** Whether codes are shown at a merchant's till, and made over its transactions. */
  readonly isVisited: (world: World, merchant: number) => boolean
  /** Whether a phone shows codes that no PIN was entered for. */
  readonly showsUnpinned: (world: World, phone: number) => boolean
}

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

/** Everything that is possible. */
export const everything: Choices = {
  aliases: (_world, { phones }) => phones.map((_, phone) => phone),
  forged: range,
  isVisited: () => true,
  showsUnpinned: () => true
}

/** An enumeration of what somebody can do next: in which state, by which nodes, with which choices, and what there is so far. */
export interface Turn {
  readonly world: World
  readonly state: State
  readonly nodes: ReadonlyArray<Node>
  readonly choices: Choices
  readonly out: Array<Action>
}

/** Whether an answer, or a reply, may be lost on its way. */
export const loses = ({ can }: World): boolean => can.network || can.crash

/** Whether one more code may be made. */
export const canMake = ({ scope }: World, { used }: State): boolean => used.codes < scope.codes

/** Whether one more order number may be used. */
export const canOrder = ({ scope }: World, { used }: State): boolean => used.orders < scope.orders
