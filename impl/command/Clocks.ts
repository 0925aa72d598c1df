/** Clocks: whether the clock of a provider can be gone by, before it serves and while it does, and what is said where it cannot. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Time from "../../model/Time.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Steady } from "../ledger/Ledger.ts"
import { unusable } from "./Failed.ts"
import * as LedgerPlace from "./LedgerPlace.ts"

/** What can be done about a clock that is not as it was, and about one that is not as the database's. */
const advice = "set it right, or run `paycode operator clock` where it is right"
const agreement = "set the wrong one right"

/** A time in seconds, as people read it. */
const written = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** A ledger that is asked nothing while a clock cannot be gone by. */
export const guarded = (opened: LedgerPlace.Opened, watch: Steady.Watch): LedgerPlace.Opened => {
  const database = Steady.steady(opened.database, watch)
  return { ...opened, database, context: Context.make(Database.Database, database) }
}

/** Fails where the clock is behind what the ledger was last written by, or apart from the database's own. */
export const check = Effect.fnUntraced(function* ({ database }: LedgerPlace.Opened, watch: Steady.Watch, skew: number) {
  const theirs = yield* LedgerPlace.asked(Steady.timeOf(database))
  const why = theirs === undefined ? undefined : watch.compare("the database", theirs)
  if (why !== undefined) return yield* unusable(`clock: expected the time, found ${why}: ${agreement}`)
  const { beatAt } = yield* LedgerPlace.asked(Ledger.epochOf({ query: database.read }))
  const now = yield* LedgerPlace.secondsNow
  if (now >= beatAt - Math.max(1, skew)) return
  return yield* unusable(
    `clock: expected ${written(beatAt)} or later, by which the ledger was served, found ${written(now)}: ${advice}`
  )
})

/**
 * What this machine's clock has, and by how much that is from when the ledger was last served. Fails where the database has a clock of
 * its own that does not agree: a provider goes by none that does not, whatever is said of it.
 */
export const found = Effect.fnUntraced(function* ({ database }: LedgerPlace.Opened, skew: number) {
  const now = yield* LedgerPlace.secondsNow
  const theirs = yield* LedgerPlace.asked(Steady.timeOf(database))
  if (theirs !== undefined && Math.abs(now - theirs) > Math.max(1, skew)) {
    return yield* unusable(
      `clock: expected that of the database, ${written(theirs)}, or one within ${skew} seconds of it, found ${written(now)}: ${agreement}`
    )
  }
  const { beatAt } = yield* LedgerPlace.asked(Ledger.epochOf({ query: database.read }))
  if (beatAt === Time.never) return `${written(now)}; the ledger was never served`
  const apart = now < beatAt ? `${beatAt - now} seconds later than this` : `${now - beatAt} seconds before this`
  return `${written(now)}; the ledger was last served at ${written(beatAt)}, ${apart}`
})

/** Looks at the clock every second, and says when it cannot be gone by any more, and when it can again. */
export const watching = (
  { database }: LedgerPlace.Opened,
  watch: Steady.Watch,
  tell: (line: string) => Effect.Effect<void>
): Effect.Effect<never> => {
  let before: string | undefined
  const look = Effect.gen(function* () {
    const theirs = yield* Steady.timeOf(database)
    if (theirs !== undefined) watch.compare("the database", theirs)
    else if (watch.look() !== undefined) {
      // An operator who has accepted the clock has written by it.
      const { beatAt } = yield* Ledger.epochOf({ query: database.read })
      if (Math.abs(beatAt - (yield* LedgerPlace.secondsNow)) <= 1) watch.compare("the ledger", beatAt)
    }
    const why = watch.look()
    if (why !== undefined && before === undefined)
      yield* tell(`nothing is served: found ${why}; ${theirs === undefined ? advice : agreement}`)
    if (why === undefined && before !== undefined)
      yield* tell("the clock can be gone by again, and everything is served")
    before = why
  })
  return Effect.forever(Effect.andThen(Effect.sleep("1 second"), Effect.ignore(look)))
}
