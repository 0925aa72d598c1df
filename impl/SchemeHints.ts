/**
 * SchemeHints: what helps the author of a scheme file beyond its schema. A name that is near is told, and every value needs a source of
 * its own: where it comes from is half of what a scheme says.
 */

import * as BuiltIn from "../model/BuiltIn.ts"
import type { Problem } from "../model/Decode.ts"
import { parameterOf, type Scheme } from "../model/Scheme.ts"
import { claimIds } from "../spec/Claims.ts"
import { type ParameterPath, parameterPaths, partsOf } from "../spec/Parameters.ts"
import { near } from "./Nearest.ts"

/** Every place of a scheme file that has a name: parameters, their groups, their sources and the claims. */
const names: ReadonlyArray<string> = [
  ...["$schema", "scheme", "title", "note", "sources", "claims"],
  ...new Set(parameterPaths.map((path) => partsOf(path)[0])),
  ...parameterPaths,
  ...parameterPaths.map((path) => `sources.${path}`),
  ...claimIds.map((id) => `claims.${id}`)
]

/** A problem of a scheme file, with the name that is near where there is no such field. */
export const hinted = (problem: Problem): Problem => {
  if (problem.expected !== "no such field") return problem
  const meant = near(problem.path, names)
  return meant === undefined || meant === problem.path
    ? problem
    : { ...problem, expected: `no such field (the nearest is ${meant})` }
}

/** A value as JSON, cut short. */
const shown = (value: unknown): string => {
  const text = value === undefined ? "none" : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** What is wrong with the source of one parameter; undefined where nothing is. */
const wrongSource = (scheme: Scheme, path: ParameterPath, builtIn: ReadonlyArray<Scheme>): Problem | undefined => {
  const value = parameterOf(scheme, path)
  const source = scheme.sources[path]
  const place = `sources.${path}`
  if (value === undefined) {
    if (source === undefined) return undefined
    return { path: place, expected: `no source, for the file has no ${path}`, found: shown(source) }
  }
  const where = 'a public document, or "Chosen:" and why'
  if (source === undefined) {
    return { path: place, expected: `where ${shown(value)} of ${path} comes from: ${where}`, found: "nothing" }
  }
  const others = builtIn.filter(({ sources }) => sources[path] === source)
  const [other] = others
  if (other === undefined || others.some((one) => isSame(parameterOf(one, path), value))) return undefined
  const theirs = `${shown(parameterOf(other, path))} of ${other.scheme}`
  return {
    path: place,
    expected: `where ${shown(value)} comes from: ${where}; this is the source of ${theirs}`,
    found: shown(source)
  }
}

/** The values without a source, or with that of a built-in scheme that has another value; and the sources of what is not there. */
export const unsourced = (scheme: Scheme): ReadonlyArray<Problem> => {
  const builtIn = BuiltIn.all()
  return parameterPaths.flatMap((path) => wrongSource(scheme, path, builtIn) ?? [])
}
