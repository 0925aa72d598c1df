/**
 * Changes: writes what a step does to an order and to the account that pays it, as the step says, in the transaction that it
 * was decided in. The model writes the same data over its state.
 */
import * as Effect from "effect/Effect"
import type { Change } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import type { Connection } from "./Database.ts"
import * as Epoch from "./Epoch.ts"
import * as Merchants from "./Merchants.ts"
import * as Orders from "./Orders.ts"
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

/** Has a step decide on an order, and writes what it says. */
export const apply = Effect.fnUntraced(function* (
  connection: Connection,
  number: OrderNumber,
  { decide, ...at }: Changing
) {
  const { refund } = at
  if (refund !== undefined) yield* Refunds.hold(connection, number, refund)
  const row = yield* Orders.held(connection, number)
  const made = refund && (yield* Refunds.find(connection, number, refund))
  const change = decide(row, Epoch.mayBeLost(yield* Epoch.find(connection), row), made)
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
    yield* toOrder(connection, row, decide(row, false, undefined), at)
})
