/** WalletRotate: `wallet rotate` takes another key for a phone, signed with the one that it has. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { Client } from "../http/Http.ts"
import { WalletFile } from "../wallet/Wallet.ts"
import { orFailed } from "./Failed.ts"
import { network } from "./Network.ts"
import * as Rotating from "./Rotating.ts"
import * as Say from "./Say.ts"
import { file, keyFile, sealing, usable } from "./WalletAccess.ts"

/** Takes another key. */
export const rotate = Command.make(
  "rotate",
  { overlap: Rotating.overlap, file, keyFile },
  Effect.fn("wallet rotate")(
    function* ({ file, keyFile, overlap }) {
      const kept = yield* usable(WalletFile.open(file, yield* sealing(keyFile)))
      const { nextKey: begun, phone, provider: url, signingKey } = yield* kept.contents
      const next = begun ?? (yield* Rotating.drawn)
      const holding = (keys: Pick<WalletFile.Contents, "nextKey" | "signingKey">) =>
        orFailed(kept.update((contents) => ({ ...contents, ...keys })))
      // The key is on the disk before it is asked for.
      if (begun === undefined) yield* holding({ signingKey, nextKey: next })
      const asked = Rotating.asked((which) =>
        Effect.flatMap(Client.phone({ url, phone, key: which === "next" ? next : signingKey }), ({ rotate }) =>
          rotate(next, overlap)
        )
      )
      yield* Effect.catch(asked, ({ failed, isOver }) =>
        Effect.andThen(isOver ? holding({ signingKey, nextKey: undefined }) : Effect.void, Effect.fail(failed))
      )
      yield* holding({ signingKey: next, nextKey: undefined })
      yield* Say.lines(`${file}: phone ${phone} has another key, and ${Rotating.beforeLine(overlap)}`)
    },
    Effect.scoped,
    Effect.provide(network)
  )
).pipe(
  Command.withDescription(
    "Take another key to sign with, online, with the one that the phone has; its codes stay as they are. Run again where no answer came"
  )
)
