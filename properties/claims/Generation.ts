/** Claims about generation. */
import * as Claim from "./Claim.ts"
import { isAccepted, orderOf } from "./Facts.ts"

export const offlineGeneration = Claim.always(
  "offline-generation",
  Claim.moments,
  ["Shown", "Messaged"],
  (_world, _before, event) => Claim.must(event._tag === "Shown")
)

export const offlineSupply = Claim.always(
  "offline-supply",
  Claim.moments,
  ["Shown", "Empty"],
  (_world, _before, event) => Claim.must(event._tag === "Shown")
)

export const opaqueCode = Claim.always("opaque-code", Claim.moments, ["Learnt"], (_world, _before, { what }) =>
  what === "secret" ? "elsewhere" : Claim.must(what !== "account")
)

export const unlinkable = Claim.always("unlinkable", Claim.moments, ["Learnt"], (_world, _before, { what }) =>
  what === "secret" ? "elsewhere" : Claim.must(what === "nothing")
)

export const revealedCode = Claim.always(
  "revealed-code",
  Claim.moments,
  ["Answered"],
  (_world, _before, event, after) => {
    const isCase = event.question === "pay" && event.attempt && event.request?.key.revealed === true
    if (!isCase) return "elsewhere"
    return Claim.must(!isAccepted(event) || event.answer === "OPEN" || orderOf(after, event).confirmed !== "no")
  }
)
