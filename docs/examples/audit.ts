/** Audits a scheme in a script, and ends with 1 where a verdict is not as the scheme asserts. `load` takes a file's path too. */
import { decide, load, outcome } from "paycode/audit"

const scheme = await load("alipay")
const report = await decide([scheme], { scope: "quick", claims: ["payee-agreement", "guess-blind"], runs: 0 })

for (const { claims, title } of report.schemes) {
  console.log(title)
  for (const { asserted, id, verdict } of claims) console.log(`${id}: ${verdict}, asserted: ${asserted}`)
}
process.exitCode = outcome(report) === "asserted" ? 0 : 1
