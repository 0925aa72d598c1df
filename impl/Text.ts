/**
 * Text: what a text that came from elsewhere may hold where it is kept, and how it is written where people and programs read
 * it. A scheme's title, a path, a server's message are data in every output: none of them moves a cursor, turns the
 * direction of what follows, ends a script, or is a formula.
 */

/** Whether every database keeps a text as it is: it is Unicode, without half of a pair, and has no NUL, which PostgreSQL refuses. */
export const isKept = (text: string): boolean => text.isWellFormed() && !text.includes("\0")

/** What a text begins with that is written as JSON: no text that anybody has a use for does. */
const asJson = "\u0001"

/**
 * A text as a database keeps it, whatever it holds: as it is, or where that cannot be kept as JSON, in which no two are
 * alike. {@link read} reads it.
 */
export const written = (text: string): string =>
  isKept(text) && !text.startsWith(asJson) ? text : `${asJson}${JSON.stringify(text)}`

/** Reads a text as it was {@link written}. */
export const read = (kept: string): string =>
  kept.startsWith(`${asJson}"`) ? (JSON.parse(kept.slice(asJson.length)) as string) : kept

/**
 * What nobody sees, or what changes how the rest is seen: controls, halves of pairs, other ends of lines, marks of direction,
 * and marks of language and annotation. Joiners stay: scripts are written with them.
 */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff\ufff9-\uffff\u{e0000}-\u{e007f}]/gu

/** What was typed, but for a text of digits alone as long as a code: that may be one, which is money, and is not repeated. */
export const withoutCode = (typed: string): string =>
  /^(?:[\s",']*[0-9]){12,}[\s",']*$/.test(typed) ? "(digits)" : typed

/** A character as JSON escapes it. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
  ).join("")

/** What is seen, line ends included, and no less-than sign: most of what a log says, which is written as it is. */
const isPlain = /^[\n -;=-~]*$/

/** A text on one line, what is unseen in it as escapes, as `\u001b`. */
export const line = (text: string): string => text.replace(unseen, escaped)

/** A text of several lines, in which everything else that is unseen is shown as escapes. */
export const lines = (text: string): string => text.split("\n").map(line).join("\n")

/**
 * A value as JSON that shows everything that it holds, and that can stand within a script of a page: it closes none and
 * begins no comment. `indent` is that of `JSON.stringify`.
 */
export const json = (value: unknown, indent?: number): string => {
  const text = JSON.stringify(value, null, indent)
  return isPlain.test(text) ? text : lines(text).replace(/<(?=[!/s])/gi, "\\u003c")
}

/** A text in XML or HTML, in an element or in a quoted attribute. */
export const xml = (text: string): string =>
  line(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;")

/** A text as a field of CSV (RFC 4180), which no program takes for a formula. */
export const field = (text: string): string => {
  const plain = /^\s*[=+\-@|%]/.test(text) ? `'${line(text)}` : line(text)
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
