/** Axes: the parameters that a sweep varies and the values that they take, as the command line gives them. */
import * as Result from "effect/Result"
import { nearest } from "../../impl/Nearest.ts"
import { numberOf, type Scheme } from "../../model/Scheme.ts"
import { choices, type NumberPath, numbers } from "../../spec/Parameters.ts"
import { count } from "../Terminal.ts"
import * as Parameters from "./Parameters.ts"

/** A parameter, and how many values it takes; the values themselves are listed only once they are few enough. */
export interface Axis {
  readonly path: NumberPath
  readonly size: number
  readonly values: () => ReadonlyArray<number>
}

/** What was read, or what is wrong with it, to be said after the name of the flag. */
export type Read<A> = Result.Result<A, string>

const paths = Object.keys(numbers) as ReadonlyArray<NumberPath>

const choiceOf = (path: string): { readonly values: ReadonlyArray<string> } | undefined =>
  Object.entries(choices).find(([known]) => known === path)?.[1]

/** A numeric parameter that can be varied in a scheme. */
const pathOf = (scheme: Scheme, found: string): Read<NumberPath> => {
  const path = paths.find((known) => known === found)
  if (path === undefined) {
    const choice = choiceOf(found)
    if (choice !== undefined) {
      return Result.fail(`${found}: expected a numeric parameter, found one of ${choice.values.join(", ")}`)
    }
    const written = found === "" ? "nothing" : found
    return Result.fail(
      `expected a parameter of a scheme file, found ${written}; the nearest is ${nearest(found, paths)}`
    )
  }
  if (numberOf(scheme, path) === undefined) {
    return Result.fail(`${path}: expected a parameter that ${scheme.scheme} has, found one that it does without`)
  }
  const bound = Parameters.followers.find((follower) => follower.path === path && !follower.isFree)
  return bound === undefined
    ? Result.succeed(path)
    : Result.fail(`${path}: expected a parameter that can be chosen, found one that follows: it is ${bound.formula}`)
}

const usage = "FROM..TO, FROM..TO/STEP or a list A,B,C of whole numbers"

/** The least, the greatest and the number of the values that a text stands for, and the values. */
interface Span extends Omit<Axis, "path"> {
  readonly from: number
  readonly to: number
}

const rangeOf = (from: number, to: number, step: number): Read<Span> => {
  if (from > to) return Result.fail(`a range that goes up, found ${from}..${to}, which is empty`)
  if (step < 1) return Result.fail(`a step of at least 1, found ${step}`)
  const size = Math.floor((to - from) / step) + 1
  const values = () => Array.from({ length: size }, (_, index) => from + index * step)
  return Result.succeed({ from, to, size, values })
}

const listOf = (given: ReadonlyArray<number>): Span => {
  const values = [...new Set(given)].sort((a, b) => a - b)
  return { from: values[0]!, to: values.at(-1)!, size: values.length, values: () => values }
}

const spanOf = (text: string): Read<Span> => {
  const range = /^(-?\d{1,16})\.\.(-?\d{1,16})(?:\/(\d{1,16}))?$/.exec(text)
  if (range !== null) return rangeOf(Number(range[1]), Number(range[2]), Number(range[3] ?? 1))
  return /^-?\d{1,16}(,-?\d{1,16})*$/.test(text)
    ? Result.succeed(listOf(text.split(",").map(Number)))
    : Result.fail(`${usage}, found ${text === "" ? "nothing" : text}`)
}

/** Splits `PATH=VALUES` at its first `=`. */
const parted = (text: string, expected: string): Read<readonly [string, string]> => {
  const at = text.indexOf("=")
  return at < 0
    ? Result.fail(`expected ${expected}, found ${text === "" ? "nothing" : text}`)
    : Result.succeed([text.slice(0, at).trim(), text.slice(at + 1).trim()])
}

/** What a parameter's values must lie within, and do not. */
const beyond = (path: NumberPath, from: number, to: number, text: string): string | undefined => {
  const { from: least, to: most, unit } = numbers[path]
  return from >= least && to <= most
    ? undefined
    : `${path}: expected whole numbers of ${unit} from ${count(least)} to ${count(most)}, found ${text}`
}

/** Reads `PATH=FROM..TO`, `PATH=FROM..TO/STEP` or `PATH=A,B,C`; what is wrong with it, where it is none. */
export const read = (scheme: Scheme, text: string): Read<Axis> =>
  Result.gen(function* () {
    const [found, values] = yield* parted(text, `PATH=VALUES, with the values as ${usage}`)
    const path = yield* pathOf(scheme, found)
    const span = yield* Result.mapError(spanOf(values), (wrong) => `${path}: expected ${wrong}`)
    const wrong = beyond(path, span.from, span.to, values)
    if (wrong !== undefined) return yield* Result.fail(wrong)
    return { path, size: span.size, values: span.values }
  })

/** A value for each of some parameters. */
export type Setting = Readonly<Partial<Record<NumberPath, number>>>

/** Reads `PATH=VALUE,PATH=VALUE`, of parameters that are varied. */
export const readSetting = (scheme: Scheme, axes: ReadonlyArray<Axis>, text: string): Read<Setting> =>
  Result.gen(function* () {
    const setting: Partial<Record<NumberPath, number>> = {}
    for (const part of text.split(",")) {
      const [found, value] = yield* parted(part, "PATH=VALUE,PATH=VALUE")
      const path = yield* pathOf(scheme, found)
      const varied = axes.map((axis) => axis.path)
      if (!varied.includes(path)) {
        return yield* Result.fail(`${path}: expected one of the varied parameters, ${varied.join(", ")}`)
      }
      if (path in setting) return yield* Result.fail(`${path}: expected once, found twice`)
      if (!/^-?\d{1,16}$/.test(value))
        return yield* Result.fail(`${path}: expected a whole number, found ${value || "nothing"}`)
      const number = Number(value)
      const wrong = beyond(path, number, number, value)
      if (wrong !== undefined) return yield* Result.fail(wrong)
      setting[path] = number
    }
    return setting
  })
