/**
 * A provider process, for `Served.ts`: a server on a ledger in a database, whose clock is what it is told. It
 * hears over the channel of its parent, and answers there when what it was told is done.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Log, Server } from "../../impl/http/Http.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import { Sqlite } from "../../impl/ledger/Ledger.ts"
import * as Postgres from "../../impl/ledger/postgres/Postgres.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import { Messages } from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Rules from "../../model/Rules.ts"

/** Where a ledger is: in a file, or in the database of a URL. */
export type Place = { readonly file: string } | { readonly url: string }

/** What a provider process is told. */
export type Told =
  | {
      readonly _tag: "Deploy"
      readonly rules: Rules.Rules
      readonly place: Place
      readonly seconds: number
      readonly operatorKey: string
    }
  | { readonly _tag: "Clock"; readonly seconds: number }

/** What it answers: the port that it listens on. */
export interface Done {
  readonly port: number
}

/** The database of a place. */
export const databaseOf = (place: Place) =>
  "file" in place
    ? Sqlite.layer(place)
    : Postgres.layer({ url: Redacted.make(place.url), connections: 8, patience: Duration.seconds(30) })

const plenty = { perSecond: 1e6, burst: 1e6 }

const main = (): void => {
  let now = 0
  let port = 0
  let running: { readonly dispose: () => Promise<void> } | undefined
  // It is told in what order things are to be done, and does them in that order.
  let before: Promise<void> = Promise.resolve()

  const deploy = async ({ operatorKey, place, rules, seconds }: Extract<Told, { _tag: "Deploy" }>): Promise<void> => {
    await running?.dispose()
    now = seconds
    const clock = Fixtures.runningClock(() => now * 1000)
    const network = Effect.runSync(Effect.provideService(Messages.local, Clock.Clock, clock))
    // An answer that is right stays counted where its process is killed before it was looked at; the model counts none.
    const patient = Rules.without(rules, { clause: "STP-7", mutant: "not counted" })
    const provider = Provider.layer(patient, { passwordCost: 2 }).pipe(
      Layer.provide(Layer.succeed(Messages.Messages, network.gateway)),
      Layer.provideMerge(Layer.provide(Ledger.layer, databaseOf(place))),
      Layer.provide(SecureRandom.layerWebCrypto),
      Layer.provide(Layer.succeed(Clock.Clock, clock))
    )
    const server = Server.layer({
      rules,
      operatorKey: Redacted.make(new Uint8Array(Buffer.from(operatorKey, "hex"))),
      port: 0,
      timers: false,
      gateway: network,
      clock,
      limits: { key: plenty, address: plenty },
      // No answer is lost to a machine that has much else to do, but to a process that is killed.
      deadline: 300_000
    }).pipe(Layer.provide(provider), Layer.provide(Layer.succeed(Log.Lines, () => {})))
    const runtime = ManagedRuntime.make(server)
    running = runtime
    port = (await runtime.runPromise(Server.Listening)).port
  }

  process.on("message", (told: Told) => {
    before = before
      .then(async () => {
        if (told._tag === "Deploy") await deploy(told)
        else now = told.seconds
        process.send?.({ port } satisfies Done)
      })
      .catch((error: unknown) => {
        console.error(error)
        process.exit(1)
      })
  })
  // Nobody to hear: nothing to do.
  process.on("disconnect", () => process.exit(0))
}

if (process.send !== undefined) main()
