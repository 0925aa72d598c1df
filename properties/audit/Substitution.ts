/**
 * Substitution: what a scheme becomes when it takes the values of some parameters from another. Many parameters only make
 * sense together, and which ones, decoding says: a scheme that contradicts itself names what is wrong.
 */
import * as Result from "effect/Result"
import { decode, type Problem } from "../../model/Decode.ts"
import { parameterOf, Scheme, withParameter } from "../../model/Scheme.ts"
import { type ParameterPath, parameterPaths } from "../../spec/Parameters.ts"
import * as Difference from "../Difference.ts"

/** The parameters that two schemes give different values, or that only one of them has. */
export const differing = (a: Scheme, b: Scheme): ReadonlyArray<ParameterPath> =>
  parameterPaths.filter((path) => !Difference.none(parameterOf(a, path), parameterOf(b, path)))

/** A scheme with some parameters as another has them, or what is wrong with that. */
export const put = (
  into: Scheme,
  from: Scheme,
  paths: ReadonlyArray<ParameterPath>
): Result.Result<Scheme, ReadonlyArray<Problem>> =>
  decode(
    Scheme,
    paths.reduce((scheme, path) => withParameter(scheme, path, parameterOf(from, path)), into)
  )

/** Whether a text names a parameter by its path. */
const names = (text: string, path: ParameterPath): boolean =>
  new RegExp(`(?<![\\w.])${path.replaceAll(".", "\\.")}(?!\\w|\\.\\w)`).test(text)

const groupOf = (path: string): string => path.split(".")[0]!

/** Of some parameters those that problems speak of; where there are none, those that stand beside them. */
const spokenOf = (
  problems: ReadonlyArray<Problem>,
  some: ReadonlyArray<ParameterPath>
): ReadonlyArray<ParameterPath> => {
  const named = some.filter((path) =>
    problems.some((problem) => `${path}.`.startsWith(`${problem.path}.`) || names(problem.expected, path))
  )
  if (named.length > 0) return named
  const beside = some.filter((path) => problems.some((problem) => groupOf(problem.path) === groupOf(path)))
  return beside.length > 0 ? beside : some
}

/** Some of the parameters in which two schemes differ, in the order of all. */
const among = (all: ReadonlyArray<ParameterPath>, ...some: ReadonlyArray<ReadonlyArray<ParameterPath>>) =>
  all.filter((path) => some.some((paths) => paths.includes(path)))

const except = (all: ReadonlyArray<ParameterPath>, some: ReadonlyArray<ParameterPath>) =>
  all.filter((path) => !some.includes(path))

/** Some parameters, with as many others as it takes to make a scheme: more than need be, perhaps. */
const grown = (into: Scheme, from: Scheme, some: ReadonlyArray<ParameterPath>): ReadonlyArray<ParameterPath> => {
  const all = differing(into, from)
  let taken = among(all, some)
  // With all of them it is the other scheme, which is one.
  while (taken.length < all.length) {
    const tried = put(into, from, taken)
    if (Result.isSuccess(tried)) break
    taken = among(all, taken, spokenOf(tried.failure, except(all, taken)))
  }
  return taken
}

/**
 * The parameters that a scheme must take from another if it takes some of them: with these the result is a scheme, and
 * none of the others can be spared. There may be other such groups: this is the one that the contradictions lead to.
 */
export const together = (
  into: Scheme,
  from: Scheme,
  some: ReadonlyArray<ParameterPath>
): ReadonlyArray<ParameterPath> => {
  const all = differing(into, from)
  let taken = grown(into, from, some)
  for (let left = except(taken, some); left.length > 0; ) {
    const [path, ...later] = left as [ParameterPath, ...ReadonlyArray<ParameterPath>]
    // Without this one alone, or without it and what cannot be without it.
    const alone = except(taken, [path])
    const fewer = Result.isSuccess(put(into, from, alone))
      ? alone
      : except(all, grown(from, into, [...except(all, taken), path]))
    const isSpared = some.every((one) => fewer.includes(one))
    if (isSpared) taken = fewer
    // What could not be spared before may be now.
    left = isSpared ? except(taken, some) : later
  }
  return taken
}
