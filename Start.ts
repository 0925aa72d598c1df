/** Start: how every `paycode` command begins. Nothing is loaded for the version alone. */
import { readFileSync } from "node:fs"
import type { OfClone } from "./Program.ts"

/** Prints a line and nothing else. What could not be written, to a full disk say, is told, and ends with 4, as that of other commands does. */
const tell = (line: string): void => {
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") process.stderr.write(`standard output: expected to be written to, found ${code ?? message}\n`)
    process.exitCode = 4
  })
  process.stdout.write(`${line}\n`)
}

/** Runs the words of the command line. A clone has commands of its own. */
export const start = async (ofClone: OfClone): Promise<void> => {
  const manifest = readFileSync(new URL("package.json", import.meta.url), "utf8")
  const { version } = JSON.parse(manifest) as { readonly version: string }
  const words = process.argv.slice(2)
  // `Program.ts` answers it among other words.
  if (words.length === 1 && words[0] === "--version") return tell(`paycode v${version}`)
  // What was compiled once is kept beside the installed packages, for the next command.
  const { enableCompileCache } = await import("node:module")
  enableCompileCache(`${import.meta.dirname}/node_modules/.cache/paycode`)
  const Program = await import("./Program.ts")
  Program.run(version, words, ofClone)
}
