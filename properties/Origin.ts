/**
 * Origin: where a result comes from, so that who reads it can make it again. It names no person, machine, password or absolute
 * path: what is not in the folder that paycode ran in is named by its last part alone.
 */
import { basename, isAbsolute, relative } from "node:path"
import * as Schema from "effect/Schema"
import * as Text from "../impl/Text.ts"
import * as Hash from "./Hash.ts"
import { closure } from "./Modules.ts"

/** By which code a result was made, when, and by which command. */
export const fields = {
  /** SHA-256 of the modules that made it, as they ran, in hexadecimal. */
  fingerprint: Schema.String,
  /** The version of Node, as `v24.1.0`. */
  node: Schema.String,
  /** When it was begun: a date and time of UTC as in ISO 8601. */
  date: Schema.String,
  /** The command that makes it again, in the folder that it was made in. */
  command: Schema.String
} as const

/** What {@link fields} has. */
export interface Origin {
  readonly fingerprint: string
  readonly node: string
  readonly date: string
  readonly command: string
}

/** The path of a file as a result may tell it: from the folder that paycode runs in, or its last part where it is not in there. */
export const told = (path: string, folder: string = process.cwd()): string => {
  const from = relative(folder, path)
  const isInside = from !== "" && !from.startsWith("..") && !isAbsolute(from)
  return isInside ? from : basename(path)
}

/** A word of a command line, quoted for a POSIX shell where it needs to be. What is unseen in it is shown, and means nothing to one. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${Text.line(text).replace(/'/g, "'\\''")}'`

/** A command line of some words. */
export const line = (words: ReadonlyArray<string>): string => words.map(word).join(" ")

/** SHA-256 of the modules that some reach, as they are on the disk that they run from. */
export const fingerprint = (entries: ReadonlyArray<string>): string =>
  Hash.of([...closure(entries)].sort(([a], [b]) => (a < b ? -1 : 1)))

/** Where a result comes from that some modules make now: as they are written, and as they are compiled. */
export const now = (entries: ReadonlyArray<string>, words: ReadonlyArray<string>): Origin => ({
  fingerprint: fingerprint(entries),
  node: process.version,
  date: new Date().toISOString(),
  command: line(words)
})
