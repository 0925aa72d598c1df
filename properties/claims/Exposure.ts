/** Claims about what a leak costs. */
import * as Claim from "./Claim.ts"
import { codeOf } from "./Request.ts"

export const leakLifetime = Claim.about("leak-lifetime", "age", ["Debited"], ({ rules }, before, event, after) => {
  const code = codeOf(after, event)
  if (code === undefined || !code.captured || !code.made || !code.onTime) return "elsewhere"
  return Claim.must(before.now - code.shownAt < rules.scheme.leak.seconds)
})
