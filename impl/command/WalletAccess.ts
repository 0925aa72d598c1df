/** WalletAccess: how the commands of a payer open their wallet, and reach its provider. */

import * as Flag from "effect/cli/Flag"
import type * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Rules from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Client } from "../http/Http.ts"
import type { BadInput } from "../SchemeFile.ts"
import * as SchemeForm from "../SchemeForm.ts"
import * as Wallet from "../wallet/Wallet.ts"
import { type Online, SecureHardware, WalletFile } from "../wallet/Wallet.ts"
import { unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as Secrets from "./Secrets.ts"

/** Where the wallet is. */
export const file = Flags.path("file").pipe(
  Flag.withDescription("the file of the wallet"),
  Flag.withDefault("wallet.json")
)

/** What seals the wallet, where that is no passphrase. */
export const keyFile = Flags.optionalPath(
  "key-file",
  "file with the key that seals the wallet, which `enroll` makes where there is none; without it, the passphrase is PAYCODE_PASSPHRASE, or asked for"
)

/** Where the payer's password is. */
export const passwordFile = Flags.passwordFile("file with the account's payment password")

/** Where the payer's PIN is. */
export const pinFile = Flags.pinFile("file with the PIN, where one is needed")

/** What cannot be used is bad input: nothing was done with it. */
export const usable = <A, R>(
  opening: Effect.Effect<A, WalletFile.Unopened | WalletFile.Unsaved, R>
): Effect.Effect<A, BadInput, R> => Effect.mapError(opening, ({ message }) => unusable(message))

/** What seals a wallet: the key in a file, or else the passphrase. */
export const sealing = (path: Option.Option<string>) =>
  Option.match(path, {
    onNone: () => Effect.map(Secrets.passphrase, WalletFile.passphrase),
    onSome: (file) => Effect.succeed(WalletFile.keyFile(file))
  })

type Unkept = WalletFile.Unsaved | BadInput

/** The simulated hardware of a wallet, where its scheme needs one. */
const hardwareOf = Effect.fnUntraced(function* (kept: WalletFile.WalletFile, pinPath: Option.Option<string>) {
  const { hardware, scheme } = yield* kept.contents
  const { code, stepUp } = scheme
  if (StepUp.methodOf({ scheme }).secret !== "kept" || code.mac === "none") return undefined
  return yield* SecureHardware.simulated<Unkept>({
    algorithm: code.mac,
    attempts: stepUp.attempts ?? 1,
    choosePin: Effect.provideContext(Secrets.pin(pinPath), yield* Effect.context<Prompt.Environment>()),
    store: {
      sealed: hardware,
      save: (sealed) => kept.update((now) => ({ ...now, hardware: sealed }))
    }
  })
})

/** The wallet of a file, with the hardware that its scheme needs. */
export const walletOf = Effect.fnUntraced(function* (kept: WalletFile.WalletFile, pinPath: Option.Option<string>) {
  const contents = yield* kept.contents
  const rules = Rules.strict(contents.scheme)
  const hardware = yield* hardwareOf(kept, pinPath)
  const wallet = yield* Wallet.make<Unkept>(rules, contents, yield* kept.store, hardware)
  return { contents, rules, wallet }
})

/** The wallet in a file, which no other command uses meanwhile. */
export const opened = Effect.fnUntraced(function* (
  path: string,
  keyPath: Option.Option<string>,
  pinPath: Option.Option<string> = Option.none()
) {
  const kept = yield* usable(WalletFile.open(path, yield* sealing(keyPath)))
  return yield* walletOf(kept, pinPath)
})

/** The provider of a wallet, as its phone reaches it. */
export const online = ({ phone, provider, scheme, signingKey }: WalletFile.Contents): Layer.Layer<Online.Online> =>
  Layer.provide(Client.layerOnline({ url: provider, phone, key: signingKey, form: SchemeForm.form(scheme) }), network)
