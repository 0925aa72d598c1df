/** The command of a payer: `wallet` enrolls a phone, shows its codes without a network, renews its credential, and pays with the password. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { Refused } from "../provider/Provider.ts"
import type * as Wallet from "../wallet/Wallet.ts"
import type { WalletFile } from "../wallet/Wallet.ts"
import { failed, orFailed } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { offline } from "./Network.ts"
import * as Say from "./Say.ts"
import { file, keyFile, online, opened, pinFile } from "./WalletAccess.ts"
import { answer, approve } from "./WalletConfirm.ts"
import { enroll } from "./WalletEnroll.ts"
import { revoke } from "./WalletRevoke.ts"
import { rotate } from "./WalletRotate.ts"
import { show } from "./WalletShow.ts"

/** What the owner of a phone does that was revoked (ENR-13). */
const enrollAgain = "enroll it again, with the owner's password, into another file"

/** A phone that is refused as nobody's asks whether it was revoked, and destroys what it holds where it was (ENR-12). */
const endOf = Effect.fnUntraced(function* <E extends Error>(wallet: Wallet.Wallet<E>, contents: WalletFile.Contents) {
  const isWiped = yield* orFailed(Effect.provide(wallet.checkIn, online(contents)))
  if (isWiped) return yield* failed(`the phone was revoked, and what it held is destroyed; ${enrollAgain}`)
  return yield* failed(`${new Refused.Refused({ reason: "NOT_OWNER" }).message}; ${enrollAgain}`)
})

const renew = Command.make(
  "renew",
  {
    needed: Flags.toggle("if-needed", "only where few codes are left of a list"),
    file,
    keyFile,
    pinFile
  },
  Effect.fn("wallet renew")(
    function* ({ file, keyFile, needed, pinFile }) {
      const { contents, wallet } = yield* opened(file, keyFile, pinFile)
      const renewal = needed ? wallet.refill : Effect.as(Effect.andThen(wallet.enroll, wallet.confirm), true)
      const isRenewed = yield* Effect.catch(Effect.provide(renewal, online(contents)), (error) =>
        error instanceof Refused.Refused && error.reason === "NOT_OWNER"
          ? endOf(wallet, contents)
          : Effect.fail(failed(error.message))
      )
      const left = yield* wallet.left
      const many = Number.isFinite(left) ? `: ${left} codes` : ""
      yield* Say.lines(isRenewed ? `renewed${many}` : `not needed${many}`)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Get another credential, online; the one before ends when this one is confirmed"))

const status = Command.make(
  "status",
  {
    ask: Flags.toggle("online", "ask the provider whether the credential was revoked, and destroy it where it was"),
    file,
    keyFile
  },
  Effect.fn("wallet status")(
    function* ({ ask, file, keyFile }) {
      const { contents, wallet } = yield* opened(file, keyFile)
      const isWiped = ask && (yield* orFailed(Effect.provide(wallet.checkIn, online(contents))))
      const state = yield* wallet.state
      const left = yield* wallet.left
      const lines = [
        `phone ${contents.phone} of account ${contents.account} at ${contents.provider}, by ${contents.scheme.scheme}`,
        ...(isWiped ? [`it was revoked, and its credential is destroyed: ${enrollAgain}`] : []),
        state === undefined
          ? "it holds no credential: renew it, or enroll again where it was revoked"
          : `credential ${state.number}, ${Number.isFinite(left) ? `${left} codes left` : "a seed"}; the provider's clock is ${
              state.clockDifference / 1000
            } s ahead of this one`
      ]
      yield* Say.lines(...lines)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Say what the wallet holds"))

/** A payer's phone. */
export const phone = Command.make("wallet").pipe(
  Command.withDescription("Be a payer's phone: enroll it, show its codes offline, renew its credential"),
  Command.withSubcommands([enroll, show, renew, status, approve, answer, rotate, revoke])
)
