/**
 * Shapes: descriptions of plain values. From the shape of a state follows how it is packed, which of its parts are
 * interchangeable, and up to which age an instant matters.
 */

/** The shape of a value. */
export type Shape<A> = Node & { readonly "~type"?: (value: A) => A }

/**
 * The name of parts of a state that exist a fixed number of times and can be exchanged for each other, with all that
 * refers to them. A subject names its own kinds.
 */
export type Kind = string

/** What a shape is made of. */
export type Node =
  | { readonly _tag: "Int"; readonly min: number; readonly max: number }
  | { readonly _tag: "Literals"; readonly literals: ReadonlyArray<string | number | boolean> }
  | { readonly _tag: "Struct"; readonly fields: Readonly<Record<string, Node>> }
  | { readonly _tag: "List"; readonly item: Node; readonly max: number }
  | { readonly _tag: "Bag"; readonly item: Node; readonly max: number; readonly keeps: Relevance | undefined }
  | { readonly _tag: "Each"; readonly kind: Kind; readonly item: Node; readonly count: number }
  | { readonly _tag: "Ref"; readonly kind: Kind; readonly count: number }
  | {
      readonly _tag: "Instant"
      readonly ahead: number
      readonly until: number
      readonly far: number
      readonly span: number
    }
  | {
      readonly _tag: "Step"
      readonly past: number
      readonly ahead: number
      readonly far: number
      readonly each: number
    }
  | { readonly _tag: "Day" }
  | { readonly _tag: "Seen"; readonly as: Seeing; readonly part: Node }
  | { readonly _tag: "Forgotten"; readonly value: string | number | boolean }

/** Whether an item matters, by itself and the whole value. */
export type Relevance = (item: never, whole: never) => boolean

/** What a part may as well be, by the record or item that it belongs to and the whole value. */
export type Seeing = (part: never, owner: never, whole: never) => unknown

/** A whole number from `min` to `max`, both included. */
export const int = (min: number, max: number): Shape<number> => ({ _tag: "Int", min, max })

/** One of a few strings. */
export const literals = <const A extends string>(values: ReadonlyArray<A>): Shape<A> => ({
  _tag: "Literals",
  literals: values
})

/** One of a few numbers. */
export const values = (numbers: ReadonlyArray<number>): Shape<number> => ({
  _tag: "Literals",
  literals: [...new Set(numbers)].sort((a, b) => a - b)
})

/** True or false. */
export const boolean: Shape<boolean> = { _tag: "Literals", literals: [false, true] }

/** A record of named parts. */
export const struct = <A extends object>(fields: { readonly [K in keyof A]-?: Shape<A[K]> }): Shape<A> => ({
  _tag: "Struct",
  fields: fields as Readonly<Record<string, Node>>
})

/** At most `max` items of one shape, in their order. */
export const list = <A>(item: Shape<A>, max: number): Shape<ReadonlyArray<A>> => ({ _tag: "List", item, max })

/** At most `max` items of one shape, in no order: two bags with the same items are one. */
export const bag = <A>(item: Shape<A>, max: number): Shape<ReadonlyArray<A>> => ({
  _tag: "Bag",
  item,
  max,
  keeps: undefined
})

/** The same, of which only some items matter: the others are forgotten. */
export const bagOf = <A, Whole>(
  item: Shape<A>,
  max: number,
  keeps: (item: A, whole: Whole) => boolean
): Shape<ReadonlyArray<A>> => ({ _tag: "Bag", item, max, keeps: keeps as Relevance })

/** A part that may as well be another: what `as` makes of it, by the record that it belongs to and the whole value. */
export const seen = <A extends string | number | boolean, Owner, Whole>(
  as: (part: A, owner: Owner, whole: Whole) => A,
  part: Shape<A>
): Shape<A> => ({ _tag: "Seen", as: as as Seeing, part })

/** A part that matters only at times: at others it may as well be the value given. */
export const only = <A extends string | number | boolean, Owner, Whole>(
  when: (owner: Owner, whole: Whole) => boolean,
  part: Shape<A>,
  otherwise: NoInfer<A>
): Shape<A> => seen((value: A, owner: Owner, whole: Whole) => (when(owner, whole) ? value : otherwise), part)

/** An instant whose age matters only at times: at others, if it has come, it may as well be now. */
export const agedOnly = <Owner, Whole extends { readonly now: number }>(
  when: (owner: Owner, whole: Whole) => boolean,
  part: Shape<number>
): Shape<number> =>
  seen((value: number, owner: Owner, whole: Whole) => (value < 0 || when(owner, whole) ? value : whole.now), part)

/** A part that does not matter: it may as well be the value given. */
export const forgotten = <A extends string | number | boolean>(value: A): Shape<A> => ({ _tag: "Forgotten", value })

/** One item for each of a kind. */
export const each = <A>(kind: Kind, item: Shape<A>, count: number): Shape<ReadonlyArray<A>> => ({
  _tag: "Each",
  kind,
  item,
  count
})

/** One of a kind by its number, or -1 for none. */
export const ref = (kind: Kind, count: number): Shape<number> => ({ _tag: "Ref", kind, count })

/** What is far back, in seconds: from which age on all is as old as that, and for how long before it ages are told again. */
export interface Far {
  readonly age: number
  readonly span: number
}

/**
 * An instant, in seconds, that is not more than `ahead` seconds after now, or -1 for one that has not come. What is more
 * than `until` seconds old is as old as that; but what is far back, or comes there, is as old as it is up to the age `far.age`.
 */
export const instant = (until: number, ahead = 0, far?: Far): Shape<number> => ({
  _tag: "Instant",
  ahead,
  until,
  far: far?.age ?? Number.POSITIVE_INFINITY,
  span: far?.span ?? 0
})

/**
 * A place in a step of time, of which each step has so many, by its number from the epoch on; or -1 for none. Where each has
 * one, it is the step by its number. One further back than `past` steps is as far back as the last before; one further ahead
 * than `ahead` is taken to be the first of the step that is `far` ahead.
 */
export const step = (past: number, ahead: number, far: number, each = 1): Shape<number> => ({
  _tag: "Step",
  past,
  ahead,
  far,
  each
})

/** A day by its number: today, tomorrow, or any before; -1 for none. */
export const day: Shape<number> = { _tag: "Day" }

/** How the parts of kinds are renumbered: the part with number `i` gets the number `renumbered[i]`. */
export type Renumbering = Readonly<Record<Kind, ReadonlyArray<number>>>

const permutations = (items: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  items.length < 2
    ? [items]
    : items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))

/** Every renumbering of so many parts of each kind; the first is the one that changes nothing. */
export const renumberings = (counts: Readonly<Record<Kind, number>>): ReadonlyArray<Renumbering> =>
  Object.entries(counts).reduce<ReadonlyArray<Renumbering>>(
    (all, [kind, count]) =>
      all.flatMap((one) =>
        permutations(Array.from({ length: count }, (_, index) => index)).map((to) => ({ ...one, [kind]: to }))
      ),
    [{}]
  )

/**
 * How the time of a value, its field `now`, is measured. One midnight is told from others: the end of the day on which
 * runs start. Around it the time of day matters; before that, and afterwards, only the place within a step does.
 */
export interface Calendar {
  /** Seconds in a step. */
  readonly step: number
  /** Seconds by which the zone of days is ahead. */
  readonly utcOffset: number
  readonly midnight: number
  /** For how many seconds before it the time of day is kept. */
  readonly near: number
  /** For how many seconds after it the time of day is kept: the beginning of that day may stand for what comes then. */
  readonly over: number
  /** How many seconds before that midnight the time of day lies that stands for all before it. */
  readonly far: number
}

/** A value with a clock: its shape apart from the field `now`, and how time is measured. */
export interface Timed<A extends { readonly now: number }> {
  readonly shape: Shape<Omit<A, "now">>
  readonly calendar: Calendar
  /** The renumberings that make no difference, the one that changes nothing among them. */
  readonly renumberings: ReadonlyArray<Renumbering>
}
