/**
 * Changes: writes what a step does to an order and to the account that pays it, as the step says, in the transaction that it
 * was decided in. The model writes the same data over its state.
 */
import * as Effect from "effect/Effect"
import type { Change, Settlement } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import type { Connection } from "./Database.ts"
import * as Epoch from "./Epoch.ts"
import * as Merchants from "./Merchants.ts"
import * as Orders from "./Orders.ts"
import * as Payouts from "./Payouts.ts"
import type { Changed, Changing, Occasion, OrderNumber, Row } from "./Records.ts"
import * as Refunds from "./Refunds.ts"

/** Writes what a change does to an order, and to its account. */
const toOrder = Effect.fnUntraced(function* (connection: Connection, row: Row, change: Change.Change, at: Occasion) {
  const { debits, returns, status } = change
  const { merchant, order } = row
  const { now, refund } = at
  if (status === undefined) return
  const isPaid = status === "paid" && refund === undefined
  yield* Balances.apply(connection, row, change, at)
  if (isPaid) yield* Merchants.giveNotice(connection, { merchant, order, amount: debits }, now)
  if (refund !== undefined) yield* Refunds.add(connection, row, refund, returns)
  yield* Orders.write(connection, {
    ...row,
    status,
    refunded: refund === undefined ? row.refunded : row.refunded + returns,
    debited: row.debited || isPaid
  })
})

const tombstone = {
  reason: undefined,
  amount: undefined,
  payer: undefined,
  code: "",
  refunded: 0,
  phone: undefined,
  free: false,
  day: undefined,
  debited: false
} as const

/** What a step decides on, and by which clock. */
interface Found {
  readonly row: Row | undefined
  readonly made: Settlement.Made | undefined
  readonly predates: boolean
}

/** What a step decides. What is held for a merchant is added up only where it is all that is left to look at. */
const decided = Effect.fnUntraced(function* (
  connection: Connection,
  { merchant }: OrderNumber,
  { decide, refund }: Changing,
  { made, predates, row }: Found
) {
  const change = decide(row, predates, made, Number.POSITIVE_INFINITY)
  if (change.status === undefined || refund?.takesHeld !== true) return change
  return decide(row, predates, made, yield* Payouts.hold(connection, merchant))
})

/** Has a step decide on an order, and writes what it says. */
export const apply = Effect.fnUntraced(function* (connection: Connection, number: OrderNumber, given: Changing) {
  const { refund } = given
  if (refund !== undefined) yield* Refunds.hold(connection, number, refund)
  const row = yield* Orders.held(connection, number)
  const made = refund && (yield* Refunds.find(connection, number, refund))
  const predates = Epoch.mayBeLost(yield* Epoch.find(connection), row)
  const at = given.renewed === undefined ? given : yield* given.renewed
  const change = yield* decided(connection, number, at, { row, made, predates })
  const changed: Changed = { change, row, made }
  const { status } = change
  if (status === undefined) return changed
  // An order number that stands for no payment is that of a reversal which came first.
  if (row?.amount === undefined) {
    yield* Orders.write(connection, { ...number, ...tombstone, status, at: row?.at ?? at.now })
  } else yield* toOrder(connection, row, change, at)
  return changed
})

/** Has a step decide on each open order of a held account, or of one of its phones, and writes what it says. */
export const applyToOpen = Effect.fnUntraced(function* (
  connection: Connection,
  account: number,
  { decide, ...at }: Changing,
  phone?: number
) {
  for (const row of yield* Orders.openOf(connection, account, phone))
    yield* toOrder(connection, row, decide(row, false, undefined, Number.POSITIVE_INFINITY), at)
})
