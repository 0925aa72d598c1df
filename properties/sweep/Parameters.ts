/** Parameters: reading and changing the numbers of a scheme, and those that follow from others. */
import { type NumberPath, numbers, type Scheme } from "../../model/Scheme.ts"

type Groups = Readonly<Record<string, unknown>>

/** The value of a parameter; undefined where the scheme does without. */
export const numberAt = (scheme: Scheme, path: NumberPath): number | undefined =>
  path.split(".").reduce<unknown>((part, key) => (part as Groups | undefined)?.[key], scheme as unknown as Groups) as
    | number
    | undefined

/** A scheme with other values of parameters that it has. Nothing is checked. */
export const withValues = (
  scheme: Scheme,
  values: ReadonlyArray<readonly [path: NumberPath, value: number]>
): Scheme => {
  const changed: Record<string, unknown> = { ...scheme }
  for (const [path, value] of values) {
    const [group, key] = path.split(".") as [string, string | undefined]
    changed[group] = key === undefined ? value : { ...(changed[group] as Groups), [key]: value }
  }
  return changed as unknown as Scheme
}

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
  followers.filter(({ of, path }) => !varied.includes(path) && of(scheme) === numberAt(scheme, path))

/** What is wrong with a value that follows, by itself; undefined where nothing is. */
export const outOfRange = (path: NumberPath, value: number): string | undefined => {
  const { from, to, unit } = numbers[path]
  return value >= from && value <= to
    ? undefined
    : `${path}, which follows: expected ${from} to ${to} ${unit}, found ${value}`
}
