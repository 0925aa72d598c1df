/**
 * `paycode/provider`: the party that holds the accounts and decides, over a ledger in a database: the SQLite of Node, which is
 * here, PostgreSQL, or one of one's own by the interface {@link Ledger.Database.Database}.
 */
import "./Supported.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PostgresOptions } from "../impl/ledger/postgres/Postgres.ts"
import * as OptionalPackage from "../impl/OptionalPackage.ts"

export { Client, type Limit, Problem, Server, Signature } from "../impl/http/Http.ts"
export * as Ledger from "../impl/ledger/Ledger.ts"
export type { PostgresOptions } from "../impl/ledger/postgres/Postgres.ts"
export * from "../impl/provider/Provider.ts"
export type { BadInput } from "../impl/SchemeFile.ts"

/** A database in PostgreSQL. It needs the package `@effect/sql-pg`; where that is missing the layer fails with a sentence. */
export const postgres = (options: PostgresOptions) =>
  Layer.unwrap(
    Effect.map(
      OptionalPackage.loaded("@effect/sql-pg", () => import("../impl/ledger/postgres/Postgres.ts")),
      (Postgres) => Postgres.layer(options)
    )
  )
