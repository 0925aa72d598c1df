/** Clocks: whether the clock of a provider can be gone by, before it serves and while it does, and what is said where it cannot. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Steady } from "../ledger/Ledger.ts"
import { unusable } from "./Failed.ts"
import * as LedgerPlace from "./LedgerPlace.ts"

/** What can be done about it. */
const advice = "set it right, or run `paycode operator clock` where it is right"

/** A ledger that is asked nothing while a clock cannot be gone by. */
export const guarded = (opened: LedgerPlace.Opened, watch: Steady.Watch): LedgerPlace.Opened => {
  const database = Steady.steady(opened.database, watch)
  return { ...opened, database, context: Context.make(Database.Database, database) }
}

/** Fails where the clock is behind what the ledger was last written by, or apart from the database's own. */
export const check = Effect.fnUntraced(function* ({ database }: LedgerPlace.Opened, watch: Steady.Watch, skew: number) {
  const theirs = yield* LedgerPlace.asked(Steady.timeOf(database))
  const why = theirs === undefined ? undefined : watch.compare("the database", theirs)
  if (why !== undefined) return yield* unusable(`clock: expected the time, found ${why}: ${advice}`)
  const { beatAt } = yield* LedgerPlace.asked(Ledger.epochOf({ query: database.read }))
  const now = yield* LedgerPlace.secondsNow
  if (now >= beatAt - Math.max(1, skew)) return
  const [expected, found] = [beatAt, now].map((at) => new Date(at * 1000).toISOString())
  return yield* unusable(
    `clock: expected ${expected} or later, by which the ledger was served, found ${found}: ${advice}`
  )
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
    if (why !== undefined && before === undefined) yield* tell(`nothing is served: found ${why}; ${advice}`)
    if (why === undefined && before !== undefined)
      yield* tell("the clock can be gone by again, and everything is served")
    before = why
  })
  return Effect.forever(Effect.andThen(Effect.sleep("1 second"), Effect.ignore(look)))
}
