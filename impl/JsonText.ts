/**
 * JsonText: JSON with the places of what it says. It tells what is lost once a text is parsed: where everything stands, keys given
 * twice, numbers that no double holds; and of a text that is no JSON where it ceases to be.
 */
import * as Result from "effect/Result"
import type { Problem } from "../model/Decode.ts"
import * as Text from "./Text.ts"

/** A place in a text, both counted from 1; columns are UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Something wrong with a text, and where. */
export interface Located extends Problem {
  readonly place: Place
}

/** What a text says. */
export interface JsonText {
  readonly value: unknown
  /** Where the value of a path begins, or the key before it; as `window.past` or `orders[0]`, and empty for the whole. */
  readonly placeOf: (path: string) => Place | undefined
  /** How a number, a word or a string is written; undefined for objects, lists and what is not there. */
  readonly writtenAt: (path: string) => string | undefined
}

/** How deep objects and lists may be nested. */
export const deepest = 100

/** What can come next: the grammar of JSON as a table. */
type Expecting = "value" | "value or ]" | "key or }" | "key" | "colon" | "comma or }" | "comma or ]" | "end"

const expected: Readonly<Record<Expecting, string>> = {
  value: "a value",
  "value or ]": "a value or ]",
  "key or }": "a key in quotes or }",
  key: "a key in quotes",
  colon: "a colon",
  "comma or }": "a comma or }",
  "comma or ]": "a comma or ]",
  end: "the end of the file"
}

/** An object or a list that the scan is in. */
interface Level {
  /** The keys of an object so far; undefined for a list. */
  readonly keys: Set<string> | undefined
  /** The key or the index of the value that the scan is at. */
  at: string | number
}

const space = /[ \t\n\r]*/y

const token =
  /(?:("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])|([{}[\],:])|$)/y

/** The path of the value that stands in some levels. */
const pathIn = (levels: ReadonlyArray<Level>): string =>
  levels.reduce((path, { at }) => (typeof at === "number" ? `${path}[${at}]` : path === "" ? at : `${path}.${at}`), "")

/** Tells the line and the column of a place by where it is. */
const placesIn = (text: string): ((index: number) => Place) => {
  const starts = [0]
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return (index) => {
    let [from, to] = [0, starts.length]
    while (to - from > 1) {
      const middle = (from + to) >> 1
      if (starts[middle]! <= index) from = middle
      else to = middle
    }
    return { line: from + 1, column: index - starts[from]! + 1 }
  }
}

/** A beginning of what stands somewhere, as an error quotes it. */
const quoted = (text: string, index: number): string => {
  const rest = /^[^\s,:{}[\]]+|^./su.exec(text.slice(index, index + 40))?.[0]
  return rest === undefined ? "the end of the file" : rest === "\0" ? "a null byte" : Text.line(rest)
}

/** Where something stands in a text, and how a number, a word or a string is written there. */
interface Found {
  readonly from: number
  readonly written: string | undefined
}

/** A scan of a text from its beginning. Only one that is to keep them notes all places: that takes several times as long. */
class Scan {
  readonly levels: Array<Level> = []
  readonly found: Map<string, Found> | undefined
  readonly problems: Array<Located> = []
  expecting: Expecting = "value"
  readonly text: string
  readonly placeAt: (index: number) => Place

  constructor(text: string, keeps: boolean) {
    this.text = text
    this.found = keeps ? new Map() : undefined
    this.placeAt = placesIn(text)
  }

  /** Notes something wrong with the whole text, or with the value that the scan is at. */
  problem(of: "text" | "value", index: number, expected: string, found: string): void {
    const path = of === "text" ? "" : pathIn(this.levels)
    this.problems.push({ path, expected, found, place: this.placeAt(index) })
  }

  /** Notes where a value stands, unless its key has been noted before it. */
  note(index: number, written: string | undefined): void {
    if (this.found === undefined) return
    const path = pathIn(this.levels)
    this.found.set(path, { from: this.found.get(path)?.from ?? index, written })
  }

  /** What comes after a value, by what it stands in. */
  after(): Expecting {
    const level = this.levels.at(-1)
    return level === undefined ? "end" : level.keys === undefined ? "comma or ]" : "comma or }"
  }

  key(written: string, index: number): void {
    const level = this.levels.at(-1)!
    const key: string = JSON.parse(written)
    level.at = key
    if (level.keys!.has(key)) this.problem("value", index, "the key once", "it several times")
    level.keys!.add(key)
    this.note(index, undefined)
    this.expecting = "colon"
  }

  scalar(written: string, index: number): void {
    this.note(index, written)
    if (/^[-\d]/.test(written) && !Number.isFinite(Number(written))) {
      this.problem("value", index, "a number that is not beyond 1.8e308", written)
    }
    this.expecting = this.after()
  }

  open(mark: string, index: number): void {
    this.note(index, undefined)
    this.levels.push({ keys: mark === "{" ? new Set() : undefined, at: mark === "{" ? "" : 0 })
    this.expecting = mark === "{" ? "key or }" : "value or ]"
  }

  close(): void {
    this.levels.pop()
    this.expecting = this.after()
  }

  comma(): void {
    const level = this.levels.at(-1)!
    if (typeof level.at === "number") level.at++
    this.expecting = level.keys === undefined ? "value" : "key"
  }

  /** Takes a mark; answers whether it may stand here. */
  mark(mark: string, index: number): boolean {
    const { expecting } = this
    if (mark === "{" || mark === "[") {
      if (!expecting.startsWith("value")) return false
      this.open(mark, index)
    } else if (mark === "}" || mark === "]") {
      if (!expecting.endsWith(` ${mark}`)) return false
      this.close()
    } else if (mark === ",") {
      if (!expecting.startsWith("comma")) return false
      this.comma()
    } else if (expecting === "colon") this.expecting = "value"
    else return false
    return true
  }
}

/** Scans a text to its end, or to where it ceases to be JSON. */
const scanned = (text: string, keeps: boolean): Scan => {
  const scan = new Scan(text, keeps)
  const cease = (index: number): Scan => {
    scan.problem("text", index, `JSON, and here ${expected[scan.expecting]}`, quoted(text, index))
    return scan
  }
  for (let at = 0; ; at = token.lastIndex) {
    space.lastIndex = at
    space.exec(text)
    const index = space.lastIndex
    token.lastIndex = index
    const match = token.exec(text)
    if (match === null) return cease(index)
    const [, string, word, mark] = match
    if (string === undefined && word === undefined && mark === undefined) {
      return scan.expecting === "end" ? scan : cease(index)
    }
    if (string !== undefined && scan.expecting.startsWith("key")) scan.key(string, index)
    else if (mark === undefined && scan.expecting.startsWith("value")) scan.scalar((string ?? word)!, index)
    else if (mark === undefined || !scan.mark(mark, index)) return cease(index)
    if (scan.levels.length > deepest) {
      scan.problem("text", index, `JSON that is nested at most ${deepest} deep`, "more here")
      return scan
    }
  }
}

/** The nearest path around another: `window` of `window.past`; empty for the whole. */
const around = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("."), path.lastIndexOf("[")))

/** Reads a text. Fails with what is wrong with it, each thing at its place. */
export const read = (text: string): Result.Result<JsonText, ReadonlyArray<Located>> => {
  const { placeAt, problems } = scanned(text, false)
  if (problems.length > 0) return Result.fail(problems)
  let kept: ReadonlyMap<string, Found> | undefined
  const foundAt = (path: string): Found | undefined => {
    kept ??= scanned(text, true).found!
    return kept.get(path)
  }
  return Result.succeed({
    value: JSON.parse(text) as unknown,
    placeOf: (path) => {
      const found = foundAt(path)
      return found === undefined ? undefined : placeAt(found.from)
    },
    writtenAt: (path) => foundAt(path)?.written
  })
}

/** A problem of what a text says, with its place: that of its path, or else of what is around it; and with what is written there. */
export const located = ({ placeOf, writtenAt }: JsonText, problem: Problem): Located => {
  let path = problem.path
  while (placeOf(path) === undefined && path !== "") path = around(path)
  const written = path === problem.path ? writtenAt(path) : undefined
  const isShort = written !== undefined && written.length <= 60
  return { ...problem, place: placeOf(path) ?? { line: 1, column: 1 }, ...(isShort && { found: Text.line(written) }) }
}
