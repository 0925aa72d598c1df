/** OperatorKeys: `operator rotate` gives a merchant other keys, and `operator withdraw` ends those of a merchant or of a phone. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { Client, Signature } from "../http/Http.ts"
import * as SchemeFile from "../SchemeFile.ts"
import { orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import { operatorKey } from "./OperatorKey.ts"
import * as OwnFile from "./OwnFile.ts"
import * as ProviderScheme from "./ProviderScheme.ts"
import * as Rotating from "./Rotating.ts"
import * as Say from "./Say.ts"
import * as TillFile from "./TillFile.ts"

/** The file of a merchant's tills, which the operator writes, and what the till calls itself. */
export const tillFile = {
  till: Flags.path("till").pipe(
    Flag.withDescription("file to write for the merchant's tills: where the provider is, and the keys"),
    Flag.withDefault("till.json")
  ),
  terminal: Flag.String("terminal").pipe(Flag.withDescription("what the till calls itself"), Flag.withDefault("till-1"))
}

/** What a command is given that writes the file of a merchant's till. */
interface ForTill {
  readonly operatorKey: string
  readonly scheme: string
  readonly server: string
  readonly terminal: string
  readonly till: string
}

/**
 * Looks at all that such a command is given before anything is asked of the provider, which must have the same scheme: nothing is changed
 * there if the file cannot be written. Answers how to ask it, as the operator.
 */
export const forTill = Effect.fnUntraced(function* ({ operatorKey, scheme, server, terminal, till }: ForTill) {
  yield* TillFile.named("--terminal", TillFile.label, terminal)
  const key = yield* OwnFile.key(operatorKey)
  const rules = yield* SchemeFile.load(scheme)
  yield* TillFile.absent(till)
  yield* ProviderScheme.mustBe(server, rules, scheme)
  return { operator: yield* Client.operator({ url: server, key }), rules }
})

/** Gives a merchant other keys. */
export const rotate = Command.make(
  "rotate",
  {
    merchant: Argument.String("merchant").pipe(Argument.withDescription("what the merchant is called")),
    server: Flags.server,
    operatorKey,
    scheme: Flags.scheme,
    overlap: Rotating.overlap,
    ...tillFile
  },
  Effect.fn("operator rotate")(function* ({ merchant, operatorKey, overlap, scheme, server, terminal, till }) {
    yield* TillFile.named("merchant", TillFile.merchant, merchant)
    const { operator, rules } = yield* forTill({ operatorKey, scheme, server, terminal, till })
    const keys = { key: yield* Rotating.drawn, noticeKey: yield* Rotating.drawn }
    const name = yield* orFailed(operator.rotate(merchant, { ...keys, overlap }))
    yield* TillFile.create(till, { provider: server, scheme: rules, merchant, terminal, name, ...keys })
    yield* Say.lines(`${till}: the till ${terminal} of ${name}, with other keys; ${Rotating.beforeLine(overlap)}`)
  }, Effect.provide(network))
).pipe(
  Command.withDescription(
    "Give a merchant other keys, also one whose keys were withdrawn, and write the file of its till: its other tills need theirs while the keys before are good"
  )
)

/** Withdraws the keys of a merchant, or of a phone. */
export const withdraw = Command.make(
  "withdraw",
  {
    key: Argument.String("key").pipe(
      Argument.withDescription("the name of the key: merchant/NAME or phone/NUMBER, as the log has it")
    ),
    server: Flags.server,
    operatorKey
  },
  Effect.fn("operator withdraw")(function* ({ key, operatorKey, server }) {
    const tag = Signature.callerOf(key)?._tag
    if (tag !== "Merchant" && tag !== "Phone") {
      return yield* unusable(`key: expected merchant/NAME or phone/NUMBER, found ${JSON.stringify(key)}`)
    }
    const operator = yield* Client.operator({ url: server, key: yield* OwnFile.key(operatorKey) })
    yield* orFailed(operator.withdraw(key))
    const also = tag === "Phone" ? "; the phone is revoked" : "; `paycode operator rotate` gives the merchant others"
    yield* Say.lines(`${key} is withdrawn: nothing that it has signed is taken any more${also}`)
  }, Effect.provide(network))
).pipe(
  Command.withDescription(
    "Withdraw the keys of a merchant, or of a phone, which is revoked by it: nothing that they have signed is taken any more, at any node"
  )
)
