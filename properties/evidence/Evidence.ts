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
import * as Shape from "./Shape.ts"
import * as Store from "./Store.ts"

export { ofProcess as fingerprint } from "./Fingerprint.ts"
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
  /** Answers that were not there, and were made, whether they could be kept or not. */
  made: number
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
 * What is the audit's own is neither made again nor taken from before.
 */
const drawing = (tally: Tally, isOwn: (one: object) => boolean): Keeping.Keeper["drawn"] => {
  let cost = 0
  let isOneNeeded = true
  /** An answer is taken once, however many tasks ask for it. */
  const counted = new Set<unknown>()
  return (all) => {
    const foreign = [...all.keys()].filter((at) => !isOwn(all[at]!))
    const kept = foreign.map((at) => all[at]!)
    const own = kept.reduce((sum, one) => sum + one.cost, 0)
    cost += own
    const those = drawn(kept, tally.seed, (spent * own) / Math.max(1, cost), isOneNeeded)
    if (those.size > 0) isOneNeeded = false
    for (const [at, one] of kept.entries()) {
      const answer = "found" in one ? one.found : one
      if (those.has(at) || counted.has(answer)) continue
      counted.add(answer)
      tally.taken.number++
      tally.taken.cost += one.cost
    }
    return new Set(foreign.filter((_, at) => those.has(at)))
  }
}

interface Kept {
  readonly store: Store.Store
  readonly tally: Tally
  readonly version: string
}

/** Does what is asked of a store, until something goes wrong with it: that is told once, and nothing more is asked of it. */
const guarding = ({ path }: Store.Store, tally: Tally) => {
  let isBroken = false
  return <A>(body: () => A): A | undefined => {
    if (isBroken) return undefined
    try {
      return body()
    } catch (error) {
      isBroken = true
      tally.problem = Store.said(path, error)
      return undefined
    }
  }
}

const digest = (world: Keeping.Question["world"], paths: ReadonlyArray<string>): string =>
  Audit.hash(Keeping.valuesAt(world, paths))

/** The keeper over a store. */
const keeperOf = ({ store, tally, version }: Kept): Keeping.Keeper => {
  const fingerprint = Fingerprint.ofProcess()
  /** What this audit has made itself is not from before. */
  const own = new WeakSet<Keeping.Kept>()
  const ownKeys = new Set<string>()
  /** Answers that were found, each one thing however often it is asked for. */
  const known = new Map<string, Keeping.Kept>()
  const agreed = new Set<Keeping.Kept>()
  const isOwn = (one: object): boolean => "found" in one && own.has(one.found as Keeping.Kept)
  const keyOf = (given: string, values: string): string => `${given} ${values}`
  const guarded = guarding(store, tally)
  return {
    take: ({ given, world }) =>
      guarded(() => {
        for (const { id, paths } of store.readsOf(fingerprint, given)) {
          const values = digest(world, paths)
          const row = store.find(fingerprint, given, id, values)
          const found: unknown = row && JSON.parse(row.found)
          if (row === undefined || !Shape.isOf(row.kind, found)) continue
          const { by, cost, made } = row
          const key = keyOf(given, values)
          const text = `${key} ${made} ${row.found}`
          const kept = known.get(text) ?? { by, cost, made, found }
          known.set(text, kept)
          if (ownKeys.has(key)) own.add(kept)
          return kept
        }
        return undefined
      }),
    keep: ({ given, kind, order, world }, { cost, found, paths }) => {
      const values = digest(world, paths)
      const key = keyOf(given, values)
      // Made once for several that ask.
      if (ownKeys.has(key)) return
      ownKeys.add(key)
      tally.made++
      if (isDeep(order)) return
      if (store.isReadOnly) {
        tally.problem ??= `${store.path}: expected a store that can be written, found a read-only one: what is made is not kept`
        return
      }
      guarded(() => {
        if (isOtherCode(fingerprint)) throw new Store.Unusable(`${store.path}: expected ${otherCode}`)
        store.put({
          ...{ fingerprint, kind, given, paths, values, cost, by: version },
          made: new Date().toISOString(),
          order: JSON.stringify(order),
          found: JSON.stringify(found)
        })
      })
    },
    drawn: drawing(tally, isOwn),
    agreed: (kept) => {
      // Made once for several that ask.
      if (agreed.has(kept)) return
      agreed.add(kept)
      tally.again.number++
      tally.again.cost += kept.cost
    }
  }
}

/** Searches that threads make together number their states as it happens, and draw others of them each time. */
const isDeep = (order: unknown): boolean =>
  typeof order === "object" && order !== null && "size" in order && order.size === "deep"

/** How often it is looked whether the code is still what it was, in milliseconds. */
const lookEvery = 2000
let looked = { at: 0, isOther: false }

/** Whether the code on the disk is another by now, that threads which begin later would run. */
const isOtherCode = (fingerprint: string): boolean => {
  if (Date.now() - looked.at > lookEvery) looked = { at: Date.now(), isOther: Fingerprint.ofCode() !== fingerprint }
  return looked.isOther
}

const otherCode = "the code that this process began with, found another on the disk: begin again; nothing is kept"

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
    made: 0,
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
