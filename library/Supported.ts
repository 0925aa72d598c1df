/** Supported: every exported module imports it first, so that too old a Node is told in a sentence, and not by what it lacks. */
import { complaint } from "../NodeVersion.cjs"

if (complaint !== undefined) throw new Error(complaint)
