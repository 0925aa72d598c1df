/**
 * FloodStand: the provider that floods are tried on, as a process of its own: over a file of SQLite, or over PostgreSQL by a way that
 * can be made to hang. Passwords cost what they do in earnest, and requests are throttled as by a server that is told nothing. It says what is asked of it over the channel to its parent.
 */
import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { Password, TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import { Sqlite } from "../../impl/ledger/Ledger.ts"
import * as Postgres from "../../impl/ledger/postgres/Postgres.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Cluster from "../../impl/testing/Cluster.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Hanging from "../../impl/testing/Hanging.ts"
import * as HttpHarness from "../../impl/testing/HttpHarness.ts"
import * as Time from "../../model/Time.ts"

/** Where the ledger can be. */
export const databases = ["sqlite", "postgres"] as const

/** Where a ledger is. */
export type Database = (typeof databases)[number]

/** What the process is asked: so many payments, how much memory it takes, or to have its database hang, or no more. */
export type Question =
  | { readonly _tag: "Payments"; readonly count: number }
  | { readonly _tag: "Memory" }
  | { readonly _tag: "Hang"; readonly hangs: boolean }

/** Payments of as many accounts: the bodies of their requests, and when these are signed, in seconds. */
export interface Payments {
  readonly bodies: ReadonlyArray<string>
  readonly created: number
}

/** Bytes that are in use after what can be thrown away was, on the heap and in all. */
export interface Memory {
  readonly heap: number
  readonly resident: number
}

const opened = async (database: Database) => {
  if (database === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "paycode-flood-"))
    process.on("exit", () => rmSync(folder, { recursive: true }))
    return { layer: Sqlite.layer({ file: join(folder, "ledger.db") }), hang: () => undefined }
  }
  const cluster = await Effect.runPromise(Effect.provideService(Cluster.make, Scope.Scope, Scope.makeUnsafe()))
  const way = await Hanging.make(Redacted.value(await Effect.runPromise(cluster.database)))
  const hang = (hangs: boolean) => (hangs ? way.freeze() : way.thaw())
  return { layer: Postgres.layer({ url: Redacted.make(way.url) }), hang }
}

const stand = async (database: Database) => {
  const { hang, layer } = await opened(database)
  const ledger = Layer.provide(Ledger.layer, Layer.orDie(layer))
  // The clock runs. For each round it is set ahead by a step, because a phone has one code in each step.
  let ahead = 0
  const millis = (): number => Date.now() + ahead * 1000
  const harness = await HttpHarness.make(Fixtures.alipay, {
    ledger,
    millis,
    // Those of a server that is told nothing.
    limits: {},
    passwordCost: Password.standardCost
  })
  // Lines are made, and go nowhere: how fast a disk takes them is another question.
  harness.lines.push = () => 0
  const codes: Array<TokenSource.TokenSource> = []
  const enrolled = Effect.gen(function* () {
    const { enrollment } = yield* Provider.provider
    const { accounts } = yield* Ledger.ledger
    // Nobody gives the passwords of these, and to make a verifier in earnest takes long.
    const account = yield* accounts.open({ balance: 1_000_000, password: Redacted.make("scrypt 2 00 00") })
    yield* enrollment.sign(account)
    const phone = yield* enrollment.register(account)
    yield* enrollment.signIn(phone)
    const issued = yield* enrollment.enroll(phone)
    yield* enrollment.confirm(phone, issued.number)
    codes.push(TokenSource.make(Fixtures.alipay.code, issued))
  })
  let orders = 0
  const payments = async (count: number): Promise<Payments> => {
    const missing = Array.from({ length: Math.max(0, count - codes.length) })
    await harness.run(
      Effect.forEach(missing, () => Effect.retry(enrolled, { times: 9 }), { concurrency: 8, discard: true })
    )
    ahead += Fixtures.alipay.clock.step
    const created = Math.floor(millis() / 1000)
    const step = Time.stepAt(Fixtures.alipay, created)
    const bodies = codes
      .slice(0, count)
      .map((codeOf) => JSON.stringify({ terminal: "till", order: `o${orders++}`, code: codeOf(step), amount: 1 }))
    return { bodies, created }
  }
  const memory = (): Memory => {
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    return { heap: heapUsed, resident: rss }
  }
  const answer = (question: Question) => {
    switch (question._tag) {
      case "Payments":
        return payments(question.count)
      case "Memory":
        return memory()
      case "Hang":
        return hang(question.hangs)
    }
  }
  process.on("message", async (question: Question) => process.send?.((await answer(question)) ?? null))
  process.on("disconnect", () => process.exit())
  process.send?.(harness.port)
}

/** Starts the process. It ends when it is told to stop, or when its parent does. */
export const launch = async (database: Database) => {
  const child = fork(fileURLToPath(import.meta.url), [database], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  const hear = <A>(): Promise<A> => new Promise((resolve) => child.once("message", (message) => resolve(message as A)))
  const ask = <A>(question: Question): Promise<A> => {
    child.send(question)
    return hear<A>()
  }
  return {
    port: await hear<number>(),
    payments: (count: number) => ask<Payments>({ _tag: "Payments", count }),
    memory: () => ask<Memory>({ _tag: "Memory" }),
    hang: (hangs: boolean) => ask<null>({ _tag: "Hang", hangs }),
    stop: () => child.disconnect()
  }
}

if (import.meta.main) await stand(databases.find((one) => one === process.argv[2]) ?? "sqlite")
