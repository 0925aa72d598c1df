/**
 * Steady: a database that is asked nothing while the clock of its provider cannot be gone by. A clock that is set ahead forgets what
 * is counted today, and one that is set back accepts codes that had expired.
 *
 * A clock is compared with how long the process has run, before everything that is asked; and now and then with the time of
 * whoever else there is.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Database, Unavailable } from "./Database.ts"

/** What is known of a provider's clock. */
export interface Watch {
  /** Why the clock cannot be gone by; undefined where it can. It stays so until it agrees with another, or is accepted. */
  readonly look: () => string | undefined
  /** Compares the clock with another's time, in seconds. One that agrees ends what was found before. */
  readonly compare: (whose: string, seconds: number) => string | undefined
}

/** A time, as people read it. */
const written = (millis: number): string => new Date(millis).toISOString()

/**
 * Watches a clock. `skew`: by how many seconds clocks of nodes may be apart; a step that is not larger is none.
 *
 * A clock that is corrected little by little is followed: each look that finds nothing is the one that the next is compared with.
 */
export const watch = (clock: Clock.Clock, skew: number): Watch => {
  const most = Math.max(1, skew) * 1000
  const read = () => ({
    millis: clock.currentTimeMillisUnsafe(),
    running: Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  })
  let last = read()
  let why: string | undefined
  return {
    look: () => {
      const now = read()
      const expected = last.millis + (now.running - last.running)
      if (why === undefined && Math.abs(now.millis - expected) > most) {
        const direction = now.millis > expected ? "ahead" : "back"
        why = `a clock that was set ${direction}, to ${written(now.millis)} where it was to be ${written(expected)}`
      }
      if (why === undefined) last = now
      return why
    },
    compare: (whose, seconds) => {
      const now = read()
      const isApart = Math.abs(now.millis - seconds * 1000) > most
      if (isApart) why = `a clock at ${written(now.millis)} where ${whose} has ${written(seconds * 1000)}`
      else {
        why = undefined
        last = now
      }
      return why
    }
  }
}

/** A database that is asked nothing while a clock cannot be gone by. */
export const steady = (database: Database["Service"], { look }: Pick<Watch, "look">): Database["Service"] => {
  const looked = <A>(asked: Effect.Effect<A, Unavailable>): Effect.Effect<A, Unavailable> =>
    Effect.suspend(() => {
      const because = look()
      return because === undefined ? asked : Effect.fail(new Unavailable({ because }))
    })
  return {
    ...database,
    transaction: (body) => looked(database.transaction(body)),
    read: (statement, ...values) => looked(database.read(statement, ...values))
  }
}

/** The time of a database that has a clock of its own, in seconds; undefined where it has this machine's. */
export const timeOf = ({ dialect, read }: Database["Service"]): Effect.Effect<number | undefined, Unavailable> =>
  dialect.name === "sqlite"
    ? Effect.undefined
    : Effect.map(
        read<{ readonly now: number }>("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS now"),
        ([row]) => row?.now
      )
