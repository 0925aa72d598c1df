/**
 * Changes: writes what a step does to an order and to the account that pays it, as the step says, in the transaction that it
 * was decided in. The model writes the same data over its state.
 */
import * as Effect from "effect/Effect"
import type { Change } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import type { Connection } from "./Database.ts"
import * as Merchants from "./Merchants.ts"
import * as Orders from "./Orders.ts"
import type { Changing, OrderNumber, Row } from "./Records.ts"

/** When something is written, and by which refund, if it is one. */
type Occasion = Omit<Changing, "decide">

/** Moves the money of an order, and tells its merchant where it was paid. */
const move = Effect.fnUntraced(function* (
  connection: Connection,
  { merchant, order, payer: account }: Row,
  { debits, returns, status }: Change.Change,
  { now, refund }: Occasion
) {
  if (account === undefined) return
  if (status === "paid" && refund === undefined) {
    yield* Balances.move(connection, { kind: "payment", account, merchant, order, amount: debits })
    yield* Merchants.giveNotice(connection, { merchant, order, amount: debits }, now)
  }
  if (returns !== 0) {
    const kind = refund === undefined ? "reversal" : "refund"
    yield* Balances.move(connection, { kind, account, merchant, order, amount: returns })
  }
})

/** Writes what a change does to the account of an order: its balance, what it reserves, and the sums of a day. */
export const toAccount = Effect.fnUntraced(function* (
  connection: Connection,
  row: Row,
  change: Change.Change,
  at: Occasion
) {
  const { allowance, debits, reserves, returns } = change
  const { payer } = row
  if (payer === undefined) return
  const isUsed = allowance === "used"
  if (isUsed) yield* Balances.count(connection, row, 1)
  const day = isUsed ? row.day : undefined
  yield* Balances.shift(connection, payer, { balance: returns - debits, reserved: reserves, day })
  yield* move(connection, row, change, at)
  if (allowance === "returned") yield* Balances.count(connection, row, -1)
  if (allowance === "returned today") yield* Balances.count(connection, { ...row, day: at.today }, -1)
})

/** Writes what a change does to an order, and to its account. */
const toOrder = Effect.fnUntraced(function* (connection: Connection, row: Row, change: Change.Change, at: Occasion) {
  const { returns, status } = change
  const { refund } = at
  if (status === undefined) return
  yield* toAccount(connection, row, change, at)
  if (refund !== undefined) yield* Orders.addRefund(connection, row, refund)
  yield* Orders.write(connection, {
    ...row,
    status,
    refunded: refund === undefined ? row.refunded : row.refunded + returns,
    debited: row.debited || (status === "paid" && refund === undefined)
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
  refunds: [],
  debited: false
} as const

/** Has a step decide on an order, and writes what it says. */
export const apply = Effect.fnUntraced(function* (
  connection: Connection,
  number: OrderNumber,
  { decide, ...at }: Changing
) {
  const row = yield* Orders.held(connection, number)
  const change = decide(row)
  const { status } = change
  if (status === undefined) return change
  // An order number that stands for no payment is that of a reversal which came first.
  if (row?.amount === undefined) {
    yield* Orders.write(connection, { ...number, ...tombstone, status, at: row?.at ?? at.now })
  } else yield* toOrder(connection, row, change, at)
  return change
})

/** Has a step decide on each open order of a held account, or of one of its phones, and writes what it says. */
export const applyToOpen = Effect.fnUntraced(function* (
  connection: Connection,
  account: number,
  { decide, ...at }: Changing,
  phone?: number
) {
  for (const row of yield* Orders.openOf(connection, account, phone)) yield* toOrder(connection, row, decide(row), at)
})
