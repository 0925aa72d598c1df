/** Terminal: text for people, with colours where it is shown on a terminal. */

import { styleText } from "node:util"

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
