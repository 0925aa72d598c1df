/**
 * Health: what the server cannot do now, and why. Whether the ledger can be read and written is tried: a disk that is full is
 * read like any other, and no payment gets through.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Ledger from "../ledger/Ledger.ts"
import { Database } from "../ledger/Ledger.ts"
import * as Problem from "./Problem.ts"

/** Why a database fails, by what it says; whoever asks is a stranger, and is told no more. */
const reasons: ReadonlyArray<readonly [says: RegExp, because: string]> = [
  [/disk is full|no space|disk full/i, "the disk is full"],
  [/read-?only/i, "the database may only be read"],
  [/locked|busy$/i, "another process holds the database"],
  [/more that wait|busy with others/i, "more is asked of the database than it answers"],
  [/no file any more/i, "the file of the ledger was taken away"],
  [/no answer|connect|timeout|terminat|shut/i, "the database does not answer"]
]

/** A clock that cannot be gone by is told as it was found: what time it has everybody is told anyway. */
const isOfClock = /^a clock /

/** Why a database fails, as strangers are told. */
export const because = ({ because: said }: Database.Unavailable): string =>
  isOfClock.test(said)
    ? `the provider has ${said}`
    : (reasons.find(([says]) => says.test(said))?.[1] ?? "the database fails, and the log says how")

/** A name that no key has: under it stands what was written to try whether it can be. */
const trial = "health"

/** How long what was found is good for. */
const lifetime = "1 second"

/** Whether the ledger can be read and written, or what cannot be done: tried when it is asked, and not more often than it may be. */
export const make = ({ keys, merchants }: Ledger.Ledger, clock: Clock.Clock) => {
  const failing = (what: string) => (error: Database.Unavailable) =>
    Effect.andThen(
      Effect.logWarning(`${what} cannot be done: ${error.because}`),
      Effect.fail(Problem.problem("UNAVAILABLE", { cannot: [{ what, because: because(error) }] }))
    )
  const written = Effect.suspend(() => {
    const now = clock.currentTimeMillisUnsafe()
    return keys.once(trial, String(now), Math.floor(now / 1000))
  })
  const tried = Effect.andThen(
    Effect.catch(merchants.pending, failing("anything")),
    Effect.catch(written, failing("payments, and whatever else changes something"))
  )
  // What is told to everybody is asked for nobody: a client whose own requests wait would find that all wait.
  return Effect.cachedWithTTL(Database.by("", Effect.asVoid(tried)), lifetime)
}
