/**
 * Markdown: the writing of pages. Sentences of the sources keep their backquotes, and read as they were written whatever
 * else is in them.
 */

import * as Text from "../impl/Text.ts"

/** A character that Markdown, or the inline tags of TypeDoc, would take for a mark. */
const mark = /[\\*[\]<~`{}@]|&(?=#|\w)|(?<!\w)_|_(?!\w)/g

/** A beginning that would make a heading, a list, a quotation or a line of a paragraph. */
const beginning = /^(?:[#+=>-]|\d+[.)](?!\S))/

const plain = (text: string): string => Text.line(text).replace(mark, "\\$&")

/** Text in a fixed-width font, exactly as it is. */
export const code = (given: string): string => {
  const text = Text.line(given)
  const fence = "`".repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)))
  const space = /^`|`$|^ .* $/.test(text) ? " " : ""
  return `${fence}${space}${text}${space}${fence}`
}

/** A sentence: what stands in backquotes is written by `term`, and everything else means itself. */
export const sentence = (text: string, term: (term: string) => string = code): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return line
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? term(part.slice(1, -1)) : plain(part)))
    .join("")
    .replace(beginning, (start) => start.replace(/[^\d]/, "\\$&"))
}

/** A link whose label is Markdown already. */
export const link = (label: string, target: string): string => `[${label}](${target})`

/** A picture, with what it shows for those who do not see it. */
export const picture = (shows: string, target: string): string => `![${sentence(shows)}](${target})`

/** A block of text, exactly as it is. */
export const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** A block that opens when it is asked for. */
export const folded = (summary: string, body: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`

const row = (cells: ReadonlyArray<string>): string =>
  `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`

/** A table; the cells are Markdown, each on one line. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")

/** A list with bullets. */
export const list = (items: ReadonlyArray<string>): string => items.map((item) => `- ${item}`).join("\n")

/** A list with numbers. */
export const steps = (items: ReadonlyArray<string>): string =>
  items.map((item, index) => `${index + 1}. ${item}`).join("\n")

/** The fragment by which a heading of plain words is linked to, on GitHub and in TypeDoc's pages alike. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replace(/ /g, "-")
