/** The command of whoever runs the provider: `serve`, and `operator`, which asks it to open accounts and take in merchants. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Rules from "../../model/Rules.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as Transaction from "../credentials/Transaction.ts"
import * as Client from "../http/Client.ts"
import * as Server from "../http/Server.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Postgres from "../ledger/Postgres.ts"
import * as Sqlite from "../ledger/Sqlite.ts"
import * as Messages from "../provider/Messages.ts"
import * as Provider from "../provider/Provider.ts"
import * as SchemeFile from "../SchemeFile.ts"
import * as TillFile from "../till/TillFile.ts"
import { failed, orFailed } from "./Failed.ts"
import * as OwnFile from "./OwnFile.ts"

/** Where the provider is, for whoever asks it. */
export const url = Flag.String("server").pipe(
  Flag.withDescription("address of the provider"),
  Flag.withDefault("http://127.0.0.1:8480")
)

/** The scheme that a provider follows, and its phones and tills with it. */
export const scheme = Flag.String("scheme").pipe(
  Flag.withDescription("the provider's scheme: the name of a built-in one, or a file"),
  Flag.withDefault("alipay")
)

const operatorKey = Flag.String("operator-key").pipe(
  Flag.withDescription("file with the key that signs the operator's requests: 32 bytes in hexadecimal"),
  Flag.withDefault("operator.key")
)

/** What asks over HTTP. */
export const network = Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)

const databaseOf = (file: string, postgres: Option.Option<Redacted.Redacted<string>>) =>
  Option.match(postgres, {
    onNone: () => ({ layer: Sqlite.layer({ file }), name: file }),
    onSome: (url) => ({ layer: Postgres.layer({ url }), name: "PostgreSQL" })
  })

/** Runs a provider until it is told to stop. */
export const serve = Command.make(
  "serve",
  {
    scheme,
    ledger: Flag.String("ledger").pipe(
      Flag.withDescription("file of the SQLite database, which is made where there is none"),
      Flag.withDefault("paycode.db")
    ),
    postgres: Flag.Boolean("postgres").pipe(
      Flag.withDescription(
        "keep the ledger in the PostgreSQL database of PAYCODE_POSTGRES, postgres://user:password@host/name"
      ),
      Flag.withDefault(false)
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
        return yield* new SchemeFile.BadInput({
          lines: [`--port: expected a whole number from 0 to 65535, found ${port}`]
        })
      }
      if (StepUp.isByMessage(rules) && Option.isNone(messages)) {
        return yield* new SchemeFile.BadInput({
          lines: [
            `--messages: expected local, for the step-up of ${rules.scheme.scheme} is by short message, found nothing`
          ]
        })
      }
      const gateway = Option.isSome(messages) ? yield* Messages.local : undefined
      const given = process.env.PAYCODE_POSTGRES
      if (postgres && given === undefined) {
        return yield* new SchemeFile.BadInput({
          lines: ["--postgres: expected the database's address in PAYCODE_POSTGRES, found nothing there"]
        })
      }
      const key = yield* OwnFile.keyOrNew(keyPath)
      const database = databaseOf(ledger, postgres ? Option.some(Redacted.make(given!)) : Option.none())
      const server = Server.layer({ rules, operatorKey: key, host, port, gateway }).pipe(
        Layer.provide(Provider.Provider.layer(rules)),
        Layer.provide(gateway === undefined ? Layer.empty : Layer.succeed(Messages.Messages, gateway.gateway)),
        Layer.provide(Layer.provide(Ledger.Ledger.layer, database.layer))
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

const reasonOf = (error: { readonly cause?: unknown }): string =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause ? String(error.cause.code) : "none"

const account = Command.make(
  "account",
  {
    server: url,
    operatorKey,
    balance: Flag.Int("balance").pipe(Flag.withDescription("what is on it, in minor units"), Flag.withDefault(0)),
    passwordFile: Flag.String("password-file").pipe(
      Flag.withDescription("file with the payment password; or PAYCODE_PASSWORD"),
      Flag.optional
    ),
    telephone: Flag.String("telephone").pipe(
      Flag.withDescription("number that its short messages go to and come from, as +8613800138000"),
      Flag.optional
    ),
    hasPin: Flag.Boolean("pin").pipe(
      Flag.withDescription("give it a PIN, where the scheme computes proofs from one; where hardware has it, none"),
      Flag.withDefault(false)
    ),
    pinFile: Flag.String("pin-file").pipe(
      Flag.withDescription("with --pin: file with the PIN; or PAYCODE_PIN"),
      Flag.optional
    )
  },
  Effect.fn("operator account")(function* ({ balance, hasPin, operatorKey, passwordFile, pinFile, server, telephone }) {
    const key = yield* OwnFile.key(operatorKey)
    const password = yield* OwnFile.text(passwordSource(passwordFile))
    if (Option.isSome(telephone) && !Messages.telephone.test(telephone.value)) {
      return yield* new SchemeFile.BadInput({
        lines: [`--telephone: expected a number as +8613800138000, found ${telephone.value}`]
      })
    }
    const pin = hasPin ? yield* OwnFile.pin(pinSource(pinFile)) : undefined
    const operator = yield* Client.operator({ url: server, key })
    const number = yield* orFailed(
      operator.open({ balance, password, pin, telephone: Option.getOrUndefined(telephone) })
    )
    yield* Console.log(String(number))
  }, Effect.provide(network))
).pipe(Command.withDescription("Open an account, and print its number"))

/** Where the payment password comes from. */
export const passwordSource = (file: Option.Option<string>): OwnFile.Source => ({
  what: "the payment password",
  file,
  otherwise: "in the file of --password-file",
  variable: "PAYCODE_PASSWORD"
})

/** Where a PIN comes from. */
export const pinSource = (file: Option.Option<string>): OwnFile.Source => ({
  what: "the PIN",
  file,
  otherwise: "in the file of --pin-file",
  variable: "PAYCODE_PIN"
})

const merchant = Command.make(
  "merchant",
  {
    name: Argument.String("name").pipe(Argument.withDescription("what the merchant is called")),
    server: url,
    operatorKey,
    scheme,
    registered: Flag.String("name").pipe(
      Flag.withDescription("name that the merchant is registered under, which phones display; what it is called by"),
      Flag.optional
    ),
    notify: Flag.String("notify").pipe(
      Flag.withDescription("URL to which the merchant's notices are sent"),
      Flag.optional
    ),
    till: Flag.String("till").pipe(
      Flag.withDescription("file to write for the merchant's tills: where the provider is, and the keys"),
      Flag.withDefault("till.json")
    ),
    terminal: Flag.String("terminal").pipe(
      Flag.withDescription("what the till calls itself"),
      Flag.withDefault("till-1")
    )
  },
  Effect.fn("operator merchant")(function* ({ name, notify, operatorKey, registered, scheme, server, terminal, till }) {
    yield* TillFile.named("name", TillFile.merchant, name)
    if (Option.isSome(registered)) yield* TillFile.named("--name", Transaction.Name, registered.value)
    yield* TillFile.named("--terminal", TillFile.label, terminal)
    const key = yield* OwnFile.key(operatorKey)
    const rules = yield* SchemeFile.load(scheme)
    yield* TillFile.absent(till)
    const operator = yield* Client.operator({ url: server, key })
    const enlisted = yield* orFailed(
      operator.enlist(name, {
        ...(Option.isSome(registered) && { name: registered.value }),
        ...(Option.isSome(notify) && { notify: notify.value })
      })
    )
    yield* TillFile.create(till, { provider: server, scheme: rules, merchant: name, terminal, ...enlisted })
    yield* Console.log(`${till}: the till ${terminal} of ${enlisted.name}`)
  }, Effect.provide(network))
).pipe(Command.withDescription("Take in a merchant, and write the file of its till"))

/** Asks the provider what only its operator may. */
export const operator = Command.make("operator").pipe(
  Command.withDescription("Ask a provider what only its operator may: open accounts, take in merchants"),
  Command.withSubcommands([account, merchant])
)
