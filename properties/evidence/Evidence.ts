/**
 * Evidence: what audits found, kept for the next. An answer is taken where the code is the same, and all that was given, and every value
 * that was read; a share of what is taken is made again each time, and has to come to the same.
 *
 * `Store.ts` keeps it, `Place.ts` says where, and `Fingerprint.ts` of which code it is. Only this module is for others.
 */
import * as Audit from "../audit/Audit.ts"
import { Keeping } from "../audit/Audit.ts"
import * as Chance from "./Chance.ts"
import * as Fingerprint from "./Fingerprint.ts"
import * as Place from "./Place.ts"
import * as Store from "./Store.ts"

export { ofCode as fingerprint } from "./Fingerprint.ts"
export * as Place from "./Place.ts"
export { Unusable } from "./Store.ts"
export * as Verifying from "./Verifying.ts"

/** How much of a processor is spent in one audit to make again what is kept, in microseconds: as much for each answer, on average. */
export const spent = 500_000

/** What was taken and what was made, as far as an audit is. */
export interface Tally {
  /** Answers that were taken, and the microseconds of a processor that they once took. */
  taken: { number: number; cost: number }
  /** Answers that were there, and were made again and came to the same. */
  again: { number: number; cost: number }
  /** Answers that were made, and are kept. */
  kept: number
  /** The seed by which those that are made again are drawn. */
  readonly seed: number
  /** Why something could not be taken or kept; undefined where nothing was in the way. */
  problem: string | undefined
}

/** Evidence as an audit uses it. */
export interface Opened {
  readonly keeper: Keeping.Keeper
  readonly tally: Tally
  readonly close: () => void
}

/**
 * Draws what is made again: of each answer with the chance at which it costs its part of what is to be spent, so that a cheap one is made often,
 * and a dear one now and then; and where none was drawn and one has to be, the one that came nearest.
 */
export const drawn = (
  kept: ReadonlyArray<{ readonly cost: number; readonly given: string }>,
  seed: number,
  toSpend = spent,
  isOneNeeded = true
): ReadonlySet<number> => {
  const part = toSpend / Math.max(1, kept.length)
  const nearness = kept.map(({ cost, given }) => Chance.of(seed, given) / (part / Math.max(1, cost)))
  const all = nearness.flatMap((near, at) => (near < 1 ? [at] : []))
  const isEnough = all.length > 0 || kept.length === 0 || !isOneNeeded
  return new Set(isEnough ? all : [nearness.indexOf(Math.min(...nearness))])
}

/**
 * The same for an audit, that asks again and again as it goes on: what is to be spent on the answers to one question is their part of what all
 * answers until then have cost. So a walk that comes after the searches is not made again each time, and many rounds cost no more than a few.
 */
const drawing = (seed: number) => {
  let cost = 0
  let isOneNeeded = true
  return (kept: ReadonlyArray<{ readonly cost: number; readonly given: string }>): ReadonlySet<number> => {
    const own = kept.reduce((sum, one) => sum + one.cost, 0)
    cost += own
    const again = drawn(kept, seed, (spent * own) / Math.max(1, cost), isOneNeeded)
    if (again.size > 0) isOneNeeded = false
    return again
  }
}

interface Kept {
  readonly store: Store.Store
  readonly tally: Tally
  readonly version: string
}

/** The keeper over a store. What goes wrong with it is told once, and then nothing more is asked of it. */
const keeperOf = ({ store, tally, version }: Kept): Keeping.Keeper => {
  const fingerprint = Fingerprint.ofCode()
  const draw = drawing(tally.seed)
  let isBroken = false
  const guarded = <A>(body: () => A): A | undefined => {
    if (isBroken) return undefined
    try {
      return body()
    } catch (error) {
      isBroken = true
      tally.problem = Store.said(store.path, error)
      return undefined
    }
  }
  const digest = (world: Keeping.Question["world"], paths: ReadonlyArray<string>): string =>
    Audit.hash(Keeping.valuesAt(world, paths))
  return {
    take: ({ given, world }) =>
      guarded(() => {
        for (const { id, paths } of store.readsOf(fingerprint, given)) {
          const row = store.find(fingerprint, given, id, digest(world, paths))
          if (row === undefined) continue
          const { by, cost, found, made } = row
          return { by, cost, made, found: JSON.parse(found) as unknown }
        }
        return undefined
      }),
    keep: ({ given, kind, order, world }, { cost, found, paths }) => {
      if (store.isReadOnly) {
        tally.problem ??= `${store.path}: expected a store that can be written, found a read-only one: what is made is not kept`
        return
      }
      guarded(() => {
        store.put({
          ...{ fingerprint, kind, given, paths, cost, by: version },
          values: digest(world, paths),
          made: new Date().toISOString(),
          order: JSON.stringify(order),
          found: JSON.stringify(found)
        })
        tally.kept++
      })
    },
    drawn: (kept) => {
      const again = draw(kept)
      for (const [at, { cost }] of kept.entries()) {
        if (again.has(at)) continue
        tally.taken.number++
        tally.taken.cost += cost
      }
      return again
    },
    agreed: ({ cost }) => {
      tally.again.number++
      tally.again.cost += cost
    }
  }
}

/** A sentence of what was in the way. */
const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Opens the evidence that is in a folder, to be read or written; throws {@link Store.Unusable} where there is none that can be used. */
export const existing = (folder: string, mode: "read" | "write"): Store.Store => {
  try {
    return Store.open(Place.opened(folder, false), mode)
  } catch (error) {
    throw error instanceof Store.Unusable ? error : new Store.Unusable(sentence(error))
  }
}

/**
 * Opens the evidence in a folder for an audit by a version of paycode; where there is none it is made. `seed` draws what is made again. Answers
 * with a sentence where it cannot be used: then nothing is taken and nothing kept.
 */
export const open = (folder: string, version: string, seed: number): Opened | string => {
  const tally: Tally = {
    taken: { number: 0, cost: 0 },
    again: { number: 0, cost: 0 },
    kept: 0,
    seed,
    problem: undefined
  }
  try {
    const store = Store.open(Place.opened(folder, true), "write")
    return { keeper: keeperOf({ store, tally, version }), tally, close: store.close }
  } catch (error) {
    return sentence(error)
  }
}
