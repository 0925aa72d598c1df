/** Wrong: how many wrong codes and passwords there were on a provider day, by what they are counted under. */
import * as Effect from "effect/Effect"
import type { Rules } from "../../model/Rules.ts"
import { Verification } from "../../model/steps/Steps.ts"
import { type Connection, type Kept, one, type Reader } from "./Database.ts"
import type { Query } from "./Records.ts"
import * as Subjects from "./Subjects.ts"

/** What the wrong code of a request is counted under (VER-29). */
export interface Counted {
  readonly terminal: string
  readonly merchant: string
  /** Each by which its alias is known: its digits, and the account that they name. */
  readonly aliases: ReadonlyArray<string>
}

/**
 * What the wrong code of a request is counted under. An alias that nobody has is counted as well as one that is somebody's:
 * else only the latter were ever throttled, and anybody could tell them apart. Where the scheme counts none by alias, its
 * digits leave no row.
 */
export const countedUnder = (rules: Rules, request: Query): Counted => {
  const { alias, named } = request
  return {
    terminal: Subjects.terminal(request),
    merchant: Subjects.merchant(request.merchant),
    aliases: [
      ...(alias === undefined || !Verification.countsNobodys(rules) ? [] : [Subjects.digits(alias)]),
      ...(named === undefined ? [] : [Subjects.alias(named)])
    ]
  }
}

/** How many wrong codes there were on a day under what a request is counted under: of its alias, the most of any. */
export const codesOn = (
  reader: Reader,
  day: number,
  { aliases, merchant, terminal }: Counted
): Kept<Verification.WrongCodes> =>
  Effect.map(
    onEach(reader, day, [terminal, merchant, ...aliases]),
    ([fromTerminal = 0, fromMerchant = 0, ...under]) => ({
      fromTerminal,
      fromMerchant,
      underAlias: Math.max(0, ...under)
    })
  )

/** Counts one more wrong code. */
export const countCode = (
  connection: Connection,
  day: number,
  { aliases, merchant, terminal }: Counted
): Kept<unknown> =>
  Effect.forEach([terminal, ...aliases, merchant], (subject) => count(connection, day, subject), { discard: true })

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
