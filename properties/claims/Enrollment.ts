/** Claims about enrollment. */
import { StepUp } from "../../model/steps/Steps.ts"
import { accountOf, type CodeKey, roguePhone, type State, type World } from "../../model/system/System.ts"
import * as Claim from "./Claim.ts"
import { credentialOf, isAccepted, isSuperseded, orderOf, type Paying, payerOf, wasRevoked } from "./Facts.ts"

/** Whether an account has a live agreement. */
const isAgreed = (state: State, account: number): boolean => state.accounts[account]!.agreement === "live"

export const consent = Claim.define("consent", {
  scenes: ["payment", "order"],
  on: ["Answered", "Debited"],
  parts: {
    "no request is accepted": {
      judge: (world, before, event, after) => {
        if (event._tag !== "Answered" || event.question !== "pay" || !event.fresh) return "elsewhere"
        if (isAccepted(event)) return isAgreed(before, payerOf(world, orderOf(after, event))) ? "elsewhere" : "broken"
        const { key } = event.request!
        return key.position < 0 || isAgreed(before, accountOf(world, key.phone)) ? "elsewhere" : "kept"
      }
    },
    "no open order is debited": {
      applies: StepUp.waits,
      judge: (world, before, event, after) => {
        if (isAgreed(before, payerOf(world, orderOf(after, event)))) return "elsewhere"
        if (event._tag === "Debited") return "broken"
        return event.question === "password" ? Claim.must(event.answer !== "PAID") : "elsewhere"
      }
    }
  }
})

export const deviceBound = Claim.define("device-bound", {
  scenes: ["credential", "supply"],
  on: ["Issued", "Declined", "Asked", "Answered"],
  parts: {
    "nothing is issued but to the owner's phone under a live agreement": {
      judge: (world, before, event) => {
        if (event._tag === "Answered" || event._tag === "Asked") return "elsewhere"
        const isOwners = event.phone !== roguePhone(world) && isAgreed(before, accountOf(world, event.phone))
        return isOwners ? "elsewhere" : Claim.must(event._tag === "Declined")
      }
    },
    "no code of another phone is accepted": {
      judge: (_world, before, event, after) => {
        if (event._tag !== "Answered" || !isAccepted(event)) return "elsewhere"
        const { key } = event.request!
        if (key.position < 0) return "elsewhere"
        if (orderOf(after, event).phone !== key.phone) return "broken"
        // Where there is no other credential it could have been taken for nobody else's.
        return before.phones.some(({ held }, phone) => phone !== key.phone && held >= 0) ? "kept" : "elsewhere"
      }
    },
    "no prompt is shown but on the owner's phone": {
      applies: StepUp.isOnline,
      judge: (world, _before, event) =>
        event._tag === "Asked" && event.phone === roguePhone(world) ? Claim.must(!event.shown) : "elsewhere"
    }
  },
  edges: {
    "another's phone asks for a credential": (world, _before, event) =>
      event._tag === "Declined" && event.phone === roguePhone(world)
  }
})

/** Whether a code of a later credential of the same phone was an attempt. */
const wasLaterUsed = ({ codes }: State, { generation, phone }: CodeKey): boolean =>
  codes.some((code) => code.attempted && code.phone === phone && code.generation > generation)

/** A request with a code of a credential that has been replaced, by a later one that was `used`, or confirmed alone. */
const replaced =
  (used: boolean) =>
  (_world: World, before: State, event: Paying): Claim.Judgement => {
    const key = event.request?.key
    if (event.question !== "pay" || !event.fresh || key === undefined || credentialOf(before, key) === undefined) {
      return "elsewhere"
    }
    const wasUsed = wasLaterUsed(before, key)
    return wasUsed === used && (wasUsed || isSuperseded(before, key)) ? Claim.must(!isAccepted(event)) : "elsewhere"
  }

export const oneCredential = Claim.define("one-credential", {
  scenes: ["credential", "renewal"],
  on: ["Answered"],
  parts: {
    "once the new one was confirmed": { judge: replaced(false) },
    "once the new one was used": { judge: replaced(true) }
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
  on: ["Issued", "Declined", "Asked", "Answered", "Debited"],
  parts: {
    "no code is accepted": {
      judge: (_world, before, event) => {
        if (event._tag !== "Answered" || event.question !== "pay" || !event.fresh) return "elsewhere"
        return isRevoked(before, event.request!.key) ? Claim.must(!isAccepted(event)) : "elsewhere"
      }
    },
    "no open order is debited": {
      applies: StepUp.waits,
      judge: (_world, before, event, after) => {
        if (event._tag !== "Answered" && event._tag !== "Debited") return "elsewhere"
        if (!wasRevoked(before, orderOf(after, event).phone)) return "elsewhere"
        if (event._tag === "Debited") return event.by === "password" ? "broken" : "elsewhere"
        return event.question === "password" ? Claim.must(event.answer !== "PAID") : "elsewhere"
      }
    },
    "the phone is issued no other credential": {
      judge: (_world, before, event) => {
        if (event._tag !== "Issued" && event._tag !== "Declined") return "elsewhere"
        // A phone that shows nothing, for it holds nothing any more, has asked nobody.
        const hasAsked = event._tag === "Issued" || event.reason !== "NO_CREDENTIAL"
        return hasAsked && wasRevoked(before, event.phone) ? Claim.must(event._tag === "Declined") : "elsewhere"
      }
    },
    "the phone is shown no prompt": {
      applies: StepUp.isOnline,
      judge: (_world, before, event) =>
        event._tag === "Asked" && wasRevoked(before, event.phone) ? Claim.must(!event.shown) : "elsewhere"
    }
  }
})

/** Whether the credential that a key is of was revoked. */
const isRevoked = (state: State, key: CodeKey): boolean => credentialOf(state, key)?.status === "revoked"
