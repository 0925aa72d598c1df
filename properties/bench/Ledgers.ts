/**
 * Ledgers: how many payments a second a ledger settles, next to a bare loop that runs the very same statements, with
 * the same durability, and does nothing else.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import pg from "pg"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import { Database, Sqlite } from "../../impl/ledger/Ledger.ts"
import * as Postgres from "../../impl/ledger/postgres/Postgres.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Cluster from "../../impl/testing/Cluster.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Verification } from "../../model/steps/Steps.ts"

/** A statement as it was run, with its values. */
interface Said {
  readonly statement: string
  readonly values: ReadonlyArray<Database.Value>
}

/** What one transaction said. */
type Transaction = ReadonlyArray<Said>

/** Payments a second: through the ledger, and by the bare loop. */
export interface Rate {
  readonly clients: number
  readonly ledger: number
  readonly bare: number
  /** Statements of a payment, its beginning and its end not counted. */
  readonly statements: number
}

/** A database that writes down what each transaction says to it while `isHeard`. */
const recording = (database: Database.Database["Service"], heard: Array<Transaction>, isHeard: () => boolean) => {
  const service: Database.Database["Service"] = {
    ...database,
    transaction: (body) => {
      if (!isHeard()) return database.transaction(body)
      const said: Array<Said> = []
      heard.push(said)
      return database.transaction((connection) => {
        said.length = 0
        const query: Database.Connection["query"] = (statement, ...values) => {
          said.push({ statement, values })
          return connection.query(statement, ...values)
        }
        // Where a lock is a statement it is heard as one.
        const lock = database.dialect.name === "postgres" ? Postgres.locking(query) : connection.lock
        return body({ query, lock })
      })
    }
  }
  return service
}

/** Clients with an account each, and how each of them pays, as often as it likes. */
const payers = (scheme: Scheme, clients: number) =>
  Effect.gen(function* () {
    const most = 1_000_000_000
    const rules = Rules.strict({
      ...scheme,
      limit: { payment: 1, accountDay: most },
      window: { past: most, future: 0 }
    })
    const ledger = yield* Ledger.ledger
    const now = Math.floor(Date.now() / 1000)
    const members = yield* Effect.forEach(Array.from({ length: clients }), () =>
      Provider.use((provider) =>
        Effect.gen(function* () {
          const { account, phone } = yield* Fixtures.member(most)
          const { number } = yield* provider.enrollment.enroll(phone)
          yield* provider.enrollment.confirm(phone, number)
          return { account, credential: number }
        })
      )
    )
    const deciding: Ledger.Deciding = {
      rules,
      decide: (facts) => Verification.decide(rules, facts, { amount: 1, code: "" }, now)
    }
    return (client: number, payment: number) => {
      const { account, credential } = members[client]!
      return ledger.payments.settle(
        {
          merchant: "shop",
          terminal: `till ${client}`,
          order: `${client}-${payment}`,
          code: `${client}-${payment}`,
          amount: 1,
          named: account,
          alias: undefined,
          readings: [{ credential, payer: account, revealed: false, pinned: false, positions: [payment] }],
          now,
          today: 0
        },
        deciding
      )
    }
  })

/** Clients that pay at once, each one payment after the other. */
const paying = (scheme: Scheme, clients: number, each: number, open: () => void) =>
  Effect.gen(function* () {
    const pay = yield* payers(scheme, clients)
    open()
    const began = performance.now()
    yield* Effect.forEach(
      Array.from({ length: clients }, (_, client) => client),
      (client) =>
        Effect.gen(function* () {
          for (let payment = 0; payment < each; payment++) {
            const { answer } = yield* pay(client, payment)
            if (answer !== "PAID") return yield* Effect.die(new Error(`payment ${payment} of ${client}: ${answer}`))
          }
        }),
      { concurrency: "unbounded", discard: true }
    )
    return (clients * each) / ((performance.now() - began) / 1000)
  })

/** So many clients, each with so many payments of a scheme, on a ledger in a database; what it is asked may be heard. */
interface Load {
  readonly scheme: Scheme
  readonly database: Layer.Layer<Database.Database, Database.Unavailable>
  readonly clients: number
  readonly each: number
  readonly isToBeHeard: boolean
}

/** Runs a load on a ledger in a database, and hears it where it is to be run again. */
const through = ({ clients, database, each, isToBeHeard, scheme }: Load) => {
  const heard: Array<Transaction> = []
  let isOpen = false
  const recorded = Layer.effect(
    Database.Database,
    Effect.map(Database.Database, (service) => recording(service, heard, () => isOpen))
  ).pipe(Layer.provide(database))
  const provider = Provider.layer(Rules.strict(scheme), { passwordCost: 2 }).pipe(
    Layer.provideMerge(Layer.provide(Ledger.layer, isToBeHeard ? recorded : database)),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
  const load = paying(scheme, clients, each, () => {
    isOpen = true
  })
  return Effect.map(Effect.provide(load, provider), (rate) => ({ rate, heard }))
}

/** The middle one of some numbers. */
const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const rounds = 3

/** The statements of one payment after the other, on SQLite. */
const bareSqlite = (file: string, transactions: ReadonlyArray<Transaction>): number => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("PRAGMA synchronous = FULL")
  const prepared = new Map<string, StatementSync>()
  for (const { statement } of transactions.flat()) {
    if (!prepared.has(statement)) prepared.set(statement, database.prepare(statement))
  }
  const began = performance.now()
  for (const said of transactions) {
    database.exec("BEGIN IMMEDIATE")
    for (const { statement, values } of said) prepared.get(statement)!.all(...values)
    database.exec("COMMIT")
  }
  const rate = transactions.length / ((performance.now() - began) / 1000)
  database.close()
  return rate
}

/** SQLite, one durable commit for each payment and, for many clients, for each group; next to the loop of one client. */
export const measureSqlite = Effect.fnUntraced(function* (scheme: Scheme) {
  const folder = mkdtempSync(join(tmpdir(), "paycode-bench-"))
  let files = 0
  const file = (): string => join(folder, `${files++}.db`)
  const each = 3000
  const measured: Array<{ readonly alone: number; readonly bare: number; readonly many: number; statements: number }> =
    []
  for (let round = 0; round < rounds; round++) {
    // The bare loop finds the database as the ledger found it: with accounts, and no order.
    const first = yield* through({
      scheme,
      database: Sqlite.layer({ file: file() }),
      clients: 1,
      each,
      isToBeHeard: true
    })
    const setting = file()
    yield* through({ scheme, database: Sqlite.layer({ file: setting }), clients: 1, each: 0, isToBeHeard: false })
    const bare = bareSqlite(setting, first.heard)
    const alone = yield* through({
      scheme,
      database: Sqlite.layer({ file: file() }),
      clients: 1,
      each,
      isToBeHeard: false
    })
    const many = yield* through({
      scheme,
      database: Sqlite.layer({ file: file() }),
      clients: 32,
      each: 200,
      isToBeHeard: false
    })
    measured.push({ alone: alone.rate, bare, many: many.rate, statements: first.heard[0]!.length })
  }
  rmSync(folder, { recursive: true })
  const of = (what: "alone" | "bare" | "many"): number => median(measured.map((one) => one[what]))
  const statements = measured[0]!.statements
  return [
    { clients: 1, ledger: of("alone"), bare: of("bare"), statements },
    { clients: 32, ledger: of("many"), bare: of("bare"), statements }
  ] satisfies ReadonlyArray<Rate>
})

/** The statements of payments by clients at once, on PostgreSQL, by the client that Node programs use. */
const barePostgres = async (
  url: string,
  clients: number,
  transactions: ReadonlyArray<Transaction>
): Promise<number> => {
  // Each transaction is of one till.
  const tillOf = (said: Transaction): number => {
    const order = said.flatMap(({ values }) => values).find((value) => /^\d+-\d+$/.test(String(value)))
    return Number(String(order).split("-")[0])
  }
  const names = new Map<string, string>()
  const nameOf = (statement: string): string => {
    const name = names.get(statement) ?? `bare ${names.size}`
    names.set(statement, name)
    return name
  }
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client(url)
      await client.connect()
      return client
    })
  )
  const began = performance.now()
  await Promise.all(
    connections.map(async (connection, till) => {
      for (const said of transactions) {
        if (tillOf(said) !== till) continue
        await connection.query("BEGIN")
        for (const { statement, values } of said) {
          const text = Postgres.withNumbers(statement)
          await connection.query({ name: nameOf(statement), text, values: [...values] })
        }
        await connection.query("COMMIT")
      }
    })
  )
  const rate = transactions.length / ((performance.now() - began) / 1000)
  await Promise.all(connections.map((connection) => connection.end()))
  return rate
}

/** PostgreSQL, with some clients at once; next to as many that run the same statements. */
export const measurePostgres = Effect.fnUntraced(function* (scheme: Scheme, clients: number) {
  const cluster = yield* Cluster.onDisk
  const each = 150
  const measured: Array<{ readonly ledger: number; readonly bare: number; readonly statements: number }> = []
  const layer = (url: Redacted.Redacted<string>) => Postgres.layer({ url, connections: clients })
  for (let round = 0; round < rounds; round++) {
    const first = yield* through({ scheme, database: layer(yield* cluster.database), clients, each, isToBeHeard: true })
    const setting = yield* cluster.database
    yield* through({ scheme, database: layer(setting), clients, each: 0, isToBeHeard: false })
    const bare = yield* Effect.promise(() => barePostgres(Redacted.value(setting), clients, first.heard))
    const again = yield* through({
      scheme,
      database: layer(yield* cluster.database),
      clients,
      each,
      isToBeHeard: false
    })
    measured.push({ ledger: again.rate, bare, statements: first.heard[0]!.length })
  }
  return {
    clients,
    ledger: median(measured.map(({ ledger }) => ledger)),
    bare: median(measured.map(({ bare }) => bare)),
    statements: measured[0]!.statements
  } satisfies Rate
}, Effect.scoped)
