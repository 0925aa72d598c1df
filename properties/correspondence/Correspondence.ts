/**
 * Correspondence: what everything in the implementation stands for. It leads from each endpoint, column, refusal, timer,
 * limit and option to one step, field, action or parameter of the model, or to the sentence that puts it out of scope; and
 * from each action of the model to what plays it against the implementation. `Correspondence.test.ts` reads what there is
 * in the sources, and misses a row for anything that has none.
 */
import { columns } from "./Columns.ts"
import { endpoints } from "./Endpoints.ts"
import { limits } from "./Limits.ts"
import { flags, options, variables } from "./Options.ts"
import { errors, problems, reasons } from "./Refusals.ts"
import type { Rows } from "./Row.ts"

export { actions, type Played, type Test } from "./Actions.ts"
export { type Obstacle, obstacles } from "./Obstacles.ts"
export { type FieldName, type Row, type Rows, type SentenceId, type StepName, sentences, type Target } from "./Row.ts"

/** Every table from the implementation to the model, by what it is about. */
export const tables = {
  endpoints,
  columns,
  reasons,
  problems,
  errors,
  limits,
  options,
  flags,
  variables
} as const satisfies Readonly<Record<string, Rows>>

/** What a table is about. */
export type TableName = keyof typeof tables

/** A difference that is known: of which table and row, and what it is. */
export interface Difference {
  readonly table: TableName
  readonly key: string
  readonly says: string
}

/** Everything that the implementation and the model do otherwise, as the rows say. */
export const differences: ReadonlyArray<Difference> = Object.entries(tables).flatMap(([table, rows]) =>
  Object.entries(rows as Rows).flatMap(([key, { differs }]) =>
    differs === undefined ? [] : [{ table: table as TableName, key, says: differs }]
  )
)
