/** Pasted: a command as a shell reads it, for whoever has to give it next. */

/** A word as a shell reads it. */
const quoted = (word: string): string => (/^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** A command, word by word, as it can be pasted. */
export const line = (words: ReadonlyArray<string>): string => words.map(quoted).join(" ")
