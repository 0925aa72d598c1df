/** Terminal: text for people, with colours where it is shown on a terminal. */

import { stripVTControlCharacters, styleText } from "node:util"

/** Marks up text, or leaves it as it is. */
export interface Ink {
  readonly bold: (text: string) => string
  readonly faint: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

/** A style, whether or not the text is shown on a terminal: that is decided once, for all of them. */
const styled =
  (format: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    styleText(format, text, { validateStream: false })

const plain = (text: string): string => text

/** Ink for a stream: in colours on a terminal, unless NO_COLOR asks for none. */
export const ink = (stream: { readonly isTTY?: boolean }): Ink =>
  stream.isTTY === true && !process.env.NO_COLOR
    ? { bold: styled("bold"), faint: styled("dim"), good: styled("green"), bad: styled("red") }
    : { bold: plain, faint: plain, good: plain, bad: plain }

/** A whole number with its thousands set off. */
export const count = (value: number): string => value.toLocaleString("en-US")

/** How wide text may be on a stream: as a terminal is, and at most as wide as one reads; 80 columns where there is no terminal. */
export const widthOf = (stream: { readonly isTTY?: boolean; readonly columns?: number }): number =>
  stream.isTTY === true ? Math.min(Math.max(stream.columns ?? 80, 40), 120) : 80

/** How many columns a row may have on a stream: as many as a terminal has, and any number where there is no terminal. */
export const columnsOf = (stream: { readonly isTTY?: boolean; readonly columns?: number }): number =>
  stream.isTTY === true ? Math.max(stream.columns ?? 80, 40) : Number.POSITIVE_INFINITY

/** Breaks a line that is too long at its spaces; what follows goes on further in than it began. Marks of colour take no room. */
const fittedLine = (line: string, width: number): string => {
  if (stripVTControlCharacters(line).length <= width) return line
  const indent = `${/^ */.exec(line)![0]}    `
  const out: Array<string> = []
  let [sofar, taken] = ["", 0]
  for (const [, space, word] of line.matchAll(/( *)([^ ]+)/g)) {
    const size = stripVTControlCharacters(word!).length
    if (taken > 0 && taken + space!.length + size > width) {
      out.push(sofar.trimEnd())
      sofar = indent + word
      taken = indent.length + size
    } else {
      sofar += space! + word
      taken += space!.length + size
    }
  }
  return [...out, sofar].join("\n")
}

/** Text as it is shown on a stream: on a terminal no line is longer than that is wide. Elsewhere a row stays a line, for who searches it. */
export const fitted = (text: string, stream: { readonly isTTY?: boolean; readonly columns?: number }): string =>
  stream.isTTY === true
    ? text
        .split("\n")
        .map((line) => fittedLine(line, columnsOf(stream)))
        .join("\n")
    : text

/** A time as people say it: `10.6 s`, `3 min 25 s`, `1 h 2 min`. */
export const took = (seconds: number): string => {
  if (seconds < 100) return `${seconds} s`
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`
}

/** Lays out rows in columns; `marks` inks a cell by its column, after it was padded. */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  mark: (cell: string, row: number, column: number) => string
): ReadonlyArray<string> => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row, r) =>
    row
      .map((cell, column) => mark(column === row.length - 1 ? cell : cell.padEnd(widths[column]!), r, column))
      .join("  ")
  )
}

/** Breaks a text into lines of at most `width` characters; those after the first begin with `indent`. */
export const wrapped = (text: string, width: number, indent: string): string => {
  const [first = "", ...words] = text.trimStart().split(" ")
  const lines: Array<string> = []
  let line = text.slice(0, text.length - text.trimStart().length) + first
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line = `${line} ${word}`
  }
  return [...lines, line].join("\n")
}

/**
 * A line on stderr that says how far work is: when it is told, rewritten in place on a terminal, and printed at most every few seconds
 * elsewhere.
 */
export const progressLine = (stream: NodeJS.WriteStream) => {
  const every = stream.isTTY ? 100 : 5000
  let last = Date.now()
  let shown = false
  return {
    say: (text: string): void => {
      const now = Date.now()
      if (now - last < every) return
      last = now
      shown = true
      stream.write(stream.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
    },
    done: (): void => {
      if (shown && stream.isTTY) stream.write("\r\u001b[K")
    }
  }
}
