/** JsonText: what a JSON text says that is lost once it is parsed: keys given twice, and numbers that no double holds. */
import type { Problem } from "../model/Decode.ts"

/** An object or a list that the scan is in. */
interface Level {
  /** The keys of an object so far; undefined for a list. */
  readonly keys: Set<string> | undefined
  /** The path of the object or list itself. */
  readonly path: string
  /** The key or the index of the value that the scan is at; undefined before the key of an object. */
  at: string | number | undefined
}

// Strings, marks, and words: numbers, true, false and null. The text is JSON, so nothing else is in it.
const tokens = /"(?:[^"\\]+|\\.)*"|[{}[\],]|[^\s{}[\],:"]+/g

const pathAt = (level: Level | undefined): string => {
  if (level === undefined) return ""
  const { at, path } = level
  if (typeof at === "number") return `${path}[${at}]`
  return path === "" ? `${at}` : `${path}.${at}`
}

/** The level in which values stand after a bracket has opened. */
const opened = (bracket: string, around: Level | undefined): Level =>
  bracket === "{"
    ? { keys: new Set(), path: pathAt(around), at: undefined }
    : { keys: undefined, path: pathAt(around), at: 0 }

/** Takes the key of a value, and tells whether the object has had it before. */
const isRepeated = (level: Level, keys: Set<string>, key: string): boolean => {
  level.at = key
  const isKnown = keys.has(key)
  keys.add(key)
  return isKnown
}

/** What is wrong with a text that is JSON: every key that its object has had before, and every number out of range. */
export const problems = (text: string): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  const levels: Array<Level> = []
  for (const [token] of text.matchAll(tokens)) {
    const level = levels.at(-1)
    if (token === "{" || token === "[") levels.push(opened(token, level))
    else if (token === "}" || token === "]") levels.pop()
    else if (token === ",") level!.at = typeof level!.at === "number" ? level!.at + 1 : undefined
    else if (token.startsWith('"')) {
      if (level?.keys !== undefined && level.at === undefined && isRepeated(level, level.keys, JSON.parse(token))) {
        found.push({ path: pathAt(level), expected: "the key once", found: "it several times" })
      }
    } else if (Math.abs(JSON.parse(token)) === Number.POSITIVE_INFINITY) {
      found.push({ path: pathAt(level), expected: "a number that is not beyond 1.8e308", found: token })
    }
  }
  return found
}
