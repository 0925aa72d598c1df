/** TillAgain: how a command of a till is told to whoever has to give it next, so that it can be pasted. */

/** The file of a till that is not named. */
export const usual = "till.json"

/** A word as a shell reads it. */
const quoted = (word: string): string => (/^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** A command of the till in a file. */
export const command = (till: string, ...words: ReadonlyArray<string>): string =>
  ["paycode", "till", ...words, ...(till === usual ? [] : ["--till", till])].map(quoted).join(" ")
