/** The command of whoever runs the provider: `operator` asks it to open accounts and to take in merchants. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Transaction } from "../credentials/Credentials.ts"
import { Client } from "../http/Http.ts"
import { Messages } from "../provider/Provider.ts"
import * as SchemeFile from "../SchemeFile.ts"
import { orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as OwnFile from "./OwnFile.ts"
import * as Secrets from "./Secrets.ts"
import * as TillFile from "./TillFile.ts"

/** The key of the operator, which the provider has too. */
export const operatorKey = Flag.String("operator-key").pipe(
  Flag.withDescription("file with the key that signs the operator's requests: 32 bytes in hexadecimal"),
  Flag.withDefault("operator.key")
)

const account = Command.make(
  "account",
  {
    server: Flags.server,
    operatorKey,
    balance: Flag.Int("balance").pipe(Flag.withDescription("what is on it, in minor units"), Flag.withDefault(0)),
    passwordFile: Flags.passwordFile("file with the payment password"),
    telephone: Flags.optional("telephone", "number that its short messages go to and come from, as +8613800138000"),
    hasPin: Flags.toggle(
      "pin",
      "give it a PIN, where the scheme computes proofs from one; where hardware has it, none"
    ),
    pinFile: Flags.pinFile("with --pin: file with the PIN")
  },
  Effect.fn("operator account")(function* ({ balance, hasPin, operatorKey, passwordFile, pinFile, server, telephone }) {
    const key = yield* OwnFile.key(operatorKey)
    const password = yield* Secrets.password(passwordFile)
    if (Option.isSome(telephone) && !Messages.telephone.test(telephone.value)) {
      return yield* unusable(`--telephone: expected a number as +8613800138000, found ${telephone.value}`)
    }
    const pin = hasPin ? yield* Secrets.pin(pinFile) : undefined
    const operator = yield* Client.operator({ url: server, key })
    const number = yield* orFailed(
      operator.open({ balance, password, pin, telephone: Option.getOrUndefined(telephone) })
    )
    yield* Console.log(String(number))
  }, Effect.provide(network))
).pipe(Command.withDescription("Open an account, and print its number"))

const merchant = Command.make(
  "merchant",
  {
    name: Argument.String("name").pipe(Argument.withDescription("what the merchant is called")),
    server: Flags.server,
    operatorKey,
    scheme: Flags.scheme,
    registered: Flags.optional(
      "name",
      "name that the merchant is registered under, which phones display; what it is called by"
    ),
    notify: Flags.optional("notify", "URL to which the merchant's notices are sent"),
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
