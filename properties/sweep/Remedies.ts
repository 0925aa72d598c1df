/**
 * Remedies: with which other values of a scheme's numbers a claim would hold that fails. Everything that is said was computed:
 * that the claim holds at a value, and that it does not at the value before. Between the values that were tried there may be others.
 */
import * as Schema from "effect/Schema"
import * as Rules from "../../model/Rules.ts"
import { disagreements, noRoom, numberOf, type Scheme } from "../../model/Scheme.ts"
import { type BoundId, boundIds, type ClaimId } from "../../spec/Claims.ts"
import { type NumberPath, numbers } from "../../spec/Parameters.ts"
import { type Bound, boundOf, type Computed, computed, isWithin } from "../computed/Catalogue.ts"
import { listening } from "../Listening.ts"
import type { Setting } from "./Axis.ts"
import * as Measure from "./Measure.ts"
import * as Parameters from "./Parameters.ts"
import * as Sweep from "./Sweep.ts"

const Path = Schema.Literals(Object.keys(numbers) as ReadonlyArray<NumberPath>)

/** Another value of a number of the scheme. */
const Move = Schema.Struct({
  path: Path,
  from: Schema.Int,
  to: Schema.Int,
  /** The value before `to`, on the way from `from`: with it the claim fails or the scheme is none. Null where it was not tried. */
  not: Schema.NullOr(Schema.Int)
})
export type Move = typeof Move.Type

/**
 * Numbers with which a claim holds that fails. Every other computed claim that is within its bounds stays so; nothing is said of what
 * searches decide.
 */
export const Remedy = Schema.Struct({
  /** How it is known: `computed`, the claim was computed there; or `formula`, the value is that of a formula, and nothing was searched. */
  basis: Schema.Literals(["computed", "formula"]),
  moves: Schema.Array(Move),
  /** The numbers that follow from those that are moved, and have to be changed with them. */
  follows: Schema.Array(Schema.Struct({ path: Path, from: Schema.Int, to: Schema.Int })),
  /** The command that shows the claim at these values, at those before them and at the scheme's own. */
  command: Schema.String
})
export type Remedy = typeof Remedy.Type

/** A remedy, and the flags with which `paycode sweep` shows it. */
export interface Found extends Omit<Remedy, "command"> {
  readonly flags: ReadonlyArray<string>
}

/** Numbers that a scheme states of the world, or promises: another value of them would be another world, and mends nothing. */
const stated: ReadonlyArray<NumberPath> = [
  "clock.drift",
  "clock.nodeSkew",
  "clock.utcOffset",
  "phone.opensPerDay",
  "relay.deliveryAtMost",
  "stepUp.deliveryAtMost",
  "stepUp.answerWithin",
  "leak.seconds",
  "scale.accounts",
  "scale.phones",
  "adversary.terminals"
]

/** What is tried: a claim, at other values of a scheme's numbers. */
interface Trial {
  readonly scheme: Scheme
  readonly paths: ReadonlyArray<NumberPath>
  /** By how many times the claim is beyond its bounds; 0 where it is within, undefined where there is no scheme or no honest payment. */
  readonly excess: (setting: Setting) => number | undefined
}

const beyond = ({ aDay, hits, value }: Computed, { atMost, atMostADay, atMostAYear }: Bound): number => {
  const ratio = (found: number | undefined, most: number | undefined): number =>
    found === undefined || most === undefined ? 0 : found / most
  return Math.max(ratio(value, atMost), ratio(aDay, atMostADay), ratio(hits?.account.aYear, atMostAYear))
}

/** The scheme at some values, with what follows; undefined where these are no scheme, or one in which no honest payment fits. */
const schemeAt = (scheme: Scheme, setting: Setting): ReturnType<typeof Sweep.schemeAt> | undefined => {
  const varied = Object.keys(setting) as ReadonlyArray<NumberPath>
  const at = Sweep.schemeAt(scheme, setting, Parameters.following(scheme, varied))
  const isOut = (Object.keys(at.follows) as ReadonlyArray<NumberPath>).some(
    (path) => Parameters.outOfRange(path, at.follows[path]!) !== undefined
  )
  return isOut || disagreements(at.scheme).length > 0 || noRoom(at.scheme).length > 0 ? undefined : at
}

/** The numbers that a claim reads, or that what it reads follows from. */
const readBy = (scheme: Scheme, id: BoundId): ReadonlyArray<NumberPath> => {
  const read = new Set<string>()
  computed[id]({ ...Rules.strict(scheme), scheme: listening(scheme, (path) => read.add(path)) })
  const own = (Object.keys(numbers) as ReadonlyArray<NumberPath>).filter(
    (path) => !stated.includes(path) && numberOf(scheme, path) !== undefined
  )
  const isFree = (path: NumberPath): boolean => Parameters.followers.every((one) => one.isFree || one.path !== path)
  const isRead = (path: NumberPath): boolean =>
    read.has(path) || Parameters.following(scheme, [path]).some((follower) => read.has(follower.path))
  return own.filter((path) => isFree(path) && isRead(path))
}

const trialOf = (scheme: Scheme, id: BoundId, bound: Bound): Trial => {
  const known = new Map<string, number | undefined>()
  const evaluate = (setting: Setting): number | undefined => {
    const at = schemeAt(scheme, setting)
    if (at === undefined) return undefined
    const number = computed[id](Rules.strict(at.scheme))
    return isWithin(number, bound) ? 0 : beyond(number, bound)
  }
  return {
    scheme,
    paths: readBy(scheme, id),
    excess: (setting) => {
      const key = JSON.stringify(Object.entries(setting).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      if (!known.has(key)) known.set(key, evaluate(setting))
      return known.get(key)
    }
  }
}

/** So many values beside a number's own are tried one by one; from there on each is twice as far away. */
const oneByOne = 8

/** The values that are tried of a number on one side of its own, up to the last that there is. */
const outward = (path: NumberPath, own: number, direction: 1 | -1): ReadonlyArray<number> => {
  const { from, to } = numbers[path]
  const values: Array<number> = []
  for (let by = 1; ; by = by < oneByOne ? by + 1 : 2 * by) {
    const value = Math.min(to, Math.max(from, own + direction * by))
    if (value === (values.at(-1) ?? own)) return values
    values.push(value)
  }
}

/** Moves a number from a value with which the claim fails towards one with which it holds, until the two are neighbours. */
const moved = ({ excess, scheme }: Trial, setting: Setting, path: NumberPath, [failing, holding]: Way): Move => {
  const at = (value: number): number | undefined => excess({ ...setting, [path]: value })
  let [not, to] = [failing, holding]
  while (Math.abs(to - not) > 1) {
    const middle = Math.trunc((not + to) / 2)
    if (at(middle) === 0) to = middle
    else not = middle
  }
  return { path, from: numberOf(scheme, path)!, to, not: at(not) === undefined ? null : not }
}

/** A value of a number with which a claim fails, and one with which it holds. */
type Way = readonly [failing: number, holding: number]

/** The moves of one number to a value with which the claim holds, all else being as in a setting; at most one each way. */
const movesOf = (trial: Trial, setting: Setting, path: NumberPath): ReadonlyArray<Move> => {
  const own = numberOf(trial.scheme, path)!
  return ([1, -1] as const).flatMap((direction) => {
    const values = outward(path, own, direction)
    const at = values.findIndex((value) => trial.excess({ ...setting, [path]: value }) === 0)
    return at < 0 ? [] : [moved(trial, setting, path, [values[at - 1] ?? own, values[at]!])]
  })
}

/** A number, and the value, of those that are tried, with which the claim is the least beyond its bounds. */
interface Best {
  readonly path: NumberPath
  readonly value: number
}

/** The numbers that by themselves bring the claim nearer to its bounds. */
const bests = ({ excess, paths, scheme }: Trial): ReadonlyArray<Best> =>
  paths.flatMap((path) => {
    const own = numberOf(scheme, path)!
    let [best, least] = [own, excess({})!]
    for (const value of [...outward(path, own, 1), ...outward(path, own, -1)]) {
      const found = excess({ [path]: value })
      if (found !== undefined && found < least) [best, least] = [value, found]
    }
    return best === own ? [] : [{ path, value: best }]
  })

/** A first move of two, as far back as the claim holds with the second; none where the second may be a value less then. */
const pairOf = (trial: Trial, first: Best, second: Move): ReadonlyArray<ReadonlyArray<Move>> => {
  const way: Way = [numberOf(trial.scheme, first.path)!, first.value]
  const one = moved(trial, { [second.path]: second.to }, first.path, way)
  if (second.not === null) return [[one, second]]
  const less = trial.excess(settingOf([one, { ...second, to: second.not }]))
  return less === 0 ? [] : [[one, less === undefined ? { ...second, not: null } : second]]
}

/** Two moves with which the claim holds: of one number as far as it helps, of another, and the first one back. */
const pairsOf = (trial: Trial): ReadonlyArray<ReadonlyArray<Move>> => {
  const better = bests(trial)
  return better.flatMap((first) =>
    better
      .filter(({ path }) => path !== first.path)
      .flatMap(({ path }) => movesOf(trial, { [first.path]: first.value }, path))
      .flatMap((second) => pairOf(trial, first, second))
  )
}

const settingOf = (moves: ReadonlyArray<Move>): Setting =>
  Object.fromEntries(moves.map(({ path, to }) => [path, to])) as Setting

const vary = (moves: ReadonlyArray<Move>): ReadonlyArray<string> =>
  moves.flatMap(({ from, not, path, to }) => {
    const values = [...new Set([from, not ?? from, to])].toSorted((a, b) => a - b)
    return ["--vary", `${path}=${values.join(",")}`]
  })

/**
 * The measure of a claim that shows the difference: one that is beyond what the scheme asserts of it just before the values that make it hold,
 * or at the scheme's own where none was tried before them: the claim's own number, or that of a day or a year.
 */
const measureOf = (scheme: Scheme, id: BoundId, moves: ReadonlyArray<Move>): string => {
  const measures = Measure.measures.filter(({ claim }) => claim === id)
  const isBeyond = (at: Scheme) => {
    const value = Sweep.valuesOf(at)[id]!
    return (one: Measure.Measure): boolean => {
      const number = one.of === "one" ? value.value : one.of === "a day" ? value.aDay : value.aYear
      return (number ?? 0) > (Measure.atMostOf(one, at) ?? Number.POSITIVE_INFINITY)
    }
  }
  const before = moves.flatMap(({ not, path }) => {
    if (not === null) return []
    const setting = { ...settingOf(moves), [path]: not } as Setting
    return schemeAt(scheme, setting)?.scheme ?? []
  })
  for (const at of [...before, scheme]) {
    const found = measures.find(isBeyond(at))
    if (found !== undefined) return found.name
  }
  return measures[0]!.name
}

const remedyOf = (scheme: Scheme, id: BoundId, moves: ReadonlyArray<Move>): Found => {
  const { follows } = schemeAt(scheme, settingOf(moves))!
  return {
    basis: "computed",
    moves,
    follows: (Object.keys(follows) as ReadonlyArray<NumberPath>)
      .map((path) => ({ path, from: numberOf(scheme, path)!, to: follows[path]! }))
      .filter(({ from, to }) => from !== to),
    flags: [...vary(moves), "--security", measureOf(scheme, id, moves)]
  }
}

/** The most remedies that are told of a claim. */
const told = 3

/** Whether every computed claim that is within its bounds stays so. */
const keepsOthers = (scheme: Scheme, moves: ReadonlyArray<Move>): boolean => {
  const [before, after] = [scheme, schemeAt(scheme, settingOf(moves))!.scheme].map(Sweep.valuesOf)
  return boundIds.every((id) => before![id]?.holds === false || after![id]?.holds !== false)
}

/** Remedies of a computed claim that is beyond its bounds: of one number, or of two where no one number does it. */
const ofComputed = (scheme: Scheme, id: BoundId): ReadonlyArray<Found> => {
  const bound = boundOf(scheme, id)
  if (bound === undefined) return []
  const trial = trialOf(scheme, id, bound)
  const own = trial.excess({})
  if (own === undefined || own === 0) return []
  const single = trial.paths.flatMap((path) => movesOf(trial, {}, path).map((move) => [move]))
  return distinct(single.length > 0 ? single : pairsOf(trial))
    .filter((moves) => keepsOthers(scheme, moves))
    .slice(0, told)
    .map((moves) => remedyOf(scheme, id, moves))
}

/** The moves without those that move the same numbers to the same values as some before. */
const distinct = (all: ReadonlyArray<ReadonlyArray<Move>>): ReadonlyArray<ReadonlyArray<Move>> => {
  const keyOf = (moves: ReadonlyArray<Move>): string =>
    moves
      .map(({ path, to }) => `${path}=${to}`)
      .toSorted()
      .join()
  const keys = all.map(keyOf)
  return all.filter((_, at) => keys.indexOf(keys[at]!) === at)
}

/** What a code's life follows from, where a file promises less: the value of the formula. It was not searched. */
const ofLifetime = (scheme: Scheme): ReadonlyArray<Found> => {
  const { of, path } = Parameters.followers.find((follower) => follower.path === "leak.seconds")!
  const [from, to] = [numberOf(scheme, path)!, of(scheme)]
  if (to === undefined || to <= from || Parameters.outOfRange(path, to) !== undefined) return []
  if (schemeAt(scheme, { [path]: to }) === undefined) return []
  const moves = [{ path, from, to, not: null }]
  return [{ basis: "formula", moves, follows: [], flags: [...vary(moves), "--check", `${path}=${to}`] }]
}

/** The remedies that are known of a claim that fails; none where none was found, which does not mean that there is none. */
export const of = (scheme: Scheme, id: ClaimId): ReadonlyArray<Found> => {
  const bound = boundIds.find((known) => known === id)
  if (bound !== undefined) return ofComputed(scheme, bound)
  return id === "leak-lifetime" ? ofLifetime(scheme) : []
}
