/** Claims about generation. */
import * as Claim from "./Claim.ts"

export const offlineGeneration = Claim.about(
  "offline-generation",
  "nothing",
  ["Shown", "Messaged"],
  (_world, _before, event) => Claim.must(event._tag === "Shown")
)

export const opaqueCode = Claim.about("opaque-code", "nothing", ["Learnt"], (_world, _before, event) =>
  Claim.must(event.identifies === "credential")
)
