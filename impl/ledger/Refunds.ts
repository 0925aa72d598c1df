/** Refunds: what was refunded under the refund numbers of merchants. A number is looked up where the step says that it is unique (SET-10). */
import * as Effect from "effect/Effect"
import type { Settlement } from "../../model/steps/Steps.ts"
import { type Connection, type Kept, one, type Reader } from "./Database.ts"
import type { OrderNumber, RefundNumber } from "./Records.ts"
import * as Subjects from "./Subjects.ts"

interface RefundRow {
  readonly number: string
  readonly amount: number | null
}

const madeOf = ({ order }: OrderNumber, { amount, number }: RefundRow): Settlement.Made => ({
  amount: amount ?? undefined,
  isOfOrder: number === order
})

/** What was made under a refund number: of the order, or else of another of its merchant's where it is unique among those. */
export const find = Effect.fnUntraced(function* (reader: Reader, order: OrderNumber, { refund, within }: RefundNumber) {
  const own = yield* one<RefundRow>(
    reader,
    "SELECT number, amount FROM refund WHERE merchant = ? AND number = ? AND refund = ?",
    order.merchant,
    order.order,
    refund
  )
  if (own !== undefined) return madeOf(order, own)
  if (within === "order") return undefined
  const other = yield* one<RefundRow>(
    reader,
    "SELECT number, amount FROM refund WHERE merchant = ? AND refund = ? ORDER BY number LIMIT 1",
    order.merchant,
    refund
  )
  return other && madeOf(order, other)
})

/** Holds a refund number that is unique among all orders of its merchant, before the order: two may be refunded under it at once. */
export const hold = (
  connection: Connection,
  { merchant }: OrderNumber,
  { refund, within }: RefundNumber
): Kept<void> => (within === "merchant" ? connection.lock(Subjects.refund(merchant, refund)) : Effect.void)

/** Records a refund of an order, of so many minor units. Without SET-7 a refund can be made again under its number. */
export const add = (
  { query }: Connection,
  { merchant, order }: OrderNumber,
  { refund }: RefundNumber,
  amount: number
): Kept<unknown> =>
  query(
    "INSERT INTO refund (merchant, number, refund, amount) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    merchant,
    order,
    refund,
    amount
  )
