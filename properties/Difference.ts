/** Difference: whether two plain values are alike, where they first part, and all the places where they do. */
import type { Problem } from "../model/Decode.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value))

/** The first place at which what was found is not what was expected, or undefined where the two are alike. */
export const first = (expected: unknown, found: unknown, path = ""): Problem | undefined => {
  if (Object.is(expected, found)) return undefined
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found)) {
    return { path, expected: shown(expected), found: shown(found) }
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const place = Array.isArray(expected) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`
    const difference = first(expected[key], found[key], place)
    if (difference !== undefined) return difference
  }
  return undefined
}

/** A place at which one plain value was changed into another. */
export interface Change {
  readonly path: string
  readonly was: unknown
  readonly is: unknown
}

/** Every place at which two plain values differ, the innermost that there are. */
export const all = (before: unknown, after: unknown, path = ""): ReadonlyArray<Change> => {
  if (Object.is(before, after)) return []
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, was: before, is: after }]
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    all(before[key], after[key], Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`)
  )
}

/** Whether two plain values are alike. It says no more, and so costs less than finding where they part. */
export const none = (expected: unknown, found: unknown): boolean => {
  if (Object.is(expected, found)) return true
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found)) return false
  for (const key in expected) if (!none(expected[key], found[key])) return false
  for (const key in found) if (!(key in expected) && found[key] !== undefined) return false
  return true
}
