/** TillRefund: `till refund` gives back some of what an order of the merchant's was paid with, or asks what became of a refund. */
import { randomBytes } from "node:crypto"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isDefinite } from "../../model/Order.ts"
import { type Reason, refusals } from "../../model/Refusal.ts"
import { codes } from "../ExitCodes.ts"
import { Client, Problem } from "../http/Http.ts"
import type * as Provider from "../provider/Provider.ts"
import * as Text from "../Text.ts"
import * as Till from "../till/Till.ts"
import { Failed, failed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as Say from "./Say.ts"
import * as TillAgain from "./TillAgain.ts"
import * as TillFile from "./TillFile.ts"

/** A refund that is asked for, or about, and the till that asks. */
interface Asked {
  readonly till: string
  readonly order: string
  readonly refund: string
  /** In minor units; undefined where it is only asked about. */
  readonly amount: number | undefined
}

/** How the same is asked again. */
const again = ({ amount, order, refund, till }: Asked): string => {
  const given = amount === undefined ? [] : ["--amount", `${amount}`]
  const command = TillAgain.command(till, "refund", order, ...given, "--refund", refund)
  return amount === undefined
    ? `run \`${command}\` again`
    : `run \`${command}\` again: under this number it is made once`
}

/** Says what a refund came to, and ends with 0 where it was made, 1 where it was refused, 3 where that is not known. */
const end = (asked: Asked, { amount, answer, refunded }: Provider.Refunded) => {
  const whole = refunded === undefined ? "" : `; ${refunded} of the order in all`
  const line = `order ${asked.order}, refund ${asked.refund}`
  if (answer === "REFUNDED") {
    return Say.lines(`${line}: ${amount ?? "an amount that was not recorded"} given back${whole} (${answer})`)
  }
  const says = answer in refusals ? refusals[answer as Reason].says : "no refund"
  const told = `${line}: ${says}${whole} (${answer})`
  return isDefinite(answer)
    ? failed(told)
    : new Failed({ lines: [told, ...(asked.amount === undefined ? [] : [again(asked)])], code: codes.unfinished })
}

/** Where no answer came, or it was asked in haste, the refund may have been made; of a request that was denied nothing comes. */
const unheard = (asked: Asked) => (error: Client.Denied | Till.NoAnswer) => {
  const line = Text.line(error.message)
  return error instanceof Till.NoAnswer || error instanceof Problem.TooManyRequests
    ? new Failed({ lines: [line, again(asked)], code: codes.unfinished })
    : failed(line, "nothing came of this request; what an earlier one came to stands")
}

/** Gives back some of what an order was paid with. */
export const refundOf = (till: Flag.Flag<string>) =>
  Command.make(
    "refund",
    {
      order: Argument.String("order").pipe(Argument.withDescription("the order's number: of any till of the merchant")),
      amount: Flags.money("amount", 1).pipe(
        Flag.withDescription(
          "what is to be given back, in minor units; without it, it is asked what became of the refund"
        ),
        Flag.optional
      ),
      refund: Flags.optional(
        "refund",
        "the merchant's number of the refund; drawn unless given. One that was sent before is sent again"
      ),
      till
    },
    Effect.fn("till refund")(function* ({ amount, order: typed, refund, till: path }) {
      const order = yield* TillFile.named("order", TillFile.label, typed)
      if (Option.isNone(refund) && Option.isNone(amount)) {
        return yield* unusable(
          "--amount: expected what is to be given back, or --refund and the number of a refund, found neither"
        )
      }
      const number = Option.isSome(refund)
        ? yield* TillFile.named("--refund", TillFile.label, refund.value)
        : `${Date.now()}-${randomBytes(4).toString("hex")}`
      const { key, merchant, provider: url } = yield* TillFile.open(path)
      const client = yield* Client.merchant({ url, merchant, key })
      const asked = { till: path, order, refund: number, amount: Option.getOrUndefined(amount) }
      // The number is told before it is asked: whoever is interrupted asks for the same again.
      if (asked.amount !== undefined) process.stderr.write(`order ${order}, refund ${number}: asked\n`)
      const of = { merchant, order, refund: number }
      const answered =
        asked.amount === undefined ? client.queryRefund(of) : client.refund({ ...of, amount: asked.amount })
      yield* end(asked, yield* Effect.mapError(answered, unheard(asked)))
    }, Effect.provide(network))
  ).pipe(
    Command.withDescription(
      "Give back some of what an order was paid with, once for a refund's number, or ask what became of a refund"
    )
  )
