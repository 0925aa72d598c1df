/** Neutral: text of others, as it can be shown where what is not to be seen would change how the rest is read. */

// Controls, format characters such as those that turn the direction of text, separators of lines, and halves of characters.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escaped = (character: string): string => `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`

/** A text on one line in which every character is seen: what would not be is written as in JSON, `\u001b`. */
export const neutral = (text: string): string =>
  text.replace(unseen, (character) => (character === "\n" || character === "\t" ? " " : escaped(character)))
