/** Numbers: accounts, phones and credentials are numbered from 0 on, by one transaction at a time. */
import * as Effect from "effect/Effect"
import { type Connection, one } from "./Database.ts"
import * as Subjects from "./Subjects.ts"

/** The next number in a table. */
export const next = Effect.fnUntraced(function* (connection: Connection, table: "account" | "phone" | "credential") {
  yield* connection.lock(Subjects.numbers)
  const statement = `SELECT COALESCE(MAX(number) + 1, 0) AS next FROM ${table}`
  return (yield* one<{ readonly next: number }>(connection, statement))!.next
})
