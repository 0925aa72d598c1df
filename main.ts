#!/usr/bin/env node
/**
 * The `paycode` command of a clone. Exit codes: 0 every claim is as asserted, 1 a verdict differs, 2 bad input or usage, 3 not
 * finished within the budget or before Ctrl-C, 4 an internal error or a result that could not be written, 5 what was kept is not
 * what is found now. On 2 nothing is printed on stdout.
 */
import "./OldNode.cjs"
import { start } from "./Start.ts"

await start({ docs: async (version) => (await import("./docs/Command.ts")).docs(version) })
