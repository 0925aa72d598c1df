/** Orders: what is recorded under merchants' order numbers, and the challenges of those that wait for an answer. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settlement } from "../../model/steps/Steps.ts"
import * as Text from "../Text.ts"
import { type Connection, Database, type Kept, one, type Reader } from "./Database.ts"
import * as Payouts from "./Payouts.ts"
import type { Challenge, OrderNumber, RefundNumber, Row } from "./Records.ts"
import * as Refunds from "./Refunds.ts"
import { type ChallengeRow, challengeColumns, challengeOf, flag, type OrderRow, orderColumns, rowOf } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"

/** The orders of a ledger, for whoever reads them. What becomes of them is written by payments. */
export class Orders extends Context.Service<
  Orders,
  {
    /** What is recorded under a merchant's order number; undefined where nothing is. */
    readonly order: (number: OrderNumber) => Kept<Row | undefined>
    /** The orders of an account that are open, the oldest first. */
    readonly openOrdersOf: (account: number) => Kept<ReadonlyArray<Row>>
    /** The orders that are open since an instant or before, in seconds, earliest first: so many of them at most. */
    readonly openSince: (at: number, most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** What was made under a refund number, among the refunds that it is unique in; undefined where nothing was. */
    readonly made: (order: OrderNumber, refund: RefundNumber) => Kept<Settlement.Made | undefined>
    /** What is held for a merchant, in minor units (SET-12). */
    readonly heldFor: (merchant: string) => Kept<number>
    /** The challenge of an order; undefined where it has none. */
    readonly challengeOf: (number: OrderNumber) => Kept<Challenge | undefined>
    /** The challenge with a nonce; undefined where none has it. */
    readonly challengeWith: (nonce: string) => Kept<Challenge | undefined>
    /** Challenges of open orders that were not handed to the gateway, so many at most. */
    readonly unsent: (most: number) => Kept<ReadonlyArray<OrderNumber>>
    /** A challenge was handed to the gateway. */
    readonly sent: (number: OrderNumber) => Kept<void>
  }
>()("paycode/impl/ledger/Orders") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Orders, never, Database> = Layer.effect(
    Orders,
    Effect.map(Database, (database) => make(database))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// Orders
// ---------------------------------------------------------------------------------------------------------------------

/** What is recorded under an order number; undefined where nothing is. */
export const find = Effect.fnUntraced(function* (reader: Reader, { merchant, order: number }: OrderNumber) {
  const row = yield* one<OrderRow>(
    reader,
    `SELECT ${orderColumns} FROM orders WHERE merchant = ? AND number = ?`,
    merchant,
    number
  )
  return row && rowOf(row)
})

/** An order that the transaction holds, and the account of its payer: which stays, whoever else waits for it. */
export const held = Effect.fnUntraced(function* (connection: Connection, number: OrderNumber) {
  yield* connection.lock(Subjects.order(number))
  const before = yield* find(connection, number)
  if (before?.payer === undefined) return before
  yield* connection.lock(Subjects.account(before.payer))
  return yield* find(connection, number)
})

/** Writes an order, in the place of what was recorded under its number. */
export const write = ({ query }: Connection, row: Row): Kept<unknown> =>
  query(
    `INSERT INTO orders (${orderColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ` +
      "ON CONFLICT (merchant, number) DO UPDATE SET status = excluded.status, reason = excluded.reason, " +
      "amount = excluded.amount, payer = excluded.payer, code = excluded.code, at = excluded.at, " +
      "refunded = excluded.refunded, phone = excluded.phone, free = excluded.free, day = excluded.day, " +
      "debited = excluded.debited",
    row.merchant,
    row.order,
    row.status,
    row.reason ?? null,
    row.amount ?? null,
    row.payer ?? null,
    // What was presented as a code may be any text.
    Text.written(row.code as string),
    row.at,
    row.refunded,
    row.phone ?? null,
    flag(row.free),
    row.day ?? null,
    flag(row.debited)
  )

/** Forgets an order, and its challenge: what became of it was lost (VER-31). */
export const forget = Effect.fnUntraced(function* ({ query }: Connection, { merchant, order }: OrderNumber) {
  yield* query("DELETE FROM challenge WHERE merchant = ? AND number = ?", merchant, order)
  yield* query("DELETE FROM orders WHERE merchant = ? AND number = ?", merchant, order)
})

/** The open orders of an account, in the order in which they were opened: all, or those of a phone. */
export const openOf = ({ query }: Reader, account: number, phone?: number): Kept<ReadonlyArray<Row>> =>
  Effect.map(
    query<OrderRow>(
      `SELECT ${orderColumns} FROM orders WHERE status = 'open' AND payer = ? ORDER BY at, merchant, number`,
      account
    ),
    (rows) => rows.map((row) => rowOf(row)).filter((row) => phone === undefined || row.phone === phone)
  )

const numberOf = ({ merchant, number }: Pick<OrderRow, "merchant" | "number">): OrderNumber => ({
  merchant,
  order: number
})

const openSince = ({ query }: Reader, at: number, most: number): Kept<ReadonlyArray<OrderNumber>> =>
  Effect.map(
    query<Pick<OrderRow, "merchant" | "number">>(
      "SELECT merchant, number FROM orders WHERE status = 'open' AND at <= ? ORDER BY at LIMIT ?",
      at,
      most
    ),
    (rows) => rows.map(numberOf)
  )

// ---------------------------------------------------------------------------------------------------------------------
// Challenges
// ---------------------------------------------------------------------------------------------------------------------

/** Writes the challenge of an order that is held open. One that it has stays. */
export const challenge = (
  { query }: Connection,
  { credential, merchant, nonce, order }: Omit<Challenge, "isSent">
): Kept<unknown> =>
  query(
    "INSERT INTO challenge (merchant, number, nonce, credential, sent) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
    merchant,
    order,
    nonce,
    credential
  )

const challengeFor = (reader: Reader, { merchant, order }: OrderNumber): Kept<Challenge | undefined> =>
  Effect.map(
    one<ChallengeRow>(
      reader,
      `SELECT ${challengeColumns} FROM challenge WHERE merchant = ? AND number = ?`,
      merchant,
      order
    ),
    (row) => row && challengeOf(row)
  )

const challengeWith = (reader: Reader, nonce: string): Kept<Challenge | undefined> =>
  Effect.map(
    one<ChallengeRow>(reader, `SELECT ${challengeColumns} FROM challenge WHERE nonce = ?`, nonce),
    (row) => row && challengeOf(row)
  )

const unsent = ({ query }: Reader, most: number): Kept<ReadonlyArray<OrderNumber>> =>
  Effect.map(
    query<Pick<ChallengeRow, "merchant" | "number">>(
      "SELECT c.merchant, c.number FROM challenge c JOIN orders o ON o.merchant = c.merchant AND o.number = c.number " +
        "WHERE c.sent = 0 AND o.status = 'open' ORDER BY o.at LIMIT ?",
      most
    ),
    (rows) => rows.map(numberOf)
  )

const sent = ({ query }: Connection, { merchant, order }: OrderNumber): Kept<void> =>
  Effect.asVoid(query("UPDATE challenge SET sent = 1 WHERE merchant = ? AND number = ?", merchant, order))

// What only reads needs no transaction where one statement says it all.
const make = ({ read, transaction }: Database["Service"]): Orders["Service"] => {
  const reader: Reader = { query: read }
  return {
    order: (number) => find(reader, number),
    openOrdersOf: (account) => openOf(reader, account),
    openSince: (at, most) => openSince(reader, at, most),
    made: (order, refund) => Refunds.find(reader, order, refund),
    heldFor: (merchant) => Payouts.heldFor(reader, merchant),
    challengeOf: (number) => challengeFor(reader, number),
    challengeWith: (nonce) => challengeWith(reader, nonce),
    unsent: (most) => unsent(reader, most),
    sent: (number) => transaction((connection) => sent(connection, number))
  }
}
