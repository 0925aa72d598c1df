/**
 * Ranges: what a scene must be able to play so that a claim could be broken in it: values at a limit and one unit beside it,
 * clocks that are off in both directions. A claim names those that it needs; where no scene of it plays one, nothing is
 * said of it, for a search cannot find what is not in its bounds.
 */
import type { Scheme } from "../../model/Scheme.ts"
import { Instants, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"

/** A range. */
interface RangeRecord {
  /** What is played, as the object of a sentence. */
  readonly says: string
  /** Whether a scheme has the limit at all. */
  readonly applies: (scheme: Scheme) => boolean
  readonly isPlayed: (world: World) => boolean
}

/** The sums that so many payments at most of some amounts come to, in minor units, above what there was before them. */
const sums = (before: number, amounts: ReadonlyArray<number>, most: number): ReadonlySet<number> => {
  let reached: ReadonlySet<number> = new Set([before])
  for (let payment = 0; payment < most; payment++) {
    reached = new Set([...reached].flatMap((sum) => [sum, ...amounts.map((amount) => sum + amount)]))
  }
  return reached
}

/** Whether payments of a scope come to a sum, and to one minor unit more; `isCounted`: the amounts that count towards it. */
const reach = (
  { scope }: World,
  before: number,
  sum: number,
  isCounted: (amount: number) => boolean = (amount) => amount > 0
): boolean => {
  const found = sums(before, scope.amounts.filter(isCounted), Math.min(scope.codes, scope.orders))
  return found.has(sum) && found.has(sum + 1)
}

const always = (): boolean => true

/** Every range by its name. */
export const ranges = {
  payment: {
    says: "a payment of `limit.payment`, and one of a unit more",
    applies: always,
    isPlayed: ({ rules: { scheme }, scope: { amounts } }) =>
      amounts.includes(scheme.limit.payment) && amounts.includes(scheme.limit.payment + 1)
  },
  daySum: {
    says: "payments without step-up that come to `limit.daySum`, and some that come to a unit more",
    applies: ({ limit }) => limit.daySum !== undefined,
    isPlayed: (world) => {
      const { daySum, payment } = world.rules.scheme.limit
      return reach(world, world.scope.opening.freeSum, daySum!, (amount) => amount > 0 && amount <= payment)
    }
  },
  dayCount: {
    says: "as many payments without step-up as `limit.dayCount`, and one more",
    applies: ({ limit }) => limit.dayCount !== undefined,
    isPlayed: ({ rules: { scheme }, scope: { codes, opening, orders } }) =>
      opening.freeCount + Math.min(codes, orders) > scheme.limit.dayCount!
  },
  accountDay: {
    says: "payments that come to `limit.accountDay`, and some that come to a unit more",
    applies: always,
    isPlayed: (world) => reach(world, world.scope.opening.all, world.rules.scheme.limit.accountDay)
  },
  balance: {
    says: "payments that come to the balance, and some that come to a unit more",
    applies: always,
    isPlayed: (world) => reach(world, 0, world.scope.opening.balance)
  },
  refunds: {
    says: "refunds that come to what was paid, and some that come to a unit more",
    applies: always,
    isPlayed: ({ scope: { amounts, refunds } }) =>
      amounts.some((amount) => {
        const found = new Set(refunds.flatMap((one) => refunds.map((another) => one + another)))
        return refunds.includes(amount) && found.has(amount + 1)
      })
  },
  midnight: {
    says: "both sides of a midnight",
    applies: always,
    isPlayed: ({ rules: { scheme }, scope: { starts } }) =>
      starts.some((start) => {
        const left = Time.startOfDay(scheme, Time.dayAt(scheme, start) + 1) - start
        return left > 0 && left < Instants.farFromMidnight
      })
  },
  drift: {
    says: "clocks of phones that are off by `clock.drift`, and by a second more, in both directions",
    applies: ({ window }) => window !== undefined,
    isPlayed: ({ rules: { scheme }, scope: { offsets } }) =>
      [scheme.clock.drift, scheme.clock.drift + 1].every((off) => offsets.includes(off) && offsets.includes(-off))
  }
} as const satisfies Readonly<Record<string, RangeRecord>>

/** The name of a range. */
export type Range = keyof typeof ranges

/** What none of some worlds plays of the ranges that a claim needs, in words; undefined where all is played. */
export const unplayed = (needed: ReadonlyArray<Range>, worlds: ReadonlyArray<World>): string | undefined => {
  const missing = needed.filter((name) => {
    const { applies, isPlayed }: RangeRecord = ranges[name]
    return worlds.some(({ rules }) => applies(rules.scheme)) && !worlds.some(isPlayed)
  })
  return missing.length === 0 ? undefined : missing.map((name) => ranges[name].says).join("; ")
}
