/**
 * SelfCheck: a search that is through checks its own reductions. It draws some of its states, takes an action of each, and
 * compares what can be judged next of the state that comes of it with what can be judged next of the normal form that the
 * search went on from in its place: that is what it joins and forgets. From others it goes on with anything that can happen
 * where nothing is left out, a dozen actions long: what such a run breaks has to be broken in the search. That is what it passes over.
 */
import fc from "fast-check"
import type { Action, Event, World } from "../../model/system/System.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import * as Difference from "../Difference.ts"
import * as Quotient from "../reduction/Quotient.ts"
import type { Outcome, Property } from "../search/Search.ts"

/** How much was compared. */
export interface Compared {
  /** States that came of an action. */
  readonly states: number
  /** How many of them another state stood for. */
  readonly joined: number
  /** Runs that went on from a state with what the search leaves out. */
  readonly excursions: number
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

/** How many states are drawn: more than a hundred, and one of four hundred; few of a search that was not through, which says less. */
const drawnOf = ({ ended, states }: Pick<Searched, "ended" | "states">): number =>
  ended === "exhausted" ? 128 + Math.floor(states / 400) : 32

/** How many runs leave a search, and how many actions they have at most. */
const excursionsOf = (states: number): number => 64 + Math.floor(states / 1000)
const longest = 12
const intents = fc.array(Runs.intents, { minLength: longest, maxLength: longest })

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

const departed = (from: Quotient.View, { actions, name }: Quotient.Unreduced.Shown): string =>
  `a run that goes where the search does not shows of ${name} what the search has not found.` +
  ` From the state ${JSON.stringify(from)}: ${actions.map((action) => JSON.stringify(action)).join(" ")}.` +
  " Please report this as a fault of the checker."

type Searched = Pick<Outcome<Quotient.View, Action>, "ended" | "findings" | "get" | "states">

/** Compares a seeded sample with what stands for its states. Throws {@link Unlike} where two states that became one are not alike. */
export const compare = (
  { lookback, properties, quotient, world }: Subject,
  searched: Searched,
  seed: number,
  drawn = drawnOf(searched)
): Pick<Compared, "states" | "joined"> => {
  const { findings, get, states } = searched
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
    numRuns: drawn,
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

/**
 * Goes on from a seeded sample with anything at all, and answers how many runs it made. Throws {@link Unlike} where one shows what the search has
 * not found. None is made where every claim has fallen, or has come to pass.
 */
export const leave = (subject: Quotient.Unreduced.Excursions, searched: Searched, seed: number): number => {
  const { findings, get, states } = searched
  const found = new Map(findings.map((finding) => [finding.name, finding]))
  const isOpen = ({ kind, name }: Subject["properties"][number]): boolean => {
    const { counterexample, witness } = found.get(name) ?? {}
    return (kind === "sometimes" ? witness : counterexample) === undefined
  }
  const properties = subject.properties.filter(isOpen)
  if (properties.length === 0) return 0
  const runs = fc.sample(fc.tuple(fc.nat(), intents), { seed, numRuns: excursionsOf(states), unbiased: true })
  for (const [number, run] of runs) {
    const from = get(number % states)
    const shown = Quotient.Unreduced.excursion({ ...subject, properties }, from, run)
    if (shown !== undefined) throw new Unlike(departed(from, shown))
  }
  return runs.length
}
