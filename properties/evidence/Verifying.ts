/** Verifying: whether what is kept is whole, and whether a share of it, made again, comes to the same. */
import * as Effect from "effect/Effect"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import * as Audit from "../audit/Audit.ts"
import { type Exploration, Explorer, Keeping, Matrix } from "../audit/Audit.ts"
import type * as Trace from "../trace/Trace.ts"
import * as Chance from "./Chance.ts"
import * as Fingerprint from "./Fingerprint.ts"
import type { Row, Store } from "./Store.ts"

/** What came of it. */
export interface Verified {
  /** Answers that are whole: those of this code, and of other code, which cannot be made again by this. */
  readonly whole: number
  readonly foreign: number
  readonly damaged: number
  /** Answers of this code that were made again and came to the same, and the microseconds of a processor that they once took. */
  readonly again: { readonly number: number; readonly cost: number }
  /** What all answers of this code once took. */
  readonly cost: number
}

/** What makes an answer again. */
type Order =
  | { readonly kind: "search" | "clauses"; readonly task: Exploration.Task }
  | { readonly kind: "walk"; readonly outing: Explorer.Outing }
  | { readonly kind: "run"; readonly trace: Trace.Trace }

/** A walk as it is kept. */
interface KeptOuting extends Omit<Explorer.Outing, "rules"> {
  readonly scheme: Scheme
  readonly leftOut: ReadonlyArray<Rules.Mutant>
}

/** A run as it is kept. */
interface KeptRun extends Omit<Trace.Trace, "world">, Pick<World, "can" | "scope"> {
  readonly scheme: Scheme
  readonly leftOut: ReadonlyArray<Rules.Mutant>
}

const valuesOf = ({ world }: Keeping.Question, paths: ReadonlyArray<string>): string =>
  Audit.hash(Keeping.valuesAt(world, paths))

/** What makes an answer again; undefined where that is not what the answer is to. */
const orderOf = ({ given, kind, order, paths, values }: Row): Order | undefined => {
  const isOf = (question: Keeping.Question): boolean => question.given === given && valuesOf(question, paths) === values
  try {
    if (kind === "run") {
      const { can, leftOut, scheme, scope, ...run } = JSON.parse(order) as KeptRun
      const world = System.worldOf({ can, scope, rules: Rules.without(Rules.strict(scheme), ...leftOut) })
      const trace = { ...run, loop: run.loop, world }
      return isOf(Keeping.ofRun(trace)) ? { kind, trace } : undefined
    }
    if (kind !== "walk") {
      const task = JSON.parse(order) as Exploration.Task
      const question = kind === "search" ? Keeping.ofTask(task) : Keeping.ofConsulted(task)
      return isOf(question) ? { kind, task } : undefined
    }
    const { leftOut, scheme, ...others } = JSON.parse(order) as KeptOuting
    const outing = { ...others, rules: Rules.without(Rules.strict(scheme), ...leftOut) }
    return isOf(Keeping.ofOuting(outing)) ? { kind, outing } : undefined
  } catch {
    return undefined
  }
}

/** A keeper that has everything made again that it has, and counts what came to the same. */
const remaking = (rows: ReadonlyArray<Row>, agreed: (kept: Keeping.Kept) => void): Keeping.Keeper => ({
  take: (question) => {
    const row = rows.find(
      ({ given, paths, values }) => given === question.given && values === valuesOf(question, paths)
    )
    return row && { by: row.by, made: row.made, cost: row.cost, found: JSON.parse(row.found) as unknown }
  },
  keep: () => {},
  drawn: (kept) => new Set(kept.keys()),
  agreed
})

/** How much of it is made again: the share of the answers, from 0 to 1, and the seed that draws them. */
export interface Drawing {
  readonly share: number
  readonly seed: number
}

/**
 * Reads every answer of a store, and makes a share of those of this code again. `report` is told how many of how many of them are through.
 * Dies with {@link Keeping.Disagrees} where one comes to something else.
 */
export const verify = Effect.fn("Verifying.verify")(function* (
  store: Store,
  { seed, share }: Drawing,
  report: (done: number, of: number) => void
) {
  const fingerprint = Fingerprint.ofProcess()
  const counts = { whole: 0, foreign: 0, damaged: 0, cost: 0, again: { number: 0, cost: 0 } }
  const all: Array<{ readonly row: Row; readonly order: Order; readonly near: number }> = []
  const rows: Array<Row> = []
  const orders: Array<Order> = []
  for (const row of store.all(undefined)) {
    if (row !== undefined && row.fingerprint !== fingerprint) {
      counts.foreign++
      continue
    }
    const order = row && orderOf(row)
    if (row === undefined || order === undefined) {
      counts.damaged++
      continue
    }
    counts.whole++
    counts.cost += row.cost
    all.push({ row, order, near: Chance.of(seed, row.given, row.values) })
  }
  // At least one is made again, where there is any.
  const least = Math.min(...all.map(({ near }) => near))
  for (const { near, order, row } of all) {
    if (near >= share && near > least) continue
    rows.push(row)
    orders.push(order)
  }
  const through = (cost: number): void => {
    counts.again.number++
    counts.again.cost += cost
    report(counts.again.number, rows.length)
  }
  const tasks = orders.flatMap((order) => (order.kind === "search" ? [order.task] : []))
  const outings = orders.flatMap((order) => (order.kind === "walk" ? [order.outing] : []))
  const keeper = remaking(rows, ({ cost }) => through(cost))
  const shorten = Keeping.shortened(keeper)
  const runs = Effect.forEach(orders, (order) => Effect.sync(() => order.kind === "run" && shorten(order.trace)))
  const consulting = orders.flatMap((order) => (order.kind === "clauses" ? [order.task] : []))
  const work = { tasks, outings, limits: Explorer.unlimited, report: () => {}, found: () => [], walked: () => {} }
  yield* Effect.provideService(
    runs.pipe(Effect.andThen(Matrix.consultedBy(consulting)), Effect.andThen(Explorer.carryOut(work))),
    Keeping.Current,
    keeper
  )
  const verified: Verified = counts
  return verified
})
