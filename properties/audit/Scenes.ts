/**
 * Scenes: what a search plays. The whole protocol at once is more than can be searched, so each scene plays a part of it
 * with the whole adversary, and a claim is decided in every scene in which something could break it.
 */

import type { Scheme } from "../../model/Scheme.ts"
import * as Instants from "../../model/system/Instants.ts"
import type { Plays, Scope } from "../../model/system/Scope.ts"
import * as Time from "../../model/Time.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import type { CapabilityId } from "../../spec/Threats.ts"

/** How much is searched. */
export const sizes = ["quick", "standard", "deep"] as const
export type Size = (typeof sizes)[number]

/** The scenes, and what each plays. */
export const scenes = {
  payment: "payments of two accounts, over a midnight",
  limits: "payments of one account up to the limits of a day, and reversals of them",
  credential: "two phones of an account: renewed, revoked",
  supply: "one phone that is offline for long",
  order: "the life of an order: held open, confirmed, reversed, refunded, closed",
  conflict: "an order number of the adversary's, with other payers, codes and amounts",
  stepUp: "two orders that wait for the password",
  sale: "an honest merchant's orders, asked for again and again",
  till: "a payer at an honest till, and an adversary about",
  clock: "codes whose age counts to the second",
  prompt: "step-up whose times count to the second",
  restore: "a provider that comes back from a backup",
  coincidence: "two codes with the same digits"
} as const

export type Scene = keyof typeof scenes

/** The scenes in which each claim is decided. */
export const scenesOf: { readonly [Id in CheckedClaimId]: readonly [Scene, ...ReadonlyArray<Scene>] } = {
  consent: ["payment", "order"],
  "device-bound": ["credential", "supply"],
  "one-credential": ["credential"],
  "lost-reply": ["credential", "supply"],
  revocation: ["credential", "order"],
  "offline-generation": ["payment", "supply"],
  "offline-supply": ["supply"],
  "opaque-code": ["payment"],
  unlinkable: ["payment"],
  "revealed-code": ["order"],
  "online-mediation": ["till"],
  "idempotent-pay": ["order"],
  "order-conflict": ["order", "conflict"],
  "own-orders": ["order"],
  "reverse-tombstone": ["order"],
  "no-late-debit": ["order"],
  "exact-refund": ["order"],
  "sale-once": ["sale"],
  "no-false-paid": ["order"],
  agreement: ["sale"],
  "order-ends": ["sale"],
  "single-use": ["payment", "limits", "credential", "coincidence"],
  freshness: ["payment"],
  "payer-agreement": ["payment", "credential"],
  "one-account-per-code": ["coincidence"],
  "payee-agreement": ["order"],
  "amount-agreement": ["order"],
  "payment-limit": ["order", "stepUp"],
  "daily-sum": ["payment", "limits"],
  "daily-count": ["payment", "limits"],
  "account-sum": ["limits"],
  conservation: ["limits"],
  durable: ["sale"],
  "restore-safety": ["restore"],
  "honest-payment": ["clock", "till"],
  "no-lockout": ["till"],
  "burn-denial": ["till"],
  "leak-bound": ["payment", "stepUp"],
  "leak-lifetime": ["clock"],
  "stolen-phone": ["payment", "credential"],
  "step-up-required": ["order", "stepUp"],
  "step-up-agreement": ["order", "stepUp"],
  "secret-kept": ["order"],
  "pin-kept": ["order"],
  "offline-step-up": ["order"],
  "timely-step-up": ["prompt"]
}

/** The day that runs start on: far enough from the epoch for every instant of a run to be positive. */
const firstDay = 10

/** One step and a second before midnight, so that a code can be made on either side of it; and far from it. */
const starts = (scheme: Scheme): ReadonlyArray<number> => {
  const midnight = Time.startOfDay(scheme, firstDay + 1)
  const { step } = scheme.clock
  return [midnight - step - 1, Math.floor((midnight - Instants.farFromMidnight) / step) * step]
}

const nothing: Plays = {
  agreements: false,
  revocation: false,
  reveals: false,
  stepUp: false,
  queries: false,
  settlement: false,
  tills: false,
  expiry: false,
  runsOut: false,
  coincidence: false
}

/** By size, from quick to deep. */
const bySize = (size: Size, quick: number, standard: number, deep: number): number => ({ quick, standard, deep })[size]

/** The bounds of a scene for a scheme, against an adversary. */
export const scopeOf = (scene: Scene, size: Size, scheme: Scheme, under: ReadonlyArray<CapabilityId>): Scope => {
  const { accountDay, dayCount, daySum, payment } = scheme.limit
  const { drift, step } = scheme.clock
  const more = payment + 1
  const [near, far] = starts(scheme)
  const both = [near!, far!]
  const takesOver = under.includes("takeover")
  // An adversary that sees every code and has a merchant can ask for what any till would ask for.
  const adversaryAsks = under.includes("capture") && under.includes("merchant")
  // One payment fits into the day without step-up, and another with it; one with step-up more than the balance holds.
  const opening = {
    balance: payment + more,
    freeSum: daySum === undefined ? 0 : daySum - payment,
    freeCount: dayCount === undefined ? 0 : dayCount - 1,
    all: accountDay - 2 * payment
  }
  const base: Scope = {
    name: scene,
    accounts: 1,
    opening,
    phones: takesOver ? [0, 0] : [0],
    members: 1,
    merchants: under.includes("merchant") ? 2 : 1,
    codes: 2,
    orders: 2,
    inFlight: 1,
    generations: 1,
    amounts: [payment],
    refunds: [],
    offsets: [0],
    starts: both,
    plays: nothing
  }
  const wide = scheme.window === undefined ? [0] : [0, step, -step, Time.secondsPerDay]
  switch (scene) {
    case "payment":
      return {
        ...base,
        accounts: 2,
        phones: takesOver ? [0, 1, 0] : [0, 1],
        members: 2,
        codes: bySize(size, 2, 3, 4),
        orders: bySize(size, 2, 3, 4),
        offsets: wide,
        plays: { ...nothing, agreements: true, expiry: true, tills: !adversaryAsks }
      }
    case "limits":
      return {
        ...base,
        codes: bySize(size, 3, 3, 4),
        orders: bySize(size, 3, 3, 4),
        starts: size === "quick" ? [near!] : both,
        // The last is more than the balance.
        amounts: [-1, payment, more, payment + more + 1],
        plays: { ...nothing, settlement: true }
      }
    case "conflict":
      return {
        ...base,
        accounts: 2,
        phones: takesOver ? [0, 1, 0] : [0, 1],
        members: 2,
        orders: bySize(size, 1, 2, 2),
        starts: [far!],
        plays: nothing
      }
    case "stepUp":
      return {
        ...base,
        opening: { ...opening, balance: 4 * more, all: 0, freeSum: 0, freeCount: 0 },
        codes: 2,
        orders: 2,
        amounts: size === "quick" ? [more] : [payment, more],
        starts: [far!],
        // Who reads phones needs honest tills for what only the owner can confirm.
        plays: { ...nothing, stepUp: true, tills: size !== "quick" || under.includes("corrupt-device") }
      }
    case "credential":
      return {
        ...base,
        phones: takesOver ? [0, 0, 0] : [0, 0],
        generations: bySize(size, 2, 3, 3),
        codes: bySize(size, 1, 1, 2),
        orders: bySize(size, 2, 2, 2),
        starts: [far!],
        plays: { ...nothing, revocation: true, tills: !adversaryAsks }
      }
    case "till":
      return {
        ...base,
        codes: bySize(size, 2, 2, 4),
        orders: bySize(size, 2, 3, 4),
        starts: [far!],
        offsets: wide,
        plays: { ...nothing, agreements: true, tills: true }
      }
    case "supply":
      return {
        ...base,
        accounts: 2,
        phones: takesOver ? [0, 1, 0] : [0, 1],
        generations: 2,
        codes: bySize(size, 1, 2, 3),
        starts: [far!],
        plays: { ...nothing, agreements: true, runsOut: true }
      }
    case "order":
      return {
        ...base,
        codes: bySize(size, 1, 2, 2),
        orders: bySize(size, 1, 1, 2),
        amounts: [payment, more],
        refunds: size === "quick" ? [1] : [1, payment],
        starts: [far!],
        plays: {
          ...nothing,
          agreements: true,
          revocation: true,
          reveals: true,
          stepUp: true,
          queries: true,
          settlement: true,
          tills: true
        }
      }
    case "sale":
      return {
        ...base,
        codes: bySize(size, 2, 2, 3),
        orders: bySize(size, 2, 2, 3),
        merchants: 1,
        inFlight: bySize(size, 1, 2, 2),
        amounts: [payment, more],
        starts: [far!],
        plays: { ...nothing, stepUp: true, queries: true, settlement: true, tills: true }
      }
    case "clock":
      return {
        ...base,
        codes: bySize(size, 2, 3, 7),
        orders: bySize(size, 2, 2, 5),
        starts: size === "quick" ? [near!] : both,
        // A list needs no clock, but what is promised of it is promised to phones whose clocks are right.
        offsets:
          scheme.window === undefined
            ? [0, drift + 1]
            : size === "quick"
              ? [0, -drift, drift + 1]
              : [0, drift, -drift, drift + 1, -drift - 1],
        plays: { ...nothing, agreements: true, expiry: true, tills: !adversaryAsks }
      }
    case "prompt":
      return {
        ...base,
        codes: 1,
        orders: 1,
        merchants: 1,
        amounts: [more],
        starts: [far!],
        plays: { ...nothing, stepUp: true, queries: true, settlement: true, tills: true }
      }
    case "restore":
      return {
        ...base,
        generations: 2,
        codes: bySize(size, 1, 1, 2),
        orders: bySize(size, 1, 2, 2),
        amounts: size === "quick" ? [payment] : [payment, more],
        starts: [far!],
        plays: { ...nothing, revocation: true, queries: true, stepUp: true }
      }
    case "coincidence":
      return {
        ...base,
        accounts: 2,
        phones: [0, 1],
        members: 2,
        codes: 2,
        orders: bySize(size, 2, 2, 3),
        starts: [far!],
        plays: { ...nothing, coincidence: true, tills: true }
      }
  }
}
