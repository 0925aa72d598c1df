/**
 * OldNode: ends the process with 2 and one sentence where Node is too old. A command imports it before anything else, and
 * the scripts of package.json have Node run it before any TypeScript.
 */
const { complaint } = require("./NodeVersion.cjs")

if (complaint !== undefined) {
  console.error(complaint)
  process.exit(2)
}
