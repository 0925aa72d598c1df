/** TillAgain: how a command of a till is told to whoever has to give it next, so that it can be pasted. */
import * as Pasted from "./Pasted.ts"

/** The file of a till that is not named. */
export const usual = "till.json"

/** A command of the till in a file. */
export const command = (till: string, ...words: ReadonlyArray<string>): string =>
  Pasted.line(["paycode", "till", ...words, ...(till === usual ? [] : ["--till", till])])
