/** The command that runs a provider: `serve`. */
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Rules from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Server } from "../http/Http.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Sqlite } from "../ledger/Ledger.ts"
import * as Postgres from "../ledger/postgres/Postgres.ts"
import * as Provider from "../provider/Provider.ts"
import { Messages } from "../provider/Provider.ts"
import * as SchemeFile from "../SchemeFile.ts"
import { failed, orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { operatorKey } from "./Operator.ts"
import * as OwnFile from "./OwnFile.ts"

/** Where the ledger is kept: in PostgreSQL where that is said, in a file otherwise. */
const databaseOf = Effect.fnUntraced(function* (file: string, isPostgres: boolean) {
  if (!isPostgres) return { layer: Sqlite.layer({ file }), name: file }
  const url = process.env.PAYCODE_POSTGRES
  if (url === undefined) {
    return yield* unusable("--postgres: expected the database's address in PAYCODE_POSTGRES, found nothing there")
  }
  return { layer: Postgres.layer({ url: Redacted.make(url) }), name: "PostgreSQL" }
})

/** The telephone network on this machine, where there is to be one; a scheme of short messages has to have it. */
const telephoneNetwork = Effect.fnUntraced(function* (rules: Rules.Rules, messages: Option.Option<"local">) {
  if (Option.isSome(messages)) return yield* Messages.local
  if (!StepUp.isByMessage(rules)) return undefined
  const { scheme } = rules.scheme
  return yield* unusable(`--messages: expected local, for the step-up of ${scheme} is by short message, found nothing`)
})

const reasonOf = (error: { readonly cause?: unknown }): string =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause ? String(error.cause.code) : "none"

/** Runs a provider until it is told to stop. */
export const serve = Command.make(
  "serve",
  {
    scheme: Flags.scheme,
    ledger: Flag.String("ledger").pipe(
      Flag.withDescription("file of the SQLite database, which is made where there is none"),
      Flag.withDefault("paycode.db")
    ),
    postgres: Flags.toggle(
      "postgres",
      "keep the ledger in the PostgreSQL database of PAYCODE_POSTGRES, postgres://user:password@host/name"
    ),
    host: Flag.String("host").pipe(Flag.withDescription("address to listen on"), Flag.withDefault("127.0.0.1")),
    port: Flag.Int("port").pipe(Flag.withDescription("port to listen on; 0 for any"), Flag.withDefault(8480)),
    messages: Flag.Literals("messages", ["local"]).pipe(
      Flag.withDescription(
        "run a telephone network on this machine, for schemes of short messages: everybody reads it, and writes any sender"
      ),
      Flag.optional
    ),
    operatorKey
  },
  Effect.fn("serve")(
    function* ({ host, ledger, messages, operatorKey: keyPath, port, postgres, scheme }) {
      const rules = Rules.strict(yield* SchemeFile.load(scheme))
      if (port < 0 || port > 65_535) {
        return yield* unusable(`--port: expected a whole number from 0 to 65535, found ${port}`)
      }
      const gateway = yield* telephoneNetwork(rules, messages)
      const database = yield* databaseOf(ledger, postgres)
      const key = yield* OwnFile.keyOrNew(keyPath)
      const server = Server.layer({ rules, operatorKey: key, host, port, gateway }).pipe(
        Layer.provide(Provider.layer(rules)),
        Layer.provide(gateway === undefined ? Layer.empty : Layer.succeed(Messages.Messages, gateway.gateway)),
        Layer.provide(Layer.provide(Ledger.layer, database.layer))
      )
      const running = yield* orFailed(
        Effect.mapError(Layer.build(server), (error) =>
          "because" in error ? error : failed(`${host}:${port}: expected a port to listen on, found ${reasonOf(error)}`)
        )
      )
      const { address } = Context.get(running, HttpServer.HttpServer)
      const at = address._tag === "UnixPathAddress" ? address.path : `http://${host}:${address.port}`
      yield* Console.log(
        `${rules.scheme.scheme} at ${at}, its ledger in ${database.name}; the interface is at ${at}/docs`
      )
      return yield* Effect.never
    },
    Effect.scoped,
    Effect.provide(SecureRandom.layerWebCrypto)
  )
).pipe(Command.withDescription("Run a provider: accounts, credentials and orders, over HTTP"))
