/**
 * Sweep: what a scheme comes to when some of its parameters have other values. At every point the computed claims and the
 * probability that an honest payer is refused; nothing is searched.
 */
import * as Rules from "../../model/Rules.ts"
import { asserted, type Contradiction, disagreements, noRoom, numberOf, type Scheme } from "../../model/Scheme.ts"
import type { BoundId, ClaimId } from "../../spec/Claims.ts"
import { boundIds } from "../../spec/Claims.ts"
import { type NumberPath, numbers } from "../../spec/Parameters.ts"
import * as Audit from "../audit/Audit.ts"
import { boundOf, computed, isWithin } from "../computed/Catalogue.ts"
import { type Population, type RefusedShare, refusals } from "../usability/Usability.ts"
import type { Axis, Setting } from "./Axis.ts"
import * as Front from "./Front.ts"
import * as Measure from "./Measure.ts"
import * as Parameters from "./Parameters.ts"

/**
 * Whether a point can be: `payable`; `no honest payment`, its window has no room for the drift and the delays that the
 * scheme states of the honest; or `contradictory`, its parameters do not fit together otherwise.
 */
export type PointStatus = "payable" | "no honest payment" | "contradictory"

/** A computed claim at a point. */
export interface Value {
  readonly value: number
  readonly aDay: number | null
  /** How many guesses of a year are accepted on average, by account; null for what is no guess. */
  readonly aYear: number | null
  /** Whether it is within what the scheme asserts; null where that is nothing. */
  readonly holds: boolean | null
}

/** A verdict of the checker that is not as the scheme asserts. */
export interface Difference {
  readonly claim: ClaimId
  readonly asserted: "holds" | "fails"
  readonly verdict: "holds" | "fails" | "not-run"
}

/** A point of a sweep. */
export interface Point {
  /** The values of the varied parameters, and of those that follow. */
  readonly values: Setting
  readonly follows: Setting
  readonly status: PointStatus
  /** Why it is not payable. */
  readonly because: ReadonlyArray<string>
  /** The computed claims; null where the point is contradictory. A claim that says nothing of the scheme is left out. */
  readonly computed: Readonly<Partial<Record<BoundId, Value>>> | null
  readonly refused: RefusedShare | null
  /** It is payable, and every bound holds that the scheme asserts to hold. */
  readonly safe: boolean
  /** No payable point is better in security or usability, and in neither worse. */
  readonly front: boolean
  /** The values are the scheme's own. */
  readonly own: boolean
  /** Verdicts of the checker that are not as the scheme asserts; null where it was not asked. */
  readonly differs: ReadonlyArray<Difference> | null
}

/** A sweep, as `--json` prints it. */
export interface Report {
  readonly paycode: string
  readonly scheme: string
  /** SHA-256 of the decoded scheme, as an audit has it. */
  readonly hash: string
  readonly population: string
  readonly vary: ReadonlyArray<{
    readonly path: NumberPath
    readonly unit: string
    readonly values: ReadonlyArray<number>
  }>
  readonly follow: ReadonlyArray<{ readonly path: NumberPath; readonly formula: string }>
  /** The measure that is held against usability, its unit, and the most that the scheme asserts of it. */
  readonly security: {
    readonly measure: string
    readonly unit: Measure.Unit
    readonly atMost: number | null
  }
  readonly points: ReadonlyArray<Point>
}

/** A point, and the scheme that it stands for. */
export interface Placed {
  readonly point: Point
  readonly scheme: Scheme
}

/** What is swept, and how. */
export interface SweepOptions {
  readonly version: string
  readonly scheme: Scheme
  readonly population: Population.Population
  readonly axes: ReadonlyArray<Axis>
  /** Points that belong to the sweep wherever the axes go: of the varied parameters the values that are not the scheme's own. */
  readonly further: ReadonlyArray<Setting>
  /** The measure of security; the first that is not the same at every point, where none is named. */
  readonly measure: Measure.Measure | undefined
}

/** The number of points on some axes. */
export const size = (axes: ReadonlyArray<Axis>): number => axes.reduce((product, axis) => product * axis.size, 1)

/** Every point of the axes, the last of them the quickest to change. */
const product = (axes: ReadonlyArray<Axis>): ReadonlyArray<Setting> =>
  axes.reduce<ReadonlyArray<Setting>>(
    (settings, axis) => {
      const values = axis.values()
      return settings.flatMap((setting) => values.map((value) => ({ ...setting, [axis.path]: value })))
    },
    [{}]
  )

const entries = (setting: Setting): ReadonlyArray<readonly [NumberPath, number]> =>
  Object.entries(setting) as ReadonlyArray<[NumberPath, number]>

/** A scheme with the values of a setting, and of what follows. */
export const schemeAt = (
  scheme: Scheme,
  setting: Setting,
  following: ReadonlyArray<Parameters.Follower>
): { readonly scheme: Scheme; readonly follows: Setting } => {
  let changed = Parameters.withValues(scheme, entries(setting))
  const follows: Record<string, number> = {}
  for (const { of, path } of following) {
    const value = of(changed)
    if (value === undefined) continue
    follows[path] = value
    changed = Parameters.withValues(changed, [[path, value]])
  }
  return { scheme: changed, follows }
}

const said = ({ issue, path }: Contradiction, scheme: Scheme): string => {
  const at = path.join(".")
  const found = at in numbers ? numberOf(scheme, at as NumberPath) : undefined
  return `${at}: expected ${issue}${found === undefined ? "" : `, found ${found}`}`
}

/** The computed claims of a scheme. */
export const valuesOf = (scheme: Scheme): Readonly<Partial<Record<BoundId, Value>>> => {
  const rules = Rules.strict(scheme)
  const found: Partial<Record<BoundId, Value>> = {}
  for (const id of boundIds) {
    if (id === "guess-password" && scheme.stepUp.method === "none") continue
    const number = computed[id](rules)
    const bound = boundOf(scheme, id)
    found[id] = {
      value: number.value,
      aDay: number.aDay ?? null,
      aYear: number.hits?.account.aYear ?? null,
      holds: bound ? isWithin(number, bound) : null
    }
  }
  return found
}

/** The number of a measure at a point; undefined where it has none. */
export const measured = (measure: Measure.Measure, { computed }: Point): number | undefined => {
  const value = computed?.[measure.claim]
  if (value === undefined || measure.of === "one") return value?.value
  return (measure.of === "a day" ? value.aDay : value.aYear) ?? value.value
}

/** Whether a point is that of a setting, in which the parameters not named have the scheme's own value. */
export const isAt = ({ points, vary }: Report, { values }: Point, setting: Setting): boolean => {
  const own = points.find((point) => point.own)!.values
  return vary.every(({ path }) => values[path] === (setting[path] ?? own[path]))
}

/** The measures that points have, and that are not the same at all of them. */
export const varying = (points: ReadonlyArray<Point>): ReadonlyArray<Measure.Measure> =>
  Measure.measures.filter((measure) => {
    const values = new Set<number>()
    for (const point of points) {
      const value = measured(measure, point)
      if (value !== undefined) values.add(value)
    }
    return values.size > 1
  })

/** The measure of a report's security. */
export const measureOf = ({ security }: Pick<Report, "security">): Measure.Measure =>
  Measure.measures.find(({ name }) => name === security.measure)!

/** What every point of a sweep is evaluated with. */
interface Course {
  readonly scheme: Scheme
  /** The parameters that follow those that are varied. */
  readonly following: ReturnType<typeof Parameters.following>
  /** The share of honest payments that a scheme refuses. */
  readonly refused: ReturnType<typeof refusals>
  /** Whether a setting is that of the scheme as it is. */
  readonly isOwn: (setting: Setting) => boolean
}

/** Evaluates one point. */
const place = ({ following, isOwn, refused, scheme }: Course, setting: Setting): Placed => {
  const { follows, scheme: changed } = schemeAt(scheme, setting, following)
  const wrong = [
    ...entries(follows).flatMap(([path, value]) => Parameters.outOfRange(path, value) ?? []),
    ...disagreements(changed).map((found) => said(found, changed))
  ]
  const tight = noRoom(changed).map((found) => said(found, changed))
  const status = wrong.length > 0 ? "contradictory" : tight.length > 0 ? "no honest payment" : "payable"
  const values = status === "contradictory" ? null : valuesOf(changed)
  const isKept =
    values !== null && boundIds.every((id) => asserted(scheme, id) === "fails" || values[id]?.holds !== false)
  const point: Point = {
    values: setting,
    follows,
    status,
    because: wrong.length > 0 ? wrong : tight,
    computed: values,
    refused: status === "contradictory" ? null : refused(changed),
    safe: status === "payable" && isKept,
    front: false,
    own: isOwn(setting),
    differs: null
  }
  return { point, scheme: changed }
}

const isPayable = ({ status }: Point): boolean => status === "payable"

/** Marks the points that nothing else beats. */
const withFront = (all: ReadonlyArray<Placed>, measure: Measure.Measure): ReadonlyArray<Placed> => {
  const candidates = all
    .map(({ point }) => point)
    .filter((point) => isPayable(point) && measured(measure, point) !== undefined)
  const isOn = Front.isOnFront(candidates.map((point) => ({ x: point.refused!.payment, y: measured(measure, point)! })))
  const front = new Set(candidates.filter((_, index) => isOn[index]!))
  return all.map((each) => (front.has(each.point) ? { ...each, point: { ...each.point, front: true } } : each))
}

/** Sweeps: evaluates every point, and finds those that nothing else beats. */
export const sweep = (options: SweepOptions): { readonly report: Report; readonly placed: ReadonlyArray<Placed> } => {
  const { axes, population, scheme, version } = options
  const varied = axes.map(({ path }) => path)
  const following = Parameters.following(scheme, varied)
  const own: Setting = Object.fromEntries(varied.map((path) => [path, numberOf(scheme, path)!]))
  const keyOf = (setting: Setting): string => varied.map((path) => setting[path]).join()
  const course: Course = {
    scheme,
    following,
    refused: refusals(population),
    isOwn: (setting) => keyOf(setting) === keyOf(own)
  }
  const settings = new Map<string, Setting>()
  for (const setting of [...product(axes), own, ...options.further.map((one) => ({ ...own, ...one }))]) {
    if (!settings.has(keyOf(setting))) settings.set(keyOf(setting), setting)
  }
  const all = [...settings.values()].map((setting) => place(course, setting))
  const points = all.map(({ point }) => point)
  const measure = options.measure ?? varying(points.filter(isPayable))[0] ?? Measure.measures[0]!
  const placed = withFront(all, measure)
  return {
    placed,
    report: {
      paycode: version,
      scheme: scheme.scheme,
      hash: Audit.hash(scheme),
      population: population.population,
      vary: axes.map((axis) => ({ path: axis.path, unit: numbers[axis.path].unit, values: axis.values() })),
      follow: following
        .filter(({ path }) => points.some(({ follows }) => follows[path] !== numberOf(scheme, path)))
        .map(({ formula, path }) => ({ path, formula })),
      security: {
        measure: measure.name,
        unit: measure.of === "a year" ? "guesses a year" : computed[measure.claim](Rules.strict(scheme)).unit,
        atMost: Measure.atMostOf(measure, scheme) ?? null
      },
      points: placed.map(({ point }) => point)
    }
  }
}
