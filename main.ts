#!/usr/bin/env node
/**
 * The `paycode` command. Exit codes: 0 every claim is as asserted, 1 a verdict differs, 2 bad input or usage, 3 not
 * finished within the budget or before Ctrl-C, 4 an internal error. On 2 nothing is printed on stdout.
 */
import manifest from "./package.json" with { type: "json" }

const words = process.argv.slice(2)

// The version is here already: nothing has to be loaded for it. `Program.ts` answers it among other words.
if (words.length === 1 && words[0] === "--version") console.log(`paycode v${manifest.version}`)
else {
  // What was compiled once is kept beside the installed packages, for the next command.
  const { enableCompileCache } = await import("node:module")
  enableCompileCache(`${import.meta.dirname}/node_modules/.cache/paycode`)
  const Program = await import("./Program.ts")
  Program.run(manifest.version, words)
}
