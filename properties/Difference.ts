/** Difference: where two plain values first part. */
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

/** Whether two plain values are alike. */
export const none = (expected: unknown, found: unknown): boolean => first(expected, found) === undefined
