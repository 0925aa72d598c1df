/**
 * Scenes: what a search plays. The whole protocol at once is more than can be searched, so each scene plays a part of it
 * with the whole adversary, and a claim is decided in every scene in which something could break it: its definition in
 * `properties/claims/` names them.
 */

import type { Scheme } from "../../model/Scheme.ts"
import { Instants, type Scope } from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import type { CapabilityId } from "../../spec/Threats.ts"

export * as Ranges from "./Ranges.ts"

/** How much is searched. */
export const sizes = ["quick", "standard", "deep"] as const
export type Size = (typeof sizes)[number]

/** What the bounds of a scene are taken from. */
export interface Ground {
  readonly scheme: Scheme
  readonly under: ReadonlyArray<CapabilityId>
  /** Whether the search is a quick one. */
  readonly isQuick: boolean
  /** One of three values, by the size of the search, from quick to deep. */
  readonly bySize: (quick: number, standard: number, deep: number) => number
  /** The bounds that a scene has unless it says otherwise. */
  readonly usual: Scope.Scope
  /** Phones of honest owners, and behind them the adversary's where it takes over accounts. */
  readonly phones: (...accounts: ReadonlyArray<number>) => ReadonlyArray<number>
  /** Minor units: the limit of a payment, and the least that is above it. */
  readonly limit: number
  readonly more: number
  /** The instants of a run's start: shortly before a midnight, and far from one. */
  readonly near: number
  readonly far: number
  /** What phone clocks are off by, in seconds, where they are off by much. */
  readonly wide: ReadonlyArray<number>
  /** Whether there are honest tills: an adversary that sees codes and is a merchant asks for what any of them would. */
  readonly tills: boolean
}

/** A scene. */
export interface SceneRecord {
  readonly says: string
  /** The bounds in which it differs from the usual ones. */
  readonly bounds: (ground: Ground) => Partial<Scope.Scope>
}

const scene = (says: string, bounds: SceneRecord["bounds"]): SceneRecord => ({ says, bounds })

const nothing: Scope.Plays = {
  agreements: false,
  revocation: false,
  reveals: false,
  stepUp: false,
  queries: false,
  settlement: false,
  tills: false,
  expiry: false,
  opens: false,
  ages: false,
  payouts: false,
  runsOut: false,
  coincidence: false
}

/** The scenes, what each plays, and within which bounds. */
export const scenes = {
  payment: scene("payments of two accounts, over a midnight", ({ bySize, phones, tills, wide }) => ({
    accounts: 2,
    phones: phones(0, 1),
    members: 2,
    codes: bySize(2, 3, 4),
    orders: bySize(2, 3, 4),
    offsets: wide,
    plays: { ...nothing, agreements: true, expiry: true, tills }
  })),
  codes: scene("codes that are seen, and nothing is paid", ({ bySize, far }) => ({
    codes: bySize(3, 4, 5),
    orders: 1,
    starts: [far],
    plays: { ...nothing, reveals: true }
  })),
  opening: scene("apps that are opened without the wish to pay, or by another", ({ bySize, far }) => ({
    codes: bySize(2, 3, 4),
    orders: bySize(2, 2, 3),
    starts: [far],
    plays: { ...nothing, opens: true }
  })),
  limits: scene(
    "payments of one account up to the limits of a day, and reversals of them",
    ({ bySize, far, isQuick, limit, more, near, scheme }) => {
      // A code that is made over a transaction is shown in many more ways.
      const few = scheme.code.boundTo === "till" ? 2 : 3
      return {
        codes: bySize(few, 3, 4),
        orders: bySize(few, 3, 4),
        starts: isQuick ? [near] : [near, far],
        // One unit and the limit are one above what a day has left, and twice the last is one above the balance.
        amounts: [-1, 1, limit, more],
        plays: { ...nothing, settlement: true }
      }
    }
  ),
  sum: scene(
    "payments of one account up to the sum of a day, where its count leaves room for one more",
    ({ far, isQuick, limit, near, usual: { opening } }) => ({
      codes: 2,
      orders: 2,
      starts: isQuick ? [near] : [near, far],
      // What comes to a unit above the sum of a day is no payment too many.
      opening: opening.freeCount > 1 ? { ...opening, freeCount: opening.freeCount - 1 } : opening,
      amounts: [1, limit],
      plays: nothing
    })
  ),
  credential: scene("two phones of an account: renewed, revoked", ({ bySize, far, phones, tills }) => ({
    phones: phones(0, 0),
    generations: bySize(2, 3, 3),
    codes: bySize(1, 1, 2),
    starts: [far],
    plays: { ...nothing, revocation: true, tills }
  })),
  renewal: scene("one phone that is renewed between two codes", ({ far, phones, tills }) => ({
    phones: phones(0),
    generations: 2,
    starts: [far],
    plays: { ...nothing, tills }
  })),
  supply: scene("one phone that is offline for long", ({ bySize, far, phones }) => ({
    accounts: 2,
    phones: phones(0, 1),
    generations: 2,
    codes: bySize(1, 2, 3),
    starts: [far],
    plays: { ...nothing, agreements: true, runsOut: true }
  })),
  order: scene(
    "the life of an order: held open, confirmed, reversed, refunded, closed",
    ({ bySize, far, limit, more }) => ({
      codes: bySize(1, 2, 2),
      orders: bySize(1, 1, 2),
      amounts: [limit, more],
      refunds: [1, limit],
      starts: [far],
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
    })
  ),
  refunds: scene("two orders of the adversary's merchant that are refunded", ({ far, limit, usual }) => ({
    // Both can be paid.
    opening: { ...usual.opening, balance: 4 * limit, all: 0, freeSum: 0, freeCount: 0 },
    codes: 2,
    orders: 2,
    refunds: [1, limit],
    starts: [far],
    plays: { ...nothing, settlement: true }
  })),
  age: scene("an order that grows too old to be reversed, and to be refunded", ({ far, limit, usual }) => ({
    opening: { ...usual.opening, balance: 4 * limit, all: 0, freeSum: 0, freeCount: 0 },
    codes: 1,
    orders: 1,
    refunds: [1],
    starts: [far],
    plays: { ...nothing, settlement: true, ages: true }
  })),
  funds: scene(
    "two orders of the adversary's merchant that are paid out to it, and refunded",
    ({ far, limit, usual }) => ({
      opening: { ...usual.opening, balance: 4 * limit, all: 0, freeSum: 0, freeCount: 0 },
      codes: 2,
      orders: 2,
      refunds: [1, limit],
      starts: [far],
      plays: { ...nothing, settlement: true, payouts: true }
    })
  ),
  conflict: scene(
    "an order number of the adversary's, with other payers, codes and amounts",
    ({ bySize, far, phones }) => ({
      accounts: 2,
      phones: phones(0, 1),
      members: 2,
      orders: bySize(1, 2, 2),
      starts: [far]
    })
  ),
  stepUp: scene("two orders that wait for the password", ({ far, isQuick, limit, more, under, usual }) => ({
    opening: { ...usual.opening, balance: 4 * more, all: 0, freeSum: 0, freeCount: 0 },
    amounts: isQuick ? [more] : [limit, more],
    starts: [far],
    // Who reads phones needs honest tills for what only the owner can confirm.
    plays: { ...nothing, stepUp: true, tills: !isQuick || under.includes("corrupt-device") }
  })),
  sale: scene("an honest merchant's orders, asked for again and again", ({ bySize, far, limit, more }) => ({
    codes: bySize(2, 2, 3),
    orders: bySize(2, 2, 3),
    merchants: 1,
    inFlight: bySize(1, 2, 2),
    amounts: [limit, more],
    starts: [far],
    plays: { ...nothing, stepUp: true, queries: true, settlement: true, tills: true }
  })),
  till: scene("a payer at an honest till, and an adversary about", ({ bySize, far, wide }) => ({
    codes: bySize(2, 2, 4),
    orders: bySize(2, 3, 4),
    starts: [far],
    offsets: wide,
    plays: { ...nothing, agreements: true, tills: true }
  })),
  clock: scene(
    "codes whose age counts to the second",
    ({ bySize, far, isQuick, near, scheme: { clock, window }, tills }) => {
      const { drift } = clock
      const off = [0, drift, -drift, drift + 1, -drift - 1]
      return {
        codes: bySize(2, 3, 7),
        orders: bySize(2, 2, 5),
        starts: isQuick ? [near] : [near, far],
        // A list needs no clock, but what is promised of it is promised to phones whose clocks are right.
        offsets: window === undefined ? [0, drift + 1] : off,
        plays: { ...nothing, agreements: true, expiry: true, tills }
      }
    }
  ),
  prompt: scene("step-up whose times count to the second", ({ far, more }) => ({
    codes: 1,
    orders: 1,
    merchants: 1,
    amounts: [more],
    starts: [far],
    plays: { ...nothing, stepUp: true, queries: true, settlement: true, tills: true }
  })),
  restore: scene("a provider that comes back from a backup", ({ bySize, far, isQuick, limit, more }) => ({
    generations: 2,
    codes: bySize(1, 1, 2),
    orders: 2,
    amounts: isQuick ? [limit] : [limit, more],
    starts: [far],
    plays: { ...nothing, revocation: true, queries: true, stepUp: true }
  })),
  restoredOrder: scene(
    "an order that is settled after the provider came back from a backup",
    ({ far, isQuick, limit, more }) => ({
      codes: 1,
      orders: 1,
      amounts: isQuick ? [limit] : [limit, more],
      refunds: [1, limit],
      starts: [far],
      plays: { ...nothing, queries: true, stepUp: true, settlement: true }
    })
  ),
  coincidence: scene("two codes with the same digits", ({ bySize, far }) => ({
    accounts: 2,
    phones: [0, 1],
    members: 2,
    orders: bySize(2, 2, 3),
    starts: [far],
    plays: { ...nothing, coincidence: true, tills: true }
  }))
} as const satisfies Record<string, SceneRecord>

/** The name of a scene. */
export type Scene = keyof typeof scenes

/** Every scene's name. */
export const sceneNames = Object.keys(scenes) as ReadonlyArray<Scene>

/** The day that runs start on: further from the epoch than the longest time that a scheme may wait for, a year. */
const firstDay = 1000

/** One step and a second before midnight, so that a code can be made on either side of it; and far from it. */
const starts = (scheme: Scheme): Pick<Ground, "near" | "far"> => {
  const midnight = Time.startOfDay(scheme, firstDay + 1)
  const { step } = scheme.clock
  return { near: midnight - step - 1, far: Math.floor((midnight - Instants.farFromMidnight) / step) * step }
}

/**
 * What an account has paid before a run: one payment fits into its day without step-up, and another with it, where the day has
 * room for two.
 */
export const openingOf = ({ limit: { accountDay, dayCount, daySum, payment } }: Scheme): Scope.Scope["opening"] => {
  // What leaves room for one payment; it was paid in so many, of a unit each at least.
  const most = Math.max(0, Math.min(daySum ?? accountDay, accountDay) - payment)
  const freeCount = Math.min(dayCount === undefined ? (daySum === undefined ? 0 : 1) : dayCount - 1, most)
  const freeSum = daySum === undefined || freeCount === 0 ? freeCount : most
  const isWide = accountDay - 2 * payment >= freeSum
  return {
    // Another with step-up is more than the balance holds.
    balance: payment + payment + 1,
    freeSum,
    freeCount,
    all: Math.max(freeSum, accountDay - (isWide ? 2 : 1) * payment)
  }
}

const groundOf = (name: string, size: Size, scheme: Scheme, under: ReadonlyArray<CapabilityId>): Ground => {
  const limit = scheme.limit.payment
  const { step } = scheme.clock
  const { far, near } = starts(scheme)
  const phones = (...accounts: ReadonlyArray<number>) => (under.includes("takeover") ? [...accounts, 0] : accounts)
  const usual: Scope.Scope = {
    name,
    accounts: 1,
    opening: openingOf(scheme),
    phones: phones(0),
    members: 1,
    merchants: under.includes("merchant") ? 2 : 1,
    codes: 2,
    orders: 2,
    inFlight: 1,
    generations: 1,
    amounts: [limit],
    refunds: [],
    offsets: [0],
    starts: [near, far],
    plays: nothing
  }
  return {
    scheme,
    under,
    isQuick: size === "quick",
    bySize: (quick, standard, deep) => ({ quick, standard, deep })[size],
    usual,
    phones,
    limit,
    more: limit + 1,
    near,
    far,
    wide: scheme.window === undefined ? [0] : [0, step, -step, Time.secondsPerDay],
    tills: !(under.includes("capture") && under.includes("merchant"))
  }
}

/** The bounds of a scene for a scheme, against an adversary. */
export const scopeOf = (scene: Scene, size: Size, scheme: Scheme, under: ReadonlyArray<CapabilityId>): Scope.Scope => {
  const ground = groundOf(scene, size, scheme, under)
  return { ...ground.usual, ...scenes[scene].bounds(ground) }
}
