/** OperatorPayout: `operator payout` writes down that a merchant is paid out what the provider holds for it. */
import { randomBytes } from "node:crypto"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { codes } from "../ExitCodes.ts"
import { Client } from "../http/Http.ts"
import * as Text from "../Text.ts"
import { Online } from "../wallet/Wallet.ts"
import { Failed, failed } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import { operatorKey } from "./OperatorKey.ts"
import * as OwnFile from "./OwnFile.ts"
import * as Pasted from "./Pasted.ts"
import * as Say from "./Say.ts"
import * as TillFile from "./TillFile.ts"

/** Pays out to a merchant what is held for it. */
export const payout = Command.make(
  "payout",
  {
    name: Argument.String("name").pipe(Argument.withDescription("what the merchant is called")),
    number: Flags.optional(
      "payout",
      "the number of the payout; drawn unless given. One that was asked for before is answered again, and nothing more is paid out"
    ),
    server: Flags.server,
    operatorKey
  },
  Effect.fn("operator payout")(function* ({ name, number, operatorKey, server }) {
    const merchant = yield* TillFile.named("name", TillFile.merchant, name)
    const payout = Option.isSome(number)
      ? yield* TillFile.named("--payout", TillFile.label, number.value)
      : `${Date.now()}-${randomBytes(4).toString("hex")}`
    const operator = yield* Client.operator({ url: server, key: yield* OwnFile.key(operatorKey) })
    const asked = [
      "paycode",
      "operator",
      "payout",
      merchant,
      "--payout",
      payout,
      "--server",
      server,
      "--operator-key",
      operatorKey
    ]
    // The number is told before it is asked: whoever hears nothing asks for the same again.
    process.stderr.write(`merchant ${merchant}, payout ${payout}: asked\n`)
    const { held, paid } = yield* Effect.mapError(operator.payOut({ merchant, payout }), (error) =>
      !(error instanceof Online.Offline)
        ? failed(error.message)
        : new Failed({
            lines: [
              Text.line(error.message),
              `run \`${Pasted.line(asked)}\` again: under this number it is paid out once`
            ],
            code: codes.unfinished
          })
    )
    yield* Say.lines(`merchant ${merchant}, payout ${payout}: ${paid} paid out; ${held} held for it now`)
  }, Effect.provide(network))
).pipe(
  Command.withDescription(
    "Write down that a merchant is paid out what is held for it, once for a payout's number: what its orders were paid, less what was given back and paid out before. Refunds are made of what is left, where the scheme has them taken from it"
  )
)
