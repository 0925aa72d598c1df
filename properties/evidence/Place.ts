/** Place: where evidence is kept: a folder that its owner alone may enter, with one file in it. */
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import * as Permissions from "../../impl/Permissions.ts"

/** The word that is given where nothing is to be kept, and nothing taken. */
export const none = "none"

/** What names a place, in the environment. */
export const variable = "PAYCODE_STORE"

/** The name of the file. */
export const file = "evidence.sqlite"

/** The folder that caches are in on this system. */
const caches = (environment: NodeJS.ProcessEnv): string => {
  if (process.platform === "win32") return environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches")
  const named = environment.XDG_CACHE_HOME
  // What is not absolute is to be passed over: XDG Base Directory Specification.
  return named?.startsWith("/") ? named : join(homedir(), ".cache")
}

/** The folder that is asked for, by a flag, else by the environment, else the usual one; undefined where none is to be. */
export const asked = (given: string | undefined, environment = process.env): string | undefined => {
  const named = given ?? environment[variable]
  if (named === none) return undefined
  return resolve(named === undefined || named === "" ? join(caches(environment), "paycode") : named)
}

const mode = (bits: number): string => `0${(bits & 0o777).toString(8)}`

/** What is wrong with a folder or file that stands there; undefined where nothing is. */
const wrong = (path: string, own: number): string | undefined => {
  const { mode: bits, uid } = statSync(path)
  if (!Permissions.areKept) return undefined
  if (uid !== process.getuid?.()) return `${path}: expected one of your own, found one of somebody else: name another`
  if ((bits & 0o077) === 0) return undefined
  return `${path}: expected permissions ${mode(own)}, found ${mode(bits)}: run chmod ${mode(own).slice(1)} ${path}`
}

/** What is wrong with a folder that has no evidence yet: it is for something else, and not to be changed for this. */
const others = (folder: string): string | undefined =>
  wrong(folder, 0o700) === undefined
    ? undefined
    : `${folder}: expected a folder that is yours and that others cannot enter, found one that is not: name another, or one that is not there`

const isFolder = (path: string): boolean => statSync(path).isDirectory()

/**
 * The path of the file in a folder; both are made where they are not there, unless nothing is to be made. Throws an error with a
 * sentence that names the path, what was expected, what was found and what to do.
 */
export const opened = (folder: string, isMade: boolean): string => {
  const path = join(folder, file)
  if (!existsSync(folder)) {
    if (!isMade) throw new Error(`${folder}: expected a folder with evidence, found none: an audit makes one`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  if (!isFolder(folder)) throw new Error(`${folder}: expected a folder, found a file: name another`)
  const bad = existsSync(path) ? wrong(folder, 0o700) : others(folder)
  if (bad !== undefined) throw new Error(bad)
  if (!existsSync(path)) {
    if (!isMade) throw new Error(`${path}: expected a file with evidence, found none: an audit makes one`)
    closeSync(openSync(path, "a", Permissions.own))
  }
  if (!lstatSync(path).isFile()) throw new Error(`${path}: expected a file, found something else: name another folder`)
  const wide = wrong(path, Permissions.own)
  if (wide !== undefined) throw new Error(wide)
  return path
}
