/** Every claim that a search decides, by id. One of the spec that no module defines does not compile. */
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { Claim } from "./Claim.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Exposure from "./Exposure.ts"
import * as Generation from "./Generation.ts"
import * as Relay from "./Relay.ts"
import * as StepUp from "./StepUp.ts"
import * as Verification from "./Verification.ts"

export * as Claim from "./Claim.ts"

/** What the modules define: they export nothing else. */
const defined = Object.values({ ...Enrollment, ...Generation, ...Relay, ...Verification, ...Exposure, ...StepUp })

type DefinedId = (typeof defined)[number]["id"]

const of = (id: CheckedClaimId): Claim => {
  const [claim, ...others] = defined.filter((claim) => claim.id === id)
  if (claim === undefined || others.length > 0)
    throw new Error(`${id}: expected one definition, found ${others.length}`)
  return claim
}

/** Every claim that a search decides, in the order of the spec. */
export const catalogue: { readonly [Id in CheckedClaimId]: Claim } = Object.fromEntries(
  checkedIds.map((id) => [id, of(id)])
) as { readonly [Id in DefinedId]: Claim }
