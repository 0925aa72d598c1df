/** Parameters: reading and changing the numbers of a scheme, and those that follow from others. */
import { numberOf, type Scheme, withParameter } from "../../model/Scheme.ts"
import { type NumberPath, numbers } from "../../spec/Parameters.ts"

/** A scheme with other values of parameters that it has. Nothing is checked. */
export const withValues = (scheme: Scheme, values: ReadonlyArray<readonly [path: NumberPath, value: number]>): Scheme =>
  values.reduce((changed, [path, value]) => withParameter(changed, path, value), scheme)

/** A parameter that follows from others. */
export interface Follower {
  readonly path: NumberPath
  readonly formula: string
  /** Whether a scheme can have another value than that of the formula. */
  readonly isFree: boolean
  /** The value of the formula; undefined where it says nothing of a scheme. */
  readonly of: (scheme: Scheme) => number | undefined
}

/** Every parameter that follows from others, in the order in which they are set. */
export const followers: ReadonlyArray<Follower> = [
  {
    path: "code.digits",
    formula: "the length of the prefix + code.aliasDigits + code.otpDigits",
    isFree: false,
    of: ({ code }) => code.prefixes[0].length + code.aliasDigits + code.otpDigits
  },
  {
    path: "leak.seconds",
    formula: "(window.past + 1) x clock.step + clock.drift + clock.nodeSkew",
    isFree: true,
    of: ({ clock, window }) => window && (window.past + 1) * clock.step + clock.drift + clock.nodeSkew
  }
]

/** Those that follow in a scheme when some parameters are varied: they have the value of their formula, and are not varied. */
export const following = (scheme: Scheme, varied: ReadonlyArray<NumberPath>): ReadonlyArray<Follower> =>
  followers.filter(({ of, path }) => !varied.includes(path) && of(scheme) === numberOf(scheme, path))

/** What is wrong with a value that follows, by itself; undefined where nothing is. */
export const outOfRange = (path: NumberPath, value: number): string | undefined => {
  const { from, to, unit } = numbers[path]
  return value >= from && value <= to
    ? undefined
    : `${path}, which follows: expected ${from} to ${to} ${unit}, found ${value}`
}
