/** Claims about enrolment. */
import * as Claim from "./Claim.ts"
import { requestOf } from "./Request.ts"

export const consent = Claim.about("consent", "nothing", ["Debited"], (_world, before, event, after) =>
  Claim.must(before.payers[requestOf(after, event).payer]!.agreement === "live")
)
