/** Claims about enrollment. */
import { accountOf, roguePhone } from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"
import { credentialOf, isAccepted, isSuperseded, orderOf, payerOf } from "./Facts.ts"

export const consent = Claim.define("consent", {
  scenes: ["payment", "order"],
  on: ["Answered", "Debited"],
  judge: (world, before, event, after) => {
    if (event._tag === "Answered" && !isAccepted(event)) return "elsewhere"
    return Claim.must(before.accounts[payerOf(world, orderOf(after, event))]!.agreement === "live")
  }
})

export const deviceBound = Claim.define("device-bound", {
  scenes: ["credential", "supply"],
  on: ["Issued", "Declined", "Answered"],
  judge: (world, before, event, after) => {
    if (event._tag === "Issued") {
      const { agreement } = before.accounts[accountOf(world, event.phone)]!
      return Claim.must(event.phone !== roguePhone(world) && agreement === "live")
    }
    if (event._tag === "Declined") return event.phone === roguePhone(world) ? "kept" : "elsewhere"
    if (!isAccepted(event)) return "elsewhere"
    const { key } = event.request!
    return key.position < 0 ? "elsewhere" : Claim.must(orderOf(after, event).phone === key.phone)
  },
  edges: {
    "another's phone asks for a credential": (world, _before, event) =>
      event._tag === "Declined" && event.phone === roguePhone(world)
  }
})

export const oneCredential = Claim.define("one-credential", {
  scenes: ["credential"],
  on: ["Answered"],
  judge: (_world, before, event) => {
    const key = event.request?.key
    if (event.question !== "pay" || !event.fresh || key === undefined || credentialOf(before, key) === undefined) {
      return "elsewhere"
    }
    return isSuperseded(before, key) ? Claim.must(!isAccepted(event)) : "elsewhere"
  }
})

export const lostReply = Claim.define("lost-reply", {
  scenes: ["credential", "supply"],
  on: ["Issued", "Confirmed", "Answered"],
  judge: (_world, _before, _event, after) => {
    let isCase = false
    for (const { credentials, held } of after.phones) {
      const credential = credentials[held]
      if (credential === undefined || credential.status === "revoked") continue
      if (credential.status === "ended") return "broken"
      isCase = true
    }
    return isCase ? "kept" : "elsewhere"
  },
  edges: {
    "a phone goes on with the credential that it had": (_world, _before, event, after) =>
      event._tag === "Issued" && after.phones[event.phone]!.held < after.phones[event.phone]!.credentials.length - 1
  }
})

export const revocation = Claim.define("revocation", {
  scenes: ["credential", "order"],
  on: ["Answered", "Debited"],
  judge: (_world, before, event, after) => {
    if (event._tag === "Debited") {
      if (event.by !== "password") return "elsewhere"
      const { generation, phone } = orderOf(after, event)
      return Claim.must(before.phones[phone]!.credentials[generation]?.status !== "revoked")
    }
    const key = event.request?.key
    if (event.question !== "pay" || !event.fresh || key === undefined) return "elsewhere"
    return credentialOf(before, key)?.status === "revoked" ? Claim.must(!isAccepted(event)) : "elsewhere"
  }
})
