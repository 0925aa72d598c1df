/** Start: how every `paycode` command begins. Nothing is loaded for the version alone. */
import { readFileSync } from "node:fs"
import type { Docs } from "./Program.ts"

/** Runs the words of the command line. `documents` loads the `docs` command of a version, where there is one. */
export const start = async (documents: (version: string) => Promise<ReadonlyArray<Docs>>): Promise<void> => {
  const manifest = readFileSync(new URL("package.json", import.meta.url), "utf8")
  const { version } = JSON.parse(manifest) as { readonly version: string }
  const words = process.argv.slice(2)
  // `Program.ts` answers it among other words.
  if (words.length === 1 && words[0] === "--version") return console.log(`paycode v${version}`)
  // What was compiled once is kept beside the installed packages, for the next command.
  const { enableCompileCache } = await import("node:module")
  enableCompileCache(`${import.meta.dirname}/node_modules/.cache/paycode`)
  const [Program, docs] = await Promise.all([import("./Program.ts"), documents(version)])
  Program.run(version, words, docs)
}
