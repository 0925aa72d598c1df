/**
 * SelfCheck: a search that is through checks its own reductions. It draws some of its states, takes an action of each, and
 * compares what can be judged next of the state that comes of it with what can be judged next of the normal form that the
 * search went on from in its place.
 */
import fc from "fast-check"
import type { Action, Event, World } from "../../model/system/System.ts"
import * as Difference from "../Difference.ts"
import * as Quotient from "../reduction/Quotient.ts"
import type { Outcome, Property } from "../search/Search.ts"

/** How much was compared. */
export interface Compared {
  /** States that came of an action. */
  readonly states: number
  /** How many of them another state stood for. */
  readonly joined: number
}

/** A state does what the one that stands for it does not, or the other way round: what the search says is not to be trusted. */
export class Unlike extends Error {
  override readonly name = "Unlike"
}

/** What is compared, and what a search of it came to. */
export interface Subject {
  readonly world: World
  readonly lookback: Quotient.Lookback
  readonly quotient: Quotient.Quotient
  /** The claims that the search judged. */
  readonly properties: ReadonlyArray<Property<Quotient.View, Action, Event>>
}

/** How many states are drawn: more than a hundred, and one of four hundred. */
const drawnOf = (states: number): number => 128 + Math.floor(states / 400)

/**
 * A property as far as a verdict hangs on it: that a claim is broken, or that something can happen. How often a claim is kept
 * is a count of the searched states, which a normal form may well have fewer cases of.
 */
const decisive = (property: Subject["properties"][number]): Subject["properties"][number] =>
  property.kind !== "always"
    ? property
    : { ...property, judge: (...at) => (property.judge(...at) === "broken" ? "broken" : "elsewhere") }

const wordsOf = (view: Quotient.View, normal: Quotient.View, found: Quotient.Alike.Difference): string =>
  `a state and the normal form that stands for it have not the same futures: ${JSON.stringify(found.action)} of the ${found.of}` +
  ` comes to something else, judged ${found.judged.length === 0 ? "as nothing" : found.judged.join(", ")}.` +
  ` State: ${JSON.stringify(view)}. Normal form: ${JSON.stringify(normal)}. Please report this as a fault of the checker.`

/** Compares a seeded sample. Throws {@link Unlike} where two states that became one are not alike. */
export const check = (
  { lookback, properties, quotient, world }: Subject,
  { findings, get, states }: Pick<Outcome<Quotient.View, Action>, "findings" | "get" | "states">,
  seed: number
): Compared => {
  const { differences, normalOf, take } = Quotient.Alike.comparing({
    world,
    lookback,
    quotient,
    properties: properties.map(decisive)
  })
  // A claim that has fallen falls again by whatever it is asked about.
  const broken = findings.flatMap(({ counterexample, name }) =>
    counterexample === undefined ? [] : [`${name}: broken`]
  )
  const compared = { states: 0, joined: 0 }
  for (const [number, way] of fc.sample(fc.tuple(fc.nat(), fc.nat()), {
    seed,
    numRuns: drawnOf(states),
    unbiased: true
  })) {
    const from = get(number % states)
    const actions = quotient.actions(from)
    if (actions.length === 0) continue
    const { judged, view } = take(from, actions[way % actions.length]!)
    const normal = normalOf(view)
    compared.states++
    if (Difference.none(normal, view)) continue
    compared.joined++
    const [found] = differences(view, new Set([...broken, ...judged]))
    if (found !== undefined) throw new Unlike(wordsOf(view, normal, found))
  }
  return compared
}
