/** Payouts: what was paid out to merchants, and what is held for them: what their orders were paid, less that, and less what was given back (SET-12). */
import * as Effect from "effect/Effect"
import { Settlement } from "../../model/steps/Steps.ts"
import { type Connection, type Kept, one, type Reader } from "./Database.ts"
import type { PaidOut, PayoutNumber } from "./Records.ts"
import * as Subjects from "./Subjects.ts"

/** What is held for a merchant, in minor units: less than nothing where a reversal gave back what was paid out. It is added up. */
export const heldFor = (reader: Reader, merchant: string): Kept<number> =>
  Effect.map(
    one<{ readonly held: number }>(
      reader,
      "SELECT (SELECT COALESCE(SUM(amount - refunded), 0) FROM orders WHERE merchant = ? AND status = 'paid') - " +
        "(SELECT COALESCE(SUM(amount), 0) FROM payout WHERE merchant = ?) AS held",
      merchant,
      merchant
    ),
    (row) => Number(row!.held)
  )

/** The same, while nobody else refunds from it, and nothing is paid out of it. */
export const hold = (connection: Connection, merchant: string): Kept<number> =>
  Effect.andThen(connection.lock(Subjects.held(merchant)), heldFor(connection, merchant))

/**
 * Pays out to a merchant what is held for it, once under a number: asked again, it answers what was paid out under it. Where nothing is held
 * the number is not used. It names nothing else that anybody holds, so that what is held may be named last elsewhere.
 */
export const payOut = Effect.fnUntraced(function* (
  connection: Connection,
  { merchant, payout }: PayoutNumber,
  now: number
) {
  const held = yield* hold(connection, merchant)
  const before = yield* one<{ readonly amount: number }>(
    connection,
    "SELECT amount FROM payout WHERE merchant = ? AND payout = ?",
    merchant,
    payout
  )
  if (before !== undefined) return { paid: before.amount, held } satisfies PaidOut
  const paid = Settlement.paysOut(held)
  if (paid === 0) return { paid, held } satisfies PaidOut
  yield* connection.query(
    "INSERT INTO payout (merchant, payout, amount, at) VALUES (?, ?, ?, ?)",
    merchant,
    payout,
    paid,
    now
  )
  return { paid, held: held - paid } satisfies PaidOut
})
