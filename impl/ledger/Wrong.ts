/** Wrong: how many wrong codes and passwords there were on a provider day, by what they are counted under. */
import * as Effect from "effect/Effect"
import { type Connection, type Kept, one, type Reader } from "./Database.ts"

/** How many there were under a subject on a day. */
export const on = (reader: Reader, day: number, subject: string): Kept<number> =>
  Effect.map(
    one<{ readonly count: number }>(reader, "SELECT count FROM wrong WHERE day = ? AND subject = ?", day, subject),
    (row) => row?.count ?? 0
  )

/** How many there were under each of some subjects on a day. */
export const onEach = ({ query }: Reader, day: number, subjects: ReadonlyArray<string>): Kept<ReadonlyArray<number>> =>
  Effect.map(
    query<{ readonly subject: string; readonly count: number }>(
      `SELECT subject, count FROM wrong WHERE day = ? AND subject IN (${subjects.map(() => "?").join(", ")})`,
      day,
      ...subjects
    ),
    (rows) => subjects.map((subject) => rows.find((row) => row.subject === subject)?.count ?? 0)
  )

/** Counts one more. */
export const count = ({ query }: Connection, day: number, subject: string): Kept<unknown> =>
  query(
    "INSERT INTO wrong (day, subject, count) VALUES (?, ?, 1) " +
      "ON CONFLICT (day, subject) DO UPDATE SET count = wrong.count + 1",
    day,
    subject
  )

/** Counts one less: it was not wrong. */
export const forgive = ({ query }: Connection, day: number, subject: string): Kept<unknown> =>
  query("UPDATE wrong SET count = count - 1 WHERE day = ? AND subject = ?", day, subject)

/** Forgets what was counted on a day under all subjects that begin with a text. */
export const forgetAll = ({ query }: Connection, day: number, start: string): Kept<unknown> =>
  query("DELETE FROM wrong WHERE day = ? AND SUBSTR(subject, 1, ?) = ?", day, start.length, start)

/** Forgets what was counted before a day. */
export const forget = ({ query }: Connection, today: number): Kept<unknown> =>
  query("DELETE FROM wrong WHERE day < ?", today)
