/** TillRotate: `till rotate` takes other keys for the merchant of a till, signed with the ones that it has. */
import * as Command from "effect/cli/Command"
import type * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { Client } from "../http/Http.ts"
import { network } from "./Network.ts"
import * as Rotating from "./Rotating.ts"
import * as Say from "./Say.ts"
import * as TillFile from "./TillFile.ts"

/** Takes other keys. */
export const rotateOf = (till: Flag.Flag<string>) =>
  Command.make(
    "rotate",
    { overlap: Rotating.overlap, till },
    Effect.fn("till rotate")(function* ({ overlap, till: path }) {
      const { next: begun, ...settings } = yield* TillFile.open(path)
      const next = begun ?? { key: yield* Rotating.drawn, noticeKey: yield* Rotating.drawn }
      // The keys are on the disk before they are asked for.
      if (begun === undefined) yield* TillFile.replace(path, { ...settings, next })
      const { merchant, provider: url } = settings
      const asked = Rotating.asked((which) =>
        Effect.flatMap(
          Client.merchant({ url, merchant, key: (which === "next" ? next : settings).key }),
          ({ rotate }) => rotate({ ...next, overlap })
        )
      )
      yield* Effect.catch(asked, ({ failed, isOver }) =>
        Effect.andThen(isOver ? TillFile.replace(path, settings) : Effect.void, Effect.fail(failed))
      )
      yield* TillFile.replace(path, { ...settings, ...next })
      yield* Say.lines(
        `${path}: the merchant ${merchant} has other keys, and ${Rotating.beforeLine(overlap)}`,
        `other tills of the merchant need them too: \`paycode operator merchant ${merchant} --till FILE\` writes the file of each`
      )
    }, Effect.provide(network))
  ).pipe(
    Command.withDescription(
      "Take other keys for the merchant, with those that the till has: to sign with, and to know notices by. Run again where no answer came"
    )
  )
