/**
 * Balances: what an account has, what of it is reserved, what it has spent on each day, and what moved on it. What a step does to
 * an account is written here, as the step says.
 */
import * as Effect from "effect/Effect"
import type { Change } from "../../model/steps/Steps.ts"
import { type Connection, type Kept, one, type Reader } from "./Database.ts"
import type { Kind, Movement, Occasion, Row, Spent } from "./Records.ts"
import type { AccountRow } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"

/** An account; undefined where none was opened under its number. */
export const find = (reader: Reader, account: number): Kept<AccountRow | undefined> =>
  one<AccountRow>(reader, "SELECT agreement, balance, reserved, password FROM account WHERE number = ?", account)

/** An account; one that was never opened is a defect. */
export const needed = Effect.fnUntraced(function* (reader: Reader, account: number) {
  const found = yield* find(reader, account)
  return found ?? (yield* Effect.die(new Error(`account: expected one that was opened, found ${account}`)))
})

/** Holds an account that is there. */
export const held = (connection: Connection, account: number): Kept<AccountRow> =>
  Effect.andThen(connection.lock(Subjects.account(account)), needed(connection, account))

/** By how much an account changes, in minor units. */
interface Shift {
  readonly balance: number
  readonly reserved: number
  /** A payment counts on this provider day; undefined where nothing is paid. */
  readonly day: number | undefined
}

const noDay = -1

/** Changes the balance of an account, what it reserves, and its last day. */
const shift = ({ query }: Connection, account: number, { balance, day = noDay, reserved }: Shift): Kept<unknown> =>
  query(
    "UPDATE account SET balance = balance + ?, reserved = reserved + ?, " +
      "last_day = CASE WHEN last_day < ? THEN ? ELSE last_day END WHERE number = ?",
    balance,
    reserved,
    day,
    day,
    account
  )

const unspent: Spent = { free: { sum: 0, count: 0 }, all: 0 }

/** What an account has accepted on a day. */
export const spentOn = (reader: Reader, account: number, day: number): Kept<Spent> =>
  Effect.map(
    one<{ readonly free_sum: number; readonly free_count: number; readonly total: number }>(
      reader,
      "SELECT free_sum, free_count, total FROM spent WHERE account = ? AND day = ?",
      account,
      day
    ),
    (row) => (row === undefined ? unspent : { free: { sum: row.free_sum, count: row.free_count }, all: row.total })
  )

/** Counts an accepted order towards its day, or takes it from there again (SET-9). */
const count = (
  { query }: Connection,
  { amount = 0, day, free, payer }: Pick<Row, "amount" | "day" | "free" | "payer">,
  times: 1 | -1
): Kept<unknown> =>
  day === undefined || payer === undefined
    ? Effect.void
    : query(
        "INSERT INTO spent (account, day, free_sum, free_count, total) VALUES (?, ?, ?, ?, ?) " +
          "ON CONFLICT (account, day) DO UPDATE SET free_sum = spent.free_sum + excluded.free_sum, " +
          "free_count = spent.free_count + excluded.free_count, total = spent.total + excluded.total",
        payer,
        day,
        free ? times * amount : 0,
        free ? times : 0,
        times * amount
      )

/** Records what moved. */
const move = ({ query }: Connection, { account, amount, kind, merchant, order }: Movement): Kept<unknown> =>
  query(
    "INSERT INTO movement (kind, account, merchant, number, amount) VALUES (?, ?, ?, ?, ?)",
    kind,
    account,
    merchant,
    order,
    amount
  )

/** Writes what a change does to the account of an order: its balance, what it reserves, the sums of a day, and what moved. */
export const apply = Effect.fnUntraced(function* (
  connection: Connection,
  row: Row,
  { allowance, debits, reserves, returns }: Change.Change,
  { refund, today }: Occasion
) {
  const { merchant, order, payer: account } = row
  if (account === undefined) return
  const isUsed = allowance === "used"
  if (isUsed) yield* count(connection, row, 1)
  yield* shift(connection, account, {
    balance: returns - debits,
    reserved: reserves,
    day: isUsed ? row.day : undefined
  })
  if (debits !== 0) yield* move(connection, { kind: "payment", account, merchant, order, amount: debits })
  if (returns !== 0) {
    const kind = refund === undefined ? "reversal" : "refund"
    yield* move(connection, { kind, account, merchant, order, amount: returns })
  }
  if (allowance === "returned") yield* count(connection, row, -1)
  if (allowance === "returned today") yield* count(connection, { ...row, day: today }, -1)
})

/** What moved on an account, earliest first. */
export const movements = ({ query }: Reader, account: number): Kept<ReadonlyArray<Movement>> =>
  Effect.map(
    query<{ readonly kind: Kind; readonly merchant: string; readonly number: string; readonly amount: number }>(
      "SELECT kind, merchant, number, amount FROM movement WHERE account = ? ORDER BY id",
      account
    ),
    (rows) => rows.map(({ amount, kind, merchant, number }) => ({ kind, account, merchant, order: number, amount }))
  )
