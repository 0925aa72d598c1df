/** Claims about generation. */
import * as Claim from "./Claim.ts"
import { codeOf, isAccepted, orderOf } from "./Facts.ts"

export const offlineGeneration = Claim.define("offline-generation", {
  scenes: ["payment", "supply"],
  on: ["Shown", "Messaged"],
  judge: (_world, _before, event) => Claim.must(event._tag === "Shown")
})

export const offlineSupply = Claim.define("offline-supply", {
  scenes: ["supply"],
  on: ["Shown", "Empty"],
  judge: (_world, _before, event) => Claim.must(event._tag === "Shown")
})

export const opaqueCode = Claim.define("opaque-code", {
  scenes: ["payment", "codes"],
  needs: { ...Claim.moments, learns: true },
  on: ["Learnt"],
  judge: (_world, _before, { what }) => (what === "secret" ? "elsewhere" : Claim.must(what !== "account"))
})

export const unlinkable = Claim.define("unlinkable", {
  scenes: ["payment", "codes"],
  needs: { ...Claim.moments, learns: true },
  on: ["Learnt"],
  judge: (_world, _before, { what }) => (what === "secret" ? "elsewhere" : Claim.must(what === "nothing"))
})

export const revealedCode = Claim.define("revealed-code", {
  scenes: ["order"],
  on: ["Answered"],
  judge: (_world, _before, event, after) => {
    const isCase = event.question === "pay" && event.attempt && event.request?.key.revealed === true
    if (!isCase) return "elsewhere"
    return Claim.must(!isAccepted(event) || event.answer === "OPEN" || orderOf(after, event).confirmed !== "no")
  }
})

export const askedFor = Claim.define("asked-for", {
  scenes: ["opening"],
  on: ["Answered"],
  judge: (_world, _before, event, after) => {
    const key = event.request?.key
    return !isAccepted(event) || key === undefined ? "elsewhere" : Claim.must(codeOf(after, key)?.asked === true)
  }
})
