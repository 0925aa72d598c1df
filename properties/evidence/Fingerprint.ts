/** Fingerprint: which code decides verdicts. What another code has found says nothing of this one. */
import { readFileSync } from "node:fs"
import * as Hash from "../Hash.ts"
import { root } from "../Modules.ts"
import * as Origin from "../Origin.ts"

/** The module from which every other that decides a verdict is reached, as it is written and as it is compiled. */
const entries = ["properties/audit/Audit.ts", "properties/audit/Audit.js"]

/** The versions of what it is built on, as they are pinned; nothing where they are not told. */
const pinned = (): unknown => {
  try {
    const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
      readonly dependencies: unknown
    }
    return dependencies
  } catch {
    return null
  }
}

/** What {@link ofCode} was when it was first asked for. */
let first: string | undefined

/** The fingerprint of the code that this process began with, as far as it is known: what it loaded is not loaded again. */
export const ofProcess = (): string => {
  first ??= ofCode()
  return first
}

/** SHA-256 over the modules that decide verdicts, what they are built on, and the version of Node, in hexadecimal. */
export const ofCode = (): string => Hash.of([Origin.fingerprint(entries), pinned(), process.version])
