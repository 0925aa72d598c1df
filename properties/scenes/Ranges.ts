/**
 * Ranges: what a scene must be able to play so that a claim could be broken in it: values at a limit and one unit beside it,
 * clocks that are off in both directions. A claim names those that it needs; where no scene of it plays one, nothing is
 * said of it, for a search cannot find what is not in its bounds.
 */
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
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

/** Whether payments that need no step-up come to a sum, and to a minor unit more, though no more than `room` of them. */
const reachFree = ({ rules, scope }: World, before: number, sum: number, room: Room): boolean => {
  const free = scope.amounts.filter((amount) => amount > 0 && amount <= rules.scheme.limit.payment)
  const found = sums(before, free, Math.min(scope.codes, scope.orders, room.payments))
  return found.has(sum) && found.has(sum + 1) && sum + 1 - before <= room.sum
}

/** How many payments without step-up there is room for, and what they may come to, in minor units. */
interface Room {
  readonly payments: number
  readonly sum: number
}

const boundless: Room = { payments: Number.POSITIVE_INFINITY, sum: Number.POSITIVE_INFINITY }

/** The room that is left of a day, or of several, where nothing is paid with step-up. */
const roomOf = ({ rules: { scheme }, scope: { opening } }: World, days: number): Room => ({
  payments:
    scheme.limit.dayCount === undefined ? Number.POSITIVE_INFINITY : days * (scheme.limit.dayCount - opening.freeCount),
  sum: scheme.limit.daySum === undefined ? Number.POSITIVE_INFINITY : days * (scheme.limit.daySum - opening.freeSum)
})

/** Whether payments of any kind come to a sum, and to a minor unit more: with step-up, or without where there is none. */
const reach = (world: World, before: number, sum: number, days: number): boolean => {
  const { rules, scope } = world
  if (!StepUp.waits(rules) && !StepUp.isInCode(rules)) return reachFree(world, before, sum, roomOf(world, days))
  const amounts = scope.amounts.filter((amount) => amount > 0)
  const found = sums(before, amounts, Math.min(scope.codes, scope.orders))
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
    // Where as many payments as a day may have come to no more, their sum limits nothing.
    applies: ({ limit: { dayCount = Number.POSITIVE_INFINITY, daySum, payment } }) =>
      daySum !== undefined && dayCount * payment > daySum,
    isPlayed: (world) => {
      const { freeCount, freeSum } = world.scope.opening
      const { dayCount = Number.POSITIVE_INFINITY, daySum } = world.rules.scheme.limit
      // A payment more than the count has room for is refused for that, and shows nothing of the sum.
      return reachFree(world, freeSum, daySum!, { ...boundless, payments: dayCount - freeCount })
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
    isPlayed: (world) => reach(world, world.scope.opening.all, world.rules.scheme.limit.accountDay, 1)
  },
  balance: {
    says: "payments that come to the balance, and some that come to a unit more",
    applies: always,
    isPlayed: (world) => reach(world, 0, world.scope.opening.balance, 2)
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
  ages: {
    says: "orders up to `reverse.within` and `refund.within`, and a second beyond them, on the clocks of two nodes",
    applies: always,
    isPlayed: ({ can, scope: { plays } }) => plays.ages && can.nodes
  },
  payouts: {
    says: "refunds of no more than is held for a merchant, and of more, after it was paid out",
    applies: ({ refund }) => refund?.from === "merchant",
    isPlayed: ({ scope: { plays, refunds } }) => plays.payouts && refunds.length > 1
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
