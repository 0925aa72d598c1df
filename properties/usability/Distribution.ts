/**
 * Distributions of whole seconds: how a file states one, the probability of every second, sums of independent ones, and
 * draws.
 */
import * as Schema from "effect/Schema"

/** The probability of each second from `from` on. They sum to 1, or to less where a part of a distribution is meant. */
export interface Distribution {
  readonly from: number
  readonly masses: Float64Array
}

/** The most seconds, either way, that a distribution reaches. */
const reach = 1_000_000

const second = Schema.Number.annotate({
  expected: `a whole number of seconds from ${-reach} to ${reach}`
}).check(
  Schema.makeFilter((value: number) =>
    Number.isInteger(value) && Math.abs(value) <= reach
      ? undefined
      : `a whole number of seconds from ${-reach} to ${reach}`
  )
)

const positive = (expected: string) =>
  Schema.Number.annotate({ expected }).check(
    Schema.makeFilter((value: number) => (value > 0 && Number.isFinite(value) ? undefined : expected))
  )

const inOrder = Schema.makeFilter(({ from, to }: { readonly from: number; readonly to: number }) =>
  from <= to ? undefined : { path: ["to"], issue: `at least from, ${from}` }
)

/** Every second from one to another is as likely as any. */
const Uniform = Schema.Struct({ kind: Schema.Literal("uniform"), from: second, to: second }).check(inOrder)

/** A normal distribution, cut off at both ends: a second has what lies within half a second of it. */
const Normal = Schema.Struct({
  kind: Schema.Literal("normal"),
  mean: Schema.Finite,
  deviation: positive("a number of seconds above 0"),
  from: second,
  to: second
}).check(
  inOrder,
  // Further out there is nothing left that a number could tell from nothing.
  Schema.makeFilter(({ deviation, from, mean, to }) =>
    from - mean <= 8 * deviation && mean - to <= 8 * deviation
      ? undefined
      : { path: ["from"], issue: "a range that begins or ends within 8 deviations of the mean" }
  )
)

/** Seconds, and the weight of each. */
const Table = Schema.Struct({
  kind: Schema.Literal("table"),
  weights: Schema.Record(Schema.String, positive("a weight above 0"))
}).check(
  Schema.makeFilter(({ weights }) => {
    const seconds = Object.keys(weights)
    if (seconds.length === 0) return { path: ["weights"], issue: "at least one second and its weight" }
    const wrong = seconds.find((key) => !/^(0|-?[1-9]\d*)$/.test(key) || Math.abs(Number(key)) > reach)
    return wrong === undefined
      ? undefined
      : { path: ["weights", wrong], issue: `a whole number of seconds from ${-reach} to ${reach} as its name` }
  })
)

const Simple = Schema.Union([Uniform, Normal, Table])

/** One of several distributions, each with its share of the weight. */
const Mixture = Schema.Struct({
  kind: Schema.Literal("mixture"),
  parts: Schema.NonEmptyArray(Schema.Struct({ weight: positive("a weight above 0"), of: Simple }))
})

/** A distribution as a file states it. */
export const Stated = Schema.Union([Uniform, Normal, Table, Mixture]).annotate({
  expected: "a distribution: of the kind uniform, normal, table or mixture"
})
export type Stated = typeof Stated.Type

/** The probability that a standard normal variable lies above `x`, which is at least 0; good to 14 digits or so. */
const above = (x: number): number => {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x > 3) {
    // Laplace's continued fraction, from its end.
    let fraction = x
    for (let k = 120; k >= 1; k--) fraction = x + k / fraction
    return density / fraction
  }
  // 1/2 - density (x + x^3/3 + x^5/(3 5) + ...)
  let term = x
  let sum = x
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 - density * sum
}

/** The probability that a standard normal variable lies between two values; of the tail it is in, so that little is lost. */
const between = (a: number, b: number): number => {
  if (a >= 0) return above(a) - above(b)
  if (b <= 0) return above(-b) - above(-a)
  return 1 - above(b) - above(-a)
}

/** The least and the greatest second that a stated distribution gives any weight to. */
export const ends = (stated: Stated): readonly [number, number] => {
  switch (stated.kind) {
    case "uniform":
    case "normal":
      return [stated.from, stated.to]
    case "table": {
      const seconds = Object.keys(stated.weights).map(Number)
      return [Math.min(...seconds), Math.max(...seconds)]
    }
    case "mixture": {
      const spans = stated.parts.map(({ of }) => ends(of))
      return [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))]
    }
  }
}

const total = (masses: Float64Array): number => masses.reduce((sum, mass) => sum + mass, 0)

const scaled = (masses: Float64Array, factor: number): Float64Array => masses.map((mass) => mass * factor)

const massesOf = (stated: Stated, from: number, length: number): Float64Array => {
  const masses = new Float64Array(length)
  switch (stated.kind) {
    case "uniform":
      masses.fill(1, stated.from - from, stated.to - from + 1)
      break
    case "normal":
      for (let at = stated.from; at <= stated.to; at++) {
        const { deviation, mean } = stated
        masses[at - from] = between((at - 0.5 - mean) / deviation, (at + 0.5 - mean) / deviation)
      }
      break
    case "table":
      for (const [at, weight] of Object.entries(stated.weights)) masses[Number(at) - from] = weight
      break
    case "mixture": {
      for (const { of, weight } of stated.parts) {
        const part = massesOf(of, from, length)
        for (let i = 0; i < length; i++) masses[i] = masses[i]! + weight * part[i]!
      }
      break
    }
  }
  return scaled(masses, 1 / total(masses))
}

/** The probability of every second of a stated distribution. */
export const of = (stated: Stated): Distribution => {
  const [from, to] = ends(stated)
  return { from, masses: massesOf(stated, from, to - from + 1) }
}

/** What is certain. */
export const certainly = (second: number): Distribution => ({ from: second, masses: Float64Array.of(1) })

/** The sum of two independent ones. */
export const plus = (a: Distribution, b: Distribution): Distribution => {
  const masses = new Float64Array(a.masses.length + b.masses.length - 1)
  a.masses.forEach((mass, i) => {
    if (mass === 0) return
    for (let j = 0; j < b.masses.length; j++) masses[i + j] = masses[i + j]! + mass * b.masses[j]!
  })
  return { from: a.from + b.from, masses }
}

/** The same the other way round: of `-x`. */
export const negated = ({ from, masses }: Distribution): Distribution => ({
  from: 1 - from - masses.length,
  masses: masses.toReversed()
})

/** The remainder by a number of seconds, of what is never negative. */
export const modulo = ({ from, masses }: Distribution, divisor: number): Distribution => {
  const folded = new Float64Array(divisor)
  masses.forEach((mass, i) => {
    folded[(from + i) % divisor] = folded[(from + i) % divisor]! + mass
  })
  return { from: 0, masses: folded }
}

/** The part that lies below some second. */
export const below = ({ from, masses }: Distribution, end: number): Distribution => ({
  from,
  masses: masses.slice(0, Math.max(0, end - from))
})

/** The sum of a function over a distribution, each second with its probability; exactly 0 where the function is. */
export const expected = ({ from, masses }: Distribution, of: (second: number) => number): number => {
  let sum = 0
  masses.forEach((mass, i) => {
    if (mass > 0) sum += mass * of(from + i)
  })
  return sum
}

/** The probability of more than some number of seconds, as a function that was summed up once; exactly 0 past the end. */
export const tail = ({ from, masses }: Distribution): ((seconds: number) => number) => {
  const sums = new Float64Array(masses.length + 1)
  for (let i = masses.length - 1; i >= 0; i--) sums[i] = sums[i + 1]! + masses[i]!
  return (seconds) => sums[Math.min(Math.max(0, Math.floor(seconds) + 1 - from), masses.length)]!
}

/** Draws from a distribution, by numbers that are equally likely anywhere from 0 to less than 1. */
export const drawer = ({ from, masses }: Distribution): ((uniform: number) => number) => {
  const sums = new Float64Array(masses.length)
  let sum = 0
  masses.forEach((mass, i) => {
    sum += mass
    sums[i] = sum
  })
  return (uniform) => {
    const wanted = uniform * sum
    let [low, high] = [0, masses.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return from + low
  }
}
