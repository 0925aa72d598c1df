/** Numbers: accounts, phones and credentials are numbered from 0 on, or accounts as is drawn; by one transaction at a time. */
import * as Effect from "effect/Effect"
import { type Connection, one } from "./Database.ts"
import * as Subjects from "./Subjects.ts"

/** The next number in a table. */
export const next = Effect.fnUntraced(function* (connection: Connection, table: "account" | "phone" | "credential") {
  yield* connection.lock(Subjects.numbers)
  const statement = `SELECT COALESCE(MAX(number) + 1, 0) AS next FROM ${table}`
  return (yield* one<{ readonly next: number }>(connection, statement))!.next
})

/** The first of some numbers that a table does not have; that it has all of them is a defect. */
export const free = Effect.fnUntraced(function* (
  connection: Connection,
  table: "account",
  numbers: ReadonlyArray<number>
) {
  yield* connection.lock(Subjects.numbers)
  const places = numbers.map(() => "?").join(", ")
  const taken = yield* connection.query<{ readonly number: number }>(
    `SELECT number FROM ${table} WHERE number IN (${places})`,
    ...numbers
  )
  const found = numbers.find((each) => !taken.some(({ number }) => number === each))
  return (
    found ?? (yield* Effect.die(new Error(`${table}: expected a number that is free, found none of ${numbers.length}`)))
  )
})
