/** WalletEnroll: `wallet enroll` gets a phone its first credential, and its wallet the file that it is kept in. */
import { resolve } from "node:path"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { Client } from "../http/Http.ts"
import { Refused } from "../provider/Provider.ts"
import * as SchemeFile from "../SchemeFile.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { WalletFile } from "../wallet/Wallet.ts"
import { failed, orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as OwnFile from "./OwnFile.ts"
import * as ProviderScheme from "./ProviderScheme.ts"
import * as Say from "./Say.ts"
import * as Secrets from "./Secrets.ts"
import { file, keyFile, online, passwordFile, pinFile, sealing, usable, walletOf } from "./WalletAccess.ts"

/** Takes away a wallet that was refused a credential, or its new key, so that its holder can enroll again. */
const discarded = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.ignore(fs.remove(path))
})

/** The key of a new wallet, whose file is written where it is to be one and there is none. */
const newSealing = Effect.fnUntraced(function* (keyPath: Option.Option<string>) {
  const fs = yield* FileSystem.FileSystem
  const isNew = Option.isSome(keyPath) && !(yield* Effect.orDie(fs.exists(keyPath.value)))
  if (isNew) yield* usable(WalletFile.createKeyFile(keyPath.value))
  return { key: yield* sealing(keyPath), isNew }
})

/** Registers a phone in the name of its owner, who signs the agreement where that is said. */
const registered = Effect.fnUntraced(function* (
  server: string,
  owner: { readonly account: number; readonly password: Redacted.Redacted<string> },
  isAgreed: boolean,
  form: string
) {
  const client = yield* Client.owner({ url: server })
  if (isAgreed) yield* orFailed(client.sign(owner))
  return yield* orFailed(client.register(owner, form))
})

/** Gets the credential. Where it is refused there is nothing left of the wallet. */
const enrolled = Effect.fnUntraced(function* (
  path: string,
  kept: WalletFile.WalletFile,
  pinPath: Option.Option<string>
) {
  const { contents, wallet } = yield* walletOf(kept, pinPath)
  yield* Effect.andThen(wallet.enroll, wallet.confirm).pipe(
    Effect.provide(online(contents)),
    Effect.tapError((error) => (error instanceof Refused.Refused ? discarded(path) : Effect.void)),
    Effect.mapError((error) => {
      const isUnsigned = error instanceof Refused.Refused && error.reason === "NO_AGREEMENT"
      return failed(isUnsigned ? `${error.message}; --agree signs it` : error.message)
    })
  )
  return yield* wallet.left
})

/** Enrolls a phone. */
export const enroll = Command.make(
  "enroll",
  {
    server: Flags.server,
    account: Flags.number("account").pipe(Flag.withDescription("number of the account")),
    scheme: Flags.scheme,
    agree: Flags.toggle("agree", "sign the agreement by which codes pay without a password, up to the limits"),
    telephone: Flags.telephone("the account's telephone number, where the scheme has short messages"),
    file,
    keyFile,
    passwordFile,
    pinFile
  },
  Effect.fn("wallet enroll")(
    function* ({ account, agree, file, keyFile, passwordFile, pinFile, scheme, server, telephone }) {
      const fs = yield* FileSystem.FileSystem
      const decoded = yield* SchemeFile.load(scheme)
      if (yield* Effect.orDie(fs.exists(file))) {
        return yield* unusable(`${file}: expected no file yet, found one: renew it, or enroll into another`)
      }
      if (Option.isSome(keyFile) && resolve(keyFile.value) === resolve(file)) {
        return yield* unusable(`--key-file ${keyFile.value}: expected another file than --file, found the same`)
      }
      yield* OwnFile.canBeMade(file)
      const password = yield* Secrets.password(passwordFile)
      yield* ProviderScheme.mustBe(server, decoded, scheme)
      const key = yield* newSealing(keyFile)
      const owner = { account, password }
      const { key: signingKey, phone } = yield* Effect.tapError(
        registered(server, owner, agree, SchemeForm.form(decoded)),
        () => (key.isNew ? discarded(Option.getOrThrow(keyFile)) : Effect.void)
      )
      const contents: WalletFile.Contents = {
        provider: server,
        scheme: decoded,
        account,
        phone,
        signingKey,
        credential: undefined,
        telephone: Option.getOrUndefined(telephone)
      }
      const left = yield* enrolled(file, yield* usable(WalletFile.create(file, key.key, contents)), pinFile)
      const many = Number.isFinite(left) ? `${left} codes` : "a seed, and a code for every step"
      yield* Say.lines(`${file}: phone ${phone} of account ${account}, with ${many}`)
    },
    Effect.scoped,
    Effect.provide(network)
  )
).pipe(Command.withDescription("Enroll a phone, online: the owner's password gets it a credential of its own"))
